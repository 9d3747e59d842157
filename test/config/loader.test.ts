/** From a file to a configuration: everything wrong at once, secrets never seen, one bad camera alone left out. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Config, type Loaded, loadConfig } from '../../config/loader.ts'
import { ROLES } from '../../gateway/detections/detections.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { watchedRules } from '../../gateway/violations/catalogue.ts'

const folder = mkdtempSync(join(tmpdir(), 'lushao-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const NOON = Date.parse('2026-03-02T12:00:00+08:00')
const clock = { wallMs: () => NOON }
const SQUARE = '[[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]'
const HEAD = 'site: street\ngateway: gw-1\nregion: "310101"\n'
const camera = (id: string, rules = '[{rule: piling}]', polygon = SQUARE): string =>
  `  - id: ${id}\n    url: rtsp://10.0.0.1/${id}\n    zones:\n      - {id: kerb, type: NO_VENDING, polygon: ${polygon}, rules: ${rules}}\n`

const shop = (line: string, scale = '{from: [0.1, 0.2], to: [0.9, 0.2], metres: 8}'): string =>
  `  - id: shop\n    url: rtsp://10.0.0.1/shop\n    zones:\n      - {id: front, type: SHOPFRONT, polygon: ${SQUARE}, shopfrontLine: ${line}, groundScale: ${scale}, rules: [{rule: beyond-shopfront}]}\n`

function load(yaml: string, env: Record<string, string> = {}): Loaded {
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, yaml)
  return loadConfig(file, { env, clock })
}

const codes = (loaded: Loaded): string[] => loaded.faults.map((fault) => fault.code)
const explained = (loaded: Loaded): string => loaded.faults.map((fault) => fault.explain('en')).join('\n')

/** Rule and dwell of all that runs in the first zone of the first camera. */
function watchedIn(
  { catalogue, cameras, region, utcOffsetMinutes, governance }: Config,
  wallMs = NOON,
): string[] {
  const place = { districtCode: region, wallMs, offsetMinutes: utcOffsetMinutes }
  const roles = new Set(ROLES)
  return watchedRules(catalogue, cameras[0]!.zones[0]!, place, roles, governance).map(
    (rule) => `${rule.ruleId} ${rule.minDwellSec}`,
  )
}

test('three lines are a configuration; the rest has defaults', () => {
  const { config, faults, warnings } = load(HEAD)
  expect(faults).toEqual([])
  expect(warnings).toEqual([])
  expect(config).toMatchObject({ utcOffsetMinutes: 480, cameras: [], governance: { mode: 'production' } })
  expect(config?.catalogue.sample).toBe(true)
  expect(config?.storage.folder).toBe(join(folder, 'var'))
})

