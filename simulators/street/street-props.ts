/**
 * What else stands on a pavement: a cloth with wares, a rail of clothes, sacks and planks, a grill, a scale, plants,
 * boards, and what builders and bus companies set up.
 */
import type { Brush } from './brush.ts'
import { mix, type Rgb } from './raster.ts'
import { add, type Spot } from './view.ts'

/** Where and how a thing stands. */
export interface PropPose {
  readonly at: Spot
  readonly yaw: number
  /** 0..1: how far it is unfolded or laid out. */
  readonly open: number
  readonly random: () => number
  readonly color: Rgb
}

const METAL: Rgb = [126, 130, 134]
const WOOD: Rgb = [150, 114, 76]
const DARK: Rgb = [44, 44, 46]
const WARES: Rgb[] = [
  [210, 60, 70],
  [60, 110, 180],
  [236, 206, 90],
  [240, 238, 230],
  [90, 150, 100],
  [150, 90, 160],
  [46, 48, 56],
]

type Place = (x: number, y: number, z: number) => Spot
type Draw = (brush: Brush, pose: PropPose, place: Place) => void

/** Wares in rows on a cloth on the ground. */
const cloth: Draw = (brush, { color, open, random }, place) => {
  const [w, d] = [0.95 * open, 0.65]
  const sheet = [place(-w, 0.01, -d), place(w, 0.01, -d), place(w, 0.01, d), place(-w, 0.01, d)]
  brush.face(sheet, color)
  const wares: { at: Spot; tint: Rgb; box: boolean }[] = []
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 6; column++) {
      const tint = WARES[Math.floor(random() * WARES.length)]!
      const at = place((-0.8 + column * 0.32 + random() * 0.05) * open, 0.01, -0.42 + row * 0.4)
      wares.push({ at, tint, box: random() < 0.5 })
    }
  }
  wares.sort((a, b) => brush.view.depth(b.at) - brush.view.depth(a.at))
  for (const { at, tint, box } of wares.slice(0, Math.round(wares.length * open))) {
    if (box) brush.box(at, [0.22, 0.12, 0.18], 0.2, tint, mix(tint, [255, 255, 255], 0.25))
    else
      brush.hull(
        [
          { at: add(at, [-0.05, 0.07, 0]), radius: 0.08 },
          { at: add(at, [0.07, 0.05, 0]), radius: 0.06 },
        ],
        tint,
      )
  }
}

/** Clothes on a rail. */
const rack: Draw = (brush, { random, open }, place) => {
  for (const x of [-0.8, 0.8]) {
    brush.limb(place(x, 0.05, -0.22), 0.02, place(x, 0.05, 0.22), 0.02, METAL)
    brush.limb(place(x, 0.05, 0), 0.02, place(x, 1.52, 0), 0.02, METAL)
  }
  brush.limb(place(-0.8, 1.52, 0), 0.02, place(0.8, 1.52, 0), 0.02, METAL)
  const hung = Math.round(11 * open)
  for (let i = 0; i < hung; i++) {
    const x = -0.7 + i * 0.14
    const tint = WARES[Math.floor(random() * WARES.length)]!
    const hem = 0.62 + random() * 0.25
    const piece = [
      place(x, 1.46, -0.2),
      place(x, 1.46, 0.2),
      place(x + 0.03, hem, 0.25),
      place(x + 0.03, hem, -0.25),
    ]
    brush.face(piece, tint, [-0.8, 0.3, -0.5])
    const front = [
      place(x, 1.46, -0.2),
      place(x + 0.12, 1.44, -0.2),
      place(x + 0.13, hem, -0.25),
      place(x + 0.03, hem, -0.25),
    ]
    brush.face(front, mix(tint, [20, 20, 20], 0.2), [0, 0.2, -0.9])
  }
}

/** Woven sacks, standing and lying. */
const sacks: Draw = (brush, { color, open }, place) => {
  const all: [number, number, number, boolean][] = [
    [0.32, 0.26, 0.28, false],
    [-0.34, 0.24, 0.24, true],
    [0.02, 0.28, -0.28, true],
    [0.44, 0.26, -0.2, true],
    [-0.05, 0.62, 0.02, false],
  ]
  for (const [x, y, z, stands] of all.slice(0, Math.ceil(all.length * open))) {
    const far = stands ? place(x + 0.03, y + 0.34, z) : place(x + 0.42, y, z + 0.05)
    brush.hull(
      [
        { at: place(x, y, z), radius: 0.24 },
        { at: far, radius: stands ? 0.2 : 0.22 },
      ],
      color,
    )
    if (stands) brush.ball(add(far, [0, 0.22, 0]), 0.07, mix(color, DARK, 0.2))
  }
}

