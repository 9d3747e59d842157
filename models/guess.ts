/**
 * Which family has inputs and outputs of these shapes, and what is usual for it.
 *
 *     labels, boxes, scores + a size       detr               boxes 1×Q×4, logits 1×Q×…      detr-logits
 *     six or eight of 1×N×…                gfl                N×6, 1×N×6, N×7, or four       nms-included
 *     1 × cells × (5 + classes)            yolox              1 × (4 + classes) × cells      yolov8
 */
import type { Manifest } from './manifest.ts'
import type { OnnxFile, OnnxValue } from './onnx.ts'

export interface Reading {
  readonly family: Manifest['family']
  readonly input: Record<string, unknown>
  readonly outputs: Record<string, string>
  readonly classCount: number
  /** Another family has outputs of the same shape. */
  readonly ambiguous: boolean
  readonly sizeOpen: boolean
  readonly score: number
  readonly iouMax: number
}

interface Size {
  readonly width: number
  readonly height: number
}
type Answer = Pick<Reading, 'family' | 'outputs' | 'classCount' | 'ambiguous'>

/** Where nothing says otherwise. */
const SIZE_USUAL: Size = { width: 640, height: 640 }
const SCALE_ONE = 1 / 255
/** What the makers of a family feed it, and the score at which their small networks are sure. */
const USUAL: Readonly<Record<string, { pixels: Record<string, unknown>; score: number; iouMax: number }>> = {
  yolox: { pixels: { fit: 'letterbox', channels: 'bgr' }, score: 0.3, iouMax: 0.5 },
  yolov8: { pixels: { fit: 'letterbox', channels: 'rgb', scale: SCALE_ONE }, score: 0.3, iouMax: 0.5 },
  gfl: {
    pixels: {
      fit: 'stretch',
      channels: 'bgr',
      mean: [103.53, 116.28, 123.675],
      std: [57.375, 57.12, 58.395],
    },
    score: 0.35,
    iouMax: 0.6,
  },
  detr: { pixels: { fit: 'stretch', channels: 'rgb', scale: SCALE_ONE }, score: 0.4, iouMax: 0.65 },
  'detr-logits': { pixels: { fit: 'stretch', channels: 'rgb', scale: SCALE_ONE }, score: 0.4, iouMax: 0.65 },
  'nms-included': {
    pixels: { fit: 'letterbox', channels: 'rgb', scale: SCALE_ONE },
    score: 0.3,
    iouMax: 0.7,
  },
}

/** `classCount` and `size` as the maker wrote them down; zero and null when he did not. */
export function guessFamily(file: OnnxFile, classCount: number, size: Size | null): Reading | null {
  const picture = file.inputs.find(({ shape }) => shape.length === 4)
  if (picture === undefined || file.inputs.length > 2) return null
  const layout = picture.shape[3] === 3 ? 'nhwc' : 'nchw'
  const [height, width] = layout === 'nhwc' ? picture.shape.slice(1) : picture.shape.slice(2)
  const fixed = typeof height === 'number' && typeof width === 'number' ? { height, width } : null
  const extent = fixed ?? size ?? SIZE_USUAL
  const other = file.inputs.find((input) => input !== picture)
  const answer = answerOf(file.outputs, extent, classCount, other)
  if (answer === null) return null
  const { pixels, score, iouMax } = USUAL[answer.family]!
  // Bytes go in as they are: whatever the family's custom, the graph does its own arithmetic.
  const raw = picture.type === 'uint8' ? { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } : {}
  const sized = other === undefined ? {} : { sizeName: other.name }
  const { width: wide, height: high } = extent
  const input = { name: picture.name, layout, width: wide, height: high, ...pixels, ...raw, ...sized }
  return { ...answer, input, sizeOpen: fixed === null && size === null, score, iouMax }
}

function answerOf(
  outputs: readonly OnnxValue[],
  size: Size,
  classCount: number,
  other: OnnxValue | undefined,
): Answer | null {
  if (other !== undefined) return asDetr(outputs, classCount)
  if (outputs.length === 1) return asRows(outputs[0]!, classCount) ?? asGrid(outputs[0]!, size, classCount)
  if (outputs.length === 2) return asLogits(outputs, classCount)
  if (outputs.length === 4) return asFour(outputs, classCount)
  if (outputs.length === 6 || outputs.length === 8) return asHeads(outputs, classCount)
  return null
}

const lastOf = ({ shape }: OnnxValue) => shape.at(-1)
const named = (outputs: readonly OnnxValue[], pattern: RegExp) =>
  outputs.find(({ name }) => pattern.test(name))
