/**
 * The calendar of the place: which days people work, and when a limit in working hours or working days runs out.
 *
 *     day ─▶ announced holiday? ─▶ holiday          Thu      Fri      Sat      Sun      Mon
 *         ─▶ announced workday? ─▶ adjusted-workday 08:30 ░░░▓▓▓▓     holiday  adjusted 12 h go on here
 *         ─▶ Saturday, Sunday?  ─▶ weekend          └─ 工作时 runs only while offices are open (░ noon does not count)
 *
 * Holidays are data with their source (`config/calendar/`), because they are announced anew each year. Of a year that
 * is not in the data only weekdays and weekends are known; whoever relies on it asks `knows` and says so.
 */
import { z } from 'zod'
import { assert } from './assert.ts'

const MS_PER_MIN = 60_000
const MIN_PER_DAY = 1440

/** A calendar day of the place, `2026-01-31`. */
export const Day = z.iso.date()

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, '"HH:MM", 00:00 … 24:00')

/** A time limit: minutes run on, working hours and working days are the calendar's (工作时, 工作日). */
export const Span = z.strictObject({
  amount: z.number().min(0).max(10_000),
  unit: z.enum(['MINUTE', 'WORK_HOUR', 'WORK_DAY']),
})
export type Span = z.infer<typeof Span>

const OfficeHours = z
  .strictObject({
    from: TimeOfDay.describe('When it begins, local time "HH:MM".'),
    to: TimeOfDay.describe('When it ends, local time "HH:MM", on the same day.'),
  })
  .refine(({ from, to }) => from < to, { error: '> from', path: ['to'] })

const DEFAULT_HOURS = [
  { from: '08:30', to: '12:00' },
  { from: '13:30', to: '17:30' },
]

export const CalendarOptions = z.strictObject({
  workingHours: z
    .array(OfficeHours)
    .min(1)
    .max(6)
    .refine((hours) => hours.every(({ from }, at) => at === 0 || from >= hours[at - 1]!.to), {
      error: 'one after the other',
    })
    .default(DEFAULT_HOURS)
    .describe('Hours of a working day, in order: what a limit in working hours (工作时) counts.'),
  holidays: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File of public holidays and adjusted workdays, from this file’s folder on. Absent: the one that is shipped.',
    ),
})
export type CalendarOptions = z.infer<typeof CalendarOptions>

const Holiday = z
  .strictObject({
    name: z.string().min(1).max(40).describe('Name of the holiday.'),
    from: Day.describe('First day off.'),
    to: Day.describe('Last day off.'),
  })
  .refine(({ from, to }) => from <= to, { error: '≥ from', path: ['to'] })

const HolidayYear = z
  .strictObject({
    year: z.int().min(2000).max(2100),
    source: z.string().min(1).max(300).describe('The notice it was taken from.'),
    holidays: z.array(Holiday).max(40),
    workdays: z.array(Day).max(60).describe('Days of weekends that are worked instead (调休).'),
  })
  .refine(
    ({ year, holidays, workdays }) =>
      [...workdays, ...holidays.flatMap(({ from, to }) => [from, to])].every((day) =>
        day.startsWith(`${year}-`),
      ),
    { error: 'days of the year', path: ['holidays'] },
  )

/** A file of `config/calendar/`. A holiday over New Year is entered in both years, each with its own days. */
export const HolidayTable = z.strictObject({
  calendar: z.string().min(1).max(80).describe('Name of the table.'),
  version: z.string().min(1).max(40).describe('Version, chosen by its keepers.'),
  years: z.array(HolidayYear).max(100),
})
export type HolidayTable = z.infer<typeof HolidayTable>

export type DayKind = 'workday' | 'weekend' | 'holiday' | 'adjusted-workday'

export class Calendar {
  /** Minutes of the day, in order. */
  readonly #hours: readonly (readonly [fromMin: number, toMin: number])[]
  readonly #minPerDay: number
  readonly #years: ReadonlySet<number>
  readonly #announced: ReadonlyMap<string, DayKind>

