/**
 * A spot is one place where things were set down: its pixels, its times, who attends it, and the acts seen there.
 *
 * Until goods are recognised a spot is only somebody standing; then it remembers the pixels of the goods until they
 * are background again, so that neither passers nor the vendor walking in front of them end the act.
 */
import type { Box } from '../kit/geometry.ts'
import { union } from '../kit/geometry.ts'
import { PLANE_HEIGHT, PLANE_WIDTH } from '../occupancy/standing.ts'
import { AttendanceBook, type AttendanceOptions, type AttendanceState, type Look } from './attendance.ts'
import type { Act, RuleId } from './event.ts'
import {
  isPast,
  type Parked,
  type ParkedKind,
  type Rest,
  shiftParked,
  watchParked,
  watchRest,
} from './parked.ts'
import { parkedFacts } from './parked-facts.ts'
import { newStay, type Stay, shiftStay, watchStay } from './parts.ts'
import type { About, SpotFacts } from './rules/rule.ts'
import { emptyWitness, type SpotGround, toolsOf, type Witness } from './witness.ts'

const AWAY_SEC = 3
const ATTENDED_MS = 20_000
const VEHICLE_NEAR_MS = 10_000
const MOSTLY = 0.35
/** Height over width, and height in the picture, from which goods may be a person. */
const UPRIGHT = 1.4
const PERSON_HEIGHT_MIN = 0.12
/** Height in the picture from which goods hide somebody, where a stall is worth a camera. */
const TALL = 0.25
/** So much more stood here before that somebody must have left. */
const LEFT_SHARE = 1.4
/** Share of the goods' width that lies in the columns of whoever is alive there. */
const OWN_COLUMNS = 0.7
const WHOLE_SHARE = 0.85
const PLACE_PIXELS_MIN = 20
const PLACE_SHARE = 0.4
const PLACE_FADE_SEC = 60
const ALIVE_PIXELS_MIN = 20
const ALIVE_SHARE = 0.01
/** Goods of which so many pixels keep changing, for most of so long, are the mirror image of a sign, or a screen. */
const LIT_SHARE = 0.6
const LIT_MOSTLY = 0.5
const LIT_SEC = 10
/** Goods are older than their spot by what it takes to see them, no more: a speck left by others has pixels as old as theirs. */
const SEEN_LATE_MS = 15_000

/** What one look at the maps found at a spot. */
export interface SpotLook {
  goodsPixels: number
  goodsSeen: number
  /** Of the goods' pixels those that keep changing. */
  goodsLit: number
  goodsNew: number
  goodsSinceMs: number
  goodsBox: Box | null
  /** Pixels that live beside the goods, now and in the place where somebody was alive. */
  hotPixels: number
  placePixels: number
  placeBox: Box | null
  clusterPixels: number
}

/** An act that is open or suspected at a spot. */
export interface OpenAct {
  readonly ruleIndex: number
  readonly about: About
  act: Act
  told: Act
  toldMs: number
}

/** What of a spot survives a restart. */
export type SpotState = Omit<
  Spot,
  | 'book'
  | 'isAlone'
  | 'isAttendedAt'
  | 'hasEvent'
  | 'goneFromMs'
  | 'goneSinceMs'
  | 'boxOf'
  | 'goodsBoxOf'
  | 'partOf'
  | 'isGoing'
  | 'see'
  | 'part'
  | 'facts'
  | 'told'
  | 'save'
  | 'shift'
> & {
  attendance: AttendanceState | null
  attendedUntilMs: number | null
}

export class Spot {
  readonly slot: number
  bornMs: number
  readonly zones: string
  readonly book: AttendanceBook
  acts: OpenAct[] = []
  witness: Witness = emptyWitness()
  goodsSinceMs: number | null = null
  goodsPixels = 0
  /** Their extent now; whoever brought them was perhaps among them before. */
  goodsNow: Box | null = null
  /** Whether the goods, all of them, are still there. */
  stay: Stay = newStay()
  /** The goods beside what is parked. */
  rest: Rest | null = null
  clusterPixels = 0
  clusterPeak = 0
  /** Somebody stood here too and went, and the goods stayed whole. */
  departed = false
  goodsBox: Box | null = null
  lifeBox: Box | null = null
  placePeak = 0
  /** Share of the last seconds in which the goods changed all over. */
  lit = 0
  /** Analysed seconds without anything standing here. */
  emptySec = 0
  /** Ends of the last event here that was about goods or trade, and about trade. */
  reportedUntilMs: number | null = null
  tradedUntilMs: number | null = null
  /** Until when each rule was silenced by a permit. */
  permittedUntilMs: Partial<Record<RuleId, number>> = {}
  unloading: { sinceMs: number; untilMs: number } | null = null
  /** Since when goods that stood before a shop are behind its line again. */
  behindSinceMs: number | null = null
  /** Since when it takes more than its permitted point gives, and since when no longer. */
  permitMemory: { overSinceMs: number | null; backSinceMs: number | null } = {
    overSinceMs: null,
    backSinceMs: null,
  }
  /** Acts of which it was told that an exemption silences them, by rule: when they began. */
  hushedMs: Partial<Record<RuleId, number>> = {}

