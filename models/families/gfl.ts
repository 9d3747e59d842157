/**
 * NanoDet and PicoDet: each stride has a head of two tensors, and an edge is a distribution, not a number.
 *
 *     class     1 × N × classes       N = cells of one stride, row by row; the sigmoid is in the graph
 *     distance  1 × N × 4·bins        left, top, right, bottom of the cell's middle, in strides
 *
 *     softmax over a side's bins ─▶ expectation (0 … bins − 1) × stride ─▶ pixels from (column + ½)·stride
 *
 * Exporters give the tensors names of numbers and any order, so the manifest calls them head0, head1 … as they
 * come, and they are paired here by their sizes. Where a class head is as wide as a distance head, the class
 * head is the one that comes first, as in both projects' exports.
 */
import type { Candidates, Family, Output, Settings } from './family.ts'

const STRIDES = [8, 16, 32, 64] as const
const BINS_MAX = 65
const headNames = (count: number) => Array.from({ length: count }, (_, index) => `head${index}`)

interface Head {
  readonly stride: number
  readonly columns: number
  readonly cells: number
  readonly classes: Float32Array
  readonly distances: Float32Array
}

export const gfl: Family = {
  outputs: headNames(6),
  otherForms: [headNames(8)],
  wantsSize: false,

  refuse(outputs, settings) {
    const heads = pair(outputs, settings)
    return typeof heads === 'string' ? heads : null
  },

  decode(outputs, settings, into) {
    const heads = pair(outputs, settings)
    // `refuse` has seen these very shapes; a network that changes them later says nothing.
    if (typeof heads === 'string') return
    for (const head of heads) decodeHead(head, settings, into)
  },
}

/** The heads by stride, or why there are none. */
function pair(outputs: Readonly<Record<string, Output>>, settings: Settings): Head[] | string {
  const { inputWidth, inputHeight, classCount } = settings
  const tensors = Object.values(outputs)
  const said = `heads of ${tensors.map((tensor) => tensor?.dims.join('×')).join(', ')}`
  if (tensors.length !== 6 && tensors.length !== 8) return `six or eight heads are wanted, not ${said}`
  const heads: Head[] = []
  for (const stride of STRIDES.slice(0, tensors.length / 2)) {
    const columns = Math.ceil(inputWidth / stride)
    const cells = columns * Math.ceil(inputHeight / stride)
    const two = tensors.filter((tensor) => tensor?.dims.length === 3 && tensor.dims[1] === cells)
    const classes = two.find((tensor) => tensor.dims[2] === classCount)
    const distances = two.find((tensor) => tensor !== classes && isDistance(tensor))
    const wanted = `stride ${stride} wants 1×${cells}×${classCount} and 1×${cells}×4·bins`
    if (two.length !== 2 || classes?.dims[0] !== 1 || distances === undefined) return `${wanted}, not ${said}`
    if (!(classes.data instanceof Float32Array) || !(distances.data instanceof Float32Array)) {
      return 'heads must be float32'
    }
    heads.push({ stride, columns, cells, classes: classes.data, distances: distances.data })
  }
  return heads
}

function isDistance({ dims }: Output): boolean {
  const width = dims[2] ?? 0
  return dims[0] === 1 && width % 4 === 0 && width >= 8 && width <= 4 * BINS_MAX
}

function decodeHead(head: Head, settings: Settings, into: Candidates): void {
  const { stride, columns, cells, classes, distances } = head
  const { classCount, scoreMin } = settings
  const bins = distances.length / cells / 4
  for (let cell = 0; cell < cells; cell++) {
    const at = cell * classCount
    let best = 0
    for (let c = 1; c < classCount; c++) if (classes[at + c]! > classes[at + best]!) best = c
    const score = classes[at + best]!
    if (!(score >= scoreMin[best]!)) continue
    const x = ((cell % columns) + 0.5) * stride
    const y = (Math.floor(cell / columns) + 0.5) * stride
    const side = 4 * cell * bins
    const left = x - stride * expectation(distances, side, bins)
    const top = y - stride * expectation(distances, side + bins, bins)
    const right = x + stride * expectation(distances, side + 2 * bins, bins)
    const bottom = y + stride * expectation(distances, side + 3 * bins, bins)
    into.add(left, top, right, bottom, Math.min(1, score), best)
  }
}

/** Mean of 0 … bins − 1 under softmax; the greatest is taken off first, so that nothing overflows. */
function expectation(values: Float32Array, from: number, bins: number): number {
  let greatest = -Infinity
  for (let bin = 0; bin < bins; bin++) greatest = Math.max(greatest, values[from + bin]!)
  let sum = 0
  let moment = 0
  for (let bin = 0; bin < bins; bin++) {
    const weight = Math.exp(values[from + bin]! - greatest)
    sum += weight
    moment += bin * weight
  }
  return moment / sum
}
