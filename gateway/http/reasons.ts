/**
 * Why a suspicion was rejected: the desk's own codes, and what else a street offers, which the desk keeps
 * under the nearest of its codes with the exact word beside it. The exact words say what the rules must
 * learn [R75].
 */
import { REJECT_REASONS } from '../alerts/lifecycle.ts'

type DeskReason = (typeof REJECT_REASONS)[number]

const STREET_REASONS = {
  MOVING_VENDOR: 'NOT_A_VIOLATION',
  DELIVERY: 'NOT_A_VIOLATION',
  CONSTRUCTION: 'NOT_A_VIOLATION',
  PARKED_CARGO_TRICYCLE: 'OBJECT_MISTAKEN',
  SHADOW_OR_LIGHT: 'OBJECT_MISTAKEN',
} as const satisfies Record<string, DeskReason>
type StreetReason = keyof typeof STREET_REASONS

export type ReasonCode = DeskReason | StreetReason
export const REASON_CODES = [...REJECT_REASONS, ...(Object.keys(STREET_REASONS) as StreetReason[])] as const

export function deskReasonOf(code: ReasonCode): DeskReason {
  return code in STREET_REASONS ? STREET_REASONS[code as StreetReason] : (code as DeskReason)
}
