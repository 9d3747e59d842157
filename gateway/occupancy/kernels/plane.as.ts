/** From a frame's bytes to a plane, and what every stage asks of one: gradients, detail, means. */
import { HEIGHT, PIXELS, put, two, WIDTH } from './lanes.as'

const ROW: i32 = 2 * (WIDTH + 16)

/**
 * Luma averaged 2×2, then the 3×3 mean; the picture's edge repeats. Sums are exact in 16 bits, so only the last division
 * rounds. `sums` holds four rows of 16 bits with eight to spare on either side.
 */
export function fillLuma(luma: usize, out: usize, sums: usize): void {
  const raw = sums + 3 * ROW + 16
  for (let row = 0; row < HEIGHT; row++) {
    const upper = luma + 4 * WIDTH * row
    for (let x = 0; x < WIDTH; x += 8) {
      const above = i16x8.extadd_pairwise_i8x16_u(v128.load(upper + 2 * x))
      const below = i16x8.extadd_pairwise_i8x16_u(v128.load(upper + 2 * x + 2 * WIDTH))
      v128.store(raw + 2 * x, i16x8.add(above, below))
    }
    sumThree(raw, sums + (row % 3) * ROW)
    if (row > 0) meanDown(sums, row - 1, 0, 36, out)
  }
  meanDown(sums, HEIGHT - 1, 0, 36, out)
}

/** Chroma as it is, around zero, then the 3×3 mean. */
export function fillChroma(chroma: usize, out: usize, sums: usize): void {
  const raw = sums + 3 * ROW + 16
  for (let row = 0; row < HEIGHT; row++) {
    for (let x = 0; x < WIDTH; x += 8) {
      v128.store(raw + 2 * x, v128.load8x8_u(chroma + row * WIDTH + x))
    }
    sumThree(raw, sums + (row % 3) * ROW)
    if (row > 0) meanDown(sums, row - 1, 9 * 128, 9, out)
  }
  meanDown(sums, HEIGHT - 1, 9 * 128, 9, out)
}

function sumThree(raw: usize, to: usize): void {
  store<u16>(raw - 2, load<u16>(raw))
  store<u16>(raw + 2 * WIDTH, load<u16>(raw + 2 * WIDTH - 2))
  for (let x = 0; x < 2 * WIDTH; x += 16) {
    const sides = i16x8.add(v128.load(raw + x - 2), v128.load(raw + x + 2))
    v128.store(to + x, i16x8.add(sides, v128.load(raw + x)))
  }
}

function meanDown(sums: usize, row: i32, offset: i32, count: f32, out: usize): void {
  const above = sums + (max(row - 1, 0) % 3) * ROW
  const here = sums + (row % 3) * ROW
  const below = sums + (min(row + 1, HEIGHT - 1) % 3) * ROW
  const zero = i32x4.splat(offset)
  const size = f32x4.splat(count)
  let to = out + 4 * row * WIDTH
  for (let x = 0; x < 2 * WIDTH; x += 16, to += 32) {
    const sum = i16x8.add(i16x8.add(v128.load(above + x), v128.load(here + x)), v128.load(below + x))
    const low = i32x4.sub(i32x4.extend_low_i16x8_u(sum), zero)
    const high = i32x4.sub(i32x4.extend_high_i16x8_u(sum), zero)
    v128.store(to, f32x4.div(f32x4.convert_i32x4_s(low), size))
    v128.store(to + 16, f32x4.div(f32x4.convert_i32x4_s(high), size))
  }
}

/** Sum of the central differences along both axes; zero on the picture's edge. */
export function gradient(from: usize, to: usize): void {
  const line = 4 * WIDTH
  for (let row = 1; row < HEIGHT - 1; row++) {
    const start = line * row
    for (let x = start; x < start + line; x += 8) {
      const along = f64x2.abs(f64x2.sub(two(from + x + 4), two(from + x - 4)))
      const down = f64x2.abs(f64x2.sub(two(from + x + line), two(from + x - line)))
      put(to + x, f64x2.add(along, down))
    }
    store<f32>(to + start, 0)
    store<f32>(to + start + line - 4, 0)
  }
}

/** `recent` follows `now` by a share of their distance. */
export function followAll(now: usize, recent: usize, rate: f64): void {
  const share = f64x2.splat(rate)
  for (let x = 0; x < 4 * PIXELS; x += 8) {
    const value = two(recent + x)
    put(recent + x, f64x2.add(value, f64x2.mul(share, f64x2.sub(two(now + x), value))))
  }
}

const RADIUS: i32 = 7

