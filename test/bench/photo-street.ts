/**
 * Scenes of photographs: people, cases, a table and a bicycle cut out of pictures, pasted over still backgrounds, with
 * the noise of a camera and drifting light. They look more real than drawings, and show less: nothing moves its legs.
 *
 *     sprites + outlines + median picture of a clip ─▶ photo/<story>-<light>-<seed>.mp4, truth, gateway.yaml
 *
 * The pictures stay where they are: nothing of them is part of the project.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { stringify } from 'yaml'
import { seededRandom } from '../../gateway/kit/random.ts'
import { startEncoder } from '../../simulators/street/render.ts'
import { cutOut, type Sprite, type SpriteName } from './photo-sprites.ts'

const WIDTH = 640
const HEIGHT = 360
const FPS = 8
const SECONDS = 90
/** The scenes that thresholds were looked at with; others are made from other seeds. */
export const PHOTO_SEED = 3220
const SCENES = 48
const DWELL_SEC = 20
/** A car park by day, a road by day, a square at night. */
const BACKGROUNDS = [
  join('composed', 'lot_brief_stop_70s.mp4'),
  join('videos', 'intel_person_bicycle_car.mp4'),
  join('videos', 'rf_example.mp4'),
]
const STORIES = ['vending', 'piling', 'bicycle', 'brief-stop', 'passers', 'waits'] as const
const LIGHTS = ['steady', 'drift', 'grain'] as const
const ZONE = [
  [0.02, 0.15],
  [0.98, 0.15],
  [0.98, 0.98],
  [0.02, 0.98],
]

interface Step {
  readonly atSec: number
  readonly x: number
}
/** One cut-out: where its foot is when; `y` of the foot is kept. */
interface Piece {
  readonly sprite: SpriteName
  readonly y: number
  /** Height beside a person's at the same place. */
  readonly share: number
  readonly steps: readonly Step[]
}
interface PhotoScene {
  readonly name: string
  readonly story: (typeof STORIES)[number]
  readonly light: (typeof LIGHTS)[number]
  readonly seed: number
  readonly pieces: Piece[]
  readonly acts: { rule: string; startSec: number; endSec: number }[]
  readonly nonEvents: { why: string; startSec: number; endSec: number }[]
}

export interface PhotoSetOptions {
  readonly data: string
  readonly out: string
  readonly only: RegExp
  readonly seed: number
  readonly onMade: (name: string, done: number, of: number) => void
}

export async function photoSet({ data, out, only, seed: first, onMade }: PhotoSetOptions) {
  if (!existsSync(join(data, 'sprites'))) throw new Error(`--photo needs ${join(data, 'sprites')}`)
  const truth = join(out, 'truth')
  mkdirSync(truth, { recursive: true })
  const scenes = Array.from({ length: SCENES }, (_, i) => tell(i, first)).filter(({ name }) =>
    only.test(name),
  )
  const config = join(out, 'gateway.yaml')
  writeFileSync(config, stringify(judging(scenes)))
  const backgrounds = await Promise.all(BACKGROUNDS.map((clip) => medianPicture(join(data, clip))))
  const sprites = await cutOut(join(data, 'sprites'))
  for (const [i, scene] of scenes.entries()) {
    const file = join(truth, `${scene.name}.json`)
    if (!existsSync(file)) {
      await film(scene, backgrounds[groundOf(scene, first)]!, sprites, join(out, `${scene.name}.mp4`))
      writeFileSync(file, JSON.stringify(truthOf(scene), null, 1))
    }
    onMade(scene.name, i + 1, scenes.length)
  }
  return { config, truth, names: scenes.map(({ name }) => name) }
}

/** How tall a person is whose foot is at this row: the ground rises towards the horizon. */
const personPx = (y: number): number => 22 + 0.4 * y