/** Planks and bricks on a pallet. */
const planks: Draw = (brush, { yaw, random }, place) => {
  brush.box(place(0, 0, 0), [1.3, 0.12, 0.9], yaw, WOOD, mix(WOOD, [255, 240, 210], 0.2))
  for (let layer = 0; layer < 4; layer++) {
    const tint = mix(WOOD, [214, 180, 130], random())
    brush.box(
      place(0.1 * random(), 0.12 + layer * 0.07, -0.24),
      [1.9, 0.06, 0.4],
      yaw,
      tint,
      mix(tint, [255, 245, 225], 0.3),
    )
  }
  for (let layer = 0; layer < 3; layer++) {
    const clay: Rgb = [168 + random() * 20, 88, 66]
    brush.box(
      place(-0.15, 0.12 + layer * 0.11, 0.24),
      [0.8, 0.1, 0.36],
      yaw,
      clay,
      mix(clay, [255, 220, 200], 0.2),
    )
  }
}

/** A long charcoal grill on legs, skewers on it, smoke above. */
const grill: Draw = (brush, { yaw, random }, place) => {
  for (const [x, z] of [
    [-0.6, 0.16],
    [0.6, 0.16],
    [-0.6, -0.16],
    [0.6, -0.16],
  ] as const) {
    brush.limb(place(x, 0, z), 0.018, place(x, 0.72, z), 0.018, METAL)
  }
  brush.box(place(0, 0.72, 0), [1.5, 0.18, 0.4], yaw, [92, 92, 94], [70, 40, 30])
  for (let i = 0; i < 12; i++) {
    const x = -0.66 + i * 0.12
    brush.limb(place(x, 0.93, -0.16), 0.035, place(x, 0.93, 0.12), 0.035, [128, 72 + random() * 30, 44])
  }
  if (brush.pass !== 'body') return
  for (let i = 0; i < 7; i++) {
    const up = 1.1 + i * 0.22
    const r = 0.12 + i * 0.05
    const x = (random() - 0.5) * 0.5 - i * 0.05
    const puff = [0, 1, 2, 3, 4, 5, 6, 7].map((k) =>
      place(x + Math.cos(k * 0.785) * r, up + Math.sin(k * 0.785) * r, 0),
    )
    brush.face(puff, [206, 206, 208], [0, 1, 0], 0.16)
  }
}

/** A platform scale, for what is bought by weight. */
const scale: Draw = (brush, { yaw }, place) => {
  brush.box(place(0, 0, 0), [0.6, 0.14, 0.5], yaw, [60, 90, 130], [170, 174, 178])
  brush.limb(place(0.28, 0.1, 0), 0.03, place(0.28, 0.85, 0), 0.03, [60, 90, 130])
  brush.box(place(0.28, 0.85, 0), [0.26, 0.18, 0.1], yaw, [226, 226, 222], [240, 240, 236])
}

const plants: Draw = (brush, { random }, place) => {
  for (const [x, z] of [
    [-0.45, 0],
    [0, 0.05],
    [0.45, -0.05],
  ] as const) {
    brush.limb(place(x, 0.03, z), 0.12, place(x, 0.28, z), 0.17, [164, 92, 64])
    for (let i = 0; i < 14; i++) {
      const at = place(x + (random() - 0.5) * 0.4, 0.42 + random() * 0.4, z + (random() - 0.5) * 0.35)
      brush.ball(at, 0.07 + random() * 0.05, [52 + random() * 40, 96 + random() * 40, 48])
    }
  }
}

/** A board that leans on itself, with lines of writing. */
const board: Draw = (brush, { color }, place) => {
  brush.face(
    [place(-0.3, 0, 0.28), place(0.3, 0, 0.28), place(0.3, 1.05, 0), place(-0.3, 1.05, 0)],
    WOOD,
    [0, 0.3, 0.9],
  )
  brush.face(
    [place(-0.3, 0, -0.28), place(0.3, 0, -0.28), place(0.3, 1.05, 0), place(-0.3, 1.05, 0)],
    color,
    [0, 0.3, -0.9],
  )
  for (const up of [0.45, 0.6, 0.75]) {
    const z = -0.28 * (1 - up / 1.05) - 0.01
    brush.limb(place(-0.2, up, z), 0.02, place(0.18, up, z), 0.02, [238, 234, 224])
  }
}

