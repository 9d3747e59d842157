/** Retention over a real desk, outbox, vault, register of recordings and archive of sounds. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BodyCamRegistry } from '../../devices/bodycam/registry.ts'
import { AudioArchive } from '../../gateway/alerts/audio-archive.ts'
import { PersuasionStore } from '../../gateway/alerts/persuasion-record.ts'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { SpaceWatch } from '../../gateway/evidence/space.ts'
import { manifestSummary } from '../../gateway/evidence/summary.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Retention } from '../../gateway/retention.ts'
import { openKeeper, sealOne } from './evidence-footage.ts'
import { act, setUpOffice } from './office-fixture.ts'

const DAY_MS = 86_400_000
const ACTOR = { id: 'p-1', roles: ['person', 'platform'] } as const

async function setUp(owed = new Set<string>()) {
  const running = setUpOffice()
  const { desk, office, outbox, database, folder, clock, time } = running
  const evidence = await openKeeper(folder)
  const store = new PersuasionStore(database, outbox)
  const archive = new AudioArchive(join(folder, 'persuasion', 'audio'))
  const registry = new BodyCamRegistry({
    ...{ database, folder: join(folder, 'bodycam'), clock, log: silentLog },
    ...{ devices: () => [], people: () => [], offsetMinutes: () => 480, onRecording: async () => {} },
  })
  await registry.start()
  const limits = { freeMinBytes: 0, freeWarnBytes: 0, quotaBytes: null, reserveBytes: 0 }
  const space = new SpaceWatch({ folder, measured: [], limits, clock, log: silentLog })
  const open = async () =>
    Retention.open({
      ...{ config: () => running.config(), database, desk, office, outbox, evidence, space, registry, clock },
      signer: await openSigner(evidence.vault.keys),
      persuading: { store, notices: { archive } },
      undelivered: (packageId) => owed.has(packageId),
      log: silentLog,
    })
  const retention = await open()
  onTestFinished(() => retention.close())
  /** Raises an act with a sealed package, tells the platform, which has it when `acked`. */
  const sealed = async (name: string, { acked = true } = {}) => {
    const { eventId } = act(name, 0, 10)
    time.nowMs += 60_000
    const one = await sealOne(evidence, eventId, { producedAtWallMs: time.nowMs })
    const { packageId, manifestHash } = one
    desk.raise(act(name, 0, 10, { evidence: { packageId, manifestHash, packages: [packageId] } }))
    outbox.put({
      ...{ id: `01${packageId.slice(2)}`, topic: `evidence/${eventId}`, type: 'cn.lushao.evidence.v1' },
      ...{ subject: eventId, time: one.producedAt, data: manifestSummary(one) },
    })
    if (acked) ackAll()
    return { eventId, packageId, path: one.path }
  }
  const ackAll = () => outbox.settle(outbox.due(1_000).map(({ id }) => id))
  const close = (eventId: string, ...states: string[]) => {
    for (const to of [...states, 'CLOSED']) {
      const details = { approvedBy: 'p-2', caseNo: 'c-1' }
      desk.transition({ eventId, to, actor: ACTOR, reasonCode: 'OTHER', details })
    }
    ackAll()
  }
  const days = (count: number) => {
    time.nowMs += count * DAY_MS
  }
  return {
    ...running,
    ...{ retention, evidence, registry, store, archive, sealed, ackAll, close, days, open },
  }
}

test('[R70] the class follows from what people made of the act, and every change is a row', async () => {
  const { retention, sealed, close, office, desk, database, days } = await setUp()
  const [rejected, revoked, filed, grave] = [
    await sealed('a'),
    await sealed('b'),
    await sealed('c'),
    await sealed('d'),
  ]
  await sealed('newest')
  close(rejected.eventId, 'REJECTED')
  close(revoked.eventId, 'REVOKED')
  close(filed.eventId, 'REVOKED')
  desk.declareMajor({ eventId: grave.eventId, actor: ACTOR, reasonCode: 'OTHER', note: 'a fight' })
  close(grave.eventId, 'REVOKED')
  await retention.purger.round()
  const classes = () =>
    [rejected, revoked, filed, grave].map(({ eventId }) => retention.viewOf(eventId)?.class)
  expect(classes()).toEqual(['rejected', 'standard', 'standard', 'incident'])
  days(40)
  office.mirror.take({
    eventId: filed.eventId,
    caseNo: 'c-7',
    stage: 'LEGAL_REVIEW',
    by: 'platform',
    commandId: 'x-1',
  })
  expect(classes()[2]).toBe('case')
  await retention.purger.round()
  expect(retention.notes.classesOf(filed.eventId).map(({ name, rule }) => [name, rule])).toEqual([
    ['standard', '30–90 d'],
    ['case', '730–3650 d'],
  ])
  for (const sql of [
    'UPDATE retention_class SET name = 1',
    'DELETE FROM retention_class',
    'DELETE FROM evidence_acked',
  ])
    expect(() => database.exec(sql)).toThrow(/append-only/)
})

