/**
 * Two cameras that are no plain H.264 over TCP: H.265, and H.264 with sound in datagrams. What is sealed is what the
 * camera sent, picture by picture, and a player plays it.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { splitAnnexB, type VideoCodec } from '../../simulators/camera/nal.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import type { Platform } from '../../simulators/platform/platform.ts'
import { makeClip } from '../fixtures/clip.ts'
import { type BoxPaths, boxPaths, camera, SITE, writeBoxConfig } from './box-config.ts'
import {
  type GatewayProcess,
  revisionsIn,
  startGatewayProcess,
  startPlatformFor,
  until,
} from './gateway-process.ts'

const run = promisify(execFile)
const FPS = 10
const H265 = [
  '-c:v',
  'libx265',
  '-preset',
  'ultrafast',
  '-x265-params',
  `log-level=error:keyint=${FPS}:bframes=0`,
]
const CAMERAS: [id: string, codec: VideoCodec][] = [
  ['hevc', 'h265'],
  ['sound', 'h264'],
]

let folder: string
let paths: BoxPaths
let street: RtspCamera
let gateway: GatewayProcess
let platform: Platform

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-codecs-'))
  paths = boxPaths(folder)
  const things = [{ fromSec: 8, toSec: 50, box: [0.4, 0.5, 0.55, 0.75], luma: 200 }] as const
  const clip = { seconds: 60, fps: FPS, things }
  await makeClip(source('hevc'), { ...clip, encoder: H265 })
  const silent = await makeClip(join(folder, 'silent.mp4'), clip)
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=16000', '-c:a', 'aac', '-shortest']
  await run('ffmpeg', ['-v', 'error', '-i', silent, ...sound, '-c:v', 'copy', source('sound')])
  const streams = Object.fromEntries(CAMERAS.map(([id]) => [id, { file: source(id) }]))
  street = await RtspCamera.start({ streams })
  writeBoxConfig(paths, {
    cameras: [
      camera('hevc', street.urlOf('hevc')),
      camera('sound', street.urlOf('sound'), { transport: 'udp' }),
    ],
  })
  gateway = await startGatewayProcess(paths.config)
  platform = await startPlatformFor(gateway, paths.storage, SITE)
})

afterAll(async () => {
  await platform?.close()
  if (gateway?.child.exitCode === null) await gateway.kill('SIGKILL')
  await street?.close()
  rmSync(folder, { recursive: true, force: true })
})

for (const [id, codec] of CAMERAS) {
  test(`${id}: the alert's clip plays, and each of its pictures is the camera's own`, async () => {
    const alert = await until(`the alert of ${id}`, () => alertOf(id), 40_000)
    const bag = join(paths.storage, 'evidence', alert.evidence!.packageId)
    expect((await verifyPackages([bag])).ok).toBe(true)
    const { items } = JSON.parse(readFileSync(join(bag, 'data/evidence.json'), 'utf8')) as { items: Item[] }
    const clip = items.find(({ kind }) => kind === 'CLIP')!
    const file = join(bag, clip.path)

    const decoded = await run('ffmpeg', ['-v', 'error', '-xerror', '-i', file, '-f', 'framemd5', 'pipe:1'])
    expect(decoded.stderr).toBe('')
    expect(decoded.stdout.split('\n').filter((line) => /^0,/.test(line))).toHaveLength(clip.media.sampleCount)

    const sent = await pictures(source(id), codec)
    const kept = await pictures(file, codec)
    expect(kept.length).toBeGreaterThan(5 * FPS)
    const first = sent.indexOf(kept[0]!)
    expect(sent.slice(first, first + kept.length)).toEqual(kept)
  })
}

test('the box ends with 0', async () => {
  expect(await gateway.kill('SIGTERM')).toBe(0)
})

interface Item {
  readonly kind: string
  readonly path: string
  readonly media: { readonly sampleCount: number }
}

const source = (id: string) => join(folder, `${id}.mp4`)
const alertOf = (id: string) => revisionsIn(platform).find(({ cameraId }) => cameraId === id)

/** The coded slices, hashed, in order; parameter sets and other remarks travel in many ways. */
async function pictures(file: string, codec: VideoCodec): Promise<string[]> {
  const [filter, format] = codec === 'h264' ? ['h264_mp4toannexb', 'h264'] : ['hevc_mp4toannexb', 'hevc']
  const args = [
    '-v',
    'error',
    '-i',
    file,
    '-map',
    '0:v:0',
    '-c',
    'copy',
    '-bsf:v',
    filter,
    '-f',
    format,
    'pipe:1',
  ]
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 1 << 28 })
  const isSlice = (nal: Buffer) =>
    codec === 'h264' ? (nal[0]! & 0x1f) >= 1 && (nal[0]! & 0x1f) <= 5 : ((nal[0]! >> 1) & 0x3f) < 32
  return splitAnnexB(stdout)
    .filter(isSlice)
    .map((nal) => createHash('sha256').update(nal).digest('hex'))
}
