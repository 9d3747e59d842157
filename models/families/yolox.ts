/**
 * YOLOX: one prediction a grid cell, three grids in a row.
 *
 *     predictions  1 × N × (5 + classes)    N = cells of stride 8, then 16, then 32, row by row
 *     cell         [dx, dy, log w, log h, objectness, class…]   in strides; the sigmoids are in the graph
 *
 * A class's score can never exceed the objectness, so most cells are done after one comparison.
 */
import type { Candidates, Family, Output, Settings } from './family.ts'

const STRIDES = [8, 16, 32] as const

export const yolox: Family = {
  outputs: ['predictions'],
  wantsSize: false,

  refuse({ predictions }, settings) {
    const { inputWidth, inputHeight, classCount } = settings
    const cells = STRIDES.reduce((sum, stride) => sum + cellsOf(inputWidth, inputHeight, stride), 0)
    const wanted = [1, cells, 5 + classCount]
    if (predictions?.dims.join() === wanted.join() && predictions.data instanceof Float32Array) return null
    return `predictions must be float32 ${wanted.join('×')}, not ${predictions?.dims.join('×')}`
  },

  decode(outputs, settings, into) {
    const data = (outputs['predictions'] as Output).data as Float32Array
    let cell = 0
    for (const stride of STRIDES) {
      cell = decodeGrid(data, cell, stride, settings, into)
    }
  },
}

function cellsOf(width: number, height: number, stride: number): number {
  return Math.floor(width / stride) * Math.floor(height / stride)
}

function decodeGrid(
  data: Float32Array,
  firstCell: number,
  stride: number,
  settings: Settings,
  into: Candidates,
): number {
  const { classCount, scoreMin } = settings
  const columns = Math.floor(settings.inputWidth / stride)
  const rows = Math.floor(settings.inputHeight / stride)
  const lowest = scoreMin.reduce((low, score) => Math.min(low, score), 1)
  let at = firstCell * (5 + classCount)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at += 5 + classCount) {
      const objectness = data[at + 4]!
      if (!(objectness >= lowest)) continue
      let best = 0
      for (let c = 1; c < classCount; c++) if (data[at + 5 + c]! > data[at + 5 + best]!) best = c
      const score = objectness * data[at + 5 + best]!
      if (!(score >= scoreMin[best]!)) continue
      const x = (data[at]! + column) * stride
      const y = (data[at + 1]! + row) * stride
      const halfWidth = (Math.exp(data[at + 2]!) * stride) / 2
      const halfHeight = (Math.exp(data[at + 3]!) * stride) / 2
      into.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, Math.min(1, score), best)
    }
  }
  return firstCell + rows * columns
}
