/**
 * A dry run: what a changed drawing would have told of footage that is there, beside what the present one tells.
 *
 *     ring or film ─▶ Line with the present config ─▶ what it told ┐
 *                  └▶ Line with the changed config ─▶ what it told ┴▶ both, side by side
 *
 * The same analysis as of a recording. Nothing is sealed, published or kept: events stay in memory, originals nowhere.
 * One at a time, and after every look it rests as long as the look took, so that cameras owe nothing.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Config } from '../config/loader.ts'
import { analyseFile, type Known } from './analysis.ts'
import type { CaseKeeper, EventSink } from './case-file.ts'
import type { Eyes } from './detections/eyes.ts'
import type { DryRunView, Tried, TriedEvent } from './http/place-views.ts'
import { bodyOf, type FaultBody } from './http/replies.ts'
import { assert } from './kit/assert.ts'
import type { Clock } from './kit/clock.ts'
import { fault, isFault, reasonOf } from './kit/errors.ts'
import { silentLog } from './kit/log.ts'
import { Nap } from './kit/nap.ts'
import { checkRoom } from './kit/room.ts'
import type { Footage } from './streams/gop.ts'
import type { ViolationEvent } from './violations/event.ts'

const CLIP_BYTES_MAX = 500_000_000
/** A film that nobody tries anything on any more is removed. */
const CLIP_KEPT_MS = 30 * 60_000
/** Looks a second, as of a recording. */
const RATE = 2

export interface DryRunParts {
  readonly folder: string
  readonly eyes: () => Eyes
  readonly clock: Clock
}

export interface DryRunWish {
  readonly camera: string
  readonly present: Config
  readonly proposed: Config
  /** Of the ring; null: the film that was brought. */
  readonly footage: Footage | null
  readonly startWallMs: number
}

export class DryRuns {
  readonly #parts: DryRunParts
  readonly #nap = new Nap()
  #view: DryRunView | null = null
  #abort: AbortController | null = null
  #working: Promise<void> = Promise.resolve()
  #hasClip = false
  #clipTimer: NodeJS.Timeout | null = null
  #runs = 0

  constructor(parts: DryRunParts) {
    this.#parts = parts
  }

  view(): DryRunView | null {
    return this.#view
  }

  cancel(): void {
    this.#abort?.abort()
    this.#nap.wake()
  }

