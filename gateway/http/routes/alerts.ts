/** Alerts as they stand, their history, and what a person says about them [R67, R69, R92]. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AlertRecord } from '../../alerts/desk.ts'
import { ALERT_STATES } from '../../alerts/lifecycle.ts'
import { fault } from '../../kit/errors.ts'
import { ulid } from '../../kit/ids.ts'
import { RULE_IDS } from '../../violations/event.ts'
import type { AccessLog } from '../access-log.ts'
import { personOf, whoOf } from '../gatekeeper.ts'
import type { HttpOptions } from '../options.ts'
import { deskReasonOf, REASON_CODES } from '../reasons.ts'
import type { App } from '../schema.ts'
import type { ShownAlert, ShownAlerts } from '../shown-alerts.ts'
import type { NoticeDesk } from '../views.ts'

const PAGE_MAX = 200

const EventId = z.string().regex(/^[0-9A-Za-z-]{1,64}$/)
const Filters = {
  rule: z.enum(RULE_IDS).optional(),
  camera: z.string().max(64).optional(),
  state: z
    .string()
    .max(400)
    .transform((list) => list.split(','))
    .pipe(z.array(z.enum(ALERT_STATES)))
    .optional()
    .describe('One state, or several with commas between.'),
  zone: z.string().max(64).optional(),
  grade: z.enum(['G0', 'G1', 'G2', 'G3', 'G4']).optional(),
  idPart: EventId.optional().describe('Any part of the event id.'),
  from: z.iso.datetime({ offset: true }).optional().describe('Acts that began at or after this time.'),
  to: z.iso.datetime({ offset: true }).optional().describe('Acts that began before this time.'),
}
const Alert = z.looseObject({
  eventId: z.string(),
  event: z.looseObject({
    eventId: z.string(),
    revision: z.int(),
    ruleId: z.enum(RULE_IDS),
    cameraId: z.string(),
  }),
  state: z.string(),
  acked: z.boolean().describe('The back end has confirmed it.'),
  notices: z
    .object({ count: z.int(), lastAt: z.string().describe('When the last of them ended.') })
    .nullable()
    .describe('Notices that were heard; null: nobody was spoken to.'),
})
const Review = z
  .strictObject({
    verdict: z.enum(['VERIFIED', 'REJECTED']),
    reasonCode: z.enum(REASON_CODES).optional().describe('Required to reject.'),
    note: z.string().max(1000).optional(),
    commandId: EventId.optional().describe('Repeat it to repeat the request safely.'),
  })
  .refine((review) => review.verdict !== 'REJECTED' || review.reasonCode !== undefined, {
    path: ['reasonCode'],
    message: 'a rejection needs a reason',
  })
const Count = z.object({
  day: z.string(),
  ruleId: z.string(),
  cameraId: z.string(),
  state: z.string(),
  grade: z.string(),
  handlingTier: z.string(),
  count: z.int(),
})
const tags = ['alerts']

interface AlertParts {
  readonly alerts: ShownAlerts
  readonly notices: Pick<NoticeDesk, 'versions'>
  readonly accessLog: AccessLog
  readonly options: Pick<HttpOptions, 'undoSec'>
}

export function alertRoutes(app: App, parts: AlertParts): void {
  listRoutes(app, parts)
  reviewRoute(app, parts)
  gradeRoute(app, parts)
  statisticsRoute(app, parts)
  stateRoute(app, parts)
  undoRoute(app, parts)
}

function listRoutes(app: App, { alerts, notices }: AlertParts): void {
  app.get(
    '/api/v1/alerts',
    {
      config: { permission: 'alerts:read' },
      schema: {
        tags,
        summary: 'alerts, newest first',
        querystring: z.strictObject({
          limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
          before: EventId.optional().describe('`next` of the page before.'),
          ...Filters,
        }),
        response: { 200: z.object({ alerts: z.array(Alert), next: z.string().nullable() }) },
      },
    },
    (request) => {
      const { from, to, state: states = [undefined], ...query } = request.query
      const filter = { ...query, fromMs: epochMs(from), toMs: epochMs(to) }
      const page = states.flatMap((state) => alerts.list({ ...filter, state })).sort(newestFirst)
      page.splice(query.limit)
      return { alerts: page, next: page.length === query.limit ? page.at(-1)!.eventId : null }
    },
  )

  app.get(
    '/api/v1/alerts/:eventId',
    {
      config: { permission: 'alerts:read' },
      schema: {
        tags,
        summary: 'one alert with its history',
        params: z.object({ eventId: EventId }),
        response: {
          200: z.object({
            alert: Alert,
            history: z.object({
              revisions: z.array(z.unknown()),
              transitions: z.array(z.unknown()),
              persuasions: z.array(z.unknown()).describe('Notices, every version, oldest first.'),
              entries: z.array(z.unknown()).describe('Grade, evidence status, recusal, major incident.'),
            }),
          }),
        },
      },
    },
    (request) => {
      const { eventId } = request.params
      const alert = find(alerts, eventId)
      return { alert, history: { ...alerts.history(eventId), persuasions: notices.versions(eventId) } }
    },
  )
}

function reviewRoute(app: App, { alerts, accessLog }: AlertParts): void {
  app.post(
    '/api/v1/alerts/:eventId/review',
    {
      config: { permission: 'alerts:review' },
      schema: {
        tags,
        summary: 'a person confirms or rejects the suspicion',
        params: z.object({ eventId: EventId }),
        body: Review,
        response: { 200: z.object({ alert: Alert }) },
      },
    },
    (request) => {
      const { eventId } = request.params
      const { verdict, reasonCode, note, commandId = ulid() } = request.body
      find(alerts, eventId)
      const reason = reasonCode && deskReasonOf(reasonCode)
      const details = reasonCode && reason !== reasonCode ? { observed: reasonCode } : undefined
      const actor = actorOf(request)
      const alert = alerts.transition({
        eventId,
        to: verdict,
        actor,
        reasonCode: reason,
        note,
        details,
        commandId,
      })
      const purpose = [verdict, reasonCode ?? ''].join(' ').trim()
      accessLog.add({
        ...whoOf(request),
        action: 'alert.review',
        object: eventId,
        purpose,
        outcome: 'granted',
      })
      return { alert }
    },
  )
}

/** Whoever is logged in, with the role of his account; the register of people has the last word [R53]. */
function actorOf(request: FastifyRequest) {
  const { name: id, role: rank } = personOf(request)
  return { id, rank, roles: ['person' as const] }
}

