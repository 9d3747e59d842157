/** How long the network takes for a patch, on one thread: `npx tsx speed.ts lushao-patches.onnx`. */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { assert } from '../../gateway/kit/assert.ts'

const RUNS = 400
const PIXELS = 3 * 48 * 48

const [file] = process.argv.slice(2)
assert(file !== undefined, 'name an ONNX file')
const session = await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 })
for (const count of [1, 8]) {
  const values = Float32Array.from({ length: count * PIXELS }, (_, i) => (i * 37) % 256)
  const patches = new Tensor('float32', values, [count, 3, 48, 48])
  const spentMs: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const startMs = performance.now()
    await session.run({ patches })
    spentMs.push((performance.now() - startMs) / count)
  }
  const medianMs = spentMs.sort((a, b) => a - b)[RUNS / 2]!
  process.stdout.write(`${count} at a time: ${medianMs.toFixed(3)} ms a patch, median of ${RUNS}\n`)
}
