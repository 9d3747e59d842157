/**
 * `lushao models try FILE… (-c gateway.yaml --camera ID | VIDEO | PICTURE)`: what each model sees at one place, drawn.
 *
 *     reader ─▶ mask ─▶ occupancy ─▶ each model, as in the gateway ─▶ DIR/look-1_<model>.jpg …
 *                                                                 └─▶ a table, and what they agree on
 *
 * For whoever hangs up a camera: which model, which zone, and what is called baseline: what the gateway on this box has
 * learnt of the camera, or what stays while the models watch first.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Config } from '../../config/loader.ts'
import type { CameraOptions } from '../../config/schema.ts'
import { licenceAsks } from '../../models/licence.ts'
import { ROLES } from '../detections/detections.ts'
import { DetectorPool, type DetectorStats, ModelOptions } from '../detections/detector.ts'
import { DEFAULT_MODEL_FILE } from '../detections/eyes.ts'
import { viewsOf } from '../detections/views.ts'
import type { Language } from '../kit/errors.ts'
import { silentLog } from '../kit/log.ts'
import { type LineMemory, loadMemory } from '../memory.ts'
import { Occupancy, OccupancyOptions } from '../occupancy/occupancy.ts'
import { drawLook } from '../overlay.ts'
import { BaselineOptions } from '../tracks/baseline.ts'
import { agreement, TriedModel, type TriedThing } from '../tried-model.ts'
import { cameraOf, readConfig } from './chosen-camera.ts'
import { type Look, type LookPlan, looksAt } from './looks.ts'
import { languageOf, print, say, usage } from './program.ts'
import { progressBar } from './progress.ts'

interface TryOptions {
  readonly config?: string
  readonly camera?: string
  readonly looks: string
  readonly every?: string
  readonly watch: string
  readonly manifest?: string
  readonly out: string
  readonly json?: boolean
}

/** A camera may answer slower than a frame a second with four large models. */
const PATIENCE_MS = 60_000
const LOOKS_MAX = 100
const WATCH_SEC_MAX = 3_600
const EVERY_SEC_MAX = 3_600

export function addTry(models: Command): void {
  models
    .command('try')
    .description('draws what models see: on a camera, a recording or a picture')
    .argument(
      '[file...]',
      'ONNX files (`default`: the network that comes with the gateway), and a video or picture when no camera is named',
    )
    .option(
      '-c, --config <file>',
      'gateway.yaml: its camera, zones, privacy masks, and its model when none is named',
    )
    .option('--camera <id>', 'whose zones are drawn; by default the only camera of the config')
    .option('--looks <n>', 'pictures a model', '5')
    .option('--every <sec>', 'time between them; by default 2 s, and a recording is divided evenly')
    .option('--watch <sec>', 'first let the models look for so long: what stays is drawn as baseline', '0')
    .option('--manifest <path>', 'the manifest, when not beside the file and not a known one')
    .option('--out <dir>', 'where pictures are written', 'var/try')
    .option('--json', 'print every detection as JSON')
    .action((files: string[], options: TryOptions, command: Command) =>
      tryModels(files, options, languageOf(command)),
    )
}

interface Place {
  readonly config: Config | null
  readonly camera: CameraOptions | null
  /** A video or picture that is looked at instead of the camera. */
  readonly file: string | null
}

async function tryModels(files: readonly string[], options: TryOptions, language: Language): Promise<void> {
  const plan = planOf(options)
  const place = placeOf(files, options, language)
  const pools = await openModels(files, options, place)
  const out = resolve(options.out)
  mkdirSync(out, { recursive: true })
  try {
    const watches = plan.watchSec > 0
    const zones = place.camera?.zones ?? []
    // The gateway looks where rules are.
    const views = viewsOf(zones.filter(({ rules }) => rules.length > 0).map(({ polygon }) => polygon))
    const memory = memoryOf(place)
    const baseline = place.config?.baseline ?? BaselineOptions.parse({})
    const models = pools.map((pool) => new TriedModel(pool, { views, zones, watches, baseline, memory }))
    const pictures = await lookAndDraw({ place, plan, models, memory, out, language })
    if (options.json === true) print(JSON.stringify(asJson(models, pictures), null, 1))
    else printTable(models, out, language)
  } finally {
    await Promise.all(pools.map((pool) => pool.close()))
  }
}

