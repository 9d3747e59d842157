/**
 * One camera, read once, as packets: a light ffmpeg that copies (`-c copy`) into fragmented MP4 on a pipe.
 *
 *     connecting ──first sample──▶ online ──nothing for stallSec──▶ stalled ┐
 *          ▲                          └────stream ended────▶ offline ───────┤
 *          └──────────────── wait (grows, jittered) ◀───────────────────────┘
 *
 * Supervised by one fact, "no sample for N seconds", because ffmpeg exits 0 when a camera dies and may hang
 * when a network does. What it prints is read only to name the cause, cut to its last lines, without
 * credentials.
 *
 * The camera's password stands in ffmpeg's arguments, where other users of the box can see it in the process
 * list: ffmpeg takes an RTSP address no other way. Run the gateway as a user of its own and mount /proc with
 * `hidepid=2`. It is never logged here [R1].
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'
import { Backoff } from '../kit/backoff.ts'
import type { FaultCode } from '../kit/catalogue.ts'
import type { Clock } from '../kit/clock.ts'
import { isFault, reasonOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import { type Diagnosis, diagnose } from './diagnosis.ts'
import { type Fmp4Init, Fmp4Parser, type Fmp4Sample } from './fmp4.ts'
import { type RawSample, type StreamInfo, TICKS_PER_SEC } from './gop.ts'
import { sequenceSets } from './nal.ts'
import type { StreamOptions } from './options.ts'

export interface ReaderState {
  readonly state: 'connecting' | 'online' | 'stalled' | 'offline'
  readonly code: FaultCode | null
  readonly reason: string
}

interface ReaderEvents {
  /** A connection has begun; its samples follow. */
  info: [info: StreamInfo]
  sample: [sample: RawSample]
  state: [state: ReaderState]
}

interface StreamReaderParts {
  readonly camera: string
  readonly url: string
  readonly options: StreamOptions
  readonly clock: Clock
  readonly log: Log
  readonly random?: () => number
  readonly program?: string
}

const STDERR_LINES_MAX = 20
const CHECK_MS = 250
/** A step in media time that no gap in the network explains. */
const JUMP_SEC = 10
/** Decode times that advance by a tick or two: no camera takes 45 000 pictures a second. */
const CRAWL_TICKS_MAX = 2
const CRAWLING_MAX = 8
/** A connection that lasted this long was a good one: the next wait is short again. */
const STABLE_MS = 10_000

export class StreamReader extends EventEmitter<ReaderEvents> {
  readonly #parts: StreamReaderParts
  readonly #backoff: Backoff
  #connection: Connection | null = null
  #connections = 0
  #retry: NodeJS.Timeout | null = null
  #state: ReaderState = { state: 'connecting', code: null, reason: '' }
  #closed = false

  constructor(parts: StreamReaderParts) {
    super()
    this.#parts = parts
    const { retryFirstMs, retryMaxMs } = parts.options
    this.#backoff = new Backoff({ firstMs: retryFirstMs, maxMs: retryMaxMs, factor: 2 }, parts.random)
  }

  get state(): ReaderState {
    return this.#state
  }

  /** Connections opened so far, successful or not. */
  get connections(): number {
    return this.#connections
  }

  /** The process that reads now, for tests and for telemetry. */
  get pid(): number | undefined {
    return this.#connection?.pid
  }

