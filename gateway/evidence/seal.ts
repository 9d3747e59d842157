/**
 * The box's signing key: Ed25519, made at first start, never a default, never leaving the box.
 *
 *     <storage>/keys/current            key id in use
 *     <storage>/keys/<id>.key.pem       private, mode 0600; gone once the key was rotated out
 *     <storage>/keys/<id>.pub.pem       public, kept for ever
 *     <storage>/keys/rotations.ndjson   "this key follows that one", each signed by the key that leaves
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
} from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isoTime } from '../kit/clock.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import { replaceFile, syncFolder, writeNew } from './disk.ts'

/** What sealing needs of a key; one in a security module fits as well. */
export interface Signer {
  readonly keyId: string
  readonly publicKeyPem: string
  /** SHA-256 of the SPKI DER, hex. */
  readonly fingerprint: string
  /** Rotation statements that led to this key, NDJSON; empty for a first key. */
  readonly rotations: string
  /** 64 bytes, raw Ed25519. */
  sign(data: Uint8Array): Buffer
}

function fingerprintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}

export function keyIdOf(key: KeyObject): string {
  return fingerprintOf(key).slice(0, 16)
}

class PrivateKeySigner implements Signer {
  readonly keyId: string
  readonly publicKeyPem: string
  readonly fingerprint: string
  readonly rotations: string
  readonly #key: KeyObject

  constructor(key: KeyObject, rotations: string) {
    const publicKey = createPublicKey(key)
    this.#key = key
    this.rotations = rotations
    this.publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    this.fingerprint = fingerprintOf(publicKey)
    this.keyId = keyIdOf(publicKey)
  }

  sign(data: Uint8Array): Buffer {
    return sign(null, data, this.#key)
  }
}

/** The key in use; the first call on a box makes it. */
export async function openSigner(folder: string): Promise<Signer> {
  const keyId = await currentKeyId(folder)
  if (keyId === null) return initKey(folder)
  const file = join(folder, `${keyId}.key.pem`)
  const pem = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fault('KEY_MISSING', { file, reason: reasonOf(error) }, error)
  })
  if (((await stat(file)).mode & 0o077) !== 0) throw fault('KEY_EXPOSED', { file })
  return new PrivateKeySigner(readPrivateKey(pem, file, keyId), await readRotations(folder))
}

export async function currentKeyId(folder: string): Promise<string | null> {
  const text = await readFile(join(folder, 'current'), 'utf8').catch(() => null) // No key yet is no fault.
  return text === null ? null : text.trim()
}

export async function initKey(folder: string): Promise<Signer> {
  if ((await currentKeyId(folder)) !== null) throw fault('KEY_EXISTS', { folder })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const signer = await makeKey(folder, '')
  await replaceFile(join(folder, 'current'), `${signer.keyId}\n`)
  return signer
}

/** A new key, vouched for by the old one, whose private half is then removed. A running gateway keeps its own until restart. */
export async function rotateKey(folder: string, wallMs: number): Promise<{ old: Signer; next: Signer }> {
  const old = await openSigner(folder)
  const next = await makeKey(folder, '')
  const statement = JSON.stringify({
    type: 'lushao.key-rotation.v1',
    oldKeyId: old.keyId,
    newKeyId: next.keyId,
    newPublicKey: next.publicKeyPem,
    rotatedAt: isoTime(wallMs),
  })
  const line = JSON.stringify({ statement, signature: old.sign(Buffer.from(statement)).toString('base64') })
  await replaceFile(join(folder, 'rotations.ndjson'), `${old.rotations}${line}\n`)
  await replaceFile(join(folder, 'current'), `${next.keyId}\n`)
  await rm(join(folder, `${old.keyId}.key.pem`), { force: true })
  return { old, next: await openSigner(folder) }
}

/** Every public key the box ever had as PEM, the one in use first. */
export async function exportKeys(folder: string): Promise<{ keyId: string; pem: string }[]> {
  const current = await currentKeyId(folder)
  if (current === null)
    throw fault('KEY_MISSING', { file: join(folder, 'current'), reason: 'no key was made yet' })
  const ids = (await readdir(folder))
    .filter((name) => name.endsWith('.pub.pem'))
    .map((name) => name.slice(0, -'.pub.pem'.length))
    .sort((a, b) => Number(b === current) - Number(a === current) || (a < b ? -1 : 1))
  return Promise.all(
    ids.map(async (keyId) => ({ keyId, pem: await readFile(join(folder, `${keyId}.pub.pem`), 'utf8') })),
  )
}

async function makeKey(folder: string, rotations: string): Promise<Signer> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const signer = new PrivateKeySigner(privateKey, rotations)
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  await writeNew(join(folder, `${signer.keyId}.key.pem`), Buffer.from(pem), 0o600)
  await writeNew(join(folder, `${signer.keyId}.pub.pem`), Buffer.from(signer.publicKeyPem))
  await syncFolder(folder)
  return signer
}

function readPrivateKey(pem: string, file: string, keyId: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (error) {
    throw fault('KEY_MISSING', { file, reason: reasonOf(error) }, error)
  }
  if (key.asymmetricKeyType !== 'ed25519' || keyIdOf(createPublicKey(key)) !== keyId) {
    throw fault('KEY_MISSING', { file, reason: 'it is another key than its name says' })
  }
  return key
}

async function readRotations(folder: string): Promise<string> {
  return readFile(join(folder, 'rotations.ndjson'), 'utf8').catch(() => '') // Never rotated.
}
