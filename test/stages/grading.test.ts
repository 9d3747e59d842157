/** How grave an act is, from listed facts; what may make it lenient; what is measured of it. Never a fine. */
import { expect, test } from 'vitest'
import { discretionOf, leniencyOf } from '../../gateway/alerts/discretion.ts'
import { GRADE_WORDS, LENIENCY_WORDS, wordsOfFact } from '../../gateway/alerts/grade-words.ts'
import { type GradingFacts, GradingOptions, gradeAct, sentencesOf } from '../../gateway/alerts/grading.ts'
import { kindOf, ROLES } from '../../gateway/detections/detections.ts'
import type { Act } from '../../gateway/violations/event.ts'
import { openDesk, PLATFORM } from './desk-fixture.ts'
import { SAMPLE_WALL_MS, sampleEvent } from './sample-event.ts'

const OPTIONS = GradingOptions.parse({})
const FACTS: GradingFacts = {
  ...{ ruleId: 'street-vending', ruleGrade: 'G1', zoneType: 'SIDEWALK', severityUplift: 0 },
  ...{ schoolNearM: null, educationOnly: false, attended: true, objectCount: 2, fireOrSmoke: false },
  ...{ blockedM: null, noticesBefore: 0, repeatCount: null },
}

test.each([
  [{}, 'G1', 'SERVICE', ['ATTENDED']],
  [{ attended: false, repeatCount: 0 }, 'G1', 'SERVICE', ['UNATTENDED', 'FIRST_AT_PLACE']],
  [{ educationOnly: true, zoneType: 'FIRE_LANE' }, 'G0', 'SERVICE', ['EDUCATION_ONLY']],
  [{ objectCount: 9 }, 'G2', 'MANAGEMENT', ['ATTENDED', 'CLUSTER']],
  [{ ruleGrade: 'G2' }, 'G2', 'MANAGEMENT', ['ATTENDED', 'RULE_GRADE']],
  [{ ruleId: 'barbecue' }, 'G2', 'MANAGEMENT', ['ATTENDED', 'OPEN_FIRE']],
  [{ repeatCount: 2 }, 'G2', 'MANAGEMENT', ['ATTENDED', 'REPEATED']],
  [{ noticesBefore: 1 }, 'G2', 'MANAGEMENT', ['ATTENDED', 'NOTICES']],
  [{ noticesBefore: 3 }, 'G3', 'ENFORCEMENT', ['ATTENDED', 'NOTICES']],
  [{ blockedM: 1.6 }, 'G3', 'ENFORCEMENT', ['ATTENDED', 'WAY_BLOCKED']],
  [{ blockedM: 1.6, zoneType: 'SHOPFRONT' }, 'G1', 'SERVICE', ['ATTENDED']],
  [{ blockedM: 1.4 }, 'G1', 'SERVICE', ['ATTENDED']],
  [{ schoolNearM: 40 }, 'G3', 'ENFORCEMENT', ['ATTENDED', 'SCHOOL_NEAR']],
  [{ zoneType: 'TACTILE' }, 'G3', 'ENFORCEMENT', ['ATTENDED', 'SENSITIVE_GROUND']],
  [{ severityUplift: 1 }, 'G2', 'MANAGEMENT', ['ATTENDED', 'ZONE_UPLIFT']],
  [
    { zoneType: 'SCHOOL_GATE', objectCount: 9 },
    'G3',
    'ENFORCEMENT',
    ['ATTENDED', 'CLUSTER', 'SENSITIVE_GROUND'],
  ],
  [{ zoneType: 'FIRE_LANE' }, 'G4', 'ENFORCEMENT', ['ATTENDED', 'SENSITIVE_GROUND']],
  [{ fireOrSmoke: true }, 'G4', 'ENFORCEMENT', ['ATTENDED', 'FIRE_OR_SMOKE']],
  [{ objectCount: 45 }, 'G4', 'ENFORCEMENT', ['ATTENDED', 'CROWD']],
] as const)('[R10, R11, R20, R26] grade of %j is %s', (changes, grade, handlingTier, codes) => {
  const graded = gradeAct({ ...FACTS, ...changes }, OPTIONS)
  expect(graded).toMatchObject({ grade, handlingTier })
  expect(graded.facts.map(({ code }) => code)).toEqual(codes)
})

