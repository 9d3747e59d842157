/**
 * What the camera makes of the street: exposure, wind in the pole, rain before the lens, noise of the chip.
 *
 *     picture ─shift─▶ ─gain─▶ ─rain─▶ ─noise─▶ RGB bytes of one frame
 */
import { seededRandom } from '../../gateway/kit/random.ts'
import type { Raster } from './raster.ts'

export interface Exposure {
  readonly gain: number
  /** Whole pixels that the picture is moved by. */
  readonly shiftX: number
  readonly shiftY: number
}

/** A prime number of values, so that no pattern lines up with the rows. */
const NOISE_VALUES = 1_048_573
const NOISE_ZERO = 32

export class Sensor {
  readonly frame: Uint8Array
  readonly #width: number
  readonly #height: number
  readonly #noise: Uint8Array
  readonly #random: () => number
  readonly #rainStreaks: number
  readonly #table = new Uint8Array(256 + 2 * NOISE_ZERO)

  constructor(width: number, height: number, seed: number, noiseSigma: number, rains: boolean) {
    this.#width = width
    this.#height = height
    this.frame = new Uint8Array(width * height * 3)
    this.#random = seededRandom(seed ^ 0x5eed)
    this.#rainStreaks = rains ? Math.round((width * height) / 2600) : 0
    this.#noise = new Uint8Array(NOISE_VALUES)
    for (let i = 0; i < NOISE_VALUES; i++) {
      // Four even numbers add up to a bell, near enough.
      const bell = this.#random() + this.#random() + this.#random() + this.#random() - 2
      this.#noise[i] = NOISE_ZERO + Math.max(-31, Math.min(31, Math.round(bell * 1.73 * noiseSigma)))
    }
  }

  expose(picture: Raster, { gain, shiftX, shiftY }: Exposure): Uint8Array {
    for (let i = 0; i < this.#table.length; i++) {
      this.#table[i] = Math.max(0, Math.min(255, Math.round((i - NOISE_ZERO) * gain)))
    }
    for (let i = 0; i < this.#rainStreaks; i++) this.#streak(picture)
    const from = Math.floor(this.#random() * NOISE_VALUES)
    const source = picture.rgb
    develop(source, this.frame, this.#width, this.#height, shiftX, shiftY, this.#table, this.#noise, from)
    return this.frame
  }

  // A drop near the lens is long and faint, one far away short.
  #streak(picture: Raster): void {
    const near = this.#random()
    const length = Math.round((0.015 + 0.05 * near * near) * this.#height)
    const share = 0.1 + 0.12 * (1 - near)
    const x = this.#random() * this.#width
    const y = Math.floor(this.#random() * (this.#height - length))
    for (let step = 0; step < length; step++) {
      const column = Math.floor(x - step * 0.12)
      if (column < 0) return
      const at = ((y + step) * this.#width + column) * 3
      picture.rgb[at] = picture.rgb[at]! + (225 - picture.rgb[at]!) * share
      picture.rgb[at + 1] = picture.rgb[at + 1]! + (230 - picture.rgb[at + 1]!) * share
      picture.rgb[at + 2] = picture.rgb[at + 2]! + (236 - picture.rgb[at + 2]!) * share
    }
  }
}

function develop(
  source: Uint8ClampedArray,
  frame: Uint8Array,
  width: number,
  height: number,
  shiftX: number,
  shiftY: number,
  table: Uint8Array,
  noise: Uint8Array,
  from: number,
): void {
  let grain = from
  for (let y = 0; y < height; y++) {
    const row = Math.max(0, Math.min(height - 1, y + shiftY)) * width
    for (let x = 0, out = y * width * 3; x < width; x++, out += 3) {
      const column = Math.max(0, Math.min(width - 1, x + shiftX))
      const at = (row + column) * 3
      const add = noise[grain]!
      if (++grain === NOISE_VALUES) grain = 0
      frame[out] = table[source[at]! + add]!
      frame[out + 1] = table[source[at + 1]! + add]!
      frame[out + 2] = table[source[at + 2]! + add]!
    }
  }
}
