/**
 * A folder into which a dock puts recordings: each is taken once, whole, and never half.
 *
 *     look ─▶ unchanged long enough? ─▶ note <id>.json ─▶ <id>.part ─▶ <id> ─▶ register (durable) ─▶ taken/ or removed
 *                └─ marker or sidecar there, where asked for
 *
 * The id is made of the file itself, so that whatever breaks off in between is taken up without taking twice. A look is the
 * truth: shares tell nobody of changes. Files with a conflict incident in their sidecar come first. [R61, R66]
 */
import { existsSync, type Stats } from 'node:fs'
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../gateway/kit/clock.ts'
import { type Fault, fault, isFault, reasonOf } from '../../gateway/kit/errors.ts'
import { syncFolder } from '../../gateway/kit/growing-file.ts'
import type { Log } from '../../gateway/kit/log.ts'
import { Nap } from '../../gateway/kit/nap.ts'
import { checkRoom } from '../../gateway/kit/room.ts'
import { type Details, isIncident } from '../../gateway/kit/upload-details.ts'
import {
  besideOf,
  copyHashed,
  detailsOf,
  filesUnder,
  idOf,
  isDone,
  isRecording,
  isSidecar,
  isTrack,
  TAKEN,
} from './dock-files.ts'
import { SIDECAR_UNREADABLE } from './identity.ts'
import type { RecordingUpload } from './recording.ts'