test('[R20] nothing that is listed lowers a grade', () => {
  const level = (facts: Partial<GradingFacts>) => Number(gradeAct({ ...FACTS, ...facts }, OPTIONS).grade[1])
  const uplifts: Partial<GradingFacts>[] = [
    { objectCount: 9 },
    { noticesBefore: 2 },
    { zoneType: 'TACTILE' },
    { schoolNearM: 10 },
    { blockedM: 3 },
    { fireOrSmoke: true },
    { severityUplift: 2 },
    { repeatCount: 4 },
  ]
  for (const one of uplifts)
    for (const other of uplifts) {
      expect(level({ ...one, ...other })).toBeGreaterThanOrEqual(Math.max(level(one), level(other)))
    }
})

test('reasons are said in both languages, and with their numbers', () => {
  const fact = { code: 'CLUSTER', value: 9 }
  expect([wordsOfFact(fact, 'en'), wordsOfFact(fact, 'zh')]).toEqual(['cluster of 9', '聚集，共 9 个目标'])
  expect(sentencesOf([{ code: 'ATTENDED' }])).toEqual(['somebody is there to be spoken to'])
  for (const [code, { en, zh }] of Object.entries({ ...GRADE_WORDS, ...LENIENCY_WORDS })) {
    const han = /\p{Script=Han}/u
    expect([code, han.test(en), han.test(zh)]).toEqual([code, false, true])
    expect([code, en.includes('{value}')]).toEqual([code, zh.includes('{value}')])
  }
})

test('[R71] the legal reviewers are told by the triggers of the configuration, and nothing is decided', () => {
  const options = GradingOptions.parse({ legalReview: { gradeMin: 'G3', repeatMin: 2 } })
  const triggers = (facts: Partial<GradingFacts>) =>
    gradeAct({ ...FACTS, ...facts }, options).requiresLegalReview
  expect(triggers({})).toEqual([])
  expect(triggers({ zoneType: 'TACTILE', repeatCount: 2 })).toEqual(['grade G3', 'repeated 2 times'])
})

const ACT: Act = {
  ...{ actKey: 'k', ruleId: 'street-vending', zoneId: 'kerb', startMs: 0, confirmedMs: 1, endMs: null },
  ...{ box: [0.4, 0.5, 0.6, 0.9], confidence: 0.8, state: 'ACTIVE', objects: [] },
}
const GOING = {
  ...{ act: ACT, startWallMs: 0, endWallMs: null, nowWallMs: 180_000, placeType: 'SIDEWALK' },
  ...{ blockingWidthM: null, notices: [], repeatCount: null },
} as const
const NOTICE = { persuasionId: 'n', deliveredAtMs: 60_000, correctionDeadlineMs: 360_000 }
const left = (endWallMs: number, state: Act['state'] = 'CLEARED') =>
  ({ ...GOING, act: { ...ACT, state, endMs: endWallMs }, endWallMs, nowWallMs: endWallMs + 5_000 }) as const

