/**
 * The named scenes. Each is a story told in a few lines; everything else (who passes, in what, when) is chance
 * from the seed. Every street is empty for its first seconds and clean at its end, so that a film can loop.
 */
import { abandon, pause, trade } from './acts.ts'
import { Cast, type Lane } from './cast.ts'
import type { Weather } from './light.ts'
import type { Mood, SceneScript } from './script.ts'

export interface SceneOptions {
  readonly seed: number
  /** Length of the film; the story's waits are stretched, its movements are not. */
  readonly seconds?: number
  readonly weather?: Weather
}

const AT_KERB: Lane = [-5.6, -4.9]
const AT_SHOPS: Lane = [-1.7, -1]
/** Past something that stands in the middle: mostly behind it; those at the kerb hide it for a moment. */
const AROUND: readonly Lane[] = [AT_SHOPS, AT_SHOPS, AT_KERB]
const BEHIND: readonly Lane[] = [AT_SHOPS]

interface Story {
  readonly about: string
  readonly seconds: number
  readonly weather: Weather
  readonly mood: Mood
  readonly shakePx: number
  tell(cast: Cast): void
}

function story(about: string, tell: (cast: Cast) => void, change: Partial<Story> = {}): Story {
  return { about, tell, seconds: 75, weather: 'sunny', mood: 'steady', shakePx: 0, ...change }
}

function sell(cast: Cast): void {
  cast.passers(0.5, cast.seconds - 15, 7, AROUND)
  cast.traffic(6)
  trade(cast, 15, cast.seconds - 14)
}

function stroll(cast: Cast): void {
  cast.passers(0.3, cast.seconds - 14, 4)
  cast.traffic(5)
}

const STORIES = {
  vendor: story('a vendor sets up, sells, packs up and leaves', sell),
  'vendor-night': story('the same at night under changing billboards', sell, {
    weather: 'night',
    mood: 'billboards',
  }),
  'vendor-rain': story('the same in the rain', sell, { weather: 'rain' }),
  'goods-left': story('boxes are set down and left, and fetched much later', (cast) => {
    cast.passers(0.5, cast.seconds - 15, 7, BEHIND)
    cast.traffic(7)
    abandon(cast, 12, cast.seconds - 9)
  }),
  'goods-busy': story('the same, and people keep passing in front', (cast) => {
    cast.passers(0.5, cast.seconds - 15, 4, [AT_KERB, AT_SHOPS])
    cast.traffic(7)
    abandon(cast, 12, cast.seconds - 9)
  }),
  'brief-stop': story('two people stop for some seconds with a suitcase', (cast) => {
    cast.passers(0.5, cast.seconds - 15, 8, AROUND)
    cast.traffic(7)
    pause(cast, 12, 11, 1.2)
    pause(cast, cast.seconds * 0.55, 9, 3.2)
  }),
  passers: story('people and traffic pass, nobody stays', stroll),
  'night-billboards': story('night, lamps and changing billboards', stroll, {
    weather: 'night',
    mood: 'billboards',
  }),
  'rain-passers': story('rain, umbrellas, reflections', stroll, { weather: 'rain' }),
  'light-drift': story('the light drifts by a third up and down', stroll, { mood: 'drift' }),
  cloud: story('a cloud passes before the sun', stroll, { mood: 'cloud' }),
  dusk: story('evening: the day goes, the lamps come on', stroll, { mood: 'dusk' }),
  shake: story('the camera trembles in the wind', stroll, { shakePx: 2 }),
  crowd: story(
    'a vendor sells behind a stream of people',
    (cast) => {
      cast.passers(0.3, cast.seconds - 14, 1.7, [AT_KERB])
      cast.passers(0.9, cast.seconds - 14, 4, [AT_SHOPS])
      cast.traffic(6)
      trade(cast, 15, cast.seconds - 14)
    },
    { weather: 'cloudy' },
  ),
} as const satisfies Record<string, Story>

export type SceneName = keyof typeof STORIES
export const SCENE_NAMES = Object.keys(STORIES) as SceneName[]
/** Shorter, a vendor could not come, build up, sell, pack up and go. */
export const SCENE_SECONDS_MIN = 45

export function isSceneName(name: string): name is SceneName {
  return Object.hasOwn(STORIES, name)
}

export function aboutScene(name: SceneName): string {
  return STORIES[name].about
}

export function namedScene(name: SceneName, options: SceneOptions): SceneScript {
  const told: Story = STORIES[name]
  const seconds = Math.max(SCENE_SECONDS_MIN, options.seconds ?? told.seconds)
  const weather = options.weather ?? told.weather
  const cast = new Cast(options.seed, seconds, weather === 'rain' || weather === 'night-rain')
  told.tell(cast)
  const { actors, acts } = cast
  const nonEvents = cast.nonEvents.sort((a, b) => a.startSec - b.startSec)
  const { about, mood, shakePx } = told
  return { name, about, seconds, weather, mood, shakePx, actors, acts, nonEvents }
}
