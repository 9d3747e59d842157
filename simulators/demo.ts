/**
 * `npm run demo`: a street, a box and a city on one machine, all of it real but the street.
 *
 *     scenes ─▶ RTSP cameras ─▶ gateway (a process of its own, embedded broker, console) ─▶ platform: ack, review
 *     scene  ─▶ body-cam ─ tus ─▶ ┘
 *
 * `--once` ends with 0 after the first alert has gone the whole way: detected, evidence sealed, published,
 * acknowledged, reviewed, package verified; with 1 and the reason when that does not happen in time.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stringify } from 'yaml'
import { verifyPackages } from '../gateway/evidence/verify.ts'
import { Closing } from '../gateway/kit/closing.ts'
import { reasonOf } from '../gateway/kit/errors.ts'
import { packagePath } from '../gateway/kit/paths.ts'
import { AdminSession } from './bodycam/admin-session.ts'
import { uploadRecording } from './bodycam/upload.ts'
import { RtspCamera } from './camera/rtsp-camera.ts'
import type { Alert } from './platform/case-book.ts'
import { Platform } from './platform/platform.ts'
import { renderScene } from './street/render.ts'
import { namedScene, type SceneName } from './street/scenes.ts'

const SITE = 'demo-street'
const GATEWAY = 'gw-demo'
const ONCE_WITHIN_MS = 300_000
const DWELL_SEC = 12
/** The kerb of the drawn street: everything below the shopfronts. */
const KERB = [
  [0.02, 0.3],
  [0.98, 0.3],
  [0.98, 0.98],
  [0.02, 0.98],
]
const SCENES = { 'cam-1': 'vendor', 'cam-2': 'passers' } as const satisfies Record<string, SceneName>
const RECORDING: SceneName = 'goods-left'
const SEED = 7

interface Ready {
  readonly consoleUrl: string
  readonly brokerUrl: string
  readonly password: string
}

const say = (line: string) => process.stdout.write(`${line}\n`)

