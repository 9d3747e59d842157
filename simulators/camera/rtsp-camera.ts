/**
 * A camera that plays files: real RTSP over TCP, RTP interleaved or in datagrams, with faults on demand.
 *
 *     const camera = await RtspCamera.start({ streams: { main: { file: 'street.mp4' } } })
 *     camera.urlOf('main')   'rtsp://127.0.0.1:40123/main'      one port may serve many cameras
 *     camera.stall()         the connection stands, nothing comes any more
 *     camera.goOn('main')    a stream made of parts leaves the one that it repeats, and shows the next
 *
 * Packets are the file's own, at the file's own pace; at its end the file begins again and media time goes on.
 */

import { createServer, type Server, type Socket } from 'node:net'
import { assert } from '../../gateway/kit/assert.ts'
import { type Log, silentLog } from '../../gateway/kit/log.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import { listen } from '../listening.ts'
import type { Credentials } from './digest.ts'
import { noFaults, type StreamFaults } from './faults.ts'
import { STATUS } from './message.ts'
import { Films, type StreamOptions } from './parts.ts'
import type { Counters } from './player.ts'
import { Session, type Stream } from './session.ts'
import { TimeLine } from './time-line.ts'
import { DatagramPair } from './transport.ts'

export interface RtspCameraOptions {
  /** Streams by name, which is the path of their URL; or one file, which becomes the stream `main`. */
  readonly streams: Readonly<Record<string, StreamOptions>> | string
  readonly host?: string
  /** 0: any free port. */
  readonly port?: number
  readonly auth?: Credentials
  /** A file begins again at its end, default true; otherwise the stream says goodbye and hangs up. */
  readonly loop?: boolean
  readonly sessionTimeoutSec?: number
  /** Which packets the faults hit follows from it. */
  readonly seed?: number
  readonly log?: Log
}

export interface CameraStats extends Readonly<Counters> {
  readonly connections: number
  readonly playing: number
  readonly requests: number
  readonly refusals: number
}

/** A camera serves a handful of receivers; whoever comes after is hung up on. */
const CONNECTIONS_MAX = 256

interface LoadedStream {
  readonly faults: StreamFaults
  readonly timeLine: TimeLine
}

