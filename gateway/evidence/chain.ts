/**
 * The box's chain: each package names the manifest hash of the one sealed before it, and has the next number.
 *
 *     chain.json  { head: №41, sealing: null }
 *                 { head: №41, sealing: №42 }     written before №42 gets its final name
 *                 { head: №42, sealing: null }    after
 *
 * A crash between the two leaves the question on disk together with its answer: is №42 there?
 * Then it is the head, otherwise it never was. No scan of all packages is needed.
 */
import { readFile } from 'node:fs/promises'
import { assert } from '../kit/assert.ts'
import { type ChainRecord, readChainRecord } from './chain-record.ts'
import { replaceFile } from './disk.ts'
import type { Link } from './package.ts'

/** Null when there is none or it cannot be read as one. */
export async function readChain(file: string): Promise<ChainRecord | null> {
  // The caller decides: on a fresh box null is right, beside packages it is CHAIN_HEAD_LOST.
  const text = await readFile(file, 'utf8').catch(() => null)
  return text === null ? null : readChainRecord(text)
}

export class Chain {
  readonly #file: string
  #head: Link | null = null
  #sealing: Link | null = null

  constructor(file: string) {
    this.#file = file
  }

  get head(): Link | null {
    return this.#head
  }

  /** At start: what the disk turned out to hold. */
  async resume(head: Link | null): Promise<void> {
    this.#head = head
    this.#sealing = null
    await this.#write()
  }

  async intend(link: Link): Promise<void> {
    assert(link.sequence === (this.#head?.sequence ?? 0) + 1, 'the chain grows by one')
    this.#sealing = link
    await this.#write()
  }

  /** The package stands under its name: from here on it is the head, whether or not the disk takes the note. */
  async commit(): Promise<void> {
    assert(this.#sealing !== null, 'only an intended link is committed')
    this.#head = this.#sealing
    this.#sealing = null
    await this.#write()
  }

  async abandon(): Promise<void> {
    this.#sealing = null
    await this.#write()
  }

  async #write(): Promise<void> {
    await replaceFile(this.#file, `${JSON.stringify({ head: this.#head, sealing: this.#sealing })}\n`)
  }
}
