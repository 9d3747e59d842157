/** `lushao models try` from outside: what it draws and counts on a file, a picture and a real RTSP camera. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Detections } from '../../gateway/detections/detections.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { saveMemory } from '../../gateway/memory.ts'
import { Occupancy, OccupancyOptions } from '../../gateway/occupancy/occupancy.ts'
import { Baseline, BaselineOptions } from '../../gateway/tracks/baseline.ts'
import { Tracker, TrackerOptions } from '../../gateway/tracks/tracker.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import { makeClip } from '../fixtures/clip.ts'
import {
  detrGraph,
  detrManifest,
  makeFolder,
  writeModel,
  yoloxGraph,
  yoloxManifest,
} from '../fixtures/models.ts'
import { boxPaths, writeBoxConfig } from './box-config.ts'

/** Where the tiny networks see their things whatever the picture: a cart at the left, a person nearer the top. */
const CART = [0.25, 0.5, 0.5, 1]
const KERB = {
  id: 'kerb',
  type: 'NO_VENDING',
  polygon: [
    [0.1, 0.7],
    [0.6, 0.7],
    [0.6, 1],
    [0.1, 1],
  ],
  rules: [{ rule: 'piling', minDwellSec: 8 }],
}
const MASK = [
  [0.7, 0.1],
  [0.9, 0.1],
  [0.9, 0.3],
  [0.7, 0.3],
]

const folder = makeFolder()
let cart: string
let shy: string
let person: string
let clip: string
let camera: RtspCamera
let config: string

beforeAll(async () => {
  cart = writeModel(folder, detrGraph(), detrManifest)
  // The same network under another hash, told to be sure from 0.9 on.
  const { constants, ...rest } = detrGraph()
  const other = { ...constants, unused: { dims: [1], values: Float32Array.of(1) } }
  shy = writeModel(folder, { ...rest, constants: other }, (bytes) => ({
    ...detrManifest(bytes),
    ...{ name: 'shy-detr', licence: 'AGPL-3.0-only', thresholds: { score: 0.9 } },
  }))
  person = writeModel(folder, yoloxGraph(), (bytes) => ({
    ...yoloxManifest(bytes),
    thresholds: { score: 0.2 },
  }))
  clip = await makeClip(join(folder.path, 'street.mp4'), { seconds: 24, fps: 8, things: [] })
  camera = await RtspCamera.start({ streams: { street: { file: clip } } })
  const paths = boxPaths(folder.path)
  config = paths.config
  writeBoxConfig(paths, {
    model: { file: cart },
    cameras: [
      { id: 'live', url: camera.urlOf('street'), zones: [KERB], privacyMasks: [{ polygon: MASK }] },
      { id: 'gone', url: `rtsp://127.0.0.1:${await closedPort()}/street`, zones: [KERB] },
    ],
  })
})

afterAll(async () => {
  await camera?.close()
  folder.remove()
})

test('a recording: one picture a look and model, a table, a comparison, what a licence asks', async () => {
  const { code, stdout, stderr } = await tryModels([cart, shy, person, clip], 'recording', '--looks', '3')
  expect([code, stdout]).toEqual([0, expect.stringContaining('| tiny-detr | 3 | carrier 3 | – | 0 | 0 |')])
  expect(stdout).toMatch(/\| shy-detr \| 3 \| – \| – \| 3 \| 0 \| [\d.]+ \| AGPL-3\.0-only \|/)
  expect(stdout).toMatch(/\| tiny-yolox \| 3 \| person 3 \| – \|/)
  expect(stdout).toContain('agree on 0; only tiny-detr 3, only shy-detr 0, only tiny-yolox 3.')
  expect(stderr).toContain('MODEL_LICENCE_NETWORK_COPYLEFT')
  const names = ['shy-detr', 'tiny-detr', 'tiny-yolox']
  const wanted = [1, 2, 3].flatMap((look) => names.map((name) => `look-${look}-${name}.jpg`))
  expect(readdirSync(join(folder.path, 'recording')).sort()).toEqual(wanted)
  const { width, height } = await sharp(join(folder.path, 'recording', wanted[0]!)).metadata()
  expect([width, height]).toEqual([1280, 720 + 84])
})

