/** What the catalogue and the places of a configuration allow, refuse and say. Noon of Monday, 2 March 2026. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { type Config, type Loaded, loadConfig } from '../../config/loader.ts'
import { ROLES } from '../../gateway/detections/detections.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { Places } from '../../gateway/places.ts'
import { watchedRules } from '../../gateway/violations/catalogue.ts'
import { groundOf } from '../../gateway/violations/school.ts'

const folder = mkdtempSync(join(tmpdir(), 'lushao-law-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const NOON = '2026-03-02T12:00:00+08:00'
const SQUARE = [
  [0.1, 0.1],
  [0.9, 0.1],
  [0.9, 0.9],
  [0.1, 0.9],
]

interface Written {
  readonly options?: object
  readonly zone?: object
  readonly camera?: object
  readonly catalogue?: (catalogue: Sample) => void
  readonly at?: string
}
/** The sample as it is written, as far as a test changes it. */
interface Sample {
  sample?: boolean
  rules: (Record<string, unknown> & { ruleId: string; legalBases: Record<string, unknown>[] })[]
}

const sample = () => parse(readFileSync(packagePath('config', 'catalogue', 'sample.yaml'), 'utf8')) as Sample

function load({ options = {}, zone = {}, camera = {}, catalogue = () => {}, at = NOON }: Written): Loaded {
  const changed = sample()
  catalogue(changed)
  writeFileSync(join(folder, 'rules.yaml'), stringify(changed, { aliasDuplicateObjects: false }))
  const file = join(folder, 'gateway.yaml')
  const zones = [
    { id: 'kerb', type: 'NO_VENDING', polygon: SQUARE, rules: [{ rule: 'street-vending' }], ...zone },
  ]
  writeFileSync(
    file,
    stringify({
      ...{ site: 's', gateway: 'g', region: '310101', rules: 'rules.yaml' },
      cameras: [{ id: 'cam', url: 'rtsp://h/a', zones, ...camera }],
      ...options,
    }),
  )
  return loadConfig(file, { env: {}, clock: { wallMs: () => Date.parse(at) } })
}

const codes = ({ faults, warnings }: Loaded) => [...faults, ...warnings].map(({ code }) => code)

function watched(written: Written, at = NOON) {
  const { config } = load(written)
  const { catalogue, cameras, region, utcOffsetMinutes, governance } = config!
  const [{ zones, jurisdictionCode }] = cameras as [Config['cameras'][number]]
  const place = {
    districtCode: jurisdictionCode ?? region,
    ...{ wallMs: Date.parse(at), offsetMinutes: utcOffsetMinutes },
    ground: groundOf(config!.schools, cameras[0]!, zones[0]!),
  }
  return watchedRules(catalogue, zones[0]!, place, new Set(ROLES), governance)
}
const names = (written: Written, at = NOON) => watched(written, at).map(({ ruleId }) => ruleId)

const change = (catalogue: Sample, ruleId: string, parts: object) =>
  void Object.assign(entryOf(catalogue, ruleId), parts)
const entryOf = (catalogue: Sample, ruleId: string) => catalogue.rules.find((rule) => rule.ruleId === ruleId)!

test('[R28] the sample is whole, marked as a sample, and every rule has ladder, limits and lists', () => {
  const { config } = load({})
  expect(config?.catalogue).toMatchObject({ sample: true, complaintChannel: expect.any(String) })
  for (const { ladder, sla, leniency, powerListItemCode } of config!.catalogue.rules) {
    expect(ladder.length).toBeGreaterThan(1)
    expect(ladder[0]!.scriptId).toBe('greet-and-guide')
    expect(Object.keys(sla)).toEqual(['review', 'persuade', 'dispatch', 'onSite', 'close'])
    expect(leniency.entries).toHaveLength(1)
    expect(powerListItemCode).toBeDefined()
  }
})

test('[R29] a suspended rule does not run, and the check says so', () => {
  const suspended: Written = { catalogue: (c) => change(c, 'street-vending', { status: 'SUSPENDED' }) }
  expect(codes(load(suspended))).toEqual(['RULE_SUSPENDED'])
  expect(names(suspended)).toEqual([])
  expect(names({})).toEqual(['street-vending'])
})

test('[R18] a catalogue that is no sample is signed by two people, entry by entry', () => {
  const own = (approvedBy: string[]): Written => ({
    catalogue(c) {
      c.sample = false
      for (const rule of c.rules) rule['approvedBy'] = approvedBy
    },
  })
  expect(new Set(codes(load(own(['Li', 'Li']))))).toEqual(new Set(['RULE_UNAPPROVED']))
  expect(codes(load(own(['Li', 'Wang'])))).toEqual([])
})

