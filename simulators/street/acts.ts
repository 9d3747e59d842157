/**
 * The acts that rules look for, as stories with a beginning and an end, and the pause that is none.
 */
import { type Cast, PAINTS, round } from './cast.ts'
import type { Rgb } from './raster.ts'
import type { PropActor, Step } from './script.ts'

const STREET: number = -Math.PI / 2
const SHOPS: number = Math.PI / 2

/** Where a stall stands, and when. */
interface Stand extends Stay {
  readonly comesSec: number
  readonly goneSec: number
  readonly act: number
}
interface Stay {
  readonly off: Off
  readonly parkedSec: number
  readonly leavesSec: number
  /** When the vendor is spoken to and looks up, a while before packing up. */
  readonly hearsSec?: number
}
/** Along the street and towards the shops, metres. */
type Off = readonly [x: number, z: number]
const CART = { fromX: 15, x: 4.7, toX: -6.5, z: -2.5, metresPerSec: 1.1 } as const
/** Whoever pushes the cart walks so far behind it. */
const BEHIND_M = 1.3
const CLOTHS: Rgb[] = [
  [176, 52, 46],
  [48, 92, 140],
  [60, 116, 84],
]
const CANOPIES: Rgb[] = [
  [204, 50, 46],
  [38, 104, 168],
  [46, 132, 92],
]

/** A vendor comes with a handcart, builds up, sells, packs up, goes: one street vending, `off` metres from the usual place. */
export function trade(cast: Cast, parkedSec: number, leavesSec: number, off: Off = [0, 0]): void {
  keepStall(cast, { off, parkedSec, leavesSec })
  // Customers, one after the other, on the street side of the table.
  for (let at = parkedSec + 13; at < leavesSec - 14; at += cast.between(7, 11)) {
    cast.visit(at, cast.between(5, 8), cast.between(0.8, 2.3) + off[0], -4.35 + off[1], SHOPS, 'look')
  }
}

/** The same without customers. All is built up 12 s after the cart is parked; packing up takes the last 7.5 s. */
export function keepStall(cast: Cast, stay: Stay): void {
  const { parkedSec, leavesSec } = stay
  const stand: Stand = {
    ...stay,
    comesSec: parkedSec - (CART.fromX - CART.x) / CART.metresPerSec,
    goneSec: leavesSec + (CART.x - CART.toX) / CART.metresPerSec,
    act: cast.acts.length,
  }
  bringStall(cast, stand)
  const look = cast.look({ apron: [238, 236, 228], umbrella: undefined, bag: undefined })
  cast.person(vendorSteps(stand), look, stand.act)
  cast.acts.push({
    rule: 'street-vending',
    zoneId: 'kerb',
    startSec: round(parkedSec),
    endSec: round(leavesSec),
  })
}

function bringStall(cast: Cast, { off, parkedSec, leavesSec, comesSec, goneSec, act }: Stand): void {
  cast.prop({
    prop: 'cart',
    color: [56, 98, 82],
    yaw: Math.PI,
    unfoldSec: 0,
    act,
    steps: moved(off, [
      { atSec: comesSec, x: CART.fromX, z: CART.z },
      { atSec: parkedSec, x: CART.x, z: CART.z },
      { atSec: leavesSec, x: CART.x, z: CART.z },
      { atSec: goneSec, x: CART.toX, z: CART.z },
    ]),
  })
  const put = (prop: PropActor['prop'], x: number, z: number, delaySec: number, color: Rgb) =>
    cast.prop({
      prop,
      color,
      yaw: 0.06,
      act,
      unfoldSec: 1.6,
      steps: moved(off, [
        { atSec: parkedSec + delaySec, x, z },
        { atSec: leavesSec - delaySec * 0.55, x, z },
      ]),
    })
  put('table', 1.5, -3.45, 3, cast.pick(CLOTHS))
  put('umbrella', 2.3, -3, 5, cast.pick(CANOPIES))
  put('crates', -1.3, -3.3, 7.5, [0, 0, 0])
}

