/**
 * The outbox: from here on nothing is lost. An entry is on disk before anybody may publish it, and it leaves only
 * when the back end itself has said that it has it.
 *
 *     put ──▶ waiting ──send──▶ broker has it (PUBACK) ──ack──▶ settled ──keepSettledHours──▶ purged
 *                ▲                     │
 *                └──── no ack in time ─┘   (again and again, with growing waits; the id tells repetitions apart)
 *
 * PUBACK proves little: a broker may acknowledge before it has handed the message to anybody (aedes does), and it
 * may forget what it holds when it dies. The sequence has no gaps because it grows in the transaction that puts the
 * entry: a transaction that fails takes its number back [R2, R103].
 */
import { z } from 'zod'
import { assert } from '../kit/assert.ts'
import type { Clock } from '../kit/clock.ts'
import type { Database, Row, Statement } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'

const MS_PER_HOUR = 3_600_000
const PURGE_ROWS_MAX = 1_000
const TOPIC = /^[a-z0-9-]+(\/[A-Za-z0-9-]+)*$/

/** Leaves room for the envelope below 64 KiB. */
export const DATA_BYTES_MAX = 60 * 1024

export const OutboxOptions = z.strictObject({
  alarmDepth: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(5_000)
    .describe(
      'Waiting messages at which the backlog alarm is raised. About 1 KiB of disk each; none is dropped.',
    ),
  alarmAgeSec: z
    .int()
    .min(1)
    .max(30 * 86_400)
    .default(900)
    .describe('Age of the oldest waiting message (seconds) at which the backlog alarm is raised.'),
  resendFirstSec: z
    .number()
    .min(0.05)
    .max(3_600)
    .default(30)
    .describe("Seconds to wait for the back end's own acknowledgement before a message is sent again."),
  resendMaxSec: z
    .number()
    .min(0.05)
    .max(86_400)
    .default(600)
    .describe('The wait doubles with every repetition, up to this many seconds.'),
  keepSettledHours: z
    .number()
    .min(0)
    .max(24 * 400)
    .default(168)
    .describe('How long acknowledged messages are kept for audit (hours).'),
})
export type OutboxOptions = z.infer<typeof OutboxOptions>

interface OutboxMessage {
  /** ULID: the idempotency key. Putting the same id again changes nothing. */
  readonly id: string
  /** Below the gateway's root. */
  readonly topic: string
  readonly type: string
  readonly subject: string
  /** ISO-8601. */
  readonly time: string
  readonly data: unknown
}

export interface OutboxEntry extends OutboxMessage {
  readonly sequence: number
  readonly putAtMs: number
  /** How often the broker has acknowledged it. */
  readonly sent: number
}

