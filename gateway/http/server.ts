/**
 * The web server: API, feed, uploads, metrics and the console's page behind one gate.
 *
 *     socket ─▶ headers ─▶ gatekeeper (who, may they) ─▶ schema ─▶ route ─▶ JSON, bytes, socket
 *
 * It holds no state of its own: what it shows it asks of the rooms that keep it, each time.
 */
import { readFileSync } from 'node:fs'
import { createServer as createPlainServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import fastifyCookie from '@fastify/cookie'
import fastifyStatic from '@fastify/static'
import fastifySwagger from '@fastify/swagger'
import fastifyWebsocket from '@fastify/websocket'
import fastify from 'fastify'
import type { Custody } from '../evidence/custody.ts'
import type { SheetOptions } from '../evidence/sheet/font.ts'
import type { Transcripts } from '../evidence/transcripts.ts'
import type { Clock } from '../kit/clock.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import { isLoopback } from '../kit/loopback.ts'
import { packagePath } from '../kit/paths.ts'
import type { AccessLog } from './access-log.ts'
import type { Accounts } from './accounts.ts'
import { Feed, feedRoute } from './feed.ts'
import { keepGate } from './gatekeeper.ts'
import type { Grants } from './grants.ts'
import type { HttpOptions } from './options.ts'
import type { PlaceDesk } from './place-views.ts'
import { answerFaults } from './replies.ts'
import { actRoutes } from './routes/acts.ts'
import { administrationRoutes } from './routes/administration.ts'
import { alertRoutes } from './routes/alerts.ts'
import { bodyCamRoutes } from './routes/bodycams.ts'
import { configRoutes } from './routes/config.ts'
import { dutyRoutes } from './routes/duty.ts'
import { evidenceRoutes } from './routes/evidence.ts'
import { exportRoutes } from './routes/exports.ts'
import { filmRoutes } from './routes/films.ts'
import { grantedRoutes } from './routes/granted.ts'
import { healthRoutes } from './routes/health.ts'
import { liveRoute } from './routes/live.ts'
import { pageRoutes } from './routes/page.ts'
import { persuasionRoutes } from './routes/persuasions.ts'
import { placeRoutes } from './routes/places.ts'
import { recordingRoutes } from './routes/recordings.ts'
import { registerRoutes } from './routes/registers.ts'
import { retentionRoutes } from './routes/retention.ts'
import { ruleRoutes } from './routes/rules.ts'
import { sessionRoutes } from './routes/session.ts'
import { setupRoutes } from './routes/setup.ts'
import { sheetRoutes } from './routes/sheets.ts'
import { statisticsRoutes } from './routes/statistics.ts'
import { systemRoutes } from './routes/system.ts'
import { transcriptRoutes } from './routes/transcripts.ts'
import { uploadRoutes } from './routes/uploads.ts'
import { type App, checkWithZod, documented, type ZodTypes } from './schema.ts'
import type { SetupDesk } from './setup-views.ts'
import { ShownAlerts } from './shown-alerts.ts'
import type { SystemBoard } from './system-views.ts'
import { Uploads } from './uploads.ts'
import type {
  AlertsView,
  BodyCamDesk,
  CameraBoard,
  DeliveryBoard,
  Directory,
  EvidenceVault,
  ExportsView,
  LawDesk,
  LiveSource,
  MetricsSource,
  NoticeDesk,
  OfficeView,
  PresenceOf,
  RecordingDesk,
  RetentionDesk,
  Troubles,
} from './views.ts'

export interface HttpParts {
  readonly options: HttpOptions
  readonly accounts: Accounts
  readonly accessLog: AccessLog
  readonly alerts: AlertsView
  readonly notices: NoticeDesk
  readonly office: OfficeView
  readonly cameras: CameraBoard
  readonly evidenceVault: EvidenceVault
  readonly custody: Custody
  readonly clock: Clock
  readonly exports: ExportsView
  readonly transcripts: Transcripts
  readonly sheet: SheetOptions
  readonly grants: Pick<Grants, 'open'>
  readonly delivery: DeliveryBoard
  readonly recordings: RecordingDesk
  readonly presence: PresenceOf
  readonly bodycams: BodyCamDesk
  readonly troubles: Troubles
  readonly directory: Directory
  readonly law: LawDesk
  readonly retention: RetentionDesk
  readonly metrics: MetricsSource
  readonly live: LiveSource
  readonly places: PlaceDesk
  readonly system: SystemBoard
  readonly setup: SetupDesk
  /** What is still missing before work can be done; empty when ready. */
  readonly missing: () => readonly string[]
  /** Unfinished body-cam uploads lie here; on the same disk as the recordings. */
  readonly uploadsFolder: string
  /** Where the built console lies. */
  readonly consoleFolder?: string
  readonly log: Log
}

/** With the alerts as people are shown them. */
type ShownParts = HttpParts & { readonly alerts: ShownAlerts }

/** JSON bodies; nothing the API takes is larger. */
const BODY_BYTES_MAX = 64 * 1024
/** A socket that is silent this long is closed. WebSockets are kept by their own pings. */
const SILENT_SOCKET_MS = 120_000
const HEADERS_WITHIN_MS = 20_000
const CONNECTIONS_MAX = 1000

const HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; " +
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

export class HttpServer {
  readonly url: string
  readonly #app: App
  readonly #feed: Feed
  readonly #uploads: Uploads

  private constructor(url: string, app: App, feed: Feed, uploads: Uploads) {
    this.url = url
    this.#app = app
    this.#feed = feed
    this.#uploads = uploads
  }

  static async start(house: HttpParts): Promise<HttpServer> {
    const parts = { ...house, alerts: new ShownAlerts(house.alerts, house.notices) }
    const { options, log } = parts
    const app = makeApp(options)
    const feed = new Feed(parts)
    const uploads = new Uploads({ ...parts, folder: parts.uploadsFolder })
    try {
      await addPlugins(app)
      await addRoutes(app, parts, feed, uploads)
      await uploads.start()
      const url = await listen(app, options)
      if (!options.tls && !isLoopback(options.host)) {
        const warning = fault('HTTP_UNENCRYPTED', { host: options.host })
        log.warn({ code: warning.code }, warning.message)
      }
      return new HttpServer(url, app, feed, uploads)
    } catch (error) {
      feed.close()
      uploads.close()
      await app.close()
      throw error
    }
  }

  /** Open live feeds, and those closed for being slow so far. */
  get feeds(): { open: number; slow: number } {
    return this.#feed.counts
  }

  async close(): Promise<void> {
    this.#feed.close()
    this.#uploads.close()
    await this.#app.close()
  }
}

function makeApp({ tls, behindProxy }: HttpOptions): App {
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: behindProxy ? 'loopback' : false,
    routerOptions: { maxParamLength: 400 },
    forceCloseConnections: true,
    serverFactory: (handler) => {
      const server = tls ? tlsServer(tls, handler) : createPlainServer(handler)
      // An upload of hours is one request: only its headers have a deadline, and silence.
      server.requestTimeout = 0
      server.headersTimeout = HEADERS_WITHIN_MS
      server.timeout = SILENT_SOCKET_MS
      server.maxConnections = CONNECTIONS_MAX
      return server as ReturnType<typeof createPlainServer>
    },
  }).withTypeProvider<ZodTypes>()
  app.setValidatorCompiler(checkWithZod)
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  app.addHook('onSend', async (request, reply) => {
    reply.headers(HEADERS)
    if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000')
    if (request.url.startsWith('/api/') && !reply.hasHeader('cache-control'))
      reply.header('cache-control', 'no-store')
  })
  return app
}

