/**
 * Cameras being set up: asked what they offer, proposed, tried with the models, commissioned, and watched for a move.
 *
 *     address ─▶ survey ─▶ notes, suggestions, picture      filled in ─▶ loader ─▶ proposal ─▶ a second person
 *     running camera ─▶ models on its newest picture        its view ─▶ FIRST, AGAIN, FITS, NOT_FIT, on record
 */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config/loader.ts'
import type { CameraOptions } from '../config/schema.ts'
import { addressOf } from '../devices/camera/address.ts'
import { type Survey, surveyCamera } from '../devices/camera/survey.ts'
import { notesOf, suggestionsOf } from './camera-advice.ts'
import { CameraSecrets } from './camera-secrets.ts'
import { tryOnPicture } from './camera-trial.ts'
import { CommissioningBook } from './commissioning-book.ts'
import type { ConfigBook } from './config-book.ts'
import { lineDiff } from './config-diff.ts'
import { type CameraSecret, withCamera } from './config-edit.ts'
import type { Eyes } from './detections/eyes.ts'
import { lastPicture } from './evidence/picture.ts'
import { wholePicture } from './evidence/stills.ts'
import type { ConfigCheck } from './http/place-views.ts'
import { bodyOf } from './http/replies.ts'
import type {
  CameraProbe,
  CameraWish,
  SetupDesk as Desk,
  ProbeWish,
  SetupCamera,
  SetupView,
  TriedPicture,
  ViewWord,
} from './http/setup-views.ts'
import type { Clock } from './kit/clock.ts'
import type { Database } from './kit/database.ts'
import { fault, reasonOf } from './kit/errors.ts'
import type { Log } from './kit/log.ts'
import type { Office } from './office.ts'
import { told } from './place-desk.ts'
import { newestJpeg, newestPicture } from './ring-picture.ts'
import { driftFault, type Station } from './station.ts'
import { remux } from './streams/media-tool.ts'
import type { Street } from './street.ts'

export interface SetupDeskParts {
  readonly config: () => Config
  readonly book: ConfigBook
  readonly database: Database
  readonly station: (cameraId: string) => Station | undefined
  readonly eyes: () => Eyes
  /** For what a look needs on disk, for its length. */
  readonly folder: string
  readonly secretsFolder: string
  readonly clock: Clock
  readonly log: Log
}

const RECORDS_SHOWN = 20
/** A commissioning picture that was noted so long before the view was learnt is another one. */
const SAME_VIEW_MS = 600_000

export class SetupDesk implements Desk {
  readonly #parts: SetupDeskParts
  readonly #views: CommissioningBook
  readonly #secrets: CameraSecrets
  #isProbing = false

  constructor(parts: SetupDeskParts) {
    this.#parts = parts
    // What a crash left there.
    rmSync(parts.folder, { recursive: true, force: true })
    this.#views = new CommissioningBook(parts.database, parts.clock)
    this.#secrets = new CameraSecrets(parts.secretsFolder, (name) => parts.book.names(name))
    this.#secrets.sweep()
  }

  view(): SetupView {
    this.#secrets.sweep()
    const { cameras } = this.#parts.config()
    const taken = new Set(cameras.map(({ id }) => id))
    let number = cameras.length + 1
    while (taken.has(`cam-${number}`)) number++
    const { version } = this.#parts.book.current()
    return { version, nextId: `cam-${number}`, cameras: cameras.map((camera) => this.#camera(camera)) }
  }

  async probe({ url, login, transport }: ProbeWish): Promise<CameraProbe> {
    if (this.#isProbing) throw fault('CAMERA_PROBE_BUSY')
    this.#isProbing = true
    const { folder } = this.#parts
    const file = join(folder, `${randomUUID()}.mkv`)
    const { cameraSetup } = this.#parts.config()
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const address = await addressOf(url, cameraSetup)
      const survey = await surveyCamera({ address, login, transport, seconds: cameraSetup.probeSec, file })
      const picture = await this.#firstPicture(file, survey)
      return probed(url, address.host, survey, transport, picture)
    } finally {
      this.#isProbing = false
      await rm(file, { force: true })
    }
  }

  async check(wish: CameraWish): Promise<ConfigCheck> {
    return this.#withSecret(wish, (text, before) => {
      const { faults, warnings } = this.#parts.book.check(text)
      return { faults: faults.map(told), warnings: warnings.map(told), diff: lineDiff(before, text) }
    })
  }

  async propose({ by, reason, ...wish }: CameraWish & { readonly by: string; readonly reason: string }) {
    return this.#withSecret(wish, (text) => this.#parts.book.propose({ by, reason, text }))
  }

  /** Somebody's word about where a camera looks; all but NOT_FIT make the view as it is now the one that counts. */
  async say({ camera: id, word, by, reason }: Parameters<Desk['say']>[0]): Promise<void> {
    const { station } = this.#running(id)
    await this.#note(id, word, by, reason)
    if (word !== 'NOT_FIT') await station.recommission()
  }

  /** A camera has learnt where it looks; on record when nobody has said a word about it. */
  async commissioned(id: string, zones: string, sinceWallMs: number): Promise<void> {
    const last = this.#views.last(id)
    if (last?.zones === zones && last.atMs >= sinceWallMs - SAME_VIEW_MS) return
    try {
      await this.#note(id, 'FIRST', '', '')
    } catch (error) {
      this.#parts.log.warn({ camera: id, reason: reasonOf(error) }, 'commissioning picture not kept')
    }
  }

