/** Sums over the picture from which `register.ts` reads where it lies. */
import { BLOCK, both, HEIGHT, keep, one, PIXELS, two, WIDTH } from './lanes.as'

const GRADIENT_MAX: f64 = 120
const UNLIKE_MAX: f64 = 40
const REACH: i32 = 6
/** Fewer samples than these solve nothing. */
const SAMPLES_MIN: f64 = 800
const LINE: i32 = 4 * WIDTH
/** Something walked in: it says nothing about the shift. */
const FAR: f64 = 60

/** The clipped gradient by column and by row (float64), as shares of its mean: light scales all of it alike. */
export function profiles(values: usize, columns: usize, rows: usize): void {
  sumProfiles(values, columns, rows)
  normalise(columns, WIDTH)
  normalise(rows, HEIGHT)
}

/**
 * The profiles that are wanted: of the background's gradient where nothing stands (`fixed`), elsewhere of what
 * was seen lately.
 */
export function want(
  kinds: usize,
  held: usize,
  before: usize,
  recent: usize,
  fixed: usize,
  columns: usize,
  rows: usize,
): void {
  const thing = i8x16.splat(1)
  sumProfiles(before, columns, rows)
  for (let block = 0; block < PIXELS; block += BLOCK) {
    const stands = v128.or(i8x16.eq(v128.load(kinds + block), thing), v128.load(held + block))
    const free = i8x16.eq(stands, i8x16.splat(0))
    v128.store(fixed + block, v128.and(free, thing))
    if (i8x16.all_true(free)) continue
    const row = block / WIDTH
    for (let at = block; at < block + BLOCK; at++) {
      if (load<u8>(fixed + at)) continue
      const change = min(one(recent + 4 * at), GRADIENT_MAX) - min(one(before + 4 * at), GRADIENT_MAX)
      const column = columns + 8 * (at - row * WIDTH)
      store<f64>(column, load<f64>(column) + change)
      store<f64>(rows + 8 * row, load<f64>(rows + 8 * row) + change)
    }
  }
  normalise(columns, WIDTH)
  normalise(rows, HEIGHT)
}

function sumProfiles(values: usize, columns: usize, rows: usize): void {
  const most = both(GRADIENT_MAX)
  memory.fill(columns, 0, 8 * WIDTH)
  for (let row = 0; row < HEIGHT; row++) {
    const from = keep(values + LINE * row)
    let sum = f64x2.splat(0)
    for (let x = 0; x < LINE; x += 8) {
      const value = f64x2.pmin(two(from + x), most)
      sum = f64x2.add(sum, value)
      v128.store(columns + 2 * x, f64x2.add(v128.load(columns + 2 * x), value))
    }
    store<f64>(rows + 8 * row, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1))
  }
}

function normalise(profile: usize, length: i32): void {
  let sum: f64 = 0
  for (let i = 0; i < length; i++) sum += load<f64>(profile + 8 * i)
  const scale = both((length as f64) / max<f64>(sum, 1))
  for (let i = 0; i < length; i += 2)
    v128.store(profile + 8 * i, f64x2.mul(v128.load(profile + 8 * i), scale))
}

/** The shift of a profile that lies best over the one that is wanted. */
export function bestShift(profile: usize, wanted: usize, length: i32): i32 {
  let best = 0
  let bestCost = Infinity
  for (let shift = -REACH; shift <= REACH; shift++) {
    const cost = unlikeBy(profile + 8 * shift, wanted, length)
    if (cost >= bestCost) continue
    best = shift
    bestCost = cost
  }
  return best
}

