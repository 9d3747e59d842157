/**
 * Noise: how far the picture lies from the background where nothing differs. Thresholds are multiples of it.
 */
import type { Kernels } from './kernels.ts'
import type { Plane } from './plane.ts'
import { PLANE_PIXELS } from './standing.ts'

export class Noise {
  /** Robust standard deviations of picture against background, grey levels. */
  luma = 2
  chroma = 1.5
  readonly #samples: Uint8Array
  readonly #spread

  constructor(kernels: Kernels) {
    this.#samples = kernels.bytes(PLANE_PIXELS / 3)
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
    const eighths = this.#spread(
      now.byteOffset,
      before.byteOffset,
      foreground.byteOffset,
      this.#samples.byteOffset,
    )
    return Math.max(0.3, (eighths + 0.5) / 8 / 0.6745)
  }
}
