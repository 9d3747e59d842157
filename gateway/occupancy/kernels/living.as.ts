/** What moves among what stands, what was alive lately, and what of it is goods: see `living.ts`. */
import { anyOf, BLOCK, both, HEIGHT, lightOf, one, PIXELS, put, two, WIDTH } from './lanes.as'
import { addTo } from './mask.as'

const _LINE: i32 = 4 * WIDTH
const PLANE: i32 = 4 * PIXELS
/** Least step that is a movement, by quantisation. */
const STEP_MIN: f64 = 1
const COLOURED: u8 = 2

/** Marks what differs from the last look, within the spans: 2 by colour, 1 by luma. Planes lie behind one another. */
export function movedSince(
  picture: usize,
  last: usize,
  slope: usize,
  slack: f64,
  luma: f64,
  chroma: f64,
  spans: usize,
  moved: usize,
): void {
  memory.fill(moved, 0, PIXELS)
  for (let row = 0; row < HEIGHT; row++) {
    const end = row * WIDTH + load<u16>(spans + 4 * row + 2)
    for (let at = row * WIDTH + load<u16>(spans + 4 * row); at < end; at++) {
      const now = picture + 4 * at
      const then = last + 4 * at
      const light = lightOf(one(now))
      const reachC = max(chroma, STEP_MIN + 0.045 * light)
      if (
        abs(one(now + PLANE) - one(then + PLANE)) > reachC ||
        abs(one(now + 2 * PLANE) - one(then + 2 * PLANE)) > reachC
      ) {
        store<u8>(moved + at, COLOURED)
      } else {
        const reach = max(luma, STEP_MIN + 0.06 * light) + slack * one(slope + 4 * at)
        if (abs(one(now) - one(then)) > reach) store<u8>(moved + at, 1)
      }
    }
  }
}

/** Takes back what a change of light over 5×5 explains: the edge of a cloud creeps over still things. */
export function excuse(
  now: usize,
  last: usize,
  around: usize,
  aroundLast: usize,
  noise: f64,
  moved: usize,
): void {
  for (let block = 0; block < PIXELS; block += BLOCK) {
    if (!anyOf(moved + block)) continue
    for (let at = block; at < block + BLOCK; at++) {
      const how = load<u8>(moved + at)
      if (how === 0) continue
      store<u8>(moved + at, 1)
      if (how === COLOURED) continue
      const ratio = lightOf(one(around + 4 * at)) / lightOf(one(aroundLast + 4 * at))
      const before = one(last + 4 * at)
      const expected = before + (ratio - 1) * lightOf(before)
      const floor = STEP_MIN + 0.05 * lightOf(one(now + 4 * at))
      if (abs(one(now + 4 * at) - expected) < max(floor, noise)) store<u8>(moved + at, 0)
    }
  }
}

/**
 * The share of looks in which a pixel of what stands moved; `rate` is the weight of this look. What is hot by it is
 * alive now: `alive` marks what `aliveMs` tells a time of.
 */
export function weigh(
  moved: usize,
  stands: usize,
  activity: usize,
  rate: f64,
  least: f64,
  hot: usize,
  alive: usize,
  aliveMs: usize,
  timeMs: f64,
): void {
  const share = both(rate)
  const floor = both(least)
  for (let block = 0; block < PIXELS; block += 4) {
    store<u32>(hot + block, 0)
    const moves = load<u32>(moved + block) & load<u32>(stands + block)
    if (!moves && !v128.any_true(v128.load(activity + 4 * block))) continue
    const bytes = i16x8.extend_low_i8x16_u(i32x4.splat(moves))
    const lanes = i32x4.extend_low_i16x8_u(bytes)
    const first = weighTwo(activity + 4 * block, f64x2.convert_low_i32x4_u(lanes), share)
    const second = weighTwo(
      activity + 4 * block + 8,
      f64x2.convert_low_i32x4_u(v128.shuffle<i32>(lanes, lanes, 2, 3, 2, 3)),
      share,
    )
    if (!v128.any_true(v128.or(f64x2.gt(first, floor), f64x2.gt(second, floor)))) continue
    for (let at = block; at < block + 4; at++) {
      if (one(activity + 4 * at) <= least) continue
      store<u8>(hot + at, 1)
      store<u8>(alive + at, 1)
      store<f64>(aliveMs + 8 * at, timeMs)
    }
  }
}

