/** What goes leaves a signed tombstone, and the chain stays checkable over the hole. */

import { createPublicKey } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { openSigner, rotateKey } from '../../gateway/evidence/seal.ts'
import { PURGED_FILE, signatureOf } from '../../gateway/evidence/tombstones.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { ChainedLog } from '../../gateway/kit/chained-log.ts'
import { openKeeper, START_WALL_MS, sealOne, temporaryFolder } from './evidence-footage.ts'
import { CLOSED, DAY_MS, type Lives, livesOf, openPurger } from './purge-fixture.ts'

const ACTS = ['act-1', 'act-2', 'act-3', 'act-4', 'act-5']
const source = temporaryFolder()
afterAll(() => rmSync(source, { recursive: true }))
const first = await openKeeper(source)
const ids: string[] = []
for (const [at, act] of ACTS.entries())
  ids.push((await sealOne(first, act, { producedAtWallMs: START_WALL_MS + (at + 1) * 300_000 })).packageId)
const keys = [createPublicKey((await openSigner(join(source, 'keys'))).publicKeyPem)]

let folder = ''
let lives: Lives = livesOf()
beforeEach(() => {
  folder = temporaryFolder()
  cpSync(source, folder, { recursive: true })
  lives = livesOf(...ACTS)
  onTestFinished(() => rmSync(folder, { recursive: true }))
})
const here = () => readdirSync(join(folder, 'evidence')).filter((name) => /^[0-9A-Z]{26}$/.test(name))
const open = async () => openPurger(await openKeeper(folder), lives)
const check = () => verifyPackages([folder], { keys })
const codes = (report: Awaited<ReturnType<typeof check>>) =>
  report.findings.map(({ code, item }) => `${code} ${item}`)

test('[R70] what is past its maximum goes with a tombstone each, the newest stays, and verify accepts the holes', async () => {
  const purger = await open()
  expect(await purger.round()).toEqual({
    looked: 5,
    removed: 4,
    bytes: expect.any(Number),
    stayed: { EVIDENCE_NEWEST: 1 },
  })
  expect(here()).toEqual([ids[4]])
  expect(await check()).toMatchObject({ ok: true, findings: [], purged: 4 })
  const [newest] = await purger.tombstones(10)
  expect(newest).toMatchObject({
    ...{
      kind: 'package',
      id: ids[3],
      eventId: 'act-4',
      sequence: 4,
      class: 'standard',
      cause: 'due',
      by: ['box'],
    },
    ...{
      rule: 'standard 30–90 d',
      ruleVersion: 'sha256:config',
      legalBasis: expect.stringContaining('第十七条'),
    },
  })
  // The chain goes on over the hole, after a restart too.
  const keeper = await openKeeper(folder)
  await sealOne(keeper, 'act-6')
  expect(await check()).toMatchObject({ ok: true, purged: 4 })
})

test('held, open, with a case, not acknowledged, unknown: each stays and is counted', async () => {
  lives.lives.set('act-1', { ...CLOSED, held: true })
  lives.lives.set('act-2', { ...CLOSED, closedAtMs: null })
  lives.lives.set('act-3', { ...CLOSED, hasCase: true, caseOpen: true })
  lives.owed.add(ids[3]!)
  const { stayed, removed } = await (await open()).round()
  expect([removed, stayed]).toEqual([
    0,
    { EVIDENCE_HELD: 1, EVIDENCE_OPEN: 1, EVIDENCE_CASE_OPEN: 1, EVIDENCE_OWED: 1, EVIDENCE_NEWEST: 1 },
  ])
  lives.lives.clear()
  lives.owed.clear()
  expect(await (await open()).relieve(1e12)).toMatchObject({ removed: 0, stayed: { EVIDENCE_OPEN: 5 } })
  expect(here()).toHaveLength(5)
  expect(existsSync(join(folder, 'evidence', PURGED_FILE))).toBe(false)
})

test('when the disk is low the oldest past their minimum go, no more of them than is needed', async () => {
  lives.nowMs = CLOSED.closedAtMs! + 31 * DAY_MS
  const purger = await open()
  expect(await purger.round()).toMatchObject({ removed: 0 })
  expect(await purger.relieve(1)).toMatchObject({ removed: 1 })
  expect(here()).toEqual(ids.slice(1))
  lives.nowMs = CLOSED.closedAtMs! + 29 * DAY_MS
  expect(await (await open()).relieve(1e12)).toMatchObject({ removed: 0 })
})

test('a number that is missing without a tombstone is a finding, and so is one whose tombstone was cut off', async () => {
  await (await open()).round()
  const file = join(folder, 'evidence', PURGED_FILE)
  const lines = readFileSync(file, 'utf8').split('\n')
  writeFileSync(file, `${lines.slice(0, 2).join('\n')}\n`)
  expect(codes(await check())).toEqual(['CHAIN_GAP 3–4'])
  writeFileSync(file, `${[lines[0], ...lines.slice(2)].join('\n')}`)
  expect(codes(await check())).toEqual(['PURGE_LOG_BROKEN 2', 'CHAIN_GAP 2–4'])
  rmSync(file)
  expect(codes(await check())).toEqual(['CHAIN_GAP 1–4'])
})

