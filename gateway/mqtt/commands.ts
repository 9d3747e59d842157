/**
 * What the platform may ask the gateway to do, and why it may be refused.
 *
 *     cmd/{name} ─▶ well-formed? ─▶ retained? ─▶ known? allowed? ─▶ expired? ─▶ repeated? ─▶ handler ─▶ res/{id}
 *
 * The id is remembered in the transaction that does the work: a command is done once, whatever dies when. A
 * repetition is refused and told what was answered the first time. Ids are forgotten only after the longest time a
 * command may live, when a replay has expired by itself.
 */

import { z } from 'zod'
import type { AlertDesk, AlertRecord, ReviewWish } from '../alerts/desk.ts'
import type { FaultCode } from '../kit/catalogue.ts'
import type { Clock } from '../kit/clock.ts'
import type { Database, Statement } from '../kit/database.ts'
import { type Fault, type FaultValues, fault, isFault } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import { openMessage } from './envelope.ts'
import { type Command, MESSAGES, type Result } from './messages.ts'
import { COMMAND_NAMES, type CommandName, type CommandOptions } from './options.ts'

/** Runs inside the transaction that remembers the command; throws faults to refuse. */
export type CommandHandler = (command: Command) => unknown

/** An answer with a secret in it: told to whoever asked, and remembered without. */
export class ToldOnce {
  readonly told: unknown
  readonly kept: unknown
  constructor(told: unknown, kept: unknown) {
    this.told = told
    this.kept = kept
  }
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS command (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, person TEXT NOT NULL, atMs INTEGER NOT NULL, expiresMs INTEGER NOT NULL,
  result TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS command_expires ON command (expiresMs);
`

/** A stepped clock must not bring a forgotten command back to life. */
const FORGET_MARGIN_MS = 86_400_000

const ReviewArgs = z.strictObject({
  eventId: z.string().min(1).max(64),
  verdict: z.enum(['VERIFIED', 'REJECTED']),
  reasonCode: z.string().max(64).optional(),
  note: z.string().max(1_000).optional(),
})

/** What a disposition does: one of these, and nothing else. */
const DISPOSITIONS = ['to', 'grade', 'evidenceStatus', 'recuse', 'major'] as const

const DispositionArgs = z
  .strictObject({
    eventId: z.string().min(1).max(64),
    to: z.string().max(64).optional(),
    grade: z.string().max(8).optional(),
    evidenceStatus: z.string().max(64).optional(),
    reviewers: z.array(z.string().min(1).max(64)).max(10).optional(),
    recuse: z.string().min(1).max(64).optional(),
    major: z.enum(['DECLARE', 'TELL', 'RECEIVED']).optional(),
    tellTo: z.string().min(1).max(64).optional(),
    reasonCode: z.string().max(64).optional(),
    note: z.string().max(1_000).optional(),
    details: z.record(z.string().max(64), z.string().max(300)).optional(),
  })
  .refine((args) => DISPOSITIONS.filter((what) => args[what] !== undefined).length === 1, {
    message: `one of ${DISPOSITIONS.join(', ')}`,
  })
  .refine(({ major, tellTo }) => (major === 'TELL') === (tellTo !== undefined), {
    path: ['tellTo'],
    message: 'whom to tell, with major: TELL',
  })

export class Commands {
  readonly #database: Database
  readonly #options: CommandOptions
  readonly #handlers: Partial<Record<CommandName, CommandHandler>>
  readonly #clock: Clock
  readonly #log: Log
  readonly #known: Statement
  readonly #remember: Statement
  readonly #forget: Statement

  constructor(parts: {
    readonly database: Database
    readonly desk: AlertDesk
    readonly options: CommandOptions
    /** What else this gateway can do. */
    readonly handlers?: Partial<Record<CommandName, CommandHandler>>
    readonly clock: Clock
    readonly log: Log
  }) {
    parts.database.exec(SCHEMA)
    this.#database = parts.database
    this.#options = parts.options
    this.#handlers = { ...deskHandlers(parts.desk), ...parts.handlers }
    this.#clock = parts.clock
    this.#log = parts.log
    this.#known = parts.database.prepare('SELECT result FROM command WHERE id = ?')
    this.#remember = parts.database.prepare('INSERT INTO command VALUES (?, ?, ?, ?, ?, ?)')
    this.#forget = parts.database.prepare('DELETE FROM command WHERE expiresMs < ?')
  }

  /** Does it or says why not. Null when there is nobody to answer: the message names no command. */
  obey(name: string, topic: string, payload: Buffer, retained: boolean): Result | null {
    let command: Command
    try {
      command = openMessage(topic, payload, MESSAGES.command.data)
    } catch (error) {
      this.#log.warn(error)
      return isFault(error) ? answerTo(topic, payload, name, error) : null
    }
    const { id, by } = command
    try {
      this.#admit(name, command, retained)
      const result = this.#once(name as CommandName, command)
      this.#log.info({ command: id, name, by, ok: result.ok, code: result.code }, 'command')
      return result
    } catch (error) {
      if (!isFault(error)) throw error
      this.#log.warn({ command: id, name, by, code: error.code }, error.message)
      const first = error.code === 'COMMAND_REPEATED' ? this.#answered(id) : undefined
      return { id, name, ok: false, code: error.code, reason: error.message, ...(first ? { first } : {}) }
    }
  }

  #admit(name: string, { id, by, expiresAt }: Command, retained: boolean): void {
    const { names, people, lifetimeMaxSec } = this.#options
    const refuse = (code: FaultCode, values: FaultValues = {}) => fault(code, { id, name, by, ...values })
    if (retained) throw refuse('COMMAND_RETAINED')
    if (!(COMMAND_NAMES as readonly string[]).includes(name)) throw refuse('COMMAND_UNKNOWN')
    const allowed = (names as readonly string[]).includes(name) && (people?.includes(by) ?? true)
    if (!allowed) throw refuse('COMMAND_UNAUTHORISED')
    const leftMs = Date.parse(expiresAt) - this.#clock.wallMs()
    if (leftMs <= 0) throw refuse('COMMAND_EXPIRED', { expiresAt })
    if (leftMs > lifetimeMaxSec * 1_000) throw refuse('COMMAND_LIVES_TOO_LONG', { expiresAt, lifetimeMaxSec })
    if (this.#known.get(id)) throw refuse('COMMAND_REPEATED')
    if (!this.#handlers[name as CommandName]) throw refuse('COMMAND_UNSUPPORTED')
  }

  /** The work and the memory of it are one transaction; refused work is remembered as refused. */
  #once(name: CommandName, command: Command): Result {
    const nowMs = this.#clock.wallMs()
    return this.#database.transaction(() => {
      const answer = this.#attempt(name, command)
      const { result } = answer
      const secret = result instanceof ToldOnce ? result : null
      const kept = JSON.stringify(secret ? { ...answer, result: secret.kept } : answer)
      const expiresMs = Date.parse(command.expiresAt)
      this.#remember.run(command.id, name, command.by, nowMs, expiresMs, kept)
      this.#forget.run(nowMs - FORGET_MARGIN_MS)
      return secret ? { ...answer, result: secret.told } : answer
    })
  }

  #attempt(name: CommandName, command: Command): Result {
    const { id } = command
    try {
      const result = this.#database.transaction(() => this.#handlers[name]!(command))
      return { id, name, ok: true, result }
    } catch (error) {
      if (!isFault(error)) throw error
      return { id, name, ok: false, code: error.code, reason: error.message }
    }
  }

  #answered(id: string): unknown {
    return JSON.parse(String(this.#known.get(id)!['result']))
  }
}

/** Whoever gave at least an id is told what is wrong with the rest. */
function answerTo(topic: string, payload: Buffer, name: string, error: Fault): Result | null {
  try {
    const { id } = openMessage(topic, payload, MESSAGES.command.data.pick({ id: true }))
    return { id, name, ok: false, code: error.code, reason: error.message }
  } catch {
    // Nobody to answer; the first fault is in the log.
    return null
  }
}

export function deskHandlers(desk: AlertDesk): Record<'review' | 'disposition', CommandHandler> {
  return {
    review: ({ id, by, args }) => {
      const wish: ReviewWish = { ...argsOf(ReviewArgs, 'review', args), by, commandId: id }
      return summaryOf(desk.review(wish))
    },
    disposition: ({ id, by, args }) => {
      const asked = argsOf(DispositionArgs, 'disposition', args)
      const { to, grade, evidenceStatus, reviewers, recuse, major, tellTo, ...said } = asked
      const wish = { ...said, actor: { id: by, roles: ['person', 'platform'] }, commandId: id } as const
      if (grade !== undefined) return summaryOf(desk.regrade({ ...wish, grade }))
      if (recuse !== undefined) return summaryOf(desk.recuse({ ...wish, personId: recuse }))
      if (evidenceStatus !== undefined) {
        return summaryOf(desk.judgeEvidence({ ...wish, to: evidenceStatus, reviewers }))
      }
      if (major === 'DECLARE') return summaryOf(desk.declareMajor(wish))
      if (tellTo !== undefined) return summaryOf(desk.tellMajor({ ...wish, tellTo }))
      if (major === 'RECEIVED') return summaryOf(desk.receiveMajor(wish))
      return summaryOf(desk.transition({ ...wish, to: to ?? '' }))
    },
  }
}

export function argsOf<T>(schema: z.ZodType<T>, name: string, args: unknown): T {
  const parsed = schema.safeParse(args)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw fault('COMMAND_ARGS_WRONG', { name, path: issue!.path.join('.') || 'args', reason: issue!.message })
}

const summaryOf = ({ eventId, state, revision }: AlertRecord) => ({ eventId, state, revision })