  constructor(
    { workingHours }: Pick<CalendarOptions, 'workingHours'>,
    { years }: Pick<HolidayTable, 'years'>,
  ) {
    this.#hours = workingHours.map(({ from, to }) => [minutesOf(from), minutesOf(to)])
    this.#minPerDay = this.#hours.reduce((sum, [fromMin, toMin]) => sum + toMin - fromMin, 0)
    this.#years = new Set(years.map(({ year }) => year))
    this.#announced = announcedDays(years)
    assert(this.#minPerDay > 0, 'a working day has hours')
  }

  /** Whether the holidays of the day's year are in the data; otherwise its kind is a guess by weekday. */
  knows(day: string): boolean {
    return this.#years.has(Number(day.slice(0, 4)))
  }

  dayKind(day: string): DayKind {
    const announced = this.#announced.get(day)
    if (announced !== undefined) return announced
    return [0, 6].includes(weekdayOf(epochDay(day))) ? 'weekend' : 'workday'
  }

  isWorkday(day: string): boolean {
    const kind = this.dayKind(day)
    return kind === 'workday' || kind === 'adjusted-workday'
  }

  /**
   * When a limit that begins at an instant runs out. A working hour passes only while offices are open. Of working days
   * the one on which the limit begins does not count, and the last one counts until offices close; a part of a day is
   * that part of its hours.
   */
  deadlineMs(fromWallMs: number, { amount, unit }: Span, offsetMinutes: number): number {
    if (unit === 'MINUTE' || amount === 0) return fromWallMs + amount * MS_PER_MIN

    const localMin = fromWallMs / MS_PER_MIN + offsetMinutes
    const days = unit === 'WORK_DAY' ? Math.floor(amount) : 0
    const minutes = unit === 'WORK_DAY' ? (amount - days) * this.#minPerDay : amount * 60
    return (this.#afterMinutes(this.#afterDays(localMin, days), minutes) - offsetMinutes) * MS_PER_MIN
  }

  #afterDays(localMin: number, days: number): number {
    if (days === 0) return localMin
    let day = Math.floor(localMin / MIN_PER_DAY)
    for (let left = days; left > 0; ) {
      day += 1
      if (this.isWorkday(isoDay(day))) left -= 1
    }
    return day * MIN_PER_DAY + this.#hours.at(-1)![1]
  }

  #afterMinutes(localMin: number, minutes: number): number {
    if (minutes === 0) return localMin
    let left = minutes
    for (let day = Math.floor(localMin / MIN_PER_DAY); ; day++) {
      if (!this.isWorkday(isoDay(day))) continue
      for (const [openMin, closeMin] of this.#hours) {
        const fromMin = Math.max(localMin, day * MIN_PER_DAY + openMin)
        const toMin = day * MIN_PER_DAY + closeMin
        if (toMin <= fromMin) continue
        if (toMin - fromMin >= left) return fromMin + left
        left -= toMin - fromMin
      }
    }
  }
}

/** The calendar day of an instant at the place, `2026-01-31`. */
export function localDay(wallMs: number, offsetMinutes: number): string {
  return isoDay(Math.floor((wallMs / MS_PER_MIN + offsetMinutes) / MIN_PER_DAY))
}

/** Whether a day lies between two others, both included; an absent end is open. */
export function between(day: string, from: string | undefined, to: string | undefined): boolean {
  return (from === undefined || day >= from) && (to === undefined || day <= to)
}

/** Days since 1970-01-01 as a date, and back. */
export function isoDay(epochDay: number): string {
  return new Date(epochDay * MIN_PER_DAY * MS_PER_MIN).toISOString().slice(0, 10)
}

function epochDay(day: string): number {
  return Date.parse(day) / (MIN_PER_DAY * MS_PER_MIN)
}

/** 0 is Sunday. Day 0 of the epoch was a Thursday. */
export function weekdayOf(epochDay: number): number {
  return (((epochDay + 4) % 7) + 7) % 7
}

function minutesOf(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3))
}

function announcedDays(years: HolidayTable['years']): Map<string, DayKind> {
  const days = new Map<string, DayKind>()
  for (const { holidays, workdays } of years) {
    for (const { from, to } of holidays) {
      for (let day = epochDay(from); day <= epochDay(to); day++) days.set(isoDay(day), 'holiday')
    }
    for (const day of workdays) days.set(day, 'adjusted-workday')
  }
  return days
}
