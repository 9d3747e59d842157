/**
 * The link drains the outbox into a broker and hears what comes back. It decides what is sent when, and nothing
 * else: what is sent lies in the outbox, what is done with a command in `commands.ts`.
 *
 *     connect ─▶ status online, birth, cameras (retained) ─▶ outbox, a few in flight ─▶ … ─▶ closed ─▶ wait ─▶ connect
 *        │                                                        │
 *        └─ will: status offline                                  └─ PUBACK marks, the back end's `ack` settles
 *
 * Every connection has a session id of its own, so a will that arrives late cannot speak for a newer connection.
 * While the back end says it is offline nothing is sent twice: repetitions would only pile up in the broker.
 */
import { AssertionError } from '../kit/assert.ts'
import { Backoff } from '../kit/backoff.ts'
import { isoTime } from '../kit/clock.ts'
import { type Fault, fault, isFault, reasonOf, redact } from '../kit/errors.ts'
import { ulid } from '../kit/ids.ts'
import { Nap } from '../kit/nap.ts'
import { type Connection, type Delivery, openConnection } from './connection.ts'
import { Drain } from './drain.ts'
import { openMessage, sealEnvelope } from './envelope.ts'
import type { LinkCounters, LinkParts, LinkState } from './link-parts.ts'
import { type CameraStatus, MESSAGES, type Result } from './messages.ts'
import { Topics } from './topics.ts'

const TICK_MS = 500
const ANSWERS_MAX = 256
const PURGE_EVERY_MS = 600_000

export class MqttLink {
  readonly counters: LinkCounters = {
    connections: 0,
    settled: 0,
    commands: 0,
    refused: 0,
    telemetryDropped: 0,
  }
  readonly #parts: LinkParts
  readonly #topics: Topics
  readonly #backoff: Backoff
  readonly #cameras = new Map<string, CameraStatus>()
  readonly #drain: Drain
  readonly #answers = new Map<string, Result>()
  readonly #listeners = new Set<(state: LinkState) => void>()
  #connection: Connection | null = null
  #session = ''
  #protocol: '3.1.1' | '5'
  #backendOnline: boolean | null = null
  #trouble: Fault | null = null
  #announced = false
  #closing = false
  #running: Promise<void> | null = null
  readonly #nap = new Nap()
  #timer: NodeJS.Timeout | null = null
  #purgedAtMs = 0
  #offPut: () => void = () => {}

