/**
 * `lushao audit verify|export`: the logs of a box that only grow, read from its own store.
 *
 *     verify   access, custody, transcripts and devices: every entry against its hash and the one before it; and the signed heads
 *              of each day against the access log
 *     export   the log of retrievals as CSV (Art. 16 of the public-video regulation), or the chain itself as NDJSON
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { DeviceLedger } from '../../devices/bodycam/ledger.ts'
import { checkHeads, headsFile } from '../access-anchor.ts'
import { Custody, CustodyEntry, firstBrokenEntry } from '../evidence/custody.ts'
import { Transcripts } from '../evidence/transcripts.ts'
import { type AccessEntry, AccessLog, brokenEntry } from '../http/access-log.ts'
import { retrievalCsv } from '../http/retrieval-log.ts'
import { systemClock } from '../kit/clock.ts'
import { Database, storeFile } from '../kit/database.ts'
import { fault, type Language, reasonOf } from '../kit/errors.ts'
import { placeOf } from './place.ts'
import { languageOf, print, usage } from './program.ts'

interface Options {
  readonly config?: string
  readonly storage?: string
  readonly file?: string
  readonly custody?: string
  readonly from?: string
  readonly to?: string
  readonly ndjson?: boolean
  readonly out?: string
  readonly json?: boolean
}

const DAY_MS = 86_400_000

export function addAudit(program: Command): void {
  const audit = new Command('audit').description(
    'who looked at what, and whether that log is as it was written',
  )
  const placed = (command: Command) =>
    command
      .option('-c, --config <file>', 'gateway.yaml, for its storage folder')
      .option('--storage <folder>', 'storage folder')
  placed(
    audit
      .command('verify')
      .description('check the chains of access log, custody, transcripts and devices, and the signed heads'),
  )
    .option('--file <ndjson>', 'check a chain that `audit export --ndjson` wrote, without a box')
    .option('--custody <ndjson>', 'check the custody of one package as it was handed out, without a box')
    .option('--json', 'print the result as JSON')
    .action((options: Options, command: Command) => verify(options, command))
  placed(audit.command('export').description('the log of retrievals as CSV, or the whole chain as NDJSON'))
    .requiredOption('--from <day>', 'first day, 2026-01-01')
    .requiredOption('--to <day>', 'last day, included')
    .option('--ndjson', 'every entry with its hashes, not retrievals alone')
    .option('--out <file>', 'where it goes; stdout otherwise')
    .action((options: Options, command: Command) => exportLog(options, command))
  program.addCommand(audit)
}

async function verify(options: Options, command: Command): Promise<void> {
  const show = (counted: Counted) =>
    print(options.json ? JSON.stringify(counted) : told(languageOf(command), counted))
  if (options.file !== undefined) {
    const entries = readLines(options.file, (line) => line as AccessEntry)
    const broken = brokenEntry(entries)
    if (broken !== null) throw fault('ACCESS_LOG_BROKEN', { entry: broken })
    return show({ entries: entries.length })
  }
  if (options.custody !== undefined) {
    const entries = readLines(options.custody, (line) => CustodyEntry.parse(line))
    const broken = firstBrokenEntry(entries)
    if (broken !== null) throw fault('CUSTODY_BROKEN', { entry: broken })
    return show({ custody: entries.length })
  }
  const { folder } = placeOf(options, 'audit')
  await withLog(folder, async (log, database) => {
    const entries = log.verify()
    const custody = new Custody(database).verify()
    const transcripts = new Transcripts({ database, clock: systemClock }).verify()
    const devices = new DeviceLedger({ database, clock: systemClock, offsetMinutes: () => 0 }).verify()
    const find = database.prepare('SELECT hash FROM access_log WHERE entry = ?')
    const { heads, badAt } = await checkHeads(folder, (entry) => {
      const hash = find.get(entry)?.['hash']
      return typeof hash === 'string' ? hash : null
    })
    if (badAt !== null) throw fault('ACCESS_HEAD_MISFIT', { file: headsFile(folder), line: badAt })
    show({ entries, heads, custody, transcripts, devices })
  })
}

/** Entries of the access log and of the others, and signed heads. */
interface Counted {
  readonly entries?: number
  readonly heads?: number
  readonly custody?: number
  readonly transcripts?: number
  readonly devices?: number
}
const NAMES: Record<Language, Record<keyof Counted, string>> = {
  en: {
    ...{ entries: 'entries', heads: 'signed heads', custody: 'of custody', transcripts: 'transcripts' },
    devices: 'of devices',
  },
  zh: {
    ...{ entries: '条访问记录', heads: '个签名链头', custody: '条保管记录', transcripts: '条文字说明' },
    devices: '条装备台账',
  },
}

function told(language: Language, counted: Counted): string {
  const names = Object.keys(counted) as (keyof Counted)[]
  const parts = names.map((name) => `${counted[name]} ${NAMES[language][name]}`)
  return language === 'zh' ? `通过  ${parts.join('，')}` : `ok   ${parts.join(', ')}`
}

async function exportLog(options: Options, command: Command): Promise<void> {
  const { folder, offset } = placeOf(options, 'audit')
  const atMs = (day: string) => {
    const ms = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(day) : Number.NaN
    if (Number.isNaN(ms)) throw usage('audit', `${day} is no day: 2026-01-01`)
    return ms - offset * 60_000
  }
  await withLog(folder, async (log) => {
    const entries = log.between(atMs(options.from ?? ''), atMs(options.to ?? '') + DAY_MS)
    const text = options.ndjson
      ? [...entries].map((entry) => `${JSON.stringify(entry)}\n`).join('')
      : retrievalCsv(entries, languageOf(command))
    if (options.out === undefined) process.stdout.write(text)
    else writeFileSync(options.out, text)
  })
}

async function withLog(
  folder: string,
  work: (log: AccessLog, database: Database) => Promise<void>,
): Promise<void> {
  const file = storeFile(folder)
  if (!existsSync(file)) throw fault('FILE_UNREADABLE', { path: file, reason: 'no gateway has run here' })
  const database = new Database(file)
  try {
    await work(new AccessLog({ database, clock: systemClock }), database)
  } finally {
    database.close()
  }
}

function readLines<T>(file: string, entryOf: (line: unknown) => T): T[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
    return lines.map((line) => entryOf(JSON.parse(line)))
  } catch (error) {
    throw fault('FILE_UNREADABLE', { path: file, reason: reasonOf(error) }, error)
  }
}
