/**
 * One RTSP connection [RFC 2326]: what the client asked for so far, and what it may ask for next.
 *
 *     OPTIONS, DESCRIBE ─▶ SETUP (a track each) ─▶ PLAY ─▶ GET_PARAMETER … ─▶ TEARDOWN
 *
 * A request that makes no sense is answered with its status and forgotten; it never ends the camera.
 */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { type Credentials, DigestGuard } from './digest.ts'
import type { Media, Track } from './media.ts'
import { type Request, RequestReader, reply, STATUS, type Status } from './message.ts'
import { Player, type PlayerOptions, type Transport } from './player.ts'
import { type DatagramPair, DatagramTransport, InterleavedTransport } from './transport.ts'

/** What a session needs of the stream that it plays. */
export interface Stream {
  readonly name: string
  readonly media: Media
  playerOptions(onEnd: () => void): PlayerOptions
}

export interface SessionParts {
  readonly socket: Socket
  readonly find: (name: string) => Stream | undefined
  readonly datagrams: () => Promise<DatagramPair>
  readonly credentials: () => Credentials | undefined
  readonly onRequest: (status: Status) => void
  readonly timeoutSec: number
}

const METHODS = 'OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER, SET_PARAMETER'

export class Session {
  readonly #parts: SessionParts
  readonly #id = randomBytes(8).toString('hex')
  readonly #guard = new DigestGuard()
  readonly #reader = new RequestReader()
  readonly #transports = new Map<Track, Transport>()
  #stream: Stream | undefined
  #player: Player | undefined
  #silence: NodeJS.Timeout | undefined
  #answered: Promise<void> = Promise.resolve()
  #controlPorts = new Set<number>()

