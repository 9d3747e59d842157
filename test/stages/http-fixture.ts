/** A whole web server with real parts behind it: a desk with its outbox, accounts, a folder of evidence. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import type { BodyCamRecording } from '../../devices/bodycam/recording.ts'
import { BodyCamRegistry } from '../../devices/bodycam/registry.ts'
import { AlertDesk } from '../../gateway/alerts/desk.ts'
import { Register } from '../../gateway/alerts/people.ts'
import { SuppressedActs } from '../../gateway/alerts/suppressed.ts'
import { BodyCams } from '../../gateway/bodycams.ts'
import type { DetectorPool } from '../../gateway/detections/detector.ts'
import { Custody } from '../../gateway/evidence/custody.ts'
import { ExportDesk } from '../../gateway/evidence/redacted/desk.ts'
import { RedactionOptions } from '../../gateway/evidence/redacted/profiles.ts'
import { Transcripts } from '../../gateway/evidence/transcripts.ts'
import { StorageOptions, Vault } from '../../gateway/evidence/vault.ts'
import { AccessLog } from '../../gateway/http/access-log.ts'
import { Accounts } from '../../gateway/http/accounts.ts'
import { Grants } from '../../gateway/http/grants.ts'
import { HttpOptions } from '../../gateway/http/options.ts'
import type { Role } from '../../gateway/http/permissions.ts'
import { HttpServer } from '../../gateway/http/server.ts'
import type {
  CameraView,
  DeliveryView,
  LiveSource,
  NoticeDesk,
  RetentionDesk,
} from '../../gateway/http/views.ts'
import { type Clock, systemClock } from '../../gateway/kit/clock.ts'
import { Database } from '../../gateway/kit/database.ts'
import { fault } from '../../gateway/kit/errors.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { Office } from '../../gateway/office.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import { PlaceDesk, type PlaceDeskParts } from '../../gateway/place-desk.ts'
import { presenceOf } from '../../gateway/presence.ts'
import { SetupDesk } from '../../gateway/setup-desk.ts'
import type { Station } from '../../gateway/station.ts'
import { RuleCatalogue } from '../../gateway/violations/catalogue.ts'
import { publicRules } from '../../gateway/violations/public-view.ts'
import { watchWorn } from '../../gateway/worn.ts'
import { CALENDAR, readConfig, writeConfig } from './office-fixture.ts'

export const PASSWORD = 'a walk along the river'
export const PACKAGE_ID = '01KDZRW3FJ5V7V3T0CDVW0YJ6A'

const CAMERA: CameraView = {
  id: 'cam-1',
  name: '南京路口',
  status: 'online',
  mode: 'watch',
  owedSec: 600,
  analysedSec: 588,
  reconnects: 1,
  trouble: null,
  evidenceCapability: 'LEAD_ONLY' as const,
  evidenceCapabilityReasons: ['DEVICE_NOT_REVIEWED' as const],
  zones: [
    {
      id: 'kerb',
      type: 'NO_VENDING',
      polygon: [
        [0.1, 0.5],
        [0.9, 0.5],
        [0.9, 1],
      ],
      rules: ['street-vending'],
    },
  ],
}

const DELIVERY: DeliveryView = {
  ...{ way: 'upload', owed: 2, oldestOwedSec: 90, partly: 0, delivered: 5, refused: 0 },
  ...{ sentBytes: 3_000_000, resentBytes: 1_000, trouble: null },
}

/** A desk that no notice leaves: routes are asked for their permission, not for what they do. */
const NO_NOTICES: NoticeDesk = {
  versions: () => [],
  given: () => null,
  persuade: ({ eventId }) => {
    throw fault('ALERT_UNKNOWN', { event: eventId })
  },
  recheck: (eventId) => {
    throw fault('ALERT_UNKNOWN', { event: eventId })
  },
  audio: async () => null,
}
const SAMPLE = RuleCatalogue.parse(
  parse(readFileSync(packagePath('config', 'catalogue', 'sample.yaml'), 'utf8')),
)
const HERE = { districtCode: '310101', wallMs: Date.parse('2026-03-02T12:00:00+08:00'), offsetMinutes: 480 }

