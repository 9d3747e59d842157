/**
 * A recorded file through the same path as a camera, with nothing dropped because nothing is late.
 *
 *     file ─ffmpeg -c copy─▶ fMP4 ─▶ ring ─▶ decoder ─▶ Frame          the consumer's pace is everybody's pace:
 *       └──────────── paused ◀──────────── paused ◀──── not asked ──┘  a paused pipe stops the process before it
 *
 * Frames are chosen by media time alone (the first picture, then each one at least `1/rate − 0.01 s` after
 * the last chosen), so the same file at the same rate always gives the same frames. `timeMs` counts from the
 * first picture a player would show: pictures that an edit list hides at the start (phones, trimmed clips)
 * are not analysed.
 *
 * Codecs that MP4 cannot carry are transcoded for analysis; `info.transcoded` says so, the file stays the
 * original.
 */

import { assert } from '../kit/assert.ts'
import { type Fault, fault } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import { silentLog } from '../kit/log.ts'
import { FileReader, inspectFile } from '../streams/file-reader.ts'
import { type RawSample, type Sample, type StreamInfo, TICKS_PER_SEC } from '../streams/gop.ts'
import { GopRing } from '../streams/gop-ring.ts'
import { DecoderProcess } from './decoder-process.ts'
import { FRAME_BYTES, type Frame } from './frame.ts'

export interface FileFeedOptions {
  readonly path: string
  readonly cameraId: string
  /** UTC epoch ms of the first picture. */
  readonly startWallMs: number
  readonly samplesPerSec: number
  /** Seconds of packets kept behind the analysed instant, for clips. */
  readonly ringSeconds?: number
  readonly ringBytes?: number
  readonly log?: Log
}

/** `width` and `height` are those of the picture as it is shown, turned if the recorder was held upright. */
interface FileInfo extends StreamInfo {
  /** What the container says; null when it does not. */
  readonly declaredSec: number | null
  readonly rotation: 0 | 90 | 180 | 270
  /** The codec in the file, when it had to be transcoded for analysis. */
  readonly transcoded: string | null
}

export interface FileReport {
  readonly samples: number
  readonly frames: number
  /** Media seconds from the first picture to the end of the last sample read. */
  readonly readSec: number
  /** Lines of complaint from the demuxer and the decoder. */
  readonly problems: number
  /** FILE_TRUNCATED, when the file ended early. */
  readonly truncated: Fault | null
}

/** Bytes that wait for the decoder before reading waits. Its pipe holds 64 KiB more. */
const BACKLOG_BYTES_MAX = 256 << 10
/** Finished frames that wait for the consumer; beside them one is held and one is being filled. */
const WAITING_MAX = 2
/** An end this much before the declared one is a truncation: containers round, last durations are guessed. */
const TRUNCATED_SEC_MIN = 1

/**
 * @throws Fault FILE_UNREADABLE, FILE_EMPTY, FILE_NOT_VIDEO, FILE_NO_VIDEO_TRACK, FILE_UNFINISHED,
 * FILE_UNDECODABLE
 */
export async function openFileFeed(options: FileFeedOptions): Promise<FileFeed> {
  const log = options.log ?? silentLog
  const facts = await inspectFile(options.path)
  let reader = new FileReader(options.path, { transcode: facts.transcode })
  let first = await reader.next()
  let transcoded = facts.transcode
  if (first === null && !transcoded) {
    // The codec is one that MP4 carries, this stream of it is not: timestamps or headers that the muxer
    // refuses.
    log.info(
      { path: options.path, reason: reader.problem },
      'packets cannot be copied, transcoding for analysis',
    )
    transcoded = true
    reader = new FileReader(options.path, { transcode: true })
    first = await reader.next()
  }
  const stream = reader.info
  if (first === null || stream === null) {
    reader.close()
    throw fault('FILE_UNDECODABLE', { path: options.path, reason: reader.problem ?? 'no packets' })
  }
  const upright = facts.rotation % 180 === 90
  const info: FileInfo = {
    ...stream,
    width: upright ? stream.height : stream.width,
    height: upright ? stream.width : stream.height,
    declaredSec: facts.durationSec,
    rotation: facts.rotation,
    transcoded: transcoded ? facts.codec : null,
  }
  return new FileFeed(options, info, reader, first, facts.hiddenSec)
}

export class FileFeed {
  readonly info: FileInfo
  readonly ring: GopRing
  readonly #options: FileFeedOptions
  readonly #reader: FileReader
  readonly #startTicks: number
  readonly #slots = Array.from({ length: WAITING_MAX + 2 }, () => new Uint8Array(FRAME_BYTES))
  #slotNext = 0
  #first: RawSample | null
  #decoder: DecoderProcess | null = null
  #waiting: { pts: number; yuv: Uint8Array }[] = []
  #wake: () => void = () => undefined
  #decoderEnd: { readonly killed: boolean; readonly problem: string | null } | null = null
  #readDone = false
  #closed = false
  #endTicks = 0
  #samples = 0
  #frames = 0
  #problems = 0

