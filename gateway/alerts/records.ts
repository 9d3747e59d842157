/** What the desk tells of an alert: how it stands, and all that was done to it. */
import type { ViolationEvent } from '../violations/event.ts'
import type { Actor } from './admission.ts'
import type { AlertState } from './lifecycle.ts'

export interface AlertRecord {
  readonly eventId: string
  /** The latest revision, as published. */
  readonly event: ViolationEvent
  readonly state: AlertState
  readonly revision: number
  /** The back end has the latest revision. */
  readonly acked: boolean
  readonly ackedRevision: number
  readonly ackedAtMs: number | null
  readonly raisedAtMs: number
  readonly updatedAtMs: number
}

export interface Done {
  readonly actor: Actor
  readonly reasonCode: string | null
  readonly note: string | null
  readonly details: Readonly<Record<string, string>>
  readonly commandId: string | null
  readonly atMs: number
}

export interface Transition extends Done {
  readonly from: AlertState | null
  readonly to: AlertState
}

export type EntryKind =
  | 'REGRADED'
  | 'RECUSED'
  | 'EVIDENCE_STATUS'
  | 'MAJOR_INCIDENT'
  | 'MAJOR_TOLD'
  | 'MAJOR_RECEIVED'

/** What was done to an alert beside its life: never edited, the latest word counts. */
export interface AlertEntry extends Done {
  readonly kind: EntryKind
}

export interface AlertHistory {
  readonly revisions: readonly ViolationEvent[]
  readonly transitions: readonly Transition[]
  readonly entries: readonly AlertEntry[]
}
