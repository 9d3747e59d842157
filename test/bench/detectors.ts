/**
 * How well and how fast the detectors see: every model with a manifest, on labelled pictures, through the
 * gateway's own preparation and decoding.
 *
 *     npm run bench:detectors -- --data FOLDER [--rounds 3] [--models a,b]
 *
 *     picture ─▶ I420 640×360 ─▶ Network.look ─▶ boxes ─▶ fold ─▶ AP50      (each class by itself)
 *     labels.json: val, boxes drawn by people ─────────▶ fold ──┘
 *
 * FOLDER holds `models/*.onnx` and `training/{labels.json,pictures}`. Only pictures with boxes drawn by people
 * count: those are COCO's, labelled exhaustively for its classes, less boxes under 12 pixels (short side) or 20
 * (long side) or over 93 % of the picture. A detection of such a size that meets no box is passed over. Classes
 * are folded as the labels fold them; a class that no label folds is not asked. The curve is followed down to a
 * tenth of the manifest's threshold; precision and recall are those at the threshold itself. Time is CPU time of
 * one thread, median, from the frame's bytes to boxes: that of the clock tells more of what else the machine does.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Network } from '../../gateway/detections/network.ts'
import { WHOLE } from '../../gateway/detections/preprocess.ts'
import { FRAME_HEIGHT, FRAME_WIDTH } from '../../gateway/frames/frame.ts'
import { isFault } from '../../gateway/kit/errors.ts'
import { type Box, iou } from '../../gateway/kit/geometry.ts'
import { loadModel, type Model } from '../../models/manifest.ts'
import { loadAverage, machine } from './process-tree.ts'

interface Labelled {
  readonly class: string
  readonly label: string
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
  readonly by: string
}
interface Picture {
  readonly file: string
  readonly width: number
  readonly height: number
  readonly split: string
  readonly boxes: readonly Labelled[]
}
interface Sighting {
  readonly picture: Picture
  readonly fold: string
  readonly box: Box
  readonly score: number
}

/** Fewer labelled boxes than this say nothing about a class. */
const BOXES_MIN = 5
const FAINT = 0.1
const SURE = 0.5
const IOU_MIN = 0.5

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    rounds: { type: 'string', default: '3' },
    models: { type: 'string' },
  },
})
const data = resolve(values.data)
const say = (line: string) => process.stdout.write(`${line}\n`)
const labels = JSON.parse(readFileSync(join(data, 'training', 'labels.json'), 'utf8')) as {
  readonly pictures: readonly Picture[]
}
const drawn = labels.pictures.map((picture) => ({
  ...picture,
  boxes: picture.boxes.filter(({ by }) => by === 'human'),
}))
const foldOf = new Map(drawn.flatMap(({ boxes }) => boxes.map((box) => [box.label, box.class] as const)))
const pictures = drawn.filter(({ split, boxes }) => split === 'val' && boxes.length > 0)
const truth = pictures.flatMap((picture) =>
  picture.boxes.map(({ class: fold, x, y, w, h }) => ({ picture, fold, box: [x, y, x + w, y + h] as Box })),
)
const folds = [...new Set(truth.map(({ fold }) => fold))]
  .filter((fold) => fold !== 'background' && boxesOf(fold).length >= BOXES_MIN)
  .sort((a, b) => boxesOf(b).length - boxesOf(a).length)
const frames = pictures.map(({ file, width, height }) => ({
  yuv: decode(join(data, 'training', file)),
  aspect: width / height,
}))

const known = models()
say(`${machine()}, load ${loadAverage()}`)
say(
  `${pictures.length} pictures; boxes: ${folds.map((fold) => `${fold} ${boxesOf(fold).length}`).join(', ')}`,
)
say(`\n| model | family | ${folds.join(' | ')} | mean | person P/R | CPU ms a frame |`)
say(`|---|---|${folds.map(() => '---|').join('')}---|---|---|`)
for (const model of known) say(await row(model))
say(`\nload ${loadAverage()}`)

function models(): Model[] {
  const folder = join(data, 'models')
  if (!existsSync(folder)) return []
  const wanted = values.models?.split(',')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.onnx'))
    .filter((name) => wanted === undefined || wanted.includes(basename(name, '.onnx')))
    .flatMap((name) => {
      try {
        return [loadModel(join(folder, name))]
      } catch (error) {
        if (!isFault(error, 'MODEL_MANIFEST_MISSING')) throw error
        say(`${name} has no manifest and is left out`)
        return []
      }
    })
}

