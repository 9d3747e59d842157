/**
 * Ways in for recordings: tus 1.0 for whoever can resume, a form for dock software that knows nothing else.
 *
 *     tus    POST, PATCH, HEAD, DELETE, PUT …/track
 *     form   fields, `details`, `track`, `file` ─▶ <id>.part ─▶ whole? admitted? ─▶ taken ─▶ 201 {recordingId}
 *
 * A form that breaks off leaves nothing: nobody was told that it had arrived.
 */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fastifyMultipart, { type Multipart, type MultipartFile } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { fault, isFault, reasonOf } from '../../kit/errors.ts'
import { said } from '../../kit/upload-details.ts'
import type { App } from '../schema.ts'
import { UPLOADS_PATH, type Uploads, uploaderOf } from '../uploads.ts'

const TRACK_BYTES_MAX = 4 * 1024 * 1024
const FIELD_BYTES_MAX = 64 * 1024
const FIELDS_MAX = 64
const config = { permission: 'recordings:upload' } as const
const tags = ['uploads']
const Details = z.record(
  z.string(),
  z
    .union([z.string(), z.number(), z.boolean(), z.null()])
    .transform((value) => (value === null ? null : String(value))),
)
const Id = z.object({ id: z.string() })

export async function uploadRoutes(app: App, uploads: Uploads): Promise<void> {
  tusRoutes(app, uploads)
  await app.register(async (scope: App) => {
    // Positions come as text of many names.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: TRACK_BYTES_MAX },
      (_request, body, done) => done(null, body),
    )
    scope.put(
      `${UPLOADS_PATH}/:id/track`,
      {
        config,
        bodyLimit: TRACK_BYTES_MAX,
        schema: {
          ...{ tags, params: Id, response: { 204: z.null() } },
          summary: 'positions (NMEA, GPX or JSON, 4 MiB) of an upload that is not finished yet',
        },
      },
      async (request, reply) => {
        await uploads.keepTrack(request, request.params.id, request.body as Buffer)
        return reply.status(204).send()
      },
    )
  })
  await app.register(fastifyMultipart)
  formRoute(app, uploads)
}

function tusRoutes(app: App, uploads: Uploads): void {
  // The bytes are tus's to read, straight from the socket.
  app.addContentTypeParser('application/offset+octet-stream', (_request, _payload, done) => done(null))
  app.route({
    method: ['POST', 'OPTIONS'],
    url: UPLOADS_PATH,
    config,
    schema: { tags, summary: 'tus 1.0: begin an upload; Upload-Metadata names device, user and start' },
    handler: (request, reply) => uploads.handle(request, reply, null),
  })
  app.route<{ Params: { id: string } }>({
    method: ['HEAD', 'PATCH', 'DELETE', 'OPTIONS'],
    url: `${UPLOADS_PATH}/:id`,
    config,
    schema: { tags, summary: 'tus 1.0: how much has arrived; more bytes; given up' },
    handler: (request, reply) => uploads.handle(request, reply, request.params.id),
  })
}

function formRoute(app: App, uploads: Uploads): void {
  app.post(
    '/bodycam/form',
    {
      config,
      schema: {
        ...{ tags, summary: 'a whole recording as multipart form: file, track, details' },
        response: {
          201: z.object({
            recordingId: z.string(),
            status: z.string(),
            sha256: z.string(),
            bytes: z.int(),
          }),
        },
      },
    },
    async (request, reply) => {
      const part = uploads.newPart()
      const length = Number(request.headers['content-length'] ?? 0)
      uploads.underWay.formBegan(part.id, { bytes: length, by: uploaderOf(request).name })
      try {
        const form = await readForm(request, part.file, uploads)
        const { bytes, sha256 } = form.film
        const by = uploaderOf(request)
        const metadata = await uploads.gate.admit({ bytes, by, metadata: { ...form.metadata, sha256 } })
        const declared = said(form.metadata, 'sha256').toLowerCase()
        // What the dock said stays what it said; the box's own hash is taken when it examines the recording.
        if (declared === '') delete metadata['sha256']
        else metadata['sha256'] = declared
        const track = form.track === undefined ? {} : { track: form.track }
        const taken = await uploads.finishPart(part, { bytes, metadata, ...track })
        return reply.status(201).send({ recordingId: taken.recordingId, status: taken.status, sha256, bytes })
      } finally {
        uploads.underWay.formEnded(part.id)
        await rm(part.file, { force: true })
      }
    },
  )
}

interface Form {
  readonly film: { readonly bytes: number; readonly sha256: string }
  readonly metadata: Record<string, string | null>
  readonly track?: Buffer
}

async function readForm(request: FastifyRequest, path: string, uploads: Uploads): Promise<Form> {
  const length = Number(request.headers['content-length'] ?? 0)
  await uploads.gate.checkRoom(length)
  let film: Form['film'] | null = null
  let track: Buffer | undefined
  const metadata: Record<string, string | null> = {}
  const { uploadBytesMax } = uploads.options
  const limits = { fileSize: uploadBytesMax, files: 2, fields: FIELDS_MAX, fieldSize: FIELD_BYTES_MAX }
  try {
    for await (const part of request.parts({ limits })) {
      if (part.type === 'field') Object.assign(metadata, fieldOf(part))
      else if (part.fieldname === 'track') track = await trackOf(part)
      else if (part.fieldname === 'file' && film === null) {
        metadata['filename'] = part.filename
        film = await write(part, path, uploadBytesMax)
      } else throw fault('UPLOAD_FORM_BAD', { reason: `a file named ${part.fieldname}` })
    }
  } catch (error) {
    throw isFault(error) ? error : fault('UPLOAD_FORM_BAD', { reason: reasonOf(error) }, error)
  }
  if (film === null) throw fault('UPLOAD_FORM_BAD', { reason: 'no file' })
  return { film, metadata, ...(track === undefined ? {} : { track }) }
}

function fieldOf(part: Extract<Multipart, { type: 'field' }>): Record<string, string | null> {
  const text = String(part.value)
  if (part.fieldname !== 'details') return { [part.fieldname]: text }
  try {
    return Details.parse(JSON.parse(text))
  } catch (error) {
    throw fault('UPLOAD_FORM_BAD', { reason: 'details are no JSON object of plain values' }, error)
  }
}

async function trackOf(part: MultipartFile): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of part.file as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > TRACK_BYTES_MAX) throw fault('UPLOAD_FORM_BAD', { reason: 'the track is over 4 MiB' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function write(part: MultipartFile, path: string, bytesMax: number): Promise<Form['film']> {
  const hash = createHash('sha256')
  let bytes = 0
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  await pipeline(part.file, tap, createWriteStream(path, { flags: 'wx' }))
  if (part.file.truncated) throw fault('UPLOAD_TOO_LARGE', { bytesMax })
  return { bytes, sha256: hash.digest('hex') }
}
