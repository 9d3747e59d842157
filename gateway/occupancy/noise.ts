/**
 * Noise: how far the picture lies from the background where nothing differs. Thresholds are multiples of it.
 */
import type { Kernels } from './kernels.ts'
import type { Plane } from './plane.ts'

const BINS = 256
/** Four histograms side by side: counting into one would wait for itself. */
const QUARTERS = 4

export class Noise {
  /** Robust standard deviations of picture against background, grey levels. */
  luma = 2
  chroma = 1.5
  readonly #histogram: Int32Array
  readonly #quarters: Int32Array
  readonly #spread

  constructor(kernels: Kernels) {
    this.#histogram = kernels.ints(BINS)
    this.#quarters = kernels.ints(QUARTERS * BINS)
    this.#spread = kernels.kernel('spread')
  }

  /** Robust spread of picture against background where nothing differs, a twentieth of the way a sample. */
  measure(picture: Plane, background: Plane, foreground: Uint8Array): void {
    this.luma += 0.05 * (this.#spreadOf(picture.y, background.y, foreground) - this.luma)
    const u = this.#spreadOf(picture.u, background.u, foreground)
    const v = this.#spreadOf(picture.v, background.v, foreground)
    this.chroma += 0.05 * (Math.max(u, v) - this.chroma)
  }

  #spreadOf(now: Float32Array, before: Float32Array, foreground: Uint8Array): number {
    const counted = this.#spread(
      now.byteOffset,
      before.byteOffset,
      foreground.byteOffset,
      this.#histogram.byteOffset,
      this.#quarters.byteOffset,
    )
    let below = 0
    for (let level = 0; level < BINS; level++) {
      below += this.#histogram[level]!
      if (2 * below >= counted) return Math.max(0.3, (level + 0.5) / 8 / 0.6745)
    }
    return 2
  }
}
