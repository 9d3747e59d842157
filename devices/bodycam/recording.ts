/**
 * A body-cam recording (执法记录) and what the device says about it when it uploads.
 *
 *     details (untrusted text) ─▶ RecordingDetails ─┐
 *     register: devices, people ────────────────────┴─▶ BodyCamRecording, ACCEPTED or QUARANTINED with a code
 */
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { FaultCode } from '../../gateway/kit/catalogue.ts'
import type { Integrity } from './integrity.ts'
import { type IncidentReport, IncidentText, type KeyMark, KeyMarksText } from './marks.ts'
import type { CapLift, QuarantineNote } from './notes.ts'

const PERSON_ROLES = ['OFFICER', 'AUXILIARY', 'DISPATCHER', 'LEGAL', 'AUDITOR', 'ADMIN'] as const
type PersonRole = (typeof PERSON_ROLES)[number]

/** As the box's config and the platform's people list have them; no more of a person than is needed. */
export interface BodyCamDevice {
  readonly id: string
  readonly serial: string
  readonly model?: string | undefined
  readonly unitNo?: string | undefined
  /** What it is: worn, held in the hand, or in a vehicle [R65]. */
  readonly type?: string | undefined
  /** Who keeps it (专人保管). */
  readonly custodian?: string | undefined
  /** Who carries it. */
  readonly personId?: string | undefined
}
export interface BodyCamPerson {
  readonly personId: string
  readonly name: string
  readonly badgeNo?: string | undefined
  readonly role: PersonRole
  readonly certNo?: string | undefined
  /** First and last day of the certificate, YYYY-MM-DD. */
  readonly certValidFrom?: string | undefined
  readonly certValidTo?: string | undefined
}

const text = (lengthMax: number) => z.string().trim().min(1).max(lengthMax)

/** What comes with an upload, all of it text that a stranger may have typed. */
export const RecordingDetails = z.object({
  deviceSerial: text(40),
  userNo: text(64),
  roleAtRecording: z.enum(PERSON_ROLES),
  startAt: z.iso.datetime({ offset: true }),
  filename: text(200),
  sessionType: z.enum(['PATROL', 'CAMPAIGN', 'ON_SITE', 'SERVICE']).default('PATROL'),
  /** Numbers of officers who were there too, with commas between. */
  coPresent: z
    .string()
    .max(200)
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    ),
  /** Device minus true time, from the docking station. */
  clockOffsetMs: z.coerce.number().int().optional(),
  /** What the recorder says its bytes add up to, and what the client declared. */
  integrityId: text(160).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, '64 hex digits')
    .optional(),
  /** Moments that matter, and the report on a conflict, as JSON. */
  keyMarks: KeyMarksText,
  incident: IncidentText,
  /** A conflict (暴力抗法、执法冲突), whether its report is there or not. */
  priority: z.enum(['NORMAL', 'CONFLICT']).default('NORMAL'),
  /** What its positions refer to, as the device says; nobody guesses it. */
  datum: text(20).optional(),
  /** Where it was made, WGS-84, when the device knows: links it to alerts there [R61]. */
  lon: z.coerce.number().min(-180).max(180).optional(),
  lat: z.coerce.number().min(-90).max(90).optional(),
})
export type RecordingDetails = z.infer<typeof RecordingDetails>

export interface BodyCamRecording {
  readonly recordingId: string
  /** RECEIVED: the bytes are here, not looked at yet. */
  readonly status: 'RECEIVED' | 'ACCEPTED' | 'QUARANTINED'
  readonly quarantine: { readonly code: FaultCode; readonly en: string; readonly zh: string } | null
  readonly deviceSerial: string
  readonly deviceModel: string | null
  readonly unitNo: string | null
  readonly userNo: string
  readonly userName: string | null
  readonly personId: string | null
  readonly roleAtRecording: PersonRole
  readonly certValidAtRecording: boolean
  readonly coPresentOfficerIds: readonly string[]
  /** By true time, as far as the offset of its clock is known. */
  readonly startAt: string
  readonly endAt: string | null
  /** As its own clock had it. */
  readonly deviceStartAt?: string
  readonly deviceClockOffsetMs: number | null
  readonly deviceClockSource?: 'UPLOAD' | 'DOCK' | 'NONE'
  readonly place?: { readonly lon: number; readonly lat: number }
  readonly sessionType: RecordingDetails['sessionType']
  readonly fileName: string
  /** Where the bytes lie on this box. */
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  readonly sm3: string
  readonly video: VideoFacts | null
  readonly integrity?: Integrity
  /** What could be saved of a torn one; pictures are looked for in it. */
  readonly salvage?: Salvage
  /** Codes of what is unusual about it and limits nothing. */
  readonly remarks?: readonly string[]
  /** The same bytes came more than once: who sent them again, and when. */
  readonly alsoUploaded?: readonly SentAgain[]
  readonly gpsTrack?: TrackRef
  readonly keyMarks?: readonly KeyMark[]
  /** A conflict was filmed: kept for long, looked at first. */
  readonly isIncident?: true
  /** Every version of its report, oldest first. */
  readonly incident?: readonly IncidentVersion[]
  readonly collectedAt: string
  readonly uploadChannel: 'DOCK' | '4G' | 'MANUAL'
  /** Name of the token that uploaded it. */
  readonly uploadedBy: string
  readonly analysis?: RecordingAnalysis
  readonly linkedEventIds: readonly string[]
  readonly evidenceCap: 'LEAD' | 'CANDIDATE'
  readonly capReasons: readonly string[]
  /** Why limits that hang on who recorded do not hold. */
  readonly capLifts?: readonly CapLift[]
  /** The role that counts: an officer without a certificate in force is an auxiliary [R53]. */
  readonly rankAtRecording?: 'OFFICER' | 'AUXILIARY'
  /** What people did about its quarantine, oldest first. */
  readonly quarantineHistory?: readonly QuarantineNote[]
  /** When its bytes were removed because their time was over; the record stays. */
  readonly purgedAt?: string
}

