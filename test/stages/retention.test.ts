/** The one decision about removal, as a table; classes as people made them; floors of the law. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../config/loader.ts'
import {
  belowFloor,
  CLASS_FACTS,
  classOf,
  decide,
  type PurgeCause,
  type PurgeSubject,
  RETENTION_CLASSES,
  RetentionOptions,
} from '../../gateway/evidence/retention.ts'
import { writeConfig } from './office-fixture.ts'

const DAY_MS = 86_400_000
const CLOSED_MS = Date.UTC(2026, 0, 1)
const SPAN = { minDays: 30, maxDays: 90 }
const FREE: PurgeSubject = {
  held: false,
  clockStartMs: CLOSED_MS,
  caseOpen: false,
  owed: false,
  newest: false,
}

/** Each day of the row's cause: `.` it stays, `x` it goes; days 0, 29, 30, 89, 90, 4000 after the act was closed. */
const DAYS = [0, 29, 30, 89, 90, 4_000]
const ROWS: [what: string, subject: Partial<PurgeSubject>, cause: PurgeCause, goes: string][] = [
  ['nothing speaks against it', {}, 'due', '....xx'],
  ['two people want it', {}, 'early', '..xxxx'],
  ['the disk is low', {}, 'pressure', '..xxxx'],
  ...(['due', 'early', 'pressure'] as const).flatMap((cause): typeof ROWS => [
    ['held', { held: true }, cause, '......'],
    ['not closed', { clockStartMs: null }, cause, '......'],
    ['a case that goes on', { caseOpen: true }, cause, '......'],
    ['not acknowledged', { owed: true }, cause, '......'],
    ['the newest of the chain', { newest: true }, cause, '......'],
  ]),
]
for (const [what, subject, cause, goes] of ROWS) {
  test(`[R70] ${cause}, ${what}: ${goes}`, () => {
    const seen = DAYS.map((day) => {
      const decision = decide({ ...FREE, ...subject }, SPAN, CLOSED_MS + day * DAY_MS, cause)
      return decision.goes ? 'x' : '.'
    })
    expect(seen.join('')).toBe(goes)
  })
}

test('what stays says why and, where age is the reason, until when', () => {
  const at = CLOSED_MS + 10 * DAY_MS
  const refusal = (subject: Partial<PurgeSubject>, cause: PurgeCause = 'due') =>
    decide({ ...FREE, ...subject }, SPAN, at, cause)
  expect(refusal({ held: true, owed: true })).toEqual({ goes: false, refusal: 'EVIDENCE_HELD', fromMs: null })
  expect(refusal({ clockStartMs: null })).toMatchObject({ refusal: 'EVIDENCE_OPEN' })
  expect(refusal({ caseOpen: true })).toMatchObject({ refusal: 'EVIDENCE_CASE_OPEN' })
  expect(refusal({ owed: true })).toMatchObject({ refusal: 'EVIDENCE_OWED' })
  expect(refusal({ newest: true })).toMatchObject({ refusal: 'EVIDENCE_NEWEST' })
  const young = { goes: false, refusal: 'EVIDENCE_TOO_YOUNG' }
  expect(refusal({})).toEqual({ ...young, fromMs: CLOSED_MS + 90 * DAY_MS })
  expect(refusal({}, 'early')).toEqual({ ...young, fromMs: CLOSED_MS + 30 * DAY_MS })
})

test('a class without a maximum never goes by itself; below its minimum nothing goes by anybody', () => {
  const later = CLOSED_MS + 30_000 * DAY_MS
  expect(decide(FREE, { minDays: 30, maxDays: null }, later, 'due')).toMatchObject({ goes: false })
  expect(decide(FREE, { minDays: 30, maxDays: null }, later, 'early')).toEqual({ goes: true })
  expect(decide(FREE, { minDays: 90, maxDays: 30 }, CLOSED_MS + 60 * DAY_MS, 'due')).toMatchObject({
    goes: false,
  })
})

test('the strictest class counts', () => {
  const life = { incident: false, hasCase: false, rejected: false }
  expect(classOf(life)).toBe('standard')
  expect(classOf({ ...life, rejected: true })).toBe('rejected')
  expect(classOf({ ...life, rejected: true, hasCase: true })).toBe('case')
  expect(classOf({ ...life, hasCase: true, incident: true })).toBe('incident')
})

test('what is shipped keeps every floor, and one day less is found, with its law', () => {
  const shipped = RetentionOptions.parse({})
  expect(belowFloor(shipped)).toEqual([])
  for (const name of RETENTION_CLASSES) {
    const { floorDays, basis } = CLASS_FACTS[name]
    const least = { minDays: floorDays, maxDays: floorDays }
    expect(belowFloor({ ...shipped, [name]: least })).toEqual([])
    const found = belowFloor({ ...shipped, [name]: { ...least, minDays: floorDays - 1 } })
    expect(found).toEqual([{ name, key: 'minDays', days: floorDays - 1, allowed: `≥ ${floorDays}`, basis }])
  }
  expect(belowFloor({ ...shipped, standard: { minDays: 60, maxDays: 45 } })).toMatchObject([
    { key: 'maxDays', allowed: '≥ 60' },
  ])
})

test('[R70] a configuration that keeps evidence shorter than the law is refused, with the place, the days and the law', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-retention-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const retention = { standard: { minDays: 7, maxDays: 14 }, bodycam: { minDays: 90 } }
  const { config, faults } = loadConfig(writeConfig(folder, { retention }))
  expect(config).toBeNull()
  expect(
    faults.map(({ code, values }) => [code, values['path'], values['value'], values['allowed']]),
  ).toEqual([
    ['RETENTION_BELOW_FLOOR', 'retention.standard.minDays', 7, '≥ 30'],
    ['RETENTION_BELOW_FLOOR', 'retention.standard.maxDays', 14, '≥ 30'],
    ['RETENTION_BELOW_FLOOR', 'retention.bodycam.minDays', 90, '≥ 180'],
  ])
  expect(faults[0]?.explain('zh')).toContain('第十七条')
  expect(loadConfig(writeConfig(folder, { retention: { standard: { minDays: 31 } } })).faults).toEqual([])
})
