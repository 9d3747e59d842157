/**
 * The background follows the street slowly, and only where it is surely the street.
 *
 *     plain, away from every difference and region   20 s        thrown out   5 s
 *     shadow or light                               300 s        elsewhere    never
 *
 * With less care a dark bag was half inside the background within ten seconds.
 */
import { grow } from './mask.ts'
import { Plane } from './plane.ts'
import { PLANE_PIXELS } from './standing.ts'
import type { Things } from './things.ts'

const PLAIN_SEC = 20
const SHADOW_SEC = 300
const THROWN_SEC = 5

export class Background {
  readonly plane = new Plane()
  readonly #near = new Uint8Array(PLANE_PIXELS)
  readonly #mask = new Uint8Array(PLANE_PIXELS)

  follow(
    picture: Plane,
    kinds: Uint8Array,
    labels: Uint8Array,
    thrown: Uint8Array,
    things: Things,
    dtSec: number,
  ): void {
    for (let at = 0; at < PLANE_PIXELS; at++) this.#mask[at] = kinds[at] === 1 || labels[at] !== 0 ? 1 : 0
    grow(this.#mask, this.#near, 1)
    const plain = 1 - Math.exp(-dtSec / PLAIN_SEC)
    const shadow = 1 - Math.exp(-dtSec / SHADOW_SEC)
    const out = 1 - Math.exp(-dtSec / THROWN_SEC)
    const { y, u, v } = this.plane
    for (let at = 0; at < PLANE_PIXELS; at++) {
      const isThrown = thrown[at] === 1
      if (!isThrown && this.#near[at] === 1) continue
      const rate = isThrown ? out : kinds[at] === 2 ? shadow : plain
      y[at]! += rate * (picture.y[at]! - y[at]!)
      u[at]! += rate * (picture.u[at]! - u[at]!)
      v[at]! += rate * (picture.v[at]! - v[at]!)
      if (isThrown && kinds[at] !== 1) things.forget(at)
    }
  }
}
