/**
 * The named scenes. Each is a story told in a few lines; everything else (who passes, in what, when) is chance
 * from the seed. Every street is empty for its first seconds and clean at its end, so that a film can loop.
 */
import { seededRandom } from '../../gateway/kit/random.ts'
import type { Weather } from './light.ts'
import { type Look, randomLook } from './person.ts'
import type { Rgb } from './raster.ts'
import type { Act, Actor, Mood, NonEvent, PropActor, SceneScript, Step } from './script.ts'

export interface SceneOptions {
  readonly seed: number
  /** Length of the film; the story's waits are stretched, its movements are not. */
  readonly seconds?: number
  readonly weather?: Weather
}

const STREET: number = -Math.PI / 2
const SHOPS: number = Math.PI / 2

/** What a story is told with. */
class Stage {
  readonly random: () => number
  readonly seconds: number
  readonly rains: boolean
  readonly actors: Actor[] = []
  readonly acts: Act[] = []
  readonly nonEvents: NonEvent[] = []

  constructor(seed: number, seconds: number, rains: boolean) {
    this.random = seededRandom(seed)
    this.seconds = seconds
    this.rains = rains
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)]!
  }

  between(low: number, high: number): number {
    return low + this.random() * (high - low)
  }

  look(change: Partial<Look> = {}): Look {
    const umbrella = this.rains && this.random() < 0.65 ? this.pick(UMBRELLAS) : undefined
    return { ...randomLook(this.random), umbrella, ...change }
  }

  person(steps: readonly Step[], look: Look = this.look(), act?: number): void {
    const seed = this.random() * 100
    this.actors.push({ kind: 'person', look, seed, steps, ...(act !== undefined && { act }) })
  }

  prop(prop: Omit<PropActor, 'kind' | 'seed'>): void {
    this.actors.push({ kind: 'prop', seed: Math.floor(this.random() * 1e6), ...prop })
  }

  /** Somebody walks along the pavement, or comes out of a shop; gone before the film ends. */
  passer(atSec: number, lanes: readonly Lane[]): void {
    const pace = this.between(1.1, 1.5)
    const z = this.between(...this.pick(lanes))
    const door = this.pick([7.2, 11.6, 15.8, 20])
    const farX = door - 1.5
    const along = (farX + 5) / pace
    const through = 1.6 / pace + Math.abs(z + 0.3) / pace
    const away: Step[] = [
      { atSec, x: -5, z, gesture: 'walk' },
      { atSec: atSec + along, x: farX, z, gesture: 'walk' },
      { atSec: atSec + along + through, x: door, z: -0.3, gesture: 'walk' },
    ]
    const endSec = atSec + along + through
    if (endSec > this.seconds - 1) return
    const back = away.map((step, i) => ({ ...step, atSec: atSec + endSec - away[i]!.atSec })).reverse()
    this.person(this.random() < 0.5 ? away : back)
    this.nonEvents.push({ why: 'walks through', startSec: round(atSec), endSec: round(endSec) })
  }

  passers(fromSec: number, toSec: number, everySec: number, lanes: readonly Lane[] = PAVEMENT): void {
    for (let at = fromSec; at < toSec; at += this.between(0.6, 1.4) * everySec) this.passer(at, lanes)
  }

  traffic(everySec: number): void {
    for (let at = this.between(0, everySec); at < this.seconds - 9; at += this.between(0.5, 1.5) * everySec) {
      const kind = this.pick(['car', 'car', 'van', 'bicycle', 'scooter', 'scooter'] as const)
      const rolls = kind === 'car' || kind === 'van'
      this.actors.push({
        kind: 'vehicle',
        vehicle: kind,
        color: this.pick(PAINTS),
        rider: rolls ? undefined : this.look({ umbrella: undefined, bag: undefined }),
        seed: this.random() * 100,
        fromSec: at,
        z: rolls ? -8.7 : this.between(-7.4, -6.9),
        toward: 1,
        metresPerSec: rolls ? this.between(7, 10) : this.between(4, 6),
      })
    }
  }

  /** Comes to a spot, does something there, goes on. */
  visit(
    atSec: number,
    staySec: number,
    x: number,
    z: number,
    heading: number,
    gesture: 'look' | 'stand',
  ): void {
    const fromLeft = this.random() < 0.5
    const startX = fromLeft ? -5 : 11.5
    const pace = 1.25
    const lane = this.between(-5.4, -4.9)
    const comeSec = atSec - Math.hypot(x - startX, z - lane) / pace
    const leaveSec = atSec + staySec
    const goneX = this.random() < 0.5 ? -5 : 11.5
    const goneSec = leaveSec + Math.hypot(goneX - x, lane - z) / pace
    if (goneSec > this.seconds - 1 || comeSec < 0) return
    const out = goneX > 0 ? [{ atSec: goneSec + 4.2, x: 11.6, z: -0.3 }] : []
    const into = startX > 0 ? [{ atSec: comeSec - 4.2, x: 11.6, z: -0.3 }] : []
    this.person([
      ...into,
      { atSec: comeSec, x: startX, z: lane },
      { atSec, x, z, gesture, heading },
      { atSec: leaveSec, x, z },
      { atSec: goneSec, x: goneX, z: lane },
      ...out,
    ])
    this.nonEvents.push({ why: 'stops for a moment', startSec: round(atSec), endSec: round(leaveSec) })
  }
}

