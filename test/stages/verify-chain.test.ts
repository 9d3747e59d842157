import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSigner, rotateKey } from '../../gateway/evidence/seal.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { openKeeper, sealOne, temporaryFolder } from './evidence-footage.ts'
import { codes, edit, exchange, packageFindings, SealedBox } from './verify-fixture.ts'

const box = await SealedBox.make()

test('another key, however well it signs, is none of ours', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  writeFileSync(join(box.first, 'public-key.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
  box.signTags(box.first, Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  const report = await box.check(box.first)
  expect(report.packages[0]?.trust).toBe('none')
  expect(packageFindings(report).some((finding) => finding.startsWith('KEY_WRONG'))).toBe(true)
})

test('a revoked key is named', async () => {
  const report = await verifyPackages([box.first], { keys: [box.trusted], revoked: [box.trusted] })
  expect(packageFindings(report)).toEqual([`KEY_REVOKED ${box.signer.keyId}`])
})

test('after a rotation the old pinned key is enough, a stranger is not', async () => {
  const own = temporaryFolder()
  try {
    const old = await openSigner(join(own, 'keys'))
    const before = await sealOne(await openKeeper(own), 'act-1')
    const { next } = await rotateKey(join(own, 'keys'), 0)
    const after = await sealOne(await openKeeper(own), 'act-2')
    expect(after.signature.keyId).toBe(next.keyId)
    const verifyWith = (pem: string) => verifyPackages([own], { keys: [createPublicKey(pem)] })
    expect((await verifyWith(old.publicKeyPem)).ok).toBe(true)
    const withNew = await verifyWith(next.publicKeyPem)
    expect(withNew.packages.filter(({ ok }) => ok).map(({ path }) => path)).toEqual([after.path])
    expect(codes(withNew.packages.find(({ path }) => path === before.path)!.findings)).toEqual([
      `KEY_WRONG ${old.keyId}`,
    ])
    rmSync(join(after.path, 'key-rotations.ndjson'))
    expect((await verifyWith(old.publicKeyPem)).ok).toBe(false)
  } finally {
    rmSync(own, { recursive: true })
  }
})

test('the chain: a package missing in the middle, at the start and at the end', async () => {
  for (const [index, finding] of [
    [1, 'CHAIN_GAP 2'],
    [0, 'CHAIN_GAP 1'],
    [2, `CHAIN_HEAD ${box.ids[2]}`],
  ] as const) {
    renameSync(box.packageOf(index), join(box.folder, 'away'))
    const report = await box.check(box.folder)
    expect(report.ok).toBe(false)
    expect(codes(report.findings)).toEqual([finding])
    expect((await verifyPackages([box.folder], { keys: [box.trusted], partial: true })).ok).toBe(true)
    renameSync(join(box.folder, 'away'), box.packageOf(index))
  }
})

test('the chain: a package that was sealed anew breaks the link of the next', async () => {
  edit(join(box.packageOf(1), 'data/evidence.json'), (text) => text.replace('kerb', 'curb'))
  box.resign(box.packageOf(1))
  const report = await box.check(box.packageOf(0), box.packageOf(1), box.packageOf(2))
  expect(packageFindings(report)).toContain(`CHAIN_BROKEN ${box.ids[1]}`)
})

test('the chain: two packages of one number', async () => {
  cpSync(box.packageOf(1), join(box.folder, 'evidence', '01KDVDV3HG0000000000000000'), { recursive: true })
  const found = packageFindings(await box.check(box.folder))
  expect(found.some((finding) => finding.startsWith('CHAIN_FORK'))).toBe(true)
  expect(found).toContain('FOLDER_NAME 01KDVDV3HG0000000000000000')
})

test('two packages that changed names are both found', async () => {
  exchange(box.packageOf(0), box.packageOf(1))
  const found = packageFindings(await box.check(box.folder))
  expect(found).toContain(`FOLDER_NAME ${box.ids[0]}`)
  expect(found).toContain(`FOLDER_NAME ${box.ids[1]}`)
})
