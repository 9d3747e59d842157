/**
 * What is built goes on a list; stopping is the list backwards. Nothing can be added to one and forgotten in the other.
 */
interface Closeable {
  close(): Promise<void> | void
}

export class Closing {
  readonly #things: Closeable[] = []

  own<T extends Closeable>(thing: T): T {
    this.#things.push(thing)
    return thing
  }

  /** One that cannot be closed keeps none of the others open; the first failure is thrown when all are closed. */
  async close(): Promise<void> {
    const failures: unknown[] = []
    for (let thing = this.#things.pop(); thing !== undefined; thing = this.#things.pop()) {
      try {
        await thing.close()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }
}
