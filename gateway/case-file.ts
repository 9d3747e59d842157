/**
 * The case file of one camera: keeps originals while an act is only suspected, seals them when it is confirmed, and
 * raises the revisions of its event.
 *
 *     candidate ─▶ hold SCENE_BEFORE, START            (the ring still has these packets)
 *     mid dwell ─▶ hold PERSIST, of a long dwell several
 *     confirmed ─▶ hold CONFIRM, CLIP ─▶ seal ─▶ raise START ─▶ seconds later hold CLIP: it goes with the next package
 *     updated   ─▶                                raise UPDATE
 *     re-check  ─▶ hold RECHECK     ─▶ seal ─▶ raise UPDATE
 *     cleared   ─▶ hold AFTER, CLIP   ─▶ seal ─▶ raise END
 *     dropped   ─▶ discard what was held: it never became evidence
 *
 * After a crash an act may be remembered as younger than its event: what was raised is not raised again, and what was
 * raised is ended even when the act is dropped as a suspicion.
 *
 * An alert is worth more than its picture: when evidence cannot be written the event is raised all the same, and
 * says so in its caps.
 */
import type { EvidenceKeeper, EvidenceOptions } from './evidence/keeper.ts'
import type { ClockFacts, HeldKind, SealPurpose } from './evidence/package.ts'
import type { Held } from './evidence/pending.ts'
import { type AbsenceReason, nextPersistMs } from './evidence/plan.ts'
import type { SealedPackage } from './evidence/vault.ts'
import type { Frame } from './frames/frame.ts'
import { AssertionError, assert } from './kit/assert.ts'
import { isoTime, offsetMinutesOf } from './kit/clock.ts'
import { fault, isFault, reasonOf } from './kit/errors.ts'
import type { Box, Polygon } from './kit/geometry.ts'
import type { Log } from './kit/log.ts'
import { dueFor, freshCase, type OpenCase, sealedInto } from './open-case.ts'
import type { Standing } from './standing.ts'
import type { Footage } from './streams/gop.ts'
import type { WatchedRule } from './violations/catalogue.ts'
import type { Act, ActChange, Phase, ViolationEvent } from './violations/event.ts'
import {
  type ActTimes,
  type EventContext,
  type Grading,
  newEventId,
  revisionOf,
} from './violations/event-book.ts'
import type { SuppressedAct } from './violations/exemption.ts'

/** One instant on both clocks; a frame is one. */
export type Instant = Pick<Frame, 'timeMs' | 'wallMs'>

/** Where the packets of the camera can still be had. */
export interface FootageSource {
  still(timeMs: number): Footage | null
  footage(fromMs: number, toMs: number): Footage | null
}

/** Where revisions go: the alert desk of a running gateway, or the file of an analysis. */
export interface EventSink {
  /** The latest revision; null when the event was never raised. */
  last(eventId: string): ViolationEvent | null
  /** A package stands on disk. Told again after a crash; whoever passes it on tells the two apart by its id. */
  sealed(sealed: SealedPackage): void
  raise(event: ViolationEvent): void
  /** An act that an exemption keeps from being told. */
  suppressed?(act: SuppressedAct): void
}

/** Who keeps originals, as far as a case needs one. */
export type CaseKeeper = Pick<EvidenceKeeper, 'hold' | 'seal' | 'discard'>

export interface CaseFileParts {
  readonly context: EventContext
  readonly rule: (zoneId: string, ruleId: string) => WatchedRule | undefined
  readonly grade: (act: Act, rule: WatchedRule, eventId: string, times: ActTimes) => Grading
  readonly source: FootageSource
  readonly evidence: CaseKeeper
  readonly sink: EventSink
  readonly plan: Pick<EvidenceOptions, 'beforeSec' | 'clipBeforeSec' | 'clipAfterSec' | 'persistEverySec'>
  /** What holds records of a rule back, for an act of that time; what their quality is measured on. */
  readonly standing: (rule: WatchedRule, times: ActTimes) => Standing
  /** Share of the act's box that is hidden at the look that is going on; null: nobody can say. */
  readonly covered: (box: Box, frame: Instant) => number | null
  /** Sounds of notices about an event that were played so far. */
  readonly soundsPlayed: (eventId: string) => number
  readonly clock: () => ClockFacts
  readonly privacyMasks: readonly Polygon[]
  /** Timeline of media second 0: 0 for a file, the first frame of the process for a camera. */
  readonly mediaZeroMs: () => number
  readonly log: Log
}

/** A beginning that is corrected by less is on the same picture for everybody's purposes. */
const START_MOVED_MS = 2_000
const STARTS_MAX = 4

