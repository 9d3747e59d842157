/**
 * The baseline is what a detector says about a street on which nothing happens: the table that was there when the
 * camera was hung up, the chair that a small network sees in the paving for minutes.
 *
 *     detection ─▶ IoU ≥ 0.5 with a place of its kind? ─▶ place established? ─▶ goods stand there, new? ─▶ kept
 *                      └ no: a new place, kept                └ no: kept            └ no: explained, no track
 *
 *     a place learns only from looks in which the pixels say that nothing changed there
 *       present     named so in the first minutes of a camera
 *       unchanged   named so in a tenth of the looks of three minutes, at any time
 *       still       a person in whom nothing moved for two hours: a poster, a statue
 *
 * What is explained is told (`explained`), never lost in silence. Persons are the exception to everything: being there
 * at commissioning makes nobody furniture, and one movement inside the box while the person is seen there undoes it
 * all. A poster that people pass may so stay a person for ever; a sleeper called a statue would be the worse error.
 * Vehicles are things here: one that parked before the camera came is the place's own, one that parks there now is new.
 */
import { z } from 'zod'
import { Detections, kindOf, type Role } from '../detections/detections.ts'
import { type Box, iou } from '../kit/geometry.ts'
import type { Standing } from '../occupancy/standing.ts'
import { Scene } from './scene.ts'

export const BaselineOptions = z.strictObject({
  commissionMin: z
    .number()
    .min(0)
    .max(1_440)
    .default(10)
    .describe('How long a new camera is looked at (min of media time) before what it shows is its own.'),
  presentSec: z
    .number()
    .min(1)
    .max(600)
    .default(5)
    .describe('How long (s) a thing must be seen in that time; what passes does not stay so long.'),
  shareMin: z
    .number()
    .min(0.01)
    .max(1)
    .default(0.1)
    .describe('Share of the looks that must name the thing. A chair that is none comes in 20 to 60 %.'),
  unchangedMin: z
    .number()
    .min(0.5)
    .max(1_440)
    .default(3)
    .describe('How long (min) a thing must be named where nothing changes before it is the place’s own.'),
  stillPersonMin: z
    .number()
    .min(10)
    .max(10_080)
    .default(120)
    .describe('How long (min) nothing may move in a person before it is a poster. People doze for an hour.'),
  halfLifeDays: z
    .number()
    .min(0.01)
    .max(365)
    .default(7)
    .describe(
      'After so many days of looking (media time) old looks weigh half; unseen for three, a place goes.',
    ),
  placesMax: z
    .int()
    .min(8)
    .max(1_024)
    .default(256)
    .describe('Most places of a camera; the weakest gives way.'),
})
export type BaselineOptions = z.infer<typeof BaselineOptions>

export type Why = 'present' | 'unchanged' | 'still'

/** A detection of the last look that makes no track. */
export interface Explained {
  readonly class: string
  readonly role: Role
  readonly score: number
  readonly box: Box
  readonly why: Why
  /** Timeline (ms) at which something was first seen there. */
  readonly sinceMs: number
}

interface Place {
  readonly kind: ReturnType<typeof kindOf>
  readonly firstMs: number
  readonly lastMs: number
  readonly box: Box
  /** Null until it is established. */
  readonly why: Why | null
  /** Looks at the unchanged place: those that saw the thing, all, and the time they stand for (ms). Old ones fade. */
  readonly seen: number
  readonly looks: number
  readonly lookedMs: number
  /** The camera's looked-at time when it was last seen, changed place or not. */
  readonly seenAtMs: number
}
type Learning = { -readonly [key in keyof Place]: Place[key] }

export interface BaselineSnapshot {
  readonly version: 1
  readonly model: string
  readonly timeMs: number | null
  readonly lookedMs: number
  readonly explainedCount: number
  readonly places: readonly Place[]
}

const MS_PER_MIN = 60_000
const MS_PER_DAY = 86_400_000
/** One look vouches for so much time: the longest GOP of a camera on patrol. */
const GAP_MS = 10_000
const SAME_IOU = 0.5
/** Shares of a box: so much may differ in a place that did not change; so much goods is a new thing. */
const CHANGED_MAX = 0.1
const GOODS_MIN = 0.2
/** What moves inside a person: the pixels that the second witness asks for, or a share of a large one. */
const STIRRED_PIXELS_MIN = 6
const STIRRED_SHARE_MIN = 0.01
/** How the box of a place follows its thing, a look. */
const FOLLOW = 0.05
const PRESENT_LOOKS_MIN = 3
/** A place that is not established: after so many looks it must have half the share, and be seen within the time. */
const TRIED_LOOKS = 60
const UNSEEN_MS = 30 * MS_PER_MIN
const HALF_LIVES = 3

