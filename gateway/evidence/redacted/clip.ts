/**
 * The painted pictures as a clip: H.264 in MP4, its index in front, no sound, no names, no dates.
 *
 * Pictures of a camera come at uneven times; the copy has an even step, so each is shown as often as it lasted. A gap
 * of the original is the picture before it, standing still, and is named in the export's list.
 */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { encodePictures } from '../../streams/media-tool.ts'
import type { Redactable } from './footage.ts'

/** A gap is shown for no longer than this. */
const STANDS_SEC_MAX = 10

export async function writeClip(redacted: Redactable, to: string): Promise<void> {
  const { width, height, fps } = redacted
  const pictures = new PassThrough()
  const encoder = encodePictures(pictures, to, { width, height, fps })
  // An encoder that ends early takes nothing more: without this the feeder would wait for ever.
  const ended = encoder.done.then(
    () => 'ended' as const,
    () => 'ended' as const,
  )
  pictures.on('error', () => undefined)
  try {
    let shown = 0
    let endSec = 0
    for await (const { lastsMs, canvas } of redacted.painted()) {
      endSec += Math.min(STANDS_SEC_MAX, lastsMs / 1000)
      // The canvas is painted anew for the next picture.
      const bytes = Buffer.from(canvas.yuv)
      for (const until = Math.max(shown + 1, Math.round(endSec * fps)); shown < until; shown++) {
        if (pictures.write(bytes)) continue
        if ((await Promise.race([once(pictures, 'drain').then(() => 'drain' as const), ended])) === 'ended')
          break
      }
    }
    pictures.end()
    await encoder.done
  } catch (error) {
    encoder.kill()
    await ended
    // Half a clip is no clip.
    await rm(to, { force: true })
    throw error
  }
}
