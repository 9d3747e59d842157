/**
 * What a stream shows when: its parts one after the other, a repeated one until somebody says `goOn`.
 *
 *     part      comes │ stays │ stays │ stays │ leaves │ empty │ empty …
 *     round       0   │   1   │   2   │   3   │    4   │   5   │   6
 *                                 ↑ goOn: this round is shown to its end, then the next part follows
 *
 * The time line belongs to the stream: all its receivers see the same round at the same time. Media time goes on from
 * round to round without a step, whatever follows.
 */
import { performance } from 'node:perf_hooks'
import { assert } from '../../gateway/kit/assert.ts'
import type { Media } from './media.ts'

export interface Part {
  readonly name: string
  readonly media: Media
  /** Begins again at its end, until the stream goes on; otherwise it is shown once. */
  readonly repeats: boolean
}

/** Rounds of one part: so many that a camera may run for years need one entry. */
interface Segment {
  readonly part: Part
  readonly startSec: number
  readonly firstRound: number
  /** The first round that is no longer this part. */
  untilRound: number
}

export interface Round {
  readonly part: Part
  readonly startSec: number
}

export class TimeLine {
  readonly #parts: readonly Part[]
  readonly #nowMs: () => number
  #segments: Segment[] = []
  #startedAtMs: number | undefined
  /** What a receiver has been shown the beginning of can no longer be left out. */
  #shownRound = 0

  constructor(parts: readonly Part[], nowMs: () => number = () => performance.now()) {
    assert(parts.length > 0, 'a stream shows something')
    this.#parts = parts
    this.#nowMs = nowMs
    this.reset()
  }

  /** What the stream is described by; all parts have the same tracks. */
  get media(): Media {
    return this.#parts[0]!.media
  }

  get startedAtMs(): number | undefined {
    return this.#startedAtMs
  }

  get positionSec(): number {
    return this.#startedAtMs === undefined ? 0 : (this.#nowMs() - this.#startedAtMs) / 1000
  }

  /** Begins with the first receiver and goes on when nobody looks. */
  start(): void {
    this.#startedAtMs ??= this.#nowMs()
  }

  /** From the beginning, for the next receiver. */
  reset(): void {
    this.#startedAtMs = undefined
    this.#shownRound = 0
    this.#segments = []
    this.#append(this.#parts[0]!, 0, 0)
  }

  /** Undefined when the stream has ended before. */
  round(index: number): Round | undefined {
    const segment = this.#segments.find((each) => index < each.untilRound)
    if (!segment) return undefined
    this.#shownRound = Math.max(this.#shownRound, index)
    const { part, startSec, firstRound } = segment
    return { part, startSec: startSec + (index - firstRound) * part.media.loopSec }
  }

  /** Which round is shown at a time; one after the last when the stream has ended before. */
  roundAt(positionSec: number): number {
    const segment = this.#segments.findLast(({ startSec }) => positionSec >= startSec - 1e-9)
    assert(segment !== undefined, 'no time lies before the first part')
    const rounds = Math.floor((positionSec - segment.startSec) / segment.part.media.loopSec + 1e-9)
    return Math.min(segment.untilRound, segment.firstRound + rounds)
  }

  /** Leaves the repeated part at the end of its round; false when the last part is reached or none repeats now. */
  goOn(): boolean {
    const open = this.#segments.at(-1)!
    const next = this.#parts[this.#parts.indexOf(open.part) + 1]
    if (open.untilRound !== Infinity || next === undefined) return false
    const round = Math.max(open.firstRound, this.#shownRound, this.roundAt(this.positionSec))
    open.untilRound = round + 1
    this.#append(next, open.startSec + (round + 1 - open.firstRound) * open.part.media.loopSec, round + 1)
    return true
  }

  #append(part: Part, startSec: number, firstRound: number): void {
    const untilRound = part.repeats ? Infinity : firstRound + 1
    this.#segments.push({ part, startSec, firstRound, untilRound })
    const next = this.#parts[this.#parts.indexOf(part) + 1]
    if (!part.repeats && next) this.#append(next, startSec + part.media.loopSec, firstRound + 1)
  }
}
