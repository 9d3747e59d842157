/**
 * The drain carries entries from the outbox to one connection after another, a few in flight.
 *
 *     outbox.due ─▶ in flight ─PUBACK─▶ marked on disk, many at once ─▶ due again only when no ack comes
 *                      └─ the connection ends: forgotten here, still due there
 *
 * It never takes anything out of the outbox; that is the back end's to say.
 */
import type { Clock } from '../kit/clock.ts'
import { reasonOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import type { Outbox, OutboxEntry } from '../outbox/outbox.ts'
import type { Connection } from './connection.ts'
import { sealEnvelope } from './envelope.ts'
import type { Topics } from './topics.ts'

/** A message that waited longer than this for a connection is `late`. */
const LATE_MS = 5_000

interface Target {
  readonly connection: Connection
  readonly session: string
}

export class Drain {
  /** While nobody listens, repetitions would only pile up in the broker. */
  repeat = true
  published = 0
  readonly #outbox: Outbox
  readonly #topics: Topics
  readonly #inflightMax: number
  readonly #clock: Clock
  readonly #log: Log
  readonly #guard: (work: () => void) => void
  /** Sequence → when it was sent on this connection. */
  readonly #inflight = new Map<number, number>()
  /** Sequences the broker has and the disk does not know of yet. */
  readonly #marks = new Set<number>()
  #to: Target | null = null

  constructor(parts: {
    readonly outbox: Outbox
    readonly topics: Topics
    readonly inflightMax: number
    readonly clock: Clock
    readonly log: Log
    /** Runs what may fail with the disk. */
    readonly guard: (work: () => void) => void
  }) {
    this.#outbox = parts.outbox
    this.#topics = parts.topics
    this.#inflightMax = parts.inflightMax
    this.#clock = parts.clock
    this.#log = parts.log
    this.#guard = parts.guard
  }

  open(connection: Connection, session: string): void {
    this.#to = { connection, session }
    this.pump()
  }

  /** The connection has ended. */
  shut(): void {
    this.#to = null
    this.#inflight.clear()
  }

  /** Nothing is in flight, and nothing waits that was never sent. */
  get isDry(): boolean {
    return this.#inflight.size === 0 && this.#outbox.due(1, { repeat: false }).length === 0
  }

  /** How long the oldest message has waited for its PUBACK. */
  get waitedMs(): number {
    const [oldestMs] = this.#inflight.values()
    return oldestMs === undefined ? 0 : this.#clock.monotonicMs() - oldestMs
  }

  /** Fills the window with what is due; called at every put and every PUBACK. */
  pump(): void {
    const room = this.#inflightMax - this.#inflight.size
    if (!this.#to || room < this.#inflightMax / 2) return
    const limit = this.#inflightMax + this.#inflight.size + this.#marks.size
    for (const entry of this.#outbox.due(limit, { repeat: this.repeat })) {
      if (this.#inflight.size >= this.#inflightMax) return
      if (!this.#inflight.has(entry.sequence) && !this.#marks.has(entry.sequence)) this.#send(entry, this.#to)
    }
  }

  /** PUBACKs that came together are written together: one sync of the disk for all. */
  flush(): void {
    if (this.#marks.size > 0) this.#outbox.markPublished([...this.#marks])
    this.#marks.clear()
    this.pump()
  }

  #send(entry: OutboxEntry, to: Target): void {
    this.#inflight.set(entry.sequence, this.#clock.monotonicMs())
    const payload = sealEnvelope({
      id: entry.id,
      source: this.#topics.source,
      type: entry.type,
      subject: entry.subject,
      time: entry.time,
      sequence: entry.sequence,
      session: to.session,
      late: this.#clock.wallMs() - entry.putAtMs > LATE_MS,
      data: entry.data,
    })
    // Ids are told in upper case; as levels of a topic they are lower-case like every other.
    to.connection.publish(this.#topics.of(entry.topic.toLowerCase()), payload, { qos: 1 }).then(
      () => {
        if (to !== this.#to) return
        this.published++
        this.#inflight.delete(entry.sequence)
        if (this.#marks.size === 0) setImmediate(() => this.#guard(() => this.flush()))
        this.#marks.add(entry.sequence)
      },
      // The connection has ended, or this broker refuses the topic; either way the entry stays and is sent again.
      (error) => this.#log.info({ sequence: entry.sequence, reason: reasonOf(error) }, 'not sent'),
    )
  }
}
