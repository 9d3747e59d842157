/**
 * From a file to a configuration that can be run, with every fault at once.
 *
 *     YAML ─▶ secrets filled in ─▶ bounds (schema.ts) ─▶ between sections (checks.ts) ─▶ Config + configVersion
 *                                     │ a faulty camera is left out, the others are kept
 *                                     ▼ anything else faulty: no config
 *
 * A street is not left unwatched because one camera's zone was drawn wrongly; but a faulty permit, person or
 * broker stops the start, because leaving it out would mean acting wrongly. A reload is refused whole by whoever
 * reloads: `faults` is not empty.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { z } from 'zod'
import { ScriptLibrary } from '../gateway/alerts/scripts.ts'
import { assert } from '../gateway/kit/assert.ts'
import { HolidayTable } from '../gateway/kit/calendar.ts'
import { type Clock, systemClock } from '../gateway/kit/clock.ts'
import { type Fault, redact } from '../gateway/kit/errors.ts'
import { packagePath } from '../gateway/kit/paths.ts'
import { RuleCatalogue } from '../gateway/violations/catalogue.ts'
import * as checks from './checks.ts'
import { findingsOf, jsonSchema, nodeAt } from './issues.ts'
import { type CameraOptions, GatewayOptions } from './schema.ts'
import { type Env, type Finding, mapLeaves, type Path, pathText, Source, valueAt } from './source.ts'

/** What the gateway runs on: options with every default in place, and what they were made of. */
export interface Config extends GatewayOptions {
  readonly file: string
  readonly catalogue: RuleCatalogue
  /** What may be said in the street. */
  readonly scripts: ScriptLibrary
  /** Public holidays and adjusted workdays. */
  readonly holidays: HolidayTable
  /** What it was read from: this file, the catalogue, the holidays. */
  readonly files: readonly string[]
  /** `sha256:…` of the effective options without secrets, and of the catalogue. */
  readonly configVersion: string
  readonly catalogVersion: string
}

