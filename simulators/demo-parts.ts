/**
 * What the demo is made of, for whoever wants a whole street at work: drawn scenes, cameras, a body-cam, a gateway in
 * a process of its own, and the city's platform.
 *
 *     scenes ─▶ RTSP cameras ─▶ gateway (embedded broker, console) ─▶ platform
 *     scene  ─▶ body-cam ─ tus ─▶ ┘
 *
 * Scenes are kept between runs under the digest of the code that draws them: another street is drawn anew.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import type { Closing } from '../gateway/kit/closing.ts'
import { packagePath } from '../gateway/kit/paths.ts'
import type { AdminSession } from './bodycam/admin-session.ts'
import { uploadRecording } from './bodycam/upload.ts'
import { RtspCamera } from './camera/rtsp-camera.ts'
import { Platform } from './platform/platform.ts'
import { renderScene } from './street/render.ts'
import { namedScene, type SceneName } from './street/scenes.ts'

const SITE = 'demo-street'
const DWELL_SEC = 12
/** The pavement of the drawn street, between the shopfronts and the kerb. */
export const PAVEMENT = [
  [0.02, 0.78],
  [0.35, 0.61],
  [0.98, 0.32],
  [0.98, 0.6],
  [0.5, 0.98],
  [0.02, 0.98],
] as const
export const SCENES = { 'cam-1': 'vendor', 'cam-2': 'passers' } as const satisfies Record<string, SceneName>
const RECORDING: SceneName = 'goods-left'
const SEED = 7
const CODE = fileURLToPath(new URL('./street/', import.meta.url))

export interface DemoStreet {
  /** Of this run: the box, the platform's record, the gateway's log. */
  readonly folder: string
  readonly consoleUrl: string
  readonly oneTimePassword: string
  readonly platform: Platform
  /** What the body-cam brings home. */
  readonly recording: string
}
type Gateway = Pick<DemoStreet, 'consoleUrl' | 'oneTimePassword'> & { readonly brokerUrl: string }

/** @param reviewAfterMs null: nobody at the platform reviews */
export async function startDemoStreet(
  closing: Closing,
  reviewAfterMs: number | null,
  say: (line: string) => void,
): Promise<DemoStreet> {
  const folder = packagePath('var', 'demo', new Date().toISOString().replace(/[:.]/g, '-'))
  mkdirSync(folder, { recursive: true })
  const videos = await drawStreets(say)
  const cameras = closing.own(await startCameras(videos))
  const config = await writeConfig(folder, cameras)
  const gateway = await startGateway(config, folder, closing)
  const platform = closing.own(await startPlatform(gateway, folder, reviewAfterMs))
  return { ...gateway, folder, platform, recording: videos[RECORDING]! }
}

export async function uploadFromBodyCam(street: DemoStreet, admin: AdminSession): Promise<void> {
  const token = await admin.issueToken('dock-1', 'bodycam')
  await uploadRecording({
    ...{ url: `${street.consoleUrl}/bodycam/uploads`, token, file: street.recording, chunkBytes: 1 << 20 },
    metadata: {
      ...{ deviceSerial: 'DEMO001', userNo: '010001', roleAtRecording: 'OFFICER' },
      startAt: new Date(Date.now() - 120_000).toISOString(),
    },
  })
}

async function drawStreets(say: (line: string) => void): Promise<Record<string, string>> {
  const videos: Record<string, string> = {}
  const code = digestOfCode()
  for (const name of [...Object.values(SCENES), RECORDING]) {
    const video = packagePath('var', 'demo', 'scenes', `${name}-${SEED}-${code}.mp4`)
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

function digestOfCode(): string {
  const hash = createHash('sha256')
  const files = readdirSync(CODE).filter((name) => /\.[jt]s$/.test(name))
  for (const name of files.sort()) hash.update(readFileSync(join(CODE, name)))
  return hash.digest('hex').slice(0, 8)
}

function startCameras(videos: Readonly<Record<string, string>>): Promise<RtspCamera> {
  const streams = Object.entries(SCENES).map(([camera, scene]) => [camera, { file: videos[scene]! }])
  return RtspCamera.start({ streams: Object.fromEntries(streams) })
}

async function writeConfig(folder: string, cameras: RtspCamera): Promise<string> {
  const zone = {
    id: 'kerb',
    type: 'NO_VENDING',
    polygon: PAVEMENT,
    rules: [
      { rule: 'street-vending', minDwellSec: DWELL_SEC },
      { rule: 'piling', minDwellSec: 4 * DWELL_SEC },
    ],
  }
  const config = {
    site: SITE,
    gateway: 'gw-demo',
    region: '310101',
    governance: { mode: 'test' },
    cameras: Object.keys(SCENES).map((id) => ({ id, url: cameras.urlOf(id), zones: [zone] })),
    devices: { bodycams: [{ id: 'bc-1', serial: 'DEMO001' }] },
    people: [
      {
        personId: 'p-1',
        name: '演示执法员',
        badgeNo: '010001',
        role: 'OFFICER',
        certNo: 'DEMO-1',
        certValidTo: '2099-12-31',
      },
    ],
    storage: { folder: join(folder, 'box') },
    http: { port: await freePort(8480) },
    mqtt: { embedded: { port: await freePort(1883) } },
  }
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, stringify(config))
  return file
}

async function startGateway(config: string, folder: string, closing: Closing): Promise<Gateway> {
  const entry = packagePath('dist', 'gateway', 'cli', 'lushao.js')
  const child = spawn(process.execPath, [entry, '--lang', 'en', 'run', '-c', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  closing.own({ close: () => ended(child) })
  const log = createWriteStream(join(folder, 'gateway.log'))
  let oneTimePassword = ''
  createInterface({ input: child.stderr }).on('line', (line) => {
    oneTimePassword = /one-time password (\S+)/.exec(line)?.[1] ?? oneTimePassword
    log.write(`${line.replace(/one-time password \S+/, 'one-time password ***')}\n`)
  })
  const urls = await new Promise<Omit<Gateway, 'oneTimePassword'>>((resolve, reject) => {
    child.once('exit', (code) =>
      reject(new Error(`the gateway ended with ${code}, see ${join(folder, 'gateway.log')}`)),
    )
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"ready"')) resolve(JSON.parse(line) as Omit<Gateway, 'oneTimePassword'>)
    })
  })
  // The password is printed right behind the line that says ready, on the other pipe.
  for (let waited = 0; oneTimePassword === '' && waited < 5_000; waited += 50) await pause(50)
  return { ...urls, oneTimePassword }
}

function startPlatform({ brokerUrl }: Gateway, folder: string, reviewAfterMs: number | null) {
  const file = join(folder, 'box', 'broker-platform.json')
  const { username, password } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
  return Platform.start({
    ...{ brokerUrl, username, password, site: SITE, folder: join(folder, 'platform') },
    ...{ reviewAfterMs, verdict: 'VERIFIED', by: 'p-1' },
    faults: { ackLoss: 0, commandTwice: false, offline: null },
  })
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
