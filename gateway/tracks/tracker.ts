/**
 * The tracker decides which detections of one look are the things of the last.
 *
 *     sure detections ──▶ pair with all tracks ──▶ left over: new tracks
 *     faint detections ─────▶ pair with tracks left over ──▶ left over: nothing (faint never opens a track)
 *     tracks left over ─────▶ unseen; dropped after seconds of looking in vain
 *
 * After ByteTrack (Zhang et al. 2022), for frames that come when they come, 0.5 to 5 a second: all is in
 * seconds, doubt grows with time, and distance is measured in doubt, because after two seconds a walker's
 * boxes no longer overlap. A look that did not happen (null) changes nothing: a track is not lost because
 * nobody looked.
 */
import { z } from 'zod'
import { type Detections, kindOf, type Role } from '../detections/detections.ts'
import { assert } from '../kit/assert.ts'
import { Assignment } from './assignment.ts'
import { Body, type BodySnapshot, moved, WIDTH } from './body.ts'
import type { Track } from './track.ts'

export const TrackerOptions = z.strictObject({
  sureScoreMin: z
    .number()
    .min(0.05)
    .max(0.99)
    .default(0.5)
    .describe(
      'A detection from this score on may open a track. 0.5 is the threshold of the model’s manifest.',
    ),
  faintScoreMin: z
    .number()
    .min(0.01)
    .max(0.99)
    .default(0.25)
    .describe('A detection from this score on may keep a track.'),
  confirmHits: z
    .int()
    .min(1)
    .max(20)
    .default(2)
    .describe('Looks in which a thing must be found before it is told of; one flicker is nothing.'),
  loseAfterMs: z
    .int()
    .min(500)
    .max(60_000)
    .default(5_000)
    .describe('How long, ms of looking, a moving thing may be hidden. A passing lorry takes 2 to 4 s.'),
  holdStandingMs: z
    .int()
    .min(500)
    .max(600_000)
    .default(20_000)
    .describe('The same for what stands: small goods are missed in many looks and are still there.'),
  settleMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(2_000)
    .describe('How long, ms, a foot must stay before its owner is said to stand.'),
  tracksMax: z
    .int()
    .min(1)
    .max(2_000)
    .default(500)
    .describe('Most tracks of a camera; beyond, none is opened.'),
})
export type TrackerOptions = z.infer<typeof TrackerOptions>

export interface TrackerSnapshot {
  readonly version: 1
  readonly nextId: number
  readonly lookedAtMs: number | null
  readonly bodies: readonly BodySnapshot[]
}

/** A gap between looks longer than this was not looking: it counts as this much, and speeds are forgotten. */
const GAP_MS = 2_500
/** 99 % of right pairs are nearer (χ², two degrees of freedom). */
const DISTANCE_MAX = 9.21
/** Overlap that makes a pair whatever the distance says: the foot may be hidden. */
const OVERLAP_MIN = 0.3
/** Overlap that lets a thing change its role, as small goods do from look to look. */
const RENAME_OVERLAP_MIN = 0.4
/** Of the heights, smaller over larger. */
const LIKENESS_MIN = 0.4
/** A new detection that covers something of its kind this much is the same thing twice. */
const TWIN_OVERLAP_MIN = 0.6
/** A track whose visible part is smaller has left the picture. */
const VISIBLE_MIN = 0.2

export class Tracker {
  readonly #options: TrackerOptions
  readonly #assignment = new Assignment()
  /** Boxes of the detections as foot x, foot y, width, height in picture heights. */
  #feet = new Float64Array(4 * 64)
  #takenBy: (Body | null)[] = []
  #bodies: Body[] = []
  #tracks: readonly Track[] = []
  #lookedAtMs: number | null = null
  #timeMs = -Infinity
  #restored = false
  #nextId = 1

  constructor(options: TrackerOptions) {
    assert(options.faintScoreMin <= options.sureScoreMin, 'faint is fainter than sure')
    this.#options = options
  }