function unlikeBy(profile: usize, wanted: usize, length: i32): f64 {
  let sum = f64x2.splat(0)
  for (let i = REACH; i < length - REACH; i += 2) {
    sum = f64x2.add(sum, f64x2.abs(f64x2.sub(v128.load(profile + 8 * i), v128.load(wanted + 8 * i))))
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}

/** Mean difference of signed slopes over every fourth pixel, each capped: light and passers weigh little. */
export function unlikeness(picture: usize, background: usize, fixed: usize, x: i32, y: i32): f64 {
  let sum: f64 = 0
  let count = 1
  for (let row = REACH + 2; row < HEIGHT - REACH - 2; row += 4) {
    for (let column = REACH + 2; column < WIDTH - REACH - 2; column += 4) {
      const at = row * WIDTH + column
      if (!load<u8>(fixed + at)) continue
      const from = picture + 4 * (at + y * WIDTH + x)
      const to = background + 4 * at
      const alongX = one(from + 4) - one(from - 4) - one(to + 4) + one(to - 4)
      const alongY = one(from + LINE) - one(from - LINE) - one(to + LINE) + one(to - LINE)
      sum += min(UNLIKE_MAX, abs(alongX) + abs(alongY))
      count++
    }
  }
  return sum / (count as f64)
}

const SUMS: i32 = 14

/**
 * One step of least squares for offset, gain and shift on every second pixel:
 * picture(p + shift) = offset + gain·background(p) − slope(p)·(what the shift still lacks).
 *
 * `sums` has room for fourteen pairs of float64 (the even and the odd samples) and for the four equations; what
 * the shift lacks along x and y is written to its first two. Gives false when that cannot be said.
 */
export function refine(
  picture: usize,
  background: usize,
  fixed: usize,
  wholeX: i32,
  wholeY: i32,
  x: f64,
  y: f64,
  sums: usize,
): bool {
  memory.fill(sums, 0, SUMS * 16)
  const from = picture + 4 * (wholeY * WIDTH + wholeX)
  for (let row = REACH + 2; row < HEIGHT - REACH - 2; row += 2) {
    const start = row * WIDTH + REACH + 2
    gatherRow(keep(from + 4 * start), keep(background + 4 * start), keep(fixed + start), x, y, sums)
  }
  for (let i = 0; i < SUMS; i++) {
    store<f64>(sums + 8 * i, load<f64>(sums + 16 * i) + load<f64>(sums + 16 * i + 8))
  }
  return load<f64>(sums) >= SAMPLES_MIN && solve(sums, sums + 16 * SUMS)
}

/** Where the sums stand in the equations: one, background, slope x, slope y, each against the four and the picture. */
const PLACES = memory.data<u8>([0, 1, 2, 3, 10, 1, 4, 5, 6, 11, 2, 5, 7, 8, 12, 3, 6, 8, 9, 13])

/** A flat scene says nothing: the ridge keeps the shift where it was. */
function solve(sums: usize, rows: usize): bool {
  const ridge = 30 + 0.001 * load<f64>(sums)
  for (let i = 0; i < 20; i++) store<f64>(rows + 8 * i, load<f64>(sums + 8 * load<u8>(PLACES + i)))
  store<f64>(rows + 8 * 6, load<f64>(rows + 8 * 6) + 1)
  store<f64>(rows + 8 * 12, load<f64>(rows + 8 * 12) + ridge)
  store<f64>(rows + 8 * 18, load<f64>(rows + 8 * 18) + ridge)
  for (let pivot = 0; pivot < 4; pivot++) {
    const lead = rows + 40 * pivot
    if (abs(load<f64>(lead + 8 * pivot)) < 1e-6) return false
    for (let other = 0; other < 4; other++) {
      if (other === pivot) continue
      const row = rows + 40 * other
      const factor = load<f64>(row + 8 * pivot) / load<f64>(lead + 8 * pivot)
      for (let i = pivot; i < 5; i++)
        store<f64>(row + 8 * i, load<f64>(row + 8 * i) - factor * load<f64>(lead + 8 * i))
    }
  }
  const gain = max<f64>(0.3, load<f64>(rows + 40 + 32) / load<f64>(rows + 40 + 8))
  store<f64>(sums, -load<f64>(rows + 80 + 32) / load<f64>(rows + 80 + 16) / gain)
  store<f64>(sums + 8, -load<f64>(rows + 120 + 32) / load<f64>(rows + 120 + 24) / gain)
  return true
}

/** Every second of four float32, widened. */
function everyOther(at: usize): v128 {
  const four = v128.load(at)
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 0, 2, 0, 2))
}

