/**
 * What is noted about how long evidence of an act is kept; rows are only ever added [R70].
 *
 *     retention_class    as what it is kept, and since when      a change is a further row
 *     evidence_acked     the platform has this package           in the transaction that settles its message
 *     retention_look     when it was last looked, to tell a clock that leaps; alone rewritten
 *     purge_wish         ASKED by one ─▶ AGREED by another       evidence goes before its maximum by two people only
 */
import type { RetentionClass } from '../evidence/retention.ts'
import type { Clock } from '../kit/clock.ts'
import type { Database, Statement } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'

const appendOnly = (table: string): string => `
CREATE TRIGGER IF NOT EXISTS ${table}_never_changes BEFORE UPDATE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;
CREATE TRIGGER IF NOT EXISTS ${table}_never_shrinks BEFORE DELETE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`

const SCHEMA = `
CREATE TABLE IF NOT EXISTS retention_class (
  number INTEGER PRIMARY KEY, eventId TEXT NOT NULL, name TEXT NOT NULL, rule TEXT NOT NULL, ruleVersion TEXT NOT NULL,
  atMs INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS retention_class_event ON retention_class (eventId, number);
CREATE TABLE IF NOT EXISTS evidence_acked (packageId TEXT PRIMARY KEY, atMs INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS purge_wish (
  number INTEGER PRIMARY KEY, eventId TEXT NOT NULL, action TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL,
  atMs INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS purge_wish_event ON purge_wish (eventId, number);
CREATE TABLE IF NOT EXISTS retention_look (one INTEGER PRIMARY KEY CHECK (one = 1), atMs INTEGER NOT NULL);
${['retention_class', 'evidence_acked', 'purge_wish'].map(appendOnly).join('')}
`

export interface ClassNote {
  readonly name: RetentionClass
  readonly rule: string
  readonly ruleVersion: string
  readonly atMs: number
}

export interface PurgeWish {
  readonly eventId: string
  readonly by: string
  readonly reason: string
}
export type WishState =
  | { readonly action: 'ASKED'; readonly by: readonly [string] }
  | { readonly action: 'AGREED'; readonly by: readonly [string, string]; readonly reason: string }

/** A wish nobody agreed to is over after so long: the second person agrees to what the first one meant. */
const WISH_LIVES_MS = 7 * 86_400_000

export class RetentionNotes {
  readonly #clock: Clock
  readonly #sql: Record<
    'classOf' | 'addClass' | 'classes' | 'acked' | 'addAcked' | 'wish' | 'addWish' | 'looked' | 'look',
    Statement
  >

  constructor(database: Database, clock: Clock) {
    database.exec(SCHEMA)
    const sql = (text: string) => database.prepare(text)
    this.#clock = clock
    this.#sql = {
      classOf: sql('SELECT name, rule FROM retention_class WHERE eventId = ? ORDER BY number DESC LIMIT 1'),
      addClass: sql('INSERT INTO retention_class VALUES (NULL, ?, ?, ?, ?, ?)'),
      classes: sql('SELECT * FROM retention_class WHERE eventId = ? ORDER BY number'),
      acked: sql('SELECT 1 FROM evidence_acked WHERE packageId = ?'),
      addAcked: sql('INSERT OR IGNORE INTO evidence_acked VALUES (?, ?)'),
      wish: sql('SELECT * FROM purge_wish WHERE eventId = ? ORDER BY number DESC LIMIT 1'),
      looked: sql('SELECT atMs FROM retention_look'),
      look: sql('INSERT INTO retention_look VALUES (1, ?) ON CONFLICT DO UPDATE SET atMs = excluded.atMs'),
      addWish: sql('INSERT INTO purge_wish VALUES (NULL, ?, ?, ?, ?, ?)'),
    }
  }

  /** Adds a row when the class, or what it means in days, is another than before. */
  noteClass(eventId: string, name: RetentionClass, rule: string, ruleVersion: string): void {
    const last = this.#sql.classOf.get(eventId)
    if (last?.['name'] === name && last['rule'] === rule) return
    this.#sql.addClass.run(eventId, name, rule, ruleVersion, this.#clock.wallMs())
  }

  classesOf(eventId: string): ClassNote[] {
    return this.#sql.classes.all(eventId).map((row) => ({
      name: String(row['name']) as RetentionClass,
      rule: String(row['rule']),
      ruleVersion: String(row['ruleVersion']),
      atMs: Number(row['atMs']),
    }))
  }

  /** Null: never, or by a gateway that kept no note of it. */
  lookedAtMs(): number | null {
    const row = this.#sql.looked.get()
    return row === undefined ? null : Number(row['atMs'])
  }

  noteLook(atMs: number): void {
    this.#sql.look.run(atMs)
  }

  noteAcked(packageId: string): void {
    this.#sql.addAcked.run(packageId, this.#clock.wallMs())
  }

  isAcked(packageId: string): boolean {
    return this.#sql.acked.get(packageId) !== undefined
  }

  /** The first person asks, another one agrees. */
  wish({ eventId, by, reason }: PurgeWish): WishState {
    const last = this.#sql.wish.get(eventId)
    const nowMs = this.#clock.wallMs()
    const open = last?.['action'] === 'ASKED' && nowMs - Number(last['atMs']) < WISH_LIVES_MS
    if (!open) {
      this.#sql.addWish.run(eventId, 'ASKED', by, reason, nowMs)
      return { action: 'ASKED', by: [by] }
    }
    const first = String(last?.['actor'])
    if (first === by) throw fault('PURGE_REFUSED', { event: eventId, reason: `${by} asked for it` })
    this.#sql.addWish.run(eventId, 'AGREED', by, reason, nowMs)
    return { action: 'AGREED', by: [first, by], reason: `${String(last?.['reason'])}; ${reason}` }
  }
}
