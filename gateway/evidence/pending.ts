/**
 * Originals of acts that are not sealed yet: written and hashed the moment they come, before anything is judged.
 *
 *     footage ─▶ 03-confirm.mp4 (hashed while written, fsync) ─▶ 03-confirm.json (written whole or not at all)
 *
 * The sidecar is the proof that its file is whole. After kill -9 a file without a sidecar, or one that no longer
 * matches its sidecar, is torn: it is moved aside, reported, named in the package as missing, and never sealed.
 */
import { readdirSync, rmdirSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { assert } from '../kit/assert.ts'
import type { Box } from '../kit/geometry.ts'
import { syncFolder } from '../kit/growing-file.ts'
import type { Footage } from '../streams/gop.ts'
import { digestFile, replaceFile, writeNew } from './disk.ts'
import { HELD_KINDS, type HeldKind } from './package.ts'

const Sidecar = z.strictObject({
  itemId: z.string(),
  kind: z.enum(HELD_KINDS),
  file: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  sm3: z.string(),
  startWallMs: z.number(),
  endWallMs: z.number(),
  connection: z.int(),
  baseTicks: z.number(),
  sampleCount: z.int(),
  gapSec: z.number(),
  codec: z.string(),
  width: z.int(),
  height: z.int(),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).nullable(),
  transcript: z.string().optional(),
  covered: z.number().optional(),
})
/** One original as its sidecar tells it. */
export type Held = z.infer<typeof Sidecar>

/** What is known of an original beside its bytes. */
export interface Told {
  /** Of a sound, word for word. */
  readonly transcript?: string
  /** Share of the act's box that was hidden; absent: not measured. */
  readonly covered?: number
}

const FILE_NAME = /^(\d{2,4})-([a-z-]+)\.(?:mp4|wav)$/

export class Pending {
  readonly #folder: string
  readonly #tornFolder: string
  readonly #next = new Map<string, number>()
  readonly #writing = new Map<string, Set<Promise<unknown>>>()

  constructor(folder: string, tornFolder: string) {
    this.#folder = folder
    this.#tornFolder = tornFolder
  }

