/** Every rule this build can judge, by name, and what each needs the loaded model to know. */
import type { Role } from '../../detections/detections.ts'
import type { RuleId } from '../event.ts'
import { barbecue } from './barbecue.ts'
import { beyondShopfront } from './beyond-shopfront.ts'
import { bicycleOccupation } from './bicycle-occupation.ts'
import { permitOverreach } from './permit-overreach.ts'
import { permitOvertime } from './permit-overtime.ts'
import { piling } from './piling.ts'
import { roadOccupation } from './road-occupation.ts'
import type { Rule } from './rule.ts'
import { scrapBuying } from './scrap-buying.ts'
import { streetVending } from './street-vending.ts'
import { vehicleOccupation } from './vehicle-occupation.ts'

export const RULES: ReadonlyMap<RuleId, Rule> = new Map(
  [
    streetVending,
    permitOvertime,
    permitOverreach,
    roadOccupation,
    beyondShopfront,
    scrapBuying,
    barbecue,
    piling,
    vehicleOccupation,
    bicycleOccupation,
  ].map((rule) => [rule.name, rule]),
)

/** Rules about somebody's trade, under any name. */
export const TRADES: readonly RuleId[] = [...RULES.values()]
  .filter(({ about }) => about === 'trade')
  .map(({ name }) => name)

/**
 * Rules whose permits silence a rule. Trade that is permitted is permitted under every name, and is no pile when its
 * owner is away for a moment; a permit to pile building material is none to trade, and none covers what is parked, nor
 * what takes more than it gives.
 */
export function silencing(ruleId: RuleId): readonly RuleId[] {
  if (ruleId === 'permit-overreach') return []
  const about = RULES.get(ruleId)?.about
  return about === 'trade' || about === 'goods' ? [ruleId, ...TRADES] : [ruleId]
}

/** Roles that a rule needs and nobody knows: with any of them it would be blind and does not run. */
export function rolesMissing(ruleId: RuleId, roles: ReadonlySet<Role>): Role[] {
  return (RULES.get(ruleId)?.needs ?? []).filter((role) => !roles.has(role))
}
