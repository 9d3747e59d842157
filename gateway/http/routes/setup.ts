/**
 * Cameras being set up by administrators: asked, proposed, tried, commissioned. Every picture is for a purpose, logged.
 *
 *     GET  /api/v1/camera-setup                         cameras, how they stand, what was said of their views
 *     POST /api/v1/camera-setup/probe                   what an address offers, with a picture
 *     POST /api/v1/camera-setup/check, /proposals       a camera more; in force when a second person approves
 *     POST /api/v1/camera-setup/:camera/views, /trial   a word about its view; what the models see on it
 *
 * A password comes in and never goes out again.
 */
import { z } from 'zod'
import { isoTime } from '../../kit/clock.ts'
import type { AccessLog } from '../access-log.ts'
import { personOf, whoOf } from '../gatekeeper.ts'
import type { App } from '../schema.ts'
import type { SetupDesk } from '../setup-views.ts'
import type { OfficeView } from '../views.ts'
import { Asked, logPurpose } from './asked.ts'

const tags = ['camera set-up']
const config = { permission: 'config:change' } as const
const CameraId = z.string().min(1).max(64)
const Params = z.object({ camera: CameraId })
const Open = z.looseObject({})
const Reason = z.string().trim().min(2).max(300)
const Url = z.string().trim().min(1).max(1_000).describe('rtsp://host/path, without user and password.')
const Login = z
  .strictObject({ user: z.string().min(1).max(64), password: z.string().max(128) })
  .nullable()
  .default(null)
const Transport = z.enum(['tcp', 'udp'])
const Wish = z.strictObject({
  version: z.int().min(0).describe('The version that the page was filled in upon.'),
  camera: z.strictObject({
    id: z.string().max(64),
    name: z.string().trim().max(80).optional(),
    url: Url,
    analysisUrl: z.string().trim().max(1_000).optional(),
    transport: Transport.optional(),
    deviceKind: z.string().max(20).optional(),
    address: z.string().trim().max(200).optional(),
  }),
  login: Login,
})

interface SetupParts {
  readonly setup: SetupDesk
  readonly office: Pick<OfficeView, 'offsetMinutes'>
  readonly accessLog: AccessLog
}

export function setupRoutes(app: App, parts: SetupParts): void {
  viewRoute(app, parts)
  probeRoute(app, parts)
  proposeRoutes(app, parts)
  viewRoutes(app, parts)
  trialRoute(app, parts)
}

function viewRoute(app: App, { setup, office }: SetupParts): void {
  app.get(
    '/api/v1/camera-setup',
    {
      config,
      schema: {
        tags,
        summary: 'cameras with how they stand, whether they were moved, and what was said of their views',
        response: { 200: z.looseObject({ version: z.int(), cameras: z.array(Open) }) },
      },
    },
    () => {
      const { cameras, ...view } = setup.view()
      /** As the street has it, wherever the reader sits. */
      const at = (ms: number | null) => (ms === null ? null : isoTime(ms, office.offsetMinutes()))
      return {
        ...view,
        cameras: cameras.map(({ records, commissionedMs, view: seen, ...camera }) => ({
          ...camera,
          commissionedAt: at(commissionedMs),
          view: { ...seen, since: at(seen.sinceMs), checked: at(seen.checkedMs) },
          records: records.map((record) => ({ ...record, at: at(record.atMs) })),
        })),
      }
    },
  )
}

function probeRoute(app: App, { setup, accessLog }: SetupParts): void {
  app.post(
    '/api/v1/camera-setup/probe',
    {
      config,
      schema: {
        tags,
        summary: 'ask an address what it offers: measured on a few seconds, with a picture; nothing is kept',
        body: Asked.extend({ url: Url, login: Login, transport: Transport.default('tcp') }),
        response: { 200: z.object({ probe: Open }) },
      },
    },
    async (request) => {
      const { purpose, ...wish } = request.body
      const object = hostOf(wish.url)
      logPurpose(accessLog, request, { action: 'camera.probe', object, purpose })
      return { probe: { ...(await setup.probe(wish)) } }
    },
  )
}

