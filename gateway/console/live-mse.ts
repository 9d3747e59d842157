/**
 * The camera's own fragments, fed to the browser's own decoder by Media Source Extensions.
 *
 *     init segment (codec is read from it) ─▶ SourceBuffer ◀─ fragments, old ones let go
 *
 * It keeps close behind the newest picture: a little behind it plays faster, far behind it jumps.
 */

/** Seconds kept behind the live edge. */
const KEPT_SEC = 20
/** Seconds behind the edge from which it hurries, is in time again, and jumps. */
const HURRY_SEC = 0.7
const EASY_SEC = 0.35
const JUMP_SEC = 2.5
const HURRY_RATE = 1.15

/** This browser has no decoder for it. */
export class NotPlayable extends Error {}

export class MsePlayer {
  readonly #video: HTMLVideoElement
  readonly #source = new MediaSource()
  readonly #address: string
  readonly #waiting: ArrayBuffer[] = []
  #buffer: SourceBuffer | null = null

  constructor(video: HTMLVideoElement, onPlaying: () => void) {
    this.#video = video
    this.#address = URL.createObjectURL(this.#source)
    this.#source.addEventListener('sourceopen', () => this.#feed())
    video.onplaying = onPlaying
    video.src = this.#address
  }

  /** @throws NotPlayable */
  push(bytes: ArrayBuffer): void {
    this.#waiting.push(bytes)
    const codec = codecOf(new Uint8Array(bytes))
    if (codec !== null && !MediaSource.isTypeSupported(codec)) throw new NotPlayable(codec)
    this.#feed()
  }

  close(): void {
    this.#video.onplaying = null
    this.#video.removeAttribute('src')
    this.#video.load()
    URL.revokeObjectURL(this.#address)
  }

  #feed(): void {
    if (this.#source.readyState !== 'open') return
    this.#buffer ??= this.#begin()
    if (this.#buffer === null || this.#buffer.updating) return
    if (this.#keepUp(this.#buffer)) return
    const next = this.#waiting.shift()
    if (next) this.#buffer.appendBuffer(next)
  }

  #begin(): SourceBuffer | null {
    const [init] = this.#waiting
    const codec = init === undefined ? null : codecOf(new Uint8Array(init))
    if (codec === null) return null
    const buffer = this.#source.addSourceBuffer(codec)
    buffer.addEventListener('updateend', () => this.#feed())
    return buffer
  }

  /** @returns true while the buffer is busy with it */
  #keepUp(buffer: SourceBuffer): boolean {
    const { buffered } = buffer
    if (buffered.length === 0) return false
    const video = this.#video
    const edge = buffered.end(buffered.length - 1)
    const behind = edge - video.currentTime
    if (video.currentTime < buffered.start(0) || behind > JUMP_SEC) {
      video.currentTime = Math.max(buffered.start(0), edge - EASY_SEC)
    } else if (behind > HURRY_SEC) video.playbackRate = HURRY_RATE
    else if (behind < EASY_SEC) video.playbackRate = 1
    if (edge - buffered.start(0) <= 2 * KEPT_SEC) return false
    buffer.remove(0, edge - KEPT_SEC)
    return true
  }
}

/** The MIME type of an init segment (it has a `moov`), null for a fragment. */
function codecOf(bytes: Uint8Array): string | null {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 4096))
  if (text.slice(4, 8) !== 'ftyp') return null
  const at = text.indexOf('avcC')
  if (at < 0) return `video/mp4; codecs="${text.includes('hvcC') ? 'hvc1.1.6.L93.B0' : 'unknown'}"`
  const profile = [5, 6, 7].map((offset) => (bytes[at + offset] ?? 0).toString(16).padStart(2, '0'))
  return `video/mp4; codecs="avc1.${profile.join('')}"`
}
