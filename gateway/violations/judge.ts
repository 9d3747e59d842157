/**
 * The judge of one camera: turns what stands, and who is with it, into acts that begin, last and end.
 *
 *     Standing ─▶ zones ─▶ clusters ─▶ spots (memory) ─▶ facts ─▶ rules ─▶ CANDIDATE ▸ CONFIRMING ▸ ACTIVE ▸ CLEARING ▸ CLEARED
 *     Track[] ───────────────────────────┘                                  SUPPRESSED: permitted   LOST: nobody could see
 *
 * One continuing act is one event. Time is the camera's timeline, so gaps, changed rates and restarts do not count
 * as absence: while nothing was analysed nothing ends, and an act that was out of sight for too long is LOST, which
 * is not cleared. The judge suspects; people decide.
 */
import { z } from 'zod'
import { assert } from '../kit/assert.ts'
import { type Box, contains, foot, iou, type Point, type Polygon } from '../kit/geometry.ts'
import type { Region, Standing } from '../occupancy/standing.ts'
import type { Track } from '../tracks/track.ts'
import { AttendanceOptions } from './attendance.ts'
import { apart, type Cluster, cluster, reachOfBox } from './clusters.ts'
import type { Act, ActChange, ActObject, RuleId } from './event.ts'
import { Ground, SLOTS } from './ground.ts'
import { loadJudge, saveJudge } from './judge-memory.ts'
import { RULES } from './rules/index.ts'
import type { Claim, Rule } from './rules/rule.ts'
import { type OpenAct, Spot } from './spot.ts'
import { testify } from './witness.ts'

export const JudgeOptions = z.strictObject({
  stableShareMin: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('Share of a region that must hold its colour; less is a crowd or a tree.'),
  settledShareMin: z
    .number()
    .min(0)
    .max(1)
    .default(0.35)
    .describe('Share that must hold its colour unless somebody is alive in it (5 % of it).'),
  leavesSec: z
    .number()
    .min(5)
    .max(600)
    .default(20)
    .describe('Absence of the vendor after which vending is over, dated back to his last moment (s).'),
  updateSec: z
    .number()
    .min(5)
    .max(3600)
    .default(60)
    .describe('Least time between two updates of one act (s).'),
  lostSec: z
    .number()
    .min(5)
    .max(86_400)
    .default(300)
    .describe('Time without any analysed picture after which open acts count as lost from sight (s).'),
  gapSecMax: z.number().min(1).max(10).default(3).describe('Most seconds that one look may stand for (s).'),
  attendance: AttendanceOptions.default(AttendanceOptions.parse({})),
})
export type JudgeOptions = z.infer<typeof JudgeOptions>

export interface JudgedZone {
  readonly id: string
  readonly type: string
  readonly polygon: Polygon
  readonly rules: readonly {
    readonly rule: RuleId
    readonly minDwellSec: number
    readonly clearSec?: number
  }[]
}

export interface JudgeParts {
  readonly cameraId: string
  readonly zones: readonly JudgedZone[]
  /** Whether trade is permitted at this place and time. */
  readonly permitted: (zoneId: string, foot: Point, wallMs: number) => boolean
  readonly options: JudgeOptions
}

export interface Sight {
  readonly timeMs: number
  readonly wallMs: number
  readonly standing: Standing
  /** null: no detector, or it did not look. */
  readonly tracks: readonly Track[] | null
}

export type Attention = 'patrol' | 'watch' | 'pursue'

interface Watched {
  readonly rule: Rule
  readonly zone: JudgedZone
  readonly minDwellMs: number
  readonly patienceSec: number
}

const CLAIMED_SHARE = 0.1
/** Or this share of the cluster lies on the spot: a fragment of it. */
const INSIDE_SHARE = 0.3
/** Goods smaller than this beside somebody are his elbow. */
const GOODS_SHARE_MIN = 0.05
const ALIVE_SHARE = 0.05
const FORGET_MS = 3_000
const CLEARING_SEC = 5
const NEAR_SHARE = 0.7
const MATERIAL_IOU = 0.8
const MATERIAL_CONFIDENCE = 0.1

