/**
 * Waits that grow, with jitter, so that a street of cameras that lost power together does not return as one blow.
 * "Full jitter between half and whole": the wait is never shorter than half of what it could be.
 */
export interface BackoffOptions {
  readonly firstMs: number
  readonly maxMs: number
  readonly factor: number
}

export class Backoff {
  readonly #options: BackoffOptions
  readonly #random: () => number
  #attempt = 0

  constructor(options: BackoffOptions, random: () => number = Math.random) {
    this.#options = options
    this.#random = random
  }

  get attempt(): number {
    return this.#attempt
  }

  nextMs(): number {
    const { firstMs, maxMs, factor } = this.#options
    const whole = Math.min(maxMs, firstMs * factor ** this.#attempt)
    this.#attempt++
    return Math.round(whole / 2 + (whole / 2) * this.#random())
  }

  reset(): void {
    this.#attempt = 0
  }
}
