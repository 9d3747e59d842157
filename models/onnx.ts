/**
 * What an ONNX file says of itself, read without the network library: inputs, outputs, what its maker wrote.
 *
 *     ModelProto ─┬─ 2 producer            GraphProto ─┬─ 5 initializer (dims, where its data lies)
 *                 ├─ 7 graph ─────────────▶            ├─ 11 input, 12 output, 13 value: name, type, shape
 *                 └─ 14 metadata: key, value           └─ 1 node: attributes may hold tensors and graphs
 *
 * Only lengths and names are read, never weights; every length is checked against what is there, so a cut or
 * random file ends in a sentence. Two things that the library would do are refused here: to fetch weights from
 * other files of this machine, and to make room for a tensor that no detector needs.
 */

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
const TEXT_BYTES_MAX = 1 << 16
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

function readGraph(bytes: Uint8Array, depth: number): GraphParts {
  if (depth > DEPTH_MAX) throw new Error(`its graphs are nested more than ${DEPTH_MAX} deep`)
  const parts: GraphParts = { inputs: [], outputs: [], initializers: new Set() }
  for (const { number, part } of fieldsOf(bytes)) {
    if (number === 1) checkNode(part, depth)
    else if (number === 5) parts.initializers.add(checkTensor(part))
    else if (number === 11) parts.inputs.push(readValue(part))
    else if (number === 12) parts.outputs.push(readValue(part))
    else if (number === 13) readValue(part)
  }
  return parts
}

/** Attributes of a node that hold a tensor, a graph, or several. */
function checkNode(bytes: Uint8Array, depth: number): void {
  for (const { number, part } of fieldsOf(bytes)) {
    if (number !== 5) continue
    for (const inner of fieldsOf(part)) {
      if (inner.number === 5 || inner.number === 10) checkTensor(inner.part)
      else if (inner.number === 6 || inner.number === 11) readGraph(inner.part, depth + 1)
    }
  }
}

/** Returns its name. */
function checkTensor(bytes: Uint8Array): string {
  let name = ''
  const dims: number[] = []
  for (const { number, value, part } of fieldsOf(bytes)) {
    if (number === 1) dims.push(...(value === undefined ? varintsOf(part) : [value]))
    else if (number === 8) name = textOf(part)
    else if (number === 13 || (number === 14 && value === EXTERNAL)) {
      throw new Error(`its tensor ${name || '?'} lies in another file`)
    }
  }
  checkSize(`tensor ${name || '?'}`, dims)
  return name
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

// ── protobuf ──────────────────────────────────────────────────────────────────────────────────────────────────

interface Field {
  readonly number: number
  /** Of a varint. */
  readonly value: number | undefined
  /** Of a length and bytes; empty otherwise. */
  readonly part: Uint8Array
}

const NOTHING = new Uint8Array(0)

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  for (let at = 0; at < bytes.length; ) {
    const [key, from] = varintAt(bytes, at)
    const [number, wire] = [Math.floor(key / 8), key % 8]
    if (wire === 0) {
      const [value, end] = varintAt(bytes, from)
      yield { number, value, part: NOTHING }
      at = end
      continue
    }
    const [length, start] = wire === 2 ? varintAt(bytes, from) : [wire === 1 ? 8 : 4, from]
    if (wire !== 1 && wire !== 2 && wire !== 5) throw new Error('it is no ONNX file')
    at = start + length
    if (at > bytes.length) throw new Error('it is cut short, or no ONNX file')
    yield { number, value: undefined, part: bytes.subarray(start, at) }
  }
}

/** Above 2^53 a number loses its last bits; such a size or length is refused all the same. */
function varintAt(bytes: Uint8Array, from: number): [value: number, end: number] {
  let value = 0
  for (let at = from, factor = 1; at < from + 10; at++, factor *= 128) {
    const byte = bytes[at]
    if (byte === undefined) throw new Error('it is cut short, or no ONNX file')
    value += (byte & 127) * factor
    if (byte < 128) return [value, at + 1]
  }
  throw new Error('it is no ONNX file')
}

function varintsOf(bytes: Uint8Array): number[] {
  const values: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const [value, end] = varintAt(bytes, at)
    values.push(value)
    at = end
  }
  return values
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, TEXT_BYTES_MAX)).toString('utf8')
}
