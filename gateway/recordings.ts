/**
 * Recordings of a recorder that stands still (on a tripod, in a parked vehicle) and has zones of its own, judged by the
 * same line as a camera: nothing is dropped, because nothing is late. Of a worn one no event is made; see `worn.ts`.
 *
 * What an officer films is still only suspected; recordings of auxiliary staff stay leads.
 */
import type { Config } from '../config/loader.ts'
import { CameraOptions } from '../config/schema.ts'
import { type BodyCamRecording, playedFile } from '../devices/bodycam/recording.ts'
import { analyseFile } from './analysis.ts'
import { type EventSink, outOfSight } from './case-file.ts'
import type { Eyes } from './detections/eyes.ts'
import type { EvidenceKeeper } from './evidence/keeper.ts'
import type { Log } from './kit/log.ts'

export interface RecordingsParts {
  readonly config: () => Config
  readonly evidence: EvidenceKeeper
  readonly eyes: Eyes
  readonly sink: EventSink
  readonly signal: AbortSignal
  /** Resolves when the next look may be taken. */
  readonly turn: () => Promise<void>
  readonly log: Log
}

const PREFIX = 'bodycam-'
/** Looks a second. */
const RATE = 2

/** Whether its recorder has zones, which only a view that does not move can have. */
export function standsStill({ deviceSerial }: BodyCamRecording, { devices }: Config): boolean {
  return devices.bodycams.some(({ serial, zones }) => serial === deviceSerial && zones !== undefined)
}

/** The events that were found, and how far the film goes. What goes on when it ends is then out of sight. */
export async function analyseRecording(
  parts: RecordingsParts,
  recording: BodyCamRecording,
): Promise<{ eventIds: string[]; readSec: number }> {
  const { sink } = parts
  const config = parts.config()
  const startWallMs = Date.parse(recording.startAt)
  // Also those that were raised when the same recording was analysed before, until the box stopped.
  const eventIds = new Set<string>()
  const { readSec } = await analyseFile({
    ...parts,
    config,
    path: playedFile(recording),
    camera: cameraOf(recording, config),
    startWallMs,
    samplesPerSec: RATE,
    extraCaps: recording.capReasons,
    onProgress: () => parts.turn(),
    sink: {
      last(eventId) {
        const last = sink.last(eventId)
        if (last !== null) eventIds.add(eventId)
        return last
      },
      sealed: (sealed) => sink.sealed(sealed),
      suppressed: (act) => sink.suppressed?.(act),
      raise(event) {
        eventIds.add(event.eventId)
        sink.raise(event)
      },
    },
  })
  for (const eventId of eventIds) {
    const last = sink.last(eventId)
    if (last !== null && last.phase !== 'END') sink.raise(outOfSight(last, startWallMs + readSec * 1000))
  }
  return { eventIds: [...eventIds], readSec }
}

/** The camera that events of a recorder name. */
export function bodyCamId(serial: string): string {
  return `${PREFIX}${serial.toLowerCase().replace(/[^a-z0-9-]+/g, '-')}`.slice(0, 64)
}

/** Whether an event is told of a recording. */
export function isBodyCam(cameraId: string): boolean {
  return cameraId.startsWith(PREFIX)
}

function cameraOf({ deviceSerial, recordingId, file }: BodyCamRecording, { devices }: Config): CameraOptions {
  const device = devices.bodycams.find(({ serial }) => serial === deviceSerial)
  return CameraOptions.parse({
    id: bodyCamId(deviceSerial),
    name: `执法记录仪 ${deviceSerial}`,
    url: `file:${file}`,
    address: recordingId,
    zones: device?.zones,
  })
}
