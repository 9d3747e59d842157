/**
 * Commands about sealed evidence: the platform's receipts, what it wants besides, and grants to fetch it.
 *
 *     evidence-received    it has checked these files     ─▶ delivered
 *     evidence-parts-ack   it has these bytes of a file   ─▶ not sent again
 *     evidence-send        it wants more of a package     ─▶ sent now
 *     evidence-grant       somebody of it wants to look   ─▶ address and token, for minutes
 *
 * Receipts come from the platform as such; for what shows or moves evidence the role of the person is asked.
 */
import { z } from 'zod'
import { type Deliveries, Receipt } from '../outbox/deliveries.ts'
import { SELECTIONS } from '../outbox/delivery-options.ts'
import { argsOf, type CommandHandler, ToldOnce } from './commands.ts'
import type { EvidenceParts } from './evidence-parts.ts'

const PackageId = Receipt.shape.packageId
const Path = z.string().min(1).max(512)

const PartsAckArgs = z.strictObject({
  packageId: PackageId,
  path: Path,
  ranges: z
    .array(z.tuple([z.int().min(0), z.int().min(1)]))
    .max(512)
    .describe('From, to (not included), bytes of the file.'),
  state: z.enum(['partial', 'verified', 'wrong']),
})

const SendArgs = z.strictObject({ packageId: PackageId, items: z.enum(SELECTIONS).default('all') })

const GrantArgs = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('give'),
    packageId: PackageId,
    items: z.array(Path).min(1).max(200).optional().describe('Item ids or paths; absent: the whole package.'),
    profile: z.enum(['EVIDENCE', 'INTERNAL', 'PUBLIC']).default('EVIDENCE'),
    purpose: z.string().trim().min(2).max(200),
    ttlSec: z.number().min(1).max(900).default(300),
    tokenSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .describe('Hash of a token of the platform’s own making: then none travels by MQTT.'),
  }),
  z.strictObject({ action: z.literal('revoke'), grantId: z.string().min(1).max(64) }),
])
export type GrantWish = Extract<z.infer<typeof GrantArgs>, { action: 'give' }> & { readonly by: string }

/** Who gives grants, as small as the command needs it. */
export interface GrantDesk {
  give(wish: GrantWish): { readonly token: string | null; readonly grant: Readonly<Record<string, unknown>> }
  revoke(grantId: string, by: string): { readonly revoked: boolean }
}

export function evidenceHandlers(parts: {
  readonly deliveries: Pick<Deliveries, 'receive' | 'ask'>
  readonly evidenceParts: Pick<EvidenceParts, 'acknowledge'>
  readonly grants: GrantDesk
}) {
  const { deliveries, evidenceParts, grants } = parts
  return {
    'evidence-received': ({ args }) => {
      const { packageId, stage } = deliveries.receive(argsOf(Receipt, 'evidence-received', args))
      return { packageId, state: stage }
    },
    'evidence-parts-ack': ({ args }) =>
      evidenceParts.acknowledge(argsOf(PartsAckArgs, 'evidence-parts-ack', args)),
    'evidence-send': ({ args }) => {
      const { packageId, items } = argsOf(SendArgs, 'evidence-send', args)
      return { packageId, state: deliveries.ask(packageId, items).stage }
    },
    'evidence-grant': ({ by, args }) => {
      const wish = argsOf(GrantArgs, 'evidence-grant', args)
      if (wish.action === 'revoke') return grants.revoke(wish.grantId, by)
      const { token, grant } = grants.give({ ...wish, by })
      return token === null ? grant : new ToldOnce({ ...grant, token }, grant)
    },
  } satisfies Record<string, CommandHandler>
}
