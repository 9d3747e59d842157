/**
 * One camera, alive: read once, kept in the ring, decoded as often as the street needs, its health told.
 *
 *     intake ─▶ ring ─▶ decoder ─▶ newest frame ─▶ mask ─▶ health, gate ─▶ onFrame
 *                          ▲                                      │           │
 *                          └────────────── mode ◀── moved ────────┘◀─ attention of the judge
 *
 * `onFrame` may take its time: meanwhile the newest frame waits and older ones are dropped. What the mode
 * owed and what was really analysed are counted in seconds, so that shed load is never silent. A camera that
 * is away is owed as well: nobody looked at the street.
 *
 * With a second, cheaper stream for analysis both have timelines of the box's own time, so evidence cut from
 * `ring` by `timeMs` shows what the cheap stream was judged on [R4].
 */
import { z } from 'zod'
import type { CameraState, CameraStatus } from '../../devices/device.ts'
import type { Clock } from '../kit/clock.ts'
import type { Log } from '../kit/log.ts'
import type { StreamInfo } from '../streams/gop.ts'
import { type GopRing, RingOptions } from '../streams/gop-ring.ts'
import { Intake } from '../streams/intake.ts'
import { LiveView } from '../streams/live.ts'
import { StreamOptions } from '../streams/options.ts'
import type { ReaderState } from '../streams/reader.ts'
import { Decoder, DecoderOptions } from './decoder.ts'
import type { Frame } from './frame.ts'
import { Gate, GateOptions } from './gate.ts'
import { LatestFrame, type SlotFrame } from './latest-frame.ts'
import type { PrivacyMask } from './mask.ts'
import { type Mode, ModeOptions, ModePolicy } from './mode.ts'
import { HealthOptions, PictureHealth } from './picture-health.ts'

export const FeedOptions = z.strictObject({
  stream: StreamOptions.prefault({}).describe('How cameras are read.'),
  ring: RingOptions.prefault({}).describe('Packets of each camera kept in memory.'),
  decoder: DecoderOptions.prefault({}).describe('How the decoder is fed.'),
  gate: GateOptions.prefault({}).describe('What counts as motion.'),
  mode: ModeOptions.prefault({}).describe('How often a camera is looked at.'),
  health: HealthOptions.prefault({}).describe('When a picture is dark, covered or frozen.'),
})
export type FeedOptions = z.infer<typeof FeedOptions>

export interface FeedCamera {
  readonly id: string
  readonly url: string
  /** A cheaper stream of the same camera, looked at instead; evidence comes from `url`. */
  readonly analysisUrl?: string | undefined
  readonly transport?: 'tcp' | 'udp' | undefined
  readonly enabled?: boolean | undefined
  readonly mask?: PrivacyMask | undefined
}

interface LiveFeedParts {
  readonly camera: FeedCamera
  readonly options: FeedOptions
  readonly clock: Clock
  readonly log: Log
  /** The frame's `yuv` is valid until the promise resolves. A rejection is our bug and is not caught here. */
  readonly onFrame: (frame: Frame) => void | Promise<void>
  readonly onStatus: (status: CameraStatus) => void
}

interface FeedCounters {
  readonly samples: number
  readonly framesDecoded: number
  /** Seconds since the start that somebody should have been looking, and seconds that somebody did. */
  readonly owedSec: number
  readonly analysedSec: number
  readonly reconnects: number
  /** Due frames that a busy consumer never saw, and encoded samples that a busy decoder never got. */
  readonly droppedFrames: number
  readonly droppedSamples: number
  readonly decoderRestarts: number
  readonly modeChanges: number
  /** Payload bytes received, and bytes the ring holds now. */
  readonly bytes: number
  readonly ringBytes: number
}

/** Looks may come this much early, ms. */
const STEP_TOLERANCE_MS = 10
/** One look vouches for this many steps of its mode at most; beyond that nobody knows. */
const VOUCHED_STEPS = 1.5

