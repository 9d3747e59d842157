/** What `chain.json` says: the newest package of a box, and the one that was being sealed. */
import { z } from 'zod'

const LinkRecord = z.object({
  sequence: z.int().min(1),
  packageId: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/),
  manifestHash: z.string().regex(/^[0-9a-f]{64}$/),
})
const ChainRecord = z.object({ head: LinkRecord.nullable(), sealing: LinkRecord.nullable() })
export type ChainRecord = z.infer<typeof ChainRecord>

/** Null when the text is none. */
export function readChainRecord(text: string): ChainRecord | null {
  try {
    return ChainRecord.parse(JSON.parse(text))
  } catch {
    // The caller decides: on a fresh box this is right, beside packages it is a fault or a finding.
    return null
  }
}
