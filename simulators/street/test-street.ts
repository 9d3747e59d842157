/**
 * The test street: every rule and every hard negative as a story, told under every condition, a seed each.
 *
 *     tricycle + rain + 3017 ─▶ script, truth, zones ─▶ tricycle-rain-3017.mp4
 *
 * A set is a fixed list. Seeds 500 … 599 are for tuning, 3000 … 3299 for the test that nobody tunes on.
 */
import { Cast, type Lane } from './cast.ts'
import { CONDITION_NAMES, type ConditionName, conditionOf, hide } from './conditions.ts'
import type { SceneScript } from './script.ts'
import * as innocent from './stories/innocent.ts'
import * as leaving from './stories/leaving.ts'
import * as trading from './stories/trading.ts'
import { type LaneType, type WatchedZone, watchedZones } from './watched.ts'

const AT_KERB: Lane = [-5.5, -4.9]
const AT_SHOPS: Lane = [-2.4, -1.2]
const AROUND: readonly Lane[] = [AT_SHOPS, AT_SHOPS, AT_KERB]
const BEHIND: readonly Lane[] = [AT_SHOPS]
const IN_FRONT: readonly Lane[] = [[-5.4, -3.4]]
const ANYWHERE: readonly Lane[] = [[-5.5, -1.2]]

interface Story {
  readonly about: string
  readonly seconds: number
  /** Where passers walk without walking through what stands there. */
  readonly lanes: readonly Lane[]
  /** How many of the 220 scenes of the test set tell it. */
  readonly share: number
  /** What stands in the carriageway beside the kerb is watched as this. */
  readonly lane?: LaneType
  /** The pavement is a permitted place this morning. */
  readonly permitted?: boolean
  /** Needs classes that the shipped network does not have: not counted. */
  readonly unsupported?: boolean
  tell(cast: Cast): void
}

type TellAct = (cast: Cast, when: trading.When) => void

/** A story with an act in its middle: the street is empty first and clean in the end. */
function act(about: string, share: number, tell: TellAct, change: Partial<Story> = {}): Story {
  return {
    ...{ about, share, seconds: 90, lanes: AROUND },
    tell: (cast) => tell(cast, { fromSec: cast.between(17, 22), toSec: cast.seconds - cast.between(15, 18) }),
    ...change,
  }
}

function nothing(about: string, share: number, tell: Story['tell'], change: Partial<Story> = {}): Story {
  return { about, share, seconds: 80, lanes: AROUND, tell, ...change }
}

const STORIES = {
  handcart: act('a vendor with a handcart, table and umbrella', 15, trading.handcart),
  tricycle: act('a vendor sells from a cargo tricycle', 14, trading.tricycle),
  cloth: act('a vendor sits behind a cloth on the ground', 12, trading.groundCloth),
  rail: act('a vendor with a rail of clothes', 8, trading.clothesRail),
  'goods-left': act('goods are brought and left', 15, leaving.goodsLeft, { seconds: 110 }),
  'goods-twice': act('goods are left, fetched, and others left', 6, leaving.goodsTwice, { seconds: 150 }),
  deserted: act('a vendor goes away and leaves everything', 6, trading.desertedStall, { seconds: 140 }),
  bicycle: act('a bicycle or scooter is left', 15, leaving.bicycleLeft),
  bicycles: act('three two-wheelers are left together', 7, leaving.bicyclesLeft),
  'car-pavement': act('a car is left on the pavement', 12, leaving.carOnPavement, { lanes: BEHIND }),
  'car-lane': act('a car is left in the fire lane', 11, leaving.carInLane),
  'road-stall': act('a stall on the carriageway', 8, trading.roadStall, { lane: 'ROADWAY' }),
  shopfront: act('a shop puts its goods out on the pavement', 12, trading.beyondShopfront, {
    lanes: IN_FRONT,
  }),
  grill: act('a grill with smoke', 2, (cast, when) => trading.onlyByName(cast, when, 'barbecue'), {
    unsupported: true,
  }),
  scrap: act('scrap is bought by weight', 2, (cast, when) => trading.onlyByName(cast, when, 'scrap-buying'), {
    unsupported: true,
  }),
  passers: nothing('people and traffic pass', 15, () => {}, { lanes: ANYWHERE, seconds: 70 }),
  'short-stops': nothing('two people stop with a suitcase', 10, innocent.shortStops),
  'moving-vendor': nothing('a vendor moves on, resting for seconds', 8, innocent.movingVendor),
  courier: nothing('couriers deliver', 8, innocent.courier),
  breakfast: nothing('a breakfast cart inside its permit', 6, innocent.breakfastCart, {
    permitted: true,
    seconds: 90,
  }),
  'bus-queue': nothing('a queue at a bus stop', 5, innocent.busQueue, { lanes: BEHIND }),
  waiting: nothing('somebody waits for a minute', 7, innocent.waiting),
  works: nothing('works that were there before', 4, innocent.works, { lanes: BEHIND }),
  'red-light': nothing('cars wait at a light, one stops for a moment', 4, innocent.redLight),
  unloading: nothing('a van is unloaded in its bay', 4, innocent.unloading, {
    lane: 'LOADING',
    lanes: BEHIND,
  }),
  'there-before': nothing('bicycles, a car and plants that were there before', 2, innocent.thereBefore),
  talk: nothing('two people talk for some seconds', 2, innocent.aTalk),
} as const satisfies Record<string, Story>