export class CaseFile {
  readonly #parts: CaseFileParts
  readonly #open = new Map<string, OpenCase>()

  constructor(parts: CaseFileParts) {
    this.#parts = parts
  }

  /** Cases that are open now, by act: part of the camera's snapshot. */
  snapshot(): [string, OpenCase][] {
    return [...this.#open]
  }

  restore(cases: readonly [string, OpenCase][]): void {
    for (const [actKey, open] of cases) this.#open.set(actKey, open)
  }

  /** Event ids whose originals are still wanted. */
  get eventIds(): string[] {
    return [...this.#open.values()].map((open) => open.eventId)
  }

  async take({ kind, act }: ActChange, frame: Instant): Promise<void> {
    const rule = this.#parts.rule(act.zoneId, act.ruleId)
    assert(rule !== undefined, 'the judge judges only rules that it was given')
    const open = this.#openCase(act, frame)
    if (kind === 'candidate') await this.#begin(open, act, frame)
    else if (kind === 'confirmed') await this.#confirm(open, act, rule, frame)
    else if (kind === 'updated') this.#raise('UPDATE', open, act, rule, frame)
    else if (kind === 'cleared') await this.#close(open, act, rule, frame)
    else if (this.#parts.sink.last(open.eventId) === null) await this.#drop(open, act)
    else await this.#close(open, over(act, rule), rule, frame)
  }

  /** Called on every look: the middle of the dwell is no change of the act, but its picture is wanted. */
  async persist(acts: readonly Act[], frame: Instant): Promise<void> {
    for (const act of acts) {
      const open = this.#open.get(act.actKey)
      const rule = this.#parts.rule(act.zoneId, act.ruleId)
      if (open === undefined || rule === undefined) continue
      if (act.confirmedMs === null) {
        await this.#correctStart(act)
        await this.#persist(open, act, rule, frame)
      } else if (open.clipUntilMs !== null && frame.timeMs >= open.clipUntilMs)
        await this.#clipAfter(open, act, open.clipUntilMs)
    }
  }

  async #persist(open: OpenCase, act: Act, { minDwellSec }: WatchedRule, frame: Instant): Promise<void> {
    const { plan, source } = this.#parts
    const dueMs = nextPersistMs(open.persistsHeld, minDwellSec, plan.persistEverySec)
    if (dueMs === null || frame.timeMs - act.startMs < dueMs) return
    this.#set(act, { persistsHeld: open.persistsHeld + 1 })
    await this.#hold(open, 'PERSIST', source.still(frame.timeMs), act, frame)
  }

  /** From the keyframe before the confirmation on, so that it goes on where the clip of the first package ends. */
  async #clipAfter(open: OpenCase, act: Act, untilMs: number): Promise<void> {
    const fromMs = act.confirmedMs ?? untilMs
    this.#set(act, { clipUntilMs: null })
    await this.#hold(open, 'CLIP', this.#parts.source.footage(fromMs, untilMs), act)
  }

  /** What the place looks like at a re-check; the item, or null when there is no picture of this moment. */
  async recheck(act: Act, frame: Instant): Promise<string | null> {
    const { rule: ruleOf, source, sink } = this.#parts
    const rule = ruleOf(act.zoneId, act.ruleId)
    const open = this.#open.get(act.actKey)
    const footage = source.still(frame.timeMs)
    if (rule === undefined || open === undefined) return null
    if (sink.last(open.eventId)?.phase === 'END') return null
    const held = await this.#hold(open, 'RECHECK', footage, act, frame)
    if (held === null) return null
    const sealed = await this.#seal(act, rule, frame, 'recheck')
    if (sealed === null) return null
    this.#raise('UPDATE', sealed, act, rule, frame)
    return `${sealed.evidence?.packageId}/${held.itemId}`
  }

  /** The act that an event is told of, while it is open. */
  actKeyOf(eventId: string): string | null {
    return [...this.#open].find(([, open]) => open.eventId === eventId)?.[0] ?? null
  }

  #openCase(act: Act, frame: Instant): OpenCase {
    const known = this.#open.get(act.actKey)
    if (known !== undefined) return known
    const eventId = newEventId(this.#parts.context, act, wallOf(act.startMs, frame))
    const fresh = freshCase(eventId)
    this.#open.set(act.actKey, fresh)
    return fresh
  }

  async #begin(open: OpenCase, act: Act, frame: Instant): Promise<void> {
    const { source, plan } = this.#parts
    const beforeMs = act.startMs - plan.beforeSec * 1000
    await this.#hold(open, 'SCENE_BEFORE', source.still(beforeMs), act)
    this.#set(act, { startHeldMs: act.startMs, startsHeld: 1 })
    await this.#hold(open, 'START', source.still(act.startMs) ?? source.still(frame.timeMs), act)
  }

  /** The judge has found that it began later, or earlier: a picture of that moment, while it can still be had. */
  async #correctStart(act: Act): Promise<void> {
    const open = this.#case(act)
    const { startHeldMs, startsHeld } = open
    if (startHeldMs === null || startsHeld >= STARTS_MAX) return
    if (Math.abs(act.startMs - startHeldMs) < START_MOVED_MS) return
    const footage = this.#parts.source.still(act.startMs)
    this.#set(act, { startHeldMs: act.startMs, startsHeld: startsHeld + 1 })
    if (footage !== null) await this.#hold(open, 'START', footage, act)
  }

