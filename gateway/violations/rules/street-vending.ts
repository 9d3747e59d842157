import { defineRule } from './rule.ts'
import { stallClaim, stallOver } from './stall.ts'

/**
 * 无照经营游商: goods stand where nothing stood, and somebody stays with them.
 *
 * Neither is enough alone: a person who waits has no goods, goods that nobody attends are piling, a vendor who only
 * walks by sets nothing down. Begins when both are there, is over when either is gone.
 */
export const streetVending = defineRule({
  name: 'street-vending',
  about: 'trade',
  needs: [],
  rank: () => 4,
  claim: stallClaim,
  over: stallOver,
})
