/**
 * Obtains a trusted timestamp for every sealed package, when an authority can be reached, be it days later.
 *
 *     evidence/<packageId>/ without .tsr ─▶ authorities, in order ─▶ .stamping-<packageId> ─▶ rename into the package
 *            ▲                                      │ none answers
 *            └──────────── wait, longer each time ──┘
 *
 * There is no queue beside the disk: a package that has no token is owed one, so a kill -9 loses nothing and doubles
 * nothing. A token gets its name only when it is whole and was judged; nothing else in the package is touched [R70].
 * Who is to hear of it hears at least once: after a start `told` is asked about tokens that lie there.
 */
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Backoff } from '../kit/backoff.ts'
import { fault, isFault, reasonOf } from '../kit/errors.ts'
import { syncFolder } from '../kit/growing-file.ts'
import type { Log } from '../kit/log.ts'
import { Nap } from '../kit/nap.ts'
import { isPackageId, TAGMANIFEST, TIMESTAMP } from './bag.ts'
import { digestOf, writeNew } from './disk.ts'
import { nodeTools } from './folder-source.ts'
import { readKept } from './locker.ts'
import type { TimestampOptions } from './timestamp-options.ts'
import type { JudgedToken } from './token.ts'
import type { Stamp } from './tsa.ts'
import type { Vault } from './vault.ts'

export interface StampedPackage {
  readonly packageId: string
  /** SHA-256 of the tag manifest, which the token is over. */
  readonly tagmanifestHash: string
  readonly tokenSha256: string
  readonly token: JudgedToken
}

interface StampingParts {
  readonly options: TimestampOptions
  readonly vault: Pick<Vault, 'evidence' | 'keyOf'>
  /** Durable when it resolves; rejects when it could not be. */
  readonly onStamped: (stamped: StampedPackage) => Promise<void>
  /** Whether somebody has heard of this package's token. */
  readonly told: (packageId: string) => boolean
  readonly log: Log
  readonly random?: () => number
}

const HALF = '.stamping-'
const TOKEN_BYTES_MAX = 1 << 20

export class Stamping {
  readonly #parts: StampingParts
  readonly #backoff: Backoff
  /** Packages that have their token, and those that cannot be read: neither is looked at again until a restart. */
  readonly #done = new Set<string>()
  readonly #closing = new AbortController()
  readonly #nap = new Nap()
  #running: Promise<void> | null = null
  #nudged = false
  #busyWith: string | null = null
  /** Said once an outage, not at every try. */
  #complaint = ''

