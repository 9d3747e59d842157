/**
 * The far end of uploads: where it is, how it is spoken to, what it offers, and what it has of a package.
 *
 *     OPTIONS url ─▶ checksum of single pieces? which algorithm?
 *     GET statusUrl?packageId=… ─▶ receipt, or nothing yet
 *
 * Connections are kept and bounded. tus-js-client waits for ever when a connection ends in the middle of an answer; the
 * stack here does not.
 */
import { readFileSync } from 'node:fs'
import * as http from 'node:http'
import * as https from 'node:https'
import { DefaultHttpStack, type HttpRequest, type HttpResponse, type HttpStack } from 'tus-js-client'
import { fault, reasonOf } from '../kit/errors.ts'
import { Receipt } from './deliveries.ts'
import type { DeliveryOptions } from './delivery-options.ts'

const ANSWER_BYTES_MAX = 128 * 1_024
const ALGORITHMS = ['sha256', 'sha1'] as const
export type ChecksumAlgorithm = (typeof ALGORITHMS)[number]

interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

export class FarEnd {
  readonly url: string
  readonly stack: HttpStack
  readonly headers: Readonly<Record<string, string>>
  readonly #agent: http.Agent
  readonly #statusUrl: string | undefined
  readonly #answerMs: number
  readonly #stop = new AbortController()

  /** Throws CERTIFICATE_BAD. */
  constructor(
    url: string,
    options: Pick<DeliveryOptions, 'token' | 'ca' | 'statusUrl' | 'stallSec' | 'parallel'>,
  ) {
    const secure = url.startsWith('https:')
    const common = { keepAlive: true, maxSockets: options.parallel + 1 }
    this.url = url
    this.#agent = secure
      ? new https.Agent({ ...common, ...(options.ca === undefined ? {} : { ca: readCa(options.ca) }) })
      : new http.Agent(common)
    this.stack = patient(new DefaultHttpStack({ agent: this.#agent }))
    this.headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }
    this.#statusUrl = options.statusUrl
    this.#answerMs = options.stallSec * 1_000
  }

  /** Status of OPTIONS, and the checksum of pieces that it offers. */
  async offers(): Promise<{ status: number; checksum: ChecksumAlgorithm | null; speaksTus: boolean }> {
    const { status, headers } = await this.#ask('OPTIONS', this.url)
    const list = (name: string) =>
      String(headers[name] ?? '')
        .split(',')
        .map((one) => one.trim())
    const offered = list('tus-checksum-algorithm')
    const checksum = list('tus-extension').includes('checksum')
      ? (ALGORITHMS.find((one) => offered.includes(one)) ?? null)
      : null
    return {
      status,
      checksum,
      speaksTus: headers['tus-version'] !== undefined || headers['tus-resumable'] !== undefined,
    }
  }

  /** What it says it has; null when it says nothing, is not asked, or cannot be understood. */
  async receiptOf(packageId: string): Promise<Receipt | null> {
    if (this.#statusUrl === undefined) return null
    const url = new URL(this.#statusUrl)
    url.searchParams.set('packageId', packageId)
    const { status, body } = await this.#ask('GET', url.toString())
    if (status !== 200) return null
    try {
      const receipt = Receipt.safeParse(JSON.parse(body))
      return receipt.success && receipt.data.packageId === packageId ? receipt.data : null
    } catch {
      return null // Not JSON: it has not answered the question.
    }
  }

  /** Whoever waits for an answer stops waiting. */
  close(): void {
    this.#stop.abort()
    this.#agent.destroy()
  }

  #ask(method: 'OPTIONS' | 'GET', url: string): Promise<Answer> {
    const module = url.startsWith('https:') ? https : http
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(this.#answerMs)])
      const headers = { 'tus-resumable': '1.0.0', ...this.headers }
      const options = { method, agent: this.#agent, headers, signal }
      const request = module.request(url, options, (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text: string) => {
          body += text
          if (body.length > ANSWER_BYTES_MAX) request.destroy(new Error('the answer has no end'))
        })
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        )
      })
      request.once('error', reject)
      request.once('close', () => reject(new Error('the connection ended in the middle of an answer')))
      request.end()
    })
  }
}

/** A request ends when its connection does, with an answer or without one. */
function patient(stack: HttpStack): HttpStack {
  return {
    getName: () => stack.getName(),
    createRequest(method, url) {
      const request: HttpRequest = stack.createRequest(method, url)
      const send = request.send.bind(request)
      request.send = (body: unknown) => {
        const answer: Promise<HttpResponse> = send(body)
        const raw = request.getUnderlyingObject() as http.ClientRequest
        // An answer before the last byte was sent: the rest will never be, and the connection must not wait for it.
        const leave = () => {
          if (!raw.writableFinished) raw.destroy()
        }
        answer.then(leave, leave)
        const ended = new Promise<never>((_, reject) => {
          raw.once('close', () =>
            setImmediate(() => reject(new Error('the connection ended in the middle of an answer'))),
          )
        })
        return Promise.race([answer, ended])
      }
      return request
    },
  }
}

function readCa(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw fault('CERTIFICATE_BAD', { file, reason: reasonOf(error) }, error)
  }
}
