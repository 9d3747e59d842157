/**
 * Places of the cameras: as they are drawn, on a picture, and tried on footage before anything goes live [R18].
 *
 *     /api/v1/cameras/:camera/place      zones, masks, permitted points as they stand in the file
 *     /api/v1/cameras/:camera/snapshot   the newest picture, masked; for a purpose, logged
 *     /api/v1/dry-run                    one at a time; nothing of it is an alert
 */
import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AccessLog } from '../access-log.ts'
import { whoOf } from '../gatekeeper.ts'
import type { PlaceDesk } from '../place-views.ts'
import type { App } from '../schema.ts'
import { Asked, logPurpose } from './asked.ts'

const tags = ['places']
const CameraId = z.string().min(1).max(64)
const Shapes = z.array(z.record(z.string().max(64), z.unknown()))
/** What the loader says to it is the check; here only the size is looked at. */
export const DrawingBody = z.strictObject({
  zones: Shapes.max(64),
  privacyMasks: Shapes.max(64),
  permits: Shapes.max(1_000),
})
/** 64 zones of 64 corners, and what is written beside them. */
export const DRAWING_BYTES_MAX = 512 * 1024
const Open = z.looseObject({})

interface PlaceParts {
  readonly places: PlaceDesk
  readonly accessLog: AccessLog
}

export function placeRoutes(app: App, parts: PlaceParts): void {
  lookRoutes(app, parts)
  dryRunRoutes(app, parts)
  clipRoute(app, parts)
}

function lookRoutes(app: App, { places, accessLog }: PlaceParts): void {
  app.get(
    '/api/v1/cameras/:camera/place',
    {
      config: { permission: 'cameras:read' },
      schema: {
        tags,
        summary:
          'zones, masks and permitted points of a camera as they stand in the file, and what may be drawn',
        params: z.object({ camera: CameraId }),
        response: { 200: Open },
      },
    },
    (request) => ({ ...places.place(request.params.camera) }),
  )
  app.get(
    '/api/v1/cameras/:camera/snapshot',
    {
      config: { permission: 'live:view' },
      schema: {
        tags,
        summary: 'the newest picture of a camera as JPEG, privacy masks drawn over',
        params: z.object({ camera: CameraId }),
        querystring: Asked.extend({
          taken: z.string().max(20).optional().describe('Anything: another one is another picture.'),
        }),
      },
    },
    async (request, reply) => {
      const { camera } = request.params
      const { purpose } = request.query
      logPurpose(accessLog, request, { action: 'live.snapshot', object: camera, purpose })
      return reply.type('image/jpeg').send(await places.snapshot(camera))
    },
  )
}

function dryRunRoutes(app: App, { places: { dryRuns }, accessLog }: PlaceParts): void {
  const config = { permission: 'config:change' } as const
  app.post(
    '/api/v1/dry-run',
    {
      config,
      bodyLimit: DRAWING_BYTES_MAX,
      schema: {
        tags,
        summary:
          'try a drawing on the recorded ring of its camera, or on the film that was brought; no alert is made',
        body: z.strictObject({
          camera: CameraId,
          version: z.int().min(0),
          drawing: DrawingBody,
          source: z.enum(['ring', 'clip']),
          startedAt: z.iso
            .datetime({ offset: true })
            .optional()
            .describe('Of a film: when its first picture was taken, for hours of zones. Now by default.'),
        }),
        response: { 202: z.object({ dryRun: Open }) },
      },
    },
    async (request, reply) => {
      const { startedAt, ...wish } = request.body
      const { camera: object, source: purpose } = wish
      accessLog.add({ ...whoOf(request), action: 'config.dry-run', object, purpose, outcome: 'granted' })
      const startWallMs = startedAt === undefined ? undefined : Date.parse(startedAt)
      return reply.status(202).send({ dryRun: { ...(await dryRuns.start({ ...wish, startWallMs })) } })
    },
  )
  const Answer = z.object({ dryRun: Open.nullable() })
  app.get(
    '/api/v1/dry-run',
    { config, schema: { tags, summary: 'the newest dry run, and how far it is', response: { 200: Answer } } },
    () => ({ dryRun: asOpen(dryRuns.view()) }),
  )
  app.delete(
    '/api/v1/dry-run',
    { config, schema: { tags, summary: 'end the dry run that is going on', response: { 204: z.null() } } },
    (_request, reply) => {
      dryRuns.cancel()
      return reply.status(204).send()
    },
  )
}

const asOpen = (view: object | null): Record<string, unknown> | null => (view === null ? null : { ...view })

function clipRoute(app: App, { places: { dryRuns }, accessLog }: PlaceParts): void {
  // The bytes go straight to the disk, counted on the way.
  app.addContentTypeParser('video/mp4', (_request, payload, done) => done(null, payload))
  app.put(
    '/api/v1/dry-run/clip',
    {
      config: { permission: 'config:change' },
      schema: {
        tags,
        summary: 'bring a film to try drawings on: MP4, 500 MB at most, in place of the one before',
        response: { 200: z.object({ bytes: z.int() }) },
      },
    },
    async (request: FastifyRequest) => {
      const declared = Number(request.headers['content-length'])
      const declaredBytes = Number.isFinite(declared) && declared > 0 ? declared : null
      const object = `clip ${declaredBytes ?? ''}`.trim()
      accessLog.add({ ...whoOf(request), action: 'config.dry-run', object, purpose: '', outcome: 'granted' })
      return dryRuns.takeClip(request.body as Readable, declaredBytes)
    },
  )
}
