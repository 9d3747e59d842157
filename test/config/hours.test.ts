/** Zones and permits by the clock of the place, rules by the law of the day. */
import { describe, expect, test } from 'vitest'
import type { Role } from '../../gateway/detections/detections.ts'
import { Calendar, CalendarOptions } from '../../gateway/kit/calendar.ts'
import { basisFor, RuleCatalogue, watchedRules } from '../../gateway/violations/catalogue.ts'
import { PermittedPoint, permittedAt } from '../../gateway/violations/permit.ts'
import { inForce, Zone } from '../../gateway/violations/zone.ts'

const CHINA = 480
const calendar = new Calendar(CalendarOptions.parse({}), { years: [] })
const moment = (wallMs: number, offsetMinutes = CHINA) => ({ wallMs, offsetMinutes, calendar })
const at = (local: string): number => Date.parse(`${local}:00+08:00`)
const SQUARE: [number, number][] = [
  [0.1, 0.1],
  [0.5, 0.1],
  [0.5, 0.5],
  [0.1, 0.5],
]

const zoneWith = (schedule: unknown) =>
  Zone.parse({ id: 'z', type: 'NO_VENDING', polygon: SQUARE, rules: [{ rule: 'piling' }], schedule })

describe('schedule of a zone (2026-03-02 is a Monday)', () => {
  const night = { windows: [{ weekdays: ['fri'], from: '22:00', to: '02:00' }] }
  const day = { windows: [{ weekdays: ['mon', 'tue'], from: '08:00', to: '18:00' }] }
  const round = { windows: [{ weekdays: ['mon'], from: '07:00', to: '07:00' }] }
  const spring = { windows: [{ from: '22:00', to: '02:00' }], validFrom: '2026-03-01', validTo: '2026-03-05' }
  const CASES: [what: string, schedule: unknown, time: string, watched: boolean][] = [
    ['without a schedule always', undefined, '2026-03-02T03:00', true],
    ['before its hours', day, '2026-03-02T07:59', false],
    ['from its first minute', day, '2026-03-02T08:00', true],
    ['until its last', day, '2026-03-02T17:59', true],
    ['not at its end', day, '2026-03-02T18:00', false],
    ['not on other days', day, '2026-03-04T12:00', false],
    ['over midnight: Friday night', night, '2026-03-06T23:30', true],
    ['over midnight: early Saturday belongs to Friday', night, '2026-03-07T01:59', true],
    ['over midnight: ends', night, '2026-03-07T02:00', false],
    ['over midnight: early Friday belongs to Thursday', night, '2026-03-06T01:00', false],
    ['the whole round of a day: before it', round, '2026-03-02T06:59', false],
    ['the whole round of a day: its last minute', round, '2026-03-03T06:59', true],
    ['a season begins', spring, '2026-02-28T23:00', false],
    ['the night of its last day runs to its end', spring, '2026-03-06T01:59', true],
    ['and no further', spring, '2026-03-06T22:30', false],
  ]
  for (const [what, schedule, time, watched] of CASES) {
    test(`${what}: ${time}`, () => expect(inForce(zoneWith(schedule), moment(at(time)))).toBe(watched))
  }

  test('hours are the place’s, not the machine’s', () => {
    expect(inForce(zoneWith(day), moment(Date.parse('2026-03-02T08:00:00Z'), 0))).toBe(true)
    expect(inForce(zoneWith(day), moment(Date.parse('2026-03-02T08:00:00Z'), -480))).toBe(false)
  })
})

