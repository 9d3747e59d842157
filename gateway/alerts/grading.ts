/**
 * How grave a suspected act is, from listed facts only, each of which becomes a reason that people can read.
 *
 *     education-only ─▶ G0    the rule's own grade, small ─▶ G1    cluster, repeated, after a notice ─▶ G2
 *     blocks the way, near a school, sensitive ground ─▶ G3        fire lane, fire, crowd, conflict ─▶ G4
 *
 * The grade says what to do first, never what anybody deserves: G1 is answered by advice, G4 by sending people. The
 * tier (服务 70 / 管理 20 / 执法 10) is an indicator of how a street is handled, never a quota [R10, R11]. Only what a
 * person has verified before counts as a repetition, and nobody is told apart: it is the place that is remembered.
 */
import { z } from 'zod'
import type { Grade, GradeFact, HandlingTier, RuleId } from '../violations/event.ts'
import type { Zone } from '../violations/zone.ts'
import { type GradeCode, wordsOfFact } from './grade-words.ts'

export const GradingOptions = z.strictObject({
  repeatDays: z
    .int()
    .min(1)
    .max(730)
    .default(30)
    .describe('Days in which an earlier act at the same place, verified by a person, makes a repetition.'),
  clusterObjectsMin: z
    .int()
    .min(2)
    .max(1_000)
    .default(6)
    .describe(
      'Things and people of one act that make a cluster. A stall with vendor and customers is fewer.',
    ),
  crowdObjectsMin: z
    .int()
    .min(2)
    .max(10_000)
    .default(40)
    .describe('Things and people of one act that make a crowd, which endangers people.'),
  graveNoticesMin: z
    .int()
    .min(1)
    .max(20)
    .default(2)
    .describe('Notices after which an act that goes on is grave (G3).'),
  blockingWidthM: z
    .number()
    .min(0.1)
    .max(50)
    .default(1.5)
    .describe(
      'Metres of pavement, blind track or road that must surely be taken for the way to count as blocked.',
    ),
  durationErrorSec: z
    .number()
    .min(0)
    .max(600)
    .default(10)
    .describe('How wrong a beginning or an end may be (s): 95 of 100 were within 9 s on the test street.'),
  legalReview: z
    .strictObject({
      gradeMin: z
        .enum(['G1', 'G2', 'G3', 'G4'])
        .default('G4')
        .describe('From this grade on the legal reviewers should see it.'),
      repeatMin: z
        .int()
        .min(1)
        .max(1_000)
        .default(3)
        .describe('From so many verified earlier acts at the place on they should.'),
    })
    .prefault({})
    .describe('When an alert says that legal reviewers (法制审核) should see it. It decides nothing.'),
})
export type GradingOptions = z.infer<typeof GradingOptions>

export interface GradingFacts {
  readonly ruleId: RuleId
  /** Of the catalogue: with no uplifting facts. */
  readonly ruleGrade: Grade
  readonly zoneType: Zone['type']
  /** Grades that the zone adds by itself; 0 when it says nothing. */
  readonly severityUplift: number
  /** Metres to a school gate that counts as near; null: none does. */
  readonly schoolNearM: number | null
  /** The zone is in its time of grace: record only. */
  readonly educationOnly: boolean
  /** Somebody stands by the goods and can be spoken to. */
  readonly attended: boolean
  /** Things and people that take part. */
  readonly objectCount: number
  readonly fireOrSmoke: boolean
  /** Metres of the way that are surely taken; null: not measured. */
  readonly blockedM: number | null
  /** Notices that were delivered for this act and did not end it. */
  readonly noticesBefore: number
  /** Earlier acts at this place, verified by a person; null: nobody keeps count. */
  readonly repeatCount: number | null
}

export interface GradedAct {
  readonly grade: Grade
  readonly facts: readonly GradeFact[]
  readonly handlingTier: HandlingTier
  readonly requiresLegalReview: readonly string[]
}

const GRADES = ['G0', 'G1', 'G2', 'G3', 'G4'] as const satisfies readonly Grade[]

const TIER: Record<Grade, HandlingTier> = {
  G0: 'SERVICE',
  G1: 'SERVICE',
  G2: 'MANAGEMENT',
  G3: 'ENFORCEMENT',
  G4: 'ENFORCEMENT',
}