function gradeRoute(app: App, { alerts, accessLog }: AlertParts): void {
  app.post(
    '/api/v1/alerts/:eventId/grade',
    {
      config: { permission: 'alerts:review' },
      schema: {
        tags,
        summary: 'a person changes the grade and says why',
        params: z.object({ eventId: EventId }),
        body: z.strictObject({
          grade: z.enum(['G0', 'G1', 'G2', 'G3', 'G4']),
          reason: z.string().trim().min(1).max(300).describe('Kept with the change, and told.'),
          commandId: EventId.optional().describe('Repeat it to repeat the request safely.'),
        }),
        response: { 200: z.object({ alert: Alert }) },
      },
    },
    (request) => {
      const { eventId } = request.params
      const { grade, reason, commandId = ulid() } = request.body
      find(alerts, eventId)
      const alert = alerts.regrade({ eventId, grade, note: reason, actor: actorOf(request), commandId })
      const purpose = `${grade} ${reason}`
      accessLog.add({
        ...{ ...whoOf(request), action: 'alert.grade', object: eventId, purpose, outcome: 'granted' },
      })
      return { alert }
    },
  )
}

function statisticsRoute(app: App, { alerts }: AlertParts): void {
  app.get(
    '/api/v1/statistics',
    {
      config: { permission: 'alerts:read' },
      schema: {
        tags,
        summary: 'alerts counted by day, rule, camera, state, grade and tier',
        querystring: z.strictObject({
          fromDay: z.iso.date().optional().describe('First day, local to the box.'),
          toDay: z.iso.date().optional().describe('Last day.'),
        }),
        response: { 200: z.object({ counts: z.array(Count) }) },
      },
    },
    (request) => {
      const { fromDay, toDay } = request.query
      return { counts: alerts.counts({ ...(fromDay && { fromDay }), ...(toDay && { toDay }) }) }
    },
  )
}

function stateRoute(app: App, { alerts }: AlertParts): void {
  app.get(
    '/api/v1/alerts/states',
    {
      config: { permission: 'alerts:read' },
      schema: {
        tags,
        summary: 'how many alerts are in each state',
        querystring: z.strictObject({
          rule: Filters.rule,
          camera: Filters.camera,
          grade: Filters.grade,
          fromDay: z.iso.date().optional().describe('First day, local to the box.'),
        }),
        response: { 200: z.object({ states: z.record(z.string(), z.int()) }) },
      },
    },
    (request) => {
      const { rule, camera, grade, fromDay } = request.query
      const states: Record<string, number> = {}
      for (const count of alerts.counts(fromDay === undefined ? {} : { fromDay })) {
        if (rule !== undefined && count.ruleId !== rule) continue
        if (camera !== undefined && count.cameraId !== camera) continue
        if (grade !== undefined && count.grade !== grade) continue
        states[count.state] = (states[count.state] ?? 0) + count.count
      }
      return { states }
    },
  )
}

function undoRoute(app: App, { alerts, accessLog, options }: AlertParts): void {
  app.post(
    '/api/v1/alerts/:eventId/undo',
    {
      config: { permission: 'alerts:review' },
      schema: {
        tags,
        summary: 'a person takes back the own verdict, by a new record that names it',
        params: z.object({ eventId: EventId }),
        body: z.strictObject({
          note: z.string().max(1000).optional(),
          commandId: EventId.optional().describe('Repeat it to repeat the request safely.'),
        }),
        response: { 200: z.object({ alert: Alert }) },
      },
    },
    (request) => {
      const { eventId } = request.params
      const { note, commandId = ulid() } = request.body
      find(alerts, eventId)
      const wish = { eventId, note, commandId, actor: actorOf(request) }
      const alert = alerts.undo({ ...wish, withinMs: options.undoSec * 1000 })
      accessLog.add({
        ...{ ...whoOf(request), action: 'alert.undo', object: eventId },
        ...{ purpose: alert.state, outcome: 'granted' },
      })
      return { alert }
    },
  )
}

function find(alerts: ShownAlerts, eventId: string): ShownAlert {
  const record = alerts.get(eventId)
  if (!record) throw fault('NOT_FOUND', { what: `alert ${eventId}` })
  return record
}

const newestFirst = (one: AlertRecord, other: AlertRecord): number =>
  Date.parse(other.event.startedAt) - Date.parse(one.event.startedAt) ||
  (one.eventId < other.eventId ? 1 : -1)

const epochMs = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time)
