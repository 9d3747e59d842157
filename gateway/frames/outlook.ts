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

/** The mean of a few looks: who passes, fades. */
export class OutlookMean {
  readonly #sums = new Uint16Array(PIXELS)
  readonly #looksMax: number
  #looks = 0

  constructor(looksMax: number) {
    this.#looksMax = looksMax
  }

  get looks(): number {
    return this.#looks
  }

  get luma(): Uint8Array {
    return Uint8Array.from(this.#sums, (sum) => Math.round(sum / this.#looks))
  }

  /** False when it has enough. */
  take({ yuv }: Pick<Frame, 'yuv'>): boolean {
    if (this.#looks >= this.#looksMax) return false
    this.#looks++
    const sums = this.#sums
    for (let y = 0, cell = 0; y < OUTLOOK_HEIGHT; y++) {
      for (let x = 0; x < OUTLOOK_WIDTH; x++, cell++) sums[cell]! += cellMean(yuv, x * CELL, y * CELL)
    }
    return true
  }

  clear(): void {
    this.#sums.fill(0)
    this.#looks = 0
  }

  /** Sums of luma, 16 bits little-endian, base64. */
  write(): string {
    return Buffer.from(this.#sums.buffer).toString('base64')
  }

  read(sums: string, looks: number): boolean {
    const bytes = Buffer.from(sums, 'base64')
    if (bytes.length !== 2 * PIXELS) return false
    for (let at = 0; at < PIXELS; at++) this.#sums[at] = bytes.readUInt16LE(2 * at)
    this.#looks = looks
    return true
  }
}

export class Commissioning {
  readonly #zones: string
  readonly #mean = new OutlookMean(LOOKS)
  #sinceWallMs = 0

  /** @param zones the zones as they are drawn; others make another picture necessary. */
  constructor(zones: string) {
    this.#zones = zones
  }

  take(frame: Pick<Frame, 'yuv' | 'wallMs'>): void {
    if (this.#mean.take(frame) && this.#mean.looks === 1) this.#sinceWallMs = frame.wallMs
  }

  /** Null until enough was seen. */
  get outlook(): Outlook | null {
    if (this.#mean.looks < LOOKS_MIN) return null
    return { luma: this.#mean.luma, sinceWallMs: this.#sinceWallMs }
  }

  get isReady(): boolean {
    return this.#mean.looks >= LOOKS_MIN
  }

  get sinceWallMs(): number {
    return this.#sinceWallMs
  }

  /** Zones of which somebody else may ask whether they are still the same. */
  get zones(): string {
    return this.#zones
  }

  /** Somebody wants the view as it is now to be the one that zones are drawn on. */
  retake(): void {
    this.#mean.clear()
  }

  snapshot(): CommissioningSnapshot {
    const { looks } = this.#mean
    return { zones: this.#zones, looks, sinceWallMs: this.#sinceWallMs, sums: this.#mean.write() }
  }

  /** False when other zones were drawn since: the camera is commissioned anew. */
  restore(snapshot: CommissioningSnapshot | null): boolean {
    if (snapshot === null || snapshot.zones !== this.#zones) return false
    if (!this.#mean.read(snapshot.sums, snapshot.looks)) return false
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