function vendorSteps({ off, parkedSec, leavesSec, comesSec, goneSec, hearsSec }: Stand): Step[] {
  const at = (atSec: number, x: number): Step => ({ atSec, x, z: -2.6, heading: STREET, gesture: 'sell' })
  return moved(off, [
    { atSec: comesSec, x: CART.fromX + BEHIND_M, z: CART.z, gesture: 'push' },
    { atSec: parkedSec, x: CART.x + BEHIND_M, z: CART.z },
    // Table and umbrella first, then the crates.
    ...[at(parkedSec + 2.8, 2.2), at(parkedSec + 6.2, 2.2)],
    ...[at(parkedSec + 8, -0.4), at(parkedSec + 9.8, -0.4)],
    at(parkedSec + 11.4, 1.5),
    // Up to where the voice comes from.
    ...(hearsSec === undefined ? [] : [{ ...at(hearsSec, 1.5), heading: Math.PI, gesture: 'look' } as const]),
    at(leavesSec - 7.5, 1.5),
    ...[at(leavesSec - 6, -0.4), at(leavesSec - 4.6, -0.4)],
    ...[at(leavesSec - 3, 2.2), at(leavesSec - 2, 2.2)],
    { atSec: leavesSec, x: CART.x + BEHIND_M, z: CART.z, gesture: 'push' },
    { atSec: goneSec, x: CART.toX + BEHIND_M, z: CART.z },
  ])
}

function moved([dx, dz]: Off, steps: readonly Step[]): Step[] {
  return steps.map((step) => ({ ...step, x: step.x + dx, z: step.z + dz }))
}

/** Somebody brings boxes, sets them down and goes; somebody fetches them in the end: one piling. */
export function abandon(cast: Cast, downSec: number, fetchedSec: number): void {
  const act = cast.acts.length
  const [x, z] = [1.6, -3.6]
  const carrier = cast.look({ bag: undefined, umbrella: undefined })
  const pace = 1.15
  const walk = (x + 5) / pace
  cast.prop({
    prop: cast.pick(['boxes', 'bags'] as const),
    color: [46, 50, 58],
    yaw: 0.2,
    unfoldSec: 1.2,
    act,
    steps: [
      { atSec: downSec, x, z },
      { atSec: fetchedSec, x, z },
    ],
  })
  cast.person(
    [
      { atSec: downSec - walk, x: -5, z, gesture: 'carry' },
      { atSec: downSec - 0.4, x: x - 0.9, z, gesture: 'look', heading: 0 },
      { atSec: downSec + 2, x: x - 0.9, z },
      { atSec: downSec + 2 + walk, x: -5, z: z + 0.4 },
    ],
    carrier,
  )
  cast.person(
    [
      { atSec: fetchedSec - walk - 1.5, x: -5, z },
      { atSec: fetchedSec - 1.5, x: x - 0.9, z, gesture: 'look', heading: 0 },
      { atSec: fetchedSec, x: x - 0.9, z, gesture: 'carry' },
      { atSec: fetchedSec + walk, x: -5, z: z + 0.3 },
    ],
    carrier,
  )
  cast.acts.push({ rule: 'piling', startSec: round(downSec), endSec: round(fetchedSec) })
  const bring = { startSec: round(downSec - walk), endSec: round(downSec + 2 + walk) }
  cast.nonEvents.push({ why: 'brings things and goes', ...bring })
}

/** Stops with a suitcase beside, then takes it along. */
export function pause(cast: Cast, atSec: number, staySec: number, x: number): void {
  const pace = 1.2
  const z = -3.8
  const walk = (x + 5) / pace
  const case_: Step[] = [
    { atSec: atSec - walk, x: -5.45, z: z - 0.25 },
    { atSec, x: x - 0.45, z: z - 0.25 },
    { atSec: atSec + staySec, x: x - 0.45, z: z - 0.25 },
    { atSec: atSec + staySec + walk, x: -5.45, z: z - 0.25 },
  ]
  cast.prop({ prop: 'suitcase', color: cast.pick(PAINTS), yaw: 0.3, unfoldSec: 0, steps: case_ })
  cast.person(
    [
      { atSec: atSec - walk, x: -5, z },
      { atSec, x, z, gesture: 'look', heading: STREET },
      { atSec: atSec + staySec, x, z },
      { atSec: atSec + staySec + walk, x: -5, z },
    ],
    cast.look({ bag: undefined }),
  )
  cast.nonEvents.push({
    why: 'stops with a suitcase',
    startSec: round(atSec),
    endSec: round(atSec + staySec),
  })
}
