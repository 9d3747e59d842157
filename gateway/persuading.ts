/**
 * Persuasion of a running gateway, put together: notices, their records, and the look at the deadline.
 *
 *     desk ─▶ Persuasion ─▶ Notices (speakers, webhooks) ─▶ record, outbox ─▶ Recheck ─▶ street ─▶ desk
 *                                        └▶ the sound joins the evidence of the event
 */
import type { Config } from '../config/loader.ts'
import type { Notice } from './alerts/completeness.ts'
import type { AlertDesk } from './alerts/desk.ts'
import type { Register } from './alerts/people.ts'
import { Persuasion } from './alerts/persuasion.ts'
import { type PersuasionRecord, PersuasionStore } from './alerts/persuasion-record.ts'
import { Recheck, type StreetEyes } from './alerts/recheck.ts'
import type { EvidenceKeeper } from './evidence/keeper.ts'
import type { NoticeDesk } from './http/views.ts'
import { Calendar } from './kit/calendar.ts'
import type { Clock } from './kit/clock.ts'
import type { Database } from './kit/database.ts'
import { fault, isFault, reasonOf } from './kit/errors.ts'
import type { Log } from './kit/log.ts'
import type { BrokerAddress } from './mqtt/broker.ts'
import { Topics } from './mqtt/topics.ts'
import { Notices, personIn, sceneOf } from './notices.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { Street } from './street.ts'

interface PersuadingParts {
  readonly config: () => Config
  readonly register: Register
  readonly database: Database
  readonly outbox: Outbox
  readonly desk: AlertDesk
  readonly evidence: EvidenceKeeper
  /** The cameras; asked only after they stand. */
  readonly street: () => Street
  readonly folder: string
  /** The broker that speakers hang on, unless they name another. */
  readonly address: BrokerAddress
  readonly clock: Clock
  readonly log: Log
}

/** Deadlines are minutes; a second is soon enough. */
const TURN_MS = 1_000

export class Persuading {
  readonly store: PersuasionStore
  readonly notices: Notices
  readonly persuasion: Persuasion
  readonly recheck: Recheck
  readonly #parts: PersuadingParts
  #timer: NodeJS.Timeout | null = null

  constructor(parts: PersuadingParts) {
    const { config, database, outbox, address } = parts
    const { site, gateway } = config()
    this.#parts = parts
    this.store = new PersuasionStore(database, outbox)
    this.notices = new Notices({
      ...{ ...parts, broker: address, topicRoot: new Topics(site, gateway).root },
      fetch: globalThis.fetch,
    })
    const offsetMinutes = () => config().utcOffsetMinutes
    const options = () => {
      const { persuasion } = config()
      return persuasion
    }
    const calendar = () => new Calendar(config().calendar, config().holidays)
    const common = { ...parts, store: this.store, offsetMinutes, calendar }
    this.recheck = new Recheck({
      ...common,
      options: () => options().recheck,
      eyes: eyesOf(parts),
    })
    this.persuasion = new Persuasion({
      ...common,
      channels: this.notices,
      options,
      library: () => config().scripts,
      scene: (event, nowMs) => sceneOf(config(), event, nowMs),
      person: (id, nowMs) => personIn(parts.register, id, nowMs),
      onHeard: (record) => this.#heard(record),
    })
  }

  /** Takes up notices and deadlines where they stood; asks the cameras from here on. */
  start(): void {
    this.recheck.start()
    this.persuasion.start()
    this.#timer = setInterval(() => {
      this.persuasion.turn()
      this.recheck.turn()
    }, TURN_MS)
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.persuasion.close()
    this.recheck.close()
    await this.notices.close()
  }

  #heard(record: PersuasionRecord): void {
    this.recheck.expect(record)
    void this.#holdSound(record)
  }

  /** While the act goes on its next package takes the sound along; after that the archive alone keeps it. */
  async #holdSound({ eventId, audioRef, text, startedAt, endedAt }: PersuasionRecord): Promise<void> {
    const { desk, evidence, log } = this.#parts
    if (audioRef === null || desk.get(eventId)?.event.phase === 'END') return
    try {
      const wav = await this.notices.archive.read(audioRef.sha256)
      if (wav === null)
        throw fault('FILE_UNREADABLE', { path: audioRef.sha256, reason: 'not as it was kept' })
      const times = { startWallMs: Date.parse(startedAt!), endWallMs: Date.parse(endedAt!) }
      await evidence.holdSound(eventId, { wav, transcript: text, ...times })
    } catch (error) {
      if (!isFault(error)) throw error
      const found = fault('EVIDENCE_NOT_KEPT', {
        event: eventId,
        what: 'PERSUASION_AUDIO',
        reason: reasonOf(error),
      })
      log.error({ code: found.code, eventId }, found.message)
    }
  }
}

/** Notices as the desk counts them: asked for, delivered or not, with the time to correct. */
export function noticesOf(store: PersuasionStore, eventId: string): Notice[] {
  return store
    .ofEvent(eventId)
    .map(({ persuasionId, endedAt, deliveryStatus, correctionDeadline, audioRef }) => ({
      persuasionId,
      isSound: audioRef !== null,
      deliveredAtMs: deliveryStatus === 'DELIVERED' ? Date.parse(endedAt!) : null,
      correctionDeadlineMs: Date.parse(correctionDeadline ?? '') || 0,
    }))
}

/** What the web server shows of it, and whom it asks. */
export function noticeDeskOf({ store, notices, persuasion, recheck }: Persuading): NoticeDesk {
  return {
    versions: (eventId) => store.versions(eventId),
    given: (eventId) => store.given(eventId),
    persuade: (wish) => persuasion.persuade(wish),
    recheck: (eventId) => recheck.recheck(eventId),
    async audio(persuasionId) {
      const sha256 = store.get(persuasionId)?.audioRef?.sha256
      return sha256 === undefined ? null : await notices.archive.read(sha256)
    },
  }
}

/** The street as a re-check sees it. */
function eyesOf({ street, evidence }: PersuadingParts): StreetEyes {
  return {
    sight(cameraId, eventId) {
      const station = street().station(cameraId)
      if (station === undefined) return null
      const { lookedAtMs } = station.line
      const present = station.line.present(eventId)
      const online = station.feed.status().state === 'online'
      return {
        lookedAtMs: online ? lookedAtMs : null,
        state: present?.state ?? null,
        remainingShare: present?.remainingShare ?? null,
      }
    },
    watch: (cameraId, forMs) => street().station(cameraId)?.watch(forMs),
    picture: async (cameraId, eventId) => (await street().station(cameraId)?.recheck(eventId)) ?? null,
    async pictureAfter(packageId) {
      if (!(await evidence.vault.has(packageId))) return null
      const { items } = await evidence.vault.read(packageId)
      const after = items.find(({ kind }) => kind === 'AFTER')
      return after === undefined ? null : `${packageId}/${after.itemId}`
    },
  }
}
