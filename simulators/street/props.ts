/**
 * What people bring and leave: a handcart, a table with fruit, a big umbrella, crates, bags.
 */
import { type Brush, unit } from './brush.ts'
import { mix, type Rgb } from './raster.ts'
import { type PropPose, STREET_PROPS } from './street-props.ts'
import { add, type Spot } from './view.ts'

type BroughtKind = 'cart' | 'table' | 'umbrella' | 'crates' | 'boxes' | 'bags' | 'suitcase'
export type PropKind = BroughtKind | keyof typeof STREET_PROPS

const FRUIT: Rgb[] = [
  [232, 120, 32],
  [206, 40, 40],
  [236, 196, 44],
  [120, 170, 52],
  [150, 52, 110],
  [240, 150, 90],
]
const CARDBOARD: Rgb = [176, 136, 92]
const WOOD: Rgb = [140, 104, 70]
const METAL: Rgb = [120, 124, 128]

export function drawProp(brush: Brush, kind: PropKind, pose: PropPose): void {
  brush.standAt(pose.at[0], pose.at[2])
  if (kind === 'cart') drawCart(brush, pose)
  else if (kind === 'table') drawTable(brush, pose)
  else if (kind === 'umbrella') drawCanopy(brush, pose)
  else if (kind === 'crates') drawCrates(brush, pose)
  else if (kind === 'boxes') drawBoxes(brush, pose)
  else if (kind === 'bags') drawBags(brush, pose)
  else if (kind === 'suitcase') drawSuitcase(brush, pose)
  else STREET_PROPS[kind](brush, pose, turned(pose.at, pose.yaw))
}

/** A handcart: flat bed with low sides on two wheels, loaded. */
function drawCart(brush: Brush, pose: PropPose): void {
  const { at, yaw, color } = pose
  const along: Spot = [Math.cos(yaw), 0, -Math.sin(yaw)]
  const across: Spot = [-along[2], 0, along[0]]
  const place = (a: number, up: number, s: number): Spot =>
    add(at, [along[0] * a + across[0] * s, up, along[2] * a + across[2] * s])
  const wheels = [-0.42, 0.42].flatMap((s) => [place(-0.45, 0.24, s), place(0.45, 0.24, s)])
  const sorted = wheels.sort((a, b) => brush.view.depth(b) - brush.view.depth(a))
  const wheel = (spot: Spot) => {
    brush.ring(spot, 0.24, 0.17, across, [34, 34, 36])
    brush.ring(spot, 0.06, 0, across, METAL)
  }
  sorted.slice(0, 2).forEach(wheel)
  brush.box(add(at, [0, 0.42, 0]), [1.5, 0.3, 0.8], yaw, color, mix(color, [30, 30, 30], 0.5))
  sorted.slice(2).forEach(wheel)
  // Handles reach back to whoever pushes.
  for (const s of [-0.32, 0.32]) brush.limb(place(-0.75, 0.68, s), 0.022, place(-1.08, 0.92, s), 0.022, METAL)
  const load = pose.random
  for (let i = 0; i < 3; i++) {
    const spot = place(-0.45 + i * 0.45, 0.6, (load() - 0.5) * 0.2)
    const size: Spot = [0.38, 0.2 + load() * 0.25, 0.5]
    brush.box(spot, size, yaw, i === 1 ? [70, 110, 150] : CARDBOARD, mix(CARDBOARD, [255, 240, 220], 0.2))
  }
}

/** A folding table with a cloth and heaps of fruit in trays. */
function drawTable(brush: Brush, pose: PropPose): void {
  const { at, yaw, open, random, color } = pose
  const place = turned(at, yaw)
  for (const [x, z] of [
    [-0.72, 0.3],
    [0.72, 0.3],
    [-0.72, -0.3],
    [0.72, -0.3],
  ] as const) {
    brush.limb(place(x, 0, z), 0.022, place(x, 0.72, z), 0.022, METAL)
  }
  brush.box(place(0, 0.34, 0), [1.56, 0.4, 0.74], yaw, color, mix(color, [255, 255, 255], 0.2))
  brush.box(place(0, 0.72, 0), [1.64, 0.05, 0.8], yaw, WOOD, mix(WOOD, [255, 240, 220], 0.25))
  const trays = Math.round(4 * open)
  // Far rows first, so that near fruit lies over it.
  for (let tray = trays - 1; tray >= 0; tray--) {
    const x = -0.6 + tray * 0.4
    const fruit = FRUIT[Math.floor(random() * FRUIT.length)]!
    brush.box(place(x, 0.77, 0), [0.36, 0.07, 0.62], yaw, [214, 214, 206], mix(fruit, [40, 30, 20], 0.35))
    heap(brush, place, x, 0.86, fruit, random)
  }
}

function heap(
  brush: Brush,
  place: (x: number, y: number, z: number) => Spot,
  x: number,
  y: number,
  color: Rgb,
  random: () => number,
): void {
  const spots: Spot[] = []
  for (let row = 0; row < 5; row++) {
    for (let column = 0; column < 3; column++) {
      spots.push(place(x - 0.11 + column * 0.11, y + random() * 0.03, -0.24 + row * 0.12))
    }
  }
  for (let row = 0; row < 3; row++) spots.push(place(x - 0.05 + random() * 0.1, y + 0.08, -0.14 + row * 0.14))
  spots.sort((a, b) => brush.view.depth(b) - brush.view.depth(a))
  for (const spot of spots) brush.ball(spot, 0.056, mix(color, [255, 255, 255], random() * 0.12))
}

