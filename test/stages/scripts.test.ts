/** What may be said in the street, and where somebody is sent instead. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { loadConfig } from '../../config/loader.ts'
import { nearestOpenPoint } from '../../gateway/alerts/nearest-point.ts'
import { composeFreeText, composeScript, ScriptLibrary, scriptOf } from '../../gateway/alerts/scripts.ts'
import { Calendar, CalendarOptions } from '../../gateway/kit/calendar.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { PermittedPoint } from '../../gateway/violations/permit.ts'

const sample = parse(readFileSync(packagePath('config', 'scripts', 'sample.yaml'), 'utf8')) as Record<
  string,
  never
>
const library = ScriptLibrary.parse(sample)
const VALUES = {
  ...{ org: '南京路街道', place: '南京路 1 号', rule: '无照经营游商', deadlineMin: '10' },
  ...{ nearestPoint: '河边早市', distanceM: '320', hours: '07:00至19:00' },
}

for (const id of ['greet-and-guide', 'hours-over', 'second-notice', 'final-notice']) {
  test(`[R24] ${id}: greeting and identity first, in both languages, no placeholder left`, () => {
    for (const language of ['zh', 'en'] as const) {
      const said = composeScript(library, scriptOf(library, id), language, VALUES)
      expect(said).toMatch(
        language === 'zh' ? /^您好，我是南京路街道城管。/ : /^Hello, this is the street service of /,
      )
      expect(said).not.toMatch(/[{}[\]]/)
      expect(said).toContain('320')
    }
  })
}

test('[R13] nobody is sent to a point that is not known: the sentence is left out', () => {
  const { nearestPoint: _, ...rest } = VALUES
  const said = composeScript(library, scriptOf(library, 'greet-and-guide'), 'zh', rest)
  expect(said).toBe(
    '您好，我是南京路街道城管。这里是南京路 1 号，目前不在允许摆放经营的范围内。请您在10分钟内收拾好物品，注意来往行人和车辆。感谢您的理解和配合。',
  )
})

test('[R25] the shipped library is a sample: nobody has reviewed it', () => {
  expect(library.sample).toBe(true)
  expect(library.scripts.filter(({ reviewed }) => reviewed)).toEqual([])
})

const SAID: [text: string, forbidden: boolean][] = [
  ['请您把摊位往里收一点，谢谢。', false],
  ['附近有便民点，今天开放到七点。', false],
  ['臭豆腐摊请移到早市。', false], // A dish is no insult.
  ['滚', true],
  ['赶紧 滚-开！', true], // Signs hide no word.
  ['ＳＨＵＴ ＵＰ', true], // Nor does width.
  ['The sign was damned long ago', false], // A word in a word is none.
  ['再不走，罚款两百', true],
  ['穿红色衣服的大姐，请离开', true],
  ['沪A12345 车主请移车', true],
  ['王老板，又是你', true],
  ['请致电 13800138000', true],
  ['你已违法', true],
]
for (const [text, forbidden] of SAID) {
  test(`[R23] “${text}” ${forbidden ? 'is never said' : 'may be said'}`, () => {
    const say = () => composeFreeText(library, text, 'zh', { values: VALUES, isOrder: false })
    if (forbidden) expect(say).toThrow(/TEXT_FORBIDDEN|never said/)
    else expect(say()).toBe(`您好，我是南京路街道城管。${text}`)
  })
}

test('[R24] who greets is not greeted twice', () => {
  const text = '您好，我是静安城管，请移步。'
  expect(composeFreeText(library, text, 'zh', { values: VALUES, isOrder: false })).toBe(text)
})

const CHANGES: [why: string, change: (file: Record<string, never>) => object][] = [
  [
    'a greeting that says not who speaks',
    (file) => ({ ...file, greeting: { ...library.greeting, zh: '喂' } }),
  ],
  ['a placeholder that nothing fills', (file) => withText(file, '请{name}离开')],
  ['a forbidden word', (file) => withText(file, '请马上滚开')],
  ['a pattern that is none', (file) => ({ ...file, forbidden: [{ kind: 'RUDE', patterns: ['('] }] })],
]
function withText(file: Record<string, never>, zh: string): object {
  return {
    ...file,
    scripts: [{ id: 'a', version: '1', reviewed: true, text: { zh, en: 'Please move on.' } }],
  }
}
for (const [why, change] of CHANGES) {
  test(`[R23] a library with ${why} is refused`, () => {
    expect(ScriptLibrary.safeParse(change(sample)).success).toBe(false)
  })
}

/** A configuration that names a library and a ladder. */
function faultsOf(scripts: object, scriptId: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-scripts-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const catalogue = parse(readFileSync(packagePath('config', 'catalogue', 'sample.yaml'), 'utf8'))
  catalogue.rules[0].ladder = [{ channel: 'SPEAKER', scriptId, correctionMin: 10 }]
  writeFileSync(join(folder, 'catalogue.yaml'), stringify(catalogue))
  writeFileSync(join(folder, 'scripts.yaml'), stringify(scripts))
  const config = {
    ...{ site: 's', gateway: 'g', region: '310101', rules: 'catalogue.yaml' },
    persuasion: { scripts: 'scripts.yaml' },
  }
  writeFileSync(join(folder, 'gateway.yaml'), stringify(config))
  return loadConfig(join(folder, 'gateway.yaml')).faults.map(({ code }) => code)
}

