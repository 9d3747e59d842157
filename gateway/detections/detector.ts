/**
 * The detector pool: frames of all cameras go to a few worker threads, one network each, and come back as
 * Detections, or as null.
 *
 *     frame ─ due? ─▶ schedule ─ newest wins ─▶ an idle worker ─▶ Detections
 *              └─ null    └─ null                  └─ died, failed, too slow: null
 *
 * Null means "not analysed" and never "nothing there": a track is not lost and a stall not cleared because
 * nobody looked. Every null is counted by its cause. The same frame gives the same Detections on every run.
 */
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { licenceAsks, loadModel, type Manifest, type Model, rolesOf } from '../../models/manifest.ts'
import { FRAME_BYTES, type Frame } from '../frames/frame.ts'
import { assert } from '../kit/assert.ts'
import type { Box } from '../kit/geometry.ts'
import type { Log } from '../kit/log.ts'
import { Detections, type Role } from './detections.ts'
import type { Found } from './network.ts'
import { WHOLE } from './preprocess.ts'
import { Schedule } from './schedule.ts'
import { type Job, Seat, type StartWorker, startWorker } from './seat.ts'

export const ModelOptions = z.strictObject({
  file: z.string().min(1).describe('The ONNX file.'),
  manifest: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Its manifest, when not beside it (`<file>.manifest.json`) and not one that comes with the gateway.',
    ),
  workersMax: z
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe('Most worker threads; never more than cores. Each holds the network, 50 to 100 MiB.'),
  everyMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(400)
    .describe(
      'Least media time between two looks at one camera, ms; frames that come sooner are not analysed.',
    ),
  patienceMs: z
    .int()
    .min(100)
    .max(120_000)
    .default(10_000)
    .describe('After this time, ms, a frame counts as not analysed although its worker still runs.'),
})
export type ModelOptions = z.infer<typeof ModelOptions>

export interface DetectorStats {
  readonly workers: number
  readonly runs: number
  /**
   * Not analysed, by cause: too soon after the last look; given up for a newer frame; failed, lost or too
   * slow.
   */
  readonly notDue: number
  readonly dropped: number
  readonly failed: number
  /** Medians of the last runs, ms. */
  readonly layP50Ms: number
  readonly runP50Ms: number
  readonly decodeP50Ms: number
}

/** Frames arrive a little early or late; a tenth of the interval is forgiven. */
const EARLY = 0.1
const TIMED_RUNS = 256
/** Recordings come under names of their own; so many are remembered. */
const CAMERAS_MAX = 1_024

export class DetectorPool {
  readonly manifest: Manifest
  readonly #options: ModelOptions
  readonly #roles: readonly Role[]
  readonly #schedule = new Schedule<Job>()
  readonly #seats: readonly Seat[]
  readonly #spare: Uint8Array<ArrayBuffer>[] = []
  readonly #lookedAtMs = new Map<string, number>()
  readonly #times = [0, 1, 2].map(() => new Float64Array(TIMED_RUNS))
  readonly #counts = { runs: 0, notDue: 0, dropped: 0, failed: 0 }
  #closed = false

