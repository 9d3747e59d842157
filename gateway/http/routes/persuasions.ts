/** Notices about an alert: what was said, what became of it, and people who have one given or look again. */
import { z } from 'zod'
import { LANGUAGES } from '../../alerts/scripts.ts'
import { fault } from '../../kit/errors.ts'
import { ulid } from '../../kit/ids.ts'
import { PERSUASION_CHANNELS } from '../../violations/catalogue.ts'
import type { AccessLog } from '../access-log.ts'
import { personOf, whoOf } from '../gatekeeper.ts'
import type { App } from '../schema.ts'
import type { AlertsView, NoticeDesk } from '../views.ts'

const Id = z.string().regex(/^[0-9A-Za-z-]{1,64}$/)
const Persuasion = z.looseObject({
  persuasionId: z.string(),
  version: z.int(),
  channel: z.enum(PERSUASION_CHANNELS),
  deliveryStatus: z.string(),
  result: z.string().nullable(),
})
const Wish = z
  .strictObject({
    channel: z.enum(PERSUASION_CHANNELS).optional().describe('Absent: as the ladder of the rule says.'),
    scriptId: Id.optional().describe('Absent: as the ladder of the rule says.'),
    text: z
      .string()
      .trim()
      .min(1)
      .max(600)
      .optional()
      .describe('Own words; passes the forbidden-phrase check.'),
    language: z.enum(LANGUAGES).optional(),
    order: z.boolean().optional().describe('An order to correct: of a certified officer only.'),
    commandId: Id.optional().describe('Repeat it to repeat the request safely.'),
  })
  .refine(({ scriptId, text }) => scriptId === undefined || text === undefined, {
    path: ['text'],
    message: 'a script or a text, not both',
  })
const tags = ['persuasion']

interface PersuasionParts {
  readonly alerts: AlertsView
  readonly notices: NoticeDesk
  readonly accessLog: AccessLog
}

export function persuasionRoutes(app: App, parts: PersuasionParts): void {
  readRoutes(app, parts)
  persuadeRoute(app, parts)
  recheckRoute(app, parts)
}

function readRoutes(app: App, { alerts, notices, accessLog }: PersuasionParts): void {
  app.get(
    '/api/v1/alerts/:eventId/persuasions',
    {
      config: { permission: 'alerts:read' },
      schema: {
        tags,
        summary: 'notices about an alert, every version, oldest first',
        params: z.object({ eventId: Id }),
        response: { 200: z.object({ persuasions: z.array(Persuasion) }) },
      },
    },
    (request) => {
      const { eventId } = request.params
      if (alerts.get(eventId) === null) throw fault('NOT_FOUND', { what: `alert ${eventId}` })
      return { persuasions: notices.versions(eventId) }
    },
  )

  app.get(
    '/api/v1/persuasions/:persuasionId/audio',
    {
      config: { permission: 'persuasions:listen' },
      schema: {
        tags,
        summary: 'the sound that was played, byte for byte',
        params: z.object({ persuasionId: Id }),
      },
    },
    async (request, reply) => {
      const { persuasionId } = request.params
      const wav = await notices.audio(persuasionId)
      const outcome = wav === null ? 'refused' : 'granted'
      const entry = { ...whoOf(request), action: 'persuasion.listen', object: persuasionId }
      accessLog.add({ ...entry, purpose: 'listen', outcome })
      if (wav === null) throw fault('NOT_FOUND', { what: `sound of notice ${persuasionId}` })
      return reply.header('content-type', 'audio/wav').send(wav)
    },
  )
}

function persuadeRoute(app: App, { notices, accessLog }: PersuasionParts): void {
  app.post(
    '/api/v1/alerts/:eventId/persuasions',
    {
      config: { permission: 'alerts:persuade' },
      schema: {
        tags,
        summary: 'a person has a notice given, or says that it was given on site',
        params: z.object({ eventId: Id }),
        body: Wish,
        response: { 200: z.object({ persuasion: Persuasion }) },
      },
    },
    (request) => {
      const { eventId } = request.params
      const { commandId = ulid(), ...wish } = request.body
      const persuasion = notices.persuade({ ...wish, eventId, by: personOf(request).name, commandId })
      const purpose = `${persuasion.channel} ${persuasion.deliveryStatus}`
      accessLog.add({
        ...{ ...whoOf(request), action: 'alert.persuade', object: eventId },
        ...{ purpose, outcome: 'granted' as const },
      })
      return { persuasion }
    },
  )
}

function recheckRoute(app: App, { notices, accessLog }: PersuasionParts): void {
  app.post(
    '/api/v1/alerts/:eventId/recheck',
    {
      config: { permission: 'alerts:persuade' },
      schema: {
        tags,
        summary: 'the camera looks again now',
        params: z.object({ eventId: Id }),
        response: { 200: z.looseObject({ eventId: z.string(), state: z.string() }) },
      },
    },
    (request) => {
      const { eventId } = request.params
      const looked = notices.recheck(eventId)
      accessLog.add({
        ...{ ...whoOf(request), action: 'alert.recheck', object: eventId },
        ...{ purpose: 'recheck', outcome: 'granted' as const },
      })
      return looked
    },
  )
}