/** A strip of the pavement, from z to z. */
type Lane = readonly [number, number]
const PAVEMENT: readonly Lane[] = [[-5.4, -1.1]]
const AT_KERB: Lane = [-5.6, -4.9]
const AT_SHOPS: Lane = [-1.7, -1]
/** Past something that stands in the middle. */
const AROUND: readonly Lane[] = [AT_KERB, AT_SHOPS]

const UMBRELLAS: Rgb[] = [
  [52, 92, 150],
  [176, 48, 62],
  [60, 64, 70],
  [222, 190, 90],
  [110, 80, 140],
]
const PAINTS: Rgb[] = [
  [228, 230, 232],
  [44, 48, 54],
  [168, 38, 36],
  [52, 84, 130],
  [150, 154, 158],
  [200, 168, 90],
]

/** Where a stall stands, and when. */
interface Stand {
  readonly parkedSec: number
  readonly leavesSec: number
  readonly comesSec: number
  readonly goneSec: number
  readonly act: number
}
const CART = { fromX: 15, x: 3.4, toX: -6.5, z: -2.5, metresPerSec: 1.1 } as const
/** Whoever pushes the cart walks so far behind it. */
const BEHIND_M = 1.3
const CLOTHS: Rgb[] = [
  [176, 52, 46],
  [48, 92, 140],
  [60, 116, 84],
]
const CANOPIES: Rgb[] = [
  [204, 50, 46],
  [38, 104, 168],
  [46, 132, 92],
]

/** A vendor comes with a handcart, builds up, sells, packs up, goes: one street vending. */
function trade(stage: Stage, parkedSec: number, leavesSec: number): void {
  const stand: Stand = {
    parkedSec,
    leavesSec,
    comesSec: parkedSec - (CART.fromX - CART.x) / CART.metresPerSec,
    goneSec: leavesSec + (CART.x - CART.toX) / CART.metresPerSec,
    act: stage.acts.length,
  }
  bringStall(stage, stand)
  const look = stage.look({ apron: [238, 236, 228], umbrella: undefined, bag: undefined })
  stage.person(vendorSteps(stand), look, stand.act)
  stage.acts.push({ rule: 'street-vending', startSec: round(parkedSec), endSec: round(leavesSec) })
  // Customers, one after the other, on the street side of the table.
  for (let at = parkedSec + 13; at < leavesSec - 14; at += stage.between(7, 11)) {
    stage.visit(at, stage.between(5, 8), stage.between(0.8, 2.3), -4.35, SHOPS, 'look')
  }
}

