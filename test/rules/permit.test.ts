/**
 * A stall and a permitted point, a character a second from midnight on. See `street.ts` for the letters.
 *
 *     hours     minute 1 ██████ minute 2     permitted from 00:01 to 00:02, with 15 s to set up and 30 s to clear away
 *     seconds   0 ··· 45 ▒ 60 ████ 120 ▒ 150 ···
 */
import { expect, test } from 'vitest'
import type { Config } from '../../config/loader.ts'
import { GatewayOptions } from '../../config/schema.ts'
import { Places } from '../../gateway/places.ts'
import { AttendanceOptions } from '../../gateway/violations/attendance.ts'
import { type HushedAct, Judge, JudgeOptions } from '../../gateway/violations/judge.ts'
import { PermitWatch } from '../../gateway/violations/permit-watch.ts'
import { Spot } from '../../gateway/violations/spot.ts'
import { AT, events, KERB, walk, withRules } from './street.ts'

const [left, , right] = AT.goods
const EDGE = {
  all: 1,
  most: left + 0.8 * (right - left),
  half: left + 0.55 * (right - left),
  bit: left + 0.2 * (right - left),
}
const upTo = (x: number) => [
  [0, 0],
  [x, 0],
  [x, 1],
  [0, 1],
]
const MINUTE = { windows: [{ from: '00:01', to: '00:02' }], setupGraceMin: 0.25, cleanupGraceMin: 0.5 }
const market = (parts: object = {}) => ({
  id: 'market',
  camera: 'cam-1',
  polygon: upTo(EDGE.all),
  ...MINUTE,
  ...parts,
})
const DAY = { windows: [{}] }

const ALL = { 'street-vending': 20, 'permit-overtime': 20, 'permit-overreach': 20 } as const
const STREET = { 'street-vending': 20 } as const

function configOf(options: object, rules: object): Config {
  const zones = [{ id: 'kerb', type: 'NO_VENDING', polygon: upTo(1), shopId: 'shop-7', rules: names(rules) }]
  const parsed = GatewayOptions.parse({
    ...{ site: 's', gateway: 'g', region: '310101', utcOffsetMinutes: 0 },
    cameras: [{ id: 'cam-1', url: 'rtsp://h/a', zones }],
    ...options,
  })
  const catalogue = { catalogue: 'c', version: '1', sample: true, rules: [] }
  const holidays = {
    ...{ calendar: 'c', version: '1' },
    years: [
      {
        ...{ year: 1970, source: 's', workdays: [] },
        holidays: [{ name: 'h', from: '1970-01-01', to: '1970-01-01' }],
      },
    ],
  }
  const scripts = {
    library: 's',
    version: '1',
    sample: true,
    greeting: { zh: '', en: '' },
    forbidden: [],
    scripts: [],
  }
  return {
    ...parsed,
    catalogue,
    scripts,
    holidays,
    file: '',
    files: [],
    configVersion: 'v',
    catalogVersion: 'v',
  }
}
const CAMERA = configOf({}, ALL).cameras[0]!

function names(rules: object) {
  return Object.keys(rules).map((rule) => ({ rule }))
}

function judgeOf(
  options: object,
  rules: Record<string, number>,
  onHushed: (act: HushedAct) => void = () => {},
) {
  const config = configOf(options, rules)
  const places = new Places(config, config.cameras[0]!)
  return new Judge({
    cameraId: 'cam-1',
    zones: [withRules(rules, KERB)],
    silenced: (zoneId, foot, wallMs, ruleId) => places.silenced({ zoneId, foot, wallMs, ruleId }),
    permit: (foot, feet, wallMs) => places.permit(foot, feet, wallMs),
    onHushed,
    options: JudgeOptions.parse({}),
  })
}

/** A stall that stands from one second to another. */
const stall = (from: number, to: number) => `${'.'.repeat(from)}${'v'.repeat(to - from)}....`

