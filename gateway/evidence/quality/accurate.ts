/**
 * 准确, accurate: whether the time, the view and the zones are what the record says they are.
 *
 *     box's clock against a time server ─ how long ago ─ the camera's own clock ─ view moved? ─ which zones
 *
 * The camera's own clock is not read: its packets carry no time of day that the reader keeps, and what is drawn into
 * the picture is a picture. That is said as not measured, and holds nothing back: the time of a record is the box's.
 */

import { LIKENESS_MIN, type Move } from '../../frames/moved.ts'
import type { ClockFacts } from '../kinds.ts'
import { atMost, type Check, measured, notMeasured } from './check.ts'
import type { QualityOptions } from './options.ts'

export interface AccurateFacts {
  readonly clock: ClockFacts
  readonly clockOffsetMsMax: number
  readonly producedAtWallMs: number
  /** Against the commissioning picture; null: there is none, or no still to compare. */
  readonly move: Move | null
  readonly configVersion: string
}

const MS_PER_MIN = 60_000

export function accurateChecks(facts: AccurateFacts, options: QualityOptions): Check[] {
  const { configVersion } = facts
  return [
    ...clockChecks(facts, options),
    notMeasured('CAMERA_CLOCK', 'CAMERA_CLOCK_UNREAD', false),
    moved(facts.move, options),
    measured('ZONES', configVersion || 'unknown', null, configVersion !== '', Number(configVersion !== ''), {
      reason: 'CONFIG_UNKNOWN',
    }),
  ]
}

function clockChecks(
  { clock, clockOffsetMsMax, producedAtWallMs }: AccurateFacts,
  options: QualityOptions,
): Check[] {
  const { offsetMs, checkedAtWallMs } = clock
  if (offsetMs === null || checkedAtWallMs === null)
    return [
      notMeasured('CLOCK_OFFSET', 'CLOCK_UNCHECKED', true),
      notMeasured('CLOCK_AGE', 'CLOCK_UNCHECKED', true),
    ]
  const ageMin = Math.max(0, producedAtWallMs - checkedAtWallMs) / MS_PER_MIN
  return [
    atMost('CLOCK_OFFSET', Math.abs(offsetMs), clockOffsetMsMax, { unit: 'ms', reason: 'CLOCK_OFF' }),
    atMost('CLOCK_AGE', ageMin, options.clockAgeMin, { unit: 'min', reason: 'CLOCK_CHECK_OLD' }),
  ]
}

function moved(move: Move | null, { movedShareMax }: QualityOptions): Check {
  if (move === null) return notMeasured('CAMERA_MOVED', 'NOT_COMMISSIONED', true)
  if (move.likeness < LIKENESS_MIN) return notMeasured('CAMERA_MOVED', 'VIEW_UNLIKE', true)
  return atMost('CAMERA_MOVED', Math.hypot(move.x, move.y), movedShareMax, {
    ...{ unit: 'of the width', reason: 'CAMERA_MOVED' },
  })
}
