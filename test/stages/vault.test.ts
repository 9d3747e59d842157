import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { digestOf } from '../../gateway/evidence/disk.ts'
import { manifestSummary } from '../../gateway/evidence/summary.ts'
import { StorageOptions, Vault } from '../../gateway/evidence/vault.ts'
import { MESSAGES } from '../../gateway/mqtt/messages.ts'
import { openKeeper, sealOne, temporaryFolder } from './evidence-footage.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))
const keeper = await openKeeper(folder)
const sealed = await sealOne(keeper, 'act-1')

test('a sealed package is read back as it was returned, and listed', async () => {
  expect(await keeper.vault.read(sealed.packageId)).toEqual(sealed)
  mkdirSync(join(keeper.vault.evidence, '.building-X'))
  writeFileSync(join(keeper.vault.evidence, 'note.txt'), '')
  expect(await keeper.vault.packageIds()).toEqual([sealed.packageId])
})

test('a package that lost its record is a fault with its id', async () => {
  const other = await sealOne(keeper, 'act-2')
  rmSync(join(other.path, 'data/evidence.json'))
  await expect(keeper.vault.read(other.packageId)).rejects.toMatchObject({
    code: 'EVIDENCE_UNREADABLE',
    values: { packageId: other.packageId },
  })
})

test('too little room is a fault before anything is written', async () => {
  const vault = new Vault(StorageOptions.parse({ folder, freeMinMiB: 1_000_000_000 }))
  await expect(vault.ensureRoom(1)).rejects.toMatchObject({ code: 'STORAGE_FULL' })
  await expect(keeper.vault.ensureRoom(1)).resolves.toBeUndefined()
})

test('the summary for messages: items, hashes, where to fetch, and the chain', () => {
  const summary = manifestSummary(sealed)
  expect(summary).toMatchObject({
    packageId: sealed.packageId,
    eventId: 'act-1',
    sequence: 1,
    manifestHash: sealed.manifestHash,
    prevManifestHash: null,
    timestamp: 'ABSENT',
    evidenceStatus: 'LEAD',
    fetch: `/api/v1/evidence/${sealed.packageId}`,
    itemsOmitted: 0,
  })
  expect(MESSAGES.evidence.data.parse(summary)).toEqual(summary)
  const wide = summary.items.find(({ itemId }) => itemId === '01-start-wide')
  expect(wide).toMatchObject({ derivedFrom: '01-start', isOriginal: false, mime: 'image/jpeg' })
  expect(wide?.fetch).toBe(`/api/v1/evidence/${sealed.packageId}/data/derived/01-start-wide.jpg`)
})

test('a summary of a package of a thousand items is still a small message', () => {
  const items = Array.from({ length: 1000 }, () => sealed.items[2]!)
  const summary = manifestSummary({ ...sealed, items })
  expect(Buffer.byteLength(JSON.stringify(summary))).toBeLessThan(60 * 1024)
  expect(summary.items.length + summary.itemsOmitted).toBe(1000)
})

test('SHA-256 and SM3 of "abc", as the standards print them', () => {
  expect(digestOf(Buffer.from('abc'))).toEqual({
    bytes: 3,
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    sm3: '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
  })
})
