/**
 * What is added to a recording after it came: why it rose above a lead, and what people did about its quarantine. Notes
 * are only ever added to; the device ledger has each of them once more, in its chain.
 */
import type { FaultCode } from '../../gateway/kit/catalogue.ts'

/** Why a limit that hangs on who recorded does not hold: a certified officer was there [R48]. */
export interface CapLift {
  readonly code: 'OFFICER_NAMED' | 'PAIRED_RECORDING' | 'OFFICER_CONFIRMED'
  /** The limits that it lifts; they stay readable here. */
  readonly lifted: readonly string[]
  readonly personId: string
  readonly name: string
  /** The officer's own recording, and the time that both show. */
  readonly recordingId?: string
  readonly from?: string
  readonly to?: string
  /** When the officer confirmed it, and in which words. */
  readonly at?: string
  readonly reason?: string
}

/** A step out of quarantine, or a person's word that it stays there; what was wrong stays readable. */
export interface QuarantineNote {
  readonly action: 'RELEASED' | 'RE_EXAMINED' | 'KEPT'
  readonly code: FaultCode
  readonly en: string
  readonly zh: string
  /** Id or account of the person; `box` when the register was corrected. */
  readonly by: string
  readonly at: string
  readonly reason: string
}
