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
import { Background } from './background.ts'
import { Foreground } from './foreground.ts'
import { Light, type Shares } from './light.ts'
import { Living } from './living.ts'
import { Memory } from './memory.ts'
import { measureNoise, type Noise } from './noise.ts'
import { detail, envelope, fillPlane, gradient, Plane } from './plane.ts'
import { describe, Regions } from './regions.ts'
import { Register, type Shift, shiftPlane } from './register.ts'
import { PLANE_PIXELS, type Region, type Standing } from './standing.ts'
import { Start } from './start.ts'
import { Things } from './things.ts'

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
const SHAKE_TAU_SEC = 10
/** Share of the slope at an edge that still counts as the same: what half-resolved shake leaves. */
const STILL_SLACK = 0.02
const SHAKE_SLACK = 0.5
const SHAKY_PIXELS = 0.25

export class Occupancy {
  readonly #options: OccupancyOptions
  readonly #raw = new Plane()
  readonly #picture = new Plane()
  readonly #scratch = new Float32Array(PLANE_PIXELS)
  readonly #scratch2 = new Float32Array(PLANE_PIXELS)
  readonly #detail = new Float32Array(PLANE_PIXELS)
  readonly #detailBefore = new Float32Array(PLANE_PIXELS)
  readonly #slope = new Float32Array(PLANE_PIXELS)
  readonly #slopeBefore = new Float32Array(PLANE_PIXELS)
  readonly #slopeWanted = new Float32Array(PLANE_PIXELS)
  readonly #slopeRecent = new Float32Array(PLANE_PIXELS)
  readonly #fixed = new Uint8Array(PLANE_PIXELS)
  readonly #limits = { least: new Plane(), greatest: new Plane() }
  readonly #start = new Start()
  readonly #register = new Register()
  readonly #light = new Light()
  readonly #background = new Background()
  readonly #foreground = new Foreground()
  readonly #things = new Things()
  readonly #regions = new Regions()
  readonly #living = new Living()
  readonly #noise: Noise = { luma: 2, chroma: 1.5 }
  readonly #held = new Uint8Array(PLANE_PIXELS)
  readonly #foregroundMask = new Uint8Array(PLANE_PIXELS)
  readonly #histogram = new Uint32Array(256)
  readonly #shiftMean: Shift = { x: 0, y: 0 }
  #shiftSpread = 0
  #ready = false
  #epoch = 0
  #timeMs = -Infinity
  readonly #shares: Shares = { foreground: 0, shade: 0 }
  #unsettledUntilMs = -Infinity
  #crowdedSec = 0
  #stirredSec = 0
  #restored = false

  readonly #lap: (stage: string) => void

  /** `lap` is told the name of each stage when it is done. */
  constructor(options: OccupancyOptions, lap: (stage: string) => void = () => {}) {
    this.#options = options
    this.#lap = lap
  }

