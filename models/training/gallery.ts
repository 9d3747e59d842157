/**
 * A scene in which everything stands everywhere, for a second or two: more views of more bodies than any story has.
 *
 *     every kind × every side × every camera × day, rain, night      9 to 15 at a time, some 400 a film
 *
 * Medleys show what the background model makes of something that stays; a gallery shows what bodies look like: cars and
 * two-wheelers from in front and behind, seen steeply and at night, suitcases and sacks as tall as a child.
 */
import { seededRandom } from '../../gateway/kit/random.ts'
import { Cast, PAINTS } from '../../simulators/street/cast.ts'
import type { Weather } from '../../simulators/street/light.ts'
import type { Rgb } from '../../simulators/street/raster.ts'
import type { SceneScript, Step } from '../../simulators/street/script.ts'

const SECONDS = 60
/** The street is empty for the background model's start. */
const FROM_SEC = 5
const SPOTS = 15
/** Where the cameras see well, metres: the pavement, and the lane beside it. */
const X = [-4, 14] as const
const Z = [-9, -0.8] as const
const WEATHERS: readonly Weather[] = ['sunny', 'night', 'cloudy', 'night-rain', 'sidelight', 'rain', 'night']
const CAMERAS = ['arm', 'high', 'pole', 'low', 'high'] as const
const THINGS = [
  ...(['suitcase', 'suitcase', 'boxes', 'bags', 'crates', 'table', 'cart', 'umbrella'] as const),
  ...(['sacks', 'rack', 'cloth', 'stool', 'plants', 'board', 'cones', 'planks', 'scale', 'grill'] as const),
]
/** A person, a two-wheeler, a vehicle or a thing, each about as often. */
const SORTS = ['person', 'two-wheeler', 'two-wheeler', 'vehicle', 'thing', 'thing'] as const
const GESTURES = ['stand', 'look', 'sell', 'sit', 'carry', 'walk'] as const

interface Spot {
  readonly x: number
  readonly z: number
  readonly fromSec: number
  readonly toSec: number
}

export function gallery(seed: number): SceneScript {
  const random = seededRandom(seed ^ 0x6a11e7)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const weather = WEATHERS[seed % WEATHERS.length]!
  const cast = new Cast(seed, SECONDS, weather === 'rain' || weather === 'night-rain')
  // Each spot is a cell of a grid five along and three deep, so that few stand in one another's way.
  for (let spot = 0; spot < SPOTS; spot++) fill(cast, spot)
  return {
    name: 'gallery',
    about: 'everything stands everywhere for a second or two',
    seconds: SECONDS,
    weather,
    mood: weather === 'night' ? pick(['steady', 'billboards'] as const) : pick(['steady', 'drift', 'wind']),
    shakePx: random() < 0.2 ? 1 : 0,
    camera: CAMERAS[seed % CAMERAS.length]!,
    shops: Math.floor(random() * 1000),
    actors: cast.actors,
    acts: [],
    nonEvents: [],
  }
}

function fill(cast: Cast, spot: number): void {
  const [column, row] = [spot % 5, Math.floor(spot / 5)]
  const [wide, deep] = [(X[1] - X[0]) / 5, (Z[1] - Z[0]) / 3]
  for (let atSec = FROM_SEC + cast.between(0, 1.5); atSec < SECONDS - 1.5; atSec += cast.between(1.5, 3.2)) {
    const x = X[0] + (column + cast.between(0.15, 0.85)) * wide
    const z = Z[0] + (row + cast.between(0.15, 0.85)) * deep
    stand(cast, { x, z, fromSec: atSec, toSec: atSec + cast.between(1, 1.45) })
  }
}

function stand(cast: Cast, { x, z, fromSec, toSec }: Spot): void {
  const heading = cast.between(-Math.PI, Math.PI)
  const color = cast.random() < 0.4 ? cast.pick(PAINTS) : anyColor(cast)
  const sort = cast.pick(SORTS)
  const gesture = sort === 'person' ? cast.pick(GESTURES) : cast.random() < 0.75 ? 'stand' : 'ride'
  const steps = [fromSec, toSec].map((atSec): Step => ({ atSec, x, z, heading, gesture }))
  if (sort === 'person') cast.person(steps)
  else if (sort === 'thing') cast.prop({ prop: cast.pick(THINGS), color, yaw: heading, unfoldSec: 0, steps })
  else if (sort === 'vehicle') {
    const vehicle = cast.pick(['car', 'car', 'car', 'van', 'tricycle'] as const)
    const loaded = vehicle === 'tricycle' && cast.random() < 0.6
    cast.vehicle({ vehicle, color, rider: undefined, steps, loaded })
  } else cast.vehicle({ vehicle: cast.pick(['bicycle', 'scooter']), color, rider: undefined, steps })
}

function anyColor(cast: Cast): Rgb {
  return [cast.between(15, 240), cast.between(15, 240), cast.between(15, 240)]
}
