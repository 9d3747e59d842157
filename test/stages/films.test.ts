/**
 * Films and acts over a real desk and office. Three cameras of one street, 40 and 110 metres from the first; an act
 * before each of them at the same time; an officer's clip.
 */
import { expect, test } from 'vitest'
import type { BodyCamRecording } from '../../devices/bodycam/recording.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { type FilmFacts, NOTHING_BESIDE } from '../../gateway/recording-films.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { act, camera, type OfficeRunning, raiseAll, setUpOffice } from './office-fixture.ts'
import { SAMPLE_WALL_MS } from './sample-event.ts'

const HOME = { lon: 121.48, lat: 31.236 }
const east = (metres: number) => ({ lon: HOME.lon + metres / (111_320 * 0.855), lat: HOME.lat })
const CAMERAS = [camera('cam-1', HOME), camera('cam-2', east(40)), camera('cam-3', east(110))]
const PLATFORM = { id: 'p-9', roles: ['person', 'platform', 'box'] } as const

/** Minutes after ten o'clock. */
function clip(fromMin: number, toMin: number, changes: Partial<BodyCamRecording> = {}): BodyCamRecording {
  return {
    ...{
      recordingId: 'r-1',
      status: 'ACCEPTED',
      deviceSerial: 'DSJ-1',
      personId: 'p-1',
      coPresentOfficerIds: [],
    },
    startAt: isoTime(SAMPLE_WALL_MS + fromMin * 60_000),
    endAt: isoTime(SAMPLE_WALL_MS + toMin * 60_000),
    ...{ deviceClockOffsetMs: 0, evidenceCap: 'CANDIDATE', capReasons: [], linkedEventIds: [], ...changes },
  } as unknown as BodyCamRecording
}

interface Street extends OfficeRunning {
  readonly acts: readonly ViolationEvent[]
  readonly states: (recordingId?: string) => string
}

function street(
  acts = [1, 2, 3].map((n) => act(`a${n}`, 0, 20, { cameraId: `cam-${n}` })),
  filmFacts: FilmFacts = NOTHING_BESIDE,
): Street {
  const running = setUpOffice({ options: { cameras: CAMERAS }, filmFacts })
  running.time.nowMs = SAMPLE_WALL_MS + 60 * 60_000
  const raised = raiseAll(running, ...acts)
  const states = (recordingId = 'r-1') => {
    running.office.films.work()
    const now = running.office.films.links.nowOfRecording(recordingId)
    return raised.map(({ eventId }) => now.find((link) => link.eventId === eventId)?.state ?? '-').join(' ')
  }
  return { ...running, acts: raised, states }
}

function dispatch({ desk, acts }: Street, n: number, officers: string) {
  const { eventId } = acts[n - 1]!
  desk.transition({ eventId, to: 'VERIFIED', actor: PLATFORM })
  desk.transition({ eventId, to: 'DISPATCHED', actor: PLATFORM, details: { unitId: 'u-1', officers } })
}

test('[R61] of three acts at one time a clip with a place links to the one it was made at', () => {
  for (const [place, expected] of [
    [east(6), 'LINKED SUGGESTED -'],
    [east(36), 'SUGGESTED LINKED -'],
    [east(112), '- - LINKED'],
  ] as const) {
    const running = street()
    running.accept(clip(5, 12, { place }))
    expect(running.states()).toBe(expected)
  }
})

/** Metres east of the first camera, at minutes after ten; in between on a straight line. */
type Walk = readonly (readonly [min: number, metres: number])[]
function walked(walk: Walk): FilmFacts {
  const at = (wallMs: number) => {
    const min = (wallMs - SAMPLE_WALL_MS) / 60_000
    const next = walk.findIndex(([one]) => one >= min)
    if (next <= 0) return next === 0 ? east(walk[0]![1]) : null
    const [[from, a], [to, b]] = [walk[next - 1]!, walk[next]!]
    return east(a + ((b - a) * (min - from)) / (to - from))
  }
  return { track: () => at, saw: () => null }
}

