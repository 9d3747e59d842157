/**
 * The cargo tricycle: one wheel in front, a bed on two behind, ridden to where it then is shop and shelf.
 */

import { seededRandom } from '../../gateway/kit/random.ts'
import type { Brush } from './brush.ts'
import { drawPerson } from './person.ts'
import { mix, type Rgb } from './raster.ts'
import { frameOf, type VehiclePose } from './vehicle-pose.ts'
import type { Spot } from './view.ts'

const TYRE: Rgb = [28, 28, 30]
const METAL: Rgb = [128, 132, 136]
const GOODS: Rgb[] = [
  [232, 124, 36],
  [198, 44, 40],
  [236, 200, 60],
  [110, 160, 56],
  [86, 130, 60],
  [238, 226, 190],
]
const CARDBOARD: Rgb = [178, 140, 96]
/** The bed: from behind to the seat, above the ground, across. */
const BED = { fromM: -1.45, toM: 0.05, floorM: 0.52, wallM: 0.3, halfM: 0.52 } as const

export function drawTricycle(brush: Brush, pose: VehiclePose): void {
  const { place, left } = frameOf(pose)
  const { color, heading } = pose
  const wheel = (hub: Spot, radius: number) => {
    brush.ring(hub, radius, radius * 0.8, left, TYRE)
    brush.ring(hub, radius * 0.8, radius * 0.72, left, METAL)
    brush.ring(hub, radius * 0.2, 0, left, METAL)
  }
  const hubs = [place(-0.75, 0.3, 0.58), place(-0.75, 0.3, -0.58)]
  hubs.sort((a, b) => brush.view.depth(b) - brush.view.depth(a))
  const front = place(1.2, 0.3)
  const frontFirst = brush.view.depth(front) > brush.view.depth(place(-0.7, 0.3))
  const head = () => {
    wheel(front, 0.3)
    brush.limb(front, 0.024, place(1.0, 0.95), 0.024, color)
    brush.limb(place(1.0, 0.8), 0.035, place(0.35, 0.42), 0.035, color)
    brush.limb(place(0.35, 0.42), 0.03, place(0.25, 0.86), 0.025, color)
    brush.limb(place(0.1, 0.88), 0.055, place(0.36, 0.88), 0.035, [34, 32, 32])
    brush.limb(place(0.98, 0.95), 0.022, place(0.92, 1.06), 0.022, METAL)
    brush.limb(place(0.92, 1.06, -0.34), 0.02, place(0.92, 1.06, 0.34), 0.02, METAL)
    if (pose.rider) {
      const seat = { at: place(0.18, 0), heading, gesture: 'ride', timeSec: 0, seed: pose.seed } as const
      drawPerson(brush, pose.rider, { ...seat, walkedM: pose.drivenM })
    }
  }
  if (frontFirst) head()
  wheel(hubs[0]!, 0.3)
  drawBed(brush, pose)
  wheel(hubs[1]!, 0.3)
  if (!frontFirst) head()
}

function drawBed(brush: Brush, pose: VehiclePose): void {
  const { place } = frameOf(pose)
  const { color } = pose
  const yaw = -pose.heading
  const middle = (BED.fromM + BED.toM) / 2
  const length = BED.toM - BED.fromM
  const floor = mix(color, [40, 34, 30], 0.6)
  brush.box(place(middle, BED.floorM - 0.06), [length, 0.06, BED.halfM * 2], yaw, [60, 62, 64])
  brush.box(place(middle, BED.floorM), [length, BED.wallM, BED.halfM * 2], yaw, color, floor)
  // The rim of the bed is brighter than its inside.
  const rim = (a: number, sa: number, b: number, sb: number) =>
    brush.limb(
      place(a, BED.floorM + BED.wallM, sa),
      0.022,
      place(b, BED.floorM + BED.wallM, sb),
      0.022,
      color,
    )
  if (pose.loaded) drawLoad(brush, pose)
  rim(BED.fromM, BED.halfM, BED.toM, BED.halfM)
  rim(BED.fromM, -BED.halfM, BED.toM, -BED.halfM)
  rim(BED.fromM, BED.halfM, BED.fromM, -BED.halfM)
  rim(BED.toM, BED.halfM, BED.toM, -BED.halfM)
}

/** Trays of fruit in front, sacks and cartons behind. */
function drawLoad(brush: Brush, pose: VehiclePose): void {
  const { place } = frameOf(pose)
  const random = seededRandom(Math.floor(pose.seed * 1000) + 17)
  const top = BED.floorM + BED.wallM - 0.04
  const yaw = -pose.heading
  const cells: { at: Spot; kind: number; tint: Rgb; size: number }[] = []
  for (const along of [-1.2, -0.7, -0.2]) {
    for (const side of [-0.25, 0.25]) {
      const tint = GOODS[Math.floor(random() * GOODS.length)]!
      cells.push({ at: place(along, top, side), kind: random(), tint, size: 0.14 + random() * 0.2 })
    }
  }
  cells.sort((a, b) => brush.view.depth(b.at) - brush.view.depth(a.at))
  for (const { at, kind, tint, size } of cells) {
    if (kind < 0.3)
      brush.box(at, [0.42, size + 0.1, 0.4], yaw, CARDBOARD, mix(CARDBOARD, [255, 240, 215], 0.25))
    else heap(brush, at, tint, random)
  }
}

function heap(brush: Brush, [x, y, z]: Spot, color: Rgb, random: () => number): void {
  const spots: Spot[] = []
  for (let i = 0; i < 16; i++) {
    const angle = random() * 2 * Math.PI
    const out = Math.sqrt(random()) * 0.19
    spots.push([x + Math.cos(angle) * out, y + 0.05 + 0.14 * (1 - out / 0.19), z + Math.sin(angle) * out])
  }
  spots.sort((a, b) => brush.view.depth(b) - brush.view.depth(a))
  for (const spot of spots) brush.ball(spot, 0.06, mix(color, [255, 255, 255], random() * 0.15))
}
