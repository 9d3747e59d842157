/**
 * SMS and calls, by whoever runs the numbers: the box names a contact, never a number.
 *
 *     POST <url>  {persuasionId, channel, contactRef, text, …}   X-Lushao-Signature: t=<sec>,v1=<hmac-sha256>
 *        ◀─ 2xx {"messageId": "…"}     5xx, 429, no answer: again with growing waits     other 4xx: refused
 *
 * The HMAC is over `<sec>.<body>`, so that neither the text nor the time can be changed, nor an old one be replayed.
 * `Idempotency-Key` is the persuasion id: what is sent again after a crash is the same notice.
 */
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { Backoff } from '../../gateway/kit/backoff.ts'
import { fault, isFault, reasonOf } from '../../gateway/kit/errors.ts'

export const WebhookOptions = z.strictObject({
  url: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'http://… | https://…')
    .describe('Address that takes the notice by POST.'),
  secret: z.string().min(16).max(500).describe('Key of the signature, at least 16 characters, as a secret.'),
  timeoutSec: z.number().min(0.5).max(120).default(10).describe('Seconds to wait for an answer.'),
  attemptsMax: z.int().min(1).max(20).default(5).describe('How often it is tried.'),
  retryFirstSec: z
    .number()
    .min(0.05)
    .max(600)
    .default(2)
    .describe('First wait before it is tried again (s).'),
  retryMaxSec: z
    .number()
    .min(0.05)
    .max(3600)
    .default(60)
    .describe('Longest wait before it is tried again (s).'),
})
export type WebhookOptions = z.infer<typeof WebhookOptions>

export interface WebhookNotice {
  readonly persuasionId: string
  readonly eventId: string
  readonly cameraId: string
  readonly channel: 'SMS' | 'CALL'
  /** Names the person's number at the other side. */
  readonly contactRef: string
  readonly text: string
  readonly language: 'zh' | 'en'
  readonly script: string
  readonly correctionMin: number
}

interface WebhookParts {
  readonly channel: 'SMS' | 'CALL'
  readonly fetch: typeof fetch
  readonly wallMs: () => number
  readonly random?: () => number
}

const Answer = z.object({ messageId: z.string().max(200).optional() })

export class Webhook {
  readonly #options: WebhookOptions
  readonly #parts: WebhookParts
  readonly #closing = new AbortController()

  constructor(options: WebhookOptions, parts: WebhookParts) {
    this.#options = options
    this.#parts = parts
  }

  /** The other side's own id of it, when it gives one. Throws NOTICE_FAILED with the last reason. */
  async send(notice: WebhookNotice): Promise<string | null> {
    const { attemptsMax, retryFirstSec, retryMaxSec } = this.#options
    const backoff = new Backoff(
      { firstMs: retryFirstSec * 1000, maxMs: retryMaxSec * 1000, factor: 2 },
      this.#parts.random,
    )
    const body = JSON.stringify(notice)
    for (let attempt = 1; ; attempt++) {
      const { receipt, reason, again } = await this.#attempt(notice.persuasionId, body)
      if (reason === null) return receipt
      if (!again || attempt >= attemptsMax || this.#closing.signal.aborted) {
        throw fault('NOTICE_FAILED', { channel: this.#parts.channel, attempts: attempt, reason })
      }
      await this.#wait(backoff.nextMs())
    }
  }

  /** What is on its way is given up; it is sent again at the next start. */
  close(): void {
    this.#closing.abort()
  }

  async #attempt(persuasionId: string, body: string) {
    const failed = (reason: string, again: boolean) => ({ receipt: null, reason, again })
    const { url, timeoutSec } = this.#options
    try {
      const response = await this.#parts.fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': persuasionId,
          'x-lushao-signature': this.#signature(body),
        },
        body,
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(timeoutSec * 1000), this.#closing.signal]),
      })
      const text = await response.text()
      if (!response.ok)
        return failed(`HTTP ${response.status}`, response.status >= 500 || response.status === 429)
      return { receipt: messageIdOf(text), reason: null, again: false }
    } catch (error) {
      if (isFault(error)) throw error
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
      return failed(reasonOf(cause), true)
    }
  }

  #signature(body: string): string {
    const sec = Math.floor(this.#parts.wallMs() / 1000)
    const mac = createHmac('sha256', this.#options.secret).update(`${sec}.${body}`).digest('hex')
    return `t=${sec},v1=${mac}`
  }

  #wait(ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, ms)
      this.#closing.signal.addEventListener('abort', () => {
        clearTimeout(timer)
        done()
      })
    })
  }
}

function messageIdOf(text: string): string | null {
  try {
    return Answer.parse(JSON.parse(text)).messageId ?? null
  } catch {
    return null // 2xx without a word is an answer too.
  }
}
