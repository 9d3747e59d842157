/**
 * `npm run bench:uploads [-- MB CUTS UPLOADS]`: what body-cam uploads cost a running box.
 *
 *     one large film ─▶ line that is cut at random ─▶ box       bit-equal? memory flat? how much is sent again?
 *     many films at once, two cameras running ─▶ box            what do the cameras owe?
 *
 * The box is a process of its own; films are random bytes, which no codec makes smaller: they end in quarantine, whole.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tus from 'tus-js-client'
import { systemClock } from '../../gateway/kit/clock.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import { BadLink } from '../../simulators/bad-link.ts'
import { AdminSession } from '../../simulators/bodycam/admin-session.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import { makeClip } from '../fixtures/clip.ts'
import { boxPaths, camera, writeBoxConfig } from '../journeys/box-config.ts'
import { startGatewayProcess, until } from '../journeys/gateway-process.ts'
import { loadAverage, machine, treeMemoryMiB } from './process-tree.ts'

const [megabytes = 2000, cuts = 200, uploads = 50] = process.argv.slice(2).map(Number)
const SMALL_MB = 20
const PIECE_BYTES = 16 * 1024 * 1024
const CAMERAS = ['cam-1', 'cam-2']
const SETTLE_SEC = 15

const say = (text: string) => void process.stdout.write(`${text}\n`)
const folder = mkdtempSync(join(tmpdir(), 'lushao-bench-uploads-'))
const street = await RtspCamera.start({
  streams: await makeClip(join(folder, 'street.mp4'), { seconds: 20, fps: 10, things: [] }),
})
const paths = boxPaths(folder)
writeBoxConfig(paths, {
  cameras: CAMERAS.map((id) => camera(id, street.urlOf('main'))),
  http: { port: 0, deviceUploadsPerDay: 1000 },
})
const box = await startGatewayProcess(paths.config)
const password = await until('the password', () => /one-time password (\S+)/.exec(box.log())?.[1], 20_000)
const admin = await AdminSession.begin(box.consoleUrl, password)
const token = await admin.issueToken('dock', 'bodycam')
const reader = await admin.issueToken('reader', 'platform')
say(`${machine()}, load ${loadAverage()}`)
const isEqual = await largeOne()
const owesNothing = await manyAtOnce()
say(`load now        ${loadAverage()}`)
await box.kill('SIGTERM')
await street.close()
rmSync(folder, { recursive: true, force: true })
process.exit(isEqual && owesNothing ? 0 : 1)

async function largeOne(): Promise<boolean> {
  const file = join(folder, 'large.mp4')
  const hash = await fill(file, megabytes)
  const random = seededRandom(1)
  const size = statSync(file).size
  const places = Array.from({ length: cuts }, () => Math.floor(random() * size)).sort((a, b) => a - b)
  const troubles = places.map((at, i) => ({ afterBytes: at - (places[i - 1] ?? 0), what: 'cut' as const }))
  const line = await BadLink.start({ port: Number(new URL(box.consoleUrl).port), troubles })
  const memory: number[] = [memoryMiB()]
  const watch = setInterval(() => memory.push(memoryMiB()), 1_000)
  const startedMs = systemClock.monotonicMs()
  await send(line.through(`${box.consoleUrl}/bodycam/uploads`), file, 'LARGE')
  const wallSec = (systemClock.monotonicMs() - startedMs) / 1_000
  clearInterval(watch)
  memory.push(memoryMiB())
  await line.close()
  const isSame = (await hashOf('LARGE')) === hash
  const again = ((line.sentBytes / size - 1) * 100).toFixed(1)
  say(
    `one film        ${megabytes} MB over a line cut ${line.made.cut} times: bit-equal ${isSame ? 'yes' : 'NO'}`,
  )
  say(
    `on the line     ${(line.sentBytes / 1e6).toFixed(0)} MB, sent again ${again} %, ${line.connections} connections`,
  )
  say(`wall            ${wallSec.toFixed(1)} s, ${(megabytes / wallSec).toFixed(0)} MB/s`)
  const [first, last, most] = [memory[0]!, memory.at(-1)!, Math.max(...memory)].map((mib) => mib.toFixed(0))
  say(`memory of node  ${first} MiB before, ${last} MiB after, ${most} MiB at most, ${memory.length} looks`)
  return isSame
}

async function manyAtOnce(): Promise<boolean> {
  const files = Array.from({ length: uploads }, (_, i) => join(folder, `small-${i}.mp4`))
  const hashes: string[] = []
  for (const file of files) hashes.push(await fill(file, SMALL_MB))
  await new Promise((resolve) => setTimeout(resolve, SETTLE_SEC * 1_000)) // The cameras find their feet.
  const before = await cameras()
  const startedMs = systemClock.monotonicMs()
  await Promise.all(files.map((file, i) => send(`${box.consoleUrl}/bodycam/uploads`, file, `SMALL-${i}`)))
  const wallSec = (systemClock.monotonicMs() - startedMs) / 1_000
  say(
    `${uploads} at once      ${SMALL_MB} MB each in ${wallSec.toFixed(1)} s, ${((uploads * SMALL_MB) / wallSec).toFixed(0)} MB/s`,
  )
  let isSame = true
  for (const [i, hash] of hashes.entries()) isSame &&= (await hashOf(`SMALL-${i}`)) === hash
  say(`bit-equal       ${isSame ? 'all' : 'NOT ALL'}`)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_SEC * 1_000)) // What was owed may be made good.
  let shed = 0
  for (const [id, now] of await cameras()) {
    const [owedSec, analysedSec] = [
      now.owedSec - before.get(id)!.owedSec,
      now.analysedSec - before.get(id)!.analysedSec,
    ]
    shed += Math.max(0, owedSec - analysedSec)
    say(
      `${id}           ${now.status}: ${owedSec.toFixed(1)} s to be analysed, ${analysedSec.toFixed(1)} s analysed`,
    )
  }
  const isNothing = shed < CAMERAS.length
  say(`cameras         ${isNothing ? 'nothing owed' : `${shed.toFixed(1)} s OWED`}`)
  return isSame && isNothing
}

function send(url: string, file: string, deviceSerial: string): Promise<void> {
  const metadata = { deviceSerial, userNo: '1', startAt: '2026-01-05T10:00:00+08:00', filename: 'x.mp4' }
  return new Promise((resolve, reject) =>
    new tus.Upload(createReadStream(file), {
      ...{ endpoint: url, uploadSize: statSync(file).size, chunkSize: PIECE_BYTES, metadata },
      headers: { authorization: `Bearer ${token}` },
      retryDelays: [20, 50, 100, 200, 500, 1_000, 2_000],
      ...{ onSuccess: () => resolve(), onError: reject },
    }).start(),
  )
}

/** Random bytes, and their SHA-256. */
async function fill(path: string, mb: number): Promise<string> {
  const hash = createHash('sha256')
  const target = await open(path, 'w')
  for (let i = 0; i < mb; i++) {
    const bytes = randomBytes(1_000_000)
    hash.update(bytes)
    await target.write(bytes)
  }
  await target.close()
  return hash.digest('hex')
}

/** As the box has it, once it has looked at it. */
async function hashOf(deviceSerial: string): Promise<string> {
  for (;;) {
    const { recordings } = await asked<{ recordings: Record<string, string>[] }>(
      '/api/v1/recordings?limit=200',
    )
    const found = recordings.find((one) => one['deviceSerial'] === deviceSerial)
    if (found?.['sha256']) return found['sha256']
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

async function cameras() {
  type View = { id: string; status: string; owedSec: number; analysedSec: number }
  const answer = await asked<{ cameras: View[] }>('/api/v1/cameras')
  return new Map(answer.cameras.map((view) => [view.id, view]))
}

async function asked<T>(path: string): Promise<T> {
  const answer = await fetch(box.consoleUrl + path, { headers: { authorization: `Bearer ${reader}` } })
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
  return (await answer.json()) as T
}

/** Of the gateway itself; decoders of cameras are processes beside it. */
function memoryMiB(): number {
  const byCommand = treeMemoryMiB(box.child.pid!)
  return byCommand.get('node') ?? [...byCommand.values()][0] ?? 0
}
