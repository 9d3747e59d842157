/**
 * A family is a way of writing down what was seen: how a network's output tensors become boxes.
 *
 *     output tensors ─▶ family.decode ─▶ Candidates ─▶ suppress ─▶ the few that stay
 *
 * One file a family, registered in `manifest.ts`. Decoding is pure: tensors in, boxes in pixels of the
 * model's own input out. Everything is bounded by `CANDIDATES_MAX`, so a network gone mad costs time, never
 * memory.
 */

/** An output tensor as onnxruntime gives it; half floats are made whole before a family sees them. */
export interface Output {
  readonly dims: readonly number[]
  readonly data: Float32Array | BigInt64Array | Int32Array
}

/** What decoding needs to know of the manifest. */
export interface Settings {
  readonly inputWidth: number
  readonly inputHeight: number
  readonly classCount: number
  /** Lowest score worth reporting, per class. */
  readonly scoreMin: Float32Array
}

export interface Family {
  /** What the family calls its outputs; the manifest says which tensor each one is. */
  readonly outputs: readonly string[]
  /** Other sets of outputs by which the family is written down. */
  readonly otherForms?: readonly (readonly string[])[]
  /** True when the network wants the picture's size as a second input, [width, height]. */
  readonly wantsSize: boolean
  /**
   * Why these outputs cannot be decoded, or null. Checked once, on a grey picture, before the first frame.
   */
  refuse(outputs: Readonly<Record<string, Output>>, settings: Settings): string | null
  decode(outputs: Readonly<Record<string, Output>>, settings: Settings, into: Candidates): void
}

/** More boxes than any street holds; what comes after them in a tensor is not looked at. */
export const CANDIDATES_MAX = 2_048

/** Boxes before suppression: arrays taken once, filled anew for every frame. */
export class Candidates {
  count = 0
  /** 4 × count, pixels of the model's input: left, top, right, bottom. */
  readonly boxes = new Float32Array(4 * CANDIDATES_MAX)
  readonly scores = new Float32Array(CANDIDATES_MAX)
  readonly classIds = new Int32Array(CANDIDATES_MAX)

  /** Boxes that are not finite or have no area are what a broken network says; they are left out. */
  add(x1: number, y1: number, x2: number, y2: number, score: number, classId: number): void {
    if (this.count === CANDIDATES_MAX) return
    if (!(x2 > x1 && y2 > y1 && x2 - x1 < 1e6 && y2 - y1 < 1e6)) return
    const at = 4 * this.count
    this.boxes[at] = x1
    this.boxes[at + 1] = y1
    this.boxes[at + 2] = x2
    this.boxes[at + 3] = y2
    this.scores[this.count] = score
    this.classIds[this.count] = classId
    this.count++
  }
}

/**
 * Non-maximum suppression: of boxes that overlap and compete, the best score stays. `groups` says which
 * classes compete (the same group): car, truck and bus of one lorry are one thing, a person before a car is
 * not. A box that was clipped to nothing goes. Returns the indices that stay, best first; equal scores keep
 * the tensor's order, so the answer never varies.
 */
export function suppress(
  found: Candidates,
  groups: Int32Array | readonly number[],
  iouMax: number,
  keepMax: number,
): number[] {
  const { boxes, scores, classIds } = found
  const order = Array.from({ length: found.count }, (_, index) => index)
  order.sort((a, b) => scores[b]! - scores[a]! || a - b)
  const kept: number[] = []
  for (const index of order) {
    if (kept.length === keepMax) break
    if (overlap(boxes, 4 * index, 4 * index) === 0) continue
    const group = groups[classIds[index]!]
    let beaten = false
    for (const better of kept) {
      if (groups[classIds[better]!] !== group) continue
      if (overlap(boxes, 4 * index, 4 * better) > iouMax) {
        beaten = true
        break
      }
    }
    if (!beaten) kept.push(index)
  }
  return kept
}

function overlap(boxes: Float32Array, a: number, b: number): number {
  const width = Math.min(boxes[a + 2]!, boxes[b + 2]!) - Math.max(boxes[a]!, boxes[b]!)
  const height = Math.min(boxes[a + 3]!, boxes[b + 3]!) - Math.max(boxes[a + 1]!, boxes[b + 1]!)
  if (width <= 0 || height <= 0) return 0
  const common = width * height
  const areaA = (boxes[a + 2]! - boxes[a]!) * (boxes[a + 3]! - boxes[a + 1]!)
  const areaB = (boxes[b + 2]! - boxes[b]!) * (boxes[b + 3]! - boxes[b + 1]!)
  return common / (areaA + areaB - common)
}
