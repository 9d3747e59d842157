/** What a token proves, told apart, with tokens by OpenSSL; and the queue that obtains them, also after days offline. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { nodeTools } from '../../gateway/evidence/folder-source.ts'
import { type StampedPackage, Stamping } from '../../gateway/evidence/stamping.ts'
import { judgeToken, readAuthorities } from '../../gateway/evidence/timestamp.ts'
import { TimestampOptions } from '../../gateway/evidence/timestamp-options.ts'
import type { TokenState } from '../../gateway/evidence/token.ts'
import { requestStamp } from '../../gateway/evidence/tsa.ts'
import { StorageOptions, Vault } from '../../gateway/evidence/vault.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { type Log, silentLog } from '../../gateway/kit/log.ts'
import { TimeAuthority, type TsaFaults } from '../../simulators/tsa/authority.ts'
import { codes, packageFindings, SealedBox } from './verify-fixture.ts'

const home = mkdtempSync(join(tmpdir(), 'lushao-tsa-'))
const authority = await TimeAuthority.start({ folder: home })
afterAll(async () => {
  await authority.close()
  rmSync(home, { recursive: true })
})
const box = await SealedBox.make()
const good: TsaFaults = { ...authority.faults }
beforeEach(() => void Object.assign(authority.faults, good))

const TSR = 'tagmanifest-sha256.txt.tsr'
const pem = (file: string) => readAuthorities(readFileSync(file, 'utf8'))
const stampedOf = (root: string) => readFileSync(join(root, 'tagmanifest-sha256.txt'))

/** A token as the authority makes it with these faults, whether or not a box would keep it. */
async function tokenFor(root: string, faults: Partial<TsaFaults> = {}): Promise<Buffer> {
  const asked: Buffer[] = []
  const { reply } = authority
  authority.reply = (query) => {
    asked.push(query)
    return reply.call(authority, query)
  }
  const { url, caFile } = authority
  await requestStamp({ url, caFile }, stampedOf(root), { timeoutMs: 60_000 })
  authority.reply = reply
  Object.assign(authority.faults, faults)
  return authority.reply(asked[0]!)
}

const CASES: [
  why: string,
  token: Partial<TsaFaults> | null,
  ca: 'ca' | 'other' | 'none',
  state: TokenState,
  good: boolean,
][] = [
  ['a token by the authority that was named', {}, 'ca', 'FITS', true],
  ['no token', null, 'ca', 'ABSENT', true],
  ['nobody named', {}, 'none', 'UNTRUSTED', true],
  ['another authority named', {}, 'other', 'UNTRUSTED', false],
  ['a token by another authority', { signer: 'other' }, 'ca', 'UNTRUSTED', false],
  ['a token for another package', { wrongImprint: true }, 'ca', 'MISFIT', false],
  ['a certificate that had run out', { signer: 'expired' }, 'ca', 'EXPIRED', false],
  ['the same, nobody named', { signer: 'expired' }, 'none', 'EXPIRED', false],
  ['a refusal kept as a token', { reject: true }, 'ca', 'BROKEN', false],
]

test.each(CASES)('[R70] told apart: %s', async (_, faults, ca, state, isGood) => {
  if (faults !== null) writeFileSync(join(box.first, TSR), await tokenFor(box.first, faults))
  const authorities = { ca: pem(authority.caFile), other: pem(authority.otherCaFile), none: [] }[ca]
  const report = await verifyPackages([box.first], { keys: [box.trusted], authorities })
  expect(report.packages[0]?.timestamp.state).toBe(state)
  expect(report.ok).toBe(isGood)
  expect(packageFindings(report)).toEqual(isGood ? [] : [`TIMESTAMP_${state} ${TSR}`])
})

