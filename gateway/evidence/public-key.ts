/**
 * Public keys as people hand them over: PEM blocks, and which keys follow from one that is trusted.
 *
 *     pinned key ─signs─▶ "that key follows" ─signs─▶ "that key follows" ─▶ the key that signed the package
 *
 * An Ed25519 key in a PEM is always the same 12 bytes and then the 32 of the key, so it is read without a parser.
 * A fingerprint is the SHA-256 of those 44 bytes; a key id its first 16 hex digits. A fingerprint alone can vouch for
 * a key that the package shows, not for one that only signed a rotation: for that the key itself is needed.
 */
import type { Certificate } from 'pkijs'
import { z } from 'zod'
import { bytesOfBase64, hexOf, type Tools } from './bag-source.ts'

export interface PublicKey {
  readonly keyId: string
  /** SHA-256 of the SPKI DER, hex. */
  readonly fingerprint: string
  /** 32 bytes. */
  readonly raw: Uint8Array
}

/** Keys the verifier brought; none: signatures are checked for consistency only, and the result says so. */
export interface Trust {
  readonly pinned: readonly PublicKey[]
  /** 64 hex digits each: keys known by their fingerprint only. */
  readonly fingerprints: ReadonlySet<string>
  /** Key ids. */
  readonly revoked: ReadonlySet<string>
  /** Certificates of time-stamping authorities; none: a token is looked at, its maker is not trusted. */
  readonly authorities?: readonly Certificate[]
}

const SPKI_ED25519 = '302a300506032b6570032100'
const PEM_BLOCK = /-----BEGIN PUBLIC KEY-----([\sA-Za-z0-9+/=]*)-----END PUBLIC KEY-----/g

/** Every PEM block of a text in order; null for one that holds no Ed25519 key. */
export function readPublicKeys(text: string, tools: Tools): (PublicKey | null)[] {
  return [...text.matchAll(PEM_BLOCK)].map(([, body = '']) => {
    try {
      return publicKeyOf(bytesOfBase64(body.replace(/\s/g, '')), tools)
    } catch {
      return null // No base64: the caller says what it was given.
    }
  })
}

/** From 44 bytes of SPKI DER, null when they are something else. */
export function publicKeyOf(der: Uint8Array, tools: Tools): PublicKey | null {
  if (der.length !== 44 || hexOf(der.subarray(0, 12)) !== SPKI_ED25519) return null
  const fingerprint = tools.sha256(der)
  return { keyId: fingerprint.slice(0, 16), fingerprint, raw: der.slice(12) }
}

const RotationLine = z.object({ statement: z.string().max(4096), signature: z.string().max(128) })
const RotationStatement = z.object({
  type: z.literal('lushao.key-rotation.v1'),
  newKeyId: z.string(),
  newPublicKey: z.string().max(1024),
})
const LINES_MAX = 1000

/**
 * Ids of the keys that are trusted: those pinned, and those that follow by rotations each signed by a key trusted
 * before it, none of them revoked.
 *
 * @param shown the key that the package shows
 */
export function trustedKeys(
  trust: Trust,
  shown: PublicKey | null,
  rotations: string,
  tools: Tools,
): ReadonlySet<string> {
  const trusted = new Map(trust.pinned.map((key) => [key.keyId, key]))
  const vouchedByPrint = (key: PublicKey | null) => key !== null && trust.fingerprints.has(key.fingerprint)
  if (vouchedByPrint(shown)) trusted.set(shown!.keyId, shown!)
  for (const line of rotations.split('\n').slice(0, LINES_MAX)) {
    const rotation = line === '' ? null : readRotation(line, tools)
    if (rotation === null) continue
    const { next, statement, signature } = rotation
    const signs = ({ keyId, raw }: PublicKey) =>
      !trust.revoked.has(keyId) && tools.verifies(raw, statement, signature)
    if (vouchedByPrint(next) || [...trusted.values()].some(signs)) trusted.set(next.keyId, next)
  }
  return new Set(trusted.keys())
}

function readRotation(line: string, tools: Tools) {
  try {
    const { statement, signature } = RotationLine.parse(JSON.parse(line))
    const { newKeyId, newPublicKey } = RotationStatement.parse(JSON.parse(statement))
    const [next] = readPublicKeys(newPublicKey, tools)
    if (!next || next.keyId !== newKeyId) return null
    return { next, statement: new TextEncoder().encode(statement), signature: bytesOfBase64(signature) }
  } catch {
    // A line that is no rotation lends trust to nobody; the tag manifest says whether it was tampered with.
    return null
  }
}
