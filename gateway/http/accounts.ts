/**
 * The people who may log in, and the lock that stops guessing.
 *
 *     name, password ─▶ locked? ─▶ count a failure ─▶ scrypt ─▶ right: forget the failures, begin a session
 *                                                          └──▶ wrong: at `lockAfterFailures` lock the name
 *
 * The failure is counted before the password is tried, so that tries sent side by side do not share one
 * count. A name that does not exist is counted, timed and locked like one that does: the answer tells nobody
 * which names are real.
 */
import type { Clock } from '../kit/clock.ts'
import type { Database, Row } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'
import type { HttpOptions } from './options.ts'
import { fitsPassword, hashPassword, oneTimePassword, PASSWORD_LENGTH_MIN, weaknessOf } from './passwords.ts'
import { Role, type Scope } from './permissions.ts'
import { SecondFactor, type SecondFactorStart } from './second-factor.ts'
import { type Machine, Sessions, type Ticket, Tokens } from './sessions.ts'

export const FIRST_ACCOUNT = 'admin'
/** Names under which failures are remembered; beyond it the oldest is forgotten. */
const FAILING_NAMES_MAX = 10_000

export interface Account {
  readonly name: string
  readonly role: Role
  /** A one-time password is still in use: nothing but changing it is allowed. */
  readonly changeDue: boolean
  readonly disabled: boolean
  /** A code of an app is asked at the login. */
  readonly secondFactor: boolean
}
export interface Person extends Account {
  readonly csrf: string
  readonly expiresAtMs: number
  /** The role must have one and has none: nothing but setting it up is allowed. */
  readonly secondFactorDue: boolean
}
export interface FirstLogin {
  readonly name: string
  readonly oneTimePassword: string
}

export interface AccountsParts {
  readonly options: HttpOptions
  readonly database: Database
  readonly clock: Clock
  /** Under which second factors lie in the database, 32 bytes. */
  readonly secretsKey: Buffer
  /** What an authenticator app shows beside the name. */
  readonly issuer?: string
}

export class Accounts {
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly secondFactor: SecondFactor
  readonly #database: Database
  readonly #clock: Clock
  readonly #options: HttpOptions
  /** Hash of nothing anybody knows: tried for names that do not exist, to take the same time. */
  #decoy: string | null = null

  constructor(parts: AccountsParts) {
    this.#options = parts.options
    this.#database = parts.database
    this.#clock = parts.clock
    this.sessions = new Sessions({ ...parts, sessionHours: parts.options.sessionHours })
    this.tokens = new Tokens(parts)
    this.secondFactor = new SecondFactor({ ...parts, issuer: parts.issuer ?? 'Lushao' })
    parts.database.exec(`
      CREATE TABLE IF NOT EXISTS http_accounts (
        name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL, changeDue INTEGER NOT NULL,
        disabled INTEGER NOT NULL, createdAtMs INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS http_login_failures (
        name TEXT PRIMARY KEY, failures INTEGER NOT NULL, lockedUntilMs INTEGER NOT NULL,
        atMs INTEGER NOT NULL);
    `)
  }

  /** The first start makes an administrator; its password is returned here and nowhere else, ever. */
  async ensureAdministrator(): Promise<FirstLogin | null> {
    if (this.list().length > 0) return null
    return { name: FIRST_ACCOUNT, oneTimePassword: await this.create(FIRST_ACCOUNT, 'ADMIN') }
  }

