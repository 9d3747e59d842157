/** The lower half of a gateway for journeys: store, outbox, desk, link, and the embedded broker when it is wanted. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { AlertDesk } from '../../gateway/alerts/desk.ts'
import { type Clock, systemClock } from '../../gateway/kit/clock.ts'
import { Database, storeFile } from '../../gateway/kit/database.ts'
import { type Log, silentLog } from '../../gateway/kit/log.ts'
import { type BrokerAddress, EmbeddedBroker } from '../../gateway/mqtt/broker.ts'
import { Commands } from '../../gateway/mqtt/commands.ts'
import { MqttOptions } from '../../gateway/mqtt/options.ts'
import { MqttLink } from '../../gateway/mqtt/publisher.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import { Platform, type PlatformOptions } from '../../simulators/platform/platform.ts'
import { BIRTH, GATEWAY, SITE } from './mqtt-names.ts'

export const PLATFORM_PASSWORD = 'platform-password'
const USERS = [
  { username: 'platform', password: PLATFORM_PASSWORD, role: 'platform' },
  { username: 'viewer', password: 'viewer-password', role: 'viewer' },
] as const

export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** @param port 0: any that is free */
export async function startBroker(folder: string, embedded: object = {}): Promise<EmbeddedBroker> {
  const { embedded: options } = MqttOptions.parse({ embedded: { port: 0, users: USERS, ...embedded } })
  const broker = await EmbeddedBroker.start({ options, site: SITE, gateway: GATEWAY, folder, log: silentLog })
  onTestFinished(() => broker.close())
  return broker
}

export function startLink(
  folder: string,
  address: BrokerAddress,
  wishes: { mqtt?: object; outbox?: object; clock?: Clock; log?: Log } = {},
) {
  const database = new Database(storeFile(folder))
  const clock = wishes.clock ?? systemClock
  const log = wishes.log ?? silentLog
  const outbox = new Outbox(database, OutboxOptions.parse(wishes.outbox ?? {}), clock, log)
  const desk = new AlertDesk(database, outbox, clock)
  const options = MqttOptions.parse({ reconnectFirstSec: 0.05, reconnectMaxSec: 0.2, ...wishes.mqtt })
  const commands = new Commands({ database, desk, options: options.commands, clock, log })
  const link = new MqttLink({
    site: SITE,
    gateway: GATEWAY,
    address,
    options,
    outbox,
    commands,
    birth: () => BIRTH,
    clock,
    log,
  })
  link.start()
  const stop = async () => {
    await link.close()
    database.close()
  }
  let stopped: Promise<void> | null = null
  const close = () => {
    stopped ??= stop()
    return stopped
  }
  onTestFinished(close)
  return { database, outbox, desk, commands, link, close }
}

export async function startPlatform(
  broker: string,
  wishes: Partial<PlatformOptions> = {},
): Promise<Platform> {
  const platform = await Platform.start({
    brokerUrl: broker,
    username: 'platform',
    password: PLATFORM_PASSWORD,
    site: SITE,
    reviewAfterMs: 0,
    verdict: 'VERIFIED',
    by: 'p-1',
    faults: { ackLoss: 0, commandTwice: false, offline: null },
    ...wishes,
  })
  onTestFinished(() => platform.close())
  return platform
}

/** Waits until it holds; the test's own time limit is the bound. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, 5))
}
