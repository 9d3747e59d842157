/**
 * A slip taken back: never by an edit, always by a new record that names the one it undoes.
 *
 *     PENDING_REVIEW ─▶ VERIFIED ─▶ (UNDONE, names number 3) PENDING_REVIEW      all three stay on record
 *     what counts:      ────────────────────────────────────▶ PENDING_REVIEW     a taken-back verdict is none
 *
 * Only the last verdict, only one's own, only within a few minutes, and only while nobody has built on it.
 */
import type { Transition } from './records.ts'

export const UNDONE = 'UNDONE'
const VERDICTS: readonly string[] = ['VERIFIED', 'REJECTED']

type Told = Pick<Transition, 'to' | 'reasonCode' | 'details'>

/** What still counts: without verdicts that were taken back, and without the taking back. */
export function standing<T extends Told>(past: readonly T[]): T[] {
  const counts: T[] = []
  for (const told of past) {
    if (told.reasonCode === UNDONE && told.details['undoes'] !== undefined) counts.pop()
    else counts.push(told)
  }
  return counts
}

interface UndoFacts {
  readonly past: readonly Transition[]
  readonly by: string
  readonly nowMs: number
  readonly withinMs: number
}

/** Why the last verdict may not be taken back; null when it may. */
export function beyondUndo({ past, by, nowMs, withinMs }: UndoFacts): string | null {
  const last = standing(past).at(-1)
  const verdict = standing(past).findLast(({ to }) => VERDICTS.includes(to))
  if (verdict === undefined || last === undefined) return 'nobody has given a verdict'
  if (last !== verdict) return `it has gone on to ${last.to}, somebody has acted on the verdict`
  if (verdict.actor.id !== by) return `the verdict is ${verdict.actor.id}'s`
  if (nowMs - verdict.atMs > withinMs) return `more than ${withinMs / 1000} s have passed`
  return null
}