test('[R27] a rule without a basis at the place does not run and is a fault; with one it is not', () => {
  const overtime = (region: string): Written => ({
    ...{ zone: { rules: [{ rule: 'permit-overtime' }] } },
    options: { region, permits: [{ id: 'p', zoneIds: ['kerb'] }] },
  })
  expect(codes(load(overtime('310101')))).toEqual(['RULE_WITHOUT_BASIS'])
  expect(names(overtime('310101'))).toEqual([])
  expect(codes(load(overtime('370202')))).toEqual([])
  expect(names(overtime('370202'))).toEqual(['permit-overtime'])
})

test('[R29] a basis ends with its last day, at local midnight and not a millisecond sooner', () => {
  const ending: Written = {
    catalogue(c) {
      for (const basis of entryOf(c, 'street-vending').legalBases) basis['effectiveTo'] = '2026-03-02'
    },
  }
  expect(names(ending, '2026-03-02T23:59:59.999+08:00')).toEqual(['street-vending'])
  expect(names(ending, '2026-03-03T00:00:00.000+08:00')).toEqual([])
  const beginning: Written = {
    catalogue(c) {
      for (const basis of entryOf(c, 'street-vending').legalBases) basis['effectiveFrom'] = '2026-03-03'
    },
  }
  expect(names(beginning, '2026-03-02T23:59:59.999+08:00')).toEqual([])
  expect(names(beginning, '2026-03-03T00:00:00.000+08:00')).toEqual(['street-vending'])
})

test('[R27] a basis about school gates holds at school gates alone', () => {
  const henan: Written = { options: { region: '410102' } }
  expect(watched(henan)[0]!.basis.title).toBe('城市道路管理条例')
  expect(watched({ ...henan, zone: { type: 'SCHOOL_GATE' } })[0]!.basis.title).toBe('河南省未成年人保护条例')
})

test('[R20] within 50 m of a school gate a stall is judged by the dwell and on the basis of such ground', () => {
  const near: Written = {
    options: { region: '410102', schools: { gates: [{ name: '一小', lon: 113.6, lat: 34.7 }] } },
    camera: { lon: 113.6, lat: 34.7003 },
    zone: { rules: [{ rule: 'street-vending' }, { rule: 'piling' }] },
  }
  const terms = (written: Written) =>
    watched(written).map((rule) => `${rule.ruleId} ${rule.minDwellSec} ${rule.basis.title.slice(0, 3)}`)
  expect(terms(near)).toEqual(['street-vending 60 河南省', 'piling 1800 城市市'])
  expect(terms({ ...near, camera: { lon: 113.6, lat: 34.701 } })[0]).toBe('street-vending 180 城市道')
})

test('[R36] the city’s own code, by the longest prefix of the division', () => {
  const codes: Written['catalogue'] = (c) => {
    entryOf(c, 'street-vending')['localCodes'] = [
      { division: '31', code: 'city' },
      { division: '310101', code: 'district' },
    ]
  }
  const at = (region: string) => watched({ catalogue: codes, options: { region } })[0]!.localCode
  expect([at('310101'), at('310104'), at('440310')]).toEqual(['district', 'city', undefined])
})

const FAULTY: [what: string, written: Written, code: string, says: string][] = [
  [
    'leniency that refers to no basis',
    {
      catalogue(c) {
        const leniency = { minorNoPenalty: true, firstTimeWaiver: true, listVersion: '1' }
        const entry = {
          legalBasisRef: 'none',
          firstTimeRequired: true,
          correctionWithinMin: 1,
          harmExcluded: true,
          listVersion: '1',
        }
        entryOf(c, 'piling')['leniency'] = { ...leniency, entries: [entry] }
      },
    },
    'CONFIG_INVALID',
    '`ref` of one of its legalBases',
  ],
  [
    'an evidence plan without its core',
    { catalogue: (c) => change(c, 'piling', { evidencePlan: ['START', 'CLIP'] }) },
    'CONFIG_INVALID',
    'START and CONFIRM',
  ],
  [
    'a default below its floor',
    { catalogue: (c) => change(c, 'piling', { overShareMin: { default: 0.2, floor: 0.3 } }) },
    'CONFIG_INVALID',
    '≥ floor',
  ],
  [
    'an exemption without a reason',
    { options: exemption({ reason: undefined }) },
    'CONFIG_INVALID',
    'reason is missing',
  ],
  [
    'an exemption without an approver',
    { options: exemption({ approvedBy: [] }) },
    'CONFIG_INVALID',
    'approvedBy',
  ],
  [
    'an exemption without an end',
    { options: exemption({ validTo: undefined }) },
    'CONFIG_INVALID',
    'validTo is missing',
  ],
  [
    'an exemption of everything',
    { options: exemption({ scope: {} }) },
    'CONFIG_INVALID',
    'camera | zone | rule | shopId',
  ],
  [
    'an exemption of a shop nobody knows',
    { options: exemption({ scope: { shopId: 'x' } }) },
    'CONFIG_UNKNOWN_ID',
    'shopId',
  ],
  [
    'an exemption that is over',
    { options: exemption({ validTo: '2026-03-01' }) },
    'EXEMPTION_OVER',
    '2026-03-01',
  ],
  [
    'a school gate without a scale',
    { zone: { schoolGate: [0.5, 0.5] } },
    'CONFIG_INVALID',
    'with groundScale',
  ],
  [
    'a day that is none',
    { zone: { schedule: { windows: [{ season: { from: '13-01', to: '02-30' } }] } } },
    'CONFIG_INVALID',
    'MM-DD',
  ],
  [
    'a kind of day that is none',
    { zone: { schedule: { windows: [{ days: 'sunday' }] } } },
    'CONFIG_INVALID',
    'workday',
  ],
]
for (const [what, written, code, says] of FAULTY) {
  test(`[R16, R18, R81] ${what}: ${code}`, () => {
    const loaded = load(written)
    expect(codes(loaded)).toContain(code)
    expect([...loaded.faults, ...loaded.warnings].map((found) => found.explain('en')).join('\n')).toContain(
      says,
    )
  })
}

