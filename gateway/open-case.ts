/**
 * What is known of an act while its case is open: what was kept of it, what could not be had, what its packages are worth.
 *
 *     fresh ─▶ stills, clips held or missed ─▶ sealed: due items named, caps and quality of all packages so far
 */

import type { HeldKind, SealPurpose } from './evidence/package.ts'
import { type AbsenceReason, type Due, dueOf, persistsDue } from './evidence/plan.ts'
import { merged, summaryOf } from './evidence/quality.ts'
import type { SealedPackage } from './evidence/vault.ts'
import type { WatchedRule } from './violations/catalogue.ts'
import type { EvidenceRef, QualitySummary } from './violations/event.ts'

/** What must survive a restart with the judge's own state. */
export interface OpenCase {
  readonly eventId: string
  /** Instant (timeline) that the latest START is to show, and how many there are: the beginning may be corrected. */
  readonly startHeldMs: number | null
  readonly startsHeld: number
  readonly persistsHeld: number
  /** Until when (timeline) the clip after the confirmation goes; null: it is held, or not wanted. */
  readonly clipUntilMs: number | null
  readonly soundsSealed: number
  /** What was due and could not be had, until it is said in a package. */
  readonly absent: Readonly<Partial<Record<HeldKind, AbsenceReason>>>
  /** Of the packages so far. */
  readonly caps: readonly string[]
  readonly quality: QualitySummary | null
  readonly packages: readonly string[]
  readonly evidence: EvidenceRef | null
}

export function freshCase(eventId: string): OpenCase {
  return {
    ...{
      eventId,
      startHeldMs: null,
      startsHeld: 0,
      persistsHeld: 0,
      clipUntilMs: null,
      soundsSealed: 0,
      absent: {},
    },
    ...{ caps: [], quality: null, packages: [], evidence: null },
  }
}

interface Seal {
  readonly purpose: SealPurpose
  /** Sounds that were played and are in no package yet. */
  readonly sounds: number
  readonly persistEverySec: number
}

/** A still of the dwell that nobody came to take, as after a long gap, is said to be that. */
export function dueFor(open: OpenCase, rule: WatchedRule, { purpose, sounds, persistEverySec }: Seal): Due[] {
  const persists = persistsDue(rule.minDwellSec, persistEverySec)
  const unreached = open.persistsHeld < persists ? { PERSIST: 'NOT_REACHED' as const } : {}
  const absent = { ...unreached, ...open.absent }
  return dueOf({ purpose, plan: rule.entry.evidencePlan, persists, sounds, absent })
}

/** @param told packages that the desk names: it may know of one that this case does not */
export function sealedInto(
  open: OpenCase,
  sealed: SealedPackage,
  told: readonly string[],
): Partial<OpenCase> {
  const { packageId, manifestHash, evidenceCaps, items, document } = sealed
  const packages = [...new Set([...told, ...open.packages, packageId])]
  const sounds = items.filter(({ kind }) => kind === 'PERSUASION_AUDIO').length
  const { quality } = document
  return {
    ...{ packages, evidence: { packageId, manifestHash, packages }, absent: {} },
    soundsSealed: open.soundsSealed + sounds,
    caps: [...new Set([...open.caps, ...evidenceCaps])],
    quality: quality === undefined ? open.quality : merged(open.quality, summaryOf(quality)),
  }
}
