/**
 * The second witness: what a detector's tracks say about a spot.
 *
 * It confirms (a person stands by) and explains away (this "pile" is a parked car), both over many looks: models
 * imagine chairs on an empty plaza for minutes, and one look proves nothing. No tracks is no word, never "nothing".
 */
import { area, type Box, foot, intersection, iou } from '../kit/geometry.ts'
import type { Track } from '../tracks/track.ts'

const SETTLED_HITS = 3
const SETTLED_SHARE = 0.6
const RECENT_MS = 3_000
const STANDS_MS = 3_000
const EXPLAINS_IOU = 0.4
const EXPLAINS_COVER = 0.75
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

/** Takes one look of the tracks into account; true when a person stands by the goods now. */
export function testify(
  witness: Witness,
  goods: Box | null,
  life: Box | null,
  tracks: readonly Track[],
  nowMs: number,
): boolean {
  const here = goods ?? life
  if (here === null) return false
  const settled = tracks.filter(
    (track) => nowMs - track.lastSeenMs <= RECENT_MS && track.hits >= SETTLED_HITS,
  )
  witness.looks++
  const person = settled.find((track) => track.role === 'person' && standsBy(track.box, here))
  if (person !== undefined) {
    witness.personLooks++
    witness.personConfidence = Math.max(witness.personConfidence, person.confidence)
  }
  if (goods !== null) explain(witness, goods, settled)
  const tall = life !== null && life[3] - life[1] >= VISIBLE_HEIGHT
  witness.personMissed = tall && witness.looks >= MISSED_LOOKS && witness.personLooks === 0
  return person?.stationarySinceMs != null && nowMs - person.stationarySinceMs >= STANDS_MS
}

function explain(witness: Witness, goods: Box, settled: readonly Track[]): void {
  let by: Witness['explainedBy'] = null
  for (const { role, classShare, box, confidence, class: name } of settled) {
    if (!explains(box, goods)) continue
    if (role === 'person' || role === 'vehicle' || role === 'two-wheeler') {
      if (classShare >= SETTLED_SHARE) by = role
    } else if (confidence > (witness.thing?.confidence ?? 0)) witness.thing = { class: name, confidence }
  }
  if (by !== null) witness.explained++
  const steady = witness.explained >= EXPLAINS_LOOKS && witness.explained >= EXPLAINS_SHARE * witness.looks
  witness.explainedBy = steady ? (by ?? witness.explainedBy) : null
}

function explains(box: Box, goods: Box): boolean {
  return (
    iou(box, goods) >= EXPLAINS_IOU ||
    intersection(box, goods) >= EXPLAINS_COVER * Math.max(1e-9, area(goods))
  )
}

/** A person's feet within half his height of the goods, or his body over them. */
function standsBy(person: Box, goods: Box): boolean {
  if (intersection(person, goods) > 0) return true
  const reach = (person[3] - person[1]) / 2
  const [x, y] = foot(person)
  return x > goods[0] - reach && x < goods[2] + reach && y > goods[1] - reach && y < goods[3] + reach
}
