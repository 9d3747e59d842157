/**
 * The uploader carries owed packages to the platform, file by file, until each has its receipt.
 *
 *     next due ─▶ files, seals last ─▶ tus ─▶ SENT ─▶ receipt (MQTT command, or asked for) ─▶ DELIVERED
 *        ▲                             │
 *        └── waits, growing ───────────┴─ broken · full · unauthorised: all wait    wrong hash: this package waits
 *
 * Whatever happens, nothing is dropped: a package is due until the far end has confirmed it. A break that came after
 * new bytes had arrived is no reason to wait longer than after the first one [R103].
 */
import { type Packages, readRange, sha256In } from '../evidence/inventory.ts'
import { AssertionError } from '../kit/assert.ts'
import { Backoff } from '../kit/backoff.ts'
import type { FaultCode } from '../kit/catalogue.ts'
import type { Clock } from '../kit/clock.ts'
import { fault, isFault, reasonOf, redact } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import { isLoopback } from '../kit/loopback.ts'
import { Nap } from '../kit/nap.ts'
import { consign } from './consigning.ts'
import type { ConsignedFile, Consignment, Deliveries } from './deliveries.ts'
import type { DeliveryOptions } from './delivery-options.ts'
import { type ChecksumAlgorithm, FarEnd } from './far-end.ts'
import { Pace } from './pace.ts'
import { SendFailure, type SendTrouble, sendFile } from './tus-file.ts'

/** Something may be due although nobody said so: hours begin, a wait is over. */
const LOOK_MS = 1_000
/** A far end that forgets what it has just been given is broken. */
const FORGOTTEN_MAX = 3
const SEALS_ONLY_TIMES = 3

export interface UploaderParts {
  readonly options: DeliveryOptions & { readonly url: string }
  readonly deliveries: Deliveries
  readonly vault: Packages
  /** `/ume/{site}/{gateway}`: whose evidence it is. */
  readonly source: string
  /** Whether uploads run at this hour. */
  readonly isHour: (wallMs: number) => boolean
  readonly clock: Clock
  readonly log: Log
  readonly random?: () => number
}

interface UploadCounters {
  /** Bytes handed to the line, repetitions included. */
  sentBytes: number
  /** Of these, bytes of files that have arrived whole, each once. */
  arrivedBytes: number
  files: number
  /** Files that the far end had already. */
  had: number
  breaks: number
  /** Uploads that the far end did not know any more. */
  forgotten: number
  /** Files whose hash it found wrong. */
  mismatches: number
}

export class Uploader {
  readonly counters: UploadCounters = {
    ...{ sentBytes: 0, arrivedBytes: 0, files: 0, had: 0, breaks: 0, forgotten: 0, mismatches: 0 },
  }
  readonly #parts: UploaderParts
  readonly #farEnd: FarEnd
  readonly #pace: Pace
  readonly #backoff: Backoff
  readonly #busy = new Set<string>()
  /** How much of a file that is under way the far end has said to have. */
  readonly #offsets = new Map<string, number>()
  /** Bytes of it that were handed to the line. */
  readonly #handed = new Map<string, number>()
  readonly #stop = new AbortController()
  readonly #nap = new Nap()
  #running: Promise<unknown> = Promise.resolve()
  #offOwed: () => void = () => {}
  #turns = 0
  #pausedUntilMs = 0
  #trouble: FaultCode | null = null
  #unreachableSinceMs: number | null = null
  #checksum: ChecksumAlgorithm | null | undefined

  constructor(parts: UploaderParts) {
    const { url, kibPerSecMax, retryFirstSec, retryMaxSec } = parts.options
    this.#parts = parts
    this.#farEnd = new FarEnd(url, parts.options)
    this.#pace = new Pace(kibPerSecMax, parts.clock)
    const waits = { firstMs: retryFirstSec * 1_000, maxMs: retryMaxSec * 1_000, factor: 2 }
    this.#backoff = new Backoff(waits, parts.random)
  }

  /** Returns at once. */
  start(): void {
    const { options, deliveries, log } = this.#parts
    if (options.url.startsWith('http:') && !isLoopback(new URL(options.url).hostname)) {
      const found = fault('DELIVERY_UNENCRYPTED', { url: redact(options.url) })
      log.warn({ code: found.code }, found.message)
    }
    this.#offOwed = deliveries.onOwed(() => this.#nap.wake())
    this.#running = Promise.all(Array.from({ length: options.parallel }, () => this.#run()))
  }

  /** What keeps it from delivering now. */
  get trouble(): FaultCode | null {
    return this.#trouble
  }

  /** Since when nobody has answered; null while somebody does. */
  get unreachableSinceMs(): number | null {
    return this.#unreachableSinceMs
  }

