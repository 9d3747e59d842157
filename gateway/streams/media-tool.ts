/**
 * ffmpeg and ffprobe for cold jobs: is it there, what is in this file, one remux. The only file that knows
 * fluent-ffmpeg, which is archived upstream and cannot carry extra pipes; the hot path spawns ffmpeg itself.
 */
import { execFile } from 'node:child_process'
import { PassThrough, type Readable } from 'node:stream'
import { promisify } from 'node:util'
import ffmpeg, { type FfprobeData, type FfprobeStream } from 'fluent-ffmpeg'
import { fault, redact } from '../kit/errors.ts'

const execute = promisify(execFile)

/** The oldest ffmpeg with `-fps_mode` and `-enc_time_base`, and what Debian 12 has. */
const FFMPEG_MIN = [5, 1] as const

export interface MediaProbe {
  /** FFmpeg's name of the container. */
  readonly format: string
  /** What the container says; null for streams and for files that do not say. */
  readonly durationSec: number | null
  readonly video: {
    readonly codec: string
    readonly width: number
    readonly height: number
    readonly fps: number | null
    /** What the container says. */
    readonly frameCount: number | null
    /** Clockwise degrees a player turns the picture by: 0, 90, 180, 270. */
    readonly rotation: number
  } | null
  readonly audio: { readonly codec: string; readonly sampleRate: number; readonly channels: number } | null
}

/** @throws Fault FFMPEG_MISSING, FFMPEG_TOO_OLD */
export async function checkFfmpeg(program = 'ffmpeg'): Promise<string> {
  let text: string
  try {
    text = (await execute(program, ['-version'], { timeout: 10_000 })).stdout
  } catch (error) {
    throw fault('FFMPEG_MISSING', {}, error)
  }
  const version = /^ffmpeg version (\S+)/.exec(text)?.[1] ?? 'unknown'
  if (isTooOld(version)) throw fault('FFMPEG_TOO_OLD', { version, wanted: FFMPEG_MIN.join('.') })
  return version
}

/** Builds from git (`N-1234-g…`) carry no number and are newer than any release that is too old. */
function isTooOld(version: string): boolean {
  const [, major, minor] = /^n?(\d+)\.(\d+)/.exec(version) ?? []
  if (major === undefined) return false
  return Number(major) < FFMPEG_MIN[0] || (Number(major) === FFMPEG_MIN[0] && Number(minor) < FFMPEG_MIN[1])
}

/** @throws Error with what ffprobe printed; the caller knows whether that is a camera's fault or a file's. */
export function probeMedia(source: string, options: readonly string[]): Promise<MediaProbe> {
  return new Promise((resolve, reject) => {
    ffmpeg.ffprobe(source, ['-v', 'error', ...options], (error: unknown, data) => {
      if (error) reject(error instanceof Error ? error : new Error(String(error)))
      else resolve(readProbe(data))
    })
  })
}

/** A packet of the picture; times as the container has them. */
export interface Packet {
  readonly dtsSec: number
  readonly bytes: number
  readonly isKey: boolean
}

/** Packets of the first picture of a file, in their order; those without a time are left out. */
export async function packetsOf(file: string, program = 'ffprobe'): Promise<Packet[]> {
  const shown = 'packet=dts_time,pts_time,size,flags'
  const options = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', shown, '-of', 'json']
  const { stdout } = await execute(program, [...options, `file:${file}`], {
    ...{ timeout: 20_000, maxBuffer: 64 * 1024 * 1024 },
  })
  const { packets = [] } = JSON.parse(stdout) as { packets?: Readonly<Record<string, string>>[] }
  return packets.flatMap(({ dts_time, pts_time, size, flags = '' }) => {
    const dtsSec = Number(dts_time ?? pts_time)
    return Number.isFinite(dtsSec) ? [{ dtsSec, bytes: Number(size), isKey: flags.includes('K') }] : []
  })
}

/** Copies the packets of a file into another container, `options` as ffmpeg's output options. */
export function remux(from: string, to: string, options: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    ffmpeg(from)
      .outputOptions(['-c', 'copy', ...options])
      .on('end', () => resolve())
      .on('error', (error: Error) => reject(error))
      .save(to)
  })
}

/** Offline jobs leave the cores to cameras. */
const OFFLINE_NICENESS = 15
/** Long for copying, and no more than anybody waits for a stuck one. */
const CUT_SEC_MAX = 600

/**
 * Copies pictures and sound of a part of a file, as they are, into Matroska, which takes whatever recorders write. It
 * begins at the keyframe before `fromSec`.
 */
