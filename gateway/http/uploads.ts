/**
 * Body-cam recordings arrive by tus 1.0: in pieces, over poor lines, resumed where they broke off.
 *
 *     POST   ─▶ gate ─▶ <folder>/<id>, <id>.json      details as the device sent them, and whose token it was
 *     PATCH  ─▶ bytes appended, any number of times ─▶ complete ─▶ recordings.take(file) ─▶ 204
 *     PUT    …/track ─▶ <id>.track                    positions, before the last byte
 *     DELETE ─▶ the device gives its unfinished upload up
 *
 * A token sees its own uploads only. When the power goes between the last byte and `take`, the device
 * believes that it is done; so `start` looks for whole files that nobody took.
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { Server } from '@tus/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { replaceFile } from '../evidence/disk.ts'
import type { Clock } from '../kit/clock.ts'
import { fault, isFault, reasonOf } from '../kit/errors.ts'
import { syncFolder } from '../kit/growing-file.ts'
import type { Log } from '../kit/log.ts'
import type { HttpOptions } from './options.ts'
import type { Machine } from './sessions.ts'
import { CHECKSUM_ALGORITHMS, CheckedStore, checksumOf, refusal } from './uploads-checked.ts'
import { UPLOADED_BY, UploadGate } from './uploads-gate.ts'
import { UploadsUnderWay } from './uploads-under-way.ts'
import type { RecordingDesk } from './views.ts'

export const UPLOADS_PATH = '/bodycam/uploads'
const LOCK_DRAIN_MS = 50
const CLEAN_EVERY_MS = 3_600_000
const CHANNELS = ['DOCK', '4G', 'MANUAL'] as const
/** A form that has not arrived whole. */
const PART = '.part'
const TRACK = '.track'

type TusRequest = Parameters<NonNullable<ConstructorParameters<typeof Server>[0]['onUploadCreate']>>[0]
type TusUpload = Awaited<ReturnType<CheckedStore['getUpload']>>
type Uploader = Pick<Machine, 'name' | 'deviceSerial'>

interface UploadsParts {
  readonly options: HttpOptions
  readonly folder: string
  readonly recordings: RecordingDesk
  readonly clock: Clock
  readonly log: Log
}

export class Uploads {
  readonly gate: UploadGate
  readonly options: HttpOptions
  readonly underWay: UploadsUnderWay
  readonly #parts: UploadsParts
  readonly #store: CheckedStore
  readonly #tus: Server
  readonly #uploaders = new WeakMap<IncomingMessage, Uploader>()
  #timer: NodeJS.Timeout | null = null

