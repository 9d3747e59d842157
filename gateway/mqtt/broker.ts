/**
 * The embedded broker: aedes on the box itself, for a street without a broker of its own, demos and tests.
 *
 *     platform ──publish──▶ {root}/ack, {root}/cmd/+, _backend/state        and reads everything
 *     viewer   ──publish──▶ nothing                                         and reads everything but {root}/res/#
 *     speaker  ──publish──▶ {root}/speaker/+/played                         and reads {root}/speaker/#
 *     gateway  ──publish──▶ {root}/#                                        (this process only)
 *
 * It keeps retained messages and sessions in memory only; the outbox sends again what a restart forgot. A retained
 * command cannot be told from a fresh one when a 3.1.1 broker delivers it live ([MQTT-3.3.1-9] clears the flag), so
 * this broker hands those to the gateway below `refused/`, where nobody else can publish. Results of commands may hold
 * the token of a grant, once: they are forwarded to the platform and to nobody else, whatever somebody subscribed to.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { Aedes, type AedesOptions, type Client } from 'aedes'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { assert } from '../kit/assert.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import { PAYLOAD_BYTES_MAX } from './envelope.ts'
import type { BrokerUser, EmbeddedOptions } from './options.ts'
import { Topics } from './topics.ts'

/** A subscriber that does not read is cut off after this; the others must not wait for it. */
const DRAIN_MS = 15_000
const CONNECT_MS = 10_000
const QUEUE_PER_CLIENT = 100

export interface BrokerAddress {
  readonly url: string
  readonly username?: string | undefined
  readonly password?: string | undefined
}

interface User {
  readonly digest: Buffer
  readonly role: BrokerUser['role'] | 'gateway'
}

export class EmbeddedBroker {
  /** How this gateway reaches it; the password is of this run only. */
  readonly address: BrokerAddress
  /** The credentials that were made because none were configured. */
  readonly made: { readonly username: string; readonly password: string; readonly file: string } | null
  readonly websocketUrl: string | null
  readonly #aedes: Aedes
  readonly #servers: readonly Server[]
  readonly #sockets: Set<Socket>

  private constructor(parts: {
    address: BrokerAddress
    made: EmbeddedBroker['made']
    websocketUrl: string | null
    aedes: Aedes
    servers: readonly Server[]
    sockets: Set<Socket>
  }) {
    this.address = parts.address
    this.made = parts.made
    this.websocketUrl = parts.websocketUrl
    this.#aedes = parts.aedes
    this.#servers = parts.servers
    this.#sockets = parts.sockets
  }

