/**
 * The picture laid over the background, and the gradients of both.
 *
 *     plane ─▶ where it lies (`Register`) ─▶ shifted, unless it lies right ─▶ picture, its slope
 *
 * Where something stands the background's gradient says nothing: there the picture is compared with what was seen
 * lately. How much the shift wavers says how far an edge may be from where it was.
 */
import type { Kernels } from './kernels.ts'
import type { Plane } from './plane.ts'
import { Register, type Shift } from './register.ts'
import { PLANE_WIDTH } from './standing.ts'

const SHAKE_TAU_SEC = 10
const RECENT_RATE = 0.3
/** Share of the slope at an edge that still counts as the same: what half-resolved shake leaves. */
const STILL_SLACK = 0.02
const SHAKE_SLACK = 0.5
const SHAKY_PIXELS = 0.25

export class Alignment {
  readonly register: Register
  /** Gradients of the picture and of the background as they lie. */
  readonly slope: Float32Array
  readonly slopeBefore: Float32Array
  /** What the picture's gradient was lately. */
  readonly slopeRecent: Float32Array
  readonly shiftMean: Shift = { x: 0, y: 0 }
  shiftSpread = 0
  readonly #detail: Float32Array
  readonly #detailBefore: Float32Array
  readonly #along: Float32Array
  readonly #lines: Float32Array
  readonly #kernels

  constructor(kernels: Kernels) {
    this.register = new Register(kernels)
    this.slope = kernels.floats()
    this.slopeBefore = kernels.floats()
    this.slopeRecent = kernels.floats()
    this.#detail = kernels.floats()
    this.#detailBefore = kernels.floats()
    this.#along = kernels.floats()
    this.#lines = kernels.floats(3 * (PLANE_WIDTH + 16))
    this.#kernels = {
      gradient: kernels.kernel('gradient'),
      detail: kernels.kernel('detail'),
      followAll: kernels.kernel('followAll'),
      shift: kernels.kernel('shift'),
    }
  }

  /** By how much the picture may waver at an edge, as a share of the slope there. */
  get slack(): number {
    return STILL_SLACK + SHAKE_SLACK * Math.min(this.shiftSpread, SHAKY_PIXELS)
  }

  /** The first picture of a background that is yet to be learned. */
  begin(raw: Plane): void {
    this.register.reset()
    this.#gradient(raw.y, this.slopeBefore)
  }

  /** Lays a picture over the first one; nothing stands yet. */
  layOverFirst(raw: Plane, first: Plane, out: Plane, kinds: Uint8Array, held: Uint8Array): void {
    this.#gradient(raw.y, this.slope)
    this.register.want(kinds, held, this.slopeBefore, this.slopeRecent)
    const shift = this.register.align(raw.y, this.slope, first.y)
    this.#shift(raw, out, shift)
  }

  /** The background is known: what is seen now was seen lately. */
  settle(picture: Plane): void {
    this.#gradient(picture.y, this.slopeRecent)
  }

  /** Lays the picture over the background; gives back `raw` itself when nothing is to be shifted. */
  lay(
    raw: Plane,
    shifted: Plane,
    background: Plane,
    kinds: Uint8Array,
    held: Uint8Array,
    dtSec: number,
  ): Plane {
    this.#gradient(raw.y, this.slope)
    this.#gradient(background.y, this.slopeBefore)
    this.register.want(kinds, held, this.slopeBefore, this.slopeRecent)
    this.#takeDetail(raw.y, this.#detail)
    this.#takeDetail(background.y, this.#detailBefore)
    const shift = this.register.align(this.#detail, this.slope, this.#detailBefore)
    const lies = shift.x === 0 && shift.y === 0
    if (!lies) {
      this.#shift(raw, shifted, shift)
      this.#gradient(shifted.y, this.slope)
    }
    this.#kernels.followAll(this.slope.byteOffset, this.slopeRecent.byteOffset, RECENT_RATE)
    this.#watchShake(shift, dtSec)
    return lies ? raw : shifted
  }

  /** The background was lit anew: so is its gradient. */
  relit(background: Plane): void {
    this.#gradient(background.y, this.slopeBefore)
  }

  #watchShake(shift: Shift, dtSec: number): void {
    const rate = 1 - Math.exp(-dtSec / SHAKE_TAU_SEC)
    this.shiftMean.x += rate * (shift.x - this.shiftMean.x)
    this.shiftMean.y += rate * (shift.y - this.shiftMean.y)
    const away = Math.hypot(shift.x - this.shiftMean.x, shift.y - this.shiftMean.y)
    this.shiftSpread += rate * (away - this.shiftSpread)
  }

  #gradient(values: Float32Array, out: Float32Array): void {
    this.#kernels.gradient(values.byteOffset, out.byteOffset)
  }

  #takeDetail(values: Float32Array, out: Float32Array): void {
    const along = this.#along.byteOffset
    this.#kernels.detail(values.byteOffset, out.byteOffset, along, this.#lines.byteOffset)
  }

  /** Reads every channel at p + shift; outside the picture its edge repeats. */
  #shift(from: Plane, to: Plane, shift: Shift): void {
    this.#shiftChannel(from.y, to.y, shift)
    this.#shiftChannel(from.u, to.u, shift)
    this.#shiftChannel(from.v, to.v, shift)
  }

  #shiftChannel(from: Float32Array, to: Float32Array, { x, y }: Shift): void {
    const wholeX = Math.floor(x)
    const wholeY = Math.floor(y)
    this.#kernels.shift(from.byteOffset, to.byteOffset, wholeX, wholeY, x - wholeX, y - wholeY)
  }
}