  async #confirm(open: OpenCase, act: Act, rule: WatchedRule, frame: Instant): Promise<void> {
    const { source, plan, sink } = this.#parts
    const raised = sink.last(open.eventId)
    if (raised !== null) {
      // Raised before a crash; the restored act confirms it again. Its package is named there.
      const { evidence, evidenceCaps: caps, quality = null } = raised
      this.#set(act, { evidence, caps, quality, packages: evidence?.packages ?? [] })
      return
    }
    await this.#correctStart(act)
    await this.#hold(open, 'CONFIRM', source.still(frame.timeMs), act, frame)
    const from = frame.timeMs - plan.clipBeforeSec * 1000
    await this.#hold(open, 'CLIP', source.footage(from, frame.timeMs), act)
    const sealed = await this.#seal(act, rule, frame, 'confirm')
    if (plan.clipAfterSec > 0)
      this.#set(act, { clipUntilMs: (act.confirmedMs ?? frame.timeMs) + plan.clipAfterSec * 1000 })
    this.#raise('START', sealed ?? this.#case(act), act, rule, frame)
  }

  async #close(open: OpenCase, act: Act, rule: WatchedRule, frame: Instant): Promise<void> {
    const { source, plan, sink } = this.#parts
    const raised = sink.last(open.eventId)
    if (raised === null || raised.phase === 'END') return this.#drop(open, act)
    await this.#hold(open, 'AFTER', source.still(frame.timeMs), act)
    const around = (act.endMs ?? frame.timeMs) - (plan.clipBeforeSec * 1000) / 2
    // Over before the seconds after its confirmation were: one clip shows both.
    const from = open.clipUntilMs === null ? around : Math.min(around, act.confirmedMs ?? around)
    await this.#hold(open, 'CLIP', source.footage(from, frame.timeMs), act)
    const sealed = await this.#seal(act, rule, frame, 'closing')
    this.#raise('END', sealed ?? this.#case(act), act, rule, frame)
    this.#open.delete(act.actKey)
  }

  async #drop(open: OpenCase, act: Act): Promise<void> {
    this.#open.delete(act.actKey)
    await this.#parts.evidence.discard(open.eventId)
  }

  /** Keeps what the plan of the rule asks for, and nothing else; null when nothing was kept. */
  async #hold(
    { eventId }: OpenCase,
    kind: HeldKind,
    footage: Footage | null,
    act: Act,
    look?: Instant,
  ): Promise<Held | null> {
    const { rule, evidence, covered } = this.#parts
    const plan: readonly HeldKind[] | undefined = rule(act.zoneId, act.ruleId)?.entry.evidencePlan
    if (plan?.includes(kind) !== true) return null
    if (footage === null) return this.#miss(act, kind, 'OUT_OF_RING')
    try {
      const share = look === undefined ? null : covered(act.box, look)
      return await evidence.hold(eventId, kind, footage, act.box, share === null ? {} : { covered: share })
    } catch (error) {
      this.#lost(eventId, kind, error)
      return this.#miss(act, kind, 'NOT_WRITTEN')
    }
  }

  #miss(act: Act, kind: HeldKind, reason: AbsenceReason): null {
    const open = this.#open.get(act.actKey)
    if (open !== undefined) this.#set(act, { absent: { ...open.absent, [kind]: reason } })
    return null
  }

  #case(act: Act): OpenCase {
    const open = this.#open.get(act.actKey)
    assert(open !== undefined, 'a case is open until its act is over')
    return open
  }

  #set(act: Act, change: Partial<OpenCase>): OpenCase {
    const next = { ...this.#case(act), ...change }
    this.#open.set(act.actKey, next)
    return next
  }

  #lost(eventId: string, what: HeldKind | SealPurpose, error: unknown): void {
    if (error instanceof AssertionError) throw error
    const found = fault('EVIDENCE_NOT_KEPT', { event: eventId, what, reason: reasonOf(error) })
    const cause = isFault(error) ? error.code : null
    this.#parts.log.error({ code: found.code, cause, eventId, what }, found.message)
  }

  /** The case with its new package; null when it could not be sealed. */
  async #seal(act: Act, rule: WatchedRule, frame: Instant, purpose: SealPurpose): Promise<OpenCase | null> {
    const { context, evidence, plan, sink, clock, privacyMasks, standing, soundsPlayed } = this.#parts
    const open = this.#case(act)
    const times = this.#times(act, frame)
    const { caps, assessed } = standing(rule, times)
    const sounds = soundsPlayed(open.eventId) - open.soundsSealed
    const due = dueFor(open, rule, { purpose, sounds, persistEverySec: plan.persistEverySec })
    const { minPixels } = rule.entry
    try {
      const sealed = await evidence.seal({
        eventId: open.eventId,
        purpose,
        ruleId: act.ruleId,
        cameraId: context.cameraId,
        zoneId: act.zoneId,
        box: act.box,
        startedAtWallMs: times.startWallMs,
        confirmedAtWallMs: times.confirmWallMs,
        endedAtWallMs: times.endWallMs,
        proofObject: `疑似${rule.entry.nameZh}：${rule.basis.title}${rule.basis.article}`,
        evidenceStatus: 'EVIDENCE_CANDIDATE',
        evidenceCaps: [...new Set([...context.evidenceCaps, ...caps])],
        clock: clock(),
        privacyMasks,
        producedAtWallMs: frame.wallMs,
        assessed: { ...assessed, due, minPixels, clipBeforeSec: plan.clipBeforeSec },
      })
      sink.sealed(sealed)
      // What was sealed before a crash may be known to the desk alone.
      const told = sink.last(open.eventId)?.evidence?.packages ?? []
      return this.#set(act, sealedInto(this.#case(act), sealed, told))
    } catch (error) {
      this.#lost(open.eventId, purpose, error)
      return null
    }
  }

  #raise(phase: Phase, open: OpenCase, act: Act, rule: WatchedRule, frame: Instant): void {
    const { context, sink, grade, standing } = this.#parts
    const last = sink.last(open.eventId)
    const times = this.#times(act, frame)
    if (last?.phase === 'END') return // A recording that is analysed once more, after the box stopped in its middle.
    sink.raise(
      revisionOf(context, {
        eventId: open.eventId,
        revision: (last?.revision ?? 0) + 1,
        phase,
        act,
        rule,
        times,
        grading: grade(act, rule, open.eventId, times),
        alertState: last?.alertState ?? 'DETECTED',
        evidence: open.evidence,
        extraCaps: [
          ...standing(rule, times).caps,
          ...open.caps,
          ...(open.evidence === null ? ['EVIDENCE_INCOMPLETE', 'NO_FOOTAGE'] : []),
        ],
        quality: open.quality,
      }),
    )
  }

  #times(act: Act, frame: Instant): ActTimes {
    return {
      startWallMs: wallOf(act.startMs, frame),
      confirmWallMs: wallOf(act.confirmedMs ?? frame.timeMs, frame),
      endWallMs: act.endMs === null ? null : wallOf(act.endMs, frame),
      nowWallMs: frame.wallMs,
      mediaZeroMs: this.#parts.mediaZeroMs(),
    }
  }
}

