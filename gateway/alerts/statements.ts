/**
 * Figures that were given out, as they were given out, and what became of them [R91].
 *
 *     issue ─▶ figures now ─┬─ as in the last statement of the period ─▶ that statement again
 *                           └─ other than there ─▶ a new one that restates it, with every difference named
 *
 * A statement holds the marks of the log it was made from: anybody can make it again and must get the same digest. Late
 * corrections are restatements; no figure that was given out is ever changed.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../kit/clock.ts'
import type { Database, Row, Statement } from '../kit/database.ts'
import type { Figures, LogMark, Period, Statistics } from './statistics.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS statement (
  number INTEGER PRIMARY KEY, kind TEXT NOT NULL, fromMs INTEGER NOT NULL, toMs INTEGER NOT NULL, mark TEXT NOT NULL,
  digest TEXT NOT NULL, figures TEXT NOT NULL, restates INTEGER, atMs INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS statement_period ON statement (kind, fromMs, toMs, number);
CREATE TRIGGER IF NOT EXISTS statement_never_changes BEFORE UPDATE ON statement
  BEGIN SELECT RAISE(ABORT, 'statements are append-only'); END;
CREATE TRIGGER IF NOT EXISTS statement_never_shrinks BEFORE DELETE ON statement
  BEGIN SELECT RAISE(ABORT, 'statements are append-only'); END;
`

export interface IssuedStatement {
  readonly number: number
  readonly kind: string
  readonly period: Period
  readonly mark: LogMark
  readonly digest: string
  readonly figures: Figures
  /** Number of the statement that this one replaces. */
  readonly restates: number | null
  readonly atMs: number
}

/** One figure that is another than it was. */
export interface Difference {
  readonly what: string
  readonly before: number
  readonly after: number
}

export class Statements {
  readonly #statistics: Statistics
  readonly #clock: Clock
  readonly #add: Statement
  readonly #last: Statement
  readonly #get: Statement

  constructor(parts: {
    readonly database: Database
    readonly statistics: Statistics
    readonly clock: Clock
  }) {
    parts.database.exec(SCHEMA)
    this.#statistics = parts.statistics
    this.#clock = parts.clock
    const prepare = (sql: string) => parts.database.prepare(sql)
    this.#add = prepare('INSERT INTO statement VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#last = prepare(
      'SELECT * FROM statement WHERE kind = ? AND fromMs = ? AND toMs = ? ORDER BY number DESC LIMIT 1',
    )
    this.#get = prepare('SELECT * FROM statement WHERE number = ?')
  }

  issue(kind: string, period: Period): IssuedStatement {
    const mark = this.#statistics.mark()
    const figures = this.#statistics.figures(period, mark)
    const digest = digestOf(figures)
    const { fromMs, toMs } = period
    const row = this.#last.get(kind, fromMs, toMs)
    const last = row ? statementOf(row) : null
    if (last?.digest === digest) return last
    const told = [JSON.stringify(mark), digest, JSON.stringify(figures)] as const
    this.#add.run(kind, fromMs, toMs, ...told, last?.number ?? null, this.#clock.wallMs())
    return statementOf(this.#last.get(kind, fromMs, toMs)!)
  }

  get(number: number): IssuedStatement | null {
    const row = this.#get.get(number)
    return row ? statementOf(row) : null
  }

  /** Whether the log still gives what the statement says. */
  isReproducible({ period, mark, digest }: IssuedStatement): boolean {
    return digestOf(this.#statistics.figures(period, mark)) === digest
  }

  /** What a restatement changed; nothing for a first statement. */
  differences({ figures, restates }: IssuedStatement): Difference[] {
    const before = restates === null ? null : this.get(restates)
    return before === null ? [] : differencesBetween(before.figures, figures)
  }
}

function differencesBetween(before: Figures, after: Figures): Difference[] {
  const [old, next] = [new Map(leaves(before, '')), new Map(leaves(after, ''))]
  return [...new Set([...old.keys(), ...next.keys()])].flatMap((what) => {
    const change = { what, before: old.get(what) ?? 0, after: next.get(what) ?? 0 }
    return change.before === change.after ? [] : [change]
  })
}

function leaves(value: unknown, path: string): [string, number][] {
  if (typeof value === 'number') return [[path, value]]
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, one]) => leaves(one, path === '' ? key : `${path}.${key}`))
}

const digestOf = (figures: Figures): string =>
  `sha256:${createHash('sha256').update(JSON.stringify(figures)).digest('hex')}`

function statementOf(row: Row): IssuedStatement {
  return {
    number: Number(row['number']),
    kind: String(row['kind']),
    period: { fromMs: Number(row['fromMs']), toMs: Number(row['toMs']) },
    mark: JSON.parse(String(row['mark'])) as LogMark,
    digest: String(row['digest']),
    figures: JSON.parse(String(row['figures'])) as Figures,
    restates: row['restates'] === null ? null : Number(row['restates']),
    atMs: Number(row['atMs']),
  }
}
