/**
 * Puts the actors of a script on the street at one moment, and finds the light of that moment.
 *
 *     far ─▶ near:  shadows of all │ reflections of all │ bodies, trees in between │
 */
import { seededRandom } from '../../gateway/kit/random.ts'
import { type Backdrop, paintBackdrop, type Scenery } from './backdrop.ts'
import { Brush } from './brush.ts'
import { BILLBOARDS, type Light, lightAt, lightOf } from './light.ts'
import { drawPerson } from './person.ts'
import { drawProp } from './props.ts'
import { type Extent, join, mix, Raster } from './raster.ts'
import type { Actor, PersonActor, PropActor, SceneScript, Step, VehicleActor } from './script.ts'
import type { Exposure } from './sensor.ts'
import { drawVehicle } from './vehicle.ts'
import { type Spot, View } from './view.ts'

/** Which two backdrops are mixed, and how the camera exposes. */
interface Moment extends Exposure {
  readonly from: number
  readonly to: number
  readonly share: number
  readonly shadow: number
}

/** What an actor covered of the picture, before nearer ones hid some of it. */
export interface Seen {
  readonly actor: Actor
  readonly extent: Extent
}

interface Placed {
  readonly actor: Actor
  readonly depth: number
  draw(): void
}

/** How long the billboard shows one picture. */
const BILLBOARD_SEC = 5
const DRIFT_PERIOD_SEC = 50
const CLOUD_FALL_SEC = 6
/** How far the crowns lean in the wind, and how long a gust takes. */
const GUSTS_M = [0, 0.13, 0.26] as const
const GUST_SEC = 3.4
/** The shadow of a cloud crosses the picture in so long, and takes so much of the light. */
const EDGE_CROSSES_SEC = 9
const EDGE_SHARE = 0.36

export class Stage {
  readonly view: View
  readonly picture: Raster
  /** The bodies of the moment shown last, far to near. */
  readonly seen: Seen[] = []
  readonly #script: SceneScript
  readonly #backdrops: readonly Backdrop[]
  readonly #brush: Brush
  readonly #screenLayer: Raster
  readonly #random: () => number
  #moment: Moment
  /** What each act has covered of the picture so far. */
  readonly #actExtents: (Extent | undefined)[]

