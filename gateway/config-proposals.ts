/**
 * Changes of the configuration that wait for a second person, and what became of them. Nothing is taken back: an end is
 * a record of its own.
 *
 *     OPEN ─▶ APPROVED by another │ REFUSED by another │ WITHDRAWN by the proposer │ OUTDATED: the file moved on
 */
import { lineDiff } from './config-diff.ts'
import type { ConfigProposal, ProposalEnd } from './http/place-views.ts'
import type { Clock } from './kit/clock.ts'
import type { Database, Row, Statement } from './kit/database.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS config_proposal (
  proposal INTEGER PRIMARY KEY, base INTEGER NOT NULL, text TEXT NOT NULL, source TEXT NOT NULL, actor TEXT NOT NULL,
  reason TEXT NOT NULL, atMs INTEGER NOT NULL);
CREATE TRIGGER IF NOT EXISTS config_proposal_never_changes BEFORE UPDATE ON config_proposal
  BEGIN SELECT RAISE(ABORT, 'proposals are append-only'); END;
CREATE TABLE IF NOT EXISTS config_proposal_end (
  proposal INTEGER PRIMARY KEY, outcome TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, atMs INTEGER NOT NULL);
CREATE TRIGGER IF NOT EXISTS config_proposal_end_never_changes BEFORE UPDATE ON config_proposal_end
  BEGIN SELECT RAISE(ABORT, 'ends of proposals are append-only'); END;
CREATE TRIGGER IF NOT EXISTS config_proposal_end_never_shrinks BEFORE DELETE ON config_proposal_end
  BEGIN SELECT RAISE(ABORT, 'ends of proposals are append-only'); END;
`

export interface Proposed {
  readonly base: number
  readonly text: string
  readonly source: 'CHANGE' | 'ROLLBACK'
  readonly by: string
  readonly reason: string
}

export class ConfigProposals {
  readonly #clock: Clock
  readonly #add: Statement
  readonly #get: Statement
  readonly #list: Statement
  readonly #end: Statement
  readonly #ended: Statement
  readonly #naming: Statement

  constructor(database: Database, clock: Clock) {
    database.exec(SCHEMA)
    this.#clock = clock
    const prepare = (sql: string) => database.prepare(sql)
    this.#add = prepare('INSERT INTO config_proposal VALUES (NULL, ?, ?, ?, ?, ?, ?) RETURNING proposal')
    this.#get = prepare('SELECT * FROM config_proposal WHERE proposal = ?')
    this.#list = prepare('SELECT * FROM config_proposal ORDER BY proposal DESC LIMIT ?')
    this.#end = prepare('INSERT INTO config_proposal_end VALUES (?, ?, ?, ?, ?)')
    this.#naming = prepare(
      'SELECT 1 FROM config_proposal p LEFT JOIN config_proposal_end e USING (proposal) WHERE e.proposal IS NULL AND instr(p.text, ?) > 0 LIMIT 1',
    )
    this.#ended = prepare('SELECT * FROM config_proposal_end WHERE proposal = ?')
  }

  add({ base, text, source, by, reason }: Proposed): number {
    return Number(this.#add.get(base, text, source, by, reason, this.#clock.wallMs())!['proposal'])
  }

  get(proposal: number): (Proposed & { readonly end: ProposalEnd | null }) | null {
    const row = this.#get.get(proposal)
    if (row === undefined) return null
    const source = row['source'] === 'ROLLBACK' ? 'ROLLBACK' : 'CHANGE'
    const end = this.#ended.get(proposal)?.['outcome'] ?? null
    return { ...saidIn(row), text: String(row['text']), source, end: end as ProposalEnd | null }
  }

  /** Whether one that has not ended speaks of something. */
  names(name: string): boolean {
    return this.#naming.get(name) !== undefined
  }

  end(proposal: number, outcome: ProposalEnd, by: string, reason: string): void {
    this.#end.run(proposal, outcome, by, reason, this.#clock.wallMs())
  }

  /** Newest first. */
  list(limit: number, lastVersion: number, textOf: (version: number) => string): ConfigProposal[] {
    return this.#list.all(limit).map((row) => {
      const said = saidIn(row)
      const end = this.#ended.get(Number(row['proposal']))
      const waiting = said.base === lastVersion ? 'OPEN' : 'OUTDATED'
      return {
        ...{ proposal: Number(row['proposal']), ...said, source: String(row['source']) },
        atMs: Number(row['atMs']),
        state: end === undefined ? waiting : (String(end['outcome']) as ProposalEnd),
        endedBy: String(end?.['actor'] ?? ''),
        endReason: String(end?.['reason'] ?? ''),
        diff: lineDiff(textOf(said.base), String(row['text'])),
      }
    })
  }
}

function saidIn(row: Row): Pick<Proposed, 'base' | 'by' | 'reason'> {
  return { base: Number(row['base']), by: String(row['actor']), reason: String(row['reason']) }
}
