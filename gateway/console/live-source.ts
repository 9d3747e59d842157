/**
 * One camera's live socket: its film, and the notes beside it. Connects again when it is lost, ever more slowly.
 *
 *     /live/<camera>?purpose&way ─┬─ bytes ─▶ player (MSE, or MPEG-1 where the browser cannot play the codec)
 *                                 └─ text ──▶ stream │ seen │ fault
 */

import type { SeenNote } from '../http/live-notes.ts'
import type { FaultBody } from '../http/replies.ts'
import type { LiveWay } from '../http/views.ts'
import type { StreamNote } from '../streams/live.ts'
import { MsePlayer, NotPlayable } from './live-mse.ts'

export type Seen = SeenNote & { readonly atSec: number; readonly connection: number }
type Note = StreamNote | Seen | ({ readonly type: 'fault' } & FaultBody)

export interface Player {
  push(bytes: ArrayBuffer): void
  close(): void
}

export interface LiveEvents {
  onState(state: 'waiting' | 'playing' | 'lost'): void
  onStream(note: StreamNote, way: LiveWay): void
  onSeen(note: Seen): void
  onFault(problem: FaultBody): void
}

interface Wanted {
  readonly cameraId: string
  readonly purpose: string
  readonly video: HTMLVideoElement
  readonly canvas: HTMLCanvasElement
  readonly events: LiveEvents
}

const AGAIN_FIRST_MS = 1_000
const AGAIN_MAX_MS = 15_000
/** Codes after which asking again is no use: no login, no such camera. */
const FINAL = [4401, 4404]

/** @returns stop */
export function playLive(wanted: Wanted): () => void {
  const link = new LiveLink(wanted)
  link.connect()
  return () => link.close()
}

class LiveLink {
  readonly #wanted: Wanted
  #way: LiveWay = 'own'
  #socket: WebSocket | null = null
  #player: Player | null = null
  #againMs = AGAIN_FIRST_MS
  #timer: ReturnType<typeof setTimeout> | undefined
  #over = false

  constructor(wanted: Wanted) {
    this.#wanted = wanted
  }

  connect(): void {
    const { cameraId, purpose, events } = this.#wanted
    events.onState('waiting')
    const query = new URLSearchParams({ purpose, way: this.#way })
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const socket = new WebSocket(`${scheme}://${location.host}/live/${encodeURIComponent(cameraId)}?${query}`)
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.onmessage = ({ data }) => this.#receive(data)
    socket.onclose = ({ code }) => this.#lost(code)
  }

  close(): void {
    this.#over = true
    clearTimeout(this.#timer)
    this.#drop()
  }

  #receive(data: ArrayBuffer | string): void {
    try {
      if (typeof data === 'string') this.#note(JSON.parse(data) as Note)
      else this.#player?.push(data)
    } catch (error) {
      if (!(error instanceof NotPlayable)) throw error
      this.#convert()
    }
  }

  #note(note: Note): void {
    const { events } = this.#wanted
    if (note.type === 'seen') events.onSeen(note)
    else if (note.type === 'fault') events.onFault(note)
    else {
      events.onStream(note, this.#way)
      this.#player?.close()
      this.#player = null
      void this.#open()
    }
  }

  /** Another connection of the camera is another film: its times begin anew. */
  async #open(): Promise<void> {
    const { video, canvas, events } = this.#wanted
    const onPlaying = () => {
      this.#againMs = AGAIN_FIRST_MS
      events.onState('playing')
    }
    if (this.#way === 'own') {
      this.#player = new MsePlayer(video, onPlaying)
      return
    }
    const socket = this.#socket
    const { Mpeg1Player } = await import('./live-mpeg1.ts')
    if (socket === this.#socket && this.#player === null) this.#player = new Mpeg1Player(canvas, onPlaying)
  }

  #convert(): void {
    this.#way = 'mpeg1'
    this.#drop()
    this.connect()
  }

  #lost(code: number): void {
    this.#drop()
    if (this.#over) return
    this.#wanted.events.onState('lost')
    if (FINAL.includes(code)) return
    this.#timer = setTimeout(() => this.connect(), this.#againMs)
    this.#againMs = Math.min(AGAIN_MAX_MS, 2 * this.#againMs)
  }

  #drop(): void {
    if (this.#socket !== null) {
      this.#socket.onclose = null
      this.#socket.onmessage = null
      this.#socket.close()
    }
    this.#socket = null
    this.#player?.close()
    this.#player = null
  }
}
