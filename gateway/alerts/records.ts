/** What the desk tells of an alert: how it stands, and all that was done to it. */
import type { Row } from '../kit/database.ts'
import type { ViolationEvent } from '../violations/event.ts'
import type { Actor } from './admission.ts'
import { eventOf } from './desk-store.ts'
import type { AlertState, Owner } from './lifecycle.ts'
import type { Rank } from './people.ts'

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

interface Done {
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

export const ENTRY_KINDS = [
  'REGRADED',
  'RECUSED',
  'EVIDENCE_STATUS',
  'MAJOR_INCIDENT',
  'MAJOR_TOLD',
  'MAJOR_RECEIVED',
] as const
export type EntryKind = (typeof ENTRY_KINDS)[number]

/** What was done to an alert beside its life: never edited, the latest word counts. */
export interface AlertEntry extends Done {
  readonly kind: EntryKind
}

export interface AlertHistory {
  readonly revisions: readonly ViolationEvent[]
  readonly transitions: readonly Transition[]
  readonly entries: readonly AlertEntry[]
}

export function recordOf(row: Row): AlertRecord {
  return {
    eventId: String(row['eventId']),
    event: eventOf(row),
    state: row['state'] as AlertState,
    revision: Number(row['revision']),
    acked: Number(row['ackedRevision']) >= Number(row['revision']),
    ackedRevision: Number(row['ackedRevision']),
    ackedAtMs: row['ackedMs'] === null ? null : Number(row['ackedMs']),
    raisedAtMs: Number(row['raisedMs']),
    updatedAtMs: Number(row['updatedMs']),
  }
}

export function transitionOf(row: Row): Transition {
  return {
    from: row['fromState'] as AlertState | null,
    to: row['toState'] as AlertState,
    ...doneOf(row),
  }
}

export function entryOf(row: Row): AlertEntry {
  return { kind: row['kind'] as EntryKind, ...doneOf(row) }
}

function doneOf(row: Row): Done {
  const rank = row['rank'] as Rank | null
  const roles = String(row['roles']).split(',') as Owner[]
  return {
    actor: { id: String(row['actor']), roles, ...(rank === null ? {} : { rank }) },
    reasonCode: row['reasonCode'] as string | null,
    note: row['note'] as string | null,
    details: JSON.parse(String(row['details'])) as Record<string, string>,
    commandId: row['commandId'] as string | null,
    atMs: Number(row['atMs']),
  }
}
