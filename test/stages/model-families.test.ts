/**
 * Each family once through the whole detector: a constant graph, its manifest, the pool. A cart stands at
 * [0.25, 0.5, 0.5, 1] of a square picture, whatever way it is written down.
 */
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { DetectorPool, ModelOptions } from '../../gateway/detections/detector.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { makeFolder, plainFrame, SIZE, writeModel, yoloxManifest } from '../fixtures/models.ts'
import type { Graph } from '../fixtures/onnx.ts'

const folder = makeFolder()
afterAll(folder.remove)

interface Constant {
  readonly dims: readonly number[]
  readonly values: Float32Array
}
const filled = (dims: readonly number[], at = 0, ...values: number[]): Constant => {
  const all = new Float32Array(dims.reduce((product, size) => product * size, 1))
  all.set(values, at)
  return { dims, values: all }
}

/** Says the same whatever it sees. */
function constantGraph(outputs: Readonly<Record<string, Constant>>): Graph {
  return {
    inputs: [{ name: 'images', dims: [1, 3, SIZE, SIZE] }],
    outputs: Object.entries(outputs).map(([name, { dims }]) => ({ name: `out-${name}`, dims })),
    constants: outputs,
    nodes: Object.keys(outputs).map((name) => ({ op: 'Identity', inputs: [name], output: `out-${name}` })),
  }
}

const logit = (p: number) => Math.log(p / (1 - p))
const CELLS = 64 + 16 + 4
/** Stride 16, column 1, row 2: middle (24, 40); 8 left, 8 right, 8 up, 24 down in halves of strides. */
const CELL = 2 * 4 + 1
const peaks = [...[0, 1], ...[8, 9], ...[16, 17], ...[25, 26]]
const distance = filled([1, 16, 32])
for (const peak of peaks) distance.values[CELL * 32 + peak] = 40
const column = filled([1, 6, CELLS])
for (const [row, value] of [24, 48, 16, 32, 0, 0.8].entries()) column.values[row * CELLS + 70] = value

const FAMILIES: [family: string, outputs: Readonly<Record<string, Constant>>][] = [
  [
    'gfl',
    {
      head0: filled([1, 4, 32]),
      head1: filled([1, 16, 2], 2 * CELL + 1, 0.8),
      head2: filled([1, 64, 32]),
      head3: filled([1, 64, 2]),
      head4: distance,
      head5: filled([1, 4, 2]),
    },
  ],
  ['yolov8', { predictions: column }],
  ['yolov8', { predictions: filled([1, CELLS, 6], 70 * 6, 24, 48, 16, 32, 0, 0.8) }],
  [
    'detr-logits',
    {
      logits: filled([1, 2, 2], 0, logit(0.1), logit(0.8), -9, -9),
      boxes: filled([1, 2, 4], 0, 0.375, 0.75, 0.25, 0.5),
    },
  ],
  [
    'detr-logits',
    {
      softmaxLogits: filled([1, 1, 3], 0, Math.log(1), Math.log(8), Math.log(1)),
      boxes: filled([1, 1, 4], 0, 0.375, 0.75, 0.25, 0.5),
    },
  ],
  ['nms-included', { detections: filled([1, 6], 0, 16, 32, 32, 64, 0.8, 1) }],
  ['nms-included', { detections: filled([1, 7], 0, 0, 16, 32, 32, 64, 1, 0.8) }],
  [
    'nms-included',
    {
      num: filled([1], 0, 1),
      boxes: filled([1, 5, 4], 0, 0.5, 0.25, 1, 0.5),
      scores: filled([1, 5], 0, 0.8),
      classes: filled([1, 5], 0, 1),
    },
  ],
]
for (const [family, outputs] of FAMILIES) {
  const shapes = Object.entries(outputs).map(([name, { dims }]) => `${name} ${dims.join('×')}`)
  test(`${family}: ${shapes.join(', ')}`, async () => {
    const file = writeModel(folder, constantGraph(outputs), (bytes) => ({
      ...yoloxManifest(bytes),
      family,
      input: { name: 'images', width: SIZE, height: SIZE, fit: 'stretch', channels: 'bgr' },
      outputs: Object.fromEntries(Object.keys(outputs).map((name) => [name, `out-${name}`])),
    }))
    const pool = await DetectorPool.open(ModelOptions.parse({ file, workersMax: 1, everyMs: 0 }), silentLog)
    onTestFinished(() => pool.close())
    const found = (await pool.detect(plainFrame(126), 1))!
    expect(found.count).toBe(1)
    expect(found.classes[found.classIds[0]!]).toBe('cart')
    expect(found.box(0)).toEqual([0.25, 0.5, 0.5, 1].map((edge) => expect.closeTo(edge, 5)))
    expect(found.scores[0]).toBeCloseTo(0.5 + (0.5 * (0.8 - 0.4)) / 0.6, 5)
  })
}

test('the log says at the start what a licence asks, and nothing of one that asks nothing', async () => {
  const warned: unknown[] = []
  const log = { ...silentLog, warn: (values: unknown) => void warned.push(values) }
  for (const licence of ['Apache-2.0', 'AGPL-3.0-only']) {
    const file = writeModel(folder, constantGraph({ detections: filled([1, 6]) }), (bytes) => ({
      ...yoloxManifest(bytes),
      licence,
      family: 'nms-included',
      outputs: { detections: 'out-detections' },
    }))
    await (await DetectorPool.open(ModelOptions.parse({ file, workersMax: 1 }), log)).close()
  }
  expect(warned).toEqual([{ code: 'MODEL_LICENCE_NETWORK_COPYLEFT' }])
})