test('no byte of a token changes unseen', async () => {
  const stamped = stampedOf(box.first)
  const token = await tokenFor(box.first)
  const authorities = pem(authority.caFile)
  const fits: number[] = []
  // All of the frame, the parts that the authority signed in steps: they are covered by one hash.
  for (let at = 0; at < token.length; at += at < 70 || at > token.length - 90 ? 1 : 5) {
    const changed = Buffer.from(token)
    changed[at]! ^= 1
    if ((await judgeToken(changed, stamped, authorities, nodeTools)).state === 'FITS') fits.push(at)
  }
  expect(fits).toEqual([])
  const longer = Buffer.concat([token, Buffer.alloc(1)])
  expect(await judgeToken(longer, stamped, authorities, nodeTools)).toMatchObject({ state: 'BROKEN' })
  expect(await judgeToken(token.subarray(0, -1), stamped, authorities, nodeTools)).toMatchObject({
    state: 'BROKEN',
  })
})

const REFUSED: [why: string, faults: Partial<TsaFaults>, code: string, reason: RegExp][] = [
  ['an old answer sent again', { wrongNonce: true }, 'TSA_REFUSED', /nonce/],
  ['a token for another hash', { wrongImprint: true }, 'TSA_REFUSED', /MISFIT/],
  ['a certificate that had run out', { signer: 'expired' }, 'TSA_REFUSED', /EXPIRED/],
  ['another authority', { signer: 'other' }, 'TSA_REFUSED', /UNTRUSTED/],
  ['a refusal', { reject: true }, 'TSA_REFUSED', /not granted: status 2/],
  ['bytes that are no token', { garbage: true }, 'TSA_REFUSED', /BROKEN/],
  ['HTTP 503', { status: 503 }, 'TSA_REFUSED', /503/],
  ['no answer', { refuse: true }, 'TSA_UNREACHABLE', /./],
  ['an answer that comes too late', { slowMs: 600_000 }, 'TSA_UNREACHABLE', /timeout/],
]

test.each(REFUSED)('not taken for a token: %s', async (_, faults, code, reason) => {
  Object.assign(authority.faults, faults)
  const timeoutMs = faults.slowMs === undefined ? 60_000 : 200
  const asked = requestStamp(authority, stampedOf(box.first), { timeoutMs })
  await expect(asked).rejects.toMatchObject({ code, values: { reason: expect.stringMatching(reason) } })
})

test('a policy that was asked for is got, or the token is refused', async () => {
  const ask = (policy: string) =>
    requestStamp({ ...authority, policy }, stampedOf(box.first), { timeoutMs: 60_000 })
  expect((await ask('1.2.3.4.1')).judged).toMatchObject({ state: 'FITS', policy: '1.2.3.4.1' })
  await expect(ask('1.2.3.4.9')).rejects.toMatchObject({ code: 'TSA_REFUSED' })
})

test('user and password of the address are sent, and never told', async () => {
  const url = new URL(authority.url)
  url.username = 'box'
  url.password = 'sesame'
  authority.faults.status = 401
  const asked = requestStamp({ url: url.href, caFile: authority.caFile }, stampedOf(box.first), {
    timeoutMs: 60_000,
  })
  const refused = await asked.catch((error: Error) => error)
  expect(String(refused)).toContain('HTTP 401')
  expect(String(refused)).not.toContain('sesame')
  expect(authority.lastAuthorization).toBe(`Basic ${Buffer.from('box:sesame').toString('base64')}`)
})

// ── the queue ───────────────────────────────────────────────────────────────────────────────────

const started: Stamping[] = []
afterEach(async () => {
  for (const stamping of started.splice(0)) await stamping.close()
})

function startStamping(
  authorities: { url: string; caFile: string }[],
  told: (packageId: string) => boolean = () => false,
  log: Log = silentLog,
) {
  const heard: StampedPackage[] = []
  const waiting: { count: number; done: () => void }[] = []
  const stamping = new Stamping({
    options: TimestampOptions.parse({ authorities, retryFirstSec: 0.05, retryMaxSec: 0.1, timeoutSec: 60 }),
    vault: new Vault(StorageOptions.parse({ folder: box.folder })),
    onStamped: async (one) => {
      heard.push(one)
      for (const { count, done } of waiting) if (heard.length >= count) done()
    },
    told,
    log,
  })
  started.push(stamping)
  stamping.start()
  const hears = (count: number) =>
    new Promise<void>((done) => {
      if (heard.length >= count) done()
      else waiting.push({ count, done })
    })
  return { stamping, heard, hears }
}
const ours = () => ({ url: authority.url, caFile: authority.caFile })

