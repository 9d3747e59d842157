/** What the room of films is given, what it is asked, and who hears of its links: types only. */
import type { Clock } from '../kit/clock.ts'
import type { Database } from '../kit/database.ts'
import type { MapPoint } from '../kit/earth.ts'
import type { ActIndex } from './act-index.ts'
import type { AlertDesk } from './desk.ts'
import type { Film, FilmLinkOptions } from './film-score.ts'

export interface FilmsParts {
  readonly database: Database
  readonly desk: AlertDesk
  readonly index: ActIndex
  readonly options: () => FilmLinkOptions
  /** Null: there is no such recording, or none that was accepted. */
  readonly film: (recordingId: string) => Film | null
  readonly placeOf: (eventId: string) => MapPoint | null
  readonly membersOf: (eventId: string) => readonly string[]
  /** One name for whoever is given by id or badge. */
  readonly personIdOf: (idOrBadge: string) => string
  readonly onDuty: (wallMs: number) => readonly string[]
  readonly clock: Clock
}

/** Who keeps what hangs on links; told in the transaction that makes them. */
export interface FilmListener {
  /** Acts that the recording is linked to now. */
  links(recordingId: string, eventIds: readonly string[]): void
  /** A package was made of a link that is withdrawn, or made again. */
  package(packageId: string, action: 'LINK_WITHDRAWN' | 'LINK_RESTORED', by: string, reason: string): void
}

export interface FilmWish {
  readonly recordingId: string
  readonly eventId: string
  readonly by: string
  readonly reason: string
  readonly commandId: string
}