  /** What it was lent is removed. */
  async close(): Promise<void> {
    this.#nap.end()
    this.#abort?.abort()
    if (this.#clipTimer !== null) clearTimeout(this.#clipTimer)
    await this.#working
    await rm(this.#parts.folder, { recursive: true, force: true })
  }

  /** @throws DRY_RUN_BUSY, NOT_FOUND when no film was brought */
  start({ camera, footage, ...wish }: DryRunWish): DryRunView {
    this.#refuseWhileWorking()
    if (footage === null && !this.#hasClip) throw fault('NOT_FOUND', { what: 'dry-run/clip' })
    if (footage === null) this.#keepClip()
    const view: DryRunView = {
      ...{ run: ++this.#runs, camera, source: footage === null ? 'clip' : 'ring', state: 'working' },
      ...{ doneShare: 0, footageSec: footage === null ? 0 : (footage.endMs - footage.startMs) / 1000 },
      ...{ present: null, proposed: null, failure: null },
    }
    this.#view = view
    this.#abort = new AbortController()
    this.#working = this.#work({ camera, footage, ...wish }, this.#abort.signal)
    return view
  }

  /** @throws DRY_RUN_BUSY, DRY_RUN_CLIP_REFUSED, UPLOAD_NO_ROOM */
  async takeClip(bytes: Readable, declaredBytes: number | null): Promise<{ bytes: number }> {
    this.#refuseWhileWorking()
    if ((declaredBytes ?? 0) > CLIP_BYTES_MAX) throw tooLarge()
    const { folder } = this.#parts
    await mkdir(folder, { recursive: true })
    await checkRoom(folder, declaredBytes ?? CLIP_BYTES_MAX)
    const arriving = join(folder, 'clip.arriving')
    try {
      const count = counted()
      await pipeline(bytes, count.through, createWriteStream(arriving))
      await rename(arriving, this.#clip)
      this.#hasClip = true
      this.#keepClip()
      return { bytes: count.bytes() }
    } catch (error) {
      throw isFault(error) ? error : clipRefused(reasonOf(error))
    } finally {
      await rm(arriving, { force: true })
    }
  }

  get #clip(): string {
    return join(this.#parts.folder, 'clip.mp4')
  }

  #keepClip(): void {
    if (this.#clipTimer !== null) clearTimeout(this.#clipTimer)
    this.#clipTimer = setTimeout(() => this.#dropClip(), CLIP_KEPT_MS).unref()
  }

  #dropClip(): void {
    if (this.#view?.state === 'working') this.#keepClip()
    else {
      this.#hasClip = false
      void rm(this.#clip, { force: true })
    }
  }

  #refuseWhileWorking(): void {
    if (this.#view?.state === 'working') throw fault('DRY_RUN_BUSY', { camera: this.#view.camera })
  }

  #tell(change: Partial<DryRunView>): void {
    assert(this.#view !== null, 'what works has a view')
    this.#view = { ...this.#view, ...change }
  }

  /** Never rejects: how it ended stands in the view. */
  async #work(wish: DryRunWish, signal: AbortSignal): Promise<void> {
    const { folder } = this.#parts
    const ring = join(folder, 'ring.mp4')
    let end: Partial<DryRunView> = { state: 'done', doneShare: 1 }
    try {
      await mkdir(folder, { recursive: true })
      if (wish.footage !== null) await writeFile(ring, wish.footage.bytes, { mode: 0o600 })
      const path = wish.footage === null ? this.#clip : ring
      this.#tell({ present: await this.#pass(path, wish, 'present', signal) })
      this.#tell({ proposed: await this.#pass(path, wish, 'proposed', signal) })
    } catch (error) {
      end = signal.aborted ? { state: 'cancelled' } : { state: 'failed', failure: failureOf(error) }
    } finally {
      await rm(ring, { force: true })
      this.#tell(end)
    }
  }

  async #pass(
    path: string,
    { camera: id, startWallMs, ...configs }: DryRunWish,
    which: 'present' | 'proposed',
    signal: AbortSignal,
  ): Promise<Tried> {
    const config = configs[which]
    const camera = config.cameras.find((one) => one.id === id)
    if (camera === undefined) throw fault('NOT_FOUND', { what: `cameras/${id}` })
    const sink = new Memory()
    let known: Known = { acts: [], tracks: [], explained: [] }
    let restedAtMs = performance.now()
    const report = await analyseFile({
      ...{ path, config, camera, startWallMs, samplesPerSec: RATE, signal, sink },
      ...{ eyes: this.#parts.eyes(), evidence: NOTHING_KEPT, log: silentLog },
      onProgress: async (frame, durationSec, now) => {
        known = { ...now, acts: now.acts.map((act) => ({ ...act })) }
        const share = Math.min(1, frame.timeMs / 1000 / Math.max(1, durationSec)) / 2
        this.#tell({ doneShare: which === 'present' ? share : 0.5 + share, footageSec: durationSec })
        await this.#nap.sleep(Math.max(1, performance.now() - restedAtMs))
        restedAtMs = performance.now()
      },
    })
    this.#tell({ footageSec: report.readSec })
    return { events: sink.told(), suspected: suspectedIn(known) }
  }
}

/** Originals of a dry run are nobody's evidence. */
const NOTHING_KEPT: CaseKeeper = {
  hold: () => Promise.reject(new Error('a dry run keeps nothing')),
  seal: () => Promise.reject(new Error('a dry run seals nothing')),
  discard: async () => {},
}

/** The last revision of each event, for the length of a run. */
class Memory implements EventSink {
  readonly #last = new Map<string, ViolationEvent>()

  last(eventId: string): ViolationEvent | null {
    return this.#last.get(eventId) ?? null
  }

  sealed(): void {}

  raise(event: ViolationEvent): void {
    this.#last.set(event.eventId, event)
  }

  told(): TriedEvent[] {
    return [...this.#last.values()].map(({ ruleId, zoneId, media, box }) => ({
      ruleId,
      zoneId,
      ...media,
      box,
    }))
  }
}

/** What stood there at the end and had not lasted long enough: with more footage it might be told. */
function suspectedIn({ acts }: Known): TriedEvent[] {
  return acts
    .filter(({ confirmedMs, state }) => confirmedMs === null && state !== 'IDLE' && state !== 'SUPPRESSED')
    .map(({ ruleId, zoneId, startMs, box }) => {
      return { ruleId, zoneId, startSec: startMs / 1000, confirmSec: null, endSec: null, box }
    })
}

function failureOf(error: unknown): FaultBody {
  return bodyOf(isFault(error) ? error : fault('HTTP_FAILED', { route: 'dry-run', reason: reasonOf(error) }))
}

const clipRefused = (reason: string) => fault('DRY_RUN_CLIP_REFUSED', { reason, bytesMax: CLIP_BYTES_MAX })
const tooLarge = () => clipRefused(`larger than ${CLIP_BYTES_MAX} bytes`)

function counted(): { readonly through: Transform; readonly bytes: () => number } {
  let bytes = 0
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > CLIP_BYTES_MAX) done(tooLarge())
      else done(null, chunk)
    },
  })
  return { through, bytes: () => bytes }
}
