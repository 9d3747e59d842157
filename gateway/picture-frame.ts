/**
 * A picture as a frame, and a frame as a picture: between what people open and what the gateway looks at.
 *
 *     JPEG, PNG, WebP … ─ turned as it says, stretched to 640×360 ─▶ I420 ─▶ Frame
 *     Frame ─▶ RGB, stretched back to the camera's shape
 *
 * BT.601 in video range, as the preprocessor takes frames to be. Chroma of four pixels is their mean.
 */
import sharp from 'sharp'
import { FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH } from './frames/frame.ts'

const PIXELS = FRAME_WIDTH * FRAME_HEIGHT
const CHROMA_WIDTH = FRAME_WIDTH / 2

/** null: the file is no picture that sharp can read; it may be a video. */
export async function readPicture(
  file: string,
): Promise<{ readonly yuv: Uint8Array; readonly aspect: number } | null> {
  try {
    const picture = sharp(file).autoOrient()
    const { autoOrient } = await picture.metadata()
    const rgb = await picture
      .flatten({ background: '#000' })
      .toColourspace('srgb')
      .resize(FRAME_WIDTH, FRAME_HEIGHT, { fit: 'fill' })
      .raw()
      .toBuffer()
    return { yuv: fromRgb(rgb), aspect: autoOrient.width / autoOrient.height }
  } catch {
    return null // Said by whoever tries it as a video next.
  }
}

/** A decoded picture, stretched as frames are. */
export async function frameOf(picture: {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}): Promise<Uint8Array> {
  const { width, height, rgb } = picture
  const stretched = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(FRAME_WIDTH, FRAME_HEIGHT, { fit: 'fill' })
    .raw()
    .toBuffer()
  return fromRgb(stretched)
}

function fromRgb(rgb: Uint8Array): Uint8Array {
  const yuv = new Uint8Array(FRAME_BYTES)
  for (let at = 0; at < PIXELS; at++) {
    const [r, g, b] = [rgb[3 * at]!, rgb[3 * at + 1]!, rgb[3 * at + 2]!]
    yuv[at] = Math.round(16 + 0.257 * r + 0.504 * g + 0.098 * b)
  }
  for (let y = 0; y < FRAME_HEIGHT; y += 2) {
    for (let x = 0; x < FRAME_WIDTH; x += 2) {
      let [r, g, b] = [0, 0, 0]
      for (const at of [y * FRAME_WIDTH + x, (y + 1) * FRAME_WIDTH + x]) {
        r += rgb[3 * at]! + rgb[3 * at + 3]!
        g += rgb[3 * at + 1]! + rgb[3 * at + 4]!
        b += rgb[3 * at + 2]! + rgb[3 * at + 5]!
      }
      const at = (y / 2) * CHROMA_WIDTH + x / 2
      yuv[PIXELS + at] = Math.round(128 + (-0.148 * r - 0.291 * g + 0.439 * b) / 4)
      yuv[PIXELS + PIXELS / 4 + at] = Math.round(128 + (0.439 * r - 0.368 * g - 0.071 * b) / 4)
    }
  }
  return yuv
}

/** 640×360, three bytes a pixel. */
export function toRgb(yuv: Uint8Array): Uint8Array {
  const rgb = new Uint8ClampedArray(3 * PIXELS)
  for (let y = 0; y < FRAME_HEIGHT; y++) {
    for (let x = 0; x < FRAME_WIDTH; x++) {
      const at = y * FRAME_WIDTH + x
      const chroma = PIXELS + (y >> 1) * CHROMA_WIDTH + (x >> 1)
      const luma = 1.164 * (yuv[at]! - 16)
      const u = yuv[chroma]! - 128
      const v = yuv[chroma + PIXELS / 4]! - 128
      rgb[3 * at] = luma + 1.596 * v
      rgb[3 * at + 1] = luma - 0.392 * u - 0.813 * v
      rgb[3 * at + 2] = luma + 2.017 * u
    }
  }
  return new Uint8Array(rgb.buffer)
}
