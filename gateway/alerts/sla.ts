/**
 * Time limits: what must be done until when, and what happens when it is not [R31, R77, R78, R79].
 *
 *     rule × state ─▶ step ─▶ limit in minutes, working hours, working days ─▶ dueAt, on the alert
 *                                 └─ passed ─▶ EXPIRED when nobody reviewed it ─▶ duty chain, level by level
 *
 *     PENDING_REVIEW, EXPIRED review │ VERIFIED persuade (dispatch where no notice is foreseen) │ DISPATCHED onSite
 *     PERSISTING, RETURNED  dispatch │ the rest, and all of them at the latest                 │ close
 *
 * The table of what is due is a view of the desk's log; each escalation is a record that stays. After a restart what
 * fell due meanwhile is escalated at the first look.
 */
import { assert } from '../kit/assert.ts'
import type { Span } from '../kit/calendar.ts'
import { type Clock, isoTime } from '../kit/clock.ts'
import type { Database, Row } from '../kit/database.ts'
import { derivedUlid } from '../kit/ids.ts'
import type { ActFields, SlaStep } from '../violations/act-fields.ts'
import type { RuleEntry } from '../violations/catalogue.ts'
import type { RuleId, ViolationEvent } from '../violations/event.ts'
import type { Moment } from '../violations/zone.ts'
import type { AlertDesk, Annex } from './desk.ts'
import { calledAt, type DutyOptions } from './duty.ts'
import { ALERT_LIFECYCLE, isAlertState } from './lifecycle.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS sla_due (
  eventId TEXT PRIMARY KEY, state TEXT NOT NULL, step TEXT NOT NULL, sinceMs INTEGER NOT NULL, dueMs INTEGER,
  level INTEGER NOT NULL, nextMs INTEGER);
