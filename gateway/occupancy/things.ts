/**
 * The memory of every pixel: which colour, other than the background's, stands there and since when.
 *
 *     C  the colour believed: support 0..4 s, since when, last seen
 *     D  a challenger, which takes over after 3 s when C has not been seen for 3 s
 *
 * Somebody who walks past covers C but does not end it: it is held for 30 s. Ages are times, never counts of
 * samples, so that a changed rate or a gap changes nothing.
 */
import type { Kernels } from './kernels.ts'
import type { Noise } from './noise.ts'
import { Plane } from './plane.ts'

export class Things {
  readonly believed: Plane
  readonly challenger: Plane
  readonly support: Float32Array
  readonly challenge: Float32Array
  readonly persistence: Float32Array
  readonly sinceMs: Float64Array
  readonly seenMs: Float64Array
  /** 1 where C has stood long enough. */
  readonly stable: Uint8Array
  /** 1 where the pixel is foreground for long without one colour. */
  readonly persistent: Uint8Array
  /** 1 where a colour is believed, seen or hidden; 1 where anything at all is remembered. */
  readonly held: Uint8Array
  readonly #busy: Uint8Array
  readonly #remember
  readonly #tally
  readonly #countStirred

  constructor(kernels: Kernels) {
    this.believed = new Plane(kernels)
    this.challenger = new Plane(kernels)
    this.support = kernels.floats()
    this.challenge = kernels.floats()
    this.persistence = kernels.floats()
    this.sinceMs = kernels.doubles()
    this.seenMs = kernels.doubles()
    this.stable = kernels.bytes()
    this.persistent = kernels.bytes()
    this.held = kernels.bytes()
    this.#busy = kernels.bytes()
    this.#remember = kernels.kernel('remember')
    this.#tally = kernels.kernel('tally')
    this.#countStirred = kernels.kernel('countStirred')
  }

  /** `kinds` as `Foreground` says; `slope` is the picture's gradient: near an edge half a pixel is many levels. */
  remember(
    picture: Plane,
    kinds: Uint8Array,
    slope: Float32Array,
    slack: number,
    noise: Noise,
    timeMs: number,
    dtSec: number,
  ): void {
    this.#remember(
      kinds.byteOffset,
      this.#busy.byteOffset,
      picture.y.byteOffset,
      this.believed.y.byteOffset,
      this.challenger.y.byteOffset,
      this.support.byteOffset,
      this.challenge.byteOffset,
      this.persistence.byteOffset,
      this.sinceMs.byteOffset,
      this.seenMs.byteOffset,
      this.stable.byteOffset,
      this.persistent.byteOffset,
      slope.byteOffset,
      slack,
      Math.min(30, 3 * noise.luma),
      Math.max(8, 3.5 * noise.chroma),
      timeMs,
      dtSec,
    )
  }

  /** Foreground that stands for nothing yet, pixels. */
  countStirred(foreground: Uint8Array): number {
    return this.#countStirred(foreground.byteOffset, this.stable.byteOffset, this.persistent.byteOffset)
  }

  /** Notes where something is remembered, given what is foreground now; only there is anything to do. */
  tally(foreground: Uint8Array): void {
    this.#tally(
      this.support.byteOffset,
      this.persistence.byteOffset,
      foreground.byteOffset,
      this.held.byteOffset,
      this.#busy.byteOffset,
    )
  }

  /** After a snapshot was loaded: anything may be remembered anywhere. */
  recall(): void {
    this.#busy.fill(1)
    this.tally(this.#busy)
  }

  reset(): void {
    this.support.fill(0)
    this.challenge.fill(0)
    this.persistence.fill(0)
    this.stable.fill(0)
    this.persistent.fill(0)
    this.held.fill(0)
    this.#busy.fill(0)
  }
}
