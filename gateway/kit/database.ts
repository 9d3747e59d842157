/**
 * The box's own store: one SQLite file in WAL mode with `synchronous=FULL`, so that what was committed survives
 * kill -9 and power loss. libsql has better-sqlite3's API; only this file knows which of them it is.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Driver from 'libsql'

export type Value = string | number | null | Uint8Array
export type Row = Record<string, Value>

export interface Statement {
  run(...values: Value[]): void
  get(...values: Value[]): Row | undefined
  all(...values: Value[]): Row[]
}

export class Database {
  readonly #driver: Driver.Database

  /** @param file path, or `:memory:` */
  constructor(file: string) {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
    this.#driver = new Driver(file)
    this.#driver.exec('PRAGMA journal_mode=WAL')
    this.#driver.exec('PRAGMA synchronous=FULL')
    this.#driver.exec('PRAGMA busy_timeout=5000')
  }

  exec(sql: string): void {
    this.#driver.exec(sql)
  }

  prepare(sql: string): Statement {
    const statement = this.#driver.prepare(sql)
    return {
      run: (...values) => void statement.run(...values),
      get: (...values) => statement.get(...values) as Row | undefined,
      all: (...values) => statement.all(...values) as Row[],
    }
  }

  /** All or nothing. */
  transaction<T>(work: () => T): T {
    this.#driver.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#driver.exec('COMMIT')
      return result
    } catch (error) {
      this.#driver.exec('ROLLBACK')
      throw error
    }
  }

  close(): void {
    this.#driver.close()
  }
}