test('whoever has no key of the box makes no tombstone: another key, a changed line, a line of another package', async () => {
  await (await open()).round()
  const file = join(folder, 'evidence', PURGED_FILE)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('"reason":"past its maximum"', '"reason":"past its minimum"'))
  expect(codes(await check())).toEqual(['PURGE_LOG_BROKEN 1', 'CHAIN_GAP 1–4'])

  const thief = await openSigner(join(folder, 'thief'))
  const forged = async (change: Record<string, unknown>, signer = thief) => {
    rmSync(file)
    const log = await ChainedLog.open(file)
    for (const line of text.trim().split('\n')) {
      const { n: _, prev: __, hash: ___, seal: ____, ...body } = JSON.parse(line)
      await log.append(
        { ...body, keyId: signer.keyId, publicKey: signer.publicKeyPem, ...change },
        signatureOf(signer),
      )
    }
    return codes(await check())
  }
  expect(await forged({})).toEqual([
    'TOMBSTONE_BAD 1',
    'TOMBSTONE_BAD 2',
    'TOMBSTONE_BAD 3',
    'TOMBSTONE_BAD 4',
    'CHAIN_GAP 1–4',
  ])
  const own = await openSigner(join(folder, 'keys'))
  // Under the name of the right key, signed by another.
  const stolen = { keyId: own.keyId, publicKey: own.publicKeyPem }
  expect(await forged(stolen)).toContain('CHAIN_GAP 1–4')
  expect(await forged({}, own)).toEqual([])
  expect(await forged({ manifestHash: 'f'.repeat(64) }, own)).toEqual(
    [2, 3, 4, 5].map((n) => `TOMBSTONE_MISFIT ${n}`),
  )
})

test('tombstones signed before the key was rotated still count for whoever pinned the old key', async () => {
  lives.lives.delete('act-3')
  lives.lives.delete('act-4')
  await (await open()).round()
  await rotateKey(join(folder, 'keys'), lives.nowMs)
  lives.lives.set('act-3', CLOSED)
  lives.lives.set('act-4', CLOSED)
  await (await openPurger(await openKeeper(folder), lives)).round()
  expect(await check()).toMatchObject({ ok: true, purged: 4 })
})

test('a hold that is placed while the tombstone is written keeps the package, and the log says so', async () => {
  const held = { ...CLOSED, held: true }
  let asked = 0
  const lifeOf = (eventId: string) => (eventId === 'act-1' && asked++ > 0 ? held : lives.lives.get(eventId)!)
  const purger = await openPurger(await openKeeper(folder), lives, { lifeOf })
  expect(await purger.round()).toMatchObject({ removed: 3, stayed: { EVIDENCE_HELD: 1, EVIDENCE_NEWEST: 1 } })
  expect(here()).toEqual([ids[0], ids[4]])
  const stones = (await purger.tombstones(10)).map(({ kind, id }) => `${kind} ${ids.indexOf(id) + 1}`)
  expect(stones.reverse()).toEqual(['package 1', 'kept 1', 'package 2', 'package 3', 'package 4'])
  expect(await check()).toMatchObject({ ok: true, purged: 3 })
})

test('what a crash left is finished at the next start: after the tombstone, after the rename; never without proof', async () => {
  const purger = await open()
  lives.lives.delete('act-2')
  lives.lives.delete('act-3')
  lives.lives.delete('act-4')
  cpSync(join(folder, 'evidence', ids[0]!), join(folder, 'kept'), { recursive: true })
  expect(await purger.round()).toMatchObject({ removed: 1 })
  renameSync(join(folder, 'kept'), join(folder, 'evidence', ids[0]!)) // Killed right after the tombstone.
  renameSync(join(folder, 'evidence', ids[1]!), join(folder, 'evidence', `.purging-${ids[1]}`)) // Never let go.
  await open()
  expect(here()).toEqual(ids.slice(1))
  cpSync(join(folder, 'evidence', ids[1]!), join(folder, 'evidence', `.purging-${ids[0]}`), {
    recursive: true,
  })
  await open()
  expect(readdirSync(join(folder, 'evidence')).filter((name) => name.startsWith('.'))).toEqual([])
  expect(await check()).toMatchObject({ ok: true, purged: 1 })
})

test('over a purge log that somebody changed nothing more is purged', async () => {
  lives.lives.delete('act-4')
  await (await open()).round()
  const file = join(folder, 'evidence', PURGED_FILE)
  writeFileSync(file, readFileSync(file, 'utf8').replace('act-2', 'act-9'))
  lives.lives.set('act-4', CLOSED)
  const purger = await open()
  expect([purger.isBroken, await purger.round()]).toEqual([
    true,
    { looked: 0, removed: 0, bytes: 0, stayed: {} },
  ])
  expect(here()).toEqual(ids.slice(3))
})

test('files that age are purged as packages are: proof first, then the bytes', async () => {
  const files = new Map([
    ['rec-1', 7],
    ['rec-2', 9],
  ])
  const subject = {
    held: false,
    clockStartMs: CLOSED.closedAtMs,
    caseOpen: false,
    owed: false,
    newest: false,
  }
  lives.nowMs = CLOSED.closedAtMs! + 366 * DAY_MS
  lives.lives.clear()
  const purger = await openPurger(await openKeeper(folder), lives, {
    files: [
      {
        kind: 'bodycam',
        ids: () => [...files.keys()],
        find: (id) => {
          const bytes = files.get(id)
          const held = id === 'rec-2'
          const facts = { id, sha256: 'aa', eventIds: [], class: 'bodycam' as const }
          return bytes === undefined ? null : { ...facts, bytes, subject: { ...subject, held } }
        },
        remove: async (id) => void files.delete(id),
      },
    ],
  })
  expect(await purger.round()).toMatchObject({ removed: 1, bytes: 7, stayed: { EVIDENCE_HELD: 1 } })
  expect([...files.keys()]).toEqual(['rec-2'])
  expect(await purger.tombstones(1)).toMatchObject([{ kind: 'bodycam', id: 'rec-1', class: 'bodycam' }])
  expect(await check()).toMatchObject({ ok: true, findings: [], purged: 0 })
})
