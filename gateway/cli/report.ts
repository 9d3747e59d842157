/**
 * `lushao report monthly|quarterly|hotspots --from … --to …`: reports for people, read from the gateway's own store.
 *
 *     lushao.db ─▶ statement of the period ─▶ <kind>-<from>-<to>.csv and .html, or the figures as JSON
 *
 * `lushao report sample` draws files for review by lot. Only the statement is written to the store, by its own record.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { ActLinks } from '../alerts/act-links.ts'
import { DeskStore } from '../alerts/desk-store.ts'
import { reportCsv, reportPage } from '../alerts/report-files.ts'
import { makeReport, periodOf, REPORT_KINDS, type ReportKind } from '../alerts/reports.ts'
import { sampleOf } from '../alerts/sample.ts'
import { Statements } from '../alerts/statements.ts'
import { Statistics } from '../alerts/statistics.ts'
import { systemClock } from '../kit/clock.ts'
import { Database, storeFile } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'
import { placeOf } from './place.ts'
import { languageOf, print, usage } from './program.ts'
import { addFiling } from './report-filing.ts'

interface Options {
  readonly from: string
  readonly to: string
  readonly config?: string
  readonly storage?: string
  readonly out: string
  readonly json?: boolean
  readonly size: string
  readonly seed: string
}

const ABOUT: Record<ReportKind, string> = {
  monthly: 'acts of whole months: rules, places, hours, tiers, times',
  quarterly: 'the same of whole quarters',
  hotspots: 'places where acts come again and again, with their hours and trend',
}
export function addReport(program: Command): void {
  const report = new Command('report').description('figures for people: CSV and a page to print')
  for (const kind of REPORT_KINDS) {
    common(report.command(kind).description(ABOUT[kind]))
      .option('--out <folder>', 'where the files go', '.')
      .option('--json', 'the tables as JSON on stdout, no files')
      .action((options: Options, command: Command) => write(kind, options, command))
  }
  common(
    report.command('sample').description('closed and dismissed alerts drawn by lot, for the review of files'),
  )
    .option('--size <count>', 'how many', '20')
    .requiredOption('--seed <text>', 'said beforehand: it decides what is drawn')
    .action((options: Options) => sample(options))
  addFiling(report)
  program.addCommand(report)
}

const common = (command: Command): Command =>
  command
    .requiredOption('--from <day>', 'first day, 2026-01-01')
    .requiredOption('--to <day>', 'last day, included')
    .option('-c, --config <file>', 'gateway.yaml, for its storage folder')
    .option('--storage <folder>', 'storage folder')

function write(kind: ReportKind, options: Options, command: Command): void {
  const { from, to, out, json } = options
  withStore(options, (parts) => {
    const report = makeReport(parts, { kind, from, to, language: languageOf(command) })
    if (json) {
      print(JSON.stringify(report))
      return
    }
    mkdirSync(out, { recursive: true })
    const files = { csv: reportCsv(report), html: reportPage(report) }
    for (const [ending, text] of Object.entries(files)) {
      const file = resolve(join(out, `${kind}-${from}-${to}.${ending}`))
      writeFileSync(file, text)
      print(file)
    }
  })
}

function sample(options: Options): void {
  const size = Number(options.size)
  if (!Number.isInteger(size) || size < 1) throw usage('report', `--size takes a number, not ${options.size}`)
  withStore(options, ({ statistics, offsetMinutes }) => {
    const facts = statistics.facts(periodOf(options, offsetMinutes()))
    for (const file of sampleOf(facts, size, options.seed)) print(JSON.stringify(file))
  })
}

interface StoreParts {
  readonly statistics: Statistics
  readonly statements: Statements
  readonly offsetMinutes: () => number
}

function withStore(options: Options, work: (parts: StoreParts) => void): void {
  const { folder, offset } = placeOf(options, 'report')
  const file = storeFile(folder)
  if (!existsSync(file)) throw fault('FILE_UNREADABLE', { path: file, reason: 'no gateway has run here' })
  const database = new Database(file)
  try {
    new DeskStore(database) // A store of an older gateway gets what it lacks.
    const offsetMinutes = () => offset
    const statistics = new Statistics({ database, links: new ActLinks(database), offsetMinutes })
    const statements = new Statements({ database, statistics, clock: systemClock })
    work({ statistics, statements, offsetMinutes })
  } finally {
    database.close()
  }
}
