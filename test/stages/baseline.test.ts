/**
 * The baseline on drawn streets. A strip is one look every two seconds: `#` the thing is seen at its place, `.` it is
 * not. What the pixels say is drawn into the maps of `Standing` itself.
 */
import { expect, test } from 'vitest'
import { Detections, type Role } from '../../gateway/detections/detections.ts'
import type { Box } from '../../gateway/kit/geometry.ts'
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH, type Standing } from '../../gateway/occupancy/standing.ts'
import { Baseline, BaselineOptions, type BaselineSnapshot } from '../../gateway/tracks/baseline.ts'

const CLASSES = ['person', 'chair', 'table', 'car']
const ROLES: Role[] = ['person', 'furniture', 'furniture', 'vehicle']
const PLACE: Box = [0.4, 0.5, 0.5, 0.7]
const ELSEWHERE: Box = [0.7, 0.5, 0.8, 0.7]
const EVERY_MS = 2_000
const MINUTE = 60_000

interface Seen {
  readonly class: string
  readonly box?: Box
  readonly score?: number
}
function see(...things: readonly Seen[]): Detections {
  return new Detections({
    boxes: Float32Array.from(things.flatMap(({ box = PLACE }) => [...box])),
    scores: Float32Array.from(things, ({ score = 0.6 }) => score),
    classIds: Int32Array.from(things, (thing) => CLASSES.indexOf(thing.class)),
    classes: CLASSES,
    roles: ROLES,
  })
}

type Told = { readonly [map in 'foreground' | 'held' | 'goods' | 'hot']?: Box }
const STREET: Told = {}
function standing(told: Told = STREET, more: Partial<Standing> = {}): Standing {
  const map = (box?: Box) => {
    const pixels = new Uint8Array(PLANE_PIXELS)
    if (box === undefined) return pixels
    for (let y = Math.round(box[1] * PLANE_HEIGHT); y < Math.round(box[3] * PLANE_HEIGHT); y++) {
      pixels.fill(
        1,
        y * PLANE_WIDTH + Math.round(box[0] * PLANE_WIDTH),
        y * PLANE_WIDTH + Math.round(box[2] * PLANE_WIDTH),
      )
    }
    return pixels
  }
  return {
    ...{ timeMs: 0, ready: true, unsettled: false, epoch: 0, regions: [] },
    ...{ labels: map(told.goods), foreground: map(told.foreground), held: map(told.held) },
    ...{
      goods: map(told.goods),
      hot: map(told.hot),
      lit: map(undefined),
      sinceMs: new Float64Array(PLANE_PIXELS),
    },
    ...more,
  }
}
const QUIET = standing()

/** A camera and its clock; looks go on where the last ones ended. */
class Street {
  baseline: Baseline
  timeMs = 0

  constructor(options: Partial<BaselineOptions> = {}, model = 'sha256:one') {
    this.baseline = new Baseline(BaselineOptions.parse({ commissionMin: 0, ...options }), model)
  }

  look(detections: Detections, told: Standing | null = QUIET): Detections {
    const rest = this.baseline.take(detections, told, this.timeMs)
    this.timeMs += EVERY_MS
    return rest
  }

  /** The strip over and over for some minutes; returns the share of the sightings of the last round that were kept. */
  strip(strip: string, minutes: number, thing: Seen, told: Standing | null = QUIET): number {
    let kept = 0
    let all = 0
    const looks = Math.round((minutes * MINUTE) / EVERY_MS)
    for (let i = 0; i < looks; i++) {
      const isSeen = strip[i % strip.length] === '#'
      const rest = this.look(isSeen ? see(thing) : see(), told)
      if (i < looks - strip.length || !isSeen) continue
      all++
      kept += rest.count
    }
    return all === 0 ? 0 : kept / all
  }
}

const CHAIR: Seen = { class: 'chair', score: 0.35 }
const PERSON: Seen = { class: 'person' }
/** Somebody fidgets: four rows of pixels in the middle. */
const FIDGET: Told = { hot: [0.42, 0.58, 0.48, 0.6] }

