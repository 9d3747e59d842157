/**
 * A station is one live camera with its line: it looks, remembers, and says how it is.
 *
 *     LiveFeed ─ Frame ─▶ Line ─▶ revisions, evidence
 *        ▲                 │
 *        └─ attention ─────┴─▶ memory
 */
import { join } from 'node:path'
import type { CameraStatus } from '../devices/device.ts'
import type { DriftView } from './frames/drift.ts'
import type { Frame } from './frames/frame.ts'
import { LiveFeed } from './frames/live-feed.ts'
import { PrivacyMask } from './frames/mask.ts'
import type { Clock } from './kit/clock.ts'
import { type Fault, fault, reasonOf } from './kit/errors.ts'
import { Line, type LineParts } from './line.ts'
import { seenIn } from './live-notes.ts'
import { loadMemory, readBootId, saveMemory } from './memory.ts'
import type { Footage } from './streams/gop.ts'
import type { Attention } from './violations/judge.ts'

export interface StationParts
  extends Omit<
    LineParts,
    'source' | 'nothingDropped' | 'aspect' | 'mediaZeroMs' | 'startWallMs' | 'onDrift'
  > {
  /** Folder of the memories, one file a camera. */
  readonly folder: string
  readonly clock: Clock
  readonly onStatus: (status: CameraStatus) => void
  /** A camera looks elsewhere, or where it should again. */
  readonly onView?: () => void
  /** There is a picture now that zones lie on. */
  readonly onCommissioned?: (cameraId: string, zones: string, sinceWallMs: number) => void
}

/** What of a background may have to be learned again after a crash, while something stirs and in a quiet street. */
const SAVE_STIRRED_MS = 5_000
const SAVE_QUIET_MS = 60_000
/** How often a camera that shows nothing is thought of. */
const THINK_OF_MS = 10_000

export class Station {
  readonly line: Line
  readonly feed: LiveFeed
  readonly #parts: StationParts
  readonly #file: string
  readonly #bootId = readBootId()
  /** Added to the feed's timeline: not 0 only after a reboot. */
  readonly #shiftMs: number
  #mediaZeroMs: number | null
  #savedAtMs = Number.NEGATIVE_INFINITY
  readonly #timer: NodeJS.Timeout
  /** One after the other: a look, or that there was none for long. A rejection is our bug and ends the process. */
  #looking: Promise<void> = Promise.resolve()
  #now: Pick<Frame, 'timeMs' | 'wallMs'> = { timeMs: 0, wallMs: 0 }
  #watchUntilMs = Number.NEGATIVE_INFINITY
  #isCommissioned = false
  #closed = false

  constructor(parts: StationParts) {
    const { camera, config, clock, log } = parts
    this.#parts = parts
    this.#file = join(parts.folder, `${camera.id}.bin`)
    this.line = new Line({
      ...parts,
      source: { still: (timeMs) => this.#still(timeMs), footage: (from, to) => this.#footage(from, to) },
      nothingDropped: false,
      aspect: () => aspectOf(this.feed),
      startWallMs: clock.wallMs(),
      onDrift: () => this.#tellDrift(),
      mediaZeroMs: () => this.#mediaZeroMs ?? 0,
    })
    const memory = loadMemory(this.#file, log)
    this.#mediaZeroMs = memory?.mediaZeroMs ?? null
    this.#shiftMs = 0
    if (memory !== null) {
      const sameBoot = memory.bootId === this.#bootId
      const awayMs = clock.wallMs() - memory.savedAtWallMs
      if (!sameBoot) this.#shiftMs = memory.savedAtMs + Math.max(0, awayMs) - clock.monotonicMs()
      this.line.restore(memory)
    }
    this.feed = new LiveFeed({
      camera: { ...camera, mask: new PrivacyMask(camera.privacyMasks.map(({ polygon }) => polygon)) },
      options: config.feed,
      clock,
      log: log.child({ camera: camera.id }),
      onFrame: (frame) => this.#look(frame),
      onStatus: (status) => parts.onStatus(this.#withView(status)),
    })
    this.#timer = setInterval(() => this.#next(() => this.#lapse()), THINK_OF_MS)
  }

  status(): CameraStatus {
    return this.#withView(this.feed.status())
  }

  /** What is wrong with it, in words; null when nothing is. */
  trouble(): Fault | null {
    const { code, reason } = this.status()
    if (code === null) return null
    const { id, name = id } = this.#parts.camera
    const { isOff, view } = this.line.drift
    return isOff && isViewCode(code) ? driftFault(name, view) : fault(code, { camera: name, reason })
  }

  /** The view as it is now is the one that zones lie on, from the next look on. */
  recommission(): Promise<void> {
    return this.#next(async () => {
      this.line.recommission()
      this.#isCommissioned = false
      this.#parts.onStatus(this.status())
      this.#parts.onView?.()
    })
  }

  /** A camera that runs well and looks elsewhere says so by a code. */
  #withView(status: CameraStatus): CameraStatus {
    const { isOff, view } = this.line.drift
    if (!isOff || status.state !== 'online' || status.code !== null) return status
    const found = driftFault(status.camera, view)
    return { ...status, code: found.code, reason: found.message }
  }

