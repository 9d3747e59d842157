/**
 * Networks whose edges are half floats or bytes, whole ones through the pool: what goes in is the picture, what
 * comes out is the same box, whatever the numbers are made of.
 */
import { InferenceSession } from 'onnxruntime-node'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { DetectorPool, ModelOptions } from '../../gateway/detections/detector.ts'
import { asOutput, openInput } from '../../gateway/detections/tensors.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { ModelInput } from '../../models/manifest.ts'
import { makeFolder, plainFrame, SIZE, writeModel, yoloxManifest } from '../fixtures/models.ts'
import { encodeModel, type Graph, type Shape } from '../fixtures/onnx.ts'

const folder = makeFolder()
afterAll(folder.remove)
const WHITE = 235
const FLOAT = 1
const HALF = 10

/** One row `[12 12 28 44 brightness 0]`, for an input of any type and layout; half floats out where asked. */
function rowsGraph(
  type: NonNullable<Shape['type']>,
  layout: 'nchw' | 'nhwc',
  halfOut = false,
  quantised = false,
): Graph {
  const dims = layout === 'nchw' ? [1, 3, SIZE, SIZE] : [1, SIZE, SIZE, 3]
  const end = halfOut ? 'whole' : 'rows'
  return {
    inputs: [{ name: 'images', dims, type }],
    outputs: [{ name: 'rows', dims: [1, 6], type: halfOut ? 'half' : 'float' }],
    constants: {
      step: { dims: [], values: Float32Array.of(1 / 255) },
      row: { dims: [1, 6], values: Float32Array.of(12, 12, 28, 44, 0, 0) },
      score: { dims: [1, 6], values: Float32Array.of(0, 0, 0, 0, type === 'uint8' ? 1 / 255 : 1, 0) },
    },
    nodes: [
      { op: 'Cast', inputs: ['images'], output: 'floats', attributes: { to: FLOAT } },
      { op: 'ReduceMean', inputs: ['floats'], output: 'mean', attributes: { keepdims: 0 } },
      { op: 'QuantizeLinear', inputs: ['mean', 'step'], output: 'bytes' },
      { op: 'DequantizeLinear', inputs: ['bytes', 'step'], output: 'rounded' },
      { op: 'Mul', inputs: ['score', quantised ? 'rounded' : 'mean'], output: 'scored' },
      { op: 'Add', inputs: ['row', 'scored'], output: end },
      ...(halfOut ? [{ op: 'Cast', inputs: ['whole'], output: 'rows', attributes: { to: HALF } }] : []),
    ],
  }
}

type Row = [type: NonNullable<Shape['type']>, layout: 'nchw' | 'nhwc', halfOut: boolean, scale: number]
const EDGES: [...Row, quantised?: boolean][] = [
  ['float', 'nchw', false, 1 / 255],
  ['float', 'nchw', false, 1 / 255, true],
  ['float', 'nhwc', false, 1 / 255],
  ['half', 'nchw', true, 1 / 255],
  ['half', 'nhwc', false, 1 / 255],
  ['uint8', 'nhwc', true, 1],
  ['uint8', 'nchw', false, 1],
]
for (const [type, layout, halfOut, scale, quantised] of EDGES) {
  const inside = quantised ? 'quantised inside, ' : ''
  test(`${inside}${type} ${layout} in, ${halfOut ? 'half floats' : 'floats'} out: the box and its score`, async () => {
    const file = writeModel(folder, rowsGraph(type, layout, halfOut, quantised), (bytes) => ({
      ...yoloxManifest(bytes),
      family: 'nms-included',
      input: { name: 'images', width: SIZE, height: SIZE, fit: 'stretch', channels: 'rgb', scale, layout },
      outputs: { detections: 'rows' },
    }))
    const pool = await DetectorPool.open(ModelOptions.parse({ file, workersMax: 1, everyMs: 0 }), silentLog)
    onTestFinished(() => pool.close())
    const found = await pool.detect(plainFrame(WHITE, 0), 1)
    expect(found!.box(0).map((edge) => edge * SIZE)).toEqual(
      [12, 12, 28, 44].map((edge) => expect.closeTo(edge, 2)),
    )
    expect(found!.scores[0]).toBeCloseTo(1, 2)
    const grey = await pool.detect(plainFrame(16 + 0.7 * 219, 1), 1)
    expect(grey!.scores[0]).toBeCloseTo(0.75, 1)
  })
}

