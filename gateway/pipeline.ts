/**
 * A frame's whole life, in one loop; read it as the table of contents.
 *
 *     Frame ─▶ occupancy.stand ─▶ Standing ─────────┐
 *         └──▶ detector.detect ─▶ tracker.follow ─▶ Track[] ─┴─▶ judge.judge ─▶ ActChange[] ─▶ case file
 *
 * Privacy masks are painted before a frame gets here. The same pipeline serves a live camera (looks that come too fast are dropped before they get here, and counted) and
 * a recorded file (nothing is dropped). It neither knows nor cares which.
 */
import type { DetectorPool } from './detections/detector.ts'
import type { Frame } from './frames/frame.ts'
import type { Occupancy } from './occupancy/occupancy.ts'
import type { Track } from './tracks/track.ts'
import type { Tracker } from './tracks/tracker.ts'
import type { ActChange } from './violations/event.ts'
import type { Judge } from './violations/judge.ts'

export interface PipelineParts {
  readonly occupancy: Occupancy
  /** null: no model is configured; occupancy alone decides. */
  readonly detector: DetectorPool | null
  readonly tracker: Tracker
  readonly judge: Judge
  /** Width over height of the camera's picture, before it was stretched. */
  readonly aspect: () => number
  /** Files: every frame that is due is looked at by the detector, and waited for. */
  readonly nothingDropped: boolean
  readonly onChange: (change: ActChange, frame: Frame) => Promise<void>
  /** After the changes of a look. */
  readonly onLooked: (frame: Frame) => Promise<void>
}

export class Pipeline {
  readonly #parts: PipelineParts
  #looks = 0

  constructor(parts: PipelineParts) {
    this.#parts = parts
  }

  get looks(): number {
    return this.#looks
  }

  async look(frame: Frame): Promise<void> {
    const { occupancy, judge, onChange, onLooked } = this.#parts

    const standing = occupancy.stand(frame)
    const tracks = await this.#follow(frame)
    const changes = judge.judge({ timeMs: frame.timeMs, wallMs: frame.wallMs, standing, tracks })
    this.#looks++

    for (const change of changes) await onChange(change, frame)
    await onLooked(frame)
  }

  /** null: nobody looked for things with names, which is not the same as nothing there. */
  async #follow(frame: Frame): Promise<readonly Track[] | null> {
    const { detector, tracker, aspect, nothingDropped } = this.#parts
    if (detector === null) return null
    const detections = nothingDropped
      ? await detector.detectAll(frame, aspect())
      : await detector.detect(frame, aspect())
    return detections === null ? null : tracker.follow(detections, frame.timeMs)
  }
}
