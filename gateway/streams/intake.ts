/**
 * One stream of a camera on its timeline: read, placed in time, kept.
 *
 *     StreamReader ─▶ Timeline ─▶ GopRing ─▶ whoever decodes
 */
import type { Clock } from '../kit/clock.ts'
import type { Log } from '../kit/log.ts'
import type { Sample, StreamInfo } from './gop.ts'
import { GopRing, type RingOptions } from './gop-ring.ts'
import type { StreamOptions } from './options.ts'
import { type ReaderState, StreamReader } from './reader.ts'
import { type Instant, Timeline } from './timeline.ts'

interface IntakeParts {
  readonly camera: string
  readonly url: string
  readonly stream: StreamOptions
  readonly ring: RingOptions
  readonly clock: Clock
  readonly log: Log
  readonly on: {
    readonly info: (info: StreamInfo) => void
    /** The ring has it already. */
    readonly sample: (sample: Sample) => void
    readonly state: (state: ReaderState) => void
  }
}

export class Intake {
  readonly ring: GopRing
  readonly #reader: StreamReader
  readonly #timeline: Timeline
  #samples = 0
  #bytes = 0

  constructor({ camera, url, stream, ring, clock, log, on }: IntakeParts) {
    this.ring = new GopRing(ring)
    this.#timeline = new Timeline(clock)
    this.#reader = new StreamReader({ camera, url, options: stream, clock, log })
    this.#reader.on('state', on.state)
    this.#reader.on('info', (info) => {
      this.ring.begin(info)
      on.info(info)
    })
    this.#reader.on('sample', (raw) => {
      const sample: Sample = { ...raw, ...this.#timeline.place(raw.connection, raw.dts, raw.pts) }
      this.ring.push(sample)
      this.#samples++
      this.#bytes += sample.data.length
      on.sample(sample)
    })
  }

  get samples(): number {
    return this.#samples
  }

  /** Payload bytes received. */
  get bytes(): number {
    return this.#bytes
  }

  get state(): ReaderState {
    return this.#reader.state
  }

  /** Connections after the first. */
  get reconnects(): number {
    return Math.max(0, this.#reader.connections - 1)
  }

  get pid(): number | undefined {
    return this.#reader.pid
  }

  /** An instant of the connection that runs now. */
  at(pts: number): Instant {
    return this.#timeline.at(pts)
  }

  start(): void {
    this.#reader.start()
  }

  close(): void {
    this.#reader.close()
  }
}