/** What is finer than 15×15: edges without the light that lies over them. `sums`: a plane of float32 and a row of float64. */
export function detail(from: usize, out: usize, along: usize, sums: usize): void {
  for (let row = 0; row < HEIGHT; row += 4) sumFourRows(from + 4 * row * WIDTH, along + 4 * row * WIDTH)
  startColumns(along, sums)
  const line = 4 * WIDTH
  for (let row = 0; row < HEIGHT; row++) {
    const here = line * row
    const enters = along + line * min(row + RADIUS + 1, HEIGHT - 1)
    const leaves = along + line * max(row - RADIUS, 0)
    for (let x = 0; x < line; x += 8) {
      const sum = v128.load(sums + 2 * x)
      // Rounded before it is divided: what was kept of the sum is a float32.
      const kept = f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(sum))
      put(out + here + x, f64x2.sub(two(from + here + x), f64x2.div(kept, f64x2.splat(225))))
      v128.store(sums + 2 * x, f64x2.add(sum, f64x2.sub(two(enters + x), two(leaves + x))))
    }
  }
}

/** The window over the first row of all columns: the edge repeats. */
function startColumns(along: usize, sums: usize): void {
  for (let x = 0; x < 4 * WIDTH; x += 8) {
    let sum = f64x2.mul(two(along + x), f64x2.splat(RADIUS + 1))
    for (let i = 1; i <= RADIUS; i++) sum = f64x2.add(sum, two(along + x + 4 * WIDTH * i))
    v128.store(sums + 2 * x, sum)
  }
}

/** Running sums along four rows side by side: each waits for itself only. */
function sumFourRows(from: usize, to: usize): void {
  const line = 4 * WIDTH
  let a = startRow(from)
  let b = startRow(from + line)
  let c = startRow(from + 2 * line)
  let d = startRow(from + 3 * line)
  for (let x = 0; x < WIDTH; x++) {
    const at = to + 4 * x
    store<f32>(at, a as f32)
    store<f32>(at + line, b as f32)
    store<f32>(at + 2 * line, c as f32)
    store<f32>(at + 3 * line, d as f32)
    const enters = from + 4 * min(x + RADIUS + 1, WIDTH - 1)
    const leaves = from + 4 * max(x - RADIUS, 0)
    a += (load<f32>(enters) as f64) - (load<f32>(leaves) as f64)
    b += (load<f32>(enters + line) as f64) - (load<f32>(leaves + line) as f64)
    c += (load<f32>(enters + 2 * line) as f64) - (load<f32>(leaves + 2 * line) as f64)
    d += (load<f32>(enters + 3 * line) as f64) - (load<f32>(leaves + 3 * line) as f64)
  }
}

function startRow(from: usize): f64 {
  let sum: f64 = (RADIUS + 1) * (load<f32>(from) as f64)
  for (let i = 1; i <= RADIUS; i++) sum += load<f32>(from + 4 * i) as f64
  return sum
}

/** Lays a plane over the background: bilinear, the picture's edge repeats. */
export function shift(from: usize, to: usize, wholeX: i32, wholeY: i32, x: f64, y: f64): void {
  const partX = f64x2.splat(x)
  const partY = f64x2.splat(y)
  const first = max(0, -wholeX)
  const last = min(WIDTH, WIDTH - 1 - wholeX)
  for (let row = 0; row < HEIGHT; row++) {
    const upper = from + 4 * WIDTH * max(0, min(HEIGHT - 1, row + wholeY))
    const lower = from + 4 * WIDTH * max(0, min(HEIGHT - 1, row + wholeY + 1))
    const out = to + 4 * WIDTH * row
    let column = 0
    for (; column < first; column++) shiftOne(upper, lower, out, column, wholeX, x, y)
    for (; column + 1 < last; column += 2) {
      const at = 4 * (column + wholeX)
      const above = two(upper + at)
      const below = two(lower + at)
      const top = f64x2.add(above, f64x2.mul(partX, f64x2.sub(two(upper + at + 4), above)))
      const bottom = f64x2.add(below, f64x2.mul(partX, f64x2.sub(two(lower + at + 4), below)))
      put(out + 4 * column, f64x2.add(top, f64x2.mul(partY, f64x2.sub(bottom, top))))
    }
    for (; column < WIDTH; column++) shiftOne(upper, lower, out, column, wholeX, x, y)
  }
}

function shiftOne(upper: usize, lower: usize, out: usize, column: i32, whole: i32, x: f64, y: f64): void {
  const left = 4 * max(0, min(WIDTH - 1, column + whole))
  const right = 4 * max(0, min(WIDTH - 1, column + whole + 1))
  const above = load<f32>(upper + left) as f64
  const below = load<f32>(lower + left) as f64
  const top = above + x * ((load<f32>(upper + right) as f64) - above)
  const bottom = below + x * ((load<f32>(lower + right) as f64) - below)
  store<f32>(out + 4 * column, (top + y * (bottom - top)) as f32)
}
