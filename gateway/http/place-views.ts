/**
 * Places of the cameras as people see, draw, try and change them; the wiring fits by shape.
 *
 *     PlaceView ─▶ drawn ─▶ ConfigCheck ─▶ DryRunView ─▶ ConfigProposal ─▶ by a second person ─▶ ConfigVersion
 */
import type { Readable } from 'node:stream'
import type { Box } from '../kit/geometry.ts'
import type { FaultBody } from './replies.ts'

type Values = Readonly<Record<string, unknown>>

/** Of one camera, as it stands in the file: no defaults, nothing filled in. */
export interface Drawing {
  readonly zones: readonly Values[]
  readonly privacyMasks: readonly Values[]
  /** Permitted points whose place is drawn in this camera's picture. */
  readonly permits: readonly Values[]
}

/** What of a rule somebody has to know who draws a zone for it. */
export interface RuleBounds {
  readonly rule: string
  readonly dwellDefaultSec: number
  readonly dwellFloorSec: number
}

export interface PlaceView {
  readonly camera: string
  readonly name: string | null
  /** Of the configuration that the drawing was read from. */
  readonly version: number
  readonly drawing: Drawing
  readonly rules: readonly RuleBounds[]
  readonly zoneTypes: readonly string[]
  readonly pointTypes: readonly string[]
  /** False in test mode: then thresholds may go below the floors. */
  readonly floorsHold: boolean
}

/** A drawing upon the version that it was read from, or the way back to an old version. */
export type ConfigWish =
  | { readonly camera: string; readonly version: number; readonly drawing: Drawing }
  | { readonly rollbackTo: number }

/** `path` is where in the file: `cameras[0].zones[1].polygon`. */
export type ToldFault = FaultBody & { readonly path: string | null }

export interface ConfigCheck {
  readonly faults: readonly ToldFault[]
  readonly warnings: readonly ToldFault[]
  /** Against the version in force, secrets hidden. */
  readonly diff: readonly string[]
}

export type ProposalEnd = 'APPROVED' | 'REFUSED' | 'WITHDRAWN'

export interface ConfigProposal {
  readonly proposal: number
  /** The version that it changes. */
  readonly base: number
  readonly source: string
  readonly by: string
  readonly reason: string
  readonly atMs: number
  readonly state: 'OPEN' | 'OUTDATED' | ProposalEnd
  /** Who ended it and why; empty while it is open. */
  readonly endedBy: string
  readonly endReason: string
  /** Against its base, secrets hidden. */
  readonly diff: readonly string[]
}

export interface ConfigVersion {
  readonly version: number
  /** FILE: found changed on disk. CHANGE, ROLLBACK: by two people. */
  readonly source: string
  readonly by: string
  readonly approvedBy: string
  readonly reason: string
  readonly atMs: number
  /** Against the version before, secrets hidden. */
  readonly diff: readonly string[]
}

export interface TriedEvent {
  readonly ruleId: string
  readonly zoneId: string
  /** Seconds of the footage. An event that was not confirmed by its end has none for that. */
  readonly startSec: number
  readonly confirmSec: number | null
  readonly endSec: number | null
  readonly box: Box
}

/** What one configuration would have told, and what it only began to suspect. */
export interface Tried {
  readonly events: readonly TriedEvent[]
  readonly suspected: readonly TriedEvent[]
}

export interface DryRunView {
  readonly run: number
  readonly camera: string
  readonly source: 'ring' | 'clip'
  readonly state: 'working' | 'done' | 'cancelled' | 'failed'
  /** Of both passes, 0 … 1. */
  readonly doneShare: number
  readonly footageSec: number
  readonly present: Tried | null
  readonly proposed: Tried | null
  readonly failure: FaultBody | null
}

export interface DryRunDesk {
  /** At once; `view` tells how far it is. */
  start(wish: {
    readonly camera: string
    readonly version: number
    readonly drawing: Drawing
    readonly source: 'ring' | 'clip'
    readonly startWallMs?: number | undefined
  }): Promise<DryRunView>
  view(): DryRunView | null
  cancel(): void
  /** The film that is tried next; it takes the place of the one before. */
  takeClip(bytes: Readable, declaredBytes: number | null): Promise<{ readonly bytes: number }>
}

export interface PlaceDesk {
  place(camera: string): PlaceView
  /** The newest picture, masks drawn over, as JPEG. */
  snapshot(camera: string): Promise<Buffer>
  check(wish: ConfigWish): Promise<ConfigCheck>
  propose(wish: ConfigWish & { readonly by: string; readonly reason: string }): {
    readonly proposal: number
    readonly base: number
    readonly diff: readonly string[]
  }
  approve(wish: { readonly proposal: number; readonly by: string }): { readonly version: number }
  /** By its proposer: withdrawn. By another: refused. */
  end(wish: { readonly proposal: number; readonly by: string; readonly reason: string }): ProposalEnd
  proposals(limit: number): readonly ConfigProposal[]
  readonly dryRuns: DryRunDesk
}
