/**
 * The custody log (保管记录): who did what with a sealed package, and when. `data/evidence.json` is sealed once and says
 * only that it was; what comes after stands here, outside the bag, and is only ever added to.
 *
 *     entry 7   №A  SEALED       hash 7 = sha256(entry 7 with both hashes before it)
 *     entry 8   №B  SEALED        ▲      every entry names the last of the box …
 *     entry 9   №A  TIMESTAMPED ──┴────▶ … and the last of its own package
 *
 * Two chains in one: the box's shows that nothing was taken out of the log, the package's can be handed out alone
 * and still be checked. The database refuses UPDATE and DELETE; the chains show it when somebody went round it [R70].
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { assert } from '../kit/assert.ts'
import type { Database, Row, Statement } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'

const CUSTODY_ACTIONS = [
  'SEALED',
  'TIMESTAMPED',
  'VIEWED',
  'EXPORTED',
  'DELIVERED',
  'ACKNOWLEDGED',
  'HELD',
  'RELEASED',
  'LINK_WITHDRAWN',
  'LINK_RESTORED',
  'PURGED',
] as const
export type CustodyAction = (typeof CUSTODY_ACTIONS)[number]

export interface CustodyNote {
  readonly packageId: string
  readonly action: CustodyAction
  /** Id of the person, account, token or platform; `{site}/{gateway}` for the box itself. */
  readonly actor: string
  readonly reason: string
  /** ISO-8601 with offset. */
  readonly at: string
  /** SHA-256 of what the action was about, before and after it; null where that says nothing. */
  readonly hashBefore?: string | null
  readonly hashAfter?: string | null
}

/** What other rooms need of it. */
export interface CustodyBook {
  /** Durable when it returns. Inside a transaction it stands or falls with that. */
  note(note: CustodyNote): CustodyEntry
}

const Hash = z.string().regex(/^[0-9a-f]{64}$/)
export const CustodyEntry = z.strictObject({
  entry: z.int().min(1),
  at: z.string(),
  packageId: z.string(),
  action: z.enum(CUSTODY_ACTIONS),
  actor: z.string(),
  reason: z.string(),
  hashBefore: Hash.nullable(),
  hashAfter: Hash.nullable(),
  prevHash: Hash.nullable().describe('Of the entry before it in the log of the box.'),
  prevHashOfPackage: Hash.nullable().describe('Of the entry before it about the same package.'),
  hash: Hash,
})
export type CustodyEntry = z.infer<typeof CustodyEntry>

const FIELD_LENGTH_MAX = 500
const SAME_LOOK_MS = 15 * 60_000

const SCHEMA = `
CREATE TABLE IF NOT EXISTS custody (
  entry INTEGER PRIMARY KEY, at TEXT NOT NULL, packageId TEXT NOT NULL, action TEXT NOT NULL, actor TEXT NOT NULL,
  reason TEXT NOT NULL, hashBefore TEXT, hashAfter TEXT, prevHash TEXT, prevHashOfPackage TEXT, hash TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS custody_of_package ON custody (packageId, entry);
CREATE TRIGGER IF NOT EXISTS custody_never_changes BEFORE UPDATE ON custody
  BEGIN SELECT RAISE(ABORT, 'the custody log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS custody_never_shrinks BEFORE DELETE ON custody
  BEGIN SELECT RAISE(ABORT, 'the custody log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS custody_never_replaced BEFORE INSERT ON custody
  WHEN EXISTS (SELECT 1 FROM custody WHERE entry = NEW.entry)
  BEGIN SELECT RAISE(ABORT, 'the custody log is append-only'); END;
`

export class Custody implements CustodyBook {
  readonly #database: Database
  readonly #insert: Statement
  readonly #last: Statement
  readonly #lastOfPackage: Statement
  readonly #ofPackage: Statement

