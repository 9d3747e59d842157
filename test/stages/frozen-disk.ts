/**
 * A process that dies at its N-th call to the file system, as far as the disk can tell: the call happens not at all or
 * by half, and none after it. The dead process is a promise that never settles; the next start is a fresh one.
 */
import promises, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

type Call = (...values: never[]) => Promise<unknown>

const NEVER = new Promise<never>(() => {})

/** Calls of `work` from the N-th on never come back. Resolves to the number of calls when it got through all of them. */
export async function dieAt(call: number, work: () => Promise<unknown>): Promise<number | 'died'> {
  let calls = 0
  let died: () => void = () => {}
  const death = new Promise<'died'>((resolve) => {
    died = () => resolve('died')
  })
  const step = async (half?: () => Promise<unknown>): Promise<void> => {
    if (++calls < call) return
    if (calls === call) await half?.()
    died()
    await NEVER
  }
  const restore = stepThrough(step)
  try {
    return await Promise.race([work().then(() => calls), death])
  } finally {
    restore()
  }
}

export function stepThrough(step: (half?: () => Promise<unknown>) => Promise<void>): () => void {
  const table = promises as unknown as Record<string, Call>
  const before = { ...table }
  for (const name of ['mkdir', 'link', 'rename', 'readFile', 'readdir', 'stat', 'statfs']) {
    const original = table[name]!
    table[name] = async (...values) => {
      await step()
      return original(...values)
    }
  }
  const { rm, readdir, open } = promises
  table['rm'] = (async (path: string, options: object) => {
    // Half of a folder: its first file is gone.
    await step(async () => {
      const [name] = await readdir(path).catch(() => [])
      if (name !== undefined) await rm(join(path, name), { recursive: true })
    })
    return rm(path, options)
  }) as Call
  table['open'] = (async (...values: Parameters<typeof open>) => {
    await step()
    return stepping(await open(...values), step)
  }) as Call
  syncBuiltinESMExports()
  return () => {
    Object.assign(table, before)
    syncBuiltinESMExports()
  }
}

function stepping(file: FileHandle, step: (half?: () => Promise<unknown>) => Promise<void>): FileHandle {
  const { appendFile, sync, truncate } = file
  return Object.assign(file, {
    async appendFile(text: string) {
      await step(() => appendFile.call(file, text.slice(0, text.length >> 1)))
      return appendFile.call(file, text)
    },
    async sync() {
      await step()
      return sync.call(file)
    },
    async truncate(bytes: number) {
      await step()
      return truncate.call(file, bytes)
    },
  }) as FileHandle
}
