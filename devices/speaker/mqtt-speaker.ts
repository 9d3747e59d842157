/**
 * A speaker that listens to a broker: on the gateway's own, below `speaker/{id}/`, or on another one.
 *
 *     {topic}          out  {persuasionId, script, volume, audio: {sha256, sm3, bytes, base64 | path}}
 *     {topic}/played   in   {persuasionId, playedAt, durationSec} or {persuasionId, error}
 *
 * A WAV that fits goes along as base64; a larger one is named by hash and path, and fetched from the box over HTTP
 * with a token of scope `speaker`. The embedded broker takes messages below 64 KiB, about two seconds of speech.
 */
import { connectAsync, type MqttClient } from 'mqtt'
import { z } from 'zod'
import { fault, isFault, reasonOf, redact } from '../../gateway/kit/errors.ts'
import type { Announcement, Played, Speaker, SpeakerParts } from './announcement.ts'

export const MqttSpeakerOptions = z.strictObject({
  kind: z.literal('mqtt'),
  url: z
    .string()
    .regex(/^(mqtts?|wss?):\/\/\S+$/, 'mqtt://… | mqtts://… | ws://… | wss://…')
    .optional()
    .describe('Broker that it listens to. Absent: the one of this gateway.'),
  username: z.string().max(200).optional().describe('User at that broker.'),
  password: z.string().max(200).optional().describe('Password at that broker, as a secret.'),
  topic: z
    .string()
    .regex(/^[^+#]{1,200}$/, 'a topic without + and #')
    .optional()
    .describe('Topic that it listens to. Absent: `speaker/{id}` below the root of this gateway.'),
  inlineBytesMax: z
    .int()
    .min(0)
    .max(8 * 2 ** 20)
    .default(44 * 1024)
    .describe('Largest WAV (bytes) that goes along in the message; a larger one is fetched over HTTP.'),
  timeoutSec: z.number().min(1).max(300).default(60).describe('Seconds to wait for the answer.'),
})

const Answer = z.union([
  z.object({
    persuasionId: z.string(),
    playedAt: z.iso.datetime({ offset: true }),
    durationSec: z.number().min(0),
  }),
  z.object({ persuasionId: z.string(), error: z.string().max(300) }),
])
type Answer = z.infer<typeof Answer>

export class MqttSpeaker implements Speaker {
  readonly #options: z.infer<typeof MqttSpeakerOptions>
  readonly #parts: SpeakerParts
  readonly #topic: string
  readonly #waiting = new Map<string, (answer: Answer) => void>()
  #client: Promise<MqttClient> | null = null

  constructor(options: z.infer<typeof MqttSpeakerOptions>, parts: SpeakerParts) {
    this.#options = options
    this.#parts = parts
    this.#topic = options.topic ?? `${parts.topicRoot}/speaker/${parts.id}`
  }

  async play(announcement: Announcement): Promise<Played> {
    const refuse = (reason: string, cause?: unknown) =>
      fault('SPEAKER_FAILED', { speaker: this.#parts.id, reason }, cause)
    const { persuasionId } = announcement
    try {
      this.#client ??= this.#connect()
      const client = await this.#client
      const answered = this.#answer(persuasionId)
      await client.publishAsync(this.#topic, JSON.stringify(this.#message(announcement)), { qos: 1 })
      const answer = await answered
      if (answer === null) throw refuse('no answer in time')
      if ('error' in answer) throw refuse(answer.error)
      return { playedAtMs: Date.parse(answer.playedAt), durationSec: answer.durationSec }
    } catch (error) {
      if (isFault(error)) throw error
      this.#client = null
      throw refuse(redact(reasonOf(error)), error)
    } finally {
      this.#waiting.delete(persuasionId)
    }
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => null) // One that never connected has nothing to end.
    await client?.endAsync(true)
  }

  /** null when none came in time. */
  #answer(persuasionId: string): Promise<Answer | null> {
    return new Promise((done) => {
      const timer = setTimeout(() => done(null), this.#options.timeoutSec * 1000)
      this.#waiting.set(persuasionId, (answer) => {
        clearTimeout(timer)
        done(answer)
      })
    })
  }

  async #connect(): Promise<MqttClient> {
    const { url, username, password, timeoutSec } = this.#options
    const { broker, id } = this.#parts
    const user = url === undefined ? broker : { username, password }
    const client = await connectAsync(url ?? broker.url, {
      clientId: `lushao-speaker-${id}-${process.pid}`,
      ...(user.username === undefined ? {} : { username: user.username }),
      ...(user.password === undefined ? {} : { password: user.password }),
      protocolVersion: 4,
      connectTimeout: timeoutSec * 1000,
    })
    client.on('message', (_, payload) => this.#hear(payload))
    client.on('error', () => {}) // The next announcement that finds no way says so.
    await client.subscribeAsync(`${this.#topic}/played`, { qos: 1 })
    return client
  }

  #hear(payload: Buffer): void {
    const parsed = Answer.safeParse(jsonOf(payload))
    if (parsed.success) this.#waiting.get(parsed.data.persuasionId)?.(parsed.data)
  }

  #message({ wav, sha256, sm3, persuasionId, eventId, cameraId, script, volume }: Announcement): unknown {
    const inline = wav.length <= this.#options.inlineBytesMax
    const where = inline
      ? { base64: wav.toString('base64') }
      : { path: `/api/v1/persuasions/${persuasionId}/audio` }
    const audio = { mime: 'audio/wav', bytes: wav.length, sha256, sm3, ...where }
    return { persuasionId, eventId, cameraId, script, volume: Math.round(volume), audio }
  }
}

function jsonOf(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'))
  } catch {
    return null // Not ours to answer; the wait goes on.
  }
}
