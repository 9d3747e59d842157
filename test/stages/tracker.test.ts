/**
 * The tracker on drawn streets. A strip is one look a character: `#` seen, `~` seen faintly, `.` looked and
 * not found, `?` nobody looked.
 */
import { expect, test } from 'vitest'
import { Detections, type Role } from '../../gateway/detections/detections.ts'
import type { Box } from '../../gateway/kit/geometry.ts'
import type { Track } from '../../gateway/tracks/track.ts'
import { Tracker, TrackerOptions, type TrackerSnapshot } from '../../gateway/tracks/tracker.ts'

interface Seen {
  readonly box: Box
  readonly score?: number
  readonly class?: string
}
const CLASSES = ['person', 'car', 'truck', 'chair', 'suitcase', 'bicycle']
const ROLES: Role[] = ['person', 'vehicle', 'vehicle', 'furniture', 'goods', 'two-wheeler']

function see(...things: Seen[]): Detections {
  return new Detections({
    boxes: Float32Array.from(things.flatMap((thing) => [...thing.box])),
    scores: Float32Array.from(things, (thing) => thing.score ?? 0.8),
    classIds: Int32Array.from(things, (thing) => CLASSES.indexOf(thing.class ?? 'person')),
    classes: CLASSES,
    roles: ROLES,
  })
}

/** A person with the foot at x, y; 0.3 high, as wide as 0.12 of the height of the picture. */
const person = (x: number, y = 0.8, height = 0.3): Box => {
  const half = (0.2 * height * 9) / 16
  return [x - half, y - height, x + half, y]
}
const make = (options: Partial<TrackerOptions> = {}) => new Tracker(TrackerOptions.parse(options))

/** Follows one person standing at 0.5; returns the track ids told after each look, `-` for none. */
function strip(looks: string, everyMs: number, tracker = make(), fromMs = 0): string {
  return [...looks]
    .map((look, i) => {
      const seen = { '#': see({ box: person(0.5) }), '~': see({ box: person(0.5), score: 0.3 }), '.': see() }
      const tracks = tracker.follow(look === '?' ? null : seen[look as '#']!, fromMs + i * everyMs)
      return tracks.map((track) => track.trackId).join('') || '-'
    })
    .join('')
}

const STRIPS: [looks: string, everyMs: number, told: string, why: string][] = [
  ['#', 500, '-', 'one look is a flicker'],
  ['##', 500, '-1', 'two are a thing'],
  ['~~~~', 500, '----', 'faint never opens'],
  ['#~~~', 500, '-111', 'faint keeps'],
  ['#.#', 500, '--1', 'a gap in the middle is forgiven'],
  ['#.....#', 500, '-------', 'a flicker is forgotten'],
  ['##......##', 500, '-111111111', 'hidden 3 s: the same one'],
  ['##...........##', 500, '-11111111111' + '--2', 'gone for more than 5 s: another one'],
  ['##############......................##', 500, `-${'1'.repeat(37)}`, 'who stands is held 20 s'],
  ['##????????????????????????##', 500, `-${'1'.repeat(27)}`, 'not lost because nobody looked'],
  ['##??.??.??.??.??##', 5_000, `-${'1'.repeat(17)}`, 'time without looks is not looking in vain'],
  ['##.##', 2_000, '-1111', 'at half a look a second'],
]
for (const [looks, everyMs, told, why] of STRIPS) {
  test(`${looks} every ${everyMs} ms: ${told} (${why})`, () => {
    expect(strip(looks, everyMs)).toBe(told)
  })
}

/** Walks from left to right at 0.8 body heights a second, as people do. */
const SPEED = (0.8 * 0.3 * 9) / 16
const PACES: [what: string, stepsMs: number[]][] = [
  ['5 looks a second', [200]],
  ['2 looks a second', [500]],
  ['half a look a second', [2_000]],
  ['looks that come when they come', [200, 1_700, 400, 2_200, 60]],
]
for (const [what, stepsMs] of PACES) {
  test(`${what}: a walker is one track, two that pass each other are two, and neither ever stands`, () => {
    const tracker = make()
    const ends: Record<number, number> = {}
    let tracks: readonly Track[] = []
    for (let timeMs = 0, i = 0; timeMs < 5_500; timeMs += stepsMs[i++ % stepsMs.length]!) {
      const way = (SPEED * timeMs) / 1000
      tracks = tracker.follow(see({ box: person(0.1 + way, 0.8) }, { box: person(0.9 - way, 0.6) }), timeMs)
      for (const track of tracks) {
        ends[track.trackId] = track.box[3]
        expect(track.stationarySinceMs).toBeNull()
      }
    }
    expect(Object.entries(ends).map(([id, y]) => [id, y.toFixed(1)])).toEqual([
      ['1', '0.8'],
      ['2', '0.6'],
    ])
  })
}

