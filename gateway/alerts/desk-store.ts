/**
 * The desk's tables. Revisions, transitions and entries are only ever added, and the database itself refuses anything
 * else [R60, R70, R75]; `alert` is the latest of each, for looking up.
 *
 *     event_revision  (eventId, revision) ─ body, message id, when the back end had it        append-only
 *     alert_transition                    ─ who, when, from, to, why                          append-only
 *     alert_entry                         ─ grade, evidence status, recusal, major incident   append-only
 *     alert           (eventId)           ─ the latest revision, by place and state           rewritten
 *     alert_count     (day, rule, camera, state, grade, tier) ─ how many                      kept in step
 *
 * The counts make statistics over a million alerts a walk over a few thousand rows, and follow each change [R91]. Every index of `alert` carries
 * all that can be filtered by, so that a filter which matches nothing never leaves the index. Bodies lie in a table
 * with row ids: `WITHOUT ROWID` put each of them on a page of its own (measured: 10 KB an alert instead of 2).
 */
import type { Database, Row, Statement, Value } from '../kit/database.ts'
import type { ViolationEvent } from '../violations/event.ts'
import { openDeskTables } from './desk-schema.ts'
import type { AlertState, Owner } from './lifecycle.ts'
import type { Rank } from './people.ts'
import type { AlertEntry, AlertRecord, Done, EntryKind, Transition } from './records.ts'
import { UNDONE } from './undo.ts'

/** Earlier acts at one camera that are looked at for a repetition. */
const EARLIER_MAX = 500

/** An alert with the body of its latest revision. */
const LATEST = 'SELECT alert.*, body FROM alert JOIN event_revision USING (eventId, revision)'

export interface AlertFilter {
  /** At most so many, newest first. */
  readonly limit: number
  /** The last event id of the page before. */
  readonly before?: string | undefined
  readonly rule?: string | undefined
  readonly camera?: string | undefined
  readonly state?: string | undefined
  readonly zone?: string | undefined
  readonly grade?: string | undefined
  /** Any part of the event id; letters, digits and hyphens, large or small. */
  readonly idPart?: string | undefined
  /** Bounds of `startedAt`, epoch ms: from ≤ startedAt < to. */
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
}

export interface AlertCount {
  readonly day: string
  readonly ruleId: string
  readonly cameraId: string
  readonly state: string
  readonly grade: string
  readonly handlingTier: string
  readonly count: number
}

/** What a person or the box did to an alert: a transition of its state, or an entry of another kind. */
export interface Deed {
  readonly eventId: string
  readonly actor: string
  readonly roles: readonly string[]
  readonly rank: string | null
  readonly reasonCode?: string | undefined
  readonly note?: string | undefined
  readonly details?: Readonly<Record<string, string>> | undefined
  readonly commandId?: string | undefined
  readonly atMs: number
}

/** What the desk needs of whoever keeps its word. */
export type DeskStorage = Pick<DeskStore, keyof DeskStore>

export class DeskStore {
  readonly #database: Database
  readonly #addRevision: Statement
  readonly #addTransition: Statement
  readonly #addEntry: Statement
  readonly #entries: Statement
  readonly #before: Statement
  readonly #putAlert: Statement
  readonly #count: Statement
  readonly #get: Statement
  readonly #byMessage: Statement
  readonly #acked: Statement
  readonly #alertAcked: Statement
  readonly #past: Statement
  readonly #revisions: Statement
  readonly #sameFacts: Statement
  readonly #byCommand: Statement
  readonly #open: Statement
  readonly #counts: Statement
  /** One prepared statement for each combination of filters in use; at most 2⁹. */
  readonly #lists = new Map<string, Statement>()

