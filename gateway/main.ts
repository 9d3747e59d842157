/**
 * The gateway, as a table of contents: what is built, in order. Stopping is the same list, backwards.
 *
 *     store ─ outbox, desk ─ evidence ─ detector ─ broker, link ─ street ─ body-cams ─ console ─ telemetry
 */
import { join, resolve } from 'node:path'
import type { Config } from '../config/loader.ts'
import type { BodyCamRegistry } from '../devices/bodycam/registry.ts'
import { ClockWatch } from '../devices/clock/clock-watch.ts'
import { unitOf } from './access-anchor.ts'
import { AlertDesk } from './alerts/desk.ts'
import type { DeskParts } from './alerts/desk-parts.ts'
import { Register } from './alerts/people.ts'
import { SuppressedActs } from './alerts/suppressed.ts'
import { BodyCams } from './bodycams.ts'
import { type EventSink, outOfSight } from './case-file.ts'
import { Eyes } from './detections/eyes.ts'
import type { EvidenceKeeper } from './evidence/keeper.ts'
import { ExportDesk } from './evidence/redacted/desk.ts'
import { Transcripts } from './evidence/transcripts.ts'
import { EvidenceRoom } from './evidence-room.ts'
import { filmFacts } from './film-facts.ts'
import { basisInForce } from './grading-facts.ts'
import { Accounts, type FirstLogin } from './http/accounts.ts'
import { secretsKeyIn } from './http/secrets-key.ts'
import { HttpServer } from './http/server.ts'
import { Calendar } from './kit/calendar.ts'
import { type Clock, systemClock } from './kit/clock.ts'
import { Closing } from './kit/closing.ts'
import { Database, storeFile } from './kit/database.ts'
import { fault } from './kit/errors.ts'
import type { Log } from './kit/log.ts'
import { LogRing } from './kit/log-ring.ts'
import { LiveRoom } from './live-room.ts'
import { type BrokerAddress, EmbeddedBroker } from './mqtt/broker.ts'
import { Commands } from './mqtt/commands.ts'
import type { Birth } from './mqtt/messages.ts'
import { officeHandlers } from './mqtt/office-commands.ts'
import { persuasionHandlers } from './mqtt/persuasion-commands.ts'
import { MqttLink } from './mqtt/publisher.ts'
import { devicesOf } from './notices.ts'
import { Office, type OfficeParts } from './office.ts'
import { Outbox } from './outbox/outbox.ts'
import { noticeDeskOf, noticesOf, Persuading } from './persuading.ts'
import { openPlaces } from './place-desk.ts'
import { presenceOf } from './presence.ts'
import { openRegistry } from './recorder-room.ts'
import { isBodyCam } from './recordings.ts'
import { birthOf, healthOf, hearersOf, troublesOf } from './self-told.ts'
import { openSetup, type SetupDesk } from './setup-desk.ts'
import { Street } from './street.ts'
import { System } from './system.ts'
import type { Health } from './telemetry/health.ts'
import { Telemetry } from './telemetry/telemetry.ts'
import { type PublicRules, publicRules } from './violations/public-view.ts'

export interface RunningGateway {
  readonly consoleUrl: string
  readonly brokerUrl: string
  /** Only at the very first start. */
  readonly firstLogin: FirstLogin | null
  /** Cameras that were restarted. */
  change(config: Config): Promise<string[]>
  close(): Promise<void>
}

interface Box {
  config: Config
  readonly version: string
  readonly folder: string
  readonly log: Log
  readonly clock: Clock
  readonly logs: LogRing
  readonly closing: Closing
}

interface GatewayWish {
  readonly version: string
  readonly log: Log
  readonly clock?: Clock
  /** The last lines of the log, for people who look from afar. */
  readonly logs?: LogRing
}

export async function startGateway(
  config: Config,
  { version, log, clock = systemClock, logs = new LogRing() }: GatewayWish,
): Promise<RunningGateway> {
  const folder = resolve(config.storage.folder)
  const box: Box = { config, version, folder, log, clock, logs, closing: new Closing() }
  try {
    return await build(box)
  } catch (error) {
    await box.closing.close()
    throw error
  }
}

