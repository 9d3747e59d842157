import { defineRule } from './rule.ts'
import { stallClaim, stallOver } from './stall.ts'

/**
 * 占道经营: a stall on ground that people walk or drive on: carriageway, footway, tactile paving, fire lane.
 *
 * The same act as street vending, told by where it is. A single stall is street vending where that is watched as well,
 * because its class (无照经营游商) says more than the fallback class of this one; stalls that have grown together into
 * a market (several carriers at one place) are road occupation. An act that has been told keeps its name. In a zone of
 * another type it is not watched, and the check of the configuration says so. Begins and ends like a stall.
 */
export const roadOccupation = defineRule({
  name: 'road-occupation',
  about: 'trade',
  needs: [],
  rank: ({ carriers }, { groupMin }) => (carriers >= groupMin ? 3 : 5),
  claim: stallClaim,
  over: stallOver,
})