describe('each fault has its code, its line, its value and what is allowed', () => {
  const CASES: [what: string, yaml: string, code: string, says: string][] = [
    ['not YAML', 'site: [', 'CONFIG_INVALID_YAML', 'line 1'],
    ['the same key twice', `${HEAD}site: again\n`, 'CONFIG_INVALID_YAML', 'line 4'],
    ['a list instead of a mapping', '- 1\n', 'CONFIG_INVALID', 'the whole file'],
    ['a missing name', 'gateway: a\nregion: "310101"\n', 'CONFIG_INVALID', 'site is missing'],
    ['a name with capitals', HEAD.replace('street', 'Street'), 'CONFIG_INVALID', 'site is "Street"'],
    ['a misspelt key', `${HEAD}camera: []\n`, 'CONFIG_UNKNOWN_KEY', 'line 4: camera is no option'],
    ['a number out of bounds', `${HEAD}utcOffsetMinutes: 900\n`, 'CONFIG_INVALID', 'integer -720 … 840'],
    ['a camera over HTTP', `${HEAD}cameras: [{id: a, url: "http://a/"}]\n`, 'CONFIG_INVALID', 'rtsp://'],
    [
      'pixels for fractions',
      `${HEAD}cameras:\n${camera('a', '[]', '[[0, 0], [1280, 0], [1, 1]]')}`,
      'ZONE_OUTSIDE_PICTURE',
      'polygon[1][0] is 1280',
    ],
    [
      'a bow tie',
      `${HEAD}cameras:\n${camera('a', '[]', '[[0, 0], [1, 1], [1, 0], [0, 1]]')}`,
      'ZONE_CROSSES_ITSELF',
      'cameras[0].zones[0].polygon',
    ],
    [
      'two cameras of one name',
      `${HEAD}cameras:\n${camera('a')}${camera('a')}`,
      'CONFIG_DUPLICATE_ID',
      '[1].id',
    ],
    [
      'one rule twice',
      `${HEAD}cameras:\n${camera('a', '[{rule: piling}, {rule: piling}]')}`,
      'CONFIG_DUPLICATE_ID',
      'rules[1].rule',
    ],
    [
      'an unknown rule',
      `${HEAD}cameras:\n${camera('a', '[{rule: loitering}]')}`,
      'CONFIG_INVALID',
      'street-vending |',
    ],
    [
      'a dwell below the floor',
      `${HEAD}cameras:\n${camera('a', '[{rule: street-vending, minDwellSec: 59}]')}`,
      'DWELL_BELOW_FLOOR',
      '≥ 60',
    ],
    [
      'a rule without a basis there',
      `${HEAD}cameras:\n${camera('a', '[{rule: permit-overreach}]')}`,
      'RULE_WITHOUT_BASIS',
      'district 310101 on 2026-03-02',
    ],
    [
      'goods beyond a shopfront without its line',
      `${HEAD}cameras:\n${camera('a', '[{rule: beyond-shopfront}]')}`,
      'RULE_MISPLACED',
      'SHOPFRONT',
    ],
    [
      'trading on the road where no road is',
      `${HEAD}cameras:\n${camera('a', '[{rule: road-occupation}]')}`,
      'RULE_MISPLACED',
      'ROADWAY',
    ],
    [
      'a shopfront that runs through the middle of its zone',
      `${HEAD}cameras:\n${shop('[[0.1, 0.5], [0.9, 0.5]]')}`,
      'RULE_MISPLACED',
      'shopfrontLine',
    ],
    [
      'a shopfront that is a point',
      `${HEAD}cameras:\n${shop('[[0.1, 0.1], [0.1, 0.1]]')}`,
      'SHOPFRONT_LINE_DEGENERATE',
      'shopfrontLine',
    ],
    [
      'a scale of places in a line',
      `${HEAD}cameras:\n${shop('[[0.1, 0.1], [0.9, 0.1]]', `{points: [${[1, 2, 3, 4].map((n) => `{at: [0.${n}, 0.${n}], metres: [${n}, ${n}]}`)}]}`)}`,
      'GROUND_SCALE_DEGENERATE',
      'groundScale',
    ],
    [
      'a scale of no length',
      `${HEAD}cameras:\n${shop('[[0.1, 0.1], [0.9, 0.1]]', '{from: [0.3, 0.3], to: [0.3, 0.3], metres: 2}')}`,
      'GROUND_SCALE_DEGENERATE',
      'groundScale',
    ],
    ['a permit for nothing', `${HEAD}permits: [{id: p}]\n`, 'CONFIG_INVALID', 'zoneIds | camera + polygon'],
    [
      'a permit for an unknown zone',
      `${HEAD}permits: [{id: p, zoneIds: [x]}]\n`,
      'CONFIG_UNKNOWN_ID',
      'permits[0].zoneIds[0] names "x"',
    ],
    ['a catalogue that is not there', `${HEAD}rules: none.yaml\n`, 'CONFIG_UNREADABLE', 'none.yaml'],
  ]
  for (const [what, yaml, code, says] of CASES) {
    test(what, () => {
      const loaded = load(yaml)
      expect(codes(loaded)).toEqual([code])
      expect(explained(loaded)).toContain(says)
    })
  }
})

test('a file that is not there is a fault like any other', () => {
  expect(codes(loadConfig(join(folder, 'nowhere.yaml')))).toEqual(['CONFIG_UNREADABLE'])
})

test('all faults come at once, those of different kinds too', () => {
  const yaml = `${HEAD.replace('street', 'A B')}colour: red
cameras:
${camera('a', '[{rule: piling, minDwellSec: 1}, {rule: permit-overtime}]')}${camera('a')}${camera('b', '[]', '[[0, 0], [2, 0], [1, 1]]')}`
  expect(codes(load(yaml)).sort()).toEqual([
    'CONFIG_DUPLICATE_ID',
    'CONFIG_INVALID',
    'CONFIG_UNKNOWN_KEY',
    'DWELL_BELOW_FLOOR',
    'RULE_WITHOUT_BASIS',
    'ZONE_OUTSIDE_PICTURE',
  ])
})