const CASES: [
  what: string,
  permits: object[],
  rules: Record<string, number>,
  strip: string,
  told: string[],
][] = [
  ['in the hours nothing', [market()], ALL, stall(62, 110), []],
  ['set up in the grace, cleared away in the grace: nothing', [market()], ALL, stall(46, 149), []],
  ['too early, until the setting up begins', [market()], ALL, stall(4, 80), ['permit-overtime 4–45']],
  [
    'in the hours nothing, also of a permit that names street vending alone',
    [market({ rules: ['street-vending'] })],
    { 'permit-overtime': 20 },
    stall(62, 110),
    [],
  ],
  ['too early, but not for long', [market()], ALL, stall(30, 110), []],
  [
    'goes on: overtime from the end of the grace',
    [market()],
    ALL,
    stall(70, 200),
    ['permit-overtime 149–200'],
  ],
  ['goes on, but not for long', [market()], ALL, stall(70, 165), []],
  ['comes when all is over', [market()], ALL, stall(160, 200), ['permit-overtime 160–200']],
  ['overtime is not watched: street vending', [market()], STREET, stall(70, 200), ['street-vending 149–200']],
  [
    'not on this day',
    [market({ windows: [{ ...MINUTE.windows[0], days: 'workday' }] })],
    ALL,
    stall(62, 110),
    ['permit-overtime 62–110'],
  ],
  [
    'on a holiday',
    [market({ windows: [{ ...MINUTE.windows[0], days: 'holiday' }] })],
    ALL,
    stall(62, 110),
    [],
  ],
  [
    'not in its season',
    [market({ windows: [{ ...MINUTE.windows[0], season: { from: '02-01', to: '11-30' } }] })],
    ALL,
    stall(62, 110),
    ['permit-overtime 62–110'],
  ],
  [
    'in its season over New Year',
    [market({ windows: [{ ...MINUTE.windows[0], season: { from: '12-01', to: '01-15' } }] })],
    ALL,
    stall(62, 110),
    [],
  ],
  [
    'a permit that is over is none',
    [market({ validTo: '1969-12-31' })],
    ALL,
    stall(62, 110),
    ['street-vending 62–110'],
  ],
  ['most of it inside', [market({ polygon: upTo(EDGE.most), ...DAY })], ALL, stall(4, 60), []],
  [
    'half of it beyond',
    [market({ polygon: upTo(EDGE.half), ...DAY })],
    ALL,
    stall(4, 60),
    ['permit-overreach 10–60'],
  ],
  [
    'only a corner of it inside',
    [market({ polygon: upTo(EDGE.bit), ...DAY })],
    ALL,
    stall(4, 60),
    ['permit-overreach 10–60'],
  ],
  [
    'beside the place',
    [market({ polygon: upTo(left - 0.01), ...DAY })],
    ALL,
    stall(4, 60),
    ['street-vending 4–60'],
  ],
  [
    'half beyond, and overreach is not watched: the foot decides',
    [market({ polygon: upTo(EDGE.half), ...DAY })],
    STREET,
    stall(4, 60),
    [],
  ],
  [
    'a corner inside, and overreach is not watched: street vending',
    [market({ polygon: upTo(EDGE.bit), ...DAY })],
    STREET,
    stall(4, 60),
    ['street-vending 4–60'],
  ],
  [
    'the zone itself is the place',
    [{ id: 'market', zoneIds: ['kerb'], ...MINUTE }],
    ALL,
    stall(70, 200),
    ['permit-overtime 149–200'],
  ],
  [
    'works are no place to trade',
    [market({ type: 'CONSTRUCTION', rules: ['piling'], ...DAY })],
    ALL,
    stall(4, 60),
    ['street-vending 4–60'],
  ],
  [
    'tables before a shop, nobody there, after hours',
    [market({ type: 'OUTDOOR_SEATING' })],
    ALL,
    `${'.'.repeat(70)}${'g'.repeat(130)}....`,
    ['permit-overtime 149–200'],
  ],
  ['goods left by nobody are no trade', [market()], ALL, `${'.'.repeat(70)}${'g'.repeat(130)}....`, []],
]
for (const [what, permits, rules, strip, told] of CASES) {
  test(`[R81] permit: ${what}`, () => {
    expect(events(walk(judgeOf({ permits }, rules), strip))).toEqual(told)
  })
}

test('[R81] permit: the event says how the act stands to the nearest point', () => {
  const checks = (permits: object[], strip: string, config: object = {}) =>
    walk(judgeOf({ permits, ...config }, ALL), strip).at(-1)!.act.permitCheck
  expect(checks([market()], stall(160, 200))).toEqual({
    ...{ nearestPointId: 'market', inside: true, inWindow: false, result: 'OUTSIDE_HOURS' },
  })
  expect(checks([market({ polygon: upTo(EDGE.half), ...DAY })], stall(4, 60))?.result).toBe('BEYOND_BOUNDARY')
  const far = market({ id: 'far', polygon: upTo(left - 0.3), ...DAY })
  const near = market({ id: 'near', polygon: upTo(left - 0.1) })
  expect(checks([far, near], stall(4, 60))).toEqual({
    ...{ nearestPointId: 'near', inside: false, inWindow: true, result: 'OUTSIDE_PLACE' },
  })
  expect(checks([], stall(4, 60))).toEqual({
    ...{ nearestPointId: null, inside: false, inWindow: false, result: 'NO_POINT' },
  })
})

