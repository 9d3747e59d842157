/** How much lighter the picture is than the background, and the background brought to it. */
import { all, anyOf, BLOCK, both, HEIGHT, keep, one, PIXELS, put, two, WIDTH } from './lanes.as'

const SIDE: i32 = 20
const COLUMNS: i32 = 16
const ROWS: i32 = 9
const BINS: i32 = 256
const LINE: i32 = 4 * WIDTH
const PLANE: i32 = 4 * PIXELS
const TOO_BRIGHT: f32 = 245

/** The bins reach from a quarter to four times; ratios are looked up by exponent and seven bits, 128 to an octave. */
const RATIO_LEAST: f64 = 0.25
const RATIO_GREATEST: f64 = 3.9999999
const CELL_SHIFT: i32 = 45
const CELL_FIRST: i64 = (0x3fd0000000000000 as i64) >> CELL_SHIFT

/**
 * Counts light of picture / of background in every block, every second pixel both ways, where nothing stood. `cells`
 * says for each cell of the ratio where the next bin begins (float64) and `firsts` in which bin it begins. `blocks`
 * has 256 bytes a block.
 */
export function countRatios(
  picture: usize,
  background: usize,
  foreground: usize,
  cells: usize,
  firsts: usize,
  blocks: usize,
  counts: usize,
): void {
  memory.fill(blocks, 0, COLUMNS * ROWS * BINS)
  memory.fill(counts, 0, 4 * COLUMNS * ROWS)
  const black = both(10)
  const least = both(2)
  for (let row = 0; row < HEIGHT; row += 2) {
    const start = row * WIDTH
    for (let column = 0; column < COLUMNS; column++) {
      const block = (row / SIDE) * COLUMNS + column
      const from = start + column * SIDE
      const bins = blocks + block * BINS
      let counted = 0
      for (let at = from; at < from + SIDE; at += 4) {
        const now = v128.load(picture + 4 * at)
        const before = v128.load(background + 4 * at)
        const is = f64x2.promote_low_f32x4(v128.shuffle<f32>(now, now, 0, 2, 0, 2))
        const was = f64x2.promote_low_f32x4(v128.shuffle<f32>(before, before, 0, 2, 0, 2))
        const ratios = f64x2.div(
          f64x2.pmax(f64x2.sub(is, black), least),
          f64x2.pmax(f64x2.sub(was, black), least),
        )
        if (!load<u8>(foreground + at) && f32x4.extract_lane(now, 0) <= TOO_BRIGHT) {
          countOne(f64x2.extract_lane(ratios, 0), cells, firsts, bins)
          counted++
        }
        if (!load<u8>(foreground + at + 2) && f32x4.extract_lane(now, 2) <= TOO_BRIGHT) {
          countOne(f64x2.extract_lane(ratios, 1), cells, firsts, bins)
          counted++
        }
      }
      store<i32>(counts + 4 * block, load<i32>(counts + 4 * block) + counted)
    }
  }
}

function countOne(ratio: f64, cells: usize, firsts: usize, bins: usize): void {
  const within = min(max(ratio, RATIO_LEAST), RATIO_GREATEST)
  const cell = ((reinterpret<i64>(within) >> CELL_SHIFT) - CELL_FIRST) as i32
  const bin = load<u8>(firsts + cell) + (within >= load<f64>(cells + 8 * cell) ? 1 : 0)
  store<u8>(bins + bin, load<u8>(bins + bin) + 1)
}

/** The histogram of the whole picture, 32 bits a bin. */
export function sumBlocks(blocks: usize, whole: usize): void {
  for (let bin = 0; bin < BINS; bin += 8) {
    let sum = i16x8.splat(0)
    for (let block = 0; block < COLUMNS * ROWS; block++) {
      sum = i16x8.add(sum, v128.load8x8_u(blocks + block * BINS + bin))
    }
    v128.store(whole + 4 * bin, i32x4.extend_low_i16x8_u(sum))
    v128.store(whole + 4 * bin + 16, i32x4.extend_high_i16x8_u(sum))
  }
}

/** Where the median of every block lies, in bins and parts of them (float64). */
export function medians(blocks: usize, counts: usize, places: usize): void {
  for (let block = 0; block < COLUMNS * ROWS; block++) {
    const half = (load<i32>(counts + 4 * block) as f64) / 2
    if (half > 0) store<f64>(places + 8 * block, medianOf(blocks + block * BINS, half))
  }
}

