/**
 * What a learned detector says about one frame: a structure of arrays, shapes checked once where it is made.
 * [R83]
 */
import { assert } from '../kit/assert.ts'
import type { Box } from '../kit/geometry.ts'

/** What a class can be to a rule; a model's manifest maps its classes to these. */
export const ROLES = [
  'person',
  'vehicle',
  'two-wheeler',
  'carrier',
  'goods',
  'furniture',
  'grill',
  'scrap',
  'other',
] as const
export type Role = (typeof ROLES)[number]

/** Detectors call one crate goods, furniture and other in one breath: such roles compete for a box. */
export function kindOf(role: Role): 'person' | 'vehicle' | 'two-wheeler' | 'thing' {
  return role === 'person' || role === 'vehicle' || role === 'two-wheeler' ? role : 'thing'
}

export class Detections {
  readonly count: number
  /** 4 × count, fractions: left, top, right, bottom. */
  readonly boxes: Float32Array
  /** 0..1 in one measure for all networks: 0.5 is the threshold that the model's manifest gives the class. */
  readonly scores: Float32Array
  /** Index into `classes`. */
  readonly classIds: Int32Array
  readonly classes: readonly string[]
  /** Role of each class, same length as `classes`. */
  readonly roles: readonly Role[]

  constructor(parts: {
    boxes: Float32Array
    scores: Float32Array
    classIds: Int32Array
    classes: readonly string[]
    roles: readonly Role[]
  }) {
    this.count = parts.scores.length
    assert(parts.boxes.length === 4 * this.count, 'four edges a detection')
    assert(parts.classIds.length === this.count, 'one class a detection')
    assert(parts.roles.length === parts.classes.length, 'one role a class')
    this.boxes = parts.boxes
    this.scores = parts.scores
    this.classIds = parts.classIds
    this.classes = parts.classes
    this.roles = parts.roles
  }

  box(index: number): Box {
    const at = 4 * index
    return [this.boxes[at]!, this.boxes[at + 1]!, this.boxes[at + 2]!, this.boxes[at + 3]!]
  }
}
