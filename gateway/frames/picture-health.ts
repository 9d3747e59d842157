/**
 * Is there still a street in the picture? A camera that is dark, covered or frozen delivers perfect packets.
 *
 *     dark      almost no light                      mean luma
 *     covered   light, but nothing in it             spread of luma
 *     frozen    the same picture again and again     pixels that differ from the first one of a run
 *
 * Each must last before it is said. Even a still street has noise, leaves or the camera's own clock; a
 * repeated picture has none of them [R3].
 */
import { z } from 'zod'
import { FRAME_HEIGHT, FRAME_WIDTH, type Frame } from './frame.ts'

export const HealthOptions = z.strictObject({
  darkMeanMax: z
    .number()
    .min(16)
    .max(80)
    .default(24)
    .describe(
      'Mean luma up to which a picture is dark; 16 is black in video. A lit street at night has 40 and more.',
    ),
  flatSpreadMax: z
    .number()
    .min(0)
    .max(40)
    .default(5)
    .describe(
      'Standard deviation of luma up to which a picture shows nothing. A foggy street has 12 and more.',
    ),
  frozenPixelsMax: z
    .int()
    .min(0)
    .max(10_000)
    .default(40)
    .describe(
      'Pixels that may differ in a picture that counts as the same. A clock that ticks changes about 80.',
    ),
  darkMs: z
    .int()
    .min(1_000)
    .max(600_000)
    .default(15_000)
    .describe('Milliseconds before dark or covered is said.'),
  frozenMs: z.int().min(1_000).max(600_000).default(20_000).describe('Milliseconds before frozen is said.'),
})
export type HealthOptions = z.infer<typeof HealthOptions>
type PictureState = 'good' | 'dark' | 'covered' | 'frozen'

/** Differences up to this are the encoder's. */
const PIXEL_STEP_MAX = 2

export class PictureHealth {
  readonly #options: HealthOptions
  readonly #reference = new Uint8Array(FRAME_WIDTH * FRAME_HEIGHT)
  #sameSinceMs: number | null = null
  #darkSinceMs: number | null = null
  #flatSinceMs: number | null = null
  #state: PictureState = 'good'

  constructor(options: HealthOptions) {
    this.#options = options
  }

  get state(): PictureState {
    return this.#state
  }

  examine(frame: Frame): PictureState {
    const { darkMeanMax, flatSpreadMax, frozenPixelsMax, darkMs, frozenMs } = this.#options
    const { timeMs, yuv } = frame
    const { mean, spread } = measure(yuv)
    const flat = spread <= flatSpreadMax

    this.#darkSinceMs = mean <= darkMeanMax && flat ? (this.#darkSinceMs ?? timeMs) : null
    this.#flatSinceMs = mean > darkMeanMax && flat ? (this.#flatSinceMs ?? timeMs) : null
    if (this.#sameSinceMs === null || countOther(yuv, this.#reference, PIXEL_STEP_MAX) > frozenPixelsMax) {
      this.#reference.set(yuv.subarray(0, this.#reference.length))
      this.#sameSinceMs = timeMs
    }

    const lasts = (sinceMs: number | null, forMs: number) => sinceMs !== null && timeMs - sinceMs >= forMs
    this.#state = 'good'
    if (lasts(this.#darkSinceMs, darkMs)) this.#state = 'dark'
    else if (lasts(this.#flatSinceMs, darkMs)) this.#state = 'covered'
    else if (!flat && lasts(this.#sameSinceMs, frozenMs)) this.#state = 'frozen'
    return this.#state
  }

  /** A new connection: the old picture says nothing about the new one. */
  reset(): void {
    this.#sameSinceMs = null
    this.#darkSinceMs = null
    this.#flatSinceMs = null
    this.#state = 'good'
  }
}

/** Every fourth pixel of every fourth line: 14 400 pixels. */
function measure(luma: Uint8Array): { mean: number; spread: number } {
  let sum = 0
  let squares = 0
  let count = 0
  for (let y = 0; y < FRAME_HEIGHT; y += 4) {
    const line = y * FRAME_WIDTH
    for (let x = 0; x < FRAME_WIDTH; x += 4) {
      const value = luma[line + x]!
      sum += value
      squares += value * value
      count++
    }
  }
  const mean = sum / count
  return { mean, spread: Math.sqrt(Math.max(0, squares / count - mean * mean)) }
}

function countOther(luma: Uint8Array, reference: Uint8Array, stepMax: number): number {
  let other = 0
  for (let i = 0; i < reference.length; i++) {
    const step = luma[i]! - reference[i]!
    if (step > stepMax || step < -stepMax) other++
  }
  return other
}
