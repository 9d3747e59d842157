/**
 * What the demo is made of, for whoever wants a whole street at work: drawn films, cameras, loudspeakers, a body-cam,
 * a gateway in a process of its own, and the city's platform.
 *
 *     films ─▶ RTSP cameras ─▶ gateway (embedded broker, console) ─▶ platform
 *                   ▲             │                                     │
 *                   └── goes ◀── speakers            ordered: goes ◀────┘
 *     film  ─▶ body-cam ─ tus, a line that breaks ─▶ gateway
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream, mkdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Closing } from '../../gateway/kit/closing.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { BadLink, evenCuts } from '../bad-link.ts'
import type { AdminSession } from '../bodycam/admin-session.ts'
import { uploadRecording } from '../bodycam/upload.ts'
import { RtspCamera } from '../camera/rtsp-camera.ts'
import { EvidenceInbox } from '../platform/evidence-inbox.ts'
import { EvidenceServer } from '../platform/evidence-server.ts'
import { Platform } from '../platform/platform.ts'
import { Speaker } from '../speaker/speaker.ts'
import type { FilmShape } from '../street/film-job.ts'
import type { ListeningOptions } from '../street/listening.ts'
import { BODY_CAM, type DemoTimes, OFFICER, placeOf, SITE, writeDemoConfig } from './config.ts'
import { drawFilm, type Film, recordStay } from './films.ts'
import { DEMO_CAMERAS, type DemoCamera, isDemoCamera, STORIES } from './stories.ts'

export interface DemoWishes {
  /** Of this run: the box, the platform's record, the gateway's log. */
  readonly folder: string
  /** null: nobody at the platform reviews. */
  readonly reviewAfterMs: number | null
  /** How long the platform takes for everything else. */
  readonly stepAfterMs: number
  readonly shape: FilmShape
  /** Instead of the vendors of the stories; the same one at every camera is drawn but once. */
  readonly vendor?: ListeningOptions
  readonly times: DemoTimes
  /** What follows `node` to start the gateway, up to its own arguments. */
  readonly gateway: readonly string[]
  /** Ports that people know; another is taken where one is not free. */
  readonly ports: { readonly http: number; readonly broker: number }
}

export const DEMO_WISHES = {
  stepAfterMs: 3_000,
  shape: { width: 1280, height: 720, fps: 10 },
  times: { dwellSec: 12, correctionMin: [0.75, 0.5], wordsPerMin: 170, hoursLeftSec: untilFullMinute },
  gateway: [packagePath('dist', 'gateway', 'cli', 'lushao.js')],
  ports: { http: 8480, broker: 1883 },
} as const

/** Of the body-cam's line. */
const BREAKS = 4

/** The market closes at a full minute, when the first notice has told people the way to it, and 15 s are left to clear. */
function untilFullMinute(nowMs: number): number {
  const closesMs = Math.ceil((nowMs + 50_000) / 60_000) * 60_000
  return (closesMs - nowMs) / 1000 + 15
}

export interface DemoStreet {
  readonly folder: string
  readonly consoleUrl: string
  readonly oneTimePassword: string
  readonly platform: Platform
  /** What evidence has been delivered. */
  readonly inbox: EvidenceInbox
  readonly cameras: RtspCamera
  readonly speakers: ReadonlyMap<DemoCamera, Speaker>
  /** When the hours of the market end, "HH:MM"; a while to clear away follows. */
  readonly marketClosesAt: string
  /** When nothing may stand there any more. */
  readonly marketOverMs: number
  /** What the body-cam brings home. */
  readonly recording: string
}
type Gateway = Pick<DemoStreet, 'consoleUrl' | 'oneTimePassword'> & { readonly brokerUrl: string }

/** A folder of its own for a run. */
export function demoFolder(): string {
  const folder = packagePath('var', 'demo', new Date().toISOString().replace(/[:.]/g, '-'))
  mkdirSync(folder, { recursive: true })
  return folder
}

