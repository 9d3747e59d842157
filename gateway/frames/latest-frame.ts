/**
 * Three slots for one camera: one is filled, one waits, one is held by whoever looks. The newest frame wins.
 *
 *     decoder ─▶ filling ─▶ waiting ─▶ held ─▶ looked at ─▶ back
 *                             └── a newer one came first: dropped, counted
 */
import { assert } from '../kit/assert.ts'
import { FRAME_BYTES } from './frame.ts'

export interface SlotFrame {
  readonly pts: number
  readonly connection: number
  readonly yuv: Uint8Array
}

export class LatestFrame {
  readonly #free: Uint8Array[] = [
    new Uint8Array(FRAME_BYTES),
    new Uint8Array(FRAME_BYTES),
    new Uint8Array(FRAME_BYTES),
  ]
  #filling: Uint8Array | null = null
  #waiting: SlotFrame | null = null
  #held: SlotFrame | null = null
  #dropped = 0

  get dropped(): number {
    return this.#dropped
  }

  /** Memory for the next frame; the same again until it is `put`. */
  slot(): Uint8Array {
    this.#filling ??= this.#free.pop() ?? null
    assert(this.#filling !== null, 'one slot is filling, one waits, one is held: three are enough')
    return this.#filling
  }

  put(connection: number, pts: number): void {
    assert(this.#filling !== null, 'a frame is put where a slot was lent')
    if (this.#waiting !== null) {
      this.#free.push(this.#waiting.yuv)
      this.#dropped++
    }
    this.#waiting = { connection, pts, yuv: this.#filling }
    this.#filling = null
  }

  /** The newest frame, held until `giveBack`; null while one is held or none waits. */
  take(): SlotFrame | null {
    if (this.#held !== null || this.#waiting === null) return null
    this.#held = this.#waiting
    this.#waiting = null
    return this.#held
  }

  giveBack(): void {
    assert(this.#held !== null, 'only a held frame is given back')
    this.#free.push(this.#held.yuv)
    this.#held = null
  }

  /** What waits belongs to the past. */
  discard(): void {
    if (this.#waiting !== null) this.#free.push(this.#waiting.yuv)
    this.#waiting = null
  }
}