test('a thing that is sure, faint or baseline is drawn so: whole, dashed, grey', async () => {
  await tryModels([cart, shy, clip], 'drawn', '--looks', '1')
  await tryModels([cart, clip], 'watched', '--looks', '1', '--watch', '12')
  const sure = await edgeOf('drawn', 'tiny-detr')
  const faint = await edgeOf('drawn', 'shy-detr')
  const baseline = await edgeOf('watched', 'tiny-detr')
  const orange = ([r, g, b]: number[]) => r! > 200 && g! > 100 && g! < 190 && b! < 110
  const grey = ([r, g, b]: number[]) => r! > 170 && Math.abs(r! - g!) < 30 && Math.abs(g! - b!) < 30
  expect(sure.filter(orange).length / sure.length).toBeGreaterThan(0.9)
  expect(faint.filter(orange).length / faint.length).toBeLessThan(0.75)
  expect(faint.filter(orange).length / faint.length).toBeGreaterThan(0.2)
  expect(baseline.filter(grey).length / baseline.length).toBeGreaterThan(0.9)
})

test('who watches first tells baseline from news: a thing is explained, a person never', async () => {
  const watched = await tryJson([cart, person, clip], 'baseline', '--looks', '2', '--watch', '12')
  const states = watched.models.map(({ looks }) =>
    looks.flatMap(({ things }) => things!.map(({ state }) => state)),
  )
  expect(states).toEqual([
    ['baseline', 'baseline'],
    ['sure', 'sure'],
  ])
  expect(watched.models[0]!.looks[0]!.things![0]).toMatchObject({ class: 'cart', why: 'present' })
})

test('a camera: read over RTSP, masked before anybody looks, zones drawn, the model of its configuration', async () => {
  const tried = await tryJson([], 'camera', '-c', config, '--camera', 'live', '--looks', '2', '--every', '1')
  expect(tried.models.map(({ model }) => model)).toEqual(['tiny-detr'])
  const [first] = tried.models[0]!.looks
  expect(first!.things).toMatchObject([{ class: 'cart', role: 'carrier', state: 'sure', zones: ['kerb'] }])
  // Seen in the view of the zone, as the gateway looks, and told in the whole picture.
  expect(first!.things![0]!.box[1]).toBeGreaterThan(0.6)
  expect(tried.pictures.length).toBe(2)
  const [r, g, b] = await pixelOf(tried.pictures[0]!, 0.8, 0.2)
  expect(r! + g! + b!).toBeLessThan(60)
  const street = await pixelOf(tried.pictures[0]!, 0.2, 0.2)
  expect(street[0]).toBeGreaterThan(50)
  const zone = await pixelOf(tried.pictures[0]!, 0.4, 0.7)
  expect(zone[2]! - zone[0]!).toBeGreaterThan(60)
})

test('what a gateway on this box has learnt of the camera is drawn as baseline', async () => {
  const { sha256 } = JSON.parse(readFileSync(`${cart}.manifest.json`, 'utf8')) as { sha256: string }
  const baseline = new Baseline(BaselineOptions.parse({}), `sha256:${sha256}`)
  // The cart as the tiny network sees it in the view of the zone.
  const seen = await tryJson([], 'before', '-c', config, '--camera', 'live', '--looks', '1')
  const { box } = seen.models[0]!.looks[0]!.things![0]!
  const parts = { scores: Float32Array.of(0.8), classIds: Int32Array.of(0) }
  const once = new Detections({
    ...parts,
    boxes: Float32Array.from(box),
    classes: ['cart'],
    roles: ['carrier'],
  })
  const tracker = new Tracker(TrackerOptions.parse({})).snapshot()
  for (let sec = 0; sec < 10; sec++) baseline.take(once, null, 1_000 * sec)
  await saveMemory(join(boxPaths(folder.path).storage, 'memory', 'live.bin'), {
    ...{ zonesVersion: '', bootId: '', savedAtMs: 0, savedAtWallMs: 0, mediaZeroMs: 0, cases: [] },
    commissioning: null,
    drift: null,
    ...{ baseline: baseline.snapshot(), trackers: { detector: tracker, namer: tracker } },
    judge: new Uint8Array(0),
    occupancy: new Occupancy(OccupancyOptions.parse({})).snapshot(),
  })
  const tried = await tryJson([], 'remembered', '-c', config, '--camera', 'live', '--looks', '1')
  expect(tried.models[0]!.looks[0]!.things).toMatchObject([
    { class: 'cart', state: 'baseline', why: 'present' },
  ])
})

