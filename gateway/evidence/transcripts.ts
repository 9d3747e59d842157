/**
 * What is said in a recording, written down (文字说明). A court asks for it with every sound; the sealed package cannot
 * grow, so it stands beside: who wrote it, when, about which bytes.
 *
 *     item of a package, or a body-cam recording ─▶ entry n: about · sha256 · author · at · text ─┐
 *     hash n = sha256(hash n−1, entry n) ◀────────────────────────────────────────────────────────┘
 *
 * Entries are only ever added: who finds a mistake writes another, and both stay. The first transcript of a notice is
 * in the package itself, word for word as it was played [R70].
 */
import { chainedHash } from '../kit/chained-entry.ts'
import { type Clock, isoTime } from '../kit/clock.ts'
import type { Database, Row, Statement } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'

/** What was written down. */
interface Heard {
  /** A package, or a body-cam recording. */
  readonly holderId: string
  /** Of a package; a recording is an item of its own. */
  readonly itemId: string
  /** Of the bytes that were listened to. */
  readonly sha256: string
}

interface Written extends Heard {
  readonly author: string
  /** Of the author at that moment. */
  readonly role: string
  readonly text: string
}

export interface Transcript extends Written {
  readonly entry: number
  readonly at: string
  readonly hash: string
}

export const TRANSCRIPT_LENGTH_MAX = 8000

export class Transcripts {
  readonly #database: Database
  readonly #clock: Clock
  readonly #insert: Statement
  readonly #last: Statement
  readonly #ofHolder: Statement

  constructor({ database, clock }: { database: Database; clock: Clock }) {
    this.#database = database
    this.#clock = clock
    database.exec(`
      CREATE TABLE IF NOT EXISTS transcripts (
        entry INTEGER PRIMARY KEY, at TEXT NOT NULL, holder_id TEXT NOT NULL, item_id TEXT NOT NULL,
        sha256 TEXT NOT NULL, author TEXT NOT NULL, role TEXT NOT NULL, text TEXT NOT NULL, hash TEXT NOT NULL);
      CREATE INDEX IF NOT EXISTS transcripts_of ON transcripts (holder_id);
      CREATE TRIGGER IF NOT EXISTS transcripts_never_change BEFORE UPDATE ON transcripts
        BEGIN SELECT RAISE(ABORT, 'transcripts are append-only'); END;
      CREATE TRIGGER IF NOT EXISTS transcripts_never_go BEFORE DELETE ON transcripts
        BEGIN SELECT RAISE(ABORT, 'transcripts are append-only'); END;
    `)
    this.#insert = database.prepare('INSERT INTO transcripts VALUES (?,?,?,?,?,?,?,?,?)')
    this.#last = database.prepare('SELECT entry, hash FROM transcripts ORDER BY entry DESC LIMIT 1')
    this.#ofHolder = database.prepare('SELECT * FROM transcripts WHERE holder_id = ? ORDER BY entry')
  }

  add({ holderId, itemId, sha256, author, role, text }: Written): Transcript {
    return this.#database.transaction(() => {
      const last = this.#last.get()
      const entry = Number(last?.['entry'] ?? 0) + 1
      const at = isoTime(this.#clock.wallMs())
      const facts = [at, holderId, itemId, sha256, author, role, text.slice(0, TRANSCRIPT_LENGTH_MAX)]
      this.#insert.run(entry, ...facts, chainedHash(String(last?.['hash'] ?? ''), entry, facts))
      return this.of(holderId).at(-1)!
    })
  }

  /** Of a package or a recording, oldest first. */
  of(holderId: string): Transcript[] {
    return this.#ofHolder.all(holderId).map(transcriptOf)
  }

  /** Walks the whole chain; throws at the first entry that was changed, removed or put in. */
  verify(): number {
    let hash = ''
    let entry = 0
    for (const row of this.#database.prepare('SELECT * FROM transcripts ORDER BY entry').all()) {
      const one = transcriptOf(row)
      const { at, holderId, itemId, sha256, author, role, text } = one
      hash = chainedHash(hash, ++entry, [at, holderId, itemId, sha256, author, role, text])
      if (one.entry !== entry || one.hash !== hash) throw fault('TRANSCRIPTS_BROKEN', { entry })
    }
    return entry
  }
}

function transcriptOf(row: Row): Transcript {
  const text = (key: string) => String(row[key])
  return {
    entry: Number(row['entry']),
    at: text('at'),
    holderId: text('holder_id'),
    itemId: text('item_id'),
    sha256: text('sha256'),
    author: text('author'),
    role: text('role'),
    text: text('text'),
    hash: text('hash'),
  }
}
