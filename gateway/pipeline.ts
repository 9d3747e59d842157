/**
 * A frame's whole life, in one loop; read it as the table of contents.
 *
 *     Frame ─▶ occupancy.stand ─▶ Standing ───────────────────────────────┐
 *         │                        └ proposals ─▶ namer ─▶ follow ─┐         ├─▶ judge.judge ─▶ ActChange[] ─▶ case file
 *         └── views of the zones ─▶ detector ─▶ baseline ─▶ follow ─┴─ Track[] ┘
 *
 * Privacy masks are painted before a frame gets here. The same pipeline serves a live camera (looks that come too fast are dropped before they get here, and counted) and
 * a recorded file (nothing is dropped). It neither knows nor cares which.
 */
import type { Detections } from './detections/detections.ts'
import type { DetectorPool } from './detections/detector.ts'
import type { Eyes } from './detections/eyes.ts'
import type { Frame } from './frames/frame.ts'
import type { Box } from './kit/geometry.ts'
import type { Occupancy } from './occupancy/occupancy.ts'
import { proposalsOf } from './occupancy/proposals.ts'
import type { Standing } from './occupancy/standing.ts'
import type { Baseline } from './tracks/baseline.ts'
import type { Track } from './tracks/track.ts'
import type { Tracker } from './tracks/tracker.ts'
import type { ActChange } from './violations/event.ts'
import type { Judge, Sight } from './violations/judge.ts'

export interface PipelineParts {
  readonly occupancy: Occupancy
  /** Who gives names to what stands; without any, occupancy alone decides. */
  readonly eyes: Eyes
  /** What the detector says about this street on which nothing happens; it makes no track. */
  readonly baseline: Baseline
  /** One for each witness: they see the same things in boxes of their own. */
  readonly trackers: { readonly detector: Tracker; readonly namer: Tracker }
  /** Parts of the picture that the detector looks at. */
  readonly views: readonly Box[]
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
  #named: readonly Track[] = []
  #seen: readonly Track[] = []
  #searched = false

  constructor(parts: PipelineParts) {
    this.#parts = parts
  }

  get looks(): number {
    return this.#looks
  }

  /** Whether the last look was searched for people, too. */
  get searched(): boolean {
    return this.#searched
  }

  /** Whom the witnesses with names follow. */
  get tracks(): readonly Track[] {
    return [...this.#named, ...this.#seen]
  }

  async look(frame: Frame): Promise<void> {
    const { occupancy, judge, onChange, onLooked } = this.#parts

    const standing = occupancy.stand(frame)
    const { timeMs, wallMs } = frame
    const seen = await this.#follow(frame, standing)
    const changes = judge.judge({ timeMs, wallMs, standing, ...seen })
    this.#looks++

    for (const change of changes) await onChange(change, frame)
    await onLooked(frame)
  }

  /**
   * Two witnesses, one scene. The detector is heard on everything. Of the namer's words wheels count, because what is
   * parked is no goods, and persons, as far as they live: an upright suitcase looks like a person at its size, but nothing
   * moves in it. That somebody stands by the goods the background model tells better; from the namer it is only heard
   * what is part of him. null: nobody looked, which is not the same as nothing there.
   */
  async #follow(frame: Frame, standing: Standing): Promise<Pick<Sight, 'tracks' | 'searched'>> {
    const { eyes, baseline, trackers, views } = this.#parts
    const [told, seen] = await Promise.all([
      this.#ask(eyes.namer, frame, proposalsOf(standing)),
      this.#ask(eyes.detector, frame, views),
    ])
    this.#searched = seen !== null
    if (told === null && seen === null) return { tracks: null, searched: false }
    // Who did not look this time is heard with what he saw last.
    if (told !== null) this.#named = trackers.namer.follow(told, frame.timeMs)
    if (seen !== null) {
      const unexplained = baseline.take(seen, standing, frame.timeMs)
      this.#seen = trackers.detector.follow(unexplained, frame.timeMs)
    }
    const named = this.#named
      .filter(({ role }) => role === 'vehicle' || role === 'two-wheeler' || role === 'person')
      .map((track) => ({ ...track, witness: 'namer' as const }))
    return { tracks: [...named, ...this.#seen], searched: seen !== null }
  }

  async #ask(pool: DetectorPool | null, frame: Frame, views: readonly Box[]): Promise<Detections | null> {
    const { aspect, nothingDropped } = this.#parts
    if (pool === null || views.length === 0) return null
    return nothingDropped
      ? await pool.detectAll(frame, aspect(), views)
      : await pool.detect(frame, aspect(), views)
  }
}
