/**
 * The box's signing keys: Ed25519, and SM2 beside it when configured. Made at first start, never a default, never
 * leaving the box.
 *
 *     <storage>/keys/current            key id in use; current-sm2 the same for SM2
 *     <storage>/keys/<id>.key.pem       private, mode 0600; gone once the key was rotated out
 *     <storage>/keys/<id>.pub.pem       public, kept for ever
 *     <storage>/keys/rotations.ndjson   "this key follows that one", each signed by the key that leaves
 *     <storage>/keys/revocations.ndjson "this key is to be trusted no more", each signed by the key then in use
 *
 * A key id is the first 16 hex digits of the SHA-256 of the public key's SPKI DER. A bag carries its public key and
 * the rotations, but trust never comes from the bag: whoever verifies pins one key, and rotations lead on from it.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isoTime } from '../kit/clock.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import { syncFolder } from '../kit/growing-file.ts'
import { replaceFile, writeNew } from './disk.ts'
import type { Algorithm } from './public-key.ts'
import { isSm2Key, makeSm2Key, readSm2PrivateKey, signSm2, verifySm2 } from './sm2.ts'

/** What sealing needs of a key; one in a security module fits as well. */
export interface SigningKey {
  readonly keyId: string
  readonly publicKeyPem: string
  /** Ed25519: 64 bytes, raw. SM2: DER of two numbers. */
  sign(data: Uint8Array): Buffer
}

export interface Signer extends SigningKey {
  /** SHA-256 of the SPKI DER, hex. */
  readonly fingerprint: string
  /** Rotation statements that led to this key, NDJSON; empty for a first key. */
  readonly rotations: string
  /** Revocation statements of this box, NDJSON; empty as long as no key was revoked. */
  readonly revocations: string
  /** The second key; null when it is not configured. */
  readonly sm2: SigningKey | null
}

/** By algorithm: name of the file that names the key in use. */
const CURRENT: Readonly<Record<Algorithm, string>> = { Ed25519: 'current', SM2: 'current-sm2' }
export const REVOCATIONS_FILE = 'revocations.ndjson'

function fingerprintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}

export function keyIdOf(key: KeyObject): string {
  return fingerprintOf(key).slice(0, 16)
}

/** Ed25519 or SM2; null for a key of another kind. */
export function algorithmOf(publicKey: KeyObject): Algorithm | null {
  if (publicKey.asymmetricKeyType === 'ed25519') return 'Ed25519'
  return isSm2Key(publicKey) ? 'SM2' : null
}

export function verifySignature(publicKey: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  const algorithm = algorithmOf(publicKey)
  if (algorithm === null) return false
  return algorithm === 'SM2'
    ? verifySm2(publicKey, data, signature)
    : verify(null, data, publicKey, signature)
}

class PrivateKeySigner implements Signer {
  readonly keyId: string
  readonly publicKeyPem: string
  readonly fingerprint: string
  readonly rotations: string
  readonly revocations: string
  readonly sm2: SigningKey | null
  readonly #key: KeyObject

  constructor(
    key: KeyObject,
    {
      rotations = '',
      revocations = '',
      sm2 = null,
    }: Partial<Pick<Signer, 'rotations' | 'revocations' | 'sm2'>> = {},
  ) {
    const publicKey = createPublicKey(key)
    this.#key = key
    this.rotations = rotations
    this.revocations = revocations
    this.sm2 = sm2
    this.publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    this.fingerprint = fingerprintOf(publicKey)
    this.keyId = keyIdOf(publicKey)
  }

