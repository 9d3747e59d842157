/**
 * Recorders: how they stand, handed out and taken back, maintained; their clocks; and what people decide about
 * recordings in quarantine [R62, R63, R64].
 */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import {
  CheckIn,
  CheckOut,
  decided,
  IncidentReport,
  Maintenance,
  RecordingDeed,
  Serial,
  told,
} from '../../mqtt/bodycam-commands.ts'
import type { AccessLog } from '../access-log.ts'
import { personOf, whoOf } from '../gatekeeper.ts'
import type { App } from '../schema.ts'
import type { BodyCamDesk } from '../views.ts'

interface BodyCamParts {
  readonly bodycams: BodyCamDesk
  readonly accessLog: AccessLog
}
type Logged = (request: FastifyRequest, action: string, object: string, purpose: string) => void

const tags = ['bodycams']
const Device = z.looseObject({
  serial: z.string(),
  type: z.string().optional(),
  model: z.string().optional(),
  unitNo: z.string().optional(),
  custodian: z.string().optional().describe('Who keeps it.'),
  personId: z.string().optional().describe('To whom alone it is handed.'),
  status: z.string().describe('IN_SERVICE, MAINTENANCE, RETIRED, LOST.'),
  holder: z
    .object({
      personId: z.string(),
      name: z.string().nullable(),
      role: z.string().nullable(),
      isCertified: z.boolean().describe('An officer whose certificate is in force today.'),
      since: z.string(),
      until: z.string().nullable(),
      isOverdue: z.boolean().describe('The planned end has passed.'),
    })
    .nullable()
    .describe('Who has it now.'),
  clock: z.looseObject({ at: z.string() }).nullable().describe('The newest comparison of its clock.'),
  firmware: z.looseObject({ at: z.string() }).nullable(),
  handedOut: z.looseObject({ at: z.string() }).nullable(),
  maintained: z.looseObject({ at: z.string() }).nullable(),
})
export type DeviceRow = z.infer<typeof Device>
const Entry = z.looseObject({
  entry: z.int(),
  at: z.string(),
  kind: z.string(),
  by: z.string(),
  facts: z.record(z.string(), z.unknown()),
})
export type LedgerRow = z.infer<typeof Entry>
const Shift = z
  .object({
    personId: z.string(),
    from: z.string(),
    to: z.string().nullable(),
    recordings: z.int().describe('Accepted ones of this shift.'),
    filmedSec: z.number(),
    firstAfterSec: z.number().nullable().describe('From the hand-over to the first film.'),
    pauseCount: z.int(),
    pauses: z.array(z.object({ from: z.string(), sec: z.number() })).describe('The longest of them.'),
  })
  .nullable()
  .describe('The last one, and what came in of it.')
export type ShiftRow = z.infer<typeof Shift>
const Taker = z.object({
  personId: z.string(),
  name: z.string(),
  badgeNo: z.string().optional(),
  role: z.string(),
  isCertified: z.boolean(),
})
export type TakerRow = z.infer<typeof Taker>
const One = z.object({ device: Device, entries: z.array(Entry), shift: Shift })
const Milliseconds = z.number().min(0).max(4_102_444_800_000).describe('UTC epoch, ms, by that clock.')

export function bodyCamRoutes(app: App, parts: BodyCamParts): void {
  const logged: Logged = (request, action, object, purpose) =>
    parts.accessLog.add({ ...whoOf(request), action, object, purpose, outcome: 'granted' })
  readRoutes(app, parts)
  handOverRoutes(app, parts, logged)
  clockRoute(app, parts)
  recordingRoute(app, parts, logged)
}

function readRoutes(app: App, { bodycams }: BodyCamParts): void {
  const config = { permission: 'bodycams:read' } as const
  app.get(
    '/api/v1/bodycams',
    {
      config,
      schema: {
        tags,
        summary: 'recorders: who has which, state, self-test, maintenance, firmware, clock',
        response: { 200: z.object({ bodycams: z.array(Device) }) },
      },
    },
    () => ({ bodycams: bodycams.list() as DeviceRow[] }),
  )
  app.get(
    '/api/v1/bodycams/:serial',
    {
      config,
      schema: {
        tags,
        summary: 'one recorder, what came in of its last shift, and its ledger, newest first',
        params: z.object({ serial: Serial }),
        querystring: z.strictObject({
          limit: z.coerce.number().int().min(1).max(200).default(50),
          before: z.coerce.number().int().min(1).optional(),
        }),
        response: { 200: One },
      },
    },
    ({ params, query }) => bodycams.get(params.serial, query.limit, query.before) as z.infer<typeof One>,
  )
}

