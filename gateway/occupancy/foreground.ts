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
import { lightOf } from './light.ts'
import { label, neighbours } from './mask.ts'
import type { Noise } from './noise.ts'
import { box5, type Plane } from './plane.ts'
import { PLANE_PIXELS } from './standing.ts'

const SHADOW_LEAST = 0.45
const LIGHT_GREATEST = 1.6
/** Only what is clearly darker may come back as the inside of a thing. */
const DARK_INSIDE = 0.8
const SURE_SHARE = 0.2

/** The least difference that means something at this brightness: 10 levels by day, 5 in the dark. */
export function floorAt(brightness: number): number {
  const floor = 2.5 + 0.07 * brightness
  return floor < 4.5 ? 4.5 : floor > 11 ? 11 : floor
}

function chromaFloor(brightness: number): number {
  const floor = 2.5 + 0.045 * brightness
  return floor < 3 ? 3 : floor > 7 ? 7 : floor
}

export class Foreground {
  readonly #far = new Uint8Array(PLANE_PIXELS)
  readonly #coloured = new Uint8Array(PLANE_PIXELS)
  readonly #count = new Uint8Array(PLANE_PIXELS)
  readonly #labels = new Uint8Array(PLANE_PIXELS)
  readonly #unlike = new Float32Array(PLANE_PIXELS)
  readonly #unlikeSum = new Float32Array(PLANE_PIXELS)
  readonly #expected = new Float32Array(PLANE_PIXELS)
  /** 1 = differs; 2 = differs as a shadow or a light does. */
  readonly kinds = new Uint8Array(PLANE_PIXELS)

  find(
    picture: Plane,
    background: Plane,
    limits: Envelopes,
    gradientNow: Float32Array,
    gradientBefore: Float32Array,
    noise: Noise,
  ): void {
    farOf(picture, background, limits, noise, this.#far, this.#coloured)
    neighbours(this.#far, this.#count)
    for (let at = 0; at < PLANE_PIXELS; at++)
      this.kinds[at] = this.#far[at] !== 0 && this.#count[at]! >= 4 ? 1 : 0
    unlikeness(picture.y, background.y, gradientNow, gradientBefore, this.#unlike, this.#expected)
    box5(this.#unlike, this.#unlikeSum)
    box5(this.#expected, this.#unlike)
    shade(picture, background, this.#coloured, this.#unlikeSum, this.#unlike, noise, this.kinds)
    this.#bringBack(picture.y, background.y)
  }

  #bringBack(picture: Float32Array, background: Float32Array): void {
    for (let at = 0; at < PLANE_PIXELS; at++) this.#far[at] = this.kinds[at] === 0 ? 0 : 1
    const parts = label(this.#far, this.#labels, 12)
    if (parts.length === 0) return
    const sure = new Float64Array(parts.length + 1)
    for (let at = 0; at < PLANE_PIXELS; at++) if (this.kinds[at] === 1) sure[this.#labels[at]!]!++
    for (const part of parts) sure[part.label]! /= part.pixels
    for (let at = 0; at < PLANE_PIXELS; at++) {
      if (this.kinds[at] !== 2 || sure[this.#labels[at]!]! < SURE_SHARE || this.#labels[at] === 0) continue
      if (lightOf(picture[at]!) < DARK_INSIDE * lightOf(background[at]!)) this.kinds[at] = 1
    }
  }
}

export interface Envelopes {
  readonly least: Plane
  readonly greatest: Plane
}

function farOf(
  picture: Plane,
  background: Plane,
  limits: Envelopes,
  noise: Noise,
  far: Uint8Array,
  coloured: Uint8Array,
): void {
  const luma = Math.min(40, 3.5 * noise.luma)
  const chroma = 3.5 * noise.chroma
  const { least, greatest } = limits
  for (let at = 0; at < PLANE_PIXELS; at++) {
    const brightness = background.y[at]!
    const floorY = floorAt(brightness)
    const floorC = chromaFloor(brightness)
    const reach = luma > floorY ? luma : floorY
    const reachC = chroma > floorC ? chroma : floorC
    const y = picture.y[at]!
    const u = picture.u[at]!
    const v = picture.v[at]!
    const isColoured =
      u > greatest.u[at]! + reachC ||
      u < least.u[at]! - reachC ||
      v > greatest.v[at]! + reachC ||
      v < least.v[at]! - reachC
    coloured[at] = isColoured ? 1 : 0
    far[at] = isColoured || y > greatest.y[at]! + reach || y < least.y[at]! - reach ? 1 : 0
  }
}

/** How far the gradient is from what the same ground in other light would show. */
function unlikeness(
  picture: Float32Array,
  background: Float32Array,
  gradientNow: Float32Array,
  gradientBefore: Float32Array,
  unlike: Float32Array,
  expected: Float32Array,
): void {
  for (let at = 0; at < PLANE_PIXELS; at++) {
    const ratio = lightOf(picture[at]!) / lightOf(background[at]!)
    unlike[at] = Math.abs(gradientNow[at]! - ratio * gradientBefore[at]!)
    expected[at] = gradientBefore[at]!
  }
}

function shade(
  picture: Plane,
  background: Plane,
  coloured: Uint8Array,
  unlike: Float32Array,
  expected: Float32Array,
  noise: Noise,
  kinds: Uint8Array,
): void {
  const chroma = Math.max(4, 2.5 * noise.chroma)
  for (let at = 0; at < PLANE_PIXELS; at++) {
    if (kinds[at] === 0 || coloured[at] !== 0) continue
    if (Math.abs(picture.u[at]! - background.u[at]!) > chroma) continue
    if (Math.abs(picture.v[at]! - background.v[at]!) > chroma) continue
    const ratio = lightOf(picture.y[at]!) / lightOf(background.y[at]!)
    if (ratio < SHADOW_LEAST || ratio > LIGHT_GREATEST) continue
    const allowed = Math.max(0.1 * lightOf(background.y[at]!), 2 * noise.luma, 1.5) + 0.25 * expected[at]!
    if (unlike[at]! < allowed) kinds[at] = 2
  }
}
