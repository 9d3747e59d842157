/**
 * Recordings of body-cams: the list, one of them, its film as it lies, who was in view; and what is on its way in.
 *
 *     uploads under way ─▶ waits to be examined ─▶ waits to be looked at ─▶ done            …/intake
 *     recordingId ─▶ purpose ─▶ log ─▶ bytes (ranges too)                                   …/film
 *
 * The film is never made anew: what a browser cannot play is saved and played elsewhere [R61].
 */
import { basename, dirname } from 'node:path'
import { z } from 'zod'
import { type Clock, isoTime } from '../../kit/clock.ts'
import { fault } from '../../kit/errors.ts'
import type { AccessLog } from '../access-log.ts'
import { whoOf } from '../gatekeeper.ts'
import { Looks } from '../looks.ts'
import type { App } from '../schema.ts'
import type { UploadsUnderWay, UploadUnderWay } from '../uploads-under-way.ts'
import type { OfficeView, PresenceOf, QueueView, RecordingDesk, RecordingView } from '../views.ts'

const tags = ['recordings']
const config = { permission: 'recordings:read' } as const
const params = z.object({ id: z.string().min(1).max(64) })
const Recording = z.looseObject({
  recordingId: z.string(),
  status: z.string(),
  isReleasable: z.boolean().describe('A person may let it out of quarantine.'),
})
/** Of each list; how many there are is said beside. */
const SHOWN_MAX = 100
/** Recordings of one recorder that lie further apart are no one record. */
const BESIDE_MS = 12 * 3_600_000

export interface RecordingParts {
  readonly recordings: RecordingDesk
  readonly presence: PresenceOf
  readonly office: Pick<OfficeView, 'offsetMinutes'>
  readonly underWay: Pick<UploadsUnderWay, 'list'>
  readonly accessLog: AccessLog
  readonly clock: Clock
}

export function recordingRoutes(app: App, parts: RecordingParts): void {
  listRoute(app, parts)
  intakeRoute(app, parts)
  oneRoute(app, parts)
  presenceRoute(app, parts)
  filmRoute(app, parts)
}

function listRoute(app: App, { recordings }: RecordingParts): void {
  app.get(
    '/api/v1/recordings',
    {
      config,
      schema: {
        tags,
        summary: 'body-cam recordings, newest first',
        querystring: z.strictObject({
          limit: z.coerce.number().int().min(1).max(200).default(50),
          before: z.string().max(64).optional(),
          status: z.enum(['RECEIVED', 'ACCEPTED', 'QUARANTINED']).optional(),
          deviceSerial: z.string().max(40).optional(),
        }),
        response: { 200: z.object({ recordings: z.array(Recording) }) },
      },
    },
    ({ query: { limit, before, ...wish } }) => ({
      recordings: recordings.list(limit, before, wish).map((one) => shown(recordings, one)),
    }),
  )
}

const Upload = z.object({
  way: z.enum(['TUS', 'FORM']),
  deviceSerial: z.string(),
  userNo: z.string(),
  fileName: z.string(),
  by: z.string().describe('Name of the token.'),
  arrivedBytes: z.int(),
  bytes: z.int(),
  isIncident: z.boolean().describe('A conflict, ahead of the others.'),
  isStalled: z.boolean().describe('No byte came for a minute; it can be resumed.'),
  begunAt: z.string(),
  movedAt: z.string().describe('When the last byte came.'),
})
const Queued = z.object({
  recordingId: z.string(),
  deviceSerial: z.string(),
  userNo: z.string(),
  bytes: z.int(),
  isIncident: z.boolean(),
  isRunning: z.boolean().describe('Worked on now; the others wait, in this order.'),
  percent: z.number().nullable().describe('How far the analysis is.'),
})
const Some = <T extends z.ZodType>(one: T) =>
  z.object({ count: z.int(), first: z.array(one).describe(`The first ${SHOWN_MAX}.`) })
const Intake = z.object({
  uploads: Some(Upload),
  examining: Some(Queued),
  analysing: Some(Queued).describe('Waits while cameras owe anything.'),
})
export type IntakeView = z.infer<typeof Intake>

function intakeRoute(app: App, { recordings, underWay, office }: RecordingParts): void {
  app.get(
    '/api/v1/recordings/intake',
    {
      config,
      schema: {
        tags,
        summary:
          'uploads that come in, recordings that wait to be examined, and those that wait to be looked at',
        response: { 200: Intake },
      },
    },
    async () => {
      const uploads = await underWay.list()
      const { examining, analysing } = recordings.queues()
      const told = ({ begunMs, movedMs, ...upload }: UploadUnderWay) => ({
        ...upload,
        begunAt: isoTime(begunMs, office.offsetMinutes()),
        movedAt: isoTime(movedMs, office.offsetMinutes()),
      })
      return {
        uploads: { count: uploads.length, first: uploads.slice(0, SHOWN_MAX).map(told) },
        examining: queued(recordings, examining),
        analysing: queued(recordings, analysing),
      }
    },
  )
}

