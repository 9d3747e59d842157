/**
 * Lets two bigger networks look at the training pictures once more, part by part, and writes down what they find.
 *
 *     picture ─ whole, and four parts of 60 % ─▶ YOLOX-Nano, DEIMv2-Femto ─ agree, or one is sure ─▶ mined.json
 *
 *     npx tsx mine-boxes.ts --photographs DIR --models DIR --out mined.json
 *
 * People marked few of the things in these pictures, and a network sees small ones only when it looks close. Pictures of
 * the validation split and share-alike ones are not opened. What the boxes are good for `photographs.py` decides.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { Network } from '../../gateway/detections/network.ts'
import { FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH } from '../../gateway/frames/frame.ts'
import { assert } from '../../gateway/kit/assert.ts'
import { type Box, iou } from '../../gateway/kit/geometry.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { Manifest } from '../manifest.ts'

/** Below the first nothing is written; alone a network is believed from the second on. */
const SCORE_AGREED = 0.3
const SCORE_ALONE = 0.6
const IOU_SAME = 0.5
const TEACHERS = ['yolox_nano_416', 'deimv2_femto'] as const
/** How much of width and height a part has; the four lie in the corners. */
const PART = 0.6
const VIEWS: readonly Box[] = [
  [0, 0, 1, 1],
  ...[0, 1 - PART].flatMap((x) => [0, 1 - PART].map((y): Box => [x, y, x + PART, y + PART])),
]
/** A box cut by the edge of a part is a part of something. */
const EDGE = 0.012

interface Picture {
  readonly file: string
  readonly width: number
  readonly height: number
  readonly split: string
  readonly licence: string
}

interface Seen {
  readonly label: string
  readonly box: Box
  readonly score: number
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { photographs: { type: 'string' }, models: { type: 'string' }, out: { type: 'string' } },
  })
  const { photographs, models, out } = values
  assert(photographs !== undefined && models !== undefined && out !== undefined, 'three folders are needed')
  const teachers = await Promise.all(TEACHERS.map((name) => open(models, name)))
  const { pictures } = JSON.parse(readFileSync(join(photographs, 'labels.json'), 'utf8')) as {
    pictures: Picture[]
  }
  const learnt = pictures.filter(({ split, licence }) => split === 'train' && !licence.startsWith('CC BY-SA'))
  const mined: Record<string, Seen[]> = {}
  for (const [at, picture] of learnt.entries()) {
    const path = join(photographs, picture.file)
    const [first, second] = await Promise.all(teachers.map((teacher) => seenBy(teacher, path, picture)))
    mined[picture.file] = believed(first!, second!)
    if (at % 50 === 0) process.stderr.write(`${at}/${learnt.length}\n`)
  }
  writeFileSync(out, `${JSON.stringify(mined)}\n`)
  const found = Object.values(mined).flat().length
  process.stderr.write(`${found} boxes in ${learnt.length} pictures\n`)
}

interface Teacher {
  readonly network: Network
  readonly classes: readonly string[]
}

/** With a threshold of a half the gateway's measure of scores is the network's own. */
async function open(folder: string, name: string): Promise<Teacher> {
  const manifest = Manifest.parse(
    JSON.parse(readFileSync(packagePath('models', 'manifests', `${name}.json`), 'utf8')),
  )
  const own = { score: 0.5, byRole: {}, byClass: {}, faint: 0.5 }
  const file = join(folder, `${name}.onnx`)
  const network = await Network.open(readFileSync(file), file, { ...manifest, thresholds: own })
  return { network, classes: manifest.classes }
}

/** Every view is a frame of its own, so that a part is seen with all its pixels. */
async function seenBy(teacher: Teacher, path: string, picture: Picture): Promise<Seen[]> {
  const seen: Seen[] = []
  for (const view of VIEWS) {
    const { yuv, aspect } = await frameOf(path, picture, view)
    const { boxes, scores, classIds } = await teacher.network.look(yuv, aspect, [[0, 0, 1, 1]])
    for (const [at, score] of scores.entries()) {
      const inside = boxes.subarray(4 * at, 4 * at + 4)
      if (score < SCORE_AGREED || isCut(inside, view)) continue
      seen.push({ label: teacher.classes[classIds[at]!]!, box: outOf(inside, view), score })
    }
  }
  return likeliest(seen)
}