export interface Loaded {
  /** Null when nothing can be run. With faults it lacks the cameras that have them. */
  readonly config: Config | null
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

export interface LoadOptions {
  readonly env?: Env
  readonly clock?: Pick<Clock, 'wallMs'>
}

/** Stands in for what is missing, so that the rest is checked in the same go; such a config is never run. */
const PLACEHOLDERS = { site: 'site', gateway: 'gateway', region: '000000' }

export function loadConfig(
  file: string,
  { env = process.env, clock = systemClock }: LoadOptions = {},
): Loaded {
  const source = new Source(resolve(file), env, textsOf(GatewayOptions))
  const found = [...source.findings]
  const parsed = source.values === undefined ? null : parse(source, found)
  const rules = loadBeside(fileBeside(source, ...BESIDE.rules), RuleCatalogue, env)
  const said = loadBeside(fileBeside(source, ...BESIDE.scripts), ScriptLibrary, env)
  const days = loadBeside(fileBeside(source, ...BESIDE.holidays), HolidayTable, env)
  if (parsed === null || rules.content === null || said.content === null || days.content === null) {
    const faults = faultsIn([...found, ...rules.findings, ...said.findings, ...days.findings])
    return { config: null, faults, warnings: [] }
  }

  const [catalogue, scripts, holidays] = [rules.content, said.content, days.content]
  const checked = { ...parsed, catalogue, scripts, holidays, source, wallMs: clock.wallMs() }
  found.push(...checks.laddersWithoutScript(checked), ...checks.retentionTooShort(checked))
  found.push(...checks.thresholdsBeyond(checked), ...checks.rulesMisplaced(checked))
  const placeKnown = !found.some(({ path }) => path[0] === 'region')
  if (placeKnown) found.push(...checks.rulesWithoutBasis(checked))
  const usable = found.every(({ path }) => path[0] === 'cameras' && typeof path[1] === 'number')
  return {
    config: usable ? effective(checked) : null,
    faults: faultsIn(found),
    warnings: faultsIn(warningsOf(checked)),
  }
}

function warningsOf(checked: checks.Checked): Finding[] {
  const { rulesWithoutPoint, rulesSuspended, rulesUnapproved, exemptionsOver, daysUnknown } = checks
  return [rulesWithoutPoint, rulesSuspended, rulesUnapproved, exemptionsOver, daysUnknown].flatMap((check) =>
    check(checked),
  )
}

const textsOf = (schema: z.ZodType) => (path: Path) => nodeAt(jsonSchema(schema), path)?.type === 'string'

interface Parsed {
  readonly options: GatewayOptions
  readonly cameraPlaces: readonly number[]
}

/** Options without the faulty cameras; what else is faulty is replaced by its default, to check the rest. */
function parse(source: Source, found: Finding[]): Parsed {
  const first = GatewayOptions.safeParse(source.values)
  if (!first.success) found.push(...findingsOf(first.error, jsonSchema(GatewayOptions), source))
  found.push(...checks.duplicateIds(source), ...checks.unknownIds(source))

  const faultyCameras = new Set(found.flatMap(({ path }) => (path[0] === 'cameras' ? [path[1]] : [])))
  const faultyKeys = new Set(found.map(({ path }) => path[0]))
  const kept = Object.keys(GatewayOptions.shape).flatMap((key) => {
    const value = valueAt(source.values, [key])
    return value === undefined || (faultyKeys.has(key) && key !== 'cameras') ? [] : [[key, value]]
  })
  const all = valueAt(source.values, ['cameras'])
  const cameras = Array.isArray(all) && !faultyCameras.has(undefined) ? all : []
  const cameraPlaces = [...cameras.keys()].filter((index) => !faultyCameras.has(index))
  const second = GatewayOptions.safeParse({
    ...PLACEHOLDERS,
    ...Object.fromEntries(kept),
    cameras: cameraPlaces.map((index) => cameras[index]),
  })
  assert(second.success, 'what remains without the faulty parts is well-formed')
  return { options: second.data, cameraPlaces }
}

/** Options that name a file beside the configuration, and what is shipped for when they name none. */
const BESIDE = {
  rules: [['rules'], packagePath('config', 'catalogue', 'sample.yaml')],
  scripts: [['persuasion', 'scripts'], packagePath('config', 'scripts', 'sample.yaml')],
  holidays: [['calendar', 'holidays'], packagePath('config', 'calendar', 'cn.yaml')],
} as const

function fileBeside(source: Source, option: Path, shipped: string): string {
  const named = valueAt(source.values, option)
  return typeof named === 'string' ? resolve(dirname(source.file), named) : shipped
}

/**
 * What keeps a file of its own, because others keep it: the law, the words, the holidays. All of it is good, or none is
 * taken.
 */
function loadBeside<T>(
  file: string,
  schema: z.ZodType<T>,
  env: Env,
): { content: T | null; findings: Finding[] } {
  const source = new Source(file, env, textsOf(schema))
  if (source.values === undefined) return { content: null, findings: source.findings }
  const parsed = schema.safeParse(source.values)
  const issues = parsed.success ? [] : findingsOf(parsed.error, jsonSchema(schema), source)
  const findings = [...source.findings, ...issues, ...checks.duplicateIds(source)]
  return { content: parsed.success && findings.length === 0 ? parsed.data : null, findings }
}

function effective(checked: checks.Checked): Config {
  const { options, catalogue, scripts, holidays, source, cameraPlaces } = checked
  const cameras = options.cameras.map((camera) => ({
    ...camera,
    url: withLogin(absolute(camera.url, source.file), camera.login),
    ...(camera.analysisUrl === undefined ? {} : { analysisUrl: withLogin(camera.analysisUrl, camera.login) }),
  }))
  return {
    ...withFiles(options, source.file),
    cameras,
    file: source.file,
    catalogue,
    scripts,
    holidays,
    files: [
      source.file,
      ...Object.values(BESIDE).map(([option, shipped]) => fileBeside(source, option, shipped)),
    ],
    configVersion: versionOf({
      holidays,
      ...(mapLeaves(options, [], (leaf, path) => asHashed(leaf, path, source, cameraPlaces)) as object),
    }),
    catalogVersion: versionOf(catalogue),
  }
}

/** Options that name a file: a relative one starts at the configuration's folder. */
const FILE_OPTIONS: readonly Path[] = [
  ['model', 'file'],
  ['model', 'manifest'],
  ['storage', 'folder'],
  ['devices', 'voice', 'recordings'],
  ['delivery', 'ca'],
  ['mqtt', 'tls', 'ca'],
  ['mqtt', 'tls', 'cert'],
  ['mqtt', 'tls', 'key'],
  ['http', 'tls', 'certFile'],
  ['http', 'tls', 'keyFile'],
]

/** The same, of every entry of a list. */
const FILE_OPTIONS_EACH: readonly [list: Path, option: string][] = [
  [['evidence', 'timestamp', 'authorities'], 'caFile'],
]

function withFiles(options: GatewayOptions, file: string): GatewayOptions {
  const isFile = (path: Path): boolean =>
    FILE_OPTIONS.some((one) => pathText(one) === pathText(path)) ||
    FILE_OPTIONS_EACH.some(
      ([list, option]) => pathText(path.slice(0, -2)) === pathText(list) && path.at(-1) === option,
    )
  return mapLeaves(options, [], (leaf, path) =>
    isFile(path) && typeof leaf === 'string' ? resolve(dirname(file), leaf) : leaf,
  ) as GatewayOptions
}

/** User and password where every reader looks for them; those that stand in the address already stay. */
function withLogin(url: string, login: CameraOptions['login']): string {
  if (login === undefined || !URL.canParse(url)) return url
  const whole = new URL(url)
  if (!/^rtsps?:$/.test(whole.protocol) || whole.username !== '') return url
  whole.username = encodeURIComponent(login.user)
  whole.password = encodeURIComponent(login.password)
  return whole.href
}

/** `file:clip.mp4` starts at the configuration's folder, or where the command runs when only there it exists. */
function absolute(url: string, file: string): string {
  if (!url.startsWith('file:')) return url
  const path = url.slice('file:'.length).replace(/^\/\/(?=\/)/, '')
  const beside = resolve(dirname(file), path)
  return `file:${!existsSync(beside) && existsSync(resolve(path)) ? resolve(path) : beside}`
}

/** A leaf as it is hashed: the place of a secret instead of the secret. */
function asHashed(leaf: unknown, path: Path, source: Source, cameraPlaces: readonly number[]): unknown {
  const written = path[0] === 'cameras' ? ['cameras', cameraPlaces[Number(path[1])]!, ...path.slice(2)] : path
  const template = source.template(written)
  if (template !== undefined) return redact(String(template))
  if (source.isSecret(path)) return '***'
  return typeof leaf === 'string' ? redact(leaf) : leaf
}

/** The same content gives the same version, whatever the order of its keys. */
function versionOf(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonical(value)).digest('hex')}`
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`
}

function faultsIn(found: readonly Finding[]): Fault[] {
  return found.map(({ fault }) => fault)
}
