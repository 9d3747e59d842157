/**
 * Things and vehicles that are brought and left: goods, bicycles, cars.
 */
import { type Cast, PAINTS } from '../cast.ts'
import type { Look } from '../person.ts'
import type { Rgb } from '../raster.ts'
import type { PropActor, Step } from '../script.ts'
import { ALONG, BACK, comes, comesOutside, drives, goes, goesInside, type Place } from './moves.ts'
import { pitch, put, type When } from './trading.ts'

const HEAPS = ['boxes', 'bags', 'crates', 'sacks', 'planks', 'suitcase'] as const
const TINTS: Rgb[] = [
  [46, 50, 58],
  [190, 180, 160],
  [70, 96, 80],
  [120, 60, 54],
]

/** Somebody brings a heap in one or two goes and leaves it: one piling. */
export function goodsLeft(cast: Cast, { fromSec, toSec }: When): void {
  const at = { ...pitch(cast), z: cast.between(-4.4, -2.8) }
  drop(cast, cast.pick(HEAPS), at, { fromSec, toSec })
}

/** Two heaps one after the other at the same place, each fetched: two pilings. */
export function goodsTwice(cast: Cast, { fromSec, toSec }: When): void {
  const at = pitch(cast)
  const third = (toSec - fromSec) / 2
  drop(cast, 'boxes', at, { fromSec, toSec: fromSec + third - 9 })
  drop(cast, 'bags', { x: at.x + 0.2, z: at.z }, { fromSec: fromSec + third + 9, toSec: toSec + 6 })
}

function drop(cast: Cast, prop: PropActor['prop'], at: Place, when: When): void {
  const { fromSec, toSec } = when
  const act = cast.acts.length
  const who = cast.look({ bag: undefined, umbrella: undefined })
  const beside = { x: at.x - 0.95, z: at.z }
  put(cast, prop, at, when, act, cast.pick(TINTS), 1)
  const here = (atSec: number): Step => ({ atSec, ...beside, heading: ALONG, gesture: 'look' })
  cast.person(
    [...comes(cast, fromSec - 0.5, beside, 'carry'), here(fromSec - 0.5), ...goes(cast, fromSec + 2, beside)],
    who,
  )
  cast.person(
    [...comes(cast, toSec - 1.5, beside), here(toSec - 1.5), ...goes(cast, toSec, beside, 'carry')],
    who,
  )
  cast.act('piling', 'kerb', fromSec, toSec)
  cast.innocent('brings things and goes', fromSec - 3, fromSec + 4)
}

/** One bicycle or scooter is ridden up, left standing, fetched again. */
export function bicycleLeft(cast: Cast, when: When): void {
  const at = pitch(cast)
  const act = cast.acts.length
  const heading = cast.pick([ALONG, BACK])
  leave(cast, at, when, heading, act)
  cast.act('bicycle-occupation', 'kerb', when.fromSec, when.toSec)
}

/** Three of them side by side within seconds: one act, until the last of them is gone. */
export function bicyclesLeft(cast: Cast, { fromSec, toSec }: When): void {
  const at = pitch(cast)
  const act = cast.acts.length
  for (const i of [0, 1, 2]) {
    const place = { x: at.x + i * 0.85 - 0.6, z: at.z + cast.between(-0.1, 0.1) }
    leave(cast, place, { fromSec: fromSec + i * 3.5, toSec: toSec - (2 - i) * 3 }, 1.25, act)
  }
  cast.act('bicycle-occupation', 'kerb', fromSec, toSec)
}

const PLACES_TO_STAND = [0.45, -0.45] as const
const BICYCLES: Rgb[] = [
  [236, 196, 40],
  [60, 140, 210],
  [40, 150, 90],
  [44, 48, 54],
  [186, 60, 52],
  [210, 212, 214],
]

