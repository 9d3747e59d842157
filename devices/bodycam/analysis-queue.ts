/**
 * Recordings that wait to be looked at: one at a time, conflicts first, then the oldest, and only while the box has
 * nothing more urgent to do.
 *
 *     offer ─▶ waits ─▶ idle? ─▶ looked at ─┬─▶ finished
 *                         ▲  └─ a pause before every look while it is not
 *                         └────── interrupted by a stop: offered again at the next start
 *
 * Cameras come first: what a recording shows has happened already.
 */
import { Nap } from '../../gateway/kit/nap.ts'

const ASK_AGAIN_MS = 1_000

export interface AnalysisQueueParts {
  /** Whether nothing is owed by cameras; absent: always. */
  readonly isIdle?: (() => boolean) | undefined
  readonly analyse: (recordingId: string, pace: Pace) => Promise<void>
}

/** What an analysis keeps to. */
export interface Pace {
  readonly signal: AbortSignal
  /** Resolves when the next look may be taken. */
  readonly turn: () => Promise<void>
}

interface Waiting {
  readonly recordingId: string
  readonly isUrgent: boolean
}

export class AnalysisQueue {
  readonly #parts: AnalysisQueueParts
  readonly #going = new AbortController()
  readonly #nap = new Nap()
  #waiting: Waiting[] = []
  #work: Promise<void> | null = null

  constructor(parts: AnalysisQueueParts) {
    this.#parts = parts
  }

  get waitingIds(): readonly string[] {
    return this.#waiting.map(({ recordingId }) => recordingId)
  }

  offer(recordingId: string, isUrgent: boolean): void {
    if (this.#going.signal.aborted || this.waitingIds.includes(recordingId)) return
    this.#waiting = [...this.#waiting, { recordingId, isUrgent }].sort(byTurn)
    this.#work ??= this.#run().finally(() => {
      this.#work = null
    })
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    while (this.#work !== null) await this.#work
  }

  async close(): Promise<void> {
    this.#going.abort()
    this.#nap.end()
    this.#waiting = []
    await this.settled()
  }

  async #run(): Promise<void> {
    const { signal } = this.#going
    while (!signal.aborted) {
      await this.#turn()
      const next = this.#waiting.shift()
      if (next === undefined || signal.aborted) return
      await this.#parts.analyse(next.recordingId, { signal, turn: () => this.#turn() })
    }
  }

  async #turn(): Promise<void> {
    const { isIdle = () => true } = this.#parts
    while (!this.#going.signal.aborted && !isIdle()) await this.#nap.sleep(ASK_AGAIN_MS)
  }
}

/** Ids begin with the time at which they came. */
function byTurn(one: Waiting, other: Waiting): number {
  return Number(other.isUrgent) - Number(one.isUrgent) || (one.recordingId < other.recordingId ? -1 : 1)
}
