/**
 * The four properties that the law asks of a record (真实、清晰、完整、准确), each as measured checks.
 *
 *     originals, stills, plan, clock, view ─▶ checks ─▶ { true, clear, complete, accurate } in evidence.json
 *                                                └─▶ reasons that keep it a lead
 *
 * Scores are facts, no verdict: whether a record is true, clear, complete and accurate is for two reviewers to say. A
 * property is as good as its weakest check, and one with a check that could not be measured has not passed.
 */
import type { PropertyQuality, QualitySummary } from '../violations/event.ts'
import type { Check } from './quality/check.ts'

export const PROPERTIES = ['true', 'clear', 'complete', 'accurate'] as const
export type Property = (typeof PROPERTIES)[number]

export interface PropertyReport {
  readonly score: number | null
  readonly passed: boolean | null
  readonly checks: readonly Check[]
}
export type QualityReport = Readonly<Record<Property, PropertyReport>>

export function reportOf(checks: Readonly<Record<Property, readonly Check[]>>): QualityReport {
  const of = (property: Property) => propertyOf(checks[property])
  return { true: of('true'), clear: of('clear'), complete: of('complete'), accurate: of('accurate') }
}

function propertyOf(checks: readonly Check[]): PropertyReport {
  const scores = checks.flatMap(({ score }) => (score === null ? [] : [score]))
  return {
    score: scores.length === 0 ? null : Math.min(...scores),
    passed: verdictOf(checks.map(({ passed, caps }) => (passed === null && !caps ? true : passed))),
    checks,
  }
}

/** Why the record stays a lead: checks that failed, and those that could not be measured and matter. */
export function capsBy(report: QualityReport): string[] {
  const checks = PROPERTIES.flatMap((property) => report[property].checks)
  const held = checks.filter(({ passed, caps }) => passed === false || (passed === null && caps))
  return [...new Set(held.flatMap(({ reason }) => reason ?? []))]
}

/** As an event carries it. */
export function summaryOf(report: QualityReport): QualitySummary {
  const of = (property: Property): PropertyQuality => {
    const { score, passed, checks } = report[property]
    const told = checks.filter((check) => check.passed !== true)
    return { score, passed, reasons: [...new Set(told.flatMap(({ reason }) => reason ?? []))] }
  }
  return { true: of('true'), clear: of('clear'), complete: of('complete'), accurate: of('accurate') }
}

/** Of an event with several packages: as good as the weakest of them. */
export function merged(one: QualitySummary | null, other: QualitySummary): QualitySummary {
  if (one === null) return other
  const of = (property: Property): PropertyQuality => {
    const [a, b] = [one[property], other[property]]
    const scores = [a.score, b.score].filter((score) => score !== null)
    return {
      score: scores.length === 0 ? null : Math.min(...scores),
      passed: verdictOf([a.passed, b.passed]),
      reasons: [...new Set([...a.reasons, ...b.reasons])],
    }
  }
  return { true: of('true'), clear: of('clear'), complete: of('complete'), accurate: of('accurate') }
}

function verdictOf(passed: readonly (boolean | null)[]): boolean | null {
  if (passed.includes(false)) return false
  return passed.includes(null) ? null : true
}
