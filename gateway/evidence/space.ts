/**
 * How much room there is for evidence, and what is done while there is little.
 *
 *     free, quota ─▶ ok ──▶ low ─────────────────▶ full
 *                           alarm, degraded status,  no new footage; alerts go on as leads without it;
 *                           what is past its         everything sealed or pending stays
 *                           MINIMUM goes first
 *
 * It is asked every second or two (one call to the kernel), and at once when a write failed for want of room: a disk
 * that somebody else fills between two looks is told as quickly as one that we fill.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../kit/clock.ts'
import { fault } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import { freeBytes } from '../kit/room.ts'
import { Reserve } from './reserve.ts'

export type SpaceState = 'ok' | 'low' | 'full'

export interface Space {
  readonly state: SpaceState
  readonly sinceMs: number
  readonly freeBytes: number
  /** What sealed packages and originals take; null: not measured yet. */
  readonly usedBytes: number | null
}

export interface SpaceLimits {
  readonly freeMinBytes: number
  readonly freeWarnBytes: number
  /** Null: all of the disk. */
  readonly quotaBytes: number | null
  /** Given up when nothing else is left, for alerts alone. */
  readonly reserveBytes: number
}

const MIB = 2 ** 20

export const limitsOf = (options: {
  readonly freeMinMiB: number
  readonly freeWarnMiB: number
  readonly quotaMiB?: number | undefined
  readonly reserveMiB: number
}): SpaceLimits => ({
  reserveBytes: options.reserveMiB * MIB,
  freeMinBytes: options.freeMinMiB * MIB,
  freeWarnBytes: Math.max(options.freeMinMiB, options.freeWarnMiB) * MIB,
  quotaBytes: options.quotaMiB === undefined ? null : options.quotaMiB * MIB,
})

/** Share of a quota at which it is low: time for somebody to come. */
const QUOTA_LOW_SHARE = 0.9

export function spaceState(freeBytes: number, usedBytes: number | null, limits: SpaceLimits): SpaceState {
  const { freeMinBytes, freeWarnBytes, quotaBytes } = limits
  const usedShare = quotaBytes === null || usedBytes === null ? 0 : usedBytes / quotaBytes
  if (freeBytes <= freeMinBytes || usedShare >= 1) return 'full'
  return freeBytes <= freeWarnBytes || usedShare >= QUOTA_LOW_SHARE ? 'low' : 'ok'
}

/** So many bytes have to go until it is not low any more. */
export function bytesTooMany({ freeBytes, usedBytes }: Space, limits: SpaceLimits): number {
  const { freeWarnBytes, quotaBytes } = limits
  const overQuota = quotaBytes === null || usedBytes === null ? 0 : usedBytes - QUOTA_LOW_SHARE * quotaBytes
  return Math.max(0, Math.ceil(Math.max(freeWarnBytes - freeBytes, overQuota)))
}

const LOOK_EVERY_MS = 1_000
/** Walking the folders costs a call a file; a quota is no matter of seconds. */
const MEASURE_EVERY_MS = 300_000
/** A write failed for want of room: until so long after the last failure it is full, whatever is said to be free. */
const FAILED_FOR_MS = 10_000

export interface SpaceParts {
  readonly folder: string
  /** Whose sizes count for the quota. */
  readonly measured: readonly string[]
  readonly limits: SpaceLimits
  readonly clock: Clock
  readonly log: Log
}

export class SpaceWatch {
  readonly limits: SpaceLimits
  readonly #parts: SpaceParts
  readonly #listeners = new Set<(space: Space) => void>()
  #timer: NodeJS.Timeout | null = null
  #space: Space
  #usedBytes: number | null = null
  #measuredAtMs = Number.NEGATIVE_INFINITY
  #failedAtMs = Number.NEGATIVE_INFINITY
  readonly #reserve: Reserve
  #work: Promise<void> = Promise.resolve()
  #closed = false

  constructor(parts: SpaceParts) {
    this.#parts = parts
    this.limits = parts.limits
    this.#reserve = new Reserve(join(parts.folder, '.reserve'), parts.limits.reserveBytes)
    this.#space = {
      ...{ state: 'ok', sinceMs: parts.clock.wallMs() },
      ...{ freeBytes: Number.POSITIVE_INFINITY, usedBytes: null },
    }
  }

  get space(): Space {
    return this.#space
  }

  /** No footage now. */
  get isFull(): boolean {
    return this.#space.state === 'full'
  }

  /** Looks once before it returns. */
  async start(): Promise<void> {
    await this.look()
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS)
    this.#timer.unref()
  }

  /** Told when the state changes. */
  onChange(listener: (space: Space) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A write failed for want of room, whatever the disk says of itself. */
  failed(): void {
    this.#failedAtMs = this.#parts.clock.monotonicMs()
    this.#tell(this.#space.freeBytes)
    void this.look() // The reserve may be wanted.
  }

  /** The store found no room: it gets the reserve. */
  makeRoom(): boolean {
    const made = this.#reserve.giveUp()
    if (made) this.failed()
    return made
  }

  look(): Promise<void> {
    this.#work = this.#work.then(() => (this.#closed ? undefined : this.#look()))
    return this.#work
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#listeners.clear()
    await this.#work
  }

  async #look(): Promise<void> {
    const { folder, measured, limits, clock } = this.#parts
    const nowMs = clock.monotonicMs()
    if (limits.quotaBytes !== null && nowMs - this.#measuredAtMs >= MEASURE_EVERY_MS) {
      this.#measuredAtMs = nowMs
      let used = 0
      for (const place of measured) used += await bytesUnder(place)
      this.#usedBytes = used
    }
    // A disk that does not answer is no disk to write to.
    const free = await freeBytes(folder).catch(() => 0)
    const { reserveBytes, freeMinBytes } = limits
    if (this.#reserve.isStanding && free < Math.min(reserveBytes, freeMinBytes + MIB)) this.#reserve.giveUp()
    if (!this.#reserve.isStanding && free > freeMinBytes + 2 * reserveBytes) await this.#reserve.take()
    this.#tell(free)
  }

  /** After a purge the next look measures anew. */
  changed(): Promise<void> {
    this.#measuredAtMs = Number.NEGATIVE_INFINITY
    return this.look()
  }

  #tell(free: number): void {
    const { limits, clock, log, folder } = this.#parts
    const justFailed = clock.monotonicMs() - this.#failedAtMs < FAILED_FOR_MS
    // What a reserve was given up for is no room for footage.
    const noRoom = justFailed || this.#reserve.wasGivenUp
    const state = noRoom ? 'full' : spaceState(free, this.#usedBytes, limits)
    const before = this.#space
    const sinceMs = state === before.state ? before.sinceMs : clock.wallMs()
    this.#space = { state, sinceMs, freeBytes: free, usedBytes: this.#usedBytes }
    if (state === before.state) return
    const values = { path: folder, reason: `${Math.floor(free / MIB)} MiB free` }
    if (state === 'ok') log.info(values, 'there is room for evidence again')
    else {
      const found = state === 'full' ? fault('STORAGE_FULL', values) : fault('STORAGE_LOW', values)
      log.error({ code: found.code, ...values }, found.message)
    }
    for (const listener of this.#listeners) listener(this.#space)
  }
}

/** Of plain files; what goes away meanwhile counts nothing. */
async function bytesUnder(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) bytes += await bytesUnder(path)
    else if (entry.isFile()) bytes += (await stat(path).catch(() => null))?.size ?? 0
  }
  return bytes
}
