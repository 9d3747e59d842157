/**
 * Where recorders are handed out and taken back, and what is done to them; everything is an entry of the ledger.
 *
 *     check out ─▶ registered? in service? here? for a person who may have it? ─▶ CHECK_OUT, self-test
 *     check in  ─▶ out? ─▶ CHECK_IN          maintenance, firmware, status ─▶ as said
 *
 * A recorder is for one person at a time and is lent to nobody who is not in the list of people [R62, R63, R64].
 */
import { type Clock, isoTime } from '../../gateway/kit/clock.ts'
import { fault } from '../../gateway/kit/errors.ts'
import { type Shift, shiftsOf } from './duty.ts'
import type { DeviceLedger, LedgerEntry, LedgerFacts } from './ledger.ts'
import type { BodyCamDevice, BodyCamPerson } from './recording.ts'
import { isCertified, personByNumber } from './standing.ts'

const DEVICE_STATUSES = ['IN_SERVICE', 'MAINTENANCE', 'RETIRED', 'LOST'] as const
export type DeviceStatus = (typeof DEVICE_STATUSES)[number]

/** An offset that somebody read off a display: half a second either way. */
const READ_OFF_MS = 500
/** A hand-over that is written down later than this was made up. */
const LATE_MS_MAX = 24 * 3_600_000

/** What a recorder says of itself before duty [R64]. */
export interface SelfTest {
  readonly batteryPercent?: number | undefined
  readonly freeBytes?: number | undefined
  /** Device minus true time. */
  readonly clockOffsetMs?: number | undefined
}
interface HandOver {
  /** ISO-8601; now unless given. */
  readonly at?: string | undefined
  readonly selfTest?: SelfTest | undefined
  readonly note?: string | undefined
}
export interface CheckOut extends HandOver {
  /** Id or badge of the person who takes it. */
  readonly to: string
  /** Planned end of the shift. */
  readonly until?: string | undefined
}
export type Maintenance =
  | { readonly kind: 'WORK'; readonly work: string }
  | { readonly kind: 'FIRMWARE'; readonly version: string; readonly date: string }
  | { readonly kind: 'STATUS'; readonly status: DeviceStatus; readonly reason: string }

/** Whoever may be handed a recorder; no more of them than is needed. */
export interface Taker extends Pick<BodyCamPerson, 'personId' | 'name' | 'badgeNo' | 'role'> {
  /** An officer whose certificate is in force today; recordings of others are leads. */
  readonly isCertified: boolean
}

/** A recorder as it stands. */
export interface DeviceView extends BodyCamDevice {
  readonly status: DeviceStatus
  readonly holder:
    | (Pick<Taker, 'personId' | 'isCertified'> & {
        /** Null: the list of people does not know them any more. */
        readonly name: string | null
        readonly role: Taker['role'] | null
        readonly since: string
        readonly until: string | null
        /** The planned end has passed. */
        readonly isOverdue: boolean
      })
    | null
  /** The newest entry of each kind; null: there is none. */
  readonly handedOut: LedgerFacts | null
  readonly maintained: LedgerFacts | null
  readonly firmware: LedgerFacts | null
  readonly clock: LedgerFacts | null
}

export interface DeviceDeskParts {
  readonly ledger: DeviceLedger
  readonly devices: () => readonly BodyCamDevice[]
  readonly people: () => readonly BodyCamPerson[]
  readonly offsetMinutes: () => number
  readonly clock: Clock
}

export class DeviceDesk {
  readonly #parts: DeviceDeskParts

  constructor(parts: DeviceDeskParts) {
    this.#parts = parts
  }

