/**
 * Which requests are one look. A player asks for a film in many pieces, and jumps; the access log says once that somebody
 * watches it, and once more when they come back to it later.
 *
 *     who, what, for which purpose ─▶ asked within the last minutes? ─┬─ yes ─▶ the same look goes on
 *                                                                    └─ no ──▶ a new one, to be logged
 */
const SAME_LOOK_MS = 10 * 60_000
/** More people than this do not watch at once; whoever is forgotten is logged once more. */
const LOOKS_MAX = 1_000

export class Looks {
  readonly #seenMs = new Map<string, number>()

  /** @returns whether it is a new look */
  begins(look: readonly string[], wallMs: number): boolean {
    const key = JSON.stringify(look)
    const seenMs = this.#seenMs.get(key)
    // The newest stands last.
    this.#seenMs.delete(key)
    this.#seenMs.set(key, wallMs)
    const [oldest] = this.#seenMs.keys()
    if (this.#seenMs.size > LOOKS_MAX && oldest !== undefined) this.#seenMs.delete(oldest)
    return seenMs === undefined || wallMs - seenMs > SAME_LOOK_MS
  }
}
