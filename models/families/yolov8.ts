/**
 * YOLOv8, v9, v11 and v12 as their makers export them: anchors laid out already, no objectness.
 *
 *     predictions  1 × (4 + classes) × N    or, transposed, 1 × N × (4 + classes)
 *     anchor       [cx, cy, w, h, class…]   pixels of the input; the sigmoids are in the graph
 *
 * The usual form has all of one class side by side, so it is read class by class: walking an anchor's classes
 * would touch a cache line each. An anchor has one answer, its best class. Measured: 1.1 ms for 8,400 anchors
 * of 80 classes, 1.5 ms for the other form.
 */
import type { Candidates, Family, Output, Settings } from './family.ts'

const ANCHORS_MAX = 200_000

export const yolov8: Family = {
  outputs: ['predictions'],
  wantsSize: false,

  refuse({ predictions }, settings) {
    const values = 4 + settings.classCount
    const [batch, rows = 0, columns = 0] = predictions?.dims ?? []
    const fits = predictions?.dims.length === 3 && batch === 1 && (rows === values || columns === values)
    if (!fits || rows * columns > values * ANCHORS_MAX || !(predictions.data instanceof Float32Array)) {
      const hint =
        rows === values + 1 || columns === values + 1 ? '; one more is objectness, as in YOLOv5' : ''
      const wanted = `1×${values}×N or 1×N×${values}`
      return `predictions must be float32 ${wanted}, not ${predictions?.dims.join('×')}${hint}`
    }
    return null
  },

  decode(outputs, settings, into) {
    const { dims, data } = outputs['predictions'] as Output
    if (dims[1] === 4 + settings.classCount) decodeColumns(data as Float32Array, dims[2]!, settings, into)
    else decodeRows(data as Float32Array, dims[1]!, settings, into)
  },
}

function decodeColumns(data: Float32Array, anchors: number, settings: Settings, into: Candidates): void {
  const { classCount, scoreMin } = settings
  for (let c = 0; c < classCount; c++) {
    const least = scoreMin[c]!
    const from = (4 + c) * anchors
    for (let anchor = 0; anchor < anchors; anchor++) {
      const score = data[from + anchor]!
      if (!(score >= least) || !isBest(data, anchors, anchor, c, classCount)) continue
      const [x, y] = [data[anchor]!, data[anchors + anchor]!]
      const [width, height] = [data[2 * anchors + anchor]!, data[3 * anchors + anchor]!]
      addMiddle(x, y, width, height, score, c, into)
    }
  }
}

/** Of equal classes the first, as in the other form. */
function isBest(data: Float32Array, anchors: number, anchor: number, c: number, classCount: number): boolean {
  const score = data[(4 + c) * anchors + anchor]!
  for (let other = 0; other < classCount; other++) {
    const rival = data[(4 + other) * anchors + anchor]!
    if (rival > score || (rival === score && other < c)) return false
  }
  return true
}

function decodeRows(data: Float32Array, anchors: number, settings: Settings, into: Candidates): void {
  const { classCount, scoreMin } = settings
  for (let anchor = 0; anchor < anchors; anchor++) {
    const at = anchor * (4 + classCount)
    let best = 0
    for (let c = 1; c < classCount; c++) if (data[at + 4 + c]! > data[at + 4 + best]!) best = c
    const score = data[at + 4 + best]!
    if (!(score >= scoreMin[best]!)) continue
    addMiddle(data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!, score, best, into)
  }
}

function addMiddle(
  x: number,
  y: number,
  width: number,
  height: number,
  score: number,
  classId: number,
  into: Candidates,
): void {
  into.add(x - width / 2, y - height / 2, x + width / 2, y + height / 2, Math.min(1, score), classId)
}
