/**
 * A small software painter: polygons with smooth edges, filled flat or with a gradient, into RGB bytes.
 *
 *     edges ─▶ signed area per pixel ─▶ running sum along the row = coverage 0..1 ─▶ blend
 *
 * Coverage is exact, not sampled, so a limb that moves by a tenth of a pixel changes by a tenth of its edge:
 * no crawling stair steps that a motion detector would take for life. Two loops of opposite sense make a hole.
 */
export type Rgb = readonly [r: number, g: number, b: number]
/** x, y, x, y, … in pixels. */
export type Outline = readonly number[]

export type Paint =
  | { readonly kind: 'flat'; readonly color: Rgb; readonly alpha: number }
  | {
      readonly kind: 'gradient'
      readonly from: Rgb
      readonly to: Rgb
      /** Where `from` and `to` lie. */
      readonly axis: readonly [x0: number, y0: number, x1: number, y1: number]
      readonly alpha: number
    }

export interface Extent {
  x1: number
  y1: number
  x2: number
  y2: number
}

export class Raster {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8ClampedArray
  /** Present in layers that are laid over others later; their colours are then premultiplied. */
  readonly alpha: Uint8ClampedArray | undefined
  readonly #cover: Float32Array

  constructor(width: number, height: number, options: { readonly layer: boolean } = { layer: false }) {
    this.width = width
    this.height = height
    this.rgb = new Uint8ClampedArray(width * height * 3)
    this.alpha = options.layer ? new Uint8ClampedArray(width * height) : undefined
    this.#cover = new Float32Array((width + 3) * (height + 1))
  }

  /** Fills the outlines together; returns what they cover of the picture, undefined when nothing. */
  fill(outlines: readonly Outline[], paint: Paint): Extent | undefined {
    const extent = this.#accumulate(outlines)
    if (!extent) return undefined
    const { width, rgb, alpha } = this
    const cover = this.#cover
    const span = extent.x2 - extent.x1 + 2
    const [r0, g0, b0] = paint.kind === 'flat' ? paint.color : paint.from
    const [r1, g1, b1] = paint.kind === 'flat' ? paint.color : paint.to
    const slope = paint.kind === 'flat' ? LEVEL : slopeOf(paint.axis)
    for (let y = extent.y1, row = 0; y < extent.y2; y++, row += span) {
      let sum = 0
      for (let x = extent.x1, at = row; x < extent.x2; x++, at++) {
        sum += cover[at]!
        cover[at] = 0
        const share = Math.min(1, Math.abs(sum)) * paint.alpha
        if (share < 0.004) continue
        const along = slope.x * x + slope.y * y + slope.start
        const step = along < 0 ? 0 : along > 1 ? 1 : along
        const p = (y * width + x) * 3
        const rest = 1 - share
        rgb[p] = rgb[p]! * rest + (r0 + (r1 - r0) * step) * share
        rgb[p + 1] = rgb[p + 1]! * rest + (g0 + (g1 - g0) * step) * share
        rgb[p + 2] = rgb[p + 2]! * rest + (b0 + (b1 - b0) * step) * share
        if (alpha) alpha[y * width + x] = 255 * share + alpha[y * width + x]! * rest
      }
      cover[row + span - 2] = 0
      cover[row + span - 1] = 0
    }
    return extent
  }

  /** Keeps the larger coverage, so that overlapping limbs throw one shadow. */
  stamp(outlines: readonly Outline[], mask: Uint8Array): Extent | undefined {
    const extent = this.#accumulate(outlines)
    if (!extent) return undefined
    const cover = this.#cover
    const span = extent.x2 - extent.x1 + 2
    for (let y = extent.y1, row = 0; y < extent.y2; y++, row += span) {
      let sum = 0
      for (let x = extent.x1, at = row; x < extent.x2; x++, at++) {
        sum += cover[at]!
        cover[at] = 0
        const share = Math.min(1, Math.abs(sum)) * 255
        const p = y * this.width + x
        if (share > mask[p]!) mask[p] = share
      }
      cover[row + span - 2] = 0
      cover[row + span - 1] = 0
    }
    return extent
  }

  /** Lays a layer of the same size over this picture. */
  lay(layer: Raster, { x1, y1, x2, y2 }: Extent): void {
    const over = layer.alpha!
    for (let y = y1; y < y2; y++) {
      for (let at = y * this.width + x1; at < y * this.width + x2; at++) {
        const opaque = over[at]!
        if (opaque === 0) continue
        const rest = (255 - opaque) / 255
        const p = at * 3
        this.rgb[p] = layer.rgb[p]! + this.rgb[p]! * rest
        this.rgb[p + 1] = layer.rgb[p + 1]! + this.rgb[p + 1]! * rest
        this.rgb[p + 2] = layer.rgb[p + 2]! + this.rgb[p + 2]! * rest
      }
    }
  }

  /** Becomes the mixture of two pictures, or layers, of its own size. */
  become(a: Raster, b: Raster, share: number): void {
    if (share === 0 || a === b) {
      this.rgb.set(a.rgb)
      if (this.alpha && a.alpha) this.alpha.set(a.alpha)
      return
    }
    mixBytes(this.rgb, a.rgb, b.rgb, share)
    if (this.alpha && a.alpha && b.alpha) mixBytes(this.alpha, a.alpha, b.alpha, share)
  }

