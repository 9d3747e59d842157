/** From configuration, act and history to the facts of a grade, as the line puts them together. */
import { expect, test } from 'vitest'
import { loadConfig } from '../../config/loader.ts'
import { CameraOptions, GatewayOptions } from '../../config/schema.ts'
import { type ActHistory, basisInForce, gradingOf } from '../../gateway/grading-facts.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { basisFor, entryOf, type WatchedRule } from '../../gateway/violations/catalogue.ts'
import type { Act } from '../../gateway/violations/event.ts'
import { SAMPLE_WALL_MS, sampleEvent } from './sample-event.ts'

const example = loadConfig(packagePath('config', 'gateway.example.yaml'), { env: { CAM1_PASSWORD: 'x' } })
  .config!
const config = {
  ...example,
  ...GatewayOptions.pick({ grading: true }).parse({}),
  region: '310101',
  cameras: [],
}
const place = { districtCode: '310101', wallMs: SAMPLE_WALL_MS, offsetMinutes: 480 }
const entry = entryOf(config.catalogue, 'street-vending')!
const basis = basisFor(entry, place)!
const rule = { ruleId: 'street-vending', entry, basis } as WatchedRule
const camera = (zone: object) =>
  CameraOptions.parse({
    ...{ id: 'cam-1', url: 'rtsp://a/b' },
    zones: [
      {
        ...{ id: 'kerb', type: 'SIDEWALK', rules: [{ rule: 'street-vending' }] },
        ...{
          polygon: [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
          ],
          ...zone,
        },
      },
    ],
  })
const ACT: Act = {
  ...{ actKey: 'k', ruleId: 'street-vending', zoneId: 'kerb', startMs: 0, confirmedMs: 1, endMs: null },
  ...{ box: [0.4, 0.5, 0.6, 0.9], confidence: 0.8, state: 'ACTIVE' },
  objects: [{ class: 'person', role: 'attendant' }],
}
const times = {
  ...{ startWallMs: SAMPLE_WALL_MS, confirmWallMs: SAMPLE_WALL_MS + 180_000, endWallMs: null },
  ...{ nowWallMs: SAMPLE_WALL_MS + 200_000, mediaZeroMs: 0 },
}
const history = (notices: ReturnType<ActHistory['notices']>, before: number): ActHistory => ({
  notices: () => notices,
  verifiedBefore: () => before,
})
const graded = (zone: object, past?: ActHistory, act = ACT) =>
  gradingOf({ config, camera: camera(zone), history: past }, { act, rule, eventId: 'e', times })

test('[R32] without a history nothing is said of first or repeated', () => {
  const { grade, reasons, facts } = graded({})
  expect([grade, reasons]).toEqual(['G1', ['somebody is there to be spoken to']])
  expect(facts?.discretion).toEqual({ durationSec: [190, 210], placeType: 'SIDEWALK' })
  expect(facts?.leniency?.reasons).toContain('HISTORY_UNKNOWN')
})

test('[R6, R10] a notice counts against an act only when its time has passed, and it was brought', () => {
  const notice = (deadlineSec: number, deliveredAtMs: number | null = SAMPLE_WALL_MS) => ({
    ...{ persuasionId: 'n', deliveredAtMs, correctionDeadlineMs: SAMPLE_WALL_MS + deadlineSec * 1000 },
  })
  const gradeAfter = (...notices: ReturnType<typeof notice>[]) => graded({}, history(notices, 0)).grade
  expect(gradeAfter(notice(300))).toBe('G1')
  expect(gradeAfter(notice(150))).toBe('G2')
  expect(gradeAfter(notice(150, null))).toBe('G1')
  expect(gradeAfter(notice(100), notice(150))).toBe('G3')
})

test('[R20] the way that is taken is measured by the scale of the zone, and what is sure of it counts', () => {
  const scale = (metres: number) => ({
    groundScale: { from: [0, 0.9], to: [1, 0.9], metres, errorShare: 0.05 },
  })
  // A fifth of the picture's width: 2 m of 10, of 20 m four.
  expect(graded(scale(10)).facts?.discretion?.blockingWidthM).toEqual([1.6, 2.4])
  expect(graded(scale(10)).reasons).toContain('takes 1.6 m of the way at least')
  expect(graded(scale(5))).toMatchObject({ grade: 'G1' })
  expect(graded({}).facts?.discretion?.blockingWidthM).toBeUndefined()
})

test('[R20, R26] zone, school, fire and time of education', () => {
  const of = (zone: object, act?: Act) => graded(zone, undefined, act).grade
  expect(of({ type: 'FIRE_LANE' })).toBe('G4')
  expect(of({ type: 'FIRE_LANE', educationOnlyUntil: '2026-01-01' })).toBe('G0')
  expect(of({ type: 'FIRE_LANE', educationOnlyUntil: '2025-12-31' })).toBe('G4')
  expect(of({}, { ...ACT, objects: [{ class: 'smoke', role: 'other' }] })).toBe('G4')
})

test('[R20] who knows of a school near by is asked, at the foot of the act', () => {
  const near = (metres: number | null) => {
    const asked: unknown[] = []
    const places = {
      groundType: () => 'SIDEWALK' as const,
      distanceToSchoolM: (...where: unknown[]) => {
        asked.push(where)
        return metres
      },
    }
    const { grade } = gradingOf(
      { config, camera: camera({}), places },
      { act: ACT, rule, eventId: 'e', times },
    )
    expect(asked).toEqual([['kerb', [0.5, 0.9]]])
    return grade
  }
  expect([near(40), near(60), near(null)]).toEqual(['G3', 'G1', 'G1'])
})

test('[R35] the basis of an event must have been in force at its place on its day', () => {
  const event = sampleEvent('a', { legalBasis: { title: basis.title, article: basis.article } })
  expect(basisInForce(config, event)).toBe(true)
  expect(basisInForce(config, { ...event, startedAt: '1970-01-01T00:00:00.000+08:00' })).toBe(false)
  expect(basisInForce(config, { ...event, legalBasis: { title: 'x', article: 'y' } })).toBe(false)
})