test('what is closed, acknowledged and past its time goes; its neighbours stay, each for its reason', async () => {
  const owed = new Set<string>()
  const house = await setUp(owed)
  const { retention, sealed, close, office, days, ackAll } = house
  const gone = await sealed('gone')
  const held = await sealed('held')
  const open = await sealed('open')
  const filed = await sealed('filed')
  const undelivered = await sealed('undelivered')
  await sealed('newest')
  for (const { eventId } of [gone, held, filed, undelivered]) close(eventId, 'REVOKED')
  office.holds.place({ eventId: held.eventId, by: 'p-1', reason: 'a complaint' })
  office.mirror.take({
    eventId: filed.eventId,
    caseNo: 'c-7',
    stage: 'SERVICE',
    by: 'platform',
    commandId: 'x-1',
  })
  owed.add(undelivered.packageId)
  ackAll()
  days(91)
  const { removed, stayed } = await retention.purger.round()
  expect(removed).toBe(1)
  // The newest is open too, and that is said first.
  expect(stayed).toEqual({ EVIDENCE_HELD: 1, EVIDENCE_OPEN: 2, EVIDENCE_CASE_OPEN: 1, EVIDENCE_OWED: 1 })
  expect([gone, held, open, filed, undelivered].map(({ path }) => existsSync(path))).toEqual([
    ...[false, true, true, true, true],
  ])
  // The case ends: from then on its days count, and its class is that of a case.
  office.mirror.take({ eventId: filed.eventId, stage: 'CLOSED', by: 'platform', commandId: 'x-2' })
  ackAll()
  days(3_649)
  await retention.purger.round()
  expect(existsSync(filed.path)).toBe(true)
  days(1)
  await retention.purger.round()
  expect([existsSync(filed.path), existsSync(held.path)]).toEqual([false, true])
})

test('what the platform has not acknowledged never goes, whatever is asked', async () => {
  const { retention, sealed, days, desk, outbox } = await setUp()
  const one = await sealed('one', { acked: false })
  await sealed('newest', { acked: false })
  for (const to of ['REVOKED', 'CLOSED']) {
    desk.transition({
      eventId: one.eventId,
      to,
      actor: ACTOR,
      reasonCode: 'OTHER',
      details: { approvedBy: 'p-2' },
    })
  }
  days(40_000)
  expect(await retention.purger.round()).toMatchObject({ removed: 0 })
  expect(await retention.purger.relieve(1e12)).toMatchObject({ removed: 0 })
  expect(() => retention.wish({ eventId: one.eventId, by: 'a', reason: 'x' })).toThrow(
    /EVIDENCE_OWED|acknowledged/,
  )
  // All but the evidence message itself: the platform knows of the alert, not of its package.
  outbox.settle(outbox.due(1_000).flatMap(({ id, topic }) => (topic.startsWith('evidence/') ? [] : [id])))
  expect(await retention.purger.round()).toMatchObject({ removed: 0 })
  outbox.settle(outbox.due(1_000).map(({ id }) => id))
  expect(await retention.purger.round()).toMatchObject({ removed: 1 })
  expect(existsSync(one.path)).toBe(false)
})

test('[R70] before its maximum evidence goes by two people only, and never before its minimum', async () => {
  const { retention, sealed, close, days } = await setUp()
  const one = await sealed('one')
  await sealed('newest')
  close(one.eventId, 'REVOKED')
  const wish = (by: string) => retention.wish({ eventId: one.eventId, by, reason: 'a wrong camera' })
  expect(() => wish('legal-1')).toThrowError(expect.objectContaining({ code: 'EVIDENCE_TOO_YOUNG' }))
  days(31)
  expect(wish('legal-1')).toMatchObject({ action: 'ASKED' })
  expect(() => wish('legal-1')).toThrowError(expect.objectContaining({ code: 'PURGE_REFUSED' }))
  expect(wish('admin-1')).toMatchObject({ action: 'AGREED', by: ['legal-1', 'admin-1'] })
  await retention.purger.round()
  expect(existsSync(one.path)).toBe(false)
  expect(await retention.purger.tombstones(1)).toMatchObject([
    { cause: 'early', by: ['legal-1', 'admin-1'], reason: 'a wrong camera; a wrong camera' },
  ])
})