function tell(index: number, first: number): PhotoScene {
  const seed = first + index
  const story = STORIES[index % STORIES.length]!
  const light = LIGHTS[Math.floor(index / STORIES.length) % LIGHTS.length]!
  const random = seededRandom(seed)
  const between = (low: number, high: number) => low + random() * (high - low)
  const scene: PhotoScene = {
    ...{ name: `photo-${story}-${light}-${seed}`, story, light, seed },
    ...{ pieces: [], acts: [], nonEvents: [] },
  }
  const x = between(190, 450)
  const y = between(215, 320)
  const fromSec = between(16, 22)
  const toSec = SECONDS - between(14, 18)
  TELL[story]({ scene, between, x, y, fromSec, toSec })
  for (let at = between(1, 8); at < SECONDS - 14; at += between(9, 20)) {
    // Passers go behind or in front, never through.
    walks(
      scene,
      random() < 0.5 ? 'passer' : 'cook',
      random() < 0.6 ? y - between(35, 70) : y + between(18, 35),
      at,
      random() < 0.5,
    )
  }
  return scene
}

interface Plot {
  readonly scene: PhotoScene
  readonly between: (low: number, high: number) => number
  readonly x: number
  readonly y: number
  readonly fromSec: number
  readonly toSec: number
}

const TELL: Record<(typeof STORIES)[number], (plot: Plot) => void> = {
  vending({ scene, between, x, y, fromSec, toSec }) {
    stays(scene, 'table', x, y, 0.62, fromSec, toSec)
    stays(scene, 'case-a', x - between(75, 90), y + 2, 0.5, fromSec + 1, toSec - 1)
    comesAndGoes(scene, 'cook', x + between(-15, 15), y - 16, fromSec - 1, toSec)
    scene.acts.push({ rule: 'street-vending', startSec: round(fromSec), endSec: round(toSec) })
  },
  piling({ scene, between, x, y, fromSec, toSec }) {
    stays(scene, 'case-a', x, y, 0.5, fromSec, toSec)
    stays(scene, 'case-b', x + between(28, 40), y + 2, 0.52, fromSec, toSec)
    comesAndGoes(scene, 'passer', x - 30, y - 2, fromSec - 0.6, fromSec + 2)
    comesAndGoes(scene, 'passer', x - 30, y - 2, toSec - 2, toSec + 0.6)
    scene.acts.push({ rule: 'piling', startSec: round(fromSec), endSec: round(toSec) })
  },
  bicycle({ scene, x, y, fromSec, toSec }) {
    stays(scene, 'bicycle', x, y, 0.6, fromSec, toSec)
    comesAndGoes(scene, 'passer', x + 20, y - 4, fromSec - 0.6, fromSec + 2)
    comesAndGoes(scene, 'passer', x + 20, y - 4, toSec - 2, toSec + 0.6)
    scene.acts.push({ rule: 'bicycle-occupation', startSec: round(fromSec), endSec: round(toSec) })
  },
  'brief-stop'({ scene, between, x, y, fromSec }) {
    for (const at of [fromSec, 52]) {
      const staySec = between(8, 12)
      comesAndGoes(scene, 'passer', x, y, at, at + staySec)
      stays(scene, 'case-b', x - 26, y + 2, 0.5, at, at + staySec)
      scene.nonEvents.push({ why: 'stops with a case', startSec: round(at), endSec: round(at + staySec) })
    }
  },
  passers() {},
  waits({ scene, x, y, fromSec, toSec }) {
    comesAndGoes(scene, 'passer', x, y, fromSec, toSec)
    scene.nonEvents.push({
      why: 'waits for somebody, without goods',
      startSec: round(fromSec),
      endSec: round(toSec),
    })
  },
}

/** As in the composed clips: at a brisk walk. */
const PX_PER_SEC = 95
const OUTSIDE_PX = 70

function stays(
  scene: PhotoScene,
  sprite: SpriteName,
  x: number,
  y: number,
  share: number,
  fromSec: number,
  toSec: number,
): void {
  const steps = [fromSec, toSec].map((atSec) => ({ atSec, x }))
  scene.pieces.push({ sprite, y, share, steps })
}

