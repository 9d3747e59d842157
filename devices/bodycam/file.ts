/**
 * The bytes of a recording: both hashes in one reading, on disk for good, and whether ffprobe finds a film in
 * them.
 *
 * ffprobe opens what a stranger sent: it may read this one file and nothing else, in container formats of
 * recorders only (a playlist would name other files), for a minute at most.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { VideoFacts } from './recording.ts'

const PROBE_MS_MAX = 60_000
const CHUNK_BYTES = 4 * 1024 * 1024
const FORMATS = 'mov,mp4,matroska,webm,avi,mpegts,mpeg,asf'

const Probed = z.object({
  streams: z.array(
    z.object({
      codec_type: z.string().optional(),
      codec_name: z.string().default('unknown'),
      width: z.int().default(0),
      height: z.int().default(0),
    }),
  ),
  format: z.object({ duration: z.coerce.number().positive() }),
})

export async function hashFile(file: string): Promise<{ sha256: string; sm3: string; bytes: number }> {
  const hashes = { sha256: createHash('sha256'), sm3: createHash('sm3') }
  const handle = await open(file, 'r+')
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    let bytes = 0
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, bytes)
      if (bytesRead === 0) break
      hashes.sha256.update(chunk.subarray(0, bytesRead))
      hashes.sm3.update(chunk.subarray(0, bytesRead))
      bytes += bytesRead
    }
    await handle.sync()
    return { sha256: hashes.sha256.digest('hex'), sm3: hashes.sm3.digest('hex'), bytes }
  } finally {
    await handle.close()
  }
}

/** Throws with ffprobe's words when there is no film in it. */
export async function probeFile(file: string): Promise<VideoFacts> {
  const entries = 'stream=codec_type,codec_name,width,height:format=duration'
  const limits = ['-protocol_whitelist', 'file', '-format_whitelist', FORMATS]
  const asked = ['-v', 'error', ...limits, '-show_entries', entries, '-of', 'json', `file:${file}`]
  const { stdout } = await promisify(execFile)('ffprobe', asked, { timeout: PROBE_MS_MAX })
  const { streams, format } = Probed.parse(JSON.parse(stdout))
  const video = streams.find((stream) => stream.codec_type === 'video')
  if (!video) throw new Error('no video stream')
  return {
    codec: video.codec_name,
    width: video.width,
    height: video.height,
    durationSec: format.duration,
    hasAudio: streams.some((stream) => stream.codec_type === 'audio'),
  }
}
