/**
 * Log lines are pino's: NDJSON, one line a fact, on standard error so that standard output stays a result.
 * Passwords, tokens and URLs with credentials are cut out before a line leaves the process.
 */
import { type Logger, pino } from 'pino'
import { redact } from './errors.ts'

export type Log = Logger

const SECRET_KEYS = ['password', 'passphrase', 'token', 'secret', 'authorization', 'cookie', 'privateKey']

export function makeLog(level: string, destination: NodeJS.WritableStream = process.stderr): Log {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '***' },
      hooks: { streamWrite: redact },
    },
    destination,
  )
}

/** For parts that are tried without a log. */
export const silentLog: Log = pino({ level: 'silent' })
