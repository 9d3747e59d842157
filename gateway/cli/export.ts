/**
 * `lushao export PACKAGE --profile PUBLIC --out FILE.zip|FOLDER --purpose …`: a redacted copy of a sealed package. [R73]
 *
 *     package ─▶ originals checked ─▶ redacted one after the other, with low priority ─▶ folder or ZIP, with export.json
 *
 * With `-c` the detector of the configuration looks for people and vehicles, and the export stands in the gateway's
 * access log. Without it the log is export.json alone, and that is said.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { type Config, loadConfig } from '../../config/loader.ts'
import { DetectorPool, ModelOptions } from '../detections/detector.ts'
import { isPackageId } from '../evidence/bag.ts'
import { type ExportDocument, exportPackage } from '../evidence/redacted/export.ts'
import { PROFILES, type Profile, RedactionOptions } from '../evidence/redacted/profiles.ts'
import { zipFolder } from '../evidence/redacted/zip.ts'
import { AccessLog } from '../http/access-log.ts'
import { systemClock } from '../kit/clock.ts'
import { Database, storeFile } from '../kit/database.ts'
import { fault, type Language } from '../kit/errors.ts'
import { silentLog } from '../kit/log.ts'
import { languageOf, print, say, usage } from './program.ts'
import { progressBar } from './progress.ts'

interface Options {
  readonly profile: Profile
  readonly out: string
  readonly purpose: string
  readonly config?: string
  readonly model?: string
  readonly wholePersons?: boolean
  readonly audio?: boolean
  readonly json?: boolean
}

export function addExport(program: Command): void {
  program
    .command('export')
    .description('a redacted copy of a sealed package: clip, stills, and what was hidden how')
    .argument('<package>', 'the folder of a sealed package; with -c its id')
    .addOption(
      new Option('--profile <profile>', 'who will see it').choices([...PROFILES]).makeOptionMandatory(),
    )
    .requiredOption('--out <path>', 'a file *.zip, or a folder, that is not there yet')
    .requiredOption('--purpose <text>', 'what for; goes into the access log and into export.json')
    .option('-c, --config <file>', 'gateway.yaml: detector, storage and access log of this box')
    .option('--model <file>', 'a detector of people and vehicles, instead of the configured one')
    .option('--whole-persons', 'hide people whole, not only their heads')
    .option('--audio', 'sounds of notices go along although the profile leaves them out')
    .option('--json', 'print export.json on stdout')
    .action((path: string, options: Options, command: Command) =>
      run(path, options, languageOf(command)).then((told) => {
        process.exitCode = told.items.length > 0 ? 0 : 1
      }),
    )
}

async function run(path: string, options: Options, language: Language): Promise<ExportDocument> {
  const purpose = options.purpose.trim()
  if (purpose.length < 2 || purpose.length > 200) throw usage('export', '--purpose takes 2 to 200 characters')
  const config = options.config === undefined ? null : configOf(options.config)
  const from = await packageAt(path, config)
  const out = resolve(options.out)
  if (await stat(out).catch(() => null)) throw fault('EXPORT_TARGET_EXISTS', { path: out })
  const model =
    options.model === undefined ? config?.model : ModelOptions.parse({ file: resolve(options.model) })
  const detector = model === undefined ? null : await DetectorPool.open(model, silentLog)
  try {
    // First the log, then the pictures: an export that cannot be logged is not made.
    log(config, from, options.profile, purpose, language)
    return await write({ from, out, purpose, detector, config, options, language })
  } finally {
    await detector?.close()
  }
}

interface Plan {
  readonly from: string
  readonly out: string
  readonly purpose: string
  readonly detector: DetectorPool | null
  readonly config: Config | null
  readonly options: Options
  readonly language: Language
}

async function write({ from, out, purpose, detector, config, options, language }: Plan) {
  const { profile, wholePersons = false, audio: sound = false, json } = options
  const zipped = out.endsWith('.zip')
  const work = zipped ? await mkdtemp(join(dirname(out), '.lushao-export-')) : null
  const bar = progressBar(profile)
  const wallMs = systemClock.wallMs()
  try {
    const to = work === null ? out : join(work, 'export')
    const told = await exportPackage({
      ...{ from, to, profile, purpose, wholePersons, sound, detector, wallMs },
      options: config?.redaction ?? RedactionOptions.parse({}),
      onFault: (found) => say(found.explain(language)),
      onProgress: (doneSec, totalSec) => bar.update(doneSec, totalSec),
    })
    if (work !== null) await zipFolder(to, out, wallMs)
    bar.stop()
    if (json) print(JSON.stringify(told))
    else tell(told, out, language)
    return told
  } finally {
    bar.stop()
    if (work !== null) await rm(work, { recursive: true, force: true })
  }
}

function tell(told: ExportDocument, out: string, language: Language): void {
  const zh = language === 'zh'
  for (const { path, derivedFrom, redaction } of told.items) {
    const hidden = redaction === null ? '' : `${Math.round(redaction.hiddenShare * 100)} %`
    const how = redaction?.coarse ? (zh ? '其余为粗格' : 'the rest coarse') : ''
    print(
      [path, `← ${derivedFrom}`, hidden && `${zh ? '遮挡' : 'hidden'} ${hidden}`, how].join('  ').trimEnd(),
    )
  }
  for (const { item, code, reason } of told.leftOut) {
    print(`${zh ? '未导出' : 'left out'}  ${item}  ${code}: ${reason}`)
  }
  say(told.notCovered[language])
  print(out)
}

function configOf(file: string): Config {
  const { config, faults } = loadConfig(file)
  if (config === null) throw faults[0] ?? usage('export', `${file} cannot be read`)
  return config
}

async function packageAt(path: string, config: Config | null): Promise<string> {
  const byId = config !== null && isPackageId(path)
  const folder = byId ? join(resolve(config.storage.folder), 'evidence', path) : resolve(path)
  if ((await stat(folder).catch(() => null))?.isDirectory()) return folder
  throw fault('EVIDENCE_UNREADABLE', { packageId: path, reason: 'no such folder' })
}

function log(config: Config | null, from: string, profile: Profile, purpose: string, language: Language) {
  if (config === null) {
    say(
      language === 'zh'
        ? '未给出 -c：本次导出不在任何访问日志中，目的只写入 export.json。'
        : 'Without -c this export stands in no access log; its purpose is in export.json alone.',
    )
    return
  }
  const database = new Database(storeFile(resolve(config.storage.folder)))
  try {
    new AccessLog({ database, clock: systemClock }).add({
      ...{ actor: `cli:${userInfo().username}`, role: '-', action: 'evidence.export', address: '-' },
      ...{ object: `${from.split('/').at(-1)} ${profile}`, purpose, outcome: 'granted' },
    })
  } finally {
    database.close()
  }
}
