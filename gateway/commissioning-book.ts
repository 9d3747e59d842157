/**
 * What a camera showed when its zones were drawn, and every word about its view since: nothing is changed or removed.
 *
 *     FIRST    the box noted it: new camera, other zones       AGAIN     by a person: this view counts from now on
 *     FITS     by a person: moved, the zones still fit          NOT_FIT   by a person: moved, and they do not
 */
import { VIEW_WORDS, type ViewRecord, type ViewWord } from './http/setup-views.ts'
import type { Clock } from './kit/clock.ts'
import type { Database, Row, Statement } from './kit/database.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS camera_view (
  record INTEGER PRIMARY KEY, camera TEXT NOT NULL, word TEXT NOT NULL, zones TEXT NOT NULL, actor TEXT NOT NULL,
  reason TEXT NOT NULL, atMs INTEGER NOT NULL, move TEXT NOT NULL, things TEXT NOT NULL, picture BLOB);
CREATE INDEX IF NOT EXISTS camera_view_of ON camera_view (camera, record);
CREATE TRIGGER IF NOT EXISTS camera_view_never_changes BEFORE UPDATE ON camera_view
  BEGIN SELECT RAISE(ABORT, 'words about a view are append-only'); END;
CREATE TRIGGER IF NOT EXISTS camera_view_never_shrinks BEFORE DELETE ON camera_view
  BEGIN SELECT RAISE(ABORT, 'words about a view are append-only'); END;
`
const SHOWN = 'record, word, actor, reason, atMs, move, things, picture IS NOT NULL AS hasPicture'

export interface ViewEntry {
  readonly camera: string
  readonly word: ViewWord
  /** The zones as they were drawn. */
  readonly zones: string
  readonly by: string
  readonly reason: string
  readonly move: string
  readonly things: ViewRecord['things']
  readonly picture: Buffer | null
}

export class CommissioningBook {
  readonly #clock: Clock
  readonly #add: Statement
  readonly #list: Statement
  readonly #last: Statement
  readonly #picture: Statement

  constructor(database: Database, clock: Clock) {
    database.exec(SCHEMA)
    this.#clock = clock
    this.#add = database.prepare('INSERT INTO camera_view VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#list = database.prepare(
      `SELECT ${SHOWN} FROM camera_view WHERE camera = ? ORDER BY record DESC LIMIT ?`,
    )
    this.#last = database.prepare(
      "SELECT zones, atMs FROM camera_view WHERE camera = ? AND word <> 'NOT_FIT' ORDER BY record DESC LIMIT 1",
    )
    this.#picture = database.prepare('SELECT picture FROM camera_view WHERE camera = ? AND record = ?')
  }

  add({ camera, word, zones, by, reason, move, things, picture }: ViewEntry): void {
    const atMs = this.#clock.wallMs()
    this.#add.run(camera, word, zones, by, reason, atMs, move, JSON.stringify(things), picture)
  }

  list(camera: string, limit: number): ViewRecord[] {
    return this.#list.all(camera, limit).map(recordOf)
  }

  /** The zones that the view was last commissioned for, and when. */
  last(camera: string): { readonly zones: string; readonly atMs: number } | null {
    const row = this.#last.get(camera)
    return row === undefined ? null : { zones: String(row['zones']), atMs: Number(row['atMs']) }
  }

  picture(camera: string, record: number): Buffer | null {
    const picture = this.#picture.get(camera, record)?.['picture']
    return picture instanceof Uint8Array ? Buffer.from(picture) : null
  }
}

function recordOf(row: Row): ViewRecord {
  return {
    record: Number(row['record']),
    word: VIEW_WORDS.find((word) => word === row['word'])!,
    by: String(row['actor']),
    reason: String(row['reason']),
    atMs: Number(row['atMs']),
    hasPicture: Number(row['hasPicture']) === 1,
    things: JSON.parse(String(row['things'])) as ViewRecord['things'],
    move: String(row['move']),
  }
}
