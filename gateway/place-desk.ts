/**
 * Places of the cameras: how they are drawn now, a picture to draw on, and a change on its way to the street.
 *
 *     place ─▶ drawn ─▶ check (loader) ─▶ dry run ─▶ propose ─▶ a second person ─▶ the camera restarts alone
 *                          every time upon the version that was read; when it moved on, refused
 *
 * [R18]
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/loader.ts'
import type { CameraOptions } from '../config/schema.ts'
import type { ConfigBook } from './config-book.ts'
import { drawingOf, withDrawing } from './config-edit.ts'
import type { Eyes } from './detections/eyes.ts'
import { DryRuns } from './dry-run.ts'
import type {
  ConfigCheck,
  ConfigProposal,
  ConfigWish,
  PlaceDesk as Desk,
  Drawing,
  DryRunDesk,
  PlaceView,
  ProposalEnd,
  ToldFault,
} from './http/place-views.ts'
import { bodyOf } from './http/replies.ts'
import type { Clock } from './kit/clock.ts'
import { type Fault, fault } from './kit/errors.ts'
import type { Office } from './office.ts'
import { newestJpeg } from './ring-picture.ts'
import type { GopRing } from './streams/gop-ring.ts'
import type { Street } from './street.ts'
import { POINT_TYPES } from './violations/permit.ts'
import { ZONE_TYPES } from './violations/zone.ts'

export interface PlaceDeskParts {
  readonly config: () => Config
  readonly book: ConfigBook
  /** The packets of a camera; null when it is not read. */
  readonly ringOf: (cameraId: string) => Pick<GopRing, 'still' | 'footage'> | null
  readonly eyes: () => Eyes
  /** For what a look or a dry run needs on disk, for its length. */
  readonly folder: string
  readonly clock: Clock
}

export class PlaceDesk implements Desk {
  readonly dryRuns: DryRunDesk
  readonly #parts: PlaceDeskParts
  readonly #runs: DryRuns

  constructor(parts: PlaceDeskParts) {
    this.#parts = parts
    // What a crash left there.
    rmSync(parts.folder, { recursive: true, force: true })
    const runs = new DryRuns(parts)
    this.#runs = runs
    this.dryRuns = {
      start: async (wish) => {
        const { camera, source, startWallMs } = wish
        const proposed = this.#loaded(wish)
        const footage = source === 'ring' ? this.#footage(camera) : null
        const atMs = footage?.startWallMs ?? startWallMs ?? parts.clock.wallMs()
        return runs.start({ camera, present: parts.config(), proposed, footage, startWallMs: atMs })
      },
      view: () => runs.view(),
      cancel: () => runs.cancel(),
      takeClip: (bytes, declaredBytes) => runs.takeClip(bytes, declaredBytes),
    }
  }

  close(): Promise<void> {
    return this.#runs.close()
  }

  place(cameraId: string): PlaceView {
    const { name = null } = this.#camera(cameraId)
    const { version, text } = this.#parts.book.current()
    const { catalogue, governance } = this.#parts.config()
    return {
      ...{ camera: cameraId, name, version, drawing: drawingOf(text, cameraId) },
      rules: catalogue.rules.map(({ ruleId, minDwellSec }) => {
        return { rule: ruleId, dwellDefaultSec: minDwellSec.default, dwellFloorSec: minDwellSec.floor }
      }),
      ...{ zoneTypes: ZONE_TYPES, pointTypes: POINT_TYPES },
      floorsHold: governance.mode !== 'test',
    }
  }

  async snapshot(cameraId: string): Promise<Buffer> {
    const { privacyMasks } = this.#camera(cameraId)
    const masks = privacyMasks.map(({ polygon }) => polygon)
    return newestJpeg({ id: cameraId, masks }, this.#parts.ringOf(cameraId), this.#parts.folder)
  }

  async check(wish: ConfigWish): Promise<ConfigCheck> {
    const { book } = this.#parts
    const isBack = 'rollbackTo' in wish
    const before = isBack ? book.current().text : this.#textDrawnUpon(wish.version)
    const change = isBack ? { text: book.textOf(wish.rollbackTo) } : wish
    const { faults, warnings, diff } = await book.checkAside(before, change)
    return { faults: faults.map(told), warnings: warnings.map(told), diff }
  }

  propose({ by, reason, ...wish }: ConfigWish & { by: string; reason: string }) {
    const { book } = this.#parts
    if ('rollbackTo' in wish) return book.propose({ by, reason, version: wish.rollbackTo })
    return book.propose({ by, reason, text: this.#text(wish) })
  }

  approve(wish: { proposal: number; by: string }): { version: number } {
    return this.#parts.book.approve(wish)
  }

  end(wish: { proposal: number; by: string; reason: string }): ProposalEnd {
    return this.#parts.book.end(wish)
  }

  proposals(limit: number): ConfigProposal[] {
    return this.#parts.book.proposals(limit)
  }

  #camera(cameraId: string): CameraOptions {
    const found = this.#parts.config().cameras.find(({ id }) => id === cameraId)
    if (found === undefined) throw fault('NOT_FOUND', { what: `cameras/${cameraId}` })
    return found
  }

  #footage(cameraId: string) {
    const all = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const
    const footage = this.#parts.ringOf(cameraId)?.footage(...all) ?? null
    if (footage === null) throw fault('CAMERA_NO_PICTURE', { camera: cameraId })
    return footage
  }

  #text(wish: ConfigWish): string {
    const { book } = this.#parts
    if ('rollbackTo' in wish) return book.textOf(wish.rollbackTo)
    return withDrawing(this.#textDrawnUpon(wish.version), wish.camera, wish.drawing)
  }

  /** The text in force. @throws CONFIG_CHANGE_REFUSED when it is another than somebody drew upon */
  #textDrawnUpon(drawnUpon: number): string {
    const { version, text } = this.#parts.book.current()
    if (version === drawnUpon) return text
    const reason = `it was drawn upon version ${drawnUpon}, and the configuration is at ${version}`
    throw fault('CONFIG_CHANGE_REFUSED', { change: 'new', reason })
  }

  #loaded(wish: { camera: string; version: number; drawing: Drawing }): Config {
    const { config, faults } = this.#parts.book.check(this.#text(wish))
    if (config !== null && faults.length === 0) return config
    const reason = faults.map(({ message }) => message).join(' ')
    throw fault('CONFIG_CHANGE_REFUSED', { change: 'new', reason })
  }
}

export function told(found: Fault): ToldFault {
  const path = found.values['path']
  return { ...bodyOf(found), path: typeof path === 'string' ? path : null }
}

/** Of a running gateway: pictures come from its street, changes go into its book. */
export function openPlaces(
  parts: Pick<PlaceDeskParts, 'config' | 'folder' | 'clock'> & {
    readonly office: Office
    readonly street: Street
    readonly eyes: Eyes
  },
): PlaceDesk {
  const { office, street, eyes, config, clock } = parts
  return new PlaceDesk({
    ...{ config, clock, book: office.book, eyes: () => eyes, folder: join(parts.folder, 'places') },
    ringOf: (cameraId) => street.station(cameraId)?.feed.ring ?? null,
  })
}
