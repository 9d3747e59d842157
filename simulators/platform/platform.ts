/**
 * A small real back end for one site: reads everything its gateways publish, acknowledges, reviews, closes.
 *
 *     {root}/# ─▶ record (NDJSON) ─▶ once by id? ─▶ ack ─▶ review after a while ─▶ … ─▶ closed when all is done
 *
 * It knows the contract and nothing of the gateway's code. Its faults: it loses acknowledgements, sends commands
 * twice, and goes away for a while. Like a real one it commands again, under the same id, when no answer comes.
 */
import { EventEmitter } from 'node:events'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type MqttClient } from 'mqtt'
import { fault, reasonOf, redact } from '../../gateway/kit/errors.ts'
import { ulid } from '../../gateway/kit/ids.ts'
import { type Alert, CaseBook, type CaseHabits, type Step } from './case-book.ts'
import { EvidenceClerk, type Part } from './evidence-clerk.ts'
import type { EvidenceInbox } from './evidence-inbox.ts'
import { Ledger, type Received } from './ledger.ts'

export interface PlatformOptions {
  readonly brokerUrl: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly site: string
  /** null: nobody reviews. */
  readonly reviewAfterMs: number | null
  readonly verdict: 'VERIFIED' | 'REJECTED'
  /** Id of the person who reviews. */
  readonly by: string
  /** How long everything takes that is no review; absent: no time at all. */
  readonly stepAfterMs?: number
  /** What else it does by habit; see `case-book.ts`. */
  readonly habits?: Partial<Omit<CaseHabits, 'verdict'>>
  /** Where `messages.ndjson` is written; absent: nowhere. */
  readonly folder?: string | undefined
  /** Keeps evidence that comes in parts, and gives receipts for all that is in it; absent: it takes none. */
  readonly inbox?: EvidenceInbox | undefined
  readonly faults: {
    /** Share of acknowledgements that are forgotten, 0..1. */
    readonly ackLoss: number
    /** Every command is sent twice. */
    readonly commandTwice: boolean
    /** Away for `forMs` after every `everyMs`. */
    readonly offline: { readonly everyMs: number; readonly forMs: number } | null
  }
  readonly random?: () => number
}

interface PlatformEvents {
  acknowledged: [alert: Alert, message: Received]
  reviewed: [eventId: string, ok: boolean, reason: string]
  /** A command was sent for the first time, and what became of it. */
  asked: [step: Step]
  answered: [step: Step, ok: boolean, reason: string]
  closed: [eventId: string]
  /** A message that was not there before. */
  news: [message: Received]
  /** Any message, as it came. */
  message: [topic: string, body: unknown, retained: boolean]
}

interface Pending {
  readonly gateway: string
  readonly step: Step
  readonly payload: string
  readonly timer: NodeJS.Timeout
}

const USUAL_HABITS = { noticesMax: 2, certNo: 'simulated-certificate', awaitsProof: false }
const COMMAND_LIFE_MS = 300_000
const ASK_AGAIN_MS = 3_000

export class Platform {
  readonly ledger = new Ledger()
  readonly #options: PlatformOptions
  readonly #cases: CaseBook
  readonly #events = new EventEmitter<PlatformEvents>()
  readonly #pending = new Map<string, Pending>()
  readonly #timers = new Set<NodeJS.Timeout>()
  /** Ids to acknowledge, by gateway. */
  readonly #acks = new Map<string, string[]>()
  readonly #acknowledged = new Set<string>()
  /** Commands of others than the case book, by id. */
  readonly #commands = new Map<string, { timer: NodeJS.Timeout; done: (answer: Answer) => void }>()
  readonly #clerk: EvidenceClerk | null
  readonly #random: () => number
  #client: MqttClient | null = null
  #closed = false

  private constructor(options: PlatformOptions) {
    this.#options = options
    this.#cases = new CaseBook({ ...USUAL_HABITS, ...options.habits, verdict: options.verdict })
    this.#random = options.random ?? Math.random
    const ask = (gateway: string, name: string, args: object) => void this.command(gateway, name, args)
    this.#clerk = options.inbox ? new EvidenceClerk(options.inbox, ask) : null
    if (options.folder !== undefined) mkdirSync(options.folder, { recursive: true })
  }

  static async start(options: PlatformOptions): Promise<Platform> {
    const platform = new Platform(options)
    await platform.goOnline()
    const { offline } = options.faults
    if (offline) platform.#comeAndGo(offline)
    return platform
  }

  /** Every message once, in the order of arrival. */
  received(): Received[] {
    return this.ledger.all()
  }

  /** The latest revision of every event. */
  alerts(): readonly Alert[] {
    return this.#cases.alerts
  }