/** What the picture shows at every other of four places between its pixels. */
function between(from: usize, partX: v128, partY: v128): v128 {
  const corner = everyOther(from)
  const upper = f64x2.add(corner, f64x2.mul(partX, f64x2.sub(everyOther(from + 4), corner)))
  const side = everyOther(from + LINE)
  const lower = f64x2.add(side, f64x2.mul(partX, f64x2.sub(everyOther(from + LINE + 4), side)))
  return f64x2.add(upper, f64x2.mul(partY, f64x2.sub(lower, upper)))
}

function gatherRow(picture: usize, background: usize, fixed: usize, x: f64, y: f64, sums: usize): void {
  const partX = both(x)
  const partY = both(y)
  const half = both(0.5)
  const far = both(FAR)
  const unit = both(1)
  let n = v128.load(sums)
  let sumB = v128.load(sums, 16)
  let sumX = v128.load(sums, 32)
  let sumY = v128.load(sums, 48)
  let sumBB = v128.load(sums, 64)
  let sumBX = v128.load(sums, 80)
  let sumBY = v128.load(sums, 96)
  let sumXX = v128.load(sums, 112)
  let sumXY = v128.load(sums, 128)
  let sumYY = v128.load(sums, 144)
  let sumS = v128.load(sums, 160)
  let sumBS = v128.load(sums, 176)
  let sumXS = v128.load(sums, 192)
  let sumYS = v128.load(sums, 208)
  for (let i = 0; i < WIDTH - 2 * (REACH + 2); i += 4) {
    const from = picture + 4 * i
    const to = background + 4 * i
    const seen = between(from, partX, partY)
    const value = everyOther(to)
    const near = f64x2.le(f64x2.abs(f64x2.sub(seen, value)), far)
    const free = i64x2.ne(
      v128.and(
        i64x2.replace_lane(i64x2.splat(load<u8>(fixed + i)), 1, load<u8>(fixed + i + 2)),
        i64x2.splat(1),
      ),
      i64x2.splat(0),
    )
    const counts = v128.and(near, free)
    const b = v128.and(value, counts)
    const s = v128.and(seen, counts)
    const slopeX = v128.and(f64x2.mul(f64x2.sub(everyOther(to + 4), everyOther(to - 4)), half), counts)
    const slopeY = v128.and(f64x2.mul(f64x2.sub(everyOther(to + LINE), everyOther(to - LINE)), half), counts)
    n = f64x2.add(n, v128.and(unit, counts))
    sumB = f64x2.add(sumB, b)
    sumX = f64x2.add(sumX, slopeX)
    sumY = f64x2.add(sumY, slopeY)
    sumBB = f64x2.add(sumBB, f64x2.mul(b, b))
    sumBX = f64x2.add(sumBX, f64x2.mul(b, slopeX))
    sumBY = f64x2.add(sumBY, f64x2.mul(b, slopeY))
    sumXX = f64x2.add(sumXX, f64x2.mul(slopeX, slopeX))
    sumXY = f64x2.add(sumXY, f64x2.mul(slopeX, slopeY))
    sumYY = f64x2.add(sumYY, f64x2.mul(slopeY, slopeY))
    sumS = f64x2.add(sumS, s)
    sumBS = f64x2.add(sumBS, f64x2.mul(b, s))
    sumXS = f64x2.add(sumXS, f64x2.mul(slopeX, s))
    sumYS = f64x2.add(sumYS, f64x2.mul(slopeY, s))
  }
  v128.store(sums, n)
  v128.store(sums, sumB, 16)
  v128.store(sums, sumX, 32)
  v128.store(sums, sumY, 48)
  v128.store(sums, sumBB, 64)
  v128.store(sums, sumBX, 80)
  v128.store(sums, sumBY, 96)
  v128.store(sums, sumXX, 112)
  v128.store(sums, sumXY, 128)
  v128.store(sums, sumYY, 144)
  v128.store(sums, sumS, 160)
  v128.store(sums, sumBS, 176)
  v128.store(sums, sumXS, 192)
  v128.store(sums, sumYS, 208)
}