/** Eighty, COCO's, where neither maker nor shape tells. */
const or80 = (classCount: number) => (classCount > 0 ? classCount : 80)

function asDetr(outputs: readonly OnnxValue[], classCount: number): Answer | null {
  const labels = named(outputs, /label|class/i)
  const boxes = named(outputs, /box/i)
  const scores = named(outputs, /score|conf/i)
  if (labels === undefined || boxes === undefined || scores === undefined) return null
  const names = { labels: labels.name, boxes: boxes.name, scores: scores.name }
  return { family: 'detr', outputs: names, classCount: or80(classCount), ambiguous: false }
}

/** Few rows of six or seven: more would be a grid of one or two classes. */
function asRows(output: OnnxValue, classCount: number): Answer | null {
  const { shape, name } = output
  const rows = shape.at(-2)
  const width = lastOf(output)
  const few = typeof rows === 'string' || (rows ?? 0) <= 1_000
  const fits = (shape.length === 2 && (width === 6 || width === 7)) || (shape.length === 3 && width === 6)
  if (!fits || !few) return null
  return {
    family: 'nms-included',
    outputs: { detections: name },
    classCount: or80(classCount),
    ambiguous: true,
  }
}

/** Values that neither family explains are keypoints, masks or angles: another task. */
function asGrid({ name, shape }: OnnxValue, { width, height }: Size, classCount: number): Answer | null {
  const [batch, rows, columns] = shape
  if (shape.length !== 3 || batch === 0 || typeof rows !== 'number' || typeof columns !== 'number')
    return null
  const cells = [8, 16, 32].reduce((sum, s) => sum + Math.floor(width / s) * Math.floor(height / s), 0)
  const outputs = { predictions: name }
  const counts = (width: number, more: number) =>
    width > more && (classCount === 0 || width === more + classCount) ? width - more : null
  const across = columns === cells ? counts(rows, 4) : null
  if (across !== null) return { family: 'yolov8', outputs, classCount: across, ambiguous: false }
  if (rows !== cells) return null
  const objects = counts(columns, 5)
  if (objects !== null) {
    return { family: 'yolox', outputs, classCount: objects, ambiguous: objects !== or80(classCount) }
  }
  const plain = counts(columns, 4)
  return plain === null ? null : { family: 'yolov8', outputs, classCount: plain, ambiguous: false }
}

/** Sigmoid or softmax does not show in a shape. */
function asLogits(outputs: readonly OnnxValue[], classCount: number): Answer | null {
  const boxes = named(outputs, /box/i) ?? outputs.find((output) => lastOf(output) === 4)
  const logits = outputs.find((output) => output !== boxes)
  const width = logits && lastOf(logits)
  if (boxes === undefined || logits === undefined || lastOf(boxes) !== 4 || logits.shape.length !== 3)
    return null
  const count = classCount > 0 ? classCount : typeof width === 'number' ? width : 80
  return {
    family: 'detr-logits',
    outputs: { logits: logits.name, boxes: boxes.name },
    classCount: count,
    ambiguous: true,
  }
}

function asFour(outputs: readonly OnnxValue[], classCount: number): Answer | null {
  const num = named(outputs, /num/i)
  const boxes = named(outputs, /box/i)
  const scores = named(outputs, /score/i)
  const classes = named(outputs, /class|label/i)
  if (!num || !boxes || !scores || !classes) return null
  const names = { num: num.name, boxes: boxes.name, scores: scores.name, classes: classes.name }
  return { family: 'nms-included', outputs: names, classCount: or80(classCount), ambiguous: true }
}

/** Class heads are all as wide as each other, and so are distance heads, by a multiple of four. */
function asHeads(outputs: readonly OnnxValue[], classCount: number): Answer | null {
  const widths = [...new Set(outputs.map(lastOf))]
  const distances = [...widths].reverse().find((width) => typeof width === 'number' && width % 4 === 0)
  const classes = widths.find((width) => width !== distances) ?? distances
  if (outputs.some(({ shape }) => shape.length !== 3) || widths.length > 2) return null
  if (typeof classes !== 'number' || typeof distances !== 'number') return null
  const sure = classes === or80(classCount) || (classCount === 0 && classes % 4 !== 0)
  return {
    family: 'gfl',
    outputs: Object.fromEntries(outputs.map(({ name }, index) => [`head${index}`, name])),
    classCount: classes,
    ambiguous: !sure,
  }
}