test('an input that takes no kind of number known here is refused', async () => {
  const file = writeModel(folder, rowsGraph('int64', 'nchw'), (bytes) => ({
    ...yoloxManifest(bytes),
    family: 'nms-included',
    outputs: { detections: 'rows' },
  }))
  await expect(
    DetectorPool.open(ModelOptions.parse({ file, workersMax: 1 }), silentLog),
  ).rejects.toMatchObject({
    code: 'MODEL_SHAPE_WRONG',
    message: expect.stringMatching('images'),
  })
})

/** What the library itself makes of the numbers: the graph only casts. */
async function through(type: 'half' | 'uint8' | 'int8', values: readonly number[]): Promise<number[]> {
  const planes = new Float32Array(3 * SIZE * SIZE)
  planes.set(values)
  const graph: Graph = {
    inputs: [{ name: 'images', dims: [1, 3, SIZE, SIZE], type }],
    outputs: [{ name: 'seen', dims: [1, 3, SIZE, SIZE] }],
    constants: {},
    nodes: [{ op: 'Cast', inputs: ['images'], output: 'seen', attributes: { to: FLOAT } }],
  }
  const session = await InferenceSession.create(encodeModel(graph), { logSeverityLevel: 4 })
  onTestFinished(() => session.release())
  const shape = { name: 'images', width: SIZE, height: SIZE, fit: 'stretch', channels: 'rgb' }
  const input = openInput(session, ModelInput.parse(shape), planes)!
  input.fill()
  const { seen } = await session.run({ images: input.tensor })
  return [...(asOutput(seen!).data as Float32Array).subarray(0, values.length)]
}

test('halves are the nearest ones, ties to even, at every size', async () => {
  const cases: [whole: number, half: number][] = [
    [0, 0],
    [1, 1],
    [-2.5, -2.5],
    [1 / 3, 0.333251953125],
    [2049, 2048],
    [2051, 2052],
    [65_504, 65_504],
    [65_519, 65_504],
    [65_520, Infinity],
    [1e9, Infinity],
    [-1e9, -Infinity],
    [Number.NaN, Number.NaN],
    [2 ** -14, 2 ** -14],
    [2 ** -24, 2 ** -24],
    [1.5 * 2 ** -24, 2 * 2 ** -24],
    [2 ** -26, 0],
    [-3 * 2 ** -24, -3 * 2 ** -24],
    [1023.7 * 2 ** -24, 2 ** -14],
  ]
  expect(
    await through(
      'half',
      cases.map(([whole]) => whole),
    ),
  ).toEqual(cases.map(([, half]) => half))
})

test('bytes are rounded and stay in their range', async () => {
  expect(await through('uint8', [0, 254.6, 300, -3, 12.4])).toEqual([0, 255, 255, 0, 12])
  expect(await through('int8', [0, 126.6, 300, -300, -12.4])).toEqual([0, 127, 127, -128, -12])
})

test('half floats out: the library casts, we make them whole', async () => {
  const values = Float32Array.of(0, 1, -2.5, 65_504, 2 ** -24, 2 ** -14, 0.333251953125, -0.1)
  const graph: Graph = {
    inputs: [{ name: 'images', dims: [8] }],
    outputs: [{ name: 'seen', dims: [8], type: 'half' }],
    constants: {},
    nodes: [{ op: 'Cast', inputs: ['images'], output: 'seen', attributes: { to: HALF } }],
  }
  const session = await InferenceSession.create(encodeModel(graph), { logSeverityLevel: 4 })
  onTestFinished(() => session.release())
  const { Tensor } = await import('onnxruntime-node')
  const { seen } = await session.run({ images: new Tensor('float32', values, [8]) })
  const out = [...(asOutput(seen!).data as Float32Array)]
  expect(out.slice(0, 7)).toEqual([...values.subarray(0, 7)])
  expect(out[7]).toBeCloseTo(-0.1, 4)
})
