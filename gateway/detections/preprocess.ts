/**
 * From a frame's bytes to the network's tensor in one pass: resample, colour, normalise.
 *
 *     Y 640×360 ─ blend two rows ─▶ line ─ blend two columns ─┐
 *     U, V 320×180 ─ nearest ─▶ what they add to a colour ────┴─▶ clamp ─▶ scale, mean, std ─▶ three planes
 *
 * The frame is stretched from the camera's shape; `aspect` gives the shape back, so that a letterbox lays the
 * scene as it is. Colour is BT.601 in video range, what FFmpeg assumes of an untagged stream. Luma is
 * bilinear as the networks were trained on, chroma nearest: it has half the lines anyway.
 *
 * The loops are WebAssembly SIMD (`lay.as.ts`); the tensor is a view of its memory, so the network reads what
 * the kernel wrote and nothing is copied in between.
 */
import type { ModelInput } from '../../models/manifest.ts'
import { FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH } from '../frames/frame.ts'
import { assert } from '../kit/assert.ts'
import type { Box } from '../kit/geometry.ts'
import { LAY_WASM } from './lay.wasm.ts'

type Lay = (...addressesAndSizes: number[]) => void

/** The kernel paints four columns at a time. */
const COLUMNS_MIN = 4
/** The whole picture as a view. */
export const WHOLE: Box = [0, 0, 1, 1]

