/**
 * A worker's seat in the pool: keeps one thread in it, gives it one frame at a time, and puts a new thread in
 * when one is lost.
 *
 *     open ─▶ ready ─▶ run ─▶ found │ failed ─▶ idle ─▶ …
 *                        │ patience over: the frame is given up, the seat stays taken until it answers
 *                        └ thread gone:   the frame is given up, a new thread after a growing wait
 */
import { Worker } from 'node:worker_threads'
import type { Model } from '../../models/manifest.ts'
import { assert } from '../kit/assert.ts'
import { Backoff } from '../kit/backoff.ts'
import { type Fault, fault, reasonOf } from '../kit/errors.ts'
import type { Box } from '../kit/geometry.ts'
import type { Log } from '../kit/log.ts'
import { workerEntry } from '../kit/paths.ts'
import type { Found } from './network.ts'
import type { FromWorker, ToWorker } from './worker.ts'

export type StartWorker = (model: Model) => Worker

export const startWorker: StartWorker = (model) => {
  const { file, execArgv } = workerEntry(import.meta.url, 'worker')
  return new Worker(file, { workerData: model, execArgv, name: 'detector' })
}

/** One frame under way, and the buffer it travels in. */
export interface Job {
  readonly cameraId: string
  readonly yuv: Uint8Array<ArrayBuffer>
  readonly aspect: number
  readonly views: readonly Box[]
  readonly resolve: (found: Found | null) => void
}

/** What the pool wants to know. */
export interface SeatOwner {
  answered(job: Job, found: Found | null): void
  /** A buffer is home again; of a lost thread it never comes. */
  returned(yuv: Uint8Array<ArrayBuffer>): void
  idle(): void
}

const RETRY = { firstMs: 250, maxMs: 60_000, factor: 2 } as const
/** A model that fails on every frame says so once a minute. */
const COMPLAIN_EVERY_MS = 60_000

export class Seat {
  readonly #model: Model
  readonly #patienceMs: number
  readonly #start: StartWorker
  readonly #log: Log
  readonly #owner: SeatOwner
  readonly #backoff = new Backoff(RETRY)
  #worker: Worker | null = null
  #ready = false
  #closing = false
  /** Under way in the thread; `#job` is null once it was given up. */
  #runId = 0
  #running = false
  #job: Job | null = null
  #patience: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined
  #complainedAtMs = -Infinity

  constructor(model: Model, patienceMs: number, start: StartWorker, log: Log, owner: SeatOwner) {
    this.#model = model
    this.#patienceMs = patienceMs
    this.#start = start
    this.#log = log
    this.#owner = owner
  }

  get idle(): boolean {
    return this.#ready && !this.#running && !this.#closing
  }

  /** Resolves when the thread is ready; a model that cannot be used rejects with its fault. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = this.#start(this.#model)
      let reason = 'the thread ended'
      this.#worker = worker
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') {
          this.#ready = true
          resolve()
          this.#owner.idle()
        } else if (message.kind === 'refused') {
          reject(fault(message.code, message.values))
          worker.postMessage({ kind: 'close' } satisfies ToWorker)
        } else this.#answered(message)
      })
      worker.on('error', (error) => {
        reason = reasonOf(error)
      })
      worker.on('exit', () => {
        this.#lost(reason)
        reject(this.#failure(reason, 0))
      })
    })
  }

  run(job: Job): void {
    assert(this.idle, 'a seat runs one frame at a time')
    this.#running = true
    this.#job = job
    this.#runId++
    this.#patience = setTimeout(() => this.#giveUp('no answer in time'), this.#patienceMs)
    const { yuv, aspect, views } = job
    const message: ToWorker = { kind: 'run', id: this.#runId, yuv, aspect, views }
    this.#worker?.postMessage(message, [job.yuv.buffer])
  }

  /** Waits for the run under way: a thread is never ended from outside. */
  async close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#retry)
    const worker = this.#worker
    if (worker === null) return
    const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    worker.postMessage({ kind: 'close' } satisfies ToWorker)
    await gone
  }

  #answered(message: FromWorker & { kind: 'found' | 'failed' }): void {
    assert(message.id === this.#runId, 'answers come in order')
    this.#running = false
    this.#owner.returned(message.yuv)
    if (message.kind === 'failed') this.#giveUp(message.reason)
    else {
      this.#backoff.reset()
      this.#settle(message.found)
    }
    if (!this.#closing) this.#owner.idle()
  }

  #giveUp(reason: string): void {
    this.#complain(this.#failure(reason, 0))
    this.#settle(null)
  }

  #settle(found: Found | null): void {
    clearTimeout(this.#patience)
    const job = this.#job
    this.#job = null
    if (job !== null) this.#owner.answered(job, found)
  }

  #lost(reason: string): void {
    const wasReady = this.#ready
    this.#worker = null
    this.#ready = false
    this.#running = false
    this.#settle(null)
    if (this.#closing || !wasReady) return
    this.#reopen(reason)
  }

  #reopen(reason: string): void {
    const retryMs = this.#backoff.nextMs()
    this.#complain(this.#failure(reason, retryMs))
    this.#retry = setTimeout(() => {
      this.open().catch((error: unknown) => {
        // The thread did not come up: the same wait, longer. Said by MODEL_FAILED above.
        if (!this.#closing) this.#reopen(reasonOf(error))
      })
    }, retryMs)
  }

  #failure(reason: string, retryMs: number): Fault {
    return fault('MODEL_FAILED', { model: this.#model.manifest.name, reason, retryMs })
  }

  #complain(failure: Fault): void {
    const nowMs = performance.now()
    if (nowMs - this.#complainedAtMs < COMPLAIN_EVERY_MS) return
    this.#complainedAtMs = nowMs
    this.#log.error({ code: failure.code }, failure.message)
  }
}
