/**
 * The second witness: what a detector's tracks say about a spot.
 *
 * It confirms (a person stands by) and explains away (this "pile" is a parked car), both over many looks: models
 * imagine chairs on an empty plaza for minutes, and one look proves nothing. No tracks is no word, never "nothing".
 *
 * What it says is held against the pixels: a "person" in whom nothing ever moves is a suitcase (two models agreed on
 * one for a minute), a bicycle explains only the goods that lie inside it, and a thing with two names has none.
 */
import type { Role } from '../detections/detections.ts'
import { area, type Box, foot, intersection, iou, type Point } from '../kit/geometry.ts'
import { PLANE_HEIGHT, PLANE_WIDTH } from '../occupancy/standing.ts'
import type { Track } from '../tracks/track.ts'
import { isNear, nameParked, type Parked, type PartedGround } from './parked.ts'

const SETTLED_HITS = 3
const SETTLED_SHARE = 0.6
const SURE_CONFIDENCE = 0.5
const RECENT_MS = 3_000
const STANDS_MS = 3_000
const NAMES_IOU = 0.4
const EXPLAINS_COVER = 0.8
/** Share of the place of somebody's life that lies in his box. */
const LIVED_COVER = 0.6
/** Height over width from which a box may be one person. */
const UPRIGHT = 1.4
const VOUCH_MS = 8_000
const VOUCH_SHARE = 0.6
/** Pixels of a person that move, however small he is. */
const MOVING_PIXELS_MIN = 6
/** Two names for one box; and how sure the other must be, as a share. */
const SAME_IOU = 0.6
const CONTEST_SHARE = 0.6
const EXPLAINS_LOOKS = 4
const EXPLAINS_SHARE = 0.6
/** Looks after which the past counts half: what is brought to a bicycle that stood for hours is seen within a minute. */
const EXPLAINS_LOOKS_MAX = 240
/** A grill is behind its cook for much of the time. */
const TOOL_LOOKS = 4
const TOOL_SHARE = 0.3
/** How fast the number of carriers follows what is seen, a look. */
const CARRIERS_PACE = 0.2
const CARRIERS = new Set<Role>(['carrier', 'vehicle', 'two-wheeler'])
/** Height of a person that any detector at 416 pixels sees: 0.14 of the picture. */
const VISIBLE_HEIGHT = 0.14
const MISSED_LOOKS = 8

/** Things that make a trade what it is. Only a city's own model knows them. */
const TOOLS = ['grill', 'scrap'] as const
export type Tool = (typeof TOOLS)[number]

export interface Witness {
  looks: number
  /** Looks of them for people, by somebody who finds by himself. */
  searches: number
  /** Looks at goods and those of them in which something explains them; both fade. */
  explainable: number
  explained: number
  explainedBy: 'person' | 'vehicle' | 'two-wheeler' | null
  personLooks: number
  personMissed: boolean
  /** Best name of somebody and of something at the spot, with its confidence. */
  personConfidence: number
  thing: { readonly class: string; readonly confidence: number } | null
  parked: Parked[]
  /** Looks in which each tool was at the goods, and its best name. */
  tools: Record<Tool, { looks: number; class: string; confidence: number }>
  /** Carts, tricycles and vans at the goods, on average. */
  carriers: number
  /** When a vehicle last stood close by. */
  vehicleMs: number | null
}

export function emptyWitness(): Witness {
  return {
    looks: 0,
    searches: 0,
    explainable: 0,
    explained: 0,
    explainedBy: null,
    personLooks: 0,
    personMissed: false,
    personConfidence: 0,
    thing: null,
    parked: [],
    tools: { grill: noTool('grill'), scrap: noTool('scrap') },
    carriers: 0,
    vehicleMs: null,
  }
}

const noTool = (name: string) => ({ looks: 0, class: name, confidence: 0 })

/** The tools that are steadily at the goods. */
export function toolsOf({ tools, looks }: Witness): ReadonlySet<Tool> {
  const steady = (tool: Tool) => tools[tool].looks >= TOOL_LOOKS && tools[tool].looks >= TOOL_SHARE * looks
  return new Set(TOOLS.filter(steady))
}

/** The goods of a spot, pixel by pixel. */
export interface SpotGround extends PartedGround {
  /** Share of the goods that lies inside any of the boxes. */
  inside(boxes: readonly Box[]): number
  /** How many pixels in a box keep moving. */
  moving(box: Box): number
  /** Where the goods touch the ground, column by column, outside the boxes. */
  feet(beside: readonly Box[]): Point[]
}

/** A box that is surely a parked thing; `whole`: a vehicle, in which much glints and nobody stands. */
export interface Vouched {
  readonly box: Box
  readonly whole: boolean
}

/**
 * What tracks say stands there for sure, whatever the background model makes of it: vehicles and two-wheelers that
 * have stood for long, found in most looks, under one name.
 */
export function vouchedBy(tracks: readonly Track[], nowMs: number): Vouched[] {
  const sure = tracks.filter(
    (track) =>
      (track.role === 'vehicle' || track.role === 'two-wheeler') &&
      isSure(track) &&
      track.hits >= VOUCH_SHARE * track.looks &&
      nowMs - track.lastSeenMs <= RECENT_MS &&
      nowMs - (track.stationarySinceMs ?? nowMs) >= VOUCH_MS &&
      !isContested(track, tracks),
  )
  return sure.map(({ box, role }) => ({ box, whole: role === 'vehicle' }))
}