async function row({ bytes, file, manifest }: Model): Promise<string> {
  const thresholds = { ...manifest.thresholds, faint: FAINT }
  const network = await Network.open(bytes, file, { ...manifest, thresholds, detectionsMax: 1_000 })
  const times: number[] = []
  const seen: Sighting[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [index, { yuv, aspect }] of frames.entries()) {
      const begun = process.cpuUsage()
      const found = await network.look(yuv, aspect, [WHOLE])
      const { user, system } = process.cpuUsage(begun)
      times.push((user + system) / 1_000)
      if (round > 0) continue
      for (const [at, score] of found.scores.entries()) {
        const fold = foldOf.get(manifest.classes[found.classIds[at]!]!)
        const box = [...found.boxes.subarray(4 * at, 4 * at + 4)] as unknown as Box
        if (fold !== undefined) seen.push({ picture: pictures[index]!, fold, box, score })
      }
    }
  }
  await network.close()
  const precisions = folds.map((fold) => averagePrecision(judge(seen, fold), boxesOf(fold).length))
  const mean = precisions.reduce((sum, one) => sum + one, 0) / folds.length
  const sure = judge(seen, 'person').filter(({ score }) => score >= SURE)
  const hits = sure.filter(({ hit }) => hit).length
  const [precision, recall] = [hits / Math.max(1, sure.length), hits / boxesOf('person').length]
  const aps = [...precisions, mean].map((one) => one.toFixed(2)).join(' | ')
  const ms = times.sort((a, b) => a - b)[times.length >> 1]!.toFixed(1)
  return `| ${manifest.name} | ${manifest.family} | ${aps} | ${precision.toFixed(2)}/${recall.toFixed(2)} | ${ms} |`
}

function boxesOf(fold: string) {
  return truth.filter((one) => one.fold === fold)
}

/** Best first, each takes the box of its picture that it meets best, if nobody has it. */
function judge(seen: readonly Sighting[], fold: string): { score: number; hit: boolean }[] {
  const free = new Set(boxesOf(fold))
  const judged: { score: number; hit: boolean }[] = []
  for (const { picture, box, score } of seen
    .filter((one) => one.fold === fold)
    .sort((a, b) => b.score - a.score)) {
    const meets = [...free]
      .filter((one) => one.picture === picture)
      .map((one) => ({ one, overlap: iou(one.box, box) }))
      .filter(({ overlap }) => overlap >= IOU_MIN)
      .sort((a, b) => b.overlap - a.overlap)[0]
    if (meets !== undefined) free.delete(meets.one)
    else if (unlabelled(box, picture)) continue
    judged.push({ score, hit: meets !== undefined })
  }
  return judged
}

/** Of a size that the labels leave out. */
function unlabelled([x1, y1, x2, y2]: Box, { width, height }: Picture): boolean {
  const [wide, high] = [(x2 - x1) * width, (y2 - y1) * height]
  return Math.min(wide, high) < 12 || Math.max(wide, high) < 20 || (x2 - x1) * (y2 - y1) > 0.93
}

/** Area under the curve, with precision made to fall only (as COCO and VOC since 2010). */
function averagePrecision(judged: readonly { hit: boolean }[], boxes: number): number {
  let hits = 0
  const curve = judged.map(({ hit }, index) => {
    if (hit) hits++
    return { precision: hits / (index + 1), recall: hits / boxes }
  })
  let best = 0
  let area = 0
  for (let at = curve.length - 1; at >= 0; at--) {
    best = Math.max(best, curve[at]!.precision)
    area += best * (curve[at]!.recall - (curve[at - 1]?.recall ?? 0))
  }
  return area
}

/** As the gateway's decoder does. */
function decode(file: string): Uint8Array {
  const filter = `scale=${FRAME_WIDTH}:${FRAME_HEIGHT}:flags=area,format=yuv420p`
  const head = ['-nostdin', '-loglevel', 'error', '-i', file, '-frames:v', '1']
  const output = execFileSync('ffmpeg', [...head, '-vf', filter, '-f', 'rawvideo', '-'], {
    maxBuffer: 1 << 20,
  })
  return new Uint8Array(output)
}
