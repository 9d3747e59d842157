/** How the box is, room by room, as people see it. */
import type { LogLine, LogWish } from '../kit/log-ring.ts'
import type { FaultBody } from './replies.ts'

export const SYSTEM_PARTS = [
  'cameras',
  'analysis',
  'outbox',
  'delivery',
  'clock',
  'disk',
  'certificates',
  'keys',
  'config',
  'versions',
] as const
export type SystemPartName = (typeof SYSTEM_PARTS)[number]

/** `null`: not known, which is said as such. Of a `share` 1 is all. */
export interface SystemFact {
  readonly fact: string
  readonly kind: 'text' | 'count' | 'bytes' | 'sec' | 'ms' | 'share' | 'moment'
  readonly value: string | number | null
}

export interface SystemPart {
  readonly part: SystemPartName
  /** `note`: nobody has to do anything now. */
  readonly state: 'good' | 'note' | 'bad'
  readonly facts: readonly SystemFact[]
  readonly problems: readonly FaultBody[]
}

export interface SystemView {
  readonly at: string
  readonly parts: readonly SystemPart[]
}

export interface SystemBoard {
  system(): Promise<SystemView>
  logLines(wish: LogWish): readonly LogLine[]
}
