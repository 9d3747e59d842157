/**
 * Notices made heard: from words to a speaker or a webhook, by what the configuration says now.
 *
 *     record ─▶ voice ─▶ WAV ─▶ archive (kept before it is heard) ─▶ speaker ─▶ when, how long
 *     record ─▶ webhook (SMS, call): contactRef and text ─▶ receipt
 */
import { join } from 'node:path'
import type { Config } from '../config/loader.ts'
import { type Speaker, wavSeconds } from '../devices/speaker/announcement.ts'
import { openSpeaker } from '../devices/speaker/speaker.ts'
import { Voice } from '../devices/speaker/voice.ts'
import { Webhook } from '../devices/speaker/webhook.ts'
import { AudioArchive } from './alerts/audio-archive.ts'
import { nearestOpenPoint } from './alerts/nearest-point.ts'
import type { Announced, NoticeChannels, NoticePerson, NoticeScene, SpeakerView } from './alerts/notice.ts'
import type { Register } from './alerts/people.ts'
import type { PersuasionRecord } from './alerts/persuasion-record.ts'
import { assert } from './kit/assert.ts'
import { Calendar } from './kit/calendar.ts'
import type { Clock } from './kit/clock.ts'
import { fault } from './kit/errors.ts'
import type { BrokerAddress } from './mqtt/broker.ts'
import { entryOf } from './violations/catalogue.ts'
import type { ViolationEvent } from './violations/event.ts'

interface NoticesParts {
  readonly config: () => Config
  /** The storage folder. */
  readonly folder: string
  readonly broker: BrokerAddress
  readonly topicRoot: string
  readonly fetch: typeof fetch
  readonly clock: Clock
}

export class Notices implements NoticeChannels {
  readonly archive: AudioArchive
  readonly #parts: NoticesParts
  /** Speakers that have been spoken to, with the options they were opened by. */
  readonly #open = new Map<string, { readonly options: string; readonly speaker: Speaker }>()
  readonly #sending = new Set<Webhook>()

  constructor(parts: NoticesParts) {
    this.#parts = parts
    this.archive = new AudioArchive(join(parts.folder, 'persuasion', 'audio'))
  }

  speakers(cameraId: string): readonly SpeakerView[] {
    const { speakers } = this.#parts.config().devices
    return speakers.filter(({ cameras, adapter }) => adapter !== undefined && cameras.includes(cameraId))
  }

  hasWebhook(channel: 'SMS' | 'CALL'): boolean {
    return this.#webhook(channel) !== undefined
  }

  async announce(record: PersuasionRecord): Promise<Announced> {
    const { config, clock } = this.#parts
    const { persuasionId, eventId, cameraId, language, text } = record
    const beganMs = clock.wallMs()
    const script = scriptName(record)
    const spoken = await new Voice(config().devices.voice).speak({ text, language, script })
    const kept = await this.archive.keep(spoken.wav)
    const { wav } = spoken
    const { playedAtMs, durationSec } = await this.#speaker(record.deviceId).play({
      ...{ persuasionId, eventId, cameraId, script, language, wav, sha256: kept.sha256, sm3: kept.sm3 },
      ...{ volume: record.volume ?? 0, file: this.archive.file(kept.sha256) },
    })
    // By our own clock where the speaker's cannot be right: the deadline hangs on it.
    const startedAtMs = Math.min(Math.max(playedAtMs, beganMs), clock.wallMs())
    return {
      ...{ startedAtMs, endedAtMs: startedAtMs + durationSec * 1000, receipt: null, text: spoken.text },
      audioRef: { ...kept, durationSec: wavSeconds(wav), source: spoken.source },
    }
  }

  async send(record: PersuasionRecord, contactRef: string): Promise<Announced> {
    const { channel, persuasionId, eventId, cameraId, text, language, correctionMin } = record
    assert(channel === 'SMS' || channel === 'CALL', 'only these go by webhook')
    const options = this.#webhook(channel)
    if (options === undefined) throw fault('NOTICE_FAILED', { channel, attempts: 0, reason: 'no webhook' })
    const { fetch, clock } = this.#parts
    const webhook = new Webhook(options, { channel, fetch, wallMs: clock.wallMs })
    this.#sending.add(webhook)
    try {
      const notice = { persuasionId, eventId, cameraId, channel, contactRef, text, language, correctionMin }
      const receipt = await webhook.send({ ...notice, script: scriptName(record) })
      const atMs = clock.wallMs()
      return { startedAtMs: atMs, endedAtMs: atMs, receipt, audioRef: null, text }
    } finally {
      this.#sending.delete(webhook)
    }
  }

  async close(): Promise<void> {
    for (const webhook of this.#sending) webhook.close()
    await Promise.all([...this.#open.values()].map(({ speaker }) => speaker.close()))
  }

  #webhook(channel: 'SMS' | 'CALL') {
    const { sms, call } = this.#parts.config().devices.notices
    return channel === 'SMS' ? sms : call
  }

  #speaker(id: string | null): Speaker {
    const { config, fetch, clock, broker, topicRoot } = this.#parts
    const adapter = config().devices.speakers.find((speaker) => speaker.id === id)?.adapter
    if (id === null || adapter === undefined) {
      throw fault('SPEAKER_FAILED', { speaker: id, reason: 'it is not configured any more' })
    }
    const options = JSON.stringify(adapter)
    const open = this.#open.get(id)
    if (open?.options === options) return open.speaker
    void open?.speaker.close()
    const speaker = openSpeaker(adapter, { id, fetch, wallMs: clock.wallMs, broker, topicRoot })
    this.#open.set(id, { options, speaker })
    return speaker
  }
}

/** What is around an act, by what the configuration says. */
export function sceneOf(config: Config, event: ViolationEvent, nowMs: number): NoticeScene {
  const { utcOffsetMinutes: offsetMinutes } = config
  const camera = config.cameras.find(({ id }) => id === event.cameraId)
  const zone = camera?.zones.find(({ id }) => id === event.zoneId)
  const entry = entryOf(config.catalogue, event.ruleId)
  const place = camera?.address ?? camera?.name ?? ''
  const contact = config.devices.notices.contacts.find(({ shopId }) => shopId === zone?.shopId)
  const { lon, lat } = camera ?? {}
  return {
    place: { zh: place || '此处', en: place || 'this place' },
    rule: { zh: entry?.nameZh ?? event.ruleId, en: entry?.nameEn.toLowerCase() ?? event.ruleId },
    ladder: entry?.ladder ?? [],
    contactRef: contact?.contactRef ?? null,
    nearest: nearestOpenPoint(config.permits, {
      lon,
      lat,
      ruleId: event.ruleId,
      wallMs: nowMs,
      offsetMinutes,
      calendar: new Calendar(config.calendar, config.holidays),
    }),
    isTest: config.governance.mode === 'test',
  }
}

/** The register's word on a person, by id or badge number. */
export function personIn(register: Register, id: string, nowMs: number): NoticePerson | null {
  const role = register.rankOf(id, nowMs)
  return role && { role, isCertified: role === 'OFFICER' }
}

const scriptName = ({ scriptId, scriptVersion }: PersuasionRecord): string =>
  `${scriptId ?? 'free-text'}@${scriptVersion ?? '1'}`

/** Devices as the console lists them; how a speaker is reached is nobody's business there. */
export function devicesOf({ devices }: Config): readonly unknown[] {
  const speakers = devices.speakers.map(({ adapter, ...rest }) => ({
    ...rest,
    adapter: adapter?.kind ?? null,
  }))
  return [...devices.bodycams, ...speakers]
}
