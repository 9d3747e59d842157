/** The life of the box's keys: a second one by SM2, rotated and revoked, and what that means for packages. */
import { spawnSync } from 'node:child_process'
import { createPublicKey, type KeyObject } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { statementsIn } from '../../gateway/evidence/revocation-check.ts'
import { revokeKey } from '../../gateway/evidence/revocations.ts'
import { exportKeys, openSigner, rotateKey, type Signer, signedLine } from '../../gateway/evidence/seal.ts'
import { isSm2Key, makeSm2Key, readSm2PrivateKey, signSm2, verifySm2 } from '../../gateway/evidence/sm2.ts'
import { readAuthorities } from '../../gateway/evidence/timestamp.ts'
import { requestStamp } from '../../gateway/evidence/tsa.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { TimeAuthority } from '../../simulators/tsa/authority.ts'
import { factsOf, LATER, openKeeper, START_WALL_MS, temporaryFolder, wrap } from './evidence-footage.ts'
import { flip, packageFindings } from './verify-fixture.ts'

let root = ''
let folder = ''
beforeEach(() => {
  root = temporaryFolder()
  folder = join(root, 'keys')
})
afterEach(() => rmSync(root, { recursive: true }))

const key = (pem: string): KeyObject => createPublicKey(pem)

/** A package of one clip: nothing has to be decoded. */
async function sealClip(signer: Signer, eventId: string, atMs = 0): Promise<string> {
  const keeper = await openKeeper(root, { signer })
  await keeper.hold(eventId, 'CLIP', wrap(LATER, 12, atMs))
  const sealed = await keeper.seal(factsOf(eventId, { producedAtWallMs: START_WALL_MS + 180_000 + atMs }))
  await keeper.close()
  return sealed.path
}

function openssl(line: string, cwd: string): string {
  const { stdout, stderr } = spawnSync('openssl', line.split(' '), { cwd })
  return `${stdout}${stderr}`.trim()
}

// ── SM2 ─────────────────────────────────────────────────────────────────────────────────────────

