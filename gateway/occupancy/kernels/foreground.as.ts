/** Where the picture differs from the background, and where only as a shadow or a light does. */
import { anyOf, BLOCK, HEIGHT, lightOf, one, PIXELS, put, two, WIDTH } from './lanes.as'

const LINE: i32 = 4 * WIDTH

/** Least and greatest of three neighbours along a row; the row's ends have two. */
function limitsAlong(from: usize, least: usize, greatest: usize): void {
  const first = f32x4.splat(load<f32>(from))
  let before = first
  for (let x = 0; x < LINE; x += 16) {
    const here = v128.load(from + x)
    const after = v128.load(from + x + 16)
    const left = v128.shuffle<f32>(before, here, 3, 4, 5, 6)
    const right =
      x < LINE - 16 ? v128.shuffle<f32>(here, after, 1, 2, 3, 4) : v128.shuffle<f32>(here, here, 1, 2, 3, 3)
    v128.store(least + x, f32x4.pmin(f32x4.pmin(here, left), right))
    v128.store(greatest + x, f32x4.pmax(f32x4.pmax(here, left), right))
    before = here
  }
}

/** Six rows (least and greatest of luma, u, v) for each of three rows of the picture. */
const LIMITS: i32 = 6 * LINE

function limitsOfRow(y: usize, u: usize, v: usize, row: i32, limits: usize): void {
  const to = limits + (row % 3) * LIMITS
  limitsAlong(y + LINE * row, to, to + LINE)
  limitsAlong(u + LINE * row, to + 2 * LINE, to + 3 * LINE)
  limitsAlong(v + LINE * row, to + 4 * LINE, to + 5 * LINE)
}

/**
 * `far` where the picture lies outside the 3×3 envelope of the background by more than noise; `coloured` where
 * its chroma does. Least reaches are luma and chroma; what brightness adds to them is in the loop.
 */
export function differ(
  y: usize,
  u: usize,
  v: usize,
  nowY: usize,
  nowU: usize,
  nowV: usize,
  luma: f64,
  chroma: f64,
  far: usize,
  coloured: usize,
  limits: usize,
): void {
  limitsOfRow(y, u, v, 0, limits)
  for (let row = 0; row < HEIGHT; row++) {
    if (row < HEIGHT - 1) limitsOfRow(y, u, v, row + 1, limits)
    const above = limits + (max(row - 1, 0) % 3) * LIMITS
    const here = limits + (row % 3) * LIMITS
    const below = limits + (min(row + 1, HEIGHT - 1) % 3) * LIMITS
    const start = row * WIDTH
    for (let x = 0; x < WIDTH; x += 4) {
      const at = start + x
      store<u32>(far + at, 0)
      store<u32>(coloured + at, 0)
      const near = v128.and(
        within(v128.load(nowY + 4 * at), above, here, below, 4 * x, max(luma, 4.5) as f32),
        v128.and(
          within(
            v128.load(nowU + 4 * at),
            above + 2 * LINE,
            here + 2 * LINE,
            below + 2 * LINE,
            4 * x,
            max(chroma, 3) as f32,
          ),
          within(
            v128.load(nowV + 4 * at),
            above + 4 * LINE,
            here + 4 * LINE,
            below + 4 * LINE,
            4 * x,
            max(chroma, 3) as f32,
          ),
        ),
      )
      if (i32x4.all_true(near)) continue
      for (let i = x; i < x + 4; i++) {
        const p = start + i
        const brightness = one(y + 4 * p)
        const reach = max(luma, min(max(2.5 + 0.07 * brightness, 4.5), 11))
        const reachC = max(chroma, min(max(2.5 + 0.045 * brightness, 3), 7))
        const isColoured =
          outside(one(nowU + 4 * p), above + 2 * LINE, here + 2 * LINE, below + 2 * LINE, 4 * i, reachC) ||
          outside(one(nowV + 4 * p), above + 4 * LINE, here + 4 * LINE, below + 4 * LINE, 4 * i, reachC)
        if (isColoured) store<u8>(coloured + p, 1)
        if (isColoured || outside(one(nowY + 4 * p), above, here, below, 4 * i, reach)) store<u8>(far + p, 1)
      }
    }
  }
}

/** Surely within the envelope and the least reach there can be: a margin is left for rounding. */
function within(now: v128, above: usize, here: usize, below: usize, x: usize, reach: f32): v128 {
  const least = f32x4.pmin(f32x4.pmin(v128.load(above + x), v128.load(here + x)), v128.load(below + x))
  const most = f32x4.pmax(
    f32x4.pmax(v128.load(above + LINE + x), v128.load(here + LINE + x)),
    v128.load(below + LINE + x),
  )
  const away = f32x4.pmax(f32x4.sub(now, most), f32x4.sub(least, now))
  return f32x4.lt(away, f32x4.splat(reach - (0.001 as f32)))
}

