/**
 * One act or two, what a hotline says, and everything that was done about an alert.
 */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { TicketWish } from '../../alerts/tickets.ts'
import { fault } from '../../kit/errors.ts'
import { ulid } from '../../kit/ids.ts'
import type { AccessLog } from '../access-log.ts'
import { personOf, whoOf } from '../gatekeeper.ts'
import type { App } from '../schema.ts'
import type { AlertsView, OfficeView } from '../views.ts'

const EventId = z.string().regex(/^[0-9A-Za-z-]{1,64}$/)
const Reason = z.string().trim().min(1).max(300).describe('Why; kept with the name.')
const Alert = z.looseObject({ eventId: z.string(), state: z.string() })
const Answer = z.object({
  source: z.string(),
  ticketNo: z.string(),
  seen: z
    .enum(['SEEN', 'NOT_SEEN', 'NOT_WATCHED'])
    .describe('NOT_WATCHED: no camera of this box looks there.'),
  events: z.array(z.looseObject({ eventId: z.string(), state: z.string() })),
})
const tags = ['acts']

interface ActParts {
  readonly alerts: AlertsView
  readonly office: OfficeView
  readonly accessLog: AccessLog
}
type Logged = (request: FastifyRequest, action: string, object: string, purpose: string) => void

export function actRoutes(app: App, parts: ActParts): void {
  const { accessLog } = parts
  const logged: Logged = (request, action, object, purpose) =>
    accessLog.add({ ...whoOf(request), action, object, purpose, outcome: 'granted' })
  linkRoutes(app, parts, logged)
  traceRoute(app, parts)
  ticketRoutes(app, parts, logged)
}

/** [R38] Merge and split under a name, with a reason. */
function linkRoutes(app: App, { office }: ActParts, logged: Logged): void {
  app.post(
    '/api/v1/alerts/:eventId/merge',
    {
      config: { permission: 'alerts:merge' },
      schema: {
        tags,
        summary: 'the alert is the same act as another, which stays the primary one',
        params: z.object({ eventId: EventId }),
        body: z.strictObject({ into: EventId, reason: Reason, commandId: EventId.optional() }),
        response: { 200: z.object({ alert: Alert }) },
      },
    },
    (request) => {
      const { eventId } = request.params
      const { commandId = ulid(), ...wish } = request.body
      const alert = office.sameAct.merge({ ...wish, eventId, by: personOf(request).name, commandId })
      logged(request, 'alert.merge', `${eventId} ${wish.into}`, wish.reason)
      return { alert }
    },
  )
  app.post(
    '/api/v1/alerts/:eventId/split',
    {
      config: { permission: 'alerts:merge' },
      schema: {
        tags,
        summary: 'the alert is an act of its own again',
        params: z.object({ eventId: EventId }),
        body: z.strictObject({ reason: Reason, commandId: EventId.optional() }),
        response: { 200: z.object({ alert: Alert }) },
      },
    },
    (request) => {
      const { eventId } = request.params
      const { commandId = ulid(), reason } = request.body
      const alert = office.sameAct.split({ eventId, reason, by: personOf(request).name, commandId })
      logged(request, 'alert.split', eventId, reason)
      return { alert }
    },
  )
}

/** [R92, R100] Everything about one act, to read. */
function traceRoute(app: App, { alerts, office }: ActParts): void {
  app.get(
    '/api/v1/alerts/:eventId/trace',
    {
      config: { permission: 'alerts:read' },
      schema: {
        tags,
        summary: 'the whole trace of an alert: history, links, holds, body-cam recordings, escalations',
        params: z.object({ eventId: EventId }),
        response: {
          200: z.looseObject({
            members: z.array(z.string()).describe('Events of the same act, the primary one first.'),
            links: z.array(z.unknown()),
            holds: z.array(z.unknown()),
            recordings: z.array(z.unknown()).describe('Body-cam recordings linked, suggested and unlinked.'),
            escalations: z.array(z.unknown()),
          }),
        },
      },
    },
    (request) => {
      const { eventId } = request.params
      if (alerts.get(eventId) === null) throw fault('NOT_FOUND', { what: `alert ${eventId}` })
      return {
        eventId,
        history: alerts.history(eventId),
        members: office.sameAct.membersOf(eventId),
        links: office.sameAct.links.recordsOf(eventId),
        holds: office.holds.recordsOf(eventId),
        recordings: office.films.links.recordsOfEvent(eventId),
        escalations: office.sla.escalations(eventId),
      }
    },
  )
}

/** [R95] */
function ticketRoutes(app: App, { office }: ActParts, logged: Logged): void {
  app.post(
    '/api/v1/tickets',
    {
      config: { permission: 'tickets:report' },
      schema: {
        tags,
        summary: 'a complaint from 12345 or elsewhere: was it seen?',
        body: TicketWish,
        response: { 200: Answer },
      },
    },
    (request) => {
      const answer = office.tickets.report(request.body, whoOf(request).actor)
      logged(request, 'ticket.report', `${answer.source} ${answer.ticketNo}`, answer.seen)
      return answer
    },
  )
  app.get(
    '/api/v1/tickets/:source/:ticketNo',
    {
      config: { permission: 'alerts:read' },
      schema: {
        tags,
        summary: 'what became of a complaint',
        params: z.object({ source: z.string().max(16), ticketNo: z.string().max(64) }),
        response: { 200: Answer },
      },
    },
    (request) => {
      const { source, ticketNo } = request.params
      const answer = office.tickets.answer(source, ticketNo)
      if (answer === null) throw fault('NOT_FOUND', { what: `ticket ${source} ${ticketNo}` })
      return answer
    },
  )
}
