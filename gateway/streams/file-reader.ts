/**
 * A recorded file as samples, at the pace they are asked for: what is it, and the same `-c copy` to
 * fragmented MP4 as a camera gets. A file comes from an officer's chest or from anywhere: it is opened with a
 * list of allowed containers and only from disk, because a "video" may be a playlist that names other files
 * or addresses.
 */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process'
import { open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { fault, isFault, redact } from '../kit/errors.ts'
import { Fmp4Parser } from './fmp4.ts'
import type { RawSample, StreamInfo } from './gop.ts'
import { type MediaProbe, probeMedia } from './media-tool.ts'

const execute = promisify(execFile)

const CONTAINERS = [
  'mov,mp4,m4a,3gp,3g2,mj2,avi,matroska,webm,mpegts,mpeg,mpegvideo,m4v,h264,hevc,flv,asf,ogg,mjpeg,mxf,dv,nut,gxf,ivf',
  'live_flv,mpjpeg,dhav,rm,wtv,wav,aac,mp3,flac',
].join(',')
const FROM_DISK = ['-protocol_whitelist', 'file', '-format_whitelist', CONTAINERS]

/** What MP4 can carry as it is. */
const COPIED = new Set(['h264', 'hevc', 'mpeg4', 'mjpeg', 'mpeg2video', 'mpeg1video', 'av1', 'vp9'])

/** The longest an edit list is looked into, packets: a GOP of 40 s at 25 fps. */
const HIDDEN_PACKETS_MAX = 1000

interface FileFacts {
  readonly codec: string
  /** The codec does not fit MP4. */
  readonly transcode: boolean
  readonly durationSec: number | null
  readonly rotation: 0 | 90 | 180 | 270
  /** Seconds at the start that an edit list keeps from being shown. */
  readonly hiddenSec: number
}

/** @throws Fault FILE_UNREADABLE, FILE_EMPTY, FILE_NOT_VIDEO, FILE_NO_VIDEO_TRACK, FILE_UNFINISHED */
export async function inspectFile(path: string): Promise<FileFacts> {
  await checkReadable(path)
  const head = await readHead(path)
  const probe = await probeMedia(`file:${path}`, FROM_DISK).catch((error: Error) => {
    const lines = redact(error.message).split('\n')
    const unfinished = lines.some((line) => line.includes('moov atom not found'))
    if (unfinished && isMovie(head)) throw fault('FILE_UNFINISHED', { path }, error)
    throw fault('FILE_NOT_VIDEO', { path, reason: reasonFrom(lines) }, error)
  })
  const { video } = probe
  if (video === null) throw fault('FILE_NO_VIDEO_TRACK', { path })
  if (video.width === 0 || video.height === 0)
    throw fault('FILE_NOT_VIDEO', { path, reason: 'no picture size' })
  return {
    codec: video.codec,
    transcode: !COPIED.has(video.codec),
    durationSec: declaredSeconds(probe),
    rotation: video.rotation === 90 || video.rotation === 180 || video.rotation === 270 ? video.rotation : 0,
    hiddenSec: probe.format.includes('mp4') ? await hiddenSeconds(path) : 0,
  }
}

async function checkReadable(path: string): Promise<void> {
  const facts = await stat(path).catch((error: Error) => {
    throw fault('FILE_UNREADABLE', { path, reason: error.message }, error)
  })
  if (!facts.isFile()) throw fault('FILE_UNREADABLE', { path, reason: 'not a regular file' })
  if (facts.size === 0) throw fault('FILE_EMPTY', { path })
}

const HEAD_BYTES = 16

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** By extension alone ffmpeg would try anything as a movie and miss its index. */
const isMovie = (head: Buffer): boolean =>
  ['ftyp', 'mdat', 'wide', 'free', 'skip', 'pnot'].includes(head.toString('latin1', 4, 8))

/**
 * ffprobe guesses an AVI's duration from the file's size, so a cut one looks whole; its header counts the
 * pictures.
 */
function declaredSeconds({ format, durationSec, video }: MediaProbe): number | null {
  if (format !== 'avi' || video === null || video.fps === null || video.frameCount === null)
    return durationSec
  return video.frameCount / video.fps
}

/** ffprobe's own last word, without the path and the wrapping of the one who called it. */
function reasonFrom(lines: readonly string[]): string {
  const said = lines.filter((line) => line.trim() !== '' && !line.startsWith('ffprobe'))
  const last = said.at(-1) ?? lines.at(-1) ?? 'ffprobe failed'
  return last.slice(last.lastIndexOf(': ') + 1).trim()
}

/** The flag `D` marks packets that are decoded but not shown. */
async function hiddenSeconds(path: string): Promise<number> {
  const { stdout } = await execute(
    'ffprobe',
    [
      ...[
        '-v',
        'error',
        ...FROM_DISK,
        '-select_streams',
        'V:0',
        '-read_intervals',
        `%+#${HIDDEN_PACKETS_MAX}`,
      ],
      ...['-show_entries', 'packet=pts_time,flags', '-of', 'csv=p=0', `file:${path}`],
    ],
    { maxBuffer: 4 << 20 },
  )
  const packets = stdout.split('\n').map((line) => line.split(','))
  const firstSec = Number(packets[0]?.[0])
  if (!packets[0]?.[1]?.includes('D') || !Number.isFinite(firstSec)) return 0
  const shown = packets.filter(([, flags]) => flags !== undefined && !flags.includes('D'))
  const shownSec = shown.map(([time]) => Number(time)).filter(Number.isFinite)
  return shownSec.length === 0 ? 0 : Math.max(0, Math.min(...shownSec) - firstSec)
}

export class FileReader {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  readonly #chunks: AsyncIterator<Buffer>
  readonly #parser: Fmp4Parser
  readonly #samples: RawSample[] = []
  #info: StreamInfo | null = null
  #problem: string | null = null
  #problemCount = 0
  #done = false

  constructor(path: string, options: { readonly transcode: boolean }, program = 'ffmpeg') {
    this.#child = spawn(program, readerArguments(path, options.transcode), {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.on('error', (error) => this.#hear(error.message))
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => this.#hear(text))
    this.#chunks = this.#child.stdout[Symbol.asyncIterator]()
    this.#parser = new Fmp4Parser({
      init: ({ bytes, tracks }) => {
        const track = tracks.find((each) => each.kind === 'vide')
        if (track === undefined) throw fault('STREAM_MALFORMED', { reason: 'no video track' })
        const { codec, width, height } = track
        this.#info = { codec, width, height, init: bytes, connection: 1 }
      },
      sample: ({ track, ...sample }) => {
        if (track.kind === 'vide') this.#samples.push({ connection: 1, ...sample })
      },
    })
  }

  /** Known once the first sample is. */
  get info(): StreamInfo | null {
    return this.#info
  }

  /** What ffmpeg said last, null when nothing. */
  get problem(): string | null {
    return this.#problem
  }

  get problemCount(): number {
    return this.#problemCount
  }

  /** The next sample in decode order; null at the end. Nothing is read ahead of the question. */
  async next(): Promise<RawSample | null> {
    for (;;) {
      const sample = this.#samples.shift()
      if (sample !== undefined) return sample
      if (this.#done) return null
      try {
        const chunk = await this.#chunks.next()
        if (chunk.done) this.#done = true
        else this.#parser.push(chunk.value)
      } catch (error) {
        // What the parser refuses, or a pipe that broke: the end of what can be read; `problem` tells.
        this.#hear(isFault(error) ? error.message : String(error))
        this.close()
      }
    }
  }

  close(): void {
    this.#done = true
    this.#child.stdout.destroy()
    this.#child.kill('SIGKILL')
  }

  #hear(text: string): void {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    this.#problemCount += lines.length
    this.#problem = redact(lines.at(-1) ?? '').slice(0, 200) || this.#problem
  }
}

/** `genpts`: AVI and raw streams carry no presentation times. `V`: no cover art. */
function readerArguments(path: string, transcode: boolean): string[] {
  const codec = transcode
    ? '-c:v libx264 -preset ultrafast -crf 18 -bf 0 -g 50 -pix_fmt yuv420p -fps_mode vfr -enc_time_base 1:90000'
    : '-c copy'
  return [
    ...['-nostdin', '-loglevel', 'error', ...FROM_DISK, '-fflags', '+genpts', '-i', `file:${path}`],
    ...`-map 0:V:0 ${codec} -video_track_timescale 90000`.split(' '),
    ...'-movflags frag_every_frame+empty_moov+default_base_moof -f mp4 pipe:1'.split(' '),
  ]
}
