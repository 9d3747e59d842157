/**
 * The configuration changes by two people, and every version of it is kept [R18].
 *
 *     propose ─▶ loader: any fault ─▶ refused whole │ approve, by another ─▶ loader again ─▶ version n+1 ─▶ file ─▶ street
 *                                                   ├ refuse, by another; withdraw, by the proposer
 *                                                   └ roll back = propose an old version
 *
 * A version is on record before the file is written, so that after a crash between the two the file is written at the
 * next start. What somebody edits by hand becomes a version too, when it is read: the book then says FILE.
 */
import { createHash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Config, Loaded } from '../config/loader.ts'
import { type Checked, ConfigChecker } from './config-check.ts'
import type { ConfigChange } from './config-check-worker.ts'
import { lineDiff } from './config-diff.ts'
import { ConfigProposals, type Proposed } from './config-proposals.ts'
import { tryConfig } from './config-trial.ts'
import type { ConfigProposal, ConfigVersion } from './http/place-views.ts'
import type { Clock } from './kit/clock.ts'
import type { Database, Row, Statement } from './kit/database.ts'
import { fault, reasonOf } from './kit/errors.ts'
import type { Log } from './kit/log.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS config_version (
  version INTEGER PRIMARY KEY, digest TEXT NOT NULL, text TEXT NOT NULL, source TEXT NOT NULL, actor TEXT NOT NULL,
  approvedBy TEXT NOT NULL, reason TEXT NOT NULL, atMs INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS config_enacted (version INTEGER PRIMARY KEY, atMs INTEGER NOT NULL);
CREATE TRIGGER IF NOT EXISTS config_version_never_changes BEFORE UPDATE ON config_version
  BEGIN SELECT RAISE(ABORT, 'versions are append-only'); END;
CREATE TRIGGER IF NOT EXISTS config_version_never_shrinks BEFORE DELETE ON config_version
  BEGIN SELECT RAISE(ABORT, 'versions are append-only'); END;
