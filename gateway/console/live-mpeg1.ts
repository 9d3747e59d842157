/**
 * MPEG-1 in MPEG-TS, decoded by JSMpeg onto a canvas: for cameras whose codec the browser cannot play.
 *
 *     bytes of the socket ─▶ demuxer ─▶ decoder ─▶ canvas
 *
 * Loaded when it is needed, and only then. The bytes come from our own socket, which is behind the login, so the player
 * gets a source that connects to nothing.
 */
import JSMpeg from '@cycjimmy/jsmpeg-player'

interface Destination {
  write(bytes: ArrayBuffer): void
}

/** What JSMpeg asks of a source; `streaming` makes it show each picture as it comes. */
class FedSource {
  readonly streaming = true
  readonly completed = true
  readonly established = true
  readonly progress = 1
  destination: Destination | null = null

  connect(destination: Destination): void {
    this.destination = destination
  }
  start(): void {}
  resume(): void {}
  destroy(): void {
    this.destination = null
  }
}

export class Mpeg1Player {
  readonly #player: InstanceType<typeof JSMpeg.Player<FedSource>>
  readonly #onPlaying: () => void
  #isPlaying = false

  constructor(canvas: HTMLCanvasElement, onPlaying: () => void) {
    this.#onPlaying = onPlaying
    this.#player = new JSMpeg.Player('', {
      ...{ canvas, source: FedSource, audio: false, autoplay: true, pauseWhenHidden: false },
      // The page's security policy allows no WebAssembly; a tile needs none.
      ...{ disableWebAssembly: true, disableGl: true, videoBufferSize: 512 * 1024 },
      onVideoDecode: () => this.#decoded(),
    })
  }

  push(bytes: ArrayBuffer): void {
    this.#player.source.destination?.write(bytes)
  }

  close(): void {
    this.#player.destroy()
  }

  #decoded(): void {
    if (this.#isPlaying) return
    this.#isPlaying = true
    this.#onPlaying()
  }
}
