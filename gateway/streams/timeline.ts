/**
 * From the camera's ticks to the camera's timeline (dwell is measured on it) and to the wall clock (people
 * read it).
 *
 *     ticks of a connection ──+ offset──▶ timeMs: the box's monotonic time at which the picture would have come over
 *                                          a network without jitter; only goes forward, goes on over reconnects
 *     timeMs ──+ offset──▶ wallMs: taken once per connection, then led slowly after the clock
 *
 * A camera's crystal drifts (100 ppm are 9 s a day) and its packets jitter by tens of ms, always late, never
 * early. So the least delay of the last seconds is the truth, and the offset is led towards it by at most
 * `slewPpm`: an interval is wrong by less than a thousandth. NTP may step the wall clock as it likes: timeMs
 * does not know of it, and wallMs follows slowly unless it is far off.
 *
 * Surprise: right after a connect many cameras send what they had buffered, faster than time. During the
 * first seconds of a connection the offset therefore falls at once to the least delay seen, as far as the
 * order of samples allows: the buffered pictures are pressed together a little, and from then on times are
 * right.
 */
import { assert } from '../kit/assert.ts'
import type { Clock } from '../kit/clock.ts'
import { TICKS_PER_SEC } from './gop.ts'

/** Leading speed in the usual case: five times a bad crystal. */
const SLEW_PPM = 500
/** For offsets that jitter cannot explain: a burst after connecting, a camera whose clock runs wild. */
const SLEW_FAST_PPM = 20_000
const FAST_FROM_MS = 400
/** Beyond this the camera's clock has jumped: the timeline goes on from the arrival. */
const JUMP_MS = 10_000
/** How long a connection may take to come from its buffer to the present. */
const SETTLE_MS = 3_000
/** Delays are compared over windows of this length; the least of the last two counts. */
const WINDOW_MS = 5_000
/**
 * A box that booted without network believes in 1970 until NTP answers: leading that slowly would take for
 * ever.
 */
const WALL_STEP_MS = 5_000
const MS_PER_TICK = 1000 / TICKS_PER_SEC

export interface Instant {
  readonly timeMs: number
  readonly wallMs: number
}

export class Timeline {
  readonly #clock: Clock
  #connection = -1
  /** timeMs = ticks × MS_PER_TICK + offsetMs */
  #offsetMs = 0
  #wallOffsetMs = 0
  #lastTimeMs = Number.NEGATIVE_INFINITY
  #lastDts = 0
  #anchoredMs = 0
  #windowStartMs = 0
  #leastNow = Number.POSITIVE_INFINITY
  #leastBefore = Number.POSITIVE_INFINITY
  #jumps = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How often a camera's clock has jumped within a connection. */
  get jumps(): number {
    return this.#jumps
  }

  /**
   * Places a sample that has just arrived. Samples come in decode order; the first of a connection anchors
   * it.
   */
  place(connection: number, dts: number, pts: number): Instant {
    const nowMs = this.#clock.monotonicMs()
    const wallOffsetMs = this.#clock.wallMs() - nowMs
    if (connection !== this.#connection) {
      assert(connection > this.#connection, 'connections count up')
      this.#connection = connection
      this.#wallOffsetMs = wallOffsetMs
      this.#anchor(nowMs, dts, pts)
    } else {
      this.#lead(nowMs, dts, pts, wallOffsetMs)
    }
    this.#lastDts = dts
    const instant = this.at(pts)
    this.#lastTimeMs = Math.max(this.#lastTimeMs, instant.timeMs)
    return instant
  }

  /** An instant of the current connection. */
  at(pts: number): Instant {
    const timeMs = pts * MS_PER_TICK + this.#offsetMs
    return { timeMs, wallMs: timeMs + this.#wallOffsetMs }
  }

  /** `pts` of a keyframe with B-frames lies a little after its `dts`; the delay is measured on `dts`. */
  #anchor(nowMs: number, dts: number, pts: number): void {
    const offsetMs = nowMs - dts * MS_PER_TICK
    // Never back: the picture after a reconnect is later than the last one before it.
    this.#offsetMs = Math.max(offsetMs, this.#lastTimeMs + 1 - Math.min(dts, pts) * MS_PER_TICK)
    this.#anchoredMs = nowMs
    this.#windowStartMs = nowMs
    this.#leastNow = offsetMs
    this.#leastBefore = Number.POSITIVE_INFINITY
  }

  #lead(nowMs: number, dts: number, pts: number, wallOffsetMs: number): void {
    const seenMs = nowMs - dts * MS_PER_TICK
    if (Math.abs(seenMs - this.#offsetMs) > JUMP_MS) {
      this.#jumps++
      this.#anchor(nowMs, dts, pts)
      return
    }
    if (nowMs - this.#windowStartMs >= WINDOW_MS) {
      this.#windowStartMs = nowMs
      this.#leastBefore = this.#leastNow
      this.#leastNow = seenMs
    }
    this.#leastNow = Math.min(this.#leastNow, seenMs)
    const passedMs = Math.max(0, (dts - this.#lastDts) * MS_PER_TICK)
    if (nowMs - this.#anchoredMs < SETTLE_MS && seenMs < this.#offsetMs) {
      this.#offsetMs = Math.max(seenMs, this.#offsetMs - Math.max(0, passedMs - 1))
    } else {
      this.#offsetMs += slew(Math.min(this.#leastNow, this.#leastBefore) - this.#offsetMs, passedMs)
    }
    const wallErrorMs = wallOffsetMs - this.#wallOffsetMs
    this.#wallOffsetMs += Math.abs(wallErrorMs) > WALL_STEP_MS ? wallErrorMs : slew(wallErrorMs, passedMs)
  }
}

/** The part of an error that may be made good in this time. */
function slew(errorMs: number, passedMs: number): number {
  const ppm = Math.abs(errorMs) > FAST_FROM_MS ? SLEW_FAST_PPM : SLEW_PPM
  const stepMaxMs = (passedMs * ppm) / 1e6
  return Math.max(-stepMaxMs, Math.min(stepMaxMs, errorMs))
}
