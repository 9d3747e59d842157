/**
 * A Kalman filter for one number that moves: place and speed, each with what we do not know of it.
 *
 *     predict(dt)        place += speed · dt, and the doubt grows
 *     correct(measured)  both move towards what was seen, and the doubt shrinks
 *
 * Four of these, unconnected, follow a box: x and y of its foot move, width and height only `drift`. The
 * noise is that of continuous white acceleration, so that one step of 2 s and four of 0.5 s end with the same
 * doubt: frames come when they come. The numbers lie in the caller's array, five to a filter.
 */

/** Slots of one filter within the array: place, speed, and the upper half of the 2×2 covariance. */
export const FILTER_SLOTS = 5

export function begin(
  state: Float64Array,
  at: number,
  place: number,
  placeVar: number,
  speedVar: number,
): void {
  state[at] = place
  state[at + 1] = 0
  state[at + 2] = placeVar
  state[at + 3] = 0
  state[at + 4] = speedVar
}

/** @param accelerationVar spectral density of the acceleration, units² / s³ */
export function predict(state: Float64Array, at: number, dtSec: number, accelerationVar: number): void {
  const covariance = state[at + 3]!
  const speedVar = state[at + 4]!
  state[at] = state[at]! + state[at + 1]! * dtSec
  state[at + 2] =
    state[at + 2]! + dtSec * (2 * covariance + dtSec * speedVar) + (accelerationVar * dtSec ** 3) / 3
  state[at + 3] = covariance + dtSec * speedVar + (accelerationVar * dtSec * dtSec) / 2
  state[at + 4] = speedVar + accelerationVar * dtSec
}

/** For a number without speed: the doubt grows, the number stays. @param wanderVar units² / s */
export function drift(state: Float64Array, at: number, dtSec: number, wanderVar: number): void {
  state[at + 2] = state[at + 2]! + wanderVar * dtSec
}

export function correct(state: Float64Array, at: number, measured: number, measuredVar: number): void {
  const placeVar = state[at + 2]!
  const covariance = state[at + 3]!
  const sum = placeVar + measuredVar
  const placeGain = placeVar / sum
  const speedGain = covariance / sum
  const surprise = measured - state[at]!
  state[at] = state[at]! + placeGain * surprise
  state[at + 1] = state[at + 1]! + speedGain * surprise
  state[at + 2] = (1 - placeGain) * placeVar
  state[at + 3] = (1 - placeGain) * covariance
  state[at + 4] = state[at + 4]! - speedGain * covariance
}
