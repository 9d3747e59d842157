/**
 * Seals act after act until the N-th call to the file system, at which the process is killed in the middle of it:
 * before the call, or, when it is a write, after half of the bytes. `EVIDENCE_FOLDER`, `EVIDENCE_KILL_AT`.
 */
import { spawnSync } from 'node:child_process'
import promises, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const folder = process.env['EVIDENCE_FOLDER']!
let callsLeft = Number(process.env['EVIDENCE_KILL_AT'])

function step(half?: () => void): void {
  if (--callsLeft > 0) return
  half?.()
  spawnSync('kill', ['-9', String(process.pid)])
}

type Call = (...values: never[]) => Promise<unknown>
const table = promises as unknown as Record<string, Call>
for (const name of ['mkdir', 'link', 'rename', 'rm', 'readFile', 'readdir', 'stat']) {
  const original = table[name]!
  table[name] = (...values) => {
    step()
    return original(...values)
  }
}
const open = promises.open
const opened = async (...values: Parameters<typeof open>): Promise<FileHandle> => {
  step()
  const file = await open(...values)
  const { write, sync } = file as unknown as Record<'write' | 'sync', Call>
  Object.assign(file, {
    async write(data: Buffer, offset: number, length: number, at: number) {
      if (callsLeft === 1) await write.apply(file, [data, offset, length >> 1, at] as never[])
      step()
      return write.apply(file, [data, offset, length, at] as never[])
    },
    sync() {
      step()
      return sync.apply(file)
    },
  })
  return file
}
promises.open = opened as typeof open
syncBuiltinESMExports()

const { factsOf, LATER, openKeeper, STREET, wrap } = await import('./evidence-footage.ts')
const keeper = await openKeeper(folder)
for (let act = (keeper.head?.sequence ?? 0) + 1; ; act++) {
  const eventId = `act-${act}`
  process.stdout.write(`holding ${eventId}\n`)
  await keeper.hold(eventId, 'START', wrap(STREET, 12))
  await keeper.hold(eventId, 'CONFIRM', wrap(LATER, 12, 180_000))
  process.stdout.write(`held ${eventId}\n`)
  const { packageId } = await keeper.seal(factsOf(eventId))
  process.stdout.write(`sealed ${eventId} ${packageId}\n`)
}
