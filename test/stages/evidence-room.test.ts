/** Around a package: the platform hears of it, hears again when it is stamped, and custody has both. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { EvidenceOptions } from '../../gateway/evidence/keeper.ts'
import { Locker, makeStorageKey, readStorageKey } from '../../gateway/evidence/locker.ts'
import { readAuthorities } from '../../gateway/evidence/timestamp.ts'
import { requestStamp } from '../../gateway/evidence/tsa.ts'
import { StorageOptions } from '../../gateway/evidence/vault.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { EvidenceRoom } from '../../gateway/evidence-room.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { Closing } from '../../gateway/kit/closing.ts'
import { Database } from '../../gateway/kit/database.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { MESSAGES } from '../../gateway/mqtt/messages.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import { TimeAuthority } from '../../simulators/tsa/authority.ts'
import { DELIVERS_NOTHING, factsOf, LATER, temporaryFolder, wrap } from './evidence-footage.ts'

const home = mkdtempSync(join(tmpdir(), 'lushao-tsa-'))
const authority = await TimeAuthority.start({ folder: home })
afterAll(async () => {
  await authority.close()
  rmSync(home, { recursive: true })
})

let folder = ''
let closing = new Closing()
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(async () => {
  await closing.close()
  rmSync(folder, { recursive: true })
})

async function openRoom(authorities: object[], encryption?: { keyFile: string }) {
  closing = new Closing()
  const database = closing.own(new Database(join(folder, 'lushao.db')))
  const outbox = new Outbox(database, OutboxOptions.parse({}), systemClock, silentLog)
  const evidence = EvidenceOptions.parse({ sm2: true, timestamp: { authorities } })
  const storage = StorageOptions.parse({ folder, freeMinMiB: 0, encryption })
  const config = () => ({ ...DELIVERS_NOTHING, evidence, storage })
  const parts = { config, folder, database, outbox, clock: systemClock, log: silentLog }
  const room = await EvidenceRoom.open(parts, closing)
  closing.own(room.heads)
  await room.start()
  const messages = (topic: string) => outbox.due(100).filter((one) => one.topic.startsWith(topic))
  const stamped = async () => {
    while (messages('evidence/').length < 2) await new Promise((done) => setTimeout(done, 5))
  }
  return { room, messages, stamped }
}

async function sealClip({ keeper }: EvidenceRoom) {
  await keeper.hold('act-1', 'CLIP', wrap(LATER, 12))
  return keeper.seal(factsOf('act-1'))
}

const OURS = [{ url: authority.url, caFile: authority.caFile }]

test('[R70] sealed, then stamped: two summaries, both times in the second, and custody names who', async () => {
  const { room, messages, stamped } = await openRoom(OURS)
  const sealed = await sealClip(room)
  room.sealed(sealed)
  room.sealed(sealed)
  await stamped()
  const [first, second, ...more] = messages('evidence/').map(({ data }) => MESSAGES.evidence.data.parse(data))
  expect(more).toEqual([])
  expect(first).toMatchObject({ timestamp: 'ABSENT', timestamps: [], sm2Signature: { alg: 'SM2' } })
  expect(second).toMatchObject({
    ...{ timestamp: 'FITS', producedAt: sealed.producedAt, tagmanifestHash: sealed.tagmanifestHash },
    timestamps: [{ type: 'RFC3161', status: 'FITS', tsa: 'lushao-tsa-good', policy: '1.2.3.4.1' }],
  })
  const token = second!.timestamps[0]!
  expect(Math.abs(Date.parse(token.tokenTime!) - Date.now())).toBeLessThan(600_000)
  expect(token.fetch).toBe(`/api/v1/evidence/${sealed.packageId}/tagmanifest-sha256.txt.tsr`)
  expect(room.custody.of(sealed.packageId)).toMatchObject([
    { action: 'SEALED', actor: 'nanjing-road/gw-01', reason: 'confirm', hashAfter: sealed.tagmanifestHash },
    { action: 'TIMESTAMPED', hashBefore: sealed.tagmanifestHash, hashAfter: token.sha256 },
  ])
})

test('[R70] a package that lies locked is stamped as it was sealed: its token fits what is unlocked', async () => {
  const keyFile = join(home, `storage-${Date.now()}.key`)
  await makeStorageKey(keyFile)
  const { room, messages, stamped } = await openRoom(OURS, { keyFile })
  const sealed = await sealClip(room)
  room.sealed(sealed)
  await stamped()
  expect(MESSAGES.evidence.data.parse(messages('evidence/')[1]?.data)).toMatchObject({
    ...{ timestamp: 'FITS', tagmanifestHash: sealed.tagmanifestHash, sm2Signature: { alg: 'SM2' } },
  })
  const authorities = readAuthorities(readFileSync(authority.caFile, 'utf8'))
  const locker = new Locker(await readStorageKey({ keyFile }), 'aes-256-gcm')
  const report = await verifyPackages([folder], { authorities, locker })
  expect(report.packages).toMatchObject([{ ok: true, timestamp: { state: 'FITS' } }])
})

test('a token whose arrival nobody heard of before the crash is told at the next start, once', async () => {
  const before = await openRoom([])
  const sealed = await sealClip(before.room)
  before.room.sealed(sealed)
  await closing.close()
  // What a kill between the rename and the note leaves behind.
  const tagmanifest = readFileSync(join(sealed.path, 'tagmanifest-sha256.txt'))
  const { der } = await requestStamp(authority, tagmanifest, { timeoutMs: 60_000 })
  writeFileSync(join(sealed.path, 'tagmanifest-sha256.txt.tsr'), der)

  for (let start = 0; start < 2; start++) {
    const { room, messages, stamped } = await openRoom(OURS)
    await stamped()
    expect(room.custody.of(sealed.packageId).map(({ action }) => action)).toEqual(['SEALED', 'TIMESTAMPED'])
    expect(messages('evidence/')).toHaveLength(2)
    await closing.close()
  }
})

test('the head of the day is told through the outbox, as it was signed', async () => {
  const { room, messages } = await openRoom([])
  room.sealed(await sealClip(room))
  await room.heads.close()
  const [message, ...more] = messages('evidence-head')
  expect(more).toEqual([])
  const head = MESSAGES.evidenceHead.data.parse(message?.data)
  expect(head).toMatchObject({ reason: 'STOP', sequence: 1, packages: 1, custody: { entry: 1 } })
  const line = JSON.stringify({ statement: head.statement, signature: head.signature })
  expect(readFileSync(join(folder, 'heads.ndjson'), 'utf8')).toBe(`${line}\n`)
})