/** Gives back what is kept of it. */
function weighTwo(activity: usize, moves: v128, share: v128): v128 {
  const was = two(activity)
  put(activity, f64x2.add(was, f64x2.mul(share, f64x2.sub(moves, was))))
  return two(activity)
}

/** What was alive within `quietMs`; whether anything was. */
export function aliveSince(alive: usize, aliveMs: usize, timeMs: f64, quietMs: f64, out: usize): bool {
  let any = false
  for (let block = 0; block < PIXELS; block += BLOCK) {
    const here = v128.load(alive + block)
    v128.store(out + block, here)
    if (!v128.any_true(here)) continue
    for (let at = block; at < block + BLOCK; at++) {
      if (!load<u8>(alive + at)) continue
      if (timeMs - load<f64>(aliveMs + 8 * at) < quietMs) any = true
      else store<u8>(out + at, 0)
    }
  }
  return any
}

/** How many pixels of each part of `mask` lie where something is or stands now. */
export function countTaken(mask: usize, parts: usize, foreground: usize, labels: usize, counts: usize): void {
  memory.fill(counts, 0, 4 * 256)
  let last = 0
  let run = 0
  for (let block = 0; block < PIXELS; block += BLOCK) {
    if (!anyOf(mask + block)) continue
    for (let at = block; at < block + BLOCK; at++) {
      if (!load<u8>(mask + at) || (!load<u8>(foreground + at) && !load<u8>(labels + at))) continue
      const part = load<u8>(parts + at)
      if (part !== last) {
        addTo(counts, last, run)
        last = part
        run = 0
      }
      run++
    }
  }
  addTo(counts, last, run)
}

/** Where a part has left (a byte a part) only what is hot stays alive; what lies in no region is no body's. */
export function forgetLeft(
  mask: usize,
  parts: usize,
  left: usize,
  hot: usize,
  alive: usize,
  aliveMs: usize,
  labels: usize,
): void {
  for (let block = 0; block < PIXELS; block += BLOCK) {
    if (!anyOf(parts + block) && !anyOf(mask + block)) continue
    for (let at = block; at < block + BLOCK; at++) {
      if (load<u8>(left + load<u8>(parts + at))) {
        store<u8>(alive + at, 0)
        store<f64>(aliveMs + 8 * at, -Infinity)
        store<u8>(mask + at, load<u8>(hot + at))
      }
      if (!load<u8>(labels + at)) store<u8>(mask + at, 0)
    }
  }
}

/** What stands for `ageMs` outside bodies and, in regions that live, not near what is hot. */
export function pickStill(
  labels: usize,
  stable: usize,
  sinceMs: usize,
  timeMs: f64,
  ageMs: f64,
  body: usize,
  near: usize,
  lives: usize,
  out: usize,
): void {
  for (let block = 0; block < PIXELS; block += BLOCK) {
    v128.store(out + block, i8x16.splat(0))
    if (!anyOf(labels + block)) continue
    for (let at = block; at < block + BLOCK; at++) {
      const label = load<u8>(labels + at)
      if (!label || !load<u8>(stable + at) || load<u8>(body + at)) continue
      if (timeMs - load<f64>(sinceMs + 8 * at) < ageMs) continue
      if (!load<u8>(near + at) || !load<u8>(lives + label)) store<u8>(out + at, 1)
    }
  }
}

