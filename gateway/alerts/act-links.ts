/**
 * Which events are one act: a forest, told by records that are only ever added.
 *
 *     SAME, MERGE: a root becomes the child of a root      a ◀─ b ◀─ c      root = primary event
 *     SPLIT:       a child becomes a root again            a    b ◀─ c      whatever hung below it stays with it
 *
 * Every event hangs in exactly one tree, so no act is lost and none counts twice: acts are roots. A split is the undoing
 * of a link by a new record; the forest is the records, played in order.
 */
import type { Database, Row, Statement } from '../kit/database.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS act_link (
  number INTEGER PRIMARY KEY, kind TEXT NOT NULL, childId TEXT NOT NULL, parentId TEXT NOT NULL, how TEXT NOT NULL,
  actor TEXT NOT NULL, reason TEXT NOT NULL, commandId TEXT UNIQUE, atMs INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS act_link_child ON act_link (childId);
CREATE INDEX IF NOT EXISTS act_link_parent ON act_link (parentId);
CREATE TRIGGER IF NOT EXISTS act_link_never_changes BEFORE UPDATE ON act_link
  BEGIN SELECT RAISE(ABORT, 'links are append-only'); END;
CREATE TRIGGER IF NOT EXISTS act_link_never_shrinks BEFORE DELETE ON act_link
  BEGIN SELECT RAISE(ABORT, 'links are append-only'); END;
CREATE TABLE IF NOT EXISTS act_parent (eventId TEXT PRIMARY KEY, parentId TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS act_parent_parent ON act_parent (parentId);
`

/** SAME was found by the box, MERGE and SPLIT were said by people. */
export type LinkKind = 'SAME' | 'MERGE' | 'SPLIT'

export interface LinkRecord {
  readonly number: number
  readonly kind: LinkKind
  readonly childId: string
  /** Of a SPLIT: the act it was taken from. */
  readonly parentId: string
  /** TIME, GROUND, ADJACENT, BODYCAM, ON_SITE, PERSON */
  readonly how: string
  readonly actor: string
  readonly reason: string
  readonly commandId: string | null
  readonly atMs: number
}

export class ActLinks {
  readonly #sql: ReturnType<typeof statements>

  constructor(database: Database) {
    database.exec(SCHEMA)
    this.#sql = statements(database)
  }

  add(record: Omit<LinkRecord, 'number'>): void {
    const { kind, childId, parentId, how, actor, reason, commandId, atMs } = record
    this.#sql.add.run(kind, childId, parentId, how, actor, reason, commandId, atMs)
    if (kind === 'SPLIT') this.#sql.cut.run(childId)
    else this.#sql.hang.run(childId, parentId)
  }

  parentOf(eventId: string): string | null {
    const row = this.#sql.parent.get(eventId)
    return row ? String(row['parentId']) : null
  }

  rootOf(eventId: string): string {
    let at = eventId
    for (let above = this.parentOf(at); above !== null; above = this.parentOf(at)) at = above
    return at
  }

  /** The event and all that hang below it, however deep; sorted by id, that is by time. */
  below(eventId: string): string[] {
    return this.#sql.below.all(eventId).map((row) => String(row['eventId']))
  }

  ofCommand(commandId: string): LinkRecord | null {
    const row = this.#sql.byCommand.get(commandId)
    return row ? recordOf(row) : null
  }

  /** Every record that names the event, oldest first: the audit of its merges and splits. */
  recordsOf(eventId: string): LinkRecord[] {
    return this.#sql.records.all(eventId).map(recordOf)
  }

  /** Child to parent as the records up to one of them say it: what statistics are made from. */
  forestAt(number: number): Map<string, string> {
    const forest = new Map<string, string>()
    for (const row of this.#sql.until.all(number)) {
      const { kind, childId, parentId } = recordOf(row)
      if (kind === 'SPLIT') forest.delete(childId)
      else forest.set(childId, parentId)
    }
    return forest
  }
}

function statements(database: Database) {
  const sql = (text: string): Statement => database.prepare(text)
  return {
    add: sql('INSERT INTO act_link VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)'),
    hang: sql('INSERT INTO act_parent VALUES (?, ?)'),
    cut: sql('DELETE FROM act_parent WHERE eventId = ?'),
    parent: sql('SELECT parentId FROM act_parent WHERE eventId = ?'),
    below: sql(
      `WITH RECURSIVE tree(eventId) AS (SELECT ?1 UNION
         SELECT act_parent.eventId FROM act_parent JOIN tree ON act_parent.parentId = tree.eventId)
       SELECT eventId FROM tree ORDER BY eventId`,
    ),
    byCommand: sql('SELECT * FROM act_link WHERE commandId = ?'),
    records: sql('SELECT * FROM act_link WHERE childId = ?1 OR parentId = ?1 ORDER BY number'),
    until: sql('SELECT * FROM act_link WHERE number <= ? ORDER BY number'),
  }
}

function recordOf(row: Row): LinkRecord {
  return {
    number: Number(row['number']),
    kind: String(row['kind']) as LinkKind,
    childId: String(row['childId']),
    parentId: String(row['parentId']),
    how: String(row['how']),
    actor: String(row['actor']),
    reason: String(row['reason']),
    commandId: row['commandId'] as string | null,
    atMs: Number(row['atMs']),
  }
}
