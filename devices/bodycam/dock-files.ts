/**
 * What lies in a dock's folder: recordings, and what belongs beside each of them.
 *
 *     X.mp4  ◀─ X.json, X.mp4.json (identity block)   X.gpx, X.nmea, X.gps.json (positions)   X.done (whole now)
 */
import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { lstat, open, readdir, readFile } from 'node:fs/promises'
import { basename, extname, join, relative } from 'node:path'
import { z } from 'zod'
import { reasonOf } from '../../gateway/kit/errors.ts'
import type { Details } from '../../gateway/kit/upload-details.ts'
import { SIDECAR_UNREADABLE } from './identity.ts'

/** Where taken files are moved to. */
export const TAKEN = 'taken'
const SIDECAR_BYTES_MAX = 256 * 1024
const CHUNK_BYTES = 1 << 20
const TRACKS = ['.gpx', '.nmea', '.gps.json']
/** Files that other programs are still writing, or keep for themselves. */
const NOT_YET = /(^\.|^thumbs\.db$|\.(part|tmp|temp|crdownload|filepart)$)/i
const BESIDE = /\.(json|gpx|nmea|done)$/i

/** Everything below the folder but what was taken already, and folders. */
export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => relative(folder, path).split('/')[0] !== TAKEN)
    .sort()
}

/** What stands beside a recording is taken with it, and waits for it. */
export function isRecording(path: string): boolean {
  return !NOT_YET.test(basename(path)) && !BESIDE.test(path)
}

export function besideOf(path: string, all: ReadonlySet<string>): string[] {
  const stem = path.slice(0, path.length - extname(path).length)
  return [...new Set([stem, path])]
    .flatMap((start) => ['.json', '.done', ...TRACKS].map((end) => start + end))
    .filter((one) => all.has(one))
}

export const isDone = (path: string) => path.endsWith('.done')
export const isSidecar = (path: string) => path.endsWith('.json') && !path.endsWith('.gps.json')
export const isTrack = (path: string) => TRACKS.some((end) => path.endsWith(end))

/** As the sidecar has them, with the name; one that cannot be read is a reason to ask a person. */
export async function detailsOf(
  path: string,
  beside: readonly string[],
  deviceSerial: string | undefined,
): Promise<Details> {
  const own: Details = {
    ...{ filename: basename(path), uploadChannel: 'DOCK' },
    ...(deviceSerial === undefined ? {} : { dockSerial: deviceSerial }),
  }
  const sidecar = beside.find(isSidecar)
  if (sidecar === undefined) return own
  try {
    const stat = await lstat(sidecar)
    if (!stat.isFile() || stat.size > SIDECAR_BYTES_MAX) throw new Error('no file of at most 256 KiB')
    const said = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(sidecar, 'utf8')))
    return { ...plain(said), ...own }
  } catch (error) {
    return { ...own, [SIDECAR_UNREADABLE]: `${basename(sidecar)}: ${reasonOf(error).slice(0, 120)}` }
  }
}

/** Values as text; what is deeper stays JSON. */
function plain(said: Readonly<Record<string, unknown>>): Record<string, string | null> {
  const text = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))
  return Object.fromEntries(
    Object.entries(said).map(([key, value]) => [key, value === null ? null : text(value)]),
  )
}

/** The same file as it lies there now gives the same id. */
export function idOf(path: string, { size, mtimeMs, ino }: Stats): string {
  return createHash('sha256')
    .update(JSON.stringify([path, size, mtimeMs, ino]))
    .digest('hex')
    .slice(0, 32)
}

/** A copy that is on disk for good, and the SHA-256 of what was read. */
export async function copyHashed(from: string, to: string): Promise<string> {
  const source = await open(from, 'r')
  try {
    const target = await open(to, 'w')
    try {
      const hash = createHash('sha256')
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      for (let at = 0; ; ) {
        const { bytesRead } = await source.read(chunk, 0, chunk.length, at)
        if (bytesRead === 0) break
        hash.update(chunk.subarray(0, bytesRead))
        for (let done = 0; done < bytesRead; )
          done += (await target.write(chunk, done, bytesRead - done, at + done)).bytesWritten
        at += bytesRead
      }
      await target.sync()
      return hash.digest('hex')
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}