test('[R32, R33] facts are measured with their uncertainty, and absent when nobody knows', () => {
  expect(discretionOf(GOING, OPTIONS)).toEqual({ durationSec: [170, 190], placeType: 'SIDEWALK' })
  const measured = { distanceM: [0.52, 1.18], areaM2: null, groundShare: 1 } as const
  const known = {
    ...{ ...left(240_000), act: { ...left(240_000).act, measured }, blockingWidthM: [1.04, 1.66] as const },
    ...{ notices: [{ ...NOTICE, deliveredAtMs: null }, NOTICE], repeatCount: 2 },
  }
  expect(discretionOf(known, OPTIONS)).toEqual({
    ...{ durationSec: [230, 250], extensionM: [0.5, 1.2], blockingWidthM: [1, 1.7], placeType: 'SIDEWALK' },
    ...{ firstAtPlace: false, repeatCount: 2, repeatDays: 30, correctionSec: [170, 190] },
  })
  const lost = { ...left(240_000, 'LOST'), notices: [NOTICE] }
  expect(discretionOf(lost, OPTIONS).correctionSec, 'out of sight is not corrected').toBeUndefined()
})

const LISTS = { minorNoPenalty: true, firstTimeWaiver: true, listVersion: '2026.1' }
test.each([
  ['on the street still', GOING, LISTS, 'G1', false],
  ['left before anybody spoke', left(100_000), LISTS, 'G1', true],
  ['corrected in time', { ...left(300_000), notices: [NOTICE] }, LISTS, 'G1', true],
  ['corrected too late', { ...left(400_000), notices: [NOTICE] }, LISTS, 'G1', false],
  ['out of sight', left(100_000, 'LOST'), LISTS, 'G1', false],
  ['not minor', left(100_000), LISTS, 'G2', false],
  ['on no list', left(100_000), { ...LISTS, minorNoPenalty: false, firstTimeWaiver: false }, 'G1', false],
  ['first only, and first', { ...left(1), repeatCount: 0 }, { ...LISTS, minorNoPenalty: false }, 'G1', true],
  ['first only, repeated', { ...left(1), repeatCount: 1 }, { ...LISTS, minorNoPenalty: false }, 'G1', false],
  ['first only, not known', left(1), { ...LISTS, minorNoPenalty: false }, 'G1', false],
] as const)('[R17] a candidate for leniency: %s', (_, facts, lists, grade, candidate) => {
  const { listVersion, reasons, ...hint } = leniencyOf({ ...facts, grade, lists })
  expect(hint).toEqual({ candidate })
  expect(listVersion).toBe('2026.1')
  expect(reasons.filter((code) => !(code in LENIENCY_WORDS))).toEqual([])
})

test('[R32] only what a person has verified at that very place makes a repetition', () => {
  const { desk } = openDesk()
  const day = (n: number) => ({ startedAt: `2026-01-${String(n).padStart(2, '0')}T10:00:00.000+08:00` })
  const verify = (eventId: string) => desk.transition({ eventId, to: 'VERIFIED', actor: PLATFORM })
  const raised = (name: string, changes: object) => desk.raise(sampleEvent(name, changes)).eventId
  verify(raised('verified', day(2)))
  raised('only suspected', day(3))
  verify(raised('elsewhere in the zone', { ...day(4), box: [0, 0.5, 0.2, 0.9] }))
  verify(raised('another rule', { ...day(4), ruleId: 'piling' }))
  verify(raised('another zone', { ...day(4), zoneId: 'steps' }))
  verify(raised('long ago', { startedAt: '2025-06-01T10:00:00.000+08:00' }))
  const revoked = raised('revoked', day(5))
  verify(revoked)
  desk.transition({ eventId: revoked, to: 'REVOKED', actor: PLATFORM, reasonCode: 'WRONG' })
  const now = SAMPLE_WALL_MS + 10 * 86_400_000
  const query = { eventId: 'now', cameraId: 'cam-1', zoneId: 'kerb', ruleId: 'street-vending' }
  const box = [0.45, 0.5, 0.65, 0.9] as const
  const count = () => desk.verifiedBefore({ ...query, box, sinceMs: now - 30 * 86_400_000, beforeMs: now })
  expect(count()).toBe(1)
})

test('[R83] nothing that a detector may name tells one person from another', () => {
  const ofPeople = ROLES.filter((role) => kindOf(role) === 'person')
  expect(ofPeople).toEqual(['person'])
})
