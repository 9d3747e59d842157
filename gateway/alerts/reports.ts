/**
 * Reports for people: a period's statement as tables, in Chinese or English [R43, R88, R89, R94].
 *
 *     monthly, quarterly ─▶ whole months of the place ─▶ statement ─▶ tables ─┬─▶ CSV (Excel opens it)
 *     hotspots           ─▶ any days ─▶ place × rule, hours, trend ───────────┴─▶ a page to print
 *
 * Hot spots name places, for whoever may mend the cause: a siting, a lamp, a market. No person is listed, no sum of money.
 */
import { fault } from '../kit/errors.ts'
import { type Phrase, WORDS } from './report-words.ts'
import type { Difference, IssuedStatement, Statements } from './statements.ts'
import type { ActFacts, Figures, Period, Spread, Statistics } from './statistics.ts'

export const REPORT_KINDS = ['monthly', 'quarterly', 'hotspots'] as const
export type ReportKind = (typeof REPORT_KINDS)[number]
export type ReportLanguage = 'zh' | 'en'

type Cell = string | number
export interface ReportTable {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** Column whose numbers are drawn as bars. */
  readonly bars?: number
}
export interface Report {
  readonly kind: ReportKind
  readonly language: ReportLanguage
  readonly title: string
  readonly fromDay: string
  /** The last day. */
  readonly toDay: string
  readonly notes: readonly string[]
  readonly tables: readonly ReportTable[]
}

export interface ReportWish {
  readonly kind: ReportKind
  /** First day, `2026-01-01`. */
  readonly from: string
  /** Last day, included. */
  readonly to: string
  readonly language: ReportLanguage
}

interface ReportParts {
  readonly statistics: Statistics
  readonly statements: Statements
  readonly offsetMinutes: () => number
}

const DAY_MS = 86_400_000
const DAYS_MAX = 3_660
/** Of places with acts the first so many; the rest is one line. */
const PLACES_MAX = 30

/** Throws REPORT_PERIOD_WRONG: a month's report covers whole months, so that two of them never count an act twice. */
export function makeReport(parts: ReportParts, wish: ReportWish): Report {
  const { kind, language, from, to } = wish
  const period = periodOf(wish, parts.offsetMinutes())
  const say = (key: Phrase) => WORDS[key][language]
  const statement = parts.statements.issue(kind, period)
  const { figures } = statement
  const tables =
    kind === 'hotspots'
      ? hotspotTables(parts.statistics, statement, say)
      : [overview(figures, say), ...profiles(figures, say), times(figures, say)]
  return {
    ...{ kind, language, fromDay: from, toDay: to },
    title: say(`title.${kind}`),
    notes: notesOf(statement, parts.statements.differences(statement), say),
    tables,
  }
}

/** Days of the place, both included, as instants. */
export function periodOf(
  { kind, from, to }: Pick<ReportWish, 'from' | 'to'> & { readonly kind?: ReportKind },
  offsetMinutes: number,
): Period {
  const [fromMs, lastMs] = [Date.parse(`${from}T00:00:00Z`), Date.parse(`${to}T00:00:00Z`)]
  const refuse = (reason: string) => fault('REPORT_PERIOD_WRONG', { from, to, reason })
  if (Number.isNaN(fromMs) || Number.isNaN(lastMs) || lastMs < fromMs) throw refuse('from is not before to')
  if (lastMs - fromMs > DAYS_MAX * DAY_MS) throw refuse(`more than ${DAYS_MAX} days`)
  const afterMs = lastMs + DAY_MS
  const startsMonth = (ms: number) => new Date(ms).getUTCDate() === 1
  const startsQuarter = (ms: number) => startsMonth(ms) && new Date(ms).getUTCMonth() % 3 === 0
  const starts = kind === 'quarterly' ? startsQuarter : startsMonth
  if (kind !== undefined && kind !== 'hotspots' && !(starts(fromMs) && starts(afterMs))) {
    throw refuse(kind === 'quarterly' ? 'not whole quarters' : 'not whole months')
  }
  return { fromMs: fromMs - offsetMinutes * 60_000, toMs: afterMs - offsetMinutes * 60_000 }
}

type Say = (key: Phrase) => string

/** [R75] Reasons of dismissals stand here; whose they were does not. */
function overview(figures: Figures, say: Say): ReportTable {
  const share = (part: number) =>
    figures.upheld === 0 ? '–' : `${((100 * part) / figures.upheld).toFixed(1)} %`
  const { byTier } = figures
  const reasons = Object.entries(figures.dismissedByReason)
  return {
    title: say('overview'),
    columns: [say('figure'), say('count'), say('share')],
    rows: [
      [say('acts'), figures.acts, ''],
      [say('events'), figures.events, ''],
      [say('dismissed'), figures.dismissed, ''],
      ...reasons.map(([reason, count]): Cell[] => [`${say('dismissed')}: ${reason}`, count, '']),
      [say('upheld'), figures.upheld, ''],
      [say('selfCorrected'), figures.selfCorrected, share(figures.selfCorrected)],
      [say('tier.SERVICE'), byTier.SERVICE, share(byTier.SERVICE)],
      [say('tier.MANAGEMENT'), byTier.MANAGEMENT, share(byTier.MANAGEMENT)],
      [say('tier.ENFORCEMENT'), byTier.ENFORCEMENT, share(byTier.ENFORCEMENT)],
    ],
  }
}

