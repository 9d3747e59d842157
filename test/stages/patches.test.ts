import { afterAll, expect, test } from 'vitest'
import { PatchNetwork } from '../../gateway/detections/patch-network.ts'
import { PatchCutter } from '../../gateway/detections/patches.ts'
import { FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH } from '../../gateway/frames/frame.ts'
import type { Box } from '../../gateway/kit/geometry.ts'
import { Manifest } from '../../models/manifest.ts'
import { sha256 } from '../fixtures/models.ts'
import { encodeModel, type Graph } from '../fixtures/onnx.ts'

const SIZE = 48
const LUMA = FRAME_WIDTH * FRAME_HEIGHT

/** Black, with rectangles of pure colours (Y, U, V). */
function picture(...painted: [box: Box, yuv: readonly [number, number, number]][]): Uint8Array {
  const yuv = new Uint8Array(FRAME_BYTES).fill(16, 0, LUMA).fill(128, LUMA)
  for (const [[x1, y1, x2, y2], values] of painted) {
    for (const [plane, scale, start] of [
      [0, 1, 0],
      [1, 2, LUMA],
      [2, 2, LUMA * 1.25],
    ] as const) {
      const width = FRAME_WIDTH / scale
      for (let y = (y1 * FRAME_HEIGHT) / scale; y < (y2 * FRAME_HEIGHT) / scale; y++) {
        yuv.fill(
          values[plane],
          start + y * width + (x1 * FRAME_WIDTH) / scale,
          start + y * width + (x2 * FRAME_WIDTH) / scale,
        )
      }
    }
  }
  return yuv
}
const RED = [81, 90, 240] as const
const GREEN = [145, 54, 34] as const
const WHITE = [235, 128, 128] as const

function cut(yuv: Uint8Array, box: Box, aspect = 16 / 9): Float32Array {
  const into = new Float32Array(3 * SIZE * SIZE)
  new PatchCutter(SIZE).cut(yuv, aspect, box, into, 0)
  return into
}
const at = (patch: Float32Array, plane: number, x: number, y: number) => patch[(plane * SIZE + y) * SIZE + x]!

test('a box is cut with a seventh more around it, square in the scene', () => {
  // 0.225 wide at 16:9 is as long as 0.4 high.
  const patch = cut(picture([[0.4, 0.3, 0.625, 0.7], WHITE]), [0.4, 0.3, 0.625, 0.7])
  expect(at(patch, 0, 24, 24)).toBeGreaterThan(250)
  for (const [x, y] of [
    [0, 24],
    [47, 24],
    [24, 0],
    [24, 47],
  ] as const)
    expect(at(patch, 0, x, y)).toBeLessThan(5)
  const white = patch.subarray(0, SIZE * SIZE).filter((value) => value > 128).length
  expect(white / (SIZE * SIZE)).toBeCloseTo(1 / 1.15 ** 2, 1)
})

test('a tall box keeps its shape: what is beside it fills the square', () => {
  const patch = cut(picture([[0.5, 0.2, 0.55, 0.8], WHITE]), [0.5, 0.2, 0.55, 0.8])
  const row = patch.subarray(24 * SIZE, 25 * SIZE).filter((value) => value > 128).length
  expect(row / SIZE).toBeCloseTo((0.05 * 16) / 9 / (0.6 * 1.15), 1)
})

test('a stretched frame is cut in the shape of its scene', () => {
  const square: Box = [0.4, 0.4, 0.6, 0.6]
  const patch = cut(picture([square, WHITE]), square, 1)
  expect(patch.subarray(24 * SIZE, 25 * SIZE).filter((value) => value > 128).length).toBeGreaterThan(38)
  expect(
    patch.subarray(0, SIZE * SIZE).filter((value, i) => i % SIZE === 24 && value > 128).length,
  ).toBeGreaterThan(38)
})

