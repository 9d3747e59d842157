/**
 * The files of a folder of unknown making: every entry is looked at without following it, nothing is opened here, and
 * there is an end to depth and number.
 */
import { constants } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from '../kit/errors.ts'
import type { Finding } from './findings.ts'

const ENTRIES_MAX = 20_000
const DEPTH_MAX = 8

interface Tree {
  /** Plain files by path inside the folder, with their sizes. */
  readonly files: ReadonlyMap<string, number>
  readonly findings: readonly Finding[]
}

export async function readTree(root: string): Promise<Tree> {
  const files = new Map<string, number>()
  const findings: Finding[] = []
  let entries = 0
  const visit = async (inside: string, depth: number): Promise<void> => {
    const names = await readdir(join(root, inside)).catch((error: unknown) => {
      findings.push({ code: 'UNREADABLE', item: inside || '.', detail: reasonOf(error) })
      return null
    })
    if (names?.length === 0 && inside !== '')
      findings.push({ code: 'EMPTY_FOLDER', item: inside, detail: '' })
    for (const name of (names ?? []).sort()) {
      if (++entries > ENTRIES_MAX) return
      const path = inside === '' ? name : `${inside}/${name}`
      // A name that is no UTF-8 cannot be asked for again by the text it was read as.
      const status = await lstat(join(root, path)).catch(() => null)
      if (status === null) findings.push({ code: 'UNREADABLE', item: path, detail: 'lstat' })
      else if (status.isSymbolicLink()) findings.push({ code: 'LINK', item: path, detail: '' })
      else if (status.isFile()) files.set(path, status.size)
      else if (status.isDirectory() && depth < DEPTH_MAX) await visit(path, depth + 1)
      else findings.push({ code: 'ODD_FILE', item: path, detail: '' })
    }
  }
  await visit('', 0)
  if (entries > ENTRIES_MAX) findings.push({ code: 'TOO_MANY', item: '.', detail: `> ${ENTRIES_MAX}` })
  return { files, findings }
}

/** A small file whole, or null when it is none, cannot be read, or is larger than a tag file can be. */
export async function readSmall(path: string, bytesMax: number): Promise<Buffer | null> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const status = await file.stat()
      return status.isFile() && status.size <= bytesMax ? await file.readFile() : null
    } finally {
      await file.close()
    }
  } catch {
    // The caller knows from the tree whether the file should be there, and reports MISSING or UNREADABLE.
    return null
  }
}