  /** States of an event in the order in which they were told. */
  statesOf(eventId: string): readonly string[] {
    return this.#cases.statesOf(eventId)
  }

  on<Name extends keyof PlatformEvents>(name: Name, listener: (...values: PlatformEvents[Name]) => void) {
    this.#events.on(name, listener as never)
    return () => void this.#events.off(name, listener as never)
  }

  /** Asked again, under the same id, until the gateway answers. */
  command(gateway: string, name: string, args: object, by = this.#options.by): Promise<Answer> {
    const id = ulid()
    const expiresAt = new Date(Date.now() + COMMAND_LIFE_MS).toISOString()
    const payload = JSON.stringify({ id, by, expiresAt, args })
    const send = () => this.#client?.publish(this.#topic(gateway, `cmd/${name}`), payload, { qos: 1 })
    send()
    return new Promise((done) => this.#commands.set(id, { timer: setInterval(send, ASK_AGAIN_MS), done }))
  }

  async goOnline(): Promise<void> {
    const { brokerUrl, username, password, site } = this.#options
    const state = `ume/v1/${site}/_backend/state`
    const client = connect(brokerUrl, {
      clientId: `platform-${site}`,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      protocolVersion: 4,
      clean: false,
      reconnectPeriod: 300,
      will: { topic: state, payload: Buffer.from('{"state":"offline"}'), qos: 1, retain: true },
    })
    this.#client = client
    // What the broker kept for us comes right behind its CONNACK: be listening before.
    client.on('message', (topic, payload, packet) => this.#hear(topic, payload, packet.retain))
    client.on('connect', () => {
      client.subscribe(`ume/v1/${site}/#`, { qos: 1 })
      client.publish(state, '{"state":"online"}', { qos: 1, retain: true })
    })
    try {
      await new Promise((done, failed) => client.once('connect', done).once('error', failed))
    } catch (error) {
      client.end(true)
      const reason = reasonOf(error)
      throw fault('SIMULATED_PLATFORM_REFUSED', { url: redact(brokerUrl), reason }, error)
    }
    // mqtt.js connects again by itself; what goes wrong meanwhile shows as silence.
    client.on('error', () => {})
  }

  /** As if the line were cut: the broker publishes that nobody listens. */
  async goOffline(): Promise<void> {
    await this.#client?.endAsync(true)
    this.#client = null
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { timer } of [...this.#pending.values(), ...this.#commands.values()]) clearTimeout(timer)
    this.#clerk?.close()
    for (const timer of this.#timers) clearTimeout(timer)
    const client = this.#client
    if (!client) return
    if (client.connected) {
      const state = `ume/v1/${this.#options.site}/_backend/state`
      const said = client.publishAsync(state, '{"state":"offline"}', { qos: 1, retain: true })
      // A broker that goes first says it for us: it is our will.
      await Promise.race([said, new Promise<void>((done) => client.once('close', done))])
    }
    await this.goOffline()
  }

  #hear(topic: string, payload: Buffer, retained: boolean): void {
    const body = parse(payload)
    this.#record(topic, body, retained)
    this.#events.emit('message', topic, body, retained)
    const [, , , gateway, kind] = topic.split('/')
    if (!isMessage(body) || gateway === undefined) return
    if (kind === 'res') this.#hearResult(body.data as Answer)
    if (kind === 'evidence-part') this.#clerk?.take(gateway, body.data as Part)
    if (typeof body.sequence !== 'number') return
    const { id, sequence, late = false, type, data } = body
    const message: Received = { gateway, topic, id, sequence, late, type, data }
    const isNews = this.ledger.take(message)
    const isAcknowledged = this.#acknowledge(gateway, id)
    if (isNews) this.#events.emit('news', message)
    if (isNews) this.#note(gateway, kind, data)
    if (kind !== 'alert') return
    const alert = data as Alert
    if (isAcknowledged) this.#events.emit('acknowledged', alert, message)
    if (!isNews) return
    const step = this.#cases.take(alert)
    if (alert.alertState === 'CLOSED') this.#events.emit('closed', alert.eventId)
    if (step) this.#take(gateway, step)
  }

  /** What has come in besides alerts, and lets cases go on. */
  #note(gateway: string, kind: string | undefined, data: unknown): void {
    const steps: (Step | null)[] = []
    if (kind === 'evidence') {
      const { eventId, packageId, items } = data as Sealed
      const after = items.find(({ kind }) => kind === 'AFTER')
      if (after) steps.push(this.#cases.noteAfter(eventId, `${packageId}/${after.itemId}`))
    }
    if (kind === 'bodycam') {
      const { status, recordingId } = data as { status: string; recordingId: string }
      if (status === 'ACCEPTED') steps.push(...this.#cases.noteRecording(recordingId))
    }
    for (const step of steps) if (step) this.#take(gateway, step)
  }

  /** What came in one go is acknowledged in one go, or forgotten. True the first time an id is. */
  #acknowledge(gateway: string, id: string): boolean {
    if (this.#random() < this.#options.faults.ackLoss) return false
    const waiting = this.#acks.get(gateway)
    if (waiting) waiting.push(id)
    else {
      this.#acks.set(gateway, [id])
      setImmediate(() => this.#sendAcks(gateway))
    }
    const isFirst = !this.#acknowledged.has(id)
    this.#acknowledged.add(id)
    return isFirst
  }

  #sendAcks(gateway: string): void {
    const ids = this.#acks.get(gateway)!
    this.#acks.delete(gateway)
    this.#client?.publish(this.#topic(gateway, 'ack'), JSON.stringify({ ids }), { qos: 1 })
  }

  #take(gateway: string, step: Step): void {
    const { reviewAfterMs, stepAfterMs = 0 } = this.#options
    if (reviewAfterMs === null) return
    this.#after(step.command === 'review' ? reviewAfterMs : stepAfterMs, () => this.#ask(gateway, step))
  }

  #ask(gateway: string, step: Step): void {
    const id = ulid()
    const expiresAt = new Date(Date.now() + COMMAND_LIFE_MS).toISOString()
    const payload = JSON.stringify({ id, by: this.#options.by, expiresAt, args: step.args })
    const timer = setInterval(() => this.#send(id), ASK_AGAIN_MS)
    this.#pending.set(id, { gateway, step, payload, timer })
    this.#events.emit('asked', step)
    this.#send(id)
  }

  #send(id: string): void {
    const { gateway, step, payload } = this.#pending.get(id)!
    const times = this.#options.faults.commandTwice ? 2 : 1
    for (let i = 0; i < times; i++) {
      this.#client?.publish(this.#topic(gateway, `cmd/${step.command}`), payload, { qos: 1 })
    }
  }

  #hearResult(answer: Answer): void {
    const { id, ok, reason, first } = answer
    const command = this.#commands.get(id)
    if (command) {
      clearInterval(command.timer)
      this.#commands.delete(id)
      command.done(answer)
    }
    const pending = this.#pending.get(id)
    if (!pending) return
    clearInterval(pending.timer)
    this.#pending.delete(id)
    const good = ok || first?.ok === true
    const { gateway, step } = pending
    const why = good ? '' : String(reason)
    this.#events.emit('answered', step, good, why)
    if (step.command === 'review') this.#events.emit('reviewed', step.args.eventId, good, why)
    const instead = good ? null : this.#cases.noteRefusal(step)
    if (instead) this.#take(gateway, instead)
  }

  #topic(gateway: string, below: string): string {
    return `ume/v1/${this.#options.site}/${gateway}/${below}`
  }

  #record(topic: string, body: unknown, retained: boolean): void {
    if (this.#options.folder === undefined) return
    const line = JSON.stringify({ at: new Date().toISOString(), topic, retained, body }, unrecorded)
    appendFileSync(join(this.#options.folder, 'messages.ndjson'), `${line}\n`)
  }

  #comeAndGo(offline: { readonly everyMs: number; readonly forMs: number }): void {
    this.#after(offline.everyMs, async () => {
      await this.goOffline()
      this.#after(offline.forMs, async () => {
        await this.goOnline()
        this.#comeAndGo(offline)
      })
    })
  }

  #after(ms: number, work: () => void | Promise<void>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      if (!this.#closed) void work()
    }, ms)
    this.#timers.add(timer)
  }
}

export interface Answer {
  readonly id: string
  readonly ok: boolean
  readonly code?: string
  readonly reason?: string
  readonly result?: unknown
  readonly first?: { readonly ok: boolean }
}

/** Tokens are for whoever asked, and bytes lie in the inbox. */
const unrecorded = (key: string, value: unknown): unknown =>
  key === 'token' || key === 'base64' ? '***' : value

interface Sealed {
  readonly eventId: string
  readonly packageId: string
  readonly items: readonly { readonly itemId: string; readonly kind: string }[]
}

interface MessageBody {
  readonly id: string
  readonly type: string
  readonly sequence?: number
  readonly late?: boolean
  readonly data: unknown
}

function isMessage(body: unknown): body is MessageBody {
  return typeof body === 'object' && body !== null && 'specversion' in body && 'data' in body
}

/** What is not JSON is recorded as text. */
function parse(payload: Buffer): unknown {
  const text = payload.toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    return text // nothing is owed: a platform must not stop at somebody's garbage
  }
}
