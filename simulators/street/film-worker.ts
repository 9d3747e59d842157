/** A thread that films one scene after the other: a job in, null or the reason why not out. */
import { parentPort } from 'node:worker_threads'
import { assert } from '../../gateway/kit/assert.ts'
import { reasonOf } from '../../gateway/kit/errors.ts'
import type { FilmJob } from './film-job.ts'
import { renderScene } from './render.ts'
import { tellScene } from './test-street.ts'

const port = parentPort
assert(port !== null, 'runs as a worker')

port.on('message', async ({ scene, note, shape, video, truthFile }: FilmJob) => {
  try {
    const { script } = tellScene(scene)
    await renderScene(script, { seed: scene.seed, ...shape, truthFile, note }, video)
    port.postMessage(null)
  } catch (error) {
    // Whoever gave the job tells it to the operator.
    port.postMessage(reasonOf(error))
  }
})