function bringStall(stage: Stage, { parkedSec, leavesSec, comesSec, goneSec, act }: Stand): void {
  stage.prop({
    prop: 'cart',
    color: [56, 98, 82],
    yaw: Math.PI,
    unfoldSec: 0,
    act,
    steps: [
      { atSec: comesSec, x: CART.fromX, z: CART.z },
      { atSec: parkedSec, x: CART.x, z: CART.z },
      { atSec: leavesSec, x: CART.x, z: CART.z },
      { atSec: goneSec, x: CART.toX, z: CART.z },
    ],
  })
  const put = (prop: PropActor['prop'], x: number, z: number, delaySec: number, color: Rgb) =>
    stage.prop({
      prop,
      color,
      yaw: 0.06,
      act,
      unfoldSec: 1.6,
      steps: [
        { atSec: parkedSec + delaySec, x, z },
        { atSec: leavesSec - delaySec * 0.55, x, z },
      ],
    })
  put('table', 1.5, -3.45, 3, stage.pick(CLOTHS))
  put('umbrella', 2.35, -3, 5, stage.pick(CANOPIES))
  put('crates', -0.05, -3.3, 7.5, [0, 0, 0])
}

function vendorSteps({ parkedSec, leavesSec, comesSec, goneSec }: Stand): Step[] {
  const at = (atSec: number, x: number): Step => ({ atSec, x, z: -2.6, heading: STREET, gesture: 'sell' })
  return [
    { atSec: comesSec, x: CART.fromX + BEHIND_M, z: CART.z, gesture: 'push' },
    { atSec: parkedSec, x: CART.x + BEHIND_M, z: CART.z },
    // Table and umbrella first, then the crates.
    ...[at(parkedSec + 2.2, 2.2), at(parkedSec + 6.2, 2.2)],
    ...[at(parkedSec + 7.2, 0.9), at(parkedSec + 10, 0.9)],
    ...[at(parkedSec + 10.8, 1.5), at(leavesSec - 6.5, 1.5)],
    ...[at(leavesSec - 5.7, 0.6), at(leavesSec - 4, 0.6)],
    ...[at(leavesSec - 3, 2.2), at(leavesSec - 1.4, 2.2)],
    { atSec: leavesSec, x: CART.x + BEHIND_M, z: CART.z, gesture: 'push' },
    { atSec: goneSec, x: CART.toX + BEHIND_M, z: CART.z },
  ]
}

/** Somebody brings boxes, sets them down and goes; somebody fetches them in the end: one piling. */
function abandon(stage: Stage, downSec: number, fetchedSec: number): void {
  const act = stage.acts.length
  const [x, z] = [1.6, -3.6]
  const carrier = stage.look({ bag: undefined, umbrella: undefined })
  const pace = 1.15
  const walk = (x + 5) / pace
  stage.prop({
    prop: stage.pick(['boxes', 'bags'] as const),
    color: [46, 50, 58],
    yaw: 0.2,
    unfoldSec: 1.2,
    act,
    steps: [
      { atSec: downSec, x, z },
      { atSec: fetchedSec, x, z },
    ],
  })
  stage.person(
    [
      { atSec: downSec - walk, x: -5, z, gesture: 'carry' },
      { atSec: downSec - 0.4, x: x - 0.9, z, gesture: 'look', heading: 0 },
      { atSec: downSec + 2, x: x - 0.9, z },
      { atSec: downSec + 2 + walk, x: -5, z: z + 0.4 },
    ],
    carrier,
  )
  stage.person(
    [
      { atSec: fetchedSec - walk - 1.5, x: -5, z },
      { atSec: fetchedSec - 1.5, x: x - 0.9, z, gesture: 'look', heading: 0 },
      { atSec: fetchedSec, x: x - 0.9, z, gesture: 'carry' },
      { atSec: fetchedSec + walk, x: -5, z: z + 0.3 },
    ],
    carrier,
  )
  stage.acts.push({ rule: 'piling', startSec: round(downSec), endSec: round(fetchedSec) })
  const bring = { startSec: round(downSec - walk), endSec: round(downSec + 2 + walk) }
  stage.nonEvents.push({ why: 'brings things and goes', ...bring })
}

