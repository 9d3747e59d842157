/**
 * People who trade on the pavement or the road, each with other things: a handcart, a cargo tricycle, a cloth on the
 * ground, a rail of clothes; and goods before a shop's own front.
 */
import { trade } from '../acts.ts'
import { type Cast, PAINTS } from '../cast.ts'
import type { Rgb } from '../raster.ts'
import type { PropActor } from '../script.ts'
import {
  BACK,
  comes,
  comesOutside,
  customers,
  drives,
  goes,
  goesInside,
  type Place,
  ROAD,
  serves,
  vendorLook,
} from './moves.ts'

const CLOTHS: Rgb[] = [
  [66, 84, 140],
  [150, 60, 58],
  [120, 118, 108],
]

export interface When {
  readonly fromSec: number
  readonly toSec: number
}

/** Where a stall may stand so that every camera sees it. */
export function pitch(cast: Cast): Place {
  return { x: cast.between(0.6, 4.4), z: cast.between(-4.2, -3.1) }
}

export function handcart(cast: Cast, { fromSec, toSec }: When): void {
  trade(cast, fromSec, toSec, [cast.between(-1, 1.4), cast.between(-0.5, 0.2)])
}

/** Rides in on a loaded tricycle, sells from its bed, rides on. */
export function tricycle(cast: Cast, { fromSec, toSec }: When): void {
  const at = pitch(cast)
  const look = vendorLook(cast)
  const act = cast.acts.length
  cast.vehicle({
    vehicle: 'tricycle',
    color: cast.pick(TRICYCLES),
    rider: look,
    loaded: true,
    act,
    steps: [
      { atSec: fromSec - (14 - at.x) / 2.2, x: 14, z: at.z },
      { atSec: fromSec, ...at, heading: BACK, gesture: 'stand' },
      { atSec: toSec, ...at, heading: BACK },
      { atSec: toSec + (at.x - cast.edgeX) / 2.2, x: cast.edgeX - 1.5, z: at.z },
    ],
  })
  // Between the bed and the shops, or before the saddle.
  const post = cast.random() < 0.6 ? { x: at.x + 0.7, z: at.z + 0.95 } : { x: at.x - 0.3, z: at.z + 0.9 }
  const steps = serves(cast, fromSec + 1.4, toSec - 1.4, post, ROAD)
  cast.person(
    [
      { atSec: fromSec, x: at.x - 0.2, z: at.z + 0.5 },
      ...steps,
      { atSec: toSec, x: at.x - 0.2, z: at.z + 0.5 },
    ],
    look,
    act,
  )
  // A tricycle alone is only parked: what is set down beside it makes the stall.
  const beside = cast.pick(['crates', 'umbrella'] as const)
  const spot = beside === 'crates' ? { x: at.x + 2.1, z: at.z + 0.1 } : { x: at.x + 0.7, z: at.z + 1.2 }
  put(cast, beside, spot, { fromSec: fromSec + 3.5, toSec: toSec - 3 }, act)
  cast.act('street-vending', 'kerb', fromSec, toSec)
  customers(cast, fromSec + 8, toSec - 4, { x: at.x + 0.6, z: at.z - 1 })
}

const TRICYCLES: Rgb[] = [
  [40, 96, 150],
  [56, 112, 84],
  [150, 54, 46],
  [96, 100, 108],
]

/** Walks in with bags, spreads a cloth, sits behind it. */
export function groundCloth(cast: Cast, { fromSec, toSec }: When): void {
  const at = pitch(cast)
  const act = cast.acts.length
  const look = cast.look({ umbrella: undefined, bag: [60, 66, 92] })
  const seat = { x: at.x, z: at.z + 0.95 }
  put(cast, 'cloth', at, { fromSec, toSec: toSec - 0.5 }, act, cast.pick(CLOTHS), 3)
  put(
    cast,
    'stool',
    { x: seat.x - 0.08, z: seat.z + 0.1 },
    { fromSec: fromSec + 2, toSec: toSec - 1 },
    act,
    [60, 120, 190],
  )
  const sits = cast.random() < 0.6
  const post = serves(cast, fromSec + 4, toSec - 3, seat, ROAD, sits ? 'sit' : 'sell')
  const still = sits ? post.map((step) => ({ ...step, ...seat })) : post
  cast.person(
    [
      ...comes(cast, fromSec - 0.3, { x: at.x, z: at.z + 0.7 }),
      { atSec: fromSec - 0.3, x: at.x, z: at.z + 0.7, heading: ROAD, gesture: 'sell' },
      ...still,
      ...goes(cast, toSec, { x: at.x, z: at.z + 0.7 }),
    ],
    look,
    act,
  )
  cast.act('street-vending', 'kerb', fromSec, toSec)
  customers(cast, fromSec + 8, toSec - 5, { x: at.x, z: at.z - 1.05 })
}