  constructor(parts: StampingParts) {
    const { retryFirstSec, retryMaxSec } = parts.options
    this.#parts = parts
    this.#backoff = new Backoff(
      { firstMs: retryFirstSec * 1000, maxMs: retryMaxSec * 1000, factor: 2 },
      parts.random,
    )
  }

  /** Returns at once; goes on until `close`. Without an authority it only tells of tokens that lie there. */
  start(): void {
    this.#running = this.#run()
  }

  /** A package was sealed. */
  nudge(): void {
    this.#nudged = true
    if (this.#backoff.attempt === 0) this.#nap.wake() // While nobody answers, one more package changes nothing.
  }

  /** Its token is on the way, so that it is not to be purged just now. */
  isStamping(packageId: string): boolean {
    return this.#busyWith === packageId
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#nap.end()
    await this.#running
  }

  async #run(): Promise<void> {
    await this.#guard(() => this.#clear())
    const { options } = this.#parts
    while (!this.#closing.signal.aborted) {
      this.#nudged = false
      const good = (await this.#guard(() => this.#round())) ?? false
      if (this.#closing.signal.aborted) return
      if (good) this.#backoff.reset()
      if (good && this.#nudged && options.authorities.length > 0) continue
      await this.#nap.sleep(good ? null : this.#backoff.nextMs())
    }
  }

  /** Leftovers of a crash; they never were part of a package. */
  async #clear(): Promise<void> {
    const { evidence: evidenceFolder } = this.#parts.vault
    await mkdir(evidenceFolder, { recursive: true })
    for (const name of await readdir(evidenceFolder)) {
      if (name.startsWith(HALF)) await rm(join(evidenceFolder, name), { force: true })
    }
  }

  /** Every package that is owed a token, oldest first; false when one has to wait. One that is in trouble holds up none. */
  async #round(): Promise<boolean> {
    const names = (await readdir(this.#parts.vault.evidence)).filter(isPackageId).sort()
    let good = true
    for (const packageId of names) {
      if (this.#closing.signal.aborted) return true
      if (this.#done.has(packageId)) continue
      this.#busyWith = packageId
      const settled = await this.#guard(() => this.#settle(packageId)).finally(() => (this.#busyWith = null))
      if (settled === 'NOBODY_ANSWERS') return false
      good &&= settled !== null
    }
    return good
  }

  async #settle(packageId: string): Promise<'SETTLED' | 'NOBODY_ANSWERS'> {
    const { vault, options, told } = this.#parts
    const folder = join(vault.evidence, packageId)
    if (!(await stat(join(folder, TAGMANIFEST)).catch(() => null))) {
      this.#done.add(packageId) // Purged, or damaged: `verify` says so.
      return 'SETTLED'
    }
    // What the token is over is the bytes that were sealed, also where they lie locked.
    const stamped = await readKept(folder, TAGMANIFEST, await vault.keyOf(packageId))
    const file = join(folder, TIMESTAMP)
    const there = await tokenAt(file)
    if (there !== null) {
      if (!told(packageId)) await this.#tell(packageId, stamped, there)
      this.#done.add(packageId)
      return 'SETTLED'
    }
    if (options.authorities.length === 0) return 'SETTLED'
    const stamp = await this.#ask(stamped)
    if (stamp === null) return 'NOBODY_ANSWERS'
    if (await this.#write(packageId, file, stamp.der))
      await this.#report(packageId, stamped, stamp.der, stamp.judged)
    this.#done.add(packageId)
    return 'SETTLED'
  }

  async #ask(stamped: Buffer): Promise<Stamp | null> {
    const { options, log } = this.#parts
    const { signal } = this.#closing
    // Loaded when the first token is asked for: reading certificates costs a start 130 ms.
    const { requestStamp } = await import('./tsa.ts')
    for (const authority of options.authorities) {
      try {
        const stamp = await requestStamp(authority, stamped, { timeoutMs: options.timeoutSec * 1000, signal })
        this.#complaint = ''
        return stamp
      } catch (error) {
        if (!isFault(error)) throw error
        if (signal.aborted) return null
        if (this.#complaint !== error.message) log.warn({ code: error.code, ...error.values }, error.message)
        this.#complaint = error.message
      }
    }
    return null
  }

  /** False when the package has gone meanwhile. */
  async #write(packageId: string, file: string, der: Buffer): Promise<boolean> {
    const { evidence: evidenceFolder } = this.#parts.vault
    const half = join(evidenceFolder, `${HALF}${packageId}`)
    await rm(half, { force: true })
    await writeNew(half, der)
    try {
      await rename(half, file)
      await syncFolder(join(evidenceFolder, packageId))
      return true
    } catch (error) {
      await rm(half, { force: true })
      if (await stat(join(evidenceFolder, packageId)).catch(() => null)) throw error
      return false
    }
  }

  /** Of a token that a former life of this process has fetched, and nobody has heard of. */
  async #tell(packageId: string, stamped: Buffer, der: Buffer): Promise<void> {
    const { options } = this.#parts
    const [{ judgeToken }, { authoritiesOf }] = await Promise.all([
      import('./timestamp.ts'),
      import('./tsa.ts'),
    ])
    const authorities = (
      await Promise.all(options.authorities.map(({ caFile }) => authoritiesOf(caFile)))
    ).flat()
    const judged = await judgeToken(der, stamped, authorities, nodeTools)
    if (judged.state === 'FITS' || judged.state === 'UNTRUSTED')
      await this.#report(packageId, stamped, der, judged)
  }

  async #report(packageId: string, stamped: Buffer, der: Buffer, token: JudgedToken): Promise<void> {
    const tagmanifestHash = digestOf(stamped).sha256
    await this.#parts.onStamped({ packageId, tagmanifestHash, tokenSha256: digestOf(der).sha256, token })
  }

  /** The disk or the store may fail under us; the packages are still there at the next round. */
  async #guard<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work()
    } catch (error) {
      const found = isFault(error) ? error : fault('STORE_FAILED', { reason: reasonOf(error) }, error)
      this.#parts.log.warn({ code: found.code, ...found.values }, found.message)
      return null
    }
  }
}

/** Null when there is none, so that one is owed. */
async function tokenAt(file: string): Promise<Buffer | null> {
  const handle = await open(file).catch(() => null)
  if (handle === null) return null
  try {
    const { size } = await handle.stat()
    return size <= TOKEN_BYTES_MAX ? await handle.readFile() : Buffer.alloc(0)
  } finally {
    await handle.close()
  }
}
