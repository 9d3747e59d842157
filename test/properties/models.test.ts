/**
 * Files that are no models, or no longer: each ends in a code of the catalogue, and the process goes on.
 *
 * Bytes are turned, cut, repeated and put elsewhere in tiny networks whose manifest vouches for the result, so
 * that they come as far as the network library. That runs in a process of its own: were it to crash there, the
 * gateway would have crashed.
 */
import { spawnSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { DetectorPool, ModelOptions } from '../../gateway/detections/detector.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { makeFolder, plainFrame, writeModel, yoloxGraph, yoloxManifest } from '../fixtures/models.ts'
import { encodeModel, type Graph } from '../fixtures/onnx.ts'

const folder = makeFolder()
afterAll(folder.remove)
const MUTANTS = 300
const SEED = 20_260_101

test(`${MUTANTS} spoilt networks: a code each or an answer, never a crash`, () => {
  const child = packagePath('test', 'properties', 'models-child.ts')
  const tsx = packagePath('node_modules', 'tsx', 'dist', 'cli.mjs')
  // At most 4 GiB: a mutant that asks for more is refused by the system, as on a box that has less.
  const command = ['ulimit -d 4194304; exec "$@"', 'sh', process.execPath, tsx, child]
  const run = spawnSync('sh', ['-c', ...command, String(SEED), String(MUTANTS)], {
    encoding: 'utf8',
    timeout: 50_000,
  })
  expect(run.stderr).toBe('')
  expect({ status: run.status, signal: run.signal }).toEqual({ status: 0, signal: null })
  const counts = JSON.parse(run.stdout) as Record<string, number>
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(MUTANTS)
  expect(Object.keys(counts).filter((code) => !/^(answered|failed|MODEL_[A-Z_]+)$/.test(code))).toEqual([])
  // The mutations reach every door: refused by our reader, by the library, by the shape, and not at all.
  expect(Object.keys(counts)).toEqual(
    expect.arrayContaining(['answered', 'MODEL_UNREADABLE', 'MODEL_SHAPE_WRONG']),
  )
})

/** Rows of seven, as many as a constant says, or, where not even that shall show, as its square says. */
function expanding(rows: number, declared: Graph['outputs'][number]['dims'], squared = false): Graph {
  return {
    inputs: [{ name: 'images', dims: [1, 3, 64, 64] }],
    outputs: [{ name: 'output', dims: declared }],
    constants: {
      shape: { dims: [3], values: BigInt64Array.of(1n, BigInt(rows), 7n) },
    },
    nodes: [
      { op: 'ReduceMean', inputs: ['images'], output: 'one', attributes: { keepdims: 0 } },
      { op: 'Mul', inputs: ['shape', 'shape'], output: 'square' },
      { op: 'Expand', inputs: ['one', squared ? 'square' : 'shape'], output: 'output' },
    ],
  }
}

/** Says of the first constant that its data lies outside: one more field of it, in the last place. */
function external(bytes: Buffer): Buffer {
  // A tensor's field 14 set to EXTERNAL (1), in a second model message whose graph is merged into the first.
  const tensor = Buffer.concat([Buffer.from([0x42, 4]), Buffer.from('base'), Buffer.from([0x70, 1])])
  const graph = Buffer.concat([Buffer.from([0x2a, tensor.length]), tensor])
  return Buffer.concat([bytes, Buffer.from([0x3a, graph.length]), graph])
}

const HOSTILE: [what: string, model: () => Graph | Uint8Array, code: string, reason: RegExp][] = [
  ['random bytes', () => Buffer.from('0123456789abcdef'.repeat(8)), 'MODEL_UNREADABLE', /ONNX/],
  ['nothing', () => Buffer.alloc(0), 'MODEL_UNREADABLE', /graph/],
  ['half a network', () => encodeModel(yoloxGraph()).subarray(0, 1_000), 'MODEL_UNREADABLE', /cut short/],
  [
    'an output of 10¹² values, declared',
    () => expanding(1e11, [1, 1e11, 7]),
    'MODEL_UNREADABLE',
    /output has 700000000000 values/,
  ],
  [
    'an output of 10⁹ values, undeclared, a constant of the graph',
    () => expanding(1.5e8, ['a', 'b', 'c']),
    'MODEL_UNREADABLE',
    /Expand to output has 1050000000 values/,
  ],
  [
    'an output of 10¹³ values, which shows only when it runs',
    () => expanding(1e6, ['a', 'b', 'c'], true),
    'MODEL_SHAPE_WRONG',
    /memory|allocate|Expand/,
  ],
  [
    'an output of a hundred thousand rows, undeclared',
    () => expanding(1e5, ['a', 'b', 'c']),
    'MODEL_SHAPE_WRONG',
    /1×100000×7/,
  ],
  [
    'weights in another file of this machine',
    () => external(encodeModel(yoloxGraph())),
    'MODEL_UNREADABLE',
    /base lies in another file/,
  ],
  [
    'constants of 10¹² values',
    () => ({
      ...yoloxGraph(),
      constants: { ...yoloxGraph().constants, base: { dims: [1e6, 1e6], values: Float32Array.of(1) } },
    }),
    'MODEL_UNREADABLE',
    /base has 1000000000000 values/,
  ],
]
for (const [what, model, code, reason] of HOSTILE) {
  test(`${code}: ${what}; the next model loads as ever`, async () => {
    const open = (file: string) =>
      DetectorPool.open(ModelOptions.parse({ file, workersMax: 1, everyMs: 0 }), silentLog)
    const hostile = open(writeModel(folder, model(), yoloxManifest))
    await expect(hostile).rejects.toMatchObject({ code, message: expect.stringMatching(reason) })
    const pool = await open(writeModel(folder, yoloxGraph()))
    expect((await pool.detect(plainFrame(235), 1))!.count).toBe(1)
    await pool.close()
  })
}
