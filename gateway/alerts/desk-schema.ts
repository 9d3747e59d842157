/**
 * The tables that `desk-store.ts` reads and writes, and what the database itself refuses.
 *
 *     tables ─▶ columns that an older store lacks ─▶ indexes ─▶ triggers: added, never changed [R60, R70, R75]
 */
import type { Database } from '../kit/database.ts'

/** Creates what is missing; an older store is brought up to date. */
export function openDeskTables(database: Database): void {
  database.exec(SCHEMA)
  addRankColumn(database)
  addZoneColumn(database)
  database.exec(INDEXES)
  database.exec(APPEND_ONLY)
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS event_revision (
  eventId TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL, messageId TEXT NOT NULL UNIQUE,
  facts TEXT, addedMs INTEGER NOT NULL, ackedMs INTEGER,
  PRIMARY KEY (eventId, revision));
CREATE TABLE IF NOT EXISTS alert_transition (
  number INTEGER PRIMARY KEY, eventId TEXT NOT NULL, fromState TEXT, toState TEXT NOT NULL, actor TEXT NOT NULL,
  roles TEXT NOT NULL, reasonCode TEXT, note TEXT, details TEXT NOT NULL, commandId TEXT, atMs INTEGER NOT NULL,
  rank TEXT);
CREATE INDEX IF NOT EXISTS alert_transition_event ON alert_transition (eventId, number);
CREATE UNIQUE INDEX IF NOT EXISTS alert_transition_command ON alert_transition (commandId) WHERE commandId IS NOT NULL;
CREATE TABLE IF NOT EXISTS alert_entry (
  number INTEGER PRIMARY KEY, eventId TEXT NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, roles TEXT NOT NULL,
  rank TEXT, reasonCode TEXT, note TEXT, details TEXT NOT NULL, commandId TEXT, atMs INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS alert_entry_event ON alert_entry (eventId, number);
CREATE UNIQUE INDEX IF NOT EXISTS alert_entry_command ON alert_entry (commandId) WHERE commandId IS NOT NULL;
CREATE TABLE IF NOT EXISTS alert (
  eventId TEXT PRIMARY KEY, startedMs INTEGER NOT NULL, day TEXT NOT NULL, ruleId TEXT NOT NULL,
  cameraId TEXT NOT NULL, state TEXT NOT NULL, grade TEXT NOT NULL, tier TEXT NOT NULL, phase TEXT NOT NULL,
  revision INTEGER NOT NULL, raisedMs INTEGER NOT NULL, updatedMs INTEGER NOT NULL,
  ackedRevision INTEGER NOT NULL DEFAULT 0, ackedMs INTEGER, zoneId TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS alert_open ON alert (cameraId) WHERE phase <> 'END';
CREATE TABLE IF NOT EXISTS alert_count (
  day TEXT NOT NULL, ruleId TEXT NOT NULL, cameraId TEXT NOT NULL, state TEXT NOT NULL, grade TEXT NOT NULL,
  tier TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (day, ruleId, cameraId, state, grade, tier)) WITHOUT ROWID;
`

/** Each begins with one filter, goes on in the order of the list, and carries what else can be asked for. */
const INDEXES = `
DROP INDEX IF EXISTS alert_started; DROP INDEX IF EXISTS alert_rule;
DROP INDEX IF EXISTS alert_camera; DROP INDEX IF EXISTS alert_state;
CREATE INDEX IF NOT EXISTS alert_by_time ON alert (startedMs, eventId, ruleId, cameraId, zoneId, grade, state);
CREATE INDEX IF NOT EXISTS alert_by_rule ON alert (ruleId, startedMs, eventId, cameraId, zoneId, grade, state);
CREATE INDEX IF NOT EXISTS alert_by_camera ON alert (cameraId, startedMs, eventId, ruleId, zoneId, grade, state);
CREATE INDEX IF NOT EXISTS alert_by_zone ON alert (zoneId, startedMs, eventId, ruleId, cameraId, grade, state);
CREATE INDEX IF NOT EXISTS alert_by_grade ON alert (grade, startedMs, eventId, ruleId, cameraId, zoneId, state);
CREATE INDEX IF NOT EXISTS alert_by_state ON alert (state, startedMs, eventId, ruleId, cameraId, zoneId, grade);
`

/** An acknowledgement is added to a revision once; nothing else of what was said is ever touched. */
const APPEND_ONLY = `
CREATE TRIGGER IF NOT EXISTS event_revision_never_changes BEFORE UPDATE ON event_revision
  WHEN OLD.ackedMs IS NOT NULL OR OLD.eventId <> NEW.eventId OR OLD.revision <> NEW.revision OR OLD.body <> NEW.body
    OR OLD.messageId <> NEW.messageId OR OLD.facts IS NOT NEW.facts OR OLD.addedMs <> NEW.addedMs
  BEGIN SELECT RAISE(ABORT, 'event_revision is append-only'); END;
CREATE TRIGGER IF NOT EXISTS event_revision_never_shrinks BEFORE DELETE ON event_revision
  BEGIN SELECT RAISE(ABORT, 'event_revision is append-only'); END;
CREATE TRIGGER IF NOT EXISTS event_revision_never_replaced BEFORE INSERT ON event_revision
  WHEN EXISTS (SELECT 1 FROM event_revision WHERE eventId = NEW.eventId AND revision = NEW.revision)
  BEGIN SELECT RAISE(ABORT, 'event_revision is append-only'); END;
${['alert_transition', 'alert_entry']
  .map(
    (table) => `
CREATE TRIGGER IF NOT EXISTS ${table}_never_changes BEFORE UPDATE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;
CREATE TRIGGER IF NOT EXISTS ${table}_never_shrinks BEFORE DELETE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;
CREATE TRIGGER IF NOT EXISTS ${table}_never_replaced BEFORE INSERT ON ${table}
  WHEN EXISTS (SELECT 1 FROM ${table} WHERE number = NEW.number)
  BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
  )
  .join('\n')}
`

/** Stores of the first version kept no rank with a transition. */
function addRankColumn(database: Database): void {
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all('alert_transition')
  if (columns.some(({ name }) => name === 'rank')) return
  database.exec('ALTER TABLE alert_transition ADD COLUMN rank TEXT')
}

/** Nor the zone of an alert, which its latest revision names. */
function addZoneColumn(database: Database): void {
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all('alert')
  if (columns.some(({ name }) => name === 'zoneId')) return
  database.exec(`ALTER TABLE alert ADD COLUMN zoneId TEXT NOT NULL DEFAULT '';
    UPDATE alert SET zoneId = (SELECT json_extract(body, '$.zoneId') FROM event_revision AS told
      WHERE told.eventId = alert.eventId AND told.revision = alert.revision)`)
}
