/**
 * Noise: how far the picture lies from the background where nothing differs. Thresholds are multiples of it.
 */
import type { Plane } from './plane.ts'
import { PLANE_PIXELS } from './standing.ts'

export interface Noise {
  /** Robust standard deviations of picture against background, grey levels. */
  luma: number
  chroma: number
}

/** Robust spread of picture against background where nothing differs, a twentieth of the way a sample. */
export function measureNoise(
  picture: Plane,
  background: Plane,
  foreground: Uint8Array,
  histogram: Uint32Array,
  noise: Noise,
): void {
  noise.luma += 0.05 * (spreadOf(picture.y, background.y, foreground, histogram) - noise.luma)
  const u = spreadOf(picture.u, background.u, foreground, histogram)
  const v = spreadOf(picture.v, background.v, foreground, histogram)
  noise.chroma += 0.05 * (Math.max(u, v) - noise.chroma)
}

function spreadOf(
  now: Float32Array,
  before: Float32Array,
  foreground: Uint8Array,
  histogram: Uint32Array,
): number {
  histogram.fill(0)
  let counted = 0
  for (let at = 0; at < PLANE_PIXELS; at += 3) {
    if (foreground[at] !== 0) continue
    const far = Math.abs(now[at]! - before[at]!) * 8
    histogram[far < 255 ? far | 0 : 255]!++
    counted++
  }
  let below = 0
  for (let level = 0; level < 256; level++) {
    below += histogram[level]!
    if (2 * below >= counted) return Math.max(0.3, (level + 0.5) / 8 / 0.6745)
  }
  return 2
}
