/** What the page of camera set-up asks of the box. */
import type { ConfigCheck } from '../http/place-views.ts'
import type {
  CameraLogin,
  CameraProbe,
  CameraWish,
  SetupCamera,
  SetupView,
  TriedPicture,
  ViewRecord,
  ViewWord,
} from '../http/setup-views.ts'
import type { Api } from './api.ts'

/** With times as the street has them. */
export interface ShownCamera extends Omit<SetupCamera, 'view' | 'records' | 'commissionedMs'> {
  readonly commissionedAt: string | null
  readonly view: SetupCamera['view'] & { readonly since: string | null; readonly checked: string | null }
  readonly records: readonly (ViewRecord & { readonly at: string })[]
}
export interface ShownSetup extends Omit<SetupView, 'cameras'> {
  readonly cameras: readonly ShownCamera[]
}
export interface Question {
  readonly url: string
  readonly login: CameraLogin | null
  readonly transport: 'tcp' | 'udp'
}

/** As they stand in the form, empty where nothing is wished. */
export type Settings = Readonly<
  Record<'id' | 'name' | 'address' | 'analysisUrl' | 'transport' | 'deviceKind', string>
>

export class SetupApi {
  readonly #api: Api

  constructor(api: Api) {
    this.#api = api
  }

  view = () => this.#api.ask<ShownSetup>('GET', '/api/v1/camera-setup')
  probe = (question: Question, purpose: string) =>
    this.#api.ask<{ probe: CameraProbe }>('POST', '/api/v1/camera-setup/probe', { ...question, purpose })
  check = (wish: CameraWish) => this.#api.ask<ConfigCheck>('POST', '/api/v1/camera-setup/check', wish)
  propose = (wish: CameraWish & { readonly reason: string }) =>
    this.#api.ask<{ proposal: number }>('POST', '/api/v1/camera-setup/proposals', wish)
  say = (camera: string, word: ViewWord, reason: string) =>
    this.#api.ask<void>('POST', `/api/v1/camera-setup/${encodeURIComponent(camera)}/views`, { word, reason })
  trial = (camera: string, purpose: string, language: 'zh' | 'en') =>
    this.#api.ask<{ models: TriedPicture[] }>(
      'POST',
      `/api/v1/camera-setup/${encodeURIComponent(camera)}/trial`,
      { purpose, language },
    )
}

export const viewPictureUrl = (camera: string, record: number, purpose: string): string =>
  `/api/v1/camera-setup/${encodeURIComponent(camera)}/views/${record}?${new URLSearchParams({ purpose })}`
