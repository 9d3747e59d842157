/**
 * Thresholds of a rule: what the catalogue sets, what a zone may ask for instead, and who may go below a floor.
 *
 *     zone asks ─▶ nothing?            ─▶ the catalogue's default
 *               ─▶ at or above floor?  ─▶ as asked
 *               ─▶ below: test mode, or an approval by two people that is not over? ─▶ as asked
 *                                                                               no ─▶ the floor
 *
 * The bar for calling something a violation is not lowered by whoever draws a zone (不得随意降低认定门槛), nor raised for one
 * merchant alone: the grace for unloading has a ceiling too. The question is asked again every day, so an approval that
 * is over ends by itself. [R16, R18]
 */
import { z } from 'zod'

/** The default of the catalogue, and the least a zone may ask for without an approval. */
interface Bounded {
  readonly default: number
  readonly floor: number
}

/** A number alone is default and floor in one. */
export const threshold = (least: number, most: number, fallback: Bounded) => {
  const value = z.number().min(least).max(most)
  const bounds = z
    .strictObject({ default: value, floor: value })
    .refine((one) => one.default >= one.floor, { error: '≥ floor', path: ['default'] })
  return z.union([value.transform((one) => ({ default: one, floor: one })), bounds]).default(fallback)
}

/** Seconds of grace: a number alone is default, floor and ceiling in one. */
export const graceThreshold = (least: number, most: number, fallback: Bounded & { ceiling: number }) => {
  const value = z.number().min(least).max(most)
  const bounds = z
    .strictObject({ default: value, floor: value, ceiling: value })
    .refine((one) => one.default >= one.floor && one.default <= one.ceiling, {
      error: 'floor … ceiling',
      path: ['default'],
    })
  return z
    .union([value.transform((one) => ({ default: one, floor: one, ceiling: one })), bounds])
    .default(fallback)
}

/** Each threshold by its name in the catalogue and in a zone. */
const THRESHOLDS = ['minDwellSec', 'minDistanceM', 'unloadingGraceSec', 'groupMin', 'overShareMin'] as const
export type Threshold = (typeof THRESHOLDS)[number]

export type Thresholds = Readonly<Record<Threshold, Bounded & { readonly ceiling?: number }>>
/** What a zone asks for. */
export type Asked = { readonly [name in Threshold]?: number | undefined } & {
  readonly approval?: string | undefined
}

/** Who may lower a threshold, and whether this is a test. */
export interface Governance {
  readonly mode: 'production' | 'test'
  readonly approvals: readonly { readonly id: string; readonly until: string }[]
}
export const STRICT: Governance = { mode: 'production', approvals: [] }

export interface Refusal {
  readonly threshold: Threshold
  readonly allowed: string
  /** What holds instead. */
  readonly instead: number
  readonly reason: string
}

/** What a zone asks for beyond the bounds of the catalogue without leave, on that day. */
export function refusals(bounds: Thresholds, asked: Asked, governance: Governance, day: string): Refusal[] {
  if (governance.mode === 'test') return []
  const named = governance.approvals.find(({ id }) => id === asked.approval)
  if (named !== undefined && day <= named.until) return []
  const reason =
    named === undefined
      ? `approval: ${asked.approval ?? 'none'}`
      : `approval: ${named.id}, until ${named.until}`
  return THRESHOLDS.flatMap((name) => {
    const value = asked[name]
    const { floor, ceiling = Infinity } = bounds[name]
    if (value === undefined || (value >= floor && value <= ceiling)) return []
    const low = value < floor
    return {
      threshold: name,
      allowed: low ? `≥ ${floor}` : `≤ ${ceiling}`,
      instead: low ? floor : ceiling,
      reason,
    }
  })
}

/** The thresholds that hold in a zone on that day. */
export function settled(
  bounds: Thresholds,
  asked: Asked,
  governance: Governance,
  day: string,
): Record<Threshold, number> {
  const refused = refusals(bounds, asked, governance, day)
  const value = (name: Threshold): number =>
    refused.find(({ threshold }) => threshold === name)?.instead ?? asked[name] ?? bounds[name].default
  return {
    minDwellSec: value('minDwellSec'),
    minDistanceM: value('minDistanceM'),
    unloadingGraceSec: value('unloadingGraceSec'),
    groupMin: value('groupMin'),
    overShareMin: value('overShareMin'),
  }
}
