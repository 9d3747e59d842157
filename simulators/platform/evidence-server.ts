/**
 * The simulated platform's door for evidence: tus 1.0 with a real file store, and faults on demand.
 *
 *     POST   ─▶ token? room? has it already? ─▶ 401 · 507 · 409 · 201
 *     PATCH  ─▶ … whole ─▶ its hash? ─▶ 204, and the inbox has it · 460, and the upload is gone
 *     GET /evidence/status?packageId=… ─▶ the receipt
 *
 * Killed and started again it goes on with what lies in its folder.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { reasonOf } from '../../gateway/kit/errors.ts'
import { listen } from '../listening.ts'
import type { Announced, EvidenceInbox } from './evidence-inbox.ts'

const UPLOADS_PATH = '/evidence/uploads'
const LOCK_DRAIN_MS = 50
const STATUS_PATH = '/evidence/status'

/** What goes wrong, until it is set back. */
export interface EvidenceFaults {
  /** Answers everything with this status. */
  refuse: number | null
  /** No room: new uploads are refused with 507. */
  full: boolean
  /** So many of the next uploads are forgotten once some bytes have come. */
  forget: number
  /** Of so many of the next whole files it says that the hash is wrong. */
  lie: number
}

interface ServerOptions {
  readonly inbox: EvidenceInbox
  readonly token: string
  readonly port?: number
  readonly host?: string
}

type Upload = Awaited<ReturnType<FileStore['getUpload']>>

export class EvidenceServer {
  readonly faults: EvidenceFaults = { refuse: null, full: false, forget: 0, lie: 0 }
  /** Where uploads begin. */
  readonly url: string
  readonly statusUrl: string
  readonly #http: HttpServer
  readonly #sockets: ReadonlySet<Socket>

  private constructor(base: string, http: HttpServer, sockets: ReadonlySet<Socket>) {
    this.url = base + UPLOADS_PATH
    this.statusUrl = base + STATUS_PATH
    this.#http = http
    this.#sockets = sockets
  }

  static async start({ inbox, token, port = 0, host = '127.0.0.1' }: ServerOptions): Promise<EvidenceServer> {
    const store = new FileStore({ directory: join(inbox.folder, '.incoming') })
    const tus = new Server({
      path: UPLOADS_PATH,
      datastore: store,
      relativeLocation: true,
      // A request whose line was cut holds its upload that long; whoever resumes waits meanwhile, spinning.
      lockDrainTimeout: LOCK_DRAIN_MS,
      onUploadCreate: async (_request, upload) => {
        if (server.faults.full) throw { status_code: 507, body: 'no room' }
        const announced = announcedBy(upload)
        if (announced === null) throw { status_code: 400, body: 'packageId, path, sha256 …' }
        if (inbox.has(announced)) throw { status_code: 409, body: 'it is here already' }
        return {}
      },
      onUploadFinish: (_request, upload) => finish(server, inbox, store, upload),
    })
    const http = createServer((request, response) => {
      void answer(server, inbox, token, request, response, async () => {
        if (request.method === 'PATCH' && server.faults.forget > 0) {
          server.faults.forget--
          await store.remove(request.url?.split('/').at(-1) ?? '')
        }
        await tus.handle(request, response)
      })
    })
    const sockets = new Set<Socket>()
    http.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    const bound = await listen(http, host, port)
    const server = new EvidenceServer(`http://${host}:${bound}`, http, sockets)
    return server
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#http.close(done))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

async function answer(
  { faults }: EvidenceServer,
  inbox: EvidenceInbox,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
  upload: () => Promise<void>,
): Promise<void> {
  const say = (status: number, body = '') => void response.writeHead(status).end(body)
  if (faults.refuse !== null) return say(faults.refuse)
  if (!isRight(token, request.headers.authorization)) return say(401)
  const url = new URL(request.url ?? '/', 'http://platform')
  if (url.pathname === STATUS_PATH) {
    const receipt = inbox.receiptOf(url.searchParams.get('packageId') ?? '')
    return receipt === null ? say(404) : say(200, JSON.stringify(receipt))
  }
  if (!url.pathname.startsWith(UPLOADS_PATH)) return say(404)
  try {
    await upload()
  } catch (error) {
    // The line broke; what came is in the store.
    response.destroy(error instanceof Error ? error : new Error(reasonOf(error)))
  }
}

async function finish(
  { faults }: EvidenceServer,
  inbox: EvidenceInbox,
  store: FileStore,
  upload: Upload,
): Promise<Record<string, never>> {
  const announced = announcedBy(upload)
  const file = upload.storage?.path ?? ''
  const lies = faults.lie > 0
  if (lies) faults.lie--
  const isRight = !lies && announced !== null && (await inbox.take(announced, file))
  if (isRight) await store.configstore.delete(upload.id)
  else await store.remove(upload.id)
  if (!isRight) throw { status_code: 460, body: 'the hash is another' }
  return {}
}

function announcedBy({ metadata }: Upload): Announced | null {
  const text = (key: string) => metadata?.[key] ?? ''
  const gateway = text('source').split('/').at(-1) ?? ''
  const announced = { packageId: text('packageId'), path: text('path'), sha256: text('sha256'), gateway }
  const hashes = { manifestHash: text('manifestHash'), tagmanifestHash: text('tagmanifestHash') }
  return Object.values(announced).includes('') ? null : { ...announced, ...hashes }
}

function isRight(token: string, authorization: string | undefined): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(`Bearer ${token}`), digest(authorization ?? ''))
}
