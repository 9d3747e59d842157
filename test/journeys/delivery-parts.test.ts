/** A street without HTTP: stills in parts over the embedded broker, which goes away in the middle; alerts go first. */
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { AlertDesk } from '../../gateway/alerts/desk.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { AccessLog } from '../../gateway/http/access-log.ts'
import { Grants } from '../../gateway/http/grants.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Commands } from '../../gateway/mqtt/commands.ts'
import { evidenceHandlers } from '../../gateway/mqtt/evidence-commands.ts'
import { EvidenceParts } from '../../gateway/mqtt/evidence-parts.ts'
import { MqttOptions } from '../../gateway/mqtt/options.ts'
import { MqttLink } from '../../gateway/mqtt/publisher.ts'
import { DeliveryOptions } from '../../gateway/outbox/delivery-options.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import { EvidenceInbox } from '../../simulators/platform/evidence-inbox.ts'
import { filesUnder, makeBox, scratch } from '../stages/delivery-fixture.ts'
import { sampleEvent } from '../stages/sample-event.ts'
import { Cutter } from './mqtt-cutter.ts'
import { BIRTH, GATEWAY, SITE } from './mqtt-names.ts'
import { startBroker, startPlatform, until } from './mqtt-street.ts'

async function startStreet(folder: string, parts: object, clipBytes: number) {
  const box = await makeBox(folder, [clipBytes])
  const broker = await startBroker(join(folder, 'broker'))
  const port = Number(new URL(broker.address.url).port)
  const cutter = await Cutter.start(() => ({ host: '127.0.0.1', port }))
  const inbox = new EvidenceInbox(join(folder, 'platform'))
  const platform = await startPlatform(broker.address.url, { inbox, reviewAfterMs: null })
  const common = { clock: systemClock, log: silentLog }
  const options = DeliveryOptions.parse({
    parts: { enabled: true, kibPerSecMax: 4_096, resendSec: 1, ...parts },
  })
  const { database, deliveries } = box
  const { vault } = box.keeper
  const evidenceParts = new EvidenceParts({
    ...common,
    options,
    deliveries,
    vault,
    isWanted: () => true,
  })
  const outbox = new Outbox(database, OutboxOptions.parse({}), systemClock, silentLog)
  const desk = new AlertDesk(database, outbox, systemClock)
  const accessLog = new AccessLog({ database, clock: systemClock })
  const grants = new Grants({
    database,
    accessLog,
    vault,
    fetchUrl: undefined,
    ttlMaxSec: 900,
    ...common,
  })
  const mqtt = MqttOptions.parse({ reconnectFirstSec: 0.05, reconnectMaxSec: 0.2 })
  const handlers = evidenceHandlers({ deliveries, evidenceParts, grants })
  const commands = new Commands({ ...common, database, desk, options: mqtt.commands, handlers })
  const address = { ...broker.address, url: cutter.url }
  const link = new MqttLink({
    ...{ site: SITE, gateway: GATEWAY, address, options: mqtt, outbox, commands, side: evidenceParts },
    ...{ birth: () => BIRTH, ...common },
  })
  link.start()
  onTestFinished(async () => {
    await link.close()
    await evidenceParts.close()
  })
  return {
    ...box,
    platform,
    inbox,
    cutter,
    link,
    desk,
    evidenceParts,
    accessLog,
    packageId: box.sealed[0]!.packageId,
  }
}

test('[R103] stills in parts, the broker’s line dropped in the middle; the clip when it is asked for; all of it verified', async () => {
  const folder = scratch()
  const street = await startStreet(folder, {}, 700_000)
  const { deliveries, packageId, inbox, cutter, evidenceParts } = street
  await until(() => evidenceParts.counters.parts >= 2)
  cutter.cutAll()
  await until(() => deliveries.get(packageId)?.stage === 'PARTLY')
  const came = [...filesUnder(inbox.packageFolder(packageId)).keys()]
  expect(came.filter((path) => path.startsWith('data/original/'))).toEqual([])
  expect(came.some((path) => path.endsWith('.jpg'))).toBe(true)
  expect(deliveries.isOwed(packageId)).toBe(true)

  const before = evidenceParts.counters.parts
  const asked = await street.platform.command(GATEWAY, 'evidence-send', { packageId, items: 'all' })
  expect(asked).toMatchObject({ ok: true, result: { packageId, state: 'OWED' } })
  await until(() => evidenceParts.counters.parts >= before + 4)
  cutter.cutAll()
  await until(() => deliveries.isDelivered(packageId))
  expect(cutter.connections).toBeGreaterThanOrEqual(3)
  expect(filesUnder(inbox.packageFolder(packageId))).toEqual(filesUnder(street.sealed[0]!.path))
  expect((await verifyPackages([inbox.packageFolder(packageId)], { partial: true })).ok).toBe(true)
})

test('an alert that is raised while a clip goes out in parts comes before the rest of the parts', async () => {
  const street = await startStreet(scratch(), { items: 'all' }, 1_500_000)
  const order: string[] = []
  street.platform.on('message', (topic) => {
    const [kind] = topic.split('/').slice(4)
    if (kind === 'evidence-part' || kind === 'alert') order.push(kind)
  })
  await until(() => order.length >= 5)
  street.desk.raise(sampleEvent('in the middle'))
  const sentBefore = street.evidenceParts.counters.parts
  await until(() => street.deliveries.isDelivered(street.packageId))
  const partsBefore = order.slice(0, order.indexOf('alert')).length
  expect(order).toContain('alert')
  // One that was already with the broker, and one in flight.
  expect(partsBefore).toBeLessThanOrEqual(sentBefore + 2)
  expect(order.length - partsBefore, 'most of the clip came after it').toBeGreaterThan(10)
  // Parts have no number of the outbox: its sequence has no gap.
  expect(street.platform.ledger.missing(GATEWAY)).toEqual([])
})

test('a grant by command: its token is told once and remembered nowhere', async () => {
  const { platform, packageId, database } = await startStreet(scratch(), {}, 1_000)
  const args = { action: 'give', packageId, purpose: '复核', ttlSec: 60 }
  const { ok, result } = await platform.command(GATEWAY, 'evidence-grant', args)
  const { token, path } = result as { token: string; path: string }
  expect([ok, path]).toEqual([true, `/api/v1/granted/${packageId}/`])
  expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  const kept = JSON.stringify(database.prepare('SELECT result FROM command').all())
  expect(kept).toContain('granted')
  expect(kept).not.toContain(token)
  const long = await platform.command(GATEWAY, 'evidence-grant', { ...args, ttlSec: 901 })
  expect(long).toMatchObject({ ok: false, code: 'COMMAND_ARGS_WRONG' })
})
