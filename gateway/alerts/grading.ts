/**
 * How grave a suspected act is, from listed facts only, each of which becomes a reason that people can read.
 *
 *     education-only ─▶ G0    attended, small ─▶ G1    cluster or earlier notice ─▶ G2    sensitive ground ─▶ +1 … G4
 *
 * The grade says what to do first, never what anybody deserves: G1 is answered by advice, G4 by sending people.
 */
import type { Grade, HandlingTier, RuleId } from '../violations/event.ts'
import type { Zone } from '../violations/zone.ts'

interface GradingFacts {
  readonly ruleId: RuleId
  readonly zoneType: Zone['type']
  /** The zone is in its time of grace: record only. */
  readonly educationOnly: boolean
  /** Somebody stands by the goods and can be spoken to. */
  readonly attended: boolean
  /** Things and people that take part. */
  readonly objectCount: number
  /** Notices given for this act, or in this place within the rule's window. */
  readonly noticesBefore: number
}

export interface Grading {
  readonly grade: Grade
  readonly gradeReasons: readonly string[]
  readonly handlingTier: HandlingTier
}

const GRADES = ['G0', 'G1', 'G2', 'G3', 'G4'] as const satisfies readonly Grade[]

const TIER: Record<Grade, HandlingTier> = {
  G0: 'SERVICE',
  G1: 'SERVICE',
  G2: 'MANAGEMENT',
  G3: 'ENFORCEMENT',
  G4: 'ENFORCEMENT',
}

/** Ground where standing in the way endangers somebody: how many grades it lifts an act. */
const UPLIFT: Partial<Record<Zone['type'], number>> = { TACTILE: 2, SCHOOL_GATE: 2, FIRE_LANE: 3 }

/** A stall is one carrier, one vendor, a customer or two; beyond this it is a cluster. */
const CLUSTER_OBJECTS_MIN = 6
const NOTICES_GRAVE_MIN = 2

export function gradeAct(facts: GradingFacts): Grading {
  if (facts.educationOnly) return graded(0, ['zone in its time of education: recorded only'])

  const reasons = [facts.attended ? 'somebody is there to be spoken to' : 'first seen here, nobody stands by']
  let level = 1
  if (facts.objectCount >= CLUSTER_OBJECTS_MIN) {
    level = 2
    reasons.push(`cluster of ${facts.objectCount}`)
  }
  if (facts.ruleId === 'barbecue') {
    level = Math.max(level, 2)
    reasons.push('open fire')
  }
  if (facts.noticesBefore > 0) {
    level = Math.max(level, facts.noticesBefore >= NOTICES_GRAVE_MIN ? 3 : 2)
    reasons.push(`goes on after ${facts.noticesBefore} notice(s)`)
  }
  const uplift = UPLIFT[facts.zoneType] ?? 0
  if (uplift > 0) {
    level += uplift
    reasons.push(`sensitive ground: ${facts.zoneType}`)
  }
  return graded(level, reasons)
}

function graded(level: number, gradeReasons: string[]): Grading {
  const grade = GRADES[Math.min(level, GRADES.length - 1)]!
  return { grade, gradeReasons, handlingTier: TIER[grade] }
}
