/**
 * What a sealed package consists of, file by file, in the order in which it leaves the box.
 *
 *     data/… small first ─▶ data/… large ─▶ manifests, bag-info, key ─▶ tag manifest ─▶ its seals
 *
 * The seals come last: whoever has them has all the rest, or knows by the manifests what is missing. A time stamp may
 * be added beside the tag manifest long after sealing; it is a file of the package like any other. A package that lies
 * locked leaves as what it was before it was locked.
 */
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fault, reasonOf } from '../kit/errors.ts'
import { PAYLOAD_MANIFESTS, readManifest, TAGMANIFEST } from './bag.ts'
import type { PackageKey } from './lock.ts'
import { keptFile, readKept } from './locker.ts'
import type { Vault } from './vault.ts'

export type FileKind = 'original' | 'derived' | 'record' | 'tag'

export interface PackageFile {
  /** Inside the package. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  readonly kind: FileKind
}

export interface Inventory {
  /** sha256 of `manifest-sha256.txt`: names every payload file. */
  readonly manifestHash: string
  readonly tagmanifestHash: string
  readonly files: readonly PackageFile[]
}

/** Packages as they are read: open or locked, they are the same. */
export type Packages = Pick<Vault, 'evidence' | 'keyOf'>

/** Reads names and hashes as the package states them; whether the bytes fit is `verify`'s question. */
export async function inventoryOf(packages: Packages, packageId: string): Promise<Inventory> {
  const folder = join(packages.evidence, packageId)
  const key = await packages.keyOf(packageId)
  try {
    const read = (path: string) => readKept(folder, path, key)
    const [manifest, tagmanifest] = [await read(PAYLOAD_MANIFESTS.sha256), await read(TAGMANIFEST)]
    const seals = (await readdir(folder)).filter((name) => name.startsWith(TAGMANIFEST)).sort()
    const payload = await filesOf(folder, key, readManifest(manifest.toString()).hashes)
    const tags = await filesOf(folder, key, readManifest(tagmanifest.toString()).hashes)
    const sealed = new Map<string, string>()
    for (const name of seals) sealed.set(name, sha256Of(await read(name)))
    return {
      manifestHash: sha256Of(manifest),
      tagmanifestHash: sha256Of(tagmanifest),
      files: [
        ...payload.toSorted((a, b) => a.bytes - b.bytes || (a.path < b.path ? -1 : 1)),
        ...tags,
        ...(await filesOf(folder, key, sealed)),
      ],
    }
  } catch (error) {
    throw fault('EVIDENCE_UNREADABLE', { packageId, reason: reasonOf(error) }, error)
  }
}

/** Bytes `from` … `to`, `to` not included, of one file: the only way in which a file leaves the box. */
export function readRange(
  packages: Packages,
  packageId: string,
  path: string,
  from: number,
  to: number,
): Readable {
  const bytes = async function* () {
    if (to <= from) return
    const file = await keptFile(join(packages.evidence, packageId), path, await packages.keyOf(packageId))
    yield* file.read(from, to)
  }
  return Readable.from(bytes(), { objectMode: false })
}

/** Of one file as it is read now. */
export async function sha256In(packages: Packages, packageId: string, { path, bytes }: PackageFile) {
  const hash = createHash('sha256')
  for await (const piece of readRange(packages, packageId, path, 0, bytes + 1)) hash.update(piece as Buffer)
  return hash.digest('hex')
}

async function filesOf(
  folder: string,
  key: PackageKey | null,
  hashes: ReadonlyMap<string, string>,
): Promise<PackageFile[]> {
  const files: PackageFile[] = []
  for (const [path, sha256] of hashes) {
    const { bytes } = await keptFile(folder, path, key)
    files.push({ path, bytes, sha256, kind: kindOf(path) })
  }
  return files
}

function kindOf(path: string): FileKind {
  if (path.startsWith('data/original/')) return 'original'
  if (path.startsWith('data/derived/')) return 'derived'
  return path.startsWith('data/') ? 'record' : 'tag'
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
