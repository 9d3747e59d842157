/**
 * A recording of a worn camera: the same decoder and the same eyes as for a camera on a pole, and no background model,
 * because the camera moves.
 *
 *     file ─▶ FileFeed ─▶ Frame ─▶ detector, whole picture ─▶ who is in view this second ─▶ presence ─▶ summary
 *                                                                     no events: nothing stands before a moving camera
 *
 * Without a detector nothing is looked at, and that is said: the network that comes with the gateway names what the
 * background model proposes, and finds nobody by itself [R61].
 */
import { type BodyCamRecording, playedFile, presenceFile } from '../devices/bodycam/recording.ts'
import type { NoteAnalysis } from '../devices/bodycam/registry.ts'
import type { DetectorPool } from './detections/detector.ts'
import { openFileFeed } from './frames/file-feed.ts'
import { FRAME_HEIGHT, FRAME_WIDTH, type Frame } from './frames/frame.ts'
import { fault, isFault } from './kit/errors.ts'
import type { Log } from './kit/log.ts'
import { lookAt, PresenceBook, type PresenceHead, summaryOf } from './presence.ts'
import { bodyCamId } from './recordings.ts'

const LOOKS_PER_SEC = 1
/** Told at every tenth of the film, and at most so often. */
const TELL_PERCENT = 10
const WORN = { path: 'WORN', occupancy: 'NOT_USED_CAMERA_MOVES' } as const

export interface WornParts {
  readonly detector: DetectorPool | null
  readonly signal: AbortSignal
  /** Resolves when the next look may be taken. */
  readonly turn: () => Promise<void>
  readonly note: NoteAnalysis
  readonly log: Log
}

export async function watchWorn(parts: WornParts, recording: BodyCamRecording): Promise<void> {
  const { detector, note, log } = parts
  const { recordingId } = recording
  const not = (reason: 'NO_DETECTOR' | 'FILE_UNREADABLE') =>
    note({ ...WORN, state: 'NOT_ANALYSED', reason, percent: 0, untilSec: 0 }, 'analysed')
  if (detector === null) {
    const found = fault('RECORDING_NOT_ANALYSED', { recording: recordingId })
    log.warn({ code: found.code, recording: recordingId }, found.message)
    return not('NO_DETECTOR')
  }
  const head: PresenceHead = {
    ...{ recordingId, ...WORN, model: detector.manifest.name, modelDigest: detector.modelDigest },
    looksPerSec: LOOKS_PER_SEC,
  }
  const book = await PresenceBook.open(presenceFile(recording), head)
  try {
    await watch(parts, recording, book, detector)
  } catch (error) {
    if (parts.signal.aborted || !isFault(error)) throw error
    log.warn({ code: error.code, recording: recordingId }, error.message)
    return not('FILE_UNREADABLE')
  } finally {
    await book.flush()
  }
  const untilSec = Math.max(0, book.untilSec)
  const presence = summaryOf(book.looks, head)
  note({ ...WORN, state: 'DONE', percent: 100, untilSec, presence }, 'analysed')
}

async function watch(
  { signal, turn, note, log }: WornParts,
  recording: BodyCamRecording,
  book: PresenceBook,
  detector: DetectorPool,
): Promise<void> {
  const feed = await openFileFeed({
    ...{ path: playedFile(recording), cameraId: bodyCamId(recording.deviceSerial), log },
    ...{ startWallMs: Date.parse(recording.startAt), samplesPerSec: LOOKS_PER_SEC },
  })
  const aspect = feed.info.width / feed.info.height
  const knownSec = book.untilSec
  let toldPercent = 0
  for await (const frame of feed.frames()) {
    signal.throwIfAborted()
    const sec = Math.round(frame.timeMs / 100) / 10
    if (sec <= knownSec) continue
    await turn()
    signal.throwIfAborted()
    const found = await detector.detectAll(frame, aspect)
    // Given up by a detector that is closing: it is not analysed, not empty.
    if (found === null) continue
    await book.add(lookAt(sec, found, sharpnessOf(frame)))
    const percent = Math.min(99, Math.floor((100 * sec) / Math.max(1, feed.durationSec)))
    if (percent < toldPercent + TELL_PERCENT) continue
    toldPercent = percent - (percent % TELL_PERCENT)
    note({ ...WORN, state: 'RUNNING', percent, untilSec: sec }, 'analysing')
  }
}

/** Variance of the Laplacian of luma, every other pixel of every other row. */
function sharpnessOf({ yuv }: Frame): number {
  let [count, sum, squares] = [0, 0, 0]
  for (let row = 2; row < FRAME_HEIGHT - 2; row += 2) {
    for (let at = row * FRAME_WIDTH + 2; at < (row + 1) * FRAME_WIDTH - 2; at += 2) {
      const around = yuv[at - 1]! + yuv[at + 1]! + yuv[at - FRAME_WIDTH]! + yuv[at + FRAME_WIDTH]!
      const edge = around - 4 * yuv[at]!
      count++
      sum += edge
      squares += edge * edge
    }
  }
  return squares / count - (sum / count) ** 2
}