  start(): void {
    if (this.#closed || this.#connection !== null) return
    this.#connect()
  }

  close(): void {
    this.#closed = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#connection?.close()
    this.#connection = null
  }

  #connect(): void {
    this.#retry = null
    this.#connections++
    this.#connection = new Connection(this.#parts, this.#connections, {
      info: (info) => {
        this.emit('info', info)
      },
      sample: (sample) => {
        if (this.#state.state !== 'online') this.#enter({ state: 'online', code: null, reason: '' })
        this.emit('sample', sample)
      },
      end: (state, lastedMs) => this.#ended(state, lastedMs),
    })
  }

  #ended(state: ReaderState, lastedMs: number): void {
    this.#connection = null
    if (this.#closed) return
    this.#enter(state)
    if (lastedMs >= STABLE_MS) this.#backoff.reset()
    const { refusedRetryMs } = this.#parts.options
    const waitMs = Math.max(this.#backoff.nextMs(), state.code === 'CAMERA_REFUSED' ? refusedRetryMs : 0)
    this.#retry = setTimeout(() => this.#connect(), waitMs)
  }

  /** Repeats are counted by `connections`, not printed: a camera that is off all night is one line. */
  #enter(state: ReaderState): void {
    const same = state.state === this.#state.state && state.code === this.#state.code
    this.#state = state
    if (same) return
    const { log, camera } = this.#parts
    const line = { camera, code: state.code, reason: state.reason, connections: this.#connections }
    if (state.state === 'online') log.info(line, 'camera online')
    else log.warn(line, `camera ${state.state}`)
    this.emit('state', state)
  }
}

interface ConnectionEvents {
  readonly info: (info: StreamInfo) => void
  readonly sample: (sample: RawSample) => void
  /** Once, with why; `lastedMs` counts from the first sample. */
  readonly end: (state: ReaderState, lastedMs: number) => void
}

/** One process from spawn to end. */
class Connection {
  readonly #parts: StreamReaderParts
  readonly #number: number
  readonly #events: ConnectionEvents
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  readonly #parser: Fmp4Parser
  readonly #check: NodeJS.Timeout
  readonly #startedMs: number
  #info: StreamInfo | null = null
  #onlineMs: number | null = null
  #sampleMs = 0
  #dts = 0
  #crawling = 0
  #sets = ''
  #doubtful = false
  #keys = 0
  #lines: string[] = []
  #ended = false

