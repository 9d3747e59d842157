/**
 * `lushao audit verify|export`: the access log of a box, read from its own store.
 *
 *     verify   every entry against its hash and the one before it, and the signed heads of each day against the entries
 *     export   the log of retrievals as CSV (Art. 16 of the public-video regulation), or the chain itself as NDJSON
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { checkHeads, headsFile } from '../access-anchor.ts'
import { type AccessEntry, AccessLog, brokenEntry } from '../http/access-log.ts'
import { retrievalCsv } from '../http/retrieval-log.ts'
import { systemClock } from '../kit/clock.ts'
import { Database, storeFile } from '../kit/database.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import { placeOf } from './place.ts'
import { languageOf, print, usage } from './program.ts'

interface Options {
  readonly config?: string
  readonly storage?: string
  readonly file?: string
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
  placed(audit.command('verify').description('check the chain of the access log and its signed heads'))
    .option('--file <ndjson>', 'check a chain that `audit export --ndjson` wrote, without a box')
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
  const zh = languageOf(command) === 'zh'
  if (options.file !== undefined) {
    const entries = readEntries(options.file)
    const broken = brokenEntry(entries)
    if (broken !== null) throw fault('ACCESS_LOG_BROKEN', { entry: broken })
    print(options.json ? JSON.stringify({ entries: entries.length }) : told(zh, entries.length, 0))
    return
  }
  const { folder } = placeOf(options, 'audit')
  await withLog(folder, async (log, database) => {
    const entries = log.verify()
    const find = database.prepare('SELECT hash FROM access_log WHERE entry = ?')
    const { heads, badAt } = await checkHeads(folder, (entry) => {
      const hash = find.get(entry)?.['hash']
      return typeof hash === 'string' ? hash : null
    })
    if (badAt !== null) throw fault('ACCESS_HEAD_MISFIT', { file: headsFile(folder), line: badAt })
    print(options.json ? JSON.stringify({ entries, heads }) : told(zh, entries, heads))
  })
}

const told = (zh: boolean, entries: number, heads: number): string =>
  zh ? `通过  ${entries} 条记录，${heads} 个签名链头` : `ok   ${entries} entries, ${heads} signed heads`

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

function readEntries(file: string): AccessEntry[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
    return lines.map((line) => JSON.parse(line) as AccessEntry)
  } catch (error) {
    throw fault('FILE_UNREADABLE', { path: file, reason: reasonOf(error) }, error)
  }
}
