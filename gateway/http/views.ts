/**
 * What the server shows and whom it asks. Each source is declared as small as the server needs it; the desk,
 * the cameras and the body-cam registry fit by shape.
 *
 *     AlertsView     ─┐
 *     CameraBoard     ┼─▶ routes, feed ─▶ JSON ─▶ console, platform
 *     RecordingDesk … ─┘
 */
import type { AlertDesk } from '../alerts/desk.ts'
import type { Films } from '../alerts/films.ts'
import type { DutyDesk } from '../alerts/handover.ts'
import type { Holds } from '../alerts/holds.ts'
import type { PersuasionWish } from '../alerts/notice.ts'
import type { GivenNotices, PersuasionRecord } from '../alerts/persuasion-record.ts'
import type { SameAct } from '../alerts/same-act.ts'
import type { Sla } from '../alerts/sla.ts'
import type { Statements } from '../alerts/statements.ts'
import type { Statistics } from '../alerts/statistics.ts'
import type { SuppressedActs } from '../alerts/suppressed.ts'
import type { Tickets } from '../alerts/tickets.ts'
import type { Capability } from '../evidence/capability.ts'
import type { ExportDesk } from '../evidence/redacted/desk.ts'
import type { Vault } from '../evidence/vault.ts'
import type { Language } from '../kit/errors.ts'
import type { Point } from '../kit/geometry.ts'
import type { RecorderDesk } from '../mqtt/bodycam-commands.ts'
import type { PublicRules } from '../violations/public-view.ts'
import type { ConfigVersion } from './place-views.ts'
import type { FaultBody } from './replies.ts'

/** What the server needs of the desk: alerts as they stand, their past, and the verdicts people give. */
export type AlertsView = Pick<
  AlertDesk,
  'list' | 'get' | 'history' | 'counts' | 'transition' | 'undo' | 'regrade' | 'onChange'
>

/** Notices about an alert, and the people who have them given. */
export interface NoticeDesk {
  /** Every version of every notice, oldest first. */
  versions(eventId: string): readonly PersuasionRecord[]
  /** Those about an alert that were heard; null: none. */
  given(eventId: string): GivenNotices | null
  persuade(wish: PersuasionWish): PersuasionRecord
  recheck(eventId: string): unknown
  /** What was played; null when nothing was kept, or it is not as it was kept. */
  audio(persuasionId: string): Promise<Buffer | null>
}

/** Redacted copies of packages. */
export type ExportsView = Pick<ExportDesk, 'has' | 'request'>

/** The rooms beside the desk, as far as people see them. */
export interface OfficeView {
  readonly sameAct: Pick<SameAct, 'merge' | 'split' | 'membersOf' | 'links'>
  readonly tickets: Pick<Tickets, 'report' | 'answer'>
  readonly holds: Pick<Holds, 'recordsOf'>
  readonly films: Pick<Films, 'link' | 'unlink' | 'links'>
  readonly sla: Pick<Sla, 'escalations'>
  readonly duty: Pick<DutyDesk, 'open' | 'aging' | 'handOver' | 'handovers'>
  readonly statistics: Statistics
  readonly statements: Statements
  readonly book: { versions(limit: number): readonly ConfigVersion[] }
  readonly offsetMinutes: () => number
}

/** Sealed packages on disk, and how to read those that lie locked. */
export type EvidenceVault = Pick<Vault, 'evidence' | 'has' | 'keyOf' | 'readNow' | 'locker'>

export interface ZoneView {
  readonly id: string
  readonly type: string
  readonly polygon: readonly Point[]
  readonly rules: readonly string[]
}
export interface CameraView extends Capability {
  readonly id: string
  readonly name: string | null
  /** online, stalled, frozen, dark, covered, offline, disabled */
  readonly status: string
  /** patrol, watch, pursue; null while nothing is analysed */
  readonly mode: string | null
  /**
   * Media seconds that arrived and were to be analysed, and those that were. The rest was shed under load.
   */
  readonly owedSec: number
  readonly analysedSec: number
  readonly reconnects: number
  /** Why it shows no street, when a fault is the reason. */
  readonly trouble: FaultBody | null
  readonly zones: readonly ZoneView[]
}
export interface CameraBoard {
  cameras(): readonly CameraView[]
}

/** How evidence fares on its way to the platform. */
export interface DeliveryView {
  /** upload, parts (by MQTT), or none: nothing is pushed. */
  readonly way: 'upload' | 'parts' | 'none'
  /** Packages on their way, and how long the oldest has waited. */
  readonly owed: number
  readonly oldestOwedSec: number
  /** Packages of which the platform has what goes unasked, and no more. */
  readonly partly: number
  readonly delivered: number
  readonly refused: number
  /** Bytes sent since the start, repetitions included, and those that were repetitions or are still on their way. */
  readonly sentBytes: number
  readonly resentBytes: number
  /** A code of the catalogue: why nothing moves. */
  readonly trouble: string | null
}
export interface DeliveryBoard {
  delivery(): DeliveryView
}

