/**
 * Occupancy finds what stands where nothing stood, whatever it is called. It needs no model weights.
 *
 *     Frame ─▶ plane ─▶ register ─▶ light ─▶ foreground ─▶ things ─▶ regions ─▶ living ─▶ Standing
 *                          └───────────┴────────── background ◀────────┘
 *
 * One per camera. Its memory is taken at construction; a sample allocates only the short list of regions. The same
 * frames give the same answer, byte for byte. `snapshot` and `restore` carry it over a restart: without them what
 * stands at the restart would become background, and a pile would vanish by a power cut.
 */
import { z } from 'zod'
import type { Frame } from '../frames/frame.ts'
import { assert } from '../kit/assert.ts'
import { Alignment } from './alignment.ts'
import { Background } from './background.ts'
import { Foreground } from './foreground.ts'
import { Kernels } from './kernels.ts'
import { Light, type Shares } from './light.ts'
import { Living } from './living.ts'
import { Masks } from './mask.ts'
import { Memory } from './memory.ts'
import { Noise } from './noise.ts'
import { Plane, Shrinker } from './plane.ts'
import { describe, Regions } from './regions.ts'
import { PLANE_PIXELS, type Region, type Standing } from './standing.ts'
import { Start } from './start.ts'
import { Things } from './things.ts'
import { Walkers } from './walkers.ts'

export const OccupancyOptions = z.strictObject({
  gapSecMax: z
    .number()
    .min(1)
    .max(10)
    .default(3)
    .describe('Most seconds that one sample may stand for (s): what happened in a longer gap was not seen.'),
  unsettledShare: z
    .number()
    .min(0.1)
    .max(0.9)
    .default(0.35)
    .describe(
      'Share of the picture that may differ before nothing new is believed: a lorry, lamps, billboards.',
    ),
  stirredShare: z
    .number()
    .min(0.02)
    .max(0.9)
    .default(0.08)
    .describe(
      'Share that may differ and stand for nothing yet: the edge of a cloud sweeps over more at once. A person near the camera covers about 6 % for three seconds.',
    ),
  unsettledSec: z
    .number()
    .min(0)
    .max(60)
    .default(8)
    .describe('How long nothing new is believed after that (s).'),
  relearnSec: z
    .number()
    .min(5)
    .max(600)
    .default(20)
    .describe('How long most of the picture must differ before the background is learned afresh (s).'),
})
export type OccupancyOptions = z.infer<typeof OccupancyOptions>

const RELEARN_SHARE = 0.6
/** A lorry is past sooner; the edge of a cloud is not. */
const STIRRED_SEC = 3

export class Occupancy {
  readonly #options: OccupancyOptions
  readonly #lap: (stage: string) => void
  readonly #kernels = new Kernels()
  readonly #masks = new Masks(this.#kernels)
  readonly #shrinker = new Shrinker(this.#kernels)
  readonly #alignment = new Alignment(this.#kernels)
  readonly #light = new Light(this.#kernels)
  readonly #noise = new Noise(this.#kernels)
  readonly #background = new Background(this.#kernels, this.#masks)
  readonly #foreground = new Foreground(this.#kernels, this.#masks)
  readonly #things = new Things(this.#kernels)
  readonly #regions = new Regions(this.#kernels, this.#masks)
  readonly #living = new Living(this.#kernels, this.#masks)
  readonly #walkers = new Walkers(this.#kernels, this.#masks)
  readonly #start = new Start()
  /** Planes to be filled: the one that becomes the last look is replaced by the one that was. */
  #raw = new Plane(this.#kernels)
  #shifted = new Plane(this.#kernels)
  readonly #foregroundMask = this.#kernels.bytes()
  readonly #shares: Shares = { foreground: 0, shade: 0 }
  #ready = false
  #epoch = 0
  #timeMs = -Infinity
  #unsettledUntilMs = -Infinity
  #crowdedSec = 0
  #stirredSec = 0
  #restored = false

  /** `lap` is told the name of each stage when it is done. */
  constructor(options: OccupancyOptions, lap: (stage: string) => void = () => {}) {
    this.#options = options
    this.#lap = lap
  }

  /** False while the background is being learnt. */
  get isReady(): boolean {
    return this.#ready
  }

