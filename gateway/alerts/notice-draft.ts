/**
 * The draft of a notice: which rung of the ladder [R14], which words, by whom, and whether it may be heard now.
 *
 *     wish ─▶ rung ─┬─ script + place, nearest open point, minutes ─▶ text
 *                   └─ channel ─▶ speaker or webhook ─▶ limits ─▶ QUEUED | WITHHELD and why
 *
 * On site nothing is drafted away: a person has spoken already, and says so.
 */
import { isoTime } from '../kit/clock.ts'
import { fault } from '../kit/errors.ts'
import { derivedUlid, ulid } from '../kit/ids.ts'
import type { LadderStep } from '../violations/catalogue.ts'
import type { ViolationEvent } from '../violations/event.ts'
import type { Moment } from '../violations/zone.ts'
import type { NoticeChannels, NoticeScene, PersuasionWish } from './notice.ts'
import { eventLimit, isWithin, speakerLimit, volumeAt, type WithheldReason } from './notice-limits.ts'
import type { PersuasionOptions } from './persuasion-options.ts'
import type { PersuasionChannel, PersuasionRecord, PersuasionStore } from './persuasion-record.ts'
import {
  composeFreeText,
  composeScript,
  type Language,
  type ScriptLibrary,
  type ScriptValues,
  scriptOf,
} from './scripts.ts'

export interface NoticeDraftParts {
  readonly store: PersuasionStore
  readonly channels: NoticeChannels
  readonly options: () => PersuasionOptions
  readonly library: () => ScriptLibrary
  readonly scene: (event: ViolationEvent, nowMs: number) => NoticeScene
  readonly offsetMinutes: () => number
  readonly calendar: () => Moment['calendar']
}

/** Where no ladder is written, a person’s notice is the mildest. */
const MILDEST: LadderStep = { channel: 'SPEAKER', scriptId: 'greet-and-guide', correctionMin: 10 }
const OUT = ['QUEUED', 'DELIVERED']
const HOUR_MS = 3_600_000

export class NoticeDrafts {
  readonly #parts: NoticeDraftParts

  constructor(parts: NoticeDraftParts) {
    this.#parts = parts
  }