function outside(now: f64, above: usize, here: usize, below: usize, x: usize, reach: f64): bool {
  const least = min(min(one(above + x), one(here + x)), one(below + x))
  const most = max(max(one(above + LINE + x), one(here + LINE + x)), one(below + LINE + x))
  return now > most + reach || now < least - reach
}

/**
 * Marks in `out` what may be shadow or light by its colours: foreground, not coloured, chroma near and the ratio of
 * light between the two given. `spans`: first and end column (16 bits each) of what was found in each row. Gives how many.
 */
export function maybeShade(
  kinds: usize,
  coloured: usize,
  y: usize,
  u: usize,
  v: usize,
  nowY: usize,
  nowU: usize,
  nowV: usize,
  chroma: f64,
  least: f64,
  greatest: f64,
  out: usize,
  spans: usize,
): i32 {
  let found = 0
  for (let row = 0; row < HEIGHT; row++) {
    let first = WIDTH
    let end = 0
    for (let column = 0; column < WIDTH; column += BLOCK) {
      const block = row * WIDTH + column
      const plain = v128.andnot(v128.load(kinds + block), v128.load(coloured + block))
      v128.store(out + block, i8x16.splat(0))
      if (!v128.any_true(plain)) continue
      for (let at = block; at < block + BLOCK; at++) {
        if (!load<u8>(kinds + at) || load<u8>(coloured + at)) continue
        if (abs(one(nowU + 4 * at) - one(u + 4 * at)) > chroma) continue
        if (abs(one(nowV + 4 * at) - one(v + 4 * at)) > chroma) continue
        const ratio = lightOf(one(nowY + 4 * at)) / lightOf(one(y + 4 * at))
        if (ratio < least || ratio > greatest) continue
        store<u8>(out + at, 1)
        found++
        const x = at - row * WIDTH
        first = min(first, x)
        end = max(end, x + 1)
      }
    }
    store<u16>(spans + 4 * row, first as u16)
    store<u16>(spans + 4 * row + 2, end as u16)
  }
  return found
}

/** How far the gradient is from what the same ground in other light would show, within the spans. */
export function unlike(
  nowY: usize,
  y: usize,
  gradientNow: usize,
  gradientBefore: usize,
  spans: usize,
  out: usize,
): void {
  for (let row = 0; row < HEIGHT; row++) {
    const from = LINE * row + 4 * (load<u16>(spans + 4 * row) & ~1)
    const to = LINE * row + 4 * load<u16>(spans + 4 * row + 2)
    for (let x = from; x < to; x += 8) {
      const now = f64x2.max(f64x2.sub(two(nowY + x), f64x2.splat(10)), f64x2.splat(2))
      const before = f64x2.max(f64x2.sub(two(y + x), f64x2.splat(10)), f64x2.splat(2))
      const expected = f64x2.mul(f64x2.div(now, before), two(gradientBefore + x))
      put(out + x, f64x2.abs(f64x2.sub(two(gradientNow + x), expected)))
    }
  }
}

/** Turns candidates into shadow or light (2) where the mean gradient is what it would be in other light. */
export function shade(
  candidates: usize,
  y: usize,
  unlikeMean: usize,
  gradientMean: usize,
  noise: f64,
  kinds: usize,
): void {
  for (let block = 0; block < PIXELS; block += BLOCK) {
    if (!anyOf(candidates + block)) continue
    for (let at = block; at < block + BLOCK; at++) {
      if (!load<u8>(candidates + at)) continue
      const least = max(max(0.1 * lightOf(one(y + 4 * at)), 2 * noise), 1.5)
      if (one(unlikeMean + 4 * at) < least + 0.25 * one(gradientMean + 4 * at)) store<u8>(kinds + at, 2)
    }
  }
}

/** Whether anything of shadow's kind is darker than `share` of the background. */
export function hasDark(kinds: usize, nowY: usize, y: usize, share: f64): bool {
  const shaded = i8x16.splat(2)
  for (let block = 0; block < PIXELS; block += BLOCK) {
    if (!v128.any_true(i8x16.eq(v128.load(kinds + block), shaded))) continue
    for (let at = block; at < block + BLOCK; at++) {
      if (load<u8>(kinds + at) === 2 && lightOf(one(nowY + 4 * at)) < share * lightOf(one(y + 4 * at)))
        return true
    }
  }
  return false
}

/** Gives back to the foreground what is dark in the parts that `classes` (a byte a label) names. */
export function bringBack(
  kinds: usize,
  labels: usize,
  classes: usize,
  nowY: usize,
  y: usize,
  share: f64,
): void {
  const shaded = i8x16.splat(2)
  for (let block = 0; block < PIXELS; block += BLOCK) {
    if (!v128.any_true(i8x16.eq(v128.load(kinds + block), shaded))) continue
    for (let at = block; at < block + BLOCK; at++) {
      if (load<u8>(kinds + at) !== 2 || !load<u8>(classes + load<u8>(labels + at))) continue
      if (lightOf(one(nowY + 4 * at)) < share * lightOf(one(y + 4 * at))) store<u8>(kinds + at, 1)
    }
  }
}
