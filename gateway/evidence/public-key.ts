/**
 * Public keys as people hand them over: PEM blocks, and which keys follow from one that is trusted.
 *
 *     pinned key ─signs─▶ "that key follows" ─signs─▶ "that key follows" ─▶ the key that signed the package
 *
 * An Ed25519 key in a PEM is always the same 12 bytes and then the 32 of the key, one for SM2 the same 27 and then 64,
 * so they are read without a parser. A fingerprint is the SHA-256 of all of these bytes; a key id its first 16 hex digits. A fingerprint alone can vouch for
 * a key that the package shows, not for one that only signed a rotation: for that the key itself is needed.
 */
import type { Certificate } from 'pkijs'
import { z } from 'zod'
import { bytesOfBase64, hexOf, type KeyBytes, type Tools } from './bag-source.ts'

export type Algorithm = KeyBytes['algorithm']

export interface PublicKey extends KeyBytes {
  readonly keyId: string
  /** SHA-256 of the SPKI DER, hex. */
  readonly fingerprint: string
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

/** What stands before the key itself, hex. */
const SPKI: Readonly<Record<Algorithm, string>> = {
  Ed25519: '302a300506032b6570032100',
  SM2: '3059301306072a8648ce3d020106082a811ccf5501822d03420004',
}
const RAW_BYTES: Readonly<Record<Algorithm, number>> = { Ed25519: 32, SM2: 64 }
const PEM_BLOCK = /-----BEGIN PUBLIC KEY-----([\sA-Za-z0-9+/=]*)-----END PUBLIC KEY-----/g

/** Every PEM block of a text in order; null for one that holds a key of another kind. */
export function readPublicKeys(text: string, tools: Tools): (PublicKey | null)[] {
  return [...text.matchAll(PEM_BLOCK)].map(([, body = '']) => {
    try {
      return publicKeyOf(bytesOfBase64(body.replace(/\s/g, '')), tools)
    } catch {
      return null // No base64: the caller says what it was given.
    }
  })
}

/** From SPKI DER, null when it is something else. */
export function publicKeyOf(der: Uint8Array, tools: Tools): PublicKey | null {
  for (const algorithm of ['Ed25519', 'SM2'] as const) {
    const headBytes = SPKI[algorithm].length / 2
    if (der.length !== headBytes + RAW_BYTES[algorithm]) continue
    if (hexOf(der.subarray(0, headBytes)) !== SPKI[algorithm]) continue
    const fingerprint = tools.sha256(der)
    return { algorithm, keyId: fingerprint.slice(0, 16), fingerprint, raw: der.slice(headBytes) }
  }
  return null
}

/** The DER it was read from. */
export function spkiOf({ algorithm, raw }: KeyBytes): Uint8Array {
  const head = SPKI[algorithm].match(/../g)!.map((byte) => Number.parseInt(byte, 16))
  return Uint8Array.from([...head, ...raw])
}

/** A statement with its signature, a line of an NDJSON file. */
export const SignedLine = z.object({ statement: z.string().max(4096), signature: z.string().max(128) })
const RotationStatement = z.object({
  type: z.literal('lushao.key-rotation.v1'),
  oldKeyId: z.string(),
  newKeyId: z.string(),
  newPublicKey: z.string().max(1024),
})
const LINES_MAX = 1000

/**
 * The keys that are trusted, by id: those pinned, and those that follow by rotations each signed by a key trusted
 * before it, none of them revoked.
 *
 * @param shown the key that the package shows
 */
export function trustedKeys(
  trust: Trust,
  shown: PublicKey | null,
  rotations: string,
  tools: Tools,
): ReadonlyMap<string, PublicKey> {
  const trusted = new Map(trust.pinned.map((key) => [key.keyId, key]))
  const vouchedByPrint = (key: PublicKey | null) => key !== null && trust.fingerprints.has(key.fingerprint)
  if (vouchedByPrint(shown)) trusted.set(shown!.keyId, shown!)
  for (const line of rotations.split('\n').slice(0, LINES_MAX)) {
    const rotation = line === '' ? null : readRotation(line, tools)
    if (rotation === null) continue
    const { next, statement, signature } = rotation
    const signs = (key: PublicKey) =>
      !trust.revoked.has(key.keyId) && tools.verifies(key, statement, signature)
    if (vouchedByPrint(next) || [...trusted.values()].some(signs)) trusted.set(next.keyId, next)
  }
  return trusted
}

/** Which key followed which, whoever says so. */
export function rotationsIn(text: string): { oldKeyId: string; newKeyId: string }[] {
  return text
    .split('\n')
    .slice(0, LINES_MAX)
    .flatMap((line) => {
      try {
        return [RotationStatement.parse(JSON.parse(SignedLine.parse(JSON.parse(line)).statement))]
      } catch {
        return [] // An empty line, or none of ours.
      }
    })
}

function readRotation(line: string, tools: Tools) {
  try {
    const { statement, signature } = SignedLine.parse(JSON.parse(line))
    const { newKeyId, newPublicKey } = RotationStatement.parse(JSON.parse(statement))
    const [next] = readPublicKeys(newPublicKey, tools)
    if (!next || next.keyId !== newKeyId) return null
    return { next, statement: new TextEncoder().encode(statement), signature: bytesOfBase64(signature) }
  } catch {
    // A line that is no rotation lends trust to nobody; the tag manifest says whether it was tampered with.
    return null
  }
}

/** Whether the verifier brought any key at all. */
export function isPinned({ pinned, fingerprints }: Trust): boolean {
  return pinned.length > 0 || fingerprints.size > 0
}