  /** Throws PERSUASION_REFUSED, SCRIPT_UNKNOWN, TEXT_FORBIDDEN. */
  draft(wish: PersuasionWish, event: ViolationEvent, nowMs: number): PersuasionRecord {
    const { store, options, scene: sceneOf, offsetMinutes } = this.#parts
    const scene = sceneOf(event, nowMs)
    const rung = store
      .ofEvent(event.eventId)
      .filter(({ deliveryStatus }) => deliveryStatus === 'DELIVERED').length
    const step = scene.ladder[Math.min(rung, scene.ladder.length - 1)] ?? MILDEST
    const channel = wish.channel ?? step.channel
    const language = wish.language ?? options().language
    const said = this.#words(wish, { scene, step, language })
    const { deviceId, volume, withheld } = this.#channel(channel, event, {
      scene,
      reviewed: said.reviewed,
      nowMs,
    })
    const at = isoTime(nowMs, offsetMinutes())
    const onSite = channel === 'ONSITE'
    return {
      persuasionId:
        wish.commandId === undefined ? ulid(nowMs) : derivedUlid(nowMs, 'persuade', wish.commandId),
      ...{ version: 1, eventId: event.eventId, cameraId: event.cameraId, channel, rung },
      ...{ scriptId: said.scriptId, scriptVersion: said.scriptVersion, text: said.text, language },
      trigger: wish.by === null ? 'AUTO_POLICY' : 'OPERATOR',
      operatorId: wish.by,
      requestedAt: at,
      // On site a person has spoken: his word is the delivery.
      ...{ startedAt: onSite ? at : null, endedAt: onSite ? at : null },
      deliveryStatus: withheld !== null ? 'WITHHELD' : onSite ? 'DELIVERED' : 'QUEUED',
      reason: withheld,
      ...{ deviceId, volume, receipt: null, audioRef: null, micLoopbackRef: null },
      correctionMin: step.correctionMin,
      correctionDeadline: onSite ? deadlineAfter(nowMs, step.correctionMin, offsetMinutes()) : null,
      ...{ result: null, resultAt: null, remainingShare: null },
      isOrderToCorrect: wish.order === true,
    }
  }

  #words(
    { scriptId, text, order }: PersuasionWish,
    { scene, step, language }: { scene: NoticeScene; step: LadderStep; language: Language },
  ) {
    const library = this.#parts.library()
    const values = this.#values(scene, step, language)
    if (text !== undefined) {
      const said = composeFreeText(library, text, language, { values, isOrder: order === true })
      return { scriptId: null, scriptVersion: null, text: said, reviewed: true }
    }
    const script = scriptOf(library, scriptId ?? step.scriptId)
    const said = composeScript(library, script, language, values)
    return { scriptId: script.id, scriptVersion: script.version, text: said, reviewed: script.reviewed }
  }

  #values(
    { place, rule, nearest }: NoticeScene,
    { correctionMin }: LadderStep,
    language: Language,
  ): ScriptValues {
    return {
      org: this.#parts.options().org[language],
      place: place[language],
      rule: rule[language],
      deadlineMin: String(Math.max(1, Math.round(correctionMin))),
      ...(nearest && {
        nearestPoint: nearest.name,
        distanceM: String(nearest.distanceM),
        hours: language === 'zh' ? nearest.hours.replace('–', '至') : nearest.hours,
      }),
    }
  }

  // ── by whom, and whether now ──────────────────────────────────────────────────────────────────

  #channel(
    channel: PersuasionChannel,
    event: ViolationEvent,
    { scene, reviewed, nowMs }: { scene: NoticeScene; reviewed: boolean; nowMs: number },
  ): { deviceId: string | null; volume: number | null; withheld: WithheldReason | null } {
    if (channel === 'ONSITE') return { deviceId: null, volume: null, withheld: null }
    const options = this.#parts.options()
    const heard = this.#parts.store
      .ofEvent(event.eventId)
      .filter(({ deliveryStatus }) => OUT.includes(deliveryStatus))
      .map((record) => Date.parse(record.endedAt ?? record.requestedAt))
    const common = !reviewed && !scene.isTest ? 'SCRIPT_NOT_REVIEWED' : eventLimit(options, heard, nowMs)
    if (channel === 'SPEAKER') return this.#speaker(event, common, nowMs)

    const refuse = (reason: string) => fault('PERSUASION_REFUSED', { event: event.eventId, reason })
    if (!this.#parts.channels.hasWebhook(channel))
      throw refuse(`devices.notices has no webhook for ${channel}`)
    if (scene.contactRef === null) throw refuse('no contact is known for the shop of this zone')
    const quiet = options.quietChannels.includes(channel) && this.#isQuiet(options.quietHours, nowMs)
    return { deviceId: channel.toLowerCase(), volume: null, withheld: quiet ? 'QUIET_HOURS' : common }
  }

  /** The first speaker that may be heard now; else the first one's reason. */
  #speaker({ eventId, cameraId, phase }: ViolationEvent, common: WithheldReason | null, nowMs: number) {
    const { channels, store, options } = this.#parts
    // One that has just failed for this act is asked last.
    const failed = store
      .ofEvent(eventId)
      .flatMap((one) => (one.deliveryStatus === 'FAILED' ? one.deviceId : []))
    const speakers = channels
      .speakers(cameraId)
      .toSorted((a, b) => Number(failed.includes(a.id)) - Number(failed.includes(b.id)))
    if (speakers.length === 0) {
      throw fault('PERSUASION_REFUSED', {
        event: eventId,
        reason: `no speaker is heard at camera ${cameraId}`,
      })
    }
    const tried = speakers.map((speaker) => {
      const quiet = this.#isQuiet(speaker.quietHours ?? options().quietHours, nowMs)
      const heard = store.heardAt(speaker.id, nowMs - HOUR_MS)
      const volume = volumeAt(speaker.volume ?? options().volume, this.#moment(nowMs))
      const over = phase === 'END' ? ('ACT_OVER' as const) : common
      const withheld = over ?? (quiet ? 'QUIET_HOURS' : speakerLimit(speaker, heard, nowMs))
      return { deviceId: speaker.id, volume, withheld }
    })
    return tried.find(({ withheld }) => withheld === null) ?? tried[0]!
  }

  #isQuiet(windows: PersuasionOptions['quietHours'], nowMs: number): boolean {
    return isWithin(windows, this.#moment(nowMs))
  }

  #moment(wallMs: number): Moment {
    const { offsetMinutes, calendar } = this.#parts
    return { wallMs, offsetMinutes: offsetMinutes(), calendar: calendar() }
  }
}

export function deadlineAfter(fromMs: number, correctionMin: number, offsetMinutes: number): string {
  return isoTime(fromMs + correctionMin * 60_000, offsetMinutes)
}