CREATE INDEX IF NOT EXISTS sla_due_next ON sla_due (nextMs) WHERE nextMs IS NOT NULL;
CREATE TABLE IF NOT EXISTS sla_escalation (
  number INTEGER PRIMARY KEY, eventId TEXT NOT NULL, state TEXT NOT NULL, step TEXT NOT NULL, dueMs INTEGER NOT NULL,
  level INTEGER NOT NULL, name TEXT NOT NULL, people TEXT NOT NULL, atMs INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS sla_escalation_event ON sla_escalation (eventId, number);
CREATE TRIGGER IF NOT EXISTS sla_escalation_never_changes BEFORE UPDATE ON sla_escalation
  BEGIN SELECT RAISE(ABORT, 'escalations are append-only'); END;
CREATE TRIGGER IF NOT EXISTS sla_escalation_never_shrinks BEFORE DELETE ON sla_escalation
  BEGIN SELECT RAISE(ABORT, 'escalations are append-only'); END;
`

/** As the message table of `mqtt/` names it; a test holds the two together. */
const ESCALATION_MESSAGE_TYPE = 'cn.lushao.escalation.v1'
/** Overdue alerts that are dealt with in one look; the rest waits for the next. */
const ESCALATED_MAX = 200
const BOX = { id: 'box', roles: ['box'] } as const

const STEP: Partial<Record<string, SlaStep>> = {
  DETECTED: 'review',
  PENDING_REVIEW: 'review',
  EXPIRED: 'review',
  VERIFIED: 'persuade',
  PERSISTING: 'dispatch',
  RETURNED: 'dispatch',
  DISPATCHED: 'onSite',
}

type Entry = Pick<RuleEntry, 'sla' | 'ladder'>

export interface SlaParts {
  readonly database: Database
  readonly desk: AlertDesk
  readonly outlet: { put(entry: OutletEntry): number }
  readonly entryOf: (ruleId: RuleId) => Entry | undefined
  readonly deadlineMs: (fromWallMs: number, span: Span) => number
  readonly duty: () => DutyOptions
  readonly calendar: () => Moment['calendar']
  readonly offsetMinutes: () => number
  readonly clock: Clock
}

interface OutletEntry {
  readonly id: string
  readonly topic: string
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly data: unknown
}

export interface EscalationRecord {
  readonly eventId: string
  readonly state: string
  readonly step: SlaStep
  readonly dueMs: number
  readonly level: number
  readonly name: string
  readonly to: readonly string[]
  readonly atMs: number
}

/** An alert on which somebody still has to do something. */
export interface DueRow {
  readonly eventId: string
  readonly state: string
  readonly step: SlaStep
  /** Since when it is in this state. */
  readonly sinceMs: number
  /** Null: the rule sets no limit. */
  readonly dueMs: number | null
  readonly level: number
}

export class Sla implements Annex {
  readonly #parts: SlaParts
  readonly #sql: ReturnType<typeof statements>

  constructor(parts: SlaParts) {
    parts.database.exec(SCHEMA)
    this.#parts = parts
    this.#sql = statements(parts.database)
    parts.desk.join(this)
  }

  note(event: ViolationEvent): ViolationEvent {
    const { dueAt: _, dueStep: __, escalation: ___, ...bare } = event
    const row = this.#settle(event)
    if (row === null) return bare
    const last = row.level === 0 ? undefined : this.escalations(event.eventId).at(-1)
    return {
      ...bare,
      ...(row.dueMs === null ? {} : { dueAt: this.#iso(row.dueMs), dueStep: row.step }),
      ...(last === undefined ? {} : { escalation: this.#told(last) }),
    }
  }

  /** Takes every alert whose time has come one level up. Called regularly, and at the start. */
  check(): number {
    const due = this.#sql.overdue.all(this.#parts.clock.wallMs(), ESCALATED_MAX).map(dueOf)
    for (const row of due) this.#parts.database.transaction(() => this.#escalate(row))
    return due.length
  }

  escalations(eventId: string): EscalationRecord[] {
    return this.#sql.escalations.all(eventId).map(escalationOf)
  }

  /** What waits for somebody, the most overdue first. */
  open(limit: number): DueRow[] {
    return this.#sql.open.all(limit).map(dueOf)
  }

  /** The row of the alert as it stands; null when nobody has to do anything more. */
  #settle(event: ViolationEvent): DueRow | null {
    const { eventId, alertState: state } = event
    const entry = this.#parts.entryOf(event.ruleId)
    if (entry === undefined || isDone(event)) {
      this.#sql.drop.run(eventId)
      return null
    }
    const known = this.#sql.get.get(eventId)
    if (known?.['state'] === state) return dueOf(known)
    const nowMs = this.#parts.clock.wallMs()
    const { step, dueMs } = this.#limitOf(event, entry, nowMs)
    // Expired is still not reviewed, and the limit to close runs on: both stay as late as they are.
    const goesOn = known?.['step'] === step && (state === 'EXPIRED' || step === 'close')
    const row = goesOn
      ? { ...dueOf(known), state, sinceMs: nowMs }
      : { eventId, state, step, sinceMs: nowMs, dueMs, level: 0 }
    const nextMs = goesOn ? known['nextMs']! : this.#firstMs(row)
    this.#sql.put.run(eventId, state, row.step, nowMs, row.dueMs, row.level, nextMs)
    return row
  }

  /** The step's own limit, or the one to close when that is nearer. A record for education has none. */
  #limitOf({ grade, alertState, startedAt }: ViolationEvent, entry: Entry, nowMs: number) {
    const step = stepOf(alertState, entry)
    const limit = (span: Span | undefined, fromMs: number): number | null =>
      span === undefined || grade === 'G0' ? null : this.#parts.deadlineMs(fromMs, span)
    const stepMs = limit(entry.sla[step], step === 'close' ? Date.parse(startedAt) : nowMs)
    const closeMs = limit(entry.sla.close, Date.parse(startedAt))
    const isCloseFirst = closeMs !== null && closeMs < (stepMs ?? Number.POSITIVE_INFINITY)
    return isCloseFirst ? { step: 'close' as const, dueMs: closeMs } : { step, dueMs: stepMs }
  }

  /** What nobody reviewed expires at its limit, whoever is told when. */
  #firstMs({ state, step, dueMs }: DueRow): number | null {
    if (dueMs === null) return null
    return state === 'PENDING_REVIEW' && step === 'review' ? dueMs : this.#afterMs(dueMs, 1)
  }

  #afterMs(fromMs: number, level: number): number | null {
    const step = this.#parts.duty().chain[level - 1]
    return step === undefined ? null : fromMs + step.afterMin * 60_000
  }

  #escalate(row: DueRow): void {
    const { desk, clock, duty, calendar, offsetMinutes } = this.#parts
    const nowMs = clock.wallMs()
    const record = desk.get(row.eventId)
    assert(record !== null && row.dueMs !== null, 'what is due was raised, and has a limit')
    if (record.state === 'PENDING_REVIEW' && row.step === 'review') {
      this.#sql.next.run(0, this.#afterMs(row.dueMs, 1), row.eventId)
      desk.transition({ eventId: row.eventId, to: 'EXPIRED', actor: BOX })
      return
    }
    const level = row.level + 1
    const moment = { wallMs: nowMs, offsetMinutes: offsetMinutes(), calendar: calendar() }
    const call = calledAt(duty(), level, moment)
    if (call === null) {
      this.#sql.next.run(row.level, null, row.eventId)
      return
    }
    const escalation = { ...row, dueMs: row.dueMs, state: record.state, level, ...call, atMs: nowMs }
    const people = JSON.stringify(call.to)
    this.#sql.add.run(row.eventId, record.state, row.step, row.dueMs, level, call.name, people, nowMs)
    this.#sql.next.run(level, call.to.length === 0 ? nowMs : this.#afterMs(nowMs, level + 1), row.eventId)
    this.#publish(escalation)
    desk.retell(row.eventId)
  }

  #publish(escalation: EscalationRecord): void {
    const { eventId, level, step, atMs, dueMs, state } = escalation
    this.#parts.outlet.put({
      id: derivedUlid(atMs, 'escalation', eventId, step, level),
      topic: `escalation/${eventId}`,
      type: ESCALATION_MESSAGE_TYPE,
      subject: eventId,
      time: this.#iso(atMs),
      data: { ...this.#told(escalation), eventId, state, dueAt: this.#iso(dueMs) },
    })
  }

  #told({ step, level, name, to, atMs }: EscalationRecord): NonNullable<ActFields['escalation']> {
    return { step, level, name, to: [...to], at: this.#iso(atMs) }
  }

  #iso(wallMs: number): string {
    return isoTime(wallMs, this.#parts.offsetMinutes())
  }
}

/** Nothing is left but to file it. What belongs to another event's act waits for a person like any other. */
function isDone({ alertState }: ViolationEvent): boolean {
  if (!isAlertState(alertState)) return true
  return ALERT_LIFECYCLE[alertState].to.every((next) => next === 'CLOSED' || next === 'ARCHIVED')
}

/** Where the rule foresees no notice, the next thing after the review is that somebody goes there. */
function stepOf(state: string, { ladder }: Entry): SlaStep {
  const step = STEP[state] ?? 'close'
  return step === 'persuade' && ladder.length === 0 ? 'dispatch' : step
}

function statements(database: Database) {
  const sql = (text: string) => database.prepare(text)
  return {
    get: sql('SELECT * FROM sla_due WHERE eventId = ?'),
    put: sql('INSERT OR REPLACE INTO sla_due VALUES (?, ?, ?, ?, ?, ?, ?)'),
    drop: sql('DELETE FROM sla_due WHERE eventId = ?'),
    next: sql('UPDATE sla_due SET level = ?, nextMs = ? WHERE eventId = ?'),
    overdue: sql('SELECT * FROM sla_due WHERE nextMs <= ? ORDER BY nextMs LIMIT ?'),
    open: sql('SELECT * FROM sla_due ORDER BY dueMs IS NULL, dueMs, sinceMs LIMIT ?'),
    add: sql('INSERT INTO sla_escalation VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)'),
    escalations: sql('SELECT * FROM sla_escalation WHERE eventId = ? ORDER BY number'),
  }
}

function dueOf(row: Row): DueRow {
  return {
    eventId: String(row['eventId']),
    state: String(row['state']),
    step: String(row['step']) as SlaStep,
    sinceMs: Number(row['sinceMs']),
    dueMs: row['dueMs'] === null ? null : Number(row['dueMs']),
    level: Number(row['level']),
  }
}

function escalationOf(row: Row): EscalationRecord {
  const { eventId, state, step, level } = dueOf(row)
  const to = JSON.parse(String(row['people'])) as string[]
  const rest = { name: String(row['name']), to, atMs: Number(row['atMs']) }
  return { eventId, state, step, level, dueMs: Number(row['dueMs']), ...rest }
}
