/**
 * Films seeded scenes and writes down, frame by frame, who is where and what the background model proposes.
 *
 *     seed ─script─▶ film.mp4 ─ the gateway's own decoder ─▶ occupancy ─▶ proposals ─┐
 *                 └─▶ bodies, far to near ───────────────────────────────────────────┴─▶ film.json
 *
 * The film goes through H.264 like a camera's, so crops of it carry a camera's faults. Labels are not given here:
 * which proposal belongs to which body is decided where crops are made (`scenes.py`). Seeds 1000 to 1999 are for
 * training, 2000 to 2199 for validation; all others belong to evaluation and are refused.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openFileFeed } from '../../gateway/frames/file-feed.ts'
import { assert } from '../../gateway/kit/assert.ts'
import { Occupancy, OccupancyOptions } from '../../gateway/occupancy/occupancy.ts'
import { proposalsOf } from '../../gateway/occupancy/proposals.ts'
import { CONDITION_NAMES } from '../../simulators/street/conditions.ts'
import type { Weather } from '../../simulators/street/light.ts'
import { renderScene } from '../../simulators/street/render.ts'
import { namedScene, SCENE_NAMES } from '../../simulators/street/scenes.ts'
import type { Actor, SceneScript, VehicleActor } from '../../simulators/street/script.ts'
import type { Seen } from '../../simulators/street/stage.ts'
import { STORY_NAMES, streetScene, tellScene } from '../../simulators/street/test-street.ts'
import { blobsOf, type Corners } from './blobs.ts'
import { gallery } from './gallery.ts'
import { medley } from './medley.ts'

/** Seeds of each split: from, and how many. */
const SEEDS = { train: [1000, 1000], val: [2000, 200] } as const
type Split = keyof typeof SEEDS

/** As often as a watched camera is looked at. */
const FPS = 2
/** A camera's main stream and its sub-stream, which is as small as the gateway's own picture; by turns of films. */
const SHAPES = [
  { width: 1280, height: 720 },
  { width: 640, height: 360 },
] as const
const FILMS_A_SHAPE = 24
/** The first films of a split are named scenes and medleys by turns; these are galleries and stories by turns. */
const GALLERIES_FROM = 48
/** What differs from the background for the moment: people who walk, cars, the shadows of both. */
const BLOB_PIXELS_MIN = 40
/** Strides without a common divisor with their lists: neighbouring films differ in both. */
const [STORY_STRIDE, CONDITION_STRIDE] = [4, 7]
const WEATHERS: readonly (Weather | undefined)[] = [
  undefined,
  'cloudy',
  'night',
  'sunny',
  'rain',
  'night-rain',
]

interface FrameFacts {
  /** Bodies, far to near: what each is, which actor, which act (−1: none), its box in fractions. */
  readonly seen: readonly (readonly [kind: string, actor: number, act: number, ...box: Corners])[]
  /** Boxes that occupancy proposes, and boxes of what differs for the moment. */
  proposals: readonly Corners[]
  blobs: readonly Corners[]
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      split: { type: 'string' },
      films: { type: 'string' },
      first: { type: 'string' },
    },
  })
  const { out, split = 'train', films = '14', first = '0' } = values
  assert(out !== undefined, '--out names a folder')
  assert(split === 'train' || split === 'val', '--split is train or val')
  const [begin, end] = [Number(first), Number(first) + Number(films)]
  assert(begin >= 0 && end <= SEEDS[split][1], 'films keep to the seeds of their split')
  mkdirSync(out, { recursive: true })
  for (let film = begin; film < end; film++) {
    const name = await exportFilm(film, split, out)
    process.stderr.write(`${film + 1 - begin}/${films} ${name}\n`)
  }
}

/** Every other film is told; between the named scenes stand medleys, between the stories of a street galleries. */
async function exportFilm(film: number, split: Split, out: string): Promise<string> {
  const seed = SEEDS[split][0] + film
  const script = scriptOf(film, seed)
  const scene = script.name
  const name = `${split}-${seed}-${scene}`
  const path = join(out, `${name}.mp4`)
  const frames: FrameFacts[] = []
  const shape = SHAPES[Math.floor(film / FILMS_A_SHAPE) % SHAPES.length]!
  const onSeen = (_: number, seen: readonly Seen[]) => {
    frames.push({ seen: seen.map((one) => bodyOf(one, script.actors, shape)), proposals: [], blobs: [] })
  }
  await renderScene(script, { seed, ...shape, fps: FPS, onSeen }, path)
  await watch(path, frames)
  const facts = { film: `${name}.mp4`, scene, weather: script.weather, seed, fps: FPS, frames }
  writeFileSync(join(out, `${name}.json`), JSON.stringify(facts))
  return name
}

function scriptOf(film: number, seed: number): SceneScript {
  if (film < GALLERIES_FROM) return film % 2 === 0 ? named(film / 2, seed) : medley(seed)
  return film % 2 === 0 ? street((film - GALLERIES_FROM) / 2, seed) : gallery(seed)
}

/** A story of the test street, under a condition and from a seed of its own. */
function street(at: number, seed: number): SceneScript {
  const story = STORY_NAMES[(at * STORY_STRIDE) % STORY_NAMES.length]!
  const condition = CONDITION_NAMES[(at * CONDITION_STRIDE) % CONDITION_NAMES.length]!
  return tellScene(streetScene(story, condition, seed)).script
}

/** Named scenes have other weather each round. */
function named(at: number, seed: number): SceneScript {
  const scene = SCENE_NAMES[at % SCENE_NAMES.length]!
  const weather = WEATHERS[Math.floor(at / SCENE_NAMES.length) % WEATHERS.length]
  return namedScene(scene, { seed, ...(weather !== undefined && { weather }) })
}

function bodyOf(
  { actor, extent }: Seen,
  actors: readonly Actor[],
  { width, height }: (typeof SHAPES)[number],
): FrameFacts['seen'][number] {
  const kind = actor.kind === 'prop' ? actor.prop : actor.kind === 'vehicle' ? vehicleOf(actor) : 'person'
  const { x1, y1, x2, y2 } = extent
  const box = rounded([x1 / width, y1 / height, x2 / width, y2 / height])
  return [kind, actors.indexOf(actor), actor.act ?? -1, ...box]
}

/** A tricycle with goods on it is a stall to whoever looks; an empty one is parked. */
function vehicleOf({ vehicle, loaded }: VehicleActor): string {
  return loaded === true ? `${vehicle}-loaded` : vehicle
}

/** Looks at the film as the gateway does. */
async function watch(path: string, frames: readonly FrameFacts[]): Promise<void> {
  const occupancy = new Occupancy(OccupancyOptions.parse({}))
  const feed = await openFileFeed({ path, cameraId: 'film', startWallMs: 0, samplesPerSec: FPS })
  for await (const frame of feed.frames()) {
    const standing = occupancy.stand(frame)
    const facts = frames[Math.round((frame.timeMs * FPS) / 1000)]
    if (facts === undefined || !standing.ready) continue
    facts.proposals = proposalsOf(standing).map(rounded)
    facts.blobs = blobsOf(standing.foreground, BLOB_PIXELS_MIN).map(rounded)
  }
  feed.close()
}

function rounded([left, top, right, bottom]: Corners): Corners {
  const round = (value: number) => Math.round(value * 10_000) / 10_000
  return [round(left), round(top), round(right), round(bottom)]
}

await main()