  sign(data: Uint8Array): Buffer {
    return isSm2Key(createPublicKey(this.#key)) ? signSm2(this.#key, data) : sign(null, data, this.#key)
  }
}

/** The keys in use; the first call on a box makes them. */
export async function openSigner(folder: string, { sm2 = false }: { sm2?: boolean } = {}): Promise<Signer> {
  if ((await currentKeyId(folder)) === null) await initKey(folder)
  if (sm2 && (await currentKeyId(folder, 'SM2')) === null) await makeCurrent(folder, 'SM2')
  const rotations = await readFile(join(folder, 'rotations.ndjson'), 'utf8').catch(() => '') // Never rotated.
  const revocations = await readFile(join(folder, REVOCATIONS_FILE), 'utf8').catch(() => '') // None revoked.
  const second = sm2 ? new PrivateKeySigner(await privateKeyInUse(folder, 'SM2')) : null
  return new PrivateKeySigner(await privateKeyInUse(folder, 'Ed25519'), {
    rotations,
    revocations,
    sm2: second,
  })
}

export async function currentKeyId(folder: string, algorithm: Algorithm = 'Ed25519'): Promise<string | null> {
  const text = await readFile(join(folder, CURRENT[algorithm]), 'utf8').catch(() => null) // No key yet is no fault.
  return text === null ? null : text.trim()
}

export async function initKey(folder: string): Promise<Signer> {
  if ((await currentKeyId(folder)) !== null) throw fault('KEY_EXISTS', { folder })
  return makeCurrent(folder, 'Ed25519')
}

async function makeCurrent(folder: string, algorithm: Algorithm): Promise<Signer> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const signer = await makeKey(folder, algorithm)
  await replaceFile(join(folder, CURRENT[algorithm]), `${signer.keyId}\n`)
  return signer
}

/**
 * New keys, each vouched for by the old one of its kind, whose private half is then removed. A running gateway keeps
 * its own until restart.
 */
export async function rotateKey(folder: string, wallMs: number): Promise<{ old: Signer; next: Signer }> {
  const sm2 = (await currentKeyId(folder, 'SM2')) !== null
  const old = await openSigner(folder, { sm2 })
  const made: [algorithm: Algorithm, from: SigningKey, to: SigningKey][] = [
    ['Ed25519', old, await makeKey(folder, 'Ed25519')],
  ]
  if (old.sm2 !== null) made.push(['SM2', old.sm2, await makeKey(folder, 'SM2')])
  const lines = made.map(([, from, to]) => {
    const statement = JSON.stringify({
      type: 'lushao.key-rotation.v1',
      oldKeyId: from.keyId,
      newKeyId: to.keyId,
      newPublicKey: to.publicKeyPem,
      rotatedAt: isoTime(wallMs),
    })
    return signedLine(statement, from)
  })
  await replaceFile(join(folder, 'rotations.ndjson'), `${old.rotations}${lines.join('')}`)
  for (const [algorithm, , to] of made) await replaceFile(join(folder, CURRENT[algorithm]), `${to.keyId}\n`)
  for (const [, from] of made) await rm(join(folder, `${from.keyId}.key.pem`), { force: true })
  return { old, next: await openSigner(folder, { sm2 }) }
}

/** A statement with its signature, a line of an NDJSON file. */
export function signedLine(statement: string, key: SigningKey): string {
  const signature = key.sign(Buffer.from(statement)).toString('base64')
  return `${JSON.stringify({ statement, signature })}\n`
}

/** Every public key the box ever had as PEM, the one in use first. */
export async function exportKeys(folder: string): Promise<{ keyId: string; pem: string }[]> {
  const current = await currentKeyId(folder)
  if (current === null)
    throw fault('KEY_MISSING', { file: join(folder, 'current'), reason: 'no key was made yet' })
  const inUse = [await currentKeyId(folder, 'SM2'), current]
  const ids = (await readdir(folder))
    .filter((name) => name.endsWith('.pub.pem'))
    .map((name) => name.slice(0, -'.pub.pem'.length))
    .sort((a, b) => inUse.indexOf(b) - inUse.indexOf(a) || (a < b ? -1 : 1))
  return Promise.all(
    ids.map(async (keyId) => ({ keyId, pem: await readFile(join(folder, `${keyId}.pub.pem`), 'utf8') })),
  )
}

async function makeKey(folder: string, algorithm: Algorithm): Promise<Signer> {
  const pem = algorithm === 'SM2' ? sm2Pem() : ed25519Pem()
  const signer = new PrivateKeySigner(createPrivateKey(pem))
  await writeNew(join(folder, `${signer.keyId}.key.pem`), Buffer.from(pem), 0o600)
  await writeNew(join(folder, `${signer.keyId}.pub.pem`), Buffer.from(signer.publicKeyPem))
  await syncFolder(folder)
  return signer
}

function ed25519Pem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function sm2Pem(): string {
  try {
    return makeSm2Key()
  } catch (error) {
    throw fault('SM2_UNAVAILABLE', { reason: reasonOf(error) }, error)
  }
}

async function privateKeyInUse(folder: string, algorithm: Algorithm): Promise<KeyObject> {
  const keyId = await currentKeyId(folder, algorithm)
  const file = join(folder, `${keyId}.key.pem`)
  const pem = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fault('KEY_MISSING', { file, reason: reasonOf(error) }, error)
  })
  if (((await stat(file)).mode & 0o077) !== 0) throw fault('KEY_EXPOSED', { file })
  let key: KeyObject
  try {
    key = algorithm === 'SM2' ? readSm2PrivateKey(pem) : createPrivateKey(pem)
  } catch (error) {
    throw fault('KEY_MISSING', { file, reason: reasonOf(error) }, error)
  }
  const publicKey = createPublicKey(key)
  if (algorithmOf(publicKey) !== algorithm || keyIdOf(publicKey) !== keyId) {
    throw fault('KEY_MISSING', { file, reason: 'it is another key than its name says' })
  }
  return key
}
