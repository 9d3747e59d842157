/**
 * Talking to the box. The login is a cookie the page cannot read; changes carry the CSRF token it was given.
 */
import type { AlertHistory } from '../alerts/desk.ts'
import type { Aging, OpenAlert } from '../alerts/handover.ts'
import type { PersuasionChannel, PersuasionRecord } from '../alerts/persuasion-record.ts'
import type { Figures } from '../alerts/statistics.ts'
import type { EvidenceDocument } from '../evidence/package.ts'
import type { Asked } from '../evidence/redacted/desk.ts'
import type { Profile } from '../evidence/redacted/profiles.ts'
import type { AccessEntry } from '../http/access-log.ts'
import type { Account } from '../http/accounts.ts'
import type { Permission, Role } from '../http/permissions.ts'
import type { ReasonCode } from '../http/reasons.ts'
import type { FaultBody } from '../http/replies.ts'
import type { FilmLinkView } from '../http/routes/films.ts'
import type { ShownAlert } from '../http/shown-alerts.ts'
import type { SystemView } from '../http/system-views.ts'
import type { CameraView, DeliveryView } from '../http/views.ts'
import type { LogLine } from '../kit/log-ring.ts'

export interface Me {
  readonly name: string
  readonly role: Role
  readonly changeDue: boolean
  readonly secondFactor: boolean
  readonly secondFactorDue: boolean
  readonly recoveryCodesLeft: number
  readonly permissions: readonly Permission[]
  readonly csrf: string
}
export interface Verdict {
  readonly verdict: 'VERIFIED' | 'REJECTED'
  readonly reasonCode?: ReasonCode
  readonly note?: string
}
export interface NoticeWish {
  readonly channel?: PersuasionChannel
  /** Own words; absent: a script of the library. */
  readonly text?: string
}
/** The box said no, or could not be reached (`code` UNREACHABLE). */
export class Refusal extends Error {
  readonly body: FaultBody
  constructor(body: FaultBody) {
    super(body.code)
    this.body = body
  }
}

const UNREACHABLE: FaultBody = {
  code: 'UNREACHABLE',
  en: 'The gateway does not answer. Trying again may help.',
  zh: '网关没有响应，请稍后重试。',
}

export class Api {
  #csrf = ''

  /** For pages with a list of questions of their own. */
  ask = <T>(method: string, path: string, body?: unknown): Promise<T> => this.#ask<T>(method, path, body)

