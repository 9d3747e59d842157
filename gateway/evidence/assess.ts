/**
 * The four properties of one package, put together from what it is built of. Null when the caller gave no facts for it.
 *
 *     originals, stills, facts ─▶ true, clear, complete, accurate ─▶ quality of evidence.json
 */

import { movedBetween } from '../frames/moved.ts'
import { type EventFacts, isMoving, type Link } from './package.ts'
import type { Held } from './pending.ts'
import { accurateChecks } from './quality/accurate.ts'
import { clearChecks, type SeenStill } from './quality/clear.ts'
import { completeChecks } from './quality/complete.ts'
import type { QualityOptions } from './quality/options.ts'
import { trueChecks } from './quality/true.ts'
import { type QualityReport, reportOf } from './quality.ts'
import type { Signer } from './seal.ts'
import type { Still } from './stills.ts'

interface Built {
  readonly facts: EventFacts
  readonly originals: readonly Held[]
  readonly torn: readonly string[]
  /** In the order of the originals; undefined for a clip, null for one that would not decode. */
  readonly stills: readonly (Still | null | undefined)[]
  readonly missing: readonly { readonly item: string }[]
  readonly previous: Link | null
  readonly chainLost: boolean
  readonly signer: Signer
  readonly options: { readonly quality: QualityOptions }
}

export function assess({ facts, originals, torn, stills, missing, ...built }: Built): QualityReport | null {
  const { assessed } = facts
  if (assessed === undefined) return null
  const options = built.options.quality
  const seen = seenStills(originals, stills)
  const clips = originals.filter(({ kind }) => kind === 'CLIP')
  return reportOf({
    true: trueChecks({
      ...built,
      ...{ originals, torn, transcoded: facts.evidenceCaps.includes('ORIGINAL_TRANSCODED') },
      analysedSame: assessed.analysedSame,
    }),
    clear: clearChecks(seen, assessed.minPixels, options),
    complete: completeChecks(
      {
        ...{ ...facts, ...assessed, stills: seen, missing: missing.map(({ item }) => item) },
        clips: clips.map(({ itemId, gapSec, startWallMs, endWallMs }) => ({
          ...{ itemId, gapSec, lengthSec: (endWallMs - startWallMs) / 1000 },
        })),
      },
      options,
    ),
    accurate: accurateChecks({ ...facts, ...assessed, move: moveOf(assessed.outlook, stills) }, options),
  })
}

function seenStills(originals: readonly Held[], stills: Built['stills']): SeenStill[] {
  return originals.flatMap(({ itemId, kind, endWallMs, covered }, at) =>
    isMoving(kind)
      ? []
      : [
          {
            itemId,
            kind,
            atWallMs: endWallMs,
            quality: stills[at]?.quality ?? null,
            covered: covered ?? null,
          },
        ],
  )
}

/** By the last still of the package. */
function moveOf(outlook: { readonly luma: Uint8Array } | null, stills: Built['stills']) {
  const last = stills.findLast((still) => still !== null && still !== undefined)
  return outlook === null || !last ? null : movedBetween(outlook.luma, last.outlook)
}
