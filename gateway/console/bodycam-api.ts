/** What the pages of body-cams ask of the box. */
import type { DeviceRow, LedgerRow, ShiftRow, TakerRow } from '../http/routes/bodycams.ts'
import type { FilmLinkView } from '../http/routes/films.ts'
import type { IntakeView } from '../http/routes/recordings.ts'
import type { Api } from './api.ts'
import type { PageParts } from './desk.tsx'
import type { RecordingRow } from './recording-row.ts'

/** A recording of the same recorder before or after another. */
export interface Beside {
  readonly recordingId: string
  readonly gapSec: number
}
export interface OneRecording {
  readonly recording: RecordingRow
  readonly before: Beside | null
  readonly after: Beside | null
}
export interface OneDevice {
  readonly device: DeviceRow
  readonly entries: readonly LedgerRow[]
  readonly shift: ShiftRow
}
/** Who or what was in view in one second; a kind that is absent was not seen. */
export interface Look {
  readonly sec: number
  readonly person?: readonly [count: number, score: number]
  readonly carrier?: readonly [count: number, score: number]
  readonly goods?: readonly [count: number, score: number]
}
export type Deed = 'release' | 'keep' | 're-examine' | 'confirm-presence'
interface CheckOutWish {
  readonly to: string
  readonly until?: string
  readonly selfTest?: { readonly batteryPercent: number }
  readonly note: string
}

export class BodyCamApi {
  readonly #api: Api

  constructor(api: Api) {
    this.#api = api
  }

  recordings = (query: Readonly<Record<string, string>>) =>
    this.#api.ask<{ recordings: RecordingRow[] }>('GET', `/api/v1/recordings?${new URLSearchParams(query)}`)
  recording = (id: string) => this.#api.ask<OneRecording>('GET', `/api/v1/recordings/${id}`)
  presence = (id: string) =>
    this.#api.ask<{ looks: Look[] | null }>('GET', `/api/v1/recordings/${id}/presence`)
  alertsOf = (id: string) => this.#api.ask<{ now: FilmLinkView[] }>('GET', `/api/v1/recordings/${id}/alerts`)
  intake = () => this.#api.ask<IntakeView>('GET', '/api/v1/recordings/intake')
  decide = (id: string, deed: Deed, reason: string) =>
    this.#api.ask<unknown>('POST', `/api/v1/recordings/${id}/${deed}`, { reason })

  devices = () => this.#api.ask<{ bodycams: DeviceRow[] }>('GET', '/api/v1/bodycams')
  device = (serial: string, before?: number) =>
    this.#api.ask<OneDevice>('GET', `${pathOf(serial)}${before === undefined ? '' : `?before=${before}`}`)
  takers = () => this.#api.ask<{ people: TakerRow[] }>('GET', '/api/v1/bodycam-people')
  checkOut = (serial: string, wish: CheckOutWish) =>
    this.#api.ask<unknown>('POST', `${pathOf(serial)}/check-out`, wish)
  checkIn = (serial: string, note: string) =>
    this.#api.ask<unknown>('POST', `${pathOf(serial)}/check-in`, { note })
}

const pathOf = (serial: string) => `/api/v1/bodycams/${encodeURIComponent(serial)}`

export function filmUrl(id: string, purpose: string, copy: 'original' | 'salvaged'): string {
  return `/api/v1/recordings/${id}/film?${new URLSearchParams({ purpose, copy })}`
}

/** What each part of the desk for body-cams is given. */
export interface BodyCamParts extends PageParts {
  readonly bodycams: BodyCamApi
  readonly onOpen: (recordingId: string) => void
}
