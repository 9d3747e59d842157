/**
 * The empty street, painted once for each light: every pixel asks the surface it looks at, then fixed things
 * (signs, trees, parked two-wheelers, bollards) are drawn in.
 *
 *     pixel ─ray─▶ facade │ ground │ sky ─▶ colour · light ─▶ + what the wet ground mirrors
 *
 * Trees stand nearer than the people who pass behind them, so each is a layer of its own.
 */
import { seededRandom } from '../../gateway/kit/random.ts'
import { Brush } from './brush.ts'
import { type Light, lightAt } from './light.ts'
import { type Extent, mix, Raster, type Rgb } from './raster.ts'
import { writeSign } from './signs.ts'
import { FACADE_TOP_M, facade, ground, noise, SHOP_M, type Surface } from './surfaces.ts'
import { drawVehicle } from './vehicle.ts'
import { KERB_Z, type Spot, type View } from './view.ts'

/** Something fixed that may hide people: laid over them when it is nearer. */
export interface Screen {
  readonly depth: number
  readonly layer: Raster
  readonly extent: Extent
}

export interface Backdrop {
  readonly picture: Raster
  /** Walls and ground alone: what wind does not move. */
  readonly bare: Raster
  readonly screens: readonly Screen[]
  readonly light: Light
}

const SIGNS = ['水果店', '茶', '五金店', '米面', '日用小店', '书店', '果茶店', '金店']
const TREES: readonly Spot[] = [
  [7.4, 0, -5.3],
  [14.6, 0, -5.3],
  [21.8, 0, -5.3],
  [29, 0, -5.3],
]
const LEAVES: Rgb[] = [
  [58, 96, 44],
  [74, 118, 52],
  [92, 138, 62],
  [48, 80, 40],
]

/** What differs between two pictures of the same street. */
export interface Scenery {
  readonly light: Light
  /** Which shops stand in the row. */
  readonly shops: number
  /** How far the wind has moved the crowns, metres. */
  readonly swayM: number
}

/** The empty street; `like` is the same street in the same light, in another breath of wind. */
export function paintBackdrop(view: View, scenery: Scenery, seed: number, like?: Backdrop): Backdrop {
  const { light, shops, swayM } = scenery
  const picture = new Raster(view.width, view.height)
  const bare = like?.bare ?? castRays(view, light, shops)
  picture.become(bare, bare, 0)
  const brush = new Brush(view, picture, (x, z) => lightAt(light, x, 0.8, z))
  drawShadows(brush, light, seed, swayM)
  drawSigns(brush, light, shops)
  drawFixtures(brush, light)
  const random = seededRandom(seed)
  const screens = TREES.map((spot) => paintTree(view, light, spot, swayM, random))
  // Lamp posts and trees far down the street never hide anybody of interest: only the nearest tree is a screen.
  for (const screen of screens.slice(1).reverse()) picture.lay(screen.layer, screen.extent)
  return { picture, bare, screens: screens.slice(0, 1), light }
}

/** Four rays a pixel. */
const SAMPLES = [
  [0.25, 0.25],
  [0.75, 0.35],
  [0.25, 0.75],
  [0.75, 0.65],
] as const

function castRays(view: View, light: Light, shops: number): Raster {
  const picture = new Raster(view.width, view.height)
  for (let py = 0; py < view.height; py++) {
    for (let px = 0; px < view.width; px++) {
      let [r, g, b] = [0, 0, 0]
      for (const [dx, dy] of SAMPLES) {
        const color = look(view, light, shops, view.ray(px + dx, py + dy))
        r += color[0]
        g += color[1]
        b += color[2]
      }
      const at = (py * view.width + px) * 3
      picture.rgb[at] = r / SAMPLES.length
      picture.rgb[at + 1] = g / SAMPLES.length
      picture.rgb[at + 2] = b / SAMPLES.length
    }
  }
  return picture
}

function look(view: View, light: Light, shops: number, ray: Spot): Rgb {
  const eye = view.eye
  const toGround = ray[1] < 0 ? -eye[1] / ray[1] : Infinity
  const toFacade = ray[2] > 0 ? -eye[2] / ray[2] : Infinity
  const far = Math.min(toGround, toFacade)
  const at: Spot = [eye[0] + ray[0] * far, eye[1] + ray[1] * far, eye[2] + ray[2] * far]
  const beyond = toFacade <= toGround && (at[1] > FACADE_TOP_M || at[0] > 55)
  if (far === Infinity || beyond) return sky(light, ray)

  const spread = far / view.focal
  if (toFacade <= toGround) {
    const color = lit(facade(at[0], at[1], light, spread, shops), light, at, 0.9)
    return haze(color, light, far)
  }
  const dry = paved(lit(ground(at[0], at[2], spread * 1.5), light, at, 1), at, shops)
  return haze(light.wet > 0 ? wetted(light, dry, at, ray, shops) : dry, light, far)
}