  constructor(database: Database) {
    openDeskTables(database)
    this.#database = database
    const prepare = (sql: string) => database.prepare(sql)
    this.#addRevision = prepare('INSERT INTO event_revision VALUES (?, ?, ?, ?, ?, ?, NULL)')
    this.#addTransition = prepare(
      'INSERT INTO alert_transition VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#addEntry = prepare('INSERT INTO alert_entry VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#entries = prepare('SELECT * FROM alert_entry WHERE eventId = ? ORDER BY number')
    this.#before = prepare(
      `SELECT body FROM alert JOIN event_revision USING (eventId, revision)
       WHERE cameraId = ? AND startedMs >= ? AND startedMs < ? AND ruleId = ? AND eventId <> ?
         AND EXISTS (SELECT 1 FROM alert_transition AS said WHERE said.eventId = alert.eventId AND toState = 'VERIFIED'
           AND NOT EXISTS (SELECT 1 FROM alert_transition AS undo WHERE undo.eventId = said.eventId
             AND undo.number > said.number AND undo.fromState = 'VERIFIED' AND undo.reasonCode = '${UNDONE}'))
         AND NOT EXISTS (SELECT 1 FROM alert_transition AS said
           WHERE said.eventId = alert.eventId AND toState = 'REVOKED')
       ORDER BY startedMs DESC LIMIT ${EARLIER_MAX}`,
    )
    this.#putAlert = prepare(
      `INSERT INTO alert (eventId, startedMs, day, ruleId, cameraId, state, grade, tier, phase, revision,
         raisedMs, updatedMs, zoneId) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (eventId) DO UPDATE SET state = excluded.state, grade = excluded.grade, tier = excluded.tier,
         phase = excluded.phase, revision = excluded.revision, updatedMs = excluded.updatedMs`,
    )
    this.#count = prepare(
      `INSERT INTO alert_count SELECT day, ruleId, cameraId, state, grade, tier, ? FROM alert WHERE eventId = ?
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    )
    this.#get = prepare(`${LATEST} WHERE eventId = ?`)
    this.#byMessage = prepare(
      'SELECT eventId, revision FROM event_revision WHERE messageId = ? AND ackedMs IS NULL',
    )
    this.#acked = prepare('UPDATE event_revision SET ackedMs = ? WHERE eventId = ? AND revision = ?')
    this.#alertAcked = prepare(
      'UPDATE alert SET ackedRevision = max(ackedRevision, ?), ackedMs = ? WHERE eventId = ?',
    )
    this.#past = prepare('SELECT * FROM alert_transition WHERE eventId = ? ORDER BY number')
    this.#revisions = prepare('SELECT body FROM event_revision WHERE eventId = ? ORDER BY revision')
    this.#sameFacts = prepare('SELECT body FROM event_revision WHERE eventId = ? AND facts = ?')
    this.#byCommand = prepare(
      `SELECT eventId FROM alert_transition WHERE commandId = ?
       UNION ALL SELECT eventId FROM alert_entry WHERE commandId = ?`,
    )
    this.#open = prepare(`${LATEST} WHERE phase <> 'END' ORDER BY startedMs`)
    this.#counts = prepare(
      `SELECT day, ruleId, cameraId, state, grade, tier AS handlingTier, count FROM alert_count
       WHERE count > 0 AND day >= ? AND day <= ? ORDER BY day, ruleId, cameraId, state, grade, tier`,
    )
  }

  transaction<T>(work: () => T): T {
    return this.#database.transaction(work)
  }

  afterCommit(tell: () => void): void {
    this.#database.afterCommit(tell)
  }

  get(eventId: string): AlertRecord | null {
    const row = this.#get.get(eventId)
    return row ? recordOf(row) : null
  }

  /** @param facts digest of what the judge said, null for a revision made by the desk */
  addRevision(event: ViolationEvent, messageId: string, facts: string | null, nowMs: number): void {
    const startedMs = Date.parse(event.startedAt)
    this.#addRevision.run(event.eventId, event.revision, JSON.stringify(event), messageId, facts, nowMs)
    this.#count.run(-1, event.eventId)
    this.#putAlert.run(
      event.eventId,
      startedMs,
      event.startedAt.slice(0, 10),
      event.ruleId,
      event.cameraId,
      event.alertState,
      event.grade,
      event.handlingTier,
      event.phase,
      event.revision,
      nowMs,
      nowMs,
      event.zoneId,
    )
    this.#count.run(1, event.eventId)
  }

  addTransition(deed: Deed & { readonly from: AlertState | null; readonly to: AlertState }): void {
    this.#addTransition.run(
      deed.eventId,
      deed.from,
      deed.to,
      deed.actor,
      deed.roles.join(','),
      deed.reasonCode ?? null,
      deed.note ?? null,
      JSON.stringify(deed.details ?? {}),
      deed.commandId ?? null,
      deed.atMs,
      deed.rank,
    )
  }

  addEntry(deed: Deed & { readonly kind: string }): void {
    this.#addEntry.run(
      deed.eventId,
      deed.kind,
      deed.actor,
      deed.roles.join(','),
      deed.rank,
      deed.reasonCode ?? null,
      deed.note ?? null,
      JSON.stringify(deed.details ?? {}),
      deed.commandId ?? null,
      deed.atMs,
    )
  }

  entries(eventId: string): AlertEntry[] {
    return this.#entries.all(eventId).map(entryOf)
  }

  /** Acts of a rule at a camera that a person has verified, newest first. */
  verifiedBefore(query: {
    readonly cameraId: string
    readonly ruleId: string
    readonly eventId: string
    readonly sinceMs: number
    readonly beforeMs: number
  }): ViolationEvent[] {
    const { cameraId, ruleId, eventId, sinceMs, beforeMs } = query
    return this.#before.all(cameraId, sinceMs, beforeMs, ruleId, eventId).map(eventOf)
  }

  transitions(eventId: string): Transition[] {
    return this.#past.all(eventId).map(transitionOf)
  }

  revisions(eventId: string): ViolationEvent[] {
    return this.#revisions.all(eventId).map(eventOf)
  }

  withFacts(eventId: string, facts: string): ViolationEvent | null {
    const row = this.#sameFacts.get(eventId, facts)
    return row ? eventOf(row) : null
  }

  eventOfCommand(commandId: string): string | null {
    const row = this.#byCommand.get(commandId, commandId)
    return row ? String(row['eventId']) : null
  }

  /** The event whose message this was, when it is news that the back end has it. */
  acknowledge(messageId: string, nowMs: number): string | null {
    const row = this.#byMessage.get(messageId)
    if (!row) return null
    const eventId = String(row['eventId'])
    this.#acked.run(nowMs, eventId, row['revision']!)
    this.#alertAcked.run(row['revision']!, nowMs, eventId)
    return eventId
  }

  open(): ViolationEvent[] {
    return this.#open.all().map(eventOf)
  }

  counts(fromDay: string, toDay: string): AlertCount[] {
    return this.#counts.all(fromDay, toDay) as unknown as AlertCount[]
  }

  list(filter: AlertFilter): AlertRecord[] {
    const asked: [condition: string, ...values: Value[]][] = []
    if (filter.rule !== undefined) asked.push(['ruleId = ?', filter.rule])
    if (filter.camera !== undefined) asked.push(['cameraId = ?', filter.camera])
    if (filter.state !== undefined) asked.push(['state = ?', filter.state])
    if (filter.zone !== undefined) asked.push(['zoneId = ?', filter.zone])
    if (filter.grade !== undefined) asked.push(['grade = ?', filter.grade])
    if (filter.idPart !== undefined) asked.push(["eventId LIKE '%' || ? || '%'", filter.idPart])
    if (filter.fromMs !== undefined) asked.push(['startedMs >= ?', filter.fromMs])
    if (filter.toMs !== undefined) asked.push(['startedMs < ?', filter.toMs])
    if (filter.before !== undefined) {
      const last = this.#get.get(filter.before)
      asked.push(['(startedMs, eventId) < (?, ?)', last?.['startedMs'] ?? 0, filter.before])
    }
    const where = asked.length > 0 ? `WHERE ${asked.map(([condition]) => condition).join(' AND ')}` : ''
    let statement = this.#lists.get(where)
    if (!statement) {
      const sql = `${LATEST} ${where} ORDER BY startedMs DESC, eventId DESC LIMIT ?`
      statement = this.#database.prepare(sql)
      this.#lists.set(where, statement)
    }
    return statement.all(...asked.flatMap(([, ...values]) => values), filter.limit).map(recordOf)
  }
}

const eventOf = (row: Row): ViolationEvent => JSON.parse(String(row['body'])) as ViolationEvent

function recordOf(row: Row): AlertRecord {
  return {
    eventId: String(row['eventId']),
    event: eventOf(row),
    state: row['state'] as AlertState,
    revision: Number(row['revision']),
    acked: Number(row['ackedRevision']) >= Number(row['revision']),
    ackedRevision: Number(row['ackedRevision']),
    ackedAtMs: row['ackedMs'] === null ? null : Number(row['ackedMs']),
    raisedAtMs: Number(row['raisedMs']),
    updatedAtMs: Number(row['updatedMs']),
  }
}

function transitionOf(row: Row): Transition {
  return {
    from: row['fromState'] as AlertState | null,
    to: row['toState'] as AlertState,
    ...doneOf(row),
  }
}

function entryOf(row: Row): AlertEntry {
  return { kind: row['kind'] as EntryKind, ...doneOf(row) }
}

function doneOf(row: Row): Done {
  const rank = row['rank'] as Rank | null
  const roles = String(row['roles']).split(',') as Owner[]
  return {
    actor: { id: String(row['actor']), roles, ...(rank === null ? {} : { rank }) },
    reasonCode: row['reasonCode'] as string | null,
    note: row['note'] as string | null,
    details: JSON.parse(String(row['details'])) as Record<string, string>,
    commandId: row['commandId'] as string | null,
    atMs: Number(row['atMs']),
  }
}
