/**
 * The tables of the book of deliveries and every statement on them.
 *
 *     delivery       a row a sealed package, for ever             dueMs: not before
 *     delivery_file  a row a file of it, once it was looked at    place: order of sending, seals last
 */
import type { Database, Statement } from '../kit/database.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS delivery (
  packageId TEXT PRIMARY KEY, eventId TEXT NOT NULL, sealedMs INTEGER NOT NULL, manifestHash TEXT NOT NULL,
  tagmanifestHash TEXT NOT NULL, stage TEXT NOT NULL DEFAULT 'OWED', asked TEXT, dueMs INTEGER NOT NULL DEFAULT 0,
  receiptTries INTEGER NOT NULL DEFAULT 0, code TEXT, deliveredMs INTEGER, receipt TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS delivery_owed ON delivery (sealedMs) WHERE stage IN ('OWED', 'SENT');
CREATE INDEX IF NOT EXISTS delivery_stage ON delivery (stage);
CREATE TABLE IF NOT EXISTS delivery_file (
  packageId TEXT NOT NULL, place INTEGER NOT NULL, path TEXT NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,
  kind TEXT NOT NULL, wanted INTEGER NOT NULL, url TEXT, sentMs INTEGER, verifiedMs INTEGER,
  refusals INTEGER NOT NULL DEFAULT 0, ranges TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (packageId, path)) WITHOUT ROWID;
`

const DUE = `SELECT * FROM delivery WHERE stage IN ('OWED', 'SENT') AND dueMs <= ?1 AND (?2 = 0 OR asked IS NOT NULL)`

export function statements(database: Database) {
  database.exec(SCHEMA)
  const sql = (text: string): Statement => database.prepare(text)
  const file = (change: string): Statement =>
    sql(`UPDATE delivery_file SET ${change} WHERE packageId = ? AND path = ?`)
  return {
    note: sql(
      `INSERT OR IGNORE INTO delivery (packageId, eventId, sealedMs, manifestHash, tagmanifestHash)
       VALUES (?, ?, ?, ?, ?)`,
    ),
    get: sql('SELECT * FROM delivery WHERE packageId = ?'),
    newest: sql(`${DUE} ORDER BY asked IS NULL, sealedMs DESC, packageId DESC LIMIT ?3`),
    oldest: sql(`${DUE} ORDER BY sealedMs, packageId LIMIT ?3`),
    addFile: sql(
      `INSERT INTO delivery_file (packageId, place, path, bytes, sha256, kind, wanted) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (packageId, path) DO UPDATE SET wanted = excluded.wanted`,
    ),
    files: sql('SELECT * FROM delivery_file WHERE packageId = ? ORDER BY place'),
    url: file('url = ?'),
    urlOf: sql('SELECT url FROM delivery_file WHERE packageId = ? AND path = ?'),
    sent: file('sentMs = ?'),
    refusal: file('refusals = refusals + 1'),
    ranges: file('ranges = ?'),
    verified: file('sentMs = coalesce(sentMs, ?), verifiedMs = ?'),
    lacking: file("sentMs = NULL, verifiedMs = NULL, url = NULL, ranges = '[]', wanted = 1"),
    unsend: sql(
      `UPDATE delivery_file SET sentMs = NULL, url = NULL, ranges = '[]'
       WHERE packageId = ?1 AND verifiedMs IS NULL AND (?2 = 1 OR path LIKE 'tagmanifest-%')`,
    ),
    allSent: sql(
      `UPDATE delivery SET stage = 'SENT', dueMs = ?1, receiptTries = receiptTries + 1, code = NULL
       WHERE packageId = ?2 AND stage = 'OWED' AND asked IS ?3 AND NOT EXISTS
         (SELECT 1 FROM delivery_file WHERE packageId = ?2 AND wanted = 1 AND sentMs IS NULL)`,
    ),
    defer: sql('UPDATE delivery SET dueMs = ?, code = ? WHERE packageId = ?'),
    stage: sql(
      `UPDATE delivery SET stage = ?, dueMs = 0, code = NULL WHERE packageId = ? AND stage <> 'DELIVERED'`,
    ),
    ask: sql(
      `UPDATE delivery SET asked = ?, stage = 'OWED', dueMs = 0, receiptTries = 0 WHERE packageId = ?`,
    ),
    deliver: sql(
      `UPDATE delivery SET stage = 'DELIVERED', code = NULL, deliveredMs = ?, receipt = ? WHERE packageId = ?`,
    ),
    open: sql(
      `SELECT count(*) AS files, coalesce(sum(verifiedMs IS NULL), 0) AS open,
         coalesce(sum(verifiedMs IS NULL AND wanted = 1), 0) AS openWanted
       FROM delivery_file WHERE packageId = ?`,
    ),
    state: sql(
      `SELECT coalesce(sum(stage IN ('OWED', 'SENT')), 0) AS owed,
         min(CASE WHEN stage IN ('OWED', 'SENT') THEN sealedMs END) AS oldestMs,
         coalesce(sum(stage = 'PARTLY'), 0) AS partly, coalesce(sum(stage = 'DELIVERED'), 0) AS delivered,
         coalesce(sum(code = 'EVIDENCE_REFUSED' AND stage = 'OWED'), 0) AS refused FROM delivery`,
    ),
  }
}
