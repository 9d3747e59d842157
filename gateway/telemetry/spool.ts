/**
 * Points that wait for a server that is away. At its bound the oldest goes and is counted: of health, the
 * latest matters most, and what may not be lost (alerts) waits in the outbox, not here.
 */
import { assert } from '../kit/assert.ts'

export class Spool<T> {
  readonly #entries: T[] = []
  readonly #entriesMax: number
  #dropped = 0
  /** Entries ever taken out at the front, by `settle` or dropped: tells batches apart. */
  #passed = 0

  constructor(entriesMax: number) {
    assert(entriesMax > 0, 'a spool holds something')
    this.#entriesMax = entriesMax
  }

  get waiting(): number {
    return this.#entries.length
  }

  get dropped(): number {
    return this.#dropped
  }

  push(entries: readonly T[]): void {
    this.#entries.push(...entries)
    const over = Math.max(0, this.#entries.length - this.#entriesMax)
    this.#entries.splice(0, over)
    this.#dropped += over
    this.#passed += over
  }

  /** The oldest, still kept until settled. */
  batch(countMax: number): { readonly entries: readonly T[]; readonly upTo: number } {
    const entries = this.#entries.slice(0, countMax)
    return { entries, upTo: this.#passed + entries.length }
  }

  /** Lets go of a batch; what was dropped of it in the meantime is not taken twice. */
  settle(upTo: number): void {
    this.#release(upTo)
  }

  /** Lets go of a batch that nobody will take. */
  drop(upTo: number): void {
    this.#dropped += this.#release(upTo)
  }

  #release(upTo: number): number {
    const count = Math.max(0, upTo - this.#passed)
    this.#entries.splice(0, count)
    this.#passed += count
    return count
  }
}
