/** The key under which secrets of accounts lie in the database: a file of its own, made at the first start. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const KEY_BYTES = 32

/** @param folder storage of the box; the key lies in its `keys/`, for nobody else to read */
export function secretsKeyIn(folder: string): Buffer {
  const keys = join(folder, 'keys')
  const file = join(keys, 'accounts.key')
  mkdirSync(keys, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, randomBytes(KEY_BYTES), { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file)
}
