/** The memory of every pixel, and the background that follows the street: see `things.ts` and `background.ts`. */
import { BLOCK, both, bytesOf, floorAt, one, PIXELS, two } from './lanes.as'

const SUPPORT_MAX: f64 = 4
const SUPPORT_STABLE: f64 = 2
const AGE_STABLE_MS: f64 = 2_500
const TAKEOVER_SEC: f64 = 3
const HELD_MS: f64 = 30_000
const PERSISTENCE_MAX: f64 = 10
const PERSISTENT: f64 = 3
const FOLLOW: f64 = 0.2
const PLANE: i32 = 4 * PIXELS

/**
 * Foreground (kind 1) gathers support, the rest loses it. Planes of y, u and v lie behind one another in `picture`,
 * `believed` and `challenger`. Blocks in which nothing is foreground or `busy` (remembered at all) are passed over.
 */
export function remember(
  kinds: usize,
  busy: usize,
  picture: usize,
  believed: usize,
  challenger: usize,
  support: usize,
  challenge: usize,
  persistence: usize,
  sinceMs: usize,
  seenMs: usize,
  stable: usize,
  persistent: usize,
  slope: usize,
  slack: f64,
  luma: f64,
  chroma: f64,
  timeMs: f64,
  dtSec: f64,
): void {
  const thing = i8x16.splat(1)
  for (let block = 0; block < PIXELS; block += BLOCK) {
    if (!v128.any_true(v128.or(i8x16.eq(v128.load(kinds + block), thing), v128.load(busy + block)))) continue
    for (let at = block; at < block + BLOCK; at++) {
      const here = 4 * at
      if (load<u8>(kinds + at) !== 1) {
        if (!load<u8>(busy + at)) continue
        const left = one(support + here)
        if (left > 0) store<f32>(support + here, max<f64>(0, left - 1.5 * dtSec) as f32)
        store<f32>(persistence + here, max<f64>(0, one(persistence + here) - 2 * dtSec) as f32)
      } else {
        store<f32>(persistence + here, min(PERSISTENCE_MAX, one(persistence + here) + dtSec) as f32)
        const reach = max(luma, 0.8 * floorAt(one(picture + here))) + slack * one(slope + here)
        const has = one(support + here)
        if (has > 0 && isLike(picture + here, believed + here, reach, chroma)) {
          store<f32>(support + here, min(SUPPORT_MAX, has + dtSec) as f32)
          approach(picture + here, believed + here)
          store<f64>(seenMs + 8 * at, timeMs)
          store<f32>(challenge + here, 0)
        } else if (has < 1) {
          copy(picture + here, believed + here)
          store<f32>(support + here, min(dtSec, 0.5) as f32)
          store<f64>(sinceMs + 8 * at, timeMs)
          store<f64>(seenMs + 8 * at, timeMs)
          store<f32>(challenge + here, 0)
        } else if (one(challenge + here) > 0 && isLike(picture + here, challenger + here, reach, chroma)) {
          store<f32>(challenge + here, (one(challenge + here) + dtSec) as f32)
          const lasted = one(challenge + here)
          if (lasted >= TAKEOVER_SEC && timeMs - load<f64>(seenMs + 8 * at) > 1000 * TAKEOVER_SEC) {
            copy(challenger + here, believed + here)
            store<f64>(sinceMs + 8 * at, timeMs - 1000 * lasted)
            store<f64>(seenMs + 8 * at, timeMs)
            store<f32>(support + here, min(lasted, SUPPORT_MAX) as f32)
            store<f32>(challenge + here, 0)
          }
        } else {
          copy(picture + here, challenger + here)
          store<f32>(challenge + here, 0.01)
        }
        if (timeMs - load<f64>(seenMs + 8 * at) > HELD_MS) store<f32>(support + here, 0)
      }
      const isStable =
        one(support + here) >= SUPPORT_STABLE && timeMs - load<f64>(sinceMs + 8 * at) >= AGE_STABLE_MS
      store<u8>(stable + at, isStable ? 1 : 0)
      store<u8>(persistent + at, one(persistence + here) >= PERSISTENT ? 1 : 0)
    }
  }
}

function isLike(now: usize, then: usize, reach: f64, chroma: f64): bool {
  // All three at once: a branch for each would be guessed wrongly too often.
  const likeY = abs(one(now) - one(then)) < reach
  const likeU = abs(one(now + PLANE) - one(then + PLANE)) < chroma
  const likeV = abs(one(now + 2 * PLANE) - one(then + 2 * PLANE)) < chroma
  return ((likeY as i32) & (likeU as i32) & (likeV as i32)) !== 0
}