  constructor(parts: SessionParts) {
    this.#parts = parts
    const { socket } = parts
    socket.setNoDelay(true)
    socket.on('data', (bytes) => this.#receive(bytes))
    // A receiver may vanish at any time; 'close' follows and ends the session.
    socket.on('error', () => {})
    socket.on('close', () => this.#end())
  }

  get streamName(): string | undefined {
    return this.#stream?.name
  }

  get playing(): boolean {
    return this.#player !== undefined
  }

  get address(): string {
    return (this.#parts.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  }

  /** RTCP of this receiver came in beside the connection. */
  noteReport(port: number): void {
    if (this.#controlPorts.has(port)) this.#noteAlive()
  }

  /** Cuts the connection without a word. */
  drop(): void {
    this.#end()
    this.#parts.socket.destroy()
  }

  #receive(bytes: Buffer): void {
    for (const received of this.#reader.push(bytes)) {
      this.#noteAlive()
      if (received.kind === 'request') {
        // Answers leave in the order of the questions, also when one of them had to wait for a port.
        this.#answered = this.#answered
          .then(() => this.#answer(received.request))
          // No pair of ports was free: this client is hung up on, the others are served.
          .catch(() => this.drop())
      } else if (received.kind === 'garbage') {
        this.#parts.socket.pause()
        this.#answered = this.#answered.then(() => {
          this.#reply(received.status, undefined)
          this.#parts.socket.destroySoon()
        })
      }
    }
  }

  async #answer(request: Request): Promise<void> {
    const sequence = request.headers.get('cseq')
    if (sequence === undefined) return this.#reply(STATUS.badRequest, undefined)
    if (request.version !== '1.0') return this.#reply(STATUS.wrongVersion, sequence)
    if (request.method === 'OPTIONS') return this.#reply(STATUS.ok, sequence, { Public: METHODS })

    const credentials = this.#parts.credentials()
    if (
      credentials &&
      !this.#guard.admits(credentials, request.method, request.headers.get('authorization'))
    ) {
      return this.#reply(STATUS.unauthorized, sequence, { 'WWW-Authenticate': this.#guard.challenge })
    }
    const path = pathOf(request.url)
    if (path === undefined) return this.#reply(STATUS.badRequest, sequence)
    const given = request.headers.get('session')?.split(';')[0]
    if (given !== undefined && given !== this.#id) return this.#reply(STATUS.sessionNotFound, sequence)

    if (request.method === 'DESCRIBE') return this.#describe(path, request, sequence)
    if (request.method === 'SETUP') return this.#setup(path, request, sequence)
    if (request.method === 'PLAY') return this.#play(request, sequence)
    if (request.method === 'TEARDOWN') {
      this.#reply(STATUS.ok, sequence)
      this.#parts.socket.end()
      return this.#end()
    }
    const keepsAlive = request.method === 'GET_PARAMETER' || request.method === 'SET_PARAMETER'
    this.#reply(keepsAlive ? STATUS.ok : STATUS.notImplemented, sequence, keepsAlive ? this.#session() : {})
  }

  #describe(path: string, request: Request, sequence: string): void {
    const stream = this.#parts.find(path)
    if (!stream) {
      this.#reply(STATUS.notFound, sequence)
      return
    }
    const headers = {
      'Content-Type': 'application/sdp',
      'Content-Base': request.url.endsWith('/') ? request.url : `${request.url}/`,
    }
    this.#reply(
      STATUS.ok,
      sequence,
      headers,
      describe(stream, this.#parts.socket.localAddress ?? '127.0.0.1'),
    )
  }

  async #setup(path: string, request: Request, sequence: string): Promise<void> {
    const [, name, number] = /^(.*)\/track(\d+)$/.exec(path) ?? []
    const stream = name === undefined ? undefined : this.#parts.find(name)
    const track = stream?.media.tracks[Number(number)]
    if (!stream || !track) return this.#reply(STATUS.notFound, sequence)
    if (this.#player || (this.#stream && this.#stream.name !== stream.name)) {
      return this.#reply(STATUS.notValidInState, sequence)
    }
    const agreed = await this.#agree(request.headers.get('transport') ?? '')
    if (!agreed) return this.#reply(STATUS.unsupportedTransport, sequence)

    this.#stream = stream
    this.#transports.set(track, agreed.transport)
    this.#reply(STATUS.ok, sequence, { Transport: agreed.answer, ...this.#session() })
  }

  /** The first of the client's offers that a camera can do [RFC 2326 12.39]. */
  async #agree(offers: string): Promise<{ transport: Transport; answer: string } | undefined> {
    for (const offer of offers.split(',').map((each) => each.trim())) {
      if (/multicast/i.test(offer)) continue
      if (/^RTP\/AVP\/TCP/i.test(offer)) {
        const channel = Number(/interleaved=(\d+)/.exec(offer)?.[1] ?? this.#transports.size * 2)
        if (channel > 254) continue
        const transport = new InterleavedTransport(this.#parts.socket, channel)
        return { transport, answer: `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}` }
      }
      const port = Number(/client_port=(\d+)/.exec(offer)?.[1])
      if (!/^RTP\/AVP(\/UDP)?(;|$)/i.test(offer) || !(port >= 1024 && port <= 65_534)) continue
      const pair = await this.#parts.datagrams()
      this.#controlPorts.add(port + 1)
      const ports = `client_port=${port}-${port + 1};server_port=${pair.port}-${pair.port + 1}`
      return {
        transport: new DatagramTransport(pair, this.address, port),
        answer: `RTP/AVP;unicast;${ports}`,
      }
    }
    return undefined
  }

  #play(request: Request, sequence: string): void {
    if (!this.#stream || this.#transports.size === 0) {
      this.#reply(STATUS.notValidInState, sequence)
      return
    }
    const headers: Record<string, string> = { ...this.#session(), Range: 'npt=now-' }
    if (this.#player) {
      this.#reply(STATUS.ok, sequence, headers)
      return
    }
    const { media } = this.#stream
    const url = request.url.replace(/\/$/, '')
    const player = new Player(
      this.#stream.playerOptions(() => this.#finish()),
      this.#transports,
    )
    headers['RTP-Info'] = [...this.#transports.keys()]
      .map((track) => {
        const first = player.firstPacket(track)
        const where = `url=${url}/track${media.tracks.indexOf(track)}`
        return first ? `${where};seq=${first.sequence};rtptime=${first.timestamp}` : where
      })
      .join(',')
    this.#player = player
    this.#reply(STATUS.ok, sequence, headers)
    player.start()
  }

  #finish(): void {
    this.#player?.sayGoodbye()
    this.#parts.socket.end()
  }

  #session(): Record<string, string> {
    return { Session: `${this.#id};timeout=${this.#parts.timeoutSec}` }
  }

  #reply(
    status: Status,
    sequence: string | undefined,
    headers: Record<string, string> = {},
    body = '',
  ): void {
    this.#parts.onRequest(status)
    if (this.#parts.socket.writable) this.#parts.socket.write(reply(status, sequence, headers, body))
  }

  // Over TCP a dead receiver shows as a dead connection; over UDP only its silence tells [RFC 2326 12.37].
  #noteAlive(): void {
    clearTimeout(this.#silence)
    if (this.#controlPorts.size === 0) return
    this.#silence = setTimeout(() => this.drop(), this.#parts.timeoutSec * 1000)
  }

  #end(): void {
    clearTimeout(this.#silence)
    this.#player?.stop()
    this.#player = undefined
  }
}

/** The path of an RTSP URL without slashes at its ends; undefined when it is none. */
function pathOf(url: string): string | undefined {
  const path = /^rtsp:\/\/[^/?#]+([^?#]*)/i.exec(url)?.[1]
  if (path === undefined) return undefined
  try {
    return decodeURIComponent(path).replace(/^\/+|\/+$/g, '')
  } catch {
    // A stray `%`: the caller answers 400.
    return undefined
  }
}

function describe(stream: Stream, host: string): string {
  const lines = [
    'v=0',
    `o=- 1 1 IN IP4 ${host}`,
    `s=${stream.name}`,
    `c=IN IP4 ${host}`,
    't=0 0',
    'a=control:*',
  ]
  stream.media.tracks.forEach((track, index) => {
    lines.push(
      `m=${track.kind} 0 RTP/AVP ${track.payloadType}`,
      ...track.description,
      `a=control:track${index}`,
    )
  })
  return `${lines.join('\r\n')}\r\n`
}
