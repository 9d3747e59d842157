/**
 * The register of recordings, put together: who examines, who looks at them and when, who hears of it, who links them.
 *
 *     upload ─▶ registry ─▶ examined ─▶ (cameras owe nothing) ─┬─ stands still, has zones ─▶ the line of a camera ─▶ events
 *                  │                                           └─ worn ─▶ presence, second by second
 *                  ├─▶ outbox, told as they change
 *                  └─▶ links ─▶ evidence
 */
import { join } from 'node:path'
import type { Config } from '../config/loader.ts'
import type { BodyCamRecording } from '../devices/bodycam/recording.ts'
import type { Pace } from '../devices/bodycam/recording-queue.ts'
import { BodyCamRegistry, type NoteAnalysis } from '../devices/bodycam/registry.ts'
import type { AlertDesk } from './alerts/desk.ts'
import { type BodyCams, changesTold } from './bodycams.ts'
import type { EventSink } from './case-file.ts'
import type { Eyes } from './detections/eyes.ts'
import type { EvidenceKeeper } from './evidence/keeper.ts'
import type { EvidenceRoom } from './evidence-room.ts'
import { Idle } from './idle.ts'
import { watchDocks } from './intake.ts'
import type { Clock } from './kit/clock.ts'
import type { Closing } from './kit/closing.ts'
import type { Database } from './kit/database.ts'
import type { Log } from './kit/log.ts'
import type { Office } from './office.ts'
import type { Outbox } from './outbox/outbox.ts'
import { RecordingLinks } from './recording-links.ts'
import { analyseRecording, standsStill } from './recordings.ts'
import type { Street } from './street.ts'
import { watchWorn } from './worn.ts'

export interface RecorderRoomParts {
  readonly config: () => Config
  readonly folder: string
  readonly closing: Closing
  readonly database: Database
  readonly office: Office
  readonly evidence: EvidenceKeeper
  readonly eyes: Eyes
  readonly sink: EventSink
  readonly outbox: Outbox
  readonly bodycams: BodyCams
  readonly desk: AlertDesk
  readonly room: EvidenceRoom
  readonly street: Pick<Street, 'views'>
  readonly clock: Clock
  readonly log: Log
}

export async function openRegistry(parts: RecorderRoomParts): Promise<BodyCamRegistry> {
  const { folder, clock, log, closing, office, street, config } = parts
  const { films } = office
  const owedSec = () => street.views().reduce((sum, one) => sum + one.owedSec - one.analysedSec, 0)
  const registry: BodyCamRegistry = closing.own(
    new BodyCamRegistry({
      ...{ database: parts.database, folder: join(folder, 'bodycam'), clock, log },
      ...parts.bodycams.forRegistry,
      devices: () => config().devices.bodycams,
      people: () => office.people.all(),
      isIdle: new Idle(owedSec, clock).isIdle,
      onRecording: (recording, pace, note) => look(parts, recording, pace, note),
    }),
  )
  registry.onChange(changesTold(parts.outbox))
  const keeper = `${config().site}/${config().gateway}`
  const links = closing.own(new RecordingLinks({ ...parts, registry, films, keeper }))
  await registry.start()
  links.start()
  await watchDocks({ ...parts, config: config(), registry })
  return registry
}

async function look(
  parts: RecorderRoomParts,
  recording: BodyCamRecording,
  pace: Pace,
  note: NoteAnalysis,
): Promise<void> {
  const { eyes, office, log, config } = parts
  if (!standsStill(recording, config())) {
    await watchWorn({ ...pace, note, log, detector: eyes.detector }, recording)
    // What was seen may settle to which act it belongs.
    return office.films.offer(recording.recordingId)
  }
  const { eventIds, readSec } = await analyseRecording({ ...parts, ...pace }, recording)
  office.films.found(recording.recordingId, eventIds)
  const untilSec = Math.round(readSec)
  note({ path: 'MOUNTED', state: 'DONE', percent: 100, untilSec, occupancy: 'USED' }, 'analysed')
}
