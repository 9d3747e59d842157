/**
 * What was not told because somebody is exempt: kept for audit, counted by exemption, never changed.
 *
 *     act under an exemption ─▶ suppressed_act: what, where, when, by which exemption, why, by whose word
 *
 * Nobody is spared in secret (选择性执法): an auditor reads here what an exemption did. The same act is kept once, also when
 * a recording is analysed again. [R16, R98]
 */
import type { Clock } from '../kit/clock.ts'
import type { Database, Row, Statement } from '../kit/database.ts'
import type { SuppressedAct } from '../violations/exemption.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS suppressed_act (
  suppressedId TEXT PRIMARY KEY, exemptionId TEXT NOT NULL, body TEXT NOT NULL, addedMs INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS suppressed_act_exemption ON suppressed_act (exemptionId);
CREATE TRIGGER IF NOT EXISTS suppressed_act_never_changes BEFORE UPDATE ON suppressed_act
  BEGIN SELECT RAISE(ABORT, 'what was suppressed is append-only'); END;
CREATE TRIGGER IF NOT EXISTS suppressed_act_never_shrinks BEFORE DELETE ON suppressed_act
  BEGIN SELECT RAISE(ABORT, 'what was suppressed is append-only'); END;
`
/** Later than every id. */
const LAST = '~'

export interface SuppressedCount {
  readonly exemptionId: string
  readonly count: number
}

export class SuppressedActs {
  readonly #clock: Clock
  readonly #insert: Statement
  readonly #page: Statement
  readonly #counts: Statement

  constructor(database: Database, clock: Clock) {
    database.exec(SCHEMA)
    this.#clock = clock
    this.#insert = database.prepare('INSERT OR IGNORE INTO suppressed_act VALUES (?, ?, ?, ?)')
    this.#page = database.prepare(
      'SELECT body FROM suppressed_act WHERE suppressedId < ? ORDER BY suppressedId DESC LIMIT ?',
    )
    this.#counts = database.prepare(
      'SELECT exemptionId, count(*) AS count FROM suppressed_act GROUP BY exemptionId ORDER BY exemptionId',
    )
  }

  keep(act: SuppressedAct): void {
    this.#insert.run(act.suppressedId, act.exemptionId, JSON.stringify(act), this.#clock.wallMs())
  }

  /** Newest first; `before` is the id to go on from. */
  list(limit: number, before = LAST): SuppressedAct[] {
    return this.#page.all(before, limit).map(({ body }: Row) => JSON.parse(String(body)) as SuppressedAct)
  }

  counts(): SuppressedCount[] {
    return this.#counts.all().map(({ exemptionId, count }) => ({
      exemptionId: String(exemptionId),
      count: Number(count),
    }))
  }
}
