import { permitClaim, permitOver } from './permitted.ts'
import { defineRule } from './rule.ts'

/**
 * 超时经营: trade goes on at a permitted point outside its hours.
 *
 *     hours     ····▒▒████████▒▒·····      ▒ setting up, clearing away: permitted too
 *     stall        ██████████████████      ─▶ permit-overtime from the end of the grace, not from its first minute
 *
 * The same act as street vending, told by what the permit says: where both are watched this one has it, so that one act
 * is one event. Begins when the grace has ended or, before the hours, when the stall was there; is over when it is gone
 * or its hours begin. Without a legal basis in force at the place it does not run, and the stall is street vending. [R81]
 */
export const permitOvertime = defineRule({
  name: 'permit-overtime',
  about: 'trade',
  needs: [],
  rank: () => -1,
  claim: (facts) => (facts.permit?.inside === true && !facts.permit.inWindow ? permitClaim(facts) : null),
  over: permitOver,
})
