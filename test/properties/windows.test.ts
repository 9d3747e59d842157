/**
 * Whether an instant lies in a schedule, against a slow oracle: every day of the week around it is asked by a plain
 * table whether a window begins on it, and the window's minutes are compared one end at a time. Seeded; the failing case
 * prints itself.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { Calendar, CalendarOptions, HolidayTable } from '../../gateway/kit/calendar.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { Window, withinHours } from '../../gateway/violations/zone.ts'

const CASES = 4_000
const SEED = Number(process.env['WINDOWS_SEED'] ?? 20_260_101)
const MINUTE_MS = 60_000
const NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

const table = HolidayTable.parse(parse(readFileSync(packagePath('config', 'calendar', 'cn.yaml'), 'utf8')))
const calendar = new Calendar(CalendarOptions.parse({}), table)

const HOLIDAYS = new Set(
  table.years.flatMap(({ holidays }) =>
    holidays.flatMap(({ from, to }) => {
      const days: string[] = []
      for (let ms = Date.parse(from); ms <= Date.parse(to); ms += 86_400_000) days.push(dayOf(ms))
      return days
    }),
  ),
)
const WORKED = new Set(table.years.flatMap(({ workdays }) => workdays))

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

function restsOn(day: string): boolean {
  if (WORKED.has(day)) return false
  return HOLIDAYS.has(day) || [0, 6].includes(new Date(day).getUTCDay())
}

interface Hours {
  readonly windows: Window[]
  readonly validFrom?: string | undefined
  readonly validTo?: string | undefined
}

/** The days of a season are walked through, one by one, from its first to its last. */
function seasonHas(monthDay: string, from: string, to: string): boolean {
  for (let at = 0, ms = Date.parse(`2024-${from}`); at < 366; at++, ms += 86_400_000) {
    const walked = dayOf(ms).slice(5)
    if (walked === monthDay) return true
    if (walked === to) return false
  }
  return false
}

function oracle(hours: Hours, wallMs: number, offset: number, before: number, after: number): boolean {
  const local = wallMs + offset * MINUTE_MS
  const midnight = Date.parse(dayOf(local))
  for (let shift = -3; shift <= 3; shift++) {
    const day = dayOf(midnight + shift * 86_400_000)
    if (hours.validFrom !== undefined && day < hours.validFrom) continue
    if (hours.validTo !== undefined && day > hours.validTo) continue
    for (const { weekdays, days, season, from, to } of hours.windows) {
      if (!weekdays.includes(NAMES[new Date(day).getUTCDay()]!)) continue
      if (season !== undefined && !seasonHas(day.slice(5), season.from, season.to)) continue
      if (days === 'workday' && restsOn(day)) continue
      if (days === 'rest' && !restsOn(day)) continue
      if (days === 'holiday' && !HOLIDAYS.has(day)) continue
      const at = (time: string) =>
        Date.parse(day) + (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * MINUTE_MS
      const end = at(to) > at(from) ? at(to) : at(to) + 86_400_000
      if (local >= at(from) - before * MINUTE_MS && local < end + after * MINUTE_MS) return true
    }
  }
  return false
}

test(`[R81] ${CASES} schedules and instants agree with the oracle, seed ${SEED}`, () => {
  const random = randomFrom(SEED)
  let inside = 0
  for (let round = 0; round < CASES; round++) {
    const hours = hoursFrom(random)
    const offset = [480, 0, -480, 345][random(4)]!
    const wallMs =
      Date.parse('2024-12-20T00:00:00Z') + random(1100 * 1440) * MINUTE_MS + random(2) * random(60_000)
    const [before, after] = [random(3) * random(120), random(3) * random(120)]
    const moment = { wallMs, offsetMinutes: offset, calendar }
    const found = withinHours(hours, moment, { before, after })
    const right = oracle(hours, wallMs, offset, before, after)
    if (right) inside++
    if (found !== right)
      expect({ round, hours, wallMs, offset, before, after, found }).toEqual({ found: right })
  }
  expect(inside).toBeGreaterThan(CASES / 10)
  expect(inside).toBeLessThan(CASES * 0.9)
})

/** mulberry32 */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function hoursFrom(random: (below: number) => number): Hours {
  const two = (value: number) => String(value).padStart(2, '0')
  const time = () => (random(12) === 0 ? '00:00' : `${two(random(24))}:${two(random(60))}`)
  const monthDay = () => `${two(1 + random(12))}-${two(1 + random(28))}`
  const windows = Array.from({ length: 1 + random(3) }, () => {
    const weekdays = NAMES.filter(() => random(3) > 0)
    return Window.parse({
      weekdays: weekdays.length === 0 ? ['sun'] : weekdays,
      days: (['any', 'workday', 'rest', 'holiday'] as const)[random(4)],
      ...(random(3) === 0 ? { season: { from: monthDay(), to: monthDay() } } : {}),
      from: time(),
      to: random(12) === 0 ? '24:00' : time(),
    })
  })
  const day = () => dayOf(Date.parse('2025-01-01') + random(730) * 86_400_000)
  return {
    windows,
    ...(random(4) === 0 ? { validFrom: day() } : {}),
    ...(random(4) === 0 ? { validTo: day() } : {}),
  }
}
