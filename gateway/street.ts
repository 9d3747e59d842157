/**
 * All stations of the box: started, told apart, and replaced one by one when the configuration changes.
 *
 * A changed camera restarts alone; the others do not lose a frame. A changed entry of the catalogue restarts the cameras
 * that watch for it; the others go on under the version they were started with. Once a local day the rules' legal bases are looked
 * at again: what expired at midnight stops by itself, what came into force begins [R29].
 */
import type { Config } from '../config/loader.ts'
import type { CameraOptions } from '../config/schema.ts'
import type { CameraStatus } from '../devices/device.ts'
import { bodyOf } from './http/replies.ts'
import type { CameraView } from './http/views.ts'
import { assert } from './kit/assert.ts'
import { localDay } from './kit/calendar.ts'
import type { FaultCode } from './kit/catalogue.ts'
import { isoTime } from './kit/clock.ts'
import { cameraCapability } from './standing.ts'
import { driftFault, Station, type StationParts } from './station.ts'
import type { CameraHealth } from './telemetry/health.ts'

export type StreetParts = Omit<StationParts, 'camera' | 'config' | 'onStatus'> & {
  readonly onStatus: (cameraId: string, status: CameraStatus, sinceMs: number) => void
  /** Other cameras or other rules are watched from now on. */
  readonly onOther: () => void
}

/** The calendar is looked at when the local day ends, and this often because the wall clock may be set. */
const LOOK_AT_CALENDAR_MS = 60_000
const DAY_MS = 86_400_000

export class Street {
  readonly #parts: StreetParts
  readonly #stations = new Map<string, OpenStation>()
  readonly #since = new Map<string, { readonly state: string; readonly sinceMs: number }>()
  /** Changes come one after the other: two at once would open a camera twice. */
  #changing: Promise<unknown> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null
  #closed = false
  #config: Config
  #day: string

  constructor(config: Config, parts: StreetParts) {
    this.#parts = parts
    this.#config = config
    this.#day = this.#today()
    for (const camera of config.cameras) this.#open(camera)
    this.#waitForTomorrow()
  }