  constructor(slot: number, bornMs: number, zones: string, attendance: AttendanceOptions) {
    this.slot = slot
    this.bornMs = bornMs
    this.zones = zones
    this.book = new AttendanceBook(attendance)
  }

  /** Plain data of everything above. */
  save(): SpotState {
    const { book, ...rest } = this
    return structuredClone({ ...rest, attendance: book.current, attendedUntilMs: book.untilMs })
  }

  static load(state: SpotState, options: AttendanceOptions): Spot {
    const { attendance, attendedUntilMs, ...rest } = structuredClone(state)
    const spot = new Spot(state.slot, state.bornMs, state.zones, options)
    Object.assign(spot, rest)
    spot.book.current = attendance
    spot.book.untilMs = attendedUntilMs
    return spot
  }

  /** Moves every time: the timeline began anew. */
  shift(byMs: number): void {
    shiftTimes(this, byMs)
    for (const part of this.rest === null ? this.witness.parked : [...this.witness.parked, this.rest])
      shiftParked(part, byMs)
    for (const open of this.acts) {
      const startMs = open.act.startMs + byMs
      const confirmedMs = open.act.confirmedMs === null ? null : open.act.confirmedMs + byMs
      open.act = { ...open.act, startMs, confirmedMs }
      open.told = { ...open.told, startMs, confirmedMs }
      open.toldMs += byMs
    }
  }

  /** Whether somebody who stays was alive here a moment ago. */
  isAttendedAt(nowMs: number): boolean {
    const attendance = this.book.current
    return attendance?.stays === true && nowMs - attendance.aliveMs <= ATTENDED_MS
  }

  /** Goods without an event and without anybody. */
  get isAlone(): boolean {
    return this.goodsSinceMs !== null && this.#isLeft && !this.hasEvent
  }