export type StoryName = keyof typeof STORIES
export const STORY_NAMES = Object.keys(STORIES) as StoryName[]

export interface StreetScene {
  readonly name: string
  readonly story: StoryName
  readonly condition: ConditionName
  readonly seed: number
}

const SETS = { tune: 500, test: 3000 } as const
export type SetName = keyof typeof SETS
export const SET_NAMES = Object.keys(SETS) as SetName[]

/** The scenes of a set, always the same: a story meets the conditions one after the other, a seed each. */
export function scenesOf(set: SetName): StreetScene[] {
  let seed: number = SETS[set]
  return STORY_NAMES.flatMap((story, index) => {
    const told = set === 'test' ? STORIES[story].share : 2
    return Array.from({ length: told }, (_, i) => {
      const at = set === 'test' ? i + index * 4 : i * 7 + index * 3 + 1
      return streetScene(story, CONDITION_NAMES[at % CONDITION_NAMES.length]!, seed++)
    })
  })
}

export function streetScene(story: StoryName, condition: ConditionName, seed: number): StreetScene {
  return { name: `${story}-${condition}-${seed}`, story, condition, seed }
}

export interface ToldScene {
  readonly script: SceneScript
  readonly zones: readonly WatchedZone[]
  readonly permitted: boolean
  readonly supported: boolean
}

export function tellScene({ name, story, condition, seed }: StreetScene): ToldScene {
  const told: Story = STORIES[story]
  const { weather = 'sunny', mood = 'steady', shakePx = 0, camera = 'arm', ...about } = conditionOf(condition)
  const rains = weather === 'rain' || weather === 'night-rain'
  const cast = new Cast(seed, told.seconds, rains, -7)
  told.tell(cast)
  if (about.hides) hide(cast)
  cast.passers(0.5, told.seconds - 15, about.passersEverySec ?? 9, told.lanes)
  cast.traffic(8)

  const zones = watchedZones(told.lane ?? 'FIRE_LANE')
  const { actors, acts } = cast
  const nonEvents = cast.nonEvents.sort((a, b) => a.startSec - b.startSec)
  const script: SceneScript = {
    ...{ name, about: `${told.about}: ${about.about}`, seconds: told.seconds },
    ...{ weather, mood, shakePx, camera, shops: seed % 24, zones, actors, acts, nonEvents },
  }
  return { script, zones, permitted: told.permitted ?? false, supported: !told.unsupported }
}

export function aboutStory(name: StoryName): string {
  return STORIES[name].about
}
