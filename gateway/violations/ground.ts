/**
 * The ground of one camera: which spot every pixel belongs to, as goods or as the place of somebody alive.
 *
 * A pixel belongs to one spot at most. It is goods until it is background again; it is somebody's place until he
 * has left it or goods turn out to stand there. What a detector vouches for is goods before the background model
 * believes it: in a crowd bicycles are seen in snatches only.
 */
import type { Box, Point } from '../kit/geometry.ts'
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH, type Standing } from '../occupancy/standing.ts'
import type { Portion } from './parts.ts'
import type { SpotLook } from './spot.ts'
import type { Vouched } from './witness.ts'

export const SLOTS = 64

/** Extents by slot: left, top, right, bottom. */
class Extents {
  readonly edges = new Int16Array(4 * SLOTS)

  clear(): void {
    for (let slot = 0; slot < SLOTS; slot++) this.edges.set([PLANE_WIDTH, PLANE_HEIGHT, -1, -1], 4 * slot)
  }

  box(slot: number): Box | null {
    const [left, top, right, bottom] = this.edges.subarray(4 * slot, 4 * slot + 4)
    if (right! < 0) return null
    return [
      left! / PLANE_WIDTH,
      top! / PLANE_HEIGHT,
      (right! + 1) / PLANE_WIDTH,
      (bottom! + 1) / PLANE_HEIGHT,
    ]
  }
}

export class Ground {
  readonly owner = new Uint8Array(PLANE_PIXELS)
  readonly place = new Uint8Array(PLANE_PIXELS)
  /** 1 where a thing is vouched for, 2 where a whole one is. */
  readonly #vouched = new Uint8Array(PLANE_PIXELS)
  readonly #vouchedIn = new Int32Array(256)
  readonly #goods = new Int32Array(SLOTS)
  readonly #seen = new Int32Array(SLOTS)
  readonly #fresh = new Int32Array(SLOTS)
  readonly #hot = new Int32Array(SLOTS)
  readonly #lit = new Int32Array(SLOTS)
  readonly #places = new Int32Array(SLOTS)
  readonly #goodsExtents = new Extents()
  readonly #placeExtents = new Extents()
  readonly #ages = new Float64Array(PLANE_PIXELS)

