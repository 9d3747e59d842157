/**
 * Evidence in parts, for a street that has MQTT and no HTTP path: one part at a time, behind everything else.
 *
 *     owed package ─▶ smallest file first, seals last ─▶ parts of 45 KiB ─▶ evidence-part/{packageId}
 *                          ▲                                                     │
 *                          └── what is not acknowledged ◀── ranges ◀── evidence-parts-ack
 *
 * Parts do not lie in the outbox and have no sequence: they are read from the sealed package whenever they are wanted,
 * and only the ranges that the platform acknowledged are kept, on disk. A part goes out when no alert waits: at most one
 * is in flight, so an alert waits for at most one [R103].
 */
import { type PackageFile, type Packages, readRange } from '../evidence/inventory.ts'
import { AssertionError } from '../kit/assert.ts'
import type { Clock } from '../kit/clock.ts'
import { fault, isFault, reasonOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import { Nap } from '../kit/nap.ts'
import { consign } from '../outbox/consigning.ts'
import type { ConsignedFile, Consignment, Deliveries, Range } from '../outbox/deliveries.ts'
import type { DeliveryOptions } from '../outbox/delivery-options.ts'
import type { EvidencePart } from './messages.ts'

/** base64 makes 60 KiB of it, and the envelope has to fit below 64. */
const PART_BYTES = 45 * 1_024
/** Waits while alerts go first, nobody listens, or the window is full. */
const LOOK_MS = 250
const YIELD_MS = 20
const RESEND_DOUBLINGS_MAX = 6
/** So many packages are looked through for a part that is due, a step. */
const SKIPPED_MAX = 8

/** A connection, as far as parts need it. */
export interface SideLine {
  /** No alert waits or is on its way. */
  readonly isIdle: () => boolean
  /** The platform has not said that it is offline. */
  readonly isHeard: () => boolean
  /** Resolves when the broker has it. */
  readonly publish: (topic: string, subject: string, data: EvidencePart) => Promise<void>
}

export interface PartsAck {
  readonly packageId: string
  readonly path: string
  readonly ranges: readonly Range[]
  readonly state: 'partial' | 'verified' | 'wrong'
}

interface PartsParts {
  readonly options: DeliveryOptions
  readonly deliveries: Deliveries
  readonly vault: Packages
  /** Parts are wanted now: there is no HTTP path. */
  readonly isWanted: () => boolean
  readonly clock: Clock
  readonly log: Log
}

interface Sent {
  readonly atMs: number
  readonly times: number
}

export class EvidenceParts {
  readonly counters = { parts: 0, bytes: 0, resent: 0, refused: 0 }
  readonly #parts: PartsParts
  /** `package path from` of what is on its way to the platform. */
  readonly #outstanding = new Map<string, Sent>()
  #line: SideLine | null = null
  #running: Promise<void> | null = null
  #closed = false
  #turns = 0
  #pacedUntilMs = 0
  /** The package whose files were looked up last: it is looked up once, not for every part. */
  #planned = ''
  readonly #nap = new Nap()

  constructor(parts: PartsParts) {
    this.#parts = parts
  }

  open(line: SideLine): void {
    this.#line = line
    this.#running ??= this.#run()
    this.#nap.wake()
  }

  /** The connection has ended: what was not acknowledged may have been lost with it, and is due again. */
  shut(): void {
    this.#line = null
    this.#outstanding.clear()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.shut()
    this.#nap.wake()
    await this.#running
  }

  /** The platform holds these bytes; `verified`, and they are the file; `wrong`, and it has thrown them away. */
  acknowledge({ packageId, path, ranges, state }: PartsAck): { readonly heldBytes: number } {
    const { deliveries } = this.#parts
    const file = deliveries.files(packageId).find((one) => one.path === path)
    if (file === undefined) throw fault('EVIDENCE_UNKNOWN', { packageId: `${packageId}/${path}` })
    for (const key of this.#outstanding.keys())
      if (key.startsWith(`${packageId} ${path} `)) this.#settle(key, ranges)
    if (state === 'wrong') {
      this.counters.refused++
      deliveries.noteRanges(packageId, path, [])
      const times = deliveries.noteRefusal(packageId, path)
      if (times % this.#parts.options.refusalsMax === 0) this.#refused(packageId, path, times)
      return { heldBytes: 0 }
    }
    const held = union([...file.ranges, ...ranges], file.bytes)
    deliveries.noteRanges(packageId, path, held)
    if (state === 'verified') deliveries.noteSent(packageId, path)
    setImmediate(() => this.#nap.wake())
    return { heldBytes: held.reduce((sum, [from, to]) => sum + to - from, 0) }
  }

  #settle(key: string, ranges: readonly Range[]): void {
    const from = Number(key.slice(key.lastIndexOf(' ') + 1))
    if (ranges.some(([start, end]) => start <= from && from < end)) this.#outstanding.delete(key)
  }

  #refused(packageId: string, path: string, times: number): void {
    const { deliveries, options, log } = this.#parts
    const reason = 'the parts do not make the hash'
    const found = fault('EVIDENCE_REFUSED', { packageId, path, times, reason })
    deliveries.defer(packageId, options.retryMaxSec * 1_000, found.code)
    log.error({ code: found.code, ...found.values }, found.message)
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      let waitMs = LOOK_MS
      try {
        waitMs = await this.#step()
      } catch (error) {
        if (error instanceof AssertionError) throw error
        this.#parts.log.warn(isFault(error) ? error : { reason: reasonOf(error) }, 'evidence in parts')
      }
      await this.#nap.sleep(waitMs)
    }
  }

  /** One part, or none; returns how long to wait before the next. */
  async #step(): Promise<number> {
    const line = this.#line
    const { deliveries, options, isWanted, clock } = this.#parts
    if (line === null || !isWanted() || !line.isHeard()) return LOOK_MS
    const paceMs = this.#pacedUntilMs - clock.monotonicMs()
    if (paceMs > 0) return paceMs
    if (!line.isIdle()) return YIELD_MS
    const turn = ++this.#turns % options.oldestEvery === 0 ? 'oldest' : 'newest'
    const skipped = new Set<string>()
    while (skipped.size < SKIPPED_MAX) {
      const job = deliveries.next(turn, { askedOnly: false, except: skipped })
      if (job === null) break
      const part = await this.#partOf(job)
      if (part === 'none due') skipped.add(job.packageId)
      else if (part !== 'moved on') {
        await this.#send(line, job, part.file, part.from)
        return 0
      }
    }
    return LOOK_MS
  }

  /** The next part that is due of a package. */
  async #partOf(job: Consignment): Promise<{ file: ConsignedFile; from: number } | 'none due' | 'moved on'> {
    const { deliveries, options } = this.#parts
    const { packageId, receiptTries } = job
    if (job.stage === 'SENT') {
      const found = fault('EVIDENCE_UNACKNOWLEDGED', { packageId, times: receiptTries })
      this.#parts.log.warn({ code: found.code, ...found.values }, found.message)
      deliveries.sendAgain(packageId, receiptTries % 3 === 0 ? 'everything' : 'seals')
      return 'moved on'
    }
    const { items, packageMaxKiB, askedMaxKiB } = options.parts
    const bound = { items, bytesMax: packageMaxKiB * 1_024, askedBytesMax: askedMaxKiB * 1_024 }
    const files = await this.#consigned(job, bound)
    if (files === null) return 'none due'
    for (const [place, file] of files.entries()) {
      // Seals last: they go when all the rest is known to be there.
      if (file.path.startsWith('tagmanifest-') && files.slice(0, place).some((one) => !isSeal(one))) break
      const from = this.#nextFrom(packageId, file)
      if (from !== null) return { file, from }
    }
    if (files.length > 0) return 'none due'
    const { receiptFirstSec, receiptMaxSec } = options
    deliveries.noteAllSent(
      job,
      1_000 * Math.min(receiptMaxSec, receiptFirstSec * 2 ** Math.min(receiptTries, 30)),
    )
    return 'moved on'
  }

  async #consigned(job: Consignment, bound: Parameters<typeof consign>[3]): Promise<ConsignedFile[] | null> {
    const { deliveries, vault, options, log } = this.#parts
    const plan = `${job.packageId} ${job.asked}`
    const left = deliveries.files(job.packageId).filter(({ isWanted, isSent }) => isWanted && !isSent)
    if (plan === this.#planned && left.length > 0) return left
    try {
      this.#planned = plan
      return await consign(deliveries, vault, job, bound)
    } catch (error) {
      if (!isFault(error)) throw error
      log.error({ code: error.code, ...error.values }, error.message)
      deliveries.defer(job.packageId, options.retryMaxSec * 1_000, error.code)
      return null
    }
  }

  /** First byte of a part that the platform lacks and that is not on its way; null: none is due. */
  #nextFrom(packageId: string, file: ConsignedFile): number | null {
    const { windowParts, resendSec } = this.#parts.options.parts
    const nowMs = this.#parts.clock.monotonicMs()
    for (let from = 0; from === 0 || from < file.bytes; from += PART_BYTES) {
      const to = Math.min(from + PART_BYTES, file.bytes)
      // All bytes there and no word of their hash: the last part asks for it.
      const isHeld = file.ranges.some(([start, end]) => start <= from && to <= end)
      if (isHeld && !(to === file.bytes && isWhole(file))) continue
      const sent = this.#outstanding.get(`${packageId} ${file.path} ${from}`)
      if (sent === undefined && this.#outstanding.size >= windowParts) continue
      const dueMs = sent
        ? sent.atMs + resendSec * 1_000 * 2 ** Math.min(sent.times - 1, RESEND_DOUBLINGS_MAX)
        : 0
      if (nowMs >= dueMs) return from
    }
    return null
  }

  async #send(line: SideLine, job: Consignment, file: PackageFile, from: number): Promise<void> {
    const { vault, clock, options } = this.#parts
    const { packageId, eventId, manifestHash, tagmanifestHash } = job
    const to = Math.min(from + PART_BYTES, file.bytes)
    const pieces: Buffer[] = []
    for await (const piece of readRange(vault, packageId, file.path, from, to)) pieces.push(piece as Buffer)
    const bytes = Buffer.concat(pieces)
    if (!line.isIdle()) return // An alert came while the disk was read.
    const key = `${packageId} ${file.path} ${from}`
    const before = this.#outstanding.get(key)
    this.#outstanding.set(key, { atMs: clock.monotonicMs(), times: (before?.times ?? 0) + 1 })
    await line.publish(`evidence-part/${packageId.toLowerCase()}`, packageId, {
      ...{ packageId, eventId, manifestHash, tagmanifestHash },
      ...{ path: file.path, sha256: file.sha256, fileBytes: file.bytes, from, bytes: bytes.length },
      base64: bytes.toString('base64'),
    })
    this.counters.parts++
    this.counters.bytes += bytes.length
    if (before) this.counters.resent++
    this.#pacedUntilMs = clock.monotonicMs() + (bytes.length * 1_000) / (options.parts.kibPerSecMax * 1_024)
  }
}

const isSeal = ({ path }: PackageFile): boolean => path.startsWith('tagmanifest-')

const isWhole = ({ ranges, bytes }: ConsignedFile): boolean =>
  ranges.length === 1 && ranges[0]![1] - ranges[0]![0] === bytes

/** Ranges in order, those that touch made one, none beyond the file. */
function union(ranges: readonly Range[], bytes: number): Range[] {
  const sorted = ranges
    .map(([from, to]) => [Math.max(0, from), Math.min(to, bytes)] as const)
    .filter(([from, to]) => from < to)
    .toSorted(([a], [b]) => a - b)
  const joined: [number, number][] = []
  for (const [from, to] of sorted) {
    const last = joined.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else joined.push([from, to])
  }
  return joined
}
