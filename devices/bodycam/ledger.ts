/**
 * The ledger of the recorders (装备台账): who had which, how it was, what was done to it. Entries are only ever added.
 *
 *     CHECK_OUT ─ CHECK_IN    to whom, from whom, when, self-test      shifts (`duty.ts`)
 *     MAINTENANCE, FIRMWARE, STATUS                                     state  (`device-desk.ts`)
 *     CLOCK                   offset at the dock                        offsets (`dock-clock.ts`)
 *     RECORDING               what a person did about a recording
 *
 *     hash n = sha256(hash n−1, entry n)      `verify` walks the chain; the database refuses UPDATE and DELETE
 *
 * An entry joins the transaction it is written in. [R62, R63, R64]
 */
import { chainedHash } from '../../gateway/kit/chained-entry.ts'
import { type Clock, isoTime } from '../../gateway/kit/clock.ts'
import type { Database, Row } from '../../gateway/kit/database.ts'
import { fault } from '../../gateway/kit/errors.ts'

export type LedgerKind =
  | 'CHECK_OUT'
  | 'CHECK_IN'
  | 'MAINTENANCE'
  | 'FIRMWARE'
  | 'STATUS'
  | 'CLOCK'
  | 'RECORDING'
export type LedgerFacts = Readonly<Record<string, unknown>>

export interface LedgerEntry {
  readonly entry: number
  /** When it was written; `at` is when it happened. */
  readonly notedAt: string
  readonly at: string
  readonly serial: string
  readonly kind: LedgerKind
  /** Id or account of the person, name of the token, or `box`. */
  readonly by: string
  readonly facts: LedgerFacts
  readonly hash: string
}

export interface LedgerNote {
  readonly serial: string
  readonly kind: LedgerKind
  readonly by: string
  readonly facts: LedgerFacts
  /** Now unless given. */
  readonly atMs?: number | undefined
}

const TABLE = 'bodycam_ledger'
const PIECE = 5_000
const REFUSE = "BEGIN SELECT RAISE(ABORT, 'the device ledger is append-only'); END"
const SCHEMA = `
CREATE TABLE IF NOT EXISTS ${TABLE} (
  entry INTEGER PRIMARY KEY, notedAt TEXT NOT NULL, at TEXT NOT NULL, atMs INTEGER NOT NULL, serial TEXT NOT NULL,
  kind TEXT NOT NULL, actor TEXT NOT NULL, facts TEXT NOT NULL, hash TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ${TABLE}_of_device ON ${TABLE} (serial, kind, entry);
CREATE INDEX IF NOT EXISTS ${TABLE}_by_time ON ${TABLE} (serial, kind, atMs);
CREATE TRIGGER IF NOT EXISTS ${TABLE}_never_changes BEFORE UPDATE ON ${TABLE} ${REFUSE};
CREATE TRIGGER IF NOT EXISTS ${TABLE}_never_shrinks BEFORE DELETE ON ${TABLE} ${REFUSE};
CREATE TRIGGER IF NOT EXISTS ${TABLE}_never_replaced BEFORE INSERT ON ${TABLE}
  WHEN EXISTS (SELECT 1 FROM ${TABLE} WHERE entry = NEW.entry) ${REFUSE};
`

export class DeviceLedger {
  readonly #database: Database
  readonly #clock: Clock
  readonly #offsetMinutes: () => number
  readonly #sql: ReturnType<typeof statements>

  constructor(parts: {
    readonly database: Database
    readonly clock: Clock
    readonly offsetMinutes: () => number
  }) {
    parts.database.exec(SCHEMA)
    this.#database = parts.database
    this.#clock = parts.clock
    this.#offsetMinutes = parts.offsetMinutes
    this.#sql = statements(parts.database)
  }