  /** What stands in these boxes and does not move is goods. */
  vouch(vouched: readonly Vouched[], { labels, held, hot }: Standing): void {
    this.#vouched.fill(0)
    this.#vouchedIn.fill(0)
    for (const { box, whole } of vouched) {
      const { left, top, right, bottom } = edgesOf(box)
      for (let row = top; row < bottom; row++) {
        for (let at = row * PLANE_WIDTH + left; at < row * PLANE_WIDTH + right; at++) {
          if (held[at] === 0 || hot[at] === 1 || this.#vouched[at]! > 0) continue
          this.#vouched[at] = whole ? 2 : 1
          this.#vouchedIn[labels[at]!]!++
        }
      }
    }
  }

  /** How many pixels of a region are vouched for. */
  vouchedIn(label: number): number {
    return this.#vouchedIn[label]!
  }

  /**
   * Takes a sample in. `slotOf` names the spot of each region, `mayGrow` the spots that accept new goods, and
   * `bare` those without goods, whose pixels are simply their regions'; `cameMs` says when whoever is there came:
   * what has stood longer is not his place, only something that he walked in front of.
   */
  take(
    standing: Standing,
    slotOf: Uint8Array,
    mayGrow: Uint8Array,
    bare: Uint8Array,
    cameMs: Float64Array,
  ): void {
    const { foreground, held, goods, hot, lit, labels, sinceMs } = standing
    const { owner, place } = this
    for (const counts of [this.#goods, this.#seen, this.#fresh, this.#hot, this.#lit, this.#places])
      counts.fill(0)
    this.#goodsExtents.clear()
    this.#placeExtents.clear()
    for (let at = 0; at < PLANE_PIXELS; at++) {
      const stands = lit[at] === 0 && (foreground[at] === 1 || held[at] === 1)
      const slot = slotOf[labels[at]!]!
      if (!stands || bare[owner[at]!] === 1) owner[at] = 0
      if (!stands) place[at] = 0
      // Where the background model knows the goods, somebody who stands still behind them is none of them.
      const vouched = this.#vouched[at]
      const thing = goods[at] === 1 || vouched === 2 || (vouched === 1 && bare[slot] === 1)
      if (slot !== 0 && thing && mayGrow[slot] === 1 && owner[at] === 0) {
        owner[at] = slot
        this.#fresh[slot]!++
      }
      if (owner[at] !== 0) place[at] = 0
      else if (slot !== 0 && hot[at] === 1) {
        place[at] = slot
        this.#hot[slot]!++
      }
      if (!stands) continue
      const own = owner[at]!
      if (own !== 0) {
        this.#goods[own]!++
        this.#seen[own]! += foreground[at]!
        this.#lit[own]! += hot[at]!
        stretch(this.#goodsExtents.edges, own, at)
      } else if (place[at] !== 0 && foreground[at] === 1 && sinceMs[at]! >= cameMs[place[at]!]!) {
        this.#places[place[at]!]!++
        stretch(this.#placeExtents.edges, place[at]!, at)
      }
    }
  }

  look(slot: number, standing: Standing, clusterPixels: number, recount: boolean): SpotLook {
    const goodsNew = this.#fresh[slot]!
    return {
      goodsPixels: this.#goods[slot]!,
      goodsSeen: this.#seen[slot]!,
      goodsLit: this.#lit[slot]!,
      goodsNew,
      goodsSinceMs: goodsNew > 0 || recount ? this.#sinceMs(slot, standing) : Infinity,
      goodsBox: this.#goodsExtents.box(slot),
      hotPixels: this.#hot[slot]!,
      placePixels: this.#places[slot]!,
      placeBox: this.#placeExtents.box(slot),
      clusterPixels,
    }
  }

  /** Share of a spot's goods that lies inside any of the boxes. */
  inside(slot: number, boxes: readonly Box[]): number {
    let all = 0
    let covered = 0
    for (let at = 0; at < PLANE_PIXELS; at++) {
      if (this.owner[at] !== slot) continue
      all++
      const x = ((at % PLANE_WIDTH) + 0.5) / PLANE_WIDTH
      const y = (Math.floor(at / PLANE_WIDTH) + 0.5) / PLANE_HEIGHT
      if (boxes.some((box) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3])) covered++
    }
    return all === 0 ? 0 : covered / all
  }

  /** Share of a box that is goods of a spot. */
  fill(slot: number, box: Box): number {
    const { left, top, right, bottom } = edgesOf(box)
    let count = 0
    for (let row = top; row < bottom; row++) {
      for (let at = row * PLANE_WIDTH + left; at < row * PLANE_WIDTH + right; at++) {
        if (this.owner[at] === slot) count++
      }
    }
    return count / Math.max(1, (right - left) * (bottom - top))
  }

  /** What stands of a spot's goods inside any of the boxes, or outside all of them. */
  portion(slot: number, standing: Standing, boxes: readonly Box[], side: 'inside' | 'outside'): Portion {
    const { foreground, held, goods, sinceMs } = standing
    const edges = boxes.map(edgesOf)
    const extent = new Extents()
    extent.clear()
    let pixels = 0
    let seen = 0
    let dated = 0
    for (let at = 0; at < PLANE_PIXELS; at++) {
      if (this.owner[at] !== slot || (foreground[at] === 0 && held[at] === 0)) continue
      const column = at % PLANE_WIDTH
      const row = (at - column) / PLANE_WIDTH
      if ((side === 'inside') !== edges.some((box) => within(box, column, row))) continue
      pixels++
      seen += foreground[at]!
      stretch(extent.edges, 0, at)
      if (goods[at] === 1 || this.#vouched[at]! > 0) this.#ages[dated++] = sinceMs[at]!
    }
    const ages = this.#ages.subarray(0, dated).sort()
    return { pixels, seen, sinceMs: ages[Math.floor(dated / 4)] ?? Infinity, box: extent.box(0) }
  }

  /** The lowest pixel of a spot's goods in every column, outside all of the boxes: where they touch the ground. */
  feet(slot: number, { foreground, held }: Standing, boxes: readonly Box[]): Point[] {
    const edges = boxes.map(edgesOf)
    const feet: Point[] = []
    for (let column = 0; column < PLANE_WIDTH; column++) {
      for (let row = PLANE_HEIGHT - 1; row >= 0; row--) {
        const at = row * PLANE_WIDTH + column
        if (this.owner[at] !== slot || (foreground[at] === 0 && held[at] === 0)) continue
        if (edges.some((box) => within(box, column, row))) continue
        feet.push([(column + 0.5) / PLANE_WIDTH, (row + 1) / PLANE_HEIGHT])
        break
      }
    }
    return feet
  }

  /** When the earliest of the regions with goods was set down: of each, the age of its earliest quarter. */
  #sinceMs(slot: number, { goods, labels, sinceMs, regions }: Standing): number {
    let earliestMs = Infinity
    for (const { label, goodsPixels } of regions) {
      if (goodsPixels === 0 && this.#vouchedIn[label] === 0) continue
      let count = 0
      for (let at = 0; at < PLANE_PIXELS; at++) {
        const thing = goods[at] === 1 || this.#vouched[at]! > 0
        if (labels[at] === label && thing && this.owner[at] === slot) this.#ages[count++] = sinceMs[at]!
      }
      const sorted = this.#ages.subarray(0, count).sort()
      earliestMs = Math.min(earliestMs, sorted[Math.floor(count / 4)] ?? Infinity)
    }
    return earliestMs
  }

  /** Marks a spot without goods by the pixels of its regions, so that the next sample finds it again. */
  mark(labels: Uint8Array, slotOf: Uint8Array, bare: Uint8Array): void {
    for (let at = 0; at < PLANE_PIXELS; at++) {
      const slot = slotOf[labels[at]!]!
      if (slot !== 0 && bare[slot] === 1 && this.owner[at] === 0) this.owner[at] = slot
    }
  }

  /** Pixels that each region shares with each spot: `shared[label * SLOTS + slot]`, and the spots' own sizes. */
  overlap(labels: Uint8Array, shared: Int32Array, sizes: Int32Array): void {
    shared.fill(0)
    sizes.fill(0)
    for (let at = 0; at < PLANE_PIXELS; at++) {
      const slot = this.owner[at]!
      if (slot === 0) continue
      sizes[slot]!++
      shared[labels[at]! * SLOTS + slot]!++
    }
  }

  /** Gives all pixels of one spot to another, or to none (0). */
  hand(from: number, to: number): void {
    for (let at = 0; at < PLANE_PIXELS; at++) {
      if (this.owner[at] === from) this.owner[at] = to
      if (this.place[at] === from) this.place[at] = to
    }
  }
}

/** How many pixels of a mask are set in a box. */
export function countIn(mask: Uint8Array, box: Box): number {
  const { left, top, right, bottom } = edgesOf(box)
  let count = 0
  for (let row = top; row < bottom; row++) {
    for (let at = row * PLANE_WIDTH + left; at < row * PLANE_WIDTH + right; at++) count += mask[at]!
  }
  return count
}

/** The pixels that a box touches: right and bottom are the first beyond it. */
interface Edges {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

function edgesOf([x1, y1, x2, y2]: Box): Edges {
  return {
    left: Math.max(0, Math.floor(x1 * PLANE_WIDTH)),
    top: Math.max(0, Math.floor(y1 * PLANE_HEIGHT)),
    right: Math.min(PLANE_WIDTH, Math.ceil(x2 * PLANE_WIDTH)),
    bottom: Math.min(PLANE_HEIGHT, Math.ceil(y2 * PLANE_HEIGHT)),
  }
}

const within = ({ left, top, right, bottom }: Edges, column: number, row: number): boolean =>
  column >= left && column < right && row >= top && row < bottom

function stretch(edges: Int16Array, slot: number, at: number): void {
  const column = at % PLANE_WIDTH
  const row = (at - column) / PLANE_WIDTH
  const first = 4 * slot
  if (column < edges[first]!) edges[first] = column
  if (row < edges[first + 1]!) edges[first + 1] = row
  if (column > edges[first + 2]!) edges[first + 2] = column
  if (row > edges[first + 3]!) edges[first + 3] = row
}
