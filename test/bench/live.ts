/**
 * `npm run build && npm run bench:live [-- --seconds 20 --cameras 2]`: how far the live wall is behind the camera.
 *
 *     camera: each picture shows its own number ─▶ gateway ─▶ Chromium ─▶ number read off the glass
 *                          └── when it left ─────────────────────▶ − ◀── when it was seen
 *
 * From the packet leaving the camera to the pixel on the page; what lens and encoder take before is the camera's own.
 * H.264 as it comes and H.265 converted to MPEG-1, on one wall.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { loadConfig } from '../../config/loader.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { startGateway } from '../../gateway/main.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import { boxPaths, camera, writeBoxConfig } from '../journeys/box-config.ts'
import { openBrowser, removeFolder } from '../journeys/console-browser.ts'
import { PASSWORD, Visitor } from '../stages/http-fixture.ts'
import { loadAverage, machine } from './process-tree.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    cameras: { type: 'string', default: '2' },
    width: { type: 'string', default: '1280' },
  },
})
const SECONDS = Number(values.seconds)
const CAMERAS = Number(values.cameras)
const WIDTH = Number(values.width)
const HEIGHT = (WIDTH * 9) / 16
const FPS = 25
const FILM_SEC = 60
/** Numbers up to 4,095 in blocks along the upper edge. */
const BITS = 12
const BLOCK = WIDTH / BITS
const ENCODERS = {
  h264: ['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-g', String(FPS)],
  hevc: [
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-x265-params',
    `log-level=error:keyint=${FPS}:bframes=0`,
  ],
} as const
type Codec = keyof typeof ENCODERS

interface Sighting {
  readonly wallMs: number
  readonly picture: number
}

async function film(file: string, codec: Codec): Promise<string> {
  const raw = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    'gray',
    '-s',
    `${WIDTH}x${HEIGHT}`,
    '-r',
    String(FPS),
    '-i',
    'pipe:0',
  ]
  const made = ['-pix_fmt', 'yuv420p', ...ENCODERS[codec], file]
  const ffmpeg = spawn('ffmpeg', ['-nostdin', '-loglevel', 'error', '-y', ...raw, ...made], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  for (let at = 0; at < FILM_SEC * FPS; at++) {
    const frame = Buffer.alloc(WIDTH * HEIGHT, 100)
    for (let x = 0; x < WIDTH; x++) {
      const isSet = ((at >> Math.floor(x / BLOCK)) & 1) === 1
      for (let y = 0; y < BLOCK; y++) frame[y * WIDTH + x] = isSet ? 235 : 16
    }
    if (!ffmpeg.stdin.write(frame)) await once(ffmpeg.stdin, 'drain')
  }
  ffmpeg.stdin.end()
  const [code] = (await once(ffmpeg, 'exit')) as [number]
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`)
  return file
}

/** The number in the picture of a tile, every 40 ms. */
function watch(page: Page, name: string, kind: 'video' | 'canvas'): Promise<Sighting[]> {
  return page
    .locator('.tile', { hasText: name })
    .locator(kind)
    .evaluate(
      async (element, { bits, seconds }) => {
        const source = element as HTMLVideoElement | HTMLCanvasElement
        const strip = new OffscreenCanvas(bits * 8, 4)
        const pen = strip.getContext('2d', { willReadFrequently: true })!
        const seen: { wallMs: number; picture: number }[] = []
        const untilMs = performance.now() + 1000 * seconds
        while (performance.now() < untilMs) {
          const width = source instanceof HTMLVideoElement ? source.videoWidth : source.width
          pen.drawImage(source, 0, 0, width, width / bits, 0, 0, bits * 8, 4)
          const { data } = pen.getImageData(0, 2, bits * 8, 1)
          let picture = 0
          for (let bit = 0; bit < bits; bit++) if (data[4 * (bit * 8 + 4)]! > 128) picture |= 1 << bit
          seen.push({ wallMs: performance.timeOrigin + performance.now(), picture })
          await new Promise((done) => setTimeout(done, 40))
        }
        return seen
      },
      { bits: BITS, seconds: SECONDS },
    )
}

function lagsOf(sightings: readonly Sighting[], street: RtspCamera, name: string): number[] {
  const offsetMs = 1000 * street.positionSecOf(name) - Date.now()
  return sightings.map(({ wallMs, picture }) => {
    const leftMs = wallMs + offsetMs
    const behindMs = leftMs - (1000 * picture) / FPS
    const roundMs = 1000 * FILM_SEC
    return ((behindMs % roundMs) + roundMs) % roundMs
  })
}

function say(what: string, lags: readonly number[]): void {
  const sorted = lags.toSorted((a, b) => a - b)
  const at = (share: number) => `${Math.round(sorted[Math.floor(share * (sorted.length - 1))]!)} ms`
  process.stdout.write(`${what}: median ${at(0.5)}, p95 ${at(0.95)}, most ${at(1)} (${lags.length} looks)\n`)
}

const folder = mkdtempSync(join(tmpdir(), 'lushao-bench-live-'))
const browser = await openBrowser()
const files = {
  h264: await film(join(folder, 'h264.mp4'), 'h264'),
  hevc: await film(join(folder, 'hevc.mp4'), 'hevc'),
}
const names = Array.from({ length: CAMERAS }, (_, at) => (at === CAMERAS - 1 ? 'hevc' : `h264-${at}`))
const fileOf = (name: string) => (name === 'hevc' ? files.hevc : files.h264)
const street = await RtspCamera.start({
  streams: Object.fromEntries(names.map((name) => [name, { file: fileOf(name) }])),
})
const paths = boxPaths(folder)
writeBoxConfig(paths, { cameras: names.map((name) => camera(name, street.urlOf(name), { name })) })
const gateway = await startGateway(loadConfig(paths.config).config!, { version: 'bench', log: silentLog })
try {
  const visitor = new Visitor(gateway.consoleUrl)
  const { name, oneTimePassword } = gateway.firstLogin!
  await visitor.login(name, oneTimePassword)
  await visitor.send('PUT', '/api/v1/session/password', { password: oneTimePassword, next: PASSWORD })
  const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1440, height: 900 } })
  await page.goto(gateway.consoleUrl)
  await page.fill('[name=name]', name)
  await page.fill('[name=password]', PASSWORD)
  await page.keyboard.press('Enter')
  await page.click('nav >> text=Live')
  await page.click('.wall-ask [type=submit]')
  await page.locator('.converted').waitFor({ timeout: 60_000 })
  await page.waitForTimeout(5_000)
  process.stdout.write(
    `${machine()}, load ${loadAverage()}; ${CAMERAS} cameras of ${WIDTH}×${HEIGHT} at ${FPS}\n`,
  )
  const [own, converted] = await Promise.all([watch(page, 'h264-0', 'video'), watch(page, 'hevc', 'canvas')])
  say('H.264 as it comes, camera to glass', lagsOf(own, street, 'h264-0'))
  say('H.265 converted to MPEG-1, camera to glass', lagsOf(converted, street, 'hevc'))
  process.stdout.write(`load ${loadAverage()}\n`)
} finally {
  await browser.close()
  await gateway.close()
  await street.close()
  removeFolder(folder)
}
