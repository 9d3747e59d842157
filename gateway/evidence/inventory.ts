/**
 * What a sealed package consists of, file by file, in the order in which it leaves the box.
 *
 *     data/… small first ─▶ data/… large ─▶ manifests, bag-info, key ─▶ tag manifest ─▶ its seals
 *
 * The seals come last: whoever has them has all the rest, or knows by the manifests what is missing. A time stamp may
 * be added beside the tag manifest long after sealing; it is a file of the package like any other.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fault, reasonOf } from '../kit/errors.ts'
import { PAYLOAD_MANIFESTS, readManifest, TAGMANIFEST } from './bag.ts'

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

/** Reads names and hashes as the package states them; whether the bytes fit is `verify`'s question. */
export async function inventoryOf(folder: string): Promise<Inventory> {
  try {
    const read = (path: string) => readFile(join(folder, path))
    const [manifest, tagmanifest] = [await read(PAYLOAD_MANIFESTS.sha256), await read(TAGMANIFEST)]
    const seals = (await readdir(folder)).filter((name) => name.startsWith(TAGMANIFEST)).sort()
    const payload = await filesOf(folder, readManifest(manifest.toString()).hashes)
    const tags = await filesOf(folder, readManifest(tagmanifest.toString()).hashes)
    const sealed = new Map<string, string>()
    for (const name of seals) sealed.set(name, sha256Of(await read(name)))
    return {
      manifestHash: sha256Of(manifest),
      tagmanifestHash: sha256Of(tagmanifest),
      files: [
        ...payload.toSorted((a, b) => a.bytes - b.bytes || (a.path < b.path ? -1 : 1)),
        ...tags,
        ...(await filesOf(folder, sealed)),
      ],
    }
  } catch (error) {
    throw fault(
      'EVIDENCE_UNREADABLE',
      { packageId: folder.split('/').at(-1), reason: reasonOf(error) },
      error,
    )
  }
}

/** Bytes `from` … `to`, `to` not included, of one file: the only way in which a file leaves the box. */
export function readRange(folder: string, path: string, from: number, to: number): Readable {
  if (to <= from) return Readable.from([])
  return createReadStream(join(folder, path), { start: from, end: to - 1 })
}

async function filesOf(folder: string, hashes: ReadonlyMap<string, string>): Promise<PackageFile[]> {
  const files: PackageFile[] = []
  for (const [path, sha256] of hashes) {
    const { size } = await stat(join(folder, path))
    files.push({ path, bytes: size, sha256, kind: kindOf(path) })
  }
  return files
}

function kindOf(path: string): FileKind {
  if (path.startsWith('data/original/')) return 'original'
  if (path.startsWith('data/derived/')) return 'derived'
  return path.startsWith('data/') ? 'record' : 'tag'
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
