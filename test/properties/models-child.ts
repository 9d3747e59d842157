/**
 * `models-child.ts SEED COUNT`: opens and asks so many spoilt networks, one after the other in this very
 * process, and prints how often each end was met. Set MODELS_MUTANT to make one mutant alone.
 */
import { Network } from '../../gateway/detections/network.ts'
import { WHOLE } from '../../gateway/detections/preprocess.ts'
import { isFault } from '../../gateway/kit/errors.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import { Manifest } from '../../models/manifest.ts'
import { detrGraph, detrManifest, plainFrame, yoloxGraph, yoloxManifest } from '../fixtures/models.ts'
import { encodeModel, type Graph } from '../fixtures/onnx.ts'

const [seed, count] = process.argv.slice(2).map(Number) as [number, number]
const only = process.env['MODELS_MUTANT']

const rows: Graph = {
  inputs: [{ name: 'images', dims: [1, 3, 64, 64] }],
  outputs: [{ name: 'rows', dims: ['n', 6] }],
  constants: {
    row: { dims: [1, 6], values: Float32Array.of(12, 12, 28, 44, 0.9, 1) },
    shape: { dims: [2], values: BigInt64Array.of(3n, 6n) },
  },
  nodes: [{ op: 'Expand', inputs: ['row', 'shape'], output: 'rows' }],
}
const SEEDLINGS: readonly (readonly [bytes: Buffer, describe: (bytes: Buffer) => unknown])[] = [
  [encodeModel(yoloxGraph()), yoloxManifest],
  [encodeModel(detrGraph()), detrManifest],
  [
    encodeModel(rows),
    (bytes) => ({ ...yoloxManifest(bytes), family: 'nms-included', outputs: { detections: 'rows' } }),
  ],
]

/** One to four small harms; lengths and numbers of fields lie thick in so small a file. */
function spoil(bytes: Buffer, random: () => number): Buffer {
  const below = (limit: number) => Math.floor(random() * limit)
  let spoilt = Buffer.from(bytes)
  for (let harms = 1 + below(4); harms > 0 && spoilt.length > 1; harms--) {
    const at = below(spoilt.length)
    const kind = below(10)
    if (kind < 5) spoilt[at]! ^= 1 << below(8)
    else if (kind < 7) spoilt[at] = [0, 1, 0x7f, 0x80, 0xff][below(5)]!
    else if (kind === 7) spoilt = spoilt.subarray(0, at)
    else {
      const part = spoilt.subarray(at, at + 1 + below(40))
      const to = below(spoilt.length)
      spoilt = Buffer.concat([spoilt.subarray(0, to), part, spoilt.subarray(to)])
    }
  }
  return spoilt
}

async function end(bytes: Buffer, described: unknown): Promise<string> {
  try {
    const network = await Network.open(bytes, 'mutant.onnx', Manifest.parse(described))
    try {
      await network.look(plainFrame(200).yuv, 1, [WHOLE])
      return 'answered'
    } catch {
      return 'failed' // In a worker: MODEL_FAILED, and the frame counts as not analysed.
    } finally {
      await network.close()
    }
  } catch (error) {
    if (isFault(error)) return error.code
    throw error
  }
}

const random = seededRandom(seed)
const counts: Record<string, number> = {}
for (let mutant = 0; mutant < count; mutant++) {
  const [bytes, describe] = SEEDLINGS[mutant % SEEDLINGS.length]!
  const spoilt = spoil(bytes, random)
  if (only !== undefined && Number(only) !== mutant) continue
  const met = await end(spoilt, describe(spoilt))
  counts[met] = (counts[met] ?? 0) + 1
}
process.stdout.write(JSON.stringify(counts))
