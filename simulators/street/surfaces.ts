/**
 * What the street is made of, asked point by point: paving, kerb, asphalt, shopfronts. Colours are those of noon;
 * the light comes later. A point that shines by itself (a lit window, a sign) says so.
 *
 * `spreadM` is how much of the street one pixel covers: joints finer than that fade into their surroundings.
 */

import { BILLBOARD, type Light } from './light.ts'
import type { Rgb } from './raster.ts'
import { KERB_Z } from './view.ts'

export interface Surface {
  readonly color: Rgb
  /** 0: only lit from outside, 1: shines by itself. */
  readonly shine: number
}

export const SHOP_M = 4.2
export const FACADE_TOP_M = 9.6
const SIGN_Y = [2.72, 3.5] as const

const matt = (color: Rgb): Surface => ({ color, shine: 0 })
const gray = (value: number, warm = 0): Rgb => [value + warm, value, value - warm]

export function ground(x: number, z: number, spreadM: number): Surface {
  if (z > KERB_Z) return matt(paving(x, z, spreadM))
  if (z > KERB_Z - 0.28) {
    const joint = line(x, 1, 0.02, spreadM)
    const front = z < KERB_Z - 0.17 ? 0.66 : 1
    return matt(gray((196 - 60 * joint + 10 * speckle(x * 3, z * 9)) * front, 2))
  }
  return matt(asphalt(x, z))
}

function paving(x: number, z: number, spreadM: number): Rgb {
  const grime = 14 * noise(x * 0.5, z * 0.7) + 8 * noise(x * 2.3 + 9, z * 2.1)
  if (z > -2.75 && z < -2.25) {
    // Tactile strip for the blind.
    const ribs = line(x, 0.06, 0.025, spreadM) + line(x, 0.3, 0.012, spreadM)
    return [206 - 40 * ribs + grime, 166 - 36 * ribs + grime, 74 - 20 * ribs + grime * 0.5]
  }
  const row = Math.floor(z / 0.3)
  const shift = (row & 1) * 0.3
  const column = Math.floor((x + shift) / 0.6)
  const joint = Math.max(line(x + shift, 0.6, 0.012, spreadM), line(z, 0.3, 0.012, spreadM))
  const tile = 16 * hash(row, column)
  const band = z < -5.5 ? -24 : 0
  const level = 158 + band + tile + grime - 44 * joint + 5 * speckle(x, z)
  return gray(level, 5 + 3 * hash(column, row))
}

function asphalt(x: number, z: number): Rgb {
  const grain = 9 * speckle(x * 5, z * 5) + 12 * noise(x * 0.25, z * 0.9) + 5 * noise(x * 1.7, z * 3.1)
  const tracks = -8 * Math.exp(-(((z + 8.1) / 0.3) ** 2)) - 8 * Math.exp(-(((z + 9.7) / 0.3) ** 2))
  const worn = noise(x * 1.3, z * 4) * 40
  if (z > -6.95 && z < -6.82) return gray(196 - worn + grain)
  const dash = ((x % 6) + 6) % 6 < 2.4
  if (z > -10.75 && z < -10.6 && dash) return gray(200 - worn + grain)
  const patch = x > 5 && x < 8.4 && z > -9 && z < -7.4 ? -14 : 0
  return gray(96 + grain + tracks + patch, -1)
}

/** @param shops which shops stand in the row: the row is moved by so many */
export function facade(x: number, y: number, light: Light, spreadM: number, shops: number): Surface {
  const bay = Math.floor(x / SHOP_M)
  const unit = bay + shops
  const u = x - bay * SHOP_M
  if (x > BILLBOARD[0] && x < BILLBOARD[2] && y > BILLBOARD[1] && y < BILLBOARD[3]) return poster(x, y, light)
  if (y > SIGN_Y[1] + 0.12) return upperWall(unit, u, y, light, spreadM)
  if (y > SIGN_Y[0]) return signBoard(unit, u, y, light)
  if (u < 0.2 || u > SHOP_M - 0.2) {
    const block = line(y, 0.6, 0.02, spreadM)
    return matt(gray(142 - 50 * block + 10 * noise(x * 3, y * 3), 6))
  }
  return shopFront(unit, u, y, light, spreadM)
}

