/** A bag that is a folder on this machine, and the arithmetic of Node, for the checks. */
import { createPublicKey, verify } from 'node:crypto'
import { basename, join, resolve } from 'node:path'
import type { BagSource, Tools } from './bag-source.ts'
import { digestFile, digestOf } from './disk.ts'
import { readSmall, readTree } from './tree.ts'

export async function folderSource(folder: string): Promise<BagSource> {
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

const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex')

export const nodeTools: Tools = {
  sha256: (data) => digestOf(data).sha256,
  sm3: (data) => digestOf(data).sm3,
  verifies: (key, data, signature) => {
    const der = Buffer.concat([SPKI_ED25519, key])
    return verify(null, data, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature)
  },
}
