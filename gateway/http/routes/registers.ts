/** What the box knows besides alerts: cameras, zones, devices, people. Read only. */
import { z } from 'zod'
import type { App } from '../schema.ts'
import type { CameraBoard, DeliveryBoard, Directory, Troubles } from '../views.ts'

const Camera = z.looseObject({
  id: z.string(),
  name: z.string().nullable(),
  status: z.string(),
  mode: z.string().nullable(),
  owedSec: z.number().describe('Media seconds that arrived while the camera was to be analysed.'),
  analysedSec: z.number().describe('Of these, how many were; the rest was shed under load.'),
  reconnects: z.int(),
  trouble: z
    .looseObject({ code: z.string() })
    .nullable()
    .describe('Why it shows no street, or another one than its zones were drawn on.'),
  evidenceCapability: z
    .enum(['LEAD_ONLY', 'EVIDENCE_CAPABLE'])
    .describe('What its records may be at most, as it is configured today.'),
  evidenceCapabilityReasons: z.array(z.string()).describe('Codes of why it is no more.'),
})
const Delivery = z.object({
  way: z.enum(['upload', 'parts', 'none']),
  owed: z.int().describe('Packages on their way to the platform.'),
  oldestOwedSec: z.number(),
  partly: z.int().describe('Packages of which the platform has what goes unasked, and no more.'),
  delivered: z.int(),
  refused: z.int(),
  sentBytes: z.int(),
  resentBytes: z.int(),
  trouble: z.string().nullable().describe('Why nothing moves: a code of the error catalogue.'),
})
const List = z.array(z.unknown())
const tags = ['registers']

export interface RegisterParts {
  readonly cameras: CameraBoard
  readonly directory: Directory
  readonly delivery: DeliveryBoard
  readonly troubles: Troubles
}

export function registerRoutes(app: App, parts: RegisterParts): void {
  const { cameras, directory } = parts
  deliveryRoute(app, parts.delivery)
  troublesRoute(app, parts.troubles)
  app.get(
    '/api/v1/cameras',
    {
      config: { permission: 'cameras:read' },
      schema: {
        tags,
        summary: 'cameras, their health and what was analysed',
        response: { 200: z.object({ cameras: z.array(Camera) }) },
      },
    },
    () => ({ cameras: cameras.cameras() }),
  )

  app.get(
    '/api/v1/zones',
    {
      config: { permission: 'cameras:read' },
      schema: { tags, summary: 'zones of all cameras', response: { 200: z.object({ zones: List }) } },
    },
    () => ({
      zones: cameras
        .cameras()
        .flatMap((camera) => camera.zones.map((zone) => ({ cameraId: camera.id, ...zone }))),
    }),
  )

  app.get(
    '/api/v1/devices',
    {
      config: { permission: 'cameras:read' },
      schema: { tags, summary: 'body-cams and speakers', response: { 200: z.object({ devices: List }) } },
    },
    () => ({ devices: directory.devices() }),
  )

  app.get(
    '/api/v1/people',
    {
      config: { permission: 'people:read' },
      schema: {
        tags,
        summary: 'officers and auxiliary staff, no more of them than is needed',
        response: { 200: z.object({ people: List }) },
      },
    },
    () => ({ people: directory.people() }),
  )
}

function deliveryRoute(app: App, delivery: DeliveryBoard): void {
  app.get(
    '/api/v1/delivery',
    {
      config: { permission: 'cameras:read' },
      schema: {
        tags,
        summary: 'how evidence fares on its way to the platform',
        response: { 200: z.object({ delivery: Delivery }) },
      },
    },
    () => ({ delivery: delivery.delivery() }),
  )
}

function troublesRoute(app: App, troubles: Troubles): void {
  const Trouble = z.object({ code: z.string().describe('A code of the error catalogue.'), since: z.string() })
  app.get(
    '/api/v1/degraded',
    {
      config: { permission: 'cameras:read' },
      schema: {
        tags,
        summary: 'what is not as it should be although the box works on',
        response: { 200: z.object({ degraded: z.array(Trouble) }) },
      },
    },
    () => ({ degraded: troubles.degraded() }),
  )
}
