/**
 * Where a camera looked when its zones were drawn: the commissioning picture, small, the mean of its first looks.
 *
 *     first looks ─▶ 160 × 90 of luma, averaged (who passes, fades) ─▶ fixed, until somebody draws other zones
 *
 * Zones are drawn on a picture: when the camera is turned, every zone lies wrong and nothing else notices. Background
 * models learn a new view within a minute, so the picture that zones were drawn on is kept apart from them.
 */
import { FRAME_WIDTH, type Frame } from './frame.ts'

export const OUTLOOK_WIDTH = 160
export const OUTLOOK_HEIGHT = 90

export interface Outlook {
  /** OUTLOOK_WIDTH × OUTLOOK_HEIGHT of luma. */
  readonly luma: Uint8Array
  /** Wall time of the first look it was made of. */
  readonly sinceWallMs: number
}

export interface CommissioningSnapshot {
  /** The zones that were drawn on it. */
  readonly zones: string
  readonly looks: number
  readonly sinceWallMs: number
  /** Sums of luma, 16 bits little-endian, base64. */
  readonly sums: string
}

const LOOKS = 32
/** Fewer show those who pass as if they belonged there. */
const LOOKS_MIN = 8
const PIXELS = OUTLOOK_WIDTH * OUTLOOK_HEIGHT
const CELL = FRAME_WIDTH / OUTLOOK_WIDTH

export class Commissioning {
  readonly #zones: string
  #sums = new Uint16Array(PIXELS)
  #looks = 0
  #sinceWallMs = 0

  /** @param zones the zones as they are drawn; others make another picture necessary. */
  constructor(zones: string) {
    this.#zones = zones
  }

  take({ yuv, wallMs }: Pick<Frame, 'yuv' | 'wallMs'>): void {
    if (this.#looks >= LOOKS) return
    if (this.#looks === 0) this.#sinceWallMs = wallMs
    this.#looks++
    const sums = this.#sums
    for (let y = 0, cell = 0; y < OUTLOOK_HEIGHT; y++) {
      for (let x = 0; x < OUTLOOK_WIDTH; x++, cell++) sums[cell]! += cellMean(yuv, x * CELL, y * CELL)
    }
  }

  /** Null until enough was seen. */
  get outlook(): Outlook | null {
    if (this.#looks < LOOKS_MIN) return null
    const luma = Uint8Array.from(this.#sums, (sum) => Math.round(sum / this.#looks))
    return { luma, sinceWallMs: this.#sinceWallMs }
  }

  snapshot(): CommissioningSnapshot {
    const sums = Buffer.from(this.#sums.buffer).toString('base64')
    return { zones: this.#zones, looks: this.#looks, sinceWallMs: this.#sinceWallMs, sums }
  }

  /** False when other zones were drawn since: the camera is commissioned anew. */
  restore(snapshot: CommissioningSnapshot | null): boolean {
    if (snapshot === null || snapshot.zones !== this.#zones) return false
    const bytes = Buffer.from(snapshot.sums, 'base64')
    if (bytes.length !== 2 * PIXELS) return false
    this.#sums = Uint16Array.from({ length: PIXELS }, (_, at) => bytes.readUInt16LE(2 * at))
    this.#looks = snapshot.looks
    this.#sinceWallMs = snapshot.sinceWallMs
    return true
  }
}

function cellMean(luma: Uint8Array, left: number, top: number): number {
  let sum = 0
  for (let y = top; y < top + CELL; y++) {
    for (let x = left; x < left + CELL; x++) sum += luma[y * FRAME_WIDTH + x]!
  }
  return Math.round(sum / (CELL * CELL))
}
