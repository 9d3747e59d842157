/**
 * 清晰, clear: whether people can see on the stills what they are meant to show.
 *
 *     stills that show the act ─▶ each measured in the act's box ─▶ two of them must be good: the second best decides
 *
 * Two, because one picture shows that something was there and the second that it stayed (traffic evidence: GA/T 832 asks
 * for two panoramic pictures). A package that has one such still, a re-check, is judged by that one.
 */
import type { HeldKind } from '../kinds.ts'
import { atLeast, atMost, type Check, measured, notMeasured } from './check.ts'
import type { QualityOptions } from './options.ts'
import type { Quality } from './still.ts'
import type { Reason } from './words.ts'

export interface SeenStill {
  readonly itemId: string
  readonly kind: HeldKind
  readonly atWallMs: number
  /** Null: it would not decode. */
  readonly quality: Quality | null
  /** Share of the act's box hidden at that moment; null: not measured. */
  readonly covered: number | null
}

/** The others show the place without the act. */
export const SHOWS_ACT: readonly HeldKind[] = ['START', 'PERSIST', 'CONFIRM', 'RECHECK']
const DECIDING = 2

export function clearChecks(
  stills: readonly SeenStill[],
  minPixels: number,
  options: QualityOptions,
): Check[] {
  const measuredOf = (kinds: readonly HeldKind[]) =>
    stills.flatMap(({ itemId, kind, quality }) =>
      quality !== null && kinds.includes(kind) ? [{ itemId, quality }] : [],
    )
  // A package of the end alone shows no act: the place must be seen all the same.
  const showsAct = stills.some(({ kind }) => SHOWS_ACT.includes(kind))
  const shown = measuredOf(showsAct ? SHOWS_ACT : ['AFTER'])
  const whole = [resolution(shown, options), sharpness(shown, options)]
  return [
    ...whole,
    ...(showsAct ? targetChecks(shown, minPixels, options) : []),
    ...occlusion(stills, options),
  ]
}

type Measured = { readonly itemId: string; readonly quality: Quality }

function targetChecks(acts: readonly Measured[], minPixels: number, options: QualityOptions): Check[] {
  const { sharpnessMin, darkShareMax, brightShareMax, contrastMin } = options
  const least = (id: Check['id'], of: (quality: Quality) => number, min: number, reason: Reason, unit = '') =>
    decided(
      id,
      acts,
      (quality) => of(quality),
      'most',
      ({ value, itemId }) => atLeast(id, value, min, { unit, reason, item: itemId }),
    )
  const most = (id: Check['id'], of: (quality: Quality) => number, max: number, reason: Reason) =>
    decided(id, acts, of, 'least', ({ value, itemId }) => atMost(id, value, max, { reason, item: itemId }))
  return [
    least('TARGET_PIXELS', ({ targetPixels }) => targetPixels, minPixels, 'TARGET_SMALL', 'px'),
    least('TARGET_SHARPNESS', ({ target }) => target.laplacianVariance, sharpnessMin, 'TARGET_BLURRED'),
    most('DARKNESS', ({ target }) => target.darkShare, darkShareMax, 'TOO_DARK'),
    most('BRIGHTNESS', ({ target }) => target.brightShare, brightShareMax, 'TOO_BRIGHT'),
    least('CONTRAST', ({ target }) => target.contrast, contrastMin, 'CONTRAST_LOW'),
  ]
}

function resolution(stills: readonly Measured[], { widthPxMin, heightPxMin }: QualityOptions): Check {
  const share = ({ width, height }: Quality) => Math.min(width / widthPxMin, height / heightPxMin)
  return decided('RESOLUTION', stills, share, 'most', ({ value, itemId, quality }) =>
    measured(
      'RESOLUTION',
      `${quality.width}×${quality.height}`,
      `${widthPxMin}×${heightPxMin}`,
      value >= 1,
      Math.min(1, value / 2),
      { unit: 'px', reason: 'RESOLUTION_LOW', item: itemId },
    ),
  )
}

function sharpness(stills: readonly Measured[], { sharpnessMin }: QualityOptions): Check {
  const of = ({ laplacianVariance }: Quality) => laplacianVariance
  return decided('SHARPNESS', stills, of, 'most', ({ value, itemId }) =>
    atLeast('SHARPNESS', value, sharpnessMin, { reason: 'BLURRED', item: itemId }),
  )
}

/** Reviewers see for themselves what hides the act: what nobody measured holds nothing back, and is never passed. */
function occlusion(stills: readonly SeenStill[], { coveredShareMax }: QualityOptions): Check[] {
  const acts = stills.filter(({ kind }) => SHOWS_ACT.includes(kind))
  if (acts.length === 0) return []
  const known = acts.flatMap(({ itemId, covered }) => (covered === null ? [] : [{ itemId, value: covered }]))
  known.sort((a, b) => a.value - b.value)
  const deciding = known[Math.min(DECIDING, known.length) - 1]
  if (deciding === undefined) return [notMeasured('OCCLUSION', 'NO_TRACKS', false)]
  return [
    atMost('OCCLUSION', deciding.value, coveredShareMax, { reason: 'TARGET_COVERED', item: deciding.itemId }),
  ]
}

/** The check of the second best still, or of the only one. */
function decided(
  id: Check['id'],
  stills: readonly Measured[],
  of: (quality: Quality) => number,
  best: 'most' | 'least',
  check: (still: Measured & { readonly value: number }) => Check,
): Check {
  const sorted = stills.map((still) => ({ ...still, value: of(still.quality) }))
  sorted.sort((a, b) => (best === 'most' ? b.value - a.value : a.value - b.value))
  const deciding = sorted[Math.min(DECIDING, sorted.length) - 1]
  return deciding === undefined ? notMeasured(id, 'NO_PICTURE', true) : check(deciding)
}
