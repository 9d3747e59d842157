/**
 * Who saw, changed or tried what, when and what for. Entries are only ever added.
 *
 *     entry n:  at · actor · action · object · purpose · outcome  ─┐
 *     hash  n = sha256(hash n−1, entry n) ◀────────────────────────┘   `verify` walks the chain
 *
 * The database refuses UPDATE and DELETE on the table; the chain shows it when somebody went round the
 * database. An access that cannot be logged does not happen: `add` throws and the request ends there [R60].
 */
import { createHash } from 'node:crypto'
import { type Clock, isoTime } from '../kit/clock.ts'
import type { Database, Row, Statement } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'

export interface Access {
  /** Name of the account or token; `-` when nobody was logged in. */
  readonly actor: string
  /** Role or scope at that moment. */
  readonly role: string
  readonly action: string
  readonly object: string
  readonly purpose: string
  readonly outcome: 'granted' | 'refused'
  readonly address: string
}
export interface AccessEntry extends Access {
  readonly entry: number
  readonly at: string
  readonly hash: string
}

const FIELD_LENGTH_MAX = 500

export class AccessLog {
  readonly #database: Database
  readonly #clock: Clock
  readonly #insert: Statement
  readonly #page: Statement
  readonly #last: Statement

  constructor(parts: { database: Database; clock: Clock }) {
    this.#database = parts.database
    this.#clock = parts.clock
    parts.database.exec(`
      CREATE TABLE IF NOT EXISTS access_log (
        entry INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL,
        action TEXT NOT NULL, object TEXT NOT NULL, purpose TEXT NOT NULL, outcome TEXT NOT NULL, address TEXT NOT NULL,
        hash TEXT NOT NULL);
      CREATE TRIGGER IF NOT EXISTS access_log_never_changes BEFORE UPDATE ON access_log
        BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END;
      CREATE TRIGGER IF NOT EXISTS access_log_never_shrinks BEFORE DELETE ON access_log
        BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END;
    `)
    this.#insert = parts.database.prepare('INSERT INTO access_log VALUES (?,?,?,?,?,?,?,?,?,?)')
    this.#page = parts.database.prepare(
      'SELECT * FROM access_log WHERE entry < ? ORDER BY entry DESC LIMIT ?',
    )
    this.#last = parts.database.prepare('SELECT entry, hash FROM access_log ORDER BY entry DESC LIMIT 1')
  }

  add(access: Access): void {
    this.#database.transaction(() => {
      const last = this.#last.get()
      const entry = Number(last?.['entry'] ?? 0) + 1
      const short = (text: string) => text.slice(0, FIELD_LENGTH_MAX)
      const facts = [
        isoTime(this.#clock.wallMs()),
        short(access.actor),
        short(access.role),
        short(access.action),
        short(access.object),
        short(access.purpose),
        access.outcome,
        short(access.address),
      ]
      this.#insert.run(entry, ...facts, chained(String(last?.['hash'] ?? ''), entry, facts))
    })
  }

  /** Newest first; `before` is the `entry` to go on from. */
  list(limit: number, before = Number.MAX_SAFE_INTEGER): AccessEntry[] {
    return this.#page.all(before, limit).map(entryOf)
  }

  /** Walks the whole chain; throws at the first entry that was changed, removed or put in. */
  verify(): number {
    let hash = ''
    let entry = 0
    for (const row of this.#database.prepare('SELECT * FROM access_log ORDER BY entry').all()) {
      const { at, actor, role, action, object, purpose, outcome, address, ...rest } = entryOf(row)
      hash = chained(hash, ++entry, [at, actor, role, action, object, purpose, outcome, address])
      if (rest.entry !== entry || rest.hash !== hash) throw fault('ACCESS_LOG_BROKEN', { entry })
    }
    return entry
  }
}

function chained(before: string, entry: number, facts: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([before, entry, ...facts]))
    .digest('hex')
}

function entryOf(row: Row): AccessEntry {
  const text = (key: string) => String(row[key])
  return {
    entry: Number(row['entry']),
    at: text('at'),
    actor: text('actor'),
    role: text('role'),
    action: text('action'),
    object: text('object'),
    purpose: text('purpose'),
    outcome: row['outcome'] === 'granted' ? 'granted' : 'refused',
    address: text('address'),
    hash: text('hash'),
  }
}
