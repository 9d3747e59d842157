/**
 * `lushao models add FILE|URL`: brings a model in beside its manifest, or not at all.
 *
 *     file or URL ─▶ <folder>/.incoming ─ hash as the manifest says? ─▶ <folder>/<name>.onnx + .manifest.json
 *                                        └─ no: removed, its fault told
 *
 * Nothing of the file is parsed before its hash is known to be right.
 */
import { copyFileSync, createWriteStream, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { loadModel, MODEL_BYTES_MAX } from '../../models/manifest.ts'
import { fault, isFault, reasonOf } from '../kit/errors.ts'

/** For the largest model over a slow line. */
const DOWNLOAD_MS_MAX = 20 * 60_000

/** Returns the path of the model. */
export async function addModel(source: string, folder: string, manifestFile?: string): Promise<string> {
  const incoming = join(folder, `.incoming-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    await fetchTo(source, incoming)
    const { manifest } = loadModel(incoming, manifestFile)
    const file = join(folder, `${manifest.name}.onnx`)
    writeFileSync(`${file}.manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`)
    renameSync(incoming, file)
    return file
  } finally {
    rmSync(incoming, { force: true })
  }
}

async function fetchTo(source: string, path: string): Promise<void> {
  try {
    if (/^https?:\/\//.test(source)) await download(source, path)
    else copyFileSync(source, path)
  } catch (error) {
    if (isFault(error)) throw error
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (missing) throw fault('MODEL_MISSING', { path: source }, error)
    throw fault('MODEL_UNREADABLE', { path: source, reason: reasonOf(error) }, error)
  }
}

async function download(url: string, path: string): Promise<void> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MS_MAX) })
  if (!answer.ok || answer.body === null) {
    throw fault('MODEL_UNREADABLE', { path: url, reason: `the server answered ${answer.status}` })
  }
  const reader = answer.body.getReader()
  const bounded = async function* () {
    for (let bytes = 0; ; ) {
      const { done, value } = await reader.read()
      if (done) return
      bytes += value.length
      if (bytes > MODEL_BYTES_MAX)
        throw fault('MODEL_UNREADABLE', { path: url, reason: 'larger than 256 MiB' })
      yield value
    }
  }
  await pipeline(bounded, createWriteStream(path))
}
