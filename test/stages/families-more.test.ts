/** Decoding of the families whose weights nobody has at hand: each number is where its paper puts it. */
import { expect, test } from 'vitest'
import { detrLogits } from '../../models/families/detr-logits.ts'
import { Candidates, type Family, type Output } from '../../models/families/family.ts'
import { gfl } from '../../models/families/gfl.ts'
import { nmsIncluded } from '../../models/families/nms-included.ts'
import { yolov8 } from '../../models/families/yolov8.ts'

const settings = { inputWidth: 64, inputHeight: 32, classCount: 2, scoreMin: Float32Array.of(0.3, 0.5) }
type Outputs = Readonly<Record<string, Output>>

function decode(family: Family, outputs: Outputs) {
  expect(family.refuse(outputs, settings)).toBeNull()
  const found = new Candidates()
  family.decode(outputs, settings, found)
  return Array.from({ length: found.count }, (_, i) => ({
    box: [...found.boxes.subarray(4 * i, 4 * i + 4)].map((edge) => Math.round(edge * 100) / 100),
    score: Math.round(found.scores[i]! * 100) / 100,
    class: found.classIds[i],
  }))
}

const float = (dims: number[], ...values: number[]): Output => {
  const data = new Float32Array(dims.reduce((product, size) => product * size, 1))
  data.set(values)
  return { dims, data }
}
const one = (box: number[], score: number, classId: number) => [{ box, score, class: classId }]

// ── gfl: bins of 8 sides; a peak of 50 at one bin is that bin, two equal peaks are the middle ────────────────
const BINS = 8
const CELLS = { 8: 8 * 4, 16: 4 * 2, 32: 2 * 1, 64: 1 * 1 } as const
type Stride = keyof typeof CELLS
interface Cell {
  readonly stride: Stride
  readonly cell: number
  readonly scores: readonly number[]
  /** Peaks a side: left, top, right, bottom. */
  readonly peaks: readonly (readonly number[])[]
}

function heads(cells: readonly Cell[], strides: readonly Stride[] = [8, 16, 32], classes = 2): Output[] {
  return strides.flatMap((stride) => {
    const scores = float([1, CELLS[stride], classes])
    const distances = float([1, CELLS[stride], 4 * BINS])
    for (const { cell, scores: own, peaks } of cells.filter((one) => one.stride === stride)) {
      ;(scores.data as Float32Array).set(own, cell * classes)
      for (const [side, bins] of peaks.entries())
        for (const bin of bins) distances.data[(4 * cell + side) * BINS + bin] = 50
    }
    return [scores, distances]
  })
}
const named = (tensors: readonly Output[]) =>
  Object.fromEntries(tensors.map((tensor, index) => [`head${index}`, tensor]))

const FIRST: Cell = { stride: 8, cell: 0, scores: [0.9, 0], peaks: [[0], [0], [1], [2]] }
const GFL: [what: string, cells: Cell[], found: unknown[]][] = [
  ['nothing in an empty output', [], []],
  ['distances are strides from the middle of the cell', [FIRST], one([4, 4, 12, 20], 0.9, 0)],
  ['second row of stride 8', [{ ...FIRST, cell: 8 + 3 }], one([28, 12, 36, 28], 0.9, 0)],
  ['stride 16, last cell', [{ ...FIRST, stride: 16, cell: 7 }], one([56, 24, 72, 56], 0.9, 0)],
  [
    'two bins alike are the bin between',
    [{ ...FIRST, stride: 32, cell: 1, peaks: [[1], [0, 1], [3, 4], [0]] }],
    one([16, 0, 160, 16], 0.9, 0),
  ],
  ['each class has its own least score', [{ ...FIRST, scores: [0, 0.4] }], []],
  ['one answer a cell: the best class', [{ ...FIRST, scores: [0.7, 0.8] }], one([4, 4, 12, 20], 0.8, 1)],
  ['a score that is no number', [{ ...FIRST, scores: [Number.NaN, 0] }], []],
]
for (const [what, cells, found] of GFL) {
  test(`gfl: ${what}`, () => {
    const tensors = heads(cells)
    expect(decode(gfl, named(tensors))).toEqual(found)
    expect(decode(gfl, named(tensors.toReversed())), 'in any order').toEqual(found)
  })
}