const SIGN_COLORS: Rgb[] = [
  [186, 36, 32],
  [26, 96, 66],
  [30, 70, 142],
  [236, 228, 208],
  [120, 46, 36],
  [222, 166, 40],
]
function signColor(unit: number): Rgb {
  return SIGN_COLORS[(((unit * 5) % 6) + 6) % 6]!
}

function signBoard(unit: number, u: number, y: number, light: Light): Surface {
  const edge = u < 0.12 || u > SHOP_M - 0.12 || y < SIGN_Y[0] + 0.06 || y > SIGN_Y[1]
  const base = signColor(unit)
  if (edge) return matt([84, 80, 76])
  const soft = 1 - 0.12 * ((y - SIGN_Y[0]) / (SIGN_Y[1] - SIGN_Y[0]))
  const lit = light.night && unit % 3 !== 0
  const factor = lit ? 0.62 : soft
  return { color: [base[0] * factor, base[1] * factor, base[2] * factor], shine: lit ? 1 : 0 }
}

function shopFront(unit: number, u: number, y: number, light: Light, spreadM: number): Surface {
  const kind = ((unit % 4) + 4) % 4
  if (kind === 2) {
    const rib = 0.5 + 0.5 * Math.sin((y / 0.11) * 2 * Math.PI)
    const seen = Math.max(0, 1 - spreadM / 0.08)
    return matt(gray(150 + 26 * (rib - 0.5) * seen + 10 * noise(u * 2, y * 2 + unit), -3))
  }
  const door = u > 2.85 && u < 3.85
  const bottom = door ? 0.08 : 0.55
  const frame = Math.abs(u - 2.8) < 0.06 || y < bottom || y > 2.52 || Math.abs(u - 1.55) < 0.03 || u < 0.28
  if (frame) return matt(y < bottom && !door ? gray(118 + 8 * noise(u * 6, y * 6), 4) : [70, 66, 64])
  return interior(unit, u, y, light, door)
}

/** Shelves full of goods behind glass, brighter at the ceiling, with a slanting reflection of the sky. */
function interior(unit: number, u: number, y: number, light: Light, door: boolean): Surface {
  const depth = 0.42 + 0.4 * ((y - 0.4) / 2.2)
  let color: Rgb = door ? [96, 88, 78] : [112, 100, 84]
  if (!door) {
    const shelf = Math.floor(y / 0.38)
    const goods = Math.floor(u / 0.17)
    const shelfEdge = y / 0.38 - shelf < 0.12
    const tint = hash(goods + unit * 31, shelf)
    const palette: Rgb = [
      90 + 130 * hash(goods, shelf + 7 * unit),
      80 + 110 * tint,
      70 + 100 * hash(shelf, goods),
    ]
    color = shelfEdge ? [60, 52, 46] : palette
  }
  const glass = light.night ? 0 : 0.34 + 0.2 * Math.max(0, Math.sin((u - y * 0.6) * 1.9 + unit))
  const sky: Rgb = [168, 186, 200]
  const lit = light.night && unit % 3 !== 1 ? 1 : 0
  const inner = lit ? 1.1 * depth + 0.25 : depth
  return {
    color: [
      color[0] * inner * (1 - glass) + sky[0] * glass,
      color[1] * inner * (1 - glass) + sky[1] * glass,
      color[2] * inner * (1 - glass) + sky[2] * glass,
    ],
    shine: lit,
  }
}

