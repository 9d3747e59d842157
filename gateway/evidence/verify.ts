/**
 * Checks packages offline: each against itself (`check.ts`), and all of a box against each other.
 *
 *     №7 ◀─prevManifestHash─ №8 ◀─ №9      neighbours must fit; in a whole folder no number may be missing,
 *                                          and the newest must be the one chain.json names; what was purged has
 *                                          a signed tombstone that fits on both sides (`tombstones.ts`)
 *
 * Deleting the newest packages together with chain.json leaves no trace on the box: only who keeps the manifest
 * hashes elsewhere can tell (the platform gets each one, and a signed head every day) [R44].
 */
import type { KeyObject } from 'node:crypto'
import { lstat, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import type { Certificate } from 'pkijs'
import { fault, reasonOf } from '../kit/errors.ts'
import { EVIDENCE_JSON, PAYLOAD_MANIFESTS, TAGMANIFEST } from './bag.ts'
import { readChain } from './chain.ts'
import { type CheckedPackage, checkPackage, type Trust } from './check.ts'
import type { Finding } from './findings.ts'
import { headFindings } from './head-check.ts'
import { type Locker, readLock, unlockTo } from './locker.ts'
import { type Revocation, revokedFindings, trustedRevocations } from './revocations.ts'
import { keyIdOf, trustedKeys } from './seal.ts'
import { holesIn, readTombstones } from './tombstones.ts'
import { isPackageId } from './vault.ts'

interface VerifyOptions {
  readonly keys?: readonly KeyObject[]
  readonly revoked?: readonly KeyObject[]
  /** Revocation records that the verifier brought, beside those in the packages. */
  readonly revocations?: readonly Revocation[]
  /** Certificates of time-stamping authorities to trust. */
  readonly authorities?: readonly Certificate[]
  /** What the box has published as its newest package, day by day. */
  readonly heads?: string
  /** Folders hold only some packages of their box, a case's say: missing numbers are no finding. */
  readonly partial?: boolean
  readonly onProgress?: (bytes: number, path: string) => void
  /** Reads packages that lie locked. */
  readonly locker?: Locker | null
}

export interface PackageResult extends CheckedPackage {
  readonly ok: boolean
}

export interface VerifyReport {
  readonly ok: boolean
  readonly packages: readonly PackageResult[]
  /** About the chain as a whole: what belongs to no package that is there. */
  readonly findings: readonly Finding[]
  /** Missing packages that a signed tombstone stands for: purged, and the chain whole over them. */
  readonly purged: number
}

/** @param paths packages, folders of packages, or a storage folder that has `evidence/` in it */
export async function verifyPackages(
  paths: readonly string[],
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const trust: Trust = {
    pinned: options.keys ?? [],
    revoked: new Set((options.revoked ?? []).map(keyIdOf)),
    authorities: options.authorities ?? [],
  }
  const places = await Promise.all(paths.map(placeOf))
  const checked = new Map<string, Checked>()
  for (const path of places.flatMap((place) => place.packages)) {
    const onBytes = (bytes: number) => options.onProgress?.(bytes, path)
    if (checked.has(path)) continue
    checked.set(
      path,
      await unlocked(path, options.locker ?? null, (open) => checkPackage(open, trust, onBytes)),
    )
  }

  const chain = new ChainCheck([...checked.values()], trust)
  for (const { folder, packages } of places) {
    if (folder !== null && options.partial !== true) await chain.wholeFolder(folder, packages)
  }
  const keys = keysOf([...checked.values()], trust)
  const revoked = chain.revoked([...keys.revocations, ...(options.revocations ?? [])])
  const published = options.heads ?? ''
  const signers = new Map([...keys.trusted].filter(([keyId]) => !trust.revoked.has(keyId)))
  chain.findings.push(...headFindings(published, signers, chain.chains, options.partial === true))
  const packages = [...checked.values()].map(({ keyFiles: _, ...one }) => {
    const late = revoked.get(one.path) ?? []
    const findings = [...one.findings, ...chain.of(one), ...late]
    const trusted = late.length === 0 ? one.trust : ('none' as const)
    return { ...one, trust: trusted, findings, ok: findings.length === 0 }
  })
  return {
    ok: packages.every((one) => one.ok) && chain.findings.length === 0,
    packages,
    findings: chain.findings,
    purged: chain.purged,
  }
}

/** A locked package is checked as what it was before it was locked, in a folder that goes again. */
async function unlocked(
  path: string,
  locker: Locker | null,
  check: (path: string) => Promise<Checked>,
): Promise<Checked> {
  if ((await readLock(path)) === null) return check(path)
  const reason = `${path} is locked`
  if (locker === null) throw fault('STORAGE_KEY_MISSING', { from: '--storage-key', reason })
  const aside = await mkdtemp(join(tmpdir(), 'lushao-unlocked-'))
  try {
    const open = join(aside, basename(resolve(path)))
    const broken: Finding[] = []
    await unlockTo(path, open, await locker.keyOf(path, basename(resolve(path))), (item, detail) =>
      broken.push({ code: 'CHANGED', item, detail }),
    )
    const checked = await check(open)
    return { ...checked, path: resolve(path), findings: [...broken, ...checked.findings] }
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

/** Keys to trust, as all packages together tell it, and the revocations that those keys have signed. */
function keysOf(checked: readonly Checked[], { pinned, revoked }: Trust) {
  const all = (name: 'rotations' | 'revocations') =>
    [...new Set(checked.flatMap(({ keyFiles }) => keyFiles[name].split('\n')))].join('\n')
  const known = pinned.length > 0 ? pinned : checked.flatMap(({ keyFiles }) => keyFiles.publicKeys)
  const trusted = trustedKeys(known, revoked, all('rotations'))
  return { trusted, revocations: trustedRevocations(all('revocations'), trusted, all('rotations')) }
}

type Checked = Awaited<ReturnType<typeof checkPackage>>

interface Place {
  /** The folder whose packages are all meant, null when one package was named. */
  readonly folder: string | null
  readonly packages: readonly string[]
}

async function placeOf(path: string): Promise<Place> {
  const status = await stat(path).catch((error: unknown) => {
    throw fault('USAGE', { command: 'verify', reason: `${path}: ${reasonOf(error)}` }, error)
  })
  if (!status.isDirectory()) throw fault('USAGE', { command: 'verify', reason: `${path} is no folder` })
  if (await looksLikePackage(path)) return { folder: null, packages: [path] }

  const inside = join(path, 'evidence')
  const folder = (await lstat(inside).catch(() => null))?.isDirectory() ? inside : path // Else the folder itself.
  const packages: string[] = []
  for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const child = join(folder, entry.name)
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue
    if (isPackageId(entry.name) || (await looksLikePackage(child))) packages.push(child)
  }
  if (packages.length === 0) throw fault('USAGE', { command: 'verify', reason: `${path} holds no package` })
  return { folder, packages }
}

/** One of its files is enough, so that a package that lost some is still told as one. */
async function looksLikePackage(path: string): Promise<boolean> {
  const marks = ['bagit.txt', TAGMANIFEST, PAYLOAD_MANIFESTS.sha256, EVIDENCE_JSON]
  const found = await Promise.all(marks.map((name) => lstat(join(path, name)).catch(() => null)))
  return found.some((mark) => mark !== null)
}

type Numbered = CheckedPackage & { readonly sequence: number; readonly producer: string }

class ChainCheck {
  /** By producer, in order of their numbers. */
  readonly #chains = new Map<string, Numbered[]>()
  readonly #ofPackage = new Map<string, Finding[]>()
  readonly #trust: Trust
  readonly findings: Finding[] = []
  purged = 0

  constructor(packages: readonly CheckedPackage[], trust: Trust) {
    this.#trust = trust
    for (const one of packages) {
      if (one.sequence === null || one.producer === null) continue
      const chain = this.#chains.get(one.producer) ?? []
      this.#chains.set(one.producer, chain)
      chain.push(one as Numbered)
    }
    for (const chain of this.#chains.values()) {
      chain.sort((a, b) => a.sequence - b.sequence)
      for (const [index, one] of chain.entries()) this.#compare(chain[index - 1], one)
    }
  }

  /** By producer, in order of their numbers. */
  get chains(): ReadonlyMap<string, readonly Numbered[]> {
    return this.#chains
  }

  revoked(revocations: readonly Revocation[]): Map<string, Finding[]> {
    const keyed = (chain: readonly Numbered[]) =>
      chain.map((one) => ({ ...one, keyIds: [one.keyId, one.sm2KeyId].filter((id) => id !== null) }))
    return new Map(
      [...this.#chains.values()].flatMap((chain) => [...revokedFindings(keyed(chain), revocations)]),
    )
  }

  of(one: CheckedPackage): readonly Finding[] {
    return this.#ofPackage.get(one.path) ?? []
  }

  /** All packages of a box: numbers from 1 without a hole, up to the newest the box remembers. */
  async wholeFolder(folder: string, packages: readonly string[]): Promise<void> {
    const here = new Set(packages)
    const { packages: stones, findings } = await readTombstones(folder, this.#trust)
    this.findings.push(...findings)
    for (const [producer, chain] of this.#chains) {
      const own = stones.filter((stone) => stone.producer === producer)
      const holes = holesIn(
        chain.filter(({ path }) => here.has(path)),
        own,
      )
      for (const [from, to] of holes.lost) {
        const lost = from === to ? String(from) : `${from}–${to}`
        this.findings.push({ code: 'CHAIN_GAP', item: lost, detail: producer })
      }
      for (const sequence of holes.misfits)
        this.findings.push({ code: 'TOMBSTONE_MISFIT', item: String(sequence), detail: producer })
      this.purged += holes.covered
    }
    const head = (await readChain(join(folder, 'chain.json')))?.head
    if (head === null || head === undefined) return
    const newest = [...this.#chains.values()].flat().find((one) => one.packageId === head.packageId)
    if (newest?.manifestHash === head.manifestHash) return
    this.findings.push({ code: 'CHAIN_HEAD', item: head.packageId, detail: `no. ${head.sequence}` })
  }

  #compare(before: Numbered | undefined, one: Numbered): void {
    const findings: Finding[] = []
    if (one.sequence === 1 && one.prevManifestHash !== null) {
      findings.push({ code: 'CHAIN_BROKEN', item: '-', detail: 'no. 1 has no package before it' })
    }
    if (before?.sequence === one.sequence && before.path !== one.path) {
      findings.push({ code: 'CHAIN_FORK', item: before.packageId ?? '?', detail: `no. ${one.sequence}` })
    }
    if (before?.sequence === one.sequence - 1 && one.prevManifestHash !== before.manifestHash) {
      findings.push({ code: 'CHAIN_BROKEN', item: before.packageId ?? '?', detail: `no. ${before.sequence}` })
    }
    this.#ofPackage.set(one.path, findings)
  }
}
