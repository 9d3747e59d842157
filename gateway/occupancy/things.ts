/**
 * The memory of every pixel: which colour, other than the background's, stands there and since when.
 *
 *     C  the colour believed: support 0..4 s, since when, last seen
 *     D  a challenger, which takes over after 3 s when C has not been seen for 3 s
 *
 * Somebody who walks past covers C but does not end it: it is held for 30 s. Ages are times, never counts of
 * samples, so that a changed rate or a gap changes nothing.
 */
import { floorAt } from './foreground.ts'
import type { Noise } from './noise.ts'
import { Plane } from './plane.ts'
import { PLANE_PIXELS } from './standing.ts'

const SUPPORT_MAX = 4
const SUPPORT_STABLE = 2
const AGE_STABLE_MS = 2_500
const TAKEOVER_SEC = 3
const HELD_MS = 30_000
const PERSISTENCE_MAX = 10
const PERSISTENT = 3
const FOLLOW = 0.2

export class Things {
  readonly believed = new Plane()
  readonly challenger = new Plane()
  readonly support = new Float32Array(PLANE_PIXELS)
  readonly challenge = new Float32Array(PLANE_PIXELS)
  readonly persistence = new Float32Array(PLANE_PIXELS)
  readonly sinceMs = new Float64Array(PLANE_PIXELS)
  readonly seenMs = new Float64Array(PLANE_PIXELS)
  /** 1 where C has stood long enough; 2 where the pixel is foreground for long without one colour. */
  readonly stable = new Uint8Array(PLANE_PIXELS)
  readonly persistent = new Uint8Array(PLANE_PIXELS)

  /** `kinds` as `Foreground` says; `slope` is the picture's gradient: near an edge half a pixel is many levels. */
  remember(
    picture: Plane,
    kinds: Uint8Array,
    slope: Float32Array,
    slack: number,
    noise: Noise,
    timeMs: number,
    dtSec: number,
  ): void {
    const { believed, challenger, support, challenge, persistence, sinceMs, seenMs } = this
    const luma = Math.min(30, 3 * noise.luma)
    const chroma = Math.max(8, 3.5 * noise.chroma)
    for (let at = 0; at < PLANE_PIXELS; at++) {
      if (kinds[at] !== 1) {
        if (support[at]! > 0) support[at] = Math.max(0, support[at]! - 1.5 * dtSec)
        persistence[at] = Math.max(0, persistence[at]! - 2 * dtSec)
      } else {
        persistence[at] = Math.min(PERSISTENCE_MAX, persistence[at]! + dtSec)
        const y = picture.y[at]!
        const u = picture.u[at]!
        const v = picture.v[at]!
        const floor = 0.8 * floorAt(y)
        const reach = (luma > floor ? luma : floor) + slack * slope[at]!
        if (
          support[at]! > 0 &&
          Math.abs(y - believed.y[at]!) < reach &&
          Math.abs(u - believed.u[at]!) < chroma &&
          Math.abs(v - believed.v[at]!) < chroma
        ) {
          support[at] = Math.min(SUPPORT_MAX, support[at]! + dtSec)
          believed.y[at]! += FOLLOW * (y - believed.y[at]!)
          believed.u[at]! += FOLLOW * (u - believed.u[at]!)
          believed.v[at]! += FOLLOW * (v - believed.v[at]!)
          seenMs[at] = timeMs
          challenge[at] = 0
        } else if (support[at]! < 1) {
          believed.y[at] = y
          believed.u[at] = u
          believed.v[at] = v
          support[at] = Math.min(dtSec, 0.5)
          sinceMs[at] = timeMs
          seenMs[at] = timeMs
          challenge[at] = 0
        } else if (
          challenge[at]! > 0 &&
          Math.abs(y - challenger.y[at]!) < reach &&
          Math.abs(u - challenger.u[at]!) < chroma &&
          Math.abs(v - challenger.v[at]!) < chroma
        ) {
          challenge[at]! += dtSec
          if (challenge[at]! >= TAKEOVER_SEC && timeMs - seenMs[at]! > 1000 * TAKEOVER_SEC) {
            believed.y[at] = challenger.y[at]!
            believed.u[at] = challenger.u[at]!
            believed.v[at] = challenger.v[at]!
            sinceMs[at] = timeMs - 1000 * challenge[at]!
            seenMs[at] = timeMs
            support[at] = Math.min(challenge[at]!, SUPPORT_MAX)
            challenge[at] = 0
          }
        } else {
          challenger.y[at] = y
          challenger.u[at] = u
          challenger.v[at] = v
          challenge[at] = 0.01
        }
        if (timeMs - seenMs[at]! > HELD_MS) support[at] = 0
      }
    }
    this.#weighAges(timeMs)
  }

  #weighAges(timeMs: number): void {
    const { support, persistence, sinceMs, stable, persistent } = this
    for (let at = 0; at < PLANE_PIXELS; at++) {
      stable[at] = support[at]! >= SUPPORT_STABLE && timeMs - sinceMs[at]! >= AGE_STABLE_MS ? 1 : 0
      persistent[at] = persistence[at]! >= PERSISTENT ? 1 : 0
    }
  }

  /** Foreground that stands for nothing yet, pixels. */
  countStirred(foreground: Uint8Array): number {
    let stirred = 0
    for (let at = 0; at < PLANE_PIXELS; at++) {
      if (foreground[at] === 1 && this.stable[at] === 0 && this.persistent[at] === 0) stirred++
    }
    return stirred
  }

  /** Forgets a pixel: what stood there is background now. */
  forget(at: number): void {
    this.support[at] = 0
    this.challenge[at] = 0
    this.persistence[at] = 0
  }

  reset(): void {
    this.support.fill(0)
    this.challenge.fill(0)
    this.persistence.fill(0)
    this.stable.fill(0)
    this.persistent.fill(0)
  }
}
