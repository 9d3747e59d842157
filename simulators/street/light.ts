/**
 * The light of a scene: what hour it is, which lamps burn, what the billboard shows, how wet the ground is.
 */
import type { Rgb } from './raster.ts'
import type { Spot } from './view.ts'

export interface Lamp {
  readonly at: Spot
  readonly color: Rgb
  /** Brightness right below it, and how far it reaches. */
  readonly strength: number
  readonly reachM: number
}

export interface Light {
  /** Sky and sun together on an open place: 1 is noon, 0.1 is night. */
  readonly ambient: Rgb
  readonly night: boolean
  /** How dark a cast shadow is, 0..1; none at night and under cloud. */
  readonly shadow: number
  /** 0 dry, 1 after an hour of rain. */
  readonly wet: number
  readonly lamps: readonly Lamp[]
  /** What the light box on the facade shows; undefined by day: then it is a printed poster. */
  readonly billboard: Rgb | undefined
}

/** `sidelight`: the sun stands low over the far end of the street. */
export type Weather = 'sunny' | 'sidelight' | 'cloudy' | 'rain' | 'night' | 'night-rain'

/** The billboard's pictures, one after the other. */
export const BILLBOARDS: readonly Rgb[] = [
  [255, 70, 70],
  [70, 150, 255],
  [250, 235, 190],
]
/** Left, bottom, right, top on the facade, metres. */
export const BILLBOARD: readonly [number, number, number, number] = [6.2, 3.7, 9.4, 5.5]

const STREET_LAMPS: readonly Lamp[] = [-3, 6.5, 16, 26].map((x) => ({
  at: [x, 5.2, -5.2],
  color: [1, 0.86, 0.62],
  strength: 0.56,
  reachM: 5.5,
}))
const SHOP_LAMPS: readonly Lamp[] = [-4, 0.5, 4.7, 13.2, 17.4].map((x) => ({
  at: [x, 2.2, -0.6],
  color: [1, 0.93, 0.8],
  strength: 0.5,
  reachM: 3.6,
}))

export function lightOf(weather: Weather, billboard: number): Light {
  if (weather === 'night' || weather === 'night-rain') {
    const shown = BILLBOARDS[billboard % BILLBOARDS.length]!
    const panel: Lamp = {
      at: [(BILLBOARD[0] + BILLBOARD[2]) / 2, 4.4, -1],
      color: [shown[0] / 255, shown[1] / 255, shown[2] / 255],
      strength: 0.3,
      reachM: 5,
    }
    return {
      ambient: [0.13, 0.15, 0.21],
      night: true,
      shadow: 0.22,
      wet: weather === 'night-rain' ? 1 : 0.12,
      lamps: [...STREET_LAMPS, ...SHOP_LAMPS, panel],
      billboard: shown,
    }
  }
  const { ambient, shadow } = DAYS[weather]
  return {
    ambient,
    shadow,
    night: false,
    wet: weather === 'rain' ? 0.85 : 0,
    lamps: [],
    billboard: undefined,
  }
}

const DAYS: Record<'sunny' | 'sidelight' | 'cloudy' | 'rain', { ambient: Rgb; shadow: number }> = {
  sunny: { ambient: [1.03, 1, 0.95], shadow: 0.46 },
  sidelight: { ambient: [1.1, 0.96, 0.78], shadow: 0.5 },
  cloudy: { ambient: [0.84, 0.87, 0.92], shadow: 0.2 },
  rain: { ambient: [0.76, 0.8, 0.86], shadow: 0.12 },
}

/** Everything that shines on a place, per colour. */
export function lightAt(light: Light, x: number, y: number, z: number): Rgb {
  let [r, g, b] = light.ambient
  for (const { at, color, strength, reachM } of light.lamps) {
    const away = ((x - at[0]) ** 2 + (z - at[2]) ** 2 + Math.max(0, y - 1.5) ** 2) / (reachM * reachM)
    if (away > 4) continue
    const share = strength * Math.exp(-1.8 * away)
    r += color[0] * share
    g += color[1] * share
    b += color[2] * share
  }
  return [r, g, b]
}
