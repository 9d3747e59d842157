/**
 * Which film shows which act: records that are only ever added, and what holds now.
 *
 *     LINKED, SUGGESTED, DROPPED   by the box, again and again as it learns more ─┐
 *     LINKED, UNLINKED             by a person: from then on the box keeps out ───┴─▶ film_now, the last word of each pair
 *
 *     film_span   when each film was made, by its camera      film_handled   when people dealt with an act
 *     film_due    films to be looked at once more             film_package   links that are owed, or have, a package
 */
import type { Database, Row, Statement } from '../kit/database.ts'
import type { FilmReason, Span } from './film-score.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS film_link (
  number INTEGER PRIMARY KEY, recordingId TEXT NOT NULL, eventId TEXT NOT NULL, state TEXT NOT NULL,
  actor TEXT NOT NULL, reason TEXT NOT NULL, score REAL NOT NULL, reasons TEXT NOT NULL,
  fromMs INTEGER NOT NULL, toMs INTEGER NOT NULL, commandId TEXT UNIQUE, atMs INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS film_link_event ON film_link (eventId, number);
CREATE INDEX IF NOT EXISTS film_link_recording ON film_link (recordingId, number);
CREATE TRIGGER IF NOT EXISTS film_link_never_changes BEFORE UPDATE ON film_link
  BEGIN SELECT RAISE(ABORT, 'links are append-only'); END;
CREATE TRIGGER IF NOT EXISTS film_link_never_shrinks BEFORE DELETE ON film_link
  BEGIN SELECT RAISE(ABORT, 'links are append-only'); END;
