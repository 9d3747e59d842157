import { defineRule } from './rule.ts'
import { stallClaim, stallOver } from './stall.ts'

/**
 * 占道废品收购: a stall of scrap: bundled cardboard, bottles, a scale.
 *
 * Scrap is the model's word (role `scrap`), heard in a third of its looks at least. Begins when it stands there and
 * somebody stays with it, is over when either is gone; scrap that nobody attends is piling.
 */
export const scrapBuying = defineRule({
  name: 'scrap-buying',
  about: 'trade',
  needs: ['scrap'],
  rank: () => 1,
  claim: (facts) => (facts.tools.has('scrap') ? stallClaim(facts) : null),
  over: stallOver,
})
