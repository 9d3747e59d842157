import type { SceneNote } from './script.ts'
import type { StreetScene } from './test-street.ts'

/** One film to make; plain data, so that it travels to a worker. */
export interface FilmJob {
  readonly scene: StreetScene
  readonly note: SceneNote
  readonly shape: FilmShape
  readonly video: string
  readonly truthFile: string
}

export interface FilmShape {
  readonly width: number
  readonly height: number
  readonly fps: number
}
