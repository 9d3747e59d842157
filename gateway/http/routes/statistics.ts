/** Figures, reports and samples of a period [R9, R43, R75, R88, R89, R91, R93, R94]. */
import { z } from 'zod'
import { REPORT_STYLE_HASH, reportCsv, reportPage } from '../../alerts/report-files.ts'
import { makeReport, periodOf, REPORT_KINDS } from '../../alerts/reports.ts'
import { sampleOf } from '../../alerts/sample.ts'
import { dismissalsByPerson } from '../../alerts/statistics.ts'
import type { AccessLog } from '../access-log.ts'
import { whoOf } from '../gatekeeper.ts'
import type { App } from '../schema.ts'
import type { OfficeView } from '../views.ts'

const Days = {
  from: z.iso.date().describe('First day, local to the box.'),
  to: z.iso.date().describe('Last day, included.'),
}
const tags = ['statistics']

interface StatisticsParts {
  readonly office: OfficeView
  readonly accessLog: AccessLog
}

export function statisticsRoutes(app: App, parts: StatisticsParts): void {
  figureRoute(app, parts)
  reportRoute(app, parts)
  supervisionRoutes(app, parts)
}

function figureRoute(app: App, { office }: StatisticsParts): void {
  app.get(
    '/api/v1/statistics/figures',
    {
      config: { permission: 'statistics:read' },
      schema: {
        tags,
        summary: 'acts of a period counted, and the times they took; made from the log each time',
        querystring: z.strictObject(Days),
        response: { 200: z.object({ figures: z.looseObject({ acts: z.int() }), mark: z.unknown() }) },
      },
    },
    (request) => {
      const mark = office.statistics.mark()
      const period = periodOf(request.query, office.offsetMinutes())
      return { figures: office.statistics.figures(period, mark), mark }
    },
  )
}

function reportRoute(app: App, { office, accessLog }: StatisticsParts): void {
  app.get(
    '/api/v1/reports/:kind',
    {
      config: { permission: 'statistics:read' },
      schema: {
        tags,
        summary: 'a monthly, quarterly or hot-spot report as a page to print or as CSV',
        params: z.object({ kind: z.enum(REPORT_KINDS) }),
        querystring: z.strictObject({
          ...Days,
          format: z.enum(['html', 'csv']).default('html'),
          lang: z.enum(['zh', 'en']).default('zh'),
        }),
      },
      // The page carries its own style, and is the only one that may.
      onSend: async (_request, reply) => {
        reply.header('content-security-policy', `default-src 'none'; style-src '${REPORT_STYLE_HASH}'`)
      },
    },
    (request, reply) => {
      const { from, to, format, lang: language } = request.query
      const { kind } = request.params
      const report = makeReport(office, { kind, from, to, language })
      const object = `${kind} ${from} ${to}`
      accessLog.add({ ...whoOf(request), action: 'report.read', object, purpose: format, outcome: 'granted' })
      if (format === 'html') return reply.type('text/html; charset=utf-8').send(reportPage(report))
      reply.header('content-disposition', `attachment; filename="lushao-${kind}-${from}-${to}.csv"`)
      return reply.type('text/csv; charset=utf-8').send(reportCsv(report))
    },
  )
}

/** For those who look after others' work: dismissals by person, files drawn by lot. */
function supervisionRoutes(app: App, { office, accessLog }: StatisticsParts): void {
  app.get(
    '/api/v1/supervision/dismissals',
    {
      config: { permission: 'supervision:read' },
      schema: {
        tags,
        summary: 'dismissals by person and reason',
        querystring: z.strictObject(Days),
        response: { 200: z.object({ dismissals: z.record(z.string(), z.record(z.string(), z.int())) }) },
      },
    },
    (request) => {
      const { from, to } = request.query
      const facts = office.statistics.facts(periodOf(request.query, office.offsetMinutes()))
      const who = whoOf(request)
      accessLog.add({
        ...{ ...who, action: 'supervision.read', object: `dismissals ${from} ${to}`, purpose: '' },
        outcome: 'granted',
      })
      return { dismissals: dismissalsByPerson(facts) }
    },
  )
  app.get(
    '/api/v1/supervision/sample',
    {
      config: { permission: 'supervision:read' },
      schema: {
        tags,
        summary:
          'closed and dismissed alerts drawn by lot for the review of files; the same for the same seed',
        querystring: z.strictObject({
          ...Days,
          size: z.coerce.number().int().min(1).max(500).default(20),
          seed: z.string().min(1).max(64).describe('Said beforehand: it decides what is drawn.'),
        }),
        response: { 200: z.object({ sample: z.array(z.unknown()) }) },
      },
    },
    (request) => {
      const { from, to, size, seed } = request.query
      const facts = office.statistics.facts(periodOf(request.query, office.offsetMinutes()))
      const who = whoOf(request)
      accessLog.add({
        ...{ ...who, action: 'supervision.read', object: `sample ${from} ${to} ${size}`, purpose: seed },
        outcome: 'granted',
      })
      return { sample: sampleOf(facts, size, seed) }
    },
  )
}