test('[R77] a year whose holidays nobody entered is named, a month before it comes', () => {
  expect(codes(load({ at: '2026-11-20T12:00:00+08:00' }))).toEqual([])
  const december = load({ at: '2026-12-02T12:00:00+08:00' })
  expect(december.warnings.map((found) => found.explain('en')).join()).toContain('holidays of 2027')
  const own = {
    calendar: 'own',
    version: '1',
    years: [{ year: 2026, source: 's', holidays: [], workdays: [] }],
  }
  writeFileSync(join(folder, 'days.yaml'), stringify(own))
  expect(load({ options: { calendar: { holidays: 'days.yaml' } } }).config?.holidays.calendar).toBe('own')
  writeFileSync(
    join(folder, 'days.yaml'),
    stringify({ ...own, years: [{ ...own.years[0]!, workdays: ['2025-01-01'] }] }),
  )
  expect(codes(load({ options: { calendar: { holidays: 'days.yaml' } } }))).toEqual(['CONFIG_INVALID'])
})

const GATE = { schools: { gates: [{ name: '一小', lon: 121.5, lat: 31.2 }] } }
const FIELD = {
  points: SQUARE.map(([x, y]) => ({ at: [x, y], metres: [100 * x!, 100 * y!] })),
}
const GROUNDS: [
  what: string,
  written: Written,
  ruleId: 'street-vending' | 'piling',
  metres: number | null,
  ground: string,
][] = [
  ['nothing known', { options: GATE }, 'street-vending', null, 'NO_VENDING'],
  [
    'a camera 30 m away',
    { options: GATE, camera: { lon: 121.5, lat: 31.20027 } },
    'street-vending',
    30,
    'SCHOOL_GATE',
  ],
  ['a pile there', { options: GATE, camera: { lon: 121.5, lat: 31.20027 } }, 'piling', 30, 'NO_VENDING'],
  [
    'a camera 56 m away',
    { options: GATE, camera: { lon: 121.5, lat: 31.2005 } },
    'street-vending',
    56,
    'NO_VENDING',
  ],
  [
    'graver ground stays what it is',
    { options: GATE, camera: { lon: 121.5, lat: 31.2 }, zone: { type: 'FIRE_LANE' } },
    'street-vending',
    0,
    'FIRE_LANE',
  ],
  [
    'the gate is in the picture',
    { zone: { schoolGate: [0.2, 0.5], groundScale: FIELD } },
    'street-vending',
    30,
    'SCHOOL_GATE',
  ],
  [
    'in the picture, farther',
    { zone: { schoolGate: [0.9, 0.9], groundScale: FIELD } },
    'street-vending',
    57,
    'NO_VENDING',
  ],
]
for (const [what, written, ruleId, metres, ground] of GROUNDS) {
  test(`[R20] school gate: ${what} is ${metres} m, ${ground}`, () => {
    const { config, faults } = load(written)
    expect(faults).toEqual([])
    const places = new Places(config!, config!.cameras[0]!)
    const found = places.distanceToSchoolM('kerb', [0.5, 0.5])
    expect(found === null ? null : Math.round(found)).toBe(metres)
    expect(places.groundType('kerb', ruleId, [0.5, 0.5])).toBe(ground)
  })
}

function exemption(parts: object) {
  const whole = { id: 'e', scope: { zone: 'kerb' }, reason: 'r', approvedBy: ['Li'], validTo: '2026-12-31' }
  return { exemptions: [{ ...whole, ...parts }] }
}
