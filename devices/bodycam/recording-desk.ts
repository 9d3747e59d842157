/**
 * What people may do about a recording, each under a name, with a reason, in the ledger.
 *
 *     QUARANTINED ─ release ───▶ examined once more, this fault excused: it goes on, and limits what it is worth
 *                 ─ re-examine ▶ examined once more as the registers are now
 *                 ─ keep ──────▶ stays where it is, and who said so stays with it
 *     limited by who recorded ─ an officer confirms that he was there ▶ lifted [R48]
 *
 * Whoever confirms holds a certificate on the day of the recording and on the day on which he says so [R53].
 */
import { type Clock, isoTime } from '../../gateway/kit/clock.ts'
import type { Database } from '../../gateway/kit/database.ts'
import { fault } from '../../gateway/kit/errors.ts'
import type { DeviceLedger } from './ledger.ts'
import { type IncidentReport, incidentRemarks } from './marks.ts'
import type { QuarantineNote } from './notes.ts'
import type { BodyCamPerson, BodyCamRecording } from './recording.ts'
import { judgedAgain, STALE } from './rejudge.ts'
import { isCertified, isLiftable, lifted, personByNumber } from './standing.ts'
import type { RecordingStore } from './store.ts'

/** Nothing can be shown of these, or it is not known whose and when they are. */
const NEVER_RELEASED = [
  'BODYCAM_METADATA_BAD',
  'BODYCAM_FILE_BAD',
  'BODYCAM_LOST',
  'BODYCAM_BYTES_CHANGED',
] as const

/** Steps out of quarantine that a record and its message can carry. */
const STEPS_MAX = 16

export interface RecordingWish {
  readonly recordingId: string
  readonly by: string
  readonly reason: string
}

/** In quarantine, with its bytes. */
type Held = BodyCamRecording & { readonly quarantine: NonNullable<BodyCamRecording['quarantine']> }

export interface ReportWish extends Pick<RecordingWish, 'recordingId' | 'by'> {
  readonly report: IncidentReport
}

export interface RecordingDeskParts {
  readonly database: Database
  readonly store: RecordingStore
  readonly ledger: DeviceLedger
  readonly people: () => readonly BodyCamPerson[]
  readonly offsetMinutes: () => number
  readonly clock: Clock
  /** Has it examined, once what is noted is durable. */
  readonly again: (recordingId: string) => void
}

export class RecordingDesk {
  readonly #parts: RecordingDeskParts

  constructor(parts: RecordingDeskParts) {
    this.#parts = parts
  }

  /** Whether a person may let it in in spite of what is wrong with it. */
  isReleasable({ status, quarantine, purgedAt }: BodyCamRecording): boolean {
    const isHeld = status === 'QUARANTINED' && quarantine !== null && purgedAt === undefined
    return isHeld && !NEVER_RELEASED.some((code) => code === quarantine.code)
  }

  release(wish: RecordingWish): BodyCamRecording {
    const recording = this.#quarantined(wish.recordingId)
    const { recordingId, quarantine } = recording
    if (!this.isReleasable(recording)) {
      throw fault('RECORDING_NOT_RELEASABLE', { recording: recordingId, because: quarantine.code })
    }
    return this.#again(wish, 'RELEASED')
  }

  reexamine(wish: RecordingWish): BodyCamRecording {
    this.#quarantined(wish.recordingId)
    return this.#again(wish, 'RE_EXAMINED')
  }

  /** Looked at, and it stays in quarantine. */
  keep({ recordingId, by, reason }: RecordingWish): BodyCamRecording {
    const { database, store } = this.#parts
    const recording = this.#quarantined(recordingId)
    const quarantineHistory = this.#withNote(recording, { action: 'KEPT', by, reason })
    return database.transaction(() => {
      this.#note(recording, 'KEPT', by, { code: recording.quarantine.code, reason })
      return store.change({ ...recording, quarantineHistory }, 'kept')
    })
  }

  /** The register was corrected: who waits for that is looked at once more. */
  reexamineUnregistered(serials: ReadonlySet<string>): void {
    for (const recording of this.#parts.store.quarantinedBy('BODYCAM_UNREGISTERED')) {
      const { recordingId, deviceSerial, purgedAt, quarantineHistory = [] } = recording
      const isHere = purgedAt === undefined && quarantineHistory.length < STEPS_MAX
      const wish = { recordingId, by: 'box', reason: 'the device is registered now' }
      if (isHere && serials.has(deviceSerial)) this.#again(wish, 'RE_EXAMINED')
    }
  }

  /** The list of people is fresh: what was judged by a stale one is judged again. */
  judgeAgain(): void {
    const { store, people, offsetMinutes } = this.#parts
    for (const recording of store.limitedBy(STALE)) {
      store.change(judgedAgain(recording, people(), offsetMinutes()), 'judged')
    }
  }