export class Judge {
  readonly #parts: JudgeParts
  readonly #watched: readonly Watched[]
  readonly #ground = new Ground()
  readonly #spots = new Map<number, Spot>()
  readonly #shared = new Int32Array(256 * SLOTS)
  readonly #sizes = new Int32Array(SLOTS)
  readonly #slotOf = new Uint8Array(256)
  readonly #mayGrow = new Uint8Array(SLOTS)
  readonly #bare = new Uint8Array(SLOTS)
  readonly #attendance: AttendanceOptions
  #timeMs: number | null = null
  #epoch = 0
  #serial = 0
  #restless = false
  #restored = false

  constructor(parts: JudgeParts) {
    this.#parts = parts
    this.#watched = parts.zones.flatMap((zone) =>
      zone.rules.flatMap(({ rule, minDwellSec, clearSec }) => {
        const known = RULES.get(rule)
        if (known === undefined) return []
        const patienceSec = Math.max(parts.options.leavesSec, clearSec ?? 0)
        return { rule: known, zone, minDwellMs: 1000 * minDwellSec, patienceSec }
      }),
    )
    // An attendance must not end before the patience of the rules does.
    const breakSec = Math.max(
      parts.options.attendance.breakSec,
      ...this.#watched.map(({ patienceSec }) => patienceSec),
    )
    this.#attendance = { ...parts.options.attendance, breakSec }
  }

  judge({ timeMs, wallMs, standing, tracks }: Sight): ActChange[] {
    const changes: ActChange[] = []
    if (this.#restored) this.#rebase(timeMs)
    const gapMs = timeMs - (this.#timeMs ?? timeMs)
    assert(gapMs >= 0, 'one judge sees one camera, in the order of time')
    if (standing.epoch !== this.#epoch) this.#loseAll(changes, standing.epoch)
    if (!standing.ready) return changes
    this.#timeMs = timeMs
    const dtSec = Math.min(this.#parts.options.gapSecMax, gapMs / 1000)

    const clusters = this.#clusters(standing)
    const pixels = this.#assign(clusters, standing, timeMs, changes)
    this.#ground.take(standing, this.#slotOf, this.#mayGrow, this.#bare)
    for (const spot of [...this.#spots.values()]) {
      const look = this.#ground.look(spot.slot, standing, pixels.get(spot.slot) ?? 0)
      const stands =
        tracks !== null &&
        testify(spot.witness, look.goodsBox ?? spot.goodsBox, look.placeBox ?? spot.lifeBox, tracks, timeMs)
      spot.see(look, stands, timeMs, dtSec)
      this.#decide(spot, timeMs, wallMs, changes)
      if (this.#isOver(spot, timeMs)) this.#forget(spot, timeMs, changes)
    }
    this.#ground.mark(standing.labels, this.#slotOf, this.#bareNow())
    this.#restless = standing.regions.some((region) => region.hotPixels > 0 || region.goodsPixels > 0)
    return changes
  }

  /** End of the input: what is seen to be over is told, what goes on stays open. */
  finish(timeMs: number): ActChange[] {
    const changes: ActChange[] = []
    for (const spot of this.#spots.values()) {
      for (const open of [...spot.acts]) {
        const overMs = this.#watched[open.ruleIndex]!.rule.over(spot.facts(timeMs), 0)
        if (open.act.confirmedMs !== null && overMs !== null && spot.goneSinceMs !== null) {
          this.#clear(spot, open, overMs, 'CLEARED', changes)
        }
      }
    }
    return changes
  }

  /** Called while no picture comes: open acts that nobody could see for too long are LOST, which is not cleared. */
  lapse(timeMs: number): ActChange[] {
    const changes: ActChange[] = []
    if (this.#timeMs === null || timeMs - this.#timeMs < 1000 * this.#parts.options.lostSec) return changes
    for (const spot of this.#spots.values()) {
      for (const open of spot.acts) {
        if (open.act.confirmedMs === null || open.act.state === 'LOST') continue
        open.act = { ...open.act, state: 'LOST' }
        this.#tell('updated', open, timeMs, changes)
      }
    }
    return changes
  }

  /** Everything that must outlive the process, with a version; see `judge-memory.ts`. */
  snapshot(): Uint8Array {
    const { owner, place } = this.#ground
    const spots = [...this.#spots.values()].map((spot) => spot.save())
    const ruleIds = this.#watched.map(({ rule, zone }) => `${zone.id} ${rule.name}`)
    return saveJudge(
      { timeMs: this.#timeMs, epoch: this.#epoch, serial: this.#serial, ruleIds, spots },
      owner,
      place,
    )
  }

  /** Takes up a snapshot. One that does not fit (other version, other zones) is refused (false), nothing changes. */
  restore(bytes: Uint8Array): boolean {
    const saved = loadJudge(bytes)
    const ruleIds = this.#watched.map(({ rule, zone }) => `${zone.id} ${rule.name}`)
    if (saved === null || saved.state.ruleIds.join() !== ruleIds.join()) return false
    this.#ground.owner.set(saved.owner)
    this.#ground.place.set(saved.place)
    this.#timeMs = saved.state.timeMs
    this.#epoch = saved.state.epoch
    this.#serial = saved.state.serial
    this.#spots.clear()
    for (const state of saved.state.spots) this.#spots.set(state.slot, Spot.load(state, this.#attendance))
    this.#restored = true
    return true
  }

  /** After a reboot the timeline starts anew: what is remembered moves with it, as if no time had passed. */
  #rebase(timeMs: number): void {
    this.#restored = false
    const lateMs = (this.#timeMs ?? timeMs) - timeMs
    if (lateMs <= 0) return
    for (const spot of this.#spots.values()) spot.shift(-lateMs)
    this.#timeMs = timeMs
  }

  /** What the judge would have the camera do: look rarely, look, look closely. */
  attention(): Attention {
    let attention: Attention = this.#restless || this.#spots.size > 0 ? 'watch' : 'patrol'
    for (const spot of this.#spots.values()) {
      for (const { act, ruleIndex } of spot.acts) {
        const near = (this.#timeMs ?? 0) - act.startMs >= NEAR_SHARE * this.#watched[ruleIndex]!.minDwellMs
        if (act.state === 'CLEARING' || (act.confirmedMs === null && near)) attention = 'pursue'
      }
    }
    return attention
  }

  /** Everything that is suspected or going on now. */
  acts(): readonly Act[] {
    return [...this.#spots.values()].flatMap((spot) => spot.acts.map(({ act }) => act))
  }

  /** Acts that are suspected and not confirmed yet. */
  candidates(): readonly Act[] {
    return [...this.#spots.values()].flatMap((spot) =>
      spot.acts.filter(({ act }) => act.confirmedMs === null).map(({ act }) => act),
    )
  }

  #clusters(standing: Standing): Cluster[] {
    const { stableShareMin, settledShareMin } = this.#parts.options
    const eligible = standing.regions.filter(
      ({ stableShare, hotPixels, pixels }) =>
        stableShare >= stableShareMin &&
        (stableShare >= settledShareMin || hotPixels >= ALIVE_SHARE * pixels),
    )
    const placed = eligible.flatMap((region) => {
      const zones = this.#zonesAt(region)
      return zones === null ? [] : { region, zones }
    })
    return cluster(placed, standing.labels)
  }

  /** Ids of the zones that watch the place, joined; '' where none does, null where all must look away. */
  #zonesAt(region: Region): string | null {
    const here = this.#parts.zones.filter((zone) => contains(zone.polygon, region.foot))
    if (here.some((zone) => zone.type === 'IGNORE')) return null
    return here
      .filter((zone) => zone.rules.length > 0)
      .map((zone) => zone.id)
      .join(' ')
  }

  /** Finds the spot of each cluster, opens new ones, merges those that turn out to be one; gives pixels by slot. */
  #assign(
    clusters: readonly Cluster[],
    standing: Standing,
    timeMs: number,
    changes: ActChange[],
  ): Map<number, number> {
    this.#ground.overlap(standing.labels, this.#shared, this.#sizes)
    this.#slotOf.fill(0)
    this.#mayGrow.fill(0)
    const pixels = new Map<number, number>()
    for (const found of clusters) {
      const spot = this.#claim(found, changes) ?? this.#open(found, timeMs)
      if (spot === null) continue
      for (const region of found.regions) this.#slotOf[region.label] = spot.slot
      pixels.set(spot.slot, (pixels.get(spot.slot) ?? 0) + found.pixels)
      const worth = found.goodsPixels >= GOODS_SHARE_MIN * found.pixels
      if (worth && found.zones === spot.zones && !standing.unsettled) this.#mayGrow[spot.slot] = 1
    }
    this.#bareNow()
    return pixels
  }

  #claim(found: Cluster, changes: ActChange[]): Spot | null {
    const claimed: Spot[] = []
    for (const spot of this.#spots.values()) {
      let shared = 0
      for (const { label } of found.regions) shared += this.#shared[label * SLOTS + spot.slot]!
      const covers = shared > 0 && shared >= CLAIMED_SHARE * this.#sizes[spot.slot]!
      if (covers || shared >= INSIDE_SHARE * found.pixels || beside(found, spot)) claimed.push(spot)
    }
    claimed.sort((a, b) => Number(b.hasEvent) - Number(a.hasEvent) || age(a) - age(b))
    const [first, ...others] = claimed
    if (first === undefined) return null
    for (const other of others) if (!other.hasEvent) this.#merge(other, first, changes)
    return first
  }

  #merge(from: Spot, to: Spot, changes: ActChange[]): void {
    if (from.zones !== to.zones) return
    for (const open of [...from.acts]) this.#drop(from, open, this.#timeMs ?? 0, changes)
    this.#ground.hand(from.slot, to.slot)
    if (from.goodsSinceMs !== null) to.goodsSinceMs = Math.min(to.goodsSinceMs ?? Infinity, from.goodsSinceMs)
    this.#spots.delete(from.slot)
  }

  #open(found: Cluster, timeMs: number): Spot | null {
    if (found.zones === '') return null
    let slot = 1
    while (this.#spots.has(slot)) slot++
    if (slot >= SLOTS) return null
    const spot = new Spot(slot, timeMs, found.zones, this.#attendance)
    this.#spots.set(slot, spot)
    return spot
  }

  #bareNow(): Uint8Array {
    this.#bare.fill(0)
    for (const spot of this.#spots.values()) if (spot.goodsSinceMs === null) this.#bare[spot.slot] = 1
    return this.#bare
  }

  #isOver(spot: Spot, timeMs: number): boolean {
    if (spot.goodsSinceMs === null) return timeMs - spot.clusterMs > FORGET_MS
    return spot.goneSinceMs !== null && spot.acts.length === 0
  }

  #forget(spot: Spot, timeMs: number, changes: ActChange[]): void {
    for (const open of [...spot.acts]) this.#drop(spot, open, timeMs, changes)
    this.#ground.hand(spot.slot, 0)
    this.#spots.delete(spot.slot)
  }

  #decide(spot: Spot, timeMs: number, wallMs: number, changes: ActChange[]): void {
    if (spot.goodsSinceMs === null || spot.goodsBox === null) return
    const facts = spot.facts(timeMs)
    const zoneIds = spot.zones.split(' ')
    for (const [index, watched] of this.#watched.entries()) {
      if (!zoneIds.includes(watched.zone.id)) continue
      const open = spot.acts.find((act) => this.#watched[act.ruleIndex]!.rule === watched.rule)
      if (open !== undefined && open.ruleIndex !== index) continue
      if (this.#parts.permitted(watched.zone.id, foot(spot.goodsBox), wallMs)) {
        spot.permittedUntilMs = timeMs
        if (open !== undefined) this.#suppress(spot, open, timeMs, changes)
        continue
      }
      if (open?.act.confirmedMs != null) this.#follow(spot, open, watched, timeMs, changes)
      else this.#weigh(spot, open ?? null, index, watched.rule.claim(facts), timeMs, changes)
    }
  }

  /** An act that is open: goes on, clears, or comes back. */
  #follow(spot: Spot, open: OpenAct, watched: Watched, timeMs: number, changes: ActChange[]): void {
    const facts = spot.facts(timeMs)
    const overMs = watched.rule.over(facts, watched.patienceSec)
    if (overMs !== null) {
      this.#clear(spot, open, overMs, 'CLEARED', changes)
      return
    }
    const clearing = spot.goneFromMs !== null || watched.rule.over(facts, CLEARING_SEC) !== null
    open.act = {
      ...open.act,
      state: clearing ? 'CLEARING' : 'ACTIVE',
      box: this.#boxOf(spot, watched.rule) ?? open.act.box,
      confidence: confidenceOf(spot, watched, timeMs - open.act.startMs),
      objects: objectsOf(spot, watched.rule),
    }
    const due = timeMs - open.toldMs >= 1000 * this.#parts.options.updateSec
    const back = open.told.state === 'LOST'
    if (back || (!clearing && due && isMaterial(open.told, open.act)))
      this.#tell('updated', open, timeMs, changes)
  }

  /** An act that is only suspected: begins, is confirmed by its dwell, or turns out to be none. */
  #weigh(
    spot: Spot,
    open: OpenAct | null,
    ruleIndex: number,
    claim: Claim | null,
    timeMs: number,
    changes: ActChange[],
  ): void {
    const watched = this.#watched[ruleIndex]!
    const other = spot.acts.find(({ act }) => act.confirmedMs !== null)
    if (claim === null) {
      if (open !== null) this.#drop(spot, open, timeMs, changes)
      return
    }
    const { startMs, dwellMs } = afterPermit(claim, spot.permittedUntilMs)
    const box = this.#boxOf(spot, watched.rule)
    if (box === null || dwellMs < 0) return
    const suspected = open ?? this.#suspect(spot, ruleIndex, startMs, box, timeMs, changes)
    suspected.act = {
      ...suspected.act,
      startMs,
      box,
      state: 2 * dwellMs >= watched.minDwellMs ? 'CONFIRMING' : 'CANDIDATE',
      confidence: confidenceOf(spot, watched, dwellMs),
      objects: objectsOf(spot, watched.rule),
    }
    if (dwellMs < watched.minDwellMs) return
    if (other !== undefined) {
      // Piling waits until vending is over; unattended goods that somebody turns out to trade change their name.
      if (watched.rule.name === 'piling') return
      this.#clear(spot, other, Math.max(startMs, other.act.startMs), 'CLEARED', changes)
    }
    suspected.act = { ...suspected.act, state: 'ACTIVE', confirmedMs: timeMs }
    this.#tell('confirmed', suspected, timeMs, changes)
  }

  #suspect(
    spot: Spot,
    ruleIndex: number,
    startMs: number,
    box: Box,
    timeMs: number,
    changes: ActChange[],
  ): OpenAct {
    const { rule, zone } = this.#watched[ruleIndex]!
    const act: Act = {
      actKey: `${rule.name}:${zone.id}:${Math.round(startMs)}:${++this.#serial}`,
      ruleId: rule.name,
      zoneId: zone.id,
      startMs,
      confirmedMs: null,
      endMs: null,
      box,
      confidence: 0,
      state: 'CANDIDATE',
      objects: objectsOf(spot, rule),
    }
    const open = { ruleIndex, act, told: act, toldMs: timeMs }
    spot.acts.push(open)
    this.#tell('candidate', open, timeMs, changes)
    return open
  }

  #clear(spot: Spot, open: OpenAct, endMs: number, state: Act['state'], changes: ActChange[]): void {
    open.act = { ...open.act, state, endMs: Math.max(endMs, open.act.startMs) }
    spot.reportedUntilMs = open.act.endMs
    spot.acts.splice(spot.acts.indexOf(open), 1)
    changes.push({ kind: 'cleared', act: open.act })
  }

  #drop(spot: Spot, open: OpenAct, timeMs: number, changes: ActChange[], state: Act['state'] = 'IDLE'): void {
    spot.acts.splice(spot.acts.indexOf(open), 1)
    changes.push({ kind: 'dropped', act: { ...open.act, state, endMs: timeMs } })
  }

  #suppress(spot: Spot, open: OpenAct, timeMs: number, changes: ActChange[]): void {
    if (open.act.confirmedMs !== null) this.#clear(spot, open, timeMs, 'SUPPRESSED', changes)
    else this.#drop(spot, open, timeMs, changes, 'SUPPRESSED')
  }

  /** The background was learned afresh: what stood is out of sight for good. Nobody saw it go. */
  #loseAll(changes: ActChange[], epoch: number): void {
    this.#epoch = epoch
    const timeMs = this.#timeMs ?? 0
    for (const spot of [...this.#spots.values()]) {
      for (const open of [...spot.acts]) {
        if (open.act.confirmedMs !== null) this.#clear(spot, open, timeMs, 'LOST', changes)
      }
      this.#forget(spot, timeMs, changes)
    }
  }

  #tell(kind: ActChange['kind'], open: OpenAct, timeMs: number, changes: ActChange[]): void {
    open.told = open.act
    open.toldMs = timeMs
    changes.push({ kind, act: open.act })
  }

  #boxOf(spot: Spot, rule: Rule): Box | null {
    return spot.boxWith(rule.name === 'street-vending')
  }
}