  private constructor(options: ModelOptions, model: Model, start: StartWorker, log: Log) {
    this.manifest = model.manifest
    this.#options = options
    this.#roles = rolesOf(model.manifest)
    const owner = {
      answered: (job: Job, found: Found | null) => this.#answered(job, found),
      returned: (yuv: Uint8Array<ArrayBuffer>) => void this.#spare.push(yuv),
      idle: () => this.#pump(),
    }
    const workers = Math.min(options.workersMax, availableParallelism())
    this.#seats = Array.from(
      { length: workers },
      () => new Seat(model, options.patienceMs, start, log, owner),
    )
  }

  /** Throws a fault when the model is missing, is not what its manifest says, or will not run. */
  static async open(
    options: ModelOptions,
    log: Log,
    start: StartWorker = startWorker,
  ): Promise<DetectorPool> {
    const pool = new DetectorPool(options, loadModel(options.file, options.manifest), start, log)
    try {
      await Promise.all(pool.#seats.map((seat) => seat.open()))
      for (const ask of licenceAsks(pool.manifest)) log.warn({ code: ask.code }, ask.message)
      return pool
    } catch (error) {
      await pool.close()
      throw error
    }
  }

  /** What evidence names: the hash of the weights. */
  get modelDigest(): string {
    return `sha256:${this.manifest.sha256}`
  }

  /**
   * Live: a newer frame of the camera takes the place of one that waits. `aspect` is the source's width / height;
   * `views` are the parts of the picture to look at, or the boxes to be named.
   */
  detect(frame: Frame, aspect: number, views: readonly Box[] = [WHOLE]): Promise<Detections | null> {
    return this.#take(frame, aspect, views, true)
  }

  /** Recorded files: every frame that is due is looked at; the caller waits for answers. */
  detectAll(frame: Frame, aspect: number, views: readonly Box[] = [WHOLE]): Promise<Detections | null> {
    return this.#take(frame, aspect, views, false)
  }

  stats(): DetectorStats {
    const [layP50Ms, runP50Ms, decodeP50Ms] = this.#times.map((times) =>
      median(times.subarray(0, Math.min(this.#counts.runs, TIMED_RUNS))),
    ) as [number, number, number]
    return { workers: this.#seats.length, ...this.#counts, layP50Ms, runP50Ms, decodeP50Ms }
  }

  /** What waits is told null; what runs is waited for. */
  async close(): Promise<void> {
    this.#closed = true
    for (const job of this.#schedule.drain()) job.resolve(null)
    await Promise.all(this.#seats.map((seat) => seat.close()))
  }

  async #take(
    frame: Frame,
    aspect: number,
    views: readonly Box[],
    live: boolean,
  ): Promise<Detections | null> {
    assert(frame.yuv.length === FRAME_BYTES, 'a frame is 640×360 I420')
    if (this.#closed) return null
    if (!this.#due(frame)) {
      this.#counts.notDue++
      return null
    }
    const found = await new Promise<Found | null>((resolve) => {
      const yuv = this.#spare.pop() ?? new Uint8Array(FRAME_BYTES)
      yuv.set(frame.yuv)
      const job: Job = { cameraId: frame.cameraId, yuv, aspect, views, resolve }
      if (live) this.#giveUp(this.#schedule.offer(frame.cameraId, job))
      else this.#schedule.append(frame.cameraId, job)
      this.#pump()
    })
    return found && new Detections({ ...found, classes: this.manifest.classes, roles: this.#roles })
  }

  /** Time that steps back is another recording of the same camera. */
  #due(frame: Frame): boolean {
    const sinceMs = frame.timeMs - (this.#lookedAtMs.get(frame.cameraId) ?? -Infinity)
    if (sinceMs >= 0 && sinceMs < this.#options.everyMs * (1 - EARLY)) return false
    // The camera moves to the end of the map; the one not looked at for longest is forgotten.
    this.#lookedAtMs.delete(frame.cameraId)
    this.#lookedAtMs.set(frame.cameraId, frame.timeMs)
    if (this.#lookedAtMs.size > CAMERAS_MAX) this.#lookedAtMs.delete(this.#lookedAtMs.keys().next().value!)
    return true
  }

  #giveUp(job: Job | undefined): void {
    if (job === undefined) return
    this.#counts.dropped++
    this.#spare.push(job.yuv)
    job.resolve(null)
  }

  #pump(): void {
    for (const seat of this.#seats) {
      if (!seat.idle) continue
      const job = this.#schedule.next()
      if (job === undefined) return
      seat.run(job)
    }
  }

  #answered(job: Job, found: Found | null): void {
    this.#schedule.done(job.cameraId)
    if (found === null) this.#counts.failed++
    else {
      const at = this.#counts.runs++ % TIMED_RUNS
      this.#times[0]![at] = found.layMs
      this.#times[1]![at] = found.runMs
      this.#times[2]![at] = found.decodeMs
    }
    job.resolve(found)
    this.#pump()
  }
}

function median(values: Float64Array): number {
  return values.length === 0 ? 0 : values.slice().sort()[values.length >> 1]!
}
