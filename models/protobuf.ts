/**
 * Protocol buffers, as far as names, numbers and lengths go; bytes stay where they are.
 *
 *     field = varint (number × 8 + wire type), then a varint (0), eight bytes (1), length and bytes (2), four bytes (5)
 *
 * Every length is checked against what is there, so a file that is cut short or no file of this kind ends in a
 * sentence.
 */

export interface Field {
  readonly number: number
  /** Of a varint. */
  readonly value: number | undefined
  /** Of a length and bytes; empty otherwise. */
  readonly part: Uint8Array
}

const NOTHING = new Uint8Array(0)
const TEXT_BYTES_MAX = 1 << 16

/** @throws Error whose message says what is wrong. */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
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

/** Numbers of a repeated field: one, or several packed. */
export function numbersOf({ value, part }: Field): number[] {
  if (value !== undefined) return [value]
  const values: number[] = []
  for (let at = 0; at < part.length; ) {
    const [next, end] = varintAt(part, at)
    values.push(next)
    at = end
  }
  return values
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, TEXT_BYTES_MAX)).toString('utf8')
}

/** Above 2^53 a number loses its last bits; below zero it is above 2^63. */
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
