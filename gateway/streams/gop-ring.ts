/**
 * The last seconds of one camera, as the packets that came: whole GOPs, bounded in seconds and in bytes.
 *
 *     │K p p p p│K p p p p│K p p p ▸        footage(a, b):  K……………………b   from the keyframe before a
 *      └─ oldest GOP goes whole ─┘          still(t):       K…t           its last shown picture is the one at t
 *
 * Clips, stills, decoders and live view all take from here, so what is analysed and what becomes evidence are
 * the same bytes. Payloads are never touched; only the decode time in each fragment's header is rebased, so
 * that the result starts at zero (a clip cut from a running stream would otherwise claim to begin hours in).
 *
 * Surprise: with B-frames the samples of a span are not in the order they are shown, and a picture may need
 * samples that are shown after it. A clip may end with those. A still may not, since its last shown picture
 * is the evidence: it ends at the last picture before the instant that needs nothing later, with B-frames up
 * to a few pictures earlier, and says so by `endMs`.
 */
import { z } from 'zod'
import { assert } from '../kit/assert.ts'
import { retime } from './fmp4.ts'
import { type Footage, type Sample, type StreamInfo, TICKS_PER_SEC } from './gop.ts'

export const RingOptions = z.strictObject({
  seconds: z
    .number()
    .min(2)
    .max(600)
    .default(30)
    .describe('Seconds of video kept in memory: what a clip can reach back. 30 s of 4 Mb/s are 15 MB.'),
  bytes: z
    .int()
    .min(1 << 20)
    .max(1 << 30)
    .default(64 << 20)
    .describe('Bytes kept at most, whatever the seconds; the oldest GOP goes first.'),
})
export type RingOptions = z.infer<typeof RingOptions>

/**
 * A gap between neighbouring samples longer than this, beyond what the first one's duration says, is counted.
 */
const GAP_TICKS_MIN = TICKS_PER_SEC / 2

interface Gop {
  readonly info: StreamInfo
  readonly samples: Sample[]
  bytes: number
}

export class GopRing {
  readonly #options: RingOptions
  readonly #gops: Gop[] = []
  #info: StreamInfo | null = null
  #bytes = 0
  #newestMs = Number.NEGATIVE_INFINITY
  #heldMs = Number.POSITIVE_INFINITY
  #skipping = true
  #gopsTooLarge = 0

  constructor(options: RingOptions) {
    this.#options = options
  }

  get bytes(): number {
    return this.#bytes
  }

  get info(): StreamInfo | null {
    return this.#info
  }

  /** GOPs that alone were larger than the ring and could not be kept. */
  get gopsTooLarge(): number {
    return this.#gopsTooLarge
  }