function planOf({ looks, every, watch }: TryOptions): LookPlan {
  return {
    looks: numberOf('--looks', looks, 1, LOOKS_MAX, true),
    watchSec: numberOf('--watch', watch, 0, WATCH_SEC_MAX),
    everySec: every === undefined ? null : numberOf('--every', every, 0.2, EVERY_SEC_MAX),
  }
}

function numberOf(option: string, text: string, min: number, max: number, whole = false): number {
  const value = text.trim() === '' ? NaN : Number(text)
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value
  throw usage(
    'models try',
    `${option} is a ${whole ? 'whole ' : ''}number from ${min} to ${max}, got ${text}`,
  )
}

function placeOf(files: readonly string[], options: TryOptions, language: Language): Place {
  const media = files.filter((file) => !isModel(file))
  if (media.length > 1) throw usage('models try', `one video or picture at a time, got ${media.join(', ')}`)
  const file = media[0] ?? null
  if (options.config === undefined) {
    if (options.camera !== undefined) throw usage('models try', '--camera needs -c gateway.yaml')
    if (file === null) throw usage('models try', 'name a video, a picture, or a camera by -c and --camera')
    return { config: null, camera: null, file }
  }
  const config = readConfig(options.config, Date.now(), language)
  return { config, camera: cameraOf(config, options.camera, 'models try'), file }
}

const isModel = (file: string): boolean => file === 'default' || file.endsWith('.onnx')

/** What is named; else what the configuration names. */
async function openModels(
  files: readonly string[],
  { manifest }: TryOptions,
  { config }: Place,
): Promise<DetectorPool[]> {
  const named = files.filter(isModel).map((file) => ({
    file: file === 'default' ? DEFAULT_MODEL_FILE : resolve(file),
    ...(manifest === undefined || file === 'default' ? {} : { manifest }),
  }))
  const { model } = config ?? {}
  if (named.length === 0 && model !== undefined)
    named.push({ file: model.file, ...(model.manifest === undefined ? {} : { manifest: model.manifest }) })
  if (named.length === 0) throw usage('models try', 'name a model: an ONNX file, or `default`')
  const pools: DetectorPool[] = []
  try {
    for (const one of named) {
      const options = ModelOptions.parse({ ...one, workersMax: 1, everyMs: 0, patienceMs: PATIENCE_MS })
      pools.push(await DetectorPool.open(options, silentLog))
    }
    return pools
  } catch (error) {
    await Promise.all(pools.map((pool) => pool.close()))
    throw error
  }
}

/** What a gateway has learnt of the camera, when one has watched it on this box. */
function memoryOf({ config, camera, file }: Place): LineMemory | null {
  if (config === null || camera === null || file !== null) return null
  return loadMemory(join(config.storage.folder, 'memory', `${camera.id}.bin`), silentLog)
}

interface Trial {
  readonly place: Place
  readonly memory: LineMemory | null
  readonly plan: LookPlan
  readonly models: readonly TriedModel[]
  readonly out: string
  readonly language: Language
}

/** Models look one after the other, so that their times can be compared; returns the pictures' paths. */
async function lookAndDraw({ place, plan, models, memory, out, language }: Trial): Promise<string[]> {
  const { config, camera, file } = place
  const occupancy = new Occupancy(config?.occupancy ?? OccupancyOptions.parse({}))
  if (memory !== null) occupancy.restore(memory.occupancy)
  const source = file === null ? { camera: camera!, feed: config!.feed } : { file }
  const names = namesOf(models)
  const pictures: string[] = []
  const bar = progressBar('looking')
  try {
    for await (const look of looksAt(source, camera?.privacyMasks ?? [], plan)) {
      const standing = occupancy.stand(look.frame)
      bar.update(look.doneSec, look.totalSec)
      if (look.purpose === 'pass') continue
      for (const [at, model] of models.entries()) {
        const seen = await model.look(look, standing)
        if (seen === null) continue
        const number = model.looks.length
        const path = join(out, `look-${number}-${names[at]}.jpg`)
        const title = titleOf(names[at]!, look, number, plan.looks)
        const drawing = { ...{ yuv: look.frame.yuv, aspect: look.aspect, title }, ...model.drawn(seen) }
        writeFileSync(path, await drawLook(drawing, language))
        pictures.push(path)
      }
    }
    return pictures
  } finally {
    bar.stop()
  }
}