  /** @returns a one-time password, to be changed at the first login */
  async create(name: string, role: Role): Promise<string> {
    const password = oneTimePassword()
    const hash = await hashPassword(password)
    if (this.#row(name)) throw fault('ACCOUNT_EXISTS', { name })
    this.#database
      .prepare('INSERT INTO http_accounts VALUES (?,?,?,1,0,?)')
      .run(name, role, hash, this.#clock.wallMs())
    return password
  }

  /** A new one-time password; every login of the account ends, and a lock with it. */
  async reset(name: string): Promise<string> {
    this.#mustExist(name)
    const password = oneTimePassword()
    await this.#setPassword(name, password, true)
    this.#database.prepare('DELETE FROM http_login_failures WHERE name = ?').run(name)
    return password
  }

  setDisabled(name: string, disabled: boolean): void {
    const account = this.#mustExist(name)
    const others = this.list().filter((one) => one.role === 'ADMIN' && !one.disabled && one.name !== name)
    if (disabled && account.role === 'ADMIN' && others.length === 0) throw fault('ACCOUNT_LAST', { name })
    this.#database.prepare('UPDATE http_accounts SET disabled = ? WHERE name = ?').run(disabled ? 1 : 0, name)
    if (disabled) this.sessions.endAll(name)
  }

  list(): Account[] {
    const rows = this.#database.prepare('SELECT * FROM http_accounts ORDER BY name').all()
    return rows.map((row) => this.#accountOf(row))
  }

  /** @throws SECOND_FACTOR_NEEDED when the password is right and a code is asked */
  async login(name: string, password: string, code = ''): Promise<{ person: Person; ticket: Ticket }> {
    this.#countFailure(name)
    const row = this.#row(name)
    this.#decoy ??= await hashPassword(oneTimePassword())
    const fits = await fitsPassword(password, row ? String(row['hash']) : this.#decoy)
    if (!row || !fits || row['disabled'] === 1) throw fault('LOGIN_REFUSED')
    this.#askSecondFactor(name, code)

    this.#database.prepare('DELETE FROM http_login_failures WHERE name = ?').run(name)
    const ticket = this.sessions.begin(name)
    return { person: this.#personWith(row, ticket), ticket }
  }

  /** Whose cookie this is; null when the login ended, expired or never was. */
  personOf(secret: string): Person | null {
    const session = this.sessions.find(secret)
    const row = session && this.#row(session.account)
    if (!session || !row || row['disabled'] === 1) return null
    return this.#personWith(row, session)
  }

  /** Every other login of the account ends; the caller gets a fresh one. */
  async changePassword(name: string, password: string, next: string): Promise<Ticket> {
    await this.#checkPassword(name, password)
    const reason = next === password ? 'the same as before' : weaknessOf(next, name)
    if (reason !== null) throw fault('PASSWORD_WEAK', { reason, lengthMin: PASSWORD_LENGTH_MIN })
    await this.#setPassword(name, next, false)
    return this.sessions.begin(name)
  }

  /** A new second factor begins with the password once more: an open page alone must not lock its owner out. */
  async beginSecondFactor(name: string, password: string): Promise<SecondFactorStart> {
    await this.#checkPassword(name, password)
    return this.secondFactor.begin(name)
  }

  /** @throws SECOND_FACTOR_WRONG */
  async endSecondFactor(name: string, password: string, code: string): Promise<void> {
    await this.#checkPassword(name, password)
    if (!this.secondFactor.use(name, code)) throw fault('SECOND_FACTOR_WRONG')
    this.secondFactor.off(name)
  }

  /** Of somebody who has lost the phone and the codes; every login of the account ends. */
  resetSecondFactor(name: string): void {
    this.#mustExist(name)
    this.secondFactor.off(name)
    this.sessions.endAll(name)
  }

  /** A token for a machine, shown this once. */
  issueToken(name: string, scope: Scope, deviceSerial?: string): string {
    return this.tokens.issue(name, scope, deviceSerial)
  }

  machineOf(secret: string): Machine | null {
    return this.tokens.find(secret)
  }

  async #setPassword(name: string, password: string, changeDue: boolean): Promise<void> {
    const hash = await hashPassword(password)
    const update = this.#database.prepare('UPDATE http_accounts SET hash = ?, changeDue = ? WHERE name = ?')
    update.run(hash, changeDue ? 1 : 0, name)
    this.sessions.endAll(name)
  }

  async #checkPassword(name: string, password: string): Promise<void> {
    this.#countFailure(name)
    const row = this.#mustExistRow(name)
    if (!(await fitsPassword(password, String(row['hash'])))) throw fault('LOGIN_REFUSED')
    this.#database.prepare('DELETE FROM http_login_failures WHERE name = ?').run(name)
  }

  /** A wrong code stays counted as a failed login; that one is asked for is none. */
  #askSecondFactor(name: string, code: string): void {
    if (!this.secondFactor.isOn(name)) return
    if (code.trim() === '') {
      this.#database
        .prepare('UPDATE http_login_failures SET failures = failures - 1, lockedUntilMs = 0 WHERE name = ?')
        .run(name)
      throw fault('SECOND_FACTOR_NEEDED')
    }
    if (!this.secondFactor.use(name, code)) throw fault('SECOND_FACTOR_WRONG')
  }

  #personWith(row: Row, { csrf, expiresAtMs }: Pick<Ticket, 'csrf' | 'expiresAtMs'>): Person {
    const account = this.#accountOf(row)
    const isAsked = this.#options.secondFactorFor.includes(account.role)
    return { ...account, csrf, expiresAtMs, secondFactorDue: isAsked && !account.secondFactor }
  }

  #accountOf(row: Row): Account {
    const name = String(row['name'])
    return {
      name,
      role: Role.parse(row['role']),
      changeDue: row['changeDue'] === 1,
      disabled: row['disabled'] === 1,
      secondFactor: this.secondFactor.isOn(name),
    }
  }

  #countFailure(name: string): void {
    const nowMs = this.#clock.wallMs()
    const { lockAfterFailures, lockMinutes } = this.#options
    const before = this.#database.prepare('SELECT * FROM http_login_failures WHERE name = ?').get(name)
    const lockedUntilMs = Number(before?.['lockedUntilMs'] ?? 0)
    if (lockedUntilMs > nowMs) {
      throw fault('LOGIN_LOCKED', { who: name, retrySec: Math.ceil((lockedUntilMs - nowMs) / 1000) })
    }
    const failures = lockedUntilMs > 0 ? 1 : Number(before?.['failures'] ?? 0) + 1
    const lockMs = failures >= lockAfterFailures ? nowMs + lockMinutes * 60_000 : 0
    this.#database
      .prepare('INSERT OR REPLACE INTO http_login_failures VALUES (?,?,?,?)')
      .run(name, failures, lockMs, nowMs)
    this.#database
      .prepare(`DELETE FROM http_login_failures WHERE name NOT IN
        (SELECT name FROM http_login_failures ORDER BY atMs DESC LIMIT ?)`)
      .run(FAILING_NAMES_MAX)
  }

  #row(name: string): Row | undefined {
    return this.#database.prepare('SELECT * FROM http_accounts WHERE name = ?').get(name)
  }

  #mustExistRow(name: string): Row {
    const row = this.#row(name)
    if (!row) throw fault('ACCOUNT_UNKNOWN', { name })
    return row
  }

  #mustExist(name: string): Account {
    return this.#accountOf(this.#mustExistRow(name))
  }
}
