/** One daily head as it is published: what it says, and whether a key has said it. */
import { z } from 'zod'
import { bytesOf, bytesOfBase64, type Tools } from './bag-source.ts'
import type { PublicKey } from './public-key.ts'

const Hash = z.string().regex(/^[0-9a-f]{64}$/)
export const HeadStatement = z.object({
  type: z.literal('lushao.evidence-head.v1'),
  producer: z.object({ site: z.string(), gateway: z.string() }),
  day: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  sealedAt: z.iso.datetime({ offset: true }),
  reason: z.enum(['MIDNIGHT', 'STOP', 'START']),
  /** 0 and null before the first package. */
  sequence: z.int().min(0),
  packageId: z.string().nullable(),
  manifestHash: Hash.nullable(),
  /** By how many the chain has grown since the last head of an earlier day. */
  packages: z.int().min(0),
  prevHeadHash: Hash.nullable(),
  custody: z.object({ entry: z.int(), hash: Hash }).nullable(),
})
export type PublishedHead = z.infer<typeof HeadStatement>

export const SignedHead = z.object({
  statement: z.string().max(4096),
  signature: z.object({ alg: z.literal('Ed25519'), keyId: z.string(), value: z.string().max(128) }),
})
export type SignedHead = z.infer<typeof SignedHead>

/** What it says, when this key has signed it. */
export function readHead(
  { statement, signature }: { statement: string; signature: { value: string } },
  key: PublicKey,
  tools: Tools,
): PublishedHead | null {
  if (!tools.verifies(key, bytesOf(statement), bytesOfBase64(signature.value))) return null
  return HeadStatement.parse(JSON.parse(statement))
}
