/**
 * The spots of one camera: finds, for every sample, which regions belong to which spot.
 *
 *     regions ─▶ eligible, in a zone ─▶ clusters ─▶ the spot they cover, lie in or stand beside │ a new one
 *
 * Older spots come first, those with an event before those without; spots that turn out to be one are merged.
 */
import { contains, type Point, type Polygon } from '../kit/geometry.ts'
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH, type Region, type Standing } from '../occupancy/standing.ts'
import type { AttendanceOptions } from './attendance.ts'
import { apart, type Cluster, cluster, reachOfBox } from './clusters.ts'
import { countIn, Ground, SLOTS } from './ground.ts'
import { Spot, type SpotLook, type SpotState } from './spot.ts'
import type { SpotGround, Vouched } from './witness.ts'

/** Width over height, in pixels, from which a region is no person. */
const BROAD = 0.8
const CLAIMED_SHARE = 0.1
/** Or this share of the cluster lies on the spot: a fragment of it. */
const INSIDE_SHARE = 0.3
/** Goods smaller than this beside somebody are his elbow. */
const GOODS_SHARE_MIN = 0.05
const ALIVE_SHARE = 0.05
const FORGET_SEC = 3
/** Somebody may stand this long before he is seen to be alive. */
const ARRIVAL_MS = 5_000
/** No stall fills more of a street's picture; wet ground under changing lights does. */
const REGION_SHARE_MAX = 0.15

interface Place {
  readonly id: string
  readonly type: string
  readonly polygon: Polygon
  readonly rules: readonly unknown[]
}

export interface SpotBookParts {
  readonly zones: readonly Place[]
  readonly attendance: AttendanceOptions
  readonly stableShareMin: number
  readonly settledShareMin: number
  /** Told before a spot ceases to be: forgotten, or merged into another. */
  readonly onEnd: (spot: Spot) => void
}

export class SpotBook {
  readonly #parts: SpotBookParts
  readonly #ground = new Ground()
  readonly #spots = new Map<number, Spot>()
  readonly #shared = new Int32Array(256 * SLOTS)
  readonly #sizes = new Int32Array(SLOTS)
  readonly #slotOf = new Uint8Array(256)
  readonly #mayGrow = new Uint8Array(SLOTS)
  readonly #bare = new Uint8Array(SLOTS)
  readonly #pixels = new Int32Array(SLOTS)
  readonly #cameMs = new Float64Array(SLOTS)

  constructor(parts: SpotBookParts) {
    this.#parts = parts
  }

  get all(): readonly Spot[] {
    return [...this.#spots.values()]
  }

  /** Takes a sample in; gives what was found at each spot. `vouched`: boxes that a detector is sure of. */
  take(standing: Standing, timeMs: number, vouched: readonly Vouched[]): { spot: Spot; look: SpotLook }[] {
    this.#ground.vouch(vouched, standing)
    this.#ground.overlap(standing.labels, this.#shared, this.#sizes)
    this.#slotOf.fill(0)
    this.#mayGrow.fill(0)
    this.#pixels.fill(0)
    for (const found of this.#clusters(standing)) this.#place(found, standing, timeMs)
    this.#ground.take(standing, this.#slotOf, this.#mayGrow, this.#bareNow(), this.#arrivals())
    return this.all.map((spot) => ({
      spot,
      look: this.#ground.look(spot.slot, standing, this.#pixels[spot.slot]!, spot.isAlone),
    }))
  }

  /** Since when each spot has somebody, with room for having stood still at first. */
  #arrivals(): Float64Array {
    this.#cameMs.fill(-Infinity)
    for (const { slot, book } of this.all)
      this.#cameMs[slot] = (book.current?.sinceMs ?? -Infinity) - ARRIVAL_MS
    return this.#cameMs
  }

  /** The goods of a spot, pixel by pixel. */
  groundOf({ slot }: Spot, standing: Standing): SpotGround {
    return {
      inside: (boxes) => this.#ground.inside(slot, boxes),
      moving: (box) => countIn(standing.hot, box),
      fill: (box) => this.#ground.fill(slot, box),
      portion: (boxes, side) => this.#ground.portion(slot, standing, boxes, side),
      feet: (beside) => this.#ground.feet(slot, standing, beside),
    }
  }

  /** Ends what is over, and marks spots without goods so that the next sample finds them again. */
  tidy(standing: Standing): void {
    for (const spot of this.all) {
      const over = spot.goodsSinceMs === null ? spot.emptySec > FORGET_SEC : spot.goneSinceMs !== null
      if (over && !spot.hasEvent) this.#forget(spot)
    }
    this.#ground.mark(standing.labels, this.#slotOf, this.#bareNow())
  }

  clear(): void {
    for (const spot of this.all) this.#forget(spot)
  }

  save(): { spots: SpotState[]; owner: Uint8Array; place: Uint8Array } {
    const { owner, place } = this.#ground
    return { spots: this.all.map((spot) => spot.save()), owner, place }
  }

  load(spots: readonly SpotState[], owner: Uint8Array, place: Uint8Array): void {
    this.#ground.owner.set(owner)
    this.#ground.place.set(place)
    this.#spots.clear()
    for (const state of spots) this.#spots.set(state.slot, Spot.load(state, this.#parts.attendance))
  }

  #clusters(standing: Standing): Cluster[] {
    const { stableShareMin, settledShareMin } = this.#parts
    const eligible = standing.regions.filter(
      ({ stableShare, hotPixels, pixels }) =>
        pixels <= REGION_SHARE_MAX * PLANE_PIXELS &&
        stableShare >= stableShareMin &&
        (stableShare >= settledShareMin || hotPixels >= ALIVE_SHARE * pixels),
    )
    const placed = eligible.flatMap((region) => {
      const zones = this.#zonesAt(standsOn(region, standing.labels))
      return zones === null ? [] : { region, zones }
    })
    return cluster(placed, standing.labels)
  }

