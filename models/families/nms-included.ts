/**
 * Networks that sort out their own answer: boxes come in, few and final, one a row.
 *
 *     detections   N × 6 or 1 × N × 6   x1 y1 x2 y2 score class          pixels of the input (YOLOv10, end2end)
 *                  N × 7                picture x1 y1 x2 y2 class score  (YOLOv7 with its NMS in the graph)
 *
 *     boxes        1 × N × 4            y1 x1 y2 x2, 0..1                 (TensorFlow's detection API)
 *     scores       1 × N      classes  1 × N      num  1: how many rows count
 *
 * TensorFlow counts its classes from one: the manifest's list then begins with a name for nothing. Rows that
 * fill up the tensor have no score or a class that no list has, and are left out. Suppression still follows:
 * what a graph keeps apart by class may be one thing to a rule.
 */
import type { Candidates, Family, Output, Settings } from './family.ts'

const ROWS_MAX = 100_000

export const nmsIncluded: Family = {
  outputs: ['detections'],
  otherForms: [['num', 'boxes', 'scores', 'classes']],
  wantsSize: false,

  refuse(outputs) {
    return outputs['detections'] === undefined ? refuseFour(outputs) : refuseRows(outputs['detections'])
  },

  decode(outputs, settings, into) {
    if (outputs['detections'] === undefined) decodeFour(outputs, settings, into)
    else decodeRows(outputs['detections'], settings, into)
  },
}

/** Rows without the batch of one that some exports put before them; a picture may have none. */
function rowsOf({ dims }: Output): readonly number[] {
  return dims.length === 3 && dims[0] === 1 && dims[2] === 6 ? dims.slice(1) : dims
}

function refuseRows(detections: Output): string | null {
  const [rows = 0, width, ...more] = rowsOf(detections)
  const fits = more.length === 0 && rows <= ROWS_MAX && (width === 6 || width === 7)
  if (!fits) return `detections must be N×6, 1×N×6 or N×7, not ${detections.dims.join('×')}`
  return detections.data instanceof Float32Array ? null : 'detections must be float32'
}

function refuseFour({ num, boxes, scores, classes }: Readonly<Record<string, Output>>): string | null {
  const rows = scores?.dims[1] ?? 0
  const fits =
    num?.data.length === 1 &&
    rows <= ROWS_MAX &&
    scores?.dims.join() === `1,${rows}` &&
    classes?.dims.join() === `1,${rows}` &&
    boxes?.dims.join() === `1,${rows},4`
  if (!fits) {
    const said = [num, boxes, scores, classes].map((output) => output?.dims.join('×')).join(', ')
    return `num, boxes, scores, classes must be 1, 1×N×4, 1×N, 1×N, not ${said}`
  }
  const floats = boxes.data instanceof Float32Array && scores.data instanceof Float32Array
  return floats ? null : 'boxes and scores must be float32'
}

function decodeRows(detections: Output, settings: Settings, into: Candidates): void {
  const [rows = 0, width = 0] = rowsOf(detections)
  const data = detections.data as Float32Array
  const batched = width === 7
  for (let at = 0; at < rows * width; at += width) {
    if (batched && data[at] !== 0) continue
    const box = batched ? at + 1 : at
    const [score, classId] = [data[at + (batched ? 6 : 4)]!, data[at + 5]!]
    if (!counts(score, classId, settings)) continue
    into.add(data[box]!, data[box + 1]!, data[box + 2]!, data[box + 3]!, Math.min(1, score), classId)
  }
}

function decodeFour(outputs: Readonly<Record<string, Output>>, settings: Settings, into: Candidates): void {
  const boxes = (outputs['boxes'] as Output).data as Float32Array
  const scores = (outputs['scores'] as Output).data as Float32Array
  const classes = (outputs['classes'] as Output).data
  const rows = Math.min(scores.length, Number((outputs['num'] as Output).data[0]))
  const { inputWidth, inputHeight } = settings
  for (let row = 0; row < rows; row++) {
    const [score, classId] = [scores[row]!, Number(classes[row]!)]
    if (!counts(score, classId, settings)) continue
    const [top, left, bottom, right] = boxes.subarray(4 * row, 4 * row + 4) as unknown as number[]
    into.add(
      left! * inputWidth,
      top! * inputHeight,
      right! * inputWidth,
      bottom! * inputHeight,
      Math.min(1, score),
      classId,
    )
  }
}

function counts(score: number, classId: number, { classCount, scoreMin }: Settings): boolean {
  if (!Number.isInteger(classId) || classId < 0 || classId >= classCount) return false
  return score >= scoreMin[classId]!
}
