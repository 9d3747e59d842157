/**
 * A live camera's decoder, fed from the ring: changing how often we look only changes what is fed.
 *
 *     ring's last GOP   K p p p p p p p p p p        patrol: K               (B-frames: K and the next 3)
 *                       └fed┘                        watch, pursue: all; on the way up the rest of the GOP at once
 *
 * One process serves all modes, since decoding costs and putting out does not. It may die at any time: reader
 * and ring do not notice, the next process is fed from the last keyframe, and pictures that come twice are
 * dropped by their time. A decoder that cannot keep up loses the rest of its GOP, never the order.
 *
 * Surprise: a camera with B-frames gives a keyframe fed alone only two GOPs later, because the decoder waits
 * for pictures to reorder. Three more samples free it (measured: 168 ms instead of 4 s).
 */
import { z } from 'zod'
import { Backoff } from '../kit/backoff.ts'
import type { Log } from '../kit/log.ts'
import type { Sample, StreamInfo } from '../streams/gop.ts'
import type { GopRing } from '../streams/gop-ring.ts'
import { DecoderProcess } from './decoder-process.ts'
import type { Mode } from './mode.ts'

export const DecoderOptions = z.strictObject({
  backlogBytesMax: z
    .int()
    .min(64 << 10)
    .max(64 << 20)
    .default(4 << 20)
    .describe(
      'Bytes that may wait for the decoder before the rest of a GOP is left out. 4 MiB are 8 s of 4 Mb/s.',
    ),
  patrolGapMs: z
    .int()
    .min(500)
    .max(60_000)
    .default(5_000)
    .describe('Keyframes further apart than this, ms, are too few for patrol: then everything is decoded.'),
})
export type DecoderOptions = z.infer<typeof DecoderOptions>

/** 5 frames a second at most, a little less than 0.2 s for sources that jitter. */
const STEP_SEC = 0.19
/** Looks may come this much early, ms. */
const STEP_TOLERANCE_MS = 10
/** Encoders begin with a few keyframes in a row; so many are a habit. */
const LONELY_KEYS_MIN = 10
/** A decoder that has taken next to nothing for so many GOPs hangs. */
const JAMMED_GOPS_MAX = 4
const RESTART = { firstMs: 50, maxMs: 5_000, factor: 3 }
/** Samples after a keyframe that make it come out, when the camera reorders. */
const REORDER_SAMPLES = 3
/** A deeper reorder is fed until the keyframe is out, but no further than this. */
const REORDER_SAMPLES_MAX = 32

interface DecoderParts {
  readonly camera: string
  readonly options: DecoderOptions
  readonly ring: GopRing
  readonly log: Log
  readonly slot: () => Uint8Array
  readonly frame: (connection: number, pts: number) => void
  readonly program?: string
}

export class Decoder {
  readonly #parts: DecoderParts
  readonly #restart = new Backoff(RESTART)
  #info: StreamInfo | null = null
  #process: DecoderProcess | null = null
  #retry: NodeJS.Timeout | null = null
  #mode: Mode = 'watch'
  #stepMs = 0
  /** The GOP being fed, by its keyframe, and how many of its samples the process has. */
  #key: Sample | null = null
  #fed = 0
  #leaveOut = false
  #reorders = false
  #shownPts = Number.NEGATIVE_INFINITY
  #keyFedMs = Number.NEGATIVE_INFINITY
  #keyGapMs = 0
  #samplesSinceKey = 0
  /** Keyframes in a row that nothing followed. */
  #lonelyKeys = 0
  #jammedGops = 0
  #restarts = 0
  #leftOut = 0

  constructor(parts: DecoderParts) {
    this.#parts = parts
  }

  get restarts(): number {
    return this.#restarts
  }