/** Two files may carry one name. */
function namesOf(models: readonly TriedModel[]): string[] {
  const names = models.map(({ pool }) => pool.manifest.name)
  return names.map((name, at) => {
    const before = names.slice(0, at).filter((other) => other === name).length
    return before === 0 ? name : `${name}-${before + 1}`
  })
}

function titleOf(name: string, { doneSec, totalSec }: Look, number: number, looks: number): string {
  if (totalSec === 0) return name
  const sec = Math.floor(doneSec)
  const time = `${Math.floor(sec / 60)}:${String(sec % 60).padStart(2, '0')}`
  return `${name} · ${number}/${looks} · ${time}`
}

function asJson(models: readonly TriedModel[], pictures: readonly string[]) {
  return {
    pictures,
    models: models.map(({ pool, looks }) => ({
      ...{ model: pool.manifest.name, digest: pool.modelDigest, licence: pool.manifest.licence },
      asks: licenceAsks(pool.manifest).map(({ code }) => code),
      msPerLook: msPerLook(pool.stats()),
      looks,
    })),
    agreement: agreement(models),
  }
}

function printTable(models: readonly TriedModel[], out: string, language: Language): void {
  print('| model | looks | sure | of these in zones | faint | baseline | ms a look | licence |')
  print('|---|---|---|---|---|---|---|---|')
  for (const model of models) print(row(model))
  print('')
  for (const line of comparison(models)) print(line)
  print(out)
  for (const { pool, isNamer, looks } of models) {
    for (const ask of licenceAsks(pool.manifest)) say(ask.explain(language))
    if (isNamer && looks.every(({ things }) => things === null || things.length === 0))
      say(NOTHING_TO_NAME[language].replace('{model}', pool.manifest.name))
  }
}

function row({ pool, looks }: TriedModel): string {
  const things = looks.flatMap((look) => look.things ?? [])
  const sure = things.filter(({ state }) => state === 'sure')
  const count = (state: TriedThing['state']) => things.filter((thing) => thing.state === state).length
  const analysed = looks.filter((look) => look.things !== null).length
  const cells = [
    ...[pool.manifest.name, analysed, byRole(sure), byRole(sure.filter(({ zones }) => zones.length > 0))],
    ...[count('faint'), count('baseline'), msPerLook(pool.stats()).toFixed(1), pool.manifest.licence],
  ]
  return `| ${cells.join(' | ')} |`
}

/** `person 4, vehicle 2`, in the order of the roles. */
function byRole(things: readonly TriedThing[]): string {
  const counts = ROLES.flatMap((role) => {
    const count = things.filter((thing) => thing.role === role).length
    return count === 0 ? [] : [`${role} ${count}`]
  })
  return counts.length === 0 ? '–' : counts.join(', ')
}

function comparison(models: readonly TriedModel[]): string[] {
  if (models.length < 2) return []
  const { all, alone } = agreement(models)
  const names = namesOf(models)
  const own = alone.map((count, at) => `only ${names[at]} ${count}`)
  return [`Same kind at the same place: all ${models.length} agree on ${all}; ${own.join(', ')}.`]
}

const msPerLook = ({ layP50Ms, runP50Ms, decodeP50Ms }: DetectorStats): number =>
  Number((layP50Ms + runP50Ms + decodeP50Ms).toFixed(2))

const NOTHING_TO_NAME: Record<Language, string> = {
  en: '{model} names what stands where nothing stood. Nothing did: try a recording or --watch.',
  zh: '{model} 只为新出现并静置的物体命名，此次没有可命名的物体：请改用录像或加 --watch。',
}