/** A finished upload of a body-cam recording; whoever takes it moves the file away. */
export interface FinishedUpload {
  readonly uploadId: string
  readonly file: string
  readonly bytes: number
  readonly metadata: Readonly<Record<string, string | null>>
  readonly channel: 'DOCK' | '4G' | 'MANUAL'
  /** Name of the token that uploaded. */
  readonly by: string
  /** Positions that came along; moved with the file. */
  readonly trackFile?: string
}
/** What one recorder sent since some instant. */
export interface SentSince {
  readonly count: number
  readonly bytes: number
  readonly oldestMs: number | null
}
/** A recording as it is shown; there is more in it than is named here. */
export interface RecordingView {
  readonly recordingId: string
  readonly status: string
  readonly deviceSerial: string
  readonly userNo: string
  readonly startAt: string
  readonly endAt: string | null
  readonly bytes: number
  readonly sha256: string
  readonly isIncident?: true
  readonly analysis?: { readonly percent: number }
  /** Where the bytes lie on this box. */
  readonly file: string
}
/** What is worked on, and what waits, in the order of their turn. */
export interface QueueView {
  readonly current: string | null
  readonly waiting: readonly string[]
}
export interface RecordingDesk {
  take(upload: FinishedUpload): Promise<{ readonly recordingId: string; readonly status: string }>
  /** An accepted recording of these bytes. */
  ofHash(sha256: string): { readonly recordingId: string } | null
  sentSince(deviceSerial: string, wallMs: number): SentSince
  list(
    limit: number,
    before?: string,
    wish?: {
      readonly status?: 'RECEIVED' | 'ACCEPTED' | 'QUARANTINED' | undefined
      readonly deviceSerial?: string | undefined
    },
  ): readonly RecordingView[]
  get(recordingId: string): RecordingView | null
  /** Accepted ones of one recorder that show some of this time, oldest start first. */
  ofDevice(deviceSerial: string, fromMs: number, toMs: number): readonly RecordingView[]
  queues(): { readonly examining: QueueView; readonly analysing: QueueView }
  /** Whether a person may let it out of quarantine. */
  isReleasable(recordingId: string): boolean
  /** Null: there is none, or its time is over. */
  filmFile(recordingId: string, copy: 'original' | 'salvaged'): string | null
}

/** Who was in view of a recording, look by look; null: nobody has looked. */
export type PresenceOf = (recordingId: string) => readonly unknown[] | null

/** Recorders: how they stand, what happened to them, how wrong their clocks are. */
export interface BodyCamDesk extends RecorderDesk {
  list(): readonly unknown[]
  /** The newest entries of its ledger beside it, and what came in of its last shift. */
  get(
    serial: string,
    limit: number,
    before?: number,
  ): { device: unknown; entries: readonly unknown[]; shift: unknown }
  /** Who may be handed one. */
  takers(): readonly unknown[]
  askClock(
    serial: string,
    t1: number,
  ): { readonly exchange: string; readonly t2: number; readonly t3: number }
  tellClock(told: { exchange: string; t4: number; set: boolean; by: string }): {
    readonly serial: string
    readonly offsetMs: number
    readonly uncertaintyMs: number
    readonly noted: boolean
  }
}

/** What is not as it should be although the box works on. */
export interface Troubles {
  degraded(): readonly { readonly code: string; readonly since: string }[]
}

/** Devices and people of the box's own registers, as far as an operator may see them. */
export interface Directory {
  devices(): readonly unknown[]
  people(): readonly unknown[]
}

/** The law of the place as the public sees it, and what exemptions kept from being told. */
export interface LawDesk {
  publicRules(): PublicRules
  readonly suppressed: Pick<SuppressedActs, 'list' | 'counts'>
}

/** How long what is kept, and what went. Shown as it is. */
export interface RetentionDesk {
  view(): unknown
  viewOf(eventId: string): unknown
  readonly purger: { tombstones(limit: number): Promise<readonly unknown[]> }
  filing(language: Language): Promise<{ readonly list: unknown; readonly csv: string }>
  readonly offsetMinutes: () => number
}

export interface MetricsSource {
  readonly contentType: string
  metrics(): Promise<string>
}

/** Somebody who looks at a camera: bytes of its film, and notes beside them. */
export interface LiveViewer {
  /** @returns false when the browser is too slow */
  send(bytes: Uint8Array): boolean
  tell(note: object): void
  /** There will be nothing more. */
  end(): void
}
/** The camera's own film, or one in MPEG-1 that any browser can play. */
export type LiveWay = 'own' | 'mpeg1'
export interface LiveSource {
  /**
   * @returns the way to leave; null: there is no such camera
   * @throws LIVE_CONVERSIONS_FULL
   */
  attach(cameraId: string, way: LiveWay, viewer: LiveViewer): (() => void) | null
}
