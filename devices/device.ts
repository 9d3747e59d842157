/** Small types that drivers in `devices/` and the gateway share. */
import type { FaultCode } from '../gateway/kit/catalogue.ts'

/**
 * What a camera is worth right now. `frozen`, `dark` and `covered` cameras deliver packets, but no street.
 */
export type CameraState = 'online' | 'stalled' | 'frozen' | 'dark' | 'covered' | 'offline' | 'disabled'

export interface CameraStatus {
  readonly camera: string
  readonly state: CameraState
  /** How often it is looked at. */
  readonly mode: 'patrol' | 'watch' | 'pursue'
  /** Why it is not online, when a fault is the reason. */
  readonly code: FaultCode | null
  readonly reason: string
  readonly owedSec: number
  readonly analysedSec: number
}
