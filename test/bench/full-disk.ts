/**
 * A small file system of its own, filled to the last byte at the N-th call to it: real ENOSPC, at each write in turn.
 *
 *     sealed and held, sealed and owed ─▶ hold, hold, seal, raise, purge … ─ call N: full ─ … ─▶ room again ─▶ compare
 *
 * Shared by the test, which takes some of the calls, and by `npm run bench:disk-full`, which takes all.
 */
import { spawnSync } from 'node:child_process'
import { createHash, createPublicKey } from 'node:crypto'
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AlertDesk } from '../../gateway/alerts/desk.ts'
import { Holds } from '../../gateway/alerts/holds.ts'
import type { EvidenceKeeper } from '../../gateway/evidence/keeper.ts'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { SpaceWatch } from '../../gateway/evidence/space.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { Database } from '../../gateway/kit/database.ts'
import { isFault } from '../../gateway/kit/errors.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import {
  factsOf,
  LATER,
  openKeeper,
  START_WALL_MS,
  STREET,
  sealOne,
  wrap,
} from '../stages/evidence-footage.ts'
import { stepThrough } from '../stages/frozen-disk.ts'
import { CLOSED, livesOf, openPurger } from '../stages/purge-fixture.ts'
import { sampleEvent } from '../stages/sample-event.ts'

const MIB = 2 ** 20

/** A file system in memory of so many MiB; null where one may not be mounted. */
export function smallDisk(mib: number): { readonly folder: string; unmount(): void } | null {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-small-disk-'))
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', folder]).status !== 0) {
    rmSync(folder, { recursive: true })
    return null
  }
  return {
    folder,
    unmount() {
      spawnSync('umount', ['-l', folder]) // What still has a file open lets go of it later.
      rmSync(folder, { recursive: true })
    },
  }
}

/** Takes everything that is left, to the last page. */
export class Balloon {
  readonly #file: string

  constructor(folder: string) {
    this.#file = join(folder, 'somebody-else')
  }

