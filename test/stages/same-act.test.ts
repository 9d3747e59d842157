/**
 * One act is one event to whoever handles it. Each row: acts in the order in which they are raised, minutes from ten
 * o'clock, and the trees they make: `a<b` says that b is the same act as a, which is the primary one.
 */
import { expect, test } from 'vitest'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { act, camera, type OfficeRunning, raiseAll, setUpOffice } from './office-fixture.ts'

const LEFT = [0.1, 0.5, 0.3, 0.9] as const
const RIGHT = [0.7, 0.5, 0.9, 0.9] as const

/** Which event is one with which, by the names they were made with. */
function trees(events: Record<string, ViolationEvent>, { desk }: OfficeRunning): string {
  const nameOf = (id: string) => Object.keys(events).find((name) => events[name]!.eventId === id)
  return Object.entries(events)
    .map(([name, { eventId }]) => {
      const primary = desk.get(eventId)!.event.sameActAs?.[0]
      return primary === undefined ? name : `${nameOf(primary)}<${name}`
    })
    .join(' ')
}

const AGAIN: [what: string, acts: Record<string, ViolationEvent>, trees: string][] = [
  ['back within ten minutes', { a: act('a', 0, 10), b: act('b', 19, 25) }, 'a a<b'],
  ['back after eleven', { a: act('a', 0, 10), b: act('b', 21, 25) }, 'a b'],
  ['twice within the window', { a: act('a', 0, 10), b: act('b', 15, 20), c: act('c', 25) }, 'a a<b a<c'],
  ['side by side', { a: act('a', 0), b: act('b', 5, 9) }, 'a b'],
  [
    'elsewhere in the zone',
    { a: act('a', 0, 10, { box: LEFT }), b: act('b', 12, 20, { box: RIGHT }) },
    'a b',
  ],
  ['in another zone', { a: act('a', 0, 10), b: act('b', 12, 20, { zoneId: 'lawn' }) }, 'a b'],
  ['of another rule', { a: act('a', 0, 10), b: act('b', 12, 20, { ruleId: 'piling' }) }, 'a b'],
  ['before another camera', { a: act('a', 0, 10), b: act('b', 12, 20, { cameraId: 'cam-2' }) }, 'a b'],
]
test.each(AGAIN)('[R38] across time: %s', (_, acts, expected) => {
  const running = setUpOffice({ rule: { mergeWindowSec: 600 } })
  raiseAll(running, ...Object.values(acts))
  expect(trees(acts, running)).toBe(expected)
})

test('[R38] an act that goes on keeps its one id; linked ones are told at once, on both sides', () => {
  const { desk, outbox } = setUpOffice()
  const first = act('a', 0)
  desk.raise(first)
  desk.raise({ ...first, revision: 2, phase: 'UPDATE', durationSec: 300 })
  desk.raise({ ...act('a', 0, 10), revision: 3 })
  const again = desk.raise(act('b', 12))
  expect(again.sameActAs).toEqual([first.eventId])
  expect(desk.get(first.eventId)!.event.mergedFrom).toEqual([again.eventId])
  const told = outbox.due(20).map(({ data }) => data as ViolationEvent)
  expect(told.map(({ eventId, revision }) => [eventId === first.eventId ? 'a' : 'b', revision])).toEqual([
    ['a', 1],
    ['a', 2],
    ['a', 3],
    ['a', 4], // Told that b belongs to it.
    ['b', 1],
  ])
  expect(told[4]!.sameActAs, 'from its very first word').toEqual([first.eventId])
})

/** Two cameras whose pictures are the same ground, ten metres a side, seen from opposite sides. */
const corners = (turned: boolean) =>
  [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ].map(([x, y]) => ({ at: [x, y], metres: turned ? [10 - 10 * x!, 10 - 10 * y!] : [10 * x!, 10 * y!] }))
const ground = (id: string, turned: boolean, plane = 'square') =>
  camera(id, {}, { groundScale: { points: corners(turned), groundPlane: plane } })

const VIEWS: [what: string, plane: string, box: ViolationEvent['box'], trees: string][] = [
  ['both where x is 2 and y is 9', 'square', [0.7, 0, 0.9, 0.1], 'a a<b'],
  ['six metres apart', 'square', [0.1, 0, 0.3, 0.1], 'a b'],
  ['another ground', 'market', [0.7, 0, 0.9, 0.1], 'a b'],
]
test.each(VIEWS)('[R38] across cameras, by the ground they share: %s', (_, plane, box, expected) => {
  const running = setUpOffice({
    options: { cameras: [ground('cam-1', false), ground('cam-2', true, plane)] },
  })
  const acts = {
    a: act('a', 0, undefined, { box: LEFT }),
    b: act('b', 1, undefined, { cameraId: 'cam-2', box }),
  }
  raiseAll(running, ...Object.values(acts))
  expect(trees(acts, running)).toBe(expected)
})

