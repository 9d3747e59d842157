/** Where the rooms around a sealed package meet: what is owed is not purged, and custody has who did what with it. */
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BodyCamRegistry } from '../../devices/bodycam/registry.ts'
import { AudioArchive } from '../../gateway/alerts/audio-archive.ts'
import { PersuasionStore } from '../../gateway/alerts/persuasion-record.ts'
import { EvidenceOptions } from '../../gateway/evidence/keeper.ts'
import { StorageOptions } from '../../gateway/evidence/vault.ts'
import { EvidenceRoom } from '../../gateway/evidence-room.ts'
import { Closing } from '../../gateway/kit/closing.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { DeliveryOptions } from '../../gateway/outbox/delivery-options.ts'
import { TimeAuthority } from '../../simulators/tsa/authority.ts'
import { DELIVERS_NOTHING, sealOne, temporaryFolder } from './evidence-footage.ts'
import { act, setUpOffice } from './office-fixture.ts'

const DAY_MS = 86_400_000
const ACTOR = { id: 'p-1', roles: ['person', 'platform'] } as const

async function setUp(delivery: object, authorities: object[] = []) {
  const { desk, office, outbox, database, folder, clock, time, config } = setUpOffice()
  const closing = new Closing()
  onTestFinished(() => closing.close())
  const roomConfig = {
    ...DELIVERS_NOTHING,
    delivery: DeliveryOptions.parse(delivery),
    evidence: EvidenceOptions.parse({ timestamp: { authorities, timeoutSec: 120 } }),
    storage: StorageOptions.parse({ folder, freeMinMiB: 0 }),
  }
  const log = silentLog
  const room = await EvidenceRoom.open(
    { config: () => roomConfig, folder, database, outbox, clock, log },
    closing,
  )
  const registry = new BodyCamRegistry({
    ...{ database, folder: join(folder, 'bodycam'), clock, log },
    ...{ devices: () => [], people: () => [], offsetMinutes: () => 480, onRecording: async () => {} },
  })
  await registry.start()
  const archive = new AudioArchive(join(folder, 'persuasion', 'audio'))
  const persuading = { store: new PersuasionStore(database, outbox), notices: { archive } }
  const purged: string[] = []
  room.onPurged((packageId) => purged.push(packageId))
  await room.keep({ config: () => config(), desk, office, registry, persuading }, closing)
  const sealed = async (name: string) => {
    const { eventId } = act(name, 0, 10)
    time.nowMs += 60_000
    const one = await sealOne(room.keeper, eventId, { producedAtWallMs: time.nowMs })
    room.sealed(one)
    const { packageId, manifestHash } = one
    desk.raise(act(name, 0, 10, { evidence: { packageId, manifestHash, packages: [packageId] } }))
    return one
  }
  const ackAll = () => outbox.settle(outbox.due(1_000).map(({ id }) => id))
  const closed = ({ eventId }: { eventId: string }) => {
    for (const to of ['REVOKED', 'CLOSED'])
      desk.transition({ eventId, to, actor: ACTOR, reasonCode: 'OTHER', details: { approvedBy: 'p-2' } })
    ackAll()
  }
  const roundLater = async (days: number) => {
    time.nowMs += days * DAY_MS
    return room.retention.purger.round()
  }
  const custodyOf = (packageId: string) =>
    room.custody.of(packageId).map(({ action, actor }) => [action, actor])
  return { room, office, sealed, ackAll, closed, roundLater, custodyOf, purged }
}

test('[R70] what the platform has not received stays; once it has, it goes, and custody has all of it', async () => {
  const { room, office, sealed, ackAll, closed, roundLater, custodyOf, purged } = await setUp({
    ...{ url: 'https://platform.example/evidence', token: 'a-token-of-the-platform' },
  })
  const one = await sealed('one')
  await sealed('newest')
  ackAll()
  closed(one)
  expect((await roundLater(91)).stayed).toMatchObject({ EVIDENCE_OWED: 1 })
  expect(existsSync(one.path)).toBe(true)

  office.holds.place({ eventId: one.eventId, by: 'p-1', reason: 'a complaint' })
  const { packageId, manifestHash, tagmanifestHash } = one
  room.delivering.deliveries.receive({
    ...{ packageId, manifestHash, tagmanifestHash, verified: 'all', wrong: [], missing: [] },
  })
  ackAll()
  expect((await roundLater(1)).stayed).toMatchObject({ EVIDENCE_HELD: 1 })
  office.holds.lift({ eventId: one.eventId, by: 'p-1', reason: 'settled' })
  office.holds.lift({ eventId: one.eventId, by: 'p-2', reason: 'settled' })
  ackAll()
  expect(await roundLater(1)).toMatchObject({ removed: 1 })
  expect([existsSync(one.path), purged]).toEqual([false, [packageId]])
  expect(custodyOf(packageId)).toEqual([
    ['SEALED', 'nanjing-road/gw-01'],
    ['ACKNOWLEDGED', 'platform'],
    ['HELD', 'p-1'],
    ['DELIVERED', 'platform'],
    ['RELEASED', 'p-2'],
    ['PURGED', 'box'],
  ])
  expect(room.custody.verify()).toBeGreaterThan(6)
})

test('[R70] a package whose token is on the way is not purged meanwhile', async () => {
  const home = temporaryFolder()
  const authority = await TimeAuthority.start({ folder: home })
  onTestFinished(async () => {
    await authority.close()
    rmSync(home, { recursive: true })
  })
  let answer = () => {}
  let heard = () => {}
  const asked = new Promise<void>((done) => {
    heard = done
  })
  const silent = createServer((_request, response) => {
    answer = () => void response.writeHead(503).end()
    heard()
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void silent.close())
  await once(silent, 'listening')
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`
  const { room, sealed, ackAll, closed, roundLater } = await setUp({}, [{ url, caFile: authority.caFile }])
  const one = await sealed('one')
  await sealed('newest')
  ackAll()
  closed(one)
  await room.start()
  await asked
  expect((await roundLater(91)).stayed).toMatchObject({ EVIDENCE_OWED: 1 })
  expect(existsSync(one.path)).toBe(true)
  answer()
})

test('a box without a way to deliver waits for no receipt', async () => {
  const { sealed, ackAll, closed, roundLater } = await setUp({})
  const one = await sealed('one')
  await sealed('newest')
  ackAll()
  closed(one)
  expect(await roundLater(91)).toMatchObject({ removed: 1 })
})
