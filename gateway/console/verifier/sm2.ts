/**
 * SM2 signatures with SM3 (GB/T 32918.2) where there is no OpenSSL: the points are the library's, the equation is ours.
 *
 *     e = SM3(Z ‖ data)    t = r + s mod n    (x, y) = s·G + t·P    good: e + x ≡ r mod n
 *
 * Z is SM3 over the usual id, the curve and the public point, as `gateway/evidence/sm2.ts` has it.
 */
import { weierstrass } from '@noble/curves/abstract/weierstrass.js'

const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n
const CURVE = {
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
}
const Point = weierstrass({ ...CURVE, p: P, n: N, h: 1n })
const ID = new TextEncoder().encode('1234567812345678')

/** @param raw x and y of the public point, 64 bytes */
export function verifiesSm2(
  raw: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
  sm3: (bytes: Uint8Array) => Uint8Array,
): boolean {
  const [r, s] = twoNumbers(signature)
  const t = (r + s) % N
  if (r < 1n || r >= N || s < 1n || s >= N || t === 0n) return false
  const key = Point.fromAffine({ x: numberOf(raw.subarray(0, 32)), y: numberOf(raw.subarray(32)) })
  key.assertValidity()
  const bits = Uint8Array.from([0, ID.length * 8])
  const curve = [CURVE.a, CURVE.b, CURVE.Gx, CURVE.Gy].map(bytesOfNumber)
  const z = sm3(joined([bits, ID, ...curve, raw]))
  const e = numberOf(sm3(joined([z, data])))
  const { x } = Point.BASE.multiplyUnsafe(s).add(key.multiplyUnsafe(t)).toAffine()
  return (e + x) % N === r
}

/** SEQUENCE { r INTEGER, s INTEGER } as DER has it; throws when it is none. */
function twoNumbers(der: Uint8Array): [bigint, bigint] {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw new Error('no SEQUENCE')
  const numbers: bigint[] = []
  for (let at = 2; at < der.length; ) {
    const [tag = 0, length = 0, first = 0, second = 0] = der.subarray(at)
    const isShortest = !(first === 0 && length > 1 && second < 0x80)
    if (tag !== 0x02 || length < 1 || length > 33 || first >= 0x80 || !isShortest)
      throw new Error('no INTEGER')
    if (at + 2 + length > der.length) throw new Error('cut off')
    numbers.push(numberOf(der.subarray(at + 2, at + 2 + length)))
    at += 2 + length
  }
  const [r, s] = numbers
  if (r === undefined || s === undefined || numbers.length !== 2) throw new Error('not two numbers')
  return [r, s]
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n)
}

function bytesOfNumber(number: bigint): Uint8Array {
  const hex = number.toString(16).padStart(64, '0')
  return Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16))
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