test('beyond the edge the picture goes on as its edge; a small thing is grown smoothly', () => {
  const patch = cut(picture([[0.9, 0.9, 1, 1], WHITE]), [0.96, 0.93, 1, 1])
  expect(at(patch, 0, 47, 47)).toBeGreaterThan(250)
  const tiny = cut(picture([[0.5, 0, 1, 1], WHITE]), [0.495, 0.49, 0.505, 0.5])
  const steps = Array.from({ length: SIZE - 1 }, (_, x) =>
    Math.abs(at(tiny, 0, x + 1, 24) - at(tiny, 0, x, 24)),
  )
  expect(Math.max(...steps)).toBeLessThan(60)
})

/** The mean colour of a patch, as three classes. */
const colours: Graph = {
  inputs: [{ name: 'patches', dims: ['n', 3, SIZE, SIZE] }],
  outputs: [{ name: 'scores', dims: ['n', 3] }],
  constants: { small: { dims: [], values: Float32Array.of(0.05) } },
  nodes: [
    { op: 'GlobalAveragePool', inputs: ['patches'], output: 'means' },
    { op: 'Flatten', inputs: ['means'], output: 'flat', attributes: { axis: 1 } },
    { op: 'Mul', inputs: ['flat', 'small'], output: 'logits' },
    { op: 'Softmax', inputs: ['logits'], output: 'scores', attributes: { axis: 1 } },
  ],
}
const bytes = encodeModel(colours)
const manifest = Manifest.parse({
  name: 'colours',
  family: 'patches',
  sha256: sha256(bytes),
  licence: 'Apache-2.0',
  origin: 'made by hand for the tests',
  input: { name: 'patches', width: SIZE, height: SIZE, fit: 'stretch', channels: 'rgb' },
  outputs: { scores: 'scores' },
  classes: ['red', 'green', 'blue'],
  roles: { person: ['red'], goods: ['green'] },
  thresholds: { score: 0.5 },
  nms: { iouMax: 0.5 },
})
const network = await PatchNetwork.open(bytes, 'colours.onnx', manifest)
afterAll(() => network.close())

test('proposed boxes come back with the name of what is in them; what has no role has no name', async () => {
  const left: Box = [0.1, 0.3, 0.2, 0.5]
  const right: Box = [0.7, 0.3, 0.8, 0.5]
  const yuv = picture(
    [[0.05, 0.2, 0.25, 0.6], RED],
    [[0.65, 0.2, 0.85, 0.6], GREEN],
    [
      [0.4, 0.8, 0.6, 1],
      [41, 240, 110],
    ],
  )
  const found = await network.look(yuv, 16 / 9, [left, right, [0.45, 0.85, 0.55, 0.95]])
  expect([...found.classIds].sort()).toEqual([0, 1])
  for (const [index, classId] of found.classIds.entries()) {
    expect([...found.boxes.subarray(4 * index, 4 * index + 4)]).toEqual(
      (classId === 0 ? left : right).map((edge) => expect.closeTo(edge, 5)),
    )
    expect(found.scores[index]).toBeGreaterThan(0.9)
  }
})

test('a part and its whole with one name are one; without proposals nothing is said', async () => {
  const yuv = picture([[0.2, 0.2, 0.8, 0.8], RED])
  const found = await network.look(yuv, 16 / 9, [
    [0.3, 0.3, 0.6, 0.7],
    [0.31, 0.3, 0.6, 0.7],
    [0.3, 0.31, 0.6, 0.7],
  ])
  expect(found.scores).toHaveLength(1)
  expect((await network.look(yuv, 16 / 9, [])).scores).toHaveLength(0)
})

test.each([
  ['fewer classes than it has scores', { classes: ['red', 'green'] }],
  ['an output that it lacks', { outputs: { scores: 'answer' } }],
  ['another size', { input: { ...manifest.input, width: 64, height: 64 } }],
])('refused at opening: %s', async (_, change) => {
  const graph = { ...colours, inputs: [{ name: 'patches', dims: ['n', 3, SIZE, SIZE] }] }
  const other = Manifest.parse({ ...manifest, ...change })
  await expect(PatchNetwork.open(encodeModel(graph), 'colours.onnx', other)).rejects.toMatchObject({
    code: 'MODEL_SHAPE_WRONG',
  })
})