`

/** Faults that one answer names. */
const FAULTS_TOLD_MAX = 10

export interface ConfigBookParts {
  readonly database: Database
  /** `gateway.yaml`. */
  readonly file: string
  readonly apply: (config: Config) => Promise<unknown>
  readonly clock: Clock
  readonly log: Log
}

type Proposal = { readonly by: string; readonly reason: string } & (
  | { readonly text: string }
  | { readonly version: number }
)

export class ConfigBook {
  readonly #parts: ConfigBookParts
  readonly #add: Statement
  readonly #version: Statement
  readonly #last: Statement
  readonly #proposals: ConfigProposals
  readonly #checker: ConfigChecker
  readonly #list: Statement
  readonly #enacted: Statement
  readonly #enactedNow: Statement
  readonly #named: Statement

  constructor(parts: ConfigBookParts) {
    parts.database.exec(SCHEMA)
    this.#parts = parts
    const prepare = (sql: string) => parts.database.prepare(sql)
    this.#add = prepare('INSERT INTO config_version VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)')
    this.#version = prepare('SELECT * FROM config_version WHERE version = ?')
    this.#last = prepare('SELECT * FROM config_version ORDER BY version DESC LIMIT 1')
    this.#checker = new ConfigChecker(parts.file)
    this.#proposals = new ConfigProposals(parts.database, parts.clock)
    this.#enacted = prepare('SELECT version FROM config_enacted WHERE version = ?')
    this.#enactedNow = prepare('INSERT OR IGNORE INTO config_enacted VALUES (?, ?)')
    this.#named = prepare('SELECT 1 FROM config_version WHERE instr(text, ?) > 0 LIMIT 1')
    this.#list = prepare('SELECT * FROM config_version ORDER BY version DESC LIMIT ?')
  }

  /** Takes note of the file as it is; writes an approved version that a crash kept from the disk. */
  open(): void {
    const last = this.#last.get()
    const text = this.#read()
    if (text === null || (last !== undefined && digestOf(text) === last['digest'])) return
    const version = Number(last?.['version'] ?? 0)
    const isPending = last !== undefined && last['source'] !== 'FILE' && !this.#enacted.get(version)
    if (isPending) {
      const approved = String(last['text'])
      this.#enact(version, approved, this.#checked(approved, version))
      return
    }
    this.#add.run(digestOf(text), text, 'FILE', 'file', '', '', this.#parts.clock.wallMs())
  }

  /** Of the newest version on record, the file unread. */
  get lastVersion(): number {
    return Number(this.#last.get()?.['version'] ?? 0)
  }

  /** The newest version as it is written, its secrets where they stand: for edits inside the box, never to be shown. */
  current(): { readonly version: number; readonly text: string } {
    this.open()
    const last = this.#last.get()
    return { version: Number(last?.['version'] ?? 0), text: String(last?.['text'] ?? '') }
  }

  /** @throws CONFIG_CHANGE_REFUSED */
  textOf(version: number): string {
    const row = this.#version.get(version)
    if (row === undefined) throw refusal('new', `there is no version ${version}`)
    return String(row['text'])
  }

  /** Whether a version, or a change that still waits, speaks of something: a file that holds a secret, say. */
  names(name: string): boolean {
    return this.#named.get(name) !== undefined || this.#proposals.names(name)
  }

  /** What the loader says to a text, without a trace, and the configuration it would make. */
  check(text: string): Loaded {
    return this.#load(text)
  }

  /** The same and what would change, in a thread beside: for those who ask again and again. */
  checkAside(before: string, change: ConfigChange): Promise<Checked> {
    return this.#checker.check(before, change)
  }

  close(): void {
    this.#checker.close()
  }

  /** Refused whole when the loader finds any fault. */
  propose(wish: Proposal): { proposal: number; base: number; diff: string[] } {
    const { version: base, text: before } = this.current()
    const text = 'text' in wish ? wish.text : this.textOf(wish.version)
    const source = 'text' in wish ? 'CHANGE' : 'ROLLBACK'
    this.#checked(text, 'new')
    const proposal = this.#proposals.add({ base, text, source, by: wish.by, reason: wish.reason })
    return { proposal, base, diff: lineDiff(before, text) }
  }

  /** Joins the transaction it is called in; file and street follow when that is durable. */
  approve({ proposal, by }: { readonly proposal: number; readonly by: string }): { version: number } {
    const { text, source, by: proposer, reason } = this.#waiting(proposal)
    if (proposer === by) throw refusal(proposal, `${by} proposed it; a second person has to approve`)
    const config = this.#checked(text, proposal)
    const { database, clock } = this.#parts
    database.transaction(() => {
      this.#add.run(digestOf(text), text, source, proposer, by, reason, clock.wallMs())
      this.#proposals.end(proposal, 'APPROVED', by, '')
    })
    const version = Number(this.#last.get()!['version'])
    database.afterCommit(() => this.#enact(version, text, config))
    return { version }
  }

  /** By another than the proposer: refused; by the proposer: withdrawn. */
  end({ proposal, by, reason }: { proposal: number; by: string; reason: string }): 'REFUSED' | 'WITHDRAWN' {
    const outcome = this.#waiting(proposal).by === by ? 'WITHDRAWN' : 'REFUSED'
    this.#proposals.end(proposal, outcome, by, reason)
    return outcome
  }

  /** Newest first. */
  proposals(limit: number): ConfigProposal[] {
    const { version } = this.current()
    return this.#proposals.list(limit, version, (one) => String(this.#version.get(one)?.['text'] ?? ''))
  }

  versions(limit: number): ConfigVersion[] {
    return this.#list.all(limit).map((row) => {
      const before = this.#version.get(Number(row['version']) - 1)
      return versionOf(row, lineDiff(String(before?.['text'] ?? ''), String(row['text'])))
    })
  }

  #waiting(proposal: number): Proposed {
    const found = this.#proposals.get(proposal)
    if (found === null) throw refusal(proposal, 'there is no such proposal')
    if (this.current().version !== found.base) {
      throw refusal(proposal, 'the configuration has changed since it was proposed')
    }
    if (found.end !== null) throw refusal(proposal, `it has ended already: ${found.end}`)
    return found
  }

  #checked(text: string, change: string | number): Config {
    const { config, faults } = this.#load(text)
    if (config !== null && faults.length === 0) return config
    const told = faults.slice(0, FAULTS_TOLD_MAX).map(({ message }) => message)
    throw refusal(change, told.join(' '))
  }

  #load(text: string): Loaded {
    return tryConfig(this.#parts.file, text, 'proposed')
  }

  #enact(version: number, text: string, config: Config): void {
    if (!this.#write(text)) return
    const { apply, clock, log } = this.#parts
    this.#enactedNow.run(version, clock.wallMs())
    apply(config).catch((error: unknown) => {
      log.error({ reason: reasonOf(error) }, 'configuration not changed')
    })
  }

  /** All of the new one or all of the old one, whatever dies when. */
  #write(text: string): boolean {
    const { file, log } = this.#parts
    try {
      writeFileSync(`${file}.next`, text, { mode: 0o600, flush: true })
      renameSync(`${file}.next`, file)
      return true
    } catch (error) {
      const found = refusal('file', reasonOf(error))
      log.error({ code: found.code }, found.message)
      return false
    }
  }

  #read(): string | null {
    try {
      return readFileSync(this.#parts.file, 'utf8')
    } catch {
      return null // Started from options that no file holds: there is nothing to keep.
    }
  }
}

const refusal = (change: string | number, reason: string) =>
  fault('CONFIG_CHANGE_REFUSED', { change, reason })

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

function versionOf(row: Row, diff: readonly string[]): ConfigVersion {
  return {
    version: Number(row['version']),
    source: String(row['source']),
    by: String(row['actor']),
    approvedBy: String(row['approvedBy']),
    reason: String(row['reason']),
    atMs: Number(row['atMs']),
    diff,
  }
}
