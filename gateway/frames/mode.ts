/**
 * How often a camera is looked at: violations last minutes, so most of the time a keyframe now and then will
 * do.
 *
 *     patrol  keyframes, about every 2 s        ▲ the judge's attention: a candidate asks for watch,
 *     watch   2 frames/s                        │ a decision that nears asks for pursue
 *     pursue  5 frames/s                        ▼ down again only after `calmMs` without being asked
 *
 * Motion alone raises patrol to watch only briefly and not again at once: on a busy street something always
 * moves, and a camera that watches all day for passers-by takes the time that a stall elsewhere needs. Every
 * camera starts with a spell of watch, so that occupancy learns its background from enough frames.
 */
import { z } from 'zod'

export const ModeOptions = z.strictObject({
  patrolStepMs: z
    .int()
    .min(200)
    .max(10_000)
    .default(1_900)
    .describe('Milliseconds between looks in patrol at least; keyframes that come closer are not decoded.'),
  watchStepMs: z.int().min(100).max(5_000).default(500).describe('Milliseconds between looks in watch.'),
  pursueStepMs: z
    .int()
    .min(200)
    .max(5_000)
    .default(200)
    .describe('Milliseconds between looks in pursue. The decoder puts out 5 frames a second at most.'),
  startWatchMs: z
    .int()
    .min(20_000)
    .max(600_000)
    .default(25_000)
    .describe('Milliseconds of watch at the start, from which the empty scene is learnt.'),
  calmMs: z
    .int()
    .min(0)
    .max(600_000)
    .default(10_000)
    .describe('Milliseconds a higher mode outlives the last request for it, so that modes do not flutter.'),
  motionWatchMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(6_000)
    .describe('Milliseconds of watch that motion in patrol brings. 0: motion brings none.'),
  motionRestMs: z
    .int()
    .min(0)
    .max(600_000)
    .default(20_000)
    .describe('Milliseconds after such a spell before motion may bring another.'),
})
export type ModeOptions = z.infer<typeof ModeOptions>

export type Mode = 'patrol' | 'watch' | 'pursue'

export class ModePolicy {
  readonly #options: ModeOptions
  #startedAtMs: number | null = null
  #attention: Mode = 'patrol'
  readonly #askedUntilMs: Record<Mode, number>
  #motionAgainMs = Number.NEGATIVE_INFINITY
  #mode: Mode = 'watch'
  #changes = 0

  constructor(options: ModeOptions) {
    this.#options = options
    const never = Number.NEGATIVE_INFINITY
    this.#askedUntilMs = { patrol: never, watch: never, pursue: never }
  }

  /** How often the mode has changed. */
  get changes(): number {
    return this.#changes
  }

  /** What the judge wants from now on; lasts until it wants something else. */
  attend(attention: Mode): void {
    this.#attention = attention
  }

  /** The gate saw motion. */
  move(timeMs: number): void {
    const { motionWatchMs, motionRestMs } = this.#options
    if (motionWatchMs === 0 || this.#mode !== 'patrol' || timeMs < this.#motionAgainMs) return
    this.#askedUntilMs.watch = Math.max(this.#askedUntilMs.watch, timeMs + motionWatchMs)
    this.#motionAgainMs = timeMs + motionWatchMs + motionRestMs
  }

  /** The mode at an instant of the camera's timeline. */
  decide(timeMs: number): Mode {
    const { startWatchMs, calmMs } = this.#options
    if (this.#startedAtMs === null) {
      this.#startedAtMs = timeMs
      this.#askedUntilMs.watch = timeMs + startWatchMs
    }
    if (this.#attention !== 'patrol') this.#askedUntilMs[this.#attention] = timeMs + calmMs
    let mode: Mode = 'patrol'
    if (timeMs < this.#askedUntilMs.watch || this.#attention === 'watch') mode = 'watch'
    if (timeMs < this.#askedUntilMs.pursue || this.#attention === 'pursue') mode = 'pursue'
    if (mode !== this.#mode) this.#changes++
    this.#mode = mode
    return mode
  }

  get mode(): Mode {
    return this.#mode
  }

  /** Milliseconds between looks in a mode. */
  stepMs(mode: Mode): number {
    const { patrolStepMs, watchStepMs, pursueStepMs } = this.#options
    return mode === 'patrol' ? patrolStepMs : mode === 'watch' ? watchStepMs : pursueStepMs
  }
}