/**
 * The last word on an event that no camera goes on with: out of sight, not seen to clear, over when it was last told
 * of or last seen.
 */
export function outOfSight(last: ViolationEvent, seenUntilWallMs?: number): ViolationEvent {
  const startWallMs = Date.parse(last.startedAt)
  const durationMs = Math.round(
    seenUntilWallMs === undefined ? last.durationSec * 1000 : Math.max(0, seenUntilWallMs - startWallMs),
  )
  return {
    ...last,
    revision: last.revision + 1,
    phase: 'END',
    detectionState: 'LOST',
    endedAt: isoTime(startWallMs + durationMs, offsetMinutesOf(last.startedAt)),
    durationSec: durationMs / 1000,
    media: { ...last.media, endSec: Math.round(last.media.startSec * 1000 + durationMs) / 1000 },
  }
}

/** A suspicion that ends as the event it once was. */
function over(act: Act, rule: WatchedRule): Act {
  const state = act.state === 'IDLE' ? 'CLEARED' : act.state
  return { ...act, state, confirmedMs: act.confirmedMs ?? act.startMs + rule.minDwellSec * 1000 }
}

/** The wall time of an instant of the timeline, seen from a frame that has both. */
function wallOf(timeMs: number, frame: Instant): number {
  return frame.wallMs - (frame.timeMs - timeMs)
}