  constructor(database: Database) {
    database.exec(SCHEMA)
    this.#database = database
    this.#insert = database.prepare('INSERT INTO custody VALUES (?,?,?,?,?,?,?,?,?,?,?)')
    this.#last = database.prepare('SELECT * FROM custody ORDER BY entry DESC LIMIT 1')
    this.#lastOfPackage = database.prepare(
      'SELECT * FROM custody WHERE packageId = ? ORDER BY entry DESC LIMIT 1',
    )
    this.#ofPackage = database.prepare('SELECT * FROM custody WHERE packageId = ? ORDER BY entry')
  }

  note({ packageId, action, actor, reason, at, hashBefore, hashAfter }: CustodyNote): CustodyEntry {
    assert(actor !== '' && !Number.isNaN(Date.parse(at)), 'custody names who and when')
    return this.#database.transaction(() => {
      const last = this.#last.get()
      const ofPackage = this.#lastOfPackage.get(packageId)
      const body = {
        entry: Number(last?.['entry'] ?? 0) + 1,
        at,
        packageId,
        action,
        actor: actor.slice(0, FIELD_LENGTH_MAX),
        reason: reason.slice(0, FIELD_LENGTH_MAX),
        hashBefore: hashBefore ?? null,
        hashAfter: hashAfter ?? null,
        prevHash: last === undefined ? null : String(last['hash']),
        prevHashOfPackage: ofPackage === undefined ? null : String(ofPackage['hash']),
      }
      const entry: CustodyEntry = { ...body, hash: hashOf(body) }
      this.#insert.run(...Object.values(entry))
      return entry
    })
  }

  /** The same, unless this was noted of the package before: for what a start after a crash does once more. */
  noteOnce(note: CustodyNote): void {
    if (!this.has(note.packageId, note.action)) this.note(note)
  }

  has(packageId: string, action: CustodyAction): boolean {
    return this.#ofPackage.all(packageId).some((row) => row['action'] === action)
  }

  /**
   * A look: a player asks for a clip piece by piece, and people leaf back and forth. The access log has every request;
   * here the same person's look for the same reason counts once in a while.
   */
  noteLook(note: Omit<CustodyNote, 'action'>): void {
    const sinceMs = Date.parse(note.at) - SAME_LOOK_MS
    const same = this.of(note.packageId).some(
      ({ action, actor, reason, at }) =>
        action === 'VIEWED' && actor === note.actor && reason === note.reason && Date.parse(at) > sinceMs,
    )
    if (!same) this.note({ ...note, action: 'VIEWED' })
  }

  /** Oldest first; empty for a package nobody has heard of. */
  of(packageId: string): CustodyEntry[] {
    return this.#ofPackage.all(packageId).map(entryOf)
  }

  /** One JSON a line, as it is handed out with an export of the package. */
  export(packageId: string): string {
    return this.of(packageId)
      .map((entry) => `${JSON.stringify(entry)}\n`)
      .join('')
  }

  get head(): { readonly entry: number; readonly hash: string } | null {
    const last = this.#last.get()
    return last === undefined ? null : { entry: Number(last['entry']), hash: String(last['hash']) }
  }

  /** Walks the whole log; throws at the first entry that was changed, removed or put in. Returns their number. */
  verify(): number {
    let last: CustodyEntry | null = null
    for (const row of this.#database.prepare('SELECT * FROM custody ORDER BY entry').all()) {
      const entry = entryOf(row)
      const number: number = (last?.entry ?? 0) + 1
      const good =
        entry.entry === number && entry.prevHash === (last?.hash ?? null) && hashOf(entry) === entry.hash
      if (!good) throw fault('CUSTODY_BROKEN', { entry: number })
      last = entry
    }
    return last?.entry ?? 0
  }
}

/** The log of one package as it was handed out: the number of the first entry that does not fit, null when all do. */
export function firstBrokenEntry(entries: readonly CustodyEntry[]): number | null {
  let before: CustodyEntry | null = null
  for (const entry of entries) {
    const follows = entry.prevHashOfPackage === (before?.hash ?? null)
    const samePackage = before === null || entry.packageId === before.packageId
    if (!follows || !samePackage || hashOf(entry) !== entry.hash) return entry.entry
    before = entry
  }
  return null
}

/** Over the entry as JSON in the order of the table, without its own hash: one line of any language computes it. */
function hashOf(entry: Omit<CustodyEntry, 'hash'>): string {
  const { entry: number, at, packageId, action, actor, reason, hashBefore, hashAfter } = entry
  const { prevHash, prevHashOfPackage } = entry
  const about = [number, at, packageId, action, actor, reason, hashBefore, hashAfter]
  return createHash('sha256')
    .update(JSON.stringify([...about, prevHash, prevHashOfPackage]))
    .digest('hex')
}

function entryOf(row: Row): CustodyEntry {
  return CustodyEntry.parse({ ...row, entry: Number(row['entry']) })
}
