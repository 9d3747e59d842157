/**
 * Where the picture lies against the background: wind and lorries shake a pole by a few pixels.
 *
 *     gradient ─▶ means of rows and columns ─▶ whole pixels (±6) ─▶ least squares over the background ─▶ 1/8 px
 *
 * Whole pixels come from profiles, which a crowd cannot pull away; parts of a pixel from one linear solve in which
 * light (gain and offset) is an unknown too, over detail alone, so that the soft
 * edge of a cloud is not taken for a shift. Pixels where something
 * stands do not take part in the second step and are compared with their own recent gradient in the first.
 */
import type { Kernels } from './kernels.ts'
import { PLANE_HEIGHT, PLANE_WIDTH } from './standing.ts'

const REACH = 6
/** Another whole shift must cost less than this share of the last one's cost. */
const BETTER = 0.95
const ROUNDS = 3
const STEP_MAX = 0.7
/** Fourteen pairs of sums and four equations. */
const SUMS = 2 * 14 + 20
/** After a step this small, this near the last shift, another round would change nothing. */
const SETTLED_STEP = 0.05
const SETTLED_WITHIN = 0.1
/** A refinement that wanders further than this lost its way. */
const ASTRAY = 1.6
/** Shifts are kept on a grid: resampling by ever new fractions would look like noise. */
const GRID = 8
const KEEP_WITHIN = 0.15

export interface Shift {
  x: number
  y: number
}

export class Register {
  readonly #columns: Float64Array
  readonly #columnsWanted: Float64Array
  readonly #rows: Float64Array
  readonly #rowsWanted: Float64Array
  readonly #sums: Float64Array
  /** 1 where nothing stands. */
  readonly fixed: Uint8Array
  readonly #profiles
  readonly #want
  readonly #bestShift
  readonly #unlikeness
  readonly #refine
  readonly shift: Shift = { x: 0, y: 0 }
  readonly #fine: Shift = { x: 0, y: 0 }
  readonly #start: Shift = { x: 0, y: 0 }

  constructor(kernels: Kernels) {
    this.#columns = kernels.doubles(PLANE_WIDTH)
    this.#columnsWanted = kernels.doubles(PLANE_WIDTH)
    this.#rows = kernels.doubles(PLANE_HEIGHT)
    this.#rowsWanted = kernels.doubles(PLANE_HEIGHT)
    this.#sums = kernels.doubles(SUMS)
    this.fixed = kernels.bytes()
    this.#profiles = kernels.kernel('profiles')
    this.#want = kernels.kernel('want')
    this.#unlikeness = kernels.kernel('unlikeness')
    this.#bestShift = kernels.kernel('bestShift')
    this.#refine = kernels.kernel('refine')
  }

  /** Takes the background's gradient where nothing stands and what was seen lately elsewhere as what is wanted. */
  want(kinds: Uint8Array, held: Uint8Array, slopeBefore: Float32Array, slopeRecent: Float32Array): void {
    this.#want(
      kinds.byteOffset,
      held.byteOffset,
      slopeBefore.byteOffset,
      slopeRecent.byteOffset,
      this.fixed.byteOffset,
      this.#columnsWanted.byteOffset,
      this.#rowsWanted.byteOffset,
    )
  }

  /** Updates `shift` so that picture(p + shift) lies over background(p). */
  align(picture: Float32Array, gradientNow: Float32Array, background: Float32Array): Shift {
    const { fixed } = this
    this.#profiles(gradientNow.byteOffset, this.#columns.byteOffset, this.#rows.byteOffset)
    const x = this.#bestShift(this.#columns.byteOffset, this.#columnsWanted.byteOffset, PLANE_WIDTH)
    const y = this.#bestShift(this.#rows.byteOffset, this.#rowsWanted.byteOffset, PLANE_HEIGHT)
    this.#begin(picture, background, fixed, x, y)
    const start = this.#start
    const fine = this.#fine
    fine.x = start.x
    fine.y = start.y
    for (let round = 0; round < ROUNDS; round++) {
      if (this.#settles(picture, background, fixed)) break
    }
    if (Math.hypot(fine.x - start.x, fine.y - start.y) > ASTRAY) {
      fine.x = start.x
      fine.y = start.y
    }
    if (Math.abs(fine.x - this.shift.x) > KEEP_WITHIN) this.shift.x = onGrid(fine.x)
    if (Math.abs(fine.y - this.shift.y) > KEEP_WITHIN) this.shift.y = onGrid(fine.y)
    return this.shift
  }

  /** The most fitting of: the last shift, what the profiles say, either by one axis alone, and none. */
  #begin(picture: Float32Array, background: Float32Array, fixed: Uint8Array, x: number, y: number): void {
    const { x: lastX, y: lastY } = this.shift
    this.#start.x = lastX
    this.#start.y = lastY
    if (x === 0 && y === 0 && Math.round(lastX) === 0 && Math.round(lastY) === 0) return
    const costOf = (atX: number, atY: number): number =>
      this.#unlikeness(picture.byteOffset, background.byteOffset, fixed.byteOffset, atX, atY)
    // The last shift is left only for one that is clearly better.
    let best = BETTER * costOf(Math.round(lastX), Math.round(lastY))
    const consider = (atX: number, atY: number): void => {
      const wholeX = Math.round(atX)
      const wholeY = Math.round(atY)
      if (wholeX === Math.round(lastX) && wholeY === Math.round(lastY)) return
      const cost = costOf(wholeX, wholeY)
      if (cost >= best) return
      best = cost
      this.#start.x = atX
      this.#start.y = atY
    }
    consider(x, y)
    consider(x, lastY)
    consider(lastX, y)
    consider(0, 0)
  }

  /** Takes one step towards the shift. Says whether another would change nothing. */
  #settles(picture: Float32Array, background: Float32Array, fixed: Uint8Array): boolean {
    const fine = this.#fine
    const wholeX = Math.floor(fine.x)
    const wholeY = Math.floor(fine.y)
    const isSolved = this.#refine(
      picture.byteOffset,
      background.byteOffset,
      fixed.byteOffset,
      wholeX,
      wholeY,
      fine.x - wholeX,
      fine.y - wholeY,
      this.#sums.byteOffset,
    )
    if (isSolved === 0) return true
    const stepX = Math.max(-STEP_MAX, Math.min(STEP_MAX, this.#sums[0]!))
    const stepY = Math.max(-STEP_MAX, Math.min(STEP_MAX, this.#sums[1]!))
    fine.x = Math.max(-REACH, Math.min(REACH, fine.x + stepX))
    fine.y = Math.max(-REACH, Math.min(REACH, fine.y + stepY))
    const isSmall = Math.abs(stepX) < SETTLED_STEP && Math.abs(stepY) < SETTLED_STEP
    const isNear =
      Math.abs(fine.x - this.shift.x) < SETTLED_WITHIN && Math.abs(fine.y - this.shift.y) < SETTLED_WITHIN
    return isSmall && isNear
  }

  reset(): void {
    this.shift.x = 0
    this.shift.y = 0
  }
}

/** A fraction near nothing is nothing: a still camera is never resampled. */
function onGrid(shift: number): number {
  const whole = Math.round(shift)
  if (Math.abs(shift - whole) < KEEP_WITHIN) return whole
  return Math.max(-REACH, Math.min(REACH, Math.round(shift * GRID) / GRID))
}
