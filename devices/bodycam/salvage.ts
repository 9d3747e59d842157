/**
 * What can be saved of a torn recording: a copy of the packets that are whole, beside the original, which stays as it came.
 *
 *     original, torn ─ ffmpeg, packets as they are, broken ones left out ─▶ <id>.salvage.mkv ─▶ probed ─▶ how far it goes
 *
 * The copy is a derived file: it names what it was made from, and is never taken for the original. A film without its
 * index (an MP4 whose recorder lost power before it wrote `moov`) has no packets that could be told apart, and is not saved.
 */
import { execFile } from 'node:child_process'
import { rm, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { hashFile, ONE_FILE, probeFile } from './file.ts'
import type { Salvage, VideoFacts } from './recording.ts'

const SALVAGE_MS_MAX = 600_000
/** Shorter than this nothing was saved. */
const SECONDS_MIN = 0.5

/** Null: nothing of it can be shown. */
export async function salvaged(
  from: { readonly file: string; readonly sha256: string },
  into: string,
  damage: string,
): Promise<{ readonly salvage: Salvage; readonly video: VideoFacts } | null> {
  const lenient = ['-err_detect', 'ignore_err', '-fflags', '+discardcorrupt+genpts+igndts']
  const copied = ['-map', '0:v:0', '-map', '0:a:0?', '-c', 'copy', '-f', 'matroska', '-y', `file:${into}`]
  const asked = ['-nostdin', '-v', 'error', ...lenient, ...ONE_FILE, '-i', `file:${from.file}`, ...copied]
  try {
    // What ffmpeg could not read it says on stderr, and goes on: its exit code says nothing about what was saved.
    await promisify(execFile)('ffmpeg', asked, { timeout: SALVAGE_MS_MAX }).catch(() => {})
    const video = await probeFile(into)
    if (video.durationSec < SECONDS_MIN) throw new Error('too short')
    const { digests } = await hashFile(into)
    const { size } = await stat(into)
    const salvage = {
      file: into,
      derivedFrom: from.sha256,
      sha256: digests.sha256,
      sm3: digests.sm3,
      bytes: size,
      durationSec: video.durationSec,
      damage,
    }
    return { salvage, video }
  } catch {
    await rm(into, { force: true })
    return null
  }
}