async function main(once: boolean): Promise<number> {
  const closing = new Closing()
  const stopped = new Promise<'stopped'>((resolve) => {
    process.once('SIGINT', () => resolve('stopped'))
    process.once('SIGTERM', () => resolve('stopped'))
  })
  try {
    const folder = packagePath('var', 'demo', new Date().toISOString().replace(/[:.]/g, '-'))
    mkdirSync(folder, { recursive: true })
    const videos = await drawStreets()
    const cameras = closing.own(await startCameras(videos))
    const config = await writeConfig(folder, cameras)
    const gateway = await startGateway(config, folder, closing)
    const platform = closing.own(await startPlatform(gateway, folder))
    const whole = wentTheWholeWay(platform, folder)
    say(`Console  ${gateway.consoleUrl}   user admin, one-time password ${gateway.password}`)
    say(`Files    ${folder}`)
    say(
      `Cameras  ${Object.keys(SCENES).join(', ')} are watched. The first alert comes after about half a minute.`,
    )
    uploadFromBodyCam(gateway, videos[RECORDING]!).catch((error: unknown) =>
      say(`Body-cam  ${reasonOf(error)}`),
    )
    if (!once) {
      say('Ctrl-C stops all of it.')
      await stopped
      return 0
    }
    const late = new Promise<never>((_, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no alert within ${ONCE_WITHIN_MS / 1000} s`)),
        ONCE_WITHIN_MS,
      )
      closing.own({ close: () => clearTimeout(timer) })
    })
    const alert = await Promise.race([whole, late, stopped])
    if (alert === 'stopped') return 1
    say(JSON.stringify(alert, null, 1))
    return 0
  } catch (error) {
    say(`The demo failed: ${reasonOf(error)}`)
    return 1
  } finally {
    await closing.close()
  }
}

/** Scenes are drawn once and kept: the same seed gives the same street. */
async function drawStreets(): Promise<Record<string, string>> {
  const videos: Record<string, string> = {}
  for (const name of [...Object.values(SCENES), RECORDING]) {
    const video = packagePath('var', 'demo', 'scenes', `${name}-${SEED}.mp4`)
    videos[name] = video
    if (existsSync(`${video}.done`)) continue
    let told = 0
    await renderScene(
      namedScene(name, { seed: SEED }),
      {
        seed: SEED,
        onProgress(share) {
          if (share < told + 0.2) return
          told += 0.2
          say(`Drawing the street "${name}" ${Math.round(share * 100)} %`)
        },
      },
      video,
    )
    writeFileSync(`${video}.done`, '')
  }
  return videos
}

function startCameras(videos: Readonly<Record<string, string>>): Promise<RtspCamera> {
  const streams = Object.entries(SCENES).map(([camera, scene]) => [camera, { file: videos[scene]! }])
  return RtspCamera.start({ streams: Object.fromEntries(streams) })
}

async function writeConfig(folder: string, cameras: RtspCamera): Promise<string> {
  const zone = {
    id: 'kerb',
    type: 'NO_VENDING',
    polygon: KERB,
    rules: [
      { rule: 'street-vending', minDwellSec: DWELL_SEC },
      { rule: 'piling', minDwellSec: 4 * DWELL_SEC },
    ],
  }
  const config = {
    site: SITE,
    gateway: GATEWAY,
    region: '310101',
    governance: { mode: 'test' },
    cameras: Object.keys(SCENES).map((id) => ({ id, url: cameras.urlOf(id), zones: [zone] })),
    devices: { bodycams: [{ id: 'bc-1', serial: 'DEMO001' }] },
    people: [{ personId: 'p-1', name: '演示执法员', badgeNo: '010001', role: 'OFFICER', certNo: 'DEMO-1' }],
    storage: { folder: join(folder, 'box') },
    http: { port: await freePort(8480) },
    mqtt: { embedded: { port: await freePort(1883) } },
  }
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, stringify(config))
  return file
}

async function startGateway(config: string, folder: string, closing: Closing): Promise<Ready> {
  const entry = packagePath('dist', 'gateway', 'cli', 'lushao.js')
  const child = spawn(process.execPath, [entry, '--lang', 'en', 'run', '-c', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  closing.own({ close: () => ended(child) })
  const log = createWriteStream(join(folder, 'gateway.log'))
  let password = ''
  createInterface({ input: child.stderr }).on('line', (line) => {
    password = /one-time password (\S+)/.exec(line)?.[1] ?? password
    log.write(`${line.replace(/one-time password \S+/, 'one-time password ***')}\n`)
  })
  const urls = await new Promise<Omit<Ready, 'password'>>((resolve, reject) => {
    child.once('exit', (code) =>
      reject(new Error(`the gateway ended with ${code}, see ${join(folder, 'gateway.log')}`)),
    )
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"ready"')) resolve(JSON.parse(line) as Omit<Ready, 'password'>)
    })
  })
  // The password is printed right behind the line that says ready, on the other pipe.
  for (let waited = 0; password === '' && waited < 5_000; waited += 50) await pause(50)
  return { ...urls, password }
}

function startPlatform({ brokerUrl }: Ready, folder: string): Promise<Platform> {
  const file = join(folder, 'box', 'broker-platform.json')
  const { username, password } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
  return Platform.start({
    ...{ brokerUrl, username, password, site: SITE, folder: join(folder, 'platform') },
    ...{ reviewAfterMs: 2_000, verdict: 'VERIFIED', by: 'p-1' },
    faults: { ackLoss: 0, commandTwice: false, offline: null },
  })
}

/** Tells each step of every alert; resolves with the first that has taken them all. */
function wentTheWholeWay(platform: Platform, folder: string): Promise<Alert> {
  const latest = (eventId: string) => platform.alerts().find((alert) => alert.eventId === eventId)
  platform.on('acknowledged', ({ eventId, revision, phase, title, cameraId, durationSec, alertState }) => {
    say(
      `Alert    ${eventId} r${revision} ${phase} ${title} ${cameraId} ${durationSec} s ${alertState}: acknowledged`,
    )
  })
  platform.on('closed', (eventId) => say(`Alert    ${eventId} closed by the platform`))
  return new Promise((resolve, reject) => {
    platform.on('reviewed', async (eventId, ok, reason) => {
      const alert = latest(eventId)
      if (!ok || alert === undefined) {
        say(`Alert    ${eventId} review refused: ${reason}`)
        return
      }
      try {
        const { packageId } = alert.evidence ?? {}
        if (packageId === undefined) throw new Error(`alert ${eventId} names no evidence`)
        const { ok: whole } = await verifyPackages([join(folder, 'box', 'evidence', packageId)])
        if (!whole) throw new Error(`package ${packageId} does not verify`)
        say(`Alert    ${eventId} reviewed; its evidence package ${packageId} verifies`)
        resolve(latest(eventId) ?? alert)
      } catch (error) {
        reject(error)
      }
    })
  })
}

async function uploadFromBodyCam({ consoleUrl, password }: Ready, file: string): Promise<void> {
  const admin = await AdminSession.begin(consoleUrl, password)
  const token = await admin.issueToken('dock-1', 'bodycam')
  await uploadRecording({
    ...{ url: `${consoleUrl}/bodycam/uploads`, token, file, chunkBytes: 1 << 20 },
    metadata: {
      ...{ deviceSerial: 'DEMO001', userNo: '010001', roleAtRecording: 'OFFICER' },
      startAt: new Date(Date.now() - 120_000).toISOString(),
    },
  })
  say(`Body-cam a recording was uploaded and is analysed. Console password is now ${admin.password}`)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await exit
  clearTimeout(timer)
}

/** The wanted port, or any that is free. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(0))
    server.listen(wanted, '127.0.0.1', () => server.close(() => resolve(wanted)))
  })
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

process.exitCode = await main(process.argv.includes('--once'))
process.exit()
