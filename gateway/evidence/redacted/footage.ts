/**
 * One original through the redactor: decoded twice, because what is hidden in a picture follows from the pictures after
 * it too.
 *
 *     original.mp4 ─▶ 640×360, masked ─▶ motion, detector ─▶ cover
 *                └──▶ full size ─▶ masks, cover ─▶ raw pictures, for the encoder of the clip or the still
 *
 * Fail-safe: a picture that does not decode cleanly, or a second pass with another number of pictures, and the whole
 * item is refused; a detector that gives no answer counts as no detector. The original is only read.
 */
import type { DetectorPool } from '../../detections/detector.ts'
import { FRAME_BYTES, type Frame } from '../../frames/frame.ts'
import { PrivacyMask } from '../../frames/mask.ts'
import { NutReader } from '../../frames/nut.ts'
import { assert } from '../../kit/assert.ts'
import { fault, reasonOf } from '../../kit/errors.ts'
import type { Box, Polygon } from '../../kit/geometry.ts'
import { TICKS_PER_SEC } from '../../streams/gop.ts'
import { decodePictures, probeMedia, type RawPictures } from '../../streams/media-tool.ts'
import { Cover } from './cover.ts'
import { Motion } from './motion.ts'
import { type Canvas, MaskPainter, paint } from './paint.ts'
import { HIDES, type Profile } from './profiles.ts'
import { type Sighting, type Sort, Ways } from './ways.ts'

export interface FootageJob {
  readonly file: string
  readonly profile: Profile
  readonly masks: readonly Polygon[]
  /** Only the last picture is wanted. */
  readonly still: boolean
  readonly seconds: number
  /** Samples in the file: a picture each, or something of it cannot be judged. */
  readonly samples: number | null
  readonly detector: DetectorPool | null
  readonly looksPerSec: number
  readonly wholePersons: boolean
  /** Seconds of footage done, of both passes together. */
  readonly onProgress: (doneSec: number) => void
  readonly signal?: AbortSignal
}

export interface Painted {
  readonly index: number
  /** On the footage's own clock. */
  readonly timeMs: number
  /** How long it is shown; the last as long as the one before. */
  readonly lastsMs: number
  readonly canvas: Canvas
}

export interface Redactable {
  readonly width: number
  readonly height: number
  readonly pictures: number
  /** Pictures a second, the usual step between two. */
  readonly fps: number
  readonly coarse: boolean
  /** Looks of the detector; 0 when none was loaded, or when it gave no answer. */
  readonly looks: number
  /** Share of the tiles hidden, mean over the pictures painted so far. */
  hiddenShare(): number
  /** Each valid until the next is asked for. */
  painted(): AsyncGenerator<Painted>
}

/** The last picture of a still is looked at from so long before. */
const STILL_LOOKED_SEC = 1.5
/** Whole, and three overlapping columns in which a person is twice as large. */
const VIEWS: readonly Box[] = [
  [0, 0, 1, 1],
  [0, 0, 0.5, 1],
  [0.25, 0, 0.75, 1],
  [0.5, 0, 1, 1],
]
/** 0.5 is the model's own threshold: half as sure is sure enough to hide. */
const SCORE_MIN = 0.25
/** Unsure boxes this large are the street itself. */
const SIZE_MAX = 0.95
const SORTS: Readonly<Record<string, Sort>> = {
  person: 'person',
  vehicle: 'vehicle',
  'two-wheeler': 'two-wheeler',
}

