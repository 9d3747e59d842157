/**
 * The signatures of one package: Ed25519 always, SM2 when the bag has one, both over the tag manifest.
 *
 *     key in the bag, or a pinned one ─▶ whose signature fits ─▶ pinned, or vouched for by rotations? ─▶ revoked?
 *
 * The bag's key for the second signature is listed in the tag manifest, so the first signature vouches for it: who
 * pinned an Ed25519 key alone need not know the other. Who pinned an SM2 key means it.
 */
import { KEY_ROTATIONS, PUBLIC_KEY, SIGNATURE, SM2_PUBLIC_KEY, SM2_SIGNATURE, TAGMANIFEST } from './bag.ts'
import { type Tools, textOf } from './bag-source.ts'
import type { FindingCode } from './findings.ts'
import {
  type Algorithm,
  isPinned,
  type PublicKey,
  readPublicKeys,
  type Trust,
  trustedKeys,
} from './public-key.ts'

interface Bag {
  readonly files: ReadonlyMap<string, number>
  readonly trust: Trust
  readonly tools: Tools
  read(name: string, bytesMax?: number): Promise<Uint8Array | null>
  find(code: FindingCode, item: string, detail?: string): void
}

interface Signatures {
  /** The key whose signature fits, whether or not it is trusted. */
  readonly keyId: string | null
  readonly sm2KeyId: string | null
  readonly publicKeys: readonly PublicKey[]
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
    keyId: first?.keyId ?? null,
    sm2KeyId: second?.keyId ?? null,
    publicKeys: [first, second].filter((key) => key !== null),
  }
}

async function signerOf(bag: Bag, algorithm: Algorithm): Promise<PublicKey | null> {
  const { files, trust, tools } = bag
  const { keyFile, signatureFile, signed, keyBad } = PLACES[algorithm]
  const tagmanifest = await bag.read(TAGMANIFEST)
  const signature = await bag.read(signatureFile, 4096)
  if (algorithm === 'Ed25519' && !files.has(TAGMANIFEST)) bag.find('MISSING', TAGMANIFEST)
  if (!files.has(signatureFile)) bag.find('MISSING', signatureFile)
  const pem = await bag.read(keyFile, 65_536)
  const inBag = pem === null ? null : (readPublicKeys(textOf(pem), tools)[0] ?? null)
  const isRight = inBag?.algorithm === algorithm
  if (!isRight && files.has(keyFile)) bag.find(keyBad, keyFile)
  if (tagmanifest === null || signature === null) return null

  const pinned = trust.pinned.filter((key) => key.algorithm === algorithm)
  const keys = isRight ? [inBag, ...pinned] : pinned
  const signer = keys.find((key) => tools.verifies(key, tagmanifest, signature))
  if (signer === undefined) {
    bag.find('SIGNATURE_BAD', signed)
    return null
  }
  await judgeKey(bag, signer, algorithm === 'Ed25519' || pinned.length > 0)
  return signer
}

async function judgeKey({ trust, tools, read, find }: Bag, signer: PublicKey, mustBePinned: boolean) {
  const bytes = await read(KEY_ROTATIONS)
  const rotations = bytes === null ? '' : textOf(bytes)
  const trusted = trustedKeys(trust, signer, rotations, tools)
  if (trust.revoked.has(signer.keyId)) find('KEY_REVOKED', signer.keyId, '--revoked')
  else if (mustBePinned && isPinned(trust) && !trusted.has(signer.keyId)) find('KEY_WRONG', signer.keyId)
}