function queued(recordings: RecordingDesk, { current, waiting }: QueueView): IntakeView['examining'] {
  const ids = [...(current === null ? [] : [current]), ...waiting]
  const first = ids.slice(0, SHOWN_MAX).flatMap((id) => {
    const recording = recordings.get(id)
    if (recording === null) return []
    const { recordingId, deviceSerial, userNo, bytes, isIncident, analysis } = recording
    return [
      {
        ...{ recordingId, deviceSerial, userNo, bytes, isIncident: isIncident === true },
        ...{ isRunning: id === current, percent: analysis?.percent ?? null },
      },
    ]
  })
  return { count: ids.length, first }
}

const Beside = z
  .object({ recordingId: z.string(), gapSec: z.number() })
  .nullable()
  .describe('The accepted recording of the same recorder before or after it, and the time between.')

function oneRoute(app: App, { recordings }: RecordingParts): void {
  app.get(
    '/api/v1/recordings/:id',
    {
      config,
      schema: {
        tags,
        summary:
          'one recording: what it is, what is wrong with it, what was seen, what lies before and after it',
        params,
        response: {
          200: z.object({
            recording: Recording,
            before: Beside,
            after: Beside,
          }),
        },
      },
    },
    (request) => {
      const recording = found(recordings, request.params.id)
      return { recording: shown(recordings, recording), ...besides(recordings, recording) }
    },
  )
}

function besides(recordings: RecordingDesk, { recordingId, deviceSerial, startAt, endAt }: RecordingView) {
  const [startMs, endMs] = [Date.parse(startAt), Date.parse(endAt ?? startAt)]
  if (Number.isNaN(startMs)) return { before: null, after: null }
  const others = recordings
    .ofDevice(deviceSerial, startMs - BESIDE_MS, endMs + BESIDE_MS)
    .filter((other) => other.recordingId !== recordingId)
  const gap = (other: RecordingView | undefined, gapMs: (other: RecordingView) => number) =>
    other === undefined ? null : { recordingId: other.recordingId, gapSec: Math.max(0, gapMs(other) / 1000) }
  const before = others.findLast((other) => Date.parse(other.startAt) < startMs)
  const after = others.find((other) => Date.parse(other.startAt) >= startMs)
  return {
    before: gap(before, (other) => startMs - Date.parse(other.endAt ?? other.startAt)),
    after: gap(after, (other) => Date.parse(other.startAt) - endMs),
  }
}

function presenceRoute(app: App, { recordings, presence }: RecordingParts): void {
  const looks = z.array(z.looseObject({ sec: z.number() })).nullable()
  app.get(
    '/api/v1/recordings/:id/presence',
    {
      config,
      schema: {
        tags,
        summary:
          'people, carriers and goods in view, second by second; a second without an entry was not looked at',
        params,
        response: { 200: z.object({ looks: looks.describe('Null: it was not analysed.') }) },
      },
    },
    (request) => {
      const { recordingId } = found(recordings, request.params.id)
      return { looks: presence(recordingId) as z.infer<typeof looks> }
    },
  )
}

const Purpose = z.string().trim().min(2).max(200)

function filmRoute(app: App, { recordings, accessLog, clock }: RecordingParts): void {
  const looks = new Looks()
  app.get(
    '/api/v1/recordings/:id/film',
    {
      config,
      schema: {
        tags,
        summary: 'the film, whole or a range of it, byte by byte as it lies on the box',
        params,
        querystring: z.strictObject({
          purpose: z
            .string()
            .max(200)
            .optional()
            .describe('Why it is looked at; logged with who and when. Or header `x-purpose`.'),
          copy: z
            .enum(['original', 'salvaged'])
            .default('original')
            .describe('`salvaged`: what could be saved of a torn one.'),
        }),
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { copy } = request.query
      const asked = Purpose.safeParse(request.query.purpose ?? request.headers['x-purpose'])
      const entry = { ...whoOf(request), action: 'recording.play', object: `${id}/${copy}` }
      const file = asked.success ? recordings.filmFile(id, copy) : null
      const outcome = file === null ? 'refused' : 'granted'
      const purpose = asked.data ?? ''
      if (outcome === 'refused' || looks.begins([entry.actor, entry.object, purpose], clock.wallMs()))
        accessLog.add({ ...entry, purpose, outcome })
      if (!asked.success) throw fault('PURPOSE_MISSING')
      if (file === null) throw fault('NOT_FOUND', { what: entry.object })
      // A film opens in the page; anything else, also by a name that lies, is only ever saved.
      if (!/\.(mp4|mov|webm|mkv)$/i.test(file)) reply.header('content-disposition', 'attachment')
      return reply
        .header('cache-control', 'no-store')
        .sendFile(basename(file), dirname(file), { cacheControl: false })
    },
  )
}

function found(recordings: RecordingDesk, recordingId: string): RecordingView {
  const recording = recordings.get(recordingId)
  if (recording === null) throw fault('NOT_FOUND', { what: `recording ${recordingId}` })
  return recording
}

/** Where it lies on this box is nobody else's business. */
function shown(recordings: RecordingDesk, { file: _, ...recording }: RecordingView) {
  return { ...recording, isReleasable: recordings.isReleasable(recording.recordingId) }
}
