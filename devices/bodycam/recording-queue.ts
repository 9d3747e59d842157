/**
 * Recordings that wait for something: one at a time, conflicts first, then the oldest, and, where that is asked, only
 * while the box has nothing more urgent to do.
 *
 *     offer ─▶ waits ─▶ idle? ─▶ worked on ─┬─▶ finished
 *                         ▲  └─ a pause before every look while it is not
 *                         └────── interrupted by a stop: offered again at the next start
 *
 * Recordings are examined as they come; they are looked at when cameras owe nothing: what a recording shows has happened
 * already.
 */
import { Nap } from '../../gateway/kit/nap.ts'

const ASK_AGAIN_MS = 1_000

export interface RecordingQueueParts {
  /** Whether nothing is owed by cameras; absent: always. */
  readonly isIdle?: (() => boolean) | undefined
  readonly work: (recordingId: string, pace: Pace) => Promise<void>
}

/** What long work keeps to. */
export interface Pace {
  readonly signal: AbortSignal
  /** Resolves when the next look may be taken. */
  readonly turn: () => Promise<void>
}

interface Waiting {
  readonly recordingId: string
  readonly isUrgent: boolean
}

/** What is worked on, and what waits, in the order of their turn. */
export interface QueueView {
  readonly current: string | null
  readonly waiting: readonly string[]
}

export class RecordingQueue {
  readonly #parts: RecordingQueueParts
  readonly #going = new AbortController()
  readonly #nap = new Nap()
  #waiting: Waiting[] = []
  #current: string | null = null
  #work: Promise<void> | null = null

  constructor(parts: RecordingQueueParts) {
    this.#parts = parts
  }

  get view(): QueueView {
    return { current: this.#current, waiting: this.#waiting.map(({ recordingId }) => recordingId) }
  }

  offer(recordingId: string, isUrgent: boolean): void {
    if (this.#going.signal.aborted || this.view.waiting.includes(recordingId)) return
    this.#waiting = [...this.#waiting, { recordingId, isUrgent }].sort(byTurn)
    this.#work ??= this.#run()
  }

  get isEmpty(): boolean {
    return this.#work === null
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
    try {
      while (!signal.aborted) {
        await this.#turn()
        const next = this.#waiting.shift()
        if (next === undefined || signal.aborted) return
        this.#current = next.recordingId
        await this.#parts.work(next.recordingId, { signal, turn: () => this.#turn() })
        this.#current = null
      }
    } finally {
      // In the same breath as the last look at what waits: whatever is offered after it begins anew.
      this.#current = null
      this.#work = null
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
