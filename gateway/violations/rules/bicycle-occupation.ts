import { parkedClaim, parkedOver } from './parking.ts'
import { defineRule } from './rule.ts'

/**
 * 非机动车乱停放: a bicycle, scooter or motorcycle stands where it may not.
 *
 * Begins when it was set down, is over when it is gone. What stands beside it is told by its own rules.
 */
export const bicycleOccupation = defineRule({
  name: 'bicycle-occupation',
  about: 'two-wheeler',
  needs: ['two-wheeler'],
  claim: (facts, terms) => parkedClaim('two-wheeler', facts, terms),
  over: (facts) => parkedOver('two-wheeler', facts),
})