describe('permitted points', () => {
  const market = PermittedPoint.parse({
    id: 'market',
    camera: 'cam-1',
    polygon: SQUARE,
    windows: [{ weekdays: ['mon'], from: '06:00', to: '09:00' }],
    setupGraceMin: 20,
    cleanupGraceMin: 40,
    validTo: '2026-03-02',
  })
  const ask = (change: Record<string, unknown>) =>
    permittedAt([market], {
      cameraId: 'cam-1',
      zoneId: 'z',
      ruleId: 'street-vending',
      foot: [0.3, 0.3],
      wallMs: at('2026-03-02T07:00'),
      ...{ offsetMinutes: CHINA, calendar, zones: [] },
      ...change,
    })?.id ?? null

  const CASES: [what: string, change: Record<string, unknown>, permit: string | null][] = [
    ['inside the place and the hours', {}, 'market'],
    ['setting up', { wallMs: at('2026-03-02T05:40') }, 'market'],
    ['too early', { wallMs: at('2026-03-02T05:39') }, null],
    ['clearing away', { wallMs: at('2026-03-02T09:39') }, 'market'],
    ['too late', { wallMs: at('2026-03-02T09:40') }, null],
    ['beyond the boundary', { foot: [0.6, 0.3] }, null],
    ['on another camera', { cameraId: 'cam-2' }, null],
    ['another weekday', { wallMs: at('2026-03-03T07:00') }, null],
    ['after the permit ended', { wallMs: at('2026-03-09T07:00') }, null],
    ['goods whose vendor has stepped away', { ruleId: 'piling' }, 'market'],
  ]
  for (const [what, change, permit] of CASES) test(what, () => expect(ask(change)).toBe(permit))

  test('a market that opens at midnight is set up the evening before', () => {
    const early = PermittedPoint.parse({
      ...{ id: 'p', zoneIds: ['z'], setupGraceMin: 30 },
      windows: [{ weekdays: ['tue'], from: '00:10', to: '04:00' }],
    })
    const query = {
      cameraId: 'c',
      zoneId: 'z',
      ruleId: 'street-vending',
      foot: [0, 0],
      ...{ offsetMinutes: CHINA, calendar, zones: [] },
    } as const
    expect(permittedAt([early], { ...query, wallMs: at('2026-03-02T23:40') })?.id).toBe('p')
    expect(permittedAt([early], { ...query, wallMs: at('2026-03-02T23:39') })).toBeNull()
  })

  test('a permit may be for some rules only', () => {
    const stalls = PermittedPoint.parse({ id: 'p', zoneIds: ['z'], rules: ['street-vending'] })
    const query = { cameraId: 'c', zoneId: 'z', foot: [0, 0], ...moment(0, 0), zones: [] } as const
    expect(permittedAt([stalls], { ...query, ruleId: 'street-vending' })?.id).toBe('p')
    expect(permittedAt([stalls], { ...query, ruleId: 'piling' })).toBeNull()
  })

  test('a zone is a place too', () => {
    const zone = PermittedPoint.parse({ id: 'p', zoneIds: ['z'], rules: ['piling'] })
    const query = { cameraId: 'c', ruleId: 'piling', foot: [0.9, 0.9], ...moment(0, 0), zones: [] } as const
    expect(permittedAt([zone], { ...query, zoneId: 'z' })?.id).toBe('p')
    expect(permittedAt([zone], { ...query, zoneId: 'y' })).toBeNull()
  })
})

describe('legal basis by place and day', () => {
  const basis = (title: string, effectiveFrom: string, districts: string[] = [], effectiveTo?: string) => ({
    ...{ title, level: '法律', article: '1', text: 't', source: 's', effectiveFrom, districts },
    ...(effectiveTo === undefined ? {} : { effectiveTo }),
  })
  const entry = (legalBases: unknown[], ruleId = 'piling') => ({
    ...{ ruleId, nameZh: 'x', nameEn: 'x', gbMajor: '05', gbMinor: '07', legalBases, nonSiteEligible: true },
    ...{ correctionPrecondition: 'NONE', clearSec: 30, defaultGrade: 'G1', version: '1' },
    leniency: { minorNoPenalty: false, firstTimeWaiver: false, listVersion: '1' },
    minDwellSec: { default: 1800, floor: 600 },
  })
  const catalogue = (...rules: unknown[]) => RuleCatalogue.parse({ catalogue: 'c', version: '1', rules })
  const national = basis('national', '2020-01-01', [], '2026-03-02')
  const city = basis('city', '2026-01-01', ['31', '3302'])

  const CASES: [what: string, district: string, day: string, title: string | null][] = [
    ['the local one goes before the national one', '310101', '2026-03-01', 'city'],
    ['elsewhere the national one holds', '440100', '2026-03-01', 'national'],
    ['a district of a listed city', '330203', '2026-03-01', 'city'],
    ['before the local one was in force', '310101', '2025-12-31', 'national'],
    ['before any was in force', '310101', '2019-12-31', null],
    ['on its last day', '440100', '2026-03-02', 'national'],
    ['after it', '440100', '2026-03-03', null],
  ]
  for (const [what, districtCode, day, title] of CASES) {
    test(`[R27] ${what}: ${districtCode} on ${day}`, () => {
      const [rule] = catalogue(entry([national, city])).rules
      const place = { districtCode, wallMs: at(`${day}T12:00`), offsetMinutes: CHINA }
      expect(basisFor(rule!, place)?.title ?? null).toBe(title)
    })
  }

  test('[R29] what expires stops by itself; times come from the zone, else from the catalogue', () => {
    const rules = catalogue(
      entry([national]),
      entry([national], 'street-vending'),
      entry([national], 'barbecue'),
    )
    const zone = Zone.parse({
      ...{ id: 'z', type: 'NO_VENDING', polygon: SQUARE },
      rules: [
        { rule: 'piling', minDwellSec: 900 },
        { rule: 'street-vending', clearSec: 5 },
        { rule: 'barbecue' },
      ],
    })
    const roles = new Set<Role>(['person'])
    const watched = (day: string) =>
      watchedRules(
        rules,
        zone,
        { districtCode: '440100', wallMs: at(`${day}T12:00`), offsetMinutes: CHINA },
        roles,
      )
    expect(watched('2026-03-02').map((one) => [one.ruleId, one.minDwellSec, one.clearSec])).toEqual([
      ['piling', 900, 30],
      ['street-vending', 1800, 5],
    ])
    expect(watched('2026-03-03')).toEqual([])
  })
})