/** The stone of the pavement: as grey, as red, as dark as the town laid it. */
const STONES: Rgb[] = [
  [1, 1, 1],
  [0.86, 0.88, 0.9],
  [1.02, 0.94, 0.88],
  [0.94, 0.98, 1],
]

function paved([r, g, b]: Rgb, at: Spot, shops: number): Rgb {
  if (at[2] < KERB_Z) return [r, g, b]
  const stone = STONES[((shops % STONES.length) + STONES.length) % STONES.length]!
  return [r * stone[0], g * stone[1], b * stone[2]]
}

function lit({ color, shine }: Surface, light: Light, at: Spot, facing: number): Rgb {
  if (shine === 1) return color
  const [r, g, b] = lightAt(light, at[0], at[1], at[2])
  return [color[0] * r * facing, color[1] * g * facing, color[2] * b * facing]
}

function sky(light: Light, ray: Spot): Rgb {
  if (light.night) return [16, 18, 30]
  const cloud = Math.max(0, noise(ray[0] * 5, ray[1] * 16))
  const base = light.wet > 0 ? ([172, 178, 184] as const) : mix([196, 214, 230], [240, 242, 244], cloud)
  return [base[0] * light.ambient[0], base[1] * light.ambient[1], base[2] * light.ambient[2]]
}

function haze(color: Rgb, light: Light, far: number): Rgb {
  const share = 1 - Math.exp(-far / (light.wet > 0.5 ? 90 : 220))
  return mix(color, light.night ? [26, 26, 36] : [206, 212, 218], share)
}

// Wet ground is darker, and mirrors what stands at the facade, broken by ripples.
function wetted(light: Light, dry: Rgb, at: Spot, ray: Spot, shops: number): Rgb {
  const puddle = Math.max(0, noise(at[0] * 0.8, at[2] * 1.1) + 0.25)
  const road = at[2] < KERB_Z ? 0.2 : 0
  const strength = light.wet * Math.min(0.55, 0.16 + road + 0.4 * puddle)
  const ripple = 0.022 * noise(at[0] * 5, at[2] * 14)
  const up: Spot = [ray[0] + ripple, -ray[1], ray[2]]
  const distance = -at[2] / up[2]
  const mirrored: Spot = [at[0] + up[0] * distance, up[1] * distance, 0]
  const seen =
    up[2] > 0 && mirrored[1] < FACADE_TOP_M
      ? lit(facade(mirrored[0], mirrored[1], light, 0.1, shops), light, mirrored, 0.9)
      : sky(light, up)
  const dark = 1 - 0.38 * light.wet
  return mix([dry[0] * dark, dry[1] * dark, dry[2] * dark], seen, strength)
}

function drawShadows(brush: Brush, light: Light, seed: number, swayM: number): void {
  if (light.night) return
  brush.pass = 'shadow'
  const random = seededRandom(seed + 5)
  for (const [x, , z] of TREES) {
    brush.limb([x, 0, z], 0.16, [x, 3, z], 0.12, [0, 0, 0])
    for (let i = 0; i < 170; i++) {
      const angle = random() * 2 * Math.PI
      const out = Math.sqrt(random()) * 1.9
      const up = 3 + random() * 1.6
      const sway = swayM * (0.6 + 0.5 * Math.sin(i))
      const leaf: Spot = [x + Math.cos(angle) * out + sway, up, z + Math.sin(angle) * out + sway * 0.4]
      brush.ball(leaf, 0.08 + random() * 0.13, [0, 0, 0])
    }
  }
  drawFixed(brush, light)
  brush.castShadows(light.shadow)
  brush.pass = 'body'
}

function drawSigns(brush: Brush, light: Light, shops: number): void {
  for (let bay = 12; bay >= -3; bay--) {
    const unit = bay + shops
    const words = SIGNS[((unit % SIGNS.length) + SIGNS.length) % SIGNS.length]!
    const lightBoard = (((unit * 5) % 6) + 6) % 6 === 3
    const color: Rgb = lightBoard ? [150, 30, 26] : [248, 236, 190]
    const width = words.length * 0.56 * 1.22
    brush.standAt(bay * SHOP_M + 2.1, -0.1)
    const from: Spot = [bay * SHOP_M + (SHOP_M - width) / 2, 2.84, -0.02]
    writeSign(brush, words, from, 0.56, color, light.night && unit % 3 !== 0)
  }
  drawAwnings(brush)
}

function drawAwnings(brush: Brush): void {
  for (const unit of [6, 3, 1, -1]) {
    const left = unit * SHOP_M + 0.3
    for (let stripe = 6; stripe >= 0; stripe--) {
      const [a, b] = [left + stripe * 0.52, left + (stripe + 1) * 0.52]
      const color: Rgb = stripe % 2 === 0 ? (unit === 1 ? [196, 60, 50] : [58, 110, 86]) : [236, 232, 222]
      brush.standAt(a, -0.6)
      brush.face(
        [
          [a, 2.68, -0.02],
          [b, 2.68, -0.02],
          [b, 2.3, -0.95],
          [a, 2.3, -0.95],
        ],
        color,
        [0, 0.9, -0.4],
      )
      brush.face(
        [
          [a, 2.3, -0.95],
          [b, 2.3, -0.95],
          [b, 2.14, -0.95],
          [a, 2.14, -0.95],
        ],
        mix(color, [0, 0, 0], 0.12),
        [0, 0, -1],
      )
    }
  }
}

