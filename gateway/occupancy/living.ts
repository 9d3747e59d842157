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
import type { Kernels } from './kernels.ts'
import type { Light } from './light.ts'
import type { Masks, Part } from './mask.ts'
import type { Noise } from './noise.ts'
import { Box, Plane, type Spans } from './plane.ts'
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH } from './standing.ts'
import { Switching } from './switching.ts'
import type { Things } from './things.ts'
import type { Extent, Walkers } from './walkers.ts'

const LOOK_MS = 900
const UNSEEN_MS = 10_000
const CROWD = 3
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
  last: Plane
  #lastMs = -Infinity
  /** Share of the last seconds' looks in which a pixel moved, and when it was last hot. */
  readonly activity: Float32Array
  readonly aliveMs: Float64Array
  readonly hot: Uint8Array
  readonly goods: Uint8Array
  /** 1 where `aliveMs` tells a time. */
  readonly #alive: Uint8Array
  readonly #stands: Uint8Array
  readonly #spans: Spans
  readonly #inner: Int32Array
  readonly #moved: Uint8Array
  /** Movement of the look before: between which times, and what it weighs. */
  readonly late: Uint8Array
  lateFromMs = -Infinity
  lateToMs = -Infinity
  lateRate = 0
  readonly #mask: Uint8Array
  readonly #closed: Uint8Array
  readonly #labels: Uint8Array
  readonly #body: Uint8Array
  readonly #near: Uint8Array
  readonly #around: Box
  readonly #aroundLast: Box
  readonly #counts: Int32Array
  readonly #taken: Int32Array
  readonly #goodsPixels: Int32Array
  /** A byte a label. */
  readonly #lives: Uint8Array
  readonly #classes: Uint8Array
  readonly #masks: Masks
  readonly #switching: Switching
  readonly #kernels

  constructor(kernels: Kernels, masks: Masks) {
    this.last = new Plane(kernels)
    this.activity = kernels.floats()
    this.aliveMs = kernels.doubles().fill(-Infinity)
    this.hot = kernels.bytes()
    this.goods = kernels.bytes()
    this.#alive = kernels.bytes()
    this.#stands = kernels.bytes()
    this.#spans = { own: kernels.ints(PLANE_HEIGHT), wide: kernels.ints(PLANE_HEIGHT) }
    this.#inner = kernels.ints(PLANE_HEIGHT)
    this.#moved = kernels.bytes()
    this.late = kernels.bytes()
    this.#mask = kernels.bytes()
    this.#closed = kernels.bytes()
    this.#labels = kernels.bytes()
    this.#body = kernels.bytes()
    this.#near = kernels.bytes()
    this.#around = new Box(kernels)
    this.#aroundLast = new Box(kernels)
    this.#counts = kernels.ints(256)
    this.#taken = kernels.ints(256)
    this.#goodsPixels = kernels.ints(256)
    this.#lives = kernels.bytes(256)
    this.#classes = kernels.bytes(256)
    this.#masks = masks
    this.#switching = new Switching(masks, kernels.bytes(), kernels.bytes())
    this.#kernels = {
      join: kernels.kernel('join'),
      spansOf: kernels.kernel('spansOf'),
      widen: kernels.kernel('widen'),
      movedSince: kernels.kernel('movedSince'),
      excuse: kernels.kernel('excuse'),
      weigh: kernels.kernel('weigh'),
      aliveSince: kernels.kernel('aliveSince'),
      countTaken: kernels.kernel('countTaken'),
      forgetLeft: kernels.kernel('forgetLeft'),
      keepLabelled: kernels.kernel('keepLabelled'),
      pickStill: kernels.kernel('pickStill'),
      keepThin: kernels.kernel('keepThin'),
      touches: kernels.kernel('touches'),
      rowsWithin: kernels.kernel('rowsWithin'),
    }
  }

  /**
   * Compares the picture with the last look, if that is long enough ago, and keeps it: the plane given back is free
   * to be filled anew.
   */
  look(
    picture: Plane,
    things: Things,
    light: Light,
    slope: Float32Array,
    slack: number,
    noise: Noise,
    walkers: Walkers,
    timeMs: number,
  ): Plane | null {
    const dtMs = timeMs - this.#lastMs
    if (dtMs < LOOK_MS) {
      light.carry(this.last, 0, PLANE_HEIGHT)
      return null
    }
    const isSeen = dtMs < UNSEEN_MS
    const { stable, persistent } = things
    const stands = this.#kernels.join(stable.byteOffset, persistent.byteOffset, this.#stands.byteOffset)
    if (isSeen && stands !== 0) this.#compare(picture, light, slope, slack, noise)
    else this.#moved.fill(0)
    for (const light of this.#switching.take(this.#moved, timeMs)) this.#quench(light)
    walkers.excuse(this.late, this.lateFromMs, this.lateToMs)
    this.#weigh(this.late, this.lateRate, this.lateToMs)
    for (const box of walkers.takeLeft()) this.#leave(box)
    this.late.set(this.#moved)
    // After a gap nothing is known of movement: what was hot is so still.
    this.lateRate = isSeen ? 1 - Math.exp(-Math.min(3, dtMs / 1000) / SHORT_SEC) : 0
    this.lateFromMs = this.#lastMs
    this.lateToMs = timeMs
    const free = this.last
    this.last = picture
    this.#lastMs = timeMs
    return free
  }

  /** Movement counts only where something stands: nothing is compared further than it and what its means need. */
  #compare(picture: Plane, light: Light, slope: Float32Array, slack: number, noise: Noise): void {
    const { own, wide } = this.#spans
    this.#kernels.spansOf(this.#stands.byteOffset, this.#inner.byteOffset)
    this.#kernels.widen(this.#inner.byteOffset, own.byteOffset, 1)
    this.#kernels.widen(own.byteOffset, wide.byteOffset, 2)
    const first = wide.findIndex(isSpan)
    const end = wide.findLastIndex(isSpan) + 1
    light.carry(this.last, first, end)
    const moved = this.#moved.byteOffset
    const now = picture.y.byteOffset
    const last = this.last.y.byteOffset
    const step = 4 * noise.luma
    const stepC = 5 * noise.chroma
    this.#kernels.movedSince(now, last, slope.byteOffset, slack, step, stepC, own.byteOffset, moved)
    this.#around.fill(picture.y, this.#spans)
    this.#aroundLast.fill(this.last.y, this.#spans)
    this.#kernels.excuse(
      now,
      last,
      this.#around.mean.byteOffset,
      this.#aroundLast.mean.byteOffset,
      step,
      moved,
    )
    this.#masks.keepCrowded(this.#moved, this.#moved, CROWD)
  }

  #weigh(moved: Uint8Array, rate: number, timeMs: number): void {
    this.#kernels.weigh(
      moved.byteOffset,
      this.#stands.byteOffset,
      this.activity.byteOffset,
      rate,
      HOT,
      this.hot.byteOffset,
      this.#alive.byteOffset,
      this.aliveMs.byteOffset,
      timeMs,
    )
  }

  /** It was a light that lived there. */
  #quench(light: Int32Array): void {
    for (const at of light) {
      this.activity[at] = 0
      this.hot[at] = 0
      this.#alive[at] = 0
      this.aliveMs[at] = -Infinity
      this.late[at] = 0
    }
  }

  /** Whoever lived there has walked off. */
  #leave({ left, top, right, bottom }: Extent): void {
    const columns = [Math.max(0, left), Math.min(PLANE_WIDTH, right + 1)] as const
    for (let row = Math.max(0, top); row <= Math.min(PLANE_HEIGHT - 1, bottom); row++) {
      const [from, to] = [row * PLANE_WIDTH + columns[0], row * PLANE_WIDTH + columns[1]]
      this.activity.fill(0, from, to)
      this.hot.fill(0, from, to)
      this.#alive.fill(0, from, to)
      this.aliveMs.fill(-Infinity, from, to)
    }
  }

  /** 1 where a light shows that switches. */
  get lit(): Uint8Array {
    return this.#switching.lit
  }

  /** Divides each region into bodies and goods; gives back the goods' pixels by region. */
  divide(
    regions: readonly Part[],
    labels: Uint8Array,
    foreground: Uint8Array,
    things: Things,
    timeMs: number,
  ): Int32Array {
    this.#goodsPixels.fill(0)
    this.goods.fill(0)
    if (regions.length === 0) return this.#goodsPixels
    this.#lives.fill(0)
    this.#body.fill(0)
    if (this.#findBodies(labels, foreground, timeMs)) this.#giveLife(regions, labels)
    this.#pickGoods(labels, things, timeMs)
    this.#keepLarge(regions, labels)
    return this.#goodsPixels
  }

  /** Parts that were hot within a minute and whose place is still taken; the others are forgotten. */
  #findBodies(labels: Uint8Array, foreground: Uint8Array, timeMs: number): boolean {
    const alive = this.#alive.byteOffset
    const aliveMs = this.aliveMs.byteOffset
    const mask = this.#mask.byteOffset
    if (this.#kernels.aliveSince(alive, aliveMs, timeMs, QUIET_MS, mask) === 0) return false
    this.#masks.close(this.#mask, this.#closed, 3)
    const parts = this.#masks.label(this.#closed, this.#labels, 1)
    const partLabels = this.#labels.byteOffset
    this.#masks.countWhere(this.#mask, this.#labels, this.#counts)
    const taken = this.#taken.byteOffset
    this.#kernels.countTaken(mask, partLabels, foreground.byteOffset, labels.byteOffset, taken)
    this.#classes.fill(0)
    for (let part = 1; part <= parts; part++) {
      if (this.#taken[part]! < TAKEN_SHARE * this.#counts[part]!) this.#classes[part] = 1
    }
    this.#kernels.forgetLeft(
      mask,
      partLabels,
      this.#classes.byteOffset,
      this.hot.byteOffset,
      alive,
      aliveMs,
      labels.byteOffset,
    )
    return true
  }

  #giveLife(regions: readonly Part[], labels: Uint8Array): void {
    this.#masks.countWhere(this.#mask, labels, this.#counts)
    let any = false
    for (const region of regions) {
      const pixels = this.#counts[region.label]!
      if (pixels < HOT_PIXELS_MIN || pixels < HOT_SHARE_MIN * region.pixels) continue
      this.#lives[region.label] = 1
      any = true
    }
    if (!any) return
    this.#fillBodies(regions, labels)
    this.#masks.grow(this.hot, this.#near, 3)
  }

  /** Columns of every part of a body, in the regions that live. */
  #fillBodies(regions: readonly Part[], labels: Uint8Array): void {
    this.#kernels.keepLabelled(this.#mask.byteOffset, labels.byteOffset, this.#lives.byteOffset)
    this.#masks.close(this.#mask, this.#closed, 3)
    const parts = this.#masks.label(this.#closed, this.#labels, HOT_PART_MIN)
    for (let number = 1; number <= parts; number++) {
      const part = this.#masks.part(number)
      for (const region of regions) {
        if (this.#lives[region.label] === 0 || !overlaps(part, region)) continue
        if (this.#touches(part, region, labels)) this.#fillColumns(part, region, labels)
      }
    }
  }

  #touches(part: Part, region: Part, labels: Uint8Array): boolean {
    const { left, top, right, bottom } = part
    const parts = this.#labels.byteOffset
    const at = labels.byteOffset
    return this.#kernels.touches(parts, part.label, at, region.label, left, top, right, bottom) !== 0
  }

  /** The columns of a part over its region's whole height, widened to a body's width; other regions there too. */
  #fillColumns(part: Part, region: Part, labels: Uint8Array): void {
    const { top, bottom } = region
    const rows = this.#kernels.rowsWithin(labels.byteOffset, region.label, part.left, top, part.right, bottom)
    const missing = BODY_ASPECT * rows - (part.right - part.left + 1)
    const beside = Math.round(Math.max(BESIDE_PIXELS, missing / 2))
    const left = Math.max(0, part.left - beside)
    const right = Math.min(PLANE_WIDTH - 1, part.right + beside)
    const above = Math.round(HEAD_SHARE * (bottom - top))
    for (let row = Math.max(0, top - above); row <= bottom; row++) {
      this.#body.fill(1, row * PLANE_WIDTH + left, row * PLANE_WIDTH + right + 1)
    }
  }

  #pickGoods(labels: Uint8Array, things: Things, timeMs: number): void {
    const { stable, sinceMs } = things
    const lives = this.#lives.byteOffset
    this.#kernels.pickStill(
      labels.byteOffset,
      stable.byteOffset,
      sinceMs.byteOffset,
      timeMs,
      GOODS_AGE_MS,
      this.#body.byteOffset,
      this.#near.byteOffset,
      lives,
      this.#mask.byteOffset,
    )
    this.#masks.open(this.#mask, this.goods, 2)
    this.#kernels.keepThin(this.#mask.byteOffset, labels.byteOffset, lives, this.goods.byteOffset)
  }

  #keepLarge(regions: readonly Part[], labels: Uint8Array): void {
    this.#masks.countWhere(this.goods, labels, this.#counts)
    this.#classes.fill(0)
    for (const region of regions) {
      const pixels = this.#counts[region.label]!
      if (pixels < GOODS_PIXELS_MIN || pixels < GOODS_SHARE_MIN * region.pixels) continue
      this.#goodsPixels[region.label] = pixels
      this.#classes[region.label] = 1
    }
    this.#kernels.keepLabelled(this.goods.byteOffset, labels.byteOffset, this.#classes.byteOffset)
  }

  get lastMs(): number {
    return this.#lastMs
  }

  set lastMs(timeMs: number) {
    this.#lastMs = timeMs
  }

  /** After a snapshot was loaded: what follows from it. */
  recall(): void {
    for (let at = 0; at < PLANE_PIXELS; at++) {
      this.#alive[at] = this.aliveMs[at]! > -Infinity ? 1 : 0
      this.hot[at] = this.activity[at]! > HOT ? 1 : 0
    }
  }

  reset(): void {
    this.#lastMs = -Infinity
    this.late.fill(0)
    this.lateFromMs = -Infinity
    this.lateToMs = -Infinity
    this.lateRate = 0
    this.activity.fill(0)
    this.aliveMs.fill(-Infinity)
    this.#alive.fill(0)
    this.hot.fill(0)
    this.goods.fill(0)
    this.#switching.reset()
  }
}

/** A row's span, first and end in 16 bits each, that is not empty. */
const isSpan = (span: number): boolean => (span & 0xffff) < span >> 16

const overlaps = (a: Part, b: Part): boolean =>
  a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom
