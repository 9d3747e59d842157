/**
 * What looks like something to report and is not: short stops, people who wait, deliveries, works, permits.
 */
import { pause, trade } from '../acts.ts'
import { type Cast, PAINTS } from '../cast.ts'
import { parks } from './leaving.ts'
import { ALONG, BACK, comes, comesOutside, drives, goes, goesInside, ROAD, SHOPS } from './moves.ts'
import { pitch, put } from './trading.ts'

export function shortStops(cast: Cast): void {
  pause(cast, 20, cast.between(9, 12), cast.between(0.8, 2.5))
  pause(cast, cast.seconds * 0.55, cast.between(7, 10), cast.between(2.6, 4))
}

/** Pushes a cart through, and rests for a few seconds in between. */
export function movingVendor(cast: Cast): void {
  const z = cast.between(-4.2, -2.8)
  for (const startSec of [18, cast.seconds * 0.52]) {
    const rests = [cast.between(1.5, 4.5), cast.between(4.8, 7)]
    const pace = 0.95
    const wait = cast.between(4, 7)
    const far = 13
    let atSec = startSec
    let x = far
    const steps = [{ atSec, x, z }]
    for (const rest of rests.toReversed()) {
      atSec += (x - rest) / pace
      x = rest
      steps.push({ atSec, x, z }, { atSec: atSec + wait, x, z })
      atSec += wait
    }
    steps.push({ atSec: atSec + (x - cast.edgeX + 2) / pace, x: cast.edgeX - 2, z })
    const last = steps.at(-1)!
    if (last.atSec > cast.seconds - 1) return
    cast.prop({ prop: 'cart', color: [56, 98, 82], yaw: Math.PI, unfoldSec: 0, steps })
    cast.person(
      steps.map((step) => ({ ...step, x: step.x + 1.3, gesture: 'push' as const, heading: BACK })),
      cast.look({ bag: undefined }),
    )
    cast.innocent('a vendor moves on, resting for some seconds', startSec, last.atSec)
  }
}

/** A courier rides up, carries a parcel into a shop and rides on. */
export function courier(cast: Cast): void {
  for (const atSec of [22, cast.seconds * 0.55]) {
    const at = { x: cast.between(1, 4.5), z: cast.between(-3.6, -2.6) }
    const rider = cast.look({ hat: [240, 200, 40], top: [240, 190, 40], bag: undefined, umbrella: undefined })
    const staySec = cast.between(9, 13)
    cast.vehicle({
      vehicle: 'scooter',
      color: cast.pick(PAINTS),
      rider,
      steps: [
        ...drives([{ x: cast.edgeX - 1, z: at.z - 0.4 }, at], 3.2, atSec).slice(0, -1),
        { atSec, ...at, heading: ALONG, gesture: 'stand' },
        { atSec: atSec + staySec, ...at },
        { atSec: atSec + staySec + (14 - at.x) / 3.2, x: 14, z: at.z },
      ],
    })
    const aside = { x: at.x, z: at.z + 0.45 }
    const door = { x: at.x + 0.4, z: -0.3 }
    const wayThere = Math.hypot(door.x - aside.x, door.z - aside.z) / 1.4
    cast.person(
      [
        { atSec: atSec + 0.3, ...aside, gesture: 'carry' },
        { atSec: atSec + 0.3 + wayThere, ...door },
      ],
      rider,
    )
    cast.person(
      [
        { atSec: atSec + staySec - 0.3 - wayThere, ...door },
        { atSec: atSec + staySec - 0.3, ...aside },
      ],
      rider,
    )
    cast.innocent('a delivery', atSec, atSec + staySec)
  }
}

/** The same stall as anywhere, where and when it is allowed. */
export function breakfastCart(cast: Cast): void {
  const [fromSec, toSec] = [18, cast.seconds - 16]
  trade(cast, fromSec, toSec, [cast.between(-0.8, 1), cast.between(-0.4, 0.2)])
  cast.forgive()
  cast.innocent('a breakfast cart inside its permit', fromSec, toSec)
}

/** People wait in a line at a stop that was always there. */
export function busQueue(cast: Cast): void {
  const stopX = cast.between(3.6, 4.6)
  put(cast, 'stop', { x: stopX, z: -5.3 }, { fromSec: -5, toSec: cast.seconds + 5 }, undefined, [0, 0, 0], 0)
  const boardsSec = cast.seconds - 18
  const people = 4 + Math.floor(cast.random() * 3)
  for (let i = 0; i < people; i++) {
    const at = { x: stopX - 0.7 - i * cast.between(0.62, 0.75), z: -5.2 + cast.between(-0.12, 0.12) }
    const comesSec = 16 + i * cast.between(3, 6)
    cast.person([
      ...comes(cast, comesSec, at),
      { atSec: comesSec, ...at, heading: cast.between(-0.6, 0.4), gesture: 'stand' },
      ...goesInside(boardsSec + i * 1.2, at),
    ])
  }
  cast.innocent('people wait for a bus', 16, boardsSec)
}

/** Somebody waits for a long time, with nothing but a phone. */
export function waiting(cast: Cast): void {
  const at = { x: cast.between(0.8, 4.6), z: cast.between(-4.6, -2.6) }
  const [fromSec, toSec] = [cast.between(17, 22), cast.seconds - 15]
  const turns = []
  for (let atSec = fromSec; atSec < toSec; atSec += cast.between(8, 16)) {
    turns.push({
      atSec,
      x: at.x + cast.between(-0.15, 0.15),
      z: at.z,
      heading: cast.between(-2.4, 0.4),
      gesture: cast.pick(['look', 'stand'] as const),
    })
  }
  cast.person(
    [...comes(cast, fromSec, at), ...turns, ...goes(cast, toSec, at)],
    cast.look({ umbrella: undefined }),
  )
  cast.innocent('waits for somebody, without goods', fromSec, toSec)
}

/** Fences and cones of works stand there from the first picture on; a builder comes by. */
export function works(cast: Cast): void {
  const at = { x: cast.between(1.5, 4), z: cast.between(-4, -3) }
  const all = { fromSec: -5, toSec: cast.seconds + 5 }
  put(cast, cast.pick(['fence', 'cones'] as const), at, all, undefined, [0, 0, 0], 0)
  put(
    cast,
    cast.pick(['planks', 'sacks'] as const),
    { x: at.x + 1.9, z: at.z + 0.4 },
    all,
    undefined,
    [206, 200, 186],
    0,
  )
  cast.innocent('works that were there before', 0, cast.seconds)
  const look = cast.look({ hat: [240, 200, 40], top: [236, 120, 40], umbrella: undefined })
  const beside = { x: at.x - 1.7, z: at.z - 0.3 }
  cast.person(
    [
      ...comes(cast, 26, beside),
      { atSec: 26, ...beside, heading: ALONG, gesture: 'sell' },
      ...goes(cast, 37, beside),
    ],
    look,
  )
}

/** Cars wait at a red light for longer than any dwell, on the carriageway; one stops at the kerb for a moment. */
export function redLight(cast: Cast): void {
  const xs = [9.5, 4.4]
  for (const [i, x] of xs.entries()) {
    const at = { x, z: -9.6 }
    parks(cast, [{ x: -9 - i * 4, z: -9.6 }, at], { fromSec: 20 + i * 2, toSec: 47 + i }, undefined)
  }
  cast.innocent('cars wait at a light', 20, 48)
  const atSec = cast.seconds - 28
  parks(
    cast,
    [
      { x: -9, z: -8.7 },
      { x: -3, z: -8.2 },
      { x: cast.between(2, 4), z: -7.2 },
    ],
    { fromSec: atSec, toSec: atSec + 10 },
    undefined,
  )
  cast.innocent('somebody gets out of a car', atSec, atSec + 10)
}

/** A van stands in the loading bay; boxes are set down and carried in one by one. */
export function unloading(cast: Cast): void {
  const at = { x: cast.between(1.6, 3.4), z: -7.15 }
  const [fromSec, toSec] = [18, cast.seconds - 20]
  parks(cast, [{ x: -9, z: -8.7 }, { x: at.x - 6, z: -8.2 }, at], { fromSec, toSec: toSec + 4 }, undefined)
  const look = cast.look({ umbrella: undefined, bag: undefined })
  const door = { x: at.x + 0.8, z: -0.3 }
  for (let atSec = fromSec + 5; atSec < toSec - 14; atSec += cast.between(13, 16)) {
    const down = { x: at.x + cast.between(-0.3, 0.3), z: cast.between(-4.6, -4) }
    const walk = Math.hypot(door.x - down.x, door.z - down.z) / 1.2
    put(cast, 'boxes', down, { fromSec: atSec, toSec: atSec + 7 }, undefined, [0, 0, 0], 0.6)
    cast.person(
      [
        { atSec: atSec - 1.6, x: down.x - 0.4, z: -5.7, gesture: 'carry' },
        { atSec, x: down.x - 0.6, z: down.z, gesture: 'look', heading: ALONG },
        { atSec: atSec + 7, x: down.x - 0.6, z: down.z, gesture: 'carry' },
        { atSec: atSec + 7 + walk, ...door },
      ],
      look,
    )
  }
  cast.innocent('a van is unloaded in its bay', fromSec, toSec + 4)
}

/** Bicycles, a car and boxes that stood there before anybody looked. */
export function thereBefore(cast: Cast): void {
  const all = [
    { atSec: -5, heading: ALONG, gesture: 'stand' as const },
    { atSec: cast.seconds + 5, heading: ALONG },
  ]
  const at = pitch(cast)
  const stands = (x: number, z: number) => all.map((step) => ({ ...step, x, z }))
  cast.vehicle({ vehicle: 'bicycle', color: cast.pick(PAINTS), rider: undefined, steps: stands(at.x, at.z) })
  cast.vehicle({
    vehicle: 'scooter',
    color: cast.pick(PAINTS),
    rider: undefined,
    steps: stands(at.x + 1.9, at.z + 0.2),
  })
  cast.vehicle({
    vehicle: cast.pick(['car', 'van'] as const),
    color: cast.pick(PAINTS),
    rider: undefined,
    steps: stands(at.x + 2, -7.2),
  })
  put(
    cast,
    'plants',
    { x: at.x - 1.6, z: -1.2 },
    { fromSec: -5, toSec: cast.seconds + 5 },
    undefined,
    [0, 0, 0],
    0,
  )
  cast.innocent('stood there before', 0, cast.seconds)
}

/** Somebody sweeps and waters before his shop; a friend stops for a talk that is shorter than the dwell. */
export function aTalk(cast: Cast): void {
  const at = { x: cast.between(1, 4), z: cast.between(-4.2, -3) }
  const beside = { x: at.x + 0.75, z: at.z }
  const fromSec = cast.between(24, 34)
  const toSec = fromSec + cast.between(11, 14)
  cast.person([
    ...comes(cast, fromSec, at),
    { atSec: fromSec, ...at, heading: ALONG, gesture: 'stand' },
    ...goes(cast, toSec, at),
  ])
  cast.person([
    ...comesOutside(fromSec + 0.5, beside),
    { atSec: fromSec + 0.5, ...beside, heading: BACK, gesture: 'stand' },
    ...goesInside(toSec, beside),
  ])
  cast.innocent('two people talk', fromSec, toSec)
  cast.visit(cast.seconds - 30, 7, cast.between(1, 4), -1.1, SHOPS, 'look')
  cast.visit(cast.seconds - 24, 6, cast.between(1, 4), -4.8, ROAD, 'stand')
}