test('a picture, with the zones of a camera that is not asked', async () => {
  const picture = join(folder.path, 'street.png')
  await sharp({ create: { width: 800, height: 600, channels: 3, background: '#808080' } }).toFile(picture)
  const tried = await tryJson([cart, picture], 'picture', '-c', config, '--camera', 'gone')
  expect(tried.pictures.length).toBe(1)
  const { width, height } = await sharp(tried.pictures[0]!).metadata()
  expect([width, height]).toEqual([1280, 960 + 84])
  const [r, g, b] = await pixelOf(tried.pictures[0]!, 0.1, 0.1, 960)
  expect([r, g, b].every((value) => Math.abs(value! - 0x80) < 6)).toBe(true)
})

const REFUSED: [what: string, args: () => string[], exit: number, said: string][] = [
  ['a camera that does not answer', () => [cart, '-c', config, '--camera', 'gone'], 1, 'CAMERA_UNREACHABLE'],
  [
    'a camera nobody knows',
    () => [cart, '-c', config, '--camera', 'kerb-9'],
    2,
    'one of live, gone, got kerb-9',
  ],
  ['two cameras and none named', () => [cart, '-c', config], 2, 'one of live, gone'],
  ['no model', () => [clip], 2, 'name a model'],
  ['no place', () => [cart], 2, 'name a video, a picture, or a camera'],
  ['a model that is not there', () => [join(folder.path, 'no.onnx'), clip], 1, 'MODEL_MISSING'],
  ['a video that is none', () => [cart, `${cart}.manifest.json`], 1, 'FILE_NOT_VIDEO'],
  ['a video that is not there', () => [cart, join(folder.path, 'no.mp4')], 1, 'FILE_UNREADABLE'],
  [
    'looks that are no number',
    () => [cart, clip, '--looks', 'many'],
    2,
    '--looks is a whole number from 1 to 100',
  ],
  ['watching longer than there is', () => [cart, clip, '--watch', '60'], 2, 'longer than the recording'],
]
test.each(REFUSED)('%s is told by code', async (_, args, exit, said) => {
  const { code, stderr } = await tryModels(args(), 'refused')
  expect([code, stderr]).toEqual([exit, expect.stringContaining(said)])
})

interface Tried {
  readonly pictures: readonly string[]
  readonly models: readonly {
    readonly model: string
    readonly looks: readonly {
      readonly things:
        | readonly { readonly class: string; readonly state: string; readonly box: readonly number[] }[]
        | null
    }[]
  }[]
}

async function tryJson(files: string[], out: string, ...more: string[]): Promise<Tried> {
  const { code, stdout, stderr } = await tryModels(files, out, ...more, '--json')
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Tried
}

function tryModels(files: string[], out: string, ...more: string[]) {
  return lushao(['models', 'try', ...files, '--out', join(folder.path, out), ...more])
}

function lushao(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const entry = packagePath('gateway', 'cli', 'lushao.ts')
  return new Promise((resolve) => {
    const env = { ...process.env, LANG: 'C.UTF-8' }
    execFile(process.execPath, ['--import', 'tsx', entry, ...args], { env }, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        stdout,
        stderr,
      })
    })
  })
}

/** The pixels along the right edge of the cart's box, away from its corners and words. */
async function edgeOf(out: string, model: string): Promise<number[][]> {
  const file = join(folder.path, out, `look-1-${model}.jpg`)
  const rows = Array.from({ length: 60 }, (_, i) => CART[1]! + 0.1 + i * 0.005)
  return Promise.all(rows.map((y) => pixelOf(file, CART[2]!, y)))
}

async function pixelOf(file: string, x: number, y: number, height = 720): Promise<number[]> {
  const at = { left: Math.round(x * 1280), top: Math.round(y * height), width: 1, height: 1 }
  return [...(await sharp(file).extract(at).raw().toBuffer())]
}

function closedPort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