/** What of an address may stand in a log: somebody may have typed a password into it. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '?').slice(0, 200)

function proposeRoutes(app: App, { setup, accessLog }: SetupParts): void {
  const Told = z.array(z.looseObject({ code: z.string(), path: z.string().nullable() }))
  app.post(
    '/api/v1/camera-setup/check',
    {
      config,
      schema: {
        tags,
        summary: 'what the loader says to a camera more; nothing is kept',
        body: Wish,
        response: { 200: z.object({ faults: Told, warnings: Told, diff: z.array(z.string()) }) },
      },
    },
    async (request) => {
      const { faults, warnings, diff } = await setup.check(request.body)
      const open = (list: typeof faults) => list.map((one) => ({ ...one }))
      return { faults: open(faults), warnings: open(warnings), diff: [...diff] }
    },
  )
  app.post(
    '/api/v1/camera-setup/proposals',
    {
      config,
      schema: {
        tags,
        summary: 'propose a camera more; it is read when another administrator has approved',
        body: Wish.extend({ reason: Reason }),
        response: { 201: z.object({ proposal: z.int(), base: z.int(), diff: z.array(z.string()) }) },
      },
    },
    async (request, reply) => {
      const { name: by } = personOf(request)
      const { proposal, base, diff } = await setup.propose({ ...request.body, by })
      const { reason: purpose } = request.body
      const object = `proposal ${proposal}`
      accessLog.add({ ...whoOf(request), action: 'config.propose', object, purpose, outcome: 'granted' })
      return reply.status(201).send({ proposal, base, diff: [...diff] })
    },
  )
}

function viewRoutes(app: App, { setup, accessLog }: SetupParts): void {
  app.post(
    '/api/v1/camera-setup/:camera/views',
    {
      config,
      schema: {
        tags,
        summary:
          'a word about where a camera looks: AGAIN, this view counts from now on; FITS, moved and the zones still fit; NOT_FIT',
        params: Params,
        body: z.strictObject({ word: z.enum(['AGAIN', 'FITS', 'NOT_FIT']), reason: Reason }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { camera } = request.params
      const { word, reason } = request.body
      await setup.say({ camera, word, reason, by: personOf(request).name })
      const who = whoOf(request)
      const object = `${camera} ${word}`
      accessLog.add({ ...who, action: 'camera.view', object, purpose: reason, outcome: 'granted' })
      return reply.status(204).send()
    },
  )
  app.get(
    '/api/v1/camera-setup/:camera/views/:record',
    {
      config,
      schema: {
        tags,
        summary: 'the picture of a record as JPEG, privacy masks drawn over',
        params: Params.extend({ record: z.coerce.number().int().min(1) }),
        querystring: Asked,
      },
    },
    (request, reply) => {
      const { camera, record } = request.params
      const { purpose } = request.query
      logPurpose(accessLog, request, { action: 'camera.view', object: `${camera} ${record}`, purpose })
      return reply.type('image/jpeg').send(setup.picture(camera, record))
    },
  )
}

function trialRoute(app: App, { setup, accessLog }: SetupParts): void {
  app.post(
    '/api/v1/camera-setup/:camera/trial',
    {
      config,
      schema: {
        tags,
        summary: 'what each model of the box sees on the newest picture of a camera, drawn',
        params: Params,
        body: Asked.extend({ language: z.enum(['zh', 'en']).default('zh') }),
        response: { 200: z.object({ models: z.array(Open) }) },
      },
    },
    async (request) => {
      const { camera } = request.params
      const { purpose, language } = request.body
      logPurpose(accessLog, request, { action: 'camera.trial', object: camera, purpose })
      return { models: (await setup.trial(camera, language)).map((one) => ({ ...one })) }
    },
  )
}