test('a hold on one event of an act keeps the evidence of all of them', async () => {
  const { retention, sealed, close, office, days, ackAll } = await setUp()
  const [one, other] = [await sealed('one'), await sealed('other')]
  await sealed('newest')
  for (const { eventId } of [one, other]) close(eventId, 'REVOKED')
  const linked = office.sameAct.membersOf(one.eventId).includes(other.eventId)
  if (!linked)
    office.sameAct.merge({
      eventId: other.eventId,
      into: one.eventId,
      by: 'p-1',
      reason: 'one stall',
      commandId: 'm-1',
    })
  office.holds.place({ eventId: other.eventId, by: 'p-1', reason: 'a complaint' })
  ackAll()
  days(91)
  expect((await retention.purger.round()).stayed).toMatchObject({ EVIDENCE_HELD: 2 })
})

test('recordings of body-cams and sounds go in their time, not while their act goes on or is held', async () => {
  const { retention, registry, store, archive, folder, sealed, close, days, database, time, ackAll, office } =
    await setUp()
  const one = await sealed('one')
  const recordings = ['r-free', 'r-linked'].map((recordingId) => {
    const file = join(folder, `${recordingId}.mp4`)
    writeFileSync(file, 'film')
    const linkedEventIds = recordingId === 'r-linked' ? [one.eventId] : []
    const collectedAt = new Date(time.nowMs).toISOString()
    const body = {
      recordingId,
      status: 'ACCEPTED',
      file,
      bytes: 4,
      sha256: 'ab',
      linkedEventIds,
      collectedAt,
    }
    const insert = database.prepare('INSERT INTO bodycam_recording VALUES (?,?,?,?,?,?,?)')
    insert.run(recordingId, recordingId, 'ACCEPTED', 'ab', '{}', JSON.stringify(body), time.nowMs)
    return file
  })
  mkdirSync(join(folder, 'persuasion', 'audio'), { recursive: true })
  const { sha256, sm3, bytes } = await archive.keep(Buffer.from('please move on'))
  const audioRef = { sha256, sm3, bytes, durationSec: 1, source: 'speech' as const }
  const requestedAt = new Date(time.nowMs).toISOString()
  const record = {
    persuasionId: 'n-1',
    version: 1,
    eventId: one.eventId,
    requestedAt,
    audioRef,
    deliveryStatus: 'DELIVERED',
  }
  store.add({ ...record, deviceId: null, result: null, endedAt: null } as never, time.nowMs)
  ackAll()
  const left = () => [...recordings.map((file) => existsSync(file)), archive.bytesOf(sha256) !== null]

  days(366)
  await retention.purger.round()
  expect(left()).toEqual([false, true, true]) // Its act is open.
  close(one.eventId, 'REVOKED')
  office.holds.place({ eventId: one.eventId, by: 'p-1', reason: 'a complaint' })
  ackAll()
  days(366)
  await retention.purger.round()
  expect(left()).toEqual([false, true, true])
  office.holds.lift({ eventId: one.eventId, by: 'p-1', reason: 'over' })
  office.holds.lift({ eventId: one.eventId, by: 'p-2', reason: 'over' })
  ackAll()
  await retention.purger.round()
  expect(left()).toEqual([false, false, false])
  expect(registry.get('r-free')).toMatchObject({ recordingId: 'r-free', purgedAt: expect.any(String) })
  expect((await retention.purger.tombstones(9)).map(({ kind }) => kind).sort()).toEqual([
    'audio',
    'bodycam',
    'bodycam',
  ])
})

test('after a leap of the clock, and at the first start, nothing goes for a day', async () => {
  const { retention, sealed, close, days } = await setUp()
  const one = await sealed('one')
  await sealed('newest')
  close(one.eventId, 'REVOKED')
  await retention.look()
  days(1)
  await retention.look()
  expect(retention.notes.lookedAtMs()).not.toBeNull()
  days(91) // The clock leaps.
  await retention.look()
  days(0.9)
  await retention.look()
  expect(existsSync(one.path)).toBe(true)
  days(0.2)
  await retention.look()
  expect(existsSync(one.path)).toBe(false)
})