async function build(box: Box): Promise<RunningGateway> {
  const { config, folder, log, clock, closing } = box
  const database = closing.own(new Database(storeFile(folder)))
  const outbox = new Outbox(database, config.outbox, clock, log)
  const register = registerOf(box, () => office)
  const deskParts = deskPartsOf(box, register, () => persuading)
  const desk = closing.own(new AlertDesk(database, outbox, clock, deskParts))
  let registry: BodyCamRegistry | null = null
  const office: Office = openOffice(box, {
    ...{ database, desk, outbox, apply: (next) => change(next) },
    recording: (recordingId) => registry?.get(recordingId) ?? null,
  })
  const suppressed = new SuppressedActs(database, clock)
  const room = await openRoom(box, { database, outbox, office })
  const { keeper: evidence, pendingEventIds, delivering } = room
  const sink = sinkOf(desk, room, suppressed)
  const eyes = closing.own(await Eyes.open(config.model, config.naming, log))
  const clockWatch = closing.own(new ClockWatch(config.clock, clock, log))
  await clockWatch.start()
  const broker = config.mqtt.url === undefined ? closing.own(await openBroker(box)) : null
  const birth = () => birthOf(box, room.signer, eyes, clockWatch)
  const address = broker?.address ?? outsideBroker(config)
  const parts = { database, outbox, desk, office, evidence, address }
  const now = { ...{ config: () => box.config, street: () => street }, register, folder, clock, log }
  const persuading: Persuading = new Persuading({ ...parts, ...now })
  const bodycams = new BodyCams({ ...parts, ...now, clockWatch, recordings: () => registry })
  const link = openLink(box, { ...parts, ...now, birth, persuading, register, room, bodycams })
  closing.own(room.heads)
  const setup = openSetup({ ...parts, ...now, eyes })
  const street: Street = closing.own(
    new Street(config, {
      ...{ evidence, sink, eyes, clock, log, folder: join(folder, 'memory'), history: desk },
      clockFacts: () => clockWatch.facts(),
      ...hearersOf(config, link, setup, () => endForgotten(street, desk)),
    }),
  )
  endForgotten(street, desk)
  await forgetSuspicions(pendingEventIds, street, desk, evidence)
  registry = await openRegistry({ ...box, ...parts, ...now, eyes, sink, bodycams, room, street })
  await room.keep({ desk, office, registry, persuading, clockWatch, config: () => box.config }, closing)
  const accounts = openAccounts(box, database)
  const firstLogin = await accounts.ensureAdministrator()
  const health = () =>
    healthOf(folder, { street, outbox, desk, eyes, link, delivering, feedsOpen: () => http.feeds.open })
  const telemetry = openTelemetry(box, health)
  const http: HttpServer = await openHttp(box, {
    ...{ database, accounts, desk, office, registry, street, evidence, telemetry, link },
    ...{ persuading, suppressed, room, eyes, bodycams, outbox, clockWatch, setup },
  })
  const change = (next: Config): Promise<string[]> => {
    box.config = withoutStartOptions(box.config, next, log)
    office.book.open()
    registry?.registerChanged()
    return street.change(box.config)
  }
  office.start()
  await room.start()
  link.start()
  telemetry.start()
  closing.own(persuading).start()
  tellRegularly(box, street, link, health)
  return {
    ...{ consoleUrl: http.url, firstLogin, change },
    brokerUrl: broker?.address.url ?? config.mqtt.url ?? '',
    close: () => closing.close(),
  }
}

/** What is read at the start only; a change of it waits for the next start, and that is said. */
const START_OPTIONS = [
  ...(['site', 'gateway', 'clock', 'model', 'evidence', 'redaction'] as const),
  ...(['storage', 'outbox', 'delivery', 'mqtt', 'http', 'telemetry'] as const),
]

function withoutStartOptions(before: Config, next: Config, log: Log): Config {
  const later = START_OPTIONS.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(next[key]))
  if (later.length === 0) return next
  const found = fault('RESTART_NEEDED', { options: later.join(', ') })
  log.warn({ code: found.code, options: later }, found.message)
  return { ...next, ...Object.fromEntries(later.map((key) => [key, before[key]])) }
}

