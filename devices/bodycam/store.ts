/**
 * Recordings as they stand, in the box's store. A change and what listeners queue about it are kept together, or neither.
 *
 *     add ─▶ RECEIVED ─▶ change ─▶ … ─▶ finish (examined, analysed, not offered again)
 */
import { decodeTime, encodeTime } from 'ulid'
import type { Database, Row } from '../../gateway/kit/database.ts'
import type { BodyCamRecording, RecordingUpload } from './recording.ts'

export type RecordingChange =
  | 'accepted'
  | 'quarantined'
  | 'linked'
  | 'purged'
  | 'released'
  | 'kept'
  | 're-examined'
  | 'lifted'
  | 'judged'
  | 'sent-again'
  | 'reported'
  | 'analysing'
  | 'analysed'

/** What one recorder sent since some instant. */
export interface SentSince {
  readonly count: number
  readonly bytes: number
  readonly oldestMs: number | null
}
/** Which recordings a list shows; absent: all. */
export interface ListWish {
  readonly status?: BodyCamRecording['status'] | undefined
  readonly deviceSerial?: string | undefined
}
export type RecordingListener = (recording: BodyCamRecording, change: RecordingChange) => void

/** SQLite reads ISO-8601 with an offset; what is no time is null. */
const STARTED_SEC = "unixepoch(json_extract(body, '$.startAt'))"
/** No recorder films longer than this without a break. */
const LENGTH_SEC_MAX = 24 * 3_600

export class RecordingStore {
  readonly #database: Database
  readonly #listeners = new Set<RecordingListener>()

  constructor(database: Database) {
    this.#database = database
    database.exec(`
      CREATE TABLE IF NOT EXISTS bodycam_recording (
        recordingId TEXT PRIMARY KEY, uploadId TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
        sha256 TEXT NOT NULL, upload TEXT NOT NULL, body TEXT NOT NULL, analysedAtMs INTEGER);
      CREATE INDEX IF NOT EXISTS bodycam_recording_hash ON bodycam_recording (sha256, status);
      CREATE INDEX IF NOT EXISTS bodycam_recording_start ON bodycam_recording (${STARTED_SEC}) WHERE status = 'ACCEPTED';
    `)
  }

  add(recording: BodyCamRecording, upload: RecordingUpload): void {
    this.#database
      .prepare('INSERT INTO bodycam_recording VALUES (?,?,?,?,?,?,NULL)')
      .run(
        ...([recording.recordingId, upload.uploadId, recording.status, recording.sha256] as const),
        JSON.stringify(upload),
        JSON.stringify(recording),
      )
  }

  get(recordingId: string): BodyCamRecording | null {
    return this.#one('WHERE recordingId = ?', recordingId)
  }

  ofUpload(uploadId: string): BodyCamRecording | null {
    return this.#one('WHERE uploadId = ?', uploadId)
  }

  /** An accepted recording of these bytes. A quarantined one may come again with better details. */
  ofHash(sha256: string): BodyCamRecording | null {
    return this.#one("WHERE sha256 = ? AND status = 'ACCEPTED'", sha256)
  }

  /** Accepted recordings that show some of this time, oldest start first. */
  overlapping(fromMs: number, toMs: number): BodyCamRecording[] {
    const [from, to] = [Math.floor(fromMs / 1000) - LENGTH_SEC_MAX, Math.ceil(toMs / 1000)]
    return this.#database
      .prepare(
        `SELECT body FROM bodycam_recording
         WHERE status = 'ACCEPTED' AND ${STARTED_SEC} BETWEEN ? AND ? ORDER BY ${STARTED_SEC}, recordingId`,
      )
      .all(from, to)
      .map(bodyOf)
      .filter(({ startAt, endAt }) => Date.parse(startAt) < toMs && Date.parse(endAt ?? startAt) > fromMs)
  }

  /** Quarantined for this reason, oldest first. */
  quarantinedBy(code: string): BodyCamRecording[] {
    return this.#database
      .prepare(
        `SELECT body FROM bodycam_recording
         WHERE status = 'QUARANTINED' AND json_extract(body, '$.quarantine.code') = ? ORDER BY recordingId`,
      )
      .all(code)
      .map(bodyOf)
  }

