/** Stills of an export: the painted last picture, whole and cut to the act. No EXIF, no place, no device. */
import sharp from 'sharp'
import type { Box } from '../../kit/geometry.ts'
import type { Picture } from '../picture.ts'
import type { Redactable } from './footage.ts'
import { pictureOf } from './paint.ts'

const JPEG_QUALITY = 88
const SIDE_MIN_PX = 32

export async function lastPainted(redacted: Redactable): Promise<Picture> {
  let last: Picture | null = null
  for await (const { canvas } of redacted.painted()) last = pictureOf(canvas)
  if (last === null) throw new Error('a redaction of no picture')
  return last
}

export interface Cut {
  readonly jpeg: Buffer
  readonly width: number
  readonly height: number
}

export async function cutOf({ width, height, rgb }: Picture, [x1, y1, x2, y2]: Box): Promise<Cut> {
  const across = span(x1, x2, width)
  const down = span(y1, y2, height)
  const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .extract({ left: across.from, top: down.from, width: across.length, height: down.length })
    .jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:2:0' })
    .toBuffer()
  return { jpeg, width: across.length, height: down.length }
}

function span(from: number, to: number, size: number): { from: number; length: number } {
  const length = Math.min(size, Math.max(SIDE_MIN_PX, Math.ceil((to - from) * size)))
  return { from: Math.max(0, Math.min(size - length, Math.floor(from * size))), length }
}
