/**
 * `lushao report filing -c gateway.yaml`: the list of cameras for the police, as CSV and JSON, and what has changed since
 * the list that was filed last (`--filed` says that this one is).
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { loadConfig } from '../../config/loader.ts'
import { type FilingList, filedFile, filingCsv, filingList } from '../filing.ts'
import { systemClock } from '../kit/clock.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import { languageOf, print, usage } from './program.ts'

interface Options {
  readonly config: string
  readonly since?: string
  readonly out: string
  readonly json?: boolean
  readonly filed?: boolean
}

export function addFiling(report: Command): void {
  report
    .command('filing')
    .description('cameras, units, places and retention, for filing with the police; with what has changed')
    .requiredOption('-c, --config <file>', 'gateway.yaml')
    .option('--since <json>', 'an earlier list to compare with; by default the one that was filed last')
    .option('--out <folder>', 'where the files go', '.')
    .option('--json', 'the list as JSON on stdout, no files')
    .option('--filed', 'remember this list as the one that was filed')
    .action((options: Options, command: Command) => write(options, command))
}

function write(options: Options, command: Command): void {
  const { config, faults } = loadConfig(options.config)
  if (config === null) throw faults[0] ?? usage('report', `${options.config} cannot be read`)
  const filed = filedFile(config.storage.folder)
  const list = filingList(
    config,
    systemClock.wallMs(),
    readList(options.since ?? filed, options.since !== undefined),
  )
  if (options.json) print(JSON.stringify(list, null, 1))
  else {
    mkdirSync(options.out, { recursive: true })
    const day = list.madeAt.slice(0, 10)
    const files = { csv: filingCsv(list, languageOf(command)), json: `${JSON.stringify(list, null, 1)}\n` }
    for (const [ending, text] of Object.entries(files)) {
      const file = resolve(join(options.out, `filing-${day}.${ending}`))
      writeFileSync(file, text)
      print(file)
    }
  }
  if (!options.filed) return
  mkdirSync(dirname(filed), { recursive: true })
  writeFileSync(filed, `${JSON.stringify(list)}\n`)
}

function readList(file: string, isAsked: boolean): FilingList | null {
  if (!existsSync(file) && !isAsked) return null
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as FilingList
  } catch (error) {
    throw fault('FILE_UNREADABLE', { path: file, reason: reasonOf(error) }, error)
  }
}
