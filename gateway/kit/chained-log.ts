/**
 * A file of lines that only grows, each line holding the hash of the one before it.
 *
 *     {"n":1,…,"prev":"","hash":"a1…"}          hash = sha256 of the line without `hash`
 *     {"n":2,…,"prev":"a1…","hash":"b2…"}       a line changed, removed or put in breaks every hash after it
 *
 * A line is durable when `append` resolves. After kill -9 the last one may be half: it was acknowledged to nobody, so
 * it is cut off at the next start. The chain alone shows meddling by whoever could not write the whole file anew; who
 * wants more signs lines or keeps the head elsewhere.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { assert } from './assert.ts'
import { type Body, type ChainedLine, hashedText, type ReadLog, readChained } from './chained-lines.ts'
import { grow, readGrown } from './growing-file.ts'

const RESERVED = ['n', 'prev', 'hash', 'seal']

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex')

/** Null when the file is not there. */
export async function readChainedFile(file: string): Promise<ReadLog | null> {
  const text = await readFile(file, 'utf8').catch(() => null) // No log yet is an answer.
  return text === null ? null : readChained(text, sha256)
}

export class ChainedLog {
  readonly file: string
  readonly #brokenAt: number | null
  #tail: ChainedLine | null
  #last: Promise<unknown> = Promise.resolve()

  private constructor(file: string, tail: ChainedLine | null, brokenAt: number | null) {
    this.file = file
    this.#tail = tail
    this.#brokenAt = brokenAt
  }

  /** Cuts off half a line. A log that was meddled with takes no further line. */
  static async open(file: string): Promise<ChainedLog> {
    const text = await readGrown(file)
    if (text === null) return new ChainedLog(file, null, null)
    const { lines, brokenAt } = readChained(text, sha256)
    return new ChainedLog(file, lines.at(-1) ?? null, brokenAt)
  }

  /** The newest line. */
  get tail(): ChainedLine | null {
    return this.#tail
  }

  /** Number of the first line that does not fit; null: the chain is whole. */
  get brokenAt(): number | null {
    return this.#brokenAt
  }

  /**
   * Durable when it resolves; one after the other, in the order of the calls.
   * @param seal what is put beside the hash, a signature say
   */
  append(body: Body, seal?: (hash: string) => unknown): Promise<ChainedLine> {
    assert(!RESERVED.some((name) => name in body), 'n, prev, hash and seal are the chain’s')
    const written = this.#last.then(() => this.#append(body, seal))
    this.#last = written.catch(() => {}) // The caller has the failure; the next line is not to blame.
    return written
  }

  async #append(body: Body, seal?: (hash: string) => unknown): Promise<ChainedLine> {
    assert(this.#brokenAt === null, 'a broken chain is not gone on with')
    const n = (this.#tail?.n ?? 0) + 1
    const prev = this.#tail?.hash ?? ''
    const hash = sha256(hashedText(n, body, prev))
    const sealed = seal === undefined ? {} : { seal: seal(hash) }
    await grow(this.file, `${JSON.stringify({ n, ...body, prev, hash, ...sealed })}\n`)
    this.#tail = { n, body, prev, hash, ...sealed }
    return this.#tail
  }
}
