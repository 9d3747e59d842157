/**
 * The second witness: what a detector's tracks say about a spot.
 *
 * It confirms (a person stands by) and explains away (this "pile" is a parked car), both over many looks: models
 * imagine chairs on an empty plaza for minutes, and one look proves nothing. No tracks is no word, never "nothing".
 *
 * What it says is held against the pixels: a "person" in whom nothing ever moves is a suitcase (two models agreed on
 * one for a minute), a bicycle explains only the goods that lie inside it, and a thing with two names has none.
 */
import { area, type Box, foot, intersection, iou } from '../kit/geometry.ts'
import type { Track } from '../tracks/track.ts'

const SETTLED_HITS = 3
const SETTLED_SHARE = 0.6
const RECENT_MS = 3_000
const STANDS_MS = 3_000
const NAMES_IOU = 0.4
const EXPLAINS_COVER = 0.8
/** Pixels of a person that move, however small he is. */
const MOVING_PIXELS_MIN = 6
/** Two names for one box. */
const SAME_IOU = 0.6
const EXPLAINS_LOOKS = 4
const EXPLAINS_SHARE = 0.6
/** Height of a person that any detector at 416 pixels sees: 0.14 of the picture. */
const VISIBLE_HEIGHT = 0.14
const MISSED_LOOKS = 8

export interface Witness {
  looks: number
  explained: number
  explainedBy: 'person' | 'vehicle' | 'two-wheeler' | null
  personLooks: number
  personMissed: boolean
  /** Best name of somebody and of something at the spot, with its confidence. */
  personConfidence: number
  thing: { readonly class: string; readonly confidence: number } | null
}

export function emptyWitness(): Witness {
  return {
    looks: 0,
    explained: 0,
    explainedBy: null,
    personLooks: 0,
    personMissed: false,
    personConfidence: 0,
    thing: null,
  }
}

/** The goods of a spot, pixel by pixel. */
export interface SpotGround {
  /** Share of the goods that lies inside any of the boxes. */
  inside(boxes: readonly Box[]): number
  /** How many pixels in a box keep moving. */
  moving(box: Box): number
}

/** Takes one look of the tracks into account; true when a person stands by the goods now. */
export function testify(
  witness: Witness,
  ground: SpotGround,
  goods: Box | null,
  life: Box | null,
  tracks: readonly Track[],
  nowMs: number,
): boolean {
  const here = goods ?? life
  if (here === null) return false
  const seen = tracks.filter((track) => nowMs - track.lastSeenMs <= RECENT_MS && track.hits >= SETTLED_HITS)
  const settled = seen.filter(
    (track) =>
      (track.role !== 'person' || ground.moving(track.box) >= MOVING_PIXELS_MIN) && !isContested(track, seen),
  )
  witness.looks++
  const person = settled.find(({ role, box }) => role === 'person' && standsBy(box, here))
  if (person !== undefined) {
    witness.personLooks++
    witness.personConfidence = Math.max(witness.personConfidence, person.confidence)
  }
  if (goods !== null) explain(witness, ground, goods, settled)
  const tall = life !== null && life[3] - life[1] >= VISIBLE_HEIGHT
  witness.personMissed = tall && witness.looks >= MISSED_LOOKS && witness.personLooks === 0
  return person?.stationarySinceMs != null && nowMs - person.stationarySinceMs >= STANDS_MS
}

function explain(witness: Witness, ground: SpotGround, goods: Box, settled: readonly Track[]): void {
  const beings = settled.flatMap(({ role, classShare, box }) => {
    const isBeing = role === 'person' || role === 'vehicle' || role === 'two-wheeler'
    return isBeing && classShare >= SETTLED_SHARE && intersection(box, goods) > 0 ? { role, box } : []
  })
  for (const { role, box, confidence, class: name } of settled) {
    if (role === 'person' || role === 'vehicle' || role === 'two-wheeler') continue
    const better = confidence > (witness.thing?.confidence ?? 0)
    if (better && iou(box, goods) >= NAMES_IOU) witness.thing = { class: name, confidence }
  }
  const covered = beings.length > 0 && ground.inside(beings.map(({ box }) => box)) >= EXPLAINS_COVER
  const by = covered ? largestOf(beings) : null
  if (by !== null) witness.explained++
  const steady = witness.explained >= EXPLAINS_LOOKS && witness.explained >= EXPLAINS_SHARE * witness.looks
  witness.explainedBy = steady ? (by ?? witness.explainedBy) : null
}

function isContested(track: Track, seen: readonly Track[]): boolean {
  return seen.some((other) => other.role !== track.role && iou(other.box, track.box) >= SAME_IOU)
}

type Being = { readonly role: NonNullable<Witness['explainedBy']>; readonly box: Box }

function largestOf(beings: readonly Being[]): Being['role'] {
  return beings.reduce((largest, one) => (area(one.box) > area(largest.box) ? one : largest)).role
}

/** A person's feet within half his height of the goods, or his body over them. */
function standsBy(person: Box, goods: Box): boolean {
  if (intersection(person, goods) > 0) return true
  const reach = (person[3] - person[1]) / 2
  const [x, y] = foot(person)
  return x > goods[0] - reach && x < goods[2] + reach && y > goods[1] - reach && y < goods[3] + reach
}
