/**
 * Body-cam recordings arrive by tus 1.0: in pieces, over poor lines, resumed where they broke off.
 *
 *     POST  ─▶ <folder>/<id>, <id>.json          details as the device sent them, and whose token it was
 *     PATCH ─▶ bytes appended, any number of times ─▶ complete ─▶ recordings.take(file) ─▶ 204
 *
 * A token sees its own uploads only. When the power goes between the last byte and `take`, the device
 * believes that it is done; so `start` looks for whole files that nobody took.
 */
import { mkdir, readdir, statfs } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fault, reasonOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import type { HttpOptions } from './options.ts'
import { bodyOf, statusOf } from './replies.ts'
import type { App } from './schema.ts'
import type { RecordingDesk } from './views.ts'

const UPLOADS_PATH = '/bodycam/uploads'
const LOCK_DRAIN_MS = 50
/** Left free for evidence and outbox, bytes. */
const RESERVE_BYTES = 2_000_000_000
const CLEAN_EVERY_MS = 3_600_000
const CHANNELS = ['DOCK', '4G', 'MANUAL'] as const
/** Key in the stored details that says whose token began the upload; a device cannot set it. */
const BY = 'uploadedBy'

type TusRequest = Parameters<NonNullable<ConstructorParameters<typeof Server>[0]['onUploadCreate']>>[0]
type TusUpload = Awaited<ReturnType<FileStore['getUpload']>>

interface UploadsParts {
  readonly options: HttpOptions
  readonly folder: string
  readonly recordings: RecordingDesk
  readonly log: Log
}

export class Uploads {
  readonly #parts: UploadsParts
  readonly #store: FileStore
  readonly #tus: Server
  readonly #uploaders = new WeakMap<IncomingMessage, string>()
  #timer: NodeJS.Timeout | null = null

  constructor(parts: UploadsParts) {
    this.#parts = parts
    const { options, folder } = parts
    this.#store = new FileStore({
      directory: folder,
      expirationPeriodInMilliseconds: options.uploadKeepHours * 3_600_000,
    })
    this.#tus = new Server({
      path: UPLOADS_PATH,
      datastore: this.#store,
      maxSize: options.uploadBytesMax,
      relativeLocation: true,
      // A line that was cut holds its lock; whoever resumes waits for it to be given up.
      lockDrainTimeout: LOCK_DRAIN_MS,
      allowedOrigins: [],
      onUploadCreate: (request, upload) => this.#admit(request, upload),
      onUploadFinish: (_request, upload) => this.#finish(upload).then(() => ({})),
      onResponseError: (_request, error) => {
        if (error instanceof Error) parts.log.warn({ err: error }, 'upload request failed')
        return undefined
      },
    })
  }

  async start(): Promise<void> {
    await mkdir(this.#parts.folder, { recursive: true })
    for (const id of await this.#begun()) {
      // Details without a file are removed with the expired ones.
      const upload = await this.#store.getUpload(id).catch(() => null)
      if (upload && upload.offset === upload.size) await this.#finish(upload)
    }
    await this.#clean()
    this.#timer = setInterval(() => void this.#clean(), CLEAN_EVERY_MS)
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer)
  }

  async handle(request: FastifyRequest, reply: FastifyReply, id: string | null): Promise<void> {
    const by = request.visitor?.name ?? ''
    if (id !== null && !(await this.#isOwn(id, by))) throw fault('NOT_FOUND', { what: `upload ${id}` })
    this.#uploaders.set(request.raw, by)
    reply.hijack()
    try {
      await this.#tus.handle(request.raw, reply.raw)
    } catch (error) {
      // The line broke in the middle: what arrived is on disk, the device resumes there.
      this.#parts.log.info({ upload: id, reason: reasonOf(error) }, 'upload interrupted')
      reply.raw.destroy()
    }
  }

  async #admit(request: TusRequest, upload: TusUpload): Promise<{ metadata: Record<string, string | null> }> {
    const { options, folder } = this.#parts
    const begun = await this.#begun()
    const { bavail, bsize } = await statfs(folder)
    const freeBytes = bavail * bsize
    const bytes = upload.size ?? options.uploadBytesMax
    if (begun.length >= options.uploadsUnfinishedMax) throw refusal('UPLOADS_FULL', { count: begun.length })
    if (bytes + RESERVE_BYTES > freeBytes) throw refusal('UPLOAD_NO_ROOM', { bytes, freeBytes })
    const raw = request.runtime?.node?.req as IncomingMessage | undefined
    return { metadata: { ...upload.metadata, [BY]: (raw && this.#uploaders.get(raw)) ?? '' } }
  }

  async #finish(upload: TusUpload): Promise<void> {
    const { [BY]: by, ...metadata } = upload.metadata ?? {}
    const file = upload.storage?.path ?? ''
    const channel = CHANNELS.find((one) => one === metadata['uploadChannel']) ?? '4G'
    await this.#parts.recordings.take({
      uploadId: upload.id,
      file,
      bytes: upload.size ?? 0,
      metadata,
      channel,
      by: by ?? '',
    })
    await this.#store.configstore.delete(upload.id)
  }

  async #isOwn(id: string, by: string): Promise<boolean> {
    if (!/^[0-9a-f]{32}$/.test(id)) return false
    // Finished, expired or never begun: not found.
    const upload = await this.#store.getUpload(id).catch(() => null)
    return upload?.metadata?.[BY] === by
  }

  async #begun(): Promise<string[]> {
    const names = await readdir(this.#parts.folder)
    return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
  }

  async #clean(): Promise<void> {
    try {
      const removed = await this.#store.deleteExpired()
      if (removed > 0) this.#parts.log.info({ removed }, 'unfinished uploads expired')
    } catch (error) {
      // Nothing is owed: the next round tries again.
      this.#parts.log.warn({ reason: reasonOf(error) }, 'expired uploads could not be removed')
    }
  }
}

/** tus answers with the status and body of what is thrown. */
function refusal(...args: Parameters<typeof fault>): { status_code: number; body: string } {
  const problem = fault(...args)
  return { status_code: statusOf(problem), body: JSON.stringify(bodyOf(problem)) }
}

export function uploadRoutes(app: App, uploads: Uploads): void {
  const config = { permission: 'recordings:upload' } as const
  const tags = ['uploads']
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
    method: ['HEAD', 'PATCH', 'OPTIONS'],
    url: `${UPLOADS_PATH}/:id`,
    config,
    schema: { tags, summary: 'tus 1.0: how much has arrived; more bytes' },
    handler: (request, reply) => uploads.handle(request, reply, request.params.id),
  })
}
