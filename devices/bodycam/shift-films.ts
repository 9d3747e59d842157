/**
 * What came in of a recorder's shift: how much was filmed, and where it was not.
 *
 *     shift        ├──────────────────────────────────┤
 *     recordings      ├────┤├──────┤      ├────────┤
 *                   3 recordings          ▲ a pause
 *
 * Recorders cut a film into files with up to some seconds between. A longer pause is said and not judged: on patrol the
 * law asks for no film all day; whether an act was filmed from its beginning to its end, people see in the film [R61].
 */
import type { Shift } from './duty.ts'
import type { BodyCamRecording } from './recording.ts'

const PAUSE_MS_MIN = 10_000
/** Of a shift the longest so many are said. */
const PAUSES_MAX = 20

export interface ShiftFilms {
  readonly recordings: number
  readonly filmedSec: number
  /** From the hand-over to the first film; null: nothing came in yet. */
  readonly firstAfterSec: number | null
  /** All of them; the longest are listed, in the order of the shift. */
  readonly pauseCount: number
  readonly pauses: readonly { readonly fromMs: number; readonly sec: number }[]
}

/** @param recordings accepted ones of the recorder, oldest start first */
export function filmsOf(
  { fromMs, toMs, personId }: Shift,
  recordings: readonly Pick<BodyCamRecording, 'startAt' | 'endAt' | 'personId'>[],
): ShiftFilms {
  const spans = recordings
    .filter((one) => one.personId === personId)
    .map(({ startAt, endAt }) => ({ startMs: Date.parse(startAt), endMs: Date.parse(endAt ?? startAt) }))
    .filter(({ startMs }) => toMs === null || startMs < toMs)
  const [first] = spans
  const pauses: { fromMs: number; sec: number }[] = []
  let [filmedMs, untilMs] = [0, first?.startMs ?? 0]
  for (const { startMs, endMs } of spans) {
    if (startMs - untilMs >= PAUSE_MS_MIN)
      pauses.push({ fromMs: untilMs, sec: Math.round((startMs - untilMs) / 1000) })
    filmedMs += Math.max(0, endMs - Math.max(startMs, untilMs))
    untilMs = Math.max(untilMs, endMs)
  }
  const longest = pauses.toSorted((a, b) => b.sec - a.sec).slice(0, PAUSES_MAX)
  return {
    recordings: spans.length,
    filmedSec: Math.round(filmedMs / 1000),
    firstAfterSec: first === undefined ? null : Math.round(Math.max(0, first.startMs - fromMs) / 1000),
    pauseCount: pauses.length,
    pauses: longest.toSorted((a, b) => a.fromMs - b.fromMs),
  }
}
