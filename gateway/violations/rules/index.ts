/** Every rule this build can judge, by name. */
import type { RuleId } from '../event.ts'
import { piling } from './piling.ts'
import type { Rule } from './rule.ts'
import { streetVending } from './street-vending.ts'

export const RULES: ReadonlyMap<RuleId, Rule> = new Map(
  [streetVending, piling].map((rule) => [rule.name, rule]),
)
