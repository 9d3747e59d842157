/** Which body-cam recording shows which alert: what the box thinks and why, and what people say [R61, R67]. */
import { z } from 'zod'
import type { FilmLink } from '../../alerts/film-links.ts'
import { filmWords } from '../../alerts/film-words.ts'
import { isoTime } from '../../kit/clock.ts'
import { fault } from '../../kit/errors.ts'
import { ulid } from '../../kit/ids.ts'
import type { AccessLog } from '../access-log.ts'
import { personOf, whoOf } from '../gatekeeper.ts'
import type { App } from '../schema.ts'
import type { AlertsView, OfficeView, RecordingDesk } from '../views.ts'

const Id = z.string().regex(/^[0-9A-Za-z-]{1,64}$/)
const Reason = z.string().trim().min(1).max(300).describe('Why; kept with the name.')
const Link = z.object({
  recordingId: z.string(),
  eventId: z.string(),
  state: z.enum(['LINKED', 'SUGGESTED', 'DROPPED', 'UNLINKED']),
  by: z.string().describe('`box`, or the person, whom the box never overrides.'),
  reason: z.string().describe('A person’s own words.'),
  score: z.number().describe('How well time, place and officer fitted then, 0 … 1.'),
  reasons: z.array(z.object({ code: z.string(), en: z.string(), zh: z.string() })),
  from: z.string(),
  to: z.string(),
  at: z.string(),
})
export type FilmLinkView = z.infer<typeof Link>
const Told = z.object({
  now: z.array(Link).describe('What holds, the best first.'),
  records: z.array(Link).describe('All that was ever said of it, oldest first.'),
})
const tags = ['recordings']

interface FilmParts {
  readonly alerts: AlertsView
  readonly office: Pick<OfficeView, 'films'>
  readonly recordings: RecordingDesk
  readonly accessLog: AccessLog
}

export function filmRoutes(app: App, parts: FilmParts): void {
  readRoutes(app, parts)
  for (const verb of ['link', 'unlink'] as const) sayRoute(app, parts, verb)
}

function readRoutes(app: App, { alerts, recordings, office }: FilmParts): void {
  const { links } = office.films
  app.get(
    '/api/v1/alerts/:id/recordings',
    {
      config: { permission: 'recordings:read' },
      schema: {
        tags,
        summary:
          'body-cam recordings that are linked to an alert or suggested for it, with score and reasons',
        params: z.object({ id: Id }),
        response: { 200: Told },
      },
    },
    (request) => {
      const { id } = request.params
      if (alerts.get(id) === null) throw fault('NOT_FOUND', { what: `alert ${id}` })
      return told(links.nowOfEvent(id), links.recordsOfEvent(id))
    },
  )
  app.get(
    '/api/v1/recordings/:id/alerts',
    {
      config: { permission: 'recordings:read' },
      schema: {
        tags,
        summary: 'alerts that a body-cam recording is linked to or suggested for, with score and reasons',
        params: z.object({ id: Id }),
        response: { 200: Told },
      },
    },
    (request) => {
      const { id } = request.params
      if (recordings.get(id) === null) throw fault('NOT_FOUND', { what: `recording ${id}` })
      return told(links.nowOfRecording(id), links.recordsOfRecording(id))
    },
  )
}

const SAID = {
  link: 'a person says that the recording shows the alert',
  unlink: 'a person says that it does not; the box keeps out of it from then on',
} as const

function sayRoute(app: App, { office, accessLog }: FilmParts, verb: 'link' | 'unlink'): void {
  app.post(
    `/api/v1/alerts/:eventId/recordings/:recordingId/${verb}`,
    {
      config: { permission: 'recordings:link' },
      schema: {
        tags,
        summary: SAID[verb],
        params: z.object({ eventId: Id, recordingId: Id }),
        body: z.strictObject({ reason: Reason, commandId: Id.optional() }),
        response: { 200: z.object({ link: Link }) },
      },
    },
    (request) => {
      const { eventId, recordingId } = request.params
      const { reason, commandId = ulid() } = request.body
      const wish = { eventId, recordingId, reason, commandId, by: personOf(request).name }
      const link = office.films[verb](wish)
      const object = `${recordingId} ${eventId}`
      accessLog.add({
        ...whoOf(request),
        action: `recording.${verb}`,
        object,
        purpose: reason,
        outcome: 'granted',
      })
      return { link: viewOf(link) }
    },
  )
}

function told(now: readonly FilmLink[], records: readonly FilmLink[]) {
  return { now: now.toSorted((a, b) => b.score - a.score).map(viewOf), records: records.map(viewOf) }
}

function viewOf({ recordingId, eventId, state, actor, reason, score, reasons, segment, atMs }: FilmLink) {
  const { fromMs, toMs } = segment
  return {
    ...{ recordingId, eventId, state, by: actor, reason, score },
    reasons: reasons.map((one) => ({ code: one.code, en: filmWords(one, 'en'), zh: filmWords(one, 'zh') })),
    ...{ from: isoTime(fromMs), to: isoTime(toMs), at: isoTime(atMs) },
  }
}
