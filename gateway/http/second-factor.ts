/**
 * The second factor of a login: codes of an authenticator app (RFC 6238), and recovery codes for a lost phone.
 *
 *     begin ─▶ secret, shown once ─▶ confirm by a code ─▶ on, ten recovery codes shown once ─▶ off
 *
 * A code counts once: the time step of the last one is kept, and no earlier or equal step is taken again. The secret must be
 * read to check a code, so it is kept under a key that lies outside the database; recovery codes are kept as hashes.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomInt } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import type { Clock } from '../kit/clock.ts'
import type { Database, Row } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'

const STEP_SEC = 30
/** A phone's clock may be one step off. */
const WINDOW = 1
const SECRET_BYTES = 20
const RECOVERY_CODES = 10
const RECOVERY_LETTERS = 16
/** No 0/O, 1/l/I: they are typed from paper. 16 of 32 are 80 bits. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'
const NONCE_BYTES = 12
const TAG_BYTES = 16

export interface SecondFactorStart {
  /** Base32, to be typed where no camera is. */
  readonly secret: string
  /** `otpauth://totp/…` */
  readonly uri: string
}

interface SecondFactorParts {
  readonly database: Database
  readonly clock: Clock
  /** 32 bytes. */
  readonly secretsKey: Buffer
  /** What an app shows beside the name. */
  readonly issuer: string
}

export class SecondFactor {
  readonly #parts: SecondFactorParts

  constructor(parts: SecondFactorParts) {
    this.#parts = parts
    parts.database.exec(`
      CREATE TABLE IF NOT EXISTS http_second_factors (
        name TEXT PRIMARY KEY, secret BLOB NOT NULL, isOn INTEGER NOT NULL, lastStep INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS http_recovery_codes (
        name TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (name, hash));
    `)
  }

  isOn(name: string): boolean {
    return this.#row(name)?.['isOn'] === 1
  }

  /** How many recovery codes are left. */
  recoveryCodesLeft(name: string): number {
    const counted = this.#parts.database
      .prepare('SELECT count(*) AS count FROM http_recovery_codes WHERE name = ?')
      .get(name)
    return Number(counted?.['count'] ?? 0)
  }

  /** A new secret that counts when a code of it was shown; one that is on stays on until then. @throws SECOND_FACTOR_ON */
  begin(name: string): SecondFactorStart {
    if (this.isOn(name)) throw fault('SECOND_FACTOR_ON', { who: name })
    const secret = new Secret({ size: SECRET_BYTES })
    this.#parts.database
      .prepare('INSERT OR REPLACE INTO http_second_factors VALUES (?,?,0,0)')
      .run(name, this.#sealed(secret))
    return { secret: secret.base32, uri: this.#totp(name, secret).toString() }
  }

  /** @returns recovery codes, shown this once @throws SECOND_FACTOR_WRONG */
  confirm(name: string, code: string): string[] {
    if (this.isOn(name)) throw fault('SECOND_FACTOR_ON', { who: name })
    if (!this.#fitsCode(name, code)) throw fault('SECOND_FACTOR_WRONG')
    const { database } = this.#parts
    database.prepare('UPDATE http_second_factors SET isOn = 1 WHERE name = ?').run(name)
    const codes = Array.from({ length: RECOVERY_CODES }, recoveryCode)
    database.prepare('DELETE FROM http_recovery_codes WHERE name = ?').run(name)
    const add = database.prepare('INSERT INTO http_recovery_codes VALUES (?,?)')
    for (const one of codes) add.run(name, digestOf(one))
    return codes
  }

  /** Whether a code of the app or a recovery code fits; either is used up by it. */
  use(name: string, code: string): boolean {
    return this.#fitsCode(name, code) || this.#usesRecovery(name, code)
  }

  off(name: string): void {
    const { database } = this.#parts
    database.prepare('DELETE FROM http_second_factors WHERE name = ?').run(name)
    database.prepare('DELETE FROM http_recovery_codes WHERE name = ?').run(name)
  }

  #fitsCode(name: string, code: string): boolean {
    const row = this.#row(name)
    const token = code.replace(/\s/g, '')
    if (row === undefined || !/^\d{6}$/.test(token)) return false
    const nowMs = this.#parts.clock.wallMs()
    const secret = this.#opened(row['secret'] as Uint8Array)
    const delta = this.#totp(name, secret).validate({ token, timestamp: nowMs, window: WINDOW })
    if (delta === null) return false
    const step = Math.floor(nowMs / 1000 / STEP_SEC) + delta
    if (step <= Number(row['lastStep'])) return false
    this.#parts.database.prepare('UPDATE http_second_factors SET lastStep = ? WHERE name = ?').run(step, name)
    return true
  }

  #usesRecovery(name: string, code: string): boolean {
    const used = this.#parts.database
      .prepare('DELETE FROM http_recovery_codes WHERE name = ? AND hash = ? RETURNING name')
      .get(name, digestOf(code))
    return used !== undefined
  }

  #totp(name: string, secret: Secret): TOTP {
    return new TOTP({ issuer: this.#parts.issuer, label: name, secret, period: STEP_SEC, digits: 6 })
  }

  #row(name: string): Row | undefined {
    return this.#parts.database.prepare('SELECT * FROM http_second_factors WHERE name = ?').get(name)
  }

  #sealed(secret: Secret): Buffer {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#parts.secretsKey, nonce)
    const body = Buffer.concat([cipher.update(secret.bytes), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), body])
  }

  #opened(sealed: Uint8Array): Secret {
    const bytes = Buffer.from(sealed)
    const decipher = createDecipheriv('aes-256-gcm', this.#parts.secretsKey, bytes.subarray(0, NONCE_BYTES))
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
    const body = bytes.subarray(NONCE_BYTES + TAG_BYTES)
    const opened = Buffer.concat([decipher.update(body), decipher.final()])
    return new Secret({ buffer: Uint8Array.from(opened).buffer })
  }
}

function recoveryCode(): string {
  const letters = Array.from({ length: RECOVERY_LETTERS }, () => ALPHABET[randomInt(ALPHABET.length)]!)
  return letters.join('').replace(/(.{4})(?=.)/g, '$1-')
}

/** However it was typed. */
function digestOf(code: string): string {
  return createHash('sha256').update(code.toLowerCase().replace(/[\s-]/g, '')).digest('hex')
}
