/**
 * A camera's live view in MPEG-1, for browsers that cannot play what the camera sends (H.265 in most of them).
 *
 *     LiveView ─ fragments ─▶ stdin of ffmpeg (mpeg1muxer) ─ MPEG-TS ─▶ every viewer of this camera
 *        └────── notes ──────────────────────────────────────────────────────▶
 *
 * One ffmpeg a camera, from the first viewer to the last. It decodes and encodes, so it costs what nothing else of the
 * live view costs: how many run at once has a limit. The camera's address and password never reach its arguments.
 *
 * Of node-rtsp-stream only the muxer is used. Its stream's `error` and its stdin's must be listened to: unheard they end
 * the process.
 */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { fault } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import type { LiveNote, LiveView, Viewer } from './live.ts'

interface Muxer extends EventEmitter<{ mpeg1data: [Buffer]; ffmpegStderr: [Buffer] }> {
  readonly stream: ChildProcessWithoutNullStreams
}
type MuxerClass = new (options: {
  readonly url: string
  readonly ffmpegPath: string
  readonly ffmpegOptions: Readonly<Record<string, string | number>>
}) => Muxer

const Mpeg1Muxer = createRequire(import.meta.url)('node-rtsp-stream/mpeg1muxer') as MuxerClass

/** Wide enough for a tile; MPEG-1 of more costs the box more than it shows. 25 is a rate that MPEG-1 knows. */
const OPTIONS = {
  ...{ '-an': '', '-vf': "scale='min(640,iw)':-2:flags=area", '-r': 25, '-g': 25, '-bf': 0 },
  ...{ '-b:v': '1500k', '-maxrate': '2500k', '-bufsize': '500k', '-threads': 1 },
  ...{ '-muxdelay': 0, '-muxpreload': 0, '-flush_packets': 1, '-loglevel': 'error' },
}
/** Not yet read by ffmpeg: more than this, and the next keyframe is waited for. */
const BACKLOG_BYTES_MAX = 2_000_000
/** It ended so often without a picture: it will not go better. */
const FAILURES_MAX = 3
const STDERR_LENGTH_MAX = 400

export interface Mpeg1Viewer extends Viewer {
  /** There will be nothing more. */
  end(): void
}

interface Mpeg1Parts {
  readonly cameraId: string
  readonly live: Pick<LiveView, 'attach'>
  readonly log: Log
  readonly onEmpty: () => void
  readonly ffmpeg?: string
}

export class Mpeg1View {
  readonly #parts: Mpeg1Parts
  readonly #viewers = new Set<Mpeg1Viewer>()
  #leave: () => void
  #muxer: Muxer | null = null
  #stream: LiveNote | null = null
  #failures = 0
  #closed = false

  constructor(parts: Mpeg1Parts) {
    this.#parts = parts
    this.#leave = this.#enter()
  }

  /** Of the process that converts now, for tests. */
  get pid(): number | undefined {
    return this.#muxer?.stream.pid
  }

  /** @returns the way to leave */
  attach(viewer: Mpeg1Viewer): () => void {
    this.#viewers.add(viewer)
    if (this.#stream !== null) viewer.tell(this.#stream)
    return () => {
      this.#viewers.delete(viewer)
      if (this.#viewers.size === 0) this.close()
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#leave()
    this.#end()
    for (const viewer of this.#viewers) viewer.end()
    this.#viewers.clear()
    this.#parts.onEmpty()
  }

  #enter(): () => void {
    return this.#parts.live.attach({
      send: (bytes) => this.#feed(bytes),
      tell: (note) => {
        if (note.type === 'stream') {
          // Another connection is another film: the next bytes are its init segment.
          this.#stream = note
          this.#end()
        }
        for (const viewer of this.#viewers) viewer.tell(note)
      },
    })
  }

  #feed(bytes: Uint8Array): boolean {
    const isInit = Buffer.from(bytes.buffer, bytes.byteOffset, 8).toString('latin1', 4, 8) === 'ftyp'
    if (this.#muxer === null) {
      if (!isInit) return false
      this.#muxer = this.#start()
    }
    const { stdin } = this.#muxer.stream
    if (stdin.destroyed || stdin.writableLength > BACKLOG_BYTES_MAX) return false
    stdin.write(bytes)
    return true
  }

  #start(): Muxer {
    const { ffmpeg = 'ffmpeg' } = this.#parts
    const muxer = new Mpeg1Muxer({ url: 'pipe:0', ffmpegPath: ffmpeg, ffmpegOptions: OPTIONS })
    let said = ''
    muxer.on('mpeg1data', (bytes) => {
      this.#failures = 0
      for (const viewer of this.#viewers) viewer.send(bytes)
    })
    muxer.on('ffmpegStderr', (words) => {
      said = (said + words.toString('latin1')).slice(-STDERR_LENGTH_MAX)
    })
    muxer.stream.on('error', (error) => {
      said = error.message
      this.#ended(muxer, said)
    })
    muxer.stream.on('exit', () => this.#ended(muxer, said))
    muxer.stream.stdin.on('error', () => {}) // Its end is told by `exit`.
    return muxer
  }

  /** Ended by itself. The view is left and entered again, so that the next bytes are an init segment. */
  #ended(muxer: Muxer, reason: string): void {
    if (muxer !== this.#muxer) return
    this.#muxer = null
    const { cameraId, log } = this.#parts
    const told = fault('LIVE_CONVERSION_FAILED', { camera: cameraId, reason: reason.trim() || 'it ended' })
    log.warn({ code: told.code, camera: cameraId }, told.message)
    this.#failures++
    if (this.#failures >= FAILURES_MAX) this.close()
    else {
      this.#leave()
      this.#leave = this.#enter()
    }
  }

  #end(): void {
    const muxer = this.#muxer
    this.#muxer = null
    muxer?.stream.kill('SIGKILL')
  }
}