  constructor(
    options: FileFeedOptions,
    info: FileInfo,
    reader: FileReader,
    first: RawSample,
    hiddenSec: number,
  ) {
    this.#options = options
    this.info = info
    this.#reader = reader
    this.#first = first
    this.#startTicks = first.pts + Math.round(hiddenSec * TICKS_PER_SEC)
    this.ring = new GopRing({ seconds: options.ringSeconds ?? 30, bytes: options.ringBytes ?? 256 << 20 })
    this.ring.begin(info)
    this.ring.hold(0)
  }

  /** Media seconds from the first picture to the end: what was read so far, or what the file declares. */
  get durationSec(): number {
    if (this.#readDone || this.info.declaredSec === null)
      return (this.#endTicks - this.#startTicks) / TICKS_PER_SEC
    return this.info.declaredSec
  }

  /** Each frame's `yuv` is valid until the next one is asked for. */
  async *frames(): AsyncGenerator<Frame> {
    assert(this.#decoder === null && !this.#closed, 'a file feed is read once')
    const { cameraId, startWallMs, samplesPerSec } = this.#options
    assert(samplesPerSec > 0, 'a rate above zero')
    this.#decoder = this.#startDecoder(Math.max(0, 1 / samplesPerSec - 0.01))
    const feeding = this.#feed(this.#decoder)
    try {
      for (;;) {
        const next = await this.#take()
        if (next === null) break
        const timeMs = this.#timeMs(next.pts)
        this.ring.hold(timeMs)
        this.#frames++
        const { connection } = this.info
        yield { cameraId, pts: next.pts, connection, timeMs, wallMs: startWallMs + timeMs, yuv: next.yuv }
      }
      await feeding
      const { path } = this.#options
      const { killed, problem } = this.#decoderEnd ?? { killed: false, problem: null }
      if (killed && !this.#closed) throw fault('DECODER_LOST', { source: path })
      if (this.#frames === 0 && !this.#closed) {
        throw fault('FILE_UNDECODABLE', { path, reason: problem ?? this.#reader.problem ?? 'no picture' })
      }
    } finally {
      this.close()
    }
  }

  /** How it went, after the last frame. */
  report(): FileReport {
    const readSec = (this.#endTicks - this.#startTicks) / TICKS_PER_SEC
    const { declaredSec } = this.info
    const short = this.#readDone && declaredSec !== null && readSec < declaredSec * 0.98 - TRUNCATED_SEC_MIN
    const shown = {
      path: this.#options.path,
      readSec: readSec.toFixed(1),
      declaredSec: declaredSec?.toFixed(1),
    }
    return {
      samples: this.#samples,
      frames: this.#frames,
      readSec,
      problems: this.#problems + this.#reader.problemCount,
      truncated: short ? fault('FILE_TRUNCATED', shown) : null,
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#problems = this.#decoder?.problemCount ?? 0
    this.#reader.close()
    this.#decoder?.kill()
    this.#wake()
  }

  #timeMs(pts: number): number {
    return ((pts - this.#startTicks) * 1000) / TICKS_PER_SEC
  }

  #startDecoder(stepSec: number): DecoderProcess {
    const decoder = new DecoderProcess(
      this.info,
      { stepSec, fromTicks: this.#startTicks, overflow: 'wait' },
      {
        slot: () => this.#slots[this.#slotNext]!,
        frame: (pts) => {
          if (this.#closed) return
          this.#waiting.push({ pts, yuv: this.#slots[this.#slotNext]! })
          this.#slotNext = (this.#slotNext + 1) % this.#slots.length
          if (this.#waiting.length >= WAITING_MAX) decoder.pause()
          this.#wake()
        },
        exit: (end) => {
          this.#decoderEnd = end
          this.#wake()
        },
      },
    )
    return decoder
  }

  async #feed(decoder: DecoderProcess): Promise<void> {
    for (let raw = this.#first; raw !== null && !this.#closed; raw = await this.#reader.next()) {
      this.#first = null
      const timeMs = this.#timeMs(raw.pts)
      const sample: Sample = { ...raw, timeMs, wallMs: this.#options.startWallMs + timeMs }
      this.ring.push(sample)
      this.#samples++
      this.#endTicks = Math.max(this.#endTicks, raw.pts + raw.duration)
      decoder.feed(sample)
      if (decoder.backlogBytes > BACKLOG_BYTES_MAX) await decoder.drained()
    }
    this.#readDone = !this.#closed
    decoder.end()
  }

  async #take(): Promise<{ pts: number; yuv: Uint8Array } | null> {
    for (;;) {
      const next = this.#waiting.shift()
      if (next !== undefined) {
        if (this.#waiting.length < WAITING_MAX) this.#decoder?.resume()
        return next
      }
      if (this.#closed || this.#decoderEnd !== null) return null
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