/** @throws Fault EXPORT_UNDECODABLE */
export async function openRedaction(job: FootageJob): Promise<Redactable> {
  const { width, height } = await sizeOf(job.file)
  const aspect = width / height
  const first = await study(job, aspect)
  const { timesMs, motion, ways, looks } = first
  const { length } = timesMs
  if (length === 0 || length !== (job.samples ?? length))
    throw undecodable(job.file, `${length} pictures of ${job.samples ?? 'unknown'} samples`)
  const hides = HIDES[job.profile]
  const cover = new Cover({ hides, wholePersons: job.wholePersons, motion, ways, aspect })
  const stepMs = usualStepMs(timesMs)
  let hidden = 0
  let painted = 0
  return {
    ...{ width, height, pictures: timesMs.length, coarse: cover.coarse, looks },
    fps: Math.min(60, Math.max(1, Math.round(1000 / stepMs))),
    hiddenShare: () => (painted === 0 ? 0 : hidden / painted),
    async *painted() {
      const masks = new MaskPainter(job.masks, width, height)
      for await (const { index, canvas } of fullPictures(job, { width, height, pictures: timesMs.length })) {
        const timeMs = timesMs[index]!
        const map = cover.at(timeMs)
        masks.paint(canvas)
        paint(canvas, map, cover.coarse)
        // A coarse cell has a share of what masks hide no more than of anything else.
        masks.paint(canvas)
        hidden += map.reduce((sum, tile) => sum + tile, 0) / map.length
        painted++
        yield { index, timeMs, lastsMs: (timesMs[index + 1] ?? timeMs + stepMs) - timeMs, canvas }
        job.onProgress(job.seconds + (timeMs - timesMs[0]!) / 1000)
      }
    },
  }
}

async function sizeOf(file: string): Promise<{ width: number; height: number }> {
  try {
    const { video } = await probeMedia(`file:${file}`, ['-protocol_whitelist', 'file', '-f', 'mp4'])
    if (video === null || video.width < 16 || video.height < 16) throw new Error('no picture size')
    return { width: video.width & ~1, height: video.height & ~1 }
  } catch (error) {
    throw undecodable(file, reasonOf(error))
  }
}

const undecodable = (file: string, reason: string) => fault('EXPORT_UNDECODABLE', { file, reason })

interface Studied {
  readonly timesMs: readonly number[]
  readonly motion: Motion
  readonly ways: Ways | null
  readonly looks: number
}

/** The first pass: what moves, who is where. Masks come first of all. */
async function study(job: FootageJob, aspect: number): Promise<Studied> {
  const mask = new PrivacyMask(job.masks)
  const motion = new Motion(job.seconds)
  const lookout = new Lookout(job, aspect)
  const timesMs: number[] = []
  for await (const { ticks, yuv } of smallPictures(job)) {
    const timeMs = (ticks * 1000) / TICKS_PER_SEC
    if (timeMs < (timesMs.at(-1) ?? -Infinity)) throw undecodable(job.file, 'its times step back')
    timesMs.push(timeMs)
    mask.apply(yuv)
    if (HIDES[job.profile].moving) motion.add(yuv, timeMs)
    const sec = (timeMs - timesMs[0]!) / 1000
    if (!job.still || sec >= job.seconds - STILL_LOOKED_SEC) await lookout.look(yuv, timeMs)
    job.onProgress(sec)
  }
  return { timesMs, motion, ...lookout.found() }
}

/** Asks the detector a few times a second; one answer that does not come, and there is no detector. */
class Lookout {
  readonly #job: FootageJob
  readonly #aspect: number
  readonly #ways = new Ways()
  #detector: DetectorPool | null
  #looks = 0
  #lookedMs = -Infinity

  constructor(job: FootageJob, aspect: number) {
    const { heads, vehicles } = HIDES[job.profile]
    this.#job = job
    this.#aspect = aspect
    this.#detector = heads || vehicles ? job.detector : null
  }

