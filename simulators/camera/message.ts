/**
 * RTSP requests as they arrive [RFC 2326 4, 6], cut out of a byte stream that may break anywhere; replies as text.
 *
 *     'DESCRIBE rtsp://host/main RTSP/1.0␍␊CSeq: 2␍␊␍␊'   or   │ $ ch len │ RTCP │
 *
 * Whatever a client sends, at most `HEAD_BYTES_MAX` of it are held.
 */
export interface Request {
  readonly method: string
  readonly url: string
  readonly version: string
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
}

export type Received =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'interleaved' }
  /** The stream cannot be followed any further: answer and hang up. */
  | { readonly kind: 'garbage'; readonly status: Status }

const HEAD_BYTES_MAX = 8_192
const BODY_BYTES_MAX = 4_096

export const STATUS = {
  ok: '200 OK',
  badRequest: '400 Bad Request',
  unauthorized: '401 Unauthorized',
  notFound: '404 Not Found',
  tooLarge: '413 Request Entity Too Large',
  sessionNotFound: '454 Session Not Found',
  notValidInState: '455 Method Not Valid in This State',
  unsupportedTransport: '461 Unsupported Transport',
  notImplemented: '501 Not Implemented',
  wrongVersion: '505 RTSP Version Not Supported',
} as const
export type Status = (typeof STATUS)[keyof typeof STATUS]

export class RequestReader {
  #held: Buffer = Buffer.alloc(0)

  /** Everything that is complete with these bytes, in order; nothing after garbage. */
  push(bytes: Buffer): Received[] {
    this.#held = this.#held.length > 0 ? Buffer.concat([this.#held, bytes]) : bytes
    const complete: Received[] = []
    for (;;) {
      const next = this.#held[0] === 0x24 ? this.#takeInterleaved() : this.#takeRequest()
      if (!next) return complete
      complete.push(next)
      if (next.kind === 'garbage') return complete
    }
  }

  #takeInterleaved(): Received | undefined {
    if (this.#held.length < 4) return undefined
    const end = 4 + this.#held.readUInt16BE(2)
    if (this.#held.length < end) return undefined
    this.#held = this.#held.subarray(end)
    return { kind: 'interleaved' }
  }

  #takeRequest(): Received | undefined {
    if (this.#held.length === 0) return undefined
    const end = this.#held.indexOf('\r\n\r\n')
    if (end > HEAD_BYTES_MAX || (end < 0 && this.#held.length > HEAD_BYTES_MAX)) {
      return { kind: 'garbage', status: STATUS.tooLarge }
    }
    if (end < 0) return undefined

    const request = parse(this.#held.toString('latin1', 0, end))
    if (!request) return { kind: 'garbage', status: STATUS.badRequest }
    const bodyBytes = Number(request.headers.get('content-length') ?? 0)
    if (!Number.isInteger(bodyBytes) || bodyBytes < 0) return { kind: 'garbage', status: STATUS.badRequest }
    if (bodyBytes > BODY_BYTES_MAX) return { kind: 'garbage', status: STATUS.tooLarge }
    if (this.#held.length < end + 4 + bodyBytes) return undefined
    this.#held = this.#held.subarray(end + 4 + bodyBytes)
    return { kind: 'request', request }
  }
}

function parse(head: string): Request | undefined {
  const [first, ...rest] = head.replace(/^(\r\n)+/, '').split('\r\n')
  const line = /^([A-Z_]+) (\S+) RTSP\/(\d\.\d)$/.exec(first ?? '')
  if (!line) return undefined
  const headers = new Map<string, string>()
  for (const field of rest) {
    const colon = field.indexOf(':')
    if (colon <= 0) return undefined
    headers.set(field.slice(0, colon).trim().toLowerCase(), field.slice(colon + 1).trim())
  }
  return { method: line[1]!, url: line[2]!, version: line[3]!, headers }
}

export function reply(
  status: Status,
  sequence: string | undefined,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): string {
  const lines = [`RTSP/1.0 ${status}`]
  if (sequence !== undefined) lines.push(`CSeq: ${sequence}`)
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
