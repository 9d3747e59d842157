/**
 * Regions: connected parts of what stands or stays, less what only looks like standing.
 *
 *     stable or persistent ─▶ close 5×5, open 3×3 ─▶ parts of 50 px ─▶ thin │ lit │ soft │ ghost │ text: thrown out
 *
 * thin: road markings half a pixel aside. lit: the same texture in other light.
 * soft: a glow or a reflection has no outline. ghost: the thing left and the
 * background still holds it, so the outline is in the background and not in the picture. text: an overlay's strip.
 * What is thrown out goes into the background within seconds.
 */
import { floorAt } from './foreground.ts'
import type { Kernels } from './kernels.ts'
import type { Masks, Part } from './mask.ts'
import { PLANE_HEIGHT, PLANE_WIDTH, type Region } from './standing.ts'
import type { Things } from './things.ts'

const REGION_PIXELS_MIN = 50
const THIN_SHARE = 0.35
const LIT_CORRELATION = 0.85
const GHOST_OUTLINE = 0.6
const TEXT_ASPECT = 5
const TEXT_HEIGHT_MAX = 0.08 * 180
const TEXT_FILL_MIN = 0.72
/** Edges and letters of overlay text, against its brightness above black: 0.8 and 0.35 measured, by day and dark. */
const TEXT_OUTLINE_MIN = 0.45
const TEXT_CONTRAST_MIN = 0.2
const BLACK = 12
const SEEN_MS = 1_500

const REGIONS_MAX = 256
const FACTS = 13

/** What is summed over a region to tell things from appearances, in the order of the kernel's sums. */
interface Evidence {
  readonly pixels: number
  readonly stable: number
  readonly hot: number
  readonly seen: number
  readonly thick: number
  readonly sumNow: number
  readonly sumBefore: number
  readonly squaresNow: number
  readonly squaresBefore: number
  readonly products: number
  readonly outline: number
  readonly outlineNow: number
  readonly outlineBefore: number
}

export interface Views {
  readonly now: Float32Array
  readonly before: Float32Array
  readonly slopeNow: Float32Array
  readonly slopeBefore: Float32Array
  readonly hot: Uint8Array
  readonly lit: Uint8Array
  readonly timeMs: number
}

type Kept = Part & { readonly stableShare: number; readonly hotPixels: number }

export class Regions {
  readonly labels: Uint8Array
  /** 1 where something was thrown out: the background may have it soon. */
  readonly thrown: Uint8Array
  /** Where overlay text was found: nothing there is ever a thing. */
  readonly text: Uint8Array
  readonly #mask: Uint8Array
  readonly #other: Uint8Array
  readonly #verdicts: Uint8Array
  readonly #facts: Float64Array
  readonly #masks: Masks
  readonly #kernels

  constructor(kernels: Kernels, masks: Masks) {
    this.labels = kernels.bytes()
    this.thrown = kernels.bytes()
    this.text = kernels.bytes()
    this.#mask = kernels.bytes()
    this.#other = kernels.bytes()
    this.#verdicts = kernels.bytes(REGIONS_MAX)
    this.#facts = kernels.doubles(FACTS * REGIONS_MAX)
    this.#masks = masks
    this.#kernels = {
      join: kernels.kernel('join'),
      without: kernels.kernel('without'),
      gatherEvidence: kernels.kernel('gatherEvidence'),
      throwOut: kernels.kernel('throwOut'),
    }
  }

  find(things: Things, views: Views): Kept[] {
    this.thrown.fill(0)
    const parts = this.#label(things, views.lit)
    if (parts === 0) return []

    this.#masks.open(this.#mask, this.#other, 2)
    const found: Part[] = []
    for (let number = 1; number <= parts; number++) found.push(this.#masks.part(number))
    this.#gather(things, views)
    this.#verdicts.fill(0)
    const kept: Kept[] = []
    for (const part of found) {
      const facts = factsOf(this.#facts, part.label)
      const verdict = judge(part, facts)
      if (verdict === 'thing') {
        kept.push({ ...part, stableShare: facts.stable / facts.pixels, hotPixels: facts.hot })
      } else this.#verdicts[part.label] = verdict === 'text' ? 2 : 1
    }
    if (kept.length < parts) this.#throwOut()
    return kept
  }

  #label({ stable, persistent }: Things, lit: Uint8Array): number {
    const mask = this.#mask.byteOffset
    if (this.#kernels.join(stable.byteOffset, persistent.byteOffset, mask) === 0) {
      this.labels.fill(0)
      return 0
    }
    this.#kernels.without(mask, this.text.byteOffset)
    this.#kernels.without(mask, lit.byteOffset)
    this.#masks.close(this.#mask, this.#other, 2)
    this.#masks.open(this.#other, this.#mask, 1)
    return this.#masks.label(this.#mask, this.labels, REGION_PIXELS_MIN)
  }

  #gather({ stable, seenMs }: Things, views: Views): void {
    this.#kernels.gatherEvidence(
      this.labels.byteOffset,
      this.#other.byteOffset,
      views.hot.byteOffset,
      stable.byteOffset,
      seenMs.byteOffset,
      SEEN_MS,
      views.now.byteOffset,
      views.before.byteOffset,
      views.slopeNow.byteOffset,
      views.slopeBefore.byteOffset,
      views.timeMs,
      this.#facts.byteOffset,
    )
  }

  #throwOut(): void {
    this.#kernels.throwOut(
      this.labels.byteOffset,
      this.#verdicts.byteOffset,
      this.thrown.byteOffset,
      this.text.byteOffset,
    )
  }

  reset(): void {
    this.labels.fill(0)
    this.thrown.fill(0)
  }
}

