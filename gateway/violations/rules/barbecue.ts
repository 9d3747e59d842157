import { defineRule } from './rule.ts'
import { stallClaim, stallOver } from './stall.ts'

/**
 * 露天烧烤: a stall with a grill.
 *
 * The grill is the model's word (role `grill`), heard in a third of its looks at least: the cook stands before it.
 * Smoke is no fact here: steam and exhaust look like it. Begins when goods and somebody are there, is over when either
 * is gone; a grill that nobody attends is piling.
 */
export const barbecue = defineRule({
  name: 'barbecue',
  about: 'trade',
  needs: ['grill'],
  rank: () => 0,
  claim: (facts) => (facts.tools.has('grill') ? stallClaim(facts) : null),
  over: stallOver,
})