export class LiveFeed {
  readonly #parts: LiveFeedParts
  readonly #evidence: Intake
  readonly #analysis: Intake
  readonly #decoder: Decoder
  readonly #latest = new LatestFrame()
  /** The evidence stream for browsers. */
  readonly live = new LiveView()
  readonly #gate: Gate
  readonly #policy: ModePolicy
  readonly #health: PictureHealth
  readonly #startedMs: number
  #reader: ReaderState = { state: 'connecting', code: null, reason: '' }
  #status: CameraStatus
  /** The newest instant of a sample, of a due frame, and of the grid that due frames are chosen by. */
  #newestMs = Number.NEGATIVE_INFINITY
  #dueMs = Number.NEGATIVE_INFINITY
  #gridMs = Number.NEGATIVE_INFINITY
  #lookedMs: number | null = null
  #keyGapMs = 0
  #keyMs: number | null = null
  #framesDecoded = 0
  #analysedMs = 0
  #busy = false
  #closed = false

  constructor(parts: LiveFeedParts) {
    this.#parts = parts
    const { camera, options, clock, log } = parts
    this.#gate = new Gate(options.gate)
    this.#policy = new ModePolicy(options.mode)
    this.#health = new PictureHealth(options.health)
    this.#startedMs = clock.monotonicMs()
    this.#analysis = this.#makeIntake(camera.analysisUrl ?? camera.url, true)
    this.#evidence = camera.analysisUrl === undefined ? this.#analysis : this.#makeIntake(camera.url, false)
    this.#decoder = new Decoder({
      camera: camera.id,
      options: options.decoder,
      ring: this.#analysis.ring,
      log,
      slot: () => this.#latest.slot(),
      frame: (connection, pts) => this.#decoded(connection, pts),
    })
    this.#status = this.#judgeStatus()
    if (camera.enabled === false) return
    this.#analysis.start()
    if (this.#evidence !== this.#analysis) this.#evidence.start()
  }

  /** The packets evidence is cut from. */
  get ring(): GopRing {
    return this.#evidence.ring
  }

  /** Of the evidence stream; null until it was online once. */
  get info(): StreamInfo | null {
    return this.#evidence.ring.info
  }

  status(): CameraStatus {
    return { ...this.#status, ...this.#seconds() }
  }

  counters(): FeedCounters {
    return {
      samples: this.#analysis.samples,
      framesDecoded: this.#framesDecoded,
      ...this.#seconds(),
      reconnects: this.#analysis.reconnects,
      droppedFrames: this.#latest.dropped,
      droppedSamples: this.#decoder.leftOut,
      decoderRestarts: this.#decoder.restarts,
      modeChanges: this.#policy.changes,
      bytes: this.#evidence.bytes + (this.#analysis === this.#evidence ? 0 : this.#analysis.bytes),
      ringBytes: this.#evidence.ring.bytes,
    }
  }

  /** Processes that run for this camera now. */
  pids(): { readonly reader: number | undefined; readonly decoder: number | undefined } {
    return { reader: this.#evidence.pid, decoder: this.#decoder.pid }
  }

  /** What the judge wants until it wants something else. */
  setAttention(mode: Mode): void {
    this.#policy.attend(mode)
  }

  close(): void {
    this.#closed = true
    this.#analysis.close()
    this.#evidence.close()
    this.#decoder.close()
    this.#latest.discard()
  }

  #makeIntake(url: string, analysed: boolean): Intake {
    const { camera, options, clock, log } = this.#parts
    const stream = { ...options.stream, transport: camera.transport ?? options.stream.transport }
    return new Intake({
      ...{ camera: camera.id, url, stream, ring: options.ring, clock, log },
      on: {
        info: (info) => {
          if (url === camera.url) this.live.begin(info)
          if (analysed) this.#begin(info)
        },
        sample: (sample) => {
          if (url === camera.url) this.live.push(sample)
          if (!analysed) return
          if (sample.key) this.#measureGop(sample.timeMs)
          this.#setMode(sample.timeMs)
          this.#decoder.push(sample)
        },
        state: (state) => {
          if (analysed) this.#reader = state
          this.#tell()
        },
      },
    })
  }

  #begin(info: StreamInfo): void {
    this.#health.reset()
    this.#keyMs = null
    this.#decoder.begin(info)
  }

  #measureGop(keyMs: number): void {
    if (this.#keyMs !== null) this.#keyGapMs = keyMs - this.#keyMs
    this.#keyMs = keyMs
  }

  #setMode(timeMs: number): void {
    // Samples come in decode order; with B-frames their times go back and forth.
    this.#newestMs = Math.max(this.#newestMs, timeMs)
    const before = this.#policy.mode
    const mode = this.#policy.decide(this.#newestMs)
    this.#decoder.look(mode, this.#policy.stepMs(mode))
    if (mode === before) return
    this.#gridMs = this.#dueMs
    this.#tell()
  }

  #decoded(connection: number, pts: number): void {
    this.#framesDecoded++
    const sample = this.#analysis.ring.find(connection, pts)
    // In patrol every keyframe that was fed is due. What comes out around one may be patched up: its
    // references are missing.
    const { keysOnly } = this.#decoder
    if (keysOnly && sample !== null && !sample.key) return
    const { timeMs } = sample ?? this.#analysis.at(pts)
    const stepMs = keysOnly ? 0 : this.#policy.stepMs(this.#policy.mode)
    // The decoder puts out 5 a second; a slot that is not put is filled again.
    if (timeMs < this.#gridMs + stepMs - STEP_TOLERANCE_MS) return
    // A grid, so that a source of 5 a second gives 2 a second on average and not 5/3; a late look starts a
    // new one.
    this.#gridMs = timeMs - this.#gridMs < 2 * stepMs ? this.#gridMs + stepMs : timeMs
    this.#dueMs = timeMs
    this.#latest.put(connection, pts)
    if (!this.#busy) void this.#pump()
  }

  async #pump(): Promise<void> {
    this.#busy = true
    for (let slot = this.#latest.take(); slot !== null && !this.#closed; slot = this.#latest.take()) {
      await this.#look(slot)
      this.#latest.giveBack()
    }
    this.#busy = false
  }

  async #look(slot: SlotFrame): Promise<void> {
    const { camera, onFrame } = this.#parts
    // The ring knows the sample; a picture whose time the decoder moved is placed by the connection's
    // timeline.
    const { timeMs, wallMs } =
      this.#analysis.ring.find(slot.connection, slot.pts) ?? this.#analysis.at(slot.pts)
    if (this.#lookedMs !== null && timeMs <= this.#lookedMs) return
    camera.mask?.apply(slot.yuv)
    const frame: Frame = { cameraId: camera.id, ...slot, timeMs, wallMs }
    this.#health.examine(frame)
    if (this.#gate.admit(frame) === 'moved') this.#policy.move(timeMs)
    this.#tell()
    await onFrame(frame)
    this.#vouch(timeMs)
  }

  #vouch(timeMs: number): void {
    const mode = this.#policy.mode
    const stepMs =
      mode === 'patrol' ? Math.max(this.#policy.stepMs(mode), this.#keyGapMs) : this.#policy.stepMs(mode)
    const sinceMs = this.#lookedMs === null ? stepMs : timeMs - this.#lookedMs
    this.#analysedMs += Math.min(sinceMs, stepMs * VOUCHED_STEPS)
    this.#lookedMs = timeMs
  }

  #seconds(): { readonly owedSec: number; readonly analysedSec: number } {
    const owedMs =
      this.#parts.camera.enabled === false ? 0 : this.#parts.clock.monotonicMs() - this.#startedMs
    return { owedSec: owedMs / 1000, analysedSec: Math.min(this.#analysedMs, owedMs) / 1000 }
  }

  /** Tells only what changed. */
  #tell(): void {
    const status = this.#judgeStatus()
    const { state, mode, code } = this.#status
    if (this.#closed || (status.state === state && status.mode === mode && status.code === code)) return
    this.#status = status
    this.#parts.onStatus(status)
  }

  #judgeStatus(): CameraStatus {
    const { id, enabled } = this.#parts.camera
    const { state } = this.#reader
    let told: CameraState = 'offline'
    if (enabled === false) told = 'disabled'
    else if (state === 'stalled') told = 'stalled'
    else if (state === 'online') told = this.#health.state === 'good' ? 'online' : this.#health.state
    // Looked at, but nothing to cut evidence from: said by the code.
    const { code, reason } = state === 'online' ? this.#evidence.state : this.#reader
    return { camera: id, state: told, mode: this.#policy.mode, code, reason, ...this.#seconds() }
  }
}
