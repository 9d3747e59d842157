/**
 * Recordings and acts of a running gateway, put together: the register tells the office of films, the office tells the
 * register of links, and a linked recording joins the evidence of its act.
 *
 *     register ─ accepted ─▶ films ─ linked ─▶ register (linkedEventIds, told by MQTT)
 *                              └─ package owed ─▶ keeper: supplement ─▶ room (custody, outbox) ─▶ films ─▶ desk
 *
 * A package is owed durably: what could not be sealed, or was cut off by a crash, is sealed later, once. Only accepted
 * recordings are ever sealed, and a package says whatever holds its recording back.
 */
import type { BodyCamRecording } from '../devices/bodycam/recording.ts'
import type { BodyCamRegistry } from '../devices/bodycam/registry.ts'
import type { RecordingListener } from '../devices/bodycam/store.ts'
import type { AlertDesk } from './alerts/desk.ts'
import type { FilmLink } from './alerts/film-links.ts'
import type { Films } from './alerts/films.ts'
import type { EventFacts } from './evidence/package.ts'
import type { FilmToSeal } from './evidence/supplement.ts'
import type { EvidenceRoom } from './evidence-room.ts'
import { AssertionError } from './kit/assert.ts'
import { type Clock, isoTime } from './kit/clock.ts'
import { fault, isFault, reasonOf } from './kit/errors.ts'
import type { Log } from './kit/log.ts'
import { filmOf, NOTHING_BESIDE } from './recording-films.ts'
import { bodyCamId } from './recordings.ts'
import type { ViolationEvent } from './violations/event.ts'

export interface RecordingLinksParts {
  readonly registry: Pick<BodyCamRegistry, 'get' | 'list' | 'link' | 'onChange'>
  readonly films: Films
  readonly desk: Pick<AlertDesk, 'get'>
  readonly room: Pick<EvidenceRoom, 'keeper' | 'custody' | 'sealed'>
  /** `site/gateway`: who keeps the recordings. */
  readonly keeper: string
  readonly clock: Clock
  readonly log: Log
}

/** What could not be sealed is tried again so often. */
const RETRY_MS = 600_000
/** Recordings of an older box that were never offered for links. */
const KNOWN_MAX = 200
const SILENT: readonly Parameters<RecordingListener>[1][] = ['linked', 'purged']

export class RecordingLinks {
  readonly #parts: RecordingLinksParts
  readonly #off: () => void
  #sealing: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(parts: RecordingLinksParts) {
    this.#parts = parts
    const { registry, films, room, clock } = parts
    this.#off = registry.onChange((recording, change) => {
      if (!SILENT.includes(change)) films.offer(recording.recordingId)
    })
    films.listen({
      links: (recordingId, eventIds) => registry.link(recordingId, eventIds),
      package: (packageId, action, actor, reason) =>
        void room.custody.note({ packageId, action, actor, reason, at: isoTime(clock.wallMs()) }),
    })
    films.onOwed(() => this.#seal())
  }

  start(): void {
    const { registry, films } = this.#parts
    for (const { recordingId } of registry.list(KNOWN_MAX)) {
      if (!films.links.hasSpan(recordingId)) films.offer(recordingId)
    }
    this.#seal()
    this.#timer = setInterval(() => this.#seal(), RETRY_MS)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#off()
    await this.#sealing
  }

  /** Resolves when nothing is being sealed. */
  async settled(): Promise<void> {
    for (let seen: Promise<void> | null = null; seen !== this.#sealing; ) {
      seen = this.#sealing
      await seen
    }
  }

  #seal(): void {
    this.#sealing = this.#sealing.then(async () => {
      for (const { recordingId, eventId, atMs, link } of this.#closed ? [] : this.#parts.films.owed()) {
        if (!this.#closed) await this.#sealOne(recordingId, eventId, atMs, link)
      }
    })
  }

  async #sealOne(recordingId: string, eventId: string, atMs: number, link: FilmLink): Promise<void> {
    const { registry, desk, room, films, keeper, log } = this.#parts
    const recording = registry.get(recordingId)
    const event = desk.get(eventId)?.event
    if (event === undefined || recording?.status !== 'ACCEPTED' || recording.purgedAt !== undefined) return
    try {
      const film = filmToSeal(recording, link, keeper)
      const sealed = await room.keeper.supplement(factsOf(event, recording, film, link, atMs), film)
      room.sealed(sealed)
      films.sealed(recordingId, eventId, sealed)
    } catch (error) {
      if (error instanceof AssertionError) throw error
      const found = fault('EVIDENCE_NOT_KEPT', { event: eventId, what: 'BODYCAM', reason: reasonOf(error) })
      log.error({ code: found.code, cause: isFault(error) ? error.code : null, recordingId }, found.message)
    }
  }
}

function filmToSeal(recording: BodyCamRecording, { segment }: FilmLink, keeper: string): FilmToSeal {
  const { recordingId, deviceSerial, file, bytes, sha256, sm3, video } = recording
  const { fromMs, toMs } = filmOf(recording, NOTHING_BESIDE)!
  const sec = (atMs: number) => Math.max(0, (atMs - fromMs) / 1000)
  return {
    ...{ recordingId, cameraId: bodyCamId(deviceSerial), file, bytes, sha256, sm3 },
    ...{ startWallMs: fromMs, endWallMs: toMs, fromSec: sec(segment.fromMs), toSec: sec(segment.toMs) },
    ...{ codec: video?.codec ?? 'unknown', width: video?.width ?? 0, height: video?.height ?? 0 },
    keptAt: `${keeper}/bodycam/${recordingId}`,
  }
}

/** Its clock is the recorder's; masks of the fixed camera are not its. */
function factsOf(
  event: ViolationEvent,
  recording: BodyCamRecording,
  { startWallMs, endWallMs, fromSec, toSec }: FilmToSeal,
  { segment, actor, score, reasons, atMs: linkedAtMs }: FilmLink,
  producedAtWallMs: number,
): EventFacts {
  const { eventId, ruleId, cameraId, zoneId, box, title } = event
  const at = (time: string | null) => (time === null ? null : Date.parse(time))
  const { recordingId, deviceSerial, personId, roleAtRecording, certValidAtRecording } = recording
  const { coPresentOfficerIds, deviceClockOffsetMs, evidenceCap, capReasons } = recording
  return {
    ...{ eventId, ruleId, cameraId, zoneId, box, privacyMasks: [], purpose: 'supplement', producedAtWallMs },
    ...{ startedAtWallMs: Date.parse(event.startedAt), confirmedAtWallMs: at(event.confirmedAt) },
    endedAtWallMs: at(event.endedAt),
    proofObject: `${title}：现场处置的执法记录`,
    evidenceStatus: evidenceCap === 'LEAD' ? 'LEAD' : 'EVIDENCE_CANDIDATE',
    evidenceCaps: capReasons,
    clock: { source: 'BODYCAM', offsetMs: deviceClockOffsetMs, checkedAtWallMs: null },
    recording: {
      ...{ recordingId, deviceSerial, personId, roleAtRecording, certValidAtRecording, coPresentOfficerIds },
      ...{ startAt: isoTime(startWallMs), endAt: isoTime(endWallMs), deviceClockOffsetMs },
      ...{ evidenceCap, capReasons },
      link: {
        ...{ from: isoTime(segment.fromMs), to: isoTime(segment.toMs), fromSec, toSec },
        ...{ by: actor, at: isoTime(linkedAtMs), score, reasons },
      },
    },
  }
}