test('gfl: a fourth stride of 64 is read when it is there', () => {
  const cell: Cell = { stride: 64, cell: 0, scores: [0, 0.9], peaks: [[0], [0], [1], [1]] }
  expect(decode(gfl, named(heads([cell], [8, 16, 32, 64])))).toEqual(one([32, 32, 96, 96], 0.9, 1))
})

test('gfl: where both tensors of a head are equally wide, the class tensor comes first', () => {
  const wide = { ...settings, classCount: 32, scoreMin: new Float32Array(32).fill(0.3) }
  const found = new Candidates()
  const outputs = named(heads([FIRST], [8, 16, 32], 32))
  expect(gfl.refuse(outputs, wide)).toBeNull()
  gfl.decode(outputs, wide, found)
  expect([found.count, ...found.boxes.subarray(0, 4)]).toEqual([1, 4, 4, 12, 20])
})

// ── yolov8: the same anchors in both forms ───────────────────────────────────────────────────────────────────
function columns(anchors: readonly (readonly number[])[]): Outputs {
  const values = [0, 1, 2, 3, 4, 5].flatMap((row) => anchors.map((anchor) => anchor[row]!))
  return { predictions: float([1, 6, anchors.length], ...values) }
}
const rows = (anchors: readonly (readonly number[])[]): Outputs => ({
  predictions: float([1, anchors.length, 6], ...anchors.flat()),
})
const EMPTY = [0, 0, 0, 0, 0, 0]
const V8: [what: string, anchors: number[][], found: unknown[]][] = [
  ['nothing', [EMPTY, EMPTY, EMPTY], []],
  ['middle and size in pixels', [EMPTY, [20, 16, 8, 4, 0.9, 0], EMPTY], one([16, 14, 24, 18], 0.9, 0)],
  ['the best class', [EMPTY, EMPTY, [20, 16, 8, 4, 0.6, 0.8]], one([16, 14, 24, 18], 0.8, 1)],
  ['the best class is too faint for itself', [[20, 16, 8, 4, 0.35, 0.4]], []],
  ['equal classes: the first', [[20, 16, 8, 4, 0.6, 0.6]], one([16, 14, 24, 18], 0.6, 0)],
  ['no number', [[20, 16, 8, 4, Number.NaN, Number.NaN]], []],
  ['a box without size', [[20, 16, 0, 4, 0.9, 0]], []],
]
for (const [what, anchors, found] of V8) {
  test(`yolov8: ${what}`, () => {
    expect(decode(yolov8, rows(anchors))).toEqual(found)
    expect(decode(yolov8, columns(anchors)), 'transposed').toEqual(found)
  })
}

// ── logits ───────────────────────────────────────────────────────────────────────────────────────────────────
const logit = (p: number) => Math.log(p / (1 - p))
const BOX = [0.5, 0.5, 0.25, 0.5]
const LOGITS: [what: string, outputs: Outputs, found: unknown[]][] = [
  [
    'fractions around the middle, sigmoid',
    { logits: float([1, 1, 2], logit(0.8), logit(0.2)), boxes: float([1, 1, 4], ...BOX) },
    one([24, 8, 40, 24], 0.8, 0),
  ],
  [
    'a last logit that means nothing is passed over',
    { logits: float([1, 1, 3], logit(0.1), logit(0.7), 9), boxes: float([1, 1, 4], ...BOX) },
    one([24, 8, 40, 24], 0.7, 1),
  ],
  [
    'under softmax "nothing" takes its part',
    {
      softmaxLogits: float([1, 2, 3], Math.log(6), Math.log(1), Math.log(3), 3, 1, 9),
      boxes: float([1, 2, 4], ...BOX, ...BOX),
    },
    one([24, 8, 40, 24], 0.6, 0),
  ],
  ['no number', { logits: float([1, 1, 2], Number.NaN, Number.NaN), boxes: float([1, 1, 4], ...BOX) }, []],
]
for (const [what, outputs, found] of LOGITS) {
  test(`detr-logits: ${what}`, () => expect(decode(detrLogits, outputs)).toEqual(found))
}