function medianOf(bins: usize, half: f64): f64 {
  let below = 0
  for (let bin = 0; bin < BINS; bin++) {
    while (bin < BINS - 8 && !load<u64>(bins + bin)) bin += 8
    const here: i32 = load<u8>(bins + bin)
    if (((below + here) as f64) >= half) {
      return (bin as f64) - 0.5 + (half - (below as f64)) / (max(here, 1) as f64)
    }
    below += here
  }
  return 0
}

/** Farther from the background than this chroma is not lit anew but another colour's. */
const OTHER: f32 = 20

/** Products of background and picture, squares of the background, and how many: chroma of every third pixel. */
export function chromaSums(background: usize, picture: usize, foreground: usize, sums: usize): void {
  const other = all(OTHER)
  let products = f64x2.splat(0)
  let squares = f64x2.splat(0)
  let counted = 0
  for (let at = 0; at < PIXELS; at += 12) {
    const x = 4 * at
    const u = everyThird(background + PLANE + x)
    const v = everyThird(background + 2 * PLANE + x)
    const nowU = everyThird(picture + PLANE + x)
    const nowV = everyThird(picture + 2 * PLANE + x)
    const away = f32x4.pmax(f32x4.abs(f32x4.sub(nowU, u)), f32x4.abs(f32x4.sub(nowV, v)))
    const stood = v128.load32_zero(foreground + at)
    const more = v128.load64_zero(foreground + at + 4)
    const bytes = v128.shuffle<i8>(stood, more, 0, 0, 0, 0, 3, 3, 3, 3, 18, 18, 18, 18, 21, 21, 21, 21)
    const counts = v128.and(f32x4.le(away, other), i32x4.eq(bytes, i32x4.splat(0)))
    const lanes = i32x4.bitmask(counts)
    if (lanes === 0) continue
    counted += popcnt(lanes)
    const keptU = v128.and(u, counts)
    const keptV = v128.and(v, counts)
    products = f64x2.add(products, f64x2.add(lowProduct(keptU, nowU), lowProduct(keptV, nowV)))
    products = f64x2.add(products, f64x2.add(highProduct(keptU, nowU), highProduct(keptV, nowV)))
    squares = f64x2.add(squares, f64x2.add(lowProduct(keptU, keptU), lowProduct(keptV, keptV)))
    squares = f64x2.add(squares, f64x2.add(highProduct(keptU, keptU), highProduct(keptV, keptV)))
  }
  store<f64>(sums, f64x2.extract_lane(products, 0) + f64x2.extract_lane(products, 1))
  store<f64>(sums + 8, f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1))
  store<f64>(sums + 16, counted as f64)
}

function lowProduct(a: v128, b: v128): v128 {
  return f64x2.mul(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b))
}

function highProduct(a: v128, b: v128): v128 {
  return lowProduct(v128.shuffle<f32>(a, a, 2, 3, 2, 3), v128.shuffle<f32>(b, b, 2, 3, 2, 3))
}

/** Values of the blocks (float32) along the nine rows of blocks, bilinear: nine rows of float64. */
export function stretch(blocks: usize, lines: usize): void {
  for (let column = 0; column < WIDTH; column++) {
    const x = max<f64>(0, min<f64>(COLUMNS - 1, ((column as f64) + 0.5) / SIDE - 0.5))
    const left = min(COLUMNS - 2, x as i32)
    const part = x - (left as f64)
    for (let row = 0; row < ROWS; row++) {
      const at = blocks + 4 * (row * COLUMNS + left)
      store<f64>(lines + 8 * (row * WIDTH + column), one(at) + part * (one(at + 4) - one(at)))
    }
  }
}

/** Multiplies what lies above black by the gain that `lines` give at each pixel, in whole rows. */
export function relight(luma: usize, lines: usize, fromRow: i32, toRow: i32): void {
  for (let row = fromRow; row < toRow; row++) {
    const place = placeOf(row)
    const upper = upperOf(place)
    relightSpan(keep(luma + LINE * row), keep(lines + 8 * WIDTH * upper), place - (upper as f64), 0, WIDTH)
  }
}

/** The same in the blocks of sixteen pixels that have a `mask`; their chroma is multiplied by `chroma`. */
export function relightWhere(luma: usize, lines: usize, chroma: f64, mask: usize): void {
  for (let row = 0; row < HEIGHT; row++) {
    const place = placeOf(row)
    const upper = upperOf(place)
    for (let x = 0; x < WIDTH; x += BLOCK) {
      const at = row * WIDTH + x
      if (!anyOf(mask + at)) continue
      relightSpan(
        keep(luma + LINE * row),
        keep(lines + 8 * WIDTH * upper),
        place - (upper as f64),
        x,
        x + BLOCK,
      )
      scale(luma + PLANE, chroma, at, at + BLOCK)
      scale(luma + 2 * PLANE, chroma, at, at + BLOCK)
    }
  }
}