export interface Testimony {
  readonly tracks: readonly Track[]
  /** What somebody who does not find by himself calls persons: heard only on what is part of them, when they live. */
  readonly bodies: readonly Track[]
  /** Whether somebody who stays was alive here a moment ago: people stand still for a while. */
  readonly attended: boolean
  readonly searched: boolean
}

/** Takes one look of the tracks into account; true when a person stands by the goods now. */
export function testify(
  witness: Witness,
  ground: SpotGround,
  goods: Box | null,
  life: Box | null,
  { tracks, bodies, attended, searched }: Testimony,
  nowMs: number,
): boolean {
  const here = goods ?? life
  if (here === null) return false
  const isSettled = ({ lastSeenMs, hits }: Track) => nowMs - lastSeenMs <= RECENT_MS && hits >= SETTLED_HITS
  const seen = tracks.filter(isSettled)
  const alive = (track: Track) => track.role !== 'person' || ground.moving(track.box) >= MOVING_PIXELS_MIN
  const settled = seen.filter(
    (track) =>
      alive(track) &&
      !isContested(
        track,
        // What the pixels refute is no word against another witness; a witness in two minds has no word at all.
        seen.filter((other) => alive(other) || other.witness === track.witness),
      ),
  )
  const lived = ({ box }: Track) =>
    attended && life !== null && intersection(box, life) >= LIVED_COVER * area(life)
  const isSomebody = (body: Track) => isSettled(body) && isUpright(body) && (alive(body) || lived(body))
  witness.looks++
  if (searched) witness.searches++
  const person = settled.find(({ role, box }) => role === 'person' && standsBy(box, here))
  if (person !== undefined) {
    witness.personLooks++
    witness.personConfidence = Math.max(witness.personConfidence, person.confidence)
  }
  if (goods !== null) {
    explain(witness, ground, goods, [...settled, ...bodies.filter(isSomebody)])
    nameParked(witness.parked, ground, settled.filter(isSure))
    nameCompany(witness, goods, settled, nowMs)
  }
  const tall = life !== null && life[3] - life[1] >= VISIBLE_HEIGHT
  witness.personMissed = tall && witness.searches >= MISSED_LOOKS && witness.personLooks === 0
  return person?.stationarySinceMs != null && nowMs - person.stationarySinceMs >= STANDS_MS
}

function explain(witness: Witness, ground: SpotGround, goods: Box, settled: readonly Track[]): void {
  const beings = settled.flatMap((track) => {
    const { role, box } = track
    const isBeing = role === 'person' || role === 'vehicle' || role === 'two-wheeler'
    return isBeing && isSure(track) && intersection(box, goods) > 0 ? { role, box } : []
  })
  for (const { role, box, confidence, class: name } of settled) {
    if (role === 'person' || role === 'vehicle' || role === 'two-wheeler') continue
    const better = confidence > (witness.thing?.confidence ?? 0)
    if (better && iou(box, goods) >= NAMES_IOU) witness.thing = { class: name, confidence }
  }
  const covered = beings.length > 0 && ground.inside(beings.map(({ box }) => box)) >= EXPLAINS_COVER
  const by = covered ? largestOf(beings) : null
  if (witness.explainable >= EXPLAINS_LOOKS_MAX) {
    witness.explainable /= 2
    witness.explained /= 2
  }
  witness.explainable++
  if (by !== null) witness.explained++
  const { explained, explainable } = witness
  const steady = explained >= EXPLAINS_LOOKS && explained >= EXPLAINS_SHARE * explainable
  witness.explainedBy = steady ? (by ?? witness.explainedBy) : null
}

/** What else is there that makes a trade: its tools, its carriers, a van that may be unloaded. */
function nameCompany(witness: Witness, goods: Box, settled: readonly Track[], nowMs: number): void {
  const carriers: Box[] = []
  for (const { role, box, class: name, confidence, stationarySinceMs } of settled) {
    if (role === 'vehicle' && stationarySinceMs !== null && isNear(box, goods)) witness.vehicleMs = nowMs
    if (intersection(box, goods) === 0) continue
    // Two witnesses may see the same cart.
    const isNew = !carriers.some((other) => iou(other, box) >= NAMES_IOU)
    if (CARRIERS.has(role) && stationarySinceMs !== null && isNew) carriers.push(box)
    if (role !== 'grill' && role !== 'scrap') continue
    const tool = witness.tools[role]
    tool.looks++
    if (confidence > tool.confidence) witness.tools[role] = { looks: tool.looks, class: name, confidence }
  }
  witness.carriers += CARRIERS_PACE * (carriers.length - witness.carriers)
}

/** One name for most of its life, and sure of it by the model's own measure: it explains things, and parks. */
function isSure({ classShare, confidence }: Track): boolean {
  return classShare >= SETTLED_SHARE && confidence >= SURE_CONFIDENCE
}

function isUpright({ box: [x1, y1, x2, y2] }: Track): boolean {
  return (y2 - y1) * PLANE_HEIGHT >= UPRIGHT * (x2 - x1) * PLANE_WIDTH
}

/** Another name for the same box, nearly as sure. */
function isContested(track: Track, seen: readonly Track[]): boolean {
  return seen.some(
    (other) =>
      other.role !== track.role &&
      other.confidence >= CONTEST_SHARE * track.confidence &&
      iou(other.box, track.box) >= SAME_IOU,
  )
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
