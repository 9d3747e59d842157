/**
 * What is open, how old it is, and whom it was handed to at the change of shift [R58, R79].
 *
 *     what is due ─▶ list, most overdue first ─▶ aging by hours ─▶ handed over: who, to whom, which alerts; a record
 */
import { type Clock, isoTime } from '../kit/clock.ts'
import type { Database, Row, Statement } from '../kit/database.ts'
import type { SlaStep } from '../violations/act-fields.ts'
import type { AlertDesk } from './desk.ts'
import type { Sla } from './sla.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS shift_handover (
  number INTEGER PRIMARY KEY, fromPerson TEXT NOT NULL, toPerson TEXT NOT NULL, note TEXT NOT NULL,
  eventIds TEXT NOT NULL, atMs INTEGER NOT NULL);
CREATE TRIGGER IF NOT EXISTS shift_handover_never_changes BEFORE UPDATE ON shift_handover
  BEGIN SELECT RAISE(ABORT, 'hand-overs are append-only'); END;
CREATE TRIGGER IF NOT EXISTS shift_handover_never_shrinks BEFORE DELETE ON shift_handover
  BEGIN SELECT RAISE(ABORT, 'hand-overs are append-only'); END;
`

const HOUR_MS = 3_600_000
/** Upper ends of the classes of age, hours; the last class is open. */
const AGES_HOURS = [1, 4, 24, 72, 168] as const
const OPEN_MAX = 2_000

export interface OpenAlert {
  readonly eventId: string
  readonly title: string
  readonly cameraId: string
  readonly state: string
  readonly step: SlaStep
  readonly dueAt: string | null
  readonly overdueSec: number
  /** In this state. */
  readonly ageSec: number
  readonly level: number
}

export interface Aging {
  readonly underHours: number | null
  readonly open: number
  readonly overdue: number
}

export interface HandoverRecord {
  readonly number: number
  readonly from: string
  readonly to: string
  readonly note: string
  readonly eventIds: readonly string[]
  readonly at: string
}

export interface DutyDeskParts {
  readonly database: Database
  readonly desk: AlertDesk
  readonly sla: Sla
  readonly offsetMinutes: () => number
  readonly clock: Clock
}

export class DutyDesk {
  readonly #parts: DutyDeskParts
  readonly #add: Statement
  readonly #list: Statement

  constructor(parts: DutyDeskParts) {
    parts.database.exec(SCHEMA)
    this.#parts = parts
    this.#add = parts.database.prepare('INSERT INTO shift_handover VALUES (NULL, ?, ?, ?, ?, ?)')
    this.#list = parts.database.prepare('SELECT * FROM shift_handover ORDER BY number DESC LIMIT ?')
  }

  open(limit = OPEN_MAX): OpenAlert[] {
    const { sla, desk, clock, offsetMinutes } = this.#parts
    const nowMs = clock.wallMs()
    return sla.open(limit).flatMap(({ eventId, state, step, sinceMs, dueMs, level }) => {
      const event = desk.get(eventId)?.event
      if (event === undefined) return []
      const dueAt = dueMs === null ? null : isoTime(dueMs, offsetMinutes())
      const overdueSec = dueMs === null ? 0 : Math.max(0, Math.round((nowMs - dueMs) / 1000))
      const ageSec = Math.round((nowMs - sinceMs) / 1000)
      const { title, cameraId } = event
      return [{ eventId, title, cameraId, state, step, dueAt, overdueSec, ageSec, level }]
    })
  }

  /** Open alerts by how long they have been waiting where they are. */
  aging(): Aging[] {
    const open = this.open()
    return [...AGES_HOURS, null].map((underHours, place) => {
      const fromMs = (AGES_HOURS[place - 1] ?? 0) * HOUR_MS
      const toMs = underHours === null ? Number.POSITIVE_INFINITY : underHours * HOUR_MS
      const those = open.filter(({ ageSec }) => ageSec * 1000 >= fromMs && ageSec * 1000 < toMs)
      return {
        underHours,
        open: those.length,
        overdue: those.filter(({ overdueSec }) => overdueSec > 0).length,
      }
    })
  }

  /** The list as it stands goes to the next shift, under both names. */
  handOver({ from, to, note }: { from: string; to: string; note: string }): HandoverRecord {
    const eventIds = JSON.stringify(this.open().map(({ eventId }) => eventId))
    this.#add.run(from, to, note, eventIds, this.#parts.clock.wallMs())
    return this.handovers(1)[0]!
  }

  handovers(limit: number): HandoverRecord[] {
    return this.#list.all(limit).map((row) => this.#recordOf(row))
  }

  #recordOf(row: Row): HandoverRecord {
    return {
      number: Number(row['number']),
      from: String(row['fromPerson']),
      to: String(row['toPerson']),
      note: String(row['note']),
      eventIds: JSON.parse(String(row['eventIds'])) as string[],
      at: isoTime(Number(row['atMs']), this.#parts.offsetMinutes()),
    }
  }
}
