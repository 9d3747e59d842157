/**
 * What an ONNX file says of itself, read without the network library: inputs, outputs, what its maker wrote.
 *
 *     ModelProto ─┬─ 2 producer            GraphProto ─┬─ 5 initializer (dims, where its data lies)
 *                 ├─ 7 graph ─────────────▶            ├─ 11 input, 12 output, 13 value: name, type, shape
 *                 └─ 14 metadata: key, value           └─ 1 node: attributes may hold tensors and graphs
 *
 * Only lengths and names are read, never weights; every length is checked against what is there, so a cut or
 * random file ends in a sentence. Two things that the library would do are refused here: to fetch weights from
 * other files of this machine, and to make room for a tensor that no detector needs, where its size is declared
 * or is a constant of the graph.
 */
import { fieldsOf, numbersOf, textOf } from './protobuf.ts'

export interface OnnxValue {
  readonly name: string
  /** As the library names it: float32, float16, uint8, int64 …; `?` when the file does not say. */
  readonly type: string
  /** A dimension that varies is a name. */
  readonly shape: readonly (number | string)[]
}

export interface OnnxFile {
  readonly producer: string
  /** Without the weights that old exporters list as inputs. */
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly metadata: ReadonlyMap<string, string>
}

/** 128 MiB as float32: ten times the largest output of the families. */
const VALUES_MAX = 1 << 25
const ENTRIES_MAX = 256
/** Graphs within graphs (If, Loop); real ones have two or three. */
const DEPTH_MAX = 8
const TYPES: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  10: 'float16',
  11: 'float64',
}
const EXTERNAL = 1
const INT64 = 7
/** Operators that make room by a list of sizes or repeats, and which of their inputs that is. */
const MAKING_ROOM: Readonly<Record<string, number>> = { Expand: 1, ConstantOfShape: 0, Tile: 1 }
/** No tensor has more dimensions. */
const SIZES_MAX = 16

/** @throws Error whose message says what is wrong with the file. */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  let producer = ''
  let graph: GraphParts | null = null
  const metadata = new Map<string, string>()
  for (const { number, part, value } of fieldsOf(bytes)) {
    if (number === 2) producer = textOf(part)
    else if (number === 7) graph = readGraph(part, 0)
    else if (number === 14 && metadata.size < ENTRIES_MAX) metadata.set(...entryOf(part))
    else if (number === 1 && value === undefined) throw new Error('it is no ONNX file')
  }
  if (graph === null) throw new Error('it has no graph')
  const { inputs, outputs, initializers } = graph
  return { producer, outputs, metadata, inputs: inputs.filter(({ name }) => !initializers.has(name)) }
}

interface GraphParts {
  readonly inputs: OnnxValue[]
  readonly outputs: OnnxValue[]
  readonly initializers: Set<string>
}

/** Short lists of integers that are known before the graph runs, by name. */
type Sizes = Map<string, readonly number[]>

function readGraph(bytes: Uint8Array, depth: number, outer: Sizes = new Map()): GraphParts {
  if (depth > DEPTH_MAX) throw new Error(`its graphs are nested more than ${DEPTH_MAX} deep`)
  const parts: GraphParts = { inputs: [], outputs: [], initializers: new Set() }
  const sizes: Sizes = new Map(outer)
  const nodes: Uint8Array[] = []
  for (const { number, part } of fieldsOf(bytes)) {
    if (number === 1) nodes.push(part)
    else if (number === 5) {
      const { name, integers } = readTensor(part)
      parts.initializers.add(name)
      if (integers !== null) sizes.set(name, integers)
    } else if (number === 11) parts.inputs.push(readValue(part))
    else if (number === 12) parts.outputs.push(readValue(part))
    else if (number === 13) readValue(part)
  }
  for (const node of nodes) checkNode(node, depth, sizes)
  return parts
}

