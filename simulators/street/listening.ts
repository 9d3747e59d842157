/**
 * A vendor who stays until told to go, as one film with marks to cut it at:
 *
 *     comes │ stays ⟲ │ leaves │ empty ⟲        ⟲: shown again until the stream goes on
 *     0     26        42       64      76 s     every mark is a key picture, and nobody but the vendor is in it
 *
 * Both ends of what is repeated show the same street: passers and traffic come and are gone between two marks.
 */
import { keepStall } from './acts.ts'
import { Cast, type Lane } from './cast.ts'
import type { Weather } from './light.ts'
import type { SceneScript } from './script.ts'

export interface ListeningOptions {
  readonly seed: number
  readonly weather?: Weather
  /** Which shops stand in the row. */
  readonly shops?: number
}

export interface CutScene {
  readonly script: SceneScript
  readonly parts: readonly {
    readonly name: string
    readonly fromSec: number
    readonly toSec: number
    readonly repeats: boolean
  }[]
}

/** Times of the film, in seconds; multiples of the two seconds from key picture to key picture. */
const STAYS_SEC = 26
const LEAVES_SEC = 42
const EMPTY_SEC = 64
const END_SEC = 76
/** Nobody is there at first: whoever looks learns the street as it is. */
const QUIET_SEC = 6
/** All is built up just before the stay begins. */
const PARKED_SEC = STAYS_SEC - 12
const LOOKS_UP_SEC = LEAVES_SEC + 0.5
const GOES_SEC = LEAVES_SEC + 10
/** More often than on other streets: who would not be gone in time is left out. */
const PASSERS_EVERY_SEC = 3
const TRAFFIC_EVERY_SEC = 3
const LANES: readonly Lane[] = [
  [-1.7, -1],
  [-1.7, -1],
  [-5.6, -4.9],
]

export function listeningVendor({ seed, weather = 'sunny', shops = 0 }: ListeningOptions): CutScene {
  const cast = new Cast(seed, END_SEC, weather === 'rain' || weather === 'night-rain')
  keepStall(cast, { off: [0, 0], parkedSec: PARKED_SEC, leavesSec: GOES_SEC, hearsSec: LOOKS_UP_SEC })
  buy(cast)
  const marks = [0, STAYS_SEC, LEAVES_SEC, EMPTY_SEC, END_SEC]
  for (const [i, fromSec] of marks.slice(0, -1).entries()) {
    others(cast, seed * 10 + i, Math.max(fromSec, QUIET_SEC), marks[i + 1]!)
  }
  const script: SceneScript = {
    ...{ name: 'listening-vendor', about: 'a vendor who leaves when told to', seconds: END_SEC },
    ...{ weather, mood: 'steady', shakePx: 0, shops, actors: cast.actors, acts: cast.acts },
    nonEvents: cast.nonEvents.sort((a, b) => a.startSec - b.startSec),
  }
  const parts = (['comes', 'stays', 'leaves', 'empty'] as const).map((name, i) => ({
    ...{ name, fromSec: marks[i]!, toSec: marks[i + 1]! },
    repeats: name === 'stays' || name === 'empty',
  }))
  return { script, parts }
}

/** Somebody buys each time the stay is repeated. */
function buy(cast: Cast): void {
  const at = { x: 1.4, z: -4.35, heading: Math.PI / 2 }
  const away = { x: cast.edgeX, z: -5 }
  cast.person([
    { atSec: STAYS_SEC + 0.3, ...away },
    { atSec: STAYS_SEC + 5.7, ...at, gesture: 'look' },
    { atSec: STAYS_SEC + 9.8, ...at },
    { atSec: LEAVES_SEC - 0.5, ...away },
  ])
  cast.innocent('stops for a moment', STAYS_SEC + 5.7, STAYS_SEC + 9.8)
}

/** Who passes between two marks, and is in the picture at neither. */
function others(cast: Cast, seed: number, fromSec: number, toSec: number): void {
  const passing = new Cast(seed, toSec - fromSec, cast.rains)
  passing.passers(0.2, passing.seconds, PASSERS_EVERY_SEC, LANES)
  passing.traffic(TRAFFIC_EVERY_SEC)
  for (const actor of passing.actors) {
    const steps = actor.steps.map((step) => ({ ...step, atSec: step.atSec + fromSec }))
    if (steps[0]!.atSec > fromSec && steps.at(-1)!.atSec < toSec) cast.actors.push({ ...actor, steps })
  }
  for (const { why, startSec, endSec } of passing.nonEvents) {
    cast.innocent(why, startSec + fromSec, endSec + fromSec)
  }
}
