/**
 * A bad line to a server: it breaks, stands still, swallows answers, and is slow, where it is told to.
 *
 *     who calls ─▶ [ 400 kB … cut ]  [ 900 kB … still for 2 s ]  [ 300 kB … answer lost, cut ] ─▶ server
 *
 * Bytes are counted towards the server, over all connections together, so that whoever resumes gets on.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '../gateway/kit/random.ts'
import { listen } from './listening.ts'

export interface Trouble {
  /** Towards the server, since the trouble before. */
  readonly afterBytes: number
  /** answer-lost: the server does and says what it should, and nobody hears it. */
  readonly what: 'cut' | 'stall' | 'answer-lost'
  /** How long a stall takes. */
  readonly stallMs?: number
}

export interface BadLinkOptions {
  /** Of the server. */
  readonly port: number
  readonly host?: string
  /** What happens, in turn; afterwards the line is good. */
  readonly troubles?: Iterable<Trouble>
  /** Of a connection, towards the server; absent: as fast as it goes. */
  readonly bytesPerSec?: number
}

export class BadLink {
  readonly port: number
  readonly #server: Server
  readonly #options: BadLinkOptions
  readonly #troubles: Iterator<Trouble>
  readonly #open = new Set<Socket>()
  readonly #made = { cut: 0, stall: 0, 'answer-lost': 0 }
  #next: Trouble | undefined
  #leftBytes = 0
  #answersToLose = 0
  #connections = 0
  #sentBytes = 0

  private constructor(server: Server, port: number, options: BadLinkOptions) {
    this.#server = server
    this.port = port
    this.#options = options
    this.#troubles = (options.troubles ?? [])[Symbol.iterator]()
    this.#advance()
  }

  static async start(options: BadLinkOptions): Promise<BadLink> {
    const server = createServer({ allowHalfOpen: true }, (near) => link.#join(near))
    const link = new BadLink(server, await listen(server, '127.0.0.1', 0), options)
    return link
  }

  /** The same address, by way of this line. */
  through(url: string): string {
    const there = new URL(url)
    there.hostname = '127.0.0.1'
    there.port = String(this.port)
    return there.href
  }

  /** What has happened so far. */
  get made(): Readonly<Record<Trouble['what'], number>> {
    return this.#made
  }

  get connections(): number {
    return this.#connections
  }

  /** Towards the server, on all connections. */
  get sentBytes(): number {
    return this.#sentBytes
  }

  /** The next answer of the server is not heard, and the line breaks. */
  loseAnswer(): void {
    this.#answersToLose++
  }

  cutAll(): void {
    for (const socket of this.#open) socket.destroy()
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done))
    this.cutAll()
    await closed
  }

  #join(near: Socket): void {
    this.#connections++
    const { port, host = '127.0.0.1' } = this.#options
    const far = connect({ port, host, allowHalfOpen: true })
    for (const socket of [near, far]) {
      this.#open.add(socket)
      socket.on('close', () => this.#open.delete(socket))
    }
    const drop = () => {
      near.destroy()
      far.destroy()
    }
    // A line is not faster than who reads at its end: the pipelines wait for that.
    pipeline(
      near,
      passing((bytes, pass) => this.#towards(bytes, pass)),
      far,
    ).catch(drop)
    pipeline(
      far,
      passing((bytes, pass) => this.#back(bytes, pass)),
      near,
    ).catch(drop)
  }

  async #towards(bytes: Buffer, pass: (bytes: Buffer) => void): Promise<void> {
    const { bytesPerSec } = this.#options
    this.#sentBytes += bytes.length
    let rest = bytes
    while (this.#next !== undefined && rest.length >= this.#leftBytes) {
      const { what, stallMs = 0 } = this.#next
      pass(rest.subarray(0, this.#leftBytes))
      rest = rest.subarray(this.#leftBytes)
      this.#made[what]++
      this.#advance()
      if (what === 'cut') throw new Error('cut on purpose')
      if (what === 'stall') await pause(stallMs)
      else this.loseAnswer()
    }
    this.#leftBytes -= rest.length
    pass(rest)
    if (bytesPerSec !== undefined) await pause((bytes.length / bytesPerSec) * 1000)
  }

  async #back(bytes: Buffer, pass: (bytes: Buffer) => void): Promise<void> {
    if (this.#answersToLose > 0) {
      this.#answersToLose--
      throw new Error('lost on purpose')
    }
    pass(bytes)
  }

  #advance(): void {
    this.#next = this.#troubles.next().value
    this.#leftBytes = this.#next?.afterBytes ?? 0
  }
}

type Pass = (bytes: Buffer, pass: (bytes: Buffer) => void) => Promise<void>

function passing(through: Pass): Transform {
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      through(bytes, (passed) => this.push(passed)).then(() => done(), done)
    },
  })
}

/** Evenly over so many bytes. */
export function evenCuts(count: number, totalBytes: number): Trouble[] {
  const afterBytes = Math.floor(totalBytes / (count + 1))
  return Array.from({ length: count }, () => ({ afterBytes, what: 'cut' as const }))
}

/** So many troubles of every kind, about so many bytes apart; the same seed, the same line. */
export function* seededTroubles(seed: number, count: number, everyBytes: number): Generator<Trouble> {
  const random = seededRandom(seed)
  for (let made = 0; made < count; made++) {
    const afterBytes = 1 + Math.floor(random() * 2 * everyBytes)
    const dice = random()
    if (dice < 0.7) yield { afterBytes, what: 'cut' }
    else if (dice < 0.85) yield { afterBytes, what: 'stall', stallMs: Math.ceil(random() * 200) }
    else yield { afterBytes, what: 'answer-lost' }
  }
}
