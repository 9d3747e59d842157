/**
 * The judge of one camera: turns what stands, and who is with it, into acts that begin, last and end.
 *
 *     Standing ─▶ spots ─▶ facts ─▶ rules ─▶ CANDIDATE ▸ CONFIRMING ▸ ACTIVE ▸ CLEARING ▸ CLEARED
 *     Track[] ──────┘                        SUPPRESSED: permitted    LOST: nobody could see
 *
 * One continuing act is one event. Time is the camera's timeline, so gaps, changed rates and restarts do not count
 * as absence: while nothing was analysed nothing ends, and an act that was out of sight for too long is LOST, which
 * is not cleared. The judge suspects; people decide [R8, R38].
 */
import { z } from 'zod'
import { assert } from '../kit/assert.ts'
import { area, type Box, foot, intersection, type Point, type Polygon } from '../kit/geometry.ts'
import type { Standing } from '../occupancy/standing.ts'
import type { Track } from '../tracks/track.ts'
import { AttendanceOptions } from './attendance.ts'
import { Docket, type Watched } from './docket.ts'
import type { Act, ActChange, RuleId } from './event.ts'
import type { GroundScale } from './ground-scale.ts'
import { newlyHushed, type Silence } from './hushed.ts'
import { loadJudge, saveJudge } from './judge-memory.ts'
import { type AskPermit, PermitWatch } from './permit-watch.ts'
import { RULES } from './rules/index.ts'
import type { Rule, SpotFacts, Terms } from './rules/rule.ts'
import { isBehind, Shopfront } from './shopfront.ts'
import type { Spot } from './spot.ts'
import { SpotBook } from './spots.ts'
import { type SpotGround, testify, vouchedBy } from './witness.ts'

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
  /** Where the shop ends and the public ground begins, and what makes metres of the picture. */
  readonly shopfrontLine?: readonly Point[] | undefined
  readonly groundScale?: GroundScale | undefined
  readonly rules: readonly ({
    readonly rule: RuleId
    readonly minDwellSec: number
    readonly clearSec?: number
  } & Partial<Terms>)[]
}

export interface JudgeParts {
  readonly cameraId: string
  readonly zones: readonly JudgedZone[]
  /** Why nothing of a rule is told at this place and time; null: it is told. */
  readonly silenced: (zoneId: string, foot: Point, wallMs: number, ruleId: RuleId) => Silence | null
  /** What is known of permits at a place; absent: nobody asks. */
  readonly permit?: AskPermit
  /** An act that an exemption keeps from being told. */
  readonly onHushed?: (act: HushedAct) => void
  readonly options: JudgeOptions
}

export interface HushedAct extends Pick<Act, 'ruleId' | 'zoneId' | 'box' | 'startMs'> {
  readonly nowMs: number
  readonly wallMs: number
}

export interface Sight {
  readonly timeMs: number
  readonly wallMs: number
  readonly standing: Standing
  /** null: no witness with names, or none that looked. */
  readonly tracks: readonly Track[] | null
  /** Whether one of them looked for people by himself; naming what is proposed misses many, and proves nothing. */
  readonly searched: boolean
}

export type Attention = 'patrol' | 'watch' | 'pursue'

const NEAR_SHARE = 0.7
const AROUND_SHARE = 0.9
const TERMS: Terms = {
  ...{ minDistanceM: 0.5, unloadingGraceMs: 600_000, groupMin: 3 },
  ...{ attendedCounts: true, overShareMin: 0.3 },
}

export class Judge {
  readonly #parts: JudgeParts
  readonly #watched: readonly Watched[]
  readonly #spots: SpotBook
  readonly #docket: Docket
  readonly #permits: PermitWatch | null
  #timeMs: number | null = null
  #epoch = 0
  #restless = false
  #restored = false

