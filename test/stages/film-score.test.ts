/**
 * How well a film fits an act, as a table: minutes from ten o'clock, metres between the recorder and the act, who was
 * sent. What is below 0.45 is nothing, from 0.65 on the box links it.
 */
import { expect, test } from 'vitest'
import {
  type Claim,
  claimOf,
  type Film,
  type FilmedAct,
  FilmLinkOptions,
  settle,
} from '../../gateway/alerts/film-score.ts'
import { filmWords } from '../../gateway/alerts/film-words.ts'

const OPTIONS = FilmLinkOptions.parse({})
const MIN = 60_000
const ACT_AT = { lon: 121.48, lat: 31.236 }
/** Metres to the east of the act. */
const east = (metres: number) => ({ lon: ACT_AT.lon + metres / (111_320 * 0.855), lat: ACT_AT.lat })

function film(changes: Partial<Film> = {}): Film {
  return {
    ...{
      recordingId: 'r-1',
      cameraId: 'bodycam-1',
      personId: 'p-1',
      coPresentIds: [],
      fromMs: 0,
      toMs: 10 * MIN,
    },
    ...{
      isClockKnown: true,
      at: () => null,
      isTracked: false,
      saw: () => null,
      cap: 'CANDIDATE',
      capReasons: [],
    },
    ...changes,
  }
}
function act(changes: Partial<FilmedAct> = {}): FilmedAct {
  return {
    ...{ eventId: 'a', spans: [{ fromMs: 2 * MIN, toMs: 8 * MIN }], at: ACT_AT },
    ...{ sent: [], onSite: [], namedIds: [], ...changes },
  }
}
const track = (metres: number | null, at = (_: number) => metres): Partial<Film> => ({
  isTracked: true,
  at: (ms) => (at(ms) === null ? null : east(at(ms)!)),
})
const span = (from: number, to: number) => [{ fromMs: from * MIN, toMs: to * MIN }]
/** Walks past from the west at 1.2 m/s, nearest at minute five. */
const past = (ms: number) => ((ms - 5 * MIN) / 1000) * 1.2

const TABLE: [
  what: string,
  film: Partial<Film>,
  act: Partial<FilmedAct>,
  score: [number, number] | null,
  code: string,
][] = [
  ['the same time alone', {}, {}, [0.3, 0.3], 'PLACE_UNKNOWN'],
  [
    'no shared time',
    track(0),
    { spans: span(20, 30), namedIds: ['r-1'], sent: [{ personId: 'p-1', atMs: 0 }] },
    null,
    '',
  ],
  ['ends a minute before, the clock is known', track(0), { spans: span(11, 30) }, null, ''],
  [
    '… and the clock was never compared',
    { ...track(0), isClockKnown: false },
    { spans: span(11, 30) },
    [0.6, 0.7],
    'CLOCK_UNSURE',
  ],
  ['eight metres away', track(8), {}, [0.68, 0.7], 'PLACE_NEAR'],
  ['forty metres away', track(40), {}, [0.45, 0.5], 'PLACE_NEAR'],
  ['a hundred metres away', track(100), {}, [0.3, 0.31], 'PLACE_NEAR'],
  [
    'positions all along, two hundred metres away, although sent',
    track(200),
    { sent: [{ personId: 'p-1', atMs: 0 }] },
    null,
    '',
  ],
  ['… and named by who was on site', track(200), { namedIds: ['r-1'] }, [1, 1], 'NAMED_ON_SITE'],
  [
    'one position only, two hundred metres away, and sent',
    { at: () => east(200) },
    { sent: [{ personId: 'p-1', atMs: 0 }] },
    [0.7, 0.7],
    'PLACE_FAR',
  ],
  ['sent, no position', {}, { sent: [{ personId: 'p-1', atMs: 0 }] }, [0.7, 0.7], 'OFFICER_SENT'],
  [
    'sent when the film was over',
    {},
    { sent: [{ personId: 'p-1', atMs: 11 * MIN }] },
    [0.3, 0.3],
    'PLACE_UNKNOWN',
  ],
  ['on site, no position', {}, { onSite: ['p-1'] }, [0.7, 0.7], 'OFFICER_ON_SITE'],
  [
    'the officer beside the recorder was sent',
    { coPresentIds: ['p-2'] },
    { sent: [{ personId: 'p-2', atMs: 0 }] },
    [0.7, 0.7],
    'OFFICER_SENT',
  ],
  ['somebody else was sent', {}, { sent: [{ personId: 'p-9', atMs: 0 }] }, [0.3, 0.3], 'PLACE_UNKNOWN'],
  ['near and sent', track(5), { sent: [{ personId: 'p-1', atMs: 0 }] }, [1, 1], 'OFFICER_SENT'],
  ['people in view', { saw: () => true }, {}, [0.35, 0.35], 'PEOPLE_IN_VIEW'],
  ['nobody found is no word against it', { saw: () => false }, {}, [0.3, 0.3], 'NOBODY_FOUND'],
  ['not analysed is said', {}, {}, [0.3, 0.3], 'NOT_ANALYSED'],
  [
    'ten seconds of the act',
    { ...track(5) },
    { spans: [{ fromMs: -MIN, toMs: 10_000 }] },
    [0.5, 0.53],
    'TIME_SHARED',
  ],
  ['walks past, does not stay', track(0, past), {}, [0.54, 0.58], 'PLACE_NEAR'],
  ['nobody knows where the act is', track(0), { at: null }, [0.3, 0.3], 'PLACE_UNKNOWN'],
]
test.each(TABLE)('[R61] score: %s', (_, ofFilm, ofAct, score, code) => {
  const claim = claimOf(film(ofFilm), act(ofAct), OPTIONS, () => false)
  if (score === null) return expect(claim).toBeNull()
  expect(claim!.score).toBeGreaterThanOrEqual(score[0])
  expect(claim!.score).toBeLessThanOrEqual(score[1])
  expect(claim!.reasons.map((reason) => reason.code)).toContain(code)
})