/** Pushes in a rail of clothes and two boxes. */
export function clothesRail(cast: Cast, { fromSec, toSec }: When): void {
  const at = pitch(cast)
  const act = cast.acts.length
  const pace = 1.1
  const rail = { x: at.x + 0.2, z: at.z }
  cast.prop({
    prop: 'rack',
    color: [0, 0, 0],
    yaw: 0,
    unfoldSec: 0,
    act,
    steps: [
      { atSec: fromSec - (rail.x - cast.edgeX) / pace, x: cast.edgeX, z: at.z },
      { atSec: fromSec, ...rail },
      { atSec: toSec, ...rail },
      { atSec: toSec + (rail.x - cast.edgeX) / pace, x: cast.edgeX, z: at.z },
    ],
  })
  put(cast, 'boxes', { x: rail.x - 1.7, z: at.z + 0.1 }, { fromSec: fromSec + 2, toSec: toSec - 2 }, act)
  const behind = { x: rail.x - 1.1, z: at.z }
  const post = serves(cast, fromSec + 3, toSec - 2.5, { x: rail.x - 0.4, z: at.z + 0.8 }, ROAD)
  cast.person(
    [
      ...comes(cast, fromSec, behind, 'push'),
      { atSec: fromSec, ...behind },
      ...post,
      ...goes(cast, toSec, behind, 'push'),
    ],
    vendorLook(cast),
    act,
  )
  cast.act('street-vending', 'kerb', fromSec, toSec)
  customers(cast, fromSec + 7, toSec - 5, { x: rail.x, z: at.z - 1 })
}

/** A stall on the carriageway, at the kerb. */
export function roadStall(cast: Cast, { fromSec, toSec }: When): void {
  const at = { x: cast.between(1.5, 4.5), z: -7.1 }
  const act = cast.acts.length
  const look = vendorLook(cast)
  cast.vehicle({
    vehicle: 'tricycle',
    color: cast.pick(TRICYCLES),
    rider: look,
    loaded: true,
    act,
    steps: [
      ...drives([{ x: -9, z: -8 }, { x: -4, z: -7.4 }, at], 3, fromSec).slice(0, -1),
      { atSec: fromSec, ...at, heading: 0, gesture: 'stand' },
      { atSec: toSec, ...at, heading: 0 },
      { atSec: toSec + 12, x: 45, z: -7.6 },
    ],
  })
  put(
    cast,
    'umbrella',
    { x: at.x - 0.4, z: at.z + 0.75 },
    { fromSec: fromSec + 3, toSec: toSec - 3 },
    act,
    [46, 132, 92],
  )
  const post = { x: at.x - 0.9, z: at.z + 0.95 }
  const board = { x: at.x + 0.2, z: at.z + 0.5 }
  cast.person(
    [
      { atSec: fromSec, ...board },
      ...serves(cast, fromSec + 1.5, toSec - 1.5, post, ROAD),
      { atSec: toSec, ...board },
    ],
    look,
    act,
  )
  cast.act('road-occupation', 'lane', fromSec, toSec)
  customers(cast, fromSec + 8, toSec - 6, { x: at.x - 0.8, z: at.z + 1.7 })
}