test('[R81] permit: an act keeps its name when the hours end over it', () => {
  const judge = judgeOf({ permits: [market({ polygon: upTo(EDGE.half) })] }, ALL)
  expect(events(walk(judge, stall(62, 200)))).toEqual(['permit-overreach 68–200'])
})

test('[R81] permit: what it knows of a spot survives a restart', () => {
  const parts = { permits: [market({ polygon: upTo(EDGE.half), ...DAY })] }
  const before = judgeOf(parts, ALL)
  const strip = stall(4, 60)
  const told = walk(before, strip.slice(0, 20))
  const after = judgeOf(parts, ALL)
  expect(after.restore(before.snapshot())).toBe(true)
  // The strip's goods are as old as the first letter that is shown: their age is asked of the judge's memory.
  expect(events([...told, ...walk(after, strip.slice(20), 20)])).toEqual(['permit-overreach 10–60'])
})

const exempt = (scope: object, validTo: string) => ({
  exemptions: [{ id: 'fair', scope, reason: 'a fair', approvedBy: ['Li'], validTo }],
})
const SCOPES: [scope: object, told: string[], noted: string[]][] = [
  [{ zone: 'kerb' }, [], ['street-vending 4']],
  [{ camera: 'cam-1', rule: 'street-vending' }, [], ['street-vending 4']],
  [{ shopId: 'shop-7' }, [], ['street-vending 4']],
  [{ shopId: 'shop-8' }, ['street-vending 4–60'], []],
  [{ zone: 'kerb', rule: 'piling' }, ['street-vending 4–60'], []],
]
for (const [scope, told, noted] of SCOPES) {
  test(`[R16] exemption of ${JSON.stringify(scope)}: told ${told}, noted ${noted}`, () => {
    const hushed: string[] = []
    const judge = judgeOf(exempt(scope, '1970-01-01'), { ...STREET, 'road-occupation': 20 }, (act) =>
      hushed.push(`${act.ruleId} ${act.startMs / 1000}`),
    )
    expect(events(walk(judge, stall(4, 60)))).toEqual(told)
    expect(hushed).toEqual(noted)
  })
}

test('[R16] an exemption ends with its day: what goes on counts from midnight', () => {
  // A minute west of Greenwich: midnight comes at second 60.
  const judge = judgeOf({ ...exempt({ zone: 'kerb' }, '1969-12-31'), utcOffsetMinutes: -1 }, STREET)
  expect(events(walk(judge, stall(4, 120)))).toEqual(['street-vending 59–120'])
})

test('[R81] more stalls than approved: those that came last are beyond the permit, until one leaves', () => {
  const { sight } = new Places(configOf({ permits: [market({ capacity: 2, ...DAY })] }, ALL), CAMERA).permit(
    [0.5, 0.5],
    () => [],
    0,
  )
  const watch = new PermitWatch(() => ({ sight, nearestPointId: 'market' }), 0.3)
  const spots = [0, 1, 2].map((at) => new Spot(at + 1, 0, 'kerb', AttendanceOptions.parse({})))
  const look = (nowMs: number, present: number[]) =>
    present.map((at) => {
      const spot = spots[at]!
      spot.goodsBox = AT.goods
      const sinceMs = 1000 * at
      const attendance = {
        ...{ sinceMs, lastMs: nowMs, aliveMs: nowMs, aliveFromMs: sinceMs, awaySec: 0, stays: true },
      }
      const facts = { ...spot.facts(nowMs), goodsSinceMs: sinceMs, attendance, carriers: 1 }
      const { permit, permitCheck } = watch.know(spot, facts, () => [[0.5, 0.5]], nowMs)
      return `${permitCheck?.result} ${permit?.overSinceMs ?? ''}–${permit?.backSinceMs ?? ''}`
    })
  expect(look(5_000, [2, 1, 0])).toEqual(['PERMITTED –', 'PERMITTED –', 'PERMITTED –'])
  expect(look(6_000, [0, 1, 2])).toEqual(['PERMITTED –', 'PERMITTED –', 'OVER_CAPACITY 6000–'])
  expect(look(20_000, [1, 2])).toEqual(['PERMITTED –', 'PERMITTED 6000–20000'])
})