const FLICKERS: [strip: string, minutes: number, kept: number, why: string][] = [
  ['#.#..', 2, 1, 'two minutes are not three'],
  ['#.#..', 4, 0, 'a chair in 40 % of the looks for minutes is none'],
  ['#.........', 4, 0, 'nor is one in 10 %'],
  ['#...................', 6, 1, 'one in 5 % may be anything'],
  ['##########', 4, 0, 'nor a thing that is really there, and no news'],
]
for (const [strip, minutes, kept, why] of FLICKERS) {
  test(`${strip} for ${minutes} min: ${kept === 0 ? 'explained' : 'kept'} (${why})`, () => {
    expect(new Street().strip(strip, minutes, CHAIR)).toBe(kept)
  })
}

test('what is explained is told and counted: what, where, why, since when', () => {
  const street = new Street()
  street.look(see())
  street.strip('#.#..', 4, CHAIR)
  const before = street.baseline.explainedCount
  const car = { class: 'car', box: ELSEWHERE }
  const rest = street.look(see(CHAIR, car))
  expect(rest.count).toBe(1)
  expect([rest.classes[rest.classIds[0]!], rest.box(0).map((edge) => Number(edge.toFixed(3)))]).toEqual([
    'car',
    ELSEWHERE,
  ])
  expect(street.baseline.explained).toEqual([
    {
      class: 'chair',
      role: 'furniture',
      score: expect.closeTo(0.35),
      box: PLACE.map((edge) => expect.closeTo(edge)),
      why: 'unchanged',
      sinceMs: EVERY_MS,
    },
  ])
  expect(street.baseline.explainedCount).toBe(before + 1)
  expect(before).toBeGreaterThan(5)
  street.look(see(car))
  expect(street.baseline.explained).toEqual([])
})

test('a new thing that stands at the place of an imagined one is kept, from the look on that says so', () => {
  const street = new Street()
  expect(street.strip('#.#..', 4, CHAIR)).toBe(0)
  expect(street.strip('#', 5, CHAIR, standing({ foreground: PLACE, goods: PLACE }))).toBe(1)
  expect(street.strip('#', 1, CHAIR)).toBe(0)
})

test('what stands and is new never becomes the place’s own, however long', () => {
  expect(
    new Street({ commissionMin: 60 }).strip('#', 50, CHAIR, standing({ held: PLACE, goods: PLACE })),
  ).toBe(1)
  expect(new Street({ commissionMin: 60 }).strip('#', 50, CHAIR, standing({ foreground: PLACE }))).toBe(1)
})

test('people before the table that was there do not make it a new table', () => {
  const street = new Street({ commissionMin: 10 })
  expect(street.strip('#', 1, { class: 'table' })).toBe(0)
  const visitor: Box = [0.42, 0.4, 0.47, 0.7]
  const visited = standing({ foreground: visitor, held: visitor, hot: visitor })
  for (let i = 0; i < 60; i++) {
    const rest = street.look(see({ class: 'table' }, { class: 'person', box: visitor }), visited)
    expect([...rest.classIds].map((id) => CLASSES[id])).toEqual(['person'])
  }
})

test('a table in the first minutes is explained at once, one that comes later is not', () => {
  const street = new Street({ commissionMin: 10 })
  const table = { class: 'table' }
  const kept = Array.from({ length: 6 }, () => street.look(see(table)).count)
  expect(kept).toEqual([1, 1, 1, 0, 0, 0])
  expect(street.baseline.explained[0]!.why).toBe('present')
  street.strip('#', 10, table)
  expect(street.look(see({ ...table, box: ELSEWHERE })).count).toBe(1)
})

test('where nobody says what stands, the first minutes are believed and nothing after', () => {
  expect(new Street({ commissionMin: 10 }).strip('#', 1, { class: 'table' }, null)).toBe(0)
  expect(new Street().strip('#', 30, CHAIR, null)).toBe(1)
})

test('nothing is learnt while the background is, nor while the light changes', () => {
  expect(new Street({ commissionMin: 60 }).strip('#', 30, CHAIR, standing(STREET, { ready: false }))).toBe(1)
  expect(new Street({ commissionMin: 60 }).strip('#', 30, CHAIR, standing(STREET, { unsettled: true }))).toBe(
    1,
  )
})