async function frameOf(path: string, { width, height }: Picture, [x1, y1, x2, y2]: Box) {
  const part = {
    ...{ left: Math.round(x1 * width), top: Math.round(y1 * height) },
    ...{ width: Math.floor((x2 - x1) * width), height: Math.floor((y2 - y1) * height) },
  }
  const size = { width: FRAME_WIDTH, height: FRAME_HEIGHT, fit: 'fill' } as const
  const rgb = await sharp(path)
    .toColourspace('srgb')
    .removeAlpha()
    .extract(part)
    .resize(size)
    .raw()
    .toBuffer()
  return { yuv: i420Of(rgb), aspect: part.width / part.height }
}

/** BT.601 in video range, one U and V for four pixels. */
function i420Of(rgb: Uint8Array): Uint8Array {
  const yuv = new Uint8Array(FRAME_BYTES)
  const luma = FRAME_WIDTH * FRAME_HEIGHT
  for (let at = 0; at < luma; at++) {
    const [r, g, b] = [rgb[3 * at]!, rgb[3 * at + 1]!, rgb[3 * at + 2]!]
    yuv[at] = 16 + 0.257 * r + 0.504 * g + 0.098 * b
    const [x, y] = [at % FRAME_WIDTH, Math.floor(at / FRAME_WIDTH)]
    if (x % 2 === 1 || y % 2 === 1) continue
    const chroma = luma + (y / 2) * (FRAME_WIDTH / 2) + x / 2
    yuv[chroma] = 128 - 0.148 * r - 0.291 * g + 0.439 * b
    yuv[chroma + luma / 4] = 128 + 0.439 * r - 0.368 * g - 0.071 * b
  }
  return yuv
}

/** Whether a box touches an edge of the view that is none of the picture. */
function isCut([left, top, right, bottom]: ArrayLike<number> & Iterable<number>, view: Box): boolean {
  const inner = (edge: number, at: number) => Math.abs(edge - at) > 1e-6
  return (
    (inner(view[0], 0) && left! < EDGE) ||
    (inner(view[1], 0) && top! < EDGE) ||
    (inner(view[2], 1) && right! > 1 - EDGE) ||
    (inner(view[3], 1) && bottom! > 1 - EDGE)
  )
}

function outOf([left, top, right, bottom]: Iterable<number> & ArrayLike<number>, view: Box): Box {
  const [wide, high] = [view[2] - view[0], view[3] - view[1]]
  return [view[0] + left! * wide, view[1] + top! * high, view[0] + right! * wide, view[1] + bottom! * high]
}

/** Of boxes of one name that overlap the likeliest. */
function likeliest(seen: readonly Seen[]): Seen[] {
  const kept: Seen[] = []
  for (const one of seen.toSorted((a, b) => b.score - a.score)) {
    const known = kept.some(({ label, box }) => label === one.label && iou(box, one.box) > IOU_SAME)
    if (!known) kept.push(one)
  }
  return kept
}

/** What both see, or one surely; boxes and scores are the first one's where both do. */
function believed(first: readonly Seen[], second: readonly Seen[]): Seen[] {
  const same = (a: Seen) => (b: Seen) => a.label === b.label && iou(a.box, b.box) > IOU_SAME
  const own = first.filter((one) => one.score >= SCORE_ALONE || second.some(same(one)))
  const others = second.filter((one) => one.score >= SCORE_ALONE && !first.some(same(one)))
  return [...own, ...others].map(({ label, box, score }) => ({
    label,
    box: box.map((value) => Math.round(value * 10_000) / 10_000) as unknown as Box,
    score: Math.round(score * 1_000) / 1_000,
  }))
}

await main()
