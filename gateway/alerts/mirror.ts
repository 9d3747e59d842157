/**
 * What the platform says of a case, mirrored per event and never acted upon [R7, R102].
 *
 *     责令改正 ─▶ 调查取证 ─▶ 法制审核 ─▶ 处罚告知 ─▶ 行政处罚 │ 不予处罚 ─▶ 文书送达 ─▶ 非诉执行 ─▶ 结案
 *
 * `eventNo` belongs to the event and coordination system, `caseNo` to the case system; the two are never one. Each
 * message is a record; the latest stage is the latest one told, because procedure is the platform's.
 */
import type { Clock } from '../kit/clock.ts'
import type { Database, Statement } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'
import type { ActFields, Stage } from '../violations/act-fields.ts'
import type { ViolationEvent } from '../violations/event.ts'
import type { AlertDesk, Annex } from './desk.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS case_stage (
  number INTEGER PRIMARY KEY, eventId TEXT NOT NULL, stage TEXT, eventNo TEXT, caseNo TEXT, firstFiledAt TEXT,
  actor TEXT NOT NULL, commandId TEXT NOT NULL UNIQUE, atMs INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS case_stage_event ON case_stage (eventId, number);
CREATE TRIGGER IF NOT EXISTS case_stage_never_changes BEFORE UPDATE ON case_stage
  BEGIN SELECT RAISE(ABORT, 'stages are append-only'); END;
CREATE TRIGGER IF NOT EXISTS case_stage_never_shrinks BEFORE DELETE ON case_stage
  BEGIN SELECT RAISE(ABORT, 'stages are append-only'); END;
`

type Mirror = NonNullable<ActFields['mirror']>

export interface StageWish {
  readonly eventId: string
  readonly stage?: Stage | undefined
  readonly eventNo?: string | undefined
  readonly caseNo?: string | undefined
  readonly firstFiledAt?: string | undefined
  readonly by: string
  readonly commandId: string
}

export class CaseMirror implements Annex {
  readonly #desk: AlertDesk
  readonly #clock: Clock
  readonly #add: Statement
  readonly #latest: Statement
  readonly #known: Statement
  readonly #over: Statement

  constructor(parts: { readonly database: Database; readonly desk: AlertDesk; readonly clock: Clock }) {
    parts.database.exec(SCHEMA)
    this.#desk = parts.desk
    this.#clock = parts.clock
    const prepare = (sql: string) => parts.database.prepare(sql)
    this.#add = prepare('INSERT INTO case_stage VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#known = prepare('SELECT eventId FROM case_stage WHERE commandId = ?')
    this.#over = prepare("SELECT max(atMs) AS atMs FROM case_stage WHERE eventId = ? AND stage = 'CLOSED'")
    const latest = ['stage', 'eventNo', 'caseNo', 'firstFiledAt'].map(
      (name) =>
        `(SELECT ${name} FROM case_stage WHERE eventId = ?1 AND ${name} IS NOT NULL ORDER BY number DESC LIMIT 1)
         AS ${name}`,
    )
    this.#latest = prepare(
      `SELECT ${latest.join(', ')} WHERE EXISTS (SELECT 1 FROM case_stage WHERE eventId = ?1)`,
    )
    parts.desk.join(this)
  }

  take({ eventId, stage, eventNo, caseNo, firstFiledAt, by, commandId }: StageWish): void {
    if (this.#desk.get(eventId) === null) throw fault('ALERT_UNKNOWN', { event: eventId })
    if (this.#known.get(commandId) !== undefined) return
    const told = [stage, eventNo, caseNo, firstFiledAt].map((one) => one ?? null)
    this.#add.run(eventId, ...told, by, commandId, this.#clock.wallMs())
    this.#desk.retell(eventId)
  }

  /** When the platform last told that the case is over; null: it has not. */
  overAtMs(eventId: string): number | null {
    const atMs = this.#over.get(eventId)?.['atMs']
    return typeof atMs === 'number' ? atMs : null
  }

  note(event: ViolationEvent): ViolationEvent {
    const row = this.#latest.get(event.eventId)
    if (row === undefined) return event
    const { stage, eventNo, caseNo, firstFiledAt } = row as unknown as Mirror
    return { ...event, mirror: { stage, eventNo, caseNo, firstFiledAt } }
  }
}