function profiles({ byRule, byPlace, byHour }: Figures, say: Say): ReportTable[] {
  const places = Object.entries(byPlace).sort(([, one], [, other]) => other - one)
  const rest = places.slice(PLACES_MAX).reduce((sum, [, count]) => sum + count, 0)
  const shown: [string, number][] = places.slice(0, PLACES_MAX)
  return [
    {
      title: say('byRule'),
      columns: [say('rule'), say('count')],
      rows: Object.entries(byRule).map(([rule, count]) => [say(`rule.${rule}` as Phrase), count]),
      bars: 1,
    },
    {
      title: say('byPlace'),
      columns: [say('place'), say('count')],
      rows: rest > 0 ? [...shown, [say('otherPlaces'), rest]] : shown,
      bars: 1,
    },
    hours(byHour, say('byHour'), say),
  ]
}

function hours(counts: readonly number[], title: string, say: Say): ReportTable {
  const rows = counts.map((count, hour): Cell[] => [`${String(hour).padStart(2, '0')}:00`, count])
  return { title, columns: [say('hour'), say('count')], rows, bars: 1 }
}

function times({ discover, verify, correct }: Figures, say: Say): ReportTable {
  const row = (name: Phrase, { count, medianSec, p90Sec }: Spread): Cell[] => [
    say(name),
    count,
    minutes(medianSec),
    minutes(p90Sec),
  ]
  return {
    title: say('times'),
    columns: [say('figure'), say('count'), say('median'), say('p90')],
    rows: [row('discover', discover), row('verify', verify), row('correct', correct)],
  }
}

const minutes = (seconds: number | null): Cell => (seconds === null ? '–' : Math.round(seconds / 6) / 10)

/** Where acts come again and again, at which hours, and whether there are more of them than before. */
function hotspotTables(statistics: Statistics, statement: IssuedStatement, say: Say): ReportTable[] {
  const { period, mark } = statement
  const upheld = (facts: ActFacts[]) => facts.filter(({ dismissal }) => dismissal === null)
  const lengthMs = period.toMs - period.fromMs
  const now = spotsOf(upheld(statistics.facts(period, mark)))
  const earlier = { fromMs: period.fromMs - lengthMs, toMs: period.fromMs }
  const before = spotsOf(upheld(statistics.facts(earlier, mark)))
  const spots = [...now.values()].sort((one, other) => other.count - one.count).slice(0, PLACES_MAX)
  const main: ReportTable = {
    title: say('spots'),
    columns: [say('place'), say('rule'), say('count'), say('before'), say('busiest'), say('selfCorrected')],
    rows: spots.map((spot) => [
      spot.place,
      say(`rule.${spot.rule}` as Phrase),
      spot.count,
      before.get(`${spot.place} ${spot.rule}`)?.count ?? 0,
      busiest(spot.byHour),
      spot.selfCorrected,
    ]),
    bars: 2,
  }
  const profile = spots
    .slice(0, 5)
    .map((spot) => hours(spot.byHour, `${spot.place} ${say(`rule.${spot.rule}` as Phrase)}`, say))
  return [main, ...profile]
}

interface Spot {
  readonly place: string
  readonly rule: string
  count: number
  selfCorrected: number
  readonly byHour: number[]
}

function spotsOf(facts: readonly ActFacts[]): Map<string, Spot> {
  const spots = new Map<string, Spot>()
  for (const { cameraId, zoneId, ruleId, hour, selfCorrected } of facts) {
    const place = `${cameraId}/${zoneId}`
    const key = `${place} ${ruleId}`
    const fresh = {
      place,
      rule: ruleId,
      count: 0,
      selfCorrected: 0,
      byHour: Array.from({ length: 24 }, () => 0),
    }
    const spot = spots.get(key) ?? fresh
    spots.set(key, spot)
    spot.count++
    spot.byHour[hour]!++
    if (selfCorrected) spot.selfCorrected++
  }
  return spots
}

function busiest(byHour: readonly number[]): string {
  const hour = byHour.indexOf(Math.max(...byHour))
  return `${String(hour).padStart(2, '0')}:00–${String(hour + 1).padStart(2, '0')}:00`
}

function notesOf(statement: IssuedStatement, differences: readonly Difference[], say: Say): string[] {
  const { number, restates, digest } = statement
  const restated = differences.map(({ what, before, after }) => `${what} ${before} → ${after}`).join('; ')
  return [
    `${say('statement')} ${number} · ${digest.slice(0, 23)}`,
    ...(restates === null ? [] : [`${say('restates')} ${restates}: ${restated}`]),
    say('note.suspected'),
    say('note.tiers'),
  ]
}