  /** Samples that were not fed because the decoder could not keep up. */
  get leftOut(): number {
    return this.#leftOut
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** Only keyframes are whole: the rest of each GOP is not fed. */
  get keysOnly(): boolean {
    return this.#mode === 'patrol' && this.#keyGapMs <= this.#parts.options.patrolGapMs
  }

  /** A new connection: another init segment, another process. */
  begin(info: StreamInfo): void {
    this.#drop()
    this.#info = info
    this.#shownPts = Number.NEGATIVE_INFINITY
    this.#reorders = false
    this.#lonelyKeys = 0
    this.#keyGapMs = 0
    this.#restart.reset()
    this.#start()
  }

  /** Call after the ring has the sample. */
  push(sample: Sample): void {
    this.#samplesSinceKey++
    if (sample.key) {
      this.#turn(sample)
    } else {
      this.#lonelyKeys = 0
      if (this.#key !== null && sample.pts < this.#newestPts()) this.#reorders = true
    }
    this.#feed()
  }

  /** Upwards the rest of the GOP follows at once: the decoder has its keyframe already. */
  look(mode: Mode, stepMs: number): void {
    this.#stepMs = stepMs
    if (mode === this.#mode) return
    this.#mode = mode
    this.#feed()
  }

  close(): void {
    this.#drop()
    this.#info = null
  }

  #turn(key: Sample): void {
    if (this.#key !== null && this.#key.connection === key.connection) {
      this.#keyGapMs = key.timeMs - this.#key.timeMs
      if (this.#samplesSinceKey === 1) this.#lonelyKeys++
    }
    this.#samplesSinceKey = 0
    this.#key = key
    this.#fed = 0
    this.#leaveOut = (this.#process?.backlogBytes ?? 0) > this.#parts.options.backlogBytesMax / 2
    this.#jammedGops = this.#leaveOut ? this.#jammedGops + 1 : 0
    if (this.#jammedGops >= JAMMED_GOPS_MAX) this.#process?.kill()
  }

  #newestPts(): number {
    const gop = this.#parts.ring.latestGop()
    return gop.length < 2 ? Number.NEGATIVE_INFINITY : gop[gop.length - 2]!.pts
  }

  #feed(): void {
    const process = this.#process
    const gop = this.#parts.ring.latestGop()
    if (process === null || gop[0] !== this.#key || this.#key === null) return
    const end = Math.min(gop.length, this.#wanted(gop, this.#key))
    while (this.#fed < end) {
      if (!this.#leaveOut && process.backlogBytes > this.#parts.options.backlogBytesMax) this.#leaveOut = true
      if (this.#leaveOut) this.#leftOut++
      else process.feed(gop[this.#fed]!)
      if (this.#fed === 0) this.#keyFedMs = this.#key.timeMs
      this.#fed++
    }
  }

  /** How many samples of the GOP this mode wants decoded. */
  #wanted(gop: readonly Sample[], key: Sample): number {
    // Every picture is a keyframe (MJPEG): any of them can be left out.
    const allKeys = this.#lonelyKeys >= LONELY_KEYS_MIN
    if (!this.keysOnly && !allKeys) return gop.length
    if (this.#fed === 0 && key.timeMs - this.#keyFedMs < this.#stepMs - STEP_TOLERANCE_MS) return 0
    if (!this.keysOnly) return gop.length
    if (!this.#reorders) return 1
    const due = 1 + REORDER_SAMPLES
    if (this.#shownPts >= key.pts || gop.length < due * 3) return due
    return REORDER_SAMPLES_MAX
  }

  #start(): void {
    const info = this.#info
    if (info === null) return
    this.#retry = null
    const { slot, frame, program } = this.#parts
    const process: DecoderProcess = new DecoderProcess(
      info,
      { stepSec: STEP_SEC, fromTicks: 0, overflow: 'drop' },
      {
        slot,
        frame: (pts) => {
          // After a restart the GOP is decoded again; its first pictures have been seen.
          if (process !== this.#process || pts <= this.#shownPts) return
          this.#shownPts = pts
          this.#restart.reset()
          frame(info.connection, pts)
        },
        exit: ({ problem }) => this.#lost(process, problem),
      },
      program,
    )
    this.#process = process
    this.#fed = 0
    this.#keyFedMs = Number.NEGATIVE_INFINITY
    this.#leaveOut = false
    this.#jammedGops = 0
    this.#feed()
  }

  #lost(process: DecoderProcess, problem: string | null): void {
    if (process !== this.#process) return
    this.#process = null
    this.#restarts++
    const waitMs = this.#restart.nextMs()
    this.#parts.log.warn(
      { camera: this.#parts.camera, code: 'DECODER_LOST', problem, waitMs },
      'decoder lost',
    )
    this.#retry = setTimeout(() => this.#start(), waitMs)
  }

  #drop(): void {
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#retry = null
    const process = this.#process
    this.#process = null
    process?.kill()
    this.#key = null
    this.#fed = 0
  }
}
