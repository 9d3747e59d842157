/**
 * Where exports are asked for: made one at a time with low priority, kept for some days, made again when they are gone.
 *
 *     request ─▶ there? ─▶ file
 *                  └ no ─▶ queue (bounded) ─▶ exportPackage ─▶ <storage>/exports/<package>-<profile>-<how>.zip
 *
 * What lies in `exports` is a derivative and no evidence: it is deleted when its days are over, by age and by number,
 * and nothing is lost by that. A name follows from package, profile, options and detector, so the same wish is the
 * same file, and a better detector makes another.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { DetectorPool } from '../../detections/detector.ts'
import type { Clock } from '../../kit/clock.ts'
import { type Fault, fault } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import { unlockTo } from '../locker.ts'
import type { Vault } from '../vault.ts'
import { type ExportWish, exportPackage } from './export.ts'
import type { RedactionOptions } from './profiles.ts'
import { zipFolder } from './zip.ts'

interface ExportDeskParts {
  readonly options: RedactionOptions
  readonly vault: Vault
  readonly detector: DetectorPool | null
  readonly clock: Clock
  readonly log: Log
}

export type Asked =
  | { readonly state: 'ready'; readonly file: string }
  | { readonly state: 'waiting'; readonly before: number }
  | { readonly state: 'working'; readonly doneSec: number; readonly totalSec: number }

interface Job {
  readonly name: string
  readonly packageId: string
  readonly wish: ExportWish
  doneSec: number
  totalSec: number
  working: boolean
  readonly over: Promise<Fault | Error | null>
  readonly settle: (failure: Fault | Error | null) => void
}

const DAY_MS = 86_400_000
const WORK = '.work-'

export class ExportDesk {
  readonly #parts: ExportDeskParts
  readonly #folder: string
  readonly #jobs: Job[] = []
  readonly #stop = new AbortController()
  #working: Promise<void> = Promise.resolve()

  private constructor(parts: ExportDeskParts) {
    this.#parts = parts
    this.#folder = join(parts.vault.root, 'exports')
  }

  /** `detector`: that of the cameras; it looks at exports in its spare time. */
  static async open(
    options: RedactionOptions,
    vault: Vault,
    detector: DetectorPool | null,
    { clock, log }: { readonly clock: Clock; readonly log: Log },
  ): Promise<ExportDesk> {
    const desk = new ExportDesk({ options, vault, detector, clock, log })
    await desk.#start()
    return desk
  }

  /** What a crash left half done is no export. */
  async #start(): Promise<void> {
    const folder = this.#folder
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const name of await readdir(folder)) {
      if (name.startsWith('.') || !name.endsWith('.zip'))
        await rm(join(folder, name), { recursive: true, force: true })
    }
    await this.#clear()
  }

  has(packageId: string): Promise<boolean> {
    return this.#parts.vault.has(packageId)
  }

  /** Waits a while for the export; asked again it goes on. @throws Fault EXPORT_QUEUE_FULL, EVIDENCE_UNREADABLE */
  async request(packageId: string, wish: ExportWish): Promise<Asked> {
    const name = this.#nameOf(packageId, wish)
    const file = join(this.#folder, name)
    if (await isFile(file)) return { state: 'ready', file }
    const job = this.#jobs.find((each) => each.name === name) ?? this.#enqueue(name, packageId, wish)
    const failure = await within(job.over, this.#parts.options.waitSec * 1000)
    if (failure === null) return { state: 'ready', file }
    if (failure !== undefined) throw failure
    if (job.working) return { state: 'working', doneSec: job.doneSec, totalSec: job.totalSec }
    return { state: 'waiting', before: this.#jobs.indexOf(job) }
  }

  /** Of evidence that goes nothing stays behind. What cannot be removed now goes when its days are over. */
  async forget(packageId: string): Promise<void> {
    for (const name of await readdir(this.#folder).catch(() => [])) {
      if (name.startsWith(`${packageId}-`))
        await rm(join(this.#folder, name), { force: true }).catch(() => {})
    }
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the gateway stops'))
    await this.#working
  }

  #nameOf(packageId: string, wish: ExportWish): string {
    const { detector, options } = this.#parts
    const how = [wish.wholePersons, wish.sound, detector?.modelDigest ?? null, options.looksPerSec]
    const digest = createHash('sha256').update(JSON.stringify(how)).digest('hex').slice(0, 8)
    return `${packageId}-${wish.profile}-${digest}.zip`
  }

  #enqueue(name: string, packageId: string, wish: ExportWish): Job {
    const waiting = this.#jobs.length
    if (waiting >= this.#parts.options.queueMax) throw fault('EXPORT_QUEUE_FULL', { waiting })
    let settle: Job['settle'] = () => undefined
    const over = new Promise<Fault | Error | null>((resolve) => {
      settle = resolve
    })
    const job = { name, packageId, wish, doneSec: 0, totalSec: 0, working: false, over, settle }
    this.#jobs.push(job)
    this.#working = this.#working.then(() => this.#work(job))
    return job
  }

  async #work(job: Job): Promise<void> {
    job.working = true
    const failure = await this.#make(job).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    )
    this.#jobs.splice(this.#jobs.indexOf(job), 1)
    job.settle(failure)
  }

  async #make(job: Job): Promise<void> {
    const { detector, options, clock, log } = this.#parts
    const folder = this.#folder
    this.#stop.signal.throwIfAborted()
    await this.#clear()
    const wallMs = clock.wallMs()
    const work = join(folder, WORK + basename(job.name, '.zip'))
    await rm(work, { recursive: true, force: true })
    // Of a package that lies locked a copy is read that goes again.
    const aside = `${work}-unlocked`
    try {
      const from = await this.#readable(job.packageId, aside)
      await exportPackage({
        ...job.wish,
        ...{ from, to: work, purpose: null },
        ...{ detector, options, wallMs, signal: this.#stop.signal },
        onFault: (found) => log.warn({ code: found.code, ...found.values }, found.message),
        onProgress: (doneSec, totalSec) => Object.assign(job, { doneSec, totalSec }),
      })
      await zipFolder(work, join(folder, job.name), wallMs)
    } finally {
      for (const left of [work, aside]) await rm(left, { recursive: true, force: true })
    }
  }

  async #readable(packageId: string, aside: string): Promise<string> {
    const { vault } = this.#parts
    const folder = join(vault.evidence, packageId)
    const key = await vault.keyOf(packageId)
    if (key === null) return folder
    await unlockTo(folder, join(aside, packageId), key)
    return join(aside, packageId)
  }

  /** The oldest go first, and none stays longer than its days. */
  async #clear(): Promise<void> {
    const { options, clock } = this.#parts
    const folder = this.#folder
    const names = (await readdir(folder)).filter((name) => name.endsWith('.zip'))
    const files = await Promise.all(
      names.map(async (name) => ({ name, madeMs: (await stat(join(folder, name))).mtimeMs })),
    )
    files.sort((a, b) => b.madeMs - a.madeMs)
    const oldMs = clock.wallMs() - options.keepDays * DAY_MS
    for (const [place, { name, madeMs }] of files.entries()) {
      if (place >= options.exportsMax || madeMs < oldMs) await rm(join(folder, name), { force: true })
    }
  }
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null))?.isFile() ?? false
}

/** What the promise gives, or undefined when it takes longer. */
async function within<T>(promise: Promise<T>, waitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), waitMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