  get #isLeft(): boolean {
    return this.book.current === null || this.book.current.awaySec >= AWAY_SEC
  }

  get hasEvent(): boolean {
    return this.acts.some(({ act }) => act.confirmedMs !== null)
  }

  get goneFromMs(): number | null {
    return this.stay.goneFromMs
  }

  get goneSinceMs(): number | null {
    return this.stay.goneSinceMs
  }

  /** Where what an act is about stands; of a trade with whoever stays there. */
  boxOf(about: About): Box | null {
    if (about === 'trade') {
      return this.lifeBox === null || this.goodsBox === null
        ? this.goodsBox
        : union(this.goodsBox, this.lifeBox)
    }
    return this.goodsBoxOf(about)
  }

  /** The same without persons. */
  goodsBoxOf(about: About): Box | null {
    if (about === 'trade') return this.goodsBox
    if (about === 'goods') return this.rest?.box ?? this.goodsBox
    return this.partOf(about)?.box ?? null
  }

  partOf(kind: ParkedKind): Parked | null {
    return this.witness.parked.find((part) => part.kind === kind) ?? null
  }

  /** Whether what an act is about is perhaps gone. */
  isGoing(about: About): boolean {
    if (this.goneFromMs !== null) return true
    const part = about === 'goods' ? this.rest : about === 'trade' ? null : this.partOf(about)
    return part !== null && part.goneFromMs !== null
  }

  see(look: SpotLook, personStands: boolean, nowMs: number, dtSec: number): void {
    this.clusterPixels = look.clusterPixels
    this.clusterPeak = Math.max(look.clusterPixels, this.clusterPeak)
    this.goodsPixels = look.goodsPixels
    this.emptySec = look.clusterPixels > 0 ? 0 : this.emptySec + dtSec
    // Whoever brought them was perhaps counted among them: once he has left, what still stands is asked again.
    const sinceMs = Math.max(look.goodsSinceMs, this.bornMs - SEEN_LATE_MS)
    if (this.isAlone && look.goodsSinceMs !== Infinity) this.goodsSinceMs = sinceMs
    else if (look.goodsNew > 0) this.goodsSinceMs = Math.min(this.goodsSinceMs ?? Infinity, sinceMs)
    if (look.goodsBox !== null)
      this.goodsBox = this.goodsBox === null ? look.goodsBox : union(this.goodsBox, look.goodsBox)
    this.goodsNow = look.goodsBox
    const isLit = look.goodsPixels > 0 && look.goodsLit >= LIT_SHARE * look.goodsPixels
    this.lit += (1 - Math.exp(-dtSec / LIT_SEC)) * (Number(isLit) - this.lit)
    const peak = Math.max(this.stay.peak, look.goodsPixels)
    const smaller = look.clusterPixels > 0 && this.clusterPeak >= LEFT_SHARE * look.clusterPixels
    if (smaller && look.goodsPixels > 0 && look.goodsSeen >= WHOLE_SHARE * peak) this.departed = true
    this.#attend(look, personStands, nowMs, dtSec)
    if (this.goodsSinceMs === null) this.stay.peak = peak
    else watchStay(this.stay, { pixels: look.goodsPixels, seen: look.goodsSeen }, nowMs)
    this.#watchUnloading(nowMs)
  }

  /** Looks at the goods part by part, once something of them has a name. */
  part(ground: SpotGround, nowMs: number): void {
    const { witness } = this
    if (witness.parked.length === 0) return
    const look = { nowMs, earliestMs: this.bornMs - SEEN_LATE_MS, clear: this.#isLeft }
    for (const part of witness.parked) watchParked(part, ground, look)
    const isTold = (about: About) => this.acts.some((open) => open.about === about)
    const gone = witness.parked.filter((part) => isPast(part) && !isTold(part.kind))
    witness.parked = witness.parked.filter((part) => !gone.includes(part))
    if (this.rest?.goneSinceMs != null && !isTold('goods')) this.rest = null
    const believed = witness.parked.filter((part) => part.believed)
    if (believed.length > 0) this.rest = watchRest(this.rest, believed, ground, look)

    const standing = [...believed, ...(this.rest === null ? [] : [this.rest])].filter(
      (part) => part.goneFromMs === null,
    )
    if (standing.length > 0) Object.assign(this.stay, { ...newStay(), peak: this.stay.peak })
    if (gone.some((part) => part.believed) && standing.length > 0) {
      // What was taken away is missed no longer.
      this.stay.peak = this.goodsPixels
      this.goodsBox = standing.flatMap(({ box }) => (box === null ? [] : [box])).reduce(union)
    }
    if (believed.length === 0) this.rest = null
  }

  #attend(look: SpotLook, personStands: boolean, nowMs: number, dtSec: number): void {
    this.placePeak = Math.max(look.placePixels, this.placePeak * Math.exp(-dtSec / PLACE_FADE_SEC))
    const alive =
      personStands ||
      (look.hotPixels >= ALIVE_PIXELS_MIN && look.hotPixels >= ALIVE_SHARE * look.clusterPixels)
    const taken = look.placePixels >= PLACE_PIXELS_MIN && look.placePixels >= PLACE_SHARE * this.placePeak
    const said: Look = alive ? 'alive' : taken ? 'quiet' : 'absent'
    this.book.look(said, nowMs, dtSec)
    if (alive && look.placeBox !== null && this.goodsSinceMs !== null) {
      this.lifeBox = this.lifeBox === null ? look.placeBox : union(this.lifeBox, look.placeBox)
    }
  }

  #watchUnloading(nowMs: number): void {
    const { vehicleMs } = this.witness
    if (vehicleMs === null || nowMs - vehicleMs > VEHICLE_NEAR_MS || this.#isLeft) return
    this.unloading ??= { sinceMs: nowMs, untilMs: nowMs }
    this.unloading.untilMs = nowMs
  }

  /** Whether an act about something parked here is going on. */
  #isTold(kind: ParkedKind): boolean {
    return this.acts.some(({ about, act }) => about === kind && act.confirmedMs !== null)
  }

  /** Upright like a person, and never was there more that has gone since. */
  get #figure(): boolean {
    const box = this.goodsNow ?? this.goodsBox
    if (box === null) return false
    const [x1, y1, x2, y2] = box
    const upright = (y2 - y1) * PLANE_HEIGHT >= UPRIGHT * (x2 - x1) * PLANE_WIDTH
    const left = this.departed || this.book.untilMs !== null
    return upright && y2 - y1 >= PERSON_HEIGHT_MIN && !left
  }

  /**
   * Whether all there is is somebody alone: what does not move of him stands upright in his own columns. Whoever stands
   * beside or behind goods has columns of his own.
   */
  get #alone(): boolean {
    const { lifeBox } = this
    const box = this.goodsNow ?? this.goodsBox
    if (box === null || lifeBox === null || !this.#figure) return false
    const shared = Math.min(box[2], lifeBox[2]) - Math.max(box[0], lifeBox[0])
    return shared >= OWN_COLUMNS * (box[2] - box[0])
  }

  /** An event about something here is over: its minutes are told. */
  told(about: About, untilMs: number): void {
    if (about === 'trade') this.tradedUntilMs = untilMs
    if (about === 'trade' || about === 'goods') this.reportedUntilMs = untilMs
    else {
      const part = this.partOf(about)
      if (part !== null) part.reportedUntilMs = untilMs
    }
  }

  facts(nowMs: number): SpotFacts {
    const { witness, rest } = this
    const { personMissed } = witness
    const told = witness.parked.filter(({ kind }) => this.#isTold(kind))
    const standsNow = this.clusterPixels > 0 && this.goneFromMs === null
    return {
      nowMs,
      // Light is no goods, as long as it goes on changing.
      goodsSinceMs: this.lit > LIT_MOSTLY ? null : this.goodsSinceMs,
      goneSinceMs: this.goneSinceMs,
      attendance: personMissed ? null : this.book.current,
      attendedUntilMs: personMissed ? null : this.book.untilMs,
      reportedUntilMs: this.reportedUntilMs,
      mostlyGoods: standsNow && this.goodsPixels >= MOSTLY * this.clusterPixels,
      figure: this.#figure,
      alone: this.#alone,
      tall: this.goodsBox !== null && this.goodsBox[3] - this.goodsBox[1] >= TALL,
      explainedBy: witness.explainedBy ?? (rest === null ? (told[0]?.kind ?? null) : null),
      personMissed,
      parked: witness.parked.flatMap((part) => parkedFacts(part, told.includes(part), this.tradedUntilMs)),
      rest:
        rest === null || rest.sinceMs === null || rest.box === null
          ? null
          : { ...rest, sinceMs: rest.sinceMs, box: rest.box },
      tools: toolsOf(witness),
      carriers: Math.round(witness.carriers),
      unloading: this.unloading,
      beyond: null,
      permit: null,
      permitCheck: null,
    }
  }
}

