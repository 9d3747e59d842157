/**
 * 完整, complete: whether everything the plan asks for is there, from the place before to the confirmation, and where.
 *
 *     SCENE_BEFORE ── START ──≥ 30 s── PERSIST ──≥ 30 s── CONFIRM        clip up to it, without a gap        place
 *
 * A dwell of less than a minute cannot hold three stills half a minute apart: then half the dwell is asked for, and said.
 */
import type { SealPurpose } from '../kinds.ts'
import type { Due } from '../plan.ts'
import { allOf, atLeast, atMost, type Check, measured, notMeasured, rounded } from './check.ts'
import { type SeenStill, SHOWS_ACT } from './clear.ts'
import type { PlaceFacts } from './facts.ts'
import type { QualityOptions } from './options.ts'

export interface CompleteFacts {
  readonly purpose: SealPurpose
  readonly due: readonly Due[]
  /** Of the plan, by kind, what is missing. */
  readonly missing: readonly string[]
  readonly stills: readonly SeenStill[]
  readonly clips: readonly { readonly itemId: string; readonly gapSec: number; readonly lengthSec: number }[]
  readonly clipBeforeSec: number
  readonly startedAtWallMs: number
  readonly confirmedAtWallMs: number | null
  readonly place: PlaceFacts
}

/** Looks are a fraction of a second apart, and a still is the last picture before the instant. */
const INTERVAL_SLACK = 0.9
/** Of a dwell of seconds a look is a larger part. */
const SHORT_SLACK = 0.75
const CLIP_SLACK = 0.8

export function completeChecks(facts: CompleteFacts, options: QualityOptions): Check[] {
  const { purpose, due, missing, clips, clipBeforeSec } = facts
  const there = due.length - missing.length
  const isConfirm = purpose === 'confirm'
  const asksFor = (kind: string) => due.some((each) => each.kind === kind)
  return [
    allOf('PLAN', there, due.length, { unit: 'items', reason: 'FOOTAGE_INCOMPLETE' }),
    ...(isConfirm ? [stillCount(facts, options), spacing(facts, options), span(facts, options)] : []),
    ...(clips.length > 0 ? [clipGaps(clips)] : []),
    ...(isConfirm && asksFor('CLIP') ? [clipLength(clips, clipBeforeSec)] : []),
    ...(isConfirm && asksFor('SCENE_BEFORE') ? [sceneBefore(facts)] : []),
    place(facts.place),
  ]
}

/** Those that show the act, in the order of time; of several beginnings the one that is told. */
function actStills({ stills, startedAtWallMs }: CompleteFacts): SeenStill[] {
  const shown = stills.filter(({ kind, quality }) => SHOWS_ACT.includes(kind) && quality !== null)
  const start = nearest(shown, 'START', startedAtWallMs)
  const told = shown.filter((still) => still.kind !== 'START' || still === start)
  return told.sort((a, b) => a.atWallMs - b.atWallMs)
}

function nearest(stills: readonly SeenStill[], kind: string, wallMs: number): SeenStill | undefined {
  const away = (still: SeenStill) => Math.abs(still.atWallMs - wallMs)
  return stills.filter((still) => still.kind === kind).sort((a, b) => away(a) - away(b))[0]
}

function stillCount(facts: CompleteFacts, { stillsMin }: QualityOptions): Check {
  return allOf('STILLS', actStills(facts).length, stillsMin, { unit: 'stills', reason: 'STILLS_FEW' })
}

function spacing(facts: CompleteFacts, { spacingSec }: QualityOptions): Check {
  const stills = actStills(facts)
  if (stills.length < 2) return notMeasured('SPACING', 'STILLS_FEW', true)
  const { startedAtWallMs, confirmedAtWallMs } = facts
  const dwellSec = ((confirmedAtWallMs ?? startedAtWallMs) - startedAtWallMs) / 1000
  const isShort = dwellSec < 2 * spacingSec
  const wantedSec = isShort ? (SHORT_SLACK * dwellSec) / 2 : INTERVAL_SLACK * spacingSec
  const gaps = stills.slice(1).map((still, at) => ({
    sec: (still.atWallMs - stills[at]!.atWallMs) / 1000,
    item: still.itemId,
  }))
  const least = gaps.reduce((a, b) => (b.sec < a.sec ? b : a))
  const check = atLeast('SPACING', least.sec, rounded(wantedSec), {
    ...{ unit: 's', reason: 'STILLS_CLOSE', item: least.item },
  })
  if (!isShort || !check.passed) return check
  // As far as the dwell allows: passed, with what it falls short of in its score.
  return { ...check, reason: 'DWELL_SHORT', score: rounded(Math.min(0.5, least.sec / spacingSec / 2)) }
}

/** How far the stills miss the beginning and the confirmation. */
function span(facts: CompleteFacts, { coversSec }: QualityOptions): Check {
  const { stills, startedAtWallMs, confirmedAtWallMs } = facts
  const missed = (kind: string, wallMs: number | null) => {
    const still = wallMs === null ? undefined : nearest(stills, kind, wallMs)
    return still === undefined || wallMs === null ? null : Math.abs(still.atWallMs - wallMs) / 1000
  }
  const begins = missed('START', startedAtWallMs)
  const ends = missed('CONFIRM', confirmedAtWallMs)
  if (begins === null || ends === null) return notMeasured('SPAN', 'SPAN_NOT_SHOWN', true)
  return atMost('SPAN', Math.max(begins, ends), coversSec, { unit: 's', reason: 'SPAN_NOT_SHOWN' })
}

function clipGaps(clips: CompleteFacts['clips']): Check {
  const gapSec = clips.reduce((sum, clip) => sum + clip.gapSec, 0)
  const item = clips.find((clip) => clip.gapSec > 0)?.itemId
  return atMost('CLIP_GAPS', gapSec, 0, { unit: 's', reason: 'PACKETS_MISSING', item })
}

function clipLength(clips: CompleteFacts['clips'], clipBeforeSec: number): Check {
  const lengthSec = clips.reduce((sum, clip) => sum + clip.lengthSec, 0)
  return atLeast('CLIP_LENGTH', lengthSec, rounded(CLIP_SLACK * clipBeforeSec), {
    ...{ unit: 's', reason: 'CLIP_SHORT', item: clips[0]?.itemId },
  })
}

function sceneBefore({ stills, startedAtWallMs }: CompleteFacts): Check {
  const still = stills.find(({ kind, quality }) => kind === 'SCENE_BEFORE' && quality !== null)
  const leadSec = still === undefined ? 0 : (startedAtWallMs - still.atWallMs) / 1000
  const isBefore = still !== undefined && leadSec > 0
  return measured('SCENE_BEFORE', leadSec, 0, isBefore, Number(isBefore), {
    ...{ unit: 's', reason: 'SCENE_BEFORE_MISSING', item: still?.itemId },
  })
}

/** A name or an address for people, coordinates for maps. */
function place({ name, address, lon, lat }: PlaceFacts): Check {
  const there = Number(name !== null || address !== null) + Number(lon !== null && lat !== null)
  return allOf('PLACE', there, 2, { reason: 'PLACE_UNKNOWN' })
}
