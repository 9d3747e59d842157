/** What the page of places asks of the box. */
import type {
  ConfigCheck,
  ConfigProposal,
  ConfigVersion,
  ConfigWish,
  Drawing,
  DryRunView,
  PlaceView,
  ProposalEnd,
} from '../http/place-views.ts'
import type { Api } from './api.ts'

/** With the time as the street has it. */
export type Dated<T> = T & { readonly at: string }

export interface Drawn {
  readonly camera: string
  readonly version: number
  readonly drawing: Drawing
}

export class PlacesApi {
  readonly #api: Api

  constructor(api: Api) {
    this.#api = api
  }

  place = (camera: string) =>
    this.#api.ask<PlaceView>('GET', `/api/v1/cameras/${encodeURIComponent(camera)}/place`)
  check = (wish: ConfigWish) => this.#api.ask<ConfigCheck>('POST', '/api/v1/config/check', wish)
  propose = (wish: ConfigWish & { readonly reason: string }) =>
    this.#api.ask<{ proposal: number }>('POST', '/api/v1/config/proposals', wish)
  proposals = () =>
    this.#api.ask<{ proposals: Dated<ConfigProposal>[] }>('GET', '/api/v1/config/proposals?limit=20')
  versions = () =>
    this.#api.ask<{ versions: Dated<ConfigVersion>[] }>('GET', '/api/v1/config/versions?limit=20')
  approve = (proposal: number) =>
    this.#api.ask<{ version: number }>('POST', `/api/v1/config/proposals/${proposal}/approve`)
  end = (proposal: number, reason: string) =>
    this.#api.ask<{ outcome: ProposalEnd }>('POST', `/api/v1/config/proposals/${proposal}/end`, { reason })
  dryRun = () => this.#api.ask<{ dryRun: DryRunView | null }>('GET', '/api/v1/dry-run')
  startDryRun = (wish: Drawn & { readonly source: 'ring' | 'clip'; readonly startedAt?: string }) =>
    this.#api.ask<{ dryRun: DryRunView }>('POST', '/api/v1/dry-run', wish)
  cancelDryRun = () => this.#api.ask<void>('DELETE', '/api/v1/dry-run')
  bringClip = (film: File) => this.#api.ask<{ bytes: number }>('PUT', '/api/v1/dry-run/clip', film)
}

export function snapshotUrl(camera: string, purpose: string, taken: number): string {
  return `/api/v1/cameras/${encodeURIComponent(camera)}/snapshot?${new URLSearchParams({ purpose, taken: String(taken) })}`
}
