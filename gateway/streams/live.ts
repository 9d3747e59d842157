/**
 * The live view: the camera's own fragments to any number of browsers, from the next keyframe on.
 *
 *     ring ─ init, then moof+mdat of each sample ─▶ send(bytes) of each viewer       nothing is re-encoded
 *
 * A viewer that cannot keep up (send says false) is skipped to the next keyframe. Times stay the connection's: the
 * browser's player is told to start at its first fragment. A new connection begins with a new init segment.
 */
import type { Sample, StreamInfo } from './gop.ts'

type Send = (bytes: Uint8Array) => boolean

interface Viewer {
  readonly send: Send
  /** Nothing is sent before the next keyframe. */
  waits: boolean
  connection: number | null
}

export class LiveView {
  readonly #viewers = new Set<Viewer>()
  #info: StreamInfo | null = null

  get viewers(): number {
    return this.#viewers.size
  }

  begin(info: StreamInfo): void {
    this.#info = info
    for (const viewer of this.#viewers) viewer.waits = true
  }

  push(sample: Sample): void {
    const info = this.#info
    if (info === null || sample.connection !== info.connection) return
    for (const viewer of this.#viewers) {
      if (viewer.waits && !sample.key) continue
      if (viewer.connection !== info.connection && !viewer.send(info.init)) continue
      viewer.connection = info.connection
      viewer.waits = !viewer.send(Buffer.concat([sample.moof, sample.mdat]))
    }
  }

  /** @returns the way to leave */
  attach(send: Send): () => void {
    const viewer: Viewer = { send, waits: true, connection: null }
    this.#viewers.add(viewer)
    return () => this.#viewers.delete(viewer)
  }
}
