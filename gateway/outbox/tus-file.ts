/**
 * One file to one far end by tus 1.0, from wherever it broke off. One attempt; who retries, and when, is the
 * uploader's business.
 *
 *     no address yet ─ POST ─▶ 201 address, noted at once ─ PATCH ─▶ … ─▶ there
 *                        └───▶ 409 the far end has this hash already
 *     address ─ HEAD ─▶ offset ─ PATCH from there        404, 410 ─▶ 'forgotten'
 *
 * tus-js-client begins anew on any failed HEAD, a proxy's 502 too, and would send all bytes again; so a known address
 * is given to it without the place where uploads begin.
 */
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { DetailedError, type HttpRequest, Upload } from 'tus-js-client'
import type { PackageFile } from '../evidence/inventory.ts'
import { reasonOf } from '../kit/errors.ts'
import type { ChecksumAlgorithm, FarEnd } from './far-end.ts'
import type { Pace } from './pace.ts'

/** broken: try again later · forgotten: begin anew · mismatch: its hash, it says, is wrong · full: no room there */
export type SendTrouble = 'broken' | 'forgotten' | 'mismatch' | 'refused' | 'unauthorised' | 'full'

export class SendFailure extends Error {
  readonly trouble: SendTrouble
  constructor(trouble: SendTrouble, reason: string) {
    super(reason)
    this.trouble = trouble
  }
}

export interface FileWish {
  readonly farEnd: FarEnd
  readonly file: PackageFile
  /** Address of an upload begun before. */
  readonly url: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly read: (from: number, to: number) => Readable
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly chunkBytes: number } | null
  readonly pace: Pace
  readonly stallMs: number
  /** Told before the first byte goes there. */
  readonly onUrl: (url: string) => void
  /** How much the far end has, whenever it says so. */
  readonly onOffset: (bytes: number) => void
  /** So much more was handed to the line. */
  readonly onBytes: (bytes: number) => void
  readonly signal: AbortSignal
}

/** `sent` when the far end has every byte, `had` when it had them before. Throws SendFailure. */
export function sendFile(wish: FileWish): Promise<'sent' | 'had'> {
  const { farEnd, file, url, checksum, signal } = wish
  return new Promise((resolve, reject) => {
    let stall: NodeJS.Timeout | undefined
    const alive = () => {
      clearTimeout(stall)
      stall = setTimeout(() => fail(new SendFailure('broken', 'nothing moved')), wish.stallMs)
    }
    const source = new RangeSource(wish, alive)
    const done = () => {
      clearTimeout(stall)
      signal.removeEventListener('abort', stop)
      source.close()
    }
    const fail = (error: Error) => {
      done()
      void upload.abort()
      reject(error)
    }
    const stop = () => fail(new SendFailure('broken', 'stopped'))
    const upload = new Upload(Buffer.alloc(0), {
      ...(url === null ? { endpoint: farEnd.url } : { uploadUrl: url }),
      headers: { ...farEnd.headers },
      metadata: { ...wish.metadata },
      uploadSize: file.bytes,
      chunkSize: checksum?.chunkBytes ?? Number.POSITIVE_INFINITY,
      retryDelays: null,
      storeFingerprintForResuming: false,
      httpStack: farEnd.stack,
      fileReader: { openFile: async () => source },
      onBeforeRequest: async (request) => {
        alive()
        if (checksum && request.getMethod() === 'PATCH') await sign(request, wish, checksum)
      },
      onAfterResponse: (request, response) => {
        const location = request.getMethod() === 'POST' ? response.getHeader('Location') : undefined
        // The token would go there too.
        if (location !== undefined && new URL(location, farEnd.url).origin !== new URL(farEnd.url).origin)
          throw new Error('it sends uploads to another host')
        const offset = Number(response.getHeader('Upload-Offset') ?? Number.NaN)
        if (response.getStatus() < 300 && offset > 0) wish.onOffset(offset)
      },
      onUploadUrlAvailable: () => {
        if (url === null && upload.url !== null) wish.onUrl(upload.url)
      },
      onSuccess: () => {
        done()
        resolve('sent')
      },
      onError: (error) => {
        const failure = failureOf(error)
        if (failure !== null) return fail(failure)
        done()
        resolve('had')
      },
    })
    signal.addEventListener('abort', stop)
    if (signal.aborted) return stop()
    alive()
    upload.start()
  })
}

/** null: it has the file already. */
function failureOf(error: Error): SendFailure | null {
  const answer = error instanceof DetailedError ? error.originalResponse : null
  const method = error instanceof DetailedError ? error.originalRequest?.getMethod() : undefined
  const status = answer?.getStatus() ?? 0
  if (status === 409 && method === 'POST') return null
  const cause = error instanceof DetailedError ? error.causingError : error
  const reason = status > 0 ? `${method} was answered with ${status}` : reasonOf(cause ?? error)
  return new SendFailure(troubleOf(status, method), reason)
}

function troubleOf(status: number, method: string | undefined): SendTrouble {
  if ((status === 404 || status === 410) && method !== 'POST') return 'forgotten'
  if (status === 401 || status === 403) return 'unauthorised'
  if (status === 413 || status === 507) return 'full'
  if (status === 460) return 'mismatch'
  const passing = status < 400 || status >= 500 || [404, 408, 409, 410, 423, 425, 429].includes(status)
  return passing ? 'broken' : 'refused'
}

/** Upload-Checksum of the piece that begins where the request says. */
async function sign(
  request: HttpRequest,
  { file, read }: FileWish,
  { algorithm, chunkBytes }: NonNullable<FileWish['checksum']>,
): Promise<void> {
  const from = Number(request.getHeader('Upload-Offset'))
  const hash = createHash(algorithm)
  for await (const piece of read(from, Math.min(from + chunkBytes, file.bytes))) hash.update(piece as Buffer)
  request.setHeader('Upload-Checksum', `${algorithm} ${hash.digest('base64')}`)
}

/** The file as tus-js-client wants it; a stream that a broken request leaves behind is closed. */
class RangeSource {
  readonly size: number
  readonly #wish: FileWish
  readonly #alive: () => void
  #open: Readable | null = null

  constructor(wish: FileWish, alive: () => void) {
    this.size = wish.file.bytes
    this.#wish = wish
    this.#alive = alive
  }

  async slice(from: number, to: number): Promise<{ value: Readable & { size: number }; done: boolean }> {
    this.close()
    const { read, pace, onBytes } = this.#wish
    const end = Math.min(to, this.size)
    const paced = pace.stream((bytes) => {
      this.#alive()
      onBytes(bytes)
    })
    const raw = read(from, end)
    raw.once('error', (error) => paced.destroy(error))
    paced.once('close', () => raw.destroy())
    this.#open = raw.pipe(paced)
    return { value: Object.assign(paced, { size: end - from }), done: end >= this.size }
  }

  close(): void {
    this.#open?.destroy()
    this.#open = null
  }
}