function drawFixtures(brush: Brush, light: Light): void {
  for (const unit of [9, 7, 5, 3, 2, 0]) {
    // Air conditioners below the upper windows.
    const x = unit * SHOP_M + 2.1
    brush.standAt(x, -0.4)
    brush.box([x, 4.0, -0.25], [0.8, 0.55, 0.34], 0, [206, 206, 200], [224, 224, 220])
    brush.ring([x - 0.12, 4.28, -0.43], 0.2, 0, [0, 0, -1], [120, 122, 124])
  }
  drawFixed(brush, light)
}

/** What stands on the pavement for good and throws a shadow. */
function drawFixed(brush: Brush, light: Light): void {
  for (let x = 26; x > 8; x -= 2.1) {
    brush.standAt(x, -5.8)
    brush.limb([x, 0, -5.8], 0.07, [x, 0.75, -5.8], 0.07, [96, 98, 100])
  }
  const parked: [number, Rgb, 'bicycle' | 'scooter'][] = [
    [17.4, [58, 110, 170], 'scooter'],
    [15.2, [180, 60, 50], 'bicycle'],
    [12.6, [60, 62, 66], 'scooter'],
    [10.6, [60, 140, 90], 'bicycle'],
  ]
  for (const [x, color, kind] of parked) {
    const at: Spot = [x, 0, -4.9]
    drawVehicle(brush, kind, {
      at,
      heading: 0,
      lean: 0.1,
      drivenM: 0,
      color,
      headlights: false,
      rider: undefined,
      seed: 0,
    })
  }
  drawLampPost(brush, light, 16)
  drawLampPost(brush, light, 6.5)
  brush.standAt(-3.4, -0.5)
  brush.box([-1.6, 0, -0.5], [0.8, 1.25, 0.42], 0, [120, 132, 122], [150, 160, 150])
}

function drawLampPost(brush: Brush, light: Light, x: number): void {
  brush.standAt(x, -5.2)
  brush.limb([x, 0, -5.55], 0.09, [x, 5.3, -5.55], 0.06, [92, 96, 98])
  brush.limb([x, 5.3, -5.55], 0.05, [x, 5.5, -4.6], 0.05, [92, 96, 98])
  const head: Spot = [x, 5.44, -4.5]
  brush.box(head, [0.24, 0.1, 0.6], 0, [80, 84, 86])
  if (light.night)
    brush.glow(
      [
        [x - 0.12, 5.43, -4.8],
        [x + 0.12, 5.43, -4.8],
        [x + 0.12, 5.43, -4.2],
        [x - 0.12, 5.43, -4.2],
      ],
      [255, 240, 205],
    )
}

function paintTree(view: View, light: Light, [x, , z]: Spot, swayM: number, random: () => number): Screen {
  const layer = new Raster(view.width, view.height, { layer: true })
  const brush = new Brush(view, layer, (lx, lz) => lightAt(light, lx, 2.5, lz))
  brush.standAt(x, z)
  const fork: Spot = [x + 0.05, 2.6, z]
  brush.limb([x, 0, z], 0.17, fork, 0.12, [104, 84, 66])
  const leaves: { at: Spot; radius: number; color: Rgb }[] = []
  for (let i = 0; i < 1100; i++) {
    const angle = random() * 2 * Math.PI
    const up = random() * 2 - 1
    const lobes = 0.85 + 0.2 * Math.sin(angle * 3 + up * 4)
    const out = Math.sqrt(1 - up * up) * (1.1 + random() * 0.7) * lobes
    const sway = swayM * (0.5 + 0.3 * up + 0.3 * Math.sin(i))
    const at: Spot = [x + Math.cos(angle) * out + sway, 4.1 + up * 1.35, z + Math.sin(angle) * out]
    // Leaves under the crown are in its shade.
    const shade = 0.55 + 0.45 * ((up + 1) / 2)
    const color = LEAVES[Math.floor(random() * LEAVES.length)]!
    leaves.push({
      at,
      radius: 0.07 + random() * 0.11,
      color: [color[0] * shade, color[1] * shade, color[2] * shade],
    })
  }
  for (const end of [
    [0.7, 3.7, 0.2],
    [-0.6, 3.6, -0.2],
    [0.1, 4, -0.4],
  ] as const) {
    brush.limb(fork, 0.1, [x + end[0], end[1], z + end[2]], 0.04, [96, 78, 62])
  }
  leaves.sort((a, b) => view.depth(b.at) - view.depth(a.at))
  for (const leaf of leaves) brush.ball(leaf.at, leaf.radius, leaf.color)
  return { depth: view.depth([x, 0, z]), layer, extent: brush.takeExtent() ?? { x1: 0, y1: 0, x2: 0, y2: 0 } }
}