function openAccounts({ config, folder, clock }: Box, database: Database): Accounts {
  const issuer = `Lushao ${config.site}/${config.gateway}`
  return new Accounts({ options: config.http, database, clock, secretsKey: secretsKeyIn(folder), issuer })
}

/** Everybody whom the box knows, as the list stands when it is asked. */
function registerOf(box: Box, office: () => Office): Register {
  const people = () => office().people.all()
  return new Register(people, () => box.config.utcOffsetMinutes)
}

function openOffice(
  box: Box,
  parts: Pick<OfficeParts, 'database' | 'desk' | 'outbox' | 'apply' | 'recording'>,
): Office {
  const { clock, log, closing } = box
  return closing.own(
    new Office({
      ...{ ...parts, config: () => box.config, filmFacts: filmFacts(), clock, log },
      calendar: () => new Calendar(box.config.calendar, box.config.holidays),
    }),
  )
}

/** Whom the desk asks who somebody is, and whether the law was in force. */
function deskPartsOf(box: Box, register: Register, persuading: () => Persuading): DeskParts {
  return {
    register,
    basisInForce: (event) => basisInForce(box.config, event),
    notices: (eventId) => noticesOf(persuading().store, eventId),
    autoPersuades: (event) => persuading().persuasion.speaksFirst(event),
  }
}

function openLink(
  { config, clock, log, closing }: Box,
  parts: {
    database: Database
    outbox: Outbox
    desk: AlertDesk
    office: Office
    persuading: Persuading
    register: Register
    birth: () => Birth
    address: BrokerAddress
    room: EvidenceRoom
    bodycams: BodyCams
    street: () => Street
  },
): MqttLink {
  const { site, gateway, mqtt } = config
  const { office, persuading, register, room } = parts
  const handlers = officeHandlers({
    ...{ ...office, desk: parts.desk, config: office.book },
    standing: (by) => register.standing(by, clock.wallMs()),
    purge: (wish) => room.retention.wish(wish),
    more: { ...persuasionHandlers(persuading), ...room.delivering.handlers, ...parts.bodycams.handlers },
  })
  const commands = new Commands({ ...parts, options: mqtt.commands, handlers, clock, log })
  const degraded = () => troublesOf(room.retention, office.people, parts.street())
  const side = room.delivering.parts
  const whole = { ...parts, site, gateway, options: mqtt, commands, degraded, side, clock, log }
  const link = closing.own(new MqttLink(whole))
  room.space.onChange(() => link.publishStatus())
  office.onStale(() => {
    link.publishStatus()
    parts.bodycams.peopleChanged()
  })
  return link
}

/** Events that no camera goes on with, since it is gone or watches for something else: they would never end. */
function endForgotten(street: Street, desk: AlertDesk): void {
  const claimed = street.openEventIds()
  for (const event of desk.openEvents()) {
    // A recording that was interrupted is analysed once more, and ends its events itself.
    if (!claimed.has(event.eventId) && !isBodyCam(event.cameraId)) desk.raise(outOfSight(event))
  }
}

/** Originals of suspicions that no camera remembers: they never became evidence. */
async function forgetSuspicions(
  pendingEventIds: readonly string[],
  street: Street,
  desk: AlertDesk,
  evidence: EvidenceKeeper,
): Promise<void> {
  const claimed = street.openEventIds()
  for (const eventId of pendingEventIds) {
    if (!claimed.has(eventId) && desk.lastRevision(eventId) === 0) await evidence.discard(eventId)
  }
}

/** The platform hears at every interval how the box is, and what each camera's seconds are. */
function tellRegularly({ config, closing }: Box, street: Street, link: MqttLink, health: () => Health): void {
  const timer = setInterval(() => {
    link.publishTelemetry('health', { ...health() })
    street.tellStatuses()
  }, config.telemetry.intervalSec * 1000)
  closing.own({ close: () => clearInterval(timer) })
}