test('a person is nobody’s furniture: not at commissioning, not by sitting there all day', () => {
  const street = new Street({ commissionMin: 10 })
  expect(street.strip('#', 9, PERSON)).toBe(1)
  for (let i = 0; i < 8 * 30; i++) {
    street.strip('#', 2, PERSON, QUIET)
    expect(street.look(see(PERSON), standing(FIDGET)).count).toBe(1)
  }
})

test('a person in whom nothing moves for two hours is a poster, until something moves', () => {
  const street = new Street()
  expect(street.strip('#', 119, PERSON)).toBe(1)
  expect(street.strip('#', 3, PERSON)).toBe(0)
  expect(street.baseline.explainedCount).toBeGreaterThan(0)
  street.look(see(), standing(FIDGET)) // Somebody passes in front: the poster is not seen, nothing is said of it.
  expect(street.look(see(PERSON)).count).toBe(0)
  expect(street.look(see(PERSON), standing(FIDGET)).count).toBe(1)
  expect(street.strip('#', 119, PERSON)).toBe(1)
})

test('a place is of one kind: a person where a chair is imagined is a person', () => {
  const street = new Street()
  street.strip('#.#..', 4, CHAIR)
  expect(street.look(see(CHAIR, PERSON)).count).toBe(1)
  expect(street.look(see({ class: 'table' })).count).toBe(0)
})

test('a place is forgotten after three half-lives unseen, of time in which somebody looked', () => {
  const aDay = 1 / 24
  const street = new Street({ halfLifeDays: aDay })
  street.strip('#.#..', 4, CHAIR)
  for (let minute = 0; minute < 170; minute++) street.strip('.', 1, CHAIR)
  expect(street.look(see(CHAIR)).count).toBe(0)
  street.timeMs += 30 * 24 * 60 * MINUTE // Switched off for a month.
  expect(street.look(see(CHAIR)).count).toBe(0)
  for (let minute = 0; minute < 181; minute++) street.strip('.', 1, CHAIR)
  expect(street.look(see(CHAIR)).count).toBe(1)
})

test('places are bounded; an established one does not give way to passing ones', () => {
  const street = new Street({ placesMax: 8 })
  street.strip('#.#..', 4, CHAIR)
  for (let i = 0; i < 200; i++) {
    const x = ((i * 37) % 97) / 110
    street.look(see({ class: 'car', box: [x, 0.1, x + 0.05, 0.15] }))
  }
  expect(street.baseline.snapshot().places.length).toBe(8)
  expect(street.look(see(CHAIR)).count).toBe(0)
})

test('a restart goes on to the bit, through JSON; a shifted one too', () => {
  const street = new Street()
  street.strip('#.#..', 2.5, CHAIR)
  const saved = JSON.parse(JSON.stringify(street.baseline.snapshot())) as BaselineSnapshot
  const [straight, restored, shifted] = [street.baseline, new Street().baseline, new Street().baseline]
  expect([restored.restore(saved), shifted.restore(saved)]).toEqual([true, true])
  shifted.shift(-60_000)
  const goOn = (baseline: Baseline, fromMs: number) => {
    const kept: number[] = []
    for (let i = 0; i < 60; i++) {
      const rest = baseline.take(i % 5 === 0 ? see(CHAIR) : see(), QUIET, fromMs + i * EVERY_MS)
      if (i % 5 === 0) kept.push(rest.count)
    }
    return kept
  }
  const kept = goOn(straight, street.timeMs)
  expect(kept).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  expect(goOn(restored, street.timeMs)).toEqual(kept)
  expect(restored.snapshot()).toEqual(straight.snapshot())
  expect(goOn(shifted, street.timeMs - 60_000)).toEqual(kept)
  shifted.shift(60_000)
  expect(shifted.snapshot()).toEqual(straight.snapshot())
})

test('another model imagines other things: its memory is refused, as another version’s is', () => {
  const street = new Street()
  street.strip('#.#..', 4, CHAIR)
  const saved = street.baseline.snapshot()
  const other = new Street({}, 'sha256:two')
  expect(other.baseline.restore(saved)).toBe(false)
  expect(other.look(see(CHAIR)).count).toBe(1)
  expect(new Street().baseline.restore({ ...saved, version: 2 } as unknown as BaselineSnapshot)).toBe(false)
})
