/**
 * When a notice may not be heard: at night, too often, too soon after another [R21].
 *
 *     quiet hours ─▶ QUIET_HOURS     speaker: so many an hour, so long a silence ─▶ SPEAKER_RATE, SPEAKER_GAP
 *                                    act: so many in all, so long a silence      ─▶ EVENT_RATE, EVENT_GAP
 *
 * What is withheld is recorded with its reason; nothing is dropped silently. A grave grade breaks no limit: whoever is
 * in danger is helped by people, not by a loudspeaker at night.
 */
import { z } from 'zod'
import { type Moment, Window, withinHours } from '../violations/zone.ts'

const HOUR_MS = 3_600_000
const VOLUME_DEFAULT = 60

export const VolumeHours = Window.extend({
  volume: z.number().min(0).max(100).describe('Volume in these hours, 0 … 100.'),
})

/** Part of every speaker's entry. */
export const SpeakerLimits = {
  quietHours: z
    .array(Window)
    .max(20)
    .optional()
    .describe('Hours in which it keeps silent, instead of `persuasion.quietHours`.'),
  volume: z.array(VolumeHours).max(48).optional().describe('Volume by hour, instead of `persuasion.volume`.'),
  maxPerHour: z.int().min(1).max(120).default(6).describe('Notices in any hour at most.'),
  minGapSec: z.number().min(0).max(3600).default(60).describe('Least silence between two notices (s).'),
}
const Limits = z.strictObject(SpeakerLimits)
export type SpeakerLimits = z.infer<typeof Limits>

export type WithheldReason =
  | 'QUIET_HOURS'
  | 'SPEAKER_RATE'
  | 'SPEAKER_GAP'
  | 'EVENT_RATE'
  | 'EVENT_GAP'
  | 'SCRIPT_NOT_REVIEWED'
  | 'ACT_OVER'

/** Whether an instant lies in one of the windows. */
export function isWithin(windows: readonly Window[], moment: Moment): boolean {
  return withinHours({ windows }, moment)
}

/** The first window that names the hour has it. */
export function volumeAt(profile: readonly z.infer<typeof VolumeHours>[], moment: Moment): number {
  return profile.find((one) => isWithin([one], moment))?.volume ?? VOLUME_DEFAULT
}

/** @param heardAtMs when a speaker was heard, newest first */
export function speakerLimit(
  { maxPerHour, minGapSec }: SpeakerLimits,
  heardAtMs: readonly number[],
  nowMs: number,
): WithheldReason | null {
  if (heardAtMs.some((atMs) => nowMs - atMs < minGapSec * 1000)) return 'SPEAKER_GAP'
  return heardAtMs.filter((atMs) => nowMs - atMs < HOUR_MS).length >= maxPerHour ? 'SPEAKER_RATE' : null
}

export function eventLimit(
  { perEventMax, eventGapSec }: { readonly perEventMax: number; readonly eventGapSec: number },
  heardAtMs: readonly number[],
  nowMs: number,
): WithheldReason | null {
  if (heardAtMs.length >= perEventMax) return 'EVENT_RATE'
  return heardAtMs.some((atMs) => nowMs - atMs < eventGapSec * 1000) ? 'EVENT_GAP' : null
}
