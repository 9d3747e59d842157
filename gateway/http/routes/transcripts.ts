/**
 * What is said in recordings, written down by people: added beside the sealed package, never into it, and never changed.
 * An item of a package or a body-cam recording is named by its hash, so that nobody can say later it was another one.
 */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { EVIDENCE_JSON } from '../../evidence/bag.ts'
import { TRANSCRIPT_LENGTH_MAX, type Transcript, type Transcripts } from '../../evidence/transcripts.ts'
import { fault } from '../../kit/errors.ts'
import type { AccessLog } from '../access-log.ts'
import { whoOf } from '../gatekeeper.ts'
import type { App } from '../schema.ts'
import type { EvidenceVault, RecordingDesk } from '../views.ts'
import { Asked, logPurpose, PackageId } from './asked.ts'

interface TranscriptParts {
  readonly evidenceVault: EvidenceVault
  readonly accessLog: AccessLog
  readonly transcripts: Transcripts
  readonly recordings: RecordingDesk
}

const Text = z
  .string()
  .trim()
  .min(1)
  .max(TRANSCRIPT_LENGTH_MAX)
  .describe('Word for word, in the language spoken.')
const Items = z.object({ items: z.array(z.object({ itemId: z.string(), sha256: z.string() })) })
const RecordingId = z.string().min(1).max(64)
const tags = ['evidence']

/** Logged, then added. */
type Add = (
  request: FastifyRequest,
  about: { holderId: string; itemId: string; sha256: string },
  text: string,
) => Transcript

export function transcriptRoutes(app: App, parts: TranscriptParts): void {
  const { accessLog, transcripts } = parts
  const add: Add = (request, about, text) => {
    const who = whoOf(request)
    const object = `${about.holderId}/${about.itemId}`
    accessLog.add({ ...who, action: 'evidence.transcribe', object, purpose: '', outcome: 'granted' })
    return transcripts.add({ ...about, author: who.actor, role: who.role, text })
  }
  readRoute(app, parts, {
    ...{ path: '/api/v1/evidence/:id/transcripts', id: PackageId, permission: 'evidence:read' },
    summary: 'transcripts written after a package was sealed, oldest first',
  })
  readRoute(app, parts, {
    ...{ path: '/api/v1/recordings/:id/transcripts', id: RecordingId, permission: 'recordings:read' },
    summary: 'transcripts of a body-cam recording, oldest first',
  })
  ofPackages(app, parts, add)
  ofRecordings(app, parts, add)
}

interface Reading {
  readonly path: string
  readonly id: typeof PackageId | typeof RecordingId
  readonly permission: 'evidence:read' | 'recordings:read'
  readonly summary: string
}

function readRoute(
  app: App,
  { accessLog, transcripts }: TranscriptParts,
  { path, id, permission, summary }: Reading,
): void {
  app.get(
    path,
    { config: { permission }, schema: { tags, summary, params: z.object({ id }), querystring: Asked } },
    (request) => {
      const { id: holderId } = request.params
      const { purpose } = request.query
      logPurpose(accessLog, request, { action: 'evidence.read', object: `${holderId}/transcripts`, purpose })
      return { transcripts: transcripts.of(holderId) }
    },
  )
}

function ofPackages(app: App, { evidenceVault }: TranscriptParts, add: Add): void {
  app.post(
    '/api/v1/evidence/:id/transcripts',
    {
      config: { permission: 'evidence:transcribe' },
      schema: {
        tags,
        summary: 'adds a transcript of an item, or a corrected one; both stay',
        params: z.object({ id: PackageId }),
        body: z.strictObject({ itemId: z.string().min(1).max(200), text: Text }),
      },
    },
    (request, reply) => {
      const { id: packageId } = request.params
      const { itemId, text } = request.body
      const sha256 = hashOfItem(evidenceVault, packageId, itemId)
      if (sha256 === null) throw fault('TRANSCRIPT_ITEM_UNKNOWN', { item: itemId, package: packageId })
      return reply.status(201).send(add(request, { holderId: packageId, itemId, sha256 }, text))
    },
  )
}

function ofRecordings(app: App, { recordings }: TranscriptParts, add: Add): void {
  app.post(
    '/api/v1/recordings/:id/transcripts',
    {
      config: { permission: 'evidence:transcribe' },
      schema: {
        tags,
        summary: 'adds a transcript of a body-cam recording, or a corrected one; both stay',
        params: z.object({ id: RecordingId }),
        body: z.strictObject({ text: Text }),
      },
    },
    (request, reply) => {
      const { id: recordingId } = request.params
      const recording = recordings.get(recordingId)
      if (recording === null) throw fault('NOT_FOUND', { what: recordingId })
      const about = { holderId: recordingId, itemId: 'RECORDING', sha256: recording.sha256 }
      return reply.status(201).send(add(request, about, request.body.text))
    },
  )
}

/** As the sealed record has it; null when the package or the item is not there. */
function hashOfItem(vault: EvidenceVault, packageId: string, itemId: string): string | null {
  const record = vault.readNow(packageId, EVIDENCE_JSON)
  if (record === null) return null
  try {
    return (
      Items.parse(JSON.parse(record.toString())).items.find((item) => item.itemId === itemId)?.sha256 ?? null
    )
  } catch {
    return null // A damaged record names nothing; `lushao verify` says what is wrong with it.
  }
}