test('the segment is where the film is near the act, not all the time it ran', () => {
  const comesAtFive = (ms: number) => (ms < 5 * MIN ? 500 : 6)
  const claim = claimOf(film(track(0, comesAtFive)), act(), OPTIONS, () => false)!
  expect(claim.segment.fromMs).toBeGreaterThanOrEqual(5 * MIN)
  expect(claim.segment.fromMs).toBeLessThan(5 * MIN + 4_000)
  expect(claim.score).toBeGreaterThan(OPTIONS.linkMin)
})

const claim = (eventId: string, score: number, from = 0, to = 5, isNamed = false): Claim => ({
  ...{ eventId, score, reasons: [], segment: { fromMs: from * MIN, toMs: to * MIN }, isNamed },
})
const RIVALS: [what: string, claims: Claim[], byPeople: Claim[], states: string][] = [
  ['one that fits', [claim('a', 0.7)], [], 'a LINKED'],
  ['one that may fit', [claim('a', 0.5)], [], 'a SUGGESTED'],
  ['one that does not', [claim('a', 0.44)], [], ''],
  ['the better of two', [claim('a', 0.7), claim('b', 0.5)], [], 'a LINKED, b SUGGESTED'],
  ['a tie', [claim('a', 0.7), claim('b', 0.69)], [], 'a SUGGESTED, b SUGGESTED'],
  [
    'nearly a tie, with one that alone would only be suggested',
    [claim('a', 0.7), claim('b', 0.6)],
    [],
    'a SUGGESTED, b SUGGESTED',
  ],
  [
    'one after the other, on one walk',
    [claim('a', 0.7, 0, 5), claim('b', 0.7, 6, 9)],
    [],
    'a LINKED, b LINKED',
  ],
  ['the same act, seen by two cameras', [claim('a', 0.7), claim('a2', 0.7)], [], 'a LINKED, a2 LINKED'],
  ['named beats a tie', [claim('a', 1, 0, 5, true), claim('b', 0.95)], [], 'a LINKED, b SUGGESTED'],
  ['a person has given these minutes to another', [claim('b', 0.7)], [claim('a', 1)], 'b SUGGESTED'],
]
test.each(RIVALS)('[R61] who gets the film: %s', (_, claims, byPeople, states) => {
  const isOneAct = (a: string, b: string) => a[0] === b[0]
  const told = settle(claims, byPeople, isOneAct, OPTIONS).map(({ eventId, state }) => `${eventId} ${state}`)
  expect(told.join(', ')).toBe(states)
})

test('every reason is said in both languages', () => {
  expect(filmWords({ code: 'PLACE_NEAR', value: 8 }, 'zh')).toBe('最近相距 8 米')
  expect(filmWords({ code: 'OFFICER_SENT', value: 'p-1' }, 'en')).toBe('p-1 was sent there')
})