/** The stall's umbrella, two colours in turn; unfolding it is `open` from 0 to 1. */
function drawCanopy(brush: Brush, pose: PropPose): void {
  const { at, open, color } = pose
  const second: Rgb = [238, 236, 226]
  const reach = 0.12 + 1.23 * open
  const rimY = 1.98 + 0.3 * (1 - open) - 0.75 * (1 - open)
  const top = add(at, [0, 2.5, 0])
  brush.box(at, [0.4, 0.12, 0.4], 0, [84, 84, 88])
  brush.limb(at, 0.024, top, 0.02, [210, 210, 206])
  const panels = 10
  const rim = Array.from({ length: panels }, (_, i): Spot => {
    const angle = ((i + 0.5) / panels) * 2 * Math.PI
    return [at[0] + Math.cos(angle) * reach, rimY, at[2] + Math.sin(angle) * reach]
  })
  const faces = rim.map((a, i) => ({ a, b: rim[(i + 1) % panels]!, color: i % 2 === 0 ? color : second }))
  faces.sort(
    (p, q) => brush.view.depth(q.a) + brush.view.depth(q.b) - brush.view.depth(p.a) - brush.view.depth(p.b),
  )
  for (const { a, b, color: shade } of faces) {
    const outward = unit([(a[0] + b[0]) / 2 - at[0], 0, (a[2] + b[2]) / 2 - at[2]])
    const normal = unit([outward[0] * 0.45, 0.9, outward[2] * 0.45])
    brush.face([top, a, b], shade, normal)
    // The valance that hangs from the rim.
    const hem: Spot = [0, -0.14 * open, 0]
    brush.face([a, b, add(b, hem), add(a, hem)], mix(shade, [20, 20, 20], 0.12), outward)
  }
}

function drawCrates(brush: Brush, pose: PropPose): void {
  const { at, yaw, open, random } = pose
  const place = turned(at, yaw)
  const stack: [number, number, number][] = [
    [0.3, 0, 0.22],
    [-0.28, 0, 0.2],
    [0.28, 0, -0.26],
    [-0.3, 0, -0.24],
    [0.3, 0.27, 0.22],
  ]
  for (const [x, y, z] of stack.slice(0, Math.ceil(stack.length * open))) {
    const fruit = FRUIT[Math.floor(random() * FRUIT.length)]!
    const plastic: Rgb = random() < 0.5 ? [52, 110, 170] : [190, 60, 50]
    brush.box(place(x, y, z), [0.5, 0.26, 0.38], yaw, plastic, mix(fruit, [30, 30, 30], 0.3))
    for (let i = 0; i < 8; i++) {
      const spot = place(x - 0.17 + (i % 4) * 0.11, y + 0.26, z - 0.07 + Math.floor(i / 4) * 0.13)
      brush.ball(spot, 0.055, fruit)
    }
  }
}

function drawBoxes(brush: Brush, pose: PropPose): void {
  const { at, yaw, random, open } = pose
  const place = turned(at, yaw)
  const heap: [number, number, number, number][] = [
    [0.36, 0, 0.2, 0.62],
    [-0.34, 0, 0.14, 0.56],
    [0, 0, -0.42, 0.6],
    [0.1, 0.5, 0.1, 0.5],
  ]
  for (const [x, y, z, size] of heap.slice(0, Math.ceil(heap.length * open))) {
    const shade = mix(CARDBOARD, [110, 80, 50], random() * 0.5)
    const turn = yaw + (random() - 0.5) * 0.4
    brush.box(place(x, y, z), [size, 0.5, size * 0.8], turn, shade, mix(shade, [255, 235, 200], 0.25))
    const tape = place(x, y + 0.505, z)
    brush.box(tape, [size, 0.004, 0.07], turn, [214, 190, 140], [222, 200, 150])
  }
}

function drawBags(brush: Brush, pose: PropPose): void {
  const place = turned(pose.at, pose.yaw)
  for (const [x, z, size] of [
    [0.3, 0.25, 0.3],
    [-0.3, 0.2, 0.27],
    [0.02, -0.3, 0.33],
  ] as const) {
    const low = place(x, size * 0.7, z)
    const knot = place(x + 0.03, size * 1.75, z)
    brush.hull(
      [
        { at: low, radius: size },
        { at: place(x + 0.1, size * 0.5, z), radius: size * 0.8 },
        { at: knot, radius: 0.05 },
      ],
      pose.color,
    )
  }
}

function drawSuitcase(brush: Brush, pose: PropPose): void {
  const place = turned(pose.at, pose.yaw)
  brush.box(
    place(0, 0.06, 0),
    [0.46, 0.68, 0.28],
    pose.yaw,
    pose.color,
    mix(pose.color, [255, 255, 255], 0.15),
  )
  for (const x of [-0.14, 0.14]) brush.limb(place(x, 0.74, -0.1), 0.012, place(x, 1.02, -0.1), 0.012, METAL)
  brush.limb(place(-0.14, 1.02, -0.1), 0.016, place(0.14, 1.02, -0.1), 0.016, [40, 40, 42])
}

function turned(at: Spot, yaw: number): (x: number, y: number, z: number) => Spot {
  const [cos, sin] = [Math.cos(yaw), Math.sin(yaw)]
  return (x, y, z) => [at[0] + x * cos + z * sin, at[1] + y, at[2] - x * sin + z * cos]
}
