/**
 * Accuracy on the test street: films a set once, runs `lushao analyse` of the built command line over every scene, two at
 * a time, and evaluates.
 *
 *     npm run build && npm run bench:street -- [--set test|tune] [--photo [--data FOLDER] [--seed N]] [--only PATTERN]
 *                                             [--model FILE] [--rate 2] [--resume]
 *
 *     var/street/<set>/            films, truth, gateway.yaml          var/street/<set>.json   figures, for the page
 *     var/street/<set>-events/     what was told, a folder a scene
 *
 * `--model` is a detector beside the network that comes with the gateway. `--photo` pastes people and things of
 * photographs into clips instead of drawing them; it needs the folder of pictures; with another `--seed` they are scenes
 * that nobody has looked at yet. `--resume` keeps what an interrupted run has analysed. Prints machine and load with the
 * tables.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { evaluatePaths, figures, table } from '../../gateway/cli/eval.ts'
import { DEFAULT_MODEL_FILE } from '../../gateway/detections/eyes.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { filmSet } from '../../simulators/street/film-set.ts'
import { SET_NAMES } from '../../simulators/street/test-street.ts'
import { PHOTO_SEED, photoSet } from './photo-street.ts'
import { childrenCpuSec, loadAverage, machine } from './process-tree.ts'

/** A Monday morning: permits of the morning hold. */
const START = '2026-01-05T10:00:00+08:00'
const PROCESSES_MAX = 2

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'test' },
    photo: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(PHOTO_SEED) },
    data: { type: 'string', default: '../shared/data' },
    only: { type: 'string', default: '' },
    model: { type: 'string' },
    rate: { type: 'string', default: '2' },
    resume: { type: 'boolean', default: false },
    out: { type: 'string', default: 'var/street' },
  },
})

const set = SET_NAMES.find((name) => name === values.set)
if (set === undefined) throw new Error(`--set is one of ${SET_NAMES.join(', ')}, got ${values.set}`)
const seed = Number(values.seed)
const label = !values.photo ? set : seed === PHOTO_SEED ? 'photo' : `photo-${seed}`
const films = resolve(values.out, label)
const events = resolve(values.out, `${label}-events`)
const only = new RegExp(values.only)

const say = (line: string) => process.stdout.write(`${line}\n`)
say(`${machine()}, load ${loadAverage()}`)
const { config, truth, names } = await make()
say(`${names.length} scenes in ${films}`)

if (!values.resume) rmSync(events, { recursive: true, force: true })
mkdirSync(events, { recursive: true })
const before = childrenCpuSec()
const startedMs = Date.now()
const failed: string[] = []
const queue = [...names]
await Promise.all(Array.from({ length: PROCESSES_MAX }, work))
const cpuSec = childrenCpuSec() - before

const evaluations = evaluatePaths(truth, events).filter(({ video }) =>
  names.includes(basename(video, '.mp4')),
)
for (const line of table(evaluations)) say(line)
say(`CPU ${cpuSec.toFixed(0)} s, ${((Date.now() - startedMs) / 1000).toFixed(0)} s, load ${loadAverage()}`)
for (const line of failed) say(`FAILED ${line}`)
const report = {
  set: label,
  scenes: evaluations.length,
  rate: Number(values.rate),
  model: modelName(),
  machine: machine(),
  cpuSec: Math.round(cpuSec),
  failed,
  figures: figures(evaluations),
}
const file = resolve(values.out, `${label}.json`)
writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`)
say(file)
if (failed.length > 0) process.exitCode = 1

async function make(): Promise<{ config: string; truth: string; names: readonly string[] }> {
  const progress = (name: string, done: number, of: number) => say(`filmed ${done}/${of} ${name}`)
  if (values.photo)
    return await photoSet({ data: resolve(values.data), out: films, only, seed, onMade: progress })
  return await filmSet({ set: set!, only, out: films, onFilmed: progress })
}

async function work(): Promise<void> {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const out = join(events, name)
    if (values.resume && existsSync(join(out, 'done'))) continue
    await analyse(name, out)
  }
}

async function analyse(name: string, out: string): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      packagePath('dist', 'gateway', 'cli', 'lushao.js'),
      ...['analyse', join(films, `${name}.mp4`), '-c', config, '--camera', name],
      ...['--start', START, '--rate', values.rate, '--out', out],
      ...(values.model === undefined ? [] : ['--model', resolve(values.model)]),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const [words, code] = await Promise.all([
    text(child.stderr),
    new Promise<number | null>((done) => child.on('close', done)),
  ])
  for (const part of ['evidence', 'pending', 'torn', 'keys']) {
    rmSync(join(out, part), { recursive: true, force: true })
  }
  if (code === 0) writeFileSync(join(out, 'done'), '')
  else failed.push(`${name}: exit ${code}, ${words.trim().split('\n').at(-1)}`)
}

/** What names things: the network that comes with the gateway, and the detector beside it where one is given. */
function modelName(): string {
  const files = [DEFAULT_MODEL_FILE, ...(values.model === undefined ? [] : [values.model])]
  const named = files.filter(existsSync).map((file) => {
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
    return `${basename(file)} (${digest.slice(0, 12)})`
  })
  return named.join(', ') || 'none'
}
