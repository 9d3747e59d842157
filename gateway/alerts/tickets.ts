/**
 * Complaints from outside, 12345 above all: was it seen, and is there an alert already [R95, R97]?
 *
 *     ticket: number, time, place ─▶ cameras that look there ─▶ events around that time ─▶ externalTickets[]
 *                                          └─ none: NOT_WATCHED      └─ none: NOT_SEEN, and it waits for one
 *
 * Nothing about whoever complained is taken: number, time, place and matter are enough. Not seen is not the same as not
 * there, and where no camera looks the answer says that.
 */
import { z } from 'zod'
import type { Clock } from '../kit/clock.ts'
import type { Database, Row, Statement } from '../kit/database.ts'
import { metresApart } from '../kit/earth.ts'
import { RULE_IDS, type ViolationEvent } from '../violations/event.ts'
import type { ActIndex, PlacedEvent } from './act-index.ts'
import type { AlertDesk, Annex } from './desk.ts'
import { type CameraPlace, mapPointOf } from './place.ts'

export const TicketOptions = z.strictObject({
  nearM: z
    .number()
    .min(1)
    .max(5_000)
    .default(150)
    .describe('Metres from the place of a complaint within which a camera is asked.'),
  aroundMin: z
    .number()
    .min(0)
    .max(1_440)
    .default(30)
    .describe('Minutes before and after the time of a complaint in which an act may be meant.'),
})
export type TicketOptions = z.infer<typeof TicketOptions>

const SOURCES = ['12345', 'GRID', 'MEDIA', 'APP', 'OTHER'] as const

export const TicketWish = z
  .strictObject({
    source: z.enum(SOURCES).default('12345').describe('Where it came from.'),
    ticketNo: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .describe('Its number there.'),
    at: z.iso.datetime({ offset: true }).describe('When the act was seen.'),
    rule: z.enum(RULE_IDS).optional().describe('What is complained of. Absent: anything.'),
    camera: z.string().max(64).optional(),
    lon: z.number().min(-180).max(180).optional(),
    lat: z.number().min(-90).max(90).optional(),
    streetCode: z.string().max(20).optional(),
  })
  .refine((wish) => wish.camera !== undefined || wish.streetCode !== undefined || mapPointOf(wish) !== null, {
    error: 'camera, streetCode, or lon with lat',
    path: ['camera'],
  })
export type TicketWish = z.infer<typeof TicketWish>

const SCHEMA = `
CREATE TABLE IF NOT EXISTS ticket (
  source TEXT NOT NULL, ticketNo TEXT NOT NULL, atMs INTEGER NOT NULL, body TEXT NOT NULL, actor TEXT NOT NULL,
  reportedMs INTEGER NOT NULL, PRIMARY KEY (source, ticketNo)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ticket_at ON ticket (atMs);
CREATE TABLE IF NOT EXISTS ticket_link (
  number INTEGER PRIMARY KEY, source TEXT NOT NULL, ticketNo TEXT NOT NULL, eventId TEXT NOT NULL,
  linkedMs INTEGER NOT NULL, UNIQUE (source, ticketNo, eventId));
CREATE INDEX IF NOT EXISTS ticket_link_event ON ticket_link (eventId);
CREATE TRIGGER IF NOT EXISTS ticket_never_changes BEFORE UPDATE ON ticket
  BEGIN SELECT RAISE(ABORT, 'tickets are append-only'); END;
CREATE TRIGGER IF NOT EXISTS ticket_link_never_changes BEFORE UPDATE ON ticket_link
  BEGIN SELECT RAISE(ABORT, 'tickets are append-only'); END;
`

/** So many tickets of one hour are matched with a new event; so many stand on one event. */
const WAITING_MAX = 1_000
const SHOWN_MAX = 20

export interface TicketAnswer {
  readonly source: string
  readonly ticketNo: string
  /** NOT_WATCHED: no camera of this box looks there. */
  readonly seen: 'SEEN' | 'NOT_SEEN' | 'NOT_WATCHED'
  readonly events: readonly { eventId: string; ruleId: string; startedAt: string; state: string }[]
}

export interface TicketParts {
  readonly database: Database
  readonly desk: AlertDesk
  readonly index: ActIndex
  readonly options: () => TicketOptions
  readonly cameras: () => readonly CameraPlace[]
  readonly clock: Clock
}

export class Tickets implements Annex {
  readonly #parts: TicketParts
  readonly #add: Statement
  readonly #get: Statement
  readonly #around: Statement
  readonly #link: Statement
  readonly #ofEvent: Statement
  readonly #ofTicket: Statement

