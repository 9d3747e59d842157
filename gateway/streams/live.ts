/**
 * The live view: the camera's own fragments to any number of viewers, from the next keyframe on, and beside them what the
 * box makes of the picture.
 *
 *     ring ─ init, then moof+mdat of each sample ─▶ send(bytes) of each viewer       nothing is re-encoded
 *     judge ─ what was seen in one picture ───────▶ tell(note)                       when in the film it was, in seconds
 *
 * A viewer that cannot keep up (send says false) is skipped to the next keyframe. Times stay the connection's: the
 * browser's player is told to start at its first fragment. A new connection begins with a note and a new init segment.
 */
import { type Sample, type StreamInfo, TICKS_PER_SEC } from './gop.ts'

/** A connection begins: what its pictures are. */
export interface StreamNote {
  readonly type: 'stream'
  readonly connection: number
  /** FFmpeg's name: h264, hevc … */
  readonly codec: string
  readonly width: number
  readonly height: number
}

/** What is told beside the pictures; `atSec` is an instant of the film, seconds in the time of its connection. */
export type LiveNote =
  | StreamNote
  | { readonly type: string; readonly atSec: number; readonly connection: number }

export interface Viewer {
  /** @returns false when it is too much at the moment */
  send(bytes: Uint8Array): boolean
  tell(note: LiveNote): void
}

interface Attached {
  readonly viewer: Viewer
  /** Nothing is sent before the next keyframe. */
  waits: boolean
  connection: number | null
}

export class LiveView {
  readonly #attached = new Set<Attached>()
  #info: StreamInfo | null = null
  #newest: Sample | null = null

  get viewers(): number {
    return this.#attached.size
  }

  begin(info: StreamInfo): void {
    this.#info = info
    this.#newest = null
    for (const one of this.#attached) one.waits = true
  }

  push(sample: Sample): void {
    const info = this.#info
    if (info === null || sample.connection !== info.connection) return
    this.#newest = sample
    let fragment: Buffer | null = null
    for (const one of this.#attached) {
      if (one.waits && !sample.key) continue
      if (one.connection !== info.connection) {
        one.viewer.tell(noteOf(info))
        if (!one.viewer.send(info.init)) continue
      }
      one.connection = info.connection
      fragment ??= Buffer.concat([sample.moof, sample.mdat])
      one.waits = !one.viewer.send(fragment)
    }
  }

  /**
   * Says what was seen at an instant of the camera's timeline (ms). The stream that was looked at may be another one than
   * the one that is shown: the time is what they share.
   */
  tell(timeMs: number, seen: { readonly type: string }): void {
    const sample = this.#newest
    if (sample === null) return
    const atSec = sample.pts / TICKS_PER_SEC - (sample.timeMs - timeMs) / 1000
    for (const { viewer, connection } of this.#attached) {
      if (connection === sample.connection) viewer.tell({ ...seen, atSec, connection })
    }
  }

  /** @returns the way to leave */
  attach(viewer: Viewer): () => void {
    const one: Attached = { viewer, waits: true, connection: null }
    this.#attached.add(one)
    return () => this.#attached.delete(one)
  }
}

const noteOf = ({ connection, codec, width, height }: StreamInfo): StreamNote => ({
  type: 'stream',
  ...{ connection, codec, width, height },
})
