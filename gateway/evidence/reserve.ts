/**
 * A file of nothing, given up when the disk is full to the last byte, so that alerts can still be written.
 *
 *     room ─▶ .reserve takes its share        nothing left ─▶ .reserve goes ─▶ the store, outbox and chain go on
 *
 * Footage never gets it: while the reserve is given up, the box is full whatever the disk says. An alert takes about
 * 2 KiB of the store, so 32 MiB are some fifteen thousand of them.
 */
import { rmSync } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'

const CHUNK_BYTES = 1 << 20

export class Reserve {
  readonly bytes: number
  readonly #file: string
  #standing = false
  #wasGivenUp = false

  constructor(file: string, bytes: number) {
    this.#file = file
    this.bytes = bytes
  }

  get isStanding(): boolean {
    return this.#standing
  }

  /** Until it stands again. */
  get wasGivenUp(): boolean {
    return this.#wasGivenUp
  }

  /** Written out, not promised: a sparse file would hold no room. Half of one is none. */
  async take(): Promise<void> {
    if (this.#standing || this.bytes === 0) return
    const found = await stat(this.#file).catch(() => null) // Not there: it is made.
    if (found?.size === this.bytes) {
      this.#standing = true
      this.#wasGivenUp = false
      return
    }
    await rm(this.#file, { force: true })
    try {
      const file = await open(this.#file, 'wx', 0o600)
      try {
        const zeros = Buffer.alloc(Math.min(CHUNK_BYTES, this.bytes))
        for (let left = this.bytes; left > 0; left -= zeros.length)
          await file.appendFile(zeros.subarray(0, Math.min(left, zeros.length)))
        await file.sync()
      } finally {
        await file.close()
      }
      this.#standing = true
      this.#wasGivenUp = false
    } catch {
      // No room for a reserve: it is tried again when there is.
      await rm(this.#file, { force: true })
    }
  }

  /** At once: somebody is in the middle of a write. False: there was none. */
  giveUp(): boolean {
    if (!this.#standing) return false
    this.#standing = false
    this.#wasGivenUp = true
    rmSync(this.#file, { force: true })
    return true
  }
}
