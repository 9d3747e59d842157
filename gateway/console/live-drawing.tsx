/**
 * What the box makes of the picture, drawn over it: zones, who and what is followed, and what is suspected. Roles and
 * times, nothing that tells who somebody is.
 */

import type { CameraView } from '../http/views.ts'
import type { Box } from '../kit/geometry.ts'
import type { Seen } from './live-source.ts'
import { lengthOf, useWords } from './words.ts'

/** The picture is drawn on a plane of so many units, whatever its shape. */
const UNITS = 1000

const pointsOf = (polygon: readonly (readonly [number, number])[]): string =>
  polygon.map(([x, y]) => `${x * UNITS},${y * UNITS}`).join(' ')

interface DrawingProps {
  readonly zones: CameraView['zones']
  readonly seen: Seen | null
}

export function LiveDrawing({ zones, seen }: DrawingProps) {
  const { t, term, language } = useWords()
  const acts = seen?.acts ?? []
  const tracks = seen?.tracks ?? []
  const toldOf = ({ ruleId, state, lastsSec }: (typeof acts)[number]) =>
    t('live.suspects', {
      rule: term('rule', ruleId),
      state: term('detection', state),
      length: lengthOf(lastsSec, language),
    })
  return (
    <div class="live-drawing">
      <svg viewBox={`0 0 ${UNITS} ${UNITS}`} preserveAspectRatio="none" aria-hidden="true">
        {zones.map(({ id, polygon }) => (
          <polygon key={id} class="live-zone" points={pointsOf(polygon)} />
        ))}
        {tracks.map(({ id, role, box }) => (
          <Rectangle key={id} kind={`live-track ${role}`} box={box} />
        ))}
        {acts.map((act) => (
          <Rectangle key={`${act.zoneId} ${act.ruleId}`} kind={`live-act ${act.state}`} box={act.box} />
        ))}
      </svg>
      {tracks.map(({ id, role, box, standsSec }) => (
        <span key={id} class="track-label" style={placeOf(box, 'below')}>
          {standsSec === null
            ? term('followed', role)
            : t('live.stands', { what: term('followed', role), length: lengthOf(standsSec, language) })}
        </span>
      ))}
      <ul class="acts" aria-live="off">
        {acts.map((act) => (
          <li
            key={`${act.zoneId} ${act.ruleId}`}
            class={`act-label ${act.state}`}
            style={placeOf(act.box, 'above')}
          >
            {toldOf(act)}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Rectangle({ kind, box: [x1, y1, x2, y2] }: { readonly kind: string; readonly box: Box }) {
  return (
    <rect class={kind} x={x1 * UNITS} y={y1 * UNITS} width={(x2 - x1) * UNITS} height={(y2 - y1) * UNITS} />
  )
}

/** At the upper or lower edge of a box, and inside the picture. */
function placeOf([x1, y1, , y2]: Box, where: 'above' | 'below'): Record<string, string> {
  const left = `${Math.min(80, 100 * x1).toFixed(1)}%`
  return where === 'below'
    ? { left, top: `${Math.min(96, 100 * y2).toFixed(1)}%` }
    : { left, bottom: `${Math.min(94, 100 * (1 - y1)).toFixed(1)}%` }
}