const WALKS: [what: string, walk: Walk, states: string][] = [
  [
    'stays at the first',
    [
      [4, 5],
      [13, 8],
    ],
    'LINKED SUGGESTED -',
  ],
  [
    'walks past the first two to the third, and stays there',
    [
      [4, -90],
      [5, -90],
      [7, 110],
      [13, 112],
    ],
    'SUGGESTED SUGGESTED LINKED',
  ],
  [
    'is at the first, then at the third',
    [
      [4, 3],
      [8, 4],
      [9, 108],
      [13, 110],
    ],
    'LINKED SUGGESTED LINKED',
  ],
  [
    'is in another street all the time',
    [
      [4, 600],
      [13, 700],
    ],
    '- - -',
  ],
]
test.each(WALKS)(
  '[R61] of three acts at one time a walk links to where it stays: %s',
  (_, walk, expected) => {
    const running = street(undefined, walked(walk))
    running.accept(clip(5, 12))
    expect(running.states()).toBe(expected)
  },
)

test('[R61] of three acts at one time a clip without a place links to the one its officer was sent to', () => {
  for (const n of [1, 2, 3]) {
    const running = street([1, 2, 3].map((i) => act(`a${i}`, 0, undefined, { cameraId: `cam-${i}` })))
    running.time.nowMs = SAMPLE_WALL_MS + 4 * 60_000
    dispatch(running, n, 'p-7, p-1')
    running.time.nowMs = SAMPLE_WALL_MS + 60 * 60_000
    running.accept(clip(5, 12))
    expect(running.states().split(' ')[n - 1]).toBe('LINKED')
    expect(running.states().match(/LINKED/g)).toHaveLength(1)
  }
})

test('[R61] half way between two acts nobody guesses: both stay suggestions, and each names the other', () => {
  const running = street()
  running.accept(clip(5, 12, { place: east(20) }))
  expect(running.states()).toBe('SUGGESTED SUGGESTED -')
  const [one] = running.office.films.links.nowOfEvent(running.acts[0]!.eventId)
  expect(one!.reasons).toContainEqual({ code: 'RIVAL', value: running.acts[1]!.eventId })
  expect(running.desk.get(running.acts[0]!.eventId)!.event.filmed).toBeUndefined()
})

test('[R67] a link is told with the alert: which part of the film, whose, what it is worth', () => {
  const running = street()
  const place = east(3)
  running.accept(clip(18, 30, { place, evidenceCap: 'LEAD', capReasons: ['AUXILIARY_ALONE'] }))
  running.states()
  const { event } = running.desk.get(running.acts[0]!.eventId)!
  expect(event.filmed).toMatchObject([
    { recordingId: 'r-1', personId: 'p-1', by: 'box', fromSec: 0, evidenceCap: 'LEAD' },
  ])
  // The act was over two minutes into the film; its clock is right to two seconds.
  expect(event.filmed![0]!.toSec).toBe(120)
  expect(event.filmed![0]!.capReasons).toEqual(['AUXILIARY_ALONE'])
  const told = running.outbox.due(50).map(({ data }) => data as ViolationEvent)
  expect(told.at(-1)).toMatchObject({ eventId: event.eventId, filmed: event.filmed })
})

test('what a recording is worth changes, and the alert says so', () => {
  const running = street()
  const place = east(3)
  running.accept(clip(5, 12, { place, evidenceCap: 'LEAD', capReasons: ['AUXILIARY_ALONE'] }))
  running.states()
  const { eventId } = running.acts[0]!
  const before = running.desk.lastRevision(eventId)
  running.accept(clip(5, 12, { place }))
  running.states()
  expect(running.desk.get(eventId)!.event.filmed).toMatchObject([
    { evidenceCap: 'CANDIDATE', capReasons: [] },
  ])
  expect(running.desk.lastRevision(eventId)).toBe(before + 1)
})

test('[R61] the film of whoever was sent after the act belongs to its handling', () => {
  const running = street()
  const { eventId } = running.acts[1]!
  running.time.nowMs = SAMPLE_WALL_MS + 30 * 60_000
  dispatch(running, 2, 'p-1')
  running.time.nowMs = SAMPLE_WALL_MS + 40 * 60_000
  running.accept(clip(32, 38))
  expect(running.states()).toBe('- LINKED -')
  // Somebody says which film it was: that is more than any guess.
  running.accept(clip(41, 44, { recordingId: 'r-2', personId: 'p-8' }))
  expect(running.states('r-2')).toBe('- - -')
  running.desk.transition({ eventId, to: 'ON_SITE', actor: PLATFORM, details: { recordingId: 'r-2' } })
  running.time.nowMs = SAMPLE_WALL_MS + 45 * 60_000
  running.desk.transition({ eventId, to: 'CORRECTED', actor: PLATFORM, details: { afterItemId: 'i-1' } })
  expect(running.states('r-2')).toBe('- LINKED -')
})

