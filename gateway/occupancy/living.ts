/**
 * Life: which parts of what stands keep moving, and which parts are therefore somebody's body.
 *
 *     picture against the last look ─▶ moves (3 of 9) ─▶ share of looks, 8 s ─▶ hot
 *     hot within a minute, and still standing ─▶ whole columns downwards = bodies
 *     stable, 6 s old, beside every body      ─▶ goods
 *
 * A person has still parts, a black coat more than one; none of them lies beside his own columns. Somebody who
 * stops moving stays a body while his place is taken; when he leaves it is background again, and what he handled
 * becomes goods. Looks are a second apart at any rate: from one fifth of a second to the next nobody seems to move.
 */

import { lightOf } from './light.ts'
import { close, grow, label, neighbours, open, type Part } from './mask.ts'
import type { Noise } from './noise.ts'
import { box5, Plane } from './plane.ts'
import { PLANE_PIXELS, PLANE_WIDTH } from './standing.ts'
import type { Things } from './things.ts'

const COLOURED = 2
/** Least step that is a movement, by quantisation; what light adds to it by day is in the loops. */
const STEP_MIN = 1
const LOOK_MS = 900
const SHORT_SEC = 8
const QUIET_MS = 60_000
const TAKEN_SHARE = 0.5
const HOT = 0.12
const HOT_PIXELS_MIN = 20
const HOT_SHARE_MIN = 0.02
const HOT_PART_MIN = 15
const BESIDE_PIXELS = 3
/** A standing body is at least this wide for its height, whatever part of it moves. */
const BODY_ASPECT = 0.35
/** How far above its region a body may go on: a head in front of something of its colour. */
const HEAD_SHARE = 0.35
const GOODS_AGE_MS = 6_000
const GOODS_PIXELS_MIN = 40
const GOODS_SHARE_MIN = 0.08