test('[R70] every sealed package gets its token, oldest first, and only that is added', async () => {
  const before = readdirSync(box.first).sort()
  const { heard, hears } = startStamping([ours()])
  await hears(3)
  expect(heard.map(({ packageId }) => packageId)).toEqual([...box.ids].sort())
  expect(readdirSync(box.first).sort()).toEqual([...before, TSR].sort())
  const authorities = pem(authority.caFile)
  const report = await verifyPackages([box.folder], { keys: [box.trusted], authorities })
  expect(report.ok).toBe(true)
  expect(report.packages.map(({ timestamp }) => timestamp.state)).toEqual(['FITS', 'FITS', 'FITS'])
  expect(heard[0]?.token.time).toBe(report.packages[0]?.timestamp.time)
})

test('while nobody answers it waits, says so once, and goes on when somebody does', async () => {
  const warned: string[] = []
  const log = {
    ...silentLog,
    warn: (facts: unknown) => void warned.push((facts as { code: string }).code),
  } as Log
  authority.faults.refuse = true
  const before = authority.asked
  const { hears } = startStamping([ours()], () => false, log)
  while (authority.asked < before + 4) await new Promise((done) => setImmediate(done))
  authority.faults.refuse = false
  await hears(3)
  expect(warned).toEqual(['TSA_UNREACHABLE'])
})

test('a second authority is asked when the first one fails', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-tsa-'))
  const second = await TimeAuthority.start({ folder })
  onTestFinished(async () => {
    await second.close()
    rmSync(folder, { recursive: true })
  })
  authority.faults.wrongNonce = true
  const { hears } = startStamping([ours(), { url: second.url, caFile: second.caFile }])
  await hears(3)
  expect(second.granted).toBe(3)
})

test('after a crash: half a token is nothing, a whole one nobody heard of is told, one that was told is not', async () => {
  const evidence = join(box.folder, 'evidence')
  writeFileSync(join(evidence, `.stamping-${box.ids[0]}`), 'half')
  writeFileSync(join(box.packageOf(1), TSR), await tokenFor(box.packageOf(1)))
  writeFileSync(join(box.packageOf(2), TSR), await tokenFor(box.packageOf(2)))
  const granted = authority.granted
  const { heard, hears } = startStamping([ours()], (packageId) => packageId === box.ids[2])
  await hears(2)
  expect(heard.map(({ packageId }) => packageId).sort()).toEqual([box.ids[0]!, box.ids[1]!].sort())
  expect(authority.granted).toBe(granted + 1)
  expect(readdirSync(evidence).filter((name) => name.startsWith('.'))).toEqual([])
  const report = await verifyPackages([box.folder], { keys: [box.trusted] })
  expect(codes(report.findings)).toEqual([])
})

test('without an authority nothing is asked, and tokens that lie there are told of', async () => {
  writeFileSync(join(box.first, TSR), await tokenFor(box.first))
  const asked = authority.asked
  const { heard, hears } = startStamping([])
  await hears(1)
  expect(heard[0]).toMatchObject({ packageId: box.ids[0], token: { state: 'UNTRUSTED' } })
  expect(authority.asked).toBe(asked)
})

test('one package that cannot be written to holds up none of the others', async () => {
  rmSync(join(box.packageOf(1), 'tagmanifest-sha256.txt'))
  const { heard, hears } = startStamping([ours()])
  await hears(2)
  expect(heard.map(({ packageId }) => packageId)).not.toContain(box.ids[1])
})
