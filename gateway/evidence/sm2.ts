/**
 * SM2 signatures with SM3 (GB/T 32918.2), for those who ask for the national algorithms beside Ed25519.
 *
 *     Z = SM3(bits of the id ‖ id ‖ a ‖ b ‖ G ‖ public point)      signature over SM3(Z ‖ data), DER of (r, s)
 *
 * OpenSSL signs and verifies; Node reaches it, with one thing missing: it cannot tell OpenSSL the id that Z begins
 * with. So Z is hashed here, in front of the data, which is what the standard says and what `openssl dgst -sm3 -sigopt
 * distid:…` does. A key must have come from PEM or DER: one fresh from the generator would sign as ECDSA does.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'

/** The id that everybody uses who has agreed on none (GM/T 0009). */
export const SM2_DISTINGUISHING_ID = '1234567812345678'

/** a, b, x and y of G: the curve sm2p256v1 (GB/T 32918.5). */
const CURVE = Buffer.from(
  'FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC' +
    '28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93' +
    '32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7' +
    'BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0',
  'hex',
)
/** SPKI of an uncompressed point on that curve; the 64 bytes of x and y follow. */
const SPKI_HEAD = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d03420004', 'hex')

export function isSm2Key(publicKey: KeyObject): boolean {
  if (publicKey.type !== 'public') return false
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return der.length === SPKI_HEAD.length + 64 && der.subarray(0, SPKI_HEAD.length).equals(SPKI_HEAD)
}

/** Throws where OpenSSL was built without SM2. */
export function makeSm2Key(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** @param privateKey read from PEM or DER */
export function signSm2(privateKey: KeyObject, data: Uint8Array): Buffer {
  return createSign('sm3')
    .update(zOf(createPublicKey(privateKey)))
    .update(data)
    .sign(privateKey)
}

export function verifySm2(publicKey: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return createVerify('sm3').update(zOf(publicKey)).update(data).verify(fresh(publicKey), signature)
  } catch {
    return false // A signature that is no DER of two numbers.
  }
}

export function readSm2PrivateKey(pem: string): KeyObject {
  const key = createPrivateKey(pem)
  if (!isSm2Key(createPublicKey(key))) throw new Error('no SM2 key')
  return key
}

function zOf(publicKey: KeyObject): Buffer {
  const id = Buffer.from(SM2_DISTINGUISHING_ID)
  const bits = Buffer.alloc(2)
  bits.writeUInt16BE(id.length * 8)
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(SPKI_HEAD.length)
  return createHash('sm3').update(bits).update(id).update(CURVE).update(point).digest()
}

/** Whatever it was made from: OpenSSL takes it for SM2, not for ECDSA, only when it was decoded. */
function fresh(publicKey: KeyObject): KeyObject {
  return createPublicKey({
    key: publicKey.export({ type: 'spki', format: 'der' }),
    type: 'spki',
    format: 'der',
  })
}
