/**
 * `lushao models list | verify FILE… | add FILE|URL | bench FILE…`: which models the gateway knows, whether a
 * file is what its manifest says, what its licence asks, and how long it takes here.
 */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { licenceAsks } from '../../models/licence.ts'
import { type Manifest, manifestsIn, rolesOf, shippedManifests } from '../../models/manifest.ts'
import { UNCERTAIN } from '../../models/suggest.ts'
import { ROLES } from '../detections/detections.ts'
import { DetectorPool, type DetectorStats, ModelOptions } from '../detections/detector.ts'
import { FRAME_BYTES, type Frame } from '../frames/frame.ts'
import { type Fault, isFault } from '../kit/errors.ts'
import { silentLog } from '../kit/log.ts'
import { packagePath } from '../kit/paths.ts'
import { addModel } from './models-add.ts'
import { addTry } from './models-try.ts'
import { FoundBad, languageOf, print, say, usage } from './program.ts'

interface Options {
  readonly manifest?: string
  readonly runs?: string
  readonly json?: boolean
}

/** Runs before the clock counts: the arena grows and the code warms up. */
const WARM_RUNS = 10

export function addModels(program: Command): void {
  const models = program.command('models').description('model registry: manifests, hashes, licences, speed')
  models
    .command('list')
    .description('the models that come with the gateway or were added, and those whose manifests it has')
    .option('--from <folder>', 'where models are kept', 'var/models')
    .option('--json', 'print manifests as JSON')
    .action((options: Options & { from: string }, command: Command) => list(options, command))
  models
    .command('verify')
    .description('hash, manifest, shape, and one look at a grey picture')
    .argument('<file...>', 'ONNX files')
    .option('--manifest <path>', 'the manifest, when not beside the file and not a known one')
    .option('--json', 'print results as JSON')
    .action((files: string[], options: Options, command: Command) => verify(files, options, command))
  models
    .command('add')
    .description('brings a model in when its hash is right')
    .argument('<source>', 'an ONNX file, or its http(s) address')
    .option('--manifest <path>', 'the manifest, when the gateway does not know the model')
    .option('--to <folder>', 'where models are kept', 'var/models')
    .action((source: string, options: Options & { to: string }, command: Command) =>
      add(source, options, command),
    )
  addTry(models)
  models
    .command('bench')
    .description('milliseconds a frame on this machine, one thread')
    .argument('<file...>', 'ONNX files')
    .option('--manifest <path>', 'the manifest, when not beside the file and not a known one')
    .option('--runs <count>', 'timed runs, medians of the last 256', '100')
    .option('--json', 'print figures as JSON')
    .action((files: string[], options: Options) => bench(files, options))
}

/** A model that was added and whose manifest also came with the gateway is one model. */
function list(options: Options & { from: string }, command: Command): void {
  const wrong = (found: Fault) => say(found.explain(languageOf(command)))
  const there = manifestsIn(options.from, wrong)
  const shipped = shippedManifests().filter(({ sha256 }) => there.every((one) => one.sha256 !== sha256))
  const manifests = [...there, ...shipped]
  if (options.json === true) {
    const asked = manifests.map((one) => ({ ...one, asks: licenceAsks(one).map(({ code }) => code) }))
    print(JSON.stringify(asked, null, 1))
    return
  }
  print('| model | here | family | input | classes | roles | licence | sha256 |')
  print('|---|---|---|---|---|---|---|---|')
  for (const manifest of manifests) print(row(manifest, there.includes(manifest) || isShipped(manifest)))
  for (const manifest of manifests) sayAsks(manifest, command)
}

function isShipped({ name }: Manifest): boolean {
  return existsSync(packagePath('models', 'default', `${name}.onnx`))
}

/** What a licence asks is for people, beside the result. */
function sayAsks(manifest: Manifest, command: Command): void {
  for (const ask of licenceAsks(manifest)) say(ask.explain(languageOf(command)))
}

