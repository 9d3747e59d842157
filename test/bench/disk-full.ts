/**
 * The disk full at any write: evidence lost, holds touched, time until the box says so.
 *
 *     npm run bench:disk-full [-- --every 1]
 *
 * Needs the right to mount a file system in memory; ends with 1 when anything was lost, touched or told late.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { FullDisk, smallDisk } from './full-disk.ts'

const DEGRADED_MS_MAX = 5_000
const { values } = parseArgs({ options: { every: { type: 'string', default: '1' } } })
const disk = smallDisk(64)
if (disk === null) {
  process.stdout.write(
    'no file system may be mounted here: run it as root, in a container with CAP_SYS_ADMIN\n',
  )
  process.exit(2)
}
const box = await FullDisk.make(disk.folder)
const sum = { tries: 0, lost: 0, held: 0, refused: 0, degradedMs: 0 }
try {
  for (let call = 1; ; call += Number(values.every)) {
    const { filled, lost, heldTouched, degradedMs, refused } = await box.trial(call)
    if (!filled) break
    sum.tries++
    sum.lost += lost.length
    sum.held += heldTouched ? 1 : 0
    sum.refused += refused
    sum.degradedMs = Math.max(sum.degradedMs, degradedMs ?? 0)
    if (lost.length > 0) process.stdout.write(`call ${call}: ${lost.join(', ')}\n`)
  }
} finally {
  box.close()
  disk.unmount()
}
const [load] = loadavg()
process.stdout.write(
  `disk filled at ${sum.tries} calls, ${sum.refused} writes refused: ${sum.lost} lost, ${sum.held} holds touched, ` +
    `degraded after at most ${Math.round(sum.degradedMs)} ms (${cpus().length} cores, load ${load?.toFixed(1)})\n`,
)
process.exitCode = sum.lost + sum.held === 0 && sum.degradedMs <= DEGRADED_MS_MAX ? 0 : 1