  /** Ids of the zones that watch the place, joined; '' where none does, null where all must look away. */
  #zonesAt(ground: readonly Point[]): string | null {
    const here = this.#parts.zones.filter(({ polygon }) => {
      const inside = ground.filter((point) => contains(polygon, point)).length
      return inside > 0 && 2 * inside >= ground.length
    })
    if (here.some((zone) => zone.type === 'IGNORE')) return null
    const watching = here.filter((zone) => zone.rules.length > 0)
    return watching.map((zone) => zone.id).join(' ')
  }

  #place(found: Cluster, standing: Standing, timeMs: number): void {
    const spot = this.#claim(found) ?? this.#open(found, timeMs)
    if (spot === null) return
    for (const region of found.regions) this.#slotOf[region.label] = spot.slot
    this.#pixels[spot.slot]! += found.pixels
    const things = found.regions.reduce(
      (sum, { label, goodsPixels }) => sum + Math.max(goodsPixels, this.#ground.vouchedIn(label)),
      0,
    )
    const worth = things >= GOODS_SHARE_MIN * found.pixels
    if (worth && found.zones === spot.zones && !standing.unsettled) this.#mayGrow[spot.slot] = 1
  }

  #claim(found: Cluster): Spot | null {
    const claimed = this.all.filter((spot) => {
      let shared = 0
      for (const { label } of found.regions) shared += this.#shared[label * SLOTS + spot.slot]!
      const covers = shared > 0 && shared >= CLAIMED_SHARE * this.#sizes[spot.slot]!
      return covers || shared >= INSIDE_SHARE * found.pixels || beside(found, spot)
    })
    claimed.sort((a, b) => Number(b.hasEvent) - Number(a.hasEvent) || byAge(a, b))
    const [first, ...others] = claimed
    if (first === undefined) return null
    for (const other of others) if (!other.hasEvent && other.zones === first.zones) this.#merge(other, first)
    return first
  }

  #merge(from: Spot, to: Spot): void {
    this.#parts.onEnd(from)
    this.#ground.hand(from.slot, to.slot)
    to.bornMs = Math.min(to.bornMs, from.bornMs)
    if (from.goodsSinceMs !== null) to.goodsSinceMs = Math.min(to.goodsSinceMs ?? Infinity, from.goodsSinceMs)
    this.#spots.delete(from.slot)
  }

  #open(found: Cluster, timeMs: number): Spot | null {
    if (found.zones === '') return null
    let slot = 1
    while (this.#spots.has(slot)) slot++
    if (slot >= SLOTS) return null
    const spot = new Spot(slot, timeMs, found.zones, this.#parts.attendance)
    this.#spots.set(slot, spot)
    return spot
  }

  #forget(spot: Spot): void {
    this.#parts.onEnd(spot)
    this.#ground.hand(spot.slot, 0)
    this.#spots.delete(spot.slot)
  }

  #bareNow(): Uint8Array {
    this.#bare.fill(0)
    for (const spot of this.#spots.values()) if (spot.goodsSinceMs === null) this.#bare[spot.slot] = 1
    return this.#bare
  }
}

/**
 * Where a region touches the ground. An upright one by its foot; a broad one, seen slantwise, by the lowest pixels of
 * its columns: the middle under the box of a van that stands along the kerb lies on the road.
 */
function standsOn({ label, box, foot }: Region, labels: Uint8Array): readonly Point[] {
  const left = Math.round(box[0] * PLANE_WIDTH)
  const right = Math.round(box[2] * PLANE_WIDTH)
  const top = Math.round(box[1] * PLANE_HEIGHT)
  const bottom = Math.round(box[3] * PLANE_HEIGHT)
  if (right - left < BROAD * (bottom - top)) return [foot]
  const ground: Point[] = []
  for (let column = left; column < right; column++) {
    let row = bottom - 1
    while (row >= top && labels[row * PLANE_WIDTH + column] !== label) row--
    if (row >= top) ground.push([(column + 0.5) / PLANE_WIDTH, (row + 1) / PLANE_HEIGHT])
  }
  return ground
}

/** Close to goods that stand: a late second crate is the same act. */
function beside(found: Cluster, spot: Spot): boolean {
  const goods = spot.goodsBox
  if (goods === null || spot.goneFromMs !== null || found.goodsPixels === 0) return false
  if (found.zones !== spot.zones) return false
  return found.regions.some(({ box }) => apart(box, goods) <= reachOfBox(box) + reachOfBox(goods))
}

/** With goods before without, then the earlier. */
function byAge(a: Spot, b: Spot): number {
  if ((a.goodsSinceMs === null) !== (b.goodsSinceMs === null)) return a.goodsSinceMs === null ? 1 : -1
  return (a.goodsSinceMs ?? a.bornMs) - (b.goodsSinceMs ?? b.bornMs)
}
