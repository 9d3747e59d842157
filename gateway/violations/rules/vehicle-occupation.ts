import { parkedClaim, parkedOver } from './parking.ts'
import { defineRule } from './rule.ts'

/**
 * 机动车占道: a motor vehicle stands where it may not.
 *
 * Begins when it came to stand, is over when it is gone. Traffic that waits stays below the dwell.
 */
export const vehicleOccupation = defineRule({
  name: 'vehicle-occupation',
  about: 'vehicle',
  needs: ['vehicle'],
  claim: (facts, terms) => parkedClaim('vehicle', facts, terms),
  over: (facts) => parkedOver('vehicle', facts),
})
