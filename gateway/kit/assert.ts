/**
 * Assertions are for our own bugs: the only right answer to a broken invariant is to stop and start clean.
 * What the world does wrong (a camera, a file, a config) is never asserted; it gets a code, see `errors.ts`.
 */
export function assert(condition: unknown, invariant: string): asserts condition {
  if (!condition) throw new AssertionError(invariant)
}

export class AssertionError extends Error {
  constructor(invariant: string) {
    super(`invariant broken: ${invariant}`)
    this.name = 'AssertionError'
  }
}