  constructor(parts: JudgeParts) {
    const { zones, options } = parts
    this.#parts = parts
    this.#watched = watchedOf(parts)
    this.#docket = new Docket(1000 * options.updateSec)
    const overreach = this.#watched.find(({ rule }) => rule.name === 'permit-overreach')
    const { overShareMin } = overreach?.terms ?? TERMS
    this.#permits = parts.permit === undefined ? null : new PermitWatch(parts.permit, overShareMin)
    // An attendance must not end before the patience of the rules does.
    const patienceSec = this.#watched.map((watched) => watched.patienceSec)
    const breakSec = Math.max(options.attendance.breakSec, ...patienceSec)
    this.#spots = new SpotBook({
      zones,
      attendance: { ...options.attendance, breakSec },
      stableShareMin: options.stableShareMin,
      settledShareMin: options.settledShareMin,
      onEnd: (spot) => {
        for (const open of [...spot.acts]) this.#docket.drop(spot, open, this.#timeMs ?? 0)
      },
    })
  }

  judge({ timeMs, wallMs, standing, tracks, searched }: Sight): ActChange[] {
    if (this.#restored) this.#rebase(timeMs)
    const gapMs = timeMs - (this.#timeMs ?? timeMs)
    assert(gapMs >= 0, 'one judge sees one camera, in the order of time')
    if (standing.epoch !== this.#epoch) this.#loseAll(standing.epoch)
    if (!standing.ready) return this.#docket.flush()

    this.#timeMs = timeMs
    const dtSec = Math.min(this.#parts.options.gapSecMax, gapMs / 1000)
    const vouched = tracks === null ? [] : vouchedBy(tracks, timeMs)
    const bodies = tracks?.filter(isBody) ?? []
    for (const { spot, look } of this.#spots.take(standing, timeMs, vouched)) {
      const goods = look.goodsBox ?? spot.goodsBox
      const life = look.placeBox ?? spot.lifeBox
      const ground = this.#spots.groundOf(spot, standing)
      const attended = spot.isAttendedAt(timeMs)
      const mayHear = (track: Track) => (attended ? isFound(track) || isAround(track, life) : !isBody(track))
      const heard = tracks?.filter(mayHear) ?? null
      const said = heard === null ? null : { tracks: heard, bodies, attended, searched }
      const stands = said !== null && testify(spot.witness, ground, goods, life, said, timeMs)
      spot.see(look, stands, timeMs, dtSec)
      spot.part(ground, timeMs)
      this.#decide(spot, ground, timeMs, wallMs)
    }
    this.#spots.tidy(standing)
    this.#restless = standing.regions.some((region) => region.hotPixels > 0 || region.goodsPixels > 0)
    return this.#docket.flush()
  }

  /** End of the input: what is seen to be over is told, what goes on stays open. */
  finish(timeMs: number): ActChange[] {
    for (const { spot, open } of this.#open()) {
      const overMs = this.#watched[open.ruleIndex]!.rule.over(spot.facts(timeMs), 0)
      // That a vendor is away for the moment is no end; that things are gone is.
      const seen = open.about !== 'trade' || spot.goneSinceMs !== null
      if (overMs !== null && seen) this.#docket.clear(spot, open, overMs, 'CLEARED')
    }
    return this.#docket.flush()
  }

  /** Called while no picture comes: open acts that nobody could see for too long are LOST, which is not cleared. */
  lapse(timeMs: number): ActChange[] {
    if (this.#timeMs === null || timeMs - this.#timeMs < 1000 * this.#parts.options.lostSec) return []
    for (const { open } of this.#open()) {
      if (open.act.state === 'LOST') continue
      open.act = { ...open.act, state: 'LOST' }
      this.#docket.tell('updated', open, timeMs)
    }
    return this.#docket.flush()
  }

  /** What the judge would have the camera do: look rarely, look, look closely. */
  attention(): Attention {
    const acts = this.#spots.all.flatMap((spot) => spot.acts)
    const pressing = acts.some(({ act, ruleIndex }) => {
      const sinceMs = (this.#timeMs ?? 0) - act.startMs
      const near = act.confirmedMs === null && sinceMs >= NEAR_SHARE * this.#watched[ruleIndex]!.minDwellMs
      return near || act.state === 'CLEARING'
    })
    if (pressing) return 'pursue'
    return this.#restless || this.#spots.all.length > 0 ? 'watch' : 'patrol'
  }

  /** Everything that is suspected or going on now. */
  acts(): readonly Act[] {
    return this.#spots.all.flatMap((spot) => spot.acts.map(({ act }) => act))
  }

  /** Share of an act's goods that is left of the most there was; null where a part of them has a name of its own. */
  remainingShare(actKey: string): number | null {
    for (const spot of this.#spots.all) {
      const open = spot.acts.find(({ act }) => act.actKey === actKey)
      if (open === undefined) continue
      const whole = (open.about === 'trade' || open.about === 'goods') && spot.rest === null
      return whole && spot.stay.peak > 0 ? Math.min(1, spot.goodsPixels / spot.stay.peak) : null
    }
    return null
  }

  /** Acts that are suspected and not confirmed yet. */
  candidates(): readonly Act[] {
    return this.acts().filter((act) => act.confirmedMs === null)
  }

  /** Everything that must outlive the process, with a version; see `judge-memory.ts`. */
  snapshot(): Uint8Array {
    const { spots, owner, place } = this.#spots.save()
    const { serial } = this.#docket
    const state = { timeMs: this.#timeMs, epoch: this.#epoch, serial, watched: this.#watchedNames(), spots }
    return saveJudge(state, owner, place)
  }

  /** Takes up a snapshot. One that does not fit (other version, other zones) is refused (false), nothing changes. */
  restore(bytes: Uint8Array): boolean {
    const saved = loadJudge(bytes)
    if (saved === null || saved.state.watched !== this.#watchedNames()) return false
    this.#spots.load(saved.state.spots, saved.owner, saved.place)
    this.#timeMs = saved.state.timeMs
    this.#epoch = saved.state.epoch
    this.#docket.serial = saved.state.serial
    this.#restored = true
    return true
  }

  #watchedNames(): string {
    return this.#watched.map(({ rule, zoneId }) => `${zoneId}/${rule.name}`).join(' ')
  }

  /** After a reboot the timeline starts anew: what is remembered moves with it, as if no time had passed. */
  #rebase(timeMs: number): void {
    this.#restored = false
    const lateMs = (this.#timeMs ?? timeMs) - timeMs
    if (lateMs <= 0) return
    for (const spot of this.#spots.all) spot.shift(-lateMs)
    this.#timeMs = timeMs
  }

  #decide(spot: Spot, ground: SpotGround, timeMs: number, wallMs: number): void {
    if (spot.goodsSinceMs === null || spot.goodsBox === null) return
    const zoneIds = spot.zones.split(' ')
    const seen = spot.facts(timeMs)
    const feet = once(() => ground.feet(seen.parked.map(({ box }) => box)))
    const known = this.#permits?.know(spot, seen, feet, wallMs)
    let trade = spot.acts.some(({ about, act }) => about === 'trade' && act.confirmedMs !== null)
    let hushed = false
    for (const index of this.#inOrder(seen)) {
      const watched = this.#watched[index]!
      if (!zoneIds.includes(watched.zoneId)) continue
      const { name, about, claim } = watched.rule
      // Where zones overlap the first one that has a rule tells it.
      const open = spot.acts.find(({ act }) => act.ruleId === name)
      if (open !== undefined && open.ruleIndex !== index) continue
      const box = spot.goodsBoxOf(about)
      const facts = { ...factsFor(spot, ground, watched, timeMs), ...known }
      const silence = box === null ? null : this.#parts.silenced(watched.zoneId, foot(box), wallMs, name)
      if (silence !== null) {
        spot.permittedUntilMs[name] = timeMs
        if (open !== undefined) this.#docket.suppress(spot, open, timeMs)
        // One act is noted once, under the first name that claims it.
        if (silence !== 'exemption' || (about === 'trade' && hushed)) continue
        hushed ||= about === 'trade' && claim(facts, watched.terms) !== null
        const startMs = newlyHushed(spot, watched, facts)
        if (startMs === null) continue
        const { zoneId } = watched
        this.#parts.onHushed?.({
          ruleId: name,
          zoneId,
          box: box ?? spot.goodsBox,
          startMs,
          nowMs: timeMs,
          wallMs,
        })
      } else if (open?.act.confirmedMs != null) this.#docket.follow(spot, open, watched, facts)
      else if (about === 'trade' && trade) {
        if (open !== undefined) this.#docket.drop(spot, open, timeMs)
      } else {
        this.#docket.weigh(spot, open ?? null, index, watched, facts)
        // The first trade that claims the place has it.
        trade ||= about === 'trade' && claim(facts, watched.terms) !== null
      }
    }
  }

  /** Trades by rank, then what is told beside each other. */
  #inOrder(facts: SpotFacts): number[] {
    const rank = ({ rule, terms }: Watched) => rule.rank?.(facts, terms) ?? Infinity
    const ranks = this.#watched.map(rank)
    return [...ranks.keys()].sort((a, b) => (ranks[a] === ranks[b] ? a - b : ranks[a]! - ranks[b]!))
  }

  #open() {
    return this.#spots.all.flatMap((spot) =>
      spot.acts.filter(({ act }) => act.confirmedMs !== null).map((open) => ({ spot, open })),
    )
  }

  /** The background was learned afresh: what stood is out of sight for good. Nobody saw it go. */
  #loseAll(epoch: number): void {
    this.#epoch = epoch
    for (const { spot, open } of this.#open()) this.#docket.clear(spot, open, this.#timeMs ?? 0, 'LOST')
    this.#spots.clear()
  }
}

function watchedOf({ zones, options }: JudgeParts): Watched[] {
  return zones.flatMap((zone) =>
    zone.rules.flatMap(({ rule, minDwellSec, clearSec, ...terms }) => {
      const known = RULES.get(rule)
      if (known === undefined) return []
      return {
        rule: known,
        zoneId: zone.id,
        minDwellMs: 1000 * minDwellSec,
        patienceSec: Math.max(options.leavesSec, clearSec ?? 0),
        terms: { ...TERMS, ...terms },
        front: frontOf(known, zone),
      }
    }),
  )
}

function frontOf({ name }: Rule, { shopfrontLine, polygon, groundScale }: JudgedZone): Shopfront | null {
  if (name !== 'beyond-shopfront' || shopfrontLine === undefined) return null
  return new Shopfront(shopfrontLine, polygon, groundScale)
}

/** What is known of a spot, in the zone of a shop with how far the goods, without what is parked, stand beyond its line. */
function factsFor(spot: Spot, ground: SpotGround, { front, terms }: Watched, timeMs: number): SpotFacts {
  const facts = spot.facts(timeMs)
  const extent = front?.measure(ground.feet(facts.parked.map(({ box }) => box))) ?? null
  if (extent === null) return facts
  if (!isBehind(extent, terms.minDistanceM)) spot.behindSinceMs = null
  else spot.behindSinceMs ??= timeMs
  return { ...facts, beyond: { ...extent, behindSinceMs: spot.behindSinceMs } }
}

/** Asked for at most once, and only when somebody wants it. */
function once<T>(ask: () => T): () => T {
  let known: { readonly value: T } | null = null
  return () => {
    known ??= { value: ask() }
    return known.value
  }
}

/** Seen by somebody who finds by himself. Of what somebody stays with, the namer cannot tell table from bicycle. */
function isFound({ witness }: Track): boolean {
  return witness !== 'namer'
}

/** A vehicle in which all life is: its driver, what its windows mirror. Whoever trades from it stands before it. */
function isAround({ role, box }: Track, life: Box | null): boolean {
  return role === 'vehicle' && life !== null && intersection(box, life) >= AROUND_SHARE * area(life)
}

/** What stands, called a person by the namer: an upright suitcase, or somebody. */
function isBody({ witness, role }: Track): boolean {
  return witness === 'namer' && role === 'person'
}
