/**
 * `lushao alerts [--follow]`: the alert feed in the terminal, read from the gateway's own store.
 *
 *     gateway (writes) ─▶ lushao.db, WAL ─▶ this command (reads beside it; nobody waits for anybody)
 */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { loadConfig } from '../../config/loader.ts'
import { AlertDesk, type AlertRecord } from '../alerts/desk.ts'
import { ALERT_LIFECYCLE } from '../alerts/lifecycle.ts'
import { StorageOptions } from '../evidence/vault.ts'
import { assert } from '../kit/assert.ts'
import { systemClock } from '../kit/clock.ts'
import { Database, storeFile } from '../kit/database.ts'
import { fault, type Language } from '../kit/errors.ts'
import { languageOf, print, usage } from './program.ts'

interface Options {
  readonly config?: string
  readonly storage?: string
  readonly limit: string
  readonly follow?: boolean
  readonly json?: boolean
}

/** Among so many of the newest alerts `--follow` looks for changes. */
const FOLLOWED_MAX = 500
const LOOK_MS = 400

export function addAlerts(program: Command): void {
  program
    .command('alerts')
    .description('the alert feed: suspected acts, what people made of them, whether the back end has them')
    .option('-c, --config <file>', 'gateway.yaml, for its storage folder')
    .option('--storage <folder>', 'storage folder')
    .option('-n, --limit <count>', 'how many, newest last', '20')
    .option('--follow', 'go on printing changes until Ctrl-C')
    .option('--json', 'one JSON object a line')
    .action(async (options: Options, command: Command) => {
      const limit = Number(options.limit)
      if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) {
        throw usage('alerts', `--limit takes 1 to 10000, not ${options.limit}`)
      }
      const file = storeFile(folderOf(options))
      if (!existsSync(file)) throw fault('FILE_UNREADABLE', { path: file, reason: 'no gateway has run here' })
      const database = new Database(file)
      try {
        const write = options.json ? asJson : asLine(languageOf(command))
        const desk = new AlertDesk(database, READ_ONLY, systemClock)
        const shown = new Map<string, string>()
        show(desk.list({ limit }), shown, write)
        if (options.follow) await follow(desk, shown, write)
      } finally {
        database.close()
      }
    })
}

const READ_ONLY = {
  put: () => assert(false, 'the feed only reads') as never,
  onSettled: () => () => {},
}

function folderOf({ config, storage }: Options): string {
  if (storage !== undefined) return storage
  if (config === undefined) return StorageOptions.parse({}).folder
  const loaded = loadConfig(config)
  if (loaded.config === null) throw loaded.faults[0] ?? usage('alerts', `${config} cannot be read`)
  return loaded.config.storage.folder
}

function show(
  records: AlertRecord[],
  shown: Map<string, string>,
  write: (record: AlertRecord) => string,
): void {
  for (const record of records.reverse()) {
    const state = `${record.revision} ${record.acked}`
    if (shown.get(record.eventId) === state) continue
    shown.set(record.eventId, state)
    print(write(record))
  }
}

async function follow(
  desk: AlertDesk,
  shown: Map<string, string>,
  write: (record: AlertRecord) => string,
): Promise<void> {
  let isOver = false
  const stop = () => {
    isOver = true
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  // What is older than the first page is not news.
  for (const { eventId, revision, acked } of desk.list({ limit: FOLLOWED_MAX })) {
    if (!shown.has(eventId)) shown.set(eventId, `${revision} ${acked}`)
  }
  while (!isOver) {
    show(desk.list({ limit: FOLLOWED_MAX }), shown, write)
    await new Promise((done) => setTimeout(done, LOOK_MS))
  }
}

const asJson = ({ event, acked, raisedAtMs, updatedAtMs }: AlertRecord): string =>
  JSON.stringify({ ...event, acked, raisedAtMs, updatedAtMs })

const asLine =
  (language: Language) =>
  (record: AlertRecord): string => {
    const { event, state, acked, revision } = record
    const stateText = language === 'zh' ? ALERT_LIFECYCLE[state].zh : state
    const going = event.phase === 'END' ? ' ' : '…'
    const had = acked ? '✓' : '·'
    const when = event.startedAt.slice(0, 19).replace('T', ' ')
    const lasted = `${Math.round(event.durationSec)} s${going}`.padStart(9)
    const where = `${event.cameraId}/${event.zoneId}`
    return `${had} ${when} ${lasted} ${event.grade} ${event.title}  ${where}  ${stateText}  ${event.eventId} r${revision}`
  }
