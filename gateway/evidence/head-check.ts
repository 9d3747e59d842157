/**
 * Published heads against the packages that are there: whoever keeps one head outside the box can tell a chain that
 * was cut at its end or written anew.
 *
 *     head of 1 May:  №41, hash a3…      the chain has №41 with a3…  good     other hash  REWRITTEN
 *                                        the chain ends before №41   CUT
 *
 * A head is taken at its word only when a key that is trusted has signed it.
 */
import { z } from 'zod'
import type { Tools } from './bag-source.ts'
import type { Finding } from './findings.ts'
import { type PublishedHead, readHead } from './head-record.ts'
import type { PublicKey } from './public-key.ts'

/** As the box's own file has it, as the message has it, or as whoever received the message has kept that. */
const Kept = z.union([
  z.object({ statement: z.string(), signature: z.object({ keyId: z.string(), value: z.string() }) }),
  z.object({
    data: z.object({ statement: z.string(), signature: z.object({ keyId: z.string(), value: z.string() }) }),
  }),
])

const LINES_MAX = 100_000

interface Sealed {
  readonly sequence: number
  readonly manifestHash: string | null
}

/** @param chains packages by producer, in order of their numbers */
export function headFindings(
  text: string,
  trusted: ReadonlyMap<string, PublicKey>,
  chains: ReadonlyMap<string, readonly Sealed[]>,
  { partial, tools }: { readonly partial: boolean; readonly tools: Tools },
): Finding[] {
  const findings: Finding[] = []
  for (const [index, line] of text.split('\n').slice(0, LINES_MAX).entries()) {
    if (line.trim() === '') continue
    const head = headIn(line, trusted, tools)
    if (typeof head === 'string') findings.push({ code: 'HEAD_BAD', item: String(index + 1), detail: head })
    else
      findings.push(...compare(head, chains.get(`${head.producer.site}/${head.producer.gateway}`), partial))
  }
  return findings.filter(
    ({ code, item }, at) => findings.findIndex((one) => one.code === code && one.item === item) === at,
  )
}

/** The head, or why it is none to rely on. */
function headIn(line: string, trusted: ReadonlyMap<string, PublicKey>, tools: Tools): PublishedHead | string {
  try {
    const kept = Kept.parse(JSON.parse(line))
    const signed = 'data' in kept ? kept.data : kept
    const key = trusted.get(signed.signature.keyId)
    if (key === undefined) return `key ${signed.signature.keyId} is none of the trusted keys`
    return readHead(signed, key, tools) ?? 'its signature does not fit'
  } catch {
    return 'no head of a chain'
  }
}

function compare(
  { day, sequence, manifestHash }: PublishedHead,
  chain: readonly Sealed[] | undefined,
  partial: boolean,
): Finding[] {
  // Packages of another box, or a day before the first package: nothing to compare.
  if (chain === undefined || manifestHash === null) return []
  const there = chain.filter((one) => one.sequence === sequence)
  const finding = (code: 'CHAIN_CUT' | 'CHAIN_REWRITTEN') => [{ code, item: String(sequence), detail: day }]
  if (there.some((one) => one.manifestHash === manifestHash)) return []
  if (there.length > 0) return finding('CHAIN_REWRITTEN')
  const last = chain.at(-1)?.sequence ?? 0
  return !partial && last < sequence ? finding('CHAIN_CUT') : [] // A hole in the middle is CHAIN_GAP already.
}
