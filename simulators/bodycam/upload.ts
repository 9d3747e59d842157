/**
 * A body-cam in its dock: uploads a recording by tus 1.0, in pieces, and resumes where a broken upload left
 * off.
 *
 *     killAfterBytes: the dock loses power there; call again with the `resumeFrom` it gave, and it goes on
 */
import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import * as tus from 'tus-js-client'
import { fault, reasonOf } from '../../gateway/kit/errors.ts'

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
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void
}

export interface UploadResult {
  readonly complete: boolean
  /** Address of the upload, to resume from. */
  readonly uploadUrl: string
  /** Offset the server was at when this call began to send. */
  readonly startedAtBytes: number
}

export function uploadRecording(options: UploadRecordingOptions): Promise<UploadResult> {
  const { file, killAfterBytes = Number.POSITIVE_INFINITY, onProgress, resumeFrom } = options
  return new Promise((resolve, reject) => {
    let startedAtBytes: number | null = null
    const upload = new tus.Upload(createReadStream(file), {
      endpoint: options.url,
      uploadSize: statSync(file).size,
      chunkSize: options.chunkBytes,
      headers: { authorization: `Bearer ${options.token}` },
      metadata: { filename: basename(file), ...options.metadata },
      retryDelays: [500, 2000, 5000],
      ...(resumeFrom === undefined ? {} : { uploadUrl: resumeFrom }),
      onProgress: (sent, total) => onProgress?.(sent, total ?? 0),
      onAfterResponse: (request, response) => {
        if (startedAtBytes === null && request.getMethod() === 'HEAD')
          startedAtBytes = Number(response.getHeader('Upload-Offset'))
      },
      onChunkComplete: (_chunk, acceptedBytes, total) => {
        if (acceptedBytes < killAfterBytes || acceptedBytes === total) return
        void upload.abort()
        resolve({ complete: false, uploadUrl: upload.url ?? '', startedAtBytes: startedAtBytes ?? 0 })
      },
      onSuccess: () =>
        resolve({ complete: true, uploadUrl: upload.url ?? '', startedAtBytes: startedAtBytes ?? 0 }),
      onError: (error) => reject(fault('UPLOAD_FAILED', { file, reason: reasonOf(error) }, error)),
    })
    upload.start()
  })
}
