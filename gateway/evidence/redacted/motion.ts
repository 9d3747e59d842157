/**
 * What moves or was put there or taken away during a piece of footage, without any weights.
 *
 *     tiles of 12 pictures a second ─┬─ unlike the one before or after ──────────────┐
 *                                    ├─ unlike the median of the whole piece ─────────┼─▶ a map a picture
 *                                    └─ 1.5 s medians that differ: somebody came, ────┘   (± 0.25 s, both ways)
 *                                            stood, went ─▶ hidden in every picture
 *
 * The piece is over when it is looked at, so the past and the future both count: a head that only shows for one
 * picture is hidden in the pictures around it too. Whoever stands still from the first to the last picture is not
 * seen here; that is what the profiles' column `no detector` is for.
 */
import { TILES, TILES_ACROSS, TILES_DOWN, type TileMap, tilesOf } from './plane.ts'

/** Twelve to sixteen a second, or all when a camera gives fewer: somebody close by is 60 pixels further in 0.2 s. */
const STEP_SEC = 0.062
/** Longer footage is sampled more thinly: this many maps of 58 kB are held. */
const SAMPLES_MAX = 480
const WINDOW_SEC = 1.5
/** Levels that noise does not reach; noise that is measured raises them. */
const LUMA_MIN = 9
const CHROMA_MIN = 7
const NOISE_FACTOR = 4.5
/** Samples before and after whose movement counts as this one's. */
const AROUND_SEC = 0.25

export class Motion {
  readonly #stepMs: number
  readonly #samples: Uint8Array[] = []
  readonly #timesMs: number[] = []
  #last: { readonly yuv: Uint8Array; readonly timeMs: number } | null = null

  constructor(seconds: number) {
    this.#stepMs = 1000 * Math.max(STEP_SEC, seconds / SAMPLES_MAX)
  }

  get timesMs(): readonly number[] {
    return this.#timesMs
  }

  add(yuv: Uint8Array, timeMs: number): void {
    const due = timeMs - (this.#timesMs.at(-1) ?? -Infinity) >= this.#stepMs - 5
    this.#last = due ? null : { yuv: Uint8Array.from(yuv), timeMs }
    if (due) this.#take(yuv, timeMs)
  }

  /** One map for each of `timesMs`. */
  maps(): TileMap[] {
    if (this.#last !== null) this.#take(this.#last.yuv, this.#last.timeMs)
    this.#last = null
    const samples = this.#samples
    const limits = limitsOf(samples)
    const windows = this.#windows()
    const middle = medianOf(windows)
    const changed = changedBetween(windows, limits)
    const moved = samples.map((sample, at) => {
      const map = changed.slice()
      markUnlike(map, sample, middle, limits)
      if (at > 0) markUnlike(map, sample, samples[at - 1]!, limits)
      if (at + 1 < samples.length) markUnlike(map, sample, samples[at + 1]!, limits)
      return crowded(map)
    })
    const around = Math.max(2, Math.ceil((1000 * AROUND_SEC) / this.#stepMs))
    return moved.map((_, at) => {
      const map = new Uint8Array(TILES)
      for (let other = Math.max(0, at - around); other <= at + around && other < moved.length; other++) {
        const one = moved[other]!
        for (let tile = 0; tile < TILES; tile++) map[tile]! |= one[tile]!
      }
      return map
    })
  }

  #take(yuv: Uint8Array, timeMs: number): void {
    this.#samples.push(tilesOf(yuv))
    this.#timesMs.push(timeMs)
  }

  #windows(): Uint8Array[] {
    const size = Math.max(1, Math.round((1000 * WINDOW_SEC) / this.#stepMs))
    const windows: Uint8Array[] = []
    for (let from = 0; from < this.#samples.length; from += size) {
      const window = this.#samples.slice(from, from + size)
      // A short rest joins the one before: a median of one picture is that picture.
      if (window.length * 2 >= size || windows.length === 0) windows.push(medianOf(window))
    }
    return windows
  }
}

interface Limits {
  readonly luma: number
  readonly chroma: number
}

/** Half of all tiles change by less than this from picture to picture: noise, unless half of the picture moves. */
function limitsOf(samples: readonly Uint8Array[]): Limits {
  const noise = (start: number) => {
    const counts = new Float64Array(256)
    let total = 0
    for (let at = 1; at < samples.length; at += 4) {
      for (let tile = start; tile < start + TILES; tile += 7) {
        const step = Math.abs(samples[at]![tile]! - samples[at - 1]![tile]!)
        counts[step]!++
        total++
      }
    }
    let below = 0
    for (let step = 0; step < 256; step++) {
      below += counts[step]!
      if (below * 2 >= total) return step
    }
    return 0
  }
  return {
    luma: Math.max(LUMA_MIN, NOISE_FACTOR * noise(0)),
    chroma: Math.max(CHROMA_MIN, NOISE_FACTOR * noise(TILES)),
  }
}

function medianOf(samples: readonly Uint8Array[]): Uint8Array {
  const { length } = samples
  if (length <= 2) return samples[0]!
  const out = new Uint8Array(3 * TILES)
  const sorted = new Uint8Array(length)
  for (let at = 0; at < 3 * TILES; at++) {
    for (let i = 0; i < length; i++) {
      const value = samples[i]![at]!
      let place = i
      while (place > 0 && sorted[place - 1]! > value) {
        sorted[place] = sorted[place - 1]!
        place--
      }
      sorted[place] = value
    }
    out[at] = sorted[length >> 1]!
  }
  return out
}

function markUnlike(map: TileMap, one: Uint8Array, other: Uint8Array, { luma, chroma }: Limits): void {
  for (let at = 0; at < TILES; at++) {
    if (
      Math.abs(one[at]! - other[at]!) > luma ||
      Math.abs(one[at + TILES]! - other[at + TILES]!) > chroma ||
      Math.abs(one[at + 2 * TILES]! - other[at + 2 * TILES]!) > chroma
    )
      map[at] = 1
  }
}

/** Where the medians of two windows differ, something stood for a while that did not stand before or after. */
function changedBetween(windows: readonly Uint8Array[], { luma, chroma }: Limits): TileMap {
  const map = new Uint8Array(TILES)
  for (let at = 0; at < TILES; at++) {
    for (const [start, limit] of [
      [0, luma],
      [TILES, chroma],
      [2 * TILES, chroma],
    ] as const) {
      let [low, high] = [255, 0]
      for (const window of windows) {
        const value = window[start + at]!
        if (value < low) low = value
        if (value > high) high = value
      }
      if (high - low > limit) map[at] = 1
    }
  }
  return map
}

/** Keeps a tile of which two neighbours at least move too: specks are noise. */
function crowded(map: TileMap): TileMap {
  const out = new Uint8Array(TILES)
  for (let y = 0; y < TILES_DOWN; y++) {
    for (let x = 0; x < TILES_ACROSS; x++) {
      const at = y * TILES_ACROSS + x
      if (map[at] === 0) continue
      let count = 0
      for (let ny = Math.max(0, y - 1); ny <= Math.min(TILES_DOWN - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(TILES_ACROSS - 1, x + 1); nx++)
          count += map[ny * TILES_ACROSS + nx]!
      }
      // Beside the picture's edge somebody begins with a few tiles.
      const isEdge = x < 2 || y < 2 || x >= TILES_ACROSS - 2 || y >= TILES_DOWN - 2
      if (count >= (isEdge ? 2 : 3)) out[at] = 1
    }
  }
  return out
}
