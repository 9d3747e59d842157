/**
 * One memory for all planes and masks of a camera, and the kernels that work in it (`kernels/*.as.ts`).
 *
 *     floats(), bytes() … ─▶ typed arrays over the memory ── byteOffset ──▶ kernel ──▶ the same memory
 *
 * Nothing is copied between stages: what a kernel writes the next one reads, and TypeScript sees it through its arrays.
 * The module is compiled once a process; every camera has an instance and a memory of its own, taken at construction.
 */
import { assert } from '../kit/assert.ts'
import { KERNELS_WASM } from './kernels/kernels.wasm.ts'
import { PLANE_PIXELS } from './standing.ts'

/** Below lies nothing: no loop that reads a few pixels before its plane leaves the memory. */
const START_BYTES = 4_096
const PAGE_BYTES = 65_536
const MEMORY_PAGES = 212

export type Kernel = (...addressesAndNumbers: number[]) => number

let compiled: WebAssembly.Module | null = null

export class Kernels {
  readonly #buffer: ArrayBuffer
  readonly #exports: Readonly<Record<string, unknown>>
  #end = START_BYTES

  constructor() {
    compiled ??= new WebAssembly.Module(Buffer.from(KERNELS_WASM, 'base64'))
    const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES })
    this.#buffer = memory.buffer as ArrayBuffer
    this.#exports = new WebAssembly.Instance(compiled, { env: { memory } }).exports
  }

  kernel(name: string): Kernel {
    const found = this.#exports[name]
    assert(typeof found === 'function', `there is no kernel ${name}`)
    return found as Kernel
  }

  bytes(count = PLANE_PIXELS): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, this.#take(count), count)
  }

  ints(count: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#buffer, this.#take(4 * count), count)
  }

  floats(count = PLANE_PIXELS): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#buffer, this.#take(4 * count), count)
  }

  doubles(count = PLANE_PIXELS): Float64Array<ArrayBuffer> {
    return new Float64Array(this.#buffer, this.#take(8 * count), count)
  }

  /** Whole cache lines, and room behind each: a load of sixteen bytes may reach over the end. */
  #take(bytes: number): number {
    const at = this.#end
    this.#end = at + 64 * Math.ceil((bytes + 16) / 64)
    assert(
      this.#end <= MEMORY_PAGES * PAGE_BYTES,
      'the memory is as large as everything that is taken from it',
    )
    return at
  }
}
