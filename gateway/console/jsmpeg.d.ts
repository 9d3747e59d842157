/** What of the player is used here; the package has no types. */
declare module '@cycjimmy/jsmpeg-player' {
  interface Source {
    readonly streaming: boolean
    readonly established: boolean
    readonly completed: boolean
    readonly progress: number
    connect(destination: { write(bytes: ArrayBuffer): void }): void
    start(): void
    resume(headroomSec: number): void
    destroy(): void
  }
  interface PlayerOptions<S extends Source> {
    readonly canvas: HTMLCanvasElement
    readonly source: new () => S
    readonly audio: boolean
    readonly autoplay: boolean
    readonly pauseWhenHidden: boolean
    readonly disableWebAssembly: boolean
    readonly disableGl: boolean
    /** Bytes. */
    readonly videoBufferSize: number
    readonly onVideoDecode: () => void
  }
  class Player<S extends Source> {
    readonly source: S
    constructor(url: string, options: PlayerOptions<S>)
    destroy(): void
  }
  const JSMpeg: { readonly Player: typeof Player }
  export default JSMpeg
}
