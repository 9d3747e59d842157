/**
 * Puts the actors of a script on the street at one moment, and finds the light of that moment.
 *
 *     far ─▶ near:  shadows of all │ reflections of all │ bodies, trees in between │
 */
import { seededRandom } from '../../gateway/kit/random.ts'
import { type Backdrop, paintBackdrop } from './backdrop.ts'
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

  constructor(script: SceneScript, width: number, height: number, seed: number) {
    this.#script = script
    this.view = new View(width, height)
    this.#backdrops = lightsOf(script).map((light) => paintBackdrop(this.view, light, seed))
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

  #noteExtent(actor: Actor, timeSec: number): void {
    const extent = this.#brush.takeExtent()
    if (extent) this.seen.push({ actor, extent })
    if (actor.act === undefined) return
    const act = this.#script.acts[actor.act]!
    const on = timeSec >= act.startSec && timeSec <= act.endSec
    if (on) this.#actExtents[actor.act] = join(this.#actExtents[actor.act], extent)
  }

  #place(actor: Actor, timeSec: number): Placed | undefined {
    if (actor.kind === 'vehicle') return this.#placeVehicle(actor, timeSec)
    const where = whereabouts(actor.steps, timeSec)
    if (!where) return undefined
    const at: Spot = [where.x, 0, where.z]
    const depth = this.view.depth(at)
    if (actor.kind === 'person') return { actor, depth, draw: () => this.#drawPerson(actor, where, timeSec) }
    return { actor, depth, draw: () => this.#drawProp(actor, at, timeSec) }
  }

  #placeVehicle(actor: VehicleActor, timeSec: number): Placed | undefined {
    const drivenM = (timeSec - actor.fromSec) * actor.metresPerSec
    const x = actor.toward === 1 ? -9 + drivenM : 60 - drivenM
    if (drivenM < 0 || drivenM > 69) return undefined
    const at: Spot = [x, 0, actor.z]
    const { color, rider, seed, toward } = actor
    const headlights =
      this.#backdrops[this.#moment.share > 0.5 ? this.#moment.to : this.#moment.from]!.light.night
    const pose = { at, toward, drivenM, color, headlights, rider, seed }
    return {
      actor,
      depth: this.view.depth(at),
      draw: () => drawVehicle(this.#brush, actor.vehicle, pose),
    }
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