  constructor(script: SceneScript, width: number, height: number, seed: number, showsPrivate = false) {
    this.#script = script
    const { camera = 'pole', weather } = script
    this.view = new View(width, height, { camera, sun: weather === 'sidelight' ? 'low' : 'shoulder' })
    const painted: Backdrop[] = []
    for (const scenery of sceneriesOf(script)) {
      const like = painted.find(({ light }) => light === scenery.light)
      painted.push(paintBackdrop(this.view, scenery, seed, like))
    }
    this.#backdrops = painted
    this.picture = new Raster(width, height)
    this.#screenLayer = new Raster(width, height, { layer: true })
    this.#random = seededRandom(seed ^ 0x57a6e)
    this.#moment = momentOf(script, 0, width, this.#random)
    this.#actExtents = script.acts.map(() => undefined)
    this.#brush = new Brush(this.view, this.picture, (x, z) => {
      const { from, to, share } = this.#moment
      const here = lightAt(this.#backdrops[from]!.light, x, 0.8, z)
      return share === 0 ? here : mix(here, lightAt(this.#backdrops[to]!.light, x, 0.8, z), share)
    })
    this.#brush.showsPrivate = showsPrivate
  }

  /** Paints the moment; the picture is good until the next. */
  show(timeSec: number): Exposure {
    this.#moment = momentOf(this.#script, timeSec, this.view.width, this.#random)
    const { from, to, share, shadow } = this.#moment
    const [a, b] = [this.#backdrops[from]!, this.#backdrops[to]!]
    this.picture.become(a.picture, b.picture, share)

    const placed = this.#script.actors
      .map((actor) => this.#place(actor, timeSec))
      .filter((each) => each !== undefined)
      .sort((p, q) => q.depth - p.depth)
    this.#brush.pass = 'shadow'
    for (const each of placed) each.draw()
    this.#brush.castShadows(shadow * (a.light.shadow + (b.light.shadow - a.light.shadow) * share))
    if (a.light.wet > 0.5) {
      this.#brush.pass = 'mirror'
      for (const each of placed) each.draw()
    }
    this.#brush.pass = 'body'
    this.seen.length = 0
    this.#drawBodies(placed, timeSec)
    if (this.#script.mood === 'cloud-edge') this.#passCloud(timeSec)
    return this.#moment
  }

  boxOf(act: number): [number, number, number, number] {
    const extent = this.#actExtents[act]
    return extent ? this.view.fractions(extent) : [0, 0, 1, 1]
  }

  #drawBodies(placed: readonly Placed[], timeSec: number): void {
    const { from, to, share } = this.#moment
    const screens = this.#backdrops[from]!.screens.map((screen, i) => ({ screen, i }))
    for (const each of [...placed, undefined]) {
      while (screens.length > 0 && (!each || screens[0]!.screen.depth > each.depth)) {
        const { screen, i } = screens.shift()!
        const other = this.#backdrops[to]!.screens[i]!
        if (share > 0) this.#screenLayer.become(screen.layer, other.layer, share)
        this.picture.lay(share > 0 ? this.#screenLayer : screen.layer, screen.extent)
      }
      if (!each) return
      each.draw()
      this.#noteExtent(each.actor, timeSec)
    }
  }

  /** The edge of a cloud's shadow comes in from the left in the first third and goes out in the last. */
  #passCloud(timeSec: number): void {
    const { seconds } = this.#script
    const reach = (fromSec: number) => ((timeSec - fromSec) / EDGE_CROSSES_SEC) * 1.6 - 0.3
    const [front, rear] = [reach(seconds * 0.3), reach(seconds * 0.66)]
    if (front < -0.3 || rear > 1.3) return
    shadeBetween(this.picture, rear, front)
  }

  #noteExtent(actor: Actor, timeSec: number): void {
    const extent = this.#brush.takeExtent()
    if (extent) this.seen.push({ actor, extent })
    if (actor.act === undefined) return
    const act = this.#script.acts[actor.act]!
    const on = timeSec >= act.startSec && timeSec <= act.endSec
    if (on) this.#actExtents[actor.act] = join(this.#actExtents[actor.act], extent)
  }

  #place(actor: Actor, timeSec: number): Placed | undefined {
    const where = whereabouts(actor.steps, timeSec)
    if (!where) return undefined
    const at: Spot = [where.x, 0, where.z]
    const depth = this.view.depth(at)
    if (actor.kind === 'vehicle') return { actor, depth, draw: () => this.#drawVehicle(actor, where) }
    if (actor.kind === 'person') return { actor, depth, draw: () => this.#drawPerson(actor, where, timeSec) }
    return { actor, depth, draw: () => this.#drawProp(actor, at, timeSec) }
  }

  #drawVehicle(actor: VehicleActor, { x, z, heading, walkedM, gesture }: Whereabouts): void {
    const { vehicle, color, seed, loaded = false } = actor
    const parked = gesture === 'stand'
    const { from, to, share } = this.#moment
    const dark = this.#backdrops[share > 0.5 ? to : from]!.light.night
    drawVehicle(this.#brush, vehicle, {
      at: [x, 0, z],
      heading,
      lean: parked && vehicle !== 'car' && vehicle !== 'van' && vehicle !== 'tricycle' ? 0.1 : 0,
      drivenM: walkedM,
      color,
      headlights: dark && !parked,
      rider: parked ? undefined : actor.rider,
      loaded,
      seed,
    })
  }

  #drawPerson(actor: PersonActor, where: Whereabouts, timeSec: number): void {
    const { x, z, heading, walkedM, gesture } = where
    drawPerson(this.#brush, actor.look, {
      at: [x, 0, z],
      heading,
      gesture,
      walkedM,
      timeSec,
      seed: actor.seed,
    })
  }

  #drawProp(actor: PropActor, at: Spot, timeSec: number): void {
    const { steps, unfoldSec, yaw, color, seed } = actor
    const age = Math.min(timeSec - steps[0]!.atSec, steps.at(-1)!.atSec - timeSec)
    const open = unfoldSec === 0 ? 1 : Math.min(1, age / unfoldSec)
    drawProp(this.#brush, actor.prop, { at, yaw, color, open, random: seededRandom(seed) })
  }
}

