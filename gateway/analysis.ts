/**
 * A recorded file through a camera's line: `lushao analyse`, and recordings that body-cams upload.
 *
 *     file ─▶ FileFeed ─▶ Line ─▶ revisions ─▶ sink
 *
 * Time is taken from the media alone and nothing is dropped, so the same file, configuration and model give the same
 * revisions, byte for byte.
 */
import type { Config } from '../config/loader.ts'
import type { CameraOptions } from '../config/schema.ts'
import type { CaseKeeper, EventSink } from './case-file.ts'
import type { Eyes } from './detections/eyes.ts'
import { type FileReport, openFileFeed } from './frames/file-feed.ts'
import type { Frame } from './frames/frame.ts'
import { PrivacyMask } from './frames/mask.ts'
import type { Log } from './kit/log.ts'
import { Line } from './line.ts'
import type { Explained } from './tracks/baseline.ts'
import type { Track } from './tracks/track.ts'
import type { Act } from './violations/event.ts'

/** Enough to reach back from a confirmed candidate to the moment before it stood there, beyond one long GOP. */
const RING_SECONDS = 60
const RING_BYTES = 256 << 20

/** What is suspected, what is followed, and what the baseline explains. */
export interface Known {
  readonly acts: readonly Act[]
  readonly tracks: readonly Track[]
  readonly explained: readonly Explained[]
}

export interface AnalysisParts {
  readonly path: string
  readonly config: Config
  readonly camera: CameraOptions
  /** UTC epoch ms of the file's first picture. */
  readonly startWallMs: number
  readonly samplesPerSec: number
  readonly eyes: Eyes
  readonly evidence: CaseKeeper
  readonly sink: EventSink
  /** Ends the analysis early, by throwing. */
  readonly signal?: AbortSignal
  readonly extraCaps?: readonly string[]
  /** After each look: how far the file is, and what is known now; the next look waits for it. */
  readonly onProgress?: (frame: Frame, durationSec: number, known: Known) => void | Promise<void>
  readonly log: Log
}

/** @throws Fault of the file: FILE_UNREADABLE, FILE_EMPTY, FILE_NOT_VIDEO … */
export async function analyseFile(parts: AnalysisParts): Promise<FileReport> {
  const { path, camera, startWallMs, samplesPerSec, log } = parts
  const feed = await openFileFeed({
    path,
    cameraId: camera.id,
    startWallMs,
    samplesPerSec,
    ringSeconds: RING_SECONDS,
    ringBytes: RING_BYTES,
    log,
  })
  const line = new Line({
    ...parts,
    source: feed.ring,
    nothingDropped: true,
    aspect: () => feed.info.width / feed.info.height,
    clockFacts: () => ({ source: 'FILE', offsetMs: null, checkedAtWallMs: null }),
    mediaZeroMs: () => 0,
    extraCaps: [
      ...(parts.extraCaps ?? []),
      ...(feed.info.transcoded === null ? [] : ['ORIGINAL_TRANSCODED']),
    ],
  })
  const mask = new PrivacyMask(camera.privacyMasks.map(({ polygon }) => polygon))
  for await (const frame of feed.frames()) {
    parts.signal?.throwIfAborted()
    mask.apply(frame.yuv)
    await line.look(frame)
    await parts.onProgress?.(frame, feed.durationSec, {
      acts: line.judge.acts(),
      tracks: line.pipeline.tracks,
      explained: line.baseline.explained,
    })
  }
  await line.end()
  const report = feed.report()
  if (report.truncated !== null) log.warn({ code: report.truncated.code }, report.truncated.message)
  return report
}
