/**
 * Recordings that body-cams upload, judged by the same line as a camera: nothing is dropped, because nothing is late.
 *
 * A body-cam has no zones of its own: its whole view is one, watched for every rule this build can judge. What an
 * officer films is still only suspected; recordings of auxiliary staff stay leads.
 */
import type { Config } from '../config/loader.ts'
import { CameraOptions } from '../config/schema.ts'
import type { BodyCamRecording } from '../devices/bodycam/recording.ts'
import { analyseFile } from './analysis.ts'
import type { EventSink } from './case-file.ts'
import type { DetectorPool } from './detections/detector.ts'
import type { EvidenceKeeper } from './evidence/keeper.ts'
import type { Log } from './kit/log.ts'
import { SUPPORTED_RULES } from './violations/catalogue.ts'

export interface RecordingsParts {
  readonly config: () => Config
  readonly evidence: EvidenceKeeper
  readonly detector: DetectorPool | null
  readonly sink: EventSink
  readonly signal: AbortSignal
  readonly log: Log
}

/** Looks a second. */
const RATE = 2
const WHOLE_PICTURE = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
]

/** Resolves with the ids of the events that were found. */
export async function analyseRecording(
  parts: RecordingsParts,
  recording: BodyCamRecording,
): Promise<string[]> {
  const { sink } = parts
  const eventIds = new Set<string>()
  await analyseFile({
    ...parts,
    config: parts.config(),
    path: recording.file,
    camera: cameraOf(recording),
    startWallMs: Date.parse(recording.startAt),
    samplesPerSec: RATE,
    extraCaps: recording.capReasons,
    sink: {
      lastRevision: (eventId) => sink.lastRevision(eventId),
      alertState: (eventId) => sink.alertState(eventId),
      sealed: (sealed) => sink.sealed(sealed),
      raise(event) {
        eventIds.add(event.eventId)
        sink.raise(event)
      },
    },
  })
  return [...eventIds]
}

function cameraOf({ deviceSerial, recordingId, file }: BodyCamRecording): CameraOptions {
  const id = `bodycam-${deviceSerial.toLowerCase().replace(/[^a-z0-9-]+/g, '-')}`.slice(0, 64)
  return CameraOptions.parse({
    id,
    name: `执法记录仪 ${deviceSerial}`,
    url: `file:${file}`,
    address: recordingId,
    zones: [
      {
        id: 'view',
        type: 'NO_VENDING',
        polygon: WHOLE_PICTURE,
        rules: [...SUPPORTED_RULES].map((rule) => ({ rule })),
      },
    ],
  })
}
