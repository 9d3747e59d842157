/**
 * The docket: acts of one camera from suspicion to end, and the changes that are told of them.
 *
 *     weigh:  no act ─claim─▶ CANDIDATE ─half the dwell─▶ CONFIRMING ─dwell─▶ ACTIVE        claim gone: dropped
 *     follow: ACTIVE ⇄ CLEARING ─▶ CLEARED
 */
import { type Box, iou } from '../kit/geometry.ts'
import { entered } from './detection.ts'
import type { Act, ActChange, ActObject, Measured } from './event.ts'
import type { About, Claim, Rule, SpotFacts, Terms } from './rules/rule.ts'
import type { Shopfront } from './shopfront.ts'
import type { OpenAct, Spot } from './spot.ts'

/**
 * So long the facts must agree before an act is told, half of its dwell at most, however long ago it is dated: while
 * people walk off or a bus comes between, what they leave of themselves looks like goods for a moment.
 */
const SETTLES_MS = 4_000
const CLEARING_SEC = 5
const MATERIAL_IOU = 0.8
const MATERIAL_CONFIDENCE = 0.1

/** A rule in a zone, with its times settled. */
export interface Watched {
  readonly rule: Rule
  readonly zoneId: string
  readonly minDwellMs: number
  readonly patienceSec: number
  readonly terms: Terms
  /** The line of the shop in this zone, for the rule that asks how far goods stand beyond it. */
  readonly front: Shopfront | null
}

export class Docket {
  readonly #updateMs: number
  #changes: ActChange[] = []
  /** Acts so far: part of every key, so that no two are the same. */
  serial = 0

  constructor(updateMs: number) {
    this.#updateMs = updateMs
  }

  /** What changed since the last call. */
  flush(): ActChange[] {
    const changes = this.#changes
    this.#changes = []
    return changes
  }

  /** An act that is open: goes on, clears, or comes back. */
  follow(spot: Spot, open: OpenAct, watched: Watched, facts: SpotFacts): void {
    const { rule } = watched
    const timeMs = facts.nowMs
    const overMs = rule.over(facts, watched.patienceSec)
    if (overMs !== null) {
      this.clear(spot, open, overMs, 'CLEARED')
      return
    }
    const clearing = spot.isGoing(rule.about) || rule.over(facts, CLEARING_SEC) !== null
    open.act = {
      ...open.act,
      state: entered(open.act.state, clearing ? 'CLEARING' : 'ACTIVE'),
      box: spot.boxOf(rule.about) ?? open.act.box,
      confidence: confidenceOf(spot, watched, timeMs - open.act.startMs),
      objects: objectsOf(spot, rule, facts),
      ...measuredOf(watched, facts),
      ...permitOf(facts),
    }
    const back = open.told.state === 'LOST'
    const due = !clearing && timeMs - open.toldMs >= this.#updateMs
    if (back || (due && isMaterial(open.told, open.act))) this.tell('updated', open, timeMs)
  }

  /** An act that is only suspected: begins, is confirmed by its dwell, or turns out to be none. */
  weigh(spot: Spot, open: OpenAct | null, ruleIndex: number, watched: Watched, facts: SpotFacts): void {
    const { rule, minDwellMs } = watched
    const timeMs = facts.nowMs
    const claim = rule.claim(facts, watched.terms)
    const box = spot.boxOf(rule.about)
    if (claim === null || box === null) {
      if (open !== null) this.drop(spot, open, timeMs)
      return
    }
    const { startMs, dwellMs, doubtMs = 0 } = afterPermit(claim, spot.permittedUntilMs[rule.name] ?? null)
    if (dwellMs < 0) return
    const suspected = open ?? this.#suspect(spot, ruleIndex, watched, startMs, box, facts)
    suspected.act = {
      ...suspected.act,
      startMs,
      box,
      state: entered(suspected.act.state, 2 * dwellMs >= minDwellMs ? 'CONFIRMING' : 'CANDIDATE'),
      confidence: confidenceOf(spot, watched, dwellMs),
      objects: objectsOf(spot, rule, facts),
      ...measuredOf(watched, facts),
      ...permitOf(facts),
    }
    const settled =
      timeMs - suspected.toldMs >= Math.min(SETTLES_MS, minDwellMs / 2) && !spot.isGoing(rule.about)
    if (dwellMs >= minDwellMs + Math.min(doubtMs, minDwellMs / 2) && settled)
      this.#confirm(spot, suspected, facts)
  }