export class Living {
  readonly last = new Plane()
  #lastMs = -Infinity
  /** Share of the last seconds' looks in which a pixel moved, and when it was last hot. */
  readonly activity = new Float32Array(PLANE_PIXELS)
  readonly aliveMs = new Float64Array(PLANE_PIXELS).fill(-Infinity)
  readonly hot = new Uint8Array(PLANE_PIXELS)
  readonly goods = new Uint8Array(PLANE_PIXELS)
  readonly #moved = new Uint8Array(PLANE_PIXELS)
  readonly #count = new Uint8Array(PLANE_PIXELS)
  readonly #mask = new Uint8Array(PLANE_PIXELS)
  readonly #closed = new Uint8Array(PLANE_PIXELS)
  readonly #labels = new Uint8Array(PLANE_PIXELS)
  readonly #body = new Uint8Array(PLANE_PIXELS)
  readonly #around = new Float32Array(PLANE_PIXELS)
  readonly #aroundLast = new Float32Array(PLANE_PIXELS)
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
      box5(picture.y, this.#around)
      box5(this.last.y, this.#aroundLast)
      relight(picture.y, this.last.y, this.#around, this.#aroundLast, noise, this.#moved)
      neighbours(this.#moved, this.#count)
      weigh(this.#moved, this.#count, things, this.activity, dtSec)
    }
    for (let at = 0; at < PLANE_PIXELS; at++) {
      const isHot = this.activity[at]! > HOT
      this.hot[at] = isHot ? 1 : 0
      if (isHot) this.aliveMs[at] = timeMs
    }
    this.last.set(picture)
    this.#lastMs = timeMs
  }

  /** Divides each region into bodies and goods; gives back the goods' pixels by region. */
  divide(
    regions: readonly Part[],
    labels: Uint8Array,
    foreground: Uint8Array,
    things: Things,
    timeMs: number,
  ): Int32Array {
    const goodsPixels = new Int32Array(256)
    this.goods.fill(0)
    if (regions.length === 0) return goodsPixels
    this.#findBodies(labels, foreground, timeMs)
    const alive = countWhere(this.#mask, labels)
    const lives = new Uint8Array(256)
    for (const region of regions) {
      const pixels = alive[region.label]!
      if (pixels >= HOT_PIXELS_MIN && pixels >= HOT_SHARE_MIN * region.pixels) lives[region.label] = 1
    }
    this.#fillBodies(regions, labels, lives)
    grow(this.hot, this.#near, 3)
    this.#pickGoods(labels, lives, things, timeMs)
    this.#keepLarge(regions, labels, goodsPixels)
    return goodsPixels
  }

  /** Parts that were hot within a minute and whose place is still taken; the others are forgotten. */
  #findBodies(labels: Uint8Array, foreground: Uint8Array, timeMs: number): void {
    const { aliveMs } = this
    for (let at = 0; at < PLANE_PIXELS; at++) this.#mask[at] = timeMs - aliveMs[at]! < QUIET_MS ? 1 : 0
    close(this.#mask, this.#closed, 3)
    const parts = label(this.#closed, this.#labels, 1)
    const taken = new Int32Array(256)
    const all = countWhere(this.#mask, this.#labels)
    for (let at = 0; at < PLANE_PIXELS; at++) {
      if (this.#mask[at] === 1 && (foreground[at] === 1 || labels[at] !== 0)) taken[this.#labels[at]!]!++
    }
    const left = new Uint8Array(256)
    for (const part of parts) if (taken[part.label]! < TAKEN_SHARE * all[part.label]!) left[part.label] = 1
    for (let at = 0; at < PLANE_PIXELS; at++) {
      if (left[this.#labels[at]!] === 1) {
        aliveMs[at] = -Infinity
        this.#mask[at] = this.hot[at]!
      }
      if (labels[at] === 0) this.#mask[at] = 0
    }
  }

  /** Columns of every part of a body, in the regions that live. */
  #fillBodies(regions: readonly Part[], labels: Uint8Array, lives: Uint8Array): void {
    for (let at = 0; at < PLANE_PIXELS; at++) if (lives[labels[at]!] === 0) this.#mask[at] = 0
    close(this.#mask, this.#closed, 3)
    this.#body.fill(0)
    const parts = label(this.#closed, this.#labels, HOT_PART_MIN)
    for (const region of regions) {
      if (lives[region.label] === 0) continue
      for (const part of parts) {
        if (!overlaps(part, region)) continue
        if (touches(this.#labels, labels, part, region)) fillColumns(this.#body, labels, part, region)
      }
    }
  }

  #pickGoods(labels: Uint8Array, lives: Uint8Array, things: Things, timeMs: number): void {
    const { stable, sinceMs } = things
    for (let at = 0; at < PLANE_PIXELS; at++) {
      const stands = labels[at] !== 0 && stable[at] === 1 && timeMs - sinceMs[at]! >= GOODS_AGE_MS
      const beside = this.#body[at] === 0 && (this.#near[at] === 0 || lives[labels[at]!] === 0)
      this.#mask[at] = stands && beside ? 1 : 0
    }
    open(this.#mask, this.goods, 2)
    // Slivers of a body go; where nobody lives a thin thing is a thing.
    for (let at = 0; at < PLANE_PIXELS; at++) {
      if (this.#mask[at] === 1 && lives[labels[at]!] === 0 && this.#body[at] === 0) this.goods[at] = 1
    }
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
    this.aliveMs.fill(-Infinity)
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
    const light = lightOf(y)
    const floor = STEP_MIN + 0.06 * light
    const floorC = STEP_MIN + 0.045 * light
    const reach = (luma > floor ? luma : floor) + slack * slope[at]!
    const reachC = chroma > floorC ? chroma : floorC
    moved[at] =
      Math.abs(picture.u[at]! - last.u[at]!) > reachC || Math.abs(picture.v[at]! - last.v[at]!) > reachC
        ? COLOURED
        : Math.abs(y - last.y[at]!) > reach
          ? 1
          : 0
  }
}

/** Takes back what a change of light over 5×5 explains: the edge of a cloud creeps over still things. */
function relight(
  now: Float32Array,
  last: Float32Array,
  around: Float32Array,
  aroundLast: Float32Array,
  noise: Noise,
  moved: Uint8Array,
): void {
  for (let at = 0; at < PLANE_PIXELS; at++) {
    if (moved[at] === 0) continue
    if (moved[at] === COLOURED) {
      moved[at] = 1
      continue
    }
    const ratio = lightOf(around[at]!) / lightOf(aroundLast[at]!)
    const expected = last[at]! + (ratio - 1) * lightOf(last[at]!)
    const floor = STEP_MIN + 0.05 * lightOf(now[at]!)
    if (Math.abs(now[at]! - expected) < Math.max(floor, 4 * noise.luma)) moved[at] = 0
  }
}

function weigh(
  moved: Uint8Array,
  count: Uint8Array,
  things: Things,
  activity: Float32Array,
  dtSec: number,
): void {
  const rate = 1 - Math.exp(-dtSec / SHORT_SEC)
  const { stable, persistent } = things
  for (let at = 0; at < PLANE_PIXELS; at++) {
    const moves = moved[at] === 1 && count[at]! >= 3 && (stable[at] === 1 || persistent[at] === 1) ? 1 : 0
    activity[at]! += rate * (moves - activity[at]!)
  }
}

const overlaps = (a: Part, b: Part): boolean =>
  a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom

function touches(partLabels: Uint8Array, labels: Uint8Array, part: Part, region: Part): boolean {
  for (let row = part.top; row <= part.bottom; row++) {
    for (let at = row * PLANE_WIDTH + part.left; at <= row * PLANE_WIDTH + part.right; at++) {
      if (partLabels[at] === part.label && labels[at] === region.label) return true
    }
  }
  return false
}

/** The columns of a part over the whole height of its region, widened to a body's width; other regions there too. */
function fillColumns(body: Uint8Array, labels: Uint8Array, part: Part, region: Part): void {
  const missing = BODY_ASPECT * heightAt(labels, part, region) - (part.right - part.left + 1)
  const beside = Math.round(Math.max(BESIDE_PIXELS, missing / 2))
  const left = Math.max(0, part.left - beside)
  const right = Math.min(PLANE_WIDTH - 1, part.right + beside)
  const above = Math.round(HEAD_SHARE * (region.bottom - region.top))
  for (let row = Math.max(0, region.top - above); row <= region.bottom; row++) {
    for (let at = row * PLANE_WIDTH + left; at <= row * PLANE_WIDTH + right; at++) {
      body[at] = 1
    }
  }
}

/** Rows of the region that the columns of the part meet. */
function heightAt(labels: Uint8Array, part: Part, region: Part): number {
  let rows = 0
  for (let row = region.top; row <= region.bottom; row++) {
    for (let column = part.left; column <= part.right; column++) {
      if (labels[row * PLANE_WIDTH + column] !== region.label) continue
      rows++
      break
    }
  }
  return rows
}

/** How many set pixels each label has. */
function countWhere(mask: Uint8Array, labels: Uint8Array): Int32Array {
  const counts = new Int32Array(256)
  for (let at = 0; at < PLANE_PIXELS; at++) if (mask[at] !== 0) counts[labels[at]!]!++
  counts[0] = 0
  return counts
}