describe('what can still be run', () => {
  test('a faulty camera is left out, the others are kept', () => {
    const { config } = load(`${HEAD}cameras:\n${camera('a', '[]', '[[0, 0], [9, 0], [1, 1]]')}${camera('b')}`)
    expect(config?.cameras.map((one) => one.id)).toEqual(['b'])
  })

  test('a path after a camera that was left out still points at the file', () => {
    const low = camera('b', '[{rule: piling, minDwellSec: 1}]')
    const loaded = load(`${HEAD}cameras:\n${camera('a', '[]', '[[0, 0], [9, 0], [1, 1]]')}${low}`)
    expect(explained(loaded)).toContain('cameras[1].zones[0].rules[0].minDwellSec is 1')
  })

  test('[R18] a dwell that undercuts the floor runs at the floor', () => {
    const { config } = load(`${HEAD}cameras:\n${camera('a', '[{rule: piling, minDwellSec: 1}]')}`)
    expect(watchedIn(config!)).toEqual(['piling 600'])
  })

  test('a faulty permit stops everything: without it people would be reported where they may trade', () => {
    expect(
      load(`${HEAD}cameras:\n${camera('a')}permits: [{id: p, zoneIds: [elsewhere]}]\n`).config,
    ).toBeNull()
    expect(load(`${HEAD}cameras:\n${camera('a')}permits: [{id: p, zoneIds: [kerb]}]\n`).faults).toEqual([])
  })

  test('a permit may name a camera that was left out', () => {
    const permits = `permits: [{id: p, camera: a, polygon: ${SQUARE}}]\n`
    const loaded = load(`${HEAD}cameras:\n${camera('a', '[]', '[[0, 0], [9, 0], [1, 1]]')}${permits}`)
    expect(codes(loaded)).toEqual(['ZONE_OUTSIDE_PICTURE'])
    expect(loaded.config).not.toBeNull()
  })

  test('[R81] a rule about permits without a permitted point is named, not refused', () => {
    const qingdao = HEAD.replace('310101', '370202')
    const loaded = load(`${qingdao}cameras:\n${camera('a', '[{rule: permit-overtime}]')}`)
    expect(loaded.faults).toEqual([])
    expect(loaded.warnings.map((fault) => fault.code)).toEqual(['RULE_WITHOUT_POINT'])
    const permits = 'permits: [{id: p, zoneIds: [kerb]}]\n'
    expect(
      load(`${qingdao}cameras:\n${camera('a', '[{rule: permit-overtime}]')}${permits}`).warnings,
    ).toEqual([])
  })
})