  /** Accepted, and limited by this, oldest first. */
  limitedBy(reason: string): BodyCamRecording[] {
    return this.#database
      .prepare(
        `SELECT body FROM bodycam_recording WHERE status = 'ACCEPTED' AND instr(body, ?) > 0 AND EXISTS
           (SELECT 1 FROM json_each(body, '$.capReasons') WHERE value = ?) ORDER BY recordingId`,
      )
      .all(reason, reason)
      .map(bodyOf)
  }

  /** Ids begin with their time, so that the newest are found without reading the others. */
  sentSince(deviceSerial: string, wallMs: number): SentSince {
    const row = this.#database
      .prepare(`SELECT count(*) AS count, total(json_extract(body, '$.bytes')) AS bytes, min(recordingId) AS oldest
        FROM bodycam_recording WHERE recordingId >= ? AND json_extract(body, '$.deviceSerial') = ?`)
      .get(encodeTime(Math.max(0, wallMs), 10), deviceSerial)!
    const oldestMs = row['oldest'] === null ? null : decodeTime(String(row['oldest']))
    return { count: Number(row['count']), bytes: Number(row['bytes']), oldestMs }
  }

  /** As it came. */
  uploadOf(recordingId: string): RecordingUpload | null {
    const row = this.#database
      .prepare('SELECT upload FROM bodycam_recording WHERE recordingId = ?')
      .get(recordingId)
    return row === undefined ? null : (JSON.parse(String(row['upload'])) as RecordingUpload)
  }

  /** Newest first. */
  list(limit: number, before = '~', { status, deviceSerial }: ListWish = {}): BodyCamRecording[] {
    return this.#database
      .prepare(
        `SELECT body FROM bodycam_recording WHERE recordingId < ?1 AND (?2 IS NULL OR status = ?2)
           AND (?3 IS NULL OR json_extract(body, '$.deviceSerial') = ?3)
         ORDER BY recordingId DESC LIMIT ?4`,
      )
      .all(before, status ?? null, deviceSerial ?? null, limit)
      .map(bodyOf)
  }

  /** Received or accepted, and not finished. */
  unfinishedIds(): string[] {
    return this.#ids("status <> 'QUARANTINED' AND analysedAtMs IS NULL")
  }

  /** Recordings that have their bytes and are done with, oldest first. */
  agingIds(): string[] {
    return this.#ids(
      `json_extract(body, '$.purgedAt') IS NULL AND (status = 'QUARANTINED' OR analysedAtMs IS NOT NULL)`,
    )
  }

  /** Together or not at all. */
  changeAll(changes: readonly (readonly [BodyCamRecording, RecordingChange])[]): void {
    this.#database.transaction(() => {
      for (const [recording, change] of changes) this.change(recording, change)
    })
  }

  change(recording: BodyCamRecording, change: RecordingChange): BodyCamRecording {
    this.#database.transaction(() => {
      this.#database
        .prepare('UPDATE bodycam_recording SET status = ?, sha256 = ?, body = ? WHERE recordingId = ?')
        .run(recording.status, recording.sha256, JSON.stringify(recording), recording.recordingId)
      for (const listener of this.#listeners) listener(recording, change)
    })
    return recording
  }

  finish(recordingId: string, wallMs: number): void {
    this.#database
      .prepare('UPDATE bodycam_recording SET analysedAtMs = ? WHERE recordingId = ?')
      .run(wallMs, recordingId)
  }

  remove(recordingId: string): void {
    this.#database.prepare('DELETE FROM bodycam_recording WHERE recordingId = ?').run(recordingId)
  }

  onChange(listener: RecordingListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#listeners.clear()
  }

  #one(where: string, value: string): BodyCamRecording | null {
    const row = this.#database.prepare(`SELECT body FROM bodycam_recording ${where}`).get(value)
    return row === undefined ? null : bodyOf(row)
  }

  #ids(where: string): string[] {
    return this.#database
      .prepare(`SELECT recordingId FROM bodycam_recording WHERE ${where} ORDER BY recordingId`)
      .all()
      .map((row) => String(row['recordingId']))
  }
}

const bodyOf = (row: Row): BodyCamRecording => JSON.parse(String(row['body'])) as BodyCamRecording
