/**
 * The record of a notice (劝导记录) and its table. A record is told in versions, each the whole; none is changed [R5, R60].
 *
 *     persuasion_record (persuasionId, version) ─ body, message id          append-only
 *     persuasion        (persuasionId)          ─ the latest, to look up    rewritten
 *
 *     QUEUED ─▶ DELIVERED ─▶ result at the re-check        QUEUED ─▶ FAILED        WITHHELD (with its reason)
 *
 * Every version goes out through the outbox in the transaction that keeps it. The deadlines that wait are read from
 * here after a crash: there is no other memory of them.
 */
import { assert } from '../kit/assert.ts'
import type { Database, Row, Statement } from '../kit/database.ts'
import { derivedUlid } from '../kit/ids.ts'
import type { PERSUASION_CHANNELS } from '../violations/catalogue.ts'
import type { WithheldReason } from './notice-limits.ts'
import type { Language } from './scripts.ts'

export type PersuasionChannel = (typeof PERSUASION_CHANNELS)[number]
export const PERSUASION_RESULTS = ['LEFT', 'CORRECTED', 'PARTIAL', 'IGNORED', 'UNKNOWN'] as const
export type PersuasionResult = (typeof PERSUASION_RESULTS)[number]
export const DELIVERY_STATUSES = ['QUEUED', 'DELIVERED', 'FAILED', 'WITHHELD'] as const

/** What was played, kept by its hash. */
export interface AudioRef {
  readonly sha256: string
  readonly sm3: string
  readonly bytes: number
  readonly durationSec: number
  /** By the speech program, or recorded by somebody. */
  readonly source: 'speech' | 'recording'
}

/** Times are ISO-8601 with offset. */
export interface PersuasionRecord {
  readonly persuasionId: string
  /** Counts up; the highest is how it stands. */
  readonly version: number
  readonly eventId: string
  readonly cameraId: string
  readonly channel: PersuasionChannel
  /** Place on the ladder, from 0. */
  readonly rung: number
  readonly scriptId: string | null
  readonly scriptVersion: string | null
  /** What was said, word for word: the transcript of the sound. */
  readonly text: string
  readonly language: Language
  readonly trigger: 'AUTO_POLICY' | 'OPERATOR'
  readonly operatorId: string | null
  readonly requestedAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly deliveryStatus: (typeof DELIVERY_STATUSES)[number]
  /** Why it was withheld, or how it failed. */
  readonly reason: WithheldReason | (string & {}) | null
  /** Speaker or webhook; null on site. */
  readonly deviceId: string | null
  readonly volume: number | null
  /** The other side's own word for it. */
  readonly receipt: string | null
  readonly audioRef: AudioRef | null
  /** Proof that it was audible; no adapter of this box records one yet. */
  readonly micLoopbackRef: null
  readonly correctionMin: number
  readonly correctionDeadline: string | null
  /** Of the re-check; null until then. */
  readonly result: PersuasionResult | null
  readonly resultAt: string | null
  /** Share of the goods that was left; null: it could not be told. */
  readonly remainingShare: number | null
  /** True only when a certified officer issued it as an order [R21]. */
  readonly isOrderToCorrect: boolean
}

/** Notices about an act that were heard. */
export interface GivenNotices {
  readonly count: number
  /** When the last of them ended. */
  readonly lastAt: string
}

/** As the message table of `mqtt/` names it; a test holds the two together. */
const PERSUASION_MESSAGE_TYPE = 'cn.lushao.persuasion.v1'

