/**
 * One measured check: a value beside its threshold. A check that could not be measured has not passed.
 *
 *     score  1 ─────────╮            at least        0.5 exactly at the threshold; below it the check has failed
 *           0.5 ········╲····        at most
 *            0 ─────────╰───
 *
 * `caps`: whether the record stays a lead by it. What only people can make good (nobody saw who passed in front) does
 * not cap; what nobody can make good later does.
 */
import type { CheckId, Reason } from './words.ts'

export interface Check {
  readonly id: CheckId
  readonly value: number | string | null
  readonly threshold: number | string | null
  readonly unit: string
  /** Null: not measured. */
  readonly passed: boolean | null
  /** Why it failed, was not measured, or passed with less than was wished for; null when there is nothing to say. */
  readonly reason: Reason | null
  /** 0..1, a fact beside the value; null: not measured. */
  readonly score: number | null
  readonly caps: boolean
  /** The item that decided. */
  readonly item?: string
}

interface Words {
  readonly unit?: string
  readonly reason: Reason
  readonly item?: string | undefined
}

export function atLeast(id: CheckId, value: number, threshold: number, words: Words): Check {
  const score = threshold <= 0 ? 1 : Math.min(1, Math.max(0, value / threshold / 2))
  return measured(id, value, threshold, value >= threshold, score, words)
}

export function atMost(id: CheckId, value: number, threshold: number, words: Words): Check {
  const score = threshold <= 0 ? Number(value <= 0) : Math.min(1, Math.max(0, 1 - value / threshold / 2))
  return measured(id, value, threshold, value <= threshold, score, words)
}

/** So many of so many; all are wanted. */
export function allOf(id: CheckId, value: number, threshold: number, words: Words): Check {
  const score = threshold <= 0 ? 1 : Math.min(1, value / threshold)
  return measured(id, value, threshold, value >= threshold, score, words)
}

export function notMeasured(id: CheckId, reason: Reason, caps: boolean): Check {
  return { id, value: null, threshold: null, unit: '', passed: null, reason, score: null, caps }
}

export function measured(
  id: CheckId,
  value: number | string,
  threshold: number | string | null,
  passed: boolean,
  score: number,
  { unit = '', reason, item }: Words,
): Check {
  return {
    ...{ id, value: typeof value === 'number' ? rounded(value) : value, threshold, unit, passed },
    ...{ reason: passed ? null : reason, score: rounded(score), caps: true },
    ...(item === undefined ? {} : { item }),
  }
}

export const rounded = (value: number): number => Math.round(value * 10_000) / 10_000
