/**
 * The administrator's first minutes, by the API: logs in with the one-time password, sets one of his own, and makes a
 * token for the body-cams' dock.
 */
import { randomBytes } from 'node:crypto'

export class AdminSession {
  readonly #url: string
  readonly #cookie: string
  readonly #csrf: string
  /** The password that was set; made here, nobody else knows it. */
  readonly password: string

  private constructor(url: string, cookie: string, csrf: string, password: string) {
    this.#url = url
    this.#cookie = cookie
    this.#csrf = csrf
    this.password = password
  }

  /** With a password that is the administrator's own already. */
  static async resume(url: string, password: string): Promise<AdminSession> {
    const { cookie, csrf } = await logIn(url, password)
    return new AdminSession(url, cookie, csrf, password)
  }

  static async begin(url: string, oneTimePassword: string): Promise<AdminSession> {
    const login = await logIn(url, oneTimePassword)
    const password = `Demo-${randomBytes(9).toString('base64url')}`
    const changed = await call(
      ...([url, 'PUT', '/api/v1/session/password', { password: oneTimePassword, next: password }] as const),
      login,
    )
    return new AdminSession(url, changed.cookie, changed.csrf, password)
  }

  async issueToken(name: string, scope: string): Promise<string> {
    const session = { cookie: this.#cookie, csrf: this.#csrf }
    const { body } = await call(this.#url, 'POST', '/api/v1/tokens', { name, scope }, session)
    return String(body['token'])
  }
}

interface Session {
  readonly cookie: string
  readonly csrf: string
}
interface Answer extends Session {
  readonly body: Readonly<Record<string, unknown>>
}

const logIn = (url: string, password: string): Promise<Answer> =>
  call(url, 'POST', '/api/v1/session', { name: 'admin', password })

async function call(
  url: string,
  method: string,
  path: string,
  body: unknown,
  session?: Session,
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(session === undefined ? {} : { cookie: session.cookie, 'x-csrf-token': session.csrf }),
    },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
  const answer = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
  return {
    body: answer,
    cookie: response.headers.get('set-cookie')?.split(';')[0] ?? session?.cookie ?? '',
    csrf: String(answer['csrf'] ?? session?.csrf ?? ''),
  }
}
