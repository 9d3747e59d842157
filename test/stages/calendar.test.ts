/** Days as announced, and limits that only run while offices are open. Times are local, +08:00. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { Calendar, CalendarOptions, HolidayTable, type Span } from '../../gateway/kit/calendar.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { packagePath } from '../../gateway/kit/paths.ts'

const table = HolidayTable.parse(parse(readFileSync(packagePath('config', 'calendar', 'cn.yaml'), 'utf8')))
const calendar = new Calendar(CalendarOptions.parse({}), table)

const DAYS: [day: string, kind: string][] = [
  ['2026-09-20', 'adjusted-workday'], // A Sunday, worked for the golden week.
  ['2026-09-30', 'workday'],
  ['2026-10-01', 'holiday'],
  ['2026-10-03', 'holiday'], // A Saturday inside the week.
  ['2026-10-07', 'holiday'],
  ['2026-10-08', 'workday'],
  ['2026-10-10', 'adjusted-workday'], // A Saturday.
  ['2026-10-11', 'weekend'],
  ['2026-02-14', 'adjusted-workday'],
  ['2026-02-15', 'holiday'],
  ['2025-10-08', 'holiday'],
  ['2025-01-26', 'adjusted-workday'],
  ['2027-10-01', 'workday'], // Not known: a Friday.
  ['2027-10-02', 'weekend'],
]
test.each(DAYS)('[R77] %s is a %s', (day, kind) => {
  expect(calendar.dayKind(day)).toBe(kind)
  expect(calendar.isWorkday(day)).toBe(kind === 'workday' || kind === 'adjusted-workday')
})

test('[R77] a year that is not in the data is not known', () => {
  expect([calendar.knows('2026-12-31'), calendar.knows('2027-01-01')]).toEqual([true, false])
})

/** The announced numbers of days off, as a check on the table: 2025 has 28, 2026 has 33. */
test('[R77] the table has the announced days', () => {
  const count = (year: number, kind: string) =>
    Array.from({ length: 366 }, (_, at) => new Date(Date.UTC(year, 0, 1 + at)).toISOString().slice(0, 10))
      .filter((day) => day.startsWith(String(year)))
      .filter((day) => calendar.dayKind(day) === kind).length
  expect([count(2025, 'holiday'), count(2025, 'adjusted-workday')]).toEqual([28, 5])
  expect([count(2026, 'holiday'), count(2026, 'adjusted-workday')]).toEqual([33, 6])
})

const hours = (amount: number): Span => ({ amount, unit: 'WORK_HOUR' })
const days = (amount: number): Span => ({ amount, unit: 'WORK_DAY' })
const LIMITS: [what: string, from: string, span: Span, until: string][] = [
  ['minutes run through the night', '2026-11-27T23:50', { amount: 30, unit: 'MINUTE' }, '2026-11-28T00:20'],
  ['within the morning', '2026-11-26T09:00', hours(2), '2026-11-26T11:00'],
  ['over lunch', '2026-11-26T11:00', hours(2), '2026-11-26T14:30'],
  ['begins at noon', '2026-11-26T12:30', hours(1), '2026-11-26T14:30'],
  ['ends as the office closes', '2026-11-26T15:30', hours(2), '2026-11-26T17:30'],
  ['into the next day', '2026-11-26T16:30', hours(2), '2026-11-27T09:30'],
  ['begins before midnight', '2026-11-26T23:59', hours(1), '2026-11-27T09:30'],
  ['begins after midnight', '2026-11-27T00:01', hours(1), '2026-11-27T09:30'],
  ['over a weekend', '2026-11-27T16:30', hours(2), '2026-11-30T09:30'],
  ['begins on a Saturday', '2026-11-28T10:00', hours(4), '2026-11-30T14:00'],
  ['counts an adjusted Sunday', '2026-09-19T10:00', hours(1), '2026-09-20T09:30'],
  ['over the golden week', '2026-09-30T17:00', hours(1), '2026-10-08T09:00'],
  ['a working day', '2026-11-26T10:00', days(1), '2026-11-27T17:30'],
  ['working days over a weekend', '2026-11-26T10:00', days(2), '2026-11-30T17:30'],
  ['working days over the golden week', '2026-09-30T10:00', days(3), '2026-10-10T17:30'],
  ['half a working day', '2026-11-26T10:00', days(0.5), '2026-11-26T15:15'],
  ['a day and a half', '2026-11-26T10:00', days(1.5), '2026-11-30T13:45'],
  ['no time at all', '2026-11-28T10:00', days(0), '2026-11-28T10:00'],
  ['over a New Year nobody announced', '2026-12-31T17:00', hours(1), '2027-01-01T09:00'],
]
test.each(LIMITS)('[R77, R78] %s: %s + %j ends %s', (_, from, span, until) => {
  expect(isoTime(calendar.deadlineMs(Date.parse(`${from}:00+08:00`), span, 480))).toBe(
    `${until}:00.000+08:00`,
  )
})

test('[R77] hours of a place that works at night', () => {
  const nights = new Calendar(
    CalendarOptions.parse({
      workingHours: [
        { from: '00:00', to: '02:00' },
        { from: '22:00', to: '24:00' },
      ],
    }),
    table,
  )
  const untilMs = nights.deadlineMs(Date.parse('2026-11-26T23:00:00+08:00'), hours(2), 480)
  expect(isoTime(untilMs)).toBe('2026-11-27T01:00:00.000+08:00')
})

test('[R77] hours out of order, a table with days of another year: refused', () => {
  const twice = [
    { from: '13:30', to: '17:30' },
    { from: '08:30', to: '12:00' },
  ]
  expect(CalendarOptions.safeParse({ workingHours: twice }).success).toBe(false)
  const wrong = { year: 2026, source: 'x', holidays: [], workdays: ['2025-01-01'] }
  expect(HolidayTable.safeParse({ calendar: 'x', version: '1', years: [wrong] }).success).toBe(false)
})
