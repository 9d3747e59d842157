/**
 * `lushao models add FILE|URL`: brings a model in beside its manifest, or not at all.
 *
 *     file or URL ─▶ <folder>/.incoming ─ hash as the manifest says? ─▶ <folder>/<name>.onnx + .manifest.json
 *                         │              └─ no: removed, its fault told
 *                         └─ no manifest: one is suggested, for somebody to read and save; nothing comes in
 *
 * Without a manifest only our own reader sees the file; the network library never does.
 */
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  createWriteStream,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { loadModel, type Manifest, MODEL_BYTES_MAX } from '../../models/manifest.ts'
import { type OnnxFile, readOnnx } from '../../models/onnx.ts'
import { type Suggestion, suggestManifest } from '../../models/suggest.ts'
import { type Fault, fault, isFault, reasonOf } from '../kit/errors.ts'

/** For the largest model over a slow line. */
const DOWNLOAD_MS_MAX = 20 * 60_000

export type Addition =
  | { readonly kind: 'added'; readonly file: string; readonly manifest: Manifest }
  | { readonly kind: 'suggested'; readonly suggestion: Suggestion; readonly refusal: Fault }

export async function addModel(source: string, folder: string, manifestFile?: string): Promise<Addition> {
  const incoming = join(folder, `.incoming-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    await fetchTo(source, incoming)
    const { manifest } = loadModel(incoming, manifestFile ?? manifestBeside(source))
    const file = join(folder, `${manifest.name}.onnx`)
    writeFileSync(`${file}.manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`)
    renameSync(incoming, file)
    return { kind: 'added', file, manifest }
  } catch (error) {
    if (!isFault(error, 'MODEL_MANIFEST_MISSING')) throw error
    return suggest(incoming, source)
  } finally {
    rmSync(incoming, { force: true })
  }
}

/** An empty file is one that a shell has just made to take the suggestion. */
function manifestBeside(source: string): string | undefined {
  const beside = `${source}.manifest.json`
  const size = statSync(beside, { throwIfNoEntry: false })?.size ?? 0
  return size > 0 ? beside : undefined
}

function suggest(incoming: string, source: string): Addition {
  const bytes = readFileSync(incoming)
  let file: OnnxFile
  try {
    file = readOnnx(bytes)
  } catch (error) {
    throw fault('MODEL_UNREADABLE', { path: source, reason: reasonOf(error) }, error)
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const suggestion = suggestManifest(file, basename(source).replace(/\.onnx$/i, ''), sha256)
  if (suggestion === null) {
    const outputs = file.outputs.map(({ name, type, shape }) => `${name} ${type} ${shape.join('×')}`)
    throw fault('MODEL_FAMILY_UNKNOWN', { path: source, outputs: outputs.join(', ').slice(0, 500) })
  }
  const uncertain = suggestion.uncertain.join(', ')
  return {
    kind: 'suggested',
    suggestion,
    refusal: fault('MODEL_MANIFEST_SUGGESTED', { path: source, uncertain }),
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
