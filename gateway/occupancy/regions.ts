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
import { close, label, open, type Part } from './mask.ts'
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH, type Region } from './standing.ts'
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

/** What is summed over a region to tell things from appearances. */
interface Evidence {
  pixels: number
  stable: number
  hot: number
  seen: number
  thick: number
  sumNow: number
  sumBefore: number
  squaresNow: number
  squaresBefore: number
  products: number
  outline: number
  outlineNow: number
  outlineBefore: number
}

const fresh = (): Evidence => ({
  pixels: 0,
  stable: 0,
  hot: 0,
  seen: 0,
  thick: 0,
  sumNow: 0,
  sumBefore: 0,
  squaresNow: 0,
  squaresBefore: 0,
  products: 0,
  outline: 0,
  outlineNow: 0,
  outlineBefore: 0,
})

export interface Views {
  readonly now: Float32Array
  readonly before: Float32Array
  readonly slopeNow: Float32Array
  readonly slopeBefore: Float32Array
  readonly hot: Uint8Array
  readonly timeMs: number
}

type Kept = Part & { readonly stableShare: number; readonly hotPixels: number }

export class Regions {
  readonly labels = new Uint8Array(PLANE_PIXELS)
  /** 1 where something was thrown out: the background may have it soon. */
  readonly thrown = new Uint8Array(PLANE_PIXELS)
  /** Where overlay text was found: nothing there is ever a thing. */
  readonly text = new Uint8Array(PLANE_PIXELS)
  readonly #mask = new Uint8Array(PLANE_PIXELS)
  readonly #other = new Uint8Array(PLANE_PIXELS)
  readonly #verdicts = new Uint8Array(256)

  find(things: Things, views: Views): Kept[] {
    const { stable, persistent } = things
    for (let at = 0; at < PLANE_PIXELS; at++) {
      this.#mask[at] = (stable[at] === 1 || persistent[at] === 1) && this.text[at] === 0 ? 1 : 0
    }
    close(this.#mask, this.#other, 2)
    open(this.#other, this.#mask, 1)
    const parts = label(this.#mask, this.labels, REGION_PIXELS_MIN)
    this.thrown.fill(0)
    if (parts.length === 0) return []

    open(this.#mask, this.#other, 2)
    const evidence = gather(parts.length, this.labels, this.#other, things, views)
    this.#verdicts.fill(0)
    const kept: Kept[] = []
    for (const part of parts) {
      const facts = evidence[part.label]!
      const verdict = judge(part, facts)
      if (verdict === 'thing') {
        kept.push({ ...part, stableShare: facts.stable / facts.pixels, hotPixels: facts.hot })
      } else this.#verdicts[part.label] = verdict === 'text' ? 2 : 1
    }
    if (kept.length < parts.length) this.#throwOut()
    return kept
  }

  #throwOut(): void {
    for (let at = 0; at < PLANE_PIXELS; at++) {
      const verdict = this.#verdicts[this.labels[at]!]!
      if (verdict === 0) continue
      this.labels[at] = 0
      this.thrown[at] = 1
      if (verdict === 2) this.text[at] = 1
    }
  }

  reset(): void {
    this.labels.fill(0)
    this.thrown.fill(0)
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

function gather(
  count: number,
  labels: Uint8Array,
  thick: Uint8Array,
  things: Things,
  views: Views,
): Evidence[] {
  const evidence = Array.from({ length: count + 1 }, fresh)
  const { now, before, slopeNow, slopeBefore, hot, timeMs } = views
  const { stable, seenMs } = things
  for (let at = PLANE_WIDTH; at < PLANE_PIXELS - PLANE_WIDTH; at++) {
    const number = labels[at]!
    if (number === 0) continue
    const facts = evidence[number]!
    facts.pixels++
    facts.thick += thick[at]!
    facts.hot += hot[at]!
    if (stable[at] === 1) {
      facts.stable++
      if (timeMs - seenMs[at]! < SEEN_MS) facts.seen++
    }
    facts.sumNow += now[at]!
    facts.sumBefore += before[at]!
    facts.squaresNow += now[at]! * now[at]!
    facts.squaresBefore += before[at]! * before[at]!
    facts.products += now[at]! * before[at]!
    const inside =
      labels[at - 1] === number &&
      labels[at + 1] === number &&
      labels[at - PLANE_WIDTH] === number &&
      labels[at + PLANE_WIDTH] === number
    if (inside) continue
    facts.outline++
    facts.outlineNow += slopeNow[at]!
    facts.outlineBefore += slopeBefore[at]!
  }
  return evidence
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
