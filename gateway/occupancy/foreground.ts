/**
 * Foreground: where the picture differs from the background by more than noise, shake, shadow or light explain.
 *
 *     outside the 3×3 envelope of the background ─▶ 4 of 9 agree ─▶ shadow or light? no ─▶ foreground
 *                                                                   └ yes ─▶ only if its part is surely a thing
 *
 * A dark smooth bag looks like a shadow inside and only its rim is sure, so shadow-like pixels come back when a
 * fifth of their connected part is sure. Thresholds grow with measured noise; their floor follows brightness,
 * because what light leaves behind is a share of it, not a number of grey levels.
 */
import type { Kernels } from './kernels.ts'
import type { Masks } from './mask.ts'
import type { Noise } from './noise.ts'
import { Box, type Plane, type Spans } from './plane.ts'
import { PLANE_HEIGHT } from './standing.ts'

const AGREE = 4
const SHADOW_LEAST = 0.45
const LIGHT_GREATEST = 1.6
/** Only what is clearly darker may come back as the inside of a thing. */
const DARK_INSIDE = 0.8
const SURE_SHARE = 0.2
const PART_PIXELS_MIN = 12

/** The least difference that means something at this brightness: 10 levels by day, 5 in the dark. */
export function floorAt(brightness: number): number {
  const floor = 2.5 + 0.07 * brightness
  return floor < 4.5 ? 4.5 : floor > 11 ? 11 : floor
}

export class Foreground {
  readonly #masks: Masks
  readonly #far: Uint8Array
  readonly #coloured: Uint8Array
  readonly #labels: Uint8Array
  readonly #unlike: Float32Array
  readonly #unlikeBox: Box
  readonly #gradientBox: Box
  readonly #spans: Spans
  readonly #sure: Int32Array
  readonly #classes: Uint8Array
  readonly #kernels
  /** 1 = differs; 2 = differs as a shadow or a light does. */
  readonly kinds: Uint8Array

  constructor(kernels: Kernels, masks: Masks) {
    this.#masks = masks
    this.#far = kernels.bytes()
    this.#coloured = kernels.bytes()
    this.#labels = kernels.bytes()
    this.#unlike = kernels.floats()
    this.#unlikeBox = new Box(kernels)
    this.#gradientBox = new Box(kernels)
    this.#spans = { own: kernels.ints(PLANE_HEIGHT), wide: kernels.ints(PLANE_HEIGHT) }
    this.#sure = kernels.ints(256)
    this.#classes = kernels.bytes(256)
    this.kinds = kernels.bytes()
    this.#kernels = {
      differ: kernels.kernel('differ'),
      maybeShade: kernels.kernel('maybeShade'),
      widen: kernels.kernel('widen'),
      unlike: kernels.kernel('unlike'),
      shade: kernels.kernel('shade'),
      hasDark: kernels.kernel('hasDark'),
      pick: kernels.kernel('pick'),
      bringBack: kernels.kernel('bringBack'),
    }
  }

  find(
    picture: Plane,
    background: Plane,
    gradientNow: Float32Array,
    gradientBefore: Float32Array,
    noise: Noise,
  ): void {
    this.#differ(picture, background, noise)
    this.#masks.keepCrowded(this.#far, this.kinds, AGREE)
    if (!this.#maybeShade(picture, background, noise)) return
    this.#shade(picture.y, background.y, gradientNow, gradientBefore, noise)
    this.#bringBack(picture.y, background.y)
  }

  /** Writes what differs into a mask; pixels that do, and that do as a shadow or a light does. */
  countKinds(foreground: Uint8Array): { differing: number; shaded: number } {
    const kinds = this.kinds.byteOffset
    const shaded = this.#kernels.pick(kinds, 2, this.#far.byteOffset)
    return { differing: this.#kernels.pick(kinds, 1, foreground.byteOffset), shaded }
  }

  #differ(picture: Plane, background: Plane, noise: Noise): void {
    this.#kernels.differ(
      background.y.byteOffset,
      picture.y.byteOffset,
      Math.min(40, 3.5 * noise.luma),
      3.5 * noise.chroma,
      this.#far.byteOffset,
      this.#coloured.byteOffset,
    )
  }

  /** Finds, by colour alone, what may be shadow or light; `#far` holds it from now on. */
  #maybeShade(picture: Plane, background: Plane, noise: Noise): boolean {
    const found = this.#kernels.maybeShade(
      this.kinds.byteOffset,
      this.#coloured.byteOffset,
      background.y.byteOffset,
      background.u.byteOffset,
      background.v.byteOffset,
      picture.y.byteOffset,
      picture.u.byteOffset,
      picture.v.byteOffset,
      Math.max(4, 2.5 * noise.chroma),
      SHADOW_LEAST,
      LIGHT_GREATEST,
      this.#far.byteOffset,
      this.#spans.own.byteOffset,
    )
    return found > 0
  }

  /** Shadow or light it is where the gradient is, over 5×5, what the same ground in other light would show. */
  #shade(
    picture: Float32Array,
    background: Float32Array,
    gradientNow: Float32Array,
    gradientBefore: Float32Array,
    noise: Noise,
  ): void {
    const { own, wide } = this.#spans
    this.#kernels.widen(own.byteOffset, wide.byteOffset, 2)
    this.#kernels.unlike(
      picture.byteOffset,
      background.byteOffset,
      gradientNow.byteOffset,
      gradientBefore.byteOffset,
      wide.byteOffset,
      this.#unlike.byteOffset,
    )
    this.#unlikeBox.fill(this.#unlike, this.#spans)
    this.#gradientBox.fill(gradientBefore, this.#spans)
    this.#kernels.shade(
      this.#far.byteOffset,
      background.byteOffset,
      this.#unlikeBox.mean.byteOffset,
      this.#gradientBox.mean.byteOffset,
      noise.luma,
      this.kinds.byteOffset,
    )
  }

  #bringBack(picture: Float32Array, background: Float32Array): void {
    const kinds = this.kinds.byteOffset
    const now = picture.byteOffset
    const before = background.byteOffset
    if (!this.#kernels.hasDark(kinds, now, before, DARK_INSIDE)) return
    const parts = this.#masks.label(this.kinds, this.#labels, PART_PIXELS_MIN)
    if (parts === 0) return
    this.#kernels.pick(kinds, 1, this.#far.byteOffset)
    this.#masks.countWhere(this.#far, this.#labels, this.#sure)
    this.#classes.fill(0)
    for (let part = 1; part <= parts; part++) {
      if (this.#sure[part]! / this.#masks.pixelsOf(part) >= SURE_SHARE) this.#classes[part] = 1
    }
    const classes = this.#classes.byteOffset
    this.#kernels.bringBack(kinds, this.#labels.byteOffset, classes, now, before, DARK_INSIDE)
  }
}