  #tellDrift(): void {
    const { camera, log } = this.#parts
    const { isOff, view } = this.line.drift
    if (isOff) {
      const found = driftFault(camera.id, view)
      log.warn({ camera: camera.id, code: found.code }, found.message)
    } else log.info({ camera: camera.id }, 'the view fits the zones')
    this.#parts.onStatus(this.status())
    this.#parts.onView?.()
  }

  /** Looks often for so long, whatever the judge wants. */
  watch(forMs: number): void {
    const nowMs = this.#parts.clock.monotonicMs()
    this.#watchUntilMs = Math.max(this.#watchUntilMs, nowMs + forMs)
    this.#attend()
  }

  /** Pictures of a re-check, taken between two looks. */
  async recheck(eventId: string): Promise<string | null> {
    let found: { readonly item: string | null } | { readonly error: unknown } = { item: null }
    await this.#next(async () => {
      try {
        found = { item: this.#closed ? null : await this.line.recheck(eventId) }
      } catch (error) {
        found = { error } // Whoever asked has it; the looks go on.
      }
    })
    if ('error' in found) throw found.error
    return found.item
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    this.feed.close()
    await this.#looking
    if (this.#savedAtMs > Number.NEGATIVE_INFINITY) await this.#save()
  }

  #look(seen: Frame): Promise<void> {
    if (this.#closed) return this.#looking
    const frame = this.#shiftMs === 0 ? seen : { ...seen, timeMs: seen.timeMs + this.#shiftMs }
    return this.#next(() => this.#lookAt(frame))
  }

  #next(work: () => Promise<void>): Promise<void> {
    this.#looking = this.#looking.then(work)
    return this.#looking
  }

  async #lapse(): Promise<void> {
    const { clock } = this.#parts
    await this.line.lapse({ timeMs: clock.monotonicMs() + this.#shiftMs, wallMs: clock.wallMs() })
    if (this.line.takeChanged()) await this.#save()
  }

  async #lookAt(frame: Frame): Promise<void> {
    this.#mediaZeroMs ??= frame.timeMs
    await this.line.look(frame)
    this.#noteCommissioning()
    const attention = this.#attend()
    if (this.feed.live.viewers > 0)
      this.feed.live.tell(frame.timeMs - this.#shiftMs, seenIn(this.line, frame))
    this.#now = frame
    const saveEveryMs = attention === 'patrol' ? SAVE_QUIET_MS : SAVE_STIRRED_MS
    const due = frame.timeMs - this.#savedAtMs >= saveEveryMs
    const actsChanged = this.line.takeChanged()
    if (actsChanged || due) await this.#save()
  }

  #noteCommissioning(): void {
    const { commissioning } = this.line
    if (this.#isCommissioned || !commissioning.isReady) return
    this.#isCommissioned = true
    this.#parts.onCommissioned?.(this.#parts.camera.id, commissioning.zones, commissioning.sinceWallMs)
  }

  #attend(): Attention {
    const wanted = this.line.judge.attention()
    const watched = this.#parts.clock.monotonicMs() < this.#watchUntilMs
    const attention = watched && wanted === 'patrol' ? 'watch' : wanted
    this.feed.setAttention(attention)
    return attention
  }

  async #save(): Promise<void> {
    const { timeMs, wallMs } = this.#now
    this.#savedAtMs = timeMs
    try {
      await saveMemory(this.#file, {
        ...this.line.snapshot(),
        bootId: this.#bootId,
        savedAtMs: timeMs,
        savedAtWallMs: wallMs,
        mediaZeroMs: this.#mediaZeroMs ?? timeMs,
      })
    } catch (error) {
      const found = fault('MEMORY_NOT_SAVED', { path: this.#file, reason: reasonOf(error) })
      this.#parts.log.error({ code: found.code }, found.message)
    }
  }

  #still(timeMs: number): Footage | null {
    return this.feed.ring.still(timeMs - this.#shiftMs)
  }

  #footage(fromMs: number, toMs: number): Footage | null {
    return this.feed.ring.footage(fromMs - this.#shiftMs, toMs - this.#shiftMs)
  }
}

function aspectOf(feed: LiveFeed): number {
  const info = feed.info
  return info === null ? 16 / 9 : info.width / info.height
}

const isViewCode = (code: string): boolean => code === 'CAMERA_MOVED' || code === 'CAMERA_VIEW_UNLIKE'

/** How far, which way, and what follows of it. */
export function driftFault(camera: string, { state, move }: DriftView): Fault {
  if (state === 'UNLIKE' || move === null) return fault('CAMERA_VIEW_UNLIKE', { camera })
  const across = Math.round(100 * move.x)
  const down = Math.round(100 * move.y)
  return fault('CAMERA_MOVED', { camera, across, down, zoom: Math.round(100 * move.zoom) })
}
