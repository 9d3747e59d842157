/**
 * Privacy masks: polygons (windows, doorways) that become black in every derived picture, before it is cropped or
 * encoded; of what is behind them only figures of the whole picture know (blur, exposure). Frames are masked before
 * anything analyses them, by `frames/mask.ts`. Originals are not touched; who may open them is the access log's matter,
 * and who may not gets a copy by `redacted/`.
 */
import type { Polygon } from '../kit/geometry.ts'
import type { Picture } from './picture.ts'

/** Fills in place. A pixel belongs to a mask when its middle does (even-odd), so two runs agree to the pixel. */
export function applyMasks(picture: Picture, masks: readonly Polygon[]): void {
  for (const mask of masks) fillPolygon(picture, mask)
}

function fillPolygon({ rgb, width, height }: Picture, polygon: Polygon): void {
  const ys = polygon.map(([, y]) => y * height)
  const top = Math.max(0, Math.floor(Math.min(...ys)))
  const bottom = Math.min(height, Math.ceil(Math.max(...ys)))
  for (let y = top; y < bottom; y++) {
    const crossings = crossingsOf(polygon, (y + 0.5) / height)
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil(crossings[i]! * width - 0.5))
      const to = Math.min(width, Math.ceil(crossings[i + 1]! * width - 0.5))
      if (to > from) rgb.fill(0, (y * width + from) * 3, (y * width + to) * 3)
    }
  }
}

function crossingsOf(polygon: Polygon, y: number): number[] {
  const crossings: number[] = []
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!
    const [xj, yj] = polygon[j]!
    if (yi > y !== yj > y) crossings.push(xi + ((y - yi) / (yj - yi)) * (xj - xi))
  }
  return crossings.sort((a, b) => a - b)
}