/** Close to goods that stand: a late second crate is the same act. */
function beside(found: Cluster, spot: Spot): boolean {
  if (spot.goodsBox === null || spot.goneFromMs !== null || found.goodsPixels === 0) return false
  if (found.zones !== spot.zones) return false
  return found.regions.some(
    (region) => apart(region.box, spot.goodsBox!) <= reachOfBox(region.box) + reachOfBox(spot.goodsBox!),
  )
}

const age = (spot: Spot): number => spot.goodsSinceMs ?? spot.bornMs + 1e12

/** Minutes under a permit do not count. */
function afterPermit(claim: Claim, permittedUntilMs: number | null): Claim {
  if (permittedUntilMs === null || permittedUntilMs <= claim.startMs) return claim
  const late = permittedUntilMs - claim.startMs
  return { startMs: permittedUntilMs, dwellMs: claim.dwellMs - late }
}

function isMaterial(told: Act, now: Act): boolean {
  return (
    iou(told.box, now.box) < MATERIAL_IOU ||
    Math.abs(told.confidence - now.confidence) >= MATERIAL_CONFIDENCE ||
    told.objects.length !== now.objects.length ||
    told.state !== now.state
  )
}

function confidenceOf(spot: Spot, watched: Watched, dwellMs: number): number {
  const { witness } = spot
  const beyond = Math.min(1, Math.max(0, dwellMs / watched.minDwellMs - 1))
  const size = Math.min(1, spot.goodsPeak / 600)
  const agreed =
    witness.looks === 0
      ? 0
      : watched.rule.name === 'piling'
        ? Number(witness.thing !== null)
        : Number(witness.personLooks > 0)
  return Math.round(100 * (0.45 + 0.2 * beyond + 0.15 * size + 0.2 * agreed)) / 100
}

function objectsOf(spot: Spot, rule: Rule): ActObject[] {
  const { witness } = spot
  const goods: ActObject =
    witness.thing === null
      ? { class: 'unknown', role: 'goods' }
      : { class: witness.thing.class, role: 'goods', confidence: witness.thing.confidence }
  if (rule.name === 'piling') return [goods]
  const attendant: ActObject =
    witness.personLooks === 0
      ? { class: 'unknown', role: 'attendant' }
      : { class: 'person', role: 'attendant', confidence: witness.personConfidence }
  return [attendant, { ...goods, role: 'carrier' }, goods]
}