  fill(): void {
    const file = openSync(this.#file, 'a')
    for (let bytes = MIB; bytes >= 512; ) {
      try {
        if (writeSync(file, Buffer.alloc(bytes)) < bytes) bytes /= 2
      } catch {
        bytes /= 2 // Full for so many: fewer may still fit.
      }
    }
    closeSync(file)
  }

  burst(): void {
    rmSync(this.#file, { force: true })
  }
}

export interface Trial {
  /** The disk was filled at this call; false: there were not so many. */
  readonly filled: boolean
  /** Evidence that was acknowledged and is not there, or not as it was; alerts likewise. */
  readonly lost: readonly string[]
  /** Whether the package under a hold was touched, or the hold forgotten. */
  readonly heldTouched: boolean
  /** From the last free byte to the state `full` being told; null: no write was refused. */
  readonly degradedMs: number | null
  readonly refused: number
}

export class FullDisk {
  readonly #root: string
  readonly #pattern: string

  private constructor(root: string, pattern: string) {
    this.#root = root
    this.#pattern = pattern
  }

  /** @param root the small file system; a pattern of a box is made beside it, once */
  static async make(root: string): Promise<FullDisk> {
    const pattern = mkdtempSync(join(tmpdir(), 'lushao-full-disk-'))
    const keeper = await openKeeper(pattern)
    for (const [at, act] of ['act-held', 'act-owed', 'act-old', 'act-newest'].entries())
      await sealOne(keeper, act, { producedAtWallMs: START_WALL_MS + (at + 1) * 300_000 })
    const { database, desk, holds } = officeIn(pattern)
    desk.raise({ ...sampleEvent('held'), eventId: 'act-held' })
    holds.place({ eventId: 'act-held', by: 'p-1', reason: 'a complaint' })
    database.close()
    return new FullDisk(root, pattern)
  }

  close(): void {
    rmSync(this.#pattern, { recursive: true })
  }

  async trial(call: number): Promise<Trial> {
    const folder = join(this.#root, 'box')
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
    cpSync(this.#pattern, folder, { recursive: true })
    const balloon = new Balloon(this.#root)
    const limits = { freeMinBytes: 0, freeWarnBytes: 4 * MIB, quotaBytes: null, reserveBytes: MIB }
    const space = new SpaceWatch({ folder, measured: [], limits, clock: systemClock, log: silentLog })
    await space.start()
    const keeper = await openKeeper(folder, { space })
    const office = officeIn(folder)
    office.database.makeRoom = () => space.makeRoom()
    const times = { fullMs: Number.NaN, toldMs: Number.NaN }
    space.onChange(({ state }) => {
      if (state === 'full' && Number.isNaN(times.toldMs)) times.toldMs = systemClock.monotonicMs()
    })
    const told = new Promise<void>((resolve) => space.onChange(({ state }) => state === 'full' && resolve()))

    let calls = 0
    const restore = stepThrough(async () => {
      if (++calls !== call) return
      balloon.fill()
      times.fullMs = systemClock.monotonicMs()
    })
    const done = await work(keeper, office.desk, folder).finally(restore)
    const filled = calls >= call
    const alive = setInterval(() => {}, 1_000) // The watch’s own timer keeps nobody from ending.
    if (filled) await told
    clearInterval(alive)
    balloon.burst()
    await space.close()
    office.database.close()
    const { lost, heldTouched } = await this.#compare(folder, done)
    const degradedMs = filled ? Math.max(0, times.toldMs - times.fullMs) : null
    return { filled, lost, heldTouched, degradedMs, refused: done.refused.length }
  }

  async #compare(folder: string, done: Done): Promise<{ lost: string[]; heldTouched: boolean }> {
    const keeper = await openKeeper(folder)
    const { database, desk, holds } = officeIn(folder)
    const keys = [createPublicKey((await openSigner(join(folder, 'keys'))).publicKeyPem)]
    const report = await verifyPackages([folder], { keys })
    const lost = report.findings.map(({ code, item }) => `${code} ${item}`)
    const good = new Map(report.packages.map(({ ok, packageId, eventId }) => [packageId, { ok, eventId }]))
    for (const [packageId, { ok }] of good) if (!ok) lost.push(`${packageId} is bad`)
    for (const packageId of done.sealed) if (!good.has(packageId)) lost.push(`${packageId} is gone`)
    if (![...good.values()].some(({ eventId }) => eventId === 'act-owed'))
      lost.push('what the platform does not have yet')
    for (const { eventId, sha256 } of done.held) {
      const hashes = [
        ...hashesUnder(join(folder, 'pending', eventId)),
        ...hashesUnder(join(folder, 'evidence')),
      ]
      if (!hashes.includes(sha256)) lost.push(`original ${sha256}`)
    }
    for (const eventId of done.raised) if (desk.get(eventId) === null) lost.push(`alert ${eventId}`)
    const one = [...good].find(([, { eventId }]) => eventId === 'act-held')
    const same = one !== undefined && sameTree(this.#pattern, folder, String(one[0]))
    const heldTouched = !same || !holds.isHeld('act-held')
    database.close()
    await keeper.close()
    return { lost, heldTouched }
  }
}

function officeIn(folder: string) {
  const database = new Database(join(folder, 'lushao.db'))
  const outbox = new Outbox(database, OutboxOptions.parse({}), systemClock, silentLog)
  const desk = new AlertDesk(database, outbox, systemClock)
  return { database, desk, holds: new Holds({ database, desk, clock: systemClock }) }
}

interface Done {
  readonly held: { eventId: string; sha256: string }[]
  readonly sealed: string[]
  readonly raised: string[]
  readonly refused: string[]
}

/** What a box does all day; what is refused for want of room is counted, anything else is our bug and thrown. */
async function work(keeper: EvidenceKeeper, desk: AlertDesk, folder: string): Promise<Done> {
  const done: Done = { held: [], sealed: [], raised: [], refused: [] }
  const tried = async (what: () => Promise<void> | void) => {
    try {
      await what()
    } catch (error) {
      const full = isFault(error, 'STORAGE_FULL') || /disk is full|SQLITE_FULL/.test(String(error))
      if (!full) throw error
      done.refused.push(String(error))
    }
  }
  const lives = livesOf('act-held', 'act-owed', 'act-old', 'act-newest')
  lives.lives.set('act-held', { ...CLOSED, held: true })
  const owedId = (await keeper.vault.packageIds())[1]
  if (owedId !== undefined) lives.owed.add(owedId)
  const purger = await openPurger(keeper, lives)
  for (const eventId of ['act-a', 'act-b']) {
    for (const [kind, bytes] of [['START', STREET] as const, ['CONFIRM', LATER] as const])
      await tried(async () => {
        const { sha256 } = await keeper.hold(eventId, kind, wrap(bytes, 12))
        done.held.push({ eventId, sha256 })
      })
    const facts = factsOf(eventId, { producedAtWallMs: START_WALL_MS + 3_000_000 })
    await tried(async () => void done.sealed.push((await keeper.seal(facts)).packageId))
    await tried(() => void done.raised.push(desk.raise({ ...sampleEvent(eventId), eventId }).eventId))
    await tried(async () => void (await purger.round()))
    await tried(async () => void (await purger.relieve(64 * MIB)))
  }
  await purger.close()
  await tried(() => readdirSync(folder) && undefined)
  return done
}

function hashesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [] // All of it is sealed.
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  return names
    .filter((entry) => entry.isFile() && entry.name.endsWith('.mp4'))
    .map((entry) => hashOf(join(entry.parentPath, entry.name)))
}

const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

function sameTree(one: string, other: string, packageId: string): boolean {
  const list = (root: string) => {
    const folder = join(root, 'evidence', packageId)
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => `${name} ${hashOf(join(folder, name))}`)
      .sort()
      .join('\n')
  }
  return list(one) === list(other)
}