  async look(yuv: Uint8Array, timeMs: number): Promise<void> {
    if (this.#detector === null) return
    if (timeMs - this.#lookedMs < 1000 / this.#job.looksPerSec - 5) return
    this.#lookedMs = timeMs
    const frame: Frame = { ...FRAME, timeMs: nextLookMs(), wallMs: 0, yuv }
    const found = await this.#detector.detectAll(frame, this.#aspect, VIEWS)
    if (found === null) {
      this.#detector = null
      return
    }
    this.#looks++
    const sightings: Sighting[] = []
    for (let at = 0; at < found.count; at++) {
      const sort = SORTS[found.roles[found.classIds[at]!]!]
      const box = found.box(at)
      const isAll = box[2] - box[0] > SIZE_MAX && box[3] - box[1] > SIZE_MAX
      if (sort !== undefined && found.scores[at]! >= SCORE_MIN && !isAll) sightings.push({ sort, box })
    }
    this.#ways.add(timeMs, sightings)
  }

  found(): Pick<Studied, 'ways' | 'looks'> {
    return this.#detector === null || this.#looks === 0
      ? { ways: null, looks: 0 }
      : { ways: this.#ways, looks: this.#looks }
  }
}

const FRAME = { cameraId: 'export', pts: 0, connection: 0 } as const
/** The pool leaves out looks at one camera that come too soon after each other; exports have a clock of their own. */
const LOOK_APART_MS = 120_000
let lookMs = 0
const nextLookMs = (): number => {
  lookMs += LOOK_APART_MS
  return lookMs
}

async function* smallPictures(job: FootageJob): AsyncGenerator<{ ticks: number; yuv: Uint8Array }> {
  const waiting: { ticks: number; yuv: Uint8Array }[] = []
  let slot = new Uint8Array(0)
  const nut = new NutReader(FRAME_BYTES, {
    slot: () => {
      slot = new Uint8Array(FRAME_BYTES)
      return slot
    },
    frame: (ticks) => void waiting.push({ ticks, yuv: slot }),
  })
  const filter = 'settb=1/90000,scale=640:360:flags=area,format=yuv420p'
  const nutOptions = '-enc_time_base 1:90000 -c:v rawvideo -threads 1 -flags +global_header -f nut'
  const pictures = decodePictures(job.file, filter, nutOptions.split(' '))
  for await (const chunk of chunksOf(job, pictures)) {
    nut.push(chunk)
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield next
  }
}

async function* fullPictures(
  job: FootageJob,
  { width, height, pictures }: { width: number; height: number; pictures: number },
): AsyncGenerator<{ index: number; canvas: Canvas }> {
  const size = (width * height * 3) / 2
  const from = job.still ? pictures - 1 : 0
  const shape = `crop=${width}:${height}:0:0,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p`
  const filter = from > 0 ? `select=gte(n\\,${from}),${shape}` : shape
  // In the frame rate's own steps two pictures close together would have one time, and ffmpeg complains of that.
  const options = '-enc_time_base 1:90000 -c:v rawvideo -threads 1 -f rawvideo'.split(' ')
  const raw = decodePictures(job.file, `settb=1/90000,${filter}`, options)
  const yuv = new Uint8Array(size)
  let filled = 0
  let index = from
  for await (const chunk of chunksOf(job, raw)) {
    for (let at = 0; at < chunk.length; ) {
      const take = Math.min(size - filled, chunk.length - at)
      yuv.set(chunk.subarray(at, at + take), filled)
      filled += take
      at += take
      if (filled < size) continue
      filled = 0
      // A picture more than was studied: nobody knows what is in it.
      if (index >= pictures) throw undecodable(job.file, 'it decodes differently each time')
      yield { index: index++, canvas: { width, height, yuv } }
    }
  }
  if (index !== pictures || filled !== 0) throw undecodable(job.file, 'it decodes differently each time')
}

/** Ends in a fault when the decoder complained of anything: a patched picture is none that can be judged. */
async function* chunksOf({ file, signal }: FootageJob, raw: RawPictures): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of raw.bytes) {
      signal?.throwIfAborted()
      assert(Buffer.isBuffer(chunk), 'a pipe gives bytes')
      if (raw.complaints.length > 0) break
      yield chunk
    }
  } catch (error) {
    if (signal?.aborted) throw error
    throw undecodable(file, raw.complaints[0] ?? reasonOf(error))
  } finally {
    raw.kill()
  }
  if (raw.complaints.length > 0) throw undecodable(file, raw.complaints[0]!)
}

/** The step between pictures that half of all steps are no longer than. */
function usualStepMs(timesMs: readonly number[]): number {
  const steps = timesMs.slice(1).map((timeMs, at) => timeMs - timesMs[at]!)
  const sorted = steps.filter((step) => step > 0).sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 40
}
