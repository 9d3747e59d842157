/**
 * What is hidden in each picture of a piece of footage: what was found, joined by the rules of a profile.
 *
 *     detector ─ boxes ─▶ ways ─▶ heads, vehicles ─────────────────────────┐
 *                           └─ bodies ─┐                                   ├─▶ tiles hidden at a moment
 *     motion ─ maps ─ less the bodies that are known ─▶ parts, grown up ───┘   and whether the rest is coarse
 *
 * A detector that is loaded explains what moves: a walker's body is no secret, his head is. All else that moves is
 * hidden whole and somewhat above, since a head may be as dark as the wall behind it.
 */
import type { Motion } from './motion.ts'
import { grown, joinInto, markBox, partsOf, TILES, TILES_ACROSS, type TileMap } from './plane.ts'
import type { Hides } from './profiles.ts'
import { headOf, riderOf, type Sighting, type Ways } from './ways.ts'

/** Smaller parts are noise: three tiles are 50 pixels of a 720p picture. */
const PART_TILES_MIN = 3
/** A moving part reaches so far beyond what was seen of it, tiles to all sides, and shares of its height upwards. */
const RIM = 3
const ABOVE = 0.35

export interface CoverParts {
  readonly hides: Hides
  readonly wholePersons: boolean
  readonly motion: Motion
  /** Null: no detector looked, or it failed. */
  readonly ways: Ways | null
  /** Width over height of the picture. */
  readonly aspect: number
}

export class Cover {
  readonly #parts: CoverParts
  readonly #maps: readonly TileMap[]
  readonly #moving = new Map<number, TileMap>()

  constructor(parts: CoverParts) {
    this.#parts = parts
    this.#maps = parts.hides.moving ? parts.motion.maps() : []
  }

  /** True: what is not hidden is shown in large cells only, because nobody can say what is in it. */
  get coarse(): boolean {
    return this.#parts.ways === null && this.#parts.hides.coarseWithoutDetector
  }

  /** A map of its own for the caller. */
  at(timeMs: number): TileMap {
    const { hides, ways } = this.#parts
    const map = new Uint8Array(TILES)
    if (hides.moving) for (const at of this.#samplesAround(timeMs)) joinInto(map, this.#movingAt(at))
    for (const sighting of ways?.at(timeMs) ?? []) this.#hide(map, sighting)
    return map
  }

  #hide(map: TileMap, { sort, box }: Sighting): void {
    const { hides, wholePersons, aspect } = this.#parts
    if (sort === 'person' && hides.heads) markBox(map, wholePersons ? box : headOf(box, aspect))
    if (sort === 'person' && hides.heads && wholePersons) markBox(map, headOf(box, aspect))
    if (sort === 'two-wheeler' && hides.heads) markBox(map, riderOf(box))
    if (sort !== 'person' && hides.vehicles) markBox(map, box)
  }

  /** The sampled pictures before and after the moment: whoever moves is somewhere on the way from one to the other. */
  #samplesAround(timeMs: number): number[] {
    const { timesMs } = this.#parts.motion
    const after = timesMs.findIndex((sampledMs) => sampledMs >= timeMs)
    const around = after < 0 ? [timesMs.length - 1] : [after - 1, after]
    return around.filter((at) => at >= 0 && at < this.#maps.length)
  }

  #movingAt(at: number): TileMap {
    const known = this.#moving.get(at)
    if (known !== undefined) return known
    const map = this.#unexplained(at)
    const out = new Uint8Array(TILES)
    for (const part of partsOf(map)) {
      if (part.tiles.length < PART_TILES_MIN) continue
      for (const tile of part.tiles) out[tile] = 1
      this.#markAbove(out, part)
    }
    const wide = grown(out, RIM)
    // Pictures are painted in the order of time: two maps are enough.
    if (this.#moving.size > 2) this.#moving.delete(this.#moving.keys().next().value!)
    this.#moving.set(at, wide)
    return wide
  }

  /** Column by column, above the uppermost tile of each. */
  #markAbove(
    out: TileMap,
    { tiles, top, bottom }: { tiles: readonly number[]; top: number; bottom: number },
  ) {
    const reach = Math.ceil(ABOVE * (bottom - top + 1))
    for (const tile of tiles) {
      const x = tile % TILES_ACROSS
      const y = (tile - x) / TILES_ACROSS
      if (y > 0 && out[tile - TILES_ACROSS] === 1) continue
      for (let above = y - 1; above >= Math.max(0, y - reach); above--) out[above * TILES_ACROSS + x] = 1
    }
  }

  #unexplained(at: number): TileMap {
    const { motion, ways, aspect } = this.#parts
    const map = this.#maps[at]!
    if (ways === null) return map
    const bodies = new Uint8Array(TILES)
    for (const body of ways.bodiesAt(motion.timesMs[at]!, aspect)) markBox(bodies, body)
    return map.map((moves, tile) => moves & (1 - bodies[tile]!))
  }
}