export class RtspCamera {
  readonly #options: RtspCameraOptions
  readonly #host: string
  readonly #streams: ReadonlyMap<string, LoadedStream>
  readonly #sessions = new Set<Session>()
  readonly #sockets = new Set<Socket>()
  readonly #counters: Counters = {
    unitsSent: 0,
    unitsDropped: 0,
    packetsSpoilt: 0,
    bytesSent: 0,
    lateMsMax: 0,
  }
  readonly #random: () => number
  readonly #log: Log
  #credentials: Credentials | undefined
  #server: Server | undefined
  #port = 0
  #datagrams: Promise<DatagramPair> | undefined
  #requests = 0
  #refusals = 0
  #hangs = false

  private constructor(options: RtspCameraOptions, streams: ReadonlyMap<string, LoadedStream>) {
    this.#options = options
    this.#host = options.host ?? '127.0.0.1'
    this.#streams = streams
    this.#credentials = options.auth
    this.#random = seededRandom(options.seed ?? 1)
    this.#log = options.log ?? silentLog
  }

  static async start(options: RtspCameraOptions): Promise<RtspCamera> {
    const named = typeof options.streams === 'string' ? { main: { file: options.streams } } : options.streams
    const streams = new Map<string, LoadedStream>()
    const films = new Films(options.log)
    for (const [name, stream] of Object.entries(named)) {
      const parts = await films.partsOf(stream, options.loop ?? true)
      const timeLine = new TimeLine(parts)
      streams.set(name.replace(/^\/+|\/+$/g, ''), { faults: noFaults(), timeLine })
    }
    assert(streams.size > 0, 'a camera has at least one stream')
    const camera = new RtspCamera(options, streams)
    await camera.#listen(options.port ?? 0)
    return camera
  }

  get port(): number {
    return this.#port
  }

  get names(): string[] {
    return [...this.#streams.keys()]
  }

  /** Of the first stream. */
  get url(): string {
    return this.urlOf([...this.#streams.keys()][0]!)
  }

  /** @param credentials are put into the URL, as gateways are configured with them */
  urlOf(name: string, credentials?: Credentials): string {
    assert(this.#streams.has(name), `the camera has a stream ${name}`)
    const { user, password } = credentials ?? { user: '', password: '' }
    const who = credentials ? `${encodeURIComponent(user)}:${encodeURIComponent(password)}@` : ''
    return `rtsp://${who}${this.#host}:${this.#port}/${name}`
  }

  stats(): CameraStats {
    const playing = [...this.#sessions].filter((session) => session.playing).length
    const connections = this.#sockets.size
    return { ...this.#counters, connections, playing, requests: this.#requests, refusals: this.#refusals }
  }

  /** What leaves now, seconds of media since the stream was first played; 0 before. */
  positionSecOf(name: string): number {
    const stream = this.#streams.get(name)
    assert(stream !== undefined, `the camera has a stream ${name}`)
    return stream.timeLine.positionSec
  }

  /** Sends nothing more, of one stream or of all; connections stand. */
  stall(name?: string): void {
    for (const faults of this.#faultsOf(name)) faults.stalled = true
  }

  /** Ends a stall; the picture goes on at the present, with its next key picture. */
  resume(name?: string): void {
    for (const faults of this.#faultsOf(name)) faults.stalled = false
  }

  freeze(on: boolean, name?: string): void {
    for (const faults of this.#faultsOf(name)) faults.frozen = on
  }

  lose(share: number, name?: string): void {
    for (const faults of this.#faultsOf(name)) faults.lossShare = share
  }

  corrupt(share: number, name?: string): void {
    for (const faults of this.#faultsOf(name)) faults.corruptShare = share
  }

  jitter(maxMs: number, name?: string): void {
    for (const faults of this.#faultsOf(name)) faults.jitterMs = maxMs
  }

  /** Media times jump by so many seconds from here on, forward or back. */
  jumpTime(bySec: number, name?: string): void {
    for (const faults of this.#faultsOf(name)) faults.timeShiftSec += bySec
  }

  /**
   * Leaves the part that is repeated, at the end of its round, for the one after it. False when none is repeated now
   * or none comes after.
   */
  goOn(name: string): boolean {
    const stream = this.#streams.get(name)
    assert(stream, `the camera has a stream ${name}`)
    return stream.timeLine.goOn()
  }

  dropConnections(name?: string): void {
    for (const session of this.#sessions) {
      if (name === undefined || session.streamName === name) session.drop()
    }
  }

  /** Off, as without power: the port is closed, connections are refused. Those that stand are not touched. */
  async refuse(on: boolean): Promise<void> {
    if (on) this.#stopListening()
    else if (!this.#server) await this.#listen(this.#port)
  }

  /** New connections are taken and never answered. */
  hang(on: boolean): void {
    this.#hangs = on
  }

  /** From now on the camera asks for these; undefined: for none. */
  setCredentials(credentials: Credentials | undefined): void {
    this.#credentials = credentials
  }

  async close(): Promise<void> {
    this.#stopListening()
    this.dropConnections()
    for (const socket of this.#sockets) socket.destroy()
    const datagrams = await this.#datagrams
    datagrams?.close()
  }

  async #listen(port: number): Promise<void> {
    const server = createServer((socket) => this.#accept(socket))
    server.maxConnections = CONNECTIONS_MAX
    this.#port = await listen(server, this.#host, port)
    this.#server = server
  }

  #stopListening(): void {
    this.#server?.close()
    this.#server = undefined
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    if (this.#hangs) {
      socket.on('error', () => {}).resume()
      return
    }
    const session = new Session({
      socket,
      find: (name) => this.#find(name),
      datagrams: () => this.#openDatagrams(),
      credentials: () => this.#credentials,
      onRequest: (status) => {
        this.#requests++
        if (status !== STATUS.ok) this.#refusals++
        this.#log.debug({ from: session.address, stream: session.streamName, status }, 'RTSP answer')
      },
      timeoutSec: this.#options.sessionTimeoutSec ?? 60,
    })
    this.#sessions.add(session)
    socket.on('close', () => this.#sessions.delete(session))
  }

  #openDatagrams(): Promise<DatagramPair> {
    this.#datagrams ??= DatagramPair.open(this.#host, (address, port) => {
      for (const session of this.#sessions) if (session.address === address) session.noteReport(port)
    })
    return this.#datagrams
  }

  #find(name: string): Stream | undefined {
    const stream = this.#streams.get(name)
    if (!stream) return undefined
    const { faults, timeLine } = stream
    const rest = { counters: this.#counters, random: this.#random }
    const ended = (onEnd: () => void) => () => {
      timeLine.reset()
      onEnd()
    }
    return {
      name,
      media: timeLine.media,
      playerOptions: (onEnd) => ({ faults, timeLine, ...rest, onEnd: ended(onEnd) }),
    }
  }

  #faultsOf(name: string | undefined): StreamFaults[] {
    if (name === undefined) return [...this.#streams.values()].map((stream) => stream.faults)
    const stream = this.#streams.get(name)
    assert(stream, `the camera has a stream ${name}`)
    return [stream.faults]
  }
}