test('[R38] across cameras, by a declared adjacency: each with one, what a camera tells apart stays apart', () => {
  const running = setUpOffice({
    options: {
      cameras: [camera('cam-1'), camera('cam-2'), camera('cam-3')],
      adjacency: [{ cameras: ['cam-1', 'cam-2'], zones: ['kerb'] }],
    },
  })
  const on = (cameraId: string, more: Partial<ViolationEvent> = {}) => ({ cameraId, ...more })
  const acts = {
    a: act('a', 0, undefined, on('cam-1', { box: LEFT })),
    b: act('b', 1, undefined, on('cam-1', { box: RIGHT })),
    c: act('c', 2, undefined, on('cam-2', { box: LEFT })),
    d: act('d', 3, undefined, on('cam-2', { box: RIGHT })),
    e: act('e', 4, undefined, on('cam-3')),
    f: act('f', 5, undefined, on('cam-2', { zoneId: 'lawn' })),
  }
  raiseAll(running, ...Object.values(acts))
  expect(trees(acts, running)).toBe('a b b<c a<d e f')
})

const recording = (more: object) => ({
  ...{ recordingId: 'r-1', deviceSerial: 'DSJ-1', personId: 'p-1', linkedEventIds: [] as string[] },
  ...{ status: 'ACCEPTED', coPresentOfficerIds: [], deviceClockOffsetMs: 0, capReasons: [] },
  ...{ startAt: '2026-01-01T10:00:00.000+08:00', endAt: '2026-01-01T11:00:00.000+08:00', ...more },
})
const filmed = (name: string, fromMin: number) =>
  act(name, fromMin, undefined, { cameraId: 'bodycam-dsj-1', zoneId: 'view' })

test('[R38] a body-cam that was near at the time films the same act; one that was far does not', () => {
  const near = { lon: 121.4803, lat: 31.2363 }
  for (const [lon, expected] of [
    [121.4805, 'a a<b'],
    [121.49, 'a b'],
  ] as const) {
    const running = setUpOffice({ options: { cameras: [camera('cam-1', near)] } })
    running.accept(recording({ place: { lon, lat: near.lat } }) as never)
    const acts = { a: act('a', 0), b: filmed('b', 5) }
    raiseAll(running, ...Object.values(acts))
    expect(trees(acts, running)).toBe(expected)
  }
})

test('[R38] without a place, the officer who was sent there tells that it is the same act', () => {
  for (const [officers, expected] of [
    ['p-7,p-1', 'a a<b'],
    ['p-7', 'a b'],
  ] as const) {
    const running = setUpOffice()
    running.accept(recording({}) as never)
    const a = running.desk.raise(act('a', 0))
    running.desk.review({ eventId: a.eventId, verdict: 'VERIFIED', by: 'p-9', commandId: 'c-1' })
    running.desk.transition({
      ...{ eventId: a.eventId, to: 'DISPATCHED', actor: { id: 'p-9', roles: ['platform'] } },
      details: { unitId: 'u-1', officers },
    })
    const acts = { a, b: filmed('b', 5) }
    running.desk.raise(acts.b)
    expect(trees(acts, running)).toBe(expected)
  }
})

test('[R38] on site with a recording: what was found in it is this act; what it is linked to besides is not', () => {
  const running = setUpOffice({ options: { cameras: [camera('cam-1'), camera('cam-2')] } })
  const acts = { a: act('a', 0), b: act('b', 0, undefined, { cameraId: 'cam-2' }), f: filmed('f', 5) }
  raiseAll(running, acts.a, acts.b)
  const linkedEventIds = [acts.b.eventId, acts.f.eventId]
  running.accept(recording({ personId: null, linkedEventIds }) as never)
  running.desk.raise(acts.f)
  const go = (to: string, details: Record<string, string> = {}) =>
    running.desk.transition({ eventId: acts.a.eventId, to, actor: PLATFORM, details })
  go('VERIFIED')
  go('DISPATCHED', { unitId: 'u-1' })
  go('ON_SITE', { recordingId: 'r-1' })
  expect(trees(acts, running)).toBe('a b a<f')
})

const PLATFORM = { id: 'p-1', roles: ['person', 'platform', 'box'] } as const