  constructor(parts: LinkParts) {
    const { options } = parts
    this.#parts = parts
    this.#topics = new Topics(parts.site, parts.gateway)
    this.#protocol = options.protocol === '3.1.1' || options.url === undefined ? '3.1.1' : '5'
    const firstMs = options.reconnectFirstSec * 1_000
    this.#drain = new Drain({
      ...parts,
      topics: this.#topics,
      inflightMax: options.inflightMax,
      guard: (work) => this.#guard(work),
    })
    this.#backoff = new Backoff({ firstMs, maxMs: options.reconnectMaxSec * 1_000, factor: 2 }, parts.random)
  }

  /** Returns at once; connects, and goes on connecting, until `close`. */
  start(): void {
    this.#offPut = this.#parts.outbox.onPut(() => setImmediate(() => this.#guard(() => this.#drain.pump())))
    this.#timer = setInterval(() => this.#guard(() => this.#tick()), TICK_MS)
    this.#running = this.#run()
  }

  get state(): LinkState {
    const connected = this.#announced
    return {
      connected,
      url: this.#parts.address.url,
      protocol: connected ? this.#protocol : null,
      session: connected ? this.#session : null,
      backendOnline: this.#backendOnline,
      trouble: connected ? null : this.#trouble,
    }
  }

  /** Messages of the outbox that a broker has acknowledged, repetitions included. */
  get published(): number {
    return this.#drain.published
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  publishStatus(): void {
    if (this.#announced && !this.#closing) this.#sayStatus('online').catch(() => {}) // It is said anew at each start.
  }

  /** The latest of each camera is retained by the broker, and told again at every connection. */
  publishCameraStatus(cameraId: string, status: CameraStatus): void {
    this.#cameras.set(cameraId, status)
    this.#mention('camera', `cam/${cameraId}/status`, cameraId, status)
  }

  /** Configuration or model have changed. */
  publishBirth(): void {
    this.#mention('birth', 'birth', this.#parts.gateway, this.#parts.birth())
  }

  publishTelemetry(group: string, counters: Readonly<Record<string, unknown>>): void {
    if (!this.#announced) this.counters.telemetryDropped++
    this.#mention('telemetry', `telemetry/${group}`, group, counters)
  }

  /** Says that it is draining, sends what it can in `drainSec`, says that it is offline. */
  async close(): Promise<void> {
    this.#closing = true
    const { options } = this.#parts
    if (this.#announced) {
      void this.#sayStatus('draining').catch(() => {}) // the will says more, should it come to that
      const untilMs = this.#parts.clock.monotonicMs() + options.drainSec * 1_000
      while (this.#announced && !this.#drain.isDry && this.#parts.clock.monotonicMs() < untilMs)
        await pause(20)
    }
    this.#guard(() => this.#drain.flush())
    await this.#leave()
    if (this.#timer) clearInterval(this.#timer)
    this.#offPut()
    this.#nap.wake()
    await this.#running
    this.#listeners.clear()
  }

  async #leave(): Promise<void> {
    const connection = this.#connection
    if (!connection) return
    try {
      if (this.#announced) await Promise.race([this.#sayStatus('offline'), connection.closed])
      await connection.end()
    } catch {
      // The broker went first: it publishes the will, which says the same.
      connection.destroy()
    }
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      const retryMs = this.#backoff.nextMs()
      try {
        const connection = await this.#open(retryMs)
        if (connection !== 'protocol') await this.#serve(connection, retryMs)
        else if (this.#fallBack()) continue
      } catch (error) {
        this.#trouble = isFault(error) ? error : null
        this.#parts.log.warn(isFault(error) ? error : { error: reasonOf(error) }, 'broker connection')
      }
      if (!this.#closing) await this.#nap.sleep(retryMs)
    }
  }

  /** True when another version of the protocol is worth a try at once. */
  #fallBack(): boolean {
    const { options, address, log } = this.#parts
    const { protocol } = options
    log.info({ url: redact(address.url), protocol: this.#protocol }, 'the broker speaks another version')
    if (protocol !== 'auto') return false
    this.#protocol = this.#protocol === '5' ? '3.1.1' : '5'
    return this.#protocol === '3.1.1'
  }

  #open(retryMs: number): Promise<Connection | 'protocol'> {
    const { address, options, site, gateway } = this.#parts
    this.#session = ulid()
    return openConnection(
      {
        address,
        options,
        protocol: this.#protocol,
        clientId: `ume-${site}-${gateway}`,
        will: { topic: this.#topics.of('status'), payload: this.#statusPayload('offline') },
        onMessage: (delivery) => this.#hear(delivery),
      },
      retryMs,
    )
  }

  /** Returns when the connection has ended. */
  async #serve(connection: Connection, retryMs: number): Promise<void> {
    if (this.#closing) return connection.end()
    this.#connection = connection
    this.counters.connections++
    const deaf = setTimeout(() => connection.destroy(), this.#parts.options.pubackSec * 1_000)
    try {
      const mine = (below: string) => this.#topics.of(below)
      const filters = [mine('ack'), `${mine('cmd')}/+`, `${mine('refused')}/+`, this.#topics.backendState]
      await Promise.race([connection.subscribe(filters), connection.closed])
      // A broker without memory of us may have lost what it had taken.
      if (!connection.sessionPresent) this.#parts.outbox.resendAll()
      await Promise.race([this.#announce(), connection.closed])
      clearTimeout(deaf)
      this.#backoff.reset()
      if (this.#announced) this.#drain.open(connection, this.#session)
      const cut = connection.closed.then(() => Promise.reject(new Error('the connection has ended')))
      cut.catch(() => {}) // Told to whoever waits.
      this.#parts.side?.open({
        isIdle: () => this.#drain.isDry,
        isHeard: () => this.#announced && this.#backendOnline !== false,
        // A line that is cut at the wrong moment leaves a publish without any answer.
        publish: (topic, subject, data) =>
          Promise.race([this.#tell('evidencePart', topic, subject, data), cut]),
      })
      await connection.closed
    } catch (error) {
      connection.destroy()
      if (isFault(error)) throw error
      const url = redact(this.#parts.address.url)
      throw fault('BROKER_REFUSED', { url, retryMs, reason: reasonOf(error) }, error)
    } finally {
      clearTimeout(deaf)
      this.#connection = null
      this.#announced = false
      this.#drain.shut()
      this.#parts.side?.shut()
      this.#emitState()
    }
  }

  async #announce(): Promise<void> {
    await this.#sayStatus('online')
    this.#announced = true
    this.#trouble = null
    this.#emitState()
    this.publishBirth()
    for (const [cameraId, status] of this.#cameras) this.publishCameraStatus(cameraId, status)
    this.#sayAnswers()
  }

  #tick(): void {
    const { outbox, options, clock, log } = this.#parts
    const nowMs = clock.monotonicMs()
    outbox.state()
    if (this.#drain.waitedMs > options.pubackSec * 1_000) {
      log.warn({ sec: options.pubackSec }, 'no PUBACK: the connection is given up')
      this.#connection?.destroy()
    } else {
      this.#drain.flush()
    }
    if (nowMs - this.#purgedAtMs > PURGE_EVERY_MS) {
      this.#purgedAtMs = nowMs
      outbox.purge()
    }
  }

  #hear({ topic, payload, retained }: Delivery): void {
    if (payload.length === 0) return // somebody clears what was retained
    const below = this.#topics.below(topic) ?? ''
    const [kind, name = ''] = below.split('/')
    this.#guard(() => {
      if (topic === this.#topics.backendState) this.#hearBackend(topic, payload)
      else if (below === 'ack') this.#hearAck(topic, payload)
      else if (kind === 'cmd' || kind === 'refused') {
        this.counters.commands++
        const result = this.#parts.commands.obey(name, topic, payload, retained || kind === 'refused')
        if (result) this.#answer(result)
      }
    })
  }

  #hearAck(topic: string, payload: Buffer): void {
    const ack = openMessage(topic, payload, MESSAGES.ack.data)
    const { outbox } = this.#parts
    this.counters.settled += 'ids' in ack ? outbox.settle(ack.ids) : outbox.settleUpTo(ack.upTo)
    if (this.#backendOnline !== true) this.#setBackend(true)
  }

  #hearBackend(topic: string, payload: Buffer): void {
    this.#setBackend(openMessage(topic, payload, MESSAGES.backend.data).state === 'online')
  }

  #setBackend(online: boolean): void {
    const returned = online && this.#backendOnline === false
    this.#backendOnline = online
    this.#drain.repeat = online
    if (returned) this.#parts.outbox.resendAll()
    this.#emitState()
    this.#drain.pump()
  }

  /** Kept until the broker has it; a command may arrive before the connection is announced. */
  #answer(result: Result): void {
    this.#answers.set(result.id, result)
    const [oldest] = this.#answers.keys()
    if (this.#answers.size > ANSWERS_MAX) this.#answers.delete(oldest!)
    if (this.#announced) this.#sayAnswers()
  }

  #sayAnswers(): void {
    for (const [id, result] of this.#answers) {
      this.#tell('result', `res/${id}`, id, result).then(
        () => this.#answers.delete(id),
        () => {}, // The connection has ended; it is said again on the next.
      )
    }
  }

  #sayStatus(state: 'online' | 'draining' | 'offline'): Promise<void> {
    return this.#connection!.publish(this.#topics.of('status'), this.#statusPayload(state), { retain: true })
  }

  #statusPayload(state: 'online' | 'draining' | 'offline'): Buffer {
    const degraded = state === 'offline' ? [] : (this.#parts.degraded?.() ?? [])
    const data = { state, session: this.#session, degraded }
    return this.#seal('status', this.#parts.gateway, data)
  }

  /** For what needs no acknowledgement by the back end: it is told again, or asked for again. */
  #tell(kind: keyof typeof MESSAGES, topic: string, subject: string, data: unknown): Promise<void> {
    const { qos, retain } = MESSAGES[kind]
    const payload = this.#seal(kind, subject, data)
    return this.#connection!.publish(this.#topics.of(topic), payload, { qos, retain })
  }

  /** Now or at the next connection: whatever is retained is told again there. */
  #mention(kind: 'birth' | 'camera' | 'telemetry', topic: string, subject: string, data: unknown): void {
    if (!this.#announced) return
    this.#tell(kind, topic, subject, data).catch((error: unknown) => {
      this.#parts.log.debug({ topic, reason: reasonOf(error) }, 'not told')
    })
  }

  #seal(kind: keyof typeof MESSAGES, subject: string, data: unknown): Buffer {
    const nowMs = this.#parts.clock.wallMs()
    return sealEnvelope({
      id: ulid(nowMs),
      source: this.#topics.source,
      type: MESSAGES[kind].type,
      subject,
      time: isoTime(nowMs),
      session: this.#session,
      data,
    })
  }

  /** The store may fail under us (disk full): what was not written is tried again, nothing is taken as done. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (error instanceof AssertionError) throw error
      if (isFault(error)) this.counters.refused++
      this.#parts.log.warn(isFault(error) ? error : fault('STORE_FAILED', { reason: reasonOf(error) }, error))
    }
  }

  #emitState(): void {
    for (const listener of this.#listeners) listener(this.state)
  }
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))
