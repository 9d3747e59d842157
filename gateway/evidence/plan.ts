/**
 * The evidence plan of a rule, resolved: what is due when a package is sealed, and when it is to be taken.
 *
 *     first seen      mid dwell …        confirmed                    re-check      over
 *     SCENE_BEFORE    PERSIST × n        CONFIRM                      RECHECK       AFTER
 *     START                              CLIP before ─┬─ CLIP after   (notice: PERSUASION_AUDIO)   CLIP
 *                                        └─ alert goes out at once: the seconds after it come with the next package
 *
 * What is due and is not there is named in the package, with the reason. A rule's plan may ask for less; what it does
 * not ask for is not taken, and is not missing [R70].
 */
import { z } from 'zod'
import type { HeldKind, SealPurpose } from './kinds.ts'

export const PlanOptions = {
  clipBeforeSec: z
    .number()
    .min(0)
    .max(60)
    .default(10)
    .describe(
      'Seconds of clip up to the confirmation, and half of it around the end; bounded by what the ring holds.',
    ),
  clipAfterSec: z
    .number()
    .min(0)
    .max(60)
    .default(20)
    .describe(
      'Seconds of clip from the confirmation on; with those before it 15 … 60. They are kept at once and sealed with the next package: the alert does not wait for them.',
    ),
  persistEverySec: z
    .number()
    .min(30)
    .max(3_600)
    .default(300)
    .describe(
      'A still of a long dwell every so often (s), five at most; a shorter dwell has one in its middle.',
    ),
}

const CLIP_SEC_MIN = 15
const CLIP_SEC_MAX = 60
export const clipFits = (options: { clipBeforeSec: number; clipAfterSec: number }): boolean => {
  const totalSec = options.clipBeforeSec + options.clipAfterSec
  return totalSec >= CLIP_SEC_MIN && totalSec <= CLIP_SEC_MAX
}

/** Why something that was due is not there. */
export const ABSENCES = [
  'OUT_OF_RING',
  'NOT_WRITTEN',
  'NOT_REACHED',
  'TORN',
  'SOUND_NOT_KEPT',
  'NOT_HELD',
] as const
export type AbsenceReason = (typeof ABSENCES)[number]

export interface Due {
  readonly kind: HeldKind
  readonly count: number
  /** As far as it is known. */
  readonly absent?: AbsenceReason | undefined
}

const PERSISTS_MAX = 5

export function persistsDue(minDwellSec: number, persistEverySec: number): number {
  return Math.max(1, Math.min(PERSISTS_MAX, Math.ceil(minDwellSec / persistEverySec) - 1))
}

/** How long after its beginning (ms) the next still of an act that goes on is due; null when all were taken. */
export function nextPersistMs(taken: number, minDwellSec: number, persistEverySec: number): number | null {
  const due = persistsDue(minDwellSec, persistEverySec)
  return taken >= due ? null : (1000 * minDwellSec * (taken + 1)) / (due + 1)
}

const DUE: Record<SealPurpose, readonly HeldKind[]> = {
  confirm: ['SCENE_BEFORE', 'START', 'PERSIST', 'CONFIRM', 'CLIP'],
  recheck: ['RECHECK'],
  closing: ['AFTER', 'CLIP'],
  supplement: [],
}

interface Asked {
  readonly purpose: SealPurpose
  readonly plan: readonly string[]
  readonly persists: number
  /** Sounds of notices that were played and are not sealed yet. */
  readonly sounds: number
  readonly absent: Readonly<Partial<Record<HeldKind, AbsenceReason>>>
}

export function dueOf({ purpose, plan, persists, sounds, absent }: Asked): Due[] {
  const kinds = DUE[purpose].filter((kind) => plan.includes(kind))
  const due: Due[] = kinds.map((kind) => ({
    kind,
    count: kind === 'PERSIST' ? persists : 1,
    absent: absent[kind],
  }))
  if (sounds > 0 && plan.includes('PERSUASION_AUDIO'))
    due.push({ kind: 'PERSUASION_AUDIO', count: sounds, absent: 'SOUND_NOT_KEPT' })
  // Seconds after the confirmation that were to come along and could not be had.
  if (purpose !== 'confirm' && absent.CLIP !== undefined && plan.includes('CLIP'))
    if (!kinds.includes('CLIP')) due.push({ kind: 'CLIP', count: 1, absent: absent.CLIP })
  return due
}

interface Missing {
  readonly item: HeldKind
  readonly code: 'PLAN_ITEM_MISSING'
  readonly reason: AbsenceReason
}

/** What was due and is neither there nor, as a torn file, named already. */
export function missingOf(
  due: readonly Due[],
  held: readonly HeldKind[],
  torn: readonly string[],
): Missing[] {
  return due.flatMap(({ kind, count, absent }) => {
    const have = held.filter((each) => each === kind).length
    if (have >= count) return []
    const name = kind.toLowerCase().replace('_', '-')
    const isTorn = torn.some((file) => file.replace(/^\d+-/, '').startsWith(name))
    return [
      { item: kind, code: 'PLAN_ITEM_MISSING' as const, reason: isTorn ? 'TORN' : (absent ?? 'NOT_HELD') },
    ]
  })
}