test('a walker who is hidden for two seconds is sought where he went', () => {
  const tracker = make()
  let last: readonly Track[] = []
  for (let timeMs = 0; timeMs <= 5_000; timeMs += 200) {
    const hidden = timeMs > 2_000 && timeMs < 4_000
    const x = 0.1 + (SPEED * timeMs) / 1000
    last = tracker.follow(hidden ? see() : see({ box: person(x) }), timeMs)
  }
  expect(last.map((track) => track.trackId)).toEqual([1])
  expect(last[0]).toMatchObject({ firstSeenMs: 0, lastSeenMs: 5_000, looks: 26, hits: 17 })
})

test('two who stand close keep their names while one is hidden', () => {
  const tracker = make()
  const both = see({ box: person(0.5) }, { box: person(0.56) })
  for (let i = 0; i < 5; i++) tracker.follow(both, i * 500)
  tracker.follow(see({ box: person(0.56) }), 2_500)
  const [left, right] = tracker.follow(both, 3_000)
  expect([left!.trackId, right!.trackId]).toEqual([1, 2])
  expect(left!.box[0]).toBeLessThan(right!.box[0])
  expect([left!.hits, right!.hits]).toEqual([6, 7])
})

/** Names of one thing from look to look, with scores; what it is called in the end. */
const NAMES: [names: [string, number][], called: string, role: Role, share: number][] = [
  [
    [
      ['car', 0.8],
      ['car', 0.8],
      ['car', 0.8],
      ['truck', 0.7],
      ['car', 0.8],
    ],
    'car',
    'vehicle',
    0.82,
  ],
  [
    [
      ['chair', 0.6],
      ['suitcase', 0.5],
      ['suitcase', 0.9],
      ['suitcase', 0.9],
    ],
    'suitcase',
    'goods',
    0.8,
  ],
  // Car and truck share the votes and still outvote the bicycle: they agree on the role.
  [
    [
      ['car', 0.6],
      ['truck', 0.6],
      ['bicycle', 0.9],
      ['car', 0.6],
    ],
    'car',
    'vehicle',
    0.45,
  ],
]
for (const [names, called, role, share] of NAMES) {
  test(`${names.map(([name]) => name).join(', ')}: one track, a ${called}`, () => {
    const tracker = make()
    const box: Box = [0.4, 0.5, 0.6, 0.7]
    let tracks: readonly Track[] = []
    names.forEach(([name, score], i) => {
      tracks = tracker.follow(see({ box, class: name, score }), i * 500)
    })
    expect(tracks.length).toBe(1)
    expect(tracks[0]).toMatchObject({ trackId: 1, class: called, role, classShare: expect.closeTo(share, 1) })
  })
}

test('a person is never the car behind him', () => {
  const tracker = make()
  const car = { box: person(0.5), class: 'car' }
  for (let i = 0; i < 4; i++) tracker.follow(see(car), i * 500)
  tracker.follow(see({ box: person(0.5) }), 2_000)
  const tracks = tracker.follow(see({ box: person(0.5) }), 2_500)
  expect(tracks.map(({ trackId, role }) => `${trackId} ${role}`)).toEqual(['1 vehicle', '2 person'])
})

test('the same thing detected twice opens one track', () => {
  const tracker = make()
  const twice = see({ box: person(0.5) }, { box: person(0.505) })
  for (let i = 0; i < 4; i++) tracker.follow(see({ box: person(0.5) }), i * 500)
  for (let i = 4; i < 8; i++) expect(tracker.follow(twice, i * 500).length).toBe(1)
})

/**
 * Where the foot is, a digit a look, in quarters of a body's width; when it stands, and since which look. `^`
 * is a box that ends at the waist.
 */
const STANDS: [feet: string, everyMs: number, since: number | null, why: string][] = [
  ['000', 500, null, 'not yet'],
  ['00000', 500, 0, 'two seconds: since the first look'],
  ['0101101001', 500, 0, 'swaying is standing'],
  ['0000000009', 500, 0, 'one jump is not believed'],
  ['00000^0^00', 500, 0, 'legs hidden by a passer'],
  ['0000000000000^^^00000', 200, 0, 'the same at five looks a second'],
  ['000000000369999999', 500, 11, 'walked and stands elsewhere, since it arrived'],
  ['00000^^^^^^^^^^^^^^^^^^', 500, 0, 'a table is put before the vendor'],
  ['00000^^^^^^^^^^0000000', 500, 0, 'and taken away again'],
  ['0000369', 500, null, 'walks off'],
  ['00000', 2_000, 0, 'at half a look a second'],
  ['000006000', 2_000, 0, 'one box drawn wide, at half a look a second'],
  ['0000099', 2_000, 5, 'arrives, at half a look a second'],
]
for (const [feet, everyMs, since, why] of STANDS) {
  test(`${feet} every ${everyMs} ms stands since ${since} (${why})`, () => {
    const tracker = make()
    const width = person(0)[2] - person(0)[0]
    let tracks: readonly Track[] = []
    ;[...feet].forEach((place, i) => {
      const [x1, y1, x2, y2] = person(0.4 + (place === '^' ? 0 : (Number(place) * width) / 4))
      const box: Box = [x1, y1, x2, place === '^' ? 0.65 : y2]
      tracks = tracker.follow(see({ box }), i * everyMs)
    })
    expect(tracks.map((track) => track.trackId)).toEqual([1])
    expect(tracks[0]!.stationarySinceMs).toBe(since === null ? null : since * everyMs)
  })
}

