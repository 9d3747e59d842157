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
import type { Plane } from './plane.ts'
import { PLANE_HEIGHT, PLANE_WIDTH } from './standing.ts'

const REACH = 6
const GRADIENT_MAX = 120
/** Another whole shift must cost less than this share of the last one's cost. */
const BETTER = 0.95
const UNLIKE_MAX = 40
const ROUNDS = 3
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
  readonly #columns = new Float64Array(PLANE_WIDTH)
  readonly #columnsWanted = new Float64Array(PLANE_WIDTH)
  readonly #rows = new Float64Array(PLANE_HEIGHT)
  readonly #rowsWanted = new Float64Array(PLANE_HEIGHT)
  readonly #sums = new Float64Array(20)
  readonly shift: Shift = { x: 0, y: 0 }

  /** Updates `shift` so that picture(p + shift) lies over background(p). */
  align(
    picture: Float32Array,
    gradientNow: Float32Array,
    background: Float32Array,
    gradientWanted: Float32Array,
    fixed: Uint8Array,
  ): Shift {
    profiles(gradientNow, this.#columns, this.#rows)
    profiles(gradientWanted, this.#columnsWanted, this.#rowsWanted)
    const x = bestShift(this.#columns, this.#columnsWanted)
    const y = bestShift(this.#rows, this.#rowsWanted)
    const start = nearest(picture, background, fixed, this.shift, x, y)
    const fine = { x: start.x, y: start.y }
    for (let round = 0; round < ROUNDS; round++) refine(picture, background, fixed, fine, this.#sums)
    if (Math.hypot(fine.x - start.x, fine.y - start.y) > ASTRAY) {
      fine.x = start.x
      fine.y = start.y
    }
    if (Math.abs(fine.x - this.shift.x) > KEEP_WITHIN) this.shift.x = onGrid(fine.x)
    if (Math.abs(fine.y - this.shift.y) > KEEP_WITHIN) this.shift.y = onGrid(fine.y)
    return this.shift
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

function profiles(values: Float32Array, columns: Float64Array, rows: Float64Array): void {
  columns.fill(0)
  for (let row = 0; row < PLANE_HEIGHT; row++) {
    let sum = 0
    for (let column = 0, at = row * PLANE_WIDTH; column < PLANE_WIDTH; column++, at++) {
      const value = values[at]! < GRADIENT_MAX ? values[at]! : GRADIENT_MAX
      sum += value
      columns[column]! += value
    }
    rows[row] = sum
  }
  normalise(columns)
  normalise(rows)
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

/** The most fitting of: the last shift, what the profiles say, either by one axis alone, and none. */
function nearest(
  picture: Float32Array,
  background: Float32Array,
  fixed: Uint8Array,
  last: Shift,
  x: number,
  y: number,
): Shift {
  const tried: Shift[] = [last, { x, y }, { x, y: last.y }, { x: last.x, y }, { x: 0, y: 0 }]
  let best = last
  let bestCost = Infinity
  for (const shift of tried) {
    const unlike = unlikeness(picture, background, fixed, Math.round(shift.x), Math.round(shift.y))
    // The last shift is left only for one that is clearly better.
    if (unlike < (best === last ? BETTER : 1) * bestCost) {
      best = shift
      bestCost = unlike
    }
  }
  return best
}

/** Mean difference of signed slopes over every fourth pixel, each capped: light and passers weigh little. */
function unlikeness(
  picture: Float32Array,
  background: Float32Array,
  fixed: Uint8Array,
  x: number,
  y: number,
): number {
  let sum = 0
  let count = 1
  const w = PLANE_WIDTH
  for (let row = REACH + 2; row < PLANE_HEIGHT - REACH - 2; row += 4) {
    for (let column = REACH + 2; column < w - REACH - 2; column += 4) {
      const at = row * w + column
      if (fixed[at] === 0) continue
      const from = at + y * w + x
      const alongX = picture[from + 1]! - picture[from - 1]! - background[at + 1]! + background[at - 1]!
      const alongY = picture[from + w]! - picture[from - w]! - background[at + w]! + background[at - w]!
      sum += Math.min(UNLIKE_MAX, Math.abs(alongX) + Math.abs(alongY))
      count++
    }
  }
  return sum / count
}

/**
 * One step of least squares for offset, gain and shift on every second pixel:
 * picture(p + shift) = offset + gain·background(p) − slope(p)·(what the shift still lacks).
 */
function refine(
  picture: Float32Array,
  background: Float32Array,
  fixed: Uint8Array,
  shift: Shift,
  sums: Float64Array,
): void {
  gather(picture, background, fixed, shift, sums)
  const count = sums[0]!
  if (count < 800) return
  const solved = solve(sums, count)
  if (solved === null) return
  shift.x = Math.max(-REACH, Math.min(REACH, shift.x + Math.max(-0.7, Math.min(0.7, solved.x))))
  shift.y = Math.max(-REACH, Math.min(REACH, shift.y + Math.max(-0.7, Math.min(0.7, solved.y))))
}

/** Sums of products of (1, background, slope x, slope y) with each other and with the picture. */
function gather(
  picture: Float32Array,
  background: Float32Array,
  fixed: Uint8Array,
  shift: Shift,
  sums: Float64Array,
): void {
  sums.fill(0)
  const wholeX = Math.floor(shift.x)
  const wholeY = Math.floor(shift.y)
  const partX = shift.x - wholeX
  const partY = shift.y - wholeY
  const offset = wholeY * PLANE_WIDTH + wholeX
  for (let row = REACH + 2; row < PLANE_HEIGHT - REACH - 2; row += 2) {
    for (let column = REACH + 2; column < PLANE_WIDTH - REACH - 2; column += 2) {
      const at = row * PLANE_WIDTH + column
      if (fixed[at] === 0) continue
      const from = at + offset
      const upper = picture[from]! + partX * (picture[from + 1]! - picture[from]!)
      const lower =
        picture[from + PLANE_WIDTH]! +
        partX * (picture[from + PLANE_WIDTH + 1]! - picture[from + PLANE_WIDTH]!)
      const seen = upper + partY * (lower - upper)
      const value = background[at]!
      const far = seen - value
      // Something walked in: it says nothing about the shift.
      if (far > 60 || far < -60) continue
      const slopeX = (background[at + 1]! - background[at - 1]!) / 2
      const slopeY = (background[at + PLANE_WIDTH]! - background[at - PLANE_WIDTH]!) / 2
      sums[0]! += 1
      sums[1]! += value
      sums[2]! += slopeX
      sums[3]! += slopeY
      sums[4]! += value * value
      sums[5]! += value * slopeX
      sums[6]! += value * slopeY
      sums[7]! += slopeX * slopeX
      sums[8]! += slopeX * slopeY
      sums[9]! += slopeY * slopeY
      sums[10]! += seen
      sums[11]! += value * seen
      sums[12]! += slopeX * seen
      sums[13]! += slopeY * seen
    }
  }
}

function solve(sums: Float64Array, count: number): Shift | null {
  // A flat scene says nothing: the ridge keeps the shift where it was.
  const ridge = 30 + 0.001 * count
  const [n, b, x, y, bb, bx, by, xx, xy, yy, s, bs, xs, ys] = sums as unknown as number[]
  const rows = [
    [n!, b!, x!, y!, s!],
    [b!, bb! + 1, bx!, by!, bs!],
    [x!, bx!, xx! + ridge, xy!, xs!],
    [y!, by!, xy!, yy! + ridge, ys!],
  ]
  for (let pivot = 0; pivot < 4; pivot++) {
    const lead = rows[pivot]!
    if (Math.abs(lead[pivot]!) < 1e-6) return null
    for (let other = 0; other < 4; other++) {
      if (other === pivot) continue
      const factor = rows[other]![pivot]! / lead[pivot]!
      for (let i = pivot; i < 5; i++) rows[other]![i]! -= factor * lead[i]!
    }
  }
  const gain = Math.max(0.3, rows[1]![4]! / rows[1]![1]!)
  return { x: -rows[2]![4]! / rows[2]![2]! / gain, y: -rows[3]![4]! / rows[3]![3]! / gain }
}

/** Reads every channel at p + shift; outside the picture its edge repeats. */
export function shiftPlane(from: Plane, to: Plane, shift: Shift): void {
  shiftChannel(from.y, to.y, shift)
  shiftChannel(from.u, to.u, shift)
  shiftChannel(from.v, to.v, shift)
}

function shiftChannel(from: Float32Array, to: Float32Array, shift: Shift): void {
  const wholeX = Math.floor(shift.x)
  const wholeY = Math.floor(shift.y)
  const partX = shift.x - wholeX
  const partY = shift.y - wholeY
  for (let row = 0; row < PLANE_HEIGHT; row++) {
    const upper = PLANE_WIDTH * Math.max(0, Math.min(PLANE_HEIGHT - 1, row + wholeY))
    const lower = PLANE_WIDTH * Math.max(0, Math.min(PLANE_HEIGHT - 1, row + wholeY + 1))
    for (let column = 0; column < PLANE_WIDTH; column++) {
      const left = Math.max(0, Math.min(PLANE_WIDTH - 1, column + wholeX))
      const right = Math.max(0, Math.min(PLANE_WIDTH - 1, column + wholeX + 1))
      const above = from[upper + left]! + partX * (from[upper + right]! - from[upper + left]!)
      const below = from[lower + left]! + partX * (from[lower + right]! - from[lower + left]!)
      to[row * PLANE_WIDTH + column] = above + partY * (below - above)
    }
  }
}