function upperWall(unit: number, u: number, y: number, light: Light, spreadM: number): Surface {
  if (y < SIGN_Y[1] + 0.24) return matt(gray(120, 3))
  const floor = Math.floor((y - 3.74) / 2.7)
  const v = y - 3.74 - floor * 2.7
  const left = u > 0.55 && u < 1.75
  const right = u > 2.45 && u < 3.65
  if ((left || right) && v > 0.55 && v < 1.95) return upperWindow(unit, u, v, floor, left, light)
  if ((left || right) && v > 0.45 && v <= 0.55) return matt(gray(196, 3))
  const joint = Math.max(
    line(y, 0.12, 0.012, spreadM),
    line(u + (Math.floor(y / 0.12) & 1) * 0.12, 0.24, 0.012, spreadM),
  )
  const tone = hash(unit, 3)
  const base: Rgb = tone < 0.34 ? [176, 150, 128] : tone < 0.67 ? [188, 184, 172] : [160, 116, 96]
  const grime = 14 * noise(u * 0.8 + unit * 9, y * 0.5) - 20 * joint
  return matt([base[0] + grime, base[1] + grime, base[2] + grime])
}

function upperWindow(
  unit: number,
  u: number,
  v: number,
  floor: number,
  left: boolean,
  light: Light,
): Surface {
  const center = left ? 1.15 : 3.05
  const frame = Math.abs(u - center) < 0.03 || Math.abs(u - center) > 0.56 || v < 0.6 || v > 1.9
  if (frame) return matt(gray(206, 1))
  const lit = light.night && hash(unit * 2 + (left ? 1 : 0), floor) > 0.55
  const curtain = Math.abs(u - center) > 0.36
  if (lit) return { color: curtain ? [206, 160, 96] : [232, 198, 136], shine: 1 }
  const sky = 70 + 60 * Math.max(0, Math.sin(u * 2.4 - v * 1.2 + unit))
  return matt(curtain ? [150, 146, 138] : [sky * 0.8, sky * 0.95, sky * 1.05])
}

function poster(x: number, y: number, light: Light): Surface {
  const [x1, y1, x2, y2] = BILLBOARD
  const [u, v] = [(x - x1) / (x2 - x1), (y - y1) / (y2 - y1)]
  if (u < 0.02 || u > 0.98 || v < 0.03 || v > 0.97) return matt([60, 60, 64])
  const base: Rgb = light.billboard ?? [92, 150, 190]
  const disc = Math.hypot((u - 0.3) * 1.8, v - 0.5) < 0.3
  const stripe = v > 0.16 && v < 0.24 && u > 0.52
  const title = v > 0.55 && v < 0.75 && u > 0.52
  const mark = disc ? 1.35 : title ? 1.5 : stripe ? 0.5 : 0.75 + 0.25 * v
  const color: Rgb = [
    Math.min(255, base[0] * mark),
    Math.min(255, base[1] * mark),
    Math.min(255, base[2] * mark),
  ]
  return { color, shine: light.billboard ? 1 : 0 }
}

/** 1 on a joint of this width, repeated every `period`; thinner than a pixel it is a faint mean. */
function line(at: number, period: number, width: number, spreadM: number): number {
  const inside = ((at % period) + period) % period
  const seen = Math.max(width, spreadM)
  return inside < seen ? width / seen : 0
}

/** Any two whole numbers to 0..1, always the same. */
function hash(a: number, b: number): number {
  let mixed = Math.imul(a | 0, 374_761_393) + Math.imul(b | 0, 668_265_263)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 1_274_126_177)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296
}

/** Smooth noise, −1..1, one bump a unit. */
export function noise(x: number, y: number): number {
  const [ix, iy] = [Math.floor(x), Math.floor(y)]
  const [fx, fy] = [smooth(x - ix), smooth(y - iy)]
  const low = hash(ix, iy) + (hash(ix + 1, iy) - hash(ix, iy)) * fx
  const high = hash(ix, iy + 1) + (hash(ix + 1, iy + 1) - hash(ix, iy + 1)) * fx
  return (low + (high - low) * fy) * 2 - 1
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t)
}

/** Grain of stone, −1..1. */
function speckle(x: number, y: number): number {
  return hash(Math.floor(x * 40), Math.floor(y * 40)) * 2 - 1
}