const cones: Draw = (brush, _, place) => {
  for (const [x, z] of [
    [-1.1, 0.5],
    [0, 0.62],
    [1.1, 0.5],
    [-1.1, -0.6],
    [1.1, -0.6],
  ] as const) {
    brush.box(place(x, 0, z), [0.36, 0.04, 0.36], 0, [206, 84, 34])
    brush.limb(place(x, 0.05, z), 0.13, place(x, 0.66, z), 0.035, [232, 96, 40])
    brush.limb(place(x, 0.3, z), 0.1, place(x, 0.42, z), 0.082, [238, 238, 234])
  }
}

/** Builders' barriers in a row, red and white, with a heap of sand behind. */
const fence: Draw = (brush, { yaw }, place) => {
  brush.hull(
    [
      { at: place(0, 0.1, 0.75), radius: 0.5 },
      { at: place(0.6, 0.05, 0.8), radius: 0.35 },
    ],
    [196, 172, 128],
  )
  for (const x of [-1.2, 0, 1.2]) {
    for (const end of [-0.5, 0.5])
      brush.limb(place(x + end, 0, 0), 0.03, place(x + end, 0.95, 0), 0.03, METAL)
    for (let i = 0; i < 5; i++) {
      const tint: Rgb = i % 2 === 0 ? [214, 52, 44] : [240, 240, 236]
      brush.box(place(x - 0.44 + i * 0.22, 0.62, 0), [0.22, 0.26, 0.04], yaw, tint)
    }
  }
}

/** A bus stop: a pole with a sign, and a bench. */
const stop: Draw = (brush, { yaw }, place) => {
  brush.limb(place(0, 0, 0), 0.04, place(0, 2.5, 0), 0.04, METAL)
  brush.box(place(0, 1.75, 0), [0.55, 0.75, 0.06], yaw, [36, 110, 180], [36, 110, 180])
  brush.box(place(1.3, 0.42, 0), [1.6, 0.06, 0.4], yaw, WOOD, mix(WOOD, [255, 240, 220], 0.3))
  for (const x of [0.7, 1.9]) brush.limb(place(x, 0, 0), 0.03, place(x, 0.42, 0), 0.03, METAL)
}

/** An advertising panel on two legs at the kerb: what stands behind it is hidden. */
const panel: Draw = (brush, { yaw, color }, place) => {
  for (const x of [-0.6, 0.6]) brush.limb(place(x, 0, 0), 0.05, place(x, 0.4, 0), 0.05, METAL)
  brush.box(place(0, 0.35, 0), [1.5, 1.75, 0.16], yaw, [70, 74, 78], [96, 100, 104])
  const sheet = (w: number, low: number, high: number) => [
    place(-w, low, -0.09),
    place(w, low, -0.09),
    place(w, high, -0.09),
    place(-w, high, -0.09),
  ]
  brush.face(sheet(0.68, 0.42, 2.03), mix(color, [255, 255, 255], 0.35), [0, 0, -1])
  brush.face(sheet(0.5, 1.1, 1.8), color, [0, 0, -1])
  brush.face(sheet(0.4, 0.6, 0.75), [240, 240, 236], [0, 0, -1])
}

const stool: Draw = (brush, { color }, place) => {
  for (const [x, z] of [
    [-0.12, 0.12],
    [0.12, 0.12],
    [-0.12, -0.12],
    [0.12, -0.12],
  ] as const) {
    brush.limb(place(x * 1.2, 0, z * 1.2), 0.016, place(x, 0.4, z), 0.02, color)
  }
  brush.box(place(0, 0.4, 0), [0.3, 0.05, 0.3], 0, color, mix(color, [255, 255, 255], 0.2))
}

export const STREET_PROPS = {
  cloth,
  rack,
  sacks,
  planks,
  grill,
  scale,
  plants,
  board,
  cones,
  fence,
  stop,
  panel,
  stool,
} as const satisfies Record<string, Draw>