async function addPlugins(app: App): Promise<void> {
  await app.register(fastifyCookie)
  await app.register(fastifyStatic, { serve: false })
  await app.register(fastifyWebsocket, { options: { maxPayload: 4096 } })
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Lushao edge gateway', version: '1' },
      components: {
        securitySchemes: {
          cookie: { type: 'apiKey', in: 'cookie', name: 'lushao_session' },
          bearer: { type: 'http', scheme: 'bearer' },
        },
      },
      security: [{ cookie: [] }, { bearer: [] }],
    },
    transform: documented,
  })
}

async function addRoutes(app: App, parts: ShownParts, feed: Feed, uploads: Uploads): Promise<void> {
  const { accounts, consoleFolder = packagePath('dist', 'console'), log } = parts
  answerFaults(app, log)
  keepGate(app, parts)
  healthRoutes(app, parts)
  sessionRoutes(app, parts)
  alertRoutes(app, parts)
  persuasionRoutes(app, parts)
  actRoutes(app, parts)
  filmRoutes(app, parts)
  dutyRoutes(app, parts)
  statisticsRoutes(app, parts)
  exportRoutes(app, parts)
  evidenceRoutes(app, parts)
  grantedRoutes(app, parts)
  sheetRoutes(app, parts)
  transcriptRoutes(app, parts)
  registerRoutes(app, parts)
  recordingRoutes(app, { ...parts, underWay: uploads.underWay })
  bodyCamRoutes(app, parts)
  ruleRoutes(app, parts.law)
  retentionRoutes(app, parts)
  administrationRoutes(app, parts)
  placeRoutes(app, parts)
  configRoutes(app, parts)
  systemRoutes(app, parts)
  setupRoutes(app, parts)
  feedRoute(app, { feed, accounts })
  liveRoute(app, parts)
  await uploadRoutes(app, uploads)
  pageRoutes(app, { consoleFolder, log })
}

async function listen(app: App, { host, port }: HttpOptions): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (error) {
    throw fault('HTTP_PORT_REFUSED', { host, port, reason: reasonOf(error) }, error)
  }
}

function tlsServer({ certFile, keyFile }: NonNullable<HttpOptions['tls']>, handler: RequestListener) {
  try {
    return createTlsServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, handler)
  } catch (error) {
    throw fault('HTTP_TLS_UNREADABLE', { reason: reasonOf(error) }, error)
  }
}
