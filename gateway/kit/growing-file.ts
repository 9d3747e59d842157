/**
 * A file of lines that only grows, through kill -9, power loss and a full disk.
 *
 *     grow       append ─▶ sync ─▶ (a new file: sync its folder)      fails half way: cut back to what it was
 *     readGrown  whole lines; half of one at the end was acknowledged to nobody, and is cut off
 */
import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Durable when it resolves. The caller calls one after another. */
export async function grow(file: string, lines: string): Promise<void> {
  const folder = dirname(file)
  await mkdir(folder, { recursive: true })
  const handle = await open(file, 'a', 0o644)
  let isNew: boolean
  try {
    const { size } = await handle.stat()
    isNew = size === 0
    try {
      await handle.appendFile(lines)
      await handle.sync()
    } catch (error) {
      // A full disk may have taken half of the line. What this leaves, the next start cuts off.
      await handle.truncate(size).catch(() => {})
      throw error
    }
  } finally {
    await handle.close()
  }
  if (isNew) await syncFolder(folder)
}

/** The whole lines of the file, each with its end; null when there is none. */
export async function readGrown(file: string): Promise<string | null> {
  const bytes = await readFile(file).catch(() => null) // The first line makes the file.
  if (bytes === null) return null
  const whole = bytes.lastIndexOf(0x0a) + 1
  if (whole < bytes.length) {
    const handle = await open(file, 'r+')
    try {
      await handle.truncate(whole)
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
  return bytes.subarray(0, whole).toString('utf8')
}

/** The name of a new file is durable only after its folder was synced. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