  stand(frame: Frame): Standing {
    if (this.#restored) this.#rebase(frame.timeMs)
    assert(frame.timeMs >= this.#timeMs, 'one occupancy sees one camera, in the order of time')
    const dtSec = this.#ready ? Math.min(this.#options.gapSecMax, (frame.timeMs - this.#timeMs) / 1000) : 0
    const unseenMs = this.#ready ? frame.timeMs - this.#timeMs - 1000 * this.#options.gapSecMax : 0
    if (unseenMs > 0) this.#skip(unseenMs)
    this.#timeMs = frame.timeMs
    fillPlane(frame.yuv, this.#raw, this.#scratch)
    this.#lap('plane')
    if (!this.#ready) return this.#learn(frame.timeMs)

    this.#align(dtSec)
    this.#lap('register')
    this.#relight(dtSec)
    this.#lap('light')
    this.#differ(dtSec)
    this.#lap('foreground')
    const slack = STILL_SLACK + SHAKE_SLACK * Math.min(this.#shiftSpread, SHAKY_PIXELS)
    this.#things.remember(
      this.#picture,
      this.#foreground.kinds,
      this.#slope,
      slack,
      this.#noise,
      frame.timeMs,
      dtSec,
    )
    this.#settle(dtSec)
    this.#lap('things')
    this.#living.look(this.#picture, this.#things, this.#slope, slack, this.#noise, frame.timeMs)
    this.#lap('activity')
    const kept = this.#regions.find(this.#things, {
      now: this.#picture.y,
      before: this.#background.plane.y,
      slopeNow: this.#slope,
      slopeBefore: this.#slopeBefore,
      hot: this.#living.hot,
      timeMs: frame.timeMs,
    })
    this.#lap('regions')
    const goodsPixels = this.#living.divide(
      kept,
      this.#regions.labels,
      this.#foregroundMask,
      this.#things,
      frame.timeMs,
    )
    this.#lap('living')
    this.#follow(dtSec)
    this.#lap('background')
    if (this.#crowdedSec >= this.#options.relearnSec) this.#relearn()
    return this.#standing(kept.map((part) => describe(part, goodsPixels[part.label]!)))
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
    this.#timeMs = timeMs
  }

  #learn(timeMs: number): Standing {
    if (this.#start.empty) {
      this.#register.reset()
      this.#background.plane.set(this.#raw)
      this.#fixed.fill(1)
      gradient(this.#raw.y, this.#slopeBefore)
    }
    gradient(this.#raw.y, this.#slope)
    const shift = this.#register.align(
      this.#raw.y,
      this.#slope,
      this.#background.plane.y,
      this.#slopeBefore,
      this.#fixed,
    )
    shiftPlane(this.#raw, this.#picture, shift)
    if (this.#start.take(this.#picture, timeMs)) {
      this.#start.median(this.#background.plane)
      this.#start.reset()
      gradient(this.#picture.y, this.#slopeRecent)
      this.#ready = true
    }
    return this.#standing([])
  }

  #align(dtSec: number): void {
    const { y } = this.#background.plane
    gradient(this.#raw.y, this.#slope)
    gradient(y, this.#slopeBefore)
    const kinds = this.#foreground.kinds
    for (let at = 0; at < PLANE_PIXELS; at++) {
      const stands = kinds[at] === 1 || this.#held[at] === 1
      this.#fixed[at] = stands ? 0 : 1
      this.#slopeWanted[at] = stands ? this.#slopeRecent[at]! : this.#slopeBefore[at]!
    }
    detail(this.#raw.y, this.#detail, this.#scratch)
    detail(y, this.#detailBefore, this.#scratch)
    const shift = this.#register.align(
      this.#detail,
      this.#slope,
      this.#detailBefore,
      this.#slopeWanted,
      this.#fixed,
    )
    if (shift.x === 0 && shift.y === 0) this.#picture.set(this.#raw)
    else shiftPlane(this.#raw, this.#picture, shift)
    gradient(this.#picture.y, this.#slope)
    for (let at = 0; at < PLANE_PIXELS; at++) {
      this.#slopeRecent[at]! += 0.3 * (this.#slope[at]! - this.#slopeRecent[at]!)
    }
    const rate = 1 - Math.exp(-dtSec / SHAKE_TAU_SEC)
    this.#shiftMean.x += rate * (shift.x - this.#shiftMean.x)
    this.#shiftMean.y += rate * (shift.y - this.#shiftMean.y)
    const away = Math.hypot(shift.x - this.#shiftMean.x, shift.y - this.#shiftMean.y)
    this.#shiftSpread += rate * (away - this.#shiftSpread)
  }

  #relight(dtSec: number): void {
    const { plane } = this.#background
    this.#light.measure(this.#picture, plane, this.#foregroundMask, this.#shares, dtSec)
    this.#light.applyTo(plane)
    this.#light.carry(this.#things.believed)
    this.#light.carry(this.#things.challenger)
    this.#light.carry(this.#living.last)
    gradient(plane.y, this.#slopeBefore)
  }

  #differ(dtSec: number): void {
    const { plane } = this.#background
    const { least, greatest } = this.#limits
    measureNoise(this.#picture, plane, this.#foregroundMask, this.#histogram, this.#noise)
    envelope(plane.y, least.y, greatest.y, this.#scratch, this.#scratch2)
    envelope(plane.u, least.u, greatest.u, this.#scratch, this.#scratch2)
    envelope(plane.v, least.v, greatest.v, this.#scratch, this.#scratch2)
    this.#foreground.find(this.#picture, plane, this.#limits, this.#slope, this.#slopeBefore, this.#noise)
    let differing = 0
    let shaded = 0
    for (let at = 0; at < PLANE_PIXELS; at++) {
      const kind = this.#foreground.kinds[at]!
      this.#foregroundMask[at] = kind === 1 ? 1 : 0
      if (kind === 1) differing++
      else shaded += kind
    }
    this.#shares.foreground = differing / PLANE_PIXELS
    this.#shares.shade = shaded / 2 / PLANE_PIXELS
    this.#crowdedSec = this.#shares.foreground > RELEARN_SHARE ? this.#crowdedSec + dtSec : 0
  }

  #settle(dtSec: number): void {
    const { unsettledShare, stirredShare, unsettledSec } = this.#options
    const stirred = this.#things.countStirred(this.#foregroundMask)
    this.#stirredSec = stirred > stirredShare * PLANE_PIXELS ? this.#stirredSec + dtSec : 0
    if (this.#shares.foreground > unsettledShare || this.#stirredSec >= STIRRED_SEC) {
      this.#unsettledUntilMs = this.#timeMs + 1000 * unsettledSec
    }
  }

  #follow(dtSec: number): void {
    const { labels, thrown } = this.#regions
    this.#background.follow(this.#picture, this.#foreground.kinds, labels, thrown, this.#things, dtSec)
    const { support } = this.#things
    for (let at = 0; at < PLANE_PIXELS; at++) this.#held[at] = support[at]! > 0 ? 1 : 0
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
    this.#regions.reset()
    this.#held.fill(0)
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
      held: this.#held,
      goods: this.#living.goods,
      hot: this.#living.hot,
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
        this.#regions.text,
        this.#slopeRecent,
        this.#light.lag,
        this.#foreground.kinds,
      ],
      {
        save: () => [
          this.#ready ? 1 : 0,
          this.#epoch,
          this.#timeMs,
          this.#noise.luma,
          this.#noise.chroma,
          this.#register.shift.x,
          this.#register.shift.y,
          this.#shiftSpread,
          this.#shiftMean.x,
          this.#shiftMean.y,
          this.#living.lastMs,
          this.#unsettledUntilMs,
          this.#shares.foreground,
          this.#shares.shade,
          this.#crowdedSec,
        ],
        load: (values) => this.#takeUp(values),
      },
    )
  }

  #takeUp(values: readonly number[]): void {
    const [ready, epoch, timeMs, luma, chroma, x, y, spread, ...rest] = values
    const [meanX, meanY, lastMs, unsettledUntilMs, foreground, shade, crowdedSec] = rest
    this.#restored = true
    this.#ready = ready === 1
    this.#epoch = epoch!
    this.#timeMs = timeMs!
    this.#noise.luma = luma!
    this.#noise.chroma = chroma!
    this.#register.shift.x = x!
    this.#register.shift.y = y!
    this.#shiftMean.x = meanX!
    this.#shiftMean.y = meanY!
    this.#living.lastMs = lastMs!
    this.#unsettledUntilMs = unsettledUntilMs!
    this.#shares.foreground = foreground!
    this.#shares.shade = shade!
    this.#crowdedSec = crowdedSec!
    this.#start.reset()
    this.#shiftSpread = spread!
    for (let at = 0; at < PLANE_PIXELS; at++) {
      this.#foregroundMask[at] = this.#foreground.kinds[at] === 1 ? 1 : 0
      this.#held[at] = this.#things.support[at]! > 0 ? 1 : 0
      this.#living.hot[at] = this.#living.activity[at]! > 0.12 ? 1 : 0
    }
  }
}

const planes = (plane: Plane): Float32Array[] => [plane.y, plane.u, plane.v]