const OFFICER = { role: 'OFFICER', name: '王', badgeNo: '310001', certNo: 'C1', certValidTo: '2099-12-31' }
/** An officer, an auxiliary, and an officer whose certificate has run out. */
const PEOPLE = [
  { personId: 'p-1', ...OFFICER },
  { personId: 'p-2', name: '李', badgeNo: '310002', role: 'AUXILIARY' },
  { personId: 'p-3', ...OFFICER, name: '赵', badgeNo: '310003', certNo: 'C3', certValidTo: '2020-12-31' },
]
const BODYCAMS = [
  { id: 'bc-1', serial: 'DSJ-0001', personId: 'p-1' },
  { id: 'bc-2', serial: 'DSJ-0002' },
]

const NO_CLOCK_SERVER = { facts: () => ({ source: 'SYSTEM', offsetMs: null, checkedAtWallMs: null }) }

interface Changes {
  consoleFolder?: string
  options?: Partial<HttpOptions>
  folder?: string
  live?: LiveSource
  /** Of the grants alone. */
  clock?: Clock
  /** Of the back office alone. */
  officeClock?: Clock
  /** Looks at recordings of worn recorders, and hides people in copies. */
  detector?: DetectorPool
  notices?: (house: { database: Database; outbox: Outbox; desk: AlertDesk }) => NoticeDesk
  retention?: Partial<RetentionDesk>
  evidenceVault?: Vault
  /** What `gateway.yaml` says besides. */
  config?: Record<string, unknown>
  ringOf?: PlaceDeskParts['ringOf']
  eyes?: PlaceDeskParts['eyes']
  station?: (cameraId: string) => Station | undefined
  /** What the rules of the catalogue say instead. */
  rule?: Record<string, unknown>
  /** More people, and more of the devices' section. */
  people?: readonly object[]
  devices?: Record<string, unknown>
}

/** Goes with the test that asked for it. */
export async function startServer(changes: Changes = {}) {
  const running = await serve(changes)
  onTestFinished(async () => {
    await running.close()
    rmSync(running.folder, { recursive: true, force: true })
  })
  return running
}

/** Whoever asks closes it and removes its folder. */
export async function serve(changes: Changes = {}) {
  const folder = changes.folder ?? mkdtempSync(join(tmpdir(), 'lushao-http-'))
  const database = new Database(join(folder, 'gateway.db'))
  const options = HttpOptions.parse({ port: 0, ...changes.options })
  const outbox = new Outbox(database, OutboxOptions.parse({}), systemClock, silentLog)
  const desk = new AlertDesk(database, outbox, systemClock)
  const registers = {
    people: [...PEOPLE, ...(changes.people ?? [])],
    devices: { bodycams: BODYCAMS, ...changes.devices },
  }
  let config = readConfig(writeConfig(folder, { ...registers, ...changes.config }, changes.rule))
  const office = new Office({
    ...{ config: () => config, database, desk, outbox, log: silentLog },
    clock: changes.officeClock ?? systemClock,
    recording: (recordingId) => recordings.get(recordingId),
    calendar: () => CALENDAR,
    apply: async (next) => {
      config = next
    },
  })
  const accounts = new Accounts({ options, database, clock: systemClock, secretsKey: randomBytes(32) })
  const custody = new Custody(database)
  const accessLog = new AccessLog({ database, clock: systemClock })
  const vault = changes.evidenceVault ?? new Vault(StorageOptions.parse({ folder }))
  const grants = new Grants({
    ...{ database, accessLog, vault, fetchUrl: undefined, ttlMaxSec: 900 },
    ...{ clock: changes.clock ?? systemClock, log: silentLog },
  })
  const suppressed = new SuppressedActs(database, systemClock)
  const cameras = [CAMERA]
  const analysed: BodyCamRecording[] = []
  const bodycams = new BodyCams({
    ...{ database, config: () => config, office, clock: changes.clock ?? systemClock },
    register: new Register(
      () => office.people.all(),
      () => 480,
    ),
    ...{ recordings: () => recordings, clockWatch: NO_CLOCK_SERVER, log: silentLog },
  })
  const recordings: BodyCamRegistry = new BodyCamRegistry({
    ...{ ...bodycams.forRegistry, database },
    folder: join(folder, 'bodycam'),
    devices: () => config.devices.bodycams,
    people: () => office.people.all(),
    onRecording: async (recording, pace, note) => {
      analysed.push(recording)
      const { detector } = changes
      if (detector) await watchWorn({ ...pace, note, log: silentLog, detector }, recording)
    },
    clock: systemClock,
    log: silentLog,
  })
  await recordings.start()
  const beside = { clock: systemClock, log: silentLog }
  const exports = await ExportDesk.open(RedactionOptions.parse({}), vault, changes.detector ?? null, beside)
  office.book.open()
  const places = new PlaceDesk({
    ...{ config: () => config, book: office.book, clock: systemClock, folder: join(folder, 'places') },
    ringOf: changes.ringOf ?? (() => null),
    eyes: changes.eyes ?? (() => expect.unreachable('a server that tries nothing')),
  })
  const setup = new SetupDesk({
    ...{ config: () => config, book: office.book, database, clock: systemClock, log: silentLog },
    ...{ folder: join(folder, 'setup'), secretsFolder: join(folder, 'secrets') },
    station: changes.station ?? (() => undefined),
    eyes: changes.eyes ?? (() => expect.unreachable('a server that tries nothing')),
  })
  const server = await HttpServer.start({
    options,
    accounts,
    accessLog,
    alerts: desk,
    notices: changes.notices?.({ database, outbox, desk }) ?? NO_NOTICES,
    office,
    cameras: { cameras: () => cameras },
    evidenceVault: vault,
    ...{ custody, clock: systemClock },
    transcripts: new Transcripts({ database, clock: systemClock }),
    sheet: {},
    ...{ recordings, bodycams: bodycams.desk, troubles: office.people },
    presence: (recordingId) => presenceOf(recordings.get(recordingId)),
    grants,
    exports,
    delivery: { delivery: () => DELIVERY },
    directory: { devices: () => [], people: () => [] },
    retention: {
      ...{ view: () => ({}), viewOf: () => null, purger: { tombstones: async () => [] } },
      ...{ filing: async () => ({ list: {}, csv: '' }), offsetMinutes: () => 480 },
      ...changes.retention,
    },
    law: { publicRules: () => publicRules(SAMPLE, HERE), suppressed },
    metrics: { contentType: 'text/plain', metrics: async () => 'lushao_up 1\n' },
    live: changes.live ?? { attach: () => null },
    system: { system: async () => ({ at: '2026-01-01T10:00:00.000+08:00', parts: [] }), logLines: () => [] },
    ...{ places, setup },
    missing: () => [],
    uploadsFolder: join(folder, 'uploads'),
    ...(changes.consoleFolder === undefined ? {} : { consoleFolder: changes.consoleFolder }),
    log: silentLog,
  })
  let open = true
  const close = async () => {
    if (!open) return
    open = false
    await server.close()
    await recordings.close()
    await exports.close()
    await places.close()
    database.close()
  }
  return {
    ...{
      server,
      desk,
      office,
      accounts,
      accessLog,
      custody,
      grants,
      cameras,
      recordings,
      bodycams,
      analysed,
      suppressed,
      database,
      folder,
      close,
    },
    url: server.url,
  }
}
export type Running = Awaited<ReturnType<typeof startServer>>

