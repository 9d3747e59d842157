/**
 * A pause that something else may end: work that comes in, or the end of all work.
 *
 *     sleep(ms) ────────── ms over ──▶          wake() ends every nap of now; after end() nobody sleeps any more
 *               └─ wake() ─▶
 */
export class Nap {
  readonly #wakers = new Set<() => void>()
  #over = false

  /** @param ms null: until somebody wakes */
  sleep(ms: number | null): Promise<void> {
    if (this.#over) return Promise.resolve()
    return new Promise((done) => {
      const wake = () => {
        clearTimeout(timer)
        this.#wakers.delete(wake)
        done()
      }
      const timer = ms === null ? undefined : setTimeout(wake, ms)
      this.#wakers.add(wake)
    })
  }

  wake(): void {
    for (const wake of [...this.#wakers]) wake()
  }

  end(): void {
    this.#over = true
    this.wake()
  }
}
