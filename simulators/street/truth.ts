/**
 * The truth of a film: what the script says happens, cut to the film's length, with zones as the camera sees them.
 */

import { clip } from './raster.ts'
import type { GroundZone, SceneScript, Truth } from './script.ts'
import { KERB_Z, type Spot, type View } from './view.ts'

/** Things at the very edge of the picture are not judged. */
const MARGIN = 0.02

/** The pavement in front of the shops, as far as things on it can be told apart. */
const KERB: GroundZone = {
  id: 'kerb',
  corners: [
    [-2.2, -0.5],
    [11, -0.5],
    [9.5, KERB_Z],
    [-0.6, KERB_Z],
    [-3.6, -4.4],
  ],
}

export function truthOf(
  script: SceneScript,
  view: View,
  boxOf: (act: number) => [number, number, number, number],
  film: Pick<Truth, 'video' | 'fps' | 'width' | 'height' | 'durationSec'>,
): Truth {
  const { durationSec } = film
  const cut = <T extends { startSec: number; endSec: number }>(spans: readonly T[]) =>
    spans
      .filter((span) => span.startSec < durationSec)
      .map((span) => ({ ...span, endSec: Math.min(span.endSec, durationSec) }))
  const acts = cut(script.acts.map((act, i) => ({ ...act, box: boxOf(i) })))
  return {
    ...film,
    zones: (script.zones ?? [KERB]).map(({ id, corners }) => ({ id, polygon: polygonOf(view, corners) })),
    events: acts.map(({ rule, zoneId = KERB.id, startSec, endSec, box }) => ({
      rule,
      zoneId,
      startSec,
      endSec,
      box,
    })),
    nonEvents: cut(script.nonEvents),
  }
}

/** Corners on the ground as fractions of the picture, cut a little inside its edges. */
export function polygonOf(view: View, corners: GroundZone['corners']): [number, number][] {
  const { width, height } = view
  const outline = view.outline(corners.map(([x, z]): Spot => [x, 0, z]))
  const moved = outline.map((value, i) => value - MARGIN * (i % 2 === 0 ? width : height))
  const cut = clip(moved, width * (1 - 2 * MARGIN), height * (1 - 2 * MARGIN))
  const share = (value: number, of: number) => Math.round((value / of + MARGIN) * 1000) / 1000
  return Array.from({ length: cut.length / 2 }, (_, i) => [
    share(cut[2 * i]!, width),
    share(cut[2 * i + 1]!, height),
  ])
}
