/**
 * What the simulated platform has received, counted the way a real one must: by id, and without gaps.
 *
 *     message ─▶ id known? ─▶ repetition        sequence ─▶ from the first seen to the last, which are missing?
 */
export interface Received {
  readonly gateway: string
  readonly topic: string
  readonly id: string
  readonly sequence: number
  readonly late: boolean
  readonly type: string
  readonly data: unknown
}

export class Ledger {
  readonly #byId = new Map<string, Received>()
  readonly #sequences = new Map<string, Set<number>>()
  repetitions = 0
  /** Two messages under one sequence, or one under two: must never happen. */
  contradictions = 0

  /** True when it is news. */
  take(message: Received): boolean {
    const known = this.#byId.get(message.id)
    if (known) {
      this.repetitions++
      if (known.sequence !== message.sequence) this.contradictions++
      return false
    }
    const sequences = this.#sequences.get(message.gateway) ?? new Set()
    if (sequences.has(message.sequence)) this.contradictions++
    this.#sequences.set(message.gateway, sequences.add(message.sequence))
    this.#byId.set(message.id, message)
    return true
  }

  /** Everything once, in the order of arrival. */
  all(): Received[] {
    return [...this.#byId.values()]
  }

  /** Sequence numbers of a gateway between the first and the last seen that never came. */
  missing(gateway: string): number[] {
    const seen = [...(this.#sequences.get(gateway) ?? [])].sort((a, b) => a - b)
    const missing: number[] = []
    for (let at = 1; at < seen.length; at++) {
      for (let lost = seen[at - 1]! + 1; lost < seen[at]!; lost++) missing.push(lost)
    }
    return missing
  }
}
