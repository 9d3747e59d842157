/**
 * Digest authentication as cameras speak it [RFC 2617 3.2]: MD5, a fresh nonce for each connection.
 */
import { createHash, randomBytes } from 'node:crypto'

export interface Credentials {
  readonly user: string
  readonly password: string
}

const REALM = 'camera'

export class DigestGuard {
  readonly #nonce = randomBytes(16).toString('hex')

  get challenge(): string {
    return `Digest realm="${REALM}", nonce="${this.#nonce}", algorithm=MD5`
  }

  admits(credentials: Credentials, method: string, authorization: string | undefined): boolean {
    if (!authorization?.startsWith('Digest ')) return false
    const field = (name: string) =>
      new RegExp(`(?:^|[ ,])${name}=(?:"([^"]*)"|([^ ,]*))`).exec(authorization)?.slice(1).find(Boolean)
    if (field('username') !== credentials.user || field('nonce') !== this.#nonce) return false

    const who = md5(`${credentials.user}:${REALM}:${credentials.password}`)
    const what = md5(`${method}:${field('uri')}`)
    const qop = field('qop')
    const salt = qop ? `${this.#nonce}:${field('nc')}:${field('cnonce')}:${qop}` : this.#nonce
    return field('response') === md5(`${who}:${salt}:${what}`)
  }
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