function factsOf(facts: Float64Array, label: number): Evidence {
  const at = FACTS * label
  return {
    pixels: facts[at]!,
    stable: facts[at + 1]!,
    hot: facts[at + 2]!,
    seen: facts[at + 3]!,
    thick: facts[at + 4]!,
    sumNow: facts[at + 5]!,
    sumBefore: facts[at + 6]!,
    squaresNow: facts[at + 7]!,
    squaresBefore: facts[at + 8]!,
    products: facts[at + 9]!,
    outline: facts[at + 10]!,
    outlineNow: facts[at + 11]!,
    outlineBefore: facts[at + 12]!,
  }
}

function judge(part: Part, facts: Evidence): 'thing' | 'appearance' | 'text' {
  const outlineNow = facts.outlineNow / Math.max(1, facts.outline)
  const outlineBefore = facts.outlineBefore / Math.max(1, facts.outline)
  const width = part.right - part.left + 1
  const height = part.bottom - part.top + 1
  if (
    width >= TEXT_ASPECT * height &&
    height <= TEXT_HEIGHT_MAX &&
    part.pixels >= TEXT_FILL_MIN * width * height &&
    isLettered(facts, outlineNow)
  ) {
    return 'text'
  }
  if (facts.thick < THIN_SHARE * facts.pixels) return 'appearance'
  const calm =
    facts.seen > 0.5 * facts.stable && facts.stable > 0.5 * facts.pixels && facts.hot < 0.05 * facts.pixels
  if (!calm) return 'thing'
  if (correlation(facts) > LIT_CORRELATION) return 'appearance'
  if (outlineNow < floorAt(facts.sumNow / facts.pixels)) return 'appearance'
  return outlineNow < GHOST_OUTLINE * outlineBefore ? 'appearance' : 'thing'
}

function isLettered(facts: Evidence, outline: number): boolean {
  const mean = facts.sumNow / facts.pixels
  const bright = Math.max(8, mean - BLACK)
  const deviation = Math.sqrt(Math.max(0, facts.squaresNow / facts.pixels - mean * mean))
  return outline >= TEXT_OUTLINE_MIN * bright && deviation >= TEXT_CONTRAST_MIN * bright
}

function correlation(facts: Evidence): number {
  const n = facts.pixels
  const varianceNow = facts.squaresNow - (facts.sumNow * facts.sumNow) / n
  const varianceBefore = facts.squaresBefore - (facts.sumBefore * facts.sumBefore) / n
  const common = facts.products - (facts.sumNow * facts.sumBefore) / n
  return common / Math.sqrt(Math.max(1e-6, varianceNow * varianceBefore))
}

/** A region as it is told: in fractions of the picture. */
export function describe(part: Kept, goodsPixels: number): Region {
  const left = part.left / PLANE_WIDTH
  const right = (part.right + 1) / PLANE_WIDTH
  const bottom = (part.bottom + 1) / PLANE_HEIGHT
  return {
    label: part.label,
    pixels: part.pixels,
    box: [left, part.top / PLANE_HEIGHT, right, bottom],
    foot: [(left + right) / 2, bottom],
    stableShare: part.stableShare,
    hotPixels: part.hotPixels,
    goodsPixels,
  }
}
