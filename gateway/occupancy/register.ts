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
const SUMS = 14
/** Four equations of four unknowns. */
const COLUMNS = 5
/** Fewer samples than these solve nothing. */
const SAMPLES_MIN = 800
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
  readonly #pairs: Float64Array
  readonly #sums = new Float64Array(SUMS)
  readonly #equations = new Float64Array(4 * COLUMNS)
  readonly #step: Shift = { x: 0, y: 0 }
  readonly #profiles
  readonly #unlikeness
  readonly #gather
  readonly shift: Shift = { x: 0, y: 0 }
  readonly #fine: Shift = { x: 0, y: 0 }
  readonly #start: Shift = { x: 0, y: 0 }

  constructor(kernels: Kernels) {
    this.#columns = kernels.doubles(PLANE_WIDTH)
    this.#columnsWanted = kernels.doubles(PLANE_WIDTH)
    this.#rows = kernels.doubles(PLANE_HEIGHT)
    this.#rowsWanted = kernels.doubles(PLANE_HEIGHT)
    this.#pairs = kernels.doubles(2 * SUMS)
    this.#profiles = kernels.kernel('profiles')
    this.#unlikeness = kernels.kernel('unlikeness')
    this.#gather = kernels.kernel('gather')
  }

  /** Updates `shift` so that picture(p + shift) lies over background(p). */
  align(
    picture: Float32Array,
    gradientNow: Float32Array,
    background: Float32Array,
    gradientWanted: Float32Array,
    fixed: Uint8Array,
  ): Shift {
    this.#profiles(gradientNow.byteOffset, this.#columns.byteOffset, this.#rows.byteOffset)
    this.#profiles(gradientWanted.byteOffset, this.#columnsWanted.byteOffset, this.#rowsWanted.byteOffset)
    for (const profile of [this.#columns, this.#rows, this.#columnsWanted, this.#rowsWanted])
      normalise(profile)
    const x = bestShift(this.#columns, this.#columnsWanted)
    const y = bestShift(this.#rows, this.#rowsWanted)
    this.#begin(picture, background, fixed, x, y)
    const [start, fine] = [this.#start, this.#fine]
    fine.x = start.x
    fine.y = start.y
    for (let round = 0; round < ROUNDS; round++) {
      if (this.#refine(picture, background, fixed)) break
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
      const [wholeX, wholeY] = [Math.round(atX), Math.round(atY)]
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

  /**
   * One step of least squares for offset, gain and shift on every second pixel:
   * picture(p + shift) = offset + gain·background(p) − slope(p)·(what the shift still lacks).
   * Says whether another round would change nothing.
   */
  #refine(picture: Float32Array, background: Float32Array, fixed: Uint8Array): boolean {
    const fine = this.#fine
    const [wholeX, wholeY] = [Math.floor(fine.x), Math.floor(fine.y)]
    this.#gather(
      picture.byteOffset,
      background.byteOffset,
      fixed.byteOffset,
      wholeX,
      wholeY,
      fine.x - wholeX,
      fine.y - wholeY,
      this.#pairs.byteOffset,
    )
    for (let i = 0; i < SUMS; i++) this.#sums[i] = this.#pairs[2 * i]! + this.#pairs[2 * i + 1]!
    if (this.#sums[0]! < SAMPLES_MIN || !solve(this.#sums, this.#equations, this.#step)) return true
    const stepX = Math.max(-STEP_MAX, Math.min(STEP_MAX, this.#step.x))
    const stepY = Math.max(-STEP_MAX, Math.min(STEP_MAX, this.#step.y))
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

/** Light scales every gradient alike; profiles are compared by their shape. */
function normalise(profile: Float64Array): void {
  let sum = 0
  for (const value of profile) sum += value
  const scale = profile.length / Math.max(sum, 1)
  for (let i = 0; i < profile.length; i++) profile[i]! *= scale
}

function bestShift(profile: Float64Array, wanted: Float64Array): number {
  let best = 0
  let bestCost = Infinity
  for (let shift = -REACH; shift <= REACH; shift++) {
    const tried = cost(profile, wanted, shift)
    if (tried < bestCost) {
      best = shift
      bestCost = tried
    }
  }
  return best
}

function cost(profile: Float64Array, wanted: Float64Array, shift: number): number {
  let sum = 0
  for (let i = REACH; i < profile.length - REACH; i++) sum += Math.abs(profile[i + shift]! - wanted[i]!)
  return sum
}

/** Gives the shift that is lacking in `out`; a flat scene says nothing: the ridge keeps the shift where it was. */
function solve(sums: Float64Array, rows: Float64Array, out: Shift): boolean {
  const ridge = 30 + 0.001 * sums[0]!
  fill(sums, rows, ridge)
  for (let pivot = 0; pivot < 4; pivot++) {
    const lead = COLUMNS * pivot
    if (Math.abs(rows[lead + pivot]!) < 1e-6) return false
    for (let other = 0; other < 4; other++) {
      if (other === pivot) continue
      const factor = rows[COLUMNS * other + pivot]! / rows[lead + pivot]!
      for (let i = pivot; i < COLUMNS; i++) rows[COLUMNS * other + i]! -= factor * rows[lead + i]!
    }
  }
  const of = (row: number): number => rows[COLUMNS * row + 4]! / rows[COLUMNS * row + row]!
  const gain = Math.max(0.3, of(1))
  out.x = -of(2) / gain
  out.y = -of(3) / gain
  return true
}

/** Where the sums stand in the equations: one, background, slope x, slope y, each against the four and the picture. */
const PLACES = [
  [0, 1, 2, 3, 10],
  [1, 4, 5, 6, 11],
  [2, 5, 7, 8, 12],
  [3, 6, 8, 9, 13],
]

function fill(sums: Float64Array, rows: Float64Array, ridge: number): void {
  for (let row = 0; row < 4; row++) {
    for (let i = 0; i < COLUMNS; i++) rows[COLUMNS * row + i] = sums[PLACES[row]![i]!]!
  }
  rows[COLUMNS + 1]! += 1
  rows[2 * COLUMNS + 2]! += ridge
  rows[3 * COLUMNS + 3]! += ridge
}
