/**
 * The bytes of a recording: every sum that somebody may ask for in one reading, on disk for good; what film is in them,
 * and how far it goes.
 *
 *     bytes ─▶ sums ─▶ ffprobe: container, codecs, times ─▶ ffmpeg reads every packet: whole, or torn somewhere
 *
 * ffmpeg opens what a stranger sent: it may read this one file and nothing else, in container formats of recorders only
 * (a playlist would name other files), for minutes at most.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import type { Digests } from './integrity.ts'
import type { VideoFacts } from './recording.ts'

const execute = promisify(execFile)

const PROBE_MS_MAX = 60_000
/** A disk reads gigabytes in this time. */
const READ_MS_MAX = 600_000
const CHUNK_BYTES = 4 * 1024 * 1024
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024
const FORMATS = 'mov,mp4,matroska,webm,avi,mpegts,mpeg,asf'
/** Read by ffmpeg, the one file and nothing that it names. */
export const ONE_FILE = ['-protocol_whitelist', 'file', '-format_whitelist', FORMATS]
/** No lens is wider; what claims to be is made to exhaust memory. */
const SIDE_MAX = 8192

export async function hashFile(file: string): Promise<{ digests: Digests; bytes: number }> {
  const hashes = (['sha256', 'sm3', 'sha1', 'md5'] as const).map((name) => [name, createHash(name)] as const)
  const handle = await open(file, 'r+')
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    let bytes = 0
    let crc = 0
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, bytes)
      if (bytesRead === 0) break
      const read = chunk.subarray(0, bytesRead)
      for (const [, hash] of hashes) hash.update(read)
      crc = crc32(read, crc)
      bytes += bytesRead
    }
    await handle.sync()
    const named = Object.fromEntries(hashes.map(([name, hash]) => [name, hash.digest('hex')]))
    return { digests: { ...named, crc32: crc.toString(16).padStart(8, '0') } as Digests, bytes }
  } finally {
    await handle.close()
  }
}

const Probed = z.object({
  streams: z.array(
    z.object({
      codec_type: z.string().optional(),
      codec_name: z.string().default('unknown'),
      profile: z.string().optional(),
      width: z.int().default(0),
      height: z.int().default(0),
      avg_frame_rate: z.string().default('0/0'),
      sample_rate: z.coerce.number().optional(),
      channels: z.int().optional(),
      disposition: z.object({ attached_pic: z.int().default(0) }).prefault({}),
    }),
  ),
  format: z.object({
    format_name: z.string(),
    duration: z.coerce.number().positive(),
    tags: z.record(z.string(), z.string()).prefault({}),
  }),
})

/** Throws with ffprobe's words when there is no film in it. */
export async function probeFile(file: string): Promise<VideoFacts> {
  const stream = 'codec_type,codec_name,profile,width,height,avg_frame_rate,sample_rate,channels'
  const entries = `stream=${stream}:stream_disposition=attached_pic:format=format_name,duration:format_tags=creation_time`
  const asked = ['-v', 'error', ...ONE_FILE, '-show_entries', entries, '-of', 'json', `file:${file}`]
  const limits = { timeout: PROBE_MS_MAX, maxBuffer: OUTPUT_BYTES_MAX }
  const { stdout } = await execute('ffprobe', asked, limits)
  const { streams, format } = Probed.parse(JSON.parse(stdout))
  const isFilm = (one: (typeof streams)[number]) =>
    one.codec_type === 'video' && one.disposition.attached_pic === 0
  const video = streams.find(isFilm)
  if (video === undefined) throw new Error('no video stream')
  if (video.width < 1 || video.height < 1) throw new Error('its pictures have no size')
  if (video.width > SIDE_MAX || video.height > SIDE_MAX)
    throw new Error(`pictures of ${video.width}×${video.height}`)
  const audio = streams.find(({ codec_type }) => codec_type === 'audio')
  const createdAt = z.iso.datetime({ offset: true }).safeParse(format.tags['creation_time'])
  return {
    container: format.format_name,
    codec: video.codec_name,
    ...(video.profile === undefined ? {} : { profile: video.profile }),
    width: video.width,
    height: video.height,
    fps: rateOf(video.avg_frame_rate),
    durationSec: format.duration,
    hasAudio: audio !== undefined,
    ...(audio === undefined
      ? {}
      : {
          audio: {
            codec: audio.codec_name,
            sampleRate: audio.sample_rate ?? 0,
            channels: audio.channels ?? 0,
          },
        }),
    ...(createdAt.success ? { createdAt: createdAt.data } : {}),
  }
}

/** Reads every packet; ffmpeg's words on what is torn, '' when it is whole. Nothing is decoded.
 * @throws when it was not read: there is no ffmpeg, or somebody ended it */
export async function tornIn(file: string): Promise<string> {
  const asked = ['-nostdin', '-v', 'error', ...ONE_FILE, '-i', `file:${file}`]
  const copied = [...asked, '-map', '0:v', '-map', '0:a?', '-c', 'copy', '-f', 'null', '-']
  const limits = { timeout: READ_MS_MAX, maxBuffer: OUTPUT_BYTES_MAX }
  const said = await execute('ffmpeg', copied, limits).then(
    ({ stderr }) => stderr,
    (error: ProcessError) => {
      if (wasNotRead(error)) throw error
      if (error.killed === true) return `not read to its end in ${READ_MS_MAX / 1000} s`
      return error.stderr || String(error)
    },
  )
  return said
    .replaceAll(`file:${file}`, '')
    .split('\n')
    .filter(
      (line) => line.trim() !== '' && !/Last message repeated|non monotonically|Non-monotonous/.test(line),
    )
    .join('\n')
    .slice(0, 500)
}

type ProcessError = Error & {
  readonly stderr?: string
  readonly killed?: boolean
  readonly signal?: string | null
  readonly code?: unknown
}

/** Nobody looked: no program, or one that was ended from outside. That says nothing about the file. */
export function wasNotRead(error: unknown): boolean {
  const { code, killed, signal } = error as ProcessError
  return code === 'ENOENT' || (killed !== true && typeof signal === 'string')
}

function rateOf(text: string): number | null {
  const [over, under] = text.split('/').map(Number)
  return over !== undefined && under !== undefined && over > 0 && under > 0
    ? Math.round((1000 * over) / under) / 1000
    : null
}
