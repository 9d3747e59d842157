/**
 * What can be saved of a torn recording: a copy of the packets that are whole, beside the original, which stays as it came.
 *
 *     original, torn ─ ffmpeg, packets as they are, broken ones left out ─▶ <id>.salvage.mkv, .ts ─▶ probed ─▶ how far it goes
 *
 * The copy is a derived file: it names what it was made from, and is never taken for the original. A film without its
 * index (an MP4 whose recorder lost power before it wrote `moov`) has no packets that could be told apart, and is not saved.
 */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { hashFile, ONE_FILE, probeFile } from './file.ts'
import type { Salvage, VideoFacts } from './recording.ts'

const SALVAGE_MS_MAX = 600_000
/** Shorter than this nothing was saved. */
const SECONDS_MIN = 0.5

/** The second needs to know nothing of a film before its first packet. */
const CONTAINERS = [
  ['.mkv', 'matroska'],
  ['.ts', 'mpegts'],
] as const

type Saved = { readonly salvage: Salvage; readonly video: VideoFacts }

/** @param into path of the copy, without extension
 * @returns null: nothing of it can be shown */
export async function salvaged(
  from: { readonly file: string; readonly sha256: string },
  into: string,
  damage: string,
): Promise<Saved | null> {
  for (const [extension, container] of CONTAINERS) {
    const saved = await copied(from, `${into}${extension}`, container, damage).catch(() => null)
    if (saved !== null) return saved
    await rm(`${into}${extension}`, { force: true })
  }
  return null
}

async function copied(
  { file, sha256 }: { readonly file: string; readonly sha256: string },
  into: string,
  container: string,
  damage: string,
): Promise<Saved> {
  const lenient = ['-err_detect', 'ignore_err', '-fflags', '+discardcorrupt+genpts+igndts']
  const written = ['-map', '0:v:0', '-map', '0:a:0?', '-c', 'copy', '-f', container, '-y', `file:${into}`]
  const asked = ['-nostdin', '-v', 'error', ...lenient, ...ONE_FILE, '-i', `file:${file}`, ...written]
  // What ffmpeg could not read it says on stderr, and goes on: its exit code says nothing about what was saved.
  await promisify(execFile)('ffmpeg', asked, { timeout: SALVAGE_MS_MAX }).catch(() => {})
  const video = await probeFile(into)
  if (video.durationSec < SECONDS_MIN) throw new Error('too short')
  const { digests, bytes } = await hashFile(into)
  const { sha256: own, sm3 } = digests
  const { durationSec } = video
  const salvage = { name: basename(into), derivedFrom: sha256, sha256: own, sm3, bytes, durationSec, damage }
  return { salvage, video }
}
