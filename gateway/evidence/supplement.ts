/**
 * A body-cam recording on its way into a package: whole when it is small, else the packets around what it shows.
 *
 *     file as received ─▶ linked ─▶ hashed again: as it was? ─┬─ small ─▶ original, byte for byte
 *                                        └─ no: refused       └─ large ─▶ excerpt, packets copied; the whole is named
 *                                                                         by its hashes, and where it lies
 *
 * Nothing is re-encoded. An excerpt begins at the keyframe before its first second, so that any player shows it.
 */
import { mkdir, open } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { z } from 'zod'
import { isoTime } from '../kit/clock.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import { cutPackets } from '../streams/media-tool.ts'
import { digestFile, linkOrCopy } from './disk.ts'
import type { Elsewhere, EventFacts, ExcerptItem } from './package.ts'
import type { Held } from './pending.ts'

export const SupplementOptions = z.strictObject({
  wholeMaxMiB: z
    .int()
    .min(1)
    .max(16_384)
    .default(512)
    .describe(
      'Up to this size (MiB) a recording joins the evidence whole; of a larger one the part around the act.',
    ),
  excerptBesideSec: z
    .number()
    .min(0)
    .max(600)
    .default(10)
    .describe('Seconds before and after the act that an excerpt shows as well.'),
  excerptMaxSec: z
    .number()
    .min(10)
    .max(14_400)
    .default(1_800)
    .describe('An excerpt is no longer (seconds); of a longer overlap it is the beginning.'),
})
export type SupplementOptions = z.infer<typeof SupplementOptions>

export interface FilmToSeal {
  readonly recordingId: string
  readonly cameraId: string
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  readonly sm3: string
  readonly startWallMs: number
  readonly endWallMs: number
  readonly codec: string
  readonly width: number
  readonly height: number
  /** What shows the act, seconds into the film. */
  readonly fromSec: number
  readonly toSec: number
  /** How others are told where the whole lies. */
  readonly keptAt: string
}

export interface StagedFilm {
  readonly originals: readonly (Held & { readonly from: string; readonly cameraId: string })[]
  readonly excerpts: readonly (ExcerptItem & { readonly from: string })[]
  readonly facts: Pick<EventFacts, 'elsewhere'>
}

const ITEM_ID = '01-bodycam'

export async function stageFilm(
  folder: string,
  film: FilmToSeal,
  options: SupplementOptions & { readonly ready: (bytes: number) => Promise<void> },
): Promise<StagedFilm> {
  await mkdir(folder, { recursive: true })
  const isWhole = film.bytes <= options.wholeMaxMiB * 2 ** 20
  // A second name takes no room; the copy that a locked storage makes of it does.
  await options.ready(isWhole ? film.bytes : 0)
  const from = isWhole ? join(folder, `whole${extname(film.file)}`) : film.file
  if (isWhole) await linkOrCopy(film.file, from).catch((error: unknown) => refuse(film, reasonOf(error)))
  await checkBytes(from, film)
  if (!isWhole) return cutFilm(folder, film, options)
  return { originals: [{ ...wholeOf(film), from, cameraId: film.cameraId }], excerpts: [], facts: {} }
}

/** As it was when it was received; what was changed since joins nothing. */
async function checkBytes(path: string, film: FilmToSeal): Promise<void> {
  const found = await digestFile(path, film.bytes + 1).catch((error: unknown) =>
    refuse(film, reasonOf(error)),
  )
  if (found.bytes !== film.bytes || found.sha256 !== film.sha256 || found.sm3 !== film.sm3)
    refuse(film, 'its hash is another')
}

function refuse({ recordingId: recording }: FilmToSeal, reason: string): never {
  throw fault('FILM_CHANGED', { recording, reason })
}

function wholeOf({
  file,
  bytes,
  sha256,
  sm3,
  startWallMs,
  endWallMs,
  codec,
  width,
  height,
}: FilmToSeal): Held {
  return {
    ...{ itemId: ITEM_ID, kind: 'BODYCAM', file: `${ITEM_ID}${extname(file)}`, bytes, sha256, sm3 },
    ...{ startWallMs, endWallMs, codec, width, height, box: null },
    ...{ connection: 0, baseTicks: 0, sampleCount: 0, gapSec: 0 },
  }
}

async function cutFilm(folder: string, film: FilmToSeal, options: SupplementOptions): Promise<StagedFilm> {
  const lengthSec = (film.endWallMs - film.startWallMs) / 1000
  const fromSec = Math.max(0, film.fromSec - options.excerptBesideSec)
  const wantedSec = Math.min(lengthSec, film.toSec + options.excerptBesideSec) - fromSec
  const seconds = Math.max(1, Math.min(wantedSec, options.excerptMaxSec))
  const from = join(folder, 'excerpt.mkv')
  await cutPackets(film.file, from, { fromSec, seconds }).catch((error: unknown) =>
    refuse(film, `its packets cannot be copied: ${reasonOf(error).slice(-200)}`),
  )
  const { bytes, sha256, sm3 } = await syncedDigest(from)
  const startWallMs = film.startWallMs + fromSec * 1000
  const excerpt: ExcerptItem & { from: string } = {
    ...{ from, itemId: `${ITEM_ID}-excerpt`, kind: 'BODYCAM', isOriginal: false, derivedFrom: ITEM_ID },
    path: `data/derived/${ITEM_ID}-excerpt.mkv`,
    method: `packets copied, not re-encoded; from the keyframe before ${fromSec.toFixed(1)} s on`,
    ...{ mime: 'video/x-matroska', bytes, sha256, sm3, cameraId: film.cameraId },
    ...{ capturedAt: isoTime(startWallMs), startedAt: isoTime(startWallMs) },
    endedAt: isoTime(startWallMs + seconds * 1000),
    ...{ width: film.width, height: film.height, codec: film.codec },
  }
  const whole: Elsewhere = {
    ...{ itemId: ITEM_ID, kind: 'BODYCAM', keptAt: film.keptAt },
    ...{ bytes: film.bytes, sha256: film.sha256, sm3: film.sm3 },
  }
  return { originals: [], excerpts: [excerpt], facts: { elsewhere: [whole] } }
}

async function syncedDigest(path: string) {
  const file = await open(path, 'r+')
  try {
    await file.sync()
    return await digestFile(path, (await file.stat()).size)
  } finally {
    await file.close()
  }
}