function handOverRoutes(app: App, { bodycams }: BodyCamParts, logged: Logged): void {
  const config = { permission: 'bodycams:keep' } as const
  const params = z.object({ serial: Serial })
  const response = { 200: z.object({ entry: Entry }) }
  app.get(
    '/api/v1/bodycam-people',
    {
      config,
      schema: {
        tags,
        summary: 'who may be handed a recorder: name, badge, role, certificate in force or not',
        response: { 200: z.object({ people: z.array(Taker) }) },
      },
    },
    () => ({ people: bodycams.takers() as TakerRow[] }),
  )
  app.post(
    '/api/v1/bodycams/:serial/check-out',
    {
      config,
      schema: { tags, summary: 'handed to a person for a shift', params, body: CheckOut, response },
    },
    (request) => {
      const { serial } = request.params
      const entry = bodycams.checkOut(serial, personOf(request).name, request.body)
      logged(request, 'bodycam.check-out', `${serial} ${request.body.to}`, request.body.note)
      return { entry }
    },
  )
  app.post(
    '/api/v1/bodycams/:serial/check-in',
    { config, schema: { tags, summary: 'brought back', params, body: CheckIn, response } },
    (request) => {
      const { serial } = request.params
      const entry = bodycams.checkIn(serial, personOf(request).name, request.body)
      logged(request, 'bodycam.check-in', serial, request.body.note)
      return { entry }
    },
  )
  app.post(
    '/api/v1/bodycams/:serial/maintenance',
    {
      config,
      schema: {
        tags,
        summary: 'work that was done, a firmware that was put in, or another status',
        params,
        body: Maintenance,
        response,
      },
    },
    (request) => {
      const { serial } = request.params
      const entry = bodycams.maintain(serial, personOf(request).name, request.body)
      logged(request, 'bodycam.maintenance', serial, request.body.kind)
      return { entry }
    },
  )
}

/** T1 and T4 are the device's, T2 and T3 the box's; in two calls, because T4 is known when the first is answered. */
function clockRoute(app: App, { bodycams }: BodyCamParts): void {
  app.post(
    '/bodycam/clock',
    {
      config: { permission: 'bodycams:clock' },
      schema: {
        tags,
        summary: 'compares clocks: first deviceSerial and t1, then exchange and t4',
        body: z.union([
          z.strictObject({ deviceSerial: Serial, t1: Milliseconds }),
          z.strictObject({
            exchange: z.string().min(1).max(64),
            t4: Milliseconds,
            set: z.boolean().default(false).describe('The dock then set the clock of the device.'),
          }),
        ]),
        response: {
          200: z.union([
            z.object({ exchange: z.string(), t2: z.number(), t3: z.number() }),
            z.object({
              serial: z.string(),
              offsetMs: z.number().describe('Device minus box.'),
              uncertaintyMs: z.number(),
              noted: z.boolean().describe('False: one was noted within the last minute.'),
            }),
          ]),
        },
      },
    },
    (request) => {
      const { body } = request
      if ('t1' in body) return bodycams.askClock(body.deviceSerial, body.t1)
      return bodycams.tellClock({ ...body, by: whoOf(request).actor })
    },
  )
}

const Decided = z.object({
  recording: z.object({
    recordingId: z.string(),
    status: z.string(),
    evidenceCap: z.string(),
    capReasons: z.array(z.string()),
  }),
})

function recordingRoute(app: App, { bodycams }: BodyCamParts, logged: Logged): void {
  app.put(
    '/api/v1/recordings/:id/incident',
    {
      config: { permission: 'recordings:decide' },
      schema: {
        tags,
        summary: 'the report on a conflict, in four parts; every version stays',
        params: z.object({ id: z.string().min(1).max(64) }),
        body: IncidentReport,
        response: { 200: Decided },
      },
    },
    (request) => {
      const { id: recordingId } = request.params
      const wish = { recordingId, by: personOf(request).name, report: request.body }
      const recording = told(bodycams.report(wish))
      logged(request, 'recording.report', recordingId, '')
      return { recording }
    },
  )
  app.post(
    '/api/v1/recordings/:id/:deed',
    {
      config: { permission: 'recordings:decide' },
      schema: {
        tags,
        summary:
          'release it from quarantine in spite of what is wrong, keep it there, have it examined once more, or confirm as a certified officer to have been there',
        params: z.object({ id: z.string().min(1).max(64), deed: RecordingDeed }),
        body: z.strictObject({
          reason: z.string().trim().min(1).max(300).describe('Why; kept with the name.'),
        }),
        response: { 200: Decided },
      },
    },
    (request) => {
      const { id: recordingId, deed } = request.params
      const { reason } = request.body
      const recording = decided(bodycams, deed, { recordingId, by: personOf(request).name, reason })
      logged(request, `recording.${deed}`, recordingId, reason)
      return { recording }
    },
  )
}
