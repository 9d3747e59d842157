/**
 * From a frame's bytes to the network's tensor in one pass: resample, colour, normalise.
 *
 *     Y 640×360 ─ blend two rows ─▶ line ─ blend two columns ─┐
 *     U, V 320×180 ─ nearest ─▶ tables of what they add ──────┴─▶ one table: clamp, scale, mean, std ─▶ 3 planes
 *
 * The frame is stretched from the camera's shape; `aspect` gives the shape back, so that a letterbox lays the scene
 * as it is. Colour is BT.601 in video range, what FFmpeg assumes of an untagged stream. Luma is bilinear as the
 * networks were trained on, chroma nearest: it has half the lines anyway. Integers until the last table.
 */
import type { ModelInput } from '../../models/manifest.ts'
import { FRAME_HEIGHT, FRAME_WIDTH } from '../frames/frame.ts'
import { assert } from '../kit/assert.ts'

/** Luma carries two binary digits behind the point through all sums. */
const PARTS = 4
/** The farthest that chroma moves a colour below black or above white: 128 × 2.018 / 1.164, in parts. */
const REACH = 224 * PARTS
const TABLE = 256 * PARTS + 2 * REACH

/** Which part of the input the scene fills, and where each of its pixels comes from. */
interface Layout {
  readonly aspect: number
  readonly width: number
  readonly height: number
  readonly columns: Int32Array
  readonly columnWeights: Int32Array
  readonly rows: Int32Array
  readonly rowWeights: Int32Array
  readonly chromaColumns: Int32Array
}

export class Preprocessor {
  /** 3 × height × width, filled anew by every `lay`. */
  readonly tensor: Float32Array
  readonly #input: ModelInput
  readonly #tables: readonly Float32Array[]
  readonly #line = new Int32Array(FRAME_WIDTH + 1)
  readonly #layouts: Layout[] = []
  #laid: Layout | null = null

  constructor(input: ModelInput) {
    this.#input = input
    this.tensor = new Float32Array(3 * input.width * input.height)
    this.#tables = [0, 1, 2].map((plane) => makeTable(input, plane))
  }

