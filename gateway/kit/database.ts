/**
 * The box's own store: one SQLite file in WAL mode with `synchronous=FULL`, so that what was committed survives
 * kill -9 and power loss. libsql has better-sqlite3's API; only this file knows which of them it is.
 */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Driver from 'libsql'

export type Value = string | number | null | Uint8Array
export type Row = Record<string, Value>

export interface Statement {
  run(...values: Value[]): void
  get(...values: Value[]): Row | undefined
  all(...values: Value[]): Row[]
}

/** Everything durable of one gateway lies in this file of its storage folder. */
export const storeFile = (folder: string): string => join(folder, 'lushao.db')

export class Database {
  readonly #driver: Driver.Database
  #depth = 0
  readonly #afterCommit: (() => void)[] = []
  /** Asked when the disk is full; true: there is room now, once more. */
  makeRoom: () => boolean = () => false

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

  /**
   * All or nothing. Inside another transaction it becomes a part of that one, undone alone when it throws. On a full
   * disk the whole of it is tried a second time when somebody could make room.
   */
  transaction<T>(work: () => T): T {
    try {
      return this.#transaction(work)
    } catch (error) {
      if (this.#depth > 0 || !isFull(error) || !this.makeRoom()) throw error
      return this.#transaction(work)
    }
  }

  #transaction<T>(work: () => T): T {
    const inner = this.#depth > 0
    const mark = `nested${this.#depth}`
    const afterCommitBefore = this.#afterCommit.length
    this.#driver.exec(inner ? `SAVEPOINT ${mark}` : 'BEGIN IMMEDIATE')
    this.#depth++
    let result: T
    try {
      result = work()
      this.#driver.exec(inner ? `RELEASE ${mark}` : 'COMMIT')
    } catch (error) {
      this.#undo(inner ? `ROLLBACK TO ${mark}; RELEASE ${mark}` : 'ROLLBACK')
      this.#afterCommit.length = afterCommitBefore
      throw error
    } finally {
      this.#depth--
    }
    if (!inner) for (const tell of this.#afterCommit.splice(0)) tell()
    return result
  }

  /** After a full disk or a failed read SQLite has undone everything by itself, and says so: the first error counts. */
  #undo(sql: string): void {
    try {
      this.#driver.exec(sql)
    } catch (error) {
      if (!/no transaction is active|no such savepoint/.test(String(error))) throw error
    }
  }

  /** What others are told about a change is told when the change is durable, and not at all when it is undone. */
  afterCommit(tell: () => void): void {
    if (this.#depth > 0) this.#afterCommit.push(tell)
    else tell()
  }

  close(): void {
    this.#driver.close()
  }
}

const isFull = (error: unknown): boolean => /SQLITE_FULL|disk is full/.test(String(error))
