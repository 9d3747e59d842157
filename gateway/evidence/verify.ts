/**
 * Checks packages that lie on this machine, offline.
 *
 *     package                 ─┐
 *     folder of packages      ─┼─▶ places ─▶ check-all
 *     storage with evidence/  ─┘
 */
import type { KeyObject } from 'node:crypto'
import { lstat, readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Certificate } from 'pkijs'
import { fault, reasonOf } from '../kit/errors.ts'
import { BAG_MARKS, isPackageId } from './bag.ts'
import { readChain } from './chain.ts'
import { checkAll, type Place, type VerifyReport } from './check-all.ts'
import { bagSource, nodeTools } from './folder-source.ts'
import type { Locker } from './locker.ts'
import { publicKeyOf, type Trust } from './public-key.ts'
import type { Revocation } from './revocation-check.ts'
import { keyIdOf } from './seal.ts'
import { PURGED_FILE } from './tombstones.ts'

interface VerifyOptions {
  readonly keys?: readonly KeyObject[]
  /** SHA-256 of keys that are trusted without being at hand, 64 hex digits each. */
  readonly fingerprints?: readonly string[]
  readonly revoked?: readonly KeyObject[]
  /** Folders hold only some packages of their box, a case's say: missing numbers are no finding. */
  readonly partial?: boolean
  /** Manifest hashes kept elsewhere. */
  readonly anchors?: readonly string[]
  readonly timestamped?: boolean
  /** What the box has published as its newest package, day by day. */
  readonly heads?: string
  /** Revocation records that the verifier brought, beside those in the packages. */
  readonly revocations?: readonly Revocation[]
  /** Reads packages that lie locked. */
  readonly locker?: Locker | null
  /** Certificates of time-stamping authorities to trust. */
  readonly authorities?: readonly Certificate[]
  readonly onProgress?: (bytes: number, path: string) => void
}

/** @param paths packages, folders of packages, or a storage folder that has `evidence/` in it */
export async function verifyPackages(
  paths: readonly string[],
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const places: Place[] = []
  for (const path of paths) places.push(await placeOf(path, options.locker ?? null))
  return checkAll(places, {
    trust: trustOf(options),
    tools: nodeTools,
    partial: options.partial ?? false,
    anchors: options.anchors ?? [],
    timestamped: options.timestamped ?? false,
    heads: options.heads ?? '',
    revocations: options.revocations ?? [],
    onProgress: options.onProgress ?? (() => {}),
  })
}

function trustOf({ keys = [], fingerprints = [], revoked = [], authorities = [] }: VerifyOptions): Trust {
  const pinned = keys.map((key) => publicKeyOf(key.export({ type: 'spki', format: 'der' }), nodeTools))
  return {
    pinned: pinned.filter((key) => key !== null),
    fingerprints: new Set(fingerprints),
    revoked: new Set(revoked.map(keyIdOf)),
    authorities,
  }
}

async function placeOf(path: string, locker: Locker | null): Promise<Place> {
  const status = await stat(path).catch((error: unknown) => {
    throw fault('USAGE', { command: 'verify', reason: `${path}: ${reasonOf(error)}` }, error)
  })
  if (!status.isDirectory()) throw fault('USAGE', { command: 'verify', reason: `${path} is no folder` })
  if (await looksLikePackage(path))
    return { folder: null, bags: [await bagSource(path, locker)], chain: 'absent', purged: null }

  const inside = join(path, 'evidence')
  const folder = resolve((await lstat(inside).catch(() => null))?.isDirectory() ? inside : path) // Else the folder itself.
  const packages: string[] = []
  for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const child = join(folder, entry.name)
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue
    if (isPackageId(entry.name) || (await looksLikePackage(child))) packages.push(child)
  }
  if (packages.length === 0) throw fault('USAGE', { command: 'verify', reason: `${path} holds no package` })
  const chainFile = join(folder, 'chain.json')
  const hasChain = (await lstat(chainFile).catch(() => null)) !== null
  return {
    folder,
    bags: await Promise.all(packages.map((one) => bagSource(one, locker))),
    chain: hasChain ? await readChain(chainFile) : 'absent',
    purged: await readFile(join(folder, PURGED_FILE), 'utf8').catch(() => null), // Nothing was purged.
  }
}

/** One of its files is enough, so that a package that lost some is still told as one. */
async function looksLikePackage(path: string): Promise<boolean> {
  const found = await Promise.all(BAG_MARKS.map((name) => lstat(join(path, name)).catch(() => null)))
  return found.some((mark) => mark !== null)
}