export class Baseline {
  readonly #options: BaselineOptions
  readonly #model: string
  readonly #scene = new Scene()
  #places: Learning[] = []
  /** Place of each detection of the look, and detection of each place; −1 for none. */
  #placeOf: number[] = []
  #explained: readonly Explained[] = []
  #explainedCount = 0
  #timeMs: number | null = null
  #lookedMs = 0

  /** @param model whose looks are learnt from (its digest): another model imagines other things at other places. */
  constructor(options: BaselineOptions, model: string) {
    this.#options = options
    this.#model = model
  }

  /** Of the last look. */
  get explained(): readonly Explained[] {
    return this.#explained
  }

  /** Of all looks. */
  get explainedCount(): number {
    return this.#explainedCount
  }

  /** Learns from a look and gives back what is not explained. `standing` of the same frame; null: nobody says. */
  take(detections: Detections, standing: Standing | null, timeMs: number): Detections {
    // After a reboot the timeline begins anew, and what is remembered moves with it.
    if (this.#timeMs !== null && timeMs < this.#timeMs) this.shift(timeMs - this.#timeMs)
    const stepMs = Math.min(GAP_MS, timeMs - (this.#timeMs ?? timeMs))
    this.#timeMs = timeMs
    this.#lookedMs += stepMs
    this.#scene.read(standing)

    const seen = this.#match(detections)
    const kept = 0.5 ** (stepMs / (this.#options.halfLifeDays * MS_PER_DAY))
    for (const [at, place] of this.#places.entries()) {
      place.seen *= kept
      place.looks *= kept
      place.lookedMs *= kept
      this.#learn(place, seen[at]!, detections, stepMs, standing === null)
    }
    this.#open(detections, standing === null)
    const rest = this.#explain(detections)
    this.#forget()
    return rest
  }

  snapshot(): BaselineSnapshot {
    return {
      version: 1,
      model: this.#model,
      timeMs: this.#timeMs,
      lookedMs: this.#lookedMs,
      explainedCount: this.#explainedCount,
      places: this.#places.map((place) => ({ ...place })),
    }
  }

  /** Goes on where a snapshot ended. Another version's, or another model's, is refused: the camera is commissioned anew. */
  restore(snapshot: BaselineSnapshot): boolean {
    if (snapshot.version !== 1 || snapshot.model !== this.#model) return false
    this.#places = snapshot.places.slice(0, this.#options.placesMax).map((place) => ({ ...place }))
    this.#timeMs = snapshot.timeMs
    this.#lookedMs = snapshot.lookedMs
    this.#explainedCount = snapshot.explainedCount
    this.#explained = []
    return true
  }

  /** The camera's timeline is continued at another zero. */
  shift(byMs: number): void {
    if (this.#timeMs !== null) this.#timeMs += byMs
    for (const place of this.#places) {
      place.firstMs += byMs
      place.lastMs += byMs
    }
  }

  get #commissioning(): boolean {
    return this.#lookedMs <= this.#options.commissionMin * MS_PER_MIN
  }

  /** The place of each detection into `#placeOf`; returns the surest detection of each place, −1 for none. */
  #match(detections: Detections): readonly number[] {
    const { count, classIds, roles, scores } = detections
    const seen = this.#places.map(() => -1)
    this.#placeOf = Array.from({ length: count }, (_, detection) => {
      const kind = kindOf(roles[classIds[detection]!]!)
      const box = detections.box(detection)
      let best = -1
      let bestIou = SAME_IOU
      for (const [at, place] of this.#places.entries()) {
        if (place.kind !== kind || place.box[0] > box[2] || place.box[2] < box[0]) continue
        const common = iou(place.box, box)
        if (common < bestIou) continue
        best = at
        bestIou = common
      }
      if (best >= 0 && (seen[best] === -1 || scores[detection]! > scores[seen[best]!]!))
        seen[best] = detection
      return best
    })
    return seen
  }

  #learn(place: Learning, detection: number, detections: Detections, stepMs: number, unsaid: boolean): void {
    const box = detection < 0 ? null : detections.box(detection)
    if (box !== null) {
      place.lastMs = this.#timeMs!
      place.seenAtMs = this.#lookedMs
    }
    if (box !== null && place.kind === 'person' && this.#scene.known && this.#stirs(box)) {
      Object.assign(place, { seen: 0, looks: 0, lookedMs: 0, why: null })
      return
    }
    if (!this.#isUnchanged(place.kind, place.box, unsaid)) return
    place.looks += 1
    place.lookedMs += stepMs
    if (box !== null) {
      place.seen += 1
      place.box = nearer(place.box, box)
    }
    place.why ??= this.#verdict(place)
  }

  #verdict({ kind, seen, looks, lookedMs }: Learning): Why | null {
    const { shareMin, presentSec, unchangedMin, stillPersonMin } = this.#options
    if (seen < shareMin * looks) return null
    if (kind === 'person') return lookedMs >= stillPersonMin * MS_PER_MIN ? 'still' : null
    if (this.#commissioning && seen >= PRESENT_LOOKS_MIN && lookedMs >= 1_000 * presentSec) return 'present'
    return lookedMs >= unchangedMin * MS_PER_MIN ? 'unchanged' : null
  }

  /** Nothing happened there as far as anybody knows. Where nobody says, only commissioning believes it. */
  #isUnchanged(kind: Place['kind'], box: Box, unsaid: boolean): boolean {
    if (unsaid) return this.#commissioning && kind !== 'person'
    if (!this.#scene.settled) return false
    return kind === 'person' ? !this.#stirs(box) : this.#scene.changed(box) <= CHANGED_MAX
  }

  #stirs(box: Box): boolean {
    return this.#scene.stirs(box, STIRRED_SHARE_MIN, STIRRED_PIXELS_MIN)
  }

  /** What lies nowhere known begins a place of its own, if nothing changed there. */
  #open(detections: Detections, unsaid: boolean): void {
    const { count, classIds, roles } = detections
    for (let detection = 0; detection < count; detection++) {
      if (this.#placeOf[detection]! >= 0) continue
      const kind = kindOf(roles[classIds[detection]!]!)
      const box = rounded(detections.box(detection))
      if (!this.#isUnchanged(kind, box, unsaid) || !this.#makeRoom()) continue
      const timeMs = this.#timeMs!
      this.#places.push({
        ...{ kind, box, why: null, firstMs: timeMs, lastMs: timeMs },
        ...{ seen: 1, looks: 1, lookedMs: 0, seenAtMs: this.#lookedMs },
      })
    }
  }

  /** False when all places are established: those only time takes. */
  #makeRoom(): boolean {
    if (this.#places.length < this.#options.placesMax) return true
    let weakest = -1
    for (const [at, place] of this.#places.entries()) {
      if (place.why !== null) continue
      const other = this.#places[weakest]
      if (other === undefined || place.seen < other.seen) weakest = at
    }
    if (weakest < 0) return false
    this.#places.splice(weakest, 1)
    this.#placeOf = this.#placeOf.map((at) => (at === weakest ? -1 : at > weakest ? at - 1 : at))
    return true
  }

  #explain(detections: Detections): Detections {
    const { count, scores, classIds, classes, roles } = detections
    const explained: Explained[] = []
    const rest: number[] = []
    for (let detection = 0; detection < count; detection++) {
      const place = this.#places[this.#placeOf[detection]!]
      const box = detections.box(detection)
      if (place === undefined || place.why === null || this.#isNew(place, box)) {
        rest.push(detection)
        continue
      }
      const classId = classIds[detection]!
      explained.push({
        ...{ class: classes[classId]!, role: roles[classId]!, score: scores[detection]!, box },
        ...{ why: place.why, sinceMs: place.firstMs },
      })
    }
    this.#explained = explained
    this.#explainedCount += explained.length
    return explained.length === 0 ? detections : only(detections, rest)
  }

  /** Goods stand there that did not: whatever is called by this name now, it is another thing. */
  #isNew({ kind }: Place, box: Box): boolean {
    return kind !== 'person' && this.#scene.known && this.#scene.goods(box) >= GOODS_MIN
  }

