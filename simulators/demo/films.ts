/**
 * The films of the demo's street, drawn once and kept under the digest of the code that draws them.
 *
 *     vendor ─▶ var/demo/scenes/7-sunny-0-1280x720-10-<digest>.mp4 ─▶ parts of a camera's stream
 *                                                          └─ the stay ─▶ what an officer's body-cam recorded
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { assert } from '../../gateway/kit/assert.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import type { PartOptions } from '../camera/parts.ts'
import type { FilmShape } from '../street/film-job.ts'
import { type CutScene, type ListeningOptions, listeningVendor } from '../street/listening.ts'
import { renderScene } from '../street/render.ts'

const CODE = fileURLToPath(new URL('../street/', import.meta.url))

export interface Film {
  readonly file: string
  readonly parts: readonly PartOptions[]
}

/** @param say told now and then while a film is drawn that was not there */
export async function drawFilm(
  vendor: ListeningOptions,
  shape: FilmShape,
  say: (line: string) => void,
): Promise<Film> {
  const { seed, weather = 'sunny', shops = 0 } = vendor
  const { width, height, fps } = shape
  const name = [seed, weather, shops, `${width}x${height}`, fps, digestOfCode()].join('-')
  const file = packagePath('var', 'demo', 'scenes', `${name}.mp4`)
  const scene = listeningVendor(vendor)
  await once(file, async () => {
    let told = 0
    const onProgress = (share: number) => {
      if (share < told + 0.2) return
      told += 0.2
      say(`Drawing street ${seed}, ${weather}: ${Math.round(share * 100)} %`)
    }
    await renderScene(scene.script, { seed, ...shape, onProgress }, file)
  })
  return { file, parts: partsOf(scene, file) }
}

/** The vendor's stay as a film of its own, as somebody who stands before him would record it. */
export async function recordStay({ file, parts }: Film): Promise<string> {
  const stay = parts.find(({ name }) => name === 'stays')
  assert(stay !== undefined, 'the vendor stays')
  const recording = file.replace(/\.mp4$/, '-stay.mp4')
  const span = ['-ss', String(stay.fromSec), '-to', String(stay.toSec)]
  await once(recording, async () => {
    const run = promisify(execFile)
    await run('ffmpeg', [
      '-nostdin',
      '-loglevel',
      'error',
      '-y',
      ...span,
      '-i',
      file,
      '-c',
      'copy',
      recording,
    ])
  })
  return recording
}

function partsOf({ parts }: CutScene, file: string): PartOptions[] {
  return parts.map((part) => ({ ...part, file }))
}

/** What was cut short is made anew: the mark comes last. */
async function once(file: string, make: () => Promise<void>): Promise<void> {
  if (existsSync(`${file}.done`)) return
  await make()
  writeFileSync(`${file}.done`, '')
}

function digestOfCode(): string {
  const hash = createHash('sha256')
  const files = readdirSync(CODE).filter((name) => /\.[jt]s$/.test(name))
  for (const name of files.sort()) hash.update(readFileSync(join(CODE, name)))
  return hash.digest('hex').slice(0, 8)
}
