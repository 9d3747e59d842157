/** What is told beside the pictures of a live view, for whoever looks at it. */
import type { Role } from '../detections/detections.ts'
import type { Box } from '../kit/geometry.ts'
import type { DetectionState, RuleId } from '../violations/event.ts'

export interface SeenNote {
  readonly type: 'seen'
  /** False while the background is being learnt: nothing is known then. */
  readonly ready: boolean
  readonly tracks: readonly {
    readonly id: string
    readonly role: Role
    readonly class: string
    readonly box: Box
    /** Seconds it has stood; null: it moves. */
    readonly standsSec: number | null
  }[]
  readonly acts: readonly {
    readonly ruleId: RuleId
    readonly zoneId: string
    readonly box: Box
    readonly state: DetectionState
    readonly lastsSec: number
  }[]
}
