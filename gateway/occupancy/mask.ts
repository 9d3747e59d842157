/**
 * Masks: one byte a pixel, 0 or 1, and what is done to them: grow, shrink, open, close, label.
 *
 * Outside the picture counts as the pixel it touches: a thing cut by the edge is not eaten from that side.
 */
import type { Kernels } from './kernels.ts'
import { PLANE_HEIGHT, PLANE_WIDTH } from './standing.ts'

/** Pixels and extent of a connected part; right and bottom are inclusive. */
export interface Part {
  readonly label: number
  readonly pixels: number
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const PARTS_MAX = 255
const PART_INTS = 5
/** At most every other pixel of a row begins a run: four numbers each, and its part's size. */
const RUN_INTS = 5 * (PLANE_WIDTH / 2) * PLANE_HEIGHT

export class Masks {
  readonly #between: Uint8Array
  readonly #across: Uint8Array
  readonly #line: Uint8Array
  readonly #runs: Int32Array
  readonly #parts: Int32Array
  readonly #grow
  readonly #shrink
  readonly #keepCrowded
  readonly #label
  readonly #countWhere

  constructor(kernels: Kernels) {
    this.#between = kernels.bytes()
    this.#across = kernels.bytes()
    this.#line = kernels.bytes(PLANE_WIDTH + 32 + 4 * PLANE_HEIGHT)
    this.#runs = kernels.ints(RUN_INTS)
    this.#parts = kernels.ints(PART_INTS * (PARTS_MAX + 1))
    this.#grow = kernels.kernel('grow')
    this.#shrink = kernels.kernel('shrink')
    this.#keepCrowded = kernels.kernel('keepCrowded')
    this.#label = kernels.kernel('label')
    this.#countWhere = kernels.kernel('countWhere')
  }

  /** Sets a pixel when any within `radius` (square) is set. */
  grow(mask: Uint8Array, out: Uint8Array, radius: number): void {
    this.#grow(mask.byteOffset, out.byteOffset, radius, this.#across.byteOffset, this.#line.byteOffset)
  }

  /** Keeps a pixel when all within `radius` (square) are set. */
  #keep(mask: Uint8Array, out: Uint8Array, radius: number): void {
    this.#shrink(mask.byteOffset, out.byteOffset, radius, this.#across.byteOffset, this.#line.byteOffset)
  }

  open(mask: Uint8Array, out: Uint8Array, radius: number): void {
    this.#keep(mask, this.#between, radius)
    this.grow(this.#between, out, radius)
  }

  close(mask: Uint8Array, out: Uint8Array, radius: number): void {
    this.grow(mask, this.#between, radius)
    this.#keep(this.#between, out, radius)
  }

  /** Keeps what has at least `least` set among the nine pixels around, itself among them. */
  keepCrowded(mask: Uint8Array, out: Uint8Array, least: number): void {
    this.#keepCrowded(mask.byteOffset, out.byteOffset, least, this.#across.byteOffset, this.#line.byteOffset)
  }

  /** Numbers 8-connected parts from 1 in `labels`; parts under `pixelsMin` and beyond 255 stay 0. Gives how many. */
  label(mask: Uint8Array, labels: Uint8Array, pixelsMin: number): number {
    const runs = this.#runs.byteOffset
    return this.#label(mask.byteOffset, labels.byteOffset, pixelsMin, runs, this.#parts.byteOffset)
  }

  /** A part of the last `label`. */
  part(label: number): Part {
    const at = PART_INTS * label
    const parts = this.#parts
    return {
      label,
      pixels: parts[at]!,
      left: parts[at + 1]!,
      top: parts[at + 2]!,
      right: parts[at + 3]!,
      bottom: parts[at + 4]!,
    }
  }

  /** Pixels of a part of the last `label`. */
  pixelsOf(label: number): number {
    return this.#parts[PART_INTS * label]!
  }

  /** How many set pixels each label has. */
  countWhere(mask: Uint8Array, labels: Uint8Array, counts: Int32Array): void {
    this.#countWhere(mask.byteOffset, labels.byteOffset, counts.byteOffset)
  }
}
