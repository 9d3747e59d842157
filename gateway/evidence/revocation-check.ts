/**
 * "This key is to be trusted no more": how a box says so, and what it means for what that key has signed.
 *
 *     №7  №8  №9 │ №10            key A signs №7–№9, key B follows; B revokes A at T and names the head then, №9
 *      A   A   A │  B
 *                T                №7–№9 stand: the chain leads to the head that B named
 *     №8' signed by A, in no chain that leads there, without a token older than T: nobody can say it is not younger
 *
 * Whoever holds a stolen key can write any time into a package, so the package's own word counts for nothing here.
 */
import { z } from 'zod'
import { bytesOf, bytesOfBase64, type Tools } from './bag-source.ts'
import type { Finding } from './findings.ts'
import { type PublicKey, rotationsIn, SignedLine } from './public-key.ts'
import type { TokenState } from './token.ts'

const RevocationStatement = z.object({
  type: z.literal('lushao.key-revocation.v1'),
  keyId: z.string(),
  reason: z.string(),
  revokedAt: z.iso.datetime({ offset: true }),
  byKeyId: z.string(),
  /** Newest package of the box at that moment. */
  head: z.object({ sequence: z.int().min(1), packageId: z.string(), manifestHash: z.string() }).nullable(),
})
export type Revocation = z.infer<typeof RevocationStatement>

const LINES_MAX = 1000

/** Whatever reads as one, whoever signed it: for records that the reader brought. */
export function statementsIn(text: string): Revocation[] {
  return linesIn(text).map(({ revocation }) => revocation)
}

/**
 * Only those that a trusted key has signed about a key that is not younger: whoever stole an old key must not be able
 * to revoke the one that followed it.
 */
export function trustedRevocations(
  text: string,
  trusted: ReadonlyMap<string, PublicKey>,
  rotations: string,
  tools: Tools,
): Revocation[] {
  return linesIn(text)
    .filter(({ statement, signature, revocation: { keyId, byKeyId } }) => {
      const key = trusted.get(byKeyId)
      if (key === undefined || predecessorsOf(keyId, rotations).has(byKeyId)) return false
      return tools.verifies(key, bytesOf(statement), bytesOfBase64(signature))
    })
    .map(({ revocation }) => revocation)
}

/** The key itself and those that it followed. */
function predecessorsOf(keyId: string, rotations: string): ReadonlySet<string> {
  const followed = new Map(rotationsIn(rotations).map(({ oldKeyId, newKeyId }) => [newKeyId, oldKeyId]))
  const found = new Set<string>()
  for (let at: string | undefined = keyId; at !== undefined && !found.has(at); at = followed.get(at))
    found.add(at)
  return found
}

function linesIn(text: string) {
  return text
    .split('\n')
    .slice(0, LINES_MAX)
    .flatMap((line) => {
      try {
        const signed = SignedLine.parse(JSON.parse(line))
        return [{ ...signed, revocation: RevocationStatement.parse(JSON.parse(signed.statement)) }]
      } catch {
        return [] // An empty line, or one that is no revocation: it revokes nothing.
      }
    })
}

/** What is asked of a package here. */
interface Sealed {
  readonly path: string
  readonly manifestHash: string | null
  readonly prevManifestHash: string | null
  readonly sequence: number | null
  readonly keyIds: readonly string[]
  readonly timestamp: { readonly state: TokenState; readonly time: string | null }
}

/** @param chain packages of one box, in order of their numbers */
export function revokedFindings(
  chain: readonly Sealed[],
  revocations: readonly Revocation[],
): Map<string, Finding[]> {
  const findings = new Map<string, Finding[]>()
  for (const revocation of revocations) {
    const early = sealedBefore(chain, revocation)
    for (const one of chain) {
      if (!one.keyIds.includes(revocation.keyId) || early.has(one.path)) continue
      const detail = `${revocation.revokedAt}, ${revocation.reason}`
      const list = findings.get(one.path) ?? []
      findings.set(one.path, [...list, { code: 'KEY_REVOKED', item: revocation.keyId, detail }])
    }
  }
  return findings
}

/** Paths of packages of which token or chain prove that they are older than the revocation. */
function sealedBefore(chain: readonly Sealed[], { revokedAt, head }: Revocation): Set<string> {
  const early = new Set<string>()
  let next: Sealed | null = null
  for (const one of chain.toReversed()) {
    const followed =
      next !== null &&
      early.has(next.path) &&
      next.sequence === (one.sequence ?? 0) + 1 &&
      one.manifestHash !== null &&
      next.prevManifestHash === one.manifestHash
    const isHead = head !== null && one.manifestHash === head.manifestHash
    const { state, time } = one.timestamp
    const stamped = state === 'FITS' && time !== null && Date.parse(time) < Date.parse(revokedAt)
    if (followed || isHead || stamped) early.add(one.path)
    next = one
  }
  return early
}
