/**
 * What a network says of patches, through the library that the gateway itself runs it with.
 *
 *     npx tsx scores.ts --model FILE --patches raw bytes, N × 3 × 48 × 48 --out raw float32, N × classes
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Tensor } from 'onnxruntime-node'
import { openSession } from '../../gateway/detections/session.ts'
import { assert } from '../../gateway/kit/assert.ts'

const SIDE = 48
const PIXELS = 3 * SIDE * SIDE
const AT_ONCE = 256

const { values } = parseArgs({
  options: { model: { type: 'string' }, patches: { type: 'string' }, out: { type: 'string' } },
})
const { model, patches: file, out } = values
assert(
  model !== undefined && file !== undefined && out !== undefined,
  'name a model, patches and a file to write',
)
const patches = readFileSync(file)
assert(patches.length % PIXELS === 0, 'the file holds whole patches')
const session = await openSession(readFileSync(model), model)
const scores: Float32Array[] = []
for (let at = 0; at < patches.length; at += AT_ONCE * PIXELS) {
  const some = patches.subarray(at, at + AT_ONCE * PIXELS)
  const shape = [some.length / PIXELS, 3, SIDE, SIDE]
  const answer = await session.run({ patches: new Tensor('float32', Float32Array.from(some), shape) })
  scores.push(answer['scores']!.data as Float32Array)
}
writeFileSync(out, Buffer.concat(scores.map((some) => Buffer.from(some.slice().buffer))))
await session.release()