function shiftTimes(spot: Spot, byMs: number): void {
  const moved = (ms: number | null) => (ms === null ? null : ms + byMs)
  spot.bornMs += byMs
  spot.goodsSinceMs = moved(spot.goodsSinceMs)
  spot.reportedUntilMs = moved(spot.reportedUntilMs)
  spot.tradedUntilMs = moved(spot.tradedUntilMs)
  spot.behindSinceMs = moved(spot.behindSinceMs)
  spot.permitMemory = {
    overSinceMs: moved(spot.permitMemory.overSinceMs),
    backSinceMs: moved(spot.permitMemory.backSinceMs),
  }
  for (const [rule, ms] of Object.entries(spot.hushedMs)) spot.hushedMs[rule as RuleId] = ms + byMs
  spot.witness.vehicleMs = moved(spot.witness.vehicleMs)
  spot.book.untilMs = moved(spot.book.untilMs)
  shiftStay(spot.stay, byMs)
  for (const [rule, ms] of Object.entries(spot.permittedUntilMs))
    spot.permittedUntilMs[rule as RuleId] = ms + byMs
  if (spot.unloading !== null) {
    const { sinceMs, untilMs } = spot.unloading
    spot.unloading = { sinceMs: sinceMs + byMs, untilMs: untilMs + byMs }
  }
  if (spot.book.current !== null) {
    spot.book.current.sinceMs += byMs
    spot.book.current.lastMs += byMs
    spot.book.current.aliveMs += byMs
    spot.book.current.aliveFromMs += byMs
  }
}
