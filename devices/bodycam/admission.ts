/**
 * Whether a recording may come in: its device, its user, their shift. What a person has released in spite of a fault is
 * let in, and the fault limits what it is worth.
 *
 *     device registered? in service? ─▶ user known, and the device theirs? ─▶ on duty then? ─▶ in
 *             └──────────────┴────────── wrong ──────────┴──────────────────────┴─▶ thrown, or excused by a release
 *
 * [R62, R63]
 */
import type { FaultCode } from '../../gateway/kit/catalogue.ts'
import { type Fault, fault } from '../../gateway/kit/errors.ts'
import type { DeviceStatus } from './device-desk.ts'
import type { ClockOffset } from './dock-clock.ts'
import { holderAt, isOnDuty, type LedgerOptions, type Shift } from './duty.ts'
import type { BodyCamDevice, BodyCamPerson, BodyCamRecording, RecordingDetails } from './recording.ts'
import { personByNumber } from './standing.ts'

/** What the ledger knows of a device. */
export interface DutyBook {
  statusOf(serial: string): DeviceStatus
  shifts(serial: string): readonly Shift[]
  offsetFor(serial: string, wallMs: number): ClockOffset | null
  readonly options: () => LedgerOptions
}

/** Faults that a person let pass, of one recording. */
export class Excuses {
  readonly #released: ReadonlySet<FaultCode>
  readonly #used: FaultCode[] = []

  constructor({ quarantineHistory = [] }: BodyCamRecording) {
    const released = quarantineHistory.filter(({ action }) => action === 'RELEASED')
    this.#released = new Set(released.map(({ code }) => code))
  }

  /** @throws the problem, unless it was released */
  raise(problem: Fault): void {
    if (!this.#released.has(problem.code)) throw problem
    this.#used.push(problem.code)
  }

  /** What is wrong with the recording all the same. */
  get reasons(): readonly FaultCode[] {
    return this.#used
  }
}

export interface Admitted {
  readonly device: BodyCamDevice | null
  readonly person: BodyCamPerson | null
}

export function admit(
  { recordingId }: BodyCamRecording,
  { deviceSerial, userNo }: RecordingDetails,
  parts: {
    readonly devices: readonly BodyCamDevice[]
    readonly people: readonly BodyCamPerson[]
    readonly duty: DutyBook | undefined
  },
  excuses: Excuses,
): Admitted {
  const about = { recording: recordingId, device: deviceSerial }
  const device = parts.devices.find((one) => one.serial === deviceSerial) ?? null
  if (device === null) excuses.raise(fault('BODYCAM_UNREGISTERED', about))
  const status = parts.duty?.statusOf(deviceSerial) ?? 'IN_SERVICE'
  if (status === 'RETIRED' || status === 'LOST') {
    excuses.raise(fault('BODYCAM_OUT_OF_SERVICE', { ...about, status }))
  }
  const person = personByNumber(parts.people, userNo) ?? null
  const isTheirs = device?.personId === undefined || device.personId === person?.personId
  if (person === null || !isTheirs) excuses.raise(fault('BODYCAM_USER_MISMATCH', { ...about, user: userNo }))
  return { device, person }
}

/** Whether its user had the device for the whole of the recording. */
export function checkDuty(
  duty: DutyBook | undefined,
  facts: Admitted & {
    readonly recordingId: string
    readonly userNo: string
    readonly startMs: number
    readonly endMs: number
  },
  excuses: Excuses,
): void {
  const { recordingId, device, person, userNo, startMs, endMs } = facts
  // Who has released a stranger, or another user, has decided that already.
  if (duty === undefined || device === null || excuses.reasons.includes('BODYCAM_USER_MISMATCH')) return
  const { serial } = device
  const options = duty.options()
  const shifts = duty.shifts(serial)
  if (shifts.length === 0 && options.duty === 'when-used') return
  const span = { personId: person?.personId ?? '', startMs, endMs }
  if (isOnDuty(shifts, span, options.handOverMin * 60_000)) return
  const holder = holderAt(shifts, startMs)?.personId ?? '-'
  const values = { recording: recordingId, device: serial, user: userNo, holder }
  excuses.raise(fault('BODYCAM_OUTSIDE_DUTY', values))
}
