/** Decoding on outputs made by hand: each number is where the family's paper puts it. */
import { expect, test } from 'vitest'
import { detr } from '../../models/families/detr.ts'
import {
  CANDIDATES_MAX,
  Candidates,
  type Family,
  type Output,
  suppress,
} from '../../models/families/family.ts'
import { yolox } from '../../models/families/yolox.ts'

const settings = { inputWidth: 64, inputHeight: 32, classCount: 2, scoreMin: Float32Array.of(0.3, 0.5) }
const CELLS = 8 * 4 + 4 * 2 + 2 * 1
type Cell = [cell: number, values: number[]]

function yoloxOutput(cells: Cell[]): Record<string, Output> {
  const data = new Float32Array(CELLS * 7)
  for (const [cell, values] of cells) data.set(values, 7 * cell)
  return { predictions: { dims: [1, CELLS, 7], data } }
}

function detrOutput(queries: [label: number, score: number, ...box: number[]][]): Record<string, Output> {
  const count = queries.length
  const numbers = (from: number, to: number) =>
    Float32Array.from(queries.flatMap((query) => query.slice(from, to)))
  return {
    labels: { dims: [1, count], data: BigInt64Array.from(queries, ([label]) => BigInt(label)) },
    scores: { dims: [1, count], data: numbers(1, 2) },
    boxes: { dims: [1, count, 4], data: numbers(2, 6) },
  }
}

function decode(family: Family, outputs: Record<string, Output>) {
  const found = new Candidates()
  family.decode(outputs, settings, found)
  return Array.from({ length: found.count }, (_, i) => ({
    box: [...found.boxes.subarray(4 * i, 4 * i + 4)].map((edge) => Math.round(edge * 100) / 100),
    score: Math.round(found.scores[i]! * 100) / 100,
    class: found.classIds[i],
  }))
}

const one = (box: number[], score: number, classId: number) => [{ box, score, class: classId }]
const YOLOX: [what: string, cells: Cell[], found: unknown[]][] = [
  ['nothing in an empty output', [], []],
  ['stride 8, first cell', [[0, [0.5, 0.5, 0, 0, 1, 0.9, 0]]], one([0, 0, 8, 8], 0.9, 0)],
  ['stride 8, second row', [[8 + 3, [0, 0, 0, 0, 1, 0.9, 0]]], one([20, 4, 28, 12], 0.9, 0)],
  ['stride 16, last cell', [[32 + 7, [0.5, 0.5, 0, 0, 1, 0, 0.8]]], one([48, 16, 64, 32], 0.8, 1)],
  [
    'stride 32, second cell',
    [[32 + 8 + 1, [0.5, 0.5, 0, -1, 1, 0.6, 0]]],
    one([32, 10.11, 64, 21.89], 0.6, 0),
  ],
  ['objectness times class', [[0, [0.5, 0.5, 0, 0, 0.5, 0.8, 0]]], one([0, 0, 8, 8], 0.4, 0)],
  ['each class has its own least score', [[0, [0.5, 0.5, 0, 0, 0.5, 0, 0.8]]], []],
  ['one answer a cell: the best class', [[0, [0.5, 0.5, 0, 0, 1, 0.7, 0.8]]], one([0, 0, 8, 8], 0.8, 1)],
  ['no number, no answer', [[0, [NaN, 0, 0, 0, 1, 1, 0]]], []],
  ['a score that is no number', [[0, [0, 0, 0, 0, NaN, 1, 0]]], []],
  ['a box without end', [[0, [0, 0, 90, 0, 1, 1, 0]]], []],
]
for (const [what, cells, found] of YOLOX) {
  test(`yolox: ${what}`, () => expect(decode(yolox, yoloxOutput(cells))).toEqual(found))
}

const DETR: [what: string, queries: Parameters<typeof detrOutput>[0], found: unknown[]][] = [
  ['box as it comes', [[1, 0.9, 1, 2, 30, 20]], one([1, 2, 30, 20], 0.9, 1)],
  ['too faint for its class', [[1, 0.4, 1, 2, 30, 20]], []],
  ['a label that no class has', [[2, 0.9, 1, 2, 30, 20]], []],
  ['a label below zero', [[-1, 0.9, 1, 2, 30, 20]], []],
  ['a box inside out', [[0, 0.9, 30, 2, 1, 20]], []],
  ['a score above one is one', [[0, 1.5, 1, 2, 30, 20]], one([1, 2, 30, 20], 1, 0)],
]
for (const [what, queries, found] of DETR) {
  test(`detr: ${what}`, () => expect(decode(detr, detrOutput(queries))).toEqual(found))
}

test('outputs of another shape or kind are refused, with what was wanted', () => {
  expect(yolox.refuse(yoloxOutput([]), settings)).toBeNull()
  expect(yolox.refuse(yoloxOutput([]), { ...settings, classCount: 3 })).toMatch('1×42×8')
  expect(yolox.refuse({}, settings)).not.toBeNull()
  const queries = detrOutput([[0, 1, 0, 0, 1, 1]])
  expect(detr.refuse(queries, settings)).toBeNull()
  expect(
    detr.refuse({ ...queries, boxes: { dims: [1, 1, 5], data: new Float32Array(5) } }, settings),
  ).toMatch('1×1×5')
  expect(detr.refuse({ ...queries, labels: { dims: [1, 1], data: new Float32Array(1) } }, settings)).toMatch(
    'int64',
  )
  expect(detr.refuse({}, settings)).not.toBeNull()
})

/** Ten wide boxes by their left edge. Two that are 2 apart overlap by 8/12. */
const SUPPRESSED: [what: string, boxes: [left: number, score: number, classId: number][], kept: number[]][] =
  [
    [
      'the better of two stays',
      [
        [0, 0.5, 0],
        [2, 0.9, 0],
      ],
      [1],
    ],
    [
      'far apart, both stay, best first',
      [
        [0, 0.5, 0],
        [20, 0.9, 0],
      ],
      [1, 0],
    ],
    [
      'little overlap, both stay',
      [
        [0, 0.9, 0],
        [6, 0.5, 0],
      ],
      [0, 1],
    ],
    [
      'classes of one group compete',
      [
        [0, 0.9, 0],
        [2, 0.5, 1],
      ],
      [0],
    ],
    [
      'other groups do not',
      [
        [0, 0.9, 0],
        [2, 0.5, 2],
      ],
      [0, 1],
    ],
    [
      'who is beaten beats nobody',
      [
        [0, 0.9, 0],
        [2, 0.8, 0],
        [4, 0.7, 0],
      ],
      [0, 2],
    ],
    [
      'equal scores: the first',
      [
        [0, 0.9, 0],
        [1, 0.9, 0],
      ],
      [0],
    ],
  ]
for (const [what, boxes, kept] of SUPPRESSED) {
  test(`suppress: ${what}`, () => {
    const found = new Candidates()
    for (const [left, score, classId] of boxes) found.add(left, 0, left + 10, 10, score, classId)
    expect(suppress(found, [0, 0, 1], 0.5, 10)).toEqual(kept)
  })
}

test('candidates are bounded, whatever the network says', () => {
  const found = new Candidates()
  for (let i = 0; i < CANDIDATES_MAX + 10; i++) found.add(0, 0, 1, 1, 1, 0)
  expect(found.count).toBe(CANDIDATES_MAX)
  expect(suppress(found, [0], 0.5, 3)).toEqual([0])
})
