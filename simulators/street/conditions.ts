/**
 * Under what a story of the test street is told: hour, weather, light, camera, who else is about.
 */
import { type Cast, PAINTS } from './cast.ts'
import type { Weather } from './light.ts'
import type { Mood } from './script.ts'
import type { CameraPose } from './view.ts'

interface Condition {
  readonly about: string
  readonly weather?: Weather
  readonly mood?: Mood
  readonly shakePx?: number
  readonly camera?: CameraPose
  /** Seconds between two passers; nine unless said otherwise. */
  readonly passersEverySec?: number
  /** Something at the kerb stands before the rest. */
  readonly hides?: boolean
}

const CONDITIONS = {
  day: { about: 'a sunny day' },
  dusk: { about: 'evening: the day goes, the lamps come on', mood: 'dusk' },
  night: { about: 'night, changing billboards, headlights', weather: 'night', mood: 'billboards' },
  rain: { about: 'rain, umbrellas, wet ground', weather: 'rain' },
  rainnight: { about: 'rain at night, billboards in the wet', weather: 'night-rain', mood: 'billboards' },
  drift: { about: 'the light drifts by 30 % up and down', mood: 'drift' },
  cloud: { about: 'a cloud takes a third of the light', weather: 'sunny', mood: 'cloud' },
  edge: { about: 'the edge of a cloud’s shadow crosses the picture', mood: 'cloud-edge' },
  wind: { about: 'crowns and their shadows move in the wind', mood: 'wind' },
  shake: { about: 'the camera trembles in the wind', shakePx: 2 },
  crowd: { about: 'a stream of people', weather: 'cloudy', passersEverySec: 2 },
  hidden: { about: 'panels at the kerb hide part of it', hides: true },
  sidelight: { about: 'a low sun from the side, long shadows', weather: 'sidelight' },
  high: { about: 'a camera high up, looking down steeply', camera: 'high' },
  low: { about: 'a camera low down, looking along the street', camera: 'low' },
} as const satisfies Record<string, Condition>

export type ConditionName = keyof typeof CONDITIONS
export const CONDITION_NAMES = Object.keys(CONDITIONS) as ConditionName[]

export function conditionOf(name: ConditionName): Condition {
  return CONDITIONS[name]
}

/** Panels stand there from the first picture on. */
export function hide(cast: Cast): void {
  for (const x of [-0.7, 2.3]) {
    const steps = [
      { atSec: -5, x, z: -5.75 },
      { atSec: cast.seconds + 5, x, z: -5.75 },
    ]
    cast.prop({ prop: 'panel', color: cast.pick(PAINTS), yaw: 0, unfoldSec: 0, steps })
  }
}
