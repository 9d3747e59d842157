/**
 * Legal hold: evidence of an act that must not go, whatever the retention says [R70].
 *
 *     PLACED by one ─▶ held ─▶ LIFT_ASKED by one ─▶ still held ─▶ LIFTED by another
 *
 * To keep is easy, to let go takes two. Records are only added; whoever purges evidence asks `isHeld` first.
 */
import type { Clock } from '../kit/clock.ts'
import type { Database, Row, Statement } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'
import type { ViolationEvent } from '../violations/event.ts'
import type { AlertDesk, Annex } from './desk.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS legal_hold (
  number INTEGER PRIMARY KEY, eventId TEXT NOT NULL, action TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL,
  atMs INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS legal_hold_event ON legal_hold (eventId, number);
CREATE TRIGGER IF NOT EXISTS legal_hold_never_changes BEFORE UPDATE ON legal_hold
  BEGIN SELECT RAISE(ABORT, 'holds are append-only'); END;
CREATE TRIGGER IF NOT EXISTS legal_hold_never_shrinks BEFORE DELETE ON legal_hold
  BEGIN SELECT RAISE(ABORT, 'holds are append-only'); END;
`

export interface HoldRecord {
  readonly action: 'PLACED' | 'LIFT_ASKED' | 'LIFTED'
  readonly by: string
  readonly reason: string
  readonly atMs: number
}

export interface HoldWish {
  readonly eventId: string
  readonly by: string
  readonly reason: string
}

export class Holds implements Annex {
  readonly #desk: AlertDesk
  readonly #clock: Clock
  readonly #add: Statement
  readonly #records: Statement
  #listener: (eventId: string, record: HoldRecord) => void = () => {}

  constructor(parts: { readonly database: Database; readonly desk: AlertDesk; readonly clock: Clock }) {
    parts.database.exec(SCHEMA)
    this.#desk = parts.desk
    this.#clock = parts.clock
    this.#add = parts.database.prepare('INSERT INTO legal_hold VALUES (NULL, ?, ?, ?, ?, ?)')
    this.#records = parts.database.prepare('SELECT * FROM legal_hold WHERE eventId = ? ORDER BY number')
    parts.desk.join(this)
  }

  place(wish: HoldWish): HoldRecord {
    const last = this.#last(wish.eventId)
    // Held already: keeping it once more is another reason to keep it, and undoes a wish to lift.
    if (last?.action === 'PLACED' && last.by === wish.by && last.reason === wish.reason) return last
    return this.#record(wish, 'PLACED')
  }

  /** The first person asks, another one lifts. */
  lift(wish: HoldWish): HoldRecord {
    const last = this.#last(wish.eventId)
    const refuse = (reason: string) => fault('HOLD_REFUSED', { event: wish.eventId, reason })
    if (last === undefined || last.action === 'LIFTED') throw refuse('it is not held')
    if (last.action === 'PLACED') return this.#record(wish, 'LIFT_ASKED')
    if (last.by === wish.by) throw refuse(`${wish.by} asked for it; a second person has to agree`)
    return this.#record(wish, 'LIFTED')
  }

  /** Told in the transaction that keeps or lets go: what is noted of it stands or falls with that. */
  onRecord(listener: (eventId: string, record: HoldRecord) => void): void {
    this.#listener = listener
  }

  isHeld(eventId: string): boolean {
    const last = this.#last(eventId)
    return last !== undefined && last.action !== 'LIFTED'
  }

  recordsOf(eventId: string): HoldRecord[] {
    return this.#records.all(eventId).map(recordOf)
  }

  note(event: ViolationEvent): ViolationEvent {
    const { legalHold: _, ...bare } = event
    return this.isHeld(event.eventId) ? { ...bare, legalHold: true } : bare
  }

  #last(eventId: string): HoldRecord | undefined {
    return this.recordsOf(eventId).at(-1)
  }

  #record({ eventId, by, reason }: HoldWish, action: HoldRecord['action']): HoldRecord {
    if (this.#desk.get(eventId) === null) throw fault('ALERT_UNKNOWN', { event: eventId })
    const atMs = this.#clock.wallMs()
    this.#add.run(eventId, action, by, reason, atMs)
    this.#desk.retell(eventId)
    const record = { action, by, reason, atMs }
    this.#listener(eventId, record)
    return record
  }
}

function recordOf(row: Row): HoldRecord {
  return {
    action: String(row['action']) as HoldRecord['action'],
    by: String(row['actor']),
    reason: String(row['reason']),
    atMs: Number(row['atMs']),
  }
}