  constructor(parts: UploadsParts) {
    this.#parts = parts
    const { options, folder } = parts
    this.options = options
    this.#store = new CheckedStore({
      directory: folder,
      expirationPeriodInMilliseconds: options.uploadKeepHours * 3_600_000,
    })
    this.underWay = new UploadsUnderWay({ ...parts, detailsOf: (id) => this.#store.configstore.get(id) })
    this.gate = new UploadGate({ ...parts, begun: () => this.underWay.tus() })
    this.#tus = new Server({
      path: UPLOADS_PATH,
      datastore: this.#store,
      maxSize: options.uploadBytesMax,
      relativeLocation: true,
      // A line that was cut holds its lock; whoever resumes waits for it to be given up.
      lockDrainTimeout: LOCK_DRAIN_MS,
      allowedOrigins: [],
      // Whole, it is a recording, and on its way into the register.
      disableTerminationForFinishedUploads: true,
      onUploadCreate: (request, upload) => this.#admit(request, upload),
      onUploadFinish: (_request, upload) => this.#finish(upload).then(() => ({})),
      onResponseError: (_request, error) => {
        if (error instanceof Error) parts.log.warn({ err: error }, 'upload request failed')
        return undefined
      },
    })
  }

  async start(): Promise<void> {
    const { folder } = this.#parts
    await mkdir(folder, { recursive: true })
    await this.#store.recover()
    // Nobody was told that such a form had arrived.
    for (const name of await readdir(folder)) if (name.endsWith(PART)) await rm(join(folder, name))
    for (const id of await this.underWay.ids()) {
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
    const by = uploaderOf(request)
    if (id !== null && request.method !== 'OPTIONS') await this.#own(id, by)
    const checksum = checksumOf(request.headers)
    this.#uploaders.set(request.raw, by)
    reply.raw.setHeader('Tus-Checksum-Algorithm', CHECKSUM_ALGORITHMS.join(','))
    reply.hijack()
    try {
      await this.#store.checking(checksum, () => this.#tus.handle(request.raw, reply.raw))
      if (request.method === 'DELETE' && reply.raw.statusCode === 204) await this.#gaveUp(id ?? '')
    } catch (error) {
      // The line broke in the middle: what arrived is on disk, the device resumes there.
      this.#parts.log.info({ upload: id, reason: reasonOf(error) }, 'upload interrupted')
      reply.raw.destroy()
    }
  }

  /** Positions of an upload that is under way. */
  async keepTrack(request: FastifyRequest, id: string, track: Uint8Array): Promise<void> {
    await this.#own(id, uploaderOf(request))
    await replaceFile(this.#at(id + TRACK), track)
  }

  /** Where a file that comes in one go is written until it is whole. */
  newPart(): { id: string; file: string } {
    const id = randomBytes(16).toString('hex')
    return { id, file: this.#at(id + PART) }
  }

  /** From here on it is an upload like any other, also when the power goes now. */
  async finishPart(
    { id, file }: { id: string; file: string },
    {
      bytes,
      metadata,
      track,
    }: { bytes: number; metadata: Record<string, string | null>; track?: Uint8Array },
  ) {
    const handle = await open(file, 'r+')
    await handle.sync().finally(() => handle.close())
    if (track !== undefined) await replaceFile(this.#at(id + TRACK), track)
    const upload = Object.assign(Object.create(null) as object, {
      ...{ id, size: bytes, offset: 0, metadata },
      creation_date: new Date(this.#parts.clock.wallMs()).toISOString(),
    })
    await this.#store.configstore.set(id, upload as TusUpload)
    await rename(file, this.#at(id))
    await syncFolder(this.#parts.folder)
    return this.#finish(await this.#store.getUpload(id))
  }

  async #admit(request: TusRequest, upload: TusUpload): Promise<{ metadata: Record<string, string | null> }> {
    const raw = request.runtime?.node?.req as IncomingMessage | undefined
    const by = (raw && this.#uploaders.get(raw)) ?? { name: '' }
    const bytes = upload.size ?? this.options.uploadBytesMax
    try {
      return { metadata: await this.gate.admit({ bytes, metadata: upload.metadata ?? {}, by }) }
    } catch (error) {
      if (!isFault(error)) throw error
      const { retrySec, recording } = error.values
      const response = request.runtime?.node?.res
      if (retrySec !== undefined) response?.setHeader('Retry-After', String(retrySec))
      throw refusal(error, recording === undefined ? {} : { recordingId: recording })
    }
  }

  async #finish(upload: TusUpload) {
    const { [UPLOADED_BY]: by, ...metadata } = upload.metadata ?? {}
    const trackFile = this.#at(upload.id + TRACK)
    const channel = CHANNELS.find((one) => one === metadata['uploadChannel']) ?? '4G'
    const taken = await this.#parts.recordings.take({
      uploadId: upload.id,
      file: upload.storage?.path ?? '',
      bytes: upload.size ?? 0,
      metadata,
      channel,
      by: by ?? '',
      ...(existsSync(trackFile) ? { trackFile } : {}),
    })
    await this.#store.configstore.delete(upload.id)
    return taken
  }

  async #gaveUp(id: string): Promise<void> {
    await rm(this.#at(id + TRACK), { force: true })
    this.#parts.log.info({ upload: id }, 'the device gave its upload up')
  }

  /** Throws NOT_FOUND: finished, expired, never begun, or somebody else's. */
  async #own(id: string, by: Uploader): Promise<void> {
    const known = /^[0-9a-f]{32}$/.test(id) ? await this.#store.getUpload(id).catch(() => null) : null
    if (known?.metadata?.[UPLOADED_BY] !== by.name) throw fault('NOT_FOUND', { what: `upload ${id}` })
  }

  #at(name: string): string {
    return join(this.#parts.folder, name)
  }

  async #clean(): Promise<void> {
    try {
      const before = await this.underWay.ids()
      const removed = await this.#store.deleteExpired()
      if (removed === 0) return
      this.#parts.log.info({ removed }, 'unfinished uploads expired')
      const left = new Set(await this.underWay.ids())
      for (const id of before) if (!left.has(id)) await rm(this.#at(id + TRACK), { force: true })
    } catch (error) {
      // Nothing is owed: the next round tries again.
      this.#parts.log.warn({ reason: reasonOf(error) }, 'expired uploads could not be removed')
    }
  }
}

export function uploaderOf({ visitor }: FastifyRequest): Uploader {
  if (visitor?.kind !== 'machine') throw fault('NOT_LOGGED_IN')
  return visitor
}
