/** The daily sealed head: one a day and one at stop, chained, told, and what a chain that was cut does not fit. */
import { createHash, createPublicKey } from 'node:crypto'
import { appendFileSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PublishedHead, SignedHead } from '../../gateway/evidence/head-record.ts'
import { DailyHeads } from '../../gateway/evidence/heads.ts'
import type { Link } from '../../gateway/evidence/package.ts'
import { openSigner, type Signer } from '../../gateway/evidence/seal.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { factsOf, LATER, openKeeper, temporaryFolder, wrap } from './evidence-footage.ts'
import { codes } from './verify-fixture.ts'

let folder = ''
let file = ''
let signer: Signer
let nowMs = 0
let link: Link | null = null
let told: { head: PublishedHead; signed: SignedHead; hash: string }[] = []
const open: DailyHeads[] = []

beforeEach(async () => {
  folder = temporaryFolder()
  file = join(folder, 'heads.ndjson')
  signer = await openSigner(join(folder, 'keys'))
  nowMs = Date.parse('2026-05-01T12:00:00+08:00')
  link = null
  told = []
})
afterEach(async () => {
  for (const heads of open.splice(0)) await heads.close()
  rmSync(folder, { recursive: true })
})

async function startHeads(): Promise<DailyHeads> {
  const heads = new DailyHeads({
    ...{ file, signer, log: silentLog, producer: { site: 'nanjing-road', gateway: 'gw-01' } },
    head: () => link,
    custodyHead: () => ({ entry: 7, hash: 'cd'.repeat(32) }),
    publish: (head, signed, hash) => void told.push({ head, signed, hash }),
    utcOffsetMinutes: 480,
    clock: { wallMs: () => nowMs, monotonicMs: () => nowMs },
  })
  open.push(heads)
  await heads.start()
  return heads
}

function seal(sequence: number): void {
  link = { sequence, packageId: `P${sequence}`, manifestHash: sequence.toString(16).padStart(64, '0') }
}

const at = (time: string) => {
  nowMs = Date.parse(time)
}
const days = () => told.map(({ head }) => [head.day, head.reason, head.sequence, head.packages])

test('one head a day at local midnight, and one at stop, each naming the one before', async () => {
  const heads = await startHeads()
  seal(3)
  at('2026-05-01T23:59:59+08:00')
  await heads.look()
  expect(told).toEqual([])
  at('2026-05-02T00:00:05+08:00')
  await Promise.all([heads.look(), heads.look()])
  seal(5)
  at('2026-05-03T00:00:01+08:00')
  await heads.look()
  at('2026-05-04T00:00:01+08:00')
  await heads.look()
  seal(6)
  at('2026-05-04T09:00:00+08:00')
  await heads.close()
  expect(days()).toEqual([
    ['2026-05-01', 'MIDNIGHT', 3, 3],
    ['2026-05-02', 'MIDNIGHT', 5, 2],
    ['2026-05-03', 'MIDNIGHT', 5, 0],
    ['2026-05-04', 'STOP', 6, 1],
  ])
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const hashes = lines.map((line) => createHash('sha256').update(line).digest('hex'))
  expect(told.map(({ hash }) => hash)).toEqual(hashes)
  expect(told.map(({ head }) => head.prevHeadHash)).toEqual([null, ...hashes.slice(0, -1)])
  expect(told[0]?.head.custody).toEqual({ entry: 7, hash: 'cd'.repeat(32) })
})

test('a stop with nothing new seals no second head; a day goes on over a restart', async () => {
  seal(2)
  await (await startHeads()).close()
  await (await startHeads()).close()
  seal(4)
  await (await startHeads()).close()
  const fresh = told.filter(({ hash }, index) => told.findIndex((one) => one.hash === hash) === index)
  expect(fresh.map(({ head }) => [head.day, head.reason, head.sequence, head.packages])).toEqual([
    ['2026-05-01', 'START', 2, 2],
    ['2026-05-01', 'START', 4, 4],
  ])
})