function copy(from: usize, to: usize): void {
  store<f32>(to, load<f32>(from))
  store<f32>(to + PLANE, load<f32>(from + PLANE))
  store<f32>(to + 2 * PLANE, load<f32>(from + 2 * PLANE))
}

function approach(now: usize, then: usize): void {
  for (let plane = 0; plane < 3 * PLANE; plane += PLANE) {
    const value = one(then + plane)
    store<f32>(then + plane, (value + FOLLOW * (one(now + plane) - value)) as f32)
  }
}

/** Foreground that stands for nothing yet, pixels. */
export function countStirred(foreground: usize, stable: usize, persistent: usize): i32 {
  let count = 0
  for (let at = 0; at < PIXELS; at += BLOCK) {
    const stands = v128.or(v128.load(stable + at), v128.load(persistent + at))
    const stirred = v128.andnot(v128.load(foreground + at), stands)
    count += popcnt(i8x16.bitmask(i8x16.ne(stirred, i8x16.splat(0))))
  }
  return count
}

/** What is remembered at each pixel: `held` a colour, `busy` anything at all. New is only what is foreground. */
export function tally(support: usize, persistence: usize, foreground: usize, held: usize, busy: usize): void {
  for (let at = 0; at < PIXELS; at += 4) {
    if ((load<u32>(foreground + at) | load<u32>(busy + at)) === 0) continue
    const holds = f32x4.gt(v128.load(support + 4 * at), f32x4.splat(0))
    const stays = f32x4.gt(v128.load(persistence + 4 * at), f32x4.splat(0))
    if (v128.any_true(v128.or(holds, stays))) {
      store<u32>(held + at, bytesOf(holds))
      store<u32>(busy + at, bytesOf(v128.or(holds, stays)))
    } else {
      store<u32>(held + at, 0)
      store<u32>(busy + at, 0)
    }
  }
}

/**
 * The background follows the picture: thrown out fast, plain at its own rate, shadow slowly, near a thing not at all.
 * What is thrown out is no longer remembered.
 */
export function follow(
  background: usize,
  picture: usize,
  kinds: usize,
  near: usize,
  thrown: usize,
  plain: f64,
  shadow: f64,
  out: f64,
  support: usize,
  challenge: usize,
  persistence: usize,
  stable: usize,
  persistent: usize,
): void {
  const rate = both(plain)
  for (let block = 0; block < PIXELS; block += BLOCK) {
    const special = v128.or(
      v128.load(kinds + block),
      v128.or(v128.load(near + block), v128.load(thrown + block)),
    )
    if (!v128.any_true(special)) {
      const end = 4 * (block + BLOCK)
      for (let x = 4 * block; x < end; x += 8) {
        followTwo(background + x, picture + x, rate)
        followTwo(background + x + PLANE, picture + x + PLANE, rate)
        followTwo(background + x + 2 * PLANE, picture + x + 2 * PLANE, rate)
      }
      continue
    }
    const isThrownAny = v128.any_true(v128.load(thrown + block))
    if (!isThrownAny && i8x16.all_true(v128.load(near + block))) continue
    for (let at = block; at < block + BLOCK; at++) {
      const isThrown = load<u8>(thrown + at)
      if (!isThrown && load<u8>(near + at)) continue
      const kind = load<u8>(kinds + at)
      const share = isThrown ? out : kind === 2 ? shadow : plain
      for (let plane = 0; plane < 3 * PLANE; plane += PLANE) {
        const value = one(background + 4 * at + plane)
        const now = one(picture + 4 * at + plane)
        store<f32>(background + 4 * at + plane, (value + share * (now - value)) as f32)
      }
      if (!isThrown || kind === 1) continue
      store<f32>(support + 4 * at, 0)
      store<f32>(challenge + 4 * at, 0)
      store<f32>(persistence + 4 * at, 0)
      store<u8>(stable + at, 0)
      store<u8>(persistent + at, 0)
    }
  }
}

function followTwo(background: usize, picture: usize, rate: v128): void {
  const value = two(background)
  const moved = f64x2.add(value, f64x2.mul(rate, f64x2.sub(two(picture), value)))
  v128.store64_lane(background, f32x4.demote_f64x2_zero(moved), 0)
}