function comesAndGoes(
  scene: PhotoScene,
  sprite: SpriteName,
  x: number,
  y: number,
  fromSec: number,
  toSec: number,
): void {
  const way = (x + OUTSIDE_PX) / PX_PER_SEC
  const steps = [
    { atSec: fromSec - way, x: -OUTSIDE_PX },
    { atSec: fromSec, x },
    { atSec: toSec, x },
    { atSec: toSec + way, x: -OUTSIDE_PX },
  ]
  scene.pieces.push({ sprite, y, share: 1, steps })
}

function walks(scene: PhotoScene, sprite: SpriteName, y: number, atSec: number, back: boolean): void {
  const ends = back ? [WIDTH + OUTSIDE_PX, -OUTSIDE_PX] : [-OUTSIDE_PX, WIDTH + OUTSIDE_PX]
  const endSec = atSec + (WIDTH + 2 * OUTSIDE_PX) / PX_PER_SEC
  scene.pieces.push({
    sprite,
    y,
    share: 1,
    steps: [
      { atSec, x: ends[0]! },
      { atSec: endSec, x: ends[1]! },
    ],
  })
  scene.nonEvents.push({
    why: 'walks through',
    startSec: round(atSec),
    endSec: round(Math.min(SECONDS, endSec)),
  })
}

function truthOf({ name, story, light, seed, acts, nonEvents }: PhotoScene) {
  return {
    ...{ video: `${name}.mp4`, fps: FPS, width: WIDTH, height: HEIGHT, durationSec: SECONDS },
    scene: { story: `photo-${story}`, condition: light, seed, supported: true, digest: '' },
    zones: [{ id: 'lot', polygon: ZONE }],
    events: acts.map((act) => ({ ...act, zoneId: 'lot' })),
    nonEvents,
  }
}

/** Every story meets every light on a ground before the next ground comes. */
function groundOf({ seed }: PhotoScene, first: number): number {
  return Math.floor((seed - first) / (STORIES.length * LIGHTS.length)) % BACKGROUNDS.length
}

function judging(scenes: readonly PhotoScene[]) {
  const rules = ['street-vending', 'piling', 'bicycle-occupation'].map((rule) => ({
    rule,
    minDwellSec: DWELL_SEC,
  }))
  const zones = [{ id: 'lot', type: 'NO_VENDING', polygon: ZONE, rules }]
  const cameras = scenes.map(({ name }) => ({ id: name, url: `file:${name}.mp4`, zones }))
  return { site: 'test-lot', gateway: 'gw-lot', region: '310101', governance: { mode: 'test' }, cameras }
}

async function film(
  scene: PhotoScene,
  background: Buffer,
  sprites: ReadonlyMap<SpriteName, Sprite>,
  out: string,
): Promise<void> {
  const random = seededRandom(scene.seed ^ 0xf11)
  const noise = Int8Array.from({ length: 262_139 }, () =>
    Math.round((random() + random() + random() - 1.5) * (scene.light === 'grain' ? 9 : 3)),
  )
  const picture = Buffer.alloc(background.length)
  const frame = Buffer.alloc(background.length)
  const encoder = startEncoder(WIDTH, HEIGHT, FPS, out)
  const pieces = scene.pieces.toSorted((a, b) => a.y - b.y)
  for (let i = 0; i < SECONDS * FPS && encoder.alive(); i++) {
    const timeSec = i / FPS
    background.copy(picture)
    for (const piece of pieces) await paste(picture, sprites.get(piece.sprite)!, piece, timeSec)
    const gain = scene.light === 'drift' ? 1 + 0.3 * Math.sin((timeSec / 50) * 2 * Math.PI) : 1
    let grain = Math.floor(random() * noise.length)
    for (let at = 0; at < frame.length; at++) {
      frame[at] = Math.max(0, Math.min(255, picture[at]! * gain + noise[grain]!))
      if (++grain === noise.length) grain = 0
    }
    await encoder.write(frame)
  }
  await encoder.finish()
}

