/**
 * The signatures of one package: Ed25519 always, SM2 when the bag has one, both over the tag manifest.
 *
 *     key in the bag, or a pinned one ─▶ whose signature fits ─▶ pinned, or vouched for by rotations? ─▶ revoked?
 *
 * The bag's key for the second signature is listed in the tag manifest, so the first signature vouches for it: who
 * pinned an Ed25519 key alone need not know the other. Who pinned an SM2 key means it.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { KEY_ROTATIONS, PUBLIC_KEY, SIGNATURE, SM2_PUBLIC_KEY, SM2_SIGNATURE, TAGMANIFEST } from './bag.ts'
import type { FindingCode } from './findings.ts'
import { type Algorithm, algorithmOf, followRotations, keyIdOf, verifySignature } from './seal.ts'

interface Bag {
  readonly files: ReadonlyMap<string, number>
  readonly trust: { readonly pinned: readonly KeyObject[]; readonly revoked: ReadonlySet<string> }
  read(name: string, bytesMax?: number): Promise<Buffer | null>
  find(code: FindingCode, item: string, detail?: string): void
}

interface Signatures {
  /** The key whose signature fits, whether or not it is trusted. */
  readonly keyId: string | null
  readonly sm2KeyId: string | null
  readonly publicKeys: readonly KeyObject[]
}

const PLACES = {
  Ed25519: { keyFile: PUBLIC_KEY, signatureFile: SIGNATURE, signed: TAGMANIFEST, keyBad: 'KEY_BAD' },
  SM2: {
    keyFile: SM2_PUBLIC_KEY,
    signatureFile: SM2_SIGNATURE,
    signed: SM2_SIGNATURE,
    keyBad: 'SM2_KEY_BAD',
  },
} as const satisfies Record<Algorithm, object>

export async function checkSignatures(bag: Bag): Promise<Signatures> {
  const first = await signerOf(bag, 'Ed25519')
  const hasSecond = bag.files.has(SM2_PUBLIC_KEY) || bag.files.has(SM2_SIGNATURE)
  const second = hasSecond ? await signerOf(bag, 'SM2') : null
  return {
    keyId: first && keyIdOf(first),
    sm2KeyId: second && keyIdOf(second),
    publicKeys: [first, second].filter((key) => key !== null),
  }
}

async function signerOf(bag: Bag, algorithm: Algorithm): Promise<KeyObject | null> {
  const { files, trust } = bag
  const { keyFile, signatureFile, signed, keyBad } = PLACES[algorithm]
  const tagmanifest = await bag.read(TAGMANIFEST)
  const signature = await bag.read(signatureFile, 4096)
  if (algorithm === 'Ed25519' && !files.has(TAGMANIFEST)) bag.find('MISSING', TAGMANIFEST)
  if (!files.has(signatureFile)) bag.find('MISSING', signatureFile)
  const inBag = readPublicKey(await bag.read(keyFile, 65_536), algorithm)
  if (inBag === null && files.has(keyFile)) bag.find(keyBad, keyFile)
  if (tagmanifest === null || signature === null) return null

  const pinned = trust.pinned.filter((key) => algorithmOf(key) === algorithm)
  const keys = inBag === null ? pinned : [inBag, ...pinned]
  const signer = keys.find((key) => verifySignature(key, tagmanifest, signature))
  if (signer === undefined) {
    bag.find('SIGNATURE_BAD', signed)
    return null
  }
  await judgeKey(bag, keyIdOf(signer), algorithm === 'Ed25519' || pinned.length > 0)
  return signer
}

async function judgeKey({ trust, read, find }: Bag, keyId: string, mustBePinned: boolean): Promise<void> {
  const rotations = (await read(KEY_ROTATIONS))?.toString('utf8') ?? ''
  const trusted = followRotations(trust.pinned, trust.revoked, rotations)
  if (trust.revoked.has(keyId)) find('KEY_REVOKED', keyId, '--revoked')
  else if (mustBePinned && trust.pinned.length > 0 && !trusted.has(keyId)) find('KEY_WRONG', keyId)
}

function readPublicKey(pem: Buffer | null, algorithm: Algorithm): KeyObject | null {
  if (pem === null) return null
  try {
    const key = createPublicKey(pem)
    return algorithmOf(key) === algorithm ? key : null
  } catch {
    return null // Reported by the caller, by the name of the file.
  }
}