/** Ground where standing in the way endangers somebody: the least grade of an act there [R20]. */
const LEAST: Partial<Record<Zone['type'], number>> = { TACTILE: 3, SCHOOL_GATE: 3, FIRE_LANE: 4 }
/** Ground that people and vehicles need to pass. */
const WAYS: readonly Zone['type'][] = ['SIDEWALK', 'TACTILE', 'ROADWAY', 'FIRE_LANE']

export const tierOf = (grade: Grade): HandlingTier => TIER[grade]
export const isMinor = (grade: Grade): boolean => grade === 'G0' || grade === 'G1'
export const isGrade = (word: string): word is Grade => (GRADES as readonly string[]).includes(word)

export function gradeAct(act: GradingFacts, options: GradingOptions): GradedAct {
  const facts: GradeFact[] = []
  const because = (code: GradeCode, value?: string | number) =>
    facts.push(value === undefined ? { code } : { code, value })
  if (act.educationOnly) {
    because('EDUCATION_ONLY')
    return { grade: 'G0', facts, handlingTier: TIER.G0, requiresLegalReview: [] }
  }

  because(act.attended ? 'ATTENDED' : 'UNATTENDED')
  if (act.repeatCount === 0) because('FIRST_AT_PLACE', options.repeatDays)
  const level = liftedBySafety(act, options, levelOf(act, options, because), because)
  const grade = GRADES[Math.min(level, GRADES.length - 1)]!
  return { grade, facts, handlingTier: TIER[grade], requiresLegalReview: legalTriggers(grade, act, options) }
}

type Because = (code: GradeCode, value?: string | number) => void

/** What the act is, how often it was, and what was said to it. */
function levelOf(act: GradingFacts, options: GradingOptions, because: Because): number {
  let level = 1
  const atLeast = (least: number, code: GradeCode, value?: string | number) => {
    level = Math.max(level, least)
    because(code, value)
  }
  if (!isMinor(act.ruleGrade)) atLeast(GRADES.indexOf(act.ruleGrade), 'RULE_GRADE', act.ruleGrade)
  if (act.objectCount >= options.crowdObjectsMin) atLeast(4, 'CROWD', act.objectCount)
  else if (act.objectCount >= options.clusterObjectsMin) atLeast(2, 'CLUSTER', act.objectCount)
  if (act.ruleId === 'barbecue') atLeast(2, 'OPEN_FIRE')
  if ((act.repeatCount ?? 0) > 0) atLeast(2, 'REPEATED', act.repeatCount!)
  if (act.noticesBefore > 0) {
    atLeast(act.noticesBefore >= options.graveNoticesMin ? 3 : 2, 'NOTICES', act.noticesBefore)
  }
  return level
}

/** What endangers people at that very place. */
function liftedBySafety(act: GradingFacts, options: GradingOptions, from: number, because: Because): number {
  let level = from
  const { zoneType, blockedM, schoolNearM } = act
  if (blockedM !== null && WAYS.includes(zoneType) && blockedM >= options.blockingWidthM) {
    level = Math.max(level, 3)
    because('WAY_BLOCKED', blockedM)
  }
  if (schoolNearM !== null) {
    level = Math.max(level, 3)
    because('SCHOOL_NEAR', Math.round(schoolNearM))
  }
  const least = LEAST[zoneType] ?? 0
  if (least > 0) because('SENSITIVE_GROUND', zoneType)
  if (act.severityUplift > 0) because('ZONE_UPLIFT', act.severityUplift)
  level = Math.max(level, least) + act.severityUplift
  if (act.fireOrSmoke) {
    level = 4
    because('FIRE_OR_SMOKE')
  }
  return level
}

/** A hint for the back end, by triggers of the configuration [R71]. */
function legalTriggers(
  grade: Grade,
  { repeatCount }: GradingFacts,
  { legalReview }: GradingOptions,
): string[] {
  const triggers: string[] = []
  if (GRADES.indexOf(grade) >= GRADES.indexOf(legalReview.gradeMin)) triggers.push(`grade ${grade}`)
  if ((repeatCount ?? 0) >= legalReview.repeatMin) triggers.push(`repeated ${repeatCount} times`)
  return triggers
}

export const sentencesOf = (facts: readonly GradeFact[]): string[] =>
  facts.map((fact) => wordsOfFact(fact, 'en'))