test('legs that are hidden for a moment are told where they are', () => {
  const tracker = make()
  const [x1, y1, x2] = person(0.5)
  for (let i = 0; i < 5; i++) tracker.follow(see({ box: person(0.5) }), i * 500)
  for (let i = 5; i < 8; i++) {
    const [track] = tracker.follow(see({ box: [x1, y1, x2, 0.65] }), i * 500)
    expect(track!.box[3]).toBeCloseTo(0.8, 2)
  }
  for (let i = 8; i < 16; i++) tracker.follow(see({ box: [x1, y1, x2, 0.65] }), i * 500)
  expect(tracker.follow(null, 8_000)[0]!.box[3]).toBeCloseTo(0.65, 2)
})

test('what drives out of the picture is gone at once, not held', () => {
  const tracker = make()
  const told: number[] = []
  for (let i = 0; i < 20; i++) {
    const right = Math.max(0, 0.5 - 0.05 * i)
    const box: Box = [Math.max(0, right - 0.2), 0.5, right, 0.7]
    told.push(tracker.follow(right > 0.03 ? see({ box, class: 'car' }) : see(), i * 200).length)
  }
  expect(told.slice(0, 9).join('')).toBe('011111111')
  expect(told.slice(-6).join('')).toBe('000000')
})

test('no look, no change: the very tracks of the last look', () => {
  const tracker = make()
  for (let i = 0; i < 3; i++) tracker.follow(see({ box: person(0.5) }), i * 500)
  const before = structuredClone(tracker.follow(null, 1_500))
  expect(tracker.follow(null, 600_000)).toEqual(before)
  expect(before.length).toBe(1)
})

test('a restart goes on: same name, same standstill, and the next name is new', () => {
  const first = make()
  for (let i = 0; i < 10; i++) first.follow(see({ box: person(0.5) }), i * 500)
  const saved = JSON.parse(JSON.stringify(first.snapshot())) as TrackerSnapshot
  expect(JSON.stringify(saved).length).toBeLessThan(1_024)
  const second = make()
  second.restore(saved)
  expect(second.follow(null, 5_000)).toEqual(first.follow(null, 5_000).map(nearly))
  const later = [5_500, 6_000].map((timeMs) =>
    second.follow(see({ box: person(0.5) }, { box: person(0.8) }), timeMs),
  )
  expect(later[1]!.map((track) => track.trackId)).toEqual([1, 2])
  expect(later[1]![0]).toMatchObject({ firstSeenMs: 0, stationarySinceMs: 0, hits: 12 })
})
test('a restart on a timeline that begins anew goes on as if no time had passed', () => {
  const first = make()
  for (let i = 0; i < 10; i++) first.follow(see({ box: person(0.5) }), 3_600_000 + i * 500)
  const second = make()
  second.restore(JSON.parse(JSON.stringify(first.snapshot())) as TrackerSnapshot)
  const [track] = second.follow(see({ box: person(0.5) }), 2_000)
  expect(track).toMatchObject({
    trackId: 1,
    firstSeenMs: 2_000 - 4_500,
    stationarySinceMs: 2_000 - 4_500,
    hits: 11,
  })
  expect(() => second.follow(see(), 1_000)).toThrow('forwards')
})

const nearly = (track: Track) => ({
  ...track,
  box: track.box.map((edge) => expect.closeTo(edge, 4)),
  confidence: expect.closeTo(track.confidence, 4),
})

test('the same looks give the same tracks, every time', () => {
  const run = () => {
    const tracker = make()
    const all: (readonly Track[])[] = []
    for (let i = 0; i < 50; i++) {
      const things = Array.from({ length: 12 }, (_, k) => ({ box: person(((k * 37 + i) % 97) / 97) }))
      all.push(tracker.follow(see(...things), i * 300))
    }
    return JSON.stringify(all)
  }
  expect(run()).toBe(run())
})

test('tracks are bounded', () => {
  const tracker = make({ tracksMax: 3 })
  const crowd = see(...[0.1, 0.3, 0.5, 0.7, 0.9].map((x) => ({ box: person(x) })))
  for (let i = 0; i < 3; i++) tracker.follow(crowd, i * 500)
  expect(tracker.follow(crowd, 2_000).length).toBe(3)
})
