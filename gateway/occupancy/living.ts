/**
 * Life: which parts of what stands keep moving, and which parts are therefore somebody's body.
 *
 *     picture against the last look ─▶ moves (3 of 9) ─▶ share of looks, 8 s ─▶ hot │ long memory, 30 s
 *     hot parts ─▶ their whole columns downwards = bodies        goods = stable, 6 s old, beside every body
 *
 * A person has still parts, a black coat more than one; none of them lies beside his own columns.
 * Looks are at least 0.4 s apart: at 5 samples a second nobody would seem to move.
 */
import { chromaFloor, floorAt, type Noise } from './foreground.ts'
import { close, grow, label, neighbours, open, type Part } from './mask.ts'
import { Plane } from './plane.ts'
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH } from './standing.ts'
import type { Things } from './things.ts'

const LOOK_MS = 400
const SHORT_SEC = 8
const LONG_SEC = 30
const HOT = 0.12
const HOT_PIXELS_MIN = 20
const HOT_SHARE_MIN = 0.02
const HOT_PART_MIN = 15
const BESIDE_PIXELS = 3
const ABOVE_PIXELS = 5
const GOODS_AGE_MS = 6_000
const GOODS_PIXELS_MIN = 40
const GOODS_SHARE_MIN = 0.08

export class Living {
  readonly last = new Plane()
  #lastMs = -Infinity
  /** Share of looks in which a pixel moved: of the last seconds, and the most of the last half minute. */
  readonly activity = new Float32Array(PLANE_PIXELS)
  readonly longActivity = new Float32Array(PLANE_PIXELS)
  readonly hot = new Uint8Array(PLANE_PIXELS)
  readonly goods = new Uint8Array(PLANE_PIXELS)
  readonly #moved = new Uint8Array(PLANE_PIXELS)
  readonly #count = new Uint8Array(PLANE_PIXELS)
  readonly #mask = new Uint8Array(PLANE_PIXELS)
  readonly #closed = new Uint8Array(PLANE_PIXELS)
  readonly #labels = new Uint8Array(PLANE_PIXELS)
  readonly #body = new Uint8Array(PLANE_PIXELS)
  readonly #near = new Uint8Array(PLANE_PIXELS)