test('[R61] what a person unlinks stays unlinked, whatever the box learns; what a person links stays linked', () => {
  const running = street()
  const { films } = running.office
  const [a, b] = running.acts.map(({ eventId }) => eventId) as [string, string]
  running.accept(clip(5, 12, { place: east(2) }))
  expect(running.states()).toBe('LINKED SUGGESTED -')
  const wish = { recordingId: 'r-1', by: 'p-5', reason: 'another street' }
  films.unlink({ ...wish, eventId: a, commandId: 'c-1' })
  expect(running.states()).toBe('UNLINKED SUGGESTED -')
  expect(running.desk.get(a)!.event.filmed).toBeUndefined()
  running.accept(clip(5, 12, { place: HOME }))
  dispatch(running, 1, 'p-1')
  expect(running.states()).toBe('UNLINKED SUGGESTED -')
  films.link({ ...wish, eventId: b, reason: 'seen in it', commandId: 'c-2' })
  running.accept(clip(5, 12, { place: east(111) }))
  expect(running.states()).toBe('UNLINKED LINKED SUGGESTED')
  // Who, when, why, and how well it fitted then.
  expect(films.links.recordsOfEvent(a).at(-1)).toMatchObject({
    ...{ state: 'UNLINKED', actor: 'p-5', reason: 'another street', commandId: 'c-1' },
    score: films.links.recordsOfEvent(a)[0]!.score,
  })
})

test('a command twice is done once; one for something else, and what is not there, are refused', () => {
  const running = street()
  const { films } = running.office
  const [a, b] = running.acts.map(({ eventId }) => eventId) as [string, string]
  running.accept(clip(5, 12))
  running.accept(clip(5, 12, { recordingId: 'r-2', status: 'QUARANTINED' }))
  const wish = { recordingId: 'r-1', eventId: a, by: 'p-5', reason: 'seen in it', commandId: 'c-1' }
  films.link(wish)
  expect(films.link(wish).state).toBe('LINKED')
  expect(films.links.recordsOfEvent(a)).toHaveLength(1)
  expect(() => films.link({ ...wish, eventId: b })).toThrow(/c-1 was given for/)
  expect(() => films.unlink({ ...wish, eventId: b, commandId: 'c-2' })).toThrow(/are not linked/)
  expect(() => films.link({ ...wish, recordingId: 'r-2', commandId: 'c-3' })).toThrow(/no accepted recording/)
  expect(() => films.link({ ...wish, eventId: 'nobody', commandId: 'c-4' })).toThrow(/no alert/)
})

test('what was found in the film itself is linked as that, and stays although it stands elsewhere', () => {
  const filmed = act('f', 6, 9, { cameraId: 'bodycam-dsj-1', zoneId: 'view' })
  const running = street([act('a1', 0, 20), filmed])
  running.accept(clip(5, 12, { place: east(500) }))
  running.office.films.found('r-1', [filmed.eventId])
  expect(running.states()).toBe('- LINKED')
  const [link] = running.office.films.links.nowOfEvent(filmed.eventId)
  expect(link).toMatchObject({ score: 1, reasons: [{ code: 'FOUND_IN_IT' }] })
  expect(running.office.films.owed(), 'its pictures are of the film already').toEqual([])
})

test('nothing new is nothing: looked at again no record is added, and records cannot be changed', () => {
  const running = street()
  running.accept(clip(5, 12, { place: east(6) }))
  running.states()
  const records = running.office.films.links.recordsOfRecording('r-1')
  running.accept(clip(5, 12, { place: east(6) }))
  for (const event of running.acts) running.desk.retell(event.eventId)
  running.states()
  expect(running.office.films.links.recordsOfRecording('r-1')).toEqual(records)
  for (const change of ['UPDATE film_link SET score = 1', 'DELETE FROM film_link'])
    expect(() => running.database.exec(change)).toThrow(/append-only/)
})

test('what was due before a stop is done after it', () => {
  const running = street()
  running.accept(clip(5, 12, { place: east(6) }))
  const again = running.open()
  again.office.films.work()
  expect(running.states()).toBe('LINKED SUGGESTED -')
  again.office.close()
})