/** What was seen in it. A worn camera moves: nothing is known of what stands there, and no event is made of it. */
export interface RecordingAnalysis {
  readonly path: 'WORN' | 'MOUNTED'
  readonly state: 'RUNNING' | 'DONE' | 'NOT_ANALYSED'
  /** Why it was not. */
  readonly reason?: 'NO_DETECTOR' | 'FILE_UNREADABLE'
  /** How far, whole percent and seconds of film. */
  readonly percent: number
  readonly untilSec: number
  readonly occupancy: 'USED' | 'NOT_USED_CAMERA_MOVES'
  readonly presence?: PresenceSummary
}

/** Seconds of film in which somebody or something of a kind was in view. */
export interface PresenceSummary {
  readonly model: string
  readonly modelDigest: string
  readonly looksPerSec: number
  readonly analysedSec: number
  readonly personSec: number
  readonly carrierSec: number
  readonly goodsSec: number
  /** Seconds that show most, for whoever looks for a still. */
  readonly stills: readonly SuggestedStill[]
}

export interface SuggestedStill {
  readonly sec: number
  readonly score: number
  /** PERSON, CARRIER, GOODS, SHARP */
  readonly reasons: readonly string[]
}

export interface VideoFacts {
  /** FFmpeg's names. */
  readonly container: string
  readonly codec: string
  readonly profile?: string
  readonly width: number
  readonly height: number
  readonly fps: number | null
  readonly durationSec: number
  readonly hasAudio: boolean
  readonly audio?: { readonly codec: string; readonly sampleRate: number; readonly channels: number }
  /** What the container says. */
  readonly createdAt?: string
}

/** A derived copy of the whole packets of a torn recording. */
export interface Salvage {
  /** Of the file beside the original. */
  readonly name: string
  /** SHA-256 of the original. */
  readonly derivedFrom: string
  readonly sha256: string
  readonly sm3: string
  readonly bytes: number
  readonly durationSec: number
  /** In ffmpeg's words. */
  readonly damage: string
}

export interface SentAgain {
  readonly uploadId: string
  readonly at: string
  readonly by: string
  readonly fileName: string
  /** What was said about it that time. */
  readonly metadata: Readonly<Record<string, string | null>>
}

/** Positions that came with it, in true time, in a file beside it. */
export interface TrackRef {
  readonly name: string
  readonly sha256: string
  readonly format: 'NMEA' | 'GPX' | 'JSON'
  readonly points: number
  readonly unread: number
  readonly datum?: string
}

export interface IncidentVersion extends IncidentReport {
  readonly by: string
  readonly at: string
}

/** A finished upload as it came; whoever takes it moves the file away. */
export interface RecordingUpload {
  readonly uploadId: string
  readonly file: string
  readonly bytes: number
  readonly metadata: Readonly<Record<string, string | null>>
  readonly channel: 'DOCK' | '4G' | 'MANUAL'
  readonly by: string
  /** Positions that came along (NMEA, GPX or JSON), a file on the same disk; whoever takes the upload moves it, too. */
  readonly trackFile?: string
}

/** Where its pictures are: those that were saved of it when it is torn. */
export function playedFile({ file, salvage }: Pick<BodyCamRecording, 'file' | 'salvage'>): string {
  return salvage === undefined ? file : join(dirname(file), salvage.name)
}

/** What was seen in it, second by second; absent until it was looked at. */
export function presenceFile({ file, recordingId }: Pick<BodyCamRecording, 'file' | 'recordingId'>): string {
  return join(dirname(file), `${recordingId}.presence.ndjson`)
}

/** Everything that lies on this box of it. */
export function filesOf(recording: BodyCamRecording): string[] {
  const { file, recordingId, salvage, gpsTrack, alsoUploaded } = recording
  const again = (alsoUploaded ?? []).length > 0 ? waysAgain(dirname(file), recordingId) : []
  const names = [salvage?.name, gpsTrack?.name, `${recordingId}.track.txt`, ...again]
  return [
    file,
    presenceFile({ file, recordingId }),
    ...names.flatMap((name) => (name === undefined ? [] : [join(dirname(file), name)])),
  ]
}

/** Positions that came with the same bytes later. */
function waysAgain(folder: string, recordingId: string): string[] {
  const isOne = (name: string) => name.startsWith(`${recordingId}.`) && name.endsWith('.track.txt')
  return existsSync(folder) ? readdirSync(folder).filter(isOne) : []
}