test('[R38] one act leads to one case: not beside its primary event, and not twice', () => {
  const { desk } = setUpOffice()
  const [a, b] = [desk.raise(act('a', 0, 10)), desk.raise(act('b', 12, 20))]
  const suggest = () => desk.transition({ eventId: b.eventId, to: 'CASE_SUGGESTED', actor: PLATFORM })
  expect(suggest).toThrow(/is the same act as .*one act leads to one case/)
  // Closed without a case, the act that came back may lead to one: then only its own state stands in the way.
  const go = (to: string, details: Record<string, string> = {}) =>
    desk.transition({ eventId: a.eventId, to, actor: PLATFORM, details })
  go('VERIFIED')
  go('DISPATCHED', { unitId: 'u-1' })
  go('ON_SITE', { recordingId: 'r-1' })
  go('CORRECTED', { afterItemId: 'i-1' })
  expect(suggest).toThrow(/cannot go from PENDING_REVIEW/)
})

test('[R38] what was dismissed as no act hides nobody who comes after it', () => {
  const running = setUpOffice()
  const acts = { a: act('a', 0, 10), b: act('b', 12, 20) }
  running.desk.raise(acts.a)
  const wish = { eventId: acts.a.eventId, verdict: 'REJECTED', reasonCode: 'OBJECT_MISTAKEN' } as const
  running.desk.review({ ...wish, by: 'p-1', commandId: 'c-1' })
  running.desk.raise(acts.b)
  expect(trees(acts, running)).toBe('a b')
})

test('[R38] people merge and split; each is a record with name and reason, and a split undoes exactly', () => {
  const running = setUpOffice()
  const { desk, office } = running
  const [a, b, c] = raiseAll(
    running,
    act('a', 0, 5),
    act('b', 60, 65, { ruleId: 'road-occupation' }),
    act('c', 120, 125),
  ) as [ViolationEvent, ViolationEvent, ViolationEvent]
  const say = (by: string, commandId: string) => ({ by, commandId, reason: 'the same tricycle' })
  office.sameAct.merge({ eventId: c.eventId, into: b.eventId, ...say('p-1', 'c-1') })
  office.sameAct.merge({ eventId: b.eventId, into: a.eventId, ...say('p-1', 'c-2') })
  expect(trees({ a, b, c }, running)).toBe('a a<b a<c')
  expect(desk.get(a.eventId)!.event.mergedFrom).toEqual([b.eventId, c.eventId].sort())
  expect(() => office.sameAct.merge({ eventId: a.eventId, into: c.eventId, ...say('p-1', 'c-3') })).toThrow(
    /they are one act already/,
  )
  expect(() => office.sameAct.split({ eventId: a.eventId, ...say('p-1', 'c-4') })).toThrow(/primary event/)
  // Repeating a command changes nothing; giving it for something else is refused.
  office.sameAct.merge({ eventId: b.eventId, into: a.eventId, ...say('p-1', 'c-2') })
  const other = () => office.sameAct.merge({ eventId: c.eventId, into: a.eventId, ...say('p-1', 'c-2') })
  expect(other).toThrow(/c-2 was given for/)
  office.sameAct.split({ eventId: b.eventId, ...say('p-2', 'c-5') })
  expect(trees({ a, b, c }, running), 'as before the second merge').toBe('a b b<c')
  expect(office.sameAct.links.recordsOf(b.eventId)).toMatchObject([
    { kind: 'MERGE', childId: c.eventId, parentId: b.eventId, actor: 'p-1' },
    { kind: 'MERGE', childId: b.eventId, parentId: a.eventId, actor: 'p-1', reason: 'the same tricycle' },
    { kind: 'SPLIT', childId: b.eventId, parentId: a.eventId, actor: 'p-2' },
  ])
  expect(() => running.database.exec('DELETE FROM act_link')).toThrow(/append-only/)
  expect(() => running.database.exec("UPDATE act_link SET actor = 'x'")).toThrow(/append-only/)
})

test('[R38] links are kept over a restart', () => {
  const running = setUpOffice()
  const acts = { a: act('a', 0, 10), b: act('b', 12) }
  raiseAll(running, ...Object.values(acts))
  const { desk, office } = running.open()
  expect(office.sameAct.membersOf(acts.b.eventId)).toEqual([acts.a.eventId, acts.b.eventId])
  const told = desk.raise({ ...acts.b, revision: 2, phase: 'UPDATE', durationSec: 400 })
  expect(told.sameActAs, 'the judge never says it, the desk always does').toEqual([acts.a.eventId])
})
