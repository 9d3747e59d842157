/** Room on a disk, and what of it nobody but evidence and outbox may take. */
import { statfs } from 'node:fs/promises'
import { fault } from './errors.ts'

const RESERVE_BYTES = 2_000_000_000

export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** @throws UPLOAD_NO_ROOM when `bytes` more would go into the reserve */
export async function checkRoom(folder: string, bytes: number): Promise<void> {
  const free = await freeBytes(folder)
  if (bytes + RESERVE_BYTES > free) throw fault('UPLOAD_NO_ROOM', { bytes, freeBytes: free })
}
