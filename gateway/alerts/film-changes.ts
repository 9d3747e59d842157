/**
 * What a new look at a film changes of the last word, and when an act is there to be filmed.
 *
 *     verdict, last word ─▶ record to add, or null        transitions ─▶ spans in which people dealt with it
 */
import { isoTime } from '../kit/clock.ts'
import type { ActFields } from '../violations/act-fields.ts'
import { BOX, type FilmLink } from './film-links.ts'
import type { Film, FilmReason, Span, Verdict } from './film-score.ts'
import type { Transition } from './records.ts'

export type FilmChange = Omit<FilmLink, 'number' | 'atMs' | 'recordingId' | 'eventId'>

export type FilmedPart = NonNullable<ActFields['filmed']>[number]

const SEGMENT_MOVED_MS = 1_000

/** Null: the last word still says it. */
export function changeOf(verdict: Verdict | undefined, last: FilmLink | undefined): FilmChange | null {
  const by = { actor: BOX, reason: '', commandId: null }
  if (verdict === undefined) {
    if (last === undefined || last.state === 'DROPPED') return null
    const { score, reasons, segment } = last
    return { ...by, state: 'DROPPED', score, reasons, segment }
  }
  const { state, score, reasons, segment } = verdict
  const codes = (list: readonly FilmReason[]) =>
    list.map(({ code, value }) => `${code} ${value ?? ''}`).join()
  const moved = (a: number, b: number) => Math.abs(a - b) >= SEGMENT_MOVED_MS
  const isSame =
    last?.state === state &&
    last.score === score &&
    codes(last.reasons) === codes(reasons) &&
    !moved(last.segment.fromMs, segment.fromMs) &&
    !moved(last.segment.toMs, segment.toMs)
  return isSame ? null : { ...by, state, score, reasons, segment }
}

/** While somebody who was sent dealt with it. */
export function handledIn(past: readonly Transition[], openUntilMs: number): Span[] {
  return past.flatMap(({ to, atMs }, at) =>
    to === 'DISPATCHED' || to === 'ON_SITE'
      ? [{ fromMs: atMs, toMs: past[at + 1]?.atMs ?? Math.max(atMs, openUntilMs) }]
      : [],
  )
}

export function united(spans: readonly Span[]): Span[] {
  const done: Span[] = []
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = done.at(-1)
    if (last === undefined || span.fromMs > last.toMs) done.push(span)
    else done[done.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) }
  }
  return done
}

/** Several in one field, with commas between. */
export function listed(text = ''): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
}

/** What an alert says of a film that shows it. */
export function partOf({ recordingId, segment, score, actor, reasons }: FilmLink, film: Film): FilmedPart {
  const sec = (atMs: number) => Math.max(0, Math.round((atMs - film.fromMs) / 100) / 10)
  return {
    ...{ recordingId, personId: film.personId },
    ...{ from: isoTime(segment.fromMs), to: isoTime(segment.toMs) },
    ...{ fromSec: sec(segment.fromMs), toSec: sec(segment.toMs) },
    ...{ evidenceCap: film.cap, capReasons: [...film.capReasons] },
    ...{ by: actor, score, reasons: reasons.map(({ code }) => code) },
  }
}