  /** The report on a conflict, or a better one: every version stays [R66]. */
  report({ recordingId, by, report }: ReportWish): BodyCamRecording {
    const { database, store } = this.#parts
    const recording = this.#found(recordingId)
    const before = recording.incident ?? []
    if (before.length >= STEPS_MAX) throw fault('INCIDENT_VERSIONS_MAX', { recording: recordingId })
    const missing = incidentRemarks(true, report)
    const others = (recording.remarks ?? []).filter((one) => one !== 'INCIDENT_REPORT_INCOMPLETE')
    const incident = [...before, { ...report, by, at: this.#now() }]
    return database.transaction(() => {
      this.#note(recording, 'INCIDENT_REPORTED', by, { version: String(incident.length) })
      const remarks = [...others, ...missing]
      return store.change({ ...recording, isIncident: true, incident, remarks }, 'reported')
    })
  }

  confirmPresence({ recordingId, by, reason }: RecordingWish): BodyCamRecording {
    const { database, store, people, offsetMinutes, clock } = this.#parts
    const recording = this.#found(recordingId)
    const person = personByNumber(people(), by)
    const about = { recording: recordingId, by }
    if (recording.status !== 'ACCEPTED' || !isLiftable(recording)) throw fault('PRESENCE_NOT_NEEDED', about)
    const wasCertified = [Date.parse(recording.startAt), clock.wallMs()].every(
      (ms) => person !== undefined && isCertified(person, ms, offsetMinutes()),
    )
    if (person === undefined || !wasCertified) throw fault('PRESENCE_NOT_CERTIFIED', about)
    if (person.personId === recording.personId) throw fault('PRESENCE_OWN', about)
    const { personId, name } = person
    const lift = { code: 'OFFICER_CONFIRMED', personId, name, at: this.#now(), reason } as const
    const caps = lifted({ ...recording, capLifts: recording.capLifts ?? [] }, [lift])
    return database.transaction(() => {
      this.#note(recording, 'PRESENCE_CONFIRMED', personId, { reason })
      const coPresentOfficerIds = [...new Set([...recording.coPresentOfficerIds, personId])]
      return store.change({ ...recording, ...caps, coPresentOfficerIds }, 'lifted')
    })
  }

  /** Nothing of it is analysed before it has been examined. */
  #again({ recordingId, by, reason }: RecordingWish, action: QuarantineNote['action']): BodyCamRecording {
    const { database, store, again } = this.#parts
    const held = this.#quarantined(recordingId)
    const { quarantine, ...recording } = held
    const quarantineHistory = this.#withNote(held, { action, by, reason })
    return database.transaction(() => {
      this.#note(recording, action, by, { code: quarantine.code, reason })
      database.afterCommit(() => again(recordingId))
      return store.change(
        { ...recording, status: 'RECEIVED', quarantine: null, quarantineHistory },
        action === 'RELEASED' ? 'released' : 're-examined',
      )
    })
  }

  #withNote(
    { recordingId, quarantine, quarantineHistory: before = [] }: Held,
    step: Pick<QuarantineNote, 'action' | 'by' | 'reason'>,
  ): QuarantineNote[] {
    if (before.length >= STEPS_MAX) {
      throw fault('RECORDING_NOT_RELEASABLE', { recording: recordingId, because: 'RE_EXAMINED_TOO_OFTEN' })
    }
    return [...before, { ...step, ...quarantine, at: this.#now() }]
  }

  #note(
    { deviceSerial, recordingId }: Pick<BodyCamRecording, 'deviceSerial' | 'recordingId'>,
    action: string,
    by: string,
    more: Readonly<Record<string, string>>,
  ): void {
    const facts = { recordingId, action, ...more }
    this.#parts.ledger.note({ serial: deviceSerial, kind: 'RECORDING', by, facts })
  }

  #found(recordingId: string): BodyCamRecording {
    const recording = this.#parts.store.get(recordingId)
    if (recording === null) throw fault('NOT_FOUND', { what: `recording ${recordingId}` })
    return recording
  }

  #quarantined(recordingId: string): Held {
    const recording = this.#found(recordingId)
    const { status, quarantine, purgedAt } = recording
    if (status !== 'QUARANTINED' || quarantine === null || purgedAt !== undefined) {
      const state = purgedAt === undefined ? status : 'PURGED'
      throw fault('RECORDING_NOT_QUARANTINED', { recording: recordingId, status: state })
    }
    return { ...recording, quarantine }
  }

  #now(): string {
    return isoTime(this.#parts.clock.wallMs(), this.#parts.offsetMinutes())
  }
}