  constructor(parts: TicketParts) {
    parts.database.exec(SCHEMA)
    this.#parts = parts
    const prepare = (sql: string) => parts.database.prepare(sql)
    this.#add = prepare('INSERT INTO ticket VALUES (?, ?, ?, ?, ?, ?)')
    this.#get = prepare('SELECT * FROM ticket WHERE source = ? AND ticketNo = ?')
    this.#around = prepare(
      `SELECT * FROM ticket WHERE atMs >= ? AND atMs <= ? ORDER BY atMs LIMIT ${WAITING_MAX}`,
    )
    this.#link = prepare(
      'INSERT OR IGNORE INTO ticket_link (source, ticketNo, eventId, linkedMs) VALUES (?, ?, ?, ?)',
    )
    this.#ofEvent = prepare(
      `SELECT ticket.* FROM ticket_link JOIN ticket USING (source, ticketNo) WHERE eventId = ?
       ORDER BY number LIMIT ${SHOWN_MAX}`,
    )
    this.#ofTicket = prepare(
      'SELECT eventId FROM ticket_link WHERE source = ? AND ticketNo = ? ORDER BY number',
    )
    parts.desk.join(this)
  }

  /** Said again it changes nothing and is answered anew. */
  report(wish: TicketWish, by: string): TicketAnswer {
    const { database, desk, clock } = this.#parts
    const { source, ticketNo } = wish
    return database.transaction(() => {
      const known = this.#get.get(source, ticketNo)
      if (known === undefined) {
        this.#add.run(source, ticketNo, Date.parse(wish.at), JSON.stringify(wish), by, clock.wallMs())
        for (const { eventId } of this.#matching(wish)) {
          this.#link.run(source, ticketNo, eventId, clock.wallMs())
          desk.retell(eventId)
        }
      }
      return this.answer(source, ticketNo)!
    })
  }

  /** [R95] Was it seen? Null when there is no such ticket. */
  answer(source: string, ticketNo: string): TicketAnswer | null {
    const row = this.#get.get(source, ticketNo)
    if (row === undefined) return null
    const events = this.#ofTicket.all(source, ticketNo).map(({ eventId }) => {
      const { event, state } = this.#parts.desk.get(String(eventId))!
      return { eventId: event.eventId, ruleId: event.ruleId, startedAt: event.startedAt, state }
    })
    const watched = this.#camerasAt(wishOf(row)).length > 0
    const seen = events.length > 0 ? 'SEEN' : watched ? 'NOT_SEEN' : 'NOT_WATCHED'
    return { source, ticketNo, seen, events }
  }

  note(event: ViolationEvent): ViolationEvent {
    const placed = this.#parts.index.get(event.eventId)
    if (placed !== null && this.#parts.desk.get(event.eventId) === null) this.#awaited(placed)
    const { externalTickets: _, ...bare } = event
    const externalTickets = this.#ofEvent.all(event.eventId).map((row) => {
      const { source, ticketNo, at } = wishOf(row)
      return { source, ticketNo, at }
    })
    return externalTickets.length === 0 ? bare : { ...bare, externalTickets }
  }

  /** Complaints that came before the box was sure. */
  #awaited(placed: PlacedEvent): void {
    const aroundMs = this.#parts.options().aroundMin * 60_000
    for (const row of this.#around.all(placed.startedMs - aroundMs, placed.untilMs + aroundMs)) {
      const wish = wishOf(row)
      if (!this.#camerasAt(wish).some(({ id }) => id === placed.cameraId)) continue
      if (wish.rule !== undefined && wish.rule !== placed.ruleId) continue
      this.#link.run(wish.source, wish.ticketNo, placed.eventId, this.#parts.clock.wallMs())
    }
  }

  #matching(wish: TicketWish): PlacedEvent[] {
    const { options, index } = this.#parts
    const atMs = Date.parse(wish.at)
    const aroundMs = options().aroundMin * 60_000
    return this.#camerasAt(wish)
      .flatMap(({ id }) => index.ofCamera(id, atMs - aroundMs, atMs + aroundMs))
      .filter(({ ruleId }) => wish.rule === undefined || wish.rule === ruleId)
  }

  #camerasAt(wish: TicketWish): CameraPlace[] {
    const { cameras, options } = this.#parts
    const meant = mapPointOf(wish)
    return cameras().filter((camera) => {
      if (wish.camera !== undefined) return camera.id === wish.camera
      const hangs = mapPointOf(camera)
      if (meant !== null) return hangs !== null && metresApart(meant, hangs) <= options().nearM
      return camera.streetCode === wish.streetCode
    })
  }
}

const wishOf = (row: Row): TicketWish => JSON.parse(String(row['body'])) as TicketWish
