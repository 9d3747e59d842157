/** How long what is kept, what is held, what went and with which proof; the lists that authorities ask for. */
import { z } from 'zod'
import { fault } from '../../kit/errors.ts'
import type { AccessLog } from '../access-log.ts'
import { whoOf } from '../gatekeeper.ts'
import { isRetrieval, retrievalCsv } from '../retrieval-log.ts'
import type { App } from '../schema.ts'
import type { RetentionDesk } from '../views.ts'

const tags = ['retention']
const config = { permission: 'retention:read' } as const
const Format = z.enum(['json', 'csv']).default('json')
const Lang = z.enum(['zh', 'en']).default('zh')
const DAY_MS = 86_400_000

export interface RetentionRouteParts {
  readonly retention: RetentionDesk
  readonly accessLog: AccessLog
}

export function retentionRoutes(app: App, parts: RetentionRouteParts): void {
  viewRoutes(app, parts)
  listRoutes(app, parts)
}

function viewRoutes(app: App, { retention, accessLog }: RetentionRouteParts): void {
  app.get(
    '/api/v1/retention',
    { config, schema: { tags, summary: 'classes with their days and laws, and how much room there is' } },
    () => retention.view(),
  )
  app.get(
    '/api/v1/retention/purges',
    {
      config,
      schema: {
        tags,
        summary: 'the purge log: a signed tombstone for each thing that went, newest first',
        querystring: z.strictObject({ limit: z.coerce.number().int().min(1).max(1_000).default(100) }),
        response: { 200: z.object({ purges: z.array(z.unknown()) }) },
      },
    },
    async (request) => {
      accessLog.add({
        ...whoOf(request),
        action: 'purges.read',
        object: 'purge log',
        purpose: '',
        outcome: 'granted',
      })
      return { purges: await retention.purger.tombstones(request.query.limit) }
    },
  )
  app.get(
    '/api/v1/retention/:eventId',
    {
      config,
      schema: {
        tags,
        summary:
          'how long evidence of an act is kept, why, and what keeps it: holds, a case, a message that is owed',
        params: z.object({ eventId: z.string().min(1).max(64) }),
      },
    },
    (request) => {
      const view = retention.viewOf(request.params.eventId)
      if (view === null) throw fault('NOT_FOUND', { what: request.params.eventId })
      return view
    },
  )
}

function listRoutes(app: App, { retention, accessLog }: RetentionRouteParts): void {
  app.get(
    '/api/v1/filing',
    {
      config,
      schema: {
        tags,
        summary:
          'the list of cameras that is filed with the police, and what changed since it was filed last',
        querystring: z.strictObject({ format: Format, lang: Lang }),
      },
    },
    async (request, reply) => {
      const { format, lang } = request.query
      accessLog.add({
        ...whoOf(request),
        action: 'filing.read',
        object: format,
        purpose: '',
        outcome: 'granted',
      })
      const { list, csv } = await retention.filing(lang)
      if (format === 'json') return list
      reply.header('content-disposition', 'attachment; filename="lushao-filing.csv"')
      return reply.type('text/csv; charset=utf-8').send(csv)
    },
  )
  app.get(
    '/api/v1/audit/retrievals',
    {
      config: { permission: 'audit:read' },
      schema: {
        tags,
        summary:
          'who looked at or took evidence, of which unit, why and by which order; days local to the box',
        querystring: z.strictObject({ from: z.iso.date(), to: z.iso.date(), format: Format, lang: Lang }),
      },
    },
    (request, reply) => {
      const { from, to, format, lang } = request.query
      const object = `retrievals ${from} ${to}`
      accessLog.add({ ...whoOf(request), action: 'audit.read', object, purpose: format, outcome: 'granted' })
      const atMs = (day: string) => Date.parse(day) - retention.offsetMinutes() * 60_000
      const entries = accessLog.between(atMs(from), atMs(to) + DAY_MS)
      if (format === 'json') return { retrievals: [...entries].filter(isRetrieval) }
      reply.header('content-disposition', `attachment; filename="lushao-retrievals-${from}-${to}.csv"`)
      return reply.type('text/csv; charset=utf-8').send(retrievalCsv(entries, lang))
    },
  )
}