interface Outlet {
  put(entry: {
    readonly id: string
    readonly topic: string
    readonly type: string
    readonly subject: string
    readonly time: string
    readonly data: unknown
  }): number
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS persuasion_record (
  persuasionId TEXT NOT NULL, version INTEGER NOT NULL, eventId TEXT NOT NULL, body TEXT NOT NULL,
  messageId TEXT NOT NULL UNIQUE, addedMs INTEGER NOT NULL, PRIMARY KEY (persuasionId, version));
CREATE INDEX IF NOT EXISTS persuasion_record_event ON persuasion_record (eventId, persuasionId, version);
CREATE TABLE IF NOT EXISTS persuasion (
  persuasionId TEXT PRIMARY KEY, eventId TEXT NOT NULL, deviceId TEXT, status TEXT NOT NULL, result TEXT,
  heardMs INTEGER NOT NULL, commandId TEXT UNIQUE, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS persuasion_event ON persuasion (eventId, persuasionId);
CREATE INDEX IF NOT EXISTS persuasion_device ON persuasion (deviceId, heardMs);
CREATE INDEX IF NOT EXISTS persuasion_record_sound ON persuasion_record (json_extract(body, '$.audioRef.sha256'));
CREATE INDEX IF NOT EXISTS persuasion_queued ON persuasion (status) WHERE status = 'QUEUED';
CREATE TRIGGER IF NOT EXISTS persuasion_record_never_changes BEFORE UPDATE ON persuasion_record
  BEGIN SELECT RAISE(ABORT, 'persuasion_record is append-only'); END;
CREATE TRIGGER IF NOT EXISTS persuasion_record_never_shrinks BEFORE DELETE ON persuasion_record
  BEGIN SELECT RAISE(ABORT, 'persuasion_record is append-only'); END;
CREATE TRIGGER IF NOT EXISTS persuasion_record_never_replaced BEFORE INSERT ON persuasion_record
  WHEN EXISTS (SELECT 1 FROM persuasion_record WHERE persuasionId = NEW.persuasionId AND version = NEW.version)
  BEGIN SELECT RAISE(ABORT, 'persuasion_record is append-only'); END;
`

/** Nobody is spoken to more often in an hour. */
const HEARD_ROWS_MAX = 200

export class PersuasionStore {
  readonly #outlet: Outlet
  readonly #sql: ReturnType<typeof statements>

  constructor(database: Database, outlet: Outlet) {
    database.exec(SCHEMA)
    this.#outlet = outlet
    this.#sql = statements(database)
  }

  /** Joins the transaction it is called in. `commandId` is asked for of the first version only. */
  add(record: PersuasionRecord, nowMs: number, commandId?: string): PersuasionRecord {
    const last = this.get(record.persuasionId)
    assert(record.version === (last?.version ?? 0) + 1, 'versions of a record follow each other')
    const { persuasionId, version, eventId, deviceId, deliveryStatus, result } = record
    const messageId = derivedUlid(nowMs, 'persuasion', persuasionId, version)
    const body = JSON.stringify(record)
    const heardMs = Date.parse(record.endedAt ?? record.requestedAt)
    this.#sql.add.run(persuasionId, version, eventId, body, messageId, nowMs)
    this.#sql.put.run(
      persuasionId,
      eventId,
      deviceId,
      deliveryStatus,
      result,
      heardMs,
      commandId ?? null,
      body,
    )
    this.#outlet.put({
      id: messageId,
      topic: `persuasion/${eventId}`,
      type: PERSUASION_MESSAGE_TYPE,
      subject: eventId,
      time: record.resultAt ?? record.endedAt ?? record.requestedAt,
      data: record,
    })
    return record
  }

  get(persuasionId: string): PersuasionRecord | null {
    return recordOf(this.#sql.get.get(persuasionId))
  }

  byCommand(commandId: string): PersuasionRecord | null {
    return recordOf(this.#sql.byCommand.get(commandId))
  }

  /** How each notice about an act stands, oldest first. */
  ofEvent(eventId: string): PersuasionRecord[] {
    return this.#sql.ofEvent.all(eventId).map(parsed)
  }

  /** Those that were delivered; null when none was. */
  given(eventId: string): GivenNotices | null {
    const { count, lastAt } = this.#sql.given.get(eventId)!
    return count === 0 ? null : { count: Number(count), lastAt: String(lastAt) }
  }

  /** Every version, oldest first. */
  versions(eventId: string): PersuasionRecord[] {
    return this.#sql.versions.all(eventId).map(parsed)
  }

  /** Notices that were asked for and are not out yet: what a crash interrupted. */
  queued(): PersuasionRecord[] {
    return this.#sql.queued.all().map(parsed)
  }

  /** Every sound that was played, by its hash, oldest first. */
  sounds(): string[] {
    return this.#sql.sounds.all().map((row) => String(row['sha256']))
  }

  /** The acts for which a sound was played. */
  eventsOfSound(sha256: string): string[] {
    return this.#sql.ofSound.all(sha256).map((row) => String(row['eventId']))
  }

  /** When a speaker was heard since then, or is about to be, newest first. */
  heardAt(deviceId: string, sinceMs: number): number[] {
    return this.#sql.heard.all(deviceId, sinceMs).map((row) => Number(row['heardMs']))
  }
}

function statements(database: Database) {
  const sql = (text: string): Statement => database.prepare(text)
  return {
    add: sql('INSERT INTO persuasion_record VALUES (?, ?, ?, ?, ?, ?)'),
    put: sql(
      `INSERT INTO persuasion VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (persuasionId) DO UPDATE SET deviceId = excluded.deviceId, status = excluded.status,
         result = excluded.result, heardMs = excluded.heardMs, body = excluded.body`,
    ),
    get: sql('SELECT body FROM persuasion WHERE persuasionId = ?'),
    byCommand: sql('SELECT body FROM persuasion WHERE commandId = ?'),
    ofEvent: sql('SELECT body FROM persuasion WHERE eventId = ? ORDER BY persuasionId'),
    // Beside max(), SQLite reads the other columns from the row that has it.
    given: sql(
      `SELECT count(*) AS count, max(heardMs), json_extract(body, '$.endedAt') AS lastAt FROM persuasion
       WHERE eventId = ? AND status = 'DELIVERED'`,
    ),
    versions: sql('SELECT body FROM persuasion_record WHERE eventId = ? ORDER BY persuasionId, version'),
    queued: sql("SELECT body FROM persuasion WHERE status = 'QUEUED' ORDER BY persuasionId"),
    sounds: sql(
      `SELECT json_extract(body, '$.audioRef.sha256') AS sha256 FROM persuasion_record
       WHERE sha256 IS NOT NULL GROUP BY sha256 ORDER BY min(persuasionId)`,
    ),
    ofSound: sql(
      `SELECT DISTINCT eventId FROM persuasion_record
       WHERE json_extract(body, '$.audioRef.sha256') = ? ORDER BY eventId`,
    ),
    heard: sql(
      `SELECT heardMs FROM persuasion WHERE deviceId = ? AND heardMs > ? AND status IN ('QUEUED', 'DELIVERED')
       ORDER BY heardMs DESC LIMIT ${HEARD_ROWS_MAX}`,
    ),
  }
}

const parsed = (row: Row): PersuasionRecord => JSON.parse(String(row['body'])) as PersuasionRecord
const recordOf = (row: Row | undefined): PersuasionRecord | null => (row ? parsed(row) : null)
