/**
 * Facts for whoever weighs discretion (裁量), and whether a no-penalty list may fit. Measured, never weighed here.
 *
 *     act, notices, earlier acts ─▶ duration ±, area ±, extension ±, width of the way ±, first or n-th, time to correct ±
 *     catalogue's lists          ─▶ leniency {candidate, reasons, listVersion}: people decide [R17]
 *
 * What is not known is absent, not zero. There is no fine in it and no way to one [R19].
 */
import type { Act, Discretion, Grade, Interval, Leniency } from '../violations/event.ts'
import type { Notice } from './completeness.ts'
import type { LeniencyCode } from './grade-words.ts'
import { type GradingOptions, isMinor } from './grading.ts'

export interface DiscretionFacts {
  readonly act: Act
  readonly startWallMs: number
  readonly endWallMs: number | null
  readonly nowWallMs: number
  readonly placeType: string
  readonly blockingWidthM: Interval | null
  readonly notices: readonly Notice[]
  /** null: nobody keeps count. */
  readonly repeatCount: number | null
}

export function discretionOf(facts: DiscretionFacts, options: GradingOptions): Discretion {
  const { act, startWallMs, endWallMs, nowWallMs, repeatCount } = facts
  const { areaM2, distanceM } = act.measured ?? { areaM2: null, distanceM: null }
  const durationSec = about((endWallMs ?? nowWallMs) - startWallMs, options.durationErrorSec)
  const noticedMs = facts.notices.find(({ deliveredAtMs }) => deliveredAtMs !== null)?.deliveredAtMs
  const corrected =
    act.state === 'CLEARED' && endWallMs !== null && noticedMs != null && endWallMs >= noticedMs
  return {
    durationSec,
    ...(areaM2 === null ? {} : { areaM2: tenths(areaM2) }),
    ...(distanceM === null ? {} : { extensionM: tenths(distanceM) }),
    ...(facts.blockingWidthM === null ? {} : { blockingWidthM: tenths(facts.blockingWidthM) }),
    placeType: facts.placeType,
    ...(repeatCount === null
      ? {}
      : { firstAtPlace: repeatCount === 0, repeatCount, repeatDays: options.repeatDays }),
    ...(corrected ? { correctionSec: about(endWallMs - noticedMs, options.durationErrorSec) } : {}),
  }
}

interface LeniencyFacts extends DiscretionFacts {
  readonly grade: Grade
  readonly lists: {
    readonly minorNoPenalty: boolean
    readonly firstTimeWaiver: boolean
    readonly listVersion: string
  }
}

/** Minor and corrected in time is on one list, minor, first and corrected in time on the other. */
export function leniencyOf(facts: LeniencyFacts): Leniency {
  const { lists, grade, repeatCount } = facts
  const reasons: LeniencyCode[] = []
  if (lists.minorNoPenalty) reasons.push('ON_MINOR_LIST')
  if (lists.firstTimeWaiver) reasons.push('ON_FIRST_LIST')
  if (reasons.length === 0) reasons.push('ON_NO_LIST')
  const minor = isMinor(grade)
  reasons.push(minor ? 'MINOR' : 'NOT_MINOR')
  if (repeatCount === null) reasons.push('HISTORY_UNKNOWN')
  else reasons.push(repeatCount === 0 ? 'FIRST' : 'REPEATED')
  const correction = correctionOf(facts)
  reasons.push(correction)
  const fits = lists.minorNoPenalty || (lists.firstTimeWaiver && repeatCount === 0)
  const candidate = fits && minor && correction === 'CORRECTED_IN_TIME'
  return { candidate, reasons, listVersion: lists.listVersion }
}

/** Whoever leaves before anybody spoke to him has corrected in time too. Out of sight is not corrected. */
function correctionOf({ act, endWallMs, notices }: DiscretionFacts): LeniencyCode {
  if (act.state !== 'CLEARED' || endWallMs === null) return 'NOT_CORRECTED'
  const first = notices.find(({ deliveredAtMs }) => deliveredAtMs !== null)
  return first === undefined || endWallMs <= first.correctionDeadlineMs
    ? 'CORRECTED_IN_TIME'
    : 'CORRECTED_LATE'
}

function about(ms: number, errorSec: number): Interval {
  const seconds = ms / 1000
  return tenths([Math.max(0, seconds - errorSec), seconds + errorSec])
}

const tenths = ([low, high]: Interval): Interval => [Math.round(low * 10) / 10, Math.round(high * 10) / 10]
