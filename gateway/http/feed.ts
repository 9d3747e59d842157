/**
 * The live feed: what changes, as it changes, to every open console.
 *
 *     desk.onChange ─▶ {type: 'alert', alert}        ─┐
 *     every 2 s     ─▶ {type: 'cameras', cameras}    ─┼─▶ each socket, unless slow or logged out
 *     presence      ─▶ {type: 'presence', people}    ─┘
 *
 * A console that reconnects reads the list again; the feed keeps nothing. A socket that lets `BACKLOG_MAX`
 * bytes pile up is closed: a browser asleep in a drawer may not fill the box's memory.
 */
import type { WebSocket } from 'ws'
import { fault } from '../kit/errors.ts'
import type { Accounts } from './accounts.ts'
import { visitorOf } from './gatekeeper.ts'
import type { HttpOptions } from './options.ts'
import { Presence } from './presence.ts'
import type { App } from './schema.ts'
import type { ShownAlerts } from './shown-alerts.ts'
import type { CameraBoard } from './views.ts'

const BOARD_EVERY_MS = 2000
/** Pings without an answer before a socket counts as dead: 30 s, which a console on a poor line survives. */
const SILENT_PINGS_MAX = 15
const BACKLOG_MAX = 1_000_000
const CLOSE_LOGIN_ENDED = 4401
const CLOSE_SLOW = 4408
const CLOSE_GOING = 1001

interface Listener {
  readonly socket: WebSocket
  /** Is the credential it came with still good? */
  readonly welcome: () => boolean
  silentPings: number
}

export class Feed {
  readonly #listeners = new Set<Listener>()
  readonly #cameras: CameraBoard
  readonly #feedsMax: number
  readonly #off: () => void
  readonly #timer: NodeJS.Timeout
  readonly #presence = new Presence<Listener>((people) => this.#tell({ type: 'presence', people }))
  #slowCount = 0

  constructor(parts: { options: HttpOptions; alerts: ShownAlerts; cameras: CameraBoard }) {
    this.#cameras = parts.cameras
    this.#feedsMax = parts.options.feedsMax
    this.#off = parts.alerts.onChange((alert) => this.#tell({ type: 'alert', alert }))
    this.#timer = setInterval(() => this.#board(), BOARD_EVERY_MS)
  }

  /** Open feeds, and those closed for being slow so far. */
  get counts(): { open: number; slow: number } {
    return { open: this.#listeners.size, slow: this.#slowCount }
  }

  /** Before the upgrade: refused with a plain HTTP answer, which a browser console can show. */
  checkRoom(): void {
    if (this.#listeners.size >= this.#feedsMax) throw fault('FEED_FULL', { feedsMax: this.#feedsMax })
  }

  /** @param name of the person who may be seen looking; null for a machine */
  add(socket: WebSocket, welcome: () => boolean, name: string | null): void {
    const listener: Listener = { socket, welcome, silentPings: 0 }
    this.#listeners.add(listener)
    socket.on('pong', () => {
      listener.silentPings = 0
    })
    socket.on('close', () => {
      this.#listeners.delete(listener)
      this.#presence.left(listener)
    })
    if (name !== null) {
      socket.on('message', (data) => this.#presence.heard(listener, name, String(data), Date.now()))
    }
    // A broken connection is followed by `close`; nobody is left to tell.
    socket.on('error', () => socket.terminate())
    this.#send(listener, JSON.stringify({ type: 'cameras', cameras: this.#cameras.cameras() }))
    this.#send(listener, JSON.stringify({ type: 'presence', people: this.#presence.people }))
  }

  close(): void {
    clearInterval(this.#timer)
    this.#off()
    for (const { socket } of this.#listeners) socket.close(CLOSE_GOING)
  }

  #board(): void {
    for (const listener of this.#listeners) {
      if (++listener.silentPings > SILENT_PINGS_MAX) listener.socket.terminate()
      else if (!listener.welcome()) listener.socket.close(CLOSE_LOGIN_ENDED)
      else listener.socket.ping()
    }
    if (this.#listeners.size > 0) this.#tell({ type: 'cameras', cameras: this.#cameras.cameras() })
  }

  #tell(message: unknown): void {
    const text = JSON.stringify(message)
    for (const listener of this.#listeners) this.#send(listener, text)
  }

  #send({ socket }: Listener, text: string): void {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > BACKLOG_MAX) {
      this.#slowCount++
      socket.close(CLOSE_SLOW)
    } else socket.send(text)
  }
}

export function feedRoute(app: App, { feed, accounts }: { feed: Feed; accounts: Accounts }): void {
  app.get(
    '/api/v1/feed',
    {
      websocket: true,
      config: { permission: 'alerts:read' },
      schema: { tags: ['alerts'], summary: 'WebSocket: alert changes and cameras as they happen' },
      preHandler: async () => feed.checkRoom(),
    },
    (socket, request) => {
      const name = request.visitor?.kind === 'person' ? request.visitor.name : null
      feed.add(socket, () => visitorOf(request, accounts) !== null, name)
    },
  )
}
