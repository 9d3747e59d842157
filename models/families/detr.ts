/**
 * DETR and its kin (RT-DETR, D-FINE, DEIM): a fixed number of queries, each one box, already scored.
 *
 *     labels  1 × Q   int64          boxes  1 × Q × 4  xyxy in the size given as second input
 *     scores  1 × Q   sigmoid
 *
 * The size given is the model's own input, so boxes come in its pixels like every family's. The networks are
 * sold as free of duplicates; the small ones are not, so suppression follows here as everywhere.
 */
import type { Family, Output, Settings } from './family.ts'

export const detr: Family = {
  outputs: ['labels', 'boxes', 'scores'],
  wantsSize: true,

  refuse({ labels, boxes, scores }) {
    const queries = scores?.dims[1] ?? 0
    const shape = (output: Output | undefined) => output?.dims.join('×')
    const said = `labels ${shape(labels)}, boxes ${shape(boxes)}, scores ${shape(scores)}`
    if (labels?.dims.join() !== `1,${queries}` || scores?.dims.join() !== `1,${queries}`) return said
    if (boxes?.dims.join() !== `1,${queries},4`) return said
    if (!(boxes.data instanceof Float32Array) || !(scores.data instanceof Float32Array)) {
      return 'boxes and scores must be float32'
    }
    return labels.data instanceof Float32Array ? 'labels must be int64 or int32' : null
  },

  decode(outputs, settings: Settings, into) {
    const labels = (outputs['labels'] as Output).data as BigInt64Array | Int32Array
    const boxes = (outputs['boxes'] as Output).data as Float32Array
    const scores = (outputs['scores'] as Output).data as Float32Array
    for (let query = 0; query < scores.length; query++) {
      const classId = Number(labels[query]!)
      if (classId < 0 || classId >= settings.classCount) continue
      const score = scores[query]!
      if (!(score >= settings.scoreMin[classId]!)) continue
      const at = 4 * query
      into.add(boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!, Math.min(1, score), classId)
    }
  },
}
