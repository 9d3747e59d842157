/**
 * The background follows the street slowly, and only where it is surely the street.
 *
 *     plain, away from every difference and region   20 s        thrown out   5 s
 *     shadow or light                               300 s        elsewhere    never
 *
 * With less care a dark bag was half inside the background within ten seconds.
 */
import type { Kernels } from './kernels.ts'
import type { Masks } from './mask.ts'
import { Plane } from './plane.ts'
import type { Things } from './things.ts'

const PLAIN_SEC = 20
const SHADOW_SEC = 300
const THROWN_SEC = 5

export class Background {
  readonly plane: Plane
  readonly #near: Uint8Array
  readonly #mask: Uint8Array
  readonly #masks: Masks
  readonly #join
  readonly #follow

  constructor(kernels: Kernels, masks: Masks) {
    this.plane = new Plane(kernels)
    this.#near = kernels.bytes()
    this.#mask = kernels.bytes()
    this.#masks = masks
    this.#join = kernels.kernel('join')
    this.#follow = kernels.kernel('follow')
  }

  /** What is thrown out goes into the background and is remembered no longer. */
  follow(
    picture: Plane,
    kinds: Uint8Array,
    foreground: Uint8Array,
    labels: Uint8Array,
    thrown: Uint8Array,
    things: Things,
    dtSec: number,
  ): void {
    this.#join(foreground.byteOffset, labels.byteOffset, this.#mask.byteOffset)
    this.#masks.grow(this.#mask, this.#near, 1)
    this.#follow(
      this.plane.y.byteOffset,
      picture.y.byteOffset,
      kinds.byteOffset,
      this.#near.byteOffset,
      thrown.byteOffset,
      1 - Math.exp(-dtSec / PLAIN_SEC),
      1 - Math.exp(-dtSec / SHADOW_SEC),
      1 - Math.exp(-dtSec / THROWN_SEC),
      things.support.byteOffset,
      things.challenge.byteOffset,
      things.persistence.byteOffset,
      things.stable.byteOffset,
      things.persistent.byteOffset,
    )
    things.tally(foreground)
  }
}