// ── sorted out by the network itself ─────────────────────────────────────────────────────────────────────────
const ROW = [1, 2, 30, 20, 0.9, 1]
const four = (num: number, scores: number[], classes: number[], ...boxes: number[]): Outputs => ({
  num: float([1], num),
  boxes: float([1, scores.length, 4], ...boxes),
  scores: float([1, scores.length], ...scores),
  classes: float([1, scores.length], ...classes),
})
const NMS: [what: string, outputs: Outputs, found: unknown[]][] = [
  ['no rows at all', { detections: float([0, 6]) }, []],
  ['N×6', { detections: float([1, 6], ...ROW) }, one([1, 2, 30, 20], 0.9, 1)],
  [
    '1×N×6, filled up with nothing',
    { detections: float([1, 3, 6], ...ROW, 0, 0, 0, 0, 0, 0, 1, 2, 30, 20, 0.9, -1) },
    one([1, 2, 30, 20], 0.9, 1),
  ],
  ['1×6×6 is six rows', { detections: float([1, 6, 6], ...ROW) }, one([1, 2, 30, 20], 0.9, 1)],
  [
    'N×7: picture, box, class, score; only the first picture',
    { detections: float([2, 7], 0, 1, 2, 30, 20, 1, 0.9, 1, 1, 2, 30, 20, 1, 0.8) },
    one([1, 2, 30, 20], 0.9, 1),
  ],
  ['a class between two', { detections: float([1, 6], 1, 2, 30, 20, 0.9, 0.5) }, []],
  ['a class that no list has', { detections: float([1, 6], 1, 2, 30, 20, 0.9, 2) }, []],
  ['a score that is no number', { detections: float([1, 6], 1, 2, 30, 20, Number.NaN, 0) }, []],
  [
    'four outputs: yxyx in fractions, so many rows as `num` says',
    four(1, [0.9, 0.8], [1, 1], 0.25, 0.5, 0.75, 1, 0, 0, 1, 1),
    one([32, 8, 64, 24], 0.9, 1),
  ],
  ['four outputs: more rows than there are', four(99, [0.9], [0], 0, 0, 1, 1), one([0, 0, 64, 32], 0.9, 0)],
]
for (const [what, outputs, found] of NMS) {
  test(`nms-included: ${what}`, () => expect(decode(nmsIncluded, outputs)).toEqual(found))
}

const half = (dims: number[]): Output => ({ dims, data: new Int32Array(dims.reduce((a, b) => a * b, 1)) })
const REFUSED: [what: string, family: Family, outputs: Outputs, reason: RegExp][] = [
  ['too few heads', gfl, named(heads([], [8, 16])), /six or eight/],
  ['heads of another class count', gfl, named(heads([], [8, 16, 32], 3)), /1×32×2/],
  ['heads of integers', gfl, named(heads([]).map(({ dims }) => half([...dims]))), /float32/],
  ['no heads', gfl, {}, /six or eight/],
  ['objectness', yolov8, { predictions: float([1, 7, 10]) }, /YOLOv5/],
  ['four dimensions', yolov8, { predictions: float([1, 1, 6, 10]) }, /1×6×N/],
  ['nothing', yolov8, {}, /float32/],
  ['integers', yolov8, { predictions: half([1, 6, 4]) }, /float32/],
  ['a class too many', detrLogits, { logits: float([1, 1, 4]), boxes: float([1, 1, 4]) }, /1×Q×2/],
  ['no "nothing"', detrLogits, { softmaxLogits: float([1, 1, 2]), boxes: float([1, 1, 4]) }, /1×Q×3/],
  ['boxes of other queries', detrLogits, { logits: float([1, 1, 2]), boxes: float([1, 2, 4]) }, /1×2×4/],
  ['five columns', nmsIncluded, { detections: float([3, 5]) }, /N×6/],
  ['two pictures', nmsIncluded, { detections: float([2, 3, 6]) }, /2×3×6/],
  ['scores for other boxes', nmsIncluded, { ...four(1, [1], [1]), scores: float([1, 3]) }, /1×3/],
  ['nothing', nmsIncluded, {}, /1×N×4/],
]
for (const [what, family, outputs, reason] of REFUSED) {
  const [name] = Object.entries({ gfl, yolov8, detrLogits, nmsIncluded }).find(([, one]) => one === family)!
  test(`${name} refuses ${what}`, () => expect(family.refuse(outputs, settings)).toMatch(reason))
}