/** Stops with a suitcase beside, then takes it along. */
function pause(stage: Stage, atSec: number, staySec: number, x: number): void {
  const pace = 1.2
  const z = -3.8
  const walk = (x + 5) / pace
  const case_: Step[] = [
    { atSec: atSec - walk, x: -5.45, z: z - 0.25 },
    { atSec, x: x - 0.45, z: z - 0.25 },
    { atSec: atSec + staySec, x: x - 0.45, z: z - 0.25 },
    { atSec: atSec + staySec + walk, x: -5.45, z: z - 0.25 },
  ]
  stage.prop({ prop: 'suitcase', color: stage.pick(PAINTS), yaw: 0.3, unfoldSec: 0, steps: case_ })
  stage.person(
    [
      { atSec: atSec - walk, x: -5, z },
      { atSec, x, z, gesture: 'look', heading: STREET },
      { atSec: atSec + staySec, x, z },
      { atSec: atSec + staySec + walk, x: -5, z },
    ],
    stage.look({ bag: undefined }),
  )
  stage.nonEvents.push({
    why: 'stops with a suitcase',
    startSec: round(atSec),
    endSec: round(atSec + staySec),
  })
}

interface Story {
  readonly about: string
  readonly seconds: number
  readonly weather: Weather
  readonly mood: Mood
  readonly shakePx: number
  tell(stage: Stage): void
}

function story(about: string, tell: (stage: Stage) => void, change: Partial<Story> = {}): Story {
  return { about, tell, seconds: 75, weather: 'sunny', mood: 'steady', shakePx: 0, ...change }
}

function sell(stage: Stage): void {
  stage.passers(0.5, stage.seconds - 15, 7, AROUND)
  stage.traffic(6)
  trade(stage, 15, stage.seconds - 14)
}

function stroll(stage: Stage): void {
  stage.passers(0.3, stage.seconds - 14, 4)
  stage.traffic(5)
}

const STORIES = {
  vendor: story('a vendor sets up, sells, packs up and leaves', sell),
  'vendor-night': story('the same at night under changing billboards', sell, {
    weather: 'night',
    mood: 'billboards',
  }),
  'vendor-rain': story('the same in the rain', sell, { weather: 'rain' }),
  'goods-left': story('boxes are set down and left, and fetched much later', (stage) => {
    stage.passers(0.5, stage.seconds - 15, 6, AROUND)
    stage.traffic(7)
    abandon(stage, 12, stage.seconds - 9)
  }),
  'brief-stop': story('two people stop for some seconds with a suitcase', (stage) => {
    stage.passers(0.5, stage.seconds - 15, 8, AROUND)
    stage.traffic(7)
    pause(stage, 12, 11, 1.2)
    pause(stage, stage.seconds * 0.55, 9, 3.2)
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
    (stage) => {
      stage.passers(0.3, stage.seconds - 14, 1.7, [AT_KERB])
      stage.passers(0.9, stage.seconds - 14, 4, [AT_SHOPS])
      stage.traffic(6)
      trade(stage, 15, stage.seconds - 14)
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
  const stage = new Stage(options.seed, seconds, weather === 'rain' || weather === 'night-rain')
  told.tell(stage)
  const { actors, acts } = stage
  const nonEvents = stage.nonEvents.sort((a, b) => a.startSec - b.startSec)
  const { about, mood, shakePx } = told
  return { name, about, seconds, weather, mood, shakePx, actors, acts, nonEvents }
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10
}