interface OutboxState {
  /** Messages the back end has not acknowledged. */
  readonly depth: number
  readonly oldestAgeSec: number
  readonly lastSequence: number
  readonly alarm: boolean
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS outbox (
  sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, topic TEXT NOT NULL, type TEXT NOT NULL,
  subject TEXT NOT NULL, time TEXT NOT NULL, data TEXT NOT NULL, putMs INTEGER NOT NULL,
  sent INTEGER NOT NULL DEFAULT 0, dueMs INTEGER NOT NULL DEFAULT 0, settledMs INTEGER);
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (dueMs, sequence) WHERE settledMs IS NULL;
CREATE INDEX IF NOT EXISTS outbox_open ON outbox (sequence) WHERE settledMs IS NULL;
CREATE INDEX IF NOT EXISTS outbox_open_subject ON outbox (subject) WHERE settledMs IS NULL;
CREATE INDEX IF NOT EXISTS outbox_settled ON outbox (settledMs) WHERE settledMs IS NOT NULL;
CREATE TABLE IF NOT EXISTS outbox_counter (
  one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL, open INTEGER NOT NULL);
INSERT OR IGNORE INTO outbox_counter VALUES (1, 0, 0);
`

export class Outbox {
  readonly #database: Database
  readonly #options: OutboxOptions
  readonly #clock: Clock
  readonly #log: Log
  readonly #sql: ReturnType<typeof statements>
  readonly #putListeners = new Set<() => void>()
  readonly #settledListeners = new Set<(ids: readonly string[]) => void>()
  #alarm = false

  constructor(database: Database, options: OutboxOptions, clock: Clock, log: Log) {
    database.exec(SCHEMA)
    this.#database = database
    this.#options = options
    this.#clock = clock
    this.#log = log
    this.#sql = statements(database)
  }

  /** Joins the transaction it is called in: the entry stands or falls with what it tells of. Returns its sequence. */
  put(message: OutboxMessage): number {
    // What could never be published must not get in: it would be tried for ever.
    assert(TOPIC.test(message.topic), `${message.topic} is a topic below the root`)
    const data = JSON.stringify(message.data)
    const bytes = Buffer.byteLength(data)
    if (bytes > DATA_BYTES_MAX) {
      throw fault('MESSAGE_TOO_LARGE', { topic: message.topic, bytes, bytesMax: DATA_BYTES_MAX })
    }
    return this.#database.transaction(() => {
      const known = this.#sql.known.get(message.id)
      if (known) return Number(known['sequence'])
      const { id, topic, type, subject, time } = message
      this.#sql.grow.run()
      this.#sql.add.run(id, topic, type, subject, time, data, this.#clock.wallMs())
      this.#database.afterCommit(() => {
        for (const listener of this.#putListeners) listener()
      })
      return this.#lastSequence()
    })
  }

  /**
   * What may be sent now: first what was never sent, in order, then what nobody has acknowledged in time; the latter
   * only where `repeat` makes sense.
   */
  due(limit: number, { repeat = true } = {}): OutboxEntry[] {
    return this.#sql.due.all(repeat ? this.#clock.wallMs() : 0, limit).map(entryOf)
  }

  /** The broker has them (PUBACK): they are sent again when the back end's own acknowledgement does not come. */
  markPublished(sequences: readonly number[]): void {
    const { resendFirstSec, resendMaxSec } = this.#options
    const nowMs = this.#clock.wallMs()
    this.#database.transaction(() => {
      for (const sequence of sequences) {
        this.#sql.mark.run(nowMs, resendMaxSec * 1_000, resendFirstSec * 1_000, sequence)
      }
    })
  }

  /** The back end has these. Ids it has acknowledged before, or made up, change nothing. */
  settle(ids: readonly string[]): number {
    const nowMs = this.#clock.wallMs()
    return this.#settled(() => ids.flatMap((id) => this.#sql.settle.all(nowMs, id)))
  }

  /** The back end has everything up to here; what no broker has ever had, it cannot have. */
  settleUpTo(sequence: number): number {
    return this.#settled(() => this.#sql.upTo.all(this.#clock.wallMs(), sequence))
  }

  /** Somebody listens again, or a broker has forgotten: everything unsettled is due at once. */
  resendAll(): void {
    this.#sql.again.run()
  }

  /** Something about it waits for the back end's acknowledgement. */
  owes(subject: string): boolean {
    return this.#sql.owes.get(subject) !== undefined
  }

  /** A message that is kept, settled or not. */
  get(id: string): OutboxEntry | null {
    const row = this.#sql.known.get(id)
    return row ? entryOf(row) : null
  }

  /** Forgets what was settled long ago. Call now and then; returns how many rows went. */
  purge(): number {
    const beforeMs = this.#clock.wallMs() - this.#options.keepSettledHours * MS_PER_HOUR
    return this.#sql.purge.all(beforeMs).length
  }

  /** Cheap enough for every scrape and every second. Raises and lowers the backlog alarm. */
  state(): OutboxState {
    const counter = this.#sql.counter.get()!
    const oldest = this.#sql.oldest.get()
    const depth = Number(counter['open'])
    const oldestAgeSec = oldest ? Math.max(0, (this.#clock.wallMs() - Number(oldest['putMs'])) / 1_000) : 0
    this.#watch(depth, oldestAgeSec)
    return { depth, oldestAgeSec, lastSequence: Number(counter['last']), alarm: this.#alarm }
  }

  /** Told when an entry is durable. */
  onPut(listener: () => void): () => void {
    this.#putListeners.add(listener)
    return () => this.#putListeners.delete(listener)
  }

  /** Told inside the transaction that settles, so that whoever keeps a note of it keeps it with the fact. */
  onSettled(listener: (ids: readonly string[]) => void): () => void {
    this.#settledListeners.add(listener)
    return () => this.#settledListeners.delete(listener)
  }

  #settled(work: () => Row[]): number {
    return this.#database.transaction(() => {
      const ids = work().map((row) => String(row['id']))
      if (ids.length === 0) return 0
      this.#sql.shrink.run(ids.length)
      for (const listener of this.#settledListeners) listener(ids)
      return ids.length
    })
  }

  #lastSequence(): number {
    return Number(this.#sql.counter.get()!['last'])
  }

  #watch(depth: number, oldestAgeSec: number): void {
    const { alarmDepth, alarmAgeSec } = this.#options
    const share = Math.max(depth / alarmDepth, oldestAgeSec / alarmAgeSec)
    if (!this.#alarm && share >= 1) {
      this.#alarm = true
      this.#log.warn(fault('OUTBOX_BACKLOG', { depth, ageSec: Math.round(oldestAgeSec) }))
    } else if (this.#alarm && share < 0.5) {
      this.#alarm = false
      this.#log.info({ depth, oldestAgeSec }, 'the outbox has caught up')
    }
  }
}

function statements(database: Database) {
  const sql = (text: string): Statement => database.prepare(text)
  return {
    counter: sql('SELECT last, open FROM outbox_counter'),
    grow: sql('UPDATE outbox_counter SET last = last + 1, open = open + 1'),
    add: sql(
      `INSERT INTO outbox (sequence, id, topic, type, subject, time, data, putMs)
       VALUES ((SELECT last FROM outbox_counter), ?, ?, ?, ?, ?, ?, ?)`,
    ),
    known: sql('SELECT * FROM outbox WHERE id = ?'),
    owes: sql('SELECT 1 FROM outbox WHERE subject = ? AND settledMs IS NULL LIMIT 1'),
    due: sql('SELECT * FROM outbox WHERE settledMs IS NULL AND dueMs <= ? ORDER BY dueMs, sequence LIMIT ?'),
    mark: sql(
      `UPDATE outbox SET sent = sent + 1, dueMs = ? + min(?, ? * (1 << min(sent, 20)))
       WHERE sequence = ? AND settledMs IS NULL`,
    ),
    settle: sql('UPDATE outbox SET settledMs = ? WHERE id = ? AND settledMs IS NULL RETURNING id'),
    upTo: sql(
      'UPDATE outbox SET settledMs = ? WHERE sequence <= ? AND settledMs IS NULL AND sent > 0 RETURNING id',
    ),
    shrink: sql('UPDATE outbox_counter SET open = open - ?'),
    oldest: sql('SELECT putMs FROM outbox WHERE settledMs IS NULL ORDER BY sequence LIMIT 1'),
    again: sql('UPDATE outbox SET dueMs = 0 WHERE settledMs IS NULL AND dueMs > 0'),
    purge: sql(
      `DELETE FROM outbox WHERE sequence IN
       (SELECT sequence FROM outbox WHERE settledMs < ? ORDER BY settledMs LIMIT ${PURGE_ROWS_MAX})
       RETURNING sequence`,
    ),
  }
}

function entryOf(row: Row): OutboxEntry {
  return {
    sequence: Number(row['sequence']),
    id: String(row['id']),
    topic: String(row['topic']),
    type: String(row['type']),
    subject: String(row['subject']),
    time: String(row['time']),
    data: JSON.parse(String(row['data'])) as unknown,
    putAtMs: Number(row['putMs']),
    sent: Number(row['sent']),
  }
}