  stand(frame: Frame): Standing {
    if (this.#restored) this.#rebase(frame.timeMs)
    assert(frame.timeMs >= this.#timeMs, 'one occupancy sees one camera, in the order of time')
    const dtSec = this.#ready ? Math.min(this.#options.gapSecMax, (frame.timeMs - this.#timeMs) / 1000) : 0
    const unseenMs = this.#ready ? frame.timeMs - this.#timeMs - 1000 * this.#options.gapSecMax : 0
    if (unseenMs > 0) this.#skip(unseenMs)
    this.#timeMs = frame.timeMs
    this.#shrinker.fill(frame.yuv, this.#raw)
    this.#lap('plane')
    if (!this.#ready) return this.#learn(frame.timeMs)

    const picture = this.#align(dtSec)
    this.#relight(picture, dtSec)
    this.#differ(picture, dtSec)
    this.#remember(picture, dtSec)
    this.#watch(picture)
    const regions = this.#divide(picture)
    this.#follow(picture, dtSec)
    if (this.#crowdedSec >= this.#options.relearnSec) this.#relearn()
    return this.#standing(regions)
  }

  /** Everything that must outlive the process, with a version; see `memory.ts`. */
  snapshot(): Uint8Array {
    return this.#memory().save()
  }

  /** Takes up a snapshot. One that does not fit is refused (false) and nothing changes: the camera starts fresh. */
  restore(bytes: Uint8Array): boolean {
    return this.#memory().load(bytes)
  }

  /** A gap is not absence: what was hidden or quiet before it has been so for no longer after it. */
  #skip(byMs: number): void {
    const { seenMs } = this.#things
    const { aliveMs } = this.#living
    for (let at = 0; at < PLANE_PIXELS; at++) {
      seenMs[at]! += byMs
      aliveMs[at]! += byMs
    }
  }

  /** After a reboot the timeline starts anew: what is remembered moves with it, as if no time had passed. */
  #rebase(timeMs: number): void {
    this.#restored = false
    const lateMs = this.#timeMs - timeMs
    if (lateMs <= 0) return
    this.#skip(-lateMs)
    const { sinceMs } = this.#things
    for (let at = 0; at < PLANE_PIXELS; at++) sinceMs[at]! -= lateMs
    this.#living.lastMs -= lateMs
    this.#living.lateFromMs -= lateMs
    this.#living.lateToMs -= lateMs
    this.#walkers.shift(-lateMs)
    this.#timeMs = timeMs
  }

  #learn(timeMs: number): Standing {
    const { plane } = this.#background
    if (this.#start.empty) {
      plane.set(this.#raw)
      this.#alignment.begin(this.#raw)
    }
    this.#alignment.layOverFirst(this.#raw, plane, this.#shifted, this.#foreground.kinds, this.#things.held)
    if (this.#start.take(this.#shifted, timeMs)) {
      this.#start.median(plane)
      this.#start.reset()
      this.#alignment.settle(this.#shifted)
      this.#ready = true
    }
    return this.#standing([])
  }

  #align(dtSec: number): Plane {
    const { plane } = this.#background
    const { kinds } = this.#foreground
    const picture = this.#alignment.lay(this.#raw, this.#shifted, plane, kinds, this.#things.held, dtSec)
    this.#lap('register')
    return picture
  }

  #relight(picture: Plane, dtSec: number): void {
    const { plane } = this.#background
    const { believed, challenger, held } = this.#things
    this.#light.measure(picture, plane, this.#foregroundMask, this.#shares, dtSec)
    this.#light.applyTo(plane)
    this.#light.carryWhere(believed, held)
    this.#light.carryWhere(challenger, held)
    this.#alignment.relit(plane)
    this.#lap('light')
  }

