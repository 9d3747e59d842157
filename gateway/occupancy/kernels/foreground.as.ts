/** Where the picture differs from the background, and where only as a shadow or a light does. */
import {
  all,
  anyOf,
  BLOCK,
  both,
  bytesOf,
  floorAt,
  HEIGHT,
  lightOf,
  one,
  PIXELS,
  put,
  two,
  WIDTH,
} from './lanes.as'

const LINE: i32 = 4 * WIDTH
const PLANE: i32 = 4 * PIXELS

/**
 * `far` where the picture lies outside the 3×3 envelope of the background by more than noise; `coloured` where
 * its chroma does. Least reaches are luma and chroma; what brightness adds to them is in the loop. Planes of y, u
 * and v lie behind one another. What lies near its own pixel of the background lies within the envelope: mostly
 * that is all.
 */
export function differ(
  background: usize,
  picture: usize,
  luma: f64,
  chroma: f64,
  far: usize,
  coloured: usize,
): void {
  const share = all(0.07)
  const least = all(4.5)
  const most = all(11)
  const shareC = all(0.045)
  const leastC = all(3)
  const mostC = all(7)
  const base = all(2.5)
  const noise = all(luma as f32)
  const noiseC = all(chroma as f32)
  // Within this of a threshold float32 decides nothing: float64 does.
  const margin = all(0.001)
  for (let x = 0; x < 4 * PIXELS; x += 16) {
    const y = v128.load(background + x)
    const floor = f32x4.pmax(f32x4.add(f32x4.mul(y, share), base), least)
    const floorC = f32x4.pmax(f32x4.add(f32x4.mul(y, shareC), base), leastC)
    const reach = f32x4.sub(f32x4.pmax(f32x4.pmin(floor, most), noise), margin)
    const reachC = f32x4.sub(f32x4.pmax(f32x4.pmin(floorC, mostC), noiseC), margin)
    const u = f32x4.sub(v128.load(picture + x, PLANE), v128.load(background + x, PLANE))
    const v = f32x4.sub(v128.load(picture + x, 2 * PLANE), v128.load(background + x, 2 * PLANE))
    const overC = f32x4.sub(f32x4.pmax(f32x4.abs(u), f32x4.abs(v)), reachC)
    const over = f32x4.sub(f32x4.abs(f32x4.sub(v128.load(picture + x), y)), reach)
    const at = x >> 2
    store<u32>(far + at, 0)
    store<u32>(coloured + at, 0)
    // Whatever is within its reach is negative.
    if (i32x4.bitmask(v128.and(over, overC)) === 15) continue
    differFour(background, picture, x, reach, reachC, far + at, coloured + at)
    const unsure = f32x4.lt(f32x4.abs(v128.load(UNSURE)), all(0.002))
    if (!v128.any_true(unsure)) continue
    for (let i = 0; i < 4; i++) differOne(background, picture, at + i, luma, chroma, far, coloured)
  }
}

/** How near to a threshold the nearest of three channels lies, four pixels. */
const UNSURE = memory.data<f32>([0, 0, 0, 0])

/** Decides for four pixels, `reach` and `reachC` being less by the margin. */
function differFour(
  background: usize,
  picture: usize,
  x: i32,
  reach: v128,
  reachC: v128,
  far: usize,
  coloured: usize,
): void {
  const overY = f32x4.sub(away(picture, background, x), reach)
  const overU = f32x4.sub(away(picture + PLANE, background + PLANE, x), reachC)
  const overV = f32x4.sub(away(picture + 2 * PLANE, background + 2 * PLANE, x), reachC)
  const isColoured = v128.not(i32x4.shr_s(f32x4.pmax(overU, overV), 31))
  store<u32>(coloured, bytesOf(isColoured))
  store<u32>(far, bytesOf(v128.or(isColoured, v128.not(i32x4.shr_s(overY, 31)))))
  v128.store(UNSURE, f32x4.pmin(f32x4.abs(overY), f32x4.pmin(f32x4.abs(overU), f32x4.abs(overV))))
}

/** How far outside the envelope of the background; negative inside. The picture's edge has fewer neighbours. */
function away(picture: usize, background: usize, x: i32): v128 {
  const row = x / LINE
  const left = x - row * LINE
  let least = v128.load(background + x)
  let most = least
  for (let other = max(row - 1, 0); other <= min(row + 1, HEIGHT - 1); other++) {
    const at = background + other * LINE + left
    const here = v128.load(at)
    const before = left > 0 ? v128.load(at - 4) : v128.shuffle<f32>(here, here, 0, 0, 1, 2)
    const after = left < LINE - 16 ? v128.load(at + 4) : v128.shuffle<f32>(here, here, 1, 2, 3, 3)
    least = f32x4.pmin(f32x4.pmin(least, here), f32x4.pmin(before, after))
    most = f32x4.pmax(f32x4.pmax(most, here), f32x4.pmax(before, after))
  }
  const now = v128.load(picture + x)
  return f32x4.pmax(f32x4.sub(now, most), f32x4.sub(least, now))
}

function differOne(
  background: usize,
  picture: usize,
  at: i32,
  luma: f64,
  chroma: f64,
  far: usize,
  coloured: usize,
): void {
  const brightness = one(background + 4 * at)
  const reach = max(luma, floorAt(brightness))
  const reachC = max(chroma, min(max(2.5 + 0.045 * brightness, 3), 7))
  const isColoured =
    isOutside(picture + PLANE, background + PLANE, at, reachC) ||
    isOutside(picture + 2 * PLANE, background + 2 * PLANE, at, reachC)
  store<u8>(coloured + at, isColoured ? 1 : 0)
  store<u8>(far + at, isColoured || isOutside(picture, background, at, reach) ? 1 : 0)
}

function isOutside(picture: usize, background: usize, at: i32, reach: f64): bool {
  const row = at / WIDTH
  const column = at - row * WIDTH
  let least = one(background + 4 * at)
  let most = least
  for (let y = max(row - 1, 0); y <= min(row + 1, HEIGHT - 1); y++) {
    for (let x = max(column - 1, 0); x <= min(column + 1, WIDTH - 1); x++) {
      const value = one(background + 4 * (y * WIDTH + x))
      least = min(least, value)
      most = max(most, value)
    }
  }
  const now = one(picture + 4 * at)
  return now > most + reach || now < least - reach
}

/**
 * Marks in `out` what may be shadow or light by its colours: foreground, not coloured, chroma near and the ratio of
 * light between the two given. `spans`: first and end column (16 bits each) of what was found in each row. Gives
 * how many.
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
  const black = both(10)
  const least = both(2)
  for (let row = 0; row < HEIGHT; row++) {
    const from = LINE * row + 4 * (load<u16>(spans + 4 * row) & ~1)
    const to = LINE * row + 4 * load<u16>(spans + 4 * row + 2)
    for (let x = from; x < to; x += 8) {
      const now = f64x2.pmax(f64x2.sub(two(nowY + x), black), least)
      const before = f64x2.pmax(f64x2.sub(two(y + x), black), least)
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
