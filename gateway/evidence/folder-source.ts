/** A bag that is a folder on this machine, and the arithmetic of Node, for the checks. */
import { createHash, createPublicKey } from 'node:crypto'
import { basename, join, resolve } from 'node:path'
import { fault, isFault } from '../kit/errors.ts'
import type { BagSource, Digest, Tools } from './bag-source.ts'
import { digestFile, digestOf } from './disk.ts'
import type { PackageKey } from './lock.ts'
import { keptFile, LOCK_FILE, type Locker, readKept, readLock } from './locker.ts'
import { spkiOf } from './public-key.ts'
import { verifySignature } from './seal.ts'
import { readSmall, readTree } from './tree.ts'

async function folderSource(folder: string): Promise<BagSource> {
  const root = resolve(folder)
  const { files, findings } = await readTree(root)
  return {
    ...{ name: basename(root), path: root, files, findings },
    read: (path, bytesMax) => readSmall(join(root, path), bytesMax),
    digest: async (path, bytes, onBytes) => {
      const digest = await digestFile(join(root, path), bytes, onBytes).catch(() => null)
      return digest?.bytes === bytes ? digest : null
    },
  }
}

/** As it was before it was locked, where it lies locked: read bit by bit, nothing is written anywhere. */
export async function bagSource(folder: string, locker: Locker | null): Promise<BagSource> {
  const open = await folderSource(folder)
  if ((await readLock(open.path)) === null) return open
  const reason = `${folder} is locked`
  if (locker === null) throw fault('STORAGE_KEY_MISSING', { from: '--storage-key', reason })
  const key = await locker.keyOf(open.path, basename(open.path))
  const files = new Map<string, number>()
  const findings = [...open.findings]
  for (const path of open.files.keys()) {
    if (path === LOCK_FILE) continue
    const file = await orBroken(keptFile(open.path, path, key))
    if ('bytes' in file) files.set(path, file.bytes)
    else findings.push({ code: 'CHANGED', item: path, detail: file.broken })
  }
  return {
    ...{ name: open.name, path: open.path, files, findings },
    read: async (path, bytesMax) => {
      if ((files.get(path) ?? 0) > bytesMax) return null
      const bytes = await orBroken(readKept(open.path, path, key))
      return 'broken' in bytes ? null : bytes
    },
    digest: (path, bytes, onBytes) => digestKept(open.path, path, key, { bytes, onBytes }),
  }
}

async function digestKept(
  folder: string,
  path: string,
  key: PackageKey,
  { bytes, onBytes }: { bytes: number; onBytes: (count: number) => void },
): Promise<Digest | null> {
  const [sha256, sm3] = [createHash('sha256'), createHash('sm3')]
  let total = 0
  const read = async () => {
    for await (const piece of (await keptFile(folder, path, key)).read()) {
      total += piece.length
      sha256.update(piece)
      sm3.update(piece)
      onBytes(piece.length)
    }
    return { bytes: total, sha256: sha256.digest('hex'), sm3: sm3.digest('hex') }
  }
  const digest = await orBroken(read())
  // What does not open any more was changed: no hash fits it.
  if ('broken' in digest) return { bytes, sha256: '', sm3: '' }
  return total === bytes ? digest : null
}

async function orBroken<T extends object>(work: Promise<T>): Promise<T | { readonly broken: string }> {
  try {
    return await work
  } catch (error) {
    if (!isFault(error, 'EVIDENCE_LOCK_BROKEN')) throw error
    return { broken: String(error.values['reason']) }
  }
}

export const nodeTools: Tools = {
  sha256: (data) => digestOf(data).sha256,
  sm3: (data) => digestOf(data).sm3,
  verifies: (key, data, signature) => {
    const der = Buffer.from(spkiOf(key))
    return verifySignature(createPublicKey({ key: der, format: 'der', type: 'spki' }), data, signature)
  },
}
