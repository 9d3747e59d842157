/**
 * A network speaker that takes a WAV by HTTP.
 *
 *     POST <url>   Content-Type: audio/wav, X-Persuasion-Id, X-Script, X-Event-Id, X-Camera-Id, X-Volume
 *        ◀─ 200 {"playedAt": ISO, "durationSec": n}      anything else: SPEAKER_FAILED
 *
 * The same persuasion id sent again is the same announcement: a speaker that has played it may answer without
 * playing it twice.
 */
import { z } from 'zod'
import { fault, isFault, reasonOf } from '../../gateway/kit/errors.ts'
import type { Announcement, Played, Speaker, SpeakerParts } from './announcement.ts'

export const HttpSpeakerOptions = z.strictObject({
  kind: z.literal('http'),
  url: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'http://… | https://…')
    .describe('Address that takes the WAV by POST.'),
  token: z.string().min(1).max(500).optional().describe('Sent as `Authorization: Bearer …`, as a secret.'),
  timeoutSec: z
    .number()
    .min(1)
    .max(300)
    .default(60)
    .describe('Seconds to wait for the answer, which comes when it has played.'),
})

const Answer = z.object({ playedAt: z.iso.datetime({ offset: true }), durationSec: z.number().min(0) })
const ANSWER_BYTES_MAX = 4096

export class HttpSpeaker implements Speaker {
  readonly #options: z.infer<typeof HttpSpeakerOptions>
  readonly #parts: SpeakerParts

  constructor(options: z.infer<typeof HttpSpeakerOptions>, parts: SpeakerParts) {
    this.#options = options
    this.#parts = parts
  }

  async play(announcement: Announcement): Promise<Played> {
    const refuse = (reason: string, cause?: unknown) =>
      fault('SPEAKER_FAILED', { speaker: this.#parts.id, reason }, cause)
    try {
      const response = await this.#post(announcement)
      const text = (await response.text()).slice(0, ANSWER_BYTES_MAX)
      if (response.status !== 200) throw refuse(`HTTP ${response.status}`)
      const answer = Answer.safeParse(jsonOf(text))
      if (!answer.success) throw refuse('the answer does not say when it was played, and how long')
      return { playedAtMs: Date.parse(answer.data.playedAt), durationSec: answer.data.durationSec }
    } catch (error) {
      throw isFault(error) ? error : refuse(causeOf(error), error)
    }
  }

  async close(): Promise<void> {}

  #post({ wav, persuasionId, script, eventId, cameraId, volume }: Announcement): Promise<Response> {
    const { url, token, timeoutSec } = this.#options
    return this.#parts.fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'audio/wav',
        'x-persuasion-id': persuasionId,
        'x-script': script,
        'x-event-id': eventId,
        'x-camera-id': cameraId,
        'x-volume': String(Math.round(volume)),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: new Uint8Array(wav),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutSec * 1000),
    })
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // No JSON is no answer; the caller says so.
  }
}

/** `fetch failed` says nothing; its cause does. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return reasonOf(cause)
}
