/**
 * Two recordings of the same minutes and place: an officer's own shows that he was beside the auxiliary [R48].
 *
 *     auxiliary  ├──────────────────┤        limited: AUXILIARY_ALONE
 *     officer            ├──────────────┤    accepted, certificate in force, nothing excused
 *                        ▔▔▔▔▔▔▔▔▔▔▔▔        both show it, near each other where both know their place ─▶ lifted
 *
 * Whichever comes second finds the other, so the order of arrival does not matter.
 */
import { isoTime } from '../../gateway/kit/clock.ts'
import { metresApart } from '../../gateway/kit/earth.ts'
import type { CapLift } from './notes.ts'
import type { BodyCamRecording } from './recording.ts'
import { isLiftable, lifted } from './standing.ts'

/** Both must show so much of the same time, or all of the shorter one. */
const TOGETHER_MS_MIN = 10_000

export interface PairingRules {
  readonly withinM: number
  readonly offsetMinutes: number
}

/** The limited one, without the limits that the officer's recordings lift; the same object when there are none. */
export function liftedBy(
  limited: BodyCamRecording,
  others: readonly BodyCamRecording[],
  rules: PairingRules,
): BodyCamRecording {
  if (!isLiftable(limited)) return limited
  const lifts = others.flatMap((other) => liftOf(limited, other, rules) ?? [])
  if (lifts.length === 0) return limited
  const caps = lifted({ ...limited, capLifts: limited.capLifts ?? [] }, lifts)
  const beside = new Set([...limited.coPresentOfficerIds, ...lifts.map(({ personId }) => personId)])
  return { ...limited, ...caps, coPresentOfficerIds: [...beside] }
}

function liftOf(
  limited: BodyCamRecording,
  officer: BodyCamRecording,
  { withinM, offsetMinutes }: PairingRules,
): Omit<CapLift, 'lifted'> | null {
  const { personId, userName, recordingId, deviceSerial } = officer
  const isOther = personId !== limited.personId && deviceSerial !== limited.deviceSerial
  if (personId === null || !isOther || !vouches(officer)) return null
  const isFar =
    limited.place !== undefined &&
    officer.place !== undefined &&
    metresApart(limited.place, officer.place) > withinM
  const [a, b] = [spanOf(limited), spanOf(officer)]
  const [fromMs, toMs] = [Math.max(a.fromMs, b.fromMs), Math.min(a.toMs, b.toMs)]
  const shorterMs = Math.min(a.toMs - a.fromMs, b.toMs - b.fromMs)
  const isTogether = toMs > fromMs && toMs - fromMs >= Math.min(TOGETHER_MS_MIN, shorterMs)
  if (isFar || !isTogether) return null
  return {
    ...{ code: 'PAIRED_RECORDING', personId, name: userName ?? personId, recordingId },
    ...{ from: isoTime(fromMs, offsetMinutes), to: isoTime(toMs, offsetMinutes) },
  }
}

/** What was let in in spite of a fault, or at a time that nobody checked, says nothing of another one. */
function vouches({ status, rankAtRecording, capReasons, quarantineHistory = [] }: BodyCamRecording): boolean {
  const isExcused = quarantineHistory.some(({ action }) => action === 'RELEASED')
  const isTimed = !capReasons.includes('CLOCK_UNCHECKED')
  return status === 'ACCEPTED' && rankAtRecording === 'OFFICER' && isTimed && !isExcused
}

function spanOf({ startAt, endAt }: Pick<BodyCamRecording, 'startAt' | 'endAt'>) {
  const fromMs = Date.parse(startAt)
  return { fromMs, toMs: endAt === null ? fromMs : Date.parse(endAt) }
}
