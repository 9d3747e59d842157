/** What the pages show of a recording. */
import type { FaultBody } from '../http/replies.ts'

export interface QuarantineStep {
  readonly action: 'RELEASED' | 'RE_EXAMINED' | 'KEPT'
  readonly by: string
  readonly at: string
  readonly reason: string
}

export interface RecordingRow {
  readonly recordingId: string
  readonly status: string
  readonly quarantine: FaultBody | null
  readonly isReleasable: boolean
  readonly deviceSerial: string
  readonly userName: string | null
  readonly userNo: string
  readonly fileName: string
  readonly startAt: string
  readonly endAt: string | null
  /** By the recorder's own clock, as marks are. */
  readonly deviceStartAt?: string
  readonly deviceClockOffsetMs: number | null
  readonly sessionType: string
  readonly sha256: string
  readonly bytes: number
  readonly collectedAt: string
  readonly purgedAt?: string
  readonly video: {
    readonly container: string
    readonly codec: string
    readonly durationSec: number
    readonly audio?: { readonly codec: string }
  } | null
  readonly salvage?: { readonly name: string; readonly durationSec: number }
  readonly remarks?: readonly string[]
  readonly keyMarks?: readonly { readonly at: string; readonly label: string; readonly note?: string }[]
  readonly isIncident?: true
  readonly incident?: readonly {
    readonly course: string
    readonly cause: string
    readonly handling: string
    readonly lessons: string
    readonly by: string
    readonly at: string
  }[]
  readonly analysis?: {
    readonly state: 'RUNNING' | 'DONE' | 'NOT_ANALYSED'
    readonly reason?: string
    readonly percent: number
    readonly occupancy: 'USED' | 'NOT_USED_CAMERA_MOVES'
    readonly presence?: {
      readonly personSec: number
      readonly carrierSec: number
      readonly goodsSec: number
      readonly looksPerSec: number
      readonly stills: readonly {
        readonly sec: number
        readonly score: number
        readonly reasons: readonly string[]
      }[]
    }
  }
  readonly evidenceCap: string
  readonly capReasons: readonly string[]
  readonly capLifts?: readonly {
    readonly code: string
    readonly name: string
    readonly lifted: readonly string[]
  }[]
  readonly quarantineHistory?: readonly QuarantineStep[]
}

/** A sentence of the catalogue without its code in front. */
export const sentence = (text: string): string => text.replace(/^[A-Z][A-Z_]+: /, '')
