/**
 * Whether the box has time for what is not urgent: cameras owe no more than they did a moment ago.
 *
 *     owed − analysed, over all cameras ─▶ grew? ─▶ busy until it has not grown for some seconds
 */
import type { Clock } from './kit/clock.ts'

const CALM_MS = 10_000
/** Seconds that a look more or less makes. */
const GROWN_SEC = 1

export class Idle {
  readonly #owedSec: () => number
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #leastSec: number | null = null
  #busyUntilMs = Number.NEGATIVE_INFINITY

  /** @param owedSec media seconds of all cameras that arrived to be analysed and were not, since the start */
  constructor(owedSec: () => number, clock: Pick<Clock, 'monotonicMs'>) {
    this.#owedSec = owedSec
    this.#clock = clock
  }

  readonly isIdle = (): boolean => {
    const nowSec = this.#owedSec()
    const nowMs = this.#clock.monotonicMs()
    // A camera that was taken away takes what it owed with it.
    this.#leastSec = Math.min(this.#leastSec ?? nowSec, nowSec)
    if (nowSec > this.#leastSec + GROWN_SEC) {
      this.#leastSec = nowSec
      this.#busyUntilMs = nowMs + CALM_MS
    }
    return nowMs >= this.#busyUntilMs
  }
}