describe('[R18] floors', () => {
  const low = (governance: string, rule = '{rule: piling, minDwellSec: 1, approval: a1}') =>
    codes(load(`${HEAD}governance: ${governance}\ncameras:\n${camera('a', `[${rule}]`)}`))
  const approval = (until: string, by = '[Li, Wang]') =>
    `{approvals: [{id: a1, by: ${by}, reason: pilot, until: ${until}}]}`

  test('test mode does not enforce them', () => expect(low('{mode: test}')).toEqual([]))
  test('[R18] two people may sign', () => expect(low(approval('2026-03-02'))).toEqual([]))
  test('[R18] one may not', () => expect(low(approval('2026-03-02', '[Li]'))).toContain('CONFIG_INVALID'))
  test('one who signs twice is one', () =>
    expect(low(approval('2026-03-02', '[Li, Li]'))).toContain('CONFIG_INVALID'))
  test('an approval ends while the box runs: from the next day on the floor holds', () => {
    const yaml = `${HEAD}governance: ${approval('2026-03-02')}\ncameras:\n${camera('a', '[{rule: piling, minDwellSec: 1, approval: a1}]')}`
    const { config } = load(yaml)
    expect(watchedIn(config!)).toEqual(['piling 1'])
    expect(watchedIn(config!, Date.parse('2026-03-02T23:59:59+08:00'))).toEqual(['piling 1'])
    expect(watchedIn(config!, Date.parse('2026-03-03T00:00:00+08:00'))).toEqual(['piling 600'])
  })
  const CASES: [asked: string, faults: string[]][] = [
    ['minDistanceM: 0.2', ['THRESHOLD_BEYOND_BOUNDS']],
    ['minDistanceM: 0.3', []],
    ['unloadingGraceSec: 299', ['THRESHOLD_BEYOND_BOUNDS']],
    ['unloadingGraceSec: 1800', []],
    ['unloadingGraceSec: 1801', ['THRESHOLD_BEYOND_BOUNDS']],
    ['minDistanceM: 0.1, unloadingGraceSec: 0', ['THRESHOLD_BEYOND_BOUNDS', 'THRESHOLD_BEYOND_BOUNDS']],
    ['minDistanceM: 0.1, approval: a1', []],
  ]
  for (const [asked, faults] of CASES) {
    test(`the other thresholds have bounds too: ${asked}`, () => {
      const zone = shop('[[0.1, 0.2], [0.9, 0.2]]').replace(
        '{rule: beyond-shopfront}',
        `{rule: beyond-shopfront, ${asked}}`,
      )
      expect(codes(load(`${HEAD}governance: ${approval('2026-03-02')}\ncameras:\n${zone}`))).toEqual(faults)
    })
  }
  test('[R18] an approval ends', () => expect(low(approval('2026-03-01'))).toEqual(['DWELL_BELOW_FLOOR']))
  test('an approval of another name does not count', () =>
    expect(low(approval('2027-01-01'), '{rule: piling, minDwellSec: 1}')).toEqual(['DWELL_BELOW_FLOOR']))
})

describe('secrets', () => {
  const YAML = `${HEAD}cameras:\n  - {id: a, url: "rtsp://user:\${CAM_PASSWORD}@10.0.0.1/main"}\n`

  test('come from the environment and from files', () => {
    expect(load(YAML, { CAM_PASSWORD: 'geheim' }).config?.cameras[0]?.url).toBe(
      'rtsp://user:geheim@10.0.0.1/main',
    )
    writeFileSync(join(folder, 'url.secret'), 'rtsp://user:geheim@10.0.0.1/main\n')
    const { config } = load(`${HEAD}cameras: [{id: a, url: {file: url.secret}}]\nmodel: {file: a.onnx}\n`)
    expect(config?.model?.file, 'an option called file is no secret').toBe(join(folder, 'a.onnx'))
    expect(config?.cameras[0]?.url).toBe('rtsp://user:geheim@10.0.0.1/main')
  })

  test('one that is missing leaves its camera out and says which', () => {
    const loaded = load(YAML)
    expect(codes(loaded)).toEqual(['SECRET_MISSING'])
    expect(explained(loaded)).toContain('CAM_PASSWORD')
    expect(loaded.config?.cameras).toEqual([])
    expect(codes(load(`${HEAD}cameras: [{id: a, url: {file: none.secret}}]\n`))).toContain('SECRET_MISSING')
  })

  test('never stand in a sentence', () => {
    const env = { CAM_PASSWORD: 'geheim' }
    const wrong = [
      YAML.replace('rtsp:', 'http:'),
      YAML.replace(/rtsp.*main/, `\${CAM_PASSWORD}`),
      `${HEAD}cameras: [{id: a, url: "http://user:geheim@10.0.0.1/"}]\n`,
      `${HEAD}mqtt: {password: {deep: geheim}}\n`,
    ]
    for (const yaml of wrong) {
      const loaded = load(yaml, env)
      expect(loaded.faults.length).toBeGreaterThan(0)
      expect(explained(loaded)).not.toContain('geheim')
    }
  })

  test('do not change the version; everything else does', () => {
    const version = (yaml: string, password: string) =>
      load(yaml, { CAM_PASSWORD: password }).config?.configVersion
    expect(version(YAML, 'one')).toBe(version(YAML, 'two'))
    expect(version(YAML, 'one')).toMatch(/^sha256:[0-9a-f]{64}$/)
    const written = (password: string) => version(`${HEAD}mqtt: {password: ${password}}\n`, '')
    expect(written('one')).toBe(written('two'))
    const user = `${HEAD}mqtt: {username: "\${CAM_PASSWORD}"}\n`
    expect(version(user, 'one')).toBe(version(user, 'two'))
    expect(version(`${YAML}utcOffsetMinutes: 0\n`, 'one')).not.toBe(version(YAML, 'one'))
    expect(version(YAML.replace('/main', '/sub'), 'one')).not.toBe(version(YAML, 'one'))
  })
})

