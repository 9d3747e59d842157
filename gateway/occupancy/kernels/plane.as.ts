/** From a frame's bytes to a plane, and what every stage asks of one: gradients, detail, means. */
import { all, both, HEIGHT, keep, PIXELS, put, two, WIDTH } from './lanes.as'

const ROW: i32 = 2 * (WIDTH + 16)

/**
 * Luma averaged 2×2, then the 3×3 mean; the picture's edge repeats. Sums are exact in 16 bits, so only the last
 * division rounds. `sums` holds four rows of 16 bits with eight to spare on either side.
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
  const above = keep(sums + (max(row - 1, 0) % 3) * ROW)
  const here = keep(sums + (row % 3) * ROW)
  const below = keep(sums + (min(row + 1, HEIGHT - 1) % 3) * ROW)
  const zero = i32x4.splat(keep(offset) as i32)
  const size = all(count)
  let to = out + 4 * row * WIDTH
  for (let x = 0; x < 2 * WIDTH; x += 16, to += 32) {
    const sum = i16x8.add(i16x8.add(v128.load(above + x), v128.load(here + x)), v128.load(below + x))
    const low = i32x4.sub(i32x4.extend_low_i16x8_u(sum), zero)
    const high = i32x4.sub(i32x4.extend_high_i16x8_u(sum), zero)
    v128.store(to, f32x4.div(f32x4.convert_i32x4_s(low), size))
    v128.store(to + 16, f32x4.div(f32x4.convert_i32x4_s(high), size))
  }
}

/** Sum of the central differences along both axes; zero on the picture's edge. In float32, as it is kept. */
export function gradient(from: usize, to: usize): void {
  const line = 4 * WIDTH
  for (let row = 1; row < HEIGHT - 1; row++) {
    const start = line * row
    for (let x = start; x < start + line; x += 16) {
      const along = f32x4.abs(f32x4.sub(v128.load(from + x + 4), v128.load(from + x - 4)))
      const down = f32x4.abs(f32x4.sub(v128.load(from + x + line), v128.load(from + x - line)))
      v128.store(to + x, f32x4.add(along, down))
    }
    store<f32>(to + start, 0)
    store<f32>(to + start + line - 4, 0)
  }
}

/** `recent` follows `now` by a share of their distance. */
export function followAll(now: usize, recent: usize, rate: f64): void {
  const share = all(rate as f32)
  for (let x = 0; x < 4 * PIXELS; x += 16) {
    const value = v128.load(recent + x)
    v128.store(recent + x, f32x4.add(value, f32x4.mul(share, f32x4.sub(v128.load(now + x), value))))
  }
}

const RADIUS: i32 = 7
/** Four pixels to spare on either side of a row's window. */
const SPARE: i32 = 8

/**
 * What is finer than 15×15: edges without the light that lies over them; the picture's edge repeats. In float32, for
 * only the shift is read from it, in eighths of a pixel. `lines`: three rows with eight pixels to spare on either side.
 */
export function detail(from: usize, out: usize, along: usize, lines: usize): void {
  const line = 4 * WIDTH
  for (let row = 0; row < HEIGHT; row++) sumRow(from + line * row, along + line * row, lines)
  const share = all(1.0 / 225)
  startColumns(along, lines)
  for (let row = 0; row < HEIGHT; row++) {
    const here = line * row
    const enters = keep(along + line * min(row + RADIUS + 1, HEIGHT - 1))
    const leaves = keep(along + line * max(row - RADIUS, 0))
    for (let x = 0; x < line; x += 16) {
      const sum = v128.load(lines + x)
      v128.store(out + here + x, f32x4.sub(v128.load(from + here + x), f32x4.mul(sum, share)))
      v128.store(lines + x, f32x4.add(sum, f32x4.sub(v128.load(enters + x), v128.load(leaves + x))))
    }
  }
}

/** The window over the first row of all columns. */
function startColumns(along: usize, sums: usize): void {
  for (let x = 0; x < 4 * WIDTH; x += 16) {
    let sum = f32x4.mul(v128.load(along + x), f32x4.splat((RADIUS + 1) as f32))
    for (let i = 1; i <= RADIUS; i++) sum = f32x4.add(sum, v128.load(along + x + 4 * WIDTH * i))
    v128.store(sums + x, sum)
  }
}

/** Sums of fifteen: of two, of four of these, and what is missing. */
function sumRow(from: usize, to: usize, lines: usize): void {
  const values = lines
  const twos = lines + 4 * (WIDTH + 2 * SPARE)
  const fours = twos + 4 * (WIDTH + 2 * SPARE)
  memory.copy(values + 4 * SPARE, from, 4 * WIDTH)
  const first = v128.load32_splat(from)
  const last = v128.load32_splat(from + 4 * WIDTH - 4)
  v128.store(values, first)
  v128.store(values + 16, first)
  v128.store(values + 4 * (SPARE + WIDTH), last)
  v128.store(values + 4 * (SPARE + WIDTH) + 16, last)
  for (let x = 0; x < 4 * (WIDTH + 2 * SPARE - 4); x += 16) {
    v128.store(twos + x, f32x4.add(v128.load(values + x), v128.load(values + x + 4)))
  }
  for (let x = 0; x < 4 * (WIDTH + 2 * SPARE - 8); x += 16) {
    v128.store(fours + x, f32x4.add(v128.load(twos + x), v128.load(twos + x + 8)))
  }
  // The window of pixel x begins seven before it, one after the row's spare pixels do.
  for (let x = 0; x < 4 * WIDTH; x += 16) {
    const at = x + 4 * (SPARE - RADIUS)
    const eight = f32x4.add(v128.load(fours + at), v128.load(fours + at + 16))
    const rest = f32x4.add(v128.load(twos + at + 48), v128.load(values + at + 56))
    v128.store(to + x, f32x4.add(f32x4.add(eight, v128.load(fours + at + 32)), rest))
  }
}

/** Lays a plane over the background: bilinear, the picture's edge repeats. */
export function shift(from: usize, to: usize, wholeX: i32, wholeY: i32, x: f64, y: f64): void {
  const partX = both(x)
  const partY = both(y)
  const first = max(0, -wholeX)
  const last = min(WIDTH, WIDTH - 1 - wholeX)
  for (let row = 0; row < HEIGHT; row++) {
    const upper = keep(from + 4 * WIDTH * max(0, min(HEIGHT - 1, row + wholeY)))
    const lower = keep(from + 4 * WIDTH * max(0, min(HEIGHT - 1, row + wholeY + 1)))
    const out = keep(to + 4 * WIDTH * row)
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
