/**
 * The back office: the rooms beside the desk, put together from the configuration, in the order in which they note.
 *
 *     desk ─▶ same act ─▶ jurisdiction ─▶ tickets ─▶ holds ─▶ mirror ─▶ limits ─▶ films      people, statistics, duty, config
 *
 * Links come first, because whose act it is and who is in time depends on which events are one.
 */
import type { Config } from '../config/loader.ts'
import type { BodyCamRecording } from '../devices/bodycam/recording.ts'
import { ActIndex, type PlacedEvent } from './alerts/act-index.ts'
import type { AlertDesk } from './alerts/desk.ts'
import { calledAt } from './alerts/duty.ts'
import { Films } from './alerts/films.ts'
import { DutyDesk } from './alerts/handover.ts'
import { Holds } from './alerts/holds.ts'
import { type EventPlace, Jurisdiction } from './alerts/jurisdiction.ts'
import { CaseMirror } from './alerts/mirror.ts'
import { type CameraPlace, mapPointOf } from './alerts/place.ts'
import { People } from './alerts/roster.ts'
import { type RecordingPlace, SameAct } from './alerts/same-act.ts'
import { Sla } from './alerts/sla.ts'
import { Statements } from './alerts/statements.ts'
import { Statistics } from './alerts/statistics.ts'
import { Tickets } from './alerts/tickets.ts'
import { ConfigBook } from './config-book.ts'
import type { Calendar } from './kit/calendar.ts'
import type { Clock } from './kit/clock.ts'
import type { Database } from './kit/database.ts'
import { fault } from './kit/errors.ts'
import type { Log } from './kit/log.ts'
import type { Outbox } from './outbox/outbox.ts'
import { type FilmFacts, filmOf, NOTHING_BESIDE } from './recording-films.ts'
import { isBodyCam } from './recordings.ts'
import { entryOf } from './violations/catalogue.ts'

export interface OfficeParts {
  readonly config: () => Config
  readonly database: Database
  readonly desk: AlertDesk
  readonly outbox: Outbox
  readonly recording: (recordingId: string) => BodyCamRecording | null
  /** Positions and presence, where somebody knows them. */
  readonly filmFacts?: FilmFacts
  readonly calendar: () => Calendar
  readonly apply: (config: Config) => Promise<unknown>
  readonly clock: Clock
  readonly log: Log
}

/** How often somebody looks what has become overdue. */
const LOOK_MS = 30_000

export class Office {
  readonly sameAct: SameAct
  readonly tickets: Tickets
  readonly holds: Holds
  readonly mirror: CaseMirror
  readonly sla: Sla
  readonly people: People
  readonly statistics: Statistics
  readonly statements: Statements
  readonly duty: DutyDesk
  readonly book: ConfigBook
  readonly films: Films
  readonly #parts: OfficeParts
  readonly #index: ActIndex
  #timer: NodeJS.Timeout | null = null
  #isStale = false
  #onStale: () => void = () => {}

