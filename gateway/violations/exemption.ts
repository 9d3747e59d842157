/**
 * An exemption (豁免): somebody is spared, on the record, for a reason, by somebody's word, until a day.
 *
 *     act ─▶ scope: camera, zone, rule, shop; all that are named must fit ─▶ not told, noted for audit
 *
 * Nobody is spared without a reason, an approver and a last day; after that day the rule applies again by itself. An act
 * that began before counts from then on only. [R16]
 */
import { z } from 'zod'
import { between, Day, localDay } from '../kit/calendar.ts'
import type { Box } from '../kit/geometry.ts'
import { RULE_IDS, type RuleId } from './event.ts'
import { silencing } from './rules/index.ts'
import { Id, type Zone } from './zone.ts'

export const Exemption = z.strictObject({
  id: Id,
  scope: z
    .strictObject({
      camera: Id.optional(),
      zone: Id.optional(),
      rule: z.enum(RULE_IDS).optional().describe('A trade under any of its names, or the rule named.'),
      shopId: z.string().min(1).max(64).optional().describe('`shopId` of zones.'),
    })
    .refine((scope) => Object.values(scope).some((one) => one !== undefined), {
      error: 'camera | zone | rule | shopId',
    })
    .describe('What is spared: everything that fits all that is named.'),
  reason: z.string().min(1).max(300).describe('Why.'),
  approvedBy: z.array(z.string().min(1).max(80)).min(1).max(10).describe('Who allowed it.'),
  validFrom: Day.optional().describe('First day.'),
  validTo: Day.describe('Last day; then it ends by itself.'),
})
export type Exemption = z.infer<typeof Exemption>

interface Asked {
  readonly cameraId: string
  readonly zone: Pick<Zone, 'id' | 'shopId'>
  readonly ruleId: RuleId
  readonly wallMs: number
  readonly offsetMinutes: number
}

/** The exemption that covers an act there and then, or null. */
export function exemptionFor(
  exemptions: readonly Exemption[],
  { cameraId, zone, ruleId, wallMs, offsetMinutes }: Asked,
): Exemption | null {
  const day = localDay(wallMs, offsetMinutes)
  const fits = (asked: string | undefined, found: string | undefined) =>
    asked === undefined || asked === found
  return (
    exemptions.find(({ scope, validFrom, validTo }) => {
      const sameRule = scope.rule === undefined || [ruleId, ...silencing(ruleId)].includes(scope.rule)
      if (!sameRule || !between(day, validFrom, validTo)) return false
      return fits(scope.camera, cameraId) && fits(scope.zone, zone.id) && fits(scope.shopId, zone.shopId)
    }) ?? null
  )
}

/** An act that was not told, for whoever audits: what, where, when, by which exemption. No picture of it is kept. */
export interface SuppressedAct {
  readonly suppressedId: string
  readonly cameraId: string
  readonly zoneId: string
  readonly ruleId: RuleId
  readonly startedAt: string
  /** When it would have been told. */
  readonly at: string
  readonly box: Box
  readonly exemptionId: string
  readonly reason: string
  readonly approvedBy: readonly string[]
  readonly validTo: string
  readonly configVersion: string
}