  #accumulate(outlines: readonly Outline[]): Extent | undefined {
    const clipped = outlines.map((outline) => clip(outline, this.width, this.height))
    const extent = extentOf(clipped)
    if (!extent) return undefined
    const span = extent.x2 - extent.x1 + 2
    for (const outline of clipped) {
      for (let i = 0; i < outline.length; i += 2) {
        const j = i + 2 < outline.length ? i + 2 : 0
        const ax = outline[i]! - extent.x1
        const ay = outline[i + 1]! - extent.y1
        addEdge(this.#cover, span, ax, ay, outline[j]! - extent.x1, outline[j + 1]! - extent.y1)
      }
    }
    return extent
  }
}

export function flat(color: Rgb, alpha = 1): Paint {
  return { kind: 'flat', color, alpha }
}

export function times(color: Rgb, factor: Rgb | number): Rgb {
  const [fr, fg, fb] = typeof factor === 'number' ? [factor, factor, factor] : factor
  return [Math.min(255, color[0] * fr), Math.min(255, color[1] * fg), Math.min(255, color[2] * fb)]
}

export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share]
}

export function join(a: Extent | undefined, b: Extent | undefined): Extent | undefined {
  if (!a || !b) return a ?? b
  return {
    x1: Math.min(a.x1, b.x1),
    y1: Math.min(a.y1, b.y1),
    x2: Math.max(a.x2, b.x2),
    y2: Math.max(a.y2, b.y2),
  }
}

function mixBytes(out: Uint8ClampedArray, a: Uint8ClampedArray, b: Uint8ClampedArray, share: number): void {
  for (let i = 0; i < out.length; i++) out[i] = a[i]! + (b[i]! - a[i]!) * share
}

// What an edge adds to the signed area right of it, row by row; the running sum of a row is then its coverage.
function addEdge(cover: Float32Array, span: number, ax: number, ay: number, bx: number, by: number): void {
  if (ay === by) return
  const down = ay < by ? 1 : -1
  const x0 = ay < by ? ax : bx
  const y0 = Math.min(ay, by)
  const y1 = Math.max(ay, by)
  const slope = (bx - ax) / (by - ay)
  let x = x0
  for (let row = Math.floor(y0); row < y1; row++) {
    const height = Math.min(row + 1, y1) - Math.max(row, y0)
    const next = x + slope * height
    const area = height * down
    const left = Math.min(x, next)
    const right = Math.max(x, next)
    const first = Math.floor(left)
    const at = row * span + first
    if (right <= first + 1) {
      const middle = (left + right) / 2 - first
      cover[at] = cover[at]! + area * (1 - middle)
      cover[at + 1] = cover[at + 1]! + area * middle
    } else {
      addSlantedRow(cover, at, first, left, right, area)
    }
    x = next
  }
}

function addSlantedRow(
  cover: Float32Array,
  at: number,
  first: number,
  left: number,
  right: number,
  area: number,
): void {
  const perPixel = area / (right - left)
  const last = Math.ceil(right)
  let crossedSoFar = 0
  let shown = 0
  for (let column = first; column < last; column++, at++) {
    const from = Math.max(left, column)
    const to = Math.min(right, column + 1)
    const crossed = (to - from) * perPixel
    const inside = crossedSoFar + crossed * (column + 1 - (from + to) / 2)
    // `cover` holds differences: its running sum is `inside` in this column.
    cover[at] = cover[at]! + inside - shown
    shown = inside
    crossedSoFar += crossed
  }
  cover[at] = cover[at]! + area - shown
}

const LEVEL = { x: 0, y: 0, start: 0 }

/** How far along its axis a gradient is at a pixel: 0 at the first end, 1 at the second. */
function slopeOf([x0, y0, x1, y1]: readonly [number, number, number, number]) {
  const [dx, dy] = [x1 - x0, y1 - y0]
  const scale = 1 / Math.max(1e-6, dx * dx + dy * dy)
  return { x: dx * scale, y: dy * scale, start: -(x0 * dx + y0 * dy) * scale }
}

function extentOf(outlines: readonly Outline[]): Extent | undefined {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const outline of outlines) {
    for (let i = 0; i < outline.length; i += 2) {
      x1 = Math.min(x1, outline[i]!)
      x2 = Math.max(x2, outline[i]!)
      y1 = Math.min(y1, outline[i + 1]!)
      y2 = Math.max(y2, outline[i + 1]!)
    }
  }
  if (!(x2 > x1 && y2 > y1)) return undefined
  return { x1: Math.floor(x1), y1: Math.floor(y1), x2: Math.ceil(x2), y2: Math.ceil(y2) }
}

/** Sutherland and Hodgman's, against the four edges of the picture; most outlines lie inside and pass untouched. */
export function clip(outline: Outline, width: number, height: number): Outline {
  let inside = true
  for (let i = 0; i < outline.length; i += 2) {
    const x = outline[i]!
    const y = outline[i + 1]!
    if (x < 0 || y < 0 || x > width || y > height) inside = false
  }
  if (inside) return outline
  let kept = outline
  kept = clipEdge(kept, 0, 0, 1)
  kept = clipEdge(kept, 0, width, -1)
  kept = clipEdge(kept, 1, 0, 1)
  return clipEdge(kept, 1, height, -1)
}

function clipEdge(outline: Outline, axis: 0 | 1, limit: number, sign: 1 | -1): Outline {
  const kept: number[] = []
  for (let i = 0; i < outline.length; i += 2) {
    const j = i + 2 < outline.length ? i + 2 : 0
    const a = (outline[i + axis]! - limit) * sign
    const b = (outline[j + axis]! - limit) * sign
    if (a >= 0) kept.push(outline[i]!, outline[i + 1]!)
    if (a >= 0 !== b >= 0) {
      const share = a / (a - b)
      kept.push(
        outline[i]! + (outline[j]! - outline[i]!) * share,
        outline[i + 1]! + (outline[j + 1]! - outline[i + 1]!) * share,
      )
    }
  }
  return kept
}