export const DockFolderOptions = z.strictObject({
  folder: z
    .string()
    .regex(/^\//, 'an absolute path')
    .describe('Absolute path of the folder, with all that lies below it: where the dock puts recordings.'),
  deviceSerial: z
    .string()
    .min(1)
    .max(40)
    .optional()
    .describe('The one recorder whose files these are; absent: sidecar or name says.'),
  stillSec: z
    .number()
    .min(0)
    .max(3_600)
    .default(10)
    .describe(
      'How long size and time of a file must not change before it is taken, seconds. A dock copies without pause.',
    ),
  waitFor: z
    .enum(['nothing', 'sidecar', 'done'])
    .default('nothing')
    .describe('What must lie beside it besides: `X.json`, or an empty `X.done` that the dock writes last.'),
  afterwards: z
    .enum(['keep', 'remove'])
    .default('keep')
    .describe('Files that the register has: moved into `taken/` of the folder, or removed.'),
  lookSec: z.number().min(0.05).max(600).default(5).describe('How often the folder is looked at, seconds.'),
})
export type DockFolderOptions = z.infer<typeof DockFolderOptions>

export interface DockFolderParts {
  readonly options: DockFolderOptions
  /** Of the box, on the disk of the recordings. */
  readonly inbox: string
  readonly take: (upload: RecordingUpload) => Promise<unknown>
  readonly isTaken: (uploadId: string) => boolean
  readonly clock: Clock
  readonly log: Log
}

interface Found {
  readonly path: string
  readonly stat: Stats
  readonly beside: readonly string[]
  readonly details: Details
}

export class DockFolder {
  readonly #parts: DockFolderParts
  readonly #nap = new Nap()
  /** By path: as it was, and since when. */
  readonly #seen = new Map<string, { look: string; sinceMs: number }>()
  /** What was said of which file as it was then: once. */
  readonly #told = new Map<string, string>()
  /** Handed over since the start, should they stay in a folder that nobody may change. */
  readonly #handed = new Set<string>()
  #running: Promise<void> | null = null
  #over = false

  constructor(parts: DockFolderParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    await mkdir(this.#parts.inbox, { recursive: true })
    await this.#takeUp()
    this.#running = this.#run()
  }

  async close(): Promise<void> {
    this.#over = true
    this.#nap.end()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#over) {
      await this.look()
      await this.#nap.sleep(this.#parts.options.lookSec * 1000)
    }
  }

  /** One look: takes what is ready. */
  async look(): Promise<void> {
    const { folder } = this.#parts.options
    let ready: Found[]
    try {
      ready = await this.#ready()
      this.#told.delete(folder)
    } catch (error) {
      this.#tell(folder, fault('DOCK_FOLDER_UNREADABLE', { folder, reason: reasonOf(error) }))
      return
    }
    for (const found of ready) {
      if (this.#over) return
      await this.#takeOne(found).catch((error: unknown) =>
        this.#tell(found.path, isFault(error) ? error : this.#unreadable(found.path, reasonOf(error))),
      )
    }
  }

  async #ready(): Promise<Found[]> {
    const { options, clock } = this.#parts
    const paths = await filesUnder(options.folder)
    const all = new Set(paths)
    const found: Found[] = []
    for (const path of paths) {
      if (!isRecording(path)) continue
      const stat = await lstat(path).catch(() => null)
      if (stat === null) continue // Moved away between list and look.
      if (!stat.isFile()) {
        this.#tell(path, this.#unreadable(path, 'not a file of its own: a link, a pipe or a device'))
        continue
      }
      const beside = besideOf(path, all)
      const look = `${stat.size} ${stat.mtimeMs} ${stat.ino} ${beside.join('|')}`
      const before = this.#seen.get(path)
      const nowMs = clock.monotonicMs()
      if (before?.look !== look) this.#seen.set(path, { look, sinceMs: nowMs })
      const stillMs = before?.look === look ? nowMs - before.sinceMs : 0
      if (stillMs < options.stillSec * 1000 || !isComplete(options.waitFor, beside)) continue
      found.push({ path, stat, beside, details: await detailsOf(path, beside, options.deviceSerial) })
    }
    for (const known of [this.#seen, this.#told])
      for (const path of known.keys()) if (!all.has(path) && path !== options.folder) known.delete(path)
    return found.sort((a, b) => urgency(b) - urgency(a) || a.stat.mtimeMs - b.stat.mtimeMs)
  }

  async #takeOne(found: Found): Promise<void> {
    const id = idOf(found.path, found.stat)
    const isHere = this.#handed.has(id) || this.#parts.isTaken(id)
    if (!isHere && !(await this.#copy(id, found))) return
    // What was read of a sidecar is kept with its recording; what could not be read is kept as it is.
    const keeps = this.#parts.options.afterwards === 'keep' || found.details[SIDECAR_UNREADABLE] !== undefined
    for (const one of [found.path, ...found.beside]) await this.#putAway(one, keeps)
    this.#handed.delete(id)
    this.#seen.delete(found.path)
    this.#told.delete(found.path)
  }

  /** False: somebody went on writing after all; it is looked at anew. */
  async #copy(id: string, { path, stat, beside, details }: Found): Promise<boolean> {
    const { inbox, options } = this.#parts
    await checkRoom(inbox, stat.size)
    const file = join(inbox, id)
    const sha256 = await copyHashed(path, `${file}.part`)
    const track = beside.find(isTrack)
    if (track !== undefined) await copyHashed(track, `${file}.track`)
    const after = await lstat(path)
    if (after.size !== stat.size || after.mtimeMs !== stat.mtimeMs) {
      await this.#forget(id)
      return false
    }
    const upload: RecordingUpload = {
      ...{ uploadId: id, file, bytes: stat.size, metadata: { sha256, ...details } },
      ...{ channel: 'DOCK', by: `dock ${basename(options.folder)}` },
      ...(track === undefined ? {} : { trackFile: `${file}.track` }),
    }
    await writeFile(`${file}.json`, JSON.stringify(upload), { flush: true })
    await rename(`${file}.part`, file)
    await syncFolder(inbox)
    await this.#hand(upload)
    return true
  }

  async #hand(upload: RecordingUpload): Promise<void> {
    await this.#parts.take(upload)
    this.#handed.add(upload.uploadId)
    await rm(join(this.#parts.inbox, `${upload.uploadId}.json`), { force: true })
  }

  /** What broke off: whole files are handed over, halves are taken anew from the dock. */
  async #takeUp(): Promise<void> {
    const { inbox } = this.#parts
    for (const name of await readdir(inbox)) {
      if (name.endsWith('.part') && !existsSync(join(inbox, name.replace(/part$/, 'json'))))
        await this.#forget(name.slice(0, -'.part'.length))
      if (!name.endsWith('.json')) continue
      const id = name.slice(0, -'.json'.length)
      const upload = readUpload(await readFile(join(inbox, name), 'utf8'))
      if (upload !== null && existsSync(join(inbox, id))) await this.#hand(upload)
      else if (this.#parts.isTaken(id)) await rm(join(inbox, name))
      else await this.#forget(id)
    }
  }

  async #forget(id: string): Promise<void> {
    for (const end of ['.part', '.track', '.json'])
      await rm(join(this.#parts.inbox, id + end), { force: true })
  }

  async #putAway(path: string, keeps: boolean): Promise<void> {
    const { options, clock } = this.#parts
    if (!keeps) return rm(path, { force: true })
    const to = join(options.folder, TAKEN, relative(options.folder, path))
    await mkdir(dirname(to), { recursive: true })
    await rename(path, existsSync(to) ? `${to}.${clock.wallMs()}` : to)
  }

  #unreadable(path: string, reason: string): Fault {
    const { folder } = this.#parts.options
    return fault('DOCK_FILE_UNREADABLE', { folder, file: relative(folder, path), reason })
  }

  /** Once for as long as it is so. */
  #tell(path: string, problem: Fault): void {
    if (this.#told.get(path) === problem.code) return
    this.#told.set(path, problem.code)
    this.#parts.log.warn({ code: problem.code, folder: this.#parts.options.folder }, problem.message)
  }
}

function isComplete(waitFor: DockFolderOptions['waitFor'], beside: readonly string[]): boolean {
  return waitFor === 'nothing' || beside.some(waitFor === 'done' ? isDone : isSidecar)
}

const urgency = ({ details }: Found) => Number(isIncident(details))

function readUpload(text: string): RecordingUpload | null {
  try {
    return JSON.parse(text) as RecordingUpload
  } catch {
    return null // The power went while it was written: the dock still has the file.
  }
}
