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

  async close(): Promise<void> {
    for (let thing = this.#things.pop(); thing !== undefined; thing = this.#things.pop()) await thing.close()
  }
}
