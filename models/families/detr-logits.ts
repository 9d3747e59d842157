/**
 * DETR and its kin without the last step: a query's raw logits and a box in fractions.
 *
 *     boxes          1 × Q × 4               cx cy w h, 0..1 of the input
 *     logits         1 × Q × (C or C + 1)    sigmoid a class (RT-DETR, D-FINE, RF-DETR); a last one is "nothing"
 *     softmaxLogits  1 × Q × (C + 1)         softmax over the classes and "nothing" (the first DETR, YOLOS)
 *
 * The two sorts of logits look alike and mean different things, so the manifest says which it is by the name
 * of the output.
 */
import type { Family, Output } from './family.ts'

const QUERIES_MAX = 10_000

export const detrLogits: Family = {
  outputs: ['logits', 'boxes'],
  otherForms: [['softmaxLogits', 'boxes']],
  wantsSize: false,

  refuse({ logits, softmaxLogits, boxes }, { classCount }) {
    const scores = softmaxLogits ?? logits
    const [queries = 0, width = 0] = scores?.dims.slice(1) ?? []
    const widths = softmaxLogits === undefined ? [classCount, classCount + 1] : [classCount + 1]
    const fits =
      scores?.dims.join() === `1,${queries},${width}` &&
      boxes?.dims.join() === `1,${queries},4` &&
      widths.includes(width) &&
      queries <= QUERIES_MAX
    if (!fits) {
      const wanted = `logits must be 1×Q×${widths.join('|')} and boxes 1×Q×4`
      return `${wanted}, not ${scores?.dims.join('×')} and ${boxes?.dims.join('×')}`
    }
    const floats = scores.data instanceof Float32Array && boxes.data instanceof Float32Array
    return floats ? null : 'logits and boxes must be float32'
  },

  decode(outputs, settings, into) {
    const soft = outputs['softmaxLogits']
    const { dims, data } = (soft ?? outputs['logits']) as Output
    const logits = data as Float32Array
    const boxes = (outputs['boxes'] as Output).data as Float32Array
    const { inputWidth, inputHeight, classCount, scoreMin } = settings
    const width = dims[2]!
    for (let query = 0; query < dims[1]!; query++) {
      const from = query * width
      let best = 0
      for (let c = 1; c < classCount; c++) if (logits[from + c]! > logits[from + best]!) best = c
      const score = soft === undefined ? sigmoid(logits[from + best]!) : softmax(logits, from, width, best)
      if (!(score >= scoreMin[best]!)) continue
      const at = 4 * query
      const [x, y] = [boxes[at]! * inputWidth, boxes[at + 1]! * inputHeight]
      const [halfWidth, halfHeight] = [(boxes[at + 2]! * inputWidth) / 2, (boxes[at + 3]! * inputHeight) / 2]
      into.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, score, best)
    }
  },
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}

/** Share of one logit among all; "nothing" takes its part too. */
function softmax(logits: Float32Array, from: number, width: number, of: number): number {
  let sum = 0
  for (let c = 0; c < width; c++) sum += Math.exp(logits[from + c]! - logits[from + of]!)
  return 1 / sum
}
