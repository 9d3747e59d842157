/**
 * A snapshot: a header that says what fits, a handful of numbers, and the arrays as they lie in memory.
 *
 *     'LSOC' version count │ numbers (float64) │ array, array, …  (little-endian, in the order given)
 *
 * A snapshot of another version or of other sizes is refused whole: half a memory is worse than none.
 */
const MAGIC = 0x434f534c
const VERSION = 2
const HEADER = 12

type Memorised = Float32Array | Float64Array | Uint8Array

interface Numbers {
  save(): number[]
  load(values: readonly number[]): void
}

export class Memory {
  readonly #arrays: readonly Memorised[]
  readonly #numbers: Numbers

  constructor(arrays: readonly Memorised[], numbers: Numbers) {
    this.#arrays = arrays
    this.#numbers = numbers
  }

  save(): Uint8Array {
    const numbers = this.#numbers.save()
    const bytes = new Uint8Array(this.#size(numbers.length))
    const view = new DataView(bytes.buffer)
    view.setUint32(0, MAGIC, true)
    view.setUint32(4, VERSION, true)
    view.setUint32(8, numbers.length, true)
    let at = HEADER
    for (const number of numbers) {
      view.setFloat64(at, number, true)
      at += 8
    }
    for (const array of this.#arrays) {
      bytes.set(bytesOf(array), at)
      at += array.byteLength
    }
    return bytes
  }

  load(bytes: Uint8Array): boolean {
    const numbers = this.#numbers.save()
    if (bytes.byteLength !== this.#size(numbers.length)) return false
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== VERSION) return false
    if (view.getUint32(8, true) !== numbers.length) return false
    const values = numbers.map((_, index) => view.getFloat64(HEADER + 8 * index, true))
    let at = HEADER + 8 * numbers.length
    for (const array of this.#arrays) {
      bytesOf(array).set(bytes.subarray(at, at + array.byteLength))
      at += array.byteLength
    }
    this.#numbers.load(values)
    return true
  }

  #size(numbers: number): number {
    return this.#arrays.reduce((sum, array) => sum + array.byteLength, HEADER + 8 * numbers)
  }
}

function bytesOf(array: Memorised): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
