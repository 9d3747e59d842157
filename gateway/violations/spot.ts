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
import type { Act } from './event.ts'
import type { SpotFacts } from './rules/rule.ts'
import { emptyWitness, type Witness } from './witness.ts'

const GONE_SHARE = 0.15
const GONE_SEEN_SHARE = 0.25
const GONE_LOOKS = 2
const GONE_SEC = 2
const AWAY_SEC = 3
const MOSTLY = 0.35
/** Height over width, and height in the picture, from which goods may be a person. */
const UPRIGHT = 1.4
const PERSON_HEIGHT_MIN = 0.12
/** So much more stood here before that somebody must have left. */
const LEFT_SHARE = 1.4
const WHOLE_SHARE = 0.85
const PLACE_PIXELS_MIN = 20
const PLACE_SHARE = 0.4
const PLACE_FADE_SEC = 60
const ALIVE_PIXELS_MIN = 20
const ALIVE_SHARE = 0.01
/** Goods are older than their spot by what it takes to see them, no more: a speck left by others has pixels as old as theirs. */
const SEEN_LATE_MS = 15_000

/** What one look at the maps found at a spot. */
export interface SpotLook {
  goodsPixels: number
  goodsSeen: number
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
  act: Act
  told: Act
  toldMs: number
}

/** What of a spot survives a restart. */
export type SpotState = Omit<
  Spot,
  'book' | 'isAlone' | 'hasEvent' | 'boxWith' | 'see' | 'facts' | 'save' | 'shift'
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
  goodsPeak = 0
  clusterPixels = 0
  clusterPeak = 0
  /** Somebody stood here too and went, and the goods stayed whole. */
  departed = false
  goodsBox: Box | null = null
  lifeBox: Box | null = null
  placePeak = 0
  /** Analysed seconds without anything standing here. */
  emptySec = 0
  goneLooks = 0
  goneFromMs: number | null = null
  goneSinceMs: number | null = null
  reportedUntilMs: number | null = null
  permittedUntilMs: number | null = null

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
    const moved = (ms: number | null) => (ms === null ? null : ms + byMs)
    this.bornMs += byMs
    this.goodsSinceMs = moved(this.goodsSinceMs)
    this.goneFromMs = moved(this.goneFromMs)
    this.goneSinceMs = moved(this.goneSinceMs)
    this.reportedUntilMs = moved(this.reportedUntilMs)
    this.permittedUntilMs = moved(this.permittedUntilMs)
    this.book.untilMs = moved(this.book.untilMs)
    if (this.book.current !== null) {
      this.book.current.sinceMs += byMs
      this.book.current.lastMs += byMs
    }
    for (const open of this.acts) {
      const { startMs, confirmedMs } = open.act
      open.act = { ...open.act, startMs: startMs + byMs, confirmedMs: moved(confirmedMs) }
      open.told = { ...open.told, startMs: open.act.startMs, confirmedMs: open.act.confirmedMs }
      open.toldMs += byMs
    }
  }

  /** Goods without an event and without anybody. */
  get isAlone(): boolean {
    const away = this.book.current === null || this.book.current.awaySec >= AWAY_SEC
    return this.goodsSinceMs !== null && away && !this.hasEvent
  }

  get hasEvent(): boolean {
    return this.acts.some(({ act }) => act.confirmedMs !== null)
  }

  /** Goods and whoever stays with them: the extent of the act. */
  boxWith(life: boolean): Box | null {
    if (!life || this.lifeBox === null || this.goodsBox === null) return this.goodsBox
    return union(this.goodsBox, this.lifeBox)
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
    this.goodsPeak = Math.max(this.goodsPeak, look.goodsPixels)
    if (look.goodsBox !== null)
      this.goodsBox = this.goodsBox === null ? look.goodsBox : union(this.goodsBox, look.goodsBox)
    const smaller = look.clusterPixels > 0 && this.clusterPeak >= LEFT_SHARE * look.clusterPixels
    if (smaller && look.goodsPixels > 0 && look.goodsSeen >= WHOLE_SHARE * this.goodsPeak)
      this.departed = true
    this.#attend(look, personStands, nowMs, dtSec)
    this.#watchGone(look, nowMs)
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

  #watchGone(look: SpotLook, nowMs: number): void {
    if (this.goodsSinceMs === null) return
    const gone =
      look.goodsPixels < GONE_SHARE * this.goodsPeak || look.goodsSeen < GONE_SEEN_SHARE * look.goodsPixels
    if (!gone) {
      this.goneLooks = 0
      this.goneFromMs = null
      this.goneSinceMs = null
      return
    }
    this.goneFromMs ??= nowMs
    this.goneLooks++
    if (this.goneLooks >= GONE_LOOKS && nowMs - this.goneFromMs >= 1000 * GONE_SEC)
      this.goneSinceMs = this.goneFromMs
  }

  /** Upright like a person, and never was there more that has gone since. */
  get #figure(): boolean {
    if (this.goodsBox === null) return false
    const [x1, y1, x2, y2] = this.goodsBox
    const upright = (y2 - y1) * PLANE_HEIGHT >= UPRIGHT * (x2 - x1) * PLANE_WIDTH
    const left = this.departed || this.book.untilMs !== null
    return upright && y2 - y1 >= PERSON_HEIGHT_MIN && !left
  }

  facts(nowMs: number): SpotFacts {
    const { personMissed, explainedBy } = this.witness
    const standsNow = this.clusterPixels > 0 && this.goneFromMs === null
    return {
      nowMs,
      goodsSinceMs: this.goodsSinceMs,
      goneSinceMs: this.goneSinceMs,
      attendance: personMissed ? null : this.book.current,
      attendedUntilMs: personMissed ? null : this.book.untilMs,
      reportedUntilMs: this.reportedUntilMs,
      mostlyGoods: standsNow && this.goodsPixels >= MOSTLY * this.clusterPixels,
      figure: this.#figure,
      explainedBy,
      personMissed,
    }
  }
}