async function paste(picture: Buffer, sprite: Sprite, piece: Piece, timeSec: number): Promise<void> {
  const { steps, y, share } = piece
  const next = steps.findIndex(({ atSec }) => atSec > timeSec)
  if (next <= 0) return
  const [a, b] = [steps[next - 1]!, steps[next]!]
  const x = a.x + ((b.x - a.x) * (timeSec - a.atSec)) / (b.atSec - a.atSec)
  const moves = a.x !== b.x
  const cut = await sprite.at(Math.round(personPx(y) * share), b.x < a.x)
  const bob = moves ? Math.round(Math.abs(Math.sin(timeSec * 6)) * 2) : 0
  const left = Math.round(x - cut.width / 2 + (moves || !ALIVE.has(piece.sprite) ? 0 : swayPx(timeSec, y)))
  shade(picture, x, y, cut.width * 0.5)
  for (let row = 0; row < cut.height; row++) {
    const py = Math.round(y) - cut.height + row - bob
    if (py < 0 || py >= HEIGHT) continue
    for (let column = Math.max(0, -left); column < Math.min(cut.width, WIDTH - left); column++) {
      const from = (row * cut.width + column) * 4
      const alpha = cut.rgba[from + 3]! / 255
      if (alpha === 0) continue
      const to = (py * WIDTH + left + column) * 3
      for (let c = 0; c < 3; c++)
        picture[to + c] = picture[to + c]! + (cut.rgba[from + c]! - picture[to + c]!) * alpha
    }
  }
}

/** Nobody stands like a statue: a shift of the weight every few seconds, a pixel or two, as in the composed clips. */
const ALIVE: ReadonlySet<SpriteName> = new Set(['passer', 'cook'])
function swayPx(timeSec: number, y: number): number {
  return 1.9 * Math.sin(timeSec * 1.8 + y)
}

/** A soft shadow where it stands. */
function shade(picture: Buffer, x: number, y: number, radius: number): void {
  for (let py = Math.max(0, Math.round(y - 8)); py < Math.min(HEIGHT, y + 8); py++) {
    for (let px = Math.max(0, Math.round(x - radius)); px < Math.min(WIDTH, x + radius); px++) {
      const away = ((px - x) / radius) ** 2 + ((py - y) / 8) ** 2
      if (away >= 1) continue
      const share = 1 - 0.35 * (1 - away)
      const at = (py * WIDTH + px) * 3
      for (let c = 0; c < 3; c++) picture[at + c] = picture[at + c]! * share
    }
  }
}

/** What stands still in a clip: the middle value of eleven pictures, pixel by pixel. */
async function medianPicture(clip: string): Promise<Buffer> {
  const filters = `fps=1/6,scale=${WIDTH}:${HEIGHT}:flags=area`
  const raw = execFileSync(
    'ffmpeg',
    [
      ...['-nostdin', '-v', 'error', '-i', clip, '-vf', filters],
      ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
    ],
    { maxBuffer: 1 << 28 },
  )
  const size = WIDTH * HEIGHT * 3
  const pictures = Array.from({ length: Math.floor(raw.length / size) }, (_, i) =>
    raw.subarray(i * size, (i + 1) * size),
  )
  const middle = Buffer.alloc(size)
  const values = new Uint8Array(pictures.length)
  for (let at = 0; at < size; at++) {
    for (const [i, picture] of pictures.entries()) values[i] = picture[at]!
    middle[at] = values.sort()[values.length >> 1]!
  }
  // A breath softer, as a camera is; the sprites are soft at their edges too.
  return await sharp(middle, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .blur(0.4)
    .raw()
    .toBuffer()
}

const round = (sec: number): number => Math.round(sec * 10) / 10