  /** Cameras that changed, came or went; the others are left alone unless something common to all changed. */
  change(config: Config): Promise<string[]> {
    return this.#next(async () => {
      const touched = await this.#change(config)
      this.#parts.onOther()
      return touched
    })
  }

  async #change(config: Config): Promise<string[]> {
    const common = JSON.stringify({ ...this.#config, ...NOT_COMMON })
    const restartAll = common !== JSON.stringify({ ...config, ...NOT_COMMON })
    const wanted = new Map(config.cameras.map((camera) => [camera.id, camera]))
    this.#config = config
    const touched: string[] = []
    for (const [id, { terms }] of [...this.#stations]) {
      const next = wanted.get(id)
      if (!restartAll && next !== undefined && termsOf(next, config) === terms) continue
      touched.push(id)
      const last = await this.#close(id)
      if (next !== undefined) this.#open(next)
      else this.#tellStatus(id, { ...last, state: 'disabled', code: null, reason: '' })
    }
    for (const camera of config.cameras) {
      if (this.#stations.has(camera.id)) continue
      touched.push(camera.id)
      this.#open(camera)
    }
    return touched
  }

  /** What of the seconds is owed and analysed grows while nothing else changes. */
  tellStatuses(): void {
    for (const [id, { station }] of this.#stations) this.#tellStatus(id, station.status())
  }

  views(): CameraView[] {
    return [...this.#stations.values()].map(({ camera, station }) => {
      const { state, mode, owedSec, analysedSec } = station.status()
      const trouble = station.trouble()
      return {
        id: camera.id,
        name: camera.name ?? null,
        ...cameraCapability(this.#config, camera, this.#parts.clock.wallMs()),
        status: state,
        mode: state === 'online' ? mode : null,
        owedSec,
        analysedSec,
        reconnects: station.feed.counters().reconnects,
        trouble: trouble && bodyOf(trouble),
        zones: camera.zones.map(({ id, type, polygon, rules }) => ({
          id,
          type,
          polygon,
          rules: rules.map(({ rule }) => rule),
        })),
      }
    })
  }

  health(): CameraHealth[] {
    return [...this.#stations.values()].map(({ camera, station }) => {
      const { state, mode } = station.feed.status()
      const { samples, framesDecoded, droppedFrames, owedSec, analysedSec, reconnects } =
        station.feed.counters()
      return {
        ...{ id: camera.id, status: state, mode: state === 'online' ? mode : null },
        ...{ samples, frames: framesDecoded, framesDropped: droppedFrames, owedSec, analysedSec, reconnects },
        explained: station.line.baseline.explainedCount,
      }
    })
  }

  /** Cameras that look elsewhere than when their zones were drawn, by code, since the first of them does. */
  degraded(): { readonly code: FaultCode; readonly since: string }[] {
    const since = new Map<FaultCode, number>()
    for (const { station } of this.#stations.values()) {
      const { isOff, view } = station.line.drift
      if (!isOff) continue
      const { code } = driftFault(station.feed.status().camera, view)
      since.set(code, Math.min(since.get(code) ?? Number.POSITIVE_INFINITY, view.sinceWallMs ?? 0))
    }
    return [...since].map(([code, ms]) => ({ code, since: isoTime(ms, this.#config.utcOffsetMinutes) }))
  }

  /** Acts that are suspected or going on, by detection state. */
  acts(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { station } of this.#stations.values()) {
      for (const { state } of station.line.judge.acts()) counts[state] = (counts[state] ?? 0) + 1
    }
    return counts
  }

  /** Events and suspicions that a camera goes on with. */
  openEventIds(): ReadonlySet<string> {
    return new Set([...this.#stations.values()].flatMap(({ station }) => station.line.caseFile.eventIds))
  }

  station(cameraId: string): Station | undefined {
    return this.#stations.get(cameraId)?.station
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#changing
    await Promise.all([...this.#stations.keys()].map((id) => this.#close(id)))
  }

  /** Nothing when the street is being closed. */
  #next(work: () => Promise<string[]>): Promise<string[]> {
    const done = this.#changing.then(() => (this.#closed ? [] : work()))
    this.#changing = done.catch(() => {}) // Whoever asked has the fault; the next is not to blame.
    return done
  }

  #open(camera: CameraOptions): void {
    const onStatus = (status: CameraStatus) => this.#tellStatus(camera.id, status)
    const station = new Station({ ...this.#parts, config: this.#config, camera, onStatus })
    this.#stations.set(camera.id, { camera, station, terms: termsOf(camera, this.#config) })
    onStatus(station.status())
  }

  async #close(id: string): Promise<CameraStatus> {
    const open = this.#stations.get(id)
    assert(open !== undefined, 'only open stations are closed')
    this.#stations.delete(id)
    await open.station.close()
    return open.station.feed.status()
  }

  #tellStatus(id: string, status: CameraStatus): void {
    const known = this.#since.get(id)
    const sinceMs = known?.state === status.state ? known.sinceMs : this.#parts.clock.wallMs()
    this.#since.set(id, { state: status.state, sinceMs })
    this.#parts.onStatus(id, status, sinceMs)
  }

  #waitForTomorrow(): void {
    const localMs = this.#parts.clock.wallMs() + this.#config.utcOffsetMinutes * 60_000
    const leftMs = DAY_MS - (localMs % DAY_MS)
    this.#timer = setTimeout(() => void this.#turnPage(), Math.min(LOOK_AT_CALENDAR_MS, leftMs + 1))
  }

  async #turnPage(): Promise<void> {
    if (this.#today() !== this.#day) {
      this.#day = this.#today()
      const touched = await this.#next(() => this.#reopenOutdated())
      if (touched.length > 0) this.#parts.onOther()
    }
    if (!this.#closed) this.#waitForTomorrow()
  }

  async #reopenOutdated(): Promise<string[]> {
    const touched: string[] = []
    for (const [id, { camera, station }] of [...this.#stations]) {
      if (!station.line.outdated(this.#parts.clock.wallMs())) continue
      touched.push(id)
      await this.#close(id)
      this.#open(camera)
    }
    return touched
  }

  #today(): string {
    return localDay(this.#parts.clock.wallMs(), this.#config.utcOffsetMinutes)
  }
}

interface OpenStation {
  readonly camera: CameraOptions
  readonly station: Station
  /** What it was opened with, as far as it is about this camera alone. */
  readonly terms: string
}

/** A camera, and of the catalogue the entries that it watches for. [R29] */
function termsOf(camera: CameraOptions, { catalogue }: Config): string {
  const named = new Set(camera.zones.flatMap(({ rules }) => rules.map(({ rule }) => rule)))
  return JSON.stringify([camera, catalogue.rules.filter(({ ruleId }) => named.has(ruleId))])
}

/** What may change without a word to every camera. */
const NOT_COMMON = {
  ...{ cameras: [], devices: {}, people: [], persuasion: {}, scripts: {}, configVersion: '' },
  ...{ file: '', files: [], rules: '', catalogue: null, catalogVersion: '' },
  ...{ jurisdictions: null, sameAct: null, adjacency: null, tickets: null, duty: null },
  cameraSetup: null,
}