  checkOut(serial: string, by: string, wish: CheckOut): LedgerEntry {
    const { people, ledger } = this.#parts
    const device = this.#device(serial)
    const status = this.statusOf(serial)
    if (status !== 'IN_SERVICE') throw fault('BODYCAM_NOT_IN_SERVICE', { device: serial, status })
    const atMs = this.#momentOf(serial, wish.at)
    const out = this.#out(serial)
    if (out !== null) {
      const since = this.#iso(out.fromMs)
      throw fault('BODYCAM_OUT_ALREADY', { device: serial, person: out.personId, since })
    }
    const person = personByNumber(people(), wish.to)
    const isAssigned = device.personId === undefined || device.personId === person?.personId
    if (person === undefined || !isAssigned) {
      throw fault('BODYCAM_PERSON_WRONG', { device: serial, person: wish.to })
    }
    const until = wish.until === undefined ? {} : { until: this.#untilOf(serial, wish.until, atMs) }
    const test = this.#tested(serial, by, atMs, wish.selfTest)
    const facts = { personId: person.personId, ...until, ...test, note: wish.note ?? '' }
    return ledger.note({ serial, kind: 'CHECK_OUT', by, atMs, facts })
  }

  checkIn(serial: string, by: string, wish: HandOver): LedgerEntry {
    this.#device(serial)
    const atMs = this.#momentOf(serial, wish.at)
    const out = this.#out(serial)
    if (out === null) throw fault('BODYCAM_NOT_OUT', { device: serial })
    const test = this.#tested(serial, by, atMs, wish.selfTest)
    const facts = { personId: out.personId, ...test, note: wish.note ?? '' }
    return this.#parts.ledger.note({ serial, kind: 'CHECK_IN', by, atMs, facts })
  }

  maintain(serial: string, by: string, wish: Maintenance): LedgerEntry {
    this.#device(serial)
    const { kind, ...facts } = wish
    return this.#parts.ledger.note({
      ...{ serial, by, facts },
      kind: kind === 'WORK' ? 'MAINTENANCE' : kind,
    })
  }

  statusOf(serial: string): DeviceStatus {
    const told = this.#parts.ledger.newest(serial, 'STATUS')?.facts['status']
    return DEVICE_STATUSES.find((status) => status === told) ?? 'IN_SERVICE'
  }

  shifts(serial: string): Shift[] {
    return shiftsOf(this.#parts.ledger.handOvers(serial))
  }

  takers(): Taker[] {
    const nowMs = this.#parts.clock.wallMs()
    return this.#parts.people().map((person) => {
      const { personId, name, badgeNo, role } = person
      return { personId, name, badgeNo, role, isCertified: this.#isCertified(person, nowMs) }
    })
  }

  list(): DeviceView[] {
    return this.#parts.devices().map((device) => this.#viewOf(device))
  }

  /** With what happened to it, newest first. */
  get(
    serial: string,
    limit: number,
    before?: number,
  ): { readonly device: DeviceView; readonly entries: LedgerEntry[] } {
    const device = this.#viewOf(this.#device(serial))
    return { device, entries: this.#parts.ledger.page(serial, limit, before) }
  }

  #viewOf(device: BodyCamDevice): DeviceView {
    const { ledger } = this.#parts
    const { serial } = device
    const out = this.#out(serial)
    const newest = (kind: LedgerEntry['kind']): LedgerFacts | null => {
      const entry = ledger.newest(serial, kind)
      return entry === null ? null : { at: entry.at, by: entry.by, ...entry.facts }
    }
    return {
      ...{ ...device, status: this.statusOf(serial) },
      holder: out && this.#holderOf(out),
      ...{ handedOut: newest('CHECK_OUT'), maintained: newest('MAINTENANCE') },
      ...{ firmware: newest('FIRMWARE'), clock: newest('CLOCK') },
    }
  }

  #holderOf({ personId, fromMs, untilMs }: Shift): NonNullable<DeviceView['holder']> {
    const nowMs = this.#parts.clock.wallMs()
    const person = this.#parts.people().find((one) => one.personId === personId)
    return {
      ...{ personId, name: person?.name ?? null, role: person?.role ?? null },
      isCertified: person !== undefined && this.#isCertified(person, nowMs),
      ...{ since: this.#iso(fromMs), until: untilMs === null ? null : this.#iso(untilMs) },
      isOverdue: untilMs !== null && untilMs < nowMs,
    }
  }

  #isCertified(person: BodyCamPerson, nowMs: number): boolean {
    return isCertified(person, nowMs, this.#parts.offsetMinutes())
  }

  #device(serial: string): BodyCamDevice {
    const device = this.#parts.devices().find((one) => one.serial === serial)
    if (device === undefined) throw fault('BODYCAM_DEVICE_UNKNOWN', { device: serial })
    return device
  }

  /** Who has it: hand-overs are in order, so the newest one says it, however long the ledger is. */
  #out(serial: string): Shift | null {
    const { ledger } = this.#parts
    const [out, back] = [ledger.newest(serial, 'CHECK_OUT'), ledger.newest(serial, 'CHECK_IN')]
    const isOut = out !== null && out.entry > (back?.entry ?? 0)
    return isOut ? (shiftsOf([out])[0] ?? null) : null
  }

  /** Not in the future, not long ago, and not before what the ledger has already. */
  #momentOf(serial: string, at: string | undefined): number {
    const { clock, ledger } = this.#parts
    const nowMs = clock.wallMs()
    const last = [ledger.newest(serial, 'CHECK_OUT'), ledger.newest(serial, 'CHECK_IN')]
    const lastMs = Math.max(...last.map((entry) => (entry === null ? 0 : Date.parse(entry.at))))
    const atMs = at === undefined ? Math.max(nowMs, lastMs) : Date.parse(at)
    const earliestMs = Math.max(lastMs, nowMs - LATE_MS_MAX)
    if (at !== undefined && (atMs > nowMs || atMs < earliestMs)) {
      throw fault('BODYCAM_TIME_WRONG', { device: serial, time: at, earliest: this.#iso(earliestMs) })
    }
    return atMs
  }

  #untilOf(serial: string, until: string, atMs: number): string {
    if (Date.parse(until) > atMs) return until
    throw fault('BODYCAM_TIME_WRONG', { device: serial, time: until, earliest: this.#iso(atMs) })
  }

  /** An offset that the self-test gives counts like a comparison at the dock. */
  #tested(serial: string, by: string, atMs: number, selfTest: SelfTest | undefined): { selfTest?: SelfTest } {
    if (selfTest === undefined) return {}
    const { clockOffsetMs } = selfTest
    if (clockOffsetMs !== undefined) {
      const facts = { offsetMs: clockOffsetMs, uncertaintyMs: READ_OFF_MS, set: false }
      this.#parts.ledger.note({ serial, kind: 'CLOCK', by, atMs, facts })
    }
    return { selfTest }
  }

  #iso(wallMs: number): string {
    return isoTime(wallMs, this.#parts.offsetMinutes())
  }
}
