/**
 * The recorders of the box: their ledger, who may do what with them and with their recordings, and what the registry of
 * recordings asks of it.
 *
 *     config, people ─▶ DeviceLedger ─┬─ DeviceDesk (hand-over, maintenance)    ◀─ HTTP, MQTT
 *                                     ├─ DockClock (offsets)                    ◀─ docks
 *                                     └─ RecordingDesk (release, confirmation)  ◀─ HTTP, MQTT
 *
 * The role of whoever acts is asked of the list of people as it is then; whom the list does not know is taken at the
 * word of whoever let him in [R49, R53].
 */
import type { Config } from '../config/loader.ts'
import { DeviceDesk } from '../devices/bodycam/device-desk.ts'
import { DockClock } from '../devices/bodycam/dock-clock.ts'
import { DeviceLedger } from '../devices/bodycam/ledger.ts'
import type { RecordingWish } from '../devices/bodycam/recording-desk.ts'
import type { BodyCamRegistry } from '../devices/bodycam/registry.ts'
import { filmsOf } from '../devices/bodycam/shift-films.ts'
import type { RecordingListener } from '../devices/bodycam/store.ts'
import type { ClockWatch } from '../devices/clock/clock-watch.ts'
import type { Register } from './alerts/people.ts'
import type { People } from './alerts/roster.ts'
import type { BodyCamDesk } from './http/views.ts'
import { identifier } from './intake.ts'
import { type Clock, isoTime } from './kit/clock.ts'
import type { Database } from './kit/database.ts'
import { fault } from './kit/errors.ts'
import { derivedUlid, ulid } from './kit/ids.ts'
import { bodyCamHandlers } from './mqtt/bodycam-commands.ts'
import { MESSAGES } from './mqtt/messages.ts'
import type { Outbox } from './outbox/outbox.ts'

export interface BodyCamsParts {
  readonly database: Database
  readonly config: () => Config
  readonly office: { readonly people: People }
  readonly register: Register
  readonly recordings: () => BodyCamRegistry | null
  readonly clockWatch: Pick<ClockWatch, 'facts'>
  readonly clock: Clock
}

export class BodyCams {
  readonly #parts: BodyCamsParts
  readonly #ledger: DeviceLedger
  readonly #dock: DockClock
  readonly #devices: DeviceDesk

  constructor(parts: BodyCamsParts) {
    const { config, clock } = parts
    this.#parts = parts
    const offsetMinutes = () => config().utcOffsetMinutes
    this.#ledger = new DeviceLedger({ ...parts, offsetMinutes })
    const devices = () => config().devices.bodycams
    const ledger = this.#ledger
    this.#dock = new DockClock({
      ...{ ledger, clock, clockCheckHours: () => config().devices.ledger.clockCheckHours },
      isRegistered: (serial) => devices().some((device) => device.serial === serial),
      boxErrorMs: () => Math.abs(parts.clockWatch.facts().offsetMs ?? 0),
    })
    const people = () => parts.office.people.all()
    this.#devices = new DeviceDesk({ ledger, devices, people, offsetMinutes, clock })
  }

  /** What the registry of recordings asks. */
  get forRegistry() {
    const { config, office } = this.#parts
    return {
      ledger: this.#ledger,
      identify: identifier(config, office),
      offsetMinutes: () => config().utcOffsetMinutes,
      isPeopleStale: () => office.people.staleForHours() !== null,
      duty: {
        statusOf: (serial: string) => this.#devices.statusOf(serial),
        shifts: (serial: string) => this.#devices.shifts(serial),
        offsetFor: (serial: string, wallMs: number) => this.#dock.offsetFor(serial, wallMs),
        options: () => config().devices.ledger,
      },
    }
  }

  readonly desk: BodyCamDesk = {
    list: () => this.#devices.list(),
    get: (serial, limit, before) => ({
      ...this.#devices.get(serial, limit, before),
      shift: this.#lastShift(serial),
    }),
    takers: () => this.#devices.takers(),
    checkOut: (serial, by, wish) => this.#devices.checkOut(serial, by, wish),
    checkIn: (serial, by, wish) => this.#devices.checkIn(serial, by, wish),
    maintain: (serial, by, wish) => this.#devices.maintain(serial, by, wish),
    askClock: (serial, t1) => this.#dock.ask(serial, t1),
    tellClock: (told) => this.#dock.tell(told),
    release: (wish) => this.#recordings.release(this.#allowed('release', wish)),
    reexamine: (wish) => this.#recordings.reexamine(this.#allowed('re-examine', wish)),
    keep: (wish) => this.#recordings.keep(this.#allowed('keep', wish)),
    confirmPresence: (wish) => this.#recordings.confirmPresence(wish),
    report: (wish) => this.#recordings.report(this.#allowed('report', wish)),
  }

  /** The list of people became stale, or is so no more. */
  peopleChanged(): void {
    if (this.#parts.office.people.staleForHours() === null) this.#parts.recordings()?.desk.judgeAgain()
  }

  get handlers() {
    return bodyCamHandlers(this.desk)
  }

  get #recordings() {
    const registry = this.#parts.recordings()
    if (registry === null) throw fault('STORE_FAILED', { reason: 'the box is still starting' })
    return registry.desk
  }

  /** What came in of the last shift of a recorder; null: it was never handed out. */
  #lastShift(serial: string) {
    const shift = this.#devices.shifts(serial).at(-1)
    if (shift === undefined) return null
    const { clock, config, recordings } = this.#parts
    const { personId, fromMs, toMs } = shift
    const at = (wallMs: number) => isoTime(wallMs, config().utcOffsetMinutes)
    const films = recordings()?.ofDevice(serial, fromMs, toMs ?? clock.wallMs()) ?? []
    const { pauses, ...filmed } = filmsOf(shift, films)
    return {
      ...{ personId, from: at(fromMs), to: toMs === null ? null : at(toMs) },
      ...{ ...filmed, pauses: pauses.map((pause) => ({ from: at(pause.fromMs), sec: pause.sec })) },
    }
  }

  /** [R53] An officer whose certificate has run out acts as an auxiliary, who may not. */
  #allowed<T extends Pick<RecordingWish, 'by'>>(name: string, wish: T): T {
    const { register, clock } = this.#parts
    const person = register.standing(wish.by, clock.wallMs())
    if (person?.rank === 'AUXILIARY') {
      const allowed = 'OFFICER, LEGAL, ADMIN'
      throw fault('ROLE_NOT_ALLOWED', { by: wish.by, role: person.rank, name, allowed })
    }
    return { ...wish, by: person?.personId ?? wish.by }
  }
}

/** Every change of a recording is a message, in the transaction of the change. */
export function changesTold(outbox: Pick<Outbox, 'put'>): RecordingListener {
  return (recording, change) => {
    const { recordingId: subject, collectedAt: time, deviceSerial } = recording
    const data = { change, ...recording, file: undefined }
    outbox.put({
      // The same once more is told once; quarantined for the second time, or linked as it was before, is something new.
      id: change === 'linked' ? ulid() : derivedUlid(Date.parse(time), 'bodycam', JSON.stringify(data)),
      ...{ subject, time, data },
      topic: `bodycam/${deviceSerial.toLowerCase().replace(/[^a-z0-9-]+/g, '-')}`,
      type: MESSAGES.bodycam.type,
    })
  }
}
