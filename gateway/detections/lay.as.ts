/**
 * The kernel of `preprocess.ts`: AssemblyScript, compiled to WebAssembly SIMD and kept as text in
 * `lay.wasm.ts`. Addresses come from outside; nothing is allocated. All arithmetic is exact or IEEE float32,
 * so every machine gets the same tensor.
 */
const WIDTH: i32 = 640
const HEIGHT: i32 = 360
const CHROMA_WIDTH: i32 = 320

/** Where a layout's maps lie: int32 each, one an output column or row. See `Layout` in preprocess.ts. */
export function lay(
  yuv: usize,
  columns: usize,
  columnWeights: usize,
  rows: usize,
  rowWeights: usize,
  chromaColumns: usize,
  chromaRows: usize,
  line: usize,
  adds: usize,
  factors: usize,
  tensor: usize,
  width: i32,
  height: i32,
  stride: i32,
  planeBytes: i32,
  addBytes: i32,
  bgr: i32,
): void {
  const red = adds + (bgr ? 2 * addBytes : 0)
  const blue = adds + (bgr ? 0 : 2 * addBytes)
  let chromaRow = -1
  for (let row = 0; row < height; row++) {
    blend(yuv + load<i32>(rows + 4 * row) * WIDTH, load<i32>(rowWeights + 4 * row), line)
    const wanted = load<i32>(chromaRows + 4 * row)
    if (wanted !== chromaRow) {
      chromaRow = wanted
      colour(yuv + WIDTH * HEIGHT + wanted * CHROMA_WIDTH, chromaColumns, width, red, adds + addBytes, blue)
    }
    paint(line, columns, columnWeights, width, adds, addBytes, factors, tensor + 4 * row * stride, planeBytes)
  }
}

/** Two rows of luma, weights of 128, into one of int16. */
function blend(row: usize, weight: i32, line: usize): void {
  const above = i16x8.splat((128 - weight) as i16)
  const below = i16x8.splat(weight as i16)
  for (let x = 0; x < WIDTH; x += 16) {
    const a = v128.load(row + x)
    const b = v128.load(row + x + WIDTH)
    const at = line + 2 * x
    v128.store(
      at,
      i16x8.add(i16x8.mul(i16x8.extend_low_i8x16_u(a), above), i16x8.mul(i16x8.extend_low_i8x16_u(b), below)),
    )
    v128.store(
      at + 16,
      i16x8.add(
        i16x8.mul(i16x8.extend_high_i8x16_u(a), above),
        i16x8.mul(i16x8.extend_high_i8x16_u(b), below),
      ),
    )
  }
}

/** What a row of chroma adds to luma in each output column, BT.601. */
function colour(us: usize, columns: usize, width: i32, red: usize, green: usize, blue: usize): void {
  const vs = us + (WIDTH * HEIGHT) / 4
  for (let x = 0; x < width; x++) {
    const column = load<i32>(columns + 4 * x)
    const u = (load<u8>(us + column) as f32) - 128
    const v = (load<u8>(vs + column) as f32) - 128
    store<f32>(red + 4 * x, (1.596 as f32) * v - (18.624 as f32))
    store<f32>(green + 4 * x, (-0.392 as f32) * u - (0.813 as f32) * v - (18.624 as f32))
    store<f32>(blue + 4 * x, (2.017 as f32) * u - (18.624 as f32))
  }
}

/** Four columns at a time; the last four may overlap the ones before. */
function paint(
  line: usize,
  columns: usize,
  weights: usize,
  width: i32,
  adds: usize,
  addBytes: i32,
  factors: usize,
  out: usize,
  planeBytes: i32,
): void {
  const level = f32x4.splat((1.164 / (128 * 128)) as f32)
  const black = f32x4.splat(0)
  const white = f32x4.splat(255)
  const scale0 = v128.load32_splat(factors)
  const scale1 = v128.load32_splat(factors + 4)
  const scale2 = v128.load32_splat(factors + 8)
  const offset0 = v128.load32_splat(factors + 12)
  const offset1 = v128.load32_splat(factors + 16)
  const offset2 = v128.load32_splat(factors + 20)
  for (let x = 0; x < width; x += 4) {
    if (x > width - 4) x = width - 4
    const at = columns + 4 * x
    // Two neighbours are one load of 32 bits; a dot product with their weights blends them.
    let pairs = v128.load32_zero(line + load<i32>(at))
    pairs = v128.load32_lane(line + load<i32>(at + 4), pairs, 1)
    pairs = v128.load32_lane(line + load<i32>(at + 8), pairs, 2)
    pairs = v128.load32_lane(line + load<i32>(at + 12), pairs, 3)
    const sums = i32x4.dot_i16x8_s(pairs, v128.load(weights + 4 * x))
    const luma = f32x4.mul(f32x4.convert_i32x4_s(sums), level)
    const add = adds + 4 * x
    const to = out + 4 * x
    const first = f32x4.pmin(f32x4.pmax(f32x4.add(luma, v128.load(add)), black), white)
    v128.store(to, f32x4.add(f32x4.mul(first, scale0), offset0))
    const second = f32x4.pmin(f32x4.pmax(f32x4.add(luma, v128.load(add + addBytes)), black), white)
    v128.store(to + planeBytes, f32x4.add(f32x4.mul(second, scale1), offset1))
    const third = f32x4.pmin(f32x4.pmax(f32x4.add(luma, v128.load(add + 2 * addBytes)), black), white)
    v128.store(to + 2 * planeBytes, f32x4.add(f32x4.mul(third, scale2), offset2))
  }
}