/** Where a row lies among the rows of blocks, and the row of blocks above it. */
function placeOf(row: i32): f64 {
  return max<f64>(0, min<f64>(ROWS - 1, ((row as f64) + 0.5) / SIDE - 0.5))
}

function upperOf(place: f64): i32 {
  return min(ROWS - 2, place as i32)
}

/** `line`: the gains of the row of blocks above; those of the one below lie behind it. */
function relightSpan(luma: usize, line: usize, part: f64, from: i32, to: i32): void {
  const share = both(part)
  const one = both(1)
  const zero = both(0)
  const black = both(10)
  for (let x = from; x < to; x += 2) {
    const above = v128.load(line + 8 * x)
    const below = v128.load(line + 8 * x, 8 * WIDTH)
    const bent = f64x2.add(above, f64x2.mul(share, f64x2.sub(below, above)))
    // A gain is a float32, as the blocks are.
    const gain = f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(bent))
    const value = two(luma + 4 * x)
    const light = f64x2.pmax(zero, f64x2.sub(value, black))
    put(luma + 4 * x, f64x2.add(value, f64x2.mul(f64x2.sub(gain, one), light)))
  }
}

/** Multiplies the values of the pixels from … to. */
export function scale(values: usize, by: f64, from: i32, to: i32): void {
  const factor = both(by)
  for (let at = 4 * from; at < 4 * to; at += 8) put(values + at, f64x2.mul(two(values + at), factor))
}

/** Every third of twelve float32. */
function everyThird(at: usize): v128 {
  const first = v128.shuffle<f32>(v128.load(at), v128.load(at + 16), 0, 3, 6, 6)
  return v128.shuffle<f32>(first, v128.load(at + 32), 0, 1, 2, 5)
}

/** How far four samples lie from the background, in eighths of a level, at most 255. */
function eighths(now: usize, before: usize, eight: v128, most: v128): v128 {
  const far = f32x4.abs(f32x4.sub(everyThird(now), everyThird(before)))
  return i32x4.trunc_sat_f32x4_s(f32x4.pmin(f32x4.mul(far, eight), most))
}

/**
 * The median of how far every third pixel lies from the background where nothing stood, in eighths of a level.
 * `samples` holds a byte for each: the median is found by halving, which is cheaper than a histogram.
 */
export function spread(now: usize, before: usize, foreground: usize, samples: usize): i32 {
  let counted = PIXELS / 3
  const eight = all(8)
  const most = all(255)
  for (let at = 0; at < PIXELS; at += 48) {
    const a = eighths(now + 4 * at, before + 4 * at, eight, most)
    const b = eighths(now + 4 * (at + 12), before + 4 * (at + 12), eight, most)
    const c = eighths(now + 4 * (at + 24), before + 4 * (at + 24), eight, most)
    const d = eighths(now + 4 * (at + 36), before + 4 * (at + 36), eight, most)
    const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(a, b), i16x8.narrow_i32x4_u(c, d))
    const stood = i8x16.ne(everyThirdByte(foreground + at), i8x16.splat(0))
    counted -= popcnt(i8x16.bitmask(stood))
    v128.store(samples + at / 3, v128.or(bytes, stood))
  }
  let least = 0
  let greatest = 255
  while (least < greatest) {
    const middle = (least + greatest) >> 1
    if (2 * countUpTo(samples, middle) >= counted) greatest = middle
    else least = middle + 1
  }
  return least
}

function everyThirdByte(at: usize): v128 {
  const first = v128.shuffle<i8>(
    v128.load(at),
    v128.load(at + 16),
    0,
    3,
    6,
    9,
    12,
    15,
    18,
    21,
    24,
    27,
    30,
    30,
    30,
    30,
    30,
    30,
  )
  return v128.shuffle<i8>(first, v128.load(at + 32), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29)
}

function countUpTo(samples: usize, most: i32): i32 {
  const limit = i8x16.splat(most as i8)
  let count = 0
  for (let at = 0; at < PIXELS / 3; at += BLOCK) {
    count += popcnt(i8x16.bitmask(i8x16.le_u(v128.load(samples + at), limit)))
  }
  return count
}