/** The shopkeeper carries tables and goods out beyond the front, looks after them from inside, takes them in again. */
export function beyondShopfront(cast: Cast, { fromSec, toSec }: When): void {
  const x = cast.between(1.2, 4.2)
  const z = cast.between(-1.75, -1.45)
  const act = cast.acts.length
  const pieces = [
    [cast.pick(['table', 'rack'] as const), x, fromSec, toSec],
    ['crates', x + 1.7, fromSec + 6, toSec - 3],
    [cast.pick(['boxes', 'board'] as const), x - 1.5, fromSec + 11, toSec - 6],
  ] as const
  const door = { x: x + 0.6, z: -0.25 }
  const look = vendorLook(cast)
  for (const [prop, px, from, to] of pieces) {
    put(cast, prop, { x: px, z }, { fromSec: from, toSec: to }, act, cast.pick(CLOTHS))
    const before = { x: px + 0.3, z: z + 0.7 }
    const carries = (atSec: number, gesture: 'carry' | 'walk') => {
      const walk = Math.hypot(before.x - door.x, before.z - door.z) / 1.1
      cast.person(
        [
          { atSec: atSec - walk - 0.4, ...door, gesture: 'carry' },
          { atSec: atSec - 0.4, ...before, heading: ROAD, gesture: 'look' },
          { atSec: atSec + 1.2, ...before, gesture },
          { atSec: atSec + 1.4 + walk, ...door },
        ],
        look,
      )
    }
    carries(from, 'walk')
    carries(to, 'carry')
  }
  cast.act('beyond-shopfront', 'front', fromSec, toSec)
}

/** A grill with smoke, or a scale with sacks: what only a city's own model can name. */
export function onlyByName(cast: Cast, { fromSec, toSec }: When, rule: 'barbecue' | 'scrap-buying'): void {
  const at = pitch(cast)
  const act = cast.acts.length
  const look = vendorLook(cast)
  if (rule === 'barbecue') put(cast, 'grill', at, { fromSec, toSec }, act)
  else {
    put(cast, 'scale', at, { fromSec, toSec }, act)
    put(
      cast,
      'sacks',
      { x: at.x - 1.3, z: at.z },
      { fromSec: fromSec + 3, toSec: toSec - 2 },
      act,
      [186, 180, 164],
    )
  }
  const post = { x: at.x, z: at.z + 0.75 }
  const carried = rule === 'barbecue' ? 'carry' : 'push'
  cast.person(
    [
      ...comes(cast, fromSec - 0.4, post, carried),
      ...serves(cast, fromSec - 0.4, toSec - 0.5, post, ROAD),
      ...goes(cast, toSec, post, carried),
    ],
    look,
    act,
  )
  cast.act(rule, 'kerb', fromSec, toSec)
  customers(cast, fromSec + 7, toSec - 6, { x: at.x, z: at.z - 1 })
}

/** The vendor goes away and leaves everything: street vending that becomes piling. */
export function desertedStall(cast: Cast, { fromSec, toSec }: When): void {
  const at = pitch(cast)
  const goneSec = fromSec + (toSec - fromSec) * 0.45
  const look = vendorLook(cast)
  const post = { x: at.x, z: at.z + 0.85 }
  const seed = Math.floor(cast.random() * 1e6)
  const color = cast.pick(CLOTHS)
  // The same goods, first of one act, then of the other.
  for (const [act, from, to] of [
    [0, fromSec, goneSec],
    [1, goneSec, toSec],
  ] as const) {
    const stands = (x: number) => [
      { atSec: from, x, z: at.z },
      { atSec: to, x, z: at.z },
    ]
    const same = { kind: 'prop', color, seed, yaw: 0.05, unfoldSec: 0, act } as const
    cast.actors.push({ ...same, prop: 'table', steps: stands(at.x) })
    cast.actors.push({ ...same, prop: 'crates', steps: stands(at.x - 1.5) })
  }
  cast.person(
    [
      ...comes(cast, fromSec - 0.4, post, 'carry'),
      ...serves(cast, fromSec - 0.4, goneSec - 1, post, ROAD),
      ...goes(cast, goneSec, post),
    ],
    look,
    0,
  )
  cast.person(
    [
      ...comesOutside(toSec - 1.5, post),
      { atSec: toSec - 1.5, ...post, heading: ROAD, gesture: 'look' },
      { atSec: toSec, ...post, gesture: 'carry' },
      ...goesInside(toSec + 0.2, post),
    ],
    look,
  )
  cast.act('street-vending', 'kerb', fromSec, goneSec)
  cast.act('piling', 'kerb', goneSec, toSec)
}

export function put(
  cast: Cast,
  prop: PropActor['prop'],
  { x, z }: Place,
  { fromSec, toSec }: When,
  act?: number,
  color: Rgb = cast.pick(PAINTS),
  unfoldSec = 1.4,
): void {
  const yaw = cast.between(-0.15, 0.15)
  const steps = [
    { atSec: fromSec, x, z },
    { atSec: toSec, x, z },
  ]
  cast.prop({ prop, color, yaw, unfoldSec, steps, ...(act !== undefined && { act }) })
}
