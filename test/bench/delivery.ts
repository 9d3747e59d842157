/**
 * `npm run bench:delivery [-- MB CUTS]`: so many MB of evidence over a line that is cut so many times.
 *
 *     box (a process of its own) ─▶ line that is cut ─▶ platform's door (this process)
 *
 * Cuts lie evenly over the bytes; whatever lay in the buffers of the line has to be sent again.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { Database, storeFile } from '../../gateway/kit/database.ts'
import { Deliveries } from '../../gateway/outbox/deliveries.ts'
import { EvidenceInbox } from '../../simulators/platform/evidence-inbox.ts'
import { EvidenceServer } from '../../simulators/platform/evidence-server.ts'
import { factsOf, openKeeper, STREET, wrap } from '../stages/evidence-footage.ts'
import { cutLine } from './cut-line.ts'
import { loadAverage, machine, treeCpuSec, treeMemoryMiB } from './process-tree.ts'

const [megabytes = 200, cuts = 100] = process.argv.slice(2).map(Number)
const TOKEN = randomBytes(24).toString('base64url')
const CLIPS = 4

const folder = mkdtempSync(join(tmpdir(), 'lushao-bench-delivery-'))
const boxFolder = join(folder, 'box')
const deliveries = new Deliveries(new Database(storeFile(boxFolder)), systemClock)
const keeper = await openKeeper(boxFolder)
for (let clip = 0; clip < CLIPS; clip++) {
  await keeper.hold(`act-${clip}`, 'START', wrap(STREET, 12))
  await keeper.hold(`act-${clip}`, 'CLIP', wrap(randomBytes((megabytes * 1e6) / CLIPS), 12, 180_000))
  deliveries.note(await keeper.seal(factsOf(`act-${clip}`)))
}
await keeper.close()

const inbox = new EvidenceInbox(join(folder, 'platform'))
const server = await EvidenceServer.start({ inbox, token: TOKEN })
const everyBytes = Math.floor((megabytes * 1e6) / (cuts + 1))
const line = await cutLine(
  server.url,
  Array.from({ length: cuts }, (_, cut) => everyBytes * (cut + 1)),
)
const whole = new Set<string>()
const done = new Promise<void>((resolve) =>
  inbox.on('receipt', (_gateway, { packageId, verified }) => {
    if (verified === 'all') whole.add(packageId)
    if (whole.size === CLIPS) resolve()
  }),
)
const startedMs = systemClock.monotonicMs()
const entry = fileURLToPath(new URL('../journeys/delivery-box-child.ts', import.meta.url))
const argv = ['--import', 'tsx', entry, boxFolder, line.url, TOKEN, '0']
const box = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
let sentBytes = 0
let memoryMiB = 0
createInterface({ input: box.stdout }).on('line', (text) => {
  ;({ sentBytes } = JSON.parse(text) as { sentBytes: number })
})
const watch = setInterval(() => {
  const total = [...treeMemoryMiB(box.pid!).values()].reduce((sum, one) => sum + one, 0)
  memoryMiB = Math.max(memoryMiB, total)
}, 250)
await done
const wallSec = (systemClock.monotonicMs() - startedMs) / 1_000
const cpuSec = treeCpuSec(box.pid!)
clearInterval(watch)
await new Promise((resolve) => setTimeout(resolve, 200)) // The box's last word about itself.
box.kill('SIGKILL')

const folders = [...whole].map((packageId) => inbox.packageFolder(packageId))
const { ok } = await verifyPackages(folders, { partial: true })
const say = (text: string) => void process.stdout.write(`${text}\n`)
say(`${machine()}, load ${loadAverage()}`)
say(
  `evidence        ${(megabytes).toFixed(0)} MB in ${CLIPS} packages, verified at the far end: ${ok ? 'yes' : 'NO'}`,
)
say(`line            cut ${line.made()} times, ${line.connections()} connections`)
say(
  `handed to it    ${(sentBytes / 1e6).toFixed(1)} MB, re-sent ${((sentBytes / (megabytes * 1e6) - 1) * 100).toFixed(1)} %`,
)
say(
  `wall            ${wallSec.toFixed(1)} s, ${(megabytes / wallSec).toFixed(1)} MB/s, start of the process included`,
)
say(`box             ${cpuSec.toFixed(1)} s CPU, ${memoryMiB.toFixed(0)} MiB at most`)
await server.close()
rmSync(folder, { recursive: true, force: true })
process.exit(ok ? 0 : 1)
