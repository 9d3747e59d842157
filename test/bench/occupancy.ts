/**
 * What a look costs occupancy: CPU ms (user and system, all threads of the process), its stages, and the garbage.
 *
 *     npm run bench:occupancy -- [--data ../shared/data] [--fps 2] [--rounds 5] [--against FOLDER]
 *
 * Frames are decoded beforehand: our own drawn scene `vendor`, the same street idle (its first frame with fresh noise
 * in every look), and the clips under `--data`. Rounds are interleaved, figures are medians of them; the first round
 * warms up. `--against` runs the occupancy of another checkout in turn with ours, on the same frames. The script runs
 * with young memory so large that nothing is collected in a round: what was allocated can be read off.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { getHeapStatistics } from 'node:v8'
import { FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH, type Frame } from '../../gateway/frames/frame.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { Occupancy, OccupancyOptions } from '../../gateway/occupancy/occupancy.ts'
import { renderScene } from '../../simulators/street/render.ts'
import { namedScene } from '../../simulators/street/scenes.ts'
import { loadAverage, machine } from './process-tree.ts'

interface Clip {
  readonly name: string
  readonly frames: readonly Frame[]
}

type Stands = Pick<Occupancy, 'stand'>
/** Told after each stage of a look; only ours has it. */
type Lap = (stage: string) => void
type Maker = (lap?: Lap) => Stands

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    fps: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '75' },
    against: { type: 'string' },
  },
})
const fps = Number(values.fps)
const rounds = Number(values.rounds)
const say = (line: string) => process.stdout.write(`${line}\n`)
const ours: Maker = (lap) => new Occupancy(OccupancyOptions.parse({}), lap)
const theirs = values.against === undefined ? null : await makerOf(resolve(values.against))

const clips = [...(await drawn()), ...shared(resolve(values.data))]
say(`${machine()}, load ${loadAverage()}, ${fps} looks a second, median of ${rounds} rounds`)
say(`${'clip'.padEnd(26)} looks   ms a look${theirs === null ? '' : '   against   ratio'}   garbage KiB`)
for (const clip of clips) say(rowOf(clip))
for (const clip of clips.slice(0, 2)) say(`${clip.name}: ${stagesOf(clip)}`)
say(`load ${loadAverage()}`)

function rowOf(clip: Clip): string {
  const costs: number[] = []
  const others: number[] = []
  const garbage: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const one = lookAtAll(ours(), clip.frames)
    const other = theirs === null ? null : lookAtAll(theirs(), clip.frames)
    if (round === 0) continue
    costs.push(one.cpuMs)
    garbage.push(one.garbageKib)
    if (other !== null) others.push(other.cpuMs)
  }
  const [cost, before] = [median(costs), median(others)]
  const against =
    theirs === null ? '' : `${before.toFixed(2).padStart(10)}${(before / cost).toFixed(1).padStart(8)}`
  const kib = Math.max(0, median(garbage)).toFixed(1)
  const looks = String(clip.frames.length).padStart(6)
  return `${clip.name.padEnd(26)}${looks}${cost.toFixed(2).padStart(12)}${against}${kib.padStart(14)}`
}

/** Mean cost of a look, after those in which the background was learned. */
function lookAtAll(occupancy: Stands, frames: readonly Frame[]): { cpuMs: number; garbageKib: number } {
  let looks = 0
  let begun = process.cpuUsage()
  let heap = 0
  for (const frame of frames) {
    const { ready } = occupancy.stand(frame)
    if (ready && looks++ === 0) {
      begun = process.cpuUsage()
      heap = getHeapStatistics().used_heap_size
    }
  }
  const garbageKib = (getHeapStatistics().used_heap_size - heap) / 1024 / (looks - 1)
  const { user, system } = process.cpuUsage(begun)
  return { cpuMs: (user + system) / 1000 / (looks - 1), garbageKib }
}

/** CPU milliseconds by stage, the dearest first, in one run of their own. */
function stagesOf(clip: Clip): string {
  const spent = new Map<string, number>()
  const cpuMs = () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
  let since = cpuMs()
  const lap = (stage: string) => {
    const now = cpuMs()
    spent.set(stage, (spent.get(stage) ?? 0) + now - since)
    since = now
  }
  const occupancy = ours(lap)
  let looks = 0
  for (const frame of clip.frames) {
    since = cpuMs()
    if (occupancy.stand(frame).ready) looks++
    if (looks === 1) spent.clear()
  }
  return [...spent]
    .sort((a, b) => b[1] - a[1])
    .map(([stage, ms]) => `${stage} ${(ms / (looks - 1)).toFixed(3)}`)
    .join(', ')
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

async function makerOf(folder: string): Promise<Maker> {
  const file = pathToFileURL(join(folder, 'gateway', 'occupancy', 'occupancy.ts')).href
  const other = (await import(file)) as {
    Occupancy: new (options: OccupancyOptions) => Stands
    OccupancyOptions: typeof OccupancyOptions
  }
  return () => new other.Occupancy(other.OccupancyOptions.parse({}))
}

async function drawn(): Promise<Clip[]> {
  const seconds = Number(values.seconds)
  const file = packagePath('var', 'bench', 'occupancy', `vendor-${seconds}.mp4`)
  if (!existsSync(file))
    await renderScene(namedScene('vendor', { seed: 1, seconds }), { seed: 1, seconds }, file)
  const busy = decode(file)
  const idle = busy.map(({ timeMs }, look) => frameAt(timeMs, withNoise(busy[0]!.yuv, look)))
  return [
    { name: 'drawn: idle street', frames: idle },
    { name: 'drawn: vendor', frames: busy },
  ]
}

function shared(folder: string): Clip[] {
  const files = ['videos', 'composed']
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path).map((name) => join(path, name)))
    .filter((file) => /\.(mp4|avi)$/.test(file))
  if (files.length === 0) say(`no clips under ${folder}: the drawn scene alone`)
  return files.map((file) => ({ name: basename(file).slice(0, 25), frames: decode(file) }))
}

function decode(file: string): Frame[] {
  const scale = `fps=${fps},scale=${FRAME_WIDTH}:${FRAME_HEIGHT}:flags=area`
  const args = ['-nostdin', '-loglevel', 'error', '-i', file, '-an', '-vf', scale]
  const bytes = execFileSync('ffmpeg', [...args, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'], {
    maxBuffer: 1 << 30,
  })
  return Array.from({ length: Math.floor(bytes.length / FRAME_BYTES) }, (_, look) =>
    frameAt(Math.round((1000 * look) / fps), bytes.subarray(look * FRAME_BYTES, (look + 1) * FRAME_BYTES)),
  )
}

function frameAt(timeMs: number, yuv: Uint8Array): Frame {
  return { cameraId: 'bench', pts: 90 * timeMs, connection: 0, timeMs, wallMs: timeMs, yuv }
}

/** Noise of about two grey levels, the same in every run. */
function withNoise(yuv: Uint8Array, seed: number): Uint8Array {
  const noisy = new Uint8Array(yuv)
  let state = 0x9e3779b9 ^ seed
  for (let at = 0; at < noisy.length; at++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + at
    noisy[at] = Math.max(0, Math.min(255, noisy[at]! + ((state >>> 24) % 7) - 3))
  }
  return noisy
}