  picture(camera: string, record: number): Buffer {
    const found = this.#views.picture(camera, record)
    if (found === null) throw fault('NOT_FOUND', { what: `cameras/${camera}/views/${record}` })
    return found
  }

  async trial(id: string, language: 'zh' | 'en'): Promise<TriedPicture[]> {
    const { station, camera } = this.#running(id)
    const picture = await newestPicture(id, station.feed.ring, this.#parts.folder)
    const { line } = station
    const [config, eyes] = [this.#parts.config(), this.#parts.eyes()]
    return tryOnPicture({ config, camera, picture, eyes, line, language })
  }

  async #note(id: string, word: ViewWord, by: string, reason: string): Promise<void> {
    const { station, camera } = this.#running(id)
    const masks = camera.privacyMasks.map(({ polygon }) => polygon)
    const picture = await newestJpeg({ id, masks }, station.feed.ring, this.#parts.folder)
    const { baseline, commissioning, drift } = station.line
    const things = baseline
      .snapshot()
      .places.flatMap(({ kind, box, why }) => (why === null ? [] : [{ kind, box }]))
    const move = drift.isOff ? driftFault(id, drift.view).message : ''
    this.#views.add({ camera: id, word, zones: commissioning.zones, by, reason, move, things, picture })
  }

  #running(id: string): { readonly station: Station; readonly camera: CameraOptions } {
    const camera = this.#parts.config().cameras.find((one) => one.id === id)
    const station = this.#parts.station(id)
    if (camera === undefined || station === undefined) throw fault('NOT_FOUND', { what: `cameras/${id}` })
    return { station, camera }
  }

  #camera(camera: CameraOptions): SetupCamera {
    const { id, name = null } = camera
    const station = this.#parts.station(id)
    const status = station?.status()
    const view = station?.line.drift.view
    const percent = (share: number | undefined) => (share === undefined ? null : Math.round(100 * share))
    const trouble = station?.trouble() ?? null
    const commissioning = station?.line.commissioning
    return {
      ...{ id, name, status: status?.state ?? 'disabled', trouble: trouble && bodyOf(trouble) },
      view: {
        ...{ state: view?.state ?? 'UNKNOWN', sinceMs: view?.sinceWallMs ?? null },
        checkedMs: view?.checkedWallMs ?? null,
        ...{ across: percent(view?.move?.x), down: percent(view?.move?.y), zoom: percent(view?.move?.zoom) },
      },
      commissionedMs: commissioning?.isReady === true ? commissioning.sinceWallMs : null,
      records: this.#views.list(id, RECORDS_SHOWN),
    }
  }

  /** The password lies where the loader finds it while it looks; it stays when the change waits for a second person. */
  async #withSecret<T>(
    { version: upon, camera, login }: CameraWish,
    work: (text: string, before: string) => T,
  ): Promise<T> {
    const { book, config } = this.#parts
    const { cameraSetup } = config()
    for (const url of [camera.url, camera.analysisUrl ?? ''])
      if (url !== '') await addressOf(url, cameraSetup)
    const { version, text: before } = book.current()
    if (version !== upon) {
      const reason = `it was filled in upon version ${upon}, and the configuration is at ${version}`
      throw fault('CONFIG_CHANGE_REFUSED', { change: 'new', reason })
    }
    const secret: CameraSecret | null =
      login === null ? null : { user: login.user, file: this.#secrets.keep(camera.id, login.password) }
    try {
      return work(withCamera(before, written(camera), secret), before)
    } finally {
      this.#secrets.sweep()
    }
  }

  async #firstPicture(file: string, { pictures }: Survey): Promise<string | null> {
    const film = `${file}.mp4`
    try {
      await remux(file, film, ['-map', '0:v:0', '-frames:v', String(pictures)])
      const picture = await lastPicture(film, pictures, 'ffmpeg')
      return (await wholePicture(picture, [])).toString('base64')
    } catch (error) {
      // It was measured all the same; that no picture came out of it is shown.
      this.#parts.log.warn({ reason: reasonOf(error) }, 'no picture of the probed camera')
      return null
    } finally {
      await rm(film, { force: true })
    }
  }
}

/** In the order in which people write it, without what was left empty. */
function written({ id, name, url, analysisUrl, transport, deviceKind, address }: CameraWish['camera']) {
  const all = { id, name, url, analysisUrl, transport, deviceKind, address }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== ''))
}

function probed(
  url: string,
  host: string,
  survey: Survey,
  transport: 'tcp' | 'udp',
  picture: string | null,
): CameraProbe {
  const { video, audio, fps, kbps, gopSec, gopIsLonger, seconds } = survey
  return {
    ...{ host, codec: video.codec, width: video.width, height: video.height },
    ...{ fps, kbps, gopSec, gopIsLonger, seconds, audio: audio?.codec ?? null },
    notes: notesOf(host, survey).map(bodyOf),
    suggestions: suggestionsOf(url, survey, transport),
    picture,
  }
}

/** Of a running gateway: views of its street, changes into its book. */
export function openSetup({
  office,
  street,
  eyes,
  ...parts
}: Pick<SetupDeskParts, 'config' | 'database' | 'folder' | 'clock' | 'log'> & {
  readonly office: Pick<Office, 'book'>
  readonly street: () => Street
  readonly eyes: Eyes
}): SetupDesk {
  const { config, database, folder, clock, log } = parts
  return new SetupDesk({
    ...{ config, database, clock, log, book: office.book, eyes: () => eyes },
    station: (cameraId) => street().station(cameraId),
    ...{ folder: join(folder, 'setup'), secretsFolder: join(folder, 'secrets') },
  })
}