/** Slivers of a body go; where nobody lives a thin thing is a thing. */
export function keepThin(still: usize, labels: usize, lives: usize, goods: usize): void {
  for (let block = 0; block < PIXELS; block += BLOCK) {
    if (!anyOf(still + block)) continue
    for (let at = block; at < block + BLOCK; at++) {
      if (load<u8>(still + at) && !load<u8>(lives + load<u8>(labels + at))) store<u8>(goods + at, 1)
    }
  }
}

/** Whether a part and a region share a pixel of the rows and columns given (the last ones inclusive). */
export function touches(
  parts: usize,
  part: i32,
  labels: usize,
  region: i32,
  left: i32,
  top: i32,
  right: i32,
  bottom: i32,
): bool {
  for (let row = top; row <= bottom; row++) {
    for (let at = row * WIDTH + left; at <= row * WIDTH + right; at++) {
      if (load<u8>(parts + at) === (part as u8) && load<u8>(labels + at) === (region as u8)) return true
    }
  }
  return false
}

/** Rows of a region that have a pixel in the columns given (the last one inclusive). */
export function rowsWithin(labels: usize, region: i32, left: i32, top: i32, right: i32, bottom: i32): i32 {
  let rows = 0
  for (let row = top; row <= bottom; row++) {
    for (let at = row * WIDTH + left; at <= row * WIDTH + right; at++) {
      if (load<u8>(labels + at) !== (region as u8)) continue
      rows++
      break
    }
  }
  return rows
}

/** Thirteen float64 a region, in the order of `Evidence` in regions.ts. */
const FACTS: i32 = 13 * 8

function add(fact: usize, value: f64): void {
  store<f64>(fact, load<f64>(fact) + value)
}

/** Sums over every region what tells things from appearances; the first and the last row do not count. */
export function gatherEvidence(
  labels: usize,
  thick: usize,
  hot: usize,
  stable: usize,
  seenMs: usize,
  latelyMs: f64,
  now: usize,
  before: usize,
  slopeNow: usize,
  slopeBefore: usize,
  timeMs: f64,
  facts: usize,
): void {
  memory.fill(facts, 0, 256 * FACTS)
  for (let block = WIDTH; block < PIXELS - WIDTH; block += BLOCK) {
    if (!anyOf(labels + block)) continue
    for (let at = block; at < block + BLOCK; at++) {
      const label = load<u8>(labels + at)
      if (label === 0) continue
      const fact = facts + FACTS * label
      add(fact, 1)
      if (load<u8>(stable + at)) {
        add(fact + 8, 1)
        if (timeMs - load<f64>(seenMs + 8 * at) < latelyMs) add(fact + 24, 1)
      }
      add(fact + 16, load<u8>(hot + at) as f64)
      add(fact + 32, load<u8>(thick + at) as f64)
      const is = one(now + 4 * at)
      const was = one(before + 4 * at)
      add(fact + 40, is)
      add(fact + 48, was)
      add(fact + 56, is * is)
      add(fact + 64, was * was)
      add(fact + 72, is * was)
      const inside =
        load<u8>(labels + at - 1) === label &&
        load<u8>(labels + at + 1) === label &&
        load<u8>(labels + at - WIDTH) === label &&
        load<u8>(labels + at + WIDTH) === label
      if (inside) continue
      add(fact + 80, 1)
      add(fact + 88, one(slopeNow + 4 * at))
      add(fact + 96, one(slopeBefore + 4 * at))
    }
  }
}

/** Takes regions thrown out off the labels; verdict 2 is text, where nothing is ever a thing. */
export function throwOut(labels: usize, verdicts: usize, thrown: usize, text: usize): void {
  for (let block = 0; block < PIXELS; block += BLOCK) {
    if (!anyOf(labels + block)) continue
    for (let at = block; at < block + BLOCK; at++) {
      const verdict = load<u8>(verdicts + load<u8>(labels + at))
      if (verdict === 0) continue
      store<u8>(labels + at, 0)
      store<u8>(thrown + at, 1)
      if (verdict === 2) store<u8>(text + at, 1)
    }
  }
}