  file(eventId: string, name: string): string {
    return join(this.#folder, eventId, name)
  }

  /** Items are numbered in the order of the calls, also when their writes overlap; `ready` is asked before each. */
  write(
    eventId: string,
    kind: HeldKind,
    footage: Footage,
    box: Box | null,
    ready: () => Promise<void>,
    told: Told = {},
  ): Promise<Held> {
    assert(isEventId(eventId), 'an event id is a plain name')
    const itemId = `${String(this.#number(eventId)).padStart(2, '0')}-${kind.toLowerCase().replace('_', '-')}`
    const work = ready().then(() => this.#write(eventId, itemId, kind, footage, box, told))
    const works = this.#writing.get(eventId) ?? new Set()
    this.#writing.set(eventId, works.add(work))
    const done = () => {
      works.delete(work)
      if (works.size === 0) this.#writing.delete(eventId)
    }
    work.then(done, done)
    return work
  }

  async #write(
    eventId: string,
    itemId: string,
    kind: HeldKind,
    footage: Footage,
    box: Box | null,
    { transcript, covered }: Told,
  ): Promise<Held> {
    const file = fileOf(itemId)
    await mkdir(join(this.#folder, eventId), { recursive: true })
    try {
      const digest = await writeNew(this.file(eventId, file), footage.bytes)
      const held: Held = {
        itemId,
        kind,
        file,
        ...digest,
        startWallMs: footage.startWallMs,
        endWallMs: footage.endWallMs,
        connection: footage.info.connection,
        baseTicks: footage.baseTicks,
        sampleCount: footage.sampleCount,
        gapSec: footage.gapSec,
        codec: footage.info.codec,
        width: footage.info.width,
        height: footage.info.height,
        box: box === null ? null : [...box],
        ...(transcript === undefined ? {} : { transcript }),
        ...(covered === undefined ? {} : { covered }),
      }
      await replaceFile(this.file(eventId, `${itemId}.json`), JSON.stringify(held))
      return held
    } catch (error) {
      // Half a file is of use to nobody while we still can take it back; its number stays used.
      await rm(this.file(eventId, file), { force: true })
      throw error
    }
  }

  /** What can be sealed, in order, every byte compared with its sidecar; torn files are moved aside and named. */
  async whole(eventId: string): Promise<{ held: Held[]; torn: string[] }> {
    await Promise.allSettled(this.#writing.get(eventId) ?? [])
    const held: Held[] = []
    const torn: string[] = []
    for (const name of await namesIn(join(this.#folder, eventId))) {
      if (!FILE_NAME.test(name)) continue
      const sidecar = await this.#sidecar(eventId, name)
      if (sidecar !== null && (await this.#matches(eventId, sidecar))) held.push(sidecar)
      else torn.push(name)
    }
    for (const name of torn) await this.#setAside(eventId, name)
    return { held, torn: await namesIn(join(this.#tornFolder, eventId)) }
  }

  /** What is held so far, as noted, unchecked. */
  async noted(eventId: string): Promise<Held[]> {
    const names = (await namesIn(join(this.#folder, eventId))).filter((name) => FILE_NAME.test(name))
    const sidecars = await Promise.all(names.map((name) => this.#sidecar(eventId, name)))
    return sidecars.filter((sidecar) => sidecar !== null)
  }

  /** After a crash: every file without a sidecar is torn. Sizes are compared here, hashes when it is sealed. */
  async recover(): Promise<{ eventIds: string[]; torn: { eventId: string; file: string }[] }> {
    const eventIds = (await namesIn(this.#folder)).filter(isEventId)
    const torn: { eventId: string; file: string }[] = []
    for (const eventId of eventIds) {
      for (const name of await namesIn(join(this.#folder, eventId))) {
        if (name.endsWith('.tmp')) await rm(this.file(eventId, name), { force: true })
        if (!FILE_NAME.test(name)) continue
        const sidecar = await this.#sidecar(eventId, name)
        const size = (await stat(this.file(eventId, name))).size
        if (sidecar?.bytes === size) continue
        await this.#setAside(eventId, name)
        torn.push({ eventId, file: name })
      }
    }
    return { eventIds, torn }
  }

  /** Forgets items that are sealed. `sealed` tells them by id and hash, so a later item of that id stays. */
  async forget(eventId: string, sealed: readonly { itemId: string; sha256: string }[]): Promise<void> {
    for (const { itemId, sha256 } of sealed) {
      const sidecar = await this.#sidecar(eventId, fileOf(itemId))
      if (sidecar?.sha256 !== sha256) continue
      await rm(this.file(eventId, sidecar.file), { force: true })
      await rm(this.file(eventId, `${itemId}.json`), { force: true })
    }
    // Looked up and removed in one step, so that a write that begins meanwhile finds or makes its folder.
    if (!this.#writing.has(eventId)) removeEmpty(join(this.#folder, eventId))
  }

  async discard(eventId: string): Promise<void> {
    assert(isEventId(eventId), 'an event id is a plain name')
    await Promise.allSettled(this.#writing.get(eventId) ?? [])
    this.#next.delete(eventId)
    await rm(join(this.#folder, eventId), { recursive: true, force: true })
    await rm(join(this.#tornFolder, eventId), { recursive: true, force: true })
  }

  /** The event is over and sealed: its torn files are named in the package and need not be named again. */
  close(eventId: string): void {
    this.#next.delete(eventId)
  }

  #number(eventId: string): number {
    const next =
      this.#next.get(eventId) ?? 1 + highest(join(this.#folder, eventId), join(this.#tornFolder, eventId))
    this.#next.set(eventId, next + 1)
    return next
  }

  async #sidecar(eventId: string, name: string): Promise<Held | null> {
    try {
      const text = await readFile(this.file(eventId, sidecarOf(name)), 'utf8')
      const held = Sidecar.parse(JSON.parse(text))
      return held.file === name ? held : null
    } catch {
      // No sidecar, or none of ours: the caller calls the file torn and reports EVIDENCE_TORN.
      return null
    }
  }

  async #matches(eventId: string, { file, bytes, sha256, sm3 }: Held): Promise<boolean> {
    const path = this.file(eventId, file)
    if ((await stat(path)).size !== bytes) return false
    const digest = await digestFile(path, bytes)
    return digest.bytes === bytes && digest.sha256 === sha256 && digest.sm3 === sm3
  }

  async #setAside(eventId: string, name: string): Promise<void> {
    const aside = join(this.#tornFolder, eventId)
    await mkdir(aside, { recursive: true })
    await rename(this.file(eventId, name), join(aside, name))
    await rm(this.file(eventId, sidecarOf(name)), { force: true })
    await syncFolder(aside)
  }
}

const fileOf = (itemId: string): string => `${itemId}.${itemId.endsWith('-audio') ? 'wav' : 'mp4'}`
const sidecarOf = (name: string): string => name.replace(/\.\w+$/, '.json')

function isEventId(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name)
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort() // Not there: nothing is held.
}

/** At the first call for an event only, so that numbers follow the order of calls and go on after a restart. */
function highest(...folders: string[]): number {
  let top = 0
  for (const folder of folders) {
    for (const name of readNames(folder)) top = Math.max(top, Number(FILE_NAME.exec(name)?.[1] ?? 0))
  }
  return top
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Not empty: newer items wait for the next package. Not there: nothing was held.
  }
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // Not there: nothing was held yet.
  }
}