  async #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.#send(method, path, body)
    return (response.status === 204 ? undefined : await response.json()) as T
  }

  async #send(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(path, {
      method,
      headers: {
        ...(method === 'GET' ? {} : { 'x-csrf-token': this.#csrf }),
        ...(body === undefined
          ? {}
          : { 'content-type': body instanceof Blob ? 'video/mp4' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    }).catch(() => {
      throw new Refusal(UNREACHABLE)
    })
    if (response.ok) return response
    const said = (await response.json().catch(() => UNREACHABLE)) as FaultBody
    throw new Refusal(said)
  }

  async #me(asked: Promise<Me>): Promise<Me> {
    const me = await asked
    this.#csrf = me.csrf
    return me
  }

  me = () => this.#me(this.#ask('GET', '/api/v1/session'))
  login = (name: string, password: string, code = '') =>
    this.#me(this.#ask('POST', '/api/v1/session', { name, password, ...(code !== '' && { code }) }))
  beginSecondFactor = (password: string) =>
    this.#ask<{ secret: string; qr: string }>('POST', '/api/v1/session/second-factor', { password })
  confirmSecondFactor = (code: string) =>
    this.#ask<{ recoveryCodes: string[] }>('PUT', '/api/v1/session/second-factor', { code })
  endSecondFactor = (password: string, code: string) =>
    this.#ask<void>('POST', '/api/v1/session/second-factor/off', { password, code })
  changePassword = (password: string, next: string) =>
    this.#me(this.#ask('PUT', '/api/v1/session/password', { password, next }))
  logout = () => this.#ask<void>('DELETE', '/api/v1/session')

  alerts = (filter: Readonly<Record<string, string>>) =>
    this.#ask<{ alerts: ShownAlert[]; next: string | null }>(
      'GET',
      `/api/v1/alerts?${new URLSearchParams(filter)}`,
    )
  alert = (eventId: string) =>
    this.#ask<{ alert: ShownAlert; history: AlertHistory }>('GET', `/api/v1/alerts/${eventId}`)
  review = (eventId: string, verdict: Verdict) =>
    this.#ask<{ alert: ShownAlert }>('POST', `/api/v1/alerts/${eventId}/review`, verdict)
  undo = (eventId: string) => this.#ask<{ alert: ShownAlert }>('POST', `/api/v1/alerts/${eventId}/undo`, {})
  states = (filter: Readonly<Record<string, string>>) =>
    this.#ask<{ states: Record<string, number> }>(
      'GET',
      `/api/v1/alerts/states?${new URLSearchParams(filter)}`,
    )
  persuasions = (eventId: string) =>
    this.#ask<{ persuasions: PersuasionRecord[] }>('GET', `/api/v1/alerts/${eventId}/persuasions`)
  persuade = (eventId: string, wish: NoticeWish) =>
    this.#ask<{ persuasion: PersuasionRecord }>('POST', `/api/v1/alerts/${eventId}/persuasions`, wish)
  recheck = (eventId: string) => this.#ask<unknown>('POST', `/api/v1/alerts/${eventId}/recheck`, {})
  system = () => this.#ask<SystemView>('GET', '/api/v1/system')
  logLines = (query: Record<string, string>) =>
    this.#ask<{ lines: LogLine[] }>('GET', `/api/v1/system/log?${new URLSearchParams(query)}`)
  cameras = () => this.#ask<{ cameras: CameraView[] }>('GET', '/api/v1/cameras')
  delivery = () => this.#ask<{ delivery: DeliveryView }>('GET', '/api/v1/delivery')
  degraded = () => this.#ask<{ degraded: { code: string; since: string }[] }>('GET', '/api/v1/degraded')
  package = (packageId: string, purpose: string) =>
    this.#ask<EvidenceDocument>('GET', `/api/v1/evidence/${packageId}?${new URLSearchParams({ purpose })}`)
  /** The redacted copy, or how far it is. */
  exported = async (packageId: string, profile: Profile, purpose: string): Promise<Exported> => {
    const asked = new URLSearchParams({ profile, purpose })
    const response = await this.#send('GET', `/api/v1/evidence/${packageId}/export?${asked}`)
    if (response.status === 202) return (await response.json()) as Exclude<Asked, { state: 'ready' }>
    return { file: await response.blob(), name: `${packageId}-${profile}.zip` }
  }
  filmsOf = (eventId: string) =>
    this.#ask<{ now: FilmLinkView[] }>('GET', `/api/v1/alerts/${eventId}/recordings`)
  sayFilm = (eventId: string, recordingId: string, verb: 'link' | 'unlink', reason: string) =>
    this.#ask<unknown>('POST', `/api/v1/alerts/${eventId}/recordings/${recordingId}/${verb}`, { reason })
  audit = (before?: number) =>
    this.#ask<{ entries: AccessEntry[] }>(
      'GET',
      `/api/v1/audit${before === undefined ? '' : `?before=${before}`}`,
    )
  figures = (days: { readonly from: string; readonly to: string }) =>
    this.#ask<{ figures: Figures }>('GET', `/api/v1/statistics/figures?${new URLSearchParams({ ...days })}`)
  openAlerts = () => this.#ask<{ open: OpenAlert[]; aging: Aging[] }>('GET', '/api/v1/duty/open')
  handOver = (to: string, note: string) => this.#ask<unknown>('POST', '/api/v1/duty/handovers', { to, note })
  accounts = () => this.#ask<{ accounts: Account[] }>('GET', '/api/v1/accounts')
  createAccount = (name: string, role: Role) =>
    this.#ask<{ name: string; oneTimePassword: string }>('POST', '/api/v1/accounts', { name, role })
  resetSecondFactor = (name: string, reason: string) =>
    this.#ask<void>('POST', `/api/v1/accounts/${encodeURIComponent(name)}/second-factor/reset`, { reason })
  resetAccount = (name: string) =>
    this.#ask<{ name: string; oneTimePassword: string }>(
      'POST',
      `/api/v1/accounts/${encodeURIComponent(name)}/reset`,
    )
  setDisabled = (name: string, disabled: boolean) =>
    this.#ask<void>('PUT', `/api/v1/accounts/${encodeURIComponent(name)}/disabled`, { disabled })
}

type Exported = Exclude<Asked, { state: 'ready' }> | { readonly file: Blob; readonly name: string }

export function saveAs(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  URL.revokeObjectURL(url)
}

export function fileUrl(packageId: string, path: string, purpose: string): string {
  const parts = path.split('/').map(encodeURIComponent)
  return `/api/v1/evidence/${packageId}/${parts.join('/')}?${new URLSearchParams({ purpose })}`
}
