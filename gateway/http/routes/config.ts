/**
 * Changes of the configuration: checked, proposed by one, approved by another, every version kept [R18].
 *
 *     POST check ─▶ what the loader says     POST proposals ─▶ POST proposals/:n/approve │ end ─▶ GET versions
 *
 * Whole texts do not travel here: they hold secrets. A change is a drawing, or the way back to an old version.
 */
import { z } from 'zod'
import { isoTime } from '../../kit/clock.ts'
import type { AccessLog } from '../access-log.ts'
import { personOf, whoOf } from '../gatekeeper.ts'
import type { PlaceDesk } from '../place-views.ts'
import type { App } from '../schema.ts'
import type { OfficeView } from '../views.ts'
import { DRAWING_BYTES_MAX, DrawingBody } from './places.ts'

const tags = ['config']
const change = { permission: 'config:change' } as const
const Drawn = z.strictObject({
  camera: z.string().min(1).max(64),
  version: z.int().min(0).describe('The version that was drawn upon.'),
  drawing: DrawingBody,
})
const Back = z.strictObject({ rollbackTo: z.int().min(1) })
const Reason = z.string().trim().min(2).max(300)
const Told = z.array(z.looseObject({ code: z.string(), path: z.string().nullable() }))
const Diff = z.array(z.string())
const Limit = z.strictObject({ limit: z.coerce.number().int().min(1).max(50).default(10) })
const Numbered = z.object({ proposal: z.coerce.number().int().min(1) })

interface ConfigParts {
  readonly places: PlaceDesk
  readonly office: Pick<OfficeView, 'book' | 'offsetMinutes'>
  readonly accessLog: AccessLog
}

export function configRoutes(app: App, parts: ConfigParts): void {
  readRoutes(app, parts)
  proposeRoutes(app, parts)
  decideRoutes(app, parts)
}

function readRoutes(app: App, { places, office }: ConfigParts): void {
  /** As the street has it, wherever the reader sits. */
  const dated = <T extends { readonly atMs: number }>(list: readonly T[]) =>
    list.map((one) => ({ ...one, at: isoTime(one.atMs, office.offsetMinutes()) }))
  app.get(
    '/api/v1/config/versions',
    {
      config: { permission: 'audit:read' },
      schema: {
        tags,
        summary: 'versions of the configuration with what changed, newest first',
        querystring: Limit,
        response: { 200: z.object({ versions: z.array(z.unknown()) }) },
      },
    },
    (request) => ({ versions: dated(office.book.versions(request.query.limit)) }),
  )
  app.get(
    '/api/v1/config/proposals',
    {
      config: { permission: 'audit:read' },
      schema: {
        tags,
        summary: 'proposed changes with what they change and what became of them, newest first',
        querystring: Limit,
        response: { 200: z.object({ proposals: z.array(z.unknown()) }) },
      },
    },
    (request) => ({ proposals: dated(places.proposals(request.query.limit)) }),
  )
}

function proposeRoutes(app: App, { places, accessLog }: ConfigParts): void {
  app.post(
    '/api/v1/config/check',
    {
      config: change,
      bodyLimit: DRAWING_BYTES_MAX,
      schema: {
        tags,
        summary:
          'what the loader says to a change: every fault with path, value and what is allowed; nothing is kept',
        body: z.union([Drawn, Back]),
        response: { 200: z.object({ faults: Told, warnings: Told, diff: Diff }) },
      },
    },
    async (request) => {
      const { faults, warnings, diff } = await places.check(request.body)
      const open = (list: typeof faults) => list.map((one) => ({ ...one }))
      return { faults: open(faults), warnings: open(warnings), diff: [...diff] }
    },
  )
  app.post(
    '/api/v1/config/proposals',
    {
      config: change,
      bodyLimit: DRAWING_BYTES_MAX,
      schema: {
        tags,
        summary: 'propose a change; refused whole when the loader finds any fault',
        body: z.union([Drawn.extend({ reason: Reason }), Back.extend({ reason: Reason })]),
        response: { 201: z.object({ proposal: z.int(), base: z.int(), diff: Diff }) },
      },
    },
    (request, reply) => {
      const { name: by } = personOf(request)
      const { proposal, base, diff } = places.propose({ ...request.body, by })
      const { reason: purpose } = request.body
      const object = `proposal ${proposal}`
      accessLog.add({ ...whoOf(request), action: 'config.propose', object, purpose, outcome: 'granted' })
      return reply.status(201).send({ proposal, base, diff: [...diff] })
    },
  )
}

function decideRoutes(app: App, { places, accessLog }: ConfigParts): void {
  app.post(
    '/api/v1/config/proposals/:proposal/approve',
    {
      config: change,
      schema: {
        tags,
        summary: 'approve what somebody else proposed: the file is written, changed cameras restart',
        params: Numbered,
        response: { 200: z.object({ version: z.int() }) },
      },
    },
    (request) => {
      const { proposal } = request.params
      const { version } = places.approve({ proposal, by: personOf(request).name })
      const object = `proposal ${proposal}, version ${version}`
      accessLog.add({ ...whoOf(request), action: 'config.approve', object, purpose: '', outcome: 'granted' })
      return { version }
    },
  )
  app.post(
    '/api/v1/config/proposals/:proposal/end',
    {
      config: change,
      schema: {
        tags,
        summary: 'refuse what somebody else proposed, or withdraw what one proposed oneself',
        params: Numbered,
        body: z.strictObject({ reason: Reason }),
        response: { 200: z.object({ outcome: z.enum(['APPROVED', 'REFUSED', 'WITHDRAWN']) }) },
      },
    },
    (request) => {
      const { proposal } = request.params
      const { reason } = request.body
      const outcome = places.end({ proposal, reason, by: personOf(request).name })
      const action = `config.${outcome.toLowerCase()}`
      accessLog.add({
        ...whoOf(request),
        action,
        object: `proposal ${proposal}`,
        purpose: reason,
        outcome: 'granted',
      })
      return { outcome }
    },
  )
}