export function cutPackets(
  from: string,
  to: string,
  { fromSec, seconds }: { readonly fromSec: number; readonly seconds: number },
): Promise<void> {
  const quiet = '-map_metadata -1 -map_chapters -1 -fflags +bitexact -avoid_negative_ts make_zero'
  return new Promise((resolve, reject) => {
    ffmpeg(`file:${from}`, { niceness: OFFLINE_NICENESS, timeout: CUT_SEC_MAX })
      .inputOptions([
        '-nostdin',
        '-loglevel',
        'error',
        '-protocol_whitelist',
        'file',
        '-ss',
        fromSec.toFixed(3),
      ])
      .outputOptions(['-map', '0:v', '-map', '0:a?', '-c', 'copy', '-t', seconds.toFixed(3)])
      .outputOptions([...quiet.split(' '), '-f', 'matroska'])
      .on('end', () => resolve())
      .on('error', (error: Error) => reject(error))
      .save(to)
  })
}
/** No sample is hidden, nothing turned, nothing read but this file. */
const AS_IT_LIES =
  '-nostdin -loglevel error -threads 1 -noautorotate -ignore_editlist 1 -protocol_whitelist file'

export interface RawPictures {
  readonly bytes: Readable
  /** What the decoder complained of so far: none when every picture is whole. */
  readonly complaints: readonly string[]
  kill(): void
}

/** Every picture of a file, decoded; `filter` scales and converts, `options` name the raw format. */
export function decodePictures(path: string, filter: string, options: readonly string[]): RawPictures {
  const complaints: string[] = []
  const command = ffmpeg(`file:${path}`, { niceness: OFFLINE_NICENESS })
    .inputOptions([...AS_IT_LIES.split(' '), '-copyts', '-f', 'mp4'])
    .outputOptions(['-map', '0:v:0', '-vf', filter, '-fps_mode', 'passthrough', ...options])
    .on('stderr', (line: string) => {
      if (complaints.length < 20 && line.trim() !== '') complaints.push(redact(line.trim()).slice(0, 200))
    })
  const bytes = new PassThrough()
  // Whoever reads hears of it by the reading; nobody reads any more after `kill`.
  bytes.on('error', () => undefined)
  command.on('error', (error: Error) => bytes.destroy(error)).pipe(bytes, { end: true })
  return { bytes, complaints, kill: () => command.kill('SIGKILL') }
}

export interface Encoding {
  readonly done: Promise<void>
  /** A pipe that is destroyed tells ffmpeg nothing: it would wait for more. */
  kill(): void
}

/** I420 pictures into an MP4 that plays anywhere, begins at once, and says nothing but its pictures. */
export function encodePictures(
  bytes: Readable,
  to: string,
  { width, height, fps }: { readonly width: number; readonly height: number; readonly fps: number },
): Encoding {
  const color = '-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv'
  const quiet = '-map_metadata -1 -map_chapters -1 -an -sn -dn -fflags +bitexact -flags:v +bitexact'
  const command = ffmpeg(bytes, { niceness: OFFLINE_NICENESS })
    .inputOptions(['-nostdin', '-loglevel', 'error', '-f', 'rawvideo', '-pix_fmt', 'yuv420p'])
    .inputOptions(['-video_size', `${width}x${height}`, '-framerate', String(fps)])
    .outputOptions([...quiet.split(' '), ...color.split(' '), '-c:v', 'libx264', '-preset', 'veryfast'])
    .outputOptions(['-crf', '23', '-threads', '1', '-pix_fmt', 'yuv420p', '-movflags', '+faststart'])
  const done = new Promise<void>((resolve, reject) => {
    command.on('end', () => resolve()).on('error', (error: Error) => reject(error))
  })
  command.save(to)
  return { done, kill: () => command.kill('SIGKILL') }
}

function readProbe({ format, streams }: FfprobeData): MediaProbe {
  const video = streams.find((each) => each.codec_type === 'video' && !isCoverArt(each))
  const audio = streams.find((each) => each.codec_type === 'audio')
  return {
    format: format.format_name ?? 'unknown',
    durationSec: positive(format.duration) ?? positive(video?.duration),
    video: video === undefined ? null : readVideo(video),
    audio:
      audio === undefined
        ? null
        : {
            codec: audio.codec_name ?? 'unknown',
            sampleRate: Number(audio.sample_rate) || 0,
            channels: Number(audio.channels) || 0,
          },
  }
}

function readVideo(stream: FfprobeStream): NonNullable<MediaProbe['video']> {
  const [num, den] = (stream.avg_frame_rate ?? '0/0').split('/').map(Number)
  return {
    codec: stream.codec_name ?? 'unknown',
    width: Number(stream.width) || 0,
    height: Number(stream.height) || 0,
    fps: positive((num ?? 0) / (den ?? 0)),
    frameCount: positive(stream.nb_frames),
    // ffprobe counts against the clock.
    rotation: ((-Math.round(Number(stream.rotation ?? 0) || 0) % 360) + 360) % 360,
  }
}

// fluent-ffmpeg gives dispositions as numbers in an object.
const isCoverArt = (stream: FfprobeStream): boolean => Number(stream.disposition?.attached_pic ?? 0) === 1

function positive(value: unknown): number | null {
  const number = Number(value)
  return Number.isFinite(number) && number > 0 ? number : null
}
