/** What the desk is given, what it is asked, and the rooms beside it: types only. */
import type { Box } from '../kit/geometry.ts'
import type { ViolationEvent } from '../violations/event.ts'
import type { Actor } from './admission.ts'
import type { Notice } from './completeness.ts'
import type { Register } from './people.ts'
import type { AlertRecord } from './records.ts'

/** Where the desk's messages go: the outbox, or a list in a test. `put` joins the transaction it is called in. */
export interface AlertOutlet {
  put(entry: {
    readonly id: string
    /** Below the gateway's root. */
    readonly topic: string
    readonly type: string
    readonly subject: string
    /** ISO-8601. */
    readonly time: string
    readonly data: unknown
  }): number
  /** Ids of messages the back end has said it has, told inside the transaction that settles them. */
  onSettled(listener: (ids: readonly string[]) => void): () => void
}

/** What the desk asks others about; each has an answer that is right for a box that knows nothing. */
export interface DeskParts {
  readonly register?: Register
  /** Notices of an act, oldest first. Absent: those that its transitions tell of. */
  readonly notices?: (eventId: string) => readonly Notice[]
  /** Whether the basis that the event names was in force at its place when it began. */
  readonly basisInForce?: (event: ViolationEvent) => boolean
  /** Policy: the box speaks before a person has looked; the alert then waits as DETECTED until it has. */
  readonly autoPersuades?: (event: ViolationEvent) => boolean
}

export interface ReviewWish {
  readonly eventId: string
  readonly verdict: 'VERIFIED' | 'REJECTED'
  readonly reasonCode?: string | undefined
  readonly note?: string | undefined
  /** Id of the person. */
  readonly by: string
  /** Repeating a command changes nothing. */
  readonly commandId: string
}

/** Who wants something of an alert, and why. */
export interface Wish {
  readonly eventId: string
  readonly actor: Actor
  readonly reasonCode?: string | undefined
  readonly note?: string | undefined
  readonly details?: Readonly<Record<string, string>> | undefined
  readonly commandId?: string | undefined
}

export interface DeskTransition extends Wish {
  readonly to: string
}

/** A room beside the desk: it may refuse a transition, and what it knows of an act is told with each revision. */
export interface Annex {
  /** Throws a fault when the transition may not be made. */
  admit?(record: AlertRecord, wish: DeskTransition): void
  /** The revision with what the room knows; what the room keeps is kept in the same transaction. */
  note?(event: ViolationEvent, wish: DeskTransition | null): ViolationEvent
}

/** Where an act was, to ask whether it is the first there. */
export interface PlaceQuery {
  readonly eventId: string
  readonly cameraId: string
  readonly zoneId: string
  readonly ruleId: string
  readonly box: Box
  readonly sinceMs: number
  readonly beforeMs: number
}