  /** A trade has all of its place, and keeps its name while it goes on; goods and parked things are told side by side. */
  #confirm(spot: Spot, suspected: OpenAct, facts: SpotFacts): void {
    const { about, act } = suspected
    const told = spot.acts.filter((open) => open.act.confirmedMs !== null)
    if (told.some((open) => open.about === 'trade')) return
    for (const other of told) {
      // Unattended goods that somebody turns out to trade, or that turn out to be parked, change their name.
      const renamed = about === 'trade' || (other.about === 'goods' && facts.rest === null)
      if (renamed) this.clear(spot, other, Math.max(act.startMs, other.act.startMs), 'CLEARED')
    }
    suspected.act = { ...act, state: entered(act.state, 'ACTIVE'), confirmedMs: facts.nowMs }
    this.tell('confirmed', suspected, facts.nowMs)
  }

  #suspect(
    spot: Spot,
    ruleIndex: number,
    { rule, zoneId }: Watched,
    startMs: number,
    box: Box,
    facts: SpotFacts,
  ): OpenAct {
    const act: Act = {
      actKey: `${rule.name}:${zoneId}:${Math.round(startMs)}:${++this.serial}`,
      ruleId: rule.name,
      zoneId,
      startMs,
      confirmedMs: null,
      endMs: null,
      box,
      confidence: 0,
      state: entered('IDLE', 'CANDIDATE'),
      objects: objectsOf(spot, rule, facts),
    }
    const open = { ruleIndex, about: rule.about, act, told: act, toldMs: facts.nowMs }
    spot.acts.push(open)
    this.tell('candidate', open, facts.nowMs)
    return open
  }

  clear(spot: Spot, open: OpenAct, endMs: number, state: Act['state']): void {
    open.act = {
      ...open.act,
      state: entered(open.act.state, state),
      endMs: Math.max(endMs, open.act.startMs),
    }
    spot.told(open.about, open.act.endMs!)
    spot.acts.splice(spot.acts.indexOf(open), 1)
    this.#changes.push({ kind: 'cleared', act: open.act })
  }

  drop(spot: Spot, open: OpenAct, timeMs: number, state: Act['state'] = 'IDLE'): void {
    spot.acts.splice(spot.acts.indexOf(open), 1)
    this.#changes.push({
      kind: 'dropped',
      act: { ...open.act, state: entered(open.act.state, state), endMs: timeMs },
    })
  }

  /** Permitted: an event ends here and now, a suspicion was none. */
  suppress(spot: Spot, open: OpenAct, timeMs: number): void {
    if (open.act.confirmedMs !== null) this.clear(spot, open, timeMs, 'SUPPRESSED')
    else this.drop(spot, open, timeMs, 'SUPPRESSED')
  }

  tell(kind: ActChange['kind'], open: OpenAct, timeMs: number): void {
    open.told = open.act
    open.toldMs = timeMs
    this.#changes.push({ kind, act: open.act })
  }
}

/** Minutes under a permit do not count. */
function afterPermit(claim: Claim, permittedUntilMs: number | null): Claim {
  if (permittedUntilMs === null || permittedUntilMs <= claim.startMs) return claim
  const late = permittedUntilMs - claim.startMs
  return { ...claim, startMs: permittedUntilMs, dwellMs: claim.dwellMs - late }
}

function isMaterial(told: Act, now: Act): boolean {
  return (
    iou(told.box, now.box) < MATERIAL_IOU ||
    Math.abs(told.confidence - now.confidence) >= MATERIAL_CONFIDENCE ||
    told.objects.length !== now.objects.length ||
    told.state !== now.state
  )
}

function confidenceOf(spot: Spot, { rule, minDwellMs }: Watched, dwellMs: number): number {
  const beyond = Math.min(1, Math.max(0, dwellMs / minDwellMs - 1))
  const part = rule.about === 'trade' || rule.about === 'goods' ? null : spot.partOf(rule.about)
  const size = Math.min(1, (part ?? spot.stay).peak / 600)
  const agreed = agreedShare(spot, rule.about)
  return Math.round(100 * (0.45 + 0.2 * beyond + 0.15 * size + 0.2 * agreed)) / 100
}

/** How far the second witness agrees, 0 … 1. */
function agreedShare(spot: Spot, about: About): number {
  const { witness } = spot
  if (witness.looks === 0) return 0
  if (about === 'trade') return Number(witness.personLooks > 0)
  if (about === 'goods') return Number(witness.thing !== null)
  const part = spot.partOf(about)
  return part === null ? 0 : part.named / part.looks
}

function measuredOf({ front }: Watched, { beyond }: SpotFacts): { measured?: Measured } {
  if (front === null || beyond === null) return {}
  const { distanceM, areaM2, groundShare } = beyond
  return { measured: { distanceM, areaM2, groundShare } }
}

function permitOf({ permitCheck }: SpotFacts): Pick<Act, 'permitCheck'> {
  return permitCheck === null ? {} : { permitCheck }
}

function objectsOf(spot: Spot, { name, about }: Rule, facts: SpotFacts): ActObject[] {
  const { witness } = spot
  const goods: ActObject =
    witness.thing === null
      ? { class: 'unknown', role: 'goods' }
      : { class: witness.thing.class, role: 'goods', confidence: witness.thing.confidence }
  if (about === 'goods') return [goods]
  const attendant: ActObject =
    witness.personLooks === 0
      ? { class: 'unknown', role: 'attendant' }
      : { class: 'person', role: 'attendant', confidence: witness.personConfidence }
  const attended = facts.attendance?.stays === true && facts.attendance.awaySec <= CLEARING_SEC
  if (about !== 'trade') {
    const part = facts.parked.find((one) => one.kind === about)
    const thing: ActObject = {
      class: part?.class ?? about,
      role: about,
      ...(part === undefined ? {} : { confidence: part.confidence }),
    }
    return attended ? [attendant, thing] : [thing]
  }
  if (name === 'beyond-shopfront') return attended ? [attendant, goods] : [goods]
  const carriers = Array.from({ length: Math.max(1, facts.carriers) }, () => ({
    ...goods,
    role: 'carrier' as const,
  }))
  const tools = [...facts.tools].map((role): ActObject => {
    const { class: tool, confidence } = witness.tools[role]
    return { class: tool, role, confidence }
  })
  return [attendant, ...carriers, goods, ...tools]
}