test('what SM2 signs OpenSSL verifies, and what OpenSSL signs SM2 verifies', () => {
  const data = Buffer.from('manifest')
  writeFileSync(join(root, 'data'), data)
  const ours = readSm2PrivateKey(makeSm2Key())
  const publicKey = createPublicKey(ours)
  writeFileSync(join(root, 'pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
  writeFileSync(join(root, 'sig'), signSm2(ours, data))
  const id = '-rawin -digest sm3 -pkeyopt distid:1234567812345678'
  expect(openssl(`pkeyutl -verify -pubin -inkey pub.pem ${id} -in data -sigfile sig`, root)).toBe(
    'Signature Verified Successfully',
  )
  openssl('genpkey -algorithm SM2 -out theirs.pem', root)
  openssl(`pkeyutl -sign -inkey theirs.pem ${id} -in data -out theirs.sig`, root)
  const theirs = createPublicKey(readFileSync(join(root, 'theirs.pem')))
  const signature = readFileSync(join(root, 'theirs.sig'))
  expect(isSm2Key(theirs)).toBe(true)
  expect(verifySm2(theirs, data, signature)).toBe(true)
  expect(verifySm2(theirs, Buffer.from('manifesto'), signature)).toBe(false)
  expect(verifySm2(publicKey, data, signature)).toBe(false)
  expect(verifySm2(theirs, data, Buffer.from('no signature'))).toBe(false)
})

test('[R70] a package with a second signature: made at first start, checked by ours and by OpenSSL', async () => {
  const signer = await openSigner(folder, { sm2: true })
  expect(readdirSync(folder).filter((name) => name.endsWith('.key.pem'))).toHaveLength(2)
  expect((await openSigner(folder, { sm2: true })).sm2?.keyId).toBe(signer.sm2?.keyId)
  const path = await sealClip(signer, 'act-1')
  const dgst = 'dgst -sm3 -verify public-key-sm2.pem -sigopt distid:1234567812345678'
  expect(openssl(`${dgst} -signature tagmanifest-sha256.txt.sm2.sig tagmanifest-sha256.txt`, path)).toBe(
    'Verified OK',
  )

  const [ed25519, sm2] = [key(signer.publicKeyPem), key(signer.sm2!.publicKeyPem)]
  for (const keys of [[], [ed25519], [ed25519, sm2]]) {
    const report = await verifyPackages([root], { keys })
    expect(report).toMatchObject({ ok: true, packages: [{ sm2KeyId: signer.sm2?.keyId, findings: [] }] })
  }
  const other = await openSigner(join(root, 'other'), { sm2: true })
  const wrong = await verifyPackages([path], { keys: [ed25519, key(other.sm2!.publicKeyPem)] })
  expect(packageFindings(wrong)).toEqual([`KEY_WRONG ${signer.sm2?.keyId}`])

  flip(join(path, 'tagmanifest-sha256.txt.sm2.sig'), 20)
  const bad = await verifyPackages([path], { keys: [ed25519] })
  expect(packageFindings(bad)).toEqual(['SIGNATURE_BAD tagmanifest-sha256.txt.sm2.sig'])
  rmSync(join(path, 'tagmanifest-sha256.txt.sm2.sig'))
  const lost = await verifyPackages([path], { keys: [ed25519] })
  expect(packageFindings(lost)).toEqual(['MISSING tagmanifest-sha256.txt.sm2.sig'])
})

test('a box without it has none, and one that had it goes on without', async () => {
  const signer = await openSigner(folder)
  const path = await sealClip(signer, 'act-1')
  expect(signer.sm2).toBeNull()
  expect(readdirSync(path).filter((name) => name.includes('sm2'))).toEqual([])
})

test('rotation replaces both keys, each vouched for by the one of its kind', async () => {
  const first = await openSigner(folder, { sm2: true })
  const { next } = await rotateKey(folder, START_WALL_MS)
  expect([next.keyId, next.sm2?.keyId]).not.toEqual([first.keyId, first.sm2?.keyId])
  for (const old of [first.keyId, first.sm2!.keyId])
    expect(existsSync(join(folder, `${old}.key.pem`))).toBe(false)
  expect((await exportKeys(folder)).map(({ keyId }) => keyId).slice(0, 2)).toEqual([
    next.keyId,
    next.sm2!.keyId,
  ])
  await sealClip(next, 'act-1')
  const keys = [key(first.publicKeyPem), key(first.sm2!.publicKeyPem)]
  expect(await verifyPackages([root], { keys })).toMatchObject({ ok: true })
})

// ── revocation ──────────────────────────────────────────────────────────────────────────────────

/** №1 and №2 by key A, then rotation to B; A's private half is kept aside, as a thief would have it. */
async function boxWithHistory() {
  const a = await openSigner(folder)
  await sealClip(a, 'act-1')
  await sealClip(a, 'act-2', 1_000)
  cpSync(folder, join(root, 'stolen'), { recursive: true })
  const { next: b } = await rotateKey(folder, START_WALL_MS)
  const head = (await openKeeper(root, { signer: b })).head
  const revoke = (wallMs = Date.now()) =>
    revokeKey(folder, { keyId: a.keyId, reason: 'laptop lost', wallMs, head })
  return { a, b, revoke, pinned: [key(a.publicKeyPem)] }
}

test('[R70] a revocation stands in every package after it; what the chain proves older stays good', async () => {
  const { a, revoke, pinned } = await boxWithHistory()
  const revocation = await revoke()
  expect(revocation).toMatchObject({ keyId: a.keyId, reason: 'laptop lost', head: { sequence: 2 } })
  const signer = await openSigner(folder)
  const path = await sealClip(signer, 'act-3', 2_000)
  expect(statementsIn(readFileSync(join(path, 'key-revocations.ndjson'), 'utf8'))).toEqual([revocation])
  expect(await verifyPackages([root], { keys: pinned })).toMatchObject({ ok: true })
  expect(await verifyPackages([root], { keys: [key(signer.publicKeyPem), ...pinned] })).toMatchObject({
    ok: true,
  })
  // Nothing was said of its key at №1 and №2 alone, so nothing is found there either.
  expect(
    await verifyPackages([join(root, 'evidence', readdirSync(join(root, 'evidence')).sort()[0]!)]),
  ).toMatchObject({ ok: true })
})

test('[R70] a package that a revoked key has signed since is found, also when the thief continues the chain', async () => {
  const { a, revoke, pinned } = await boxWithHistory()
  await revoke()
  await sealClip(await openSigner(folder), 'act-3', 2_000)
  const stolen = await openSigner(join(root, 'stolen'))
  expect(stolen.keyId).toBe(a.keyId)
  const path = await sealClip(stolen, 'act-4', 3_000)
  const report = await verifyPackages([root], { keys: pinned })
  expect(report.ok).toBe(false)
  const bad = report.packages.filter((one) => !one.ok)
  expect(bad).toMatchObject([{ path, trust: 'none', findings: [{ code: 'KEY_REVOKED', item: a.keyId }] }])
})

test('without the chain a trusted token proves that a package is older, and nothing else does', async () => {
  const home = mkdtempSync(join(tmpdir(), 'lushao-tsa-'))
  const authority = await TimeAuthority.start({ folder: home })
  afterAll(async () => {
    await authority.close()
    rmSync(home, { recursive: true })
  })
  const { a, pinned, revoke } = await boxWithHistory()
  const [first, second] = readdirSync(join(root, 'evidence'))
    .filter((name) => name.length === 26)
    .map((name) => join(root, 'evidence', name))
    .sort() as [string, string]
  const stamped = readFileSync(join(first, 'tagmanifest-sha256.txt'))
  const { der } = await requestStamp(authority, stamped, { timeoutMs: 60_000 })
  writeFileSync(join(first, 'tagmanifest-sha256.txt.tsr'), der)
  const revocation = { ...(await revoke(Date.now() + 60_000)), head: null }
  const authorities = readAuthorities(readFileSync(authority.caFile, 'utf8'))
  const verify = (more: object) =>
    verifyPackages([first, second], { keys: pinned, revocations: [revocation], ...more }).then(
      packageFindings,
    )
  expect(await verify({ authorities })).toEqual([`KEY_REVOKED ${a.keyId}`])
  expect(await verify({})).toEqual([`KEY_REVOKED ${a.keyId}`, `KEY_REVOKED ${a.keyId}`])
  const early = { ...revocation, revokedAt: '2020-01-01T00:00:00.000+08:00' }
  expect(await verify({ authorities, revocations: [early] })).toHaveLength(2)
})

test('the key in use, a key that never was, and an old key against a new one: no revocation', async () => {
  const { a, b, pinned } = await boxWithHistory()
  const wish = { reason: 'x', wallMs: START_WALL_MS, head: null }
  await expect(revokeKey(folder, { ...wish, keyId: b.keyId })).rejects.toMatchObject({ code: 'KEY_IN_USE' })
  await expect(revokeKey(folder, { ...wish, keyId: '0000' })).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
  expect(existsSync(join(folder, 'revocations.ndjson'))).toBe(false)

  // The thief, with A, says that B is revoked, in a package of his own.
  const stolen = await openSigner(join(root, 'stolen'))
  const statement = {
    type: 'lushao.key-revocation.v1',
    keyId: b.keyId,
    reason: 'x',
    byKeyId: a.keyId,
    head: null,
  }
  const line = signedLine(
    JSON.stringify({ ...statement, revokedAt: '2020-01-01T00:00:00.000+08:00' }),
    stolen,
  )
  await sealClip(b, 'act-3', 2_000)
  await sealClip({ ...spread(stolen), revocations: line }, 'act-4', 3_000)
  const report = await verifyPackages([root], { keys: [...pinned, key(b.publicKeyPem)] })
  expect(packageFindings(report)).toEqual([])
})

/** A signer's parts lie on its prototype as well. */
function spread(signer: Signer): Signer {
  const { keyId, publicKeyPem, fingerprint, rotations, revocations, sm2 } = signer
  return { keyId, publicKeyPem, fingerprint, rotations, revocations, sm2, sign: (data) => signer.sign(data) }
}

test('revoking twice changes nothing', async () => {
  const { revoke } = await boxWithHistory()
  const first = await revoke(START_WALL_MS)
  expect(await revoke(START_WALL_MS + 1_000)).toEqual(first)
  expect(statementsIn((await openSigner(folder)).revocations)).toEqual([first])
})
