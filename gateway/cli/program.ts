/**
 * The command line's one frame: globals, language, and the place where an exit code is decided.
 *
 *     0 good · 1 found bad · 2 wrong usage      errors on stderr, each with its catalogue code
 */
import { Command, CommanderError } from 'commander'
import { type Fault, fault, isFault, type Language, redact } from '../kit/errors.ts'

export class FoundBad extends Error {}

export function makeProgram(version: string): Command {
  return new Command('lushao')
    .description('路哨: edge gateway for non-site enforcement of street order')
    .version(version)
    .option('--lang <language>', 'zh or en; by default from LANG')
    .showHelpAfterError()
    .exitOverride()
}

export function languageOf(command: Command): Language {
  const wanted = command.optsWithGlobals<{ lang?: string }>().lang ?? process.env['LANG'] ?? ''
  return wanted.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

/** Runs the program and returns the exit code; the only place that prints an error. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  const language: Language = (process.env['LANG'] ?? '').toLowerCase().startsWith('zh') ? 'zh' : 'en'
  process.stdout.on('error', readerGone)
  try {
    await program.parseAsync([...argv])
    return Number(process.exitCode ?? 0)
  } catch (error) {
    return exitCodeOf(error, chosenLanguage(argv) ?? language)
  }
}

function exitCodeOf(error: unknown, language: Language): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof FoundBad) return 1
  if (isFault(error)) {
    say(error.explain(language))
    return error.code === 'USAGE' ? 2 : 1
  }
  say(error instanceof Error ? redact(error.stack ?? error.message) : redact(String(error)))
  return 1
}

export function usage(command: string, reason: string): Fault {
  return fault('USAGE', { command, reason })
}

/** What `--port` was given. */
export function portOf(command: string, value: string): number {
  const port = Number(value)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw usage(command, `--port takes a whole number from 0 to 65535, not ${value}`)
}

/** Lines for people go to stderr so that stdout stays a result. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function chosenLanguage(argv: readonly string[]): Language | undefined {
  const at = argv.indexOf('--lang')
  const wanted = at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith('--lang='))?.slice(7)
  return wanted === undefined ? undefined : wanted.startsWith('zh') ? 'zh' : 'en'
}

/** Whoever read our results has enough (`… | head`). A stream tells that by an event, never by throwing. */
function readerGone(error: Error): void {
  if (!('code' in error) || error.code !== 'EPIPE') throw error
  process.exit(0)
}