  /** First and last instant held, on the camera's timeline. */
  get span(): { readonly startMs: number; readonly endMs: number } | null {
    const first = this.#gops[0]?.samples[0]
    return first === undefined ? null : { startMs: first.timeMs, endMs: this.#newestMs }
  }

  get latestKeyframe(): Sample | null {
    return this.#gops.at(-1)?.samples[0] ?? null
  }

  /** Samples of the newest GOP so far, from its keyframe on: what a new decoder needs to catch up. */
  latestGop(): readonly Sample[] {
    return this.#gops.at(-1)?.samples ?? []
  }

  /** A new connection: what follows belongs to another init segment. */
  begin(info: StreamInfo): void {
    this.#info = info
    this.#skipping = true
  }

  push(sample: Sample): void {
    const info = this.#info
    assert(info !== null && info.connection === sample.connection, 'samples follow their init segment')
    if (sample.key) {
      this.#gops.push({ info, samples: [], bytes: 0 })
      this.#skipping = false
    }
    const gop = this.#gops.at(-1)
    if (this.#skipping || gop === undefined) return
    const bytes = sample.moof.length + sample.mdat.length
    gop.samples.push(sample)
    gop.bytes += bytes
    this.#bytes += bytes
    this.#newestMs = Math.max(this.#newestMs, sample.timeMs)
    this.#evict()
  }

  /** What lies `seconds` before this instant stays, however far reading is ahead of analysis (files). */
  hold(timeMs: number): void {
    this.#heldMs = timeMs
  }

  /** From the keyframe at or before `fromMs` through the samples shown up to `toMs`; one connection. */
  footage(fromMs: number, toMs: number): Footage | null {
    const last = this.#lastGopStartingBy(toMs)
    if (last < 0) return null
    const { info } = this.#gops[last]!
    let first = last
    while (
      first > 0 &&
      this.#gops[first]!.samples[0]!.timeMs > fromMs &&
      this.#gops[first - 1]!.info === info
    )
      first--
    const samples: Sample[] = []
    for (let i = first; i < last; i++) samples.push(...this.#gops[i]!.samples)
    samples.push(...shownBy(this.#gops[last]!.samples, toMs))
    return cut(info, samples)
  }

  /** From a keyframe through the picture shown at `timeMs`, which is the last one shown. */
  still(timeMs: number): Footage | null {
    const last = this.#lastGopStartingBy(timeMs)
    if (last < 0) return null
    const { info, samples } = this.#gops[last]!
    return cut(info, endingAt(samples, timeMs))
  }

  /** The sample with exactly this presentation time. */
  find(connection: number, pts: number): Sample | null {
    for (let i = this.#gops.length - 1; i >= 0; i--) {
      const gop = this.#gops[i]!
      if (gop.info.connection !== connection) continue
      const hit = gop.samples.find((sample) => sample.pts === pts)
      if (hit !== undefined) return hit
    }
    return null
  }

  clear(): void {
    this.#gops.length = 0
    this.#bytes = 0
    this.#skipping = true
  }

  #lastGopStartingBy(timeMs: number): number {
    let last = this.#gops.length - 1
    while (last >= 0 && this.#gops[last]!.samples[0]!.timeMs > timeMs) last--
    return last
  }

  #evict(): void {
    const { seconds, bytes } = this.#options
    const keepFromMs = Math.min(this.#newestMs, this.#heldMs) - seconds * 1000
    while (this.#gops.length > 1) {
      const nextStartMs = this.#gops[1]!.samples[0]!.timeMs
      if (this.#bytes <= bytes && nextStartMs > keepFromMs) return
      this.#bytes -= this.#gops.shift()!.bytes
    }
    if (this.#bytes <= bytes) return
    // One GOP larger than the ring: without its keyframe the rest is worth nothing, so wait for the next one.
    this.clear()
    this.#gopsTooLarge++
  }
}

/** The samples, in decode order, up to the last one that is shown by `timeMs`; at least the keyframe. */
function shownBy(samples: readonly Sample[], timeMs: number): readonly Sample[] {
  let last = samples.length - 1
  while (last > 0 && samples[last]!.timeMs > timeMs) last--
  return samples.slice(0, last + 1)
}

/**
 * The longest run from the keyframe on that shows nothing after `timeMs`, without what is shown before its
 * last.
 */
function endingAt(samples: readonly Sample[], timeMs: number): readonly Sample[] {
  let last = 0
  for (let i = 1; i < samples.length && samples[i]!.timeMs <= timeMs; i++) {
    if (samples[i]!.pts > samples[last]!.pts) last = i
  }
  return samples.slice(0, last + 1)
}

function cut(info: StreamInfo, samples: readonly Sample[]): Footage | null {
  const first = samples[0]
  if (first === undefined) return null
  const baseTicks = first.dts
  const parts: Buffer[] = [info.init]
  let start = first
  let end = first
  let gapTicks = 0
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!
    parts.push(retime(sample.moof, sample.dts - baseTicks), sample.mdat)
    if (sample.pts < start.pts) start = sample
    if (sample.pts > end.pts) end = sample
    const previous = samples[i - 1]
    if (previous === undefined) continue
    const missing = sample.dts - previous.dts - previous.duration
    if (missing >= GAP_TICKS_MIN) gapTicks += missing
  }
  return {
    bytes: Buffer.concat(parts),
    info,
    startMs: start.timeMs,
    endMs: end.timeMs,
    startWallMs: start.wallMs,
    endWallMs: end.wallMs,
    baseTicks,
    sampleCount: samples.length,
    gapSec: gapTicks / TICKS_PER_SEC,
  }
}