  /** Returns the size of the scene within the input, pixels from the upper left. */
  lay(yuv: Uint8Array, aspect: number): { readonly width: number; readonly height: number } {
    const layout = this.#layoutFor(aspect)
    if (this.#laid !== layout) this.#pad()
    this.#laid = layout
    const { width, height, channels } = this.#input
    const planeSize = width * height
    const [red, blue] = channels === 'rgb' ? [0, 2] : [2, 0]
    for (let row = 0; row < layout.height; row++) {
      blendRows(yuv, layout.rows[row]!, layout.rowWeights[row]!, this.#line)
      paintRow(
        yuv,
        this.#line,
        layout,
        Math.min(FRAME_HEIGHT / 2 - 1, layout.rows[row]! >> 1),
        this.tensor,
        row * width,
        red * planeSize,
        planeSize,
        blue * planeSize,
        this.#tables[red]!,
        this.#tables[1]!,
        this.#tables[blue]!,
      )
    }
    return layout
  }

  #pad(): void {
    const planeSize = this.#input.width * this.#input.height
    for (let plane = 0; plane < 3; plane++) {
      const grey = normalise(this.#input, plane, this.#input.pad)
      this.tensor.fill(grey, plane * planeSize, (plane + 1) * planeSize)
    }
  }

  #layoutFor(aspect: number): Layout {
    const shape = this.#input.fit === 'stretch' ? 1 : aspect
    const known = this.#layouts.find((layout) => layout.aspect === shape)
    if (known !== undefined) return known
    assert(Number.isFinite(shape) && shape > 0.05 && shape < 20, 'a camera has a shape')
    if (this.#layouts.length === 16) this.#layouts.shift()
    const layout = makeLayout(this.#input, shape)
    this.#layouts.push(layout)
    return layout
  }
}

function makeLayout(input: ModelInput, aspect: number): Layout {
  let { width, height } = input
  if (input.fit === 'letterbox') {
    if (aspect * height > width) height = Math.max(1, Math.round(width / aspect))
    else width = Math.max(1, Math.round(height * aspect))
  }
  const [columns, columnWeights] = sampling(width, FRAME_WIDTH)
  const [rows, rowWeights] = sampling(height, FRAME_HEIGHT)
  const chromaColumns = Int32Array.from({ length: width }, (_, x) =>
    Math.floor(((x + 0.5) * (FRAME_WIDTH / 2)) / width),
  )
  return { aspect, width, height, columns, columnWeights, rows, rowWeights, chromaColumns }
}

/** For each of `to` pixels the left one of the two neighbours among `from`, and the right one's weight of 128. */
function sampling(to: number, from: number): [Int32Array, Int32Array] {
  const lefts = new Int32Array(to)
  const weights = new Int32Array(to)
  for (let i = 0; i < to; i++) {
    const place = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5))
    lefts[i] = Math.min(from - 2, Math.floor(place))
    weights[i] = Math.round((place - lefts[i]!) * 128)
  }
  return [lefts, weights]
}

function normalise(input: ModelInput, plane: number, value: number): number {
  return (value * input.scale - input.mean[plane]!) / input.std[plane]!
}

function makeTable(input: ModelInput, plane: number): Float32Array {
  return Float32Array.from({ length: TABLE }, (_, index) => {
    const colour = 1.164 * ((index - REACH) / PARTS - 16)
    return normalise(input, plane, Math.min(255, Math.max(0, colour)))
  })
}

const addsTo = (factor: number): Int32Array =>
  Int32Array.from({ length: 256 }, (_, chroma) => Math.round(((chroma - 128) * factor * PARTS) / 1.164))
const RED_OF_V = addsTo(1.596).map((sum) => sum + REACH)
const GREEN_OF_U = addsTo(-0.392).map((sum) => sum + REACH)
const GREEN_OF_V = addsTo(-0.813)
const BLUE_OF_U = addsTo(2.017).map((sum) => sum + REACH)

const U_AT = FRAME_WIDTH * FRAME_HEIGHT
const V_AT = U_AT + U_AT / 4

function blendRows(yuv: Uint8Array, row: number, weight: number, line: Int32Array): void {
  const above = 128 - weight
  let at = row * FRAME_WIDTH
  for (let x = 0; x < FRAME_WIDTH; x++, at++) line[x] = yuv[at]! * above + yuv[at + FRAME_WIDTH]! * weight
  line[FRAME_WIDTH] = line[FRAME_WIDTH - 1]!
}

// Twelve plain arguments: the loop is the gateway's hottest in JavaScript and looks nothing up.
function paintRow(
  yuv: Uint8Array,
  line: Int32Array,
  layout: Layout,
  chromaRow: number,
  tensor: Float32Array,
  rowAt: number,
  redAt: number,
  greenAt: number,
  blueAt: number,
  reds: Float32Array,
  greens: Float32Array,
  blues: Float32Array,
): void {
  const { columns, columnWeights, chromaColumns, width } = layout
  const uAt = U_AT + chromaRow * (FRAME_WIDTH / 2)
  const vAt = V_AT + chromaRow * (FRAME_WIDTH / 2)
  for (let x = 0; x < width; x++) {
    const left = columns[x]!
    const weight = columnWeights[x]!
    const luma = (line[left]! * (128 - weight) + line[left + 1]! * weight) >> 12
    const chroma = chromaColumns[x]!
    const u = yuv[uAt + chroma]!
    const v = yuv[vAt + chroma]!
    const at = rowAt + x
    tensor[redAt + at] = reds[luma + RED_OF_V[v]!]!
    tensor[greenAt + at] = greens[luma + GREEN_OF_U[u]! + GREEN_OF_V[v]!]!
    tensor[blueAt + at] = blues[luma + BLUE_OF_U[u]!]!
  }
}
