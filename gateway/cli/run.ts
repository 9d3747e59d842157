/**
 * `lushao run -c gateway.yaml`: the gateway, until SIGTERM; it drains, then exits 0. SIGHUP reads the file again, and so
 * does a change of the rule catalogue or of the holidays, which others keep: a configuration with any fault is refused
 * whole and the gateway goes on as it was. A bug of ours ends it with 1, at once. [R29]
 */
import type { Command } from 'commander'
import { type Config, loadConfig } from '../../config/loader.ts'
import { AssertionError } from '../kit/assert.ts'
import { fault, type Language, reasonOf, redact } from '../kit/errors.ts'
import { FileWatch } from '../kit/file-watch.ts'
import { type Log, makeLog } from '../kit/log.ts'
import { LogRing } from '../kit/log-ring.ts'
import { type RunningGateway, startGateway } from '../main.ts'
import { checkFfmpeg } from '../streams/media-tool.ts'
import { FoundBad, languageOf, print, say } from './program.ts'

export function addRun(program: Command): void {
  program
    .command('run')
    .description('the gateway, until SIGTERM')
    .requiredOption('-c, --config <file>', 'gateway.yaml')
    .option('--log <level>', 'trace, debug, info, warn, error', 'info')
    .action((options: { config: string; log: string }, command: Command) =>
      run(options.config, options.log, program.version() ?? '', languageOf(command)),
    )
}

async function run(file: string, level: string, version: string, language: Language): Promise<void> {
  const logs = new LogRing()
  const log = makeLog(level, logs.before(process.stderr))
  stopAtBugs(log)
  speakIntoTheVoid()
  const signalled = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  // Heard from the start to the end: where nobody listens, a hang-up ends a process.
  let onHangup: () => void = () => {}
  process.on('SIGHUP', () => onHangup())
  await checkFfmpeg()
  const config = readAtStart(file, language)
  const gateway = await startGateway(config, { version, log, logs })
  greet(gateway, language)
  let watch = watchData(config, () => onHangup())
  let reloading: Promise<void> = Promise.resolve()
  onHangup = () => {
    reloading = reloading.then(async () => {
      const next = await reload(file, gateway, log)
      if (next === null) return
      watch.close()
      watch = watchData(next, () => onHangup())
    })
  }
  await signalled
  onHangup = () => {}
  watch.close()
  log.info('draining')
  await gateway.close()
  log.info('stopped')
}

const LOOK_AT_FILES_MS = 2_000

/** The files beside the configuration: it may name others after a change. */
function watchData({ file, files }: Config, onChange: () => void): FileWatch {
  return new FileWatch(
    files.filter((one) => one !== file),
    LOOK_AT_FILES_MS,
    onChange,
  )
}

/** The street is watched whether anybody reads what we print or not. */
function speakIntoTheVoid(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.removeAllListeners('error').on('error', () => {})
}

/** A rejection that nobody caught arrives here as well. */
function stopAtBugs(log: Log): void {
  process.on('uncaughtException', (error: unknown) => {
    const found = fault('GATEWAY_BUG', { reason: reasonOf(error) })
    const stack = error instanceof Error ? redact(error.stack ?? '') : ''
    log.fatal({ code: found.code, stack }, found.message)
    process.exit(1)
  })
}

/** A faulty camera is left out and said; the street is not left unwatched because of one. */
function readAtStart(file: string, language: Language): Config {
  const { config, faults, warnings } = loadConfig(file)
  for (const found of [...faults, ...warnings]) say(found.explain(language))
  if (config === null) throw new FoundBad()
  return config
}

/** What is in force now; null when nothing has changed. */
async function reload(file: string, gateway: RunningGateway, log: Log): Promise<Config | null> {
  const { config, faults } = loadConfig(file)
  for (const found of faults) log.error({ code: found.code }, found.message)
  if (config === null || faults.length > 0) {
    log.error('configuration refused, the old one stays in force')
    return null
  }
  try {
    const touched = await gateway.change(config)
    const { configVersion, catalogVersion } = config
    log.info({ cameras: touched, configVersion, catalogVersion }, 'configuration changed')
    return config
  } catch (error) {
    if (error instanceof AssertionError) throw error
    log.error({ reason: reasonOf(error) }, 'configuration not changed')
    return null
  }
}

/** One line of JSON for whoever started us, and the one-time password for the person who reads it. */
function greet({ consoleUrl, brokerUrl, firstLogin }: RunningGateway, language: Language): void {
  print(JSON.stringify({ ready: true, consoleUrl, brokerUrl }))
  if (firstLogin === null) return
  const { name, oneTimePassword } = firstLogin
  say(
    language === 'zh'
      ? `首次启动：管理员 ${name}，一次性密码 ${oneTimePassword}（仅显示一次，登录后须修改）`
      : `First start: administrator ${name}, one-time password ${oneTimePassword} (shown once, to be changed at login)`,
  )
}
