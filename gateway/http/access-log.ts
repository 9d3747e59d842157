/**
 * Who saw, changed or tried what, when and what for. Entries are only ever added.
 *
 *     entry n:  at · actor · action · object · purpose · outcome  ─┐
 *     hash  n = sha256(hash n−1, entry n) ◀────────────────────────┘   `verify` walks the chain
 *
 *     each day:  number and hash of the newest ─▶ audit/heads.ndjson, signed (`access-anchor.ts`)
 *
 * The database refuses UPDATE and DELETE on the table; the chain shows it when somebody went round the
 * database. An access that cannot be logged does not happen: `add` throws and the request ends there [R60].
 */
import { chainedHash } from '../kit/chained-entry.ts'
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
  /** The unit that is answerable for it; looked up when it is not said. */
  readonly unit?: string
  /** Whom a machine asks for. */
  readonly requester?: string
  /** Number of the order by which a state organ retrieves it (调取文书). */
  readonly orderRef?: string
}
export interface AccessEntry extends Access {
  readonly entry: number
  readonly at: string
  /** Of the entry before. */
  readonly prev: string
  readonly hash: string
}

/** Looking at or taking away what cameras and recorders showed: what the log of retrievals lists. */
export const RETRIEVALS = [
  'evidence.read',
  'evidence.export',
  'live.view',
  'live.snapshot',
  'recording.read',
  'persuasion.listen',
]

const FIELD_LENGTH_MAX = 500

export class AccessLog {
  readonly #database: Database
  readonly #clock: Clock
  readonly #insert: Statement
  readonly #page: Statement
  readonly #last: Statement
  readonly #unitOf: (actor: string) => string

  constructor(parts: { database: Database; clock: Clock; unitOf?: (actor: string) => string }) {
    this.#unitOf = parts.unitOf ?? (() => '')
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
    addColumns(parts.database)
    this.#insert = parts.database.prepare('INSERT INTO access_log VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)')
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
      const about = [access.unit ?? this.#unitOf(access.actor), access.requester ?? '', access.orderRef ?? '']
      const more = about.map(short)
      const hash = chainedHash(String(last?.['hash'] ?? ''), entry, [...facts, ...more])
      this.#insert.run(entry, ...facts, hash, ...more)
    })
  }

  /** Newest first; `before` is the `entry` to go on from. */
  list(limit: number, before = Number.MAX_SAFE_INTEGER): AccessEntry[] {
    const rows = this.#page.all(before, limit + 1)
    return rows.slice(0, limit).map((row, at) => entryOf(row, String(rows[at + 1]?.['hash'] ?? '')))
  }

  /** Entries of a span of time, oldest first; times are compared as instants. */
  *between(fromMs: number, toMs: number): Generator<AccessEntry> {
    let prev = ''
    for (const row of this.#database.prepare('SELECT * FROM access_log ORDER BY entry').all()) {
      const entry = entryOf(row, prev)
      const atMs = Date.parse(entry.at)
      if (atMs >= fromMs && atMs < toMs) yield entry
      prev = entry.hash
    }
  }

  /** Number and hash of the newest entry; null: nothing was logged yet. */
  get head(): { readonly entry: number; readonly hash: string } | null {
    const last = this.#last.get()
    return last === undefined ? null : { entry: Number(last['entry']), hash: String(last['hash']) }
  }

  /** Walks the whole chain; throws at the first entry that was changed, removed or put in. */
  verify(): number {
    let hash = ''
    let entry = 0
    for (const row of this.#database.prepare('SELECT * FROM access_log ORDER BY entry').all()) {
      const read = entryOf(row, hash)
      hash = chainedHash(hash, ++entry, factsOf(read))
      if (read.entry !== entry || read.hash !== hash) throw fault('ACCESS_LOG_BROKEN', { entry })
    }
    return entry
  }
}

/** Stores of an older gateway have no such columns; their entries are hashed without. */
function addColumns(database: Database): void {
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all('access_log')
  if (columns.some(({ name }) => name === 'unit')) return
  for (const name of ['unit', 'requester', 'orderRef'])
    database.exec(`ALTER TABLE access_log ADD COLUMN ${name} TEXT`)
}

/** Entries that were taken out of the box, checked by themselves: each fits its hash and the one before it. */
export function brokenEntry(entries: readonly AccessEntry[]): number | null {
  for (const [at, one] of entries.entries()) {
    const before = entries[at - 1]
    const follows = before === undefined || (before.hash === one.prev && before.entry + 1 === one.entry)
    if (!follows || chainedHash(one.prev, one.entry, factsOf(one)) !== one.hash) return one.entry
  }
  return null
}

function factsOf({
  at,
  actor,
  role,
  action,
  object,
  purpose,
  outcome,
  address,
  ...more
}: AccessEntry): string[] {
  const { unit, requester, orderRef } = more
  const about = unit === undefined ? [] : [unit, requester ?? '', orderRef ?? '']
  return [at, actor, role, action, object, purpose, outcome, address, ...about]
}

function entryOf(row: Row, prev: string): AccessEntry {
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
    ...(row['unit'] === null
      ? {}
      : { unit: text('unit'), requester: text('requester'), orderRef: text('orderRef') }),
    prev,
    hash: text('hash'),
  }
}