  note({ serial, kind, by, facts, atMs }: LedgerNote): LedgerEntry {
    return this.#database.transaction(() => {
      const last = this.#sql.last.get()
      const entry = Number(last?.['entry'] ?? 0) + 1
      const nowMs = this.#clock.wallMs()
      const happenedMs = Math.round(atMs ?? nowMs)
      const body = {
        ...{ notedAt: this.#iso(nowMs), at: this.#iso(happenedMs), serial, kind, by },
        facts: JSON.stringify(facts),
      }
      const hash = chainedHash(String(last?.['hash'] ?? ''), entry, Object.values(body))
      const { notedAt, at } = body
      this.#sql.insert.run(entry, notedAt, at, happenedMs, serial, kind, by, body.facts, hash)
      return { ...body, entry, facts, hash }
    })
  }

  /** Hand-overs of one device, oldest first. */
  handOvers(serial: string): LedgerEntry[] {
    return this.#sql.handOvers.all(serial).map(entryOf)
  }

  /** The newest of a kind; null: there is none. */
  newest(serial: string, kind: LedgerKind): LedgerEntry | null {
    const row = this.#sql.newest.get(serial, kind)
    return row === undefined ? null : entryOf(row)
  }

  /** The ones of a kind that happened last before an instant and first at or after it. */
  around(serial: string, kind: LedgerKind, wallMs: number): LedgerEntry[] {
    const { before, after } = this.#sql
    return [before, after].flatMap((one) => one.all(serial, kind, Math.round(wallMs))).map(entryOf)
  }

  /** Everything about one device, newest first. */
  page(serial: string, limit: number, before = Number.MAX_SAFE_INTEGER): LedgerEntry[] {
    return this.#sql.page.all(serial, before, limit).map(entryOf)
  }

  /** Walks the whole chain; throws at the first entry that was changed, removed or put in. Returns their number. */
  verify(): number {
    let [hash, entry] = ['', 0]
    for (const row of this.#rows()) {
      const facts = ['notedAt', 'at', 'serial', 'kind', 'actor', 'facts'].map((name) => String(row[name]))
      hash = chainedHash(hash, ++entry, facts)
      const isWhole = Number(row['entry']) === entry && String(row['hash']) === hash
      if (!isWhole || Date.parse(String(row['at'])) !== Number(row['atMs'])) {
        throw fault('BODYCAM_LEDGER_BROKEN', { entry })
      }
    }
    return entry
  }

  /** All of it, a piece at a time: years of a large squad are a million entries. */
  *#rows(): Generator<Row> {
    for (let last = 0; ; ) {
      const rows = this.#sql.piece.all(last, PIECE)
      yield* rows
      const end = rows.at(-1)
      if (end === undefined) return
      last = Number(end['entry'])
    }
  }

  #iso(wallMs: number): string {
    return isoTime(wallMs, this.#offsetMinutes())
  }
}

function statements(database: Database) {
  const from = (what: string) => database.prepare(`SELECT * FROM ${TABLE} WHERE ${what}`)
  return {
    insert: database.prepare(`INSERT INTO ${TABLE} VALUES (?,?,?,?,?,?,?,?,?)`),
    last: database.prepare(`SELECT entry, hash FROM ${TABLE} ORDER BY entry DESC LIMIT 1`),
    handOvers: from("serial = ? AND kind IN ('CHECK_OUT', 'CHECK_IN') ORDER BY entry"),
    newest: from('serial = ? AND kind = ? ORDER BY entry DESC LIMIT 1'),
    before: from('serial = ? AND kind = ? AND atMs < ? ORDER BY atMs DESC, entry DESC LIMIT 1'),
    after: from('serial = ? AND kind = ? AND atMs >= ? ORDER BY atMs, entry LIMIT 1'),
    page: from('serial = ? AND entry < ? ORDER BY entry DESC LIMIT ?'),
    piece: from('entry > ? ORDER BY entry LIMIT ?'),
  }
}

function entryOf(row: Row): LedgerEntry {
  return {
    entry: Number(row['entry']),
    notedAt: String(row['notedAt']),
    at: String(row['at']),
    serial: String(row['serial']),
    kind: String(row['kind']) as LedgerKind,
    by: String(row['actor']),
    facts: JSON.parse(String(row['facts'])) as LedgerFacts,
    hash: String(row['hash']),
  }
}