function leave(cast: Cast, at: Place, { fromSec, toSec }: When, heading: number, act: number): void {
  const rider = cast.look({ umbrella: undefined, bag: undefined })
  const vehicle = cast.pick(['bicycle', 'bicycle', 'scooter'] as const)
  const from = Math.cos(heading) < 0 ? { x: 14, z: at.z + 0.2 } : { x: cast.edgeX - 1, z: at.z - 0.2 }
  // A bicycle that stands across is swung round at the end.
  const before = { x: at.x - Math.cos(heading) * 1.2, z: at.z - Math.sin(heading) * 0.9 }
  const to = { x: cast.edgeX - 1.5, z: at.z - 0.3 }
  cast.vehicle({
    vehicle,
    color: cast.pick(BICYCLES),
    rider,
    act,
    steps: [
      ...drives([from, before, at], 2.8, fromSec).slice(0, -1),
      { atSec: fromSec, ...at, heading, gesture: 'stand' },
      { atSec: toSec, ...at },
      { atSec: toSec + Math.hypot(at.x - to.x, at.z - to.z) / 2.8, ...to },
    ],
  })
  const aside = { x: at.x, z: at.z + cast.pick(PLACES_TO_STAND) }
  cast.person(
    [{ atSec: fromSec, ...aside, gesture: 'look', heading }, ...goesInside(fromSec + 1.6, aside)],
    rider,
  )
  cast.person(
    [
      ...comesOutside(toSec - 1.4, aside),
      { atSec: toSec - 1.4, ...aside, gesture: 'look', heading },
      { atSec: toSec, ...aside },
    ],
    rider,
  )
}

/** A car or a van drives up onto the pavement and is left there. */
export function carOnPavement(cast: Cast, { fromSec, toSec }: When): void {
  const at = { x: cast.between(2.5, 5), z: cast.between(-4.7, -4.3) }
  const act = cast.acts.length
  parks(
    cast,
    [{ x: -9, z: -8.7 }, { x: at.x - 7, z: -8.2 }, { x: at.x - 3.6, z: -5.6 }, at],
    { fromSec, toSec },
    act,
  )
  cast.act('vehicle-occupation', 'kerb', fromSec, toSec)
}

/** Or beside the kerb, in the fire lane. */
export function carInLane(cast: Cast, { fromSec, toSec }: When): void {
  const at = { x: cast.between(3.8, 5.2), z: cast.between(-7.2, -7) }
  const act = cast.acts.length
  parks(cast, [{ x: -9, z: -8.7 }, { x: at.x - 6, z: -8.2 }, at], { fromSec, toSec }, act)
  cast.act('vehicle-occupation', 'lane', fromSec, toSec)
}

export function parks(cast: Cast, way: readonly Place[], { fromSec, toSec }: When, act?: number): void {
  const at = way.at(-1)!
  const vehicle = cast.pick(['car', 'car', 'van'] as const)
  const out = [at, { x: at.x + 6, z: -8.4 }, { x: 45, z: -8.7 }]
  const leavesSec = 46 / 7
  cast.vehicle({
    vehicle,
    color: cast.pick(PAINTS),
    rider: undefined,
    ...(act !== undefined && { act }),
    steps: [
      ...drives(way, 5, fromSec).slice(0, -1),
      { atSec: fromSec, ...at, heading: ALONG, gesture: 'stand' },
      { atSec: toSec, ...at, heading: ALONG },
      ...drives(out, 7, toSec + leavesSec).filter(({ atSec }) => atSec > toSec),
    ],
  })
  if (cast.random() < 0.5 || toSec - fromSec < 30) return
  const door = { x: at.x - 0.2, z: at.z + 1.2 }
  const driver: Look = cast.look({ umbrella: undefined })
  cast.person([{ atSec: fromSec + 2.5, ...door, heading: 0 }, ...goesInside(fromSec + 3.5, door)], driver)
  cast.person(
    [
      ...comesOutside(toSec - 3, door),
      { atSec: toSec - 3, ...door, heading: 0 },
      { atSec: toSec - 2, ...door },
    ],
    driver,
  )
}
