/**
 * The docket: acts of one camera from suspicion to end, and the changes that are told of them.
 *
 *     weigh:  no act ─claim─▶ CANDIDATE ─half the dwell─▶ CONFIRMING ─dwell─▶ ACTIVE        claim gone: dropped
 *     follow: ACTIVE ⇄ CLEARING ─▶ CLEARED
 */
import { type Box, iou } from '../kit/geometry.ts'
import type { Act, ActChange, ActObject } from './event.ts'
import type { Claim, Rule } from './rules/rule.ts'
import type { OpenAct, Spot } from './spot.ts'

const CLEARING_SEC = 5
const MATERIAL_IOU = 0.8
const MATERIAL_CONFIDENCE = 0.1

/** A rule in a zone, with its times settled. */
export interface Watched {
  readonly rule: Rule
  readonly zoneId: string
  readonly minDwellMs: number
  readonly patienceSec: number
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
  follow(spot: Spot, open: OpenAct, watched: Watched, timeMs: number): void {
    const facts = spot.facts(timeMs)
    const overMs = watched.rule.over(facts, watched.patienceSec)
    if (overMs !== null) {
      this.clear(spot, open, overMs, 'CLEARED')
      return
    }
    const clearing = spot.goneFromMs !== null || watched.rule.over(facts, CLEARING_SEC) !== null
    const { rule } = watched
    open.act = {
      ...open.act,
      state: clearing ? 'CLEARING' : 'ACTIVE',
      box: boxOf(spot, rule) ?? open.act.box,
      confidence: confidenceOf(spot, watched, timeMs - open.act.startMs),
      objects: objectsOf(spot, rule),
    }
    const back = open.told.state === 'LOST'
    const due = !clearing && timeMs - open.toldMs >= this.#updateMs
    if (back || (due && isMaterial(open.told, open.act))) this.tell('updated', open, timeMs)
  }

  /** An act that is only suspected: begins, is confirmed by its dwell, or turns out to be none. */
  weigh(spot: Spot, open: OpenAct | null, ruleIndex: number, watched: Watched, timeMs: number): void {
    const { rule, minDwellMs } = watched
    const claim = rule.claim(spot.facts(timeMs))
    const box = boxOf(spot, rule)
    if (claim === null || box === null) {
      if (open !== null) this.drop(spot, open, timeMs)
      return
    }
    const { startMs, dwellMs } = afterPermit(claim, spot.permittedUntilMs)
    if (dwellMs < 0) return
    const suspected = open ?? this.#suspect(spot, ruleIndex, watched, startMs, box, timeMs)
    suspected.act = {
      ...suspected.act,
      startMs,
      box,
      state: 2 * dwellMs >= minDwellMs ? 'CONFIRMING' : 'CANDIDATE',
      confidence: confidenceOf(spot, watched, dwellMs),
      objects: objectsOf(spot, rule),
    }
    if (dwellMs >= minDwellMs) this.#confirm(spot, suspected, timeMs)
  }

  /** One spot tells one event at a time. */
  #confirm(spot: Spot, suspected: OpenAct, timeMs: number): void {
    const { ruleId, startMs } = suspected.act
    const other = spot.acts.find(({ act }) => act.confirmedMs !== null)
    if (other !== undefined) {
      // Piling waits until vending is over; unattended goods that somebody turns out to trade change their name.
      if (ruleId === 'piling') return
      this.clear(spot, other, Math.max(startMs, other.act.startMs), 'CLEARED')
    }
    suspected.act = { ...suspected.act, state: 'ACTIVE', confirmedMs: timeMs }
    this.tell('confirmed', suspected, timeMs)
  }

  #suspect(
    spot: Spot,
    ruleIndex: number,
    { rule, zoneId }: Watched,
    startMs: number,
    box: Box,
    timeMs: number,
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
      state: 'CANDIDATE',
      objects: objectsOf(spot, rule),
    }
    const open = { ruleIndex, act, told: act, toldMs: timeMs }
    spot.acts.push(open)
    this.tell('candidate', open, timeMs)
    return open
  }

  clear(spot: Spot, open: OpenAct, endMs: number, state: Act['state']): void {
    open.act = { ...open.act, state, endMs: Math.max(endMs, open.act.startMs) }
    spot.reportedUntilMs = open.act.endMs
    spot.acts.splice(spot.acts.indexOf(open), 1)
    this.#changes.push({ kind: 'cleared', act: open.act })
  }

  drop(spot: Spot, open: OpenAct, timeMs: number, state: Act['state'] = 'IDLE'): void {
    spot.acts.splice(spot.acts.indexOf(open), 1)
    this.#changes.push({ kind: 'dropped', act: { ...open.act, state, endMs: timeMs } })
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

const boxOf = (spot: Spot, rule: Rule): Box | null => spot.boxWith(rule.name === 'street-vending')

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
