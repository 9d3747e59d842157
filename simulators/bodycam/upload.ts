/**
 * A body-cam in its dock: uploads a recording by tus 1.0, in pieces, and resumes where a broken upload left
 * off.
 *
 *     begin ─▶ track, when there is one ─▶ pieces; the line breaks: ask how much has come, go on there ─▶ done
 *       └─ 409: these bytes are there already ─▶ done, nothing was sent
 *
 *     killAfterBytes: the dock loses power there; call again with the `resumeFrom` it gave, and it goes on
 */
import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import * as tus from 'tus-js-client'
import { fault, reasonOf } from '../../gateway/kit/errors.ts'
import { sendTrack, type Track } from './forms.ts'

const RETRY_DELAYS_MS = [500, 2000, 5000]

export interface UploadRecordingOptions {
  /** Of the uploads route, for example http://127.0.0.1:8480/bodycam/uploads */
  readonly url: string
  readonly token: string
  readonly file: string
  readonly metadata: Readonly<Record<string, string>>
  readonly chunkBytes: number
  /** Stop dead once the server has confirmed so many. */
  readonly killAfterBytes?: number
  /** Address of an upload begun before. */
  readonly resumeFrom?: string
  /** Pauses before another try; counted anew whenever some bytes have arrived. */
  readonly retryDelaysMs?: readonly number[]
  /** Positions, sent before the film. */
  readonly track?: Track
  /** Called before the piece that ends the film is sent. */
  readonly onLastPiece?: () => void
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void
}

export interface UploadResult {
  readonly complete: boolean
  /** The server had these bytes before, and took none. */
  readonly known: boolean
  /** Address of the upload, to resume from. */
  readonly uploadUrl: string
  /** Offset the server was at when this call began to send. */
  readonly startedAtBytes: number
  /** How often it was asked how much had come. */
  readonly resumes: number
}

export function uploadRecording(options: UploadRecordingOptions): Promise<UploadResult> {
  const { file, killAfterBytes = Number.POSITIVE_INFINITY, onProgress, resumeFrom, track } = options
  const size = statSync(file).size
  return new Promise((resolve, reject) => {
    let startedAtBytes: number | null = null
    let resumes = 0
    /** Which upload has the track. */
    let trackedUrl = ''
    const ended = (complete: boolean, known = false) =>
      resolve({
        ...{ complete, known, resumes, uploadUrl: upload.url ?? '', startedAtBytes: startedAtBytes ?? 0 },
      })
    const upload = new tus.Upload(createReadStream(file), {
      endpoint: options.url,
      uploadSize: size,
      chunkSize: options.chunkBytes,
      headers: { authorization: `Bearer ${options.token}` },
      metadata: { filename: basename(file), ...options.metadata },
      retryDelays: [...(options.retryDelaysMs ?? RETRY_DELAYS_MS)],
      ...(resumeFrom === undefined ? {} : { uploadUrl: resumeFrom }),
      onProgress: (sent, total) => onProgress?.(sent, total ?? 0),
      onShouldRetry: (error) => !isKnown(error) && isPassing(error),
      onBeforeRequest: async (request) => {
        if (request.getMethod() !== 'PATCH') return
        const uploadUrl = request.getURL()
        if (track && trackedUrl !== uploadUrl) await sendTrack(uploadUrl, options.token, track)
        trackedUrl = uploadUrl
        if (Number(request.getHeader('Upload-Offset')) + options.chunkBytes >= size) options.onLastPiece?.()
      },
      onAfterResponse: (request, response) => {
        if (request.getMethod() !== 'HEAD') return
        resumes++
        // Not found: it was whole, and only the answer was lost; it is begun anew.
        if (response.getStatus() < 300) startedAtBytes ??= Number(response.getHeader('Upload-Offset'))
      },
      onChunkComplete: (_chunk, acceptedBytes, total) => {
        if (acceptedBytes < killAfterBytes || acceptedBytes === total) return
        void upload.abort()
        ended(false)
      },
      onSuccess: () => ended(true),
      onError: (error) => {
        if (isKnown(error)) ended(true, true)
        else reject(fault('UPLOAD_FAILED', { file, reason: reasonOf(error) }, error))
      },
    })
    upload.start()
  })
}

const statusOf = (error: Error): number =>
  'originalResponse' in error && error.originalResponse !== null
    ? (error as tus.DetailedError).originalResponse!.getStatus()
    : 0

/** Refused at creation because a recording of these bytes is there. */
const isKnown = (error: Error): boolean =>
  statusOf(error) === 409 && (error as tus.DetailedError).originalRequest.getMethod() === 'POST'

/** The line, or a server that is busy; every other answer stays what it is. */
const isPassing = (error: Error): boolean => {
  const status = statusOf(error)
  return status < 400 || status >= 500 || status === 409 || status === 423
}