test('the order of keys does not change the version, nor does writing a default out', () => {
  const turned = HEAD.trimEnd().split('\n').reverse().join('\n')
  expect(load(`${turned}\n`).config?.configVersion).toBe(load(HEAD).config?.configVersion)
  expect(load(`${HEAD}utcOffsetMinutes: 480\n`).config?.configVersion).toBe(load(HEAD).config?.configVersion)
})

test('[R104] rules are filed under the classes of digital urban management, by a table', () => {
  const { rules } = load(HEAD).config!.catalogue
  const codeOf = (id: string) => {
    const { gbMajor, gbMinor } = rules.find(({ ruleId }) => ruleId === id)!
    return `${gbMajor}-${gbMinor}`
  }
  const filed = ['street-vending', 'scrap-buying', 'beyond-shopfront', 'piling', 'barbecue'].map(codeOf)
  expect(filed).toEqual(['05-01', '05-03', '05-04', '05-07', '05-10'])
})

test('[R56] of a person the box takes no more than it needs', () => {
  const person = (more: string) => load(`${HEAD}people: [{personId: p, name: Li, role: OFFICER${more}}]\n`)
  expect(codes(person(''))).toEqual([])
  for (const more of [
    ', sex: F',
    ', age: 40',
    ', education: x',
    ', politicalStatus: x',
    ', trainingHours: 9',
  ]) {
    expect(codes(person(more))).toEqual(['CONFIG_UNKNOWN_KEY'])
  }
})

test('[R27, R40] a basis below the rank of a rule is refused, and a catalogue of one’s own replaces the sample', () => {
  const sample = readFileSync(packagePath('config', 'catalogue', 'sample.yaml'), 'utf8')
  writeFileSync(join(folder, 'own.yaml'), sample.replace('level: 行政法规', 'level: 规范性文件'))
  expect(codes(load(`${HEAD}rules: own.yaml\n`))).toEqual(['BASIS_LEVEL_REFUSED'])
  writeFileSync(join(folder, 'own.yaml'), sample.replace('version: "2026.2"', 'version: "own"'))
  const { config, faults } = load(`${HEAD}rules: own.yaml\n`)
  expect(faults).toEqual([])
  expect(config?.catalogue.version).toBe('own')
  expect(config?.catalogVersion).not.toBe(load(HEAD).config?.catalogVersion)
})

test('a file: camera starts at the folder of the configuration', () => {
  const { config } = load(`${HEAD}cameras: [{id: a, url: "file:clips/a b.mp4"}]\n`)
  expect(config?.cameras[0]?.url).toBe(`file:${join(folder, 'clips', 'a b.mp4')}`)
})

test('no input makes the loader crash', () => {
  const rich = readFileSync(packagePath('config', 'gateway.example.yaml'), 'utf8')
  let state = 7
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const shards = [
    '[]',
    '{}',
    'null',
    '-1',
    '1e99',
    '"x"',
    '[[',
    '- ',
    '&a [*a]',
    `\${X}`,
    '{file: /}',
    ': ',
    '\t',
    '\u0000',
  ]
  for (let round = 0; round < 150; round++) {
    const lines = rich.split('\n').filter((line) => !line.trimStart().startsWith('#') && line !== '')
    for (let change = 0; change <= random(4); change++) {
      const at = random(lines.length)
      const line = lines[at]!
      const shard = shards[random(shards.length)]!
      lines[at] = random(3) === 0 ? '' : line.replace(/:.*/, `: ${shard}`).slice(0, random(200) + 1)
    }
    expect(() => load(lines.join('\n'))).not.toThrow()
  }
})

const truth = packagePath('..', 'shared', 'data', 'truth', 'gateway.yaml')
test.skipIf(!existsSync(truth))('the configuration of the truth clips loads clean', () => {
  const { config, faults } = loadConfig(truth, { env: {} })
  expect(faults).toEqual([])
  expect(config?.cameras).toHaveLength(8)
  expect(config?.governance.mode).toBe('test')
})
