/**
 * Recordings as they stand, in the box's store. A change and what listeners queue about it are kept together, or neither.
 *
 *     add ─▶ RECEIVED ─▶ change ─▶ … ─▶ finish (examined, analysed, not offered again)
 */
import type { Database, Row } from '../../gateway/kit/database.ts'
import type { BodyCamRecording, RecordingUpload } from './recording.ts'

export type RecordingChange = 'accepted' | 'quarantined' | 'linked' | 'purged'
export type RecordingListener = (recording: BodyCamRecording, change: RecordingChange) => void

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

  /** An accepted recording of these bytes. */
  ofHash(sha256: string): BodyCamRecording | null {
    return this.#one("WHERE sha256 = ? AND status = 'ACCEPTED'", sha256)
  }

  /** As it came. */
  uploadOf(recordingId: string): RecordingUpload | null {
    const row = this.#database
      .prepare('SELECT upload FROM bodycam_recording WHERE recordingId = ?')
      .get(recordingId)
    return row === undefined ? null : (JSON.parse(String(row['upload'])) as RecordingUpload)
  }

  /** Newest first. */
  list(limit: number, before = '~'): BodyCamRecording[] {
    return this.#database
      .prepare('SELECT body FROM bodycam_recording WHERE recordingId < ? ORDER BY recordingId DESC LIMIT ?')
      .all(before, limit)
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