/** Health goes to Prometheus when asked, and to InfluxDB at every interval. */
function openTelemetry({ config, clock, log, closing }: Box, health: () => Health): Telemetry {
  return closing.own(
    new Telemetry({
      ...{ options: config.telemetry, site: config.site, gateway: config.gateway, clock, log },
      source: { health },
    }),
  )
}

async function openHttp(
  box: Box,
  parts: {
    database: Database
    accounts: Accounts
    desk: AlertDesk
    office: Office
    registry: BodyCamRegistry
    street: Street
    evidence: EvidenceKeeper
    telemetry: Telemetry
    link: MqttLink
    persuading: Persuading
    suppressed: SuppressedActs
    room: EvidenceRoom
    eyes: Eyes
    bodycams: BodyCams
    outbox: Outbox
    clockWatch: ClockWatch
    setup: SetupDesk
  },
): Promise<HttpServer> {
  const { folder, log, clock, closing } = box
  const { street, link, room, evidence, eyes } = parts
  const exports = closing.own(
    await ExportDesk.open(box.config.redaction, evidence.vault, eyes.detector, { clock, log }),
  )
  room.onPurged((packageId) => void exports.forget(packageId))
  return closing.own(
    await HttpServer.start({
      ...{ options: box.config.http, accounts: parts.accounts, alerts: parts.desk, log },
      ...{ recordings: parts.registry, bodycams: parts.bodycams.desk },
      presence: (recordingId) => presenceOf(parts.registry.get(recordingId)),
      troubles: { degraded: () => troublesOf(room.retention, parts.office.people, street) },
      ...{ ...room.forHttp, exports },
      notices: noticeDeskOf(parts.persuading),
      cameras: { cameras: () => street.views() },
      transcripts: new Transcripts({ database: parts.database, clock }),
      sheet: box.config.evidence.sheet,
      law: { publicRules: () => publicRulesOf(box), suppressed: parts.suppressed },
      directory: { devices: () => devicesOf(box.config), people: () => parts.office.people.all() },
      office: parts.office,
      metrics: parts.telemetry.metrics,
      system: new System({
        ...{ config: () => box.config, version: box.version, street, link, eyes, clock },
        ...{ outbox: parts.outbox, clockWatch: parts.clockWatch, book: parts.office.book, logs: box.logs },
        ...{ delivering: room.delivering, space: room.space, signer: room.signer },
      }),
      setup: parts.setup,
      places: closing.own(openPlaces({ ...parts, folder, clock, config: () => box.config })),
      live: closing.own(
        new LiveRoom({
          viewOf: (id) => street.station(id)?.feed.live ?? null,
          log,
          options: box.config.http,
        }),
      ),
      missing: () => (link.state.connected ? [] : ['broker']),
      uploadsFolder: join(folder, 'uploads'),
    }),
  )
}

/** Of the division of the box, today. */
function publicRulesOf({ config, clock }: Box): PublicRules {
  const { catalogue, region, utcOffsetMinutes } = config
  const place = { districtCode: region, wallMs: clock.wallMs(), offsetMinutes: utcOffsetMinutes }
  return publicRules(catalogue, place)
}

function openRoom(
  box: Box,
  { office, ...parts }: { database: Database; outbox: Outbox; office: Office },
): Promise<EvidenceRoom> {
  const { folder, clock, log, closing } = box
  const config = () => box.config
  return EvidenceRoom.open(
    { ...parts, config, folder, unitOf: (name) => unitOf(office, name), clock, log },
    closing,
  )
}

function openBroker({ config, folder, log }: Box): Promise<EmbeddedBroker> {
  return EmbeddedBroker.start({
    ...{ options: config.mqtt.embedded, site: config.site, gateway: config.gateway, folder, log },
  })
}

function outsideBroker({ mqtt }: Config) {
  return { url: mqtt.url ?? '', username: mqtt.username, password: mqtt.password }
}

function sinkOf(desk: AlertDesk, room: EvidenceRoom, suppressed: SuppressedActs): EventSink {
  return {
    suppressed: (act) => suppressed.keep(act),
    sealed: (sealed) => room.sealed(sealed),
    last: (eventId) => desk.get(eventId)?.event ?? null,
    raise: (event) => void desk.raise(event),
  }
}
