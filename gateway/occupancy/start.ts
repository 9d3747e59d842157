/**
 * The first background: the median, pixel by pixel, of at least five samples over at least four seconds.
 *
 * What stands during all of them is background; what only passes is voted out. Each sample is laid over the first,
 * so that a shaking pole does not start with a blurred street.
 */
import type { Plane } from './plane.ts'
import { PLANE_PIXELS } from './standing.ts'

const SAMPLES_MIN = 5
const SAMPLES_MAX = 9
const SPAN_MS = 4_000
const APART_MS = 450

export class Start {
  readonly #samples = Array.from({ length: SAMPLES_MAX }, () => new Int8Array(3 * PLANE_PIXELS))
  readonly #sorted = new Float64Array(SAMPLES_MAX)
  #count = 0
  #firstMs = 0
  #lastMs = -Infinity

  get empty(): boolean {
    return this.#count === 0
  }

  /** True when enough has been seen. */
  take(plane: Plane, timeMs: number): boolean {
    if (timeMs - this.#lastMs >= APART_MS && this.#count < SAMPLES_MAX) {
      if (this.#count === 0) this.#firstMs = timeMs
      pack(plane, this.#samples[this.#count++]!)
      this.#lastMs = timeMs
    }
    return this.#count >= SAMPLES_MIN && timeMs - this.#firstMs >= SPAN_MS
  }

  median(out: Plane): void {
    medians(this.#samples, this.#count, this.#sorted, 0, 128, out.y)
    medians(this.#samples, this.#count, this.#sorted, PLANE_PIXELS, 0, out.u)
    medians(this.#samples, this.#count, this.#sorted, 2 * PLANE_PIXELS, 0, out.v)
  }

  reset(): void {
    this.#count = 0
    this.#lastMs = -Infinity
  }
}

function pack(plane: Plane, bytes: Int8Array): void {
  for (let at = 0; at < PLANE_PIXELS; at++) {
    bytes[at] = Math.round(plane.y[at]!) - 128
    bytes[at + PLANE_PIXELS] = Math.max(-128, Math.min(127, Math.round(plane.u[at]!)))
    bytes[at + 2 * PLANE_PIXELS] = Math.max(-128, Math.min(127, Math.round(plane.v[at]!)))
  }
}

function medians(
  samples: readonly Int8Array[],
  count: number,
  sorted: Float64Array,
  start: number,
  lift: number,
  out: Float32Array,
): void {
  const middle = count >> 1
  for (let at = 0; at < PLANE_PIXELS; at++) {
    for (let i = 0; i < count; i++) {
      const value = samples[i]![start + at]!
      let place = i
      while (place > 0 && sorted[place - 1]! > value) {
        sorted[place] = sorted[place - 1]!
        place--
      }
      sorted[place] = value
    }
    const median = count % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
    out[at] = median + lift
  }
}
