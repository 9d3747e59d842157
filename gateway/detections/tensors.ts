/**
 * A network's edges that are not float32 planes: half floats, bytes, pixel by pixel.
 *
 *     planes float32 ─▶ float16 │ uint8 │ int8, as planes or as pixels ─▶ network ─▶ float16 ─▶ float32 ─▶ family
 *
 * A network that is quantised inside has float32 edges and needs none of this. What the edges are stands in the
 * file itself, so no manifest can be wrong about it. Node 20 has no half floats: the library takes and gives
 * them as uint16, and where a newer Node has them, as Float16Array over the same bytes.
 */
import { type InferenceSession, Tensor } from 'onnxruntime-node'
import type { ModelInput, Output } from '../../models/manifest.ts'

type Whole = Float32Array<ArrayBuffer>

export interface NetworkInput {
  readonly tensor: Tensor
  /** Brings what lies in the planes to the tensor. */
  fill(): void
}

/** Null when the network takes another kind of numbers. */
export function openInput(session: InferenceSession, input: ModelInput, planes: Whole): NetworkInput | null {
  const { name, layout, width, height } = input
  const type = typeOf(session, name)
  const dims = layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3]
  if (type === 'float32' && layout === 'nchw') {
    return { tensor: new Tensor('float32', planes, dims), fill: () => undefined }
  }
  const edge = EDGES[type]?.(planes.length)
  if (edge === undefined) return null
  const tensor = new Tensor(type as 'float32', edge.values as Whole, dims)
  const step = layout === 'nchw' ? 1 : 3
  const size = width * height
  const fill = () => {
    for (let plane = 0; plane < 3; plane++) {
      const from = planes.subarray(plane * size, (plane + 1) * size)
      edge.convert(from, layout === 'nchw' ? plane * size : plane, step)
    }
  }
  return { tensor, fill }
}

function typeOf(session: InferenceSession, name: string): string {
  const found = session.inputMetadata.find((value) => value.name === name)
  return found?.isTensor ? found.type : 'unknown'
}

type Convert = (from: Float32Array, at: number, step: number) => void
interface Edge {
  readonly values: ArrayBufferView
  readonly convert: Convert
}

/** By the library's name of the type. */
const EDGES: Readonly<Record<string, (length: number) => Edge>> = {
  float32: (length) => {
    const values = new Float32Array(length)
    return { values, convert: (from, at, step) => scatter(from, values, at, step) }
  },
  float16: (length) => {
    const values = new Uint16Array(length)
    return { values, convert: (from, at, step) => scatterHalves(from, values, at, step) }
  },
  uint8: (length) => {
    const clamped = new Uint8ClampedArray(length)
    const values = new Uint8Array(clamped.buffer)
    return { values, convert: (from, at, step) => scatter(from, clamped, at, step) }
  },
  int8: (length) => {
    const values = new Int8Array(length)
    return { values, convert: (from, at, step) => scatterSigned(from, values, at, step) }
  },
}

/** A clamped array rounds and clamps by itself. */
function scatter(from: Float32Array, to: Float32Array | Uint8ClampedArray, at: number, step: number): void {
  for (let i = 0; i < from.length; i++) to[at + i * step] = from[i]!
}

function scatterSigned(from: Float32Array, to: Int8Array, at: number, step: number): void {
  for (let i = 0; i < from.length; i++) {
    to[at + i * step] = Math.max(-128, Math.min(127, Math.round(from[i]!)))
  }
}

/** Nearest half float, ties to even; beyond 65 504 infinity, below 2^-14 what is left of the bits. */
function scatterHalves(from: Float32Array, to: Uint16Array, at: number, step: number): void {
  const bits = new Uint32Array(from.buffer, from.byteOffset, from.length)
  for (let i = 0; i < from.length; i++) {
    const sign = (bits[i]! >>> 16) & 0x8000
    const size = bits[i]! & 0x7fff_ffff
    let half: number
    if (size >= 0x4780_0000) half = size > 0x7f80_0000 ? 0x7e00 : 0x7c00
    else if (size >= 0x3880_0000) half = (size + 0xfff + ((size >>> 13) & 1) - 0x3800_0000) >>> 13
    else half = Math.fround(Math.abs(from[i]!) * 0x100_0000 + 0x80_0000) - 0x80_0000
    to[at + i * step] = sign | half
  }
}

/** Half floats made whole; everything else as it comes. */
export function asOutput(tensor: Tensor): Output {
  if (tensor.type !== 'float16') return tensor as unknown as Output
  const { buffer, byteOffset, length } = tensor.data as unknown as Uint16Array
  const halves = new Uint16Array(buffer, byteOffset, length)
  wholes ??= wholeOfEveryHalf()
  const data = new Float32Array(length)
  for (let i = 0; i < length; i++) data[i] = wholes[halves[i]!]!
  return { dims: tensor.dims, data }
}

let wholes: Float32Array | null = null

/** 256 KiB, made when the first half float comes. */
function wholeOfEveryHalf(): Float32Array {
  return Float32Array.from({ length: 0x1_0000 }, (_, half) => {
    const sign = half < 0x8000 ? 1 : -1
    const exponent = (half >>> 10) & 0x1f
    const fraction = half & 0x3ff
    if (exponent === 0) return sign * fraction * 2 ** -24
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
  })
}
