/**
 * A network loudspeaker in the street: takes announcements by HTTP, one at a time, and keeps what it played.
 *
 *     POST /play  WAV, X-Persuasion-Id …  ─▶ whole? free? ─▶ 200 {playedAt, durationSec}    sounding from then on
 *                                                     └────▶ 4xx {reason}                   nobody hears anything
 *
 * Asked again under the same id it answers as it did the first time and sounds no second time: whoever lost the
 * answer may ask again. Faults on demand: switched off, slow, another status, half an answer.
 */
import { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { listen } from '../listening.ts'
import { readWav } from './wav.ts'

export interface SpeakerOptions {
  readonly host?: string
  /** 0: any free port. */
  readonly port?: number
  /** Asked for as `Authorization: Bearer …`; absent: anybody may speak. */
  readonly token?: string | undefined
  /** Where what was played is kept, a WAV each; absent: nowhere. */
  readonly folder?: string | undefined
  readonly nowMs?: () => number
}

/** An announcement that was heard in the street. */
export interface Played {
  readonly persuasionId: string
  readonly eventId: string
  readonly cameraId: string
  /** Id and version of the script. */
  readonly script: string
  readonly volume: number
  readonly playedAt: string
  readonly durationSec: number
  readonly sha256: string
}

export interface SpeakerFaults {
  /** Answers so much later, ms. It sounds at once. */
  slowMs: number
  /** Answers with this status and plays nothing; 0: as it should. */
  status: number
  /** The connection breaks in the middle of the answer. It has sounded. */
  halfAnswer: boolean
}

interface Refusal {
  readonly status: number
  readonly reason: string
}

const PATH = '/play'
const BODY_BYTES_MAX = 16 << 20
const TOO_MUCH: Refusal = { status: 413, reason: `more than ${BODY_BYTES_MAX} bytes` }
/** A notice a minute for a day. */
const KEPT_MAX = 1_440
const SAFE_NAME = /^[\w-]{1,64}$/

export class Speaker {
  readonly faults: SpeakerFaults = { slowMs: 0, status: 0, halfAnswer: false }
  readonly #options: SpeakerOptions
  readonly #host: string
  readonly #nowMs: () => number
  readonly #events = new EventEmitter<{ played: [Played]; refused: [Refusal] }>()
  readonly #played = new Map<string, Played>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #server: Server | null = null
  #port = 0
  #soundsUntilMs = -Infinity

  private constructor(options: SpeakerOptions) {
    this.#options = options
    this.#host = options.host ?? '127.0.0.1'
    this.#nowMs = options.nowMs ?? Date.now
    if (options.folder !== undefined) mkdirSync(options.folder, { recursive: true })
  }

  static async start(options: SpeakerOptions = {}): Promise<Speaker> {
    const speaker = new Speaker(options)
    await speaker.#listen(options.port ?? 0)
    return speaker
  }

  /** Where announcements are sent. */
  get url(): string {
    return `http://${this.#host}:${this.#port}${PATH}`
  }

  /** What was heard, oldest first. */
  played(): readonly Played[] {
    return [...this.#played.values()]
  }

  on(name: 'played', listener: (played: Played) => void): () => void
  on(name: 'refused', listener: (refusal: Refusal) => void): () => void
  on(name: 'played' | 'refused', listener: (value: never) => void): () => void {
    this.#events.on(name, listener as never)
    return () => void this.#events.off(name, listener as never)
  }

  /** Off, as without power: connections are refused, and those that stand are cut. */
  async refuse(on: boolean): Promise<void> {
    if (!on) {
      if (!this.#server) await this.#listen(this.#port)
      return
    }
    this.#server?.close()
    this.#server?.closeAllConnections()
    this.#server = null
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    await this.refuse(true)
  }

  async #listen(port: number): Promise<void> {
    const server = createServer((request, response) => {
      // Whoever was speaking has hung up; the next one is heard.
      this.#hear(request, response).catch(() => response.destroy())
    })
    this.#port = await listen(server, this.#host, port)
    this.#server = server
  }

  async #hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const outcome = this.#refusalOf(request) ?? (await this.#take(request))
    if ('reason' in outcome) {
      this.#events.emit('refused', outcome)
      // What is not read any more would hold up the connection.
      answer(response.setHeader('Connection', 'close'), outcome.status, { reason: outcome.reason })
      return
    }
    const { playedAt, durationSec } = outcome
    const { slowMs, halfAnswer } = this.faults
    if (slowMs > 0) await this.#wait(slowMs)
    if (halfAnswer) halfAnswerTo(response, { playedAt, durationSec })
    else answer(response, 200, { playedAt, durationSec })
  }

  /** What can be told before the sound is there. */
  #refusalOf({ method, url, headers }: IncomingMessage): Refusal | null {
    const { token } = this.#options
    const { status } = this.faults
    if (status > 0) return { status, reason: 'out of order' }
    if (url !== PATH) return { status: 404, reason: `nothing is at ${url}` }
    if (method !== 'POST') return { status: 405, reason: 'only POST' }
    if (token !== undefined && headers.authorization !== `Bearer ${token}`)
      return { status: 401, reason: 'the token is missing or wrong' }
    if (headers['content-type'] !== 'audio/wav') return { status: 415, reason: 'only audio/wav' }
    if (Number(headers['content-length']) > BODY_BYTES_MAX) return TOO_MUCH
    const persuasionId = String(headers['x-persuasion-id'] ?? '')
    if (!SAFE_NAME.test(persuasionId)) return { status: 400, reason: 'X-Persuasion-Id is missing or no id' }
    const volume = Number(headers['x-volume'] || Number.NaN)
    if (!(volume >= 0 && volume <= 100)) return { status: 400, reason: 'X-Volume is no number from 0 to 100' }
    return null
  }

  async #take(request: IncomingMessage): Promise<Played | Refusal> {
    const bytes = await bodyOf(request)
    if (bytes === null) return TOO_MUCH
    const header = (name: string) => String(request.headers[name] ?? '')
    const persuasionId = header('x-persuasion-id')
    const known = this.#played.get(persuasionId)
    if (known) return known
    const sound = readWav(bytes)
    if (typeof sound === 'string') return { status: 422, reason: sound }
    const nowMs = this.#nowMs()
    if (nowMs < this.#soundsUntilMs) return { status: 409, reason: 'it is speaking' }
    this.#soundsUntilMs = nowMs + sound.durationSec * 1000
    return this.#keep(bytes, {
      persuasionId,
      eventId: header('x-event-id'),
      cameraId: header('x-camera-id'),
      script: header('x-script'),
      volume: Number(header('x-volume')),
      playedAt: new Date(nowMs).toISOString(),
      durationSec: Math.round(sound.durationSec * 1000) / 1000,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
  }

  #keep(bytes: Buffer, played: Played): Played {
    const { folder } = this.#options
    if (folder !== undefined) writeFileSync(join(folder, `${played.persuasionId}.wav`), bytes)
    this.#played.set(played.persuasionId, played)
    const [oldest] = this.#played.keys()
    if (this.#played.size > KEPT_MAX) this.#played.delete(oldest!)
    this.#events.emit('played', played)
    return played
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        resolve()
      }, ms)
      this.#timers.add(timer)
    })
  }
}

/** Null when it is too much. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > BODY_BYTES_MAX) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

function halfAnswerTo(response: ServerResponse, body: object): void {
  const text = JSON.stringify(body)
  const headers = { 'Content-Type': 'application/json', 'Content-Length': text.length }
  response.writeHead(200, headers).write(text.slice(0, text.length / 2), () => response.destroy())
}