  /** @param folder the storage folder, for passwords made at the first start */
  static async start(parts: {
    readonly options: EmbeddedOptions
    readonly site: string
    readonly gateway: string
    readonly folder: string
    readonly log: Log
  }): Promise<EmbeddedBroker> {
    const { options, log } = parts
    const topics = new Topics(parts.site, parts.gateway)
    const own = { username: 'gateway', password: randomBytes(24).toString('base64url') }
    const made = options.users.length === 0 ? platformPassword(parts.folder) : null
    const users = new Map<string, User>()
    for (const { username, password, role } of options.users) {
      users.set(username, { digest: digestOf(password), role })
    }
    if (made) users.set(made.username, { digest: digestOf(made.password), role: 'platform' })
    users.set(own.username, { digest: digestOf(own.password), role: 'gateway' })

    const aedes = await Aedes.createBroker(guards(users, topics, log))
    const sockets = new Set<Socket>()
    const admit = (socket: Socket) => {
      if (sockets.size >= options.connectionsMax) return void socket.destroy()
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
    const tcp = createServer((socket) => void aedes.handle(socket)).on('connection', admit)
    const port = await listen(tcp, options.port, options.host)
    const servers = [tcp]
    let websocketUrl: string | null = null
    if (options.websocketPort !== undefined) {
      const http = createHttpServer().on('connection', admit)
      new WebSocketServer({ server: http, maxPayload: 2 * PAYLOAD_BYTES_MAX }).on(
        'connection',
        (socket, request) => {
          aedes.handle(
            createWebSocketStream(socket).on('error', () => socket.terminate()),
            request,
          )
        },
      )
      websocketUrl = `ws://${hostOf(options)}:${await listen(http, options.websocketPort, options.host)}`
      servers.push(http)
    }
    const address = { url: `mqtt://${hostOf(options)}:${port}`, ...own }
    log.info({ url: address.url, websocketUrl }, 'embedded broker listens')
    return new EmbeddedBroker({ address, made, websocketUrl, aedes, servers, sockets })
  }

  async close(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((done) => server.close(done)))
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((done) => this.#aedes.close(done))
    await Promise.all(closed)
  }
}

function guards(users: ReadonlyMap<string, User>, topics: Topics, log: Log): AedesOptions {
  const roles = new WeakMap<Client, User['role']>()
  const commands = `${topics.root}/cmd/`
  const speakers = `${topics.root}/speaker/`
  const results = `${topics.root}/res/`
  const mayPublish = (role: User['role'] | undefined, topic: string): boolean => {
    if (role === 'gateway') return topics.below(topic) !== null
    if (role === 'speaker') return topic.startsWith(speakers) && topic.endsWith('/played')
    if (role !== 'platform') return false
    return topic === topics.of('ack') || topic === topics.backendState || topic.startsWith(commands)
  }
  return {
    connectTimeout: CONNECT_MS,
    drainTimeout: DRAIN_MS,
    queueLimit: QUEUE_PER_CLIENT,
    authenticate(client, username, password, done) {
      const user = users.get(username ?? '')
      // A name that is not known takes as long as a wrong password.
      const right = timingSafeEqual(digestOf(password ?? ''), user?.digest ?? digestOf(randomBytes(8)))
      if (user && right) roles.set(client, user.role)
      else log.warn({ client: client.id, username }, 'the embedded broker refused a connection')
      const refusal = Object.assign(new Error('bad user name or password'), { returnCode: 4 as const })
      done(user && right ? null : refusal, Boolean(user && right))
    },
    authorizePublish(client, packet, done) {
      const role = client ? roles.get(client) : undefined
      const bytes = packet.payload.length
      if (!mayPublish(role, packet.topic) || bytes > PAYLOAD_BYTES_MAX) {
        log.warn(
          { client: client?.id, role, topic: packet.topic, bytes },
          'the embedded broker refused a message',
        )
        return done(new Error('not authorized'))
      }
      if (packet.retain && packet.topic.startsWith(commands)) {
        packet.retain = false
        packet.topic = topics.of(`refused/${packet.topic.slice(commands.length)}`)
      }
      done(null)
    },
    authorizeForward(client, packet) {
      const isSecret = packet.topic.startsWith(results) && roles.get(client) === 'viewer'
      return isSecret ? null : packet
    },
    authorizeSubscribe(client, subscription, done) {
      const mine = roles.get(client) !== 'speaker' || subscription.topic.startsWith(speakers)
      const allowed = roles.has(client) && mine && !subscription.topic.startsWith('$')
      done(null, allowed ? subscription : null)
    },
  }
}

/** Made on the first start, readable by the owner only; to change it, remove the file and start again. */
function platformPassword(folder: string): NonNullable<EmbeddedBroker['made']> {
  const file = join(folder, 'broker-platform.json')
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true })
    const password = randomBytes(18).toString('base64url')
    writeFileSync(file, `${JSON.stringify({ username: 'platform', password })}\n`, {
      mode: 0o600,
      flag: 'wx',
    })
  }
  const { username, password } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
  assert(username && password, `${file} holds a username and a password`)
  return { username, password, file }
}

const digestOf = (password: string | Buffer): Buffer => createHash('sha256').update(password).digest()

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((done, failed) => {
    server.once('error', (error) => {
      failed(fault('BROKER_PORT_TAKEN', { host, port, reason: reasonOf(error) }, error))
    })
    server.listen(port, host, () => done((server.address() as AddressInfo).port))
  })
}

/** Where this process reaches what listens on `host`. */
function hostOf({ host }: EmbeddedOptions): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
}
