/**
 * A scene that tells no story: whatever a street may hold stands anywhere for a while, in any light.
 *
 *     spot ─ free of others ─▶ somebody │ bicycle │ scooter │ tricycle │ car │ things      12 to 30 s each
 *
 * The named scenes show few things at few places; what is learned from them alone would be those places.
 */
import { seededRandom } from '../../gateway/kit/random.ts'
import { Cast, PAINTS } from '../../simulators/street/cast.ts'
import type { Weather } from '../../simulators/street/light.ts'
import type { Rgb } from '../../simulators/street/raster.ts'
import type { Mood, SceneScript, Step } from '../../simulators/street/script.ts'

const SECONDS = 60
const STANDERS = 26
/** Where the cameras see well, metres. */
const X = [-3, 13] as const
const Z = [-9, -0.8] as const
const APART_M = 1.7
const CAR_APART_M = 3.4
const WEATHERS: readonly Weather[] = ['sunny', 'sidelight', 'cloudy', 'rain', 'night', 'night-rain']
const MOODS: readonly Mood[] = ['steady', 'steady', 'drift', 'cloud', 'cloud-edge', 'wind']
const KINDS = [
  ...(['person', 'person', 'person', 'bicycle', 'bicycle', 'scooter', 'scooter', 'tricycle'] as const),
  ...(['car', 'van', 'cart', 'table', 'umbrella', 'crates', 'boxes', 'bags', 'suitcase'] as const),
]
type Kind = (typeof KINDS)[number]
const GESTURES = ['stand', 'look', 'sell', 'sit'] as const

interface Stand {
  readonly x: number
  readonly z: number
  readonly apartM: number
  readonly fromSec: number
  readonly toSec: number
}

export function medley(seed: number): SceneScript {
  const random = seededRandom(seed ^ 0x3ed1e7)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const weather = pick(WEATHERS)
  const night = weather === 'night' || weather === 'night-rain'
  const cast = new Cast(seed, SECONDS, weather === 'rain' || weather === 'night-rain')
  cast.passers(1, SECONDS - 12, 9)
  cast.traffic(7)
  const taken: Stand[] = []
  for (let i = 0; i < STANDERS; i++) {
    const kind = cast.pick(KINDS)
    const stand = freeStand(cast, kind === 'car' || kind === 'van' ? CAR_APART_M : APART_M, taken)
    if (stand === null) continue
    taken.push(stand)
    putUp(cast, kind, stand)
  }
  return {
    name: 'medley',
    about: 'anything stands anywhere for a while',
    seconds: SECONDS,
    weather,
    mood: night ? pick(['steady', 'billboards'] as const) : pick(MOODS),
    shakePx: random() < 0.2 ? 1 : 0,
    camera: pick(['pole', 'high', 'low'] as const),
    shops: Math.floor(random() * 1000),
    actors: cast.actors,
    acts: [],
    nonEvents: [],
  }
}

function freeStand(cast: Cast, apartM: number, taken: readonly Stand[]): Stand | null {
  for (let attempt = 0; attempt < 8; attempt++) {
    const fromSec = cast.between(4, SECONDS - 16)
    const toSec = Math.min(SECONDS - 1, fromSec + cast.between(12, 30))
    const stand = { x: cast.between(...X), z: cast.between(...Z), apartM, fromSec, toSec }
    const crowded = taken.some((other) => {
      const together = other.fromSec < toSec && fromSec < other.toSec
      return together && Math.hypot(other.x - stand.x, other.z - stand.z) < Math.max(apartM, other.apartM)
    })
    if (!crowded) return stand
  }
  return null
}

function putUp(cast: Cast, kind: Kind, { x, z, fromSec, toSec }: Stand): void {
  const heading = cast.between(-Math.PI, Math.PI)
  const color = cast.random() < 0.4 ? cast.pick(PAINTS) : anyColor(cast)
  const gesture = cast.pick(GESTURES)
  const at = (atSec: number): Step => ({
    atSec,
    x,
    z,
    heading,
    gesture: kind === 'person' ? gesture : 'stand',
  })
  const steps = [at(fromSec), at(toSec)]
  if (kind === 'person') cast.person(steps)
  else if (
    kind === 'bicycle' ||
    kind === 'scooter' ||
    kind === 'car' ||
    kind === 'van' ||
    kind === 'tricycle'
  ) {
    // Cars stand along the street.
    const along =
      kind === 'car' || kind === 'van' ? cast.pick([0, Math.PI]) + cast.between(-0.25, 0.25) : heading
    const turned = steps.map((step) => ({ ...step, heading: along }))
    const loaded = kind === 'tricycle' && cast.random() < 0.7
    cast.vehicle({ vehicle: kind, color, rider: undefined, steps: turned, loaded })
  } else cast.prop({ prop: kind, color, yaw: heading, unfoldSec: 1, steps })
}

function anyColor(cast: Cast): Rgb {
  return [cast.between(20, 235), cast.between(20, 235), cast.between(20, 235)]
}