/** A suggestion goes to stdout, so that `> FILE.manifest.json` saves it; all else about it to stderr. */
async function add(source: string, options: Options & { to: string }, command: Command): Promise<void> {
  const addition = await addModel(source, options.to, options.manifest)
  if (addition.kind === 'added') {
    print(addition.file)
    sayAsks(addition.manifest, command)
    return
  }
  const { suggestion, refusal } = addition
  print(JSON.stringify(suggestion.manifest, null, 2))
  for (const key of suggestion.uncertain) say(`? ${UNCERTAIN[key][languageOf(command)]}`)
  if (!suggestion.uncertain.includes('licence')) sayAsks(suggestion.manifest, command)
  say(refusal.explain(languageOf(command)))
  throw new FoundBad()
}

function row(manifest: Manifest, here: boolean): string {
  const { name, family, input, classes, licence, sha256 } = manifest
  const roles = new Set(rolesOf(manifest))
  const named = ROLES.filter((role) => roles.has(role)).join(' ')
  const size = `${input.width}×${input.height} ${input.fit}`
  return `| ${[name, here ? 'yes' : '', family, size, classes.length, named, licence, sha256].join(' | ')} |`
}

interface Verified {
  readonly file: string
  readonly good: boolean
  readonly model?: string
  /** Codes of what the licence asks. */
  readonly asks?: readonly string[]
  readonly code?: string
  readonly reason?: string
}

async function verify(files: readonly string[], options: Options, command: Command): Promise<void> {
  const results: Verified[] = []
  for (const file of files) {
    try {
      const pool = await open(file, options.manifest)
      results.push({
        file,
        good: true,
        model: pool.manifest.name,
        asks: licenceAsks(pool.manifest).map((ask) => ask.code),
      })
      if (options.json !== true) sayAsks(pool.manifest, command)
      await pool.close()
    } catch (error) {
      if (!isFault(error)) throw error
      results.push({ file, good: false, code: error.code, reason: error.explain(languageOf(command)) })
    }
  }
  if (options.json === true) print(JSON.stringify(results, null, 1))
  else
    for (const { file, good, model, reason } of results)
      print(good ? `good  ${file}  ${model}` : `bad   ${reason}`)
  if (results.some((result) => !result.good)) throw new FoundBad()
}

async function bench(files: readonly string[], options: Options): Promise<void> {
  const runs = Number(options.runs)
  if (!Number.isInteger(runs) || runs < 1 || runs > 100_000)
    throw usage('models bench', '--runs is 1 to 100000')
  const figures: (DetectorStats & { model: string; framesPerSec: number })[] = []
  for (const file of files) figures.push(await benchOne(file, runs, options.manifest))
  if (options.json === true) {
    print(JSON.stringify(figures, null, 1))
    return
  }
  print('| model | frames/s | preprocess ms | run ms | decode ms |')
  print('|---|---|---|---|---|')
  for (const { model, framesPerSec, layP50Ms, runP50Ms, decodeP50Ms } of figures) {
    const times = [layP50Ms, runP50Ms, decodeP50Ms].map((ms) => ms.toFixed(2))
    print(`| ${[model, framesPerSec.toFixed(1), ...times].join(' | ')} |`)
  }
}

async function benchOne(file: string, runs: number, manifest: string | undefined) {
  const pool = await open(file, manifest)
  try {
    const frame = pattern()
    let timeMs = 0
    for (let i = 0; i < WARM_RUNS; i++) await pool.detectAll({ ...frame, timeMs: timeMs++ }, 16 / 9)
    const startMs = performance.now()
    for (let i = 0; i < runs; i++) await pool.detectAll({ ...frame, timeMs: timeMs++ }, 16 / 9)
    const framesPerSec = (1000 * runs) / (performance.now() - startMs)
    if (process.stderr.isTTY) say(`${pool.manifest.name}: ${runs} runs`)
    return { model: pool.manifest.name, framesPerSec, ...pool.stats() }
  } finally {
    await pool.close()
  }
}

function open(file: string, manifest: string | undefined): Promise<DetectorPool> {
  const options = { file, workersMax: 1, everyMs: 0, ...(manifest === undefined ? {} : { manifest }) }
  return DetectorPool.open(ModelOptions.parse(options), silentLog)
}

/** Soft stripes: no network has an easy or a hard time with them. */
function pattern(): Frame {
  const yuv = new Uint8Array(FRAME_BYTES)
  for (let i = 0; i < yuv.length; i++) yuv[i] = 128 + 60 * Math.sin(i / 97)
  return { cameraId: 'bench', pts: 0, connection: 0, timeMs: 0, wallMs: 0, yuv }
}
