/**
 * One model on trial: it looks as it would in the gateway, and what it said is kept for the table and the drawing.
 *
 *     Look ─▶ DetectorPool (views of the zones; a namer: what stands) ─▶ Baseline ─▶ sure │ faint │ baseline
 */

import { type Detections, kindOf, type Role } from './detections/detections.ts'
import type { DetectorPool } from './detections/detector.ts'
import { WHOLE } from './detections/preprocess.ts'
import type { Frame } from './frames/frame.ts'
import { type Box, contains, foot, iou, type Polygon } from './kit/geometry.ts'
import { proposalsOf } from './occupancy/proposals.ts'
import type { Standing } from './occupancy/standing.ts'
import type { Drawing, ThingState } from './overlay.ts'
import { Baseline, type BaselineOptions, type BaselineSnapshot, type Why } from './tracks/baseline.ts'

/** A detection of a look, and what the gateway would make of it. */
export interface TriedThing {
  readonly class: string
  readonly role: Role
  /** 0.5 is the threshold of the model’s manifest. */
  readonly score: number
  readonly box: Box
  readonly state: ThingState
  readonly why?: Why
  /** Zones in which its foot stands. */
  readonly zones: readonly string[]
}

export interface TriedLook {
  readonly timeMs: number
  /** null: the model failed, or there was nothing to look at. */
  readonly things: readonly TriedThing[] | null
}

/** A picture that is looked at; `watch`: only learnt from. */
export interface TriedFrame {
  readonly frame: Frame
  readonly aspect: number
  readonly purpose: 'watch' | 'draw' | 'pass'
}

interface TriedZone {
  readonly id: string
  readonly polygon: Polygon
}

export interface TrialParts {
  readonly views: readonly Box[]
  readonly zones: readonly TriedZone[]
  /** It looks for a while before its looks are drawn. Else, and without a memory, nothing can be called baseline. */
  readonly watches: boolean
  readonly baseline: BaselineOptions
  /** What a gateway with this model has learnt of the camera. */
  readonly memory: { readonly baseline: BaselineSnapshot } | null
}

const SURE = 0.5
/** Whoever is cut off by the lower edge stands below it; a zone that ends there means him too. */
const LOWEST = 1 - 1e-6
/** Of two boxes that are one thing to two models. */
const SAME_IOU = 0.5

export class TriedModel {
  readonly pool: DetectorPool
  /** The drawn looks. */
  readonly looks: TriedLook[] = []
  readonly #views: readonly Box[]
  readonly #zones: readonly TriedZone[]
  readonly #baseline: Baseline | null

  constructor(pool: DetectorPool, parts: TrialParts) {
    this.pool = pool
    this.#views = parts.views
    this.#zones = parts.zones
    const baseline = new Baseline(parts.baseline, pool.modelDigest)
    const remembers = parts.memory !== null && baseline.restore(parts.memory.baseline)
    // A namer only looks where something new stands: nothing of it is baseline.
    this.#baseline = !this.isNamer && (parts.watches || remembers) ? baseline : null
  }

  /** It finds nothing by itself and names what stands. */
  get isNamer(): boolean {
    return this.pool.manifest.family === 'patches'
  }

  /** What the model says of a look, when that is to be drawn. */
  async look(look: TriedFrame, standing: Standing): Promise<TriedLook | null> {
    const { frame, purpose } = look
    const found = await this.#find(look, standing)
    const rest = found && (this.#baseline?.take(found, standing, frame.timeMs) ?? found)
    if (purpose !== 'draw') return null
    const tried: TriedLook = { timeMs: frame.timeMs, things: rest && this.#tell(rest) }
    this.looks.push(tried)
    return tried
  }

  /** A namer that does not know yet what stands has not looked; where nothing stands it has, and found nothing. */
  #find({ frame, aspect }: TriedFrame, standing: Standing): Promise<Detections | null> {
    if (!this.isNamer) return this.pool.detectAll(frame, aspect, this.#views)
    return standing.ready ? this.pool.detectAll(frame, aspect, proposalsOf(standing)) : Promise.resolve(null)
  }

  /** What is drawn beside the picture: a namer looks at every thing that stands, and no views of it are shown. */
  drawn({ things }: TriedLook): Pick<Drawing, 'zones' | 'views' | 'things'> {
    const isWhole = this.isNamer || this.#views[0] === WHOLE
    return { zones: this.#zones, views: isWhole ? [] : this.#views, things: things ?? [] }
  }

  #tell(rest: Detections): TriedThing[] {
    const explained = this.#baseline?.explained ?? []
    return [
      ...explained.map((thing) => ({
        ...thing,
        state: 'baseline' as const,
        zones: this.#zonesOf(thing.box),
      })),
      ...Array.from({ length: rest.count }, (_, at) => this.#thing(rest, at)),
    ]
  }

  #thing(detections: Detections, at: number): TriedThing {
    const classId = detections.classIds[at]!
    const score = detections.scores[at]!
    const box = detections.box(at)
    const state = score >= SURE ? 'sure' : 'faint'
    const { classes, roles } = detections
    return { class: classes[classId]!, role: roles[classId]!, score, box, state, zones: this.#zonesOf(box) }
  }

  #zonesOf(box: Box): string[] {
    const [x, y] = foot(box)
    return this.#zones
      .filter(({ polygon }) => contains(polygon, [x, Math.min(y, LOWEST)]))
      .map(({ id }) => id)
  }
}

export interface Agreement {
  /** Sure things, of all looks, that every model saw. */
  readonly all: number
  /** By each model, in their order: what no other saw. */
  readonly alone: readonly number[]
}

/** What several models say alike, look by look: the same kind at the same place. */
export function agreement(models: readonly TriedModel[]): Agreement {
  const alone = models.map(() => 0)
  let all = 0
  for (const [at, { looks }] of models.entries()) {
    for (const [number, look] of looks.entries()) {
      for (const thing of sureOf(look)) {
        const others = models.filter(
          (model) =>
            model !== models[at] && sureOf(model.looks[number]).some((other) => isSame(thing, other)),
        )
        if (others.length === 0) alone[at]!++
        if (at === 0 && others.length === models.length - 1) all++
      }
    }
  }
  return { all, alone }
}

const sureOf = (look: TriedLook | undefined): readonly TriedThing[] =>
  look?.things?.filter(({ state }) => state === 'sure') ?? []

const isSame = (one: TriedThing, other: TriedThing): boolean =>
  kindOf(one.role) === kindOf(other.role) && iou(one.box, other.box) >= SAME_IOU