export class Preprocessor {
  /** 3 × height × width, filled anew by every `lay`. */
  readonly tensor: Float32Array<ArrayBuffer>
  readonly #input: ModelInput
  readonly #lay: Lay
  readonly #yuv: Uint8Array
  /** int32 each, one an output column or row: where it comes from, and how much of the neighbour. */
  readonly #maps: Record<
    'columns' | 'columnWeights' | 'rows' | 'rowWeights' | 'chromaColumns' | 'chromaRows',
    Int32Array
  >
  readonly #line: Uint8Array
  readonly #adds: Float32Array
  readonly #factors: Float32Array
  #laid: {
    readonly aspect: number
    readonly view: Box
    readonly width: number
    readonly height: number
  } | null = null

  constructor(input: ModelInput) {
    const { width, height } = input
    this.#input = input
    const sizes = [FRAME_BYTES, 24 * (width + height), 2 * FRAME_WIDTH, 12 * width, 24, 12 * width * height]
    const pages = Math.ceil((sizes.reduce((sum, size) => sum + size + 16, 0) + 1_024) / 65_536)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    const buffer = memory.buffer as ArrayBuffer
    const kernel = new WebAssembly.Module(Buffer.from(LAY_WASM, 'base64'))
    this.#lay = new WebAssembly.Instance(kernel, { env: { memory } }).exports['lay'] as Lay

    let end = 1_024
    const take = (bytes: number) => {
      const at = end
      end = Math.ceil((at + bytes) / 16) * 16
      return at
    }
    const map = (count: number) => new Int32Array(buffer, take(4 * count), count)
    this.#yuv = new Uint8Array(buffer, take(FRAME_BYTES), FRAME_BYTES)
    this.#maps = {
      columns: map(width),
      columnWeights: map(width),
      rows: map(height),
      rowWeights: map(height),
      chromaColumns: map(width),
      chromaRows: map(height),
    }
    this.#line = new Uint8Array(buffer, take(2 * FRAME_WIDTH), 2 * FRAME_WIDTH)
    this.#adds = new Float32Array(buffer, take(12 * width), 3 * width)
    this.#factors = new Float32Array(buffer, take(24), 6)
    this.tensor = new Float32Array(buffer, take(12 * width * height), 3 * width * height)
    // (pixel × scale − mean) / std, as one factor and one term.
    for (let plane = 0; plane < 3; plane++) {
      this.#factors[plane] = input.scale / input.std[plane]!
      this.#factors[3 + plane] = -input.mean[plane]! / input.std[plane]!
    }
  }

  /** Lays a part of the frame. Returns its size within the input, pixels from the upper left. */
  lay(yuv: Uint8Array, aspect: number, view: Box): { readonly width: number; readonly height: number } {
    const same = this.#laid?.aspect === aspect && this.#laid.view.every((edge, at) => edge === view[at])
    const laid = same ? this.#laid! : this.#arrange(aspect, view)
    const { columns, columnWeights, rows, rowWeights, chromaColumns, chromaRows } = this.#maps
    this.#yuv.set(yuv)
    this.#lay(
      this.#yuv.byteOffset,
      columns.byteOffset,
      columnWeights.byteOffset,
      rows.byteOffset,
      rowWeights.byteOffset,
      chromaColumns.byteOffset,
      chromaRows.byteOffset,
      this.#line.byteOffset,
      this.#adds.byteOffset,
      this.#factors.byteOffset,
      this.tensor.byteOffset,
      laid.width,
      laid.height,
      this.#input.width,
      4 * this.#input.width * this.#input.height,
      4 * this.#input.width,
      this.#input.channels === 'bgr' ? 1 : 0,
    )
    return laid
  }

  /** Writes the maps for a view of a camera's picture and pads what the scene leaves free. */
  #arrange(aspect: number, view: Box) {
    assert(Number.isFinite(aspect) && aspect > 0.05 && aspect < 20, 'a camera has a shape')
    const [x1, y1, x2, y2] = view
    assert(x1 >= 0 && y1 >= 0 && x2 <= 1 && y2 <= 1 && x2 > x1 && y2 > y1, 'a view lies in the picture')
    const { fit, pad } = this.#input
    let { width, height } = this.#input
    if (fit === 'letterbox') {
      const shape = (aspect * (x2 - x1)) / (y2 - y1)
      if (shape * height > width) height = Math.max(1, Math.round(width / shape))
      else width = Math.max(COLUMNS_MIN, Math.round(height * shape))
    }
    const maps = this.#maps
    sample(maps.columns, maps.columnWeights, width, [x1, x2], FRAME_WIDTH)
    sample(maps.rows, maps.rowWeights, height, [y1, y2], FRAME_HEIGHT)
    nearest(maps.chromaColumns, width, [x1, x2], FRAME_WIDTH / 2)
    nearest(maps.chromaRows, height, [y1, y2], FRAME_HEIGHT / 2)
    // The kernel wants a column's place in bytes of int16, and both weights as two int16 of one load.
    for (let x = 0; x < width; x++) {
      maps.columns[x] = 2 * maps.columns[x]!
      maps.columnWeights[x] = (maps.columnWeights[x]! << 16) | (128 - maps.columnWeights[x]!)
    }
    const planeSize = this.tensor.length / 3
    for (let plane = 0; plane < 3; plane++) {
      const grey = pad * this.#factors[plane]! + this.#factors[3 + plane]!
      this.tensor.fill(grey, plane * planeSize, (plane + 1) * planeSize)
    }
    this.#laid = { aspect, view, width, height }
    return this.#laid
  }
}

type Span = readonly [from: number, to: number]

/**
 * For each of `to` pixels the first of the two neighbours among the `from` of a span (fractions), and the other
 * one's weight of 128.
 */
function sample(firsts: Int32Array, weights: Int32Array, to: number, [start, end]: Span, from: number): void {
  for (let i = 0; i < to; i++) {
    const place = Math.min(
      from - 1,
      Math.max(0, start * from + ((i + 0.5) * (end - start) * from) / to - 0.5),
    )
    firsts[i] = Math.min(from - 2, Math.floor(place))
    weights[i] = Math.round((place - firsts[i]!) * 128)
  }
}

function nearest(places: Int32Array, to: number, [start, end]: Span, from: number): void {
  for (let i = 0; i < to; i++) {
    places[i] = Math.min(from - 1, Math.floor(start * from + ((i + 0.5) * (end - start) * from) / to))
  }
}
