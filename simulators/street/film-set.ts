/**
 * Films a set of the test street into a folder, two scenes at a time; what is there already is left alone.
 *
 *     out/<scene>.mp4      out/truth/<scene>.json      out/gateway.yaml: a camera a scene
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { fault } from '../../gateway/kit/errors.ts'
import { workerEntry } from '../../gateway/kit/paths.ts'
import type { FilmJob, FilmShape } from './film-job.ts'
import { judgedBy } from './judged.ts'
import type { SceneNote } from './script.ts'
import { type SetName, type StreetScene, scenesOf, type ToldScene, tellScene } from './test-street.ts'

export interface FilmSetOptions {
  readonly set: SetName
  /** Which of the set's scenes are filmed; the configuration names them all. */
  readonly only?: RegExp
  readonly out: string
  readonly shape?: FilmShape
  readonly onFilmed?: (name: string, done: number, of: number) => void
}

/** A sub-stream of a street camera. */
const SHAPE: FilmShape = { width: 640, height: 360, fps: 8 }
const WORKERS_MAX = 2

export interface FilmedSet {
  readonly names: readonly string[]
  readonly config: string
  readonly truth: string
  readonly made: number
  readonly kept: number
}

export async function filmSet(options: FilmSetOptions): Promise<FilmedSet> {
  const { set, only = /./, out, shape = SHAPE, onFilmed } = options
  const all = scenesOf(set)
  const scenes = all.filter(({ name }) => only.test(name))
  const truth = join(out, 'truth')
  const config = join(out, 'gateway.yaml')
  mkdirSync(truth, { recursive: true })
  writeFileSync(config, judgedBy(all.map(tellScene)))

  const jobs = scenes.map((scene): FilmJob => {
    const video = join(out, `${scene.name}.mp4`)
    const note = noteOf(scene, tellScene(scene), shape)
    return { scene, note, shape, video, truthFile: join(truth, `${scene.name}.json`) }
  })
  const missing = jobs.filter((job) => !isFilmed(job))
  const queue = [...missing]
  let done = 0
  const crew = Array.from({ length: Math.min(WORKERS_MAX, queue.length) }, async () => {
    const worker = startWorker()
    try {
      for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
        await film(worker, job)
        onFilmed?.(job.scene.name, ++done, missing.length)
      }
    } finally {
      await worker.terminate()
    }
  })
  await Promise.all(crew)
  const names = scenes.map(({ name }) => name)
  return { names, config, truth, made: missing.length, kept: jobs.length - missing.length }
}

function noteOf({ story, condition, seed }: StreetScene, told: ToldScene, shape: FilmShape): SceneNote {
  const digest = createHash('sha256')
    .update(JSON.stringify([told, shape]))
    .digest('hex')
    .slice(0, 16)
  return { story, condition, seed, supported: told.supported, digest }
}

/** The truth file is written last: a film without one was torn. */
function isFilmed({ video, truthFile, note }: FilmJob): boolean {
  if (!existsSync(video) || !existsSync(truthFile)) return false
  return readFileSync(truthFile, 'utf8').includes(note.digest)
}

function startWorker(): Worker {
  const { file, execArgv } = workerEntry(import.meta.url, 'film-worker')
  return new Worker(file, { execArgv, name: 'film' })
}

function film(worker: Worker, job: FilmJob): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (reason: string) => reject(fault('SIMULATOR_SCENE_FAILED', { path: job.video, reason }))
    const onMessage = (reason: string | null) => {
      worker.off('error', onError)
      worker.off('exit', onExit)
      if (reason === null) resolve()
      else failed(reason)
    }
    const onError = (error: unknown) => failed(String(error))
    const onExit = (code: number) => failed(`worker exit ${code}`)
    worker.once('message', onMessage)
    worker.once('error', onError)
    worker.once('exit', onExit)
    worker.postMessage(job)
  })
}
