/**
 * A cap on bytes a second that all uploads share: each piece books the time it takes and waits until that has come.
 *
 *     now ──[piece]──[piece]──▶ booked until        nobody sends: the past is not made up for
 */
import { Transform } from 'node:stream'
import type { Clock } from '../kit/clock.ts'

export class Pace {
  readonly #bytesPerMs: number
  readonly #clock: Clock
  #bookedUntilMs = 0

  /** @param kibPerSec 0: no cap */
  constructor(kibPerSec: number, clock: Clock) {
    this.#bytesPerMs = (kibPerSec * 1_024) / 1_000
    this.#clock = clock
  }

  /** How long to wait before so many bytes may go. */
  book(bytes: number): number {
    if (this.#bytesPerMs === 0) return 0
    const nowMs = this.#clock.monotonicMs()
    const fromMs = Math.max(nowMs, this.#bookedUntilMs)
    this.#bookedUntilMs = fromMs + bytes / this.#bytesPerMs
    return fromMs - nowMs
  }

  /** A stream that lets through what the pace allows, and tells of every piece. */
  stream(onBytes: (bytes: number) => void): Transform {
    return new Transform({
      transform: (piece: Buffer, _encoding, done) => {
        const go = () => {
          onBytes(piece.length)
          done(null, piece)
        }
        const waitMs = this.book(piece.length)
        if (waitMs > 0) setTimeout(go, waitMs)
        else go()
      },
    })
  }
}