export async function startDemoStreet(
  closing: Closing,
  wishes: DemoWishes,
  say: (line: string) => void,
): Promise<DemoStreet> {
  const { folder, shape, ports, times } = wishes
  const films = new Map<DemoCamera, Film>()
  for (const camera of DEMO_CAMERAS) {
    films.set(camera, await drawFilm(wishes.vendor ?? STORIES[camera].vendor, shape, say))
  }
  const recording = await recordStay(films.get('cam-2')!)
  const cameras = closing.own(await startCameras(films))
  const speakers = await startSpeakers(folder, closing)
  const inbox = new EvidenceInbox(join(folder, 'platform', 'evidence'))
  const token = randomBytes(24).toString('base64url')
  const uploads = closing.own(await EvidenceServer.start({ inbox, token }))
  const { file, closesAt, overMs } = writeDemoConfig(
    {
      folder,
      cameraUrl: (camera) => cameras.urlOf(camera),
      speakerUrl: (camera) => speakers.get(camera)!.url,
      ports: { http: await freePort(ports.http), broker: await freePort(ports.broker) },
      uploads: { url: uploads.url, token },
    },
    times,
    Date.now(),
  )
  const gateway = await startGateway(wishes.gateway, file, folder, closing)
  const platform = closing.own(await startPlatform(gateway, wishes, inbox))
  const street = {
    ...gateway,
    folder,
    platform,
    inbox,
    cameras,
    speakers,
    marketClosesAt: closesAt,
    marketOverMs: overMs,
    recording,
  }
  letVendorsLeave(street)
  return street
}

/**
 * The officer before cam-2's vendor: his recording comes by a line that breaks, and goes on where it broke.
 *
 * @returns how often it had to
 */
export async function uploadFromBodyCam(
  { consoleUrl, recording }: DemoStreet,
  admin: AdminSession,
): Promise<number> {
  const token = await admin.issueToken('dock-1', 'bodycam')
  const { port } = new URL(consoleUrl)
  const troubles = evenCuts(BREAKS, statSync(recording).size)
  const line = await BadLink.start({ port: Number(port), troubles })
  const { lon, lat } = placeOf('cam-2')
  try {
    const { resumes } = await uploadRecording({
      ...{ url: line.through(`${consoleUrl}/bodycam/uploads`), token, file: recording, chunkBytes: 1 << 20 },
      retryDelaysMs: [50, 200, 1_000, 5_000],
      metadata: {
        ...{ deviceSerial: BODY_CAM, userNo: OFFICER.badgeNo, roleAtRecording: 'OFFICER' },
        ...{ sessionType: 'ON_SITE', clockOffsetMs: '0', lon: String(lon), lat: String(lat) },
        startAt: new Date(Date.now() - 20_000).toISOString(),
      },
    })
    return resumes
  } finally {
    await line.close()
  }
}

/** Whoever goes when spoken to hears his own loudspeaker; an order is given by the officer on site. */
function letVendorsLeave({ platform, cameras, speakers }: DemoStreet): void {
  for (const [camera, speaker] of speakers) {
    if (STORIES[camera].leaves === 'when spoken to') speaker.on('played', () => cameras.goOn(camera))
  }
  platform.on('acknowledged', ({ cameraId, alertState }) => {
    if (alertState === 'ORDERED' && isDemoCamera(cameraId)) cameras.goOn(cameraId)
  })
}

function startCameras(films: ReadonlyMap<DemoCamera, Film>): Promise<RtspCamera> {
  const streams = [...films].map(([camera, { parts }]) => [camera, { parts }])
  return RtspCamera.start({ streams: Object.fromEntries(streams) })
}

async function startSpeakers(folder: string, closing: Closing): Promise<Map<DemoCamera, Speaker>> {
  const speakers = new Map<DemoCamera, Speaker>()
  for (const camera of DEMO_CAMERAS) {
    const speaker = await Speaker.start({ folder: join(folder, 'played', camera) })
    speakers.set(camera, closing.own(speaker))
  }
  return speakers
}

async function startGateway(
  command: readonly string[],
  config: string,
  folder: string,
  closing: Closing,
): Promise<Gateway> {
  const child = spawn(process.execPath, [...command, '--lang', 'en', 'run', '-c', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: packagePath(),
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

function startPlatform(
  { brokerUrl }: Gateway,
  { folder, reviewAfterMs, stepAfterMs }: DemoWishes,
  inbox: EvidenceInbox,
) {
  const file = join(folder, 'box', 'broker-platform.json')
  const { username, password } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
  return Platform.start({
    ...{ brokerUrl, username, password, site: SITE, folder: join(folder, 'platform') },
    ...{ reviewAfterMs, stepAfterMs, verdict: 'VERIFIED', by: OFFICER.personId },
    habits: { certNo: OFFICER.certNo, awaitsProof: true },
    faults: { ackLoss: 0, commandTwice: false, offline: null },
    inbox,
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