  #differ(picture: Plane, dtSec: number): void {
    const { plane } = this.#background
    const { slope, slopeBefore } = this.#alignment
    this.#noise.measure(picture, plane, this.#foregroundMask)
    this.#foreground.find(picture, plane, slope, slopeBefore, this.#noise)
    const { differing, shaded } = this.#foreground.countKinds(this.#foregroundMask)
    this.#shares.foreground = differing / PLANE_PIXELS
    this.#shares.shade = shaded / PLANE_PIXELS
    this.#crowdedSec = this.#shares.foreground > RELEARN_SHARE ? this.#crowdedSec + dtSec : 0
    this.#lap('foreground')
  }

  #remember(picture: Plane, dtSec: number): void {
    const { slope, slack } = this.#alignment
    const { kinds } = this.#foreground
    this.#things.remember(picture, kinds, slope, slack, this.#noise, this.#timeMs, dtSec)
    this.#settle(dtSec)
    this.#lap('things')
  }

  #settle(dtSec: number): void {
    const { unsettledShare, stirredShare, unsettledSec } = this.#options
    const stirred = this.#things.countStirred(this.#foregroundMask)
    this.#stirredSec = stirred > stirredShare * PLANE_PIXELS ? this.#stirredSec + dtSec : 0
    if (this.#shares.foreground > unsettledShare || this.#stirredSec >= STIRRED_SEC) {
      this.#unsettledUntilMs = this.#timeMs + 1000 * unsettledSec
    }
  }

  /** The picture may become the last look: then the last look's plane takes its place. */
  #watch(picture: Plane): void {
    const { slope, slack } = this.#alignment
    const { stable, seenMs } = this.#things
    this.#walkers.follow(this.#foregroundMask, stable, seenMs, this.#timeMs)
    const free = this.#living.look(
      picture,
      this.#things,
      this.#light,
      slope,
      slack,
      this.#noise,
      this.#walkers,
      this.#timeMs,
    )
    if (free !== null && picture === this.#raw) this.#raw = free
    else if (free !== null) this.#shifted = free
    this.#lap('activity')
  }

  #divide(picture: Plane): Region[] {
    const kept = this.#regions.find(this.#things, {
      now: picture.y,
      before: this.#background.plane.y,
      slopeNow: this.#alignment.slope,
      slopeBefore: this.#alignment.slopeBefore,
      hot: this.#living.hot,
      lit: this.#living.lit,
      timeMs: this.#timeMs,
    })
    this.#lap('regions')
    const { labels } = this.#regions
    const pixels = this.#living.divide(kept, labels, this.#foregroundMask, this.#things, this.#timeMs)
    this.#lap('living')
    return kept.map((part) => describe(part, pixels[part.label]!))
  }

  #follow(picture: Plane, dtSec: number): void {
    const { labels, thrown } = this.#regions
    const { kinds } = this.#foreground
    this.#background.follow(picture, kinds, this.#foregroundMask, labels, thrown, this.#things, dtSec)
    this.#lap('background')
  }

  /** The camera was turned or the world changed: what is seen from now on is the background. */
  #relearn(): void {
    this.#ready = false
    this.#epoch++
    this.#crowdedSec = 0
    this.#start.reset()
    this.#light.lag.fill(1)
    this.#things.reset()
    this.#living.reset()
    this.#walkers.reset()
    this.#regions.reset()
    this.#foregroundMask.fill(0)
    this.#foreground.kinds.fill(0)
    this.#shares.foreground = 0
    this.#shares.shade = 0
  }

  #standing(regions: Region[]): Standing {
    return {
      timeMs: this.#timeMs,
      ready: this.#ready,
      unsettled: this.#timeMs < this.#unsettledUntilMs,
      epoch: this.#epoch,
      regions,
      labels: this.#regions.labels,
      foreground: this.#foregroundMask,
      held: this.#things.held,
      goods: this.#living.goods,
      hot: this.#living.hot,
      lit: this.#living.lit,
      sinceMs: this.#things.sinceMs,
    }
  }

  #memory(): Memory {
    return new Memory(
      [
        ...planes(this.#background.plane),
        ...planes(this.#things.believed),
        ...planes(this.#things.challenger),
        ...planes(this.#living.last),
        this.#things.support,
        this.#things.challenge,
        this.#things.persistence,
        this.#things.sinceMs,
        this.#things.seenMs,
        this.#living.activity,
        this.#living.aliveMs,
        this.#living.late,
        ...this.#walkers.labels,
        this.#walkers.state,
        this.#regions.text,
        this.#alignment.slopeRecent,
        this.#light.lag,
        this.#foreground.kinds,
      ],
      {
        save: () => this.#numbers(),
        load: (values) => this.#takeUp(values),
      },
    )
  }

  #numbers(): number[] {
    const { register, shiftSpread, shiftMean } = this.#alignment
    const { lastMs, lateFromMs, lateToMs, lateRate } = this.#living
    this.#walkers.pack()
    return [
      ...[this.#ready ? 1 : 0, this.#epoch, this.#timeMs, this.#noise.luma, this.#noise.chroma],
      ...[register.shift.x, register.shift.y, shiftSpread, shiftMean.x, shiftMean.y],
      ...[lastMs, lateFromMs, lateToMs, lateRate],
      ...[this.#unsettledUntilMs, this.#shares.foreground, this.#shares.shade, this.#crowdedSec],
      this.#stirredSec,
    ]
  }

  #takeUp(values: readonly number[]): void {
    const [ready, epoch, timeMs, luma, chroma, x, y, spread, ...rest] = values
    const [meanX, meanY, lastMs, lateFromMs, lateToMs, lateRate, ...last] = rest
    const [unsettledUntilMs, foreground, shade, crowdedSec, stirredSec] = last
    this.#restored = true
    this.#ready = ready === 1
    this.#epoch = epoch!
    this.#timeMs = timeMs!
    this.#noise.luma = luma!
    this.#noise.chroma = chroma!
    this.#alignment.register.shift.x = x!
    this.#alignment.register.shift.y = y!
    this.#alignment.shiftMean.x = meanX!
    this.#alignment.shiftMean.y = meanY!
    this.#living.lastMs = lastMs!
    this.#living.lateFromMs = lateFromMs!
    this.#living.lateToMs = lateToMs!
    this.#living.lateRate = lateRate!
    this.#walkers.unpack()
    this.#unsettledUntilMs = unsettledUntilMs!
    this.#shares.foreground = foreground!
    this.#shares.shade = shade!
    this.#crowdedSec = crowdedSec!
    this.#stirredSec = stirredSec!
    this.#start.reset()
    this.#alignment.shiftSpread = spread!
    this.#foreground.countKinds(this.#foregroundMask)
    this.#things.recall()
    this.#living.recall()
  }
}

const planes = (plane: Plane): Float32Array[] => [plane.y, plane.u, plane.v]