test('after a kill: half a line is taken back, the last whole one is told again, what is owed is sealed', async () => {
  seal(2)
  await startHeads()
  const whole = readFileSync(file, 'utf8')
  appendFileSync(file, '{"statement":"{\\"type')
  seal(3)
  at('2026-05-02T07:00:00+08:00')
  told = []
  await startHeads()
  expect(readFileSync(file, 'utf8').startsWith(whole)).toBe(true)
  expect(days()).toEqual([
    ['2026-05-01', 'START', 2, 2],
    ['2026-05-02', 'START', 3, 1],
  ])
  expect(told[1]?.head.prevHeadHash).toBe(told[0]?.hash)
})

// ── what verify makes of them ───────────────────────────────────────────────────────────────────

/** Four packages and the head after the third. */
async function publishedBox() {
  const keeper = await openKeeper(folder, { signer })
  const seals = async (eventId: string) => {
    await keeper.hold(eventId, 'CLIP', wrap(LATER, 12))
    const { path } = await keeper.seal(factsOf(eventId))
    link = keeper.head
    return path
  }
  const paths = [await seals('act-1'), await seals('act-2'), await seals('act-3')]
  await startHeads()
  const heads = readFileSync(file, 'utf8')
  const keys = [createPublicKey(signer.publicKeyPem)]
  const verify = (text = heads, more: object = {}) => verifyPackages([folder], { keys, heads: text, ...more })
  return { paths, heads, verify, seals }
}

test('[R44] a published head finds a chain that was cut at its end, which nothing on the box shows', async () => {
  const { paths, heads, verify, seals } = await publishedBox()
  const message = JSON.stringify({ id: 'x', data: { ...JSON.parse(heads) } })
  for (const text of [heads, message]) expect(await verify(text)).toMatchObject({ ok: true })
  await seals('act-4')
  expect(await verify()).toMatchObject({ ok: true })

  // Whoever cuts the end also makes chain.json fit.
  rmSync(join(folder, 'evidence'), { recursive: true })
  const other = await openKeeper(folder, { signer })
  await other.hold('act-1', 'CLIP', wrap(LATER, 12))
  await other.seal(factsOf('act-1'))
  expect(existsSync(paths[0]!)).toBe(true)
  expect(await verify('')).toMatchObject({ ok: true })
  expect(codes((await verify()).findings)).toEqual(['CHAIN_CUT 3'])
  expect(codes((await verify(message)).findings)).toEqual(['CHAIN_CUT 3'])
  expect(await verify(heads, { partial: true })).toMatchObject({ ok: true })
})

test('[R44] a published head finds a chain that was written anew with the stolen key', async () => {
  const { verify } = await publishedBox()
  rmSync(join(folder, 'evidence'), { recursive: true })
  const other = await openKeeper(folder, { signer })
  for (const eventId of ['act-1', 'act-2', 'another']) {
    await other.hold(eventId, 'CLIP', wrap(LATER, 12))
    await other.seal(factsOf(eventId))
  }
  expect(await verify('')).toMatchObject({ ok: true })
  expect(codes((await verify()).findings)).toEqual(['CHAIN_REWRITTEN 3'])
  expect(codes((await verify(undefined, { partial: true })).findings)).toEqual(['CHAIN_REWRITTEN 3'])
})

test('a head that nobody trusted has signed, that was edited, or is none, is found', async () => {
  const { heads, verify } = await publishedBox()
  const edited = heads.replace('2026-05-01', '2026-05-02')
  expect(edited).not.toBe(heads)
  expect(codes((await verify(edited)).findings)).toEqual(['HEAD_BAD 1'])
  expect(codes((await verify(`${heads}nonsense\n`)).findings)).toEqual(['HEAD_BAD 2'])
  const stranger = await openSigner(join(folder, 'other'))
  const by = heads.replace(signer.keyId, stranger.keyId)
  expect(codes((await verify(by)).findings)).toEqual(['HEAD_BAD 1'])
  cpSync(file, join(folder, 'copy'))
  writeFileSync(join(folder, 'copy'), `\n${heads}\n\n`)
  expect(await verify(readFileSync(join(folder, 'copy'), 'utf8'))).toMatchObject({ ok: true })
})