  async close(): Promise<void> {
    this.#offOwed()
    this.#stop.abort()
    this.#farEnd.close()
    this.#nap.end()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const job = this.#next()
      if (job === null) {
        await this.#sleep()
        continue
      }
      this.#busy.add(job.packageId)
      try {
        await this.#serve(job)
      } catch (error) {
        this.#fail(job, error)
      } finally {
        this.#busy.delete(job.packageId)
      }
    }
  }

  #next(): Consignment | null {
    const { deliveries, options, clock, isHour } = this.#parts
    if (clock.monotonicMs() < this.#pausedUntilMs) return null
    const turn = ++this.#turns % options.oldestEvery === 0 ? 'oldest' : 'newest'
    const askedOnly = !isHour(clock.wallMs())
    return deliveries.next(turn, { askedOnly, except: this.#busy })
  }

  async #serve(job: Consignment): Promise<void> {
    const { deliveries, vault, options } = this.#parts
    if (job.stage === 'SENT') return this.#askReceipt(job)
    const bound = { bytesMax: Number.POSITIVE_INFINITY, askedBytesMax: Number.POSITIVE_INFINITY }
    const files = await consign(deliveries, vault, job, { items: options.items, ...bound })
    for (const file of files) {
      if (this.#stop.signal.aborted) return
      if (!(await this.#deliver(job, file))) return
    }
    this.#reached()
    deliveries.noteAllSent(job, this.#receiptWaitMs(job))
  }

  /** False when the package has to wait. */
  async #deliver(job: Consignment, file: ConsignedFile): Promise<boolean> {
    const { deliveries } = this.#parts
    for (let forgotten = 0; ; ) {
      const progress = { moved: false }
      try {
        this.#arrived(job, file, await this.#send(job, file, progress))
        return true
      } catch (error) {
        if (!(error instanceof SendFailure)) throw error
        if (error.trouble === 'mismatch' || error.trouble === 'refused') {
          if (!(await this.#refused(job, file, error))) return false
        } else if (error.trouble === 'forgotten' && ++forgotten <= FORGOTTEN_MAX) {
          this.counters.forgotten++
          deliveries.noteUrl(job.packageId, file.path, null)
        } else {
          this.#pauseAll(error, progress.moved)
          return false
        }
      }
    }
  }

  async #send(job: Consignment, file: ConsignedFile, progress: { moved: boolean }): Promise<'sent' | 'had'> {
    const { deliveries, vault, options, source } = this.#parts
    const { packageId, eventId, manifestHash, tagmanifestHash } = job
    const algorithm = await this.#offeredChecksum()
    const moved = () => {
      progress.moved = true
      this.#reached()
    }
    return sendFile({
      ...{ farEnd: this.#farEnd, file, pace: this.#pace, signal: this.#stop.signal },
      url: deliveries.urlOf(packageId, file.path),
      metadata: {
        ...{
          filename: file.path.split('/').at(-1)!,
          packageId,
          eventId,
          source,
          manifestHash,
          tagmanifestHash,
        },
        ...{ path: file.path, bytes: String(file.bytes), sha256: file.sha256 },
      },
      read: (from, to) => readRange(vault, packageId, file.path, from, to),
      checksum: algorithm === null ? null : { algorithm, chunkBytes: options.chunkKiB * 1_024 },
      stallMs: options.stallSec * 1_000,
      onUrl: (url) => {
        deliveries.noteUrl(packageId, file.path, url)
        moved()
      },
      onOffset: (offset) => {
        const known = this.#offsets.get(file.sha256) ?? 0
        if (offset > known) moved()
        this.#offsets.set(file.sha256, offset)
      },
      onBytes: (bytes) => {
        this.counters.sentBytes += bytes
        this.#handed.set(file.sha256, (this.#handed.get(file.sha256) ?? 0) + bytes)
      },
    })
  }

  #arrived(job: Consignment, file: ConsignedFile, outcome: 'sent' | 'had'): void {
    this.#parts.deliveries.noteSent(job.packageId, file.path)
    this.#offsets.delete(file.sha256)
    this.counters.files++
    if (outcome === 'had') this.counters.had++
    // Also when the last answer was lost, and it says now that it has the file.
    this.counters.arrivedBytes += Math.min(file.bytes, this.#handed.get(file.sha256) ?? 0)
    this.#handed.delete(file.sha256)
    this.#reached()
  }

  /** True when it is worth sending it anew at once. */
  async #refused(job: Consignment, file: ConsignedFile, error: SendFailure): Promise<boolean> {
    const { deliveries, vault, options, log } = this.#parts
    const { packageId } = job
    if (error.trouble === 'mismatch') this.counters.mismatches++
    const times = deliveries.noteRefusal(packageId, file.path)
    this.#offsets.delete(file.sha256)
    // With pieces signed one by one the bad one alone was thrown away; HEAD tells.
    if (this.#checksum === null) deliveries.noteUrl(packageId, file.path, null)
    if ((await sha256In(vault, packageId, file)) !== file.sha256) {
      this.#deferred(job, fault('EVIDENCE_CHANGED', { packageId, path: file.path }))
      return false
    }
    if (times < options.refusalsMax) {
      log.info({ packageId, path: file.path, reason: error.message, times }, 'the far end refused a file')
      return true
    }
    this.#deferred(
      job,
      fault('EVIDENCE_REFUSED', { packageId, path: file.path, times, reason: error.message }),
    )
    return false
  }

  #deferred({ packageId }: Consignment, found: ReturnType<typeof fault>): void {
    const { deliveries, options, log } = this.#parts
    deliveries.defer(packageId, options.retryMaxSec * 1_000, found.code)
    log.error({ code: found.code, ...found.values }, found.message)
  }

  async #askReceipt(job: Consignment): Promise<void> {
    const { deliveries, log } = this.#parts
    const { packageId, receiptTries } = job
    const receipt = await this.#farEnd.receiptOf(packageId)
    if (receipt !== null) deliveries.receive(receipt)
    if (deliveries.get(packageId)?.stage !== 'SENT') return
    const found = fault('EVIDENCE_UNACKNOWLEDGED', { packageId, times: receiptTries })
    log.warn({ code: found.code, ...found.values }, found.message)
    deliveries.sendAgain(packageId, receiptTries % SEALS_ONLY_TIMES === 0 ? 'everything' : 'seals')
  }

  #receiptWaitMs({ receiptTries }: Consignment): number {
    const { receiptFirstSec, receiptMaxSec } = this.#parts.options
    return 1_000 * Math.min(receiptMaxSec, receiptFirstSec * 2 ** Math.min(receiptTries, 30))
  }

  /** Something other than the transfer went wrong: the package on disk, the store, an answer. */
  #fail(job: Consignment, error: unknown): void {
    if (error instanceof AssertionError) throw error
    const { deliveries, options, log } = this.#parts
    if (!isFault(error)) {
      this.#pauseAll(new SendFailure('broken', reasonOf(error)), false)
      return
    }
    log.error({ code: error.code, ...error.values }, error.message)
    // It holds other bytes under this name: it gets all of ours again.
    if (error.code === 'RECEIPT_MISFIT') deliveries.sendAgain(job.packageId, 'everything')
    else deliveries.defer(job.packageId, options.retryMaxSec * 1_000, error.code)
  }

  /** @param progressed new bytes have arrived: the line works, and breaks */
  #pauseAll({ trouble, message }: SendFailure, progressed: boolean): void {
    if (this.#stop.signal.aborted) return
    const { options, clock, log } = this.#parts
    this.counters.breaks++
    if (!progressed) this.#checksum = undefined
    const waitMs = trouble === 'broken' ? this.#backoff.nextMs() : options.retryMaxSec * 1_000
    this.#pausedUntilMs = clock.monotonicMs() + waitMs
    if (progressed) {
      log.info({ reason: message, waitMs }, 'an upload was interrupted')
      return
    }
    if (trouble === 'broken') this.#unreachableSinceMs ??= clock.monotonicMs()
    const code = CODES[trouble]
    if (this.#trouble === code) return
    this.#trouble = code
    const found = fault(code, {
      url: redact(options.url),
      reason: message,
      waitSec: Math.ceil(waitMs / 1_000),
    })
    log.error({ code: found.code, ...found.values }, found.message)
  }

  #reached(): void {
    this.#backoff.reset()
    this.#unreachableSinceMs = null
    if (this.#trouble !== null) this.#parts.log.info('the platform takes evidence again')
    this.#trouble = null
  }

  /** Asked once, and again after every break. */
  async #offeredChecksum(): Promise<ChecksumAlgorithm | null> {
    if (this.#checksum === undefined) {
      try {
        this.#checksum = (await this.#farEnd.offers()).checksum
      } catch (error) {
        throw new SendFailure('broken', reasonOf(error))
      }
    }
    return this.#checksum
  }

  #sleep(): Promise<void> {
    const pauseMs = this.#pausedUntilMs - this.#parts.clock.monotonicMs()
    return this.#nap.sleep(pauseMs > 0 ? Math.min(pauseMs, LOOK_MS) : LOOK_MS)
  }
}

/** `forgotten` again and again is a far end that cannot keep anything. */
const CODES: Record<SendTrouble, FaultCode> = {
  broken: 'DELIVERY_UNREACHABLE',
  forgotten: 'DELIVERY_UNREACHABLE',
  mismatch: 'EVIDENCE_REFUSED',
  refused: 'EVIDENCE_REFUSED',
  unauthorised: 'DELIVERY_UNAUTHORISED',
  full: 'DELIVERY_FAR_END_FULL',
}