/** A small package as it lies in the vault, with a clip of 1000 counted bytes. */
export function writePackage(folder: string, packageId = PACKAGE_ID): string {
  const bag = join(folder, 'evidence', packageId)
  mkdirSync(join(bag, 'data', 'original'), { recursive: true })
  writeFileSync(join(bag, 'bagit.txt'), 'BagIt-Version: 1.0\n')
  writeFileSync(join(bag, 'data', 'evidence.json'), JSON.stringify({ packageId, items: [] }))
  writeFileSync(
    join(bag, 'data', 'original', 'clip.mp4'),
    Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256)),
  )
  return bag
}

export const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { code: string }).code

/** A browser in miniature: keeps its cookie and its CSRF token. */
export class Visitor {
  cookie = ''
  csrf = ''
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  /** An account of that role, logged in, past its one-time password. */
  static async as(running: Running, role: Role, name: string = role.toLowerCase()): Promise<Visitor> {
    const visitor = new Visitor(running.url)
    const once = await running.accounts.create(name, role)
    await visitor.login(name, once)
    await visitor.send('PUT', '/api/v1/session/password', { password: once, next: PASSWORD })
    return visitor
  }

  async login(name: string, password: string): Promise<Response> {
    return this.send('POST', '/api/v1/session', { name, password })
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        ...(this.cookie && { cookie: this.cookie }),
        ...(this.csrf && { 'x-csrf-token': this.csrf }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const cookie = response.headers.get('set-cookie')
    if (cookie) this.cookie = cookie.split(';')[0]!
    if (path.startsWith('/api/v1/session') && response.ok && response.status !== 204) {
      const { csrf } = (await response.clone().json()) as { csrf?: string }
      this.csrf = csrf ?? this.csrf
    }
    return response
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send('GET', path, undefined, headers)
  }
}
