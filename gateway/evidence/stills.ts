/**
 * Pictures people look at, derived from an original still: the whole scene and the act close up.
 *
 *     original.mp4 ─▶ last picture ─▶ measured ─▶ masks ─┬─▶ WIDE     whole picture, camera's resolution
 *                                                        └─▶ CLOSEUP  the act's box, grown, cut out, not enlarged
 *
 * Nothing is drawn on them: boxes are facts in `evidence.json`, and a console can lay them over. The same original
 * gives the same JPEG bytes, as decoding, masking and encoding run on one thread with fixed settings [R4].
 */
import sharp from 'sharp'
import { outlookOf } from '../frames/moved.ts'
import type { Box, Polygon } from '../kit/geometry.ts'
import type { DerivedKind } from './package.ts'
import type { Picture } from './picture.ts'
import { measure, type Quality } from './quality/still.ts'
import { applyMasks } from './redaction.ts'

// Stills of one package are made side by side already; more threads each only fight over the same cores.
sharp.concurrency(1)
sharp.cache(false)

export interface StillOptions {
  readonly jpegQuality: number
  readonly closeupGrow: number
}

export interface DerivedPicture {
  readonly kind: DerivedKind
  readonly width: number
  readonly height: number
  readonly box: Box
  readonly jpeg: Buffer
}

export interface Still {
  readonly quality: Quality
  /** Small, for a comparison with the commissioning picture; masks are drawn in both. */
  readonly outlook: Uint8Array
  readonly pictures: readonly DerivedPicture[]
}

/** A close-up smaller than this shows nothing. */
const CLOSEUP_MIN_PX = 32

const LOOK_QUALITY = 85

/** The picture is the caller's to give away: masks are drawn into it. */
export async function makeStill(
  picture: Picture,
  box: Box,
  masks: readonly Polygon[],
  options: StillOptions,
): Promise<Still> {
  const quality = measure(picture, box)
  applyMasks(picture, masks)
  const outlook = outlookOf(picture)
  const area = pixelsOf(picture, grow(box, options.closeupGrow))
  const [wide, closeup] = await Promise.all([
    encoder(picture, options.jpegQuality).toBuffer(),
    encoder(picture, options.jpegQuality).extract(area).toBuffer(),
  ])
  return {
    quality,
    outlook,
    pictures: [
      { kind: 'WIDE', width: picture.width, height: picture.height, box: [0, 0, 1, 1], jpeg: wide },
      {
        kind: 'CLOSEUP',
        width: area.width,
        height: area.height,
        box: fractionsOf(picture, area),
        jpeg: closeup,
      },
    ],
  }
}

/** A picture to look at that is nobody's evidence; masks are drawn into it. */
export function wholePicture(picture: Picture, masks: readonly Polygon[]): Promise<Buffer> {
  applyMasks(picture, masks)
  return encoder(picture, LOOK_QUALITY).toBuffer()
}

function encoder({ rgb, width, height }: Picture, quality: number) {
  return sharp(rgb, { raw: { width, height, channels: 3 } }).jpeg({ quality, chromaSubsampling: '4:2:0' })
}

/** Width and height grow by the share given, evenly to both sides. */
function grow([x1, y1, x2, y2]: Box, share: number): Box {
  const dx = ((x2 - x1) * share) / 2
  const dy = ((y2 - y1) * share) / 2
  return [x1 - dx, y1 - dy, x2 + dx, y2 + dy]
}

function pixelsOf({ width, height }: Picture, box: Box) {
  const across = span(box[0] * width, box[2] * width, width)
  const down = span(box[1] * height, box[3] * height, height)
  return { left: across.from, top: down.from, width: across.length, height: down.length }
}

/** Whole pixels inside the picture, at least the smallest useful close-up. */
function span(from: number, to: number, size: number): { from: number; length: number } {
  const length = Math.min(size, Math.max(CLOSEUP_MIN_PX, Math.ceil(to) - Math.floor(from)))
  const start = Math.floor(from + (to - from - length) / 2 + 0.5)
  return { from: Math.max(0, Math.min(size - length, start)), length }
}

function fractionsOf(
  picture: Picture,
  area: { left: number; top: number; width: number; height: number },
): Box {
  const fraction = (pixels: number, size: number) => Number((pixels / size).toFixed(5))
  return [
    fraction(area.left, picture.width),
    fraction(area.top, picture.height),
    fraction(area.left + area.width, picture.width),
    fraction(area.top + area.height, picture.height),
  ]
}