  constructor(parts: OfficeParts) {
    const { config, database, desk, outbox, calendar, clock, log } = parts
    this.#parts = parts
    const common = { database, desk, clock, offsetMinutes: this.offsetMinutes }
    const index = new ActIndex(database, (cameraId) => this.#camera(cameraId))
    this.#index = index
    this.sameAct = new SameAct({
      ...{ ...common, index, options: () => config().sameAct, adjacency: () => config().adjacency },
      windowSec: (ruleId) => entryOf(config().catalogue, ruleId)?.mergeWindowSec ?? 0,
      camera: (cameraId) => this.#camera(cameraId),
      recordingOf: (event) => this.#recordingOf(event),
      recording: (recordingId) => this.#recording(recordingId),
    })
    desk.join(
      new Jurisdiction({
        ...common,
        options: () => config().jurisdictions,
        levelOf: (ruleId) => entryOf(config().catalogue, ruleId)?.primaryLevel ?? 'DISTRICT',
        placeOf: (eventId) => this.#placeOf(eventId),
        membersOf: (eventId) => this.sameAct.membersOf(eventId),
      }),
    )
    const cameras = () => config().cameras
    this.tickets = new Tickets({ ...common, index, options: () => config().tickets, cameras })
    this.holds = new Holds(common)
    this.mirror = new CaseMirror(common)
    this.sla = new Sla({
      ...{ ...common, outlet: outbox, calendar, duty: () => config().duty },
      entryOf: (ruleId) => entryOf(config().catalogue, ruleId),
      deadlineMs: (fromMs, span) => calendar().deadlineMs(fromMs, span, this.offsetMinutes()),
    })
    const staleHours = () => config().duty.peopleStaleHours
    this.people = new People({ ...common, local: () => config().people, staleHours })
    this.statistics = new Statistics({ ...common, links: this.sameAct.links })
    this.statements = new Statements({ ...common, statistics: this.statistics })
    this.duty = new DutyDesk({ ...common, sla: this.sla })
    this.book = new ConfigBook({ ...common, file: config().file, apply: parts.apply, log })
    this.films = new Films({
      ...{ ...common, index, options: () => config().recordingLinks },
      film: (recordingId) => {
        const recording = parts.recording(recordingId)
        return recording === null ? null : filmOf(recording, parts.filmFacts ?? NOTHING_BESIDE)
      },
      placeOf: (eventId) => this.#placeOf(eventId).at,
      membersOf: (eventId) => this.sameAct.membersOf(eventId),
      personIdOf: (id) => this.#personIdOf(id),
      onDuty: (wallMs) => this.#onDuty(wallMs),
    })
  }

  readonly offsetMinutes = (): number => this.#parts.config().utcOffsetMinutes

  /** What fell due while the box was off is escalated at once. */
  start(): void {
    this.book.open()
    this.films.start()
    this.#look()
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.films.close()
    this.book.close()
  }

  #look(): void {
    this.sla.check()
    const hours = this.people.staleForHours()
    if (hours !== null && !this.#isStale) {
      const found = fault('PEOPLE_STALE', { hours })
      this.#parts.log.warn({ code: found.code }, found.message)
    }
    if (this.#isStale !== (hours !== null)) this.#onStale()
    this.#isStale = hours !== null
  }

  /** Told when the list of people becomes stale, and when it is so no more. */
  onStale(listener: () => void): void {
    this.#onStale = listener
  }

  #camera(cameraId: string): CameraPlace | null {
    return this.#parts.config().cameras.find(({ id }) => id === cameraId) ?? null
  }

  /** A body-cam hangs nowhere: its place is where the recording was made. */
  #placeOf(eventId: string): EventPlace {
    const { region } = this.#parts.config()
    const placed = this.#index.get(eventId)
    const camera = placed === null ? null : this.#camera(placed.cameraId)
    const recording = placed === null || camera !== null ? null : this.#recordingOf(placed)
    const at = camera === null ? (recording?.at ?? null) : mapPointOf(camera)
    return { camera, at, districtCode: camera?.jurisdictionCode ?? region }
  }

  #recordingOf({ cameraId, startedMs }: PlacedEvent): RecordingPlace | null {
    const recordingId = isBodyCam(cameraId) ? this.films.links.recordingAt(cameraId, startedMs) : null
    return recordingId === null ? null : this.#recording(recordingId)
  }

  #recording(recordingId: string): RecordingPlace | null {
    const recording = this.#parts.recording(recordingId)
    return recording === null ? null : placeOf(recording)
  }

  #personIdOf(id: string): string {
    const person = this.people.all().find(({ personId, badgeNo }) => personId === id || badgeNo === id)
    return person?.personId ?? id
  }

  #onDuty(wallMs: number): string[] {
    const { duty } = this.#parts.config()
    const moment = { wallMs, offsetMinutes: this.offsetMinutes(), calendar: this.#parts.calendar() }
    return duty.chain.flatMap((_, step) => calledAt(duty, step + 1, moment)?.to ?? [])
  }
}

function placeOf({ recordingId, personId, place, linkedEventIds }: BodyCamRecording): RecordingPlace {
  return { recordingId, personId, at: place ?? null, linkedEventIds }
}
