/**
 * What is watched on the test street, in metres of its ground:
 *
 *      z ▲  ═══════ shops z = 0, the shopfront line ═══════
 *        │    front   goods beyond the shopfront
 *        │    kerb    stalls, goods, bicycles, cars on the pavement
 *        ├─ kerb stone ──────────────────────────────────
 *        │    lane    cars in the fire lane, stalls on the carriageway, or a loading bay
 */
import { KERB_Z } from './view.ts'

export type LaneType = 'FIRE_LANE' | 'ROADWAY' | 'LOADING'

export interface WatchedZone {
  readonly id: string
  readonly type: 'NO_VENDING' | 'SHOPFRONT' | LaneType
  readonly corners: readonly (readonly [x: number, z: number])[]
  readonly rules: readonly string[]
}

/** Far enough behind the camera and down the street: the picture's edge cuts it. */
const FROM_X = -9
const TO_X = 11
/** Shops begin here; goods are on the pavement from the first hand's breadth on. */
const FRONT_Z = 0
const FRONT_DEPTH_Z = -2.3
const LANE_Z = -8.45

const LANE_RULES: Record<LaneType, readonly string[]> = {
  FIRE_LANE: ['vehicle-occupation'],
  ROADWAY: ['road-occupation'],
  LOADING: [],
}

/** Where the shops' line runs, and places whose positions were measured. */
export const FRONT_LINE: WatchedZone['corners'] = [
  [0, FRONT_Z],
  [9, FRONT_Z],
]
export const MEASURED: WatchedZone['corners'] = [
  [1, -0.8],
  [6, -0.8],
  [6, -5.2],
  [1, -5.2],
]

export function watchedZones(lane: LaneType): WatchedZone[] {
  const strip = (near: number, far: number) =>
    [
      [FROM_X, near],
      [TO_X, near],
      [TO_X, far],
      [FROM_X, far],
    ] as const
  const pavement = ['street-vending', 'piling', 'bicycle-occupation', 'vehicle-occupation']
  return [
    { id: 'kerb', type: 'NO_VENDING', corners: strip(FRONT_DEPTH_Z, KERB_Z + 0.02), rules: pavement },
    {
      id: 'front',
      type: 'SHOPFRONT',
      corners: strip(FRONT_Z - 0.02, FRONT_DEPTH_Z - 0.02),
      rules: ['beyond-shopfront'],
    },
    { id: 'lane', type: lane, corners: strip(KERB_Z - 0.3, LANE_Z), rules: LANE_RULES[lane] },
  ]
}