  constructor(parts: StreamReaderParts, number: number, events: ConnectionEvents) {
    this.#parts = parts
    this.#number = number
    this.#events = events
    this.#startedMs = parts.clock.monotonicMs()
    this.#parser = new Fmp4Parser({
      init: (init) => this.#begin(init),
      sample: (sample) => this.#take(sample),
    })
    this.#child = spawn(parts.program ?? 'ffmpeg', readerArguments(parts.url, parts.options), {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.on('error', (error) =>
      this.#end('offline', { code: 'FFMPEG_MISSING', reason: reasonOf(error) }),
    )
    this.#child.on('close', () => this.#end('offline', diagnose(this.#lines, this.#onlineMs !== null)))
    this.#child.stdout.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => this.#hear(text))
    this.#check = setInterval(() => this.#look(), CHECK_MS)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  close(): void {
    this.#ended = true
    this.#stop()
  }

  #read(chunk: Buffer): void {
    if (this.#ended) return
    try {
      this.#parser.push(chunk)
    } catch (error) {
      if (!isFault(error)) throw error
      this.#end('offline', { code: error.code, reason: reasonOf(error) })
    }
  }

  #begin({ bytes, tracks }: Fmp4Init): void {
    const track = tracks.find((each) => each.kind === 'vide')
    if (track === undefined) {
      this.#end('offline', { code: 'CAMERA_NOT_VIDEO', reason: 'no video track' })
      return
    }
    const { codec, width, height } = track
    this.#info = { codec, width, height, init: bytes, connection: this.#number }
  }

  #take({ track, ...sample }: Fmp4Sample): void {
    const info = this.#info
    if (this.#ended || info === null || track.kind !== 'vide') return
    if (sample.key && !this.#takeKey(info, sample)) return
    if (!this.#takeTime(sample.dts)) return
    this.#sampleMs = this.#parts.clock.monotonicMs()
    if (this.#onlineMs === null) {
      this.#onlineMs = this.#sampleMs
      this.#events.info(info)
    }
    const raw = { connection: this.#number, ...sample }
    this.#events.sample(this.#doubtful ? { ...raw, timeDoubtful: true } : raw)
  }

  /** False when the camera now codes otherwise: clips and decoders need a new init segment. */
  #takeKey({ codec }: StreamInfo, { data }: { readonly data: Buffer }): boolean {
    const sets = sequenceSets(codec, data)
    if (this.#keys > 0 && sets !== '' && this.#sets !== '' && sets !== this.#sets) {
      this.#end('offline', { code: 'CAMERA_CHANGED', reason: 'other sequence parameters' })
      return false
    }
    this.#sets = sets || this.#sets
    // ffmpeg guesses the first decode times of H.265 with B-frames; one picture there comes a frame late
    // (measured).
    this.#doubtful = this.#keys === 0 && codec === 'hevc'
    this.#keys++
    return true
  }

  /**
   * False when the camera's clock was set: forward leaves a hole in the ring, back makes ffmpeg count by
   * ones.
   */
  #takeTime(dts: number): boolean {
    const step = dts - this.#dts
    this.#dts = dts
    if (this.#onlineMs === null) return true
    this.#crawling = step <= CRAWL_TICKS_MAX ? this.#crawling + 1 : 0
    const far = step > (this.#parts.options.stallSec + JUMP_SEC) * TICKS_PER_SEC
    if (!far && this.#crawling < CRAWLING_MAX) return true
    this.#end('offline', { code: 'CAMERA_CHANGED', reason: 'its clock was set' })
    return false
  }

  #look(): void {
    const { clock, options } = this.#parts
    const nowMs = clock.monotonicMs()
    const { stallSec, connectSec } = options
    if (this.#onlineMs === null) {
      if (nowMs - this.#startedMs < connectSec * 1000) return
      this.#end('offline', diagnose([...this.#lines, `no picture for ${connectSec} s`], false))
    } else if (nowMs - this.#sampleMs >= stallSec * 1000) {
      this.#end('stalled', { code: 'CAMERA_STALLED', reason: `nothing for ${stallSec} s` })
    }
  }

  #end(state: 'stalled' | 'offline', { code, reason }: Diagnosis): void {
    if (this.#ended) return
    this.#ended = true
    this.#stop()
    const lastedMs = this.#onlineMs === null ? 0 : this.#sampleMs - this.#onlineMs
    this.#events.end({ state, code, reason }, lastedMs)
  }

  #stop(): void {
    clearInterval(this.#check)
    // Nothing of ffmpeg's is worth a slow goodbye, and a hung one would not hear a soft signal.
    this.#child.kill('SIGKILL')
    this.#child.stdout.destroy()
    this.#child.stderr.destroy()
  }

  #hear(text: string): void {
    for (const line of text.split('\n')) if (line.trim() !== '') this.#lines.push(line.slice(0, 500))
    this.#lines = this.#lines.slice(-STDERR_LINES_MAX)
  }
}

/**
 * Never `-fflags nobuffer`: packets read while probing would be thrown away and the ring begin a GOP late.
 * `-allowed_media_types video`: with sound set up, ffmpeg moves every time at every RTCP sender report.
 */
function readerArguments(url: string, { transport }: StreamOptions): string[] {
  return [
    ...'-nostdin -loglevel error'.split(' '),
    ...inputArguments(url, transport),
    ...'-map 0:v:0 -c copy -video_track_timescale 90000'.split(' '),
    ...'-movflags frag_every_frame+empty_moov+default_base_moof -flush_packets 1 -f mp4 pipe:1'.split(' '),
  ]
}

/** A `file:` stands in for a camera: at its own pace, again and again. */
function inputArguments(url: string, transport: StreamOptions['transport']): string[] {
  if (url.startsWith('file:')) return [...'-re -stream_loop -1 -fflags +genpts -i'.split(' '), url]
  return [
    ...'-fpsprobesize 0 -probesize 5000 -analyzeduration 0 -timeout 5000000'.split(' '),
    ...['-rtsp_transport', transport, '-allowed_media_types', 'video', '-copyts', '-i', url],
  ]
}