/** Darkens what lies between two slanting edges, shares of the width; each edge is soft. */
function shadeBetween({ width, height, rgb }: Raster, rear: number, front: number): void {
  const soft = 0.06
  const dark = new Float32Array(width)
  for (let y = 0; y < height; y++) {
    const slant = 0.25 * (y / height - 0.5)
    for (let x = 0; x < width; x++) {
      const at = x / width + slant
      const inside =
        Math.min(1, Math.max(0, (front - at) / soft)) * Math.min(1, Math.max(0, (at - rear) / soft))
      dark[x] = 1 - EDGE_SHARE * inside
    }
    for (let x = 0, at = y * width * 3; x < width; x++, at += 3) {
      const share = dark[x]!
      rgb[at] = rgb[at]! * share
      rgb[at + 1] = rgb[at + 1]! * share
      rgb[at + 2] = rgb[at + 2]! * share
    }
  }
}

interface Whereabouts {
  readonly x: number
  readonly z: number
  readonly heading: number
  readonly walkedM: number
  readonly gesture: PersonGesture
}
type PersonGesture = NonNullable<Step['gesture']>

function whereabouts(steps: readonly Step[], timeSec: number): Whereabouts | undefined {
  let walkedM = 0
  for (let i = 0; i + 1 < steps.length; i++) {
    const [a, b] = [steps[i]!, steps[i + 1]!]
    const [dx, dz] = [b.x - a.x, b.z - a.z]
    const way = Math.hypot(dx, dz)
    if (timeSec >= b.atSec) {
      walkedM += way
      continue
    }
    if (timeSec < a.atSec) return undefined
    const share = (timeSec - a.atSec) / (b.atSec - a.atSec)
    const moves = way > 0.05
    const walkGesture = a.gesture === 'push' || a.gesture === 'carry' ? a.gesture : 'walk'
    return {
      x: a.x + dx * share,
      z: a.z + dz * share,
      heading: moves ? Math.atan2(dz, dx) : (a.heading ?? 0),
      walkedM: walkedM + way * share,
      gesture: moves ? walkGesture : (a.gesture ?? 'stand'),
    }
  }
  return undefined
}

function sceneriesOf(script: SceneScript): Scenery[] {
  const { shops = 0, mood } = script
  const lights = lightsOf(script)
  if (mood === 'wind') return GUSTS_M.map((swayM) => ({ light: lights[0]!, shops, swayM }))
  return lights.map((light) => ({ light, shops, swayM: 0 }))
}

function lightsOf({ weather, mood }: SceneScript): Light[] {
  if (mood === 'dusk') return [lightOf('cloudy', 0), lightOf('night', 2)]
  const night = weather === 'night' || weather === 'night-rain'
  if (mood === 'billboards' && night) return BILLBOARDS.map((_, i) => lightOf(weather, i))
  return [lightOf(weather, 0)]
}

function momentOf(script: SceneScript, timeSec: number, width: number, random: () => number): Moment {
  const reach = (script.shakePx * width) / 1280
  const shake = () => Math.round((random() * 2 - 1) * reach)
  const still = { from: 0, to: 0, share: 0, shadow: 1, gain: 1, shiftX: shake(), shiftY: shake() }
  const { mood, seconds } = script
  if (mood === 'drift') {
    return { ...still, gain: 1 + 0.3 * Math.sin((timeSec / DRIFT_PERIOD_SEC) * 2 * Math.PI) }
  }
  if (mood === 'cloud') {
    // Down in the first third, up again in the last: the shadows go with the sun.
    const into = Math.min(1, Math.max(0, (timeSec - seconds * 0.3) / CLOUD_FALL_SEC))
    const out = Math.min(1, Math.max(0, (timeSec - seconds * 0.7) / CLOUD_FALL_SEC))
    return { ...still, gain: 1 - 0.35 * (into - out), shadow: 1 - 0.6 * (into - out) }
  }
  if (mood === 'wind') {
    // To and fro between calm, half and full sway, faster when it blows harder.
    const gust = GUST_SEC * (1 + 0.3 * Math.sin(timeSec / 7))
    const at = (GUSTS_M.length - 1) * (0.5 - 0.5 * Math.cos((timeSec / gust) * 2 * Math.PI))
    const from = Math.min(GUSTS_M.length - 2, Math.floor(at))
    return { ...still, from, to: from + 1, share: at - from }
  }
  if (mood === 'billboards') {
    const shown = Math.floor(timeSec / BILLBOARD_SEC) % lightsOf(script).length
    return { ...still, from: shown, to: shown }
  }
  if (mood === 'dusk') {
    const share = Math.min(1, Math.max(0, (timeSec / seconds - 0.2) / 0.6))
    return { ...still, to: 1, share }
  }
  return still
}
