/**
 * Logins of people (cookie) and credentials of machines (bearer token): 256 random bits given out once, of
 * which only the SHA-256 is kept. A stolen database opens nothing.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../kit/clock.ts'
import type { Database, Row, Statement } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'
import { Scope } from './permissions.ts'

/** Logins one account may hold at once; the oldest ends first. */
const SESSIONS_PER_ACCOUNT_MAX = 8

export interface Ticket {
  /** Goes into the cookie, is never stored. */
  readonly secret: string
  /** Sent back in `x-csrf-token` with every change; another site cannot read it. */
  readonly csrf: string
  readonly expiresAtMs: number
}
export interface SessionRow {
  readonly account: string
  readonly csrf: string
  readonly expiresAtMs: number
}
export interface Machine {
  readonly name: string
  readonly scope: Scope
  /** The one recorder that it is for; absent: any. */
  readonly deviceSerial?: string
}

export class Sessions {
  readonly #clock: Clock
  readonly #lastsMs: number
  readonly #insert: Statement
  readonly #find: Statement
  readonly #end: Statement
  readonly #endAll: Statement
  readonly #purge: Statement
  readonly #trim: Statement

  constructor(parts: { database: Database; clock: Clock; sessionHours: number }) {
    this.#clock = parts.clock
    this.#lastsMs = parts.sessionHours * 3_600_000
    parts.database.exec(`CREATE TABLE IF NOT EXISTS http_sessions (
      hash TEXT PRIMARY KEY, account TEXT NOT NULL, csrf TEXT NOT NULL, begunAtMs INTEGER NOT NULL,
      expiresAtMs INTEGER NOT NULL)`)
    this.#insert = parts.database.prepare('INSERT INTO http_sessions VALUES (?,?,?,?,?)')
    this.#find = parts.database.prepare('SELECT * FROM http_sessions WHERE hash = ? AND expiresAtMs > ?')
    this.#end = parts.database.prepare('DELETE FROM http_sessions WHERE hash = ?')
    this.#endAll = parts.database.prepare('DELETE FROM http_sessions WHERE account = ?')
    this.#purge = parts.database.prepare('DELETE FROM http_sessions WHERE expiresAtMs <= ?')
    this.#trim = parts.database.prepare(`DELETE FROM http_sessions WHERE account = ?1 AND hash NOT IN
      (SELECT hash FROM http_sessions WHERE account = ?1 ORDER BY begunAtMs DESC, rowid DESC LIMIT ?2)`)
  }

  begin(account: string): Ticket {
    const nowMs = this.#clock.wallMs()
    const ticket = { secret: newSecret(), csrf: newSecret(), expiresAtMs: nowMs + this.#lastsMs }
    this.#purge.run(nowMs)
    this.#insert.run(digest(ticket.secret), account, ticket.csrf, nowMs, ticket.expiresAtMs)
    this.#trim.run(account, SESSIONS_PER_ACCOUNT_MAX)
    return ticket
  }

  find(secret: string): SessionRow | null {
    const row = this.#find.get(digest(secret), this.#clock.wallMs())
    if (!row) return null
    return {
      account: String(row['account']),
      csrf: String(row['csrf']),
      expiresAtMs: Number(row['expiresAtMs']),
    }
  }

  end(secret: string): void {
    this.#end.run(digest(secret))
  }

  endAll(account: string): void {
    this.#endAll.run(account)
  }
}

export class Tokens {
  readonly #database: Database
  readonly #clock: Clock

  constructor(parts: { database: Database; clock: Clock }) {
    this.#database = parts.database
    this.#clock = parts.clock
    parts.database.exec(`CREATE TABLE IF NOT EXISTS http_tokens (
      name TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, scope TEXT NOT NULL, issuedAtMs INTEGER NOT NULL)`)
    const columns = parts.database.prepare('PRAGMA table_info(http_tokens)').all()
    if (!columns.some((column) => column['name'] === 'deviceSerial'))
      parts.database.exec('ALTER TABLE http_tokens ADD COLUMN deviceSerial TEXT')
  }

  /** The token, shown this once. */
  issue(name: string, scope: Scope, deviceSerial: string | null = null): string {
    if (this.#database.prepare('SELECT 1 FROM http_tokens WHERE name = ?').get(name)) {
      throw fault('ACCOUNT_EXISTS', { name })
    }
    const secret = `lushao_${newSecret()}`
    const insert = this.#database.prepare(
      'INSERT INTO http_tokens (name, hash, scope, issuedAtMs, deviceSerial) VALUES (?,?,?,?,?)',
    )
    insert.run(name, digest(secret), scope, this.#clock.wallMs(), deviceSerial)
    return secret
  }

  find(secret: string): Machine | null {
    const row = this.#database.prepare('SELECT * FROM http_tokens WHERE hash = ?').get(digest(secret))
    return row ? machineOf(row) : null
  }

  list(): (Machine & { issuedAtMs: number })[] {
    return this.#database
      .prepare('SELECT * FROM http_tokens ORDER BY name')
      .all()
      .map((row) => ({
        ...machineOf(row),
        issuedAtMs: Number(row['issuedAtMs']),
      }))
  }

  revoke(name: string): void {
    if (!this.#database.prepare('SELECT 1 FROM http_tokens WHERE name = ?').get(name)) {
      throw fault('ACCOUNT_UNKNOWN', { name })
    }
    this.#database.prepare('DELETE FROM http_tokens WHERE name = ?').run(name)
  }
}

const machineOf = (row: Row): Machine => ({
  name: String(row['name']),
  scope: Scope.parse(row['scope']),
  ...(row['deviceSerial'] === null ? {} : { deviceSerial: String(row['deviceSerial']) }),
})
const newSecret = () => randomBytes(32).toString('base64url')
const digest = (secret: string) => createHash('sha256').update(secret).digest('hex')
