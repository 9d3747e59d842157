/**
 * What can be measured on a still: size, blur, exposure, contrast, pixels on target. Measured values, no verdict.
 *
 *     picture ─┬─ about 640 probes across ─▶ of the whole picture
 *              └─ about 200 across the box ─▶ of the act itself: a sharp street may hold a blurred act
 */
import type { Box } from '../../kit/geometry.ts'
import type { Picture } from '../picture.ts'

/** Of one part of a picture. */
interface Look {
  /** Variance of the Laplacian of luma; a sharp street scene has hundreds, a fogged lens has tens. */
  readonly laplacianVariance: number
  /** Shares of pixels with luma below 16 and above 239. */
  readonly darkShare: number
  readonly brightShare: number
  /** Standard deviation of luma. */
  readonly contrast: number
}

export interface Quality extends Look {
  readonly width: number
  readonly height: number
  /** Pixels inside the act's box, and the box's shorter side. */
  readonly targetPixels: number
  readonly targetShortSidePx: number
  /** The same inside the act's box. */
  readonly target: Look
}

/** Whatever the camera: 3 ms a still, 720p and 4K alike. Neighbours are true neighbours. */
const PROBES_ACROSS = 640
const PROBES_ACROSS_TARGET = 200

export function measure(picture: Picture, box: Box): Quality {
  const { width, height } = picture
  const target = inPixels(picture, box)
  const boxWidth = Math.round((box[2] - box[0]) * width)
  const boxHeight = Math.round((box[3] - box[1]) * height)
  return {
    width,
    height,
    ...probe(picture, [0, 0, width, height], Math.max(1, Math.round(width / PROBES_ACROSS))),
    targetPixels: boxWidth * boxHeight,
    targetShortSidePx: Math.min(boxWidth, boxHeight),
    target: probe(picture, target, Math.max(1, Math.round((target[2] - target[0]) / PROBES_ACROSS_TARGET))),
  }
}

function inPixels({ width, height }: Picture, [x1, y1, x2, y2]: Box): Box {
  const whole = (share: number, size: number) => Math.max(0, Math.min(size, Math.round(share * size)))
  return [whole(x1, width), whole(y1, height), whole(x2, width), whole(y2, height)]
}

function probe({ rgb, width, height }: Picture, [x1, y1, x2, y2]: Box, step: number): Look {
  let count = 0
  let sum = 0
  let squares = 0
  let lumaSum = 0
  let lumaSquares = 0
  let dark = 0
  let bright = 0
  const row = width * 3
  for (let y = Math.max(1, y1); y < Math.min(height - 1, y2); y += step) {
    for (let x = Math.max(1, x1); x < Math.min(width - 1, x2); x += step) {
      const at = y * row + x * 3
      const luma = lumaAt(rgb, at)
      const edges = lumaAt(rgb, at - 3) + lumaAt(rgb, at + 3) + lumaAt(rgb, at - row) + lumaAt(rgb, at + row)
      const laplacian = edges - 4 * luma
      count++
      sum += laplacian
      squares += laplacian * laplacian
      lumaSum += luma
      lumaSquares += luma * luma
      if (luma < 16) dark++
      else if (luma > 239) bright++
    }
  }
  if (count === 0) return { laplacianVariance: 0, darkShare: 0, brightShare: 0, contrast: 0 }
  const mean = sum / count
  const lumaMean = lumaSum / count
  return {
    laplacianVariance: round(squares / count - mean * mean, 2),
    darkShare: round(dark / count, 4),
    brightShare: round(bright / count, 4),
    contrast: round(Math.sqrt(Math.max(0, lumaSquares / count - lumaMean * lumaMean)), 2),
  }
}

function lumaAt(rgb: Uint8Array, at: number): number {
  return (77 * rgb[at]! + 150 * rgb[at + 1]! + 29 * rgb[at + 2]!) >> 8
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
