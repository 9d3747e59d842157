/**
 * What the kernels share: the size of the plane, and two pixels at a time in float64.
 *
 * Planes are float32. What decides or is kept from look to look is computed in float64 between a load and a store,
 * as loops over typed arrays would, bit for bit; gradients, detail and what is only compared in steps are computed in
 * float32. No sum depends on the machine. Masks are bytes, sixteen at a time.
 */
export const WIDTH: i32 = 320
export const HEIGHT: i32 = 180
export const PIXELS: i32 = 57600
/** Pixels in one load of a mask; a row is a whole number of them. */
export const BLOCK: i32 = 16

/**
 * What an inner loop does not change goes through memory before the loop: the engine would otherwise sink the whole
 * computation into the loop and do it in every round, which cost the loops here up to four fifths of their time.
 */
const HELD = memory.data<f64>([0, 0])

/** An address or a count. */
export function keep(value: usize): usize {
  store<usize>(HELD, value)
  return load<usize>(HELD)
}

/** A number in both lanes. */
export function both(value: f64): v128 {
  store<f64>(HELD, value)
  return v128.load64_splat(HELD)
}

/** A number in all four lanes. */
export function all(value: f32): v128 {
  store<f32>(HELD, value)
  return v128.load32_splat(HELD)
}

/** Two float32 from memory, widened. */
export function two(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at))
}

/** Rounds two float64 and stores them as float32. */
export function put(at: usize, values: v128): void {
  v128.store64_lane(at, f32x4.demote_f64x2_zero(values), 0)
}

export function one(at: usize): f64 {
  return load<f32>(at) as f64
}

/** Luma above black: what light multiplies. */
export function lightOf(luma: f64): f64 {
  return luma > 12 ? luma - 10 : 2
}

/** The least difference that means something at this brightness. */
export function floorAt(brightness: f64): f64 {
  return min(max(2.5 + 0.07 * brightness, 4.5), 11)
}

/** Whether any of sixteen bytes is set. */
export function anyOf(at: usize): bool {
  return v128.any_true(v128.load(at))
}

/** Four masks of 32 bits as four bytes of 0 or 1. */
export function bytesOf(lanes: v128): u32 {
  const halves = i16x8.narrow_i32x4_s(lanes, lanes)
  return (i32x4.extract_lane(i8x16.narrow_i16x8_s(halves, halves), 0) as u32) & 0x01010101
}