  follow(detections: Detections | null, timeMs: number): readonly Track[] {
    if (this.#restored) this.#rebase(timeMs)
    assert(timeMs >= this.#timeMs, 'one tracker follows one camera, forwards')
    this.#timeMs = timeMs
    if (detections === null) return this.#tracks

    const gapMs = this.#lookedAtMs === null ? 0 : timeMs - this.#lookedAtMs
    const countedMs = Math.min(gapMs, GAP_MS)
    this.#lookedAtMs = timeMs
    for (const body of this.#bodies) {
      if (gapMs > GAP_MS) body.forgetSpeed()
      body.predict(countedMs / 1000)
    }
    this.#measure(detections)
    const { sureScoreMin, faintScoreMin } = this.#options
    let left = this.#pair(detections, this.#bodies, sureScoreMin, Infinity, timeMs)
    left = this.#pair(detections, left, faintScoreMin, sureScoreMin, timeMs)
    for (const body of left) body.missed(countedMs / 1000, countedMs)
    this.#bodies = this.#bodies.filter((body) => this.#lives(body))
    this.#open(detections, timeMs)
    this.#tracks = this.#publish()
    return this.#tracks
  }

  snapshot(): TrackerSnapshot {
    const bodies = this.#bodies.map((body) => body.snapshot())
    return { version: 1, nextId: this.#nextId, lookedAtMs: this.#lookedAtMs, bodies }
  }

  /** Goes on where a snapshot ended. What another version wrote is left aside: the street is learnt anew. */
  restore(snapshot: TrackerSnapshot): void {
    if (snapshot.version !== 1) return
    this.#bodies = snapshot.bodies.map((saved) => Body.restore(saved))
    this.#nextId = snapshot.nextId
    this.#lookedAtMs = snapshot.lookedAtMs
    this.#timeMs = snapshot.lookedAtMs ?? -Infinity
    this.#restored = true
    this.#tracks = this.#publish()
  }

  /** After a reboot the timeline may begin anew: what is remembered moves with it, as if no time had passed. */
  #rebase(timeMs: number): void {
    this.#restored = false
    const byMs = timeMs - this.#timeMs
    if (byMs >= 0 || this.#lookedAtMs === null) return
    this.#bodies = this.#bodies.map((body) => Body.restore(moved(body.snapshot(), byMs)))
    this.#lookedAtMs += byMs
    this.#timeMs = timeMs
    this.#tracks = this.#publish()
  }

  #measure(detections: Detections): void {
    if (this.#feet.length < 4 * detections.count) this.#feet = new Float64Array(8 * detections.count)
    toFeet(detections.boxes, detections.count, this.#feet)
    this.#takenBy.length = detections.count
    this.#takenBy.fill(null)
  }

  /** Pairs the detections of a span of scores with some bodies; returns the bodies that stay alone. */
  #pair(
    detections: Detections,
    bodies: readonly Body[],
    scoreMin: number,
    scoreBelow: number,
    timeMs: number,
  ): Body[] {
    const { count, scores, classIds, roles, classes } = detections
    this.#assignment.begin(bodies.length, count)
    for (let detection = 0; detection < count; detection++) {
      const score = scores[detection]!
      if (score < scoreMin || score >= scoreBelow || this.#takenBy[detection] !== null) continue
      const role = roles[classIds[detection]!]!
      for (let row = 0; row < bodies.length; row++) {
        const gain = pairGain(bodies[row]!, this.#feet, 4 * detection, role)
        if (gain > 0) this.#assignment.edge(row, detection, gain)
      }
    }
    const found = this.#assignment.solve()
    const alone: Body[] = []
    for (let row = 0; row < bodies.length; row++) {
      const body = bodies[row]!
      const detection = found[row]!
      if (detection < 0) {
        alone.push(body)
        continue
      }
      const at = 4 * detection
      const feet = this.#feet
      this.#takenBy[detection] = body
      body.seen(feet[at]!, feet[at + 1]!, feet[at + 2]!, feet[at + 3]!, timeMs)
      body.vote(classes[classIds[detection]!]!, roles[classIds[detection]!]!, scores[detection]!)
    }
    return alone
  }

  #lives(body: Body): boolean {
    if (body.visible() < VISIBLE_MIN) return false
    if (body.unseenMs === 0) return true
    const { confirmHits, loseAfterMs, holdStandingMs, settleMs } = this.#options
    if (body.hits < confirmHits) return body.unseenMs < GAP_MS
    return body.unseenMs <= (body.standsSince(settleMs) === null ? loseAfterMs : holdStandingMs)
  }

  #open(detections: Detections, timeMs: number): void {
    const { scores, classIds, classes, roles } = detections
    for (let detection = 0; detection < detections.count; detection++) {
      if (scores[detection]! < this.#options.sureScoreMin || this.#takenBy[detection] !== null) continue
      if (this.#bodies.length >= this.#options.tracksMax) return
      const role = roles[classIds[detection]!]!
      const at = 4 * detection
      const feet = this.#feet
      const twin = this.#bodies.some(
        (body) =>
          kindOf(body.role) === kindOf(role) &&
          body.unseenMs === 0 &&
          overlap(body, feet, at) > TWIN_OVERLAP_MIN,
      )
      if (twin) continue
      const body = new Body(
        this.#nextId++,
        feet[at]!,
        feet[at + 1]!,
        feet[at + 2]!,
        feet[at + 3]!,
        timeMs,
        role,
      )
      body.vote(classes[classIds[detection]!]!, role, scores[detection]!)
      this.#bodies.push(body)
    }
  }

  #publish(): Track[] {
    const { confirmHits, settleMs } = this.#options
    const tracks: Track[] = []
    for (const body of this.#bodies) if (body.hits >= confirmHits) tracks.push(body.publish(settleMs))
    return tracks
  }
}

function toFeet(boxes: Float32Array, count: number, feet: Float64Array): void {
  for (let at = 0; at < 4 * count; at += 4) {
    feet[at] = ((boxes[at]! + boxes[at + 2]!) / 2) * WIDTH
    feet[at + 1] = boxes[at + 3]!
    feet[at + 2] = Math.max(1e-4, (boxes[at + 2]! - boxes[at]!) * WIDTH)
    feet[at + 3] = Math.max(1e-4, boxes[at + 3]! - boxes[at + 1]!)
  }
}

/** How well a detection continues a body, 0 for not at all. Overlap, then nearness, then likeness of size. */
function pairGain(body: Body, feet: Float64Array, at: number, role: Role): number {
  const distance = body.distance(feet[at]!, feet[at + 1]!)
  const common = overlap(body, feet, at)
  if (distance > DISTANCE_MAX && common < OVERLAP_MIN) return 0
  const likeness = Math.min(body.height, feet[at + 3]!) / Math.max(body.height, feet[at + 3]!)
  if (likeness < LIKENESS_MIN) return 0
  const gain = 0.6 * common + 0.3 * Math.max(0, 1 - distance / DISTANCE_MAX) + 0.1 * likeness
  if (role === body.role) return gain
  if (role === 'person' || body.role === 'person' || common < RENAME_OVERLAP_MIN) return 0
  return 0.5 * gain
}

/** Intersection over union of a body's predicted box and a detection. */
function overlap(body: Body, feet: Float64Array, at: number): number {
  const { x, y, width, height } = body
  const width2 = feet[at + 2]!
  const height2 = feet[at + 3]!
  const across =
    Math.min(x + width / 2, feet[at]! + width2 / 2) - Math.max(x - width / 2, feet[at]! - width2 / 2)
  const down = Math.min(y, feet[at + 1]!) - Math.max(y - height, feet[at + 1]! - height2)
  if (across <= 0 || down <= 0) return 0
  const common = across * down
  return common / (width * height + width2 * height2 - common)
}