CREATE TABLE IF NOT EXISTS film_now (
  recordingId TEXT NOT NULL, eventId TEXT NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY (recordingId, eventId)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS film_now_event ON film_now (eventId);
CREATE TABLE IF NOT EXISTS film_span (
  recordingId TEXT PRIMARY KEY, cameraId TEXT NOT NULL, fromMs INTEGER NOT NULL, toMs INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS film_span_to ON film_span (toMs, fromMs);
CREATE INDEX IF NOT EXISTS film_span_camera ON film_span (cameraId, fromMs);
CREATE TABLE IF NOT EXISTS film_handled (eventId TEXT PRIMARY KEY, fromMs INTEGER NOT NULL, toMs INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS film_handled_to ON film_handled (toMs, fromMs);
CREATE TABLE IF NOT EXISTS film_due (recordingId TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS film_package (
  recordingId TEXT NOT NULL, eventId TEXT NOT NULL, atMs INTEGER NOT NULL, packageId TEXT, manifestHash TEXT,
  PRIMARY KEY (recordingId, eventId)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS film_package_event ON film_package (eventId);
`

/** At most so many are looked at for one question; the newest. */
const FOUND_MAX = 200

export type FilmState = 'LINKED' | 'SUGGESTED' | 'DROPPED' | 'UNLINKED'

export interface FilmLink {
  readonly number: number
  readonly recordingId: string
  readonly eventId: string
  readonly state: FilmState
  /** `box`, or the person. */
  readonly actor: string
  /** A person's own words. */
  readonly reason: string
  /** As it was then, 0..1. */
  readonly score: number
  readonly reasons: readonly FilmReason[]
  readonly segment: Span
  readonly commandId: string | null
  readonly atMs: number
}

export interface OwedPackage {
  readonly recordingId: string
  readonly eventId: string
  /** When the link was first made: the package is dated by it. */
  readonly atMs: number
}

export interface FilmPackage {
  readonly packageId: string
  readonly manifestHash: string
}

export const BOX = 'box'
export const isByPerson = ({ actor }: Pick<FilmLink, 'actor'>): boolean => actor !== BOX

export class FilmLinks {
  readonly #sql: ReturnType<typeof statements>

  constructor(database: Database) {
    database.exec(SCHEMA)
    this.#sql = statements(database)
  }

  add(link: Omit<FilmLink, 'number'>): void {
    const { recordingId, eventId, state, actor, reason, score, reasons, segment, commandId, atMs } = link
    const span = [Math.round(segment.fromMs), Math.round(segment.toMs)] as const
    this.#sql.add.run(
      ...([recordingId, eventId, state, actor, reason, score, JSON.stringify(reasons)] as const),
      ...span,
      commandId,
      atMs,
    )
    this.#sql.now.run(recordingId, eventId)
  }

  /** The last word on each act that the film was ever brought together with. */
  nowOfRecording(recordingId: string): FilmLink[] {
    return this.#sql.nowOfRecording.all(recordingId).map(linkOf)
  }

  nowOfEvent(eventId: string): FilmLink[] {
    return this.#sql.nowOfEvent.all(eventId).map(linkOf)
  }

  /** Every record, oldest first: the audit. */
  recordsOfEvent(eventId: string): FilmLink[] {
    return this.#sql.ofEvent.all(eventId).map(linkOf)
  }

  recordsOfRecording(recordingId: string): FilmLink[] {
    return this.#sql.ofRecording.all(recordingId).map(linkOf)
  }

  ofCommand(commandId: string): FilmLink | null {
    const row = this.#sql.ofCommand.get(commandId)
    return row ? linkOf(row) : null
  }

  /** A film that can be linked; due to be looked at. */
  put(recordingId: string, cameraId: string, { fromMs, toMs }: Span): void {
    this.#sql.putSpan.run(recordingId, cameraId, Math.round(fromMs), Math.round(toMs))
    this.#sql.due.run(recordingId)
  }

  hasSpan(recordingId: string): boolean {
    return this.#sql.span.get(recordingId) !== undefined
  }

  /** The film that a camera was making at that instant; the newest when there are several. */
  recordingAt(cameraId: string, atMs: number): string | null {
    const row = this.#sql.recordingAt.get(cameraId, atMs, atMs)
    return row ? String(row['recordingId']) : null
  }

  handled(eventId: string, { fromMs, toMs }: Span): void {
    this.#sql.handled.run(eventId, fromMs, toMs)
  }

  handledBetween({ fromMs, toMs }: Span): string[] {
    return this.#sql.handledBetween.all(fromMs, toMs).map((row) => String(row['eventId']))
  }

  /** Films of that time are to be looked at once more; true when there are any. */
  makeDue({ fromMs, toMs }: Span): boolean {
    const found = this.#sql.between.all(fromMs, toMs)
    for (const row of found) this.#sql.due.run(row['recordingId']!)
    return found.length > 0
  }

  nextDue(): string | null {
    const row = this.#sql.nextDue.get()
    return row ? String(row['recordingId']) : null
  }

  done(recordingId: string): void {
    this.#sql.done.run(recordingId)
  }

  /** Keeps the date of the first time. */
  owePackage(recordingId: string, eventId: string, atMs: number): void {
    this.#sql.owe.run(recordingId, eventId, atMs)
  }

  owedPackages(): OwedPackage[] {
    return this.#sql.owed.all().map((row) => ({
      recordingId: String(row['recordingId']),
      eventId: String(row['eventId']),
      atMs: Number(row['atMs']),
    }))
  }

  sealed(recordingId: string, eventId: string, { packageId, manifestHash }: FilmPackage): void {
    this.#sql.sealed.run(packageId, manifestHash, recordingId, eventId)
  }

  packageOf(recordingId: string, eventId: string): string | null {
    return (this.#sql.package.get(recordingId, eventId)?.['packageId'] ?? null) as string | null
  }

  /** Oldest first. */
  packagesOf(eventId: string): FilmPackage[] {
    return this.#sql.packages.all(eventId).map((row) => ({
      packageId: String(row['packageId']),
      manifestHash: String(row['manifestHash']),
    }))
  }
}

function statements(database: Database) {
  const sql = (text: string): Statement => database.prepare(text)
  return {
    add: sql('INSERT INTO film_link VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    now: sql(
      `INSERT INTO film_now SELECT recordingId, eventId, number FROM film_link
       WHERE recordingId = ? AND eventId = ? ORDER BY number DESC LIMIT 1
       ON CONFLICT DO UPDATE SET number = excluded.number`,
    ),
    nowOfRecording: sql(
      `SELECT film_link.* FROM film_now JOIN film_link USING (number)
       WHERE film_now.recordingId = ? ORDER BY film_now.eventId`,
    ),
    nowOfEvent: sql(
      `SELECT film_link.* FROM film_now JOIN film_link USING (number)
       WHERE film_now.eventId = ? ORDER BY film_now.recordingId`,
    ),
    ofEvent: sql('SELECT * FROM film_link WHERE eventId = ? ORDER BY number'),
    ofRecording: sql('SELECT * FROM film_link WHERE recordingId = ? ORDER BY number'),
    ofCommand: sql('SELECT * FROM film_link WHERE commandId = ?'),
    putSpan: sql(
      `INSERT INTO film_span VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         cameraId = excluded.cameraId, fromMs = excluded.fromMs, toMs = excluded.toMs`,
    ),
    span: sql('SELECT 1 AS known FROM film_span WHERE recordingId = ?'),
    recordingAt: sql(
      `SELECT recordingId FROM film_span WHERE cameraId = ? AND fromMs <= ? AND toMs >= ?
       ORDER BY recordingId DESC LIMIT 1`,
    ),
    between: sql(
      `SELECT recordingId FROM film_span WHERE toMs >= ? AND fromMs <= ? ORDER BY toMs DESC LIMIT ${FOUND_MAX}`,
    ),
    handled: sql(
      `INSERT INTO film_handled VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
         fromMs = excluded.fromMs, toMs = excluded.toMs`,
    ),
    handledBetween: sql(
      `SELECT eventId FROM film_handled WHERE toMs >= ? AND fromMs <= ? ORDER BY fromMs DESC LIMIT ${FOUND_MAX}`,
    ),
    due: sql('INSERT INTO film_due VALUES (?) ON CONFLICT DO NOTHING'),
    nextDue: sql('SELECT recordingId FROM film_due ORDER BY recordingId LIMIT 1'),
    done: sql('DELETE FROM film_due WHERE recordingId = ?'),
    owe: sql('INSERT INTO film_package VALUES (?, ?, ?, NULL, NULL) ON CONFLICT DO NOTHING'),
    owed: sql('SELECT * FROM film_package WHERE packageId IS NULL ORDER BY atMs, recordingId, eventId'),
    sealed: sql(
      'UPDATE film_package SET packageId = ?, manifestHash = ? WHERE recordingId = ? AND eventId = ?',
    ),
    package: sql('SELECT packageId FROM film_package WHERE recordingId = ? AND eventId = ?'),
    packages: sql(
      'SELECT packageId, manifestHash FROM film_package WHERE eventId = ? AND packageId IS NOT NULL ORDER BY packageId',
    ),
  }
}

function linkOf(row: Row): FilmLink {
  return {
    number: Number(row['number']),
    recordingId: String(row['recordingId']),
    eventId: String(row['eventId']),
    state: String(row['state']) as FilmState,
    actor: String(row['actor']),
    reason: String(row['reason']),
    score: Number(row['score']),
    reasons: JSON.parse(String(row['reasons'])) as FilmReason[],
    segment: { fromMs: Number(row['fromMs']), toMs: Number(row['toMs']) },
    commandId: row['commandId'] as string | null,
    atMs: Number(row['atMs']),
  }
}