test('[R25] a ladder that names a script nobody has, and a library with a forbidden word, stop the start', () => {
  expect(faultsOf(sample, 'greet-and-guide')).toEqual([])
  expect(faultsOf(sample, 'shout')).toEqual(['SCRIPT_UNKNOWN'])
  expect(faultsOf(withText(sample, '请马上滚开'), 'a')).toContain('SCRIPT_FORBIDDEN')
})

// ── the nearest open point ──────────────────────────────────────────────────────────────────────

const point = (id: string, lon: number, changes: object = {}) =>
  PermittedPoint.parse({
    id,
    name: id,
    lon,
    lat: 31.23,
    zoneIds: ['z'],
    windows: [{ from: '07:00', to: '19:00' }],
    ...changes,
  })
const calendar = new Calendar(CalendarOptions.parse({}), { years: [] })
const AT = { lon: 121.47, lat: 31.23, ruleId: 'street-vending' as const, offsetMinutes: 480, calendar }
const noon = Date.parse('2026-01-01T12:00:00+08:00')

const POINTS: [why: string, points: PermittedPoint[], at: number, found: string | null][] = [
  ['the nearer of two', [point('far', 121.49), point('near', 121.475)], noon, 'near'],
  [
    'not the nearer one that is closed',
    [point('far', 121.49), point('near', 121.475, { windows: [{ from: '17:00', to: '22:00' }] })],
    noon,
    'far',
  ],
  ['not in its grace minutes', [point('near', 121.475)], Date.parse('2026-01-01T19:10:00+08:00'), null],
  ['not where the permit has expired', [point('near', 121.475, { validTo: '2025-12-31' })], noon, null],
  ['no works', [point('near', 121.475, { type: 'CONSTRUCTION' })], noon, null],
  ['not one that nobody can place', [PermittedPoint.parse({ id: 'a', zoneIds: ['z'] })], noon, null],
  ['not one for other things', [point('near', 121.475, { rules: ['piling'] })], noon, null],
  ['not one at the other end of the city', [point('far', 121.7)], noon, null],
]
for (const [why, points, wallMs, found] of POINTS) {
  test(`[R82] guided to ${why}`, () => {
    expect(nearestOpenPoint(points, { ...AT, wallMs })?.id ?? null).toBe(found)
  })
}

test('[R82] metres and hours: 0.01° of longitude at 31.23° north are 951 m', () => {
  const found = nearestOpenPoint([point('a', 121.48)], { ...AT, wallMs: noon })
  expect(found).toEqual({ id: 'a', name: 'a', distanceM: 951, hours: '07:00–19:00' })
})