  #forget(): void {
    const { shareMin, halfLifeDays } = this.#options
    this.#places = this.#places.filter(({ why, seen, looks, seenAtMs }) => {
      const unseenMs = this.#lookedMs - seenAtMs
      if (why !== null) return unseenMs < HALF_LIVES * halfLifeDays * MS_PER_DAY
      return unseenMs < UNSEEN_MS && (looks < TRIED_LOOKS || seen >= (shareMin / 2) * looks)
    })
  }
}

function nearer(place: Box, seen: Box): Box {
  const edge = (at: 0 | 1 | 2 | 3) => place[at] + FOLLOW * (seen[at] - place[at])
  return rounded([edge(0), edge(1), edge(2), edge(3)])
}

/** A hundredth of a pixel, so that a snapshot is short and what it restores goes on to the bit. */
function rounded([x1, y1, x2, y2]: Box): Box {
  const round = (edge: number) => Math.round(edge * 1e5) / 1e5
  return [round(x1), round(y1), round(x2), round(y2)]
}

function only(detections: Detections, kept: readonly number[]): Detections {
  const { scores, classIds, classes, roles } = detections
  return new Detections({
    boxes: Float32Array.from(kept.flatMap((at) => [...detections.box(at)])),
    scores: Float32Array.from(kept, (at) => scores[at]!),
    classIds: Int32Array.from(kept, (at) => classIds[at]!),
    classes,
    roles,
  })
}