  /** Compares the picture with the last look, if that is long enough ago. */
  look(
    picture: Plane,
    things: Things,
    slope: Float32Array,
    slack: number,
    noise: Noise,
    timeMs: number,
  ): void {
    const dtMs = timeMs - this.#lastMs
    if (dtMs < LOOK_MS) return
    if (dtMs < 10_000) {
      const dtSec = Math.min(3, dtMs / 1000)
      movedSince(picture, this.last, slope, slack, noise, this.#moved)
      neighbours(this.#moved, this.#count)
      weigh(this.#moved, this.#count, things, this.activity, this.longActivity, dtSec)
    }
    for (let at = 0; at < PLANE_PIXELS; at++) this.hot[at] = this.activity[at]! > HOT ? 1 : 0
    this.last.set(picture)
    this.#lastMs = timeMs
  }

  /** Divides each region into bodies and goods; gives back the goods' pixels by region. */
  divide(regions: readonly Part[], labels: Uint8Array, things: Things, timeMs: number): Int32Array {
    const goodsPixels = new Int32Array(256)
    this.goods.fill(0)
    if (regions.length === 0) return goodsPixels
    const hotPixels = countWhere(this.hot, labels)
    const lives = new Uint8Array(256)
    for (const region of regions) {
      const hot = hotPixels[region.label]!
      if (hot >= HOT_PIXELS_MIN && hot >= HOT_SHARE_MIN * region.pixels) lives[region.label] = 1
    }
    this.#findBodies(labels, lives)
    grow(this.hot, this.#near, 3)
    this.#pickGoods(labels, lives, things, timeMs)
    this.#keepLarge(regions, labels, goodsPixels)
    return goodsPixels
  }

  /** Columns of every hot part, from a little above it downwards. */
  #findBodies(labels: Uint8Array, lives: Uint8Array): void {
    const { longActivity, activity } = this
    for (let at = 0; at < PLANE_PIXELS; at++) {
      const alive = lives[labels[at]!] === 1
      if (labels[at] !== 0 && !alive) longActivity[at] = activity[at]!
      this.#mask[at] = alive && longActivity[at]! > HOT ? 1 : 0
    }
    close(this.#mask, this.#closed, 3)
    this.#body.fill(0)
    for (const part of label(this.#closed, this.#labels, HOT_PART_MIN)) fillColumns(this.#body, part)
  }

  #pickGoods(labels: Uint8Array, lives: Uint8Array, things: Things, timeMs: number): void {
    const { stable, sinceMs } = things
    for (let at = 0; at < PLANE_PIXELS; at++) {
      const stands = labels[at] !== 0 && stable[at] === 1 && timeMs - sinceMs[at]! >= GOODS_AGE_MS
      const beside = lives[labels[at]!] === 0 || (this.#body[at] === 0 && this.#near[at] === 0)
      this.#mask[at] = stands && beside ? 1 : 0
    }
    open(this.#mask, this.goods, 2)
  }

  #keepLarge(regions: readonly Part[], labels: Uint8Array, goodsPixels: Int32Array): void {
    const counts = countWhere(this.goods, labels)
    for (const region of regions) {
      const pixels = counts[region.label]!
      if (pixels >= GOODS_PIXELS_MIN && pixels >= GOODS_SHARE_MIN * region.pixels)
        goodsPixels[region.label] = pixels
    }
    for (let at = 0; at < PLANE_PIXELS; at++) {
      if (this.goods[at] === 1 && goodsPixels[labels[at]!] === 0) this.goods[at] = 0
    }
  }

  get lastMs(): number {
    return this.#lastMs
  }

  set lastMs(timeMs: number) {
    this.#lastMs = timeMs
  }

  reset(): void {
    this.#lastMs = -Infinity
    this.activity.fill(0)
    this.longActivity.fill(0)
    this.hot.fill(0)
    this.goods.fill(0)
  }
}

function movedSince(
  picture: Plane,
  last: Plane,
  slope: Float32Array,
  slack: number,
  noise: Noise,
  moved: Uint8Array,
): void {
  const luma = 4 * noise.luma
  const chroma = 5 * noise.chroma
  for (let at = 0; at < PLANE_PIXELS; at++) {
    const y = picture.y[at]!
    const floor = 0.7 * floorAt(y)
    const floorC = 0.86 * chromaFloor(y)
    const reach = (luma > floor ? luma : floor) + slack * slope[at]!
    const reachC = chroma > floorC ? chroma : floorC
    moved[at] =
      Math.abs(y - last.y[at]!) > reach ||
      Math.abs(picture.u[at]! - last.u[at]!) > reachC ||
      Math.abs(picture.v[at]! - last.v[at]!) > reachC
        ? 1
        : 0
  }
}

function weigh(
  moved: Uint8Array,
  count: Uint8Array,
  things: Things,
  activity: Float32Array,
  longActivity: Float32Array,
  dtSec: number,
): void {
  const rate = 1 - Math.exp(-dtSec / SHORT_SEC)
  const fade = Math.exp(-dtSec / LONG_SEC)
  const { stable, persistent } = things
  for (let at = 0; at < PLANE_PIXELS; at++) {
    const moves = moved[at] === 1 && count[at]! >= 3 && (stable[at] === 1 || persistent[at] === 1) ? 1 : 0
    const now = activity[at]! + rate * (moves - activity[at]!)
    const long = longActivity[at]! * fade
    activity[at] = now
    longActivity[at] = now > long ? now : long
  }
}

function fillColumns(body: Uint8Array, part: Part): void {
  const left = Math.max(0, part.left - BESIDE_PIXELS)
  const right = Math.min(PLANE_WIDTH - 1, part.right + BESIDE_PIXELS)
  for (let row = Math.max(0, part.top - ABOVE_PIXELS); row < PLANE_HEIGHT; row++) {
    body.fill(1, row * PLANE_WIDTH + left, row * PLANE_WIDTH + right + 1)
  }
}

/** How many set pixels each label has. */
export function countWhere(mask: Uint8Array, labels: Uint8Array): Int32Array {
  const counts = new Int32Array(256)
  for (let at = 0; at < PLANE_PIXELS; at++) if (mask[at] !== 0) counts[labels[at]!]!++
  counts[0] = 0
  return counts
}