/** Attributes of a node that hold a tensor, a graph, or several; and how much room the node makes. */
function checkNode(bytes: Uint8Array, depth: number, sizes: Sizes): void {
  const inputs: string[] = []
  let output = ''
  let operator = ''
  for (const { number, part } of fieldsOf(bytes)) {
    if (number === 1) inputs.push(textOf(part))
    else if (number === 2 && output === '') output = textOf(part)
    else if (number === 4) operator = textOf(part)
    if (number !== 5) continue
    for (const inner of fieldsOf(part)) {
      if (inner.number === 6 || inner.number === 11) readGraph(inner.part, depth + 1, sizes)
      if (inner.number !== 5 && inner.number !== 10) continue
      const { integers } = readTensor(inner.part)
      if (integers !== null) sizes.set(output, integers)
    }
  }
  const room = sizes.get(inputs[MAKING_ROOM[operator] ?? -1] ?? '')
  if (room !== undefined) checkSize(`${operator} to ${output}`, room)
}

/** Of a tensor's data only short lists of integers are looked at: they may be sizes. */
function readTensor(bytes: Uint8Array): { name: string; integers: readonly number[] | null } {
  let name = ''
  let type = 0
  let raw: Uint8Array | null = null
  const dims: number[] = []
  const integers: number[] = []
  for (const field of fieldsOf(bytes)) {
    const { number, value, part } = field
    if (number === 1) dims.push(...numbersOf(field))
    else if (number === 2) type = value ?? 0
    else if (number === 7 && part.length <= 10 * SIZES_MAX && integers.length <= SIZES_MAX) {
      integers.push(...numbersOf(field))
    } else if (number === 8) name = textOf(part)
    else if (number === 9) raw = part
    else if (number === 13 || (number === 14 && value === EXTERNAL)) {
      throw new Error(`its tensor ${name || '?'} lies in another file`)
    }
  }
  checkSize(`tensor ${name || '?'}`, dims)
  if (type !== INT64) return { name, integers: null }
  if (raw !== null && raw.length <= 8 * SIZES_MAX && raw.length % 8 === 0) {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.length)
    for (let at = 0; at < raw.length; at += 8) integers.push(Number(view.getBigInt64(at, true)))
  }
  return { name, integers: integers.length > 0 && integers.length <= SIZES_MAX ? integers : null }
}

function readValue(bytes: Uint8Array): OnnxValue {
  let name = ''
  let type = '?'
  let shape: (number | string)[] = []
  for (const { number, part } of fieldsOf(bytes)) {
    if (number === 1) name = textOf(part)
    if (number !== 2) continue
    for (const kind of fieldsOf(part)) {
      if (kind.number !== 1) continue
      for (const inner of fieldsOf(kind.part)) {
        if (inner.number === 1) type = TYPES[inner.value ?? 0] ?? '?'
        else if (inner.number === 2) shape = shapeOf(inner.part)
      }
    }
  }
  checkSize(name, shape)
  return { name, type, shape }
}

function shapeOf(bytes: Uint8Array): (number | string)[] {
  const shape: (number | string)[] = []
  for (const { number, part } of fieldsOf(bytes)) {
    if (number !== 1) continue
    let dim: number | string = '?'
    for (const inner of fieldsOf(part)) {
      // Minus one, as some exporters write "varies", is a very large number here.
      if (inner.number === 1) dim = inner.value === undefined || inner.value >= 2 ** 63 ? '?' : inner.value
      else if (inner.number === 2) dim = textOf(inner.part)
    }
    shape.push(dim)
  }
  return shape
}

function checkSize(name: string, shape: readonly (number | string)[]): void {
  const known = shape.filter((dim) => typeof dim === 'number')
  const values = known.reduce((product, dim) => product * dim, 1)
  if (values > VALUES_MAX)
    throw new Error(`its ${name} has ${values} values, at most ${VALUES_MAX} are taken`)
}

function entryOf(bytes: Uint8Array): [key: string, value: string] {
  const entry: [string, string] = ['', '']
  for (const { number, part } of fieldsOf(bytes)) {
    if (number === 1 || number === 2) entry[number - 1] = textOf(part)
  }
  return entry
}
