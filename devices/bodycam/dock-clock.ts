/**
 * How wrong a recorder's clock is, measured while it stands in its dock.
 *
 *     device  T1 ──────────▶ T2  box          offset = ((T1 − T2) + (T4 − T3)) / 2     device minus box
 *             T4 ◀────────── T3               off by (T4 − T1 − (T3 − T2)) / 2 at most: half of the way there and back
 *
 * Every comparison is an entry of the ledger. A recording that brings no offset of its own takes the nearest one, before
 * or after it; the further away, the less it says: a quartz drifts. [R62, R64]
 */
import type { Clock } from '../../gateway/kit/clock.ts'
import { fault } from '../../gateway/kit/errors.ts'
import { ulid } from '../../gateway/kit/ids.ts'
import type { DeviceLedger, LedgerEntry } from './ledger.ts'

const PENDING_MAX = 1_000
const PENDING_MS = 60_000
/** A comparison over a longer way says too little. */
const WAY_MS_MAX = 10_000
/** One entry a device in this time: a dock that asks every second writes no novel. */
const NOTED_EVERY_MS = 60_000
/** A watch crystal is a millisecond off after so many: 20 millionths, 1.7 s a day. */
const DRIFTS_EVERY_MS = 50_000
const HOUR_MS = 3_600_000

export interface ClockOffset {
  /** Device minus true time. */
  readonly offsetMs: number
  readonly source: 'DOCK'
  readonly uncertaintyMs: number
  readonly measuredAt: string
  /** Where the comparison lies, seen from the recording. */
  readonly side: 'BEFORE' | 'AFTER'
}

interface Pending {
  readonly serial: string
  readonly t1: number
  readonly t2: number
  readonly t3: number
}

export interface DockClockParts {
  readonly ledger: DeviceLedger
  readonly isRegistered: (serial: string) => boolean
  readonly clockCheckHours: () => number
  /** How far the box's own clock may be off; 0 when nobody knows. */
  readonly boxErrorMs: () => number
  readonly clock: Clock
}

export class DockClock {
  readonly #parts: DockClockParts
  readonly #pending = new Map<string, Pending>()

  constructor(parts: DockClockParts) {
    this.#parts = parts
  }

  /** First half: the device says its time, the box answers with its own. */
  ask(serial: string, t1: number): { readonly exchange: string; readonly t2: number; readonly t3: number } {
    const t2 = this.#parts.clock.wallMs()
    if (!this.#parts.isRegistered(serial)) throw fault('BODYCAM_DEVICE_UNKNOWN', { device: serial })
    const exchange = ulid(t2)
    this.#forget(t2)
    const t3 = this.#parts.clock.wallMs()
    this.#pending.set(exchange, { serial, t1, t2, t3 })
    return { exchange, t2, t3 }
  }

  /**
   * Second half: when the answer was there.
   * @param set the dock then set the device's clock: the offset holds for what was recorded before
   */
  tell({ exchange, t4, set, by }: { exchange: string; t4: number; set: boolean; by: string }): {
    readonly serial: string
    readonly offsetMs: number
    readonly uncertaintyMs: number
    readonly noted: boolean
  } {
    const { ledger, clock, boxErrorMs } = this.#parts
    this.#forget(clock.wallMs())
    const asked = this.#pending.get(exchange)
    if (asked === undefined) throw fault('BODYCAM_CLOCK_REFUSED', { reason: 'unknown or too old' })
    this.#pending.delete(exchange)
    const { serial, t1, t2, t3 } = asked
    const wayMs = t4 - t1 - (t3 - t2)
    if (wayMs < 0 || wayMs > WAY_MS_MAX) {
      throw fault('BODYCAM_CLOCK_REFUSED', { reason: `there and back took ${Math.round(wayMs)} ms` })
    }
    const offsetMs = Math.round((t1 - t2 + (t4 - t3)) / 2)
    const uncertaintyMs = Math.ceil(wayMs / 2 + boxErrorMs())
    const last = ledger.newest(serial, 'CLOCK')
    const isSoon = last !== null && clock.wallMs() - Date.parse(last.at) < NOTED_EVERY_MS
    if (!isSoon || set) ledger.note({ serial, kind: 'CLOCK', by, facts: { offsetMs, uncertaintyMs, set } })
    return { serial, offsetMs, uncertaintyMs, noted: !isSoon || set }
  }

  /** What the device's clock was off by at that time, as far as the dock knows. */
  offsetFor(serial: string, wallMs: number): ClockOffset | null {
    const ageMaxMs = this.#parts.clockCheckHours() * HOUR_MS
    const near = this.#parts.ledger
      .around(serial, 'CLOCK', wallMs)
      .map((entry) => seenFrom(entry, wallMs))
      .filter(({ awayMs }) => awayMs <= ageMaxMs)
      .sort((a, b) => a.awayMs - b.awayMs)
    const [nearest, other] = near
    if (nearest === undefined) return null
    const { awayMs, ...offset } = nearest
    const driftMs = Math.ceil(offset.uncertaintyMs + awayMs / DRIFTS_EVERY_MS)
    // Somebody may have set the clock between the two: then nobody knows when.
    const apartMs = other === undefined ? 0 : Math.abs(other.offsetMs - offset.offsetMs)
    return { ...offset, uncertaintyMs: Math.max(driftMs, apartMs) }
  }

  #forget(nowMs: number): void {
    for (const [exchange, { t2 }] of this.#pending) {
      const isOld = nowMs - t2 > PENDING_MS || nowMs < t2
      if (isOld || this.#pending.size >= PENDING_MAX) this.#pending.delete(exchange)
      else break
    }
  }
}

function seenFrom({ at, facts }: LedgerEntry, wallMs: number): ClockOffset & { readonly awayMs: number } {
  const atMs = Date.parse(at)
  const side = atMs < wallMs ? 'BEFORE' : 'AFTER'
  const wasSet = facts['set'] === true && side === 'BEFORE'
  return {
    ...{ source: 'DOCK', side, measuredAt: at, awayMs: Math.abs(atMs - wallMs) },
    offsetMs: wasSet ? 0 : Number(facts['offsetMs']),
    uncertaintyMs: Number(facts['uncertaintyMs']),
  }
}
