import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Chain, readChain } from '../../gateway/evidence/chain.ts'
import { openKeeper, sealOne, temporaryFolder } from './evidence-footage.ts'

let folder = ''
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => rmSync(folder, { recursive: true }))
const chainFile = () => join(folder, 'evidence', 'chain.json')

test('each package names the one before it, also across a restart', async () => {
  const keeper = await openKeeper(folder)
  const first = await sealOne(keeper, 'act-1')
  const second = await sealOne(keeper, 'act-2')
  const third = await sealOne(await openKeeper(folder), 'act-3')
  expect([first, second, third].map(({ sequence }) => sequence)).toEqual([1, 2, 3])
  expect([first, second, third].map(({ prevManifestHash }) => prevManifestHash)).toEqual([
    null,
    first.manifestHash,
    second.manifestHash,
  ])
})

test('an intent whose package stands is the head; one whose package does not never was', async () => {
  const first = await sealOne(await openKeeper(folder), 'act-1')
  const link = { sequence: 1, packageId: first.packageId, manifestHash: first.manifestHash }
  writeFileSync(chainFile(), JSON.stringify({ head: null, sealing: link }))
  expect((await openKeeper(folder)).head).toEqual(link)

  const never = { sequence: 2, packageId: '0'.repeat(26), manifestHash: 'f'.repeat(64) }
  writeFileSync(chainFile(), JSON.stringify({ head: link, sealing: never }))
  expect((await openKeeper(folder)).head).toEqual(link)
  expect(await readChain(chainFile())).toEqual({ head: link, sealing: null })
})

for (const damage of ['lost', 'damaged'] as const) {
  test(`a ${damage} record is rebuilt from the packages`, async () => {
    const keeper = await openKeeper(folder)
    await sealOne(keeper, 'act-1')
    const second = await sealOne(keeper, 'act-2')
    if (damage === 'lost') rmSync(chainFile())
    else writeFileSync(chainFile(), readFileSync(chainFile(), 'utf8').slice(0, 40))
    expect((await openKeeper(folder)).head).toMatchObject({ sequence: 2, manifestHash: second.manifestHash })
  })
}

for (const record of ['kept', 'lost'] as const) {
  test(`a damaged package stops no start: chain.json ${record}`, async () => {
    const keeper = await openKeeper(folder)
    const first = await sealOne(keeper, 'act-1')
    const second = await sealOne(keeper, 'act-2')
    writeFileSync(join(second.path, 'data/evidence.json'), '{')
    if (record === 'lost') rmSync(chainFile())
    const again = await sealOne(await openKeeper(folder), 'act-3')
    expect(again.prevManifestHash).toBe(record === 'lost' ? first.manifestHash : second.manifestHash)
  })
}

test('a head whose package was moved away is still the head', async () => {
  const first = await sealOne(await openKeeper(folder), 'act-1')
  renameSync(first.path, join(folder, 'archived'))
  const second = await sealOne(await openKeeper(folder), 'act-2')
  expect(second.prevManifestHash).toBe(first.manifestHash)
})

test('the chain takes only the next number', async () => {
  const chain = new Chain(join(folder, 'chain.json'))
  await chain.resume(null)
  const link = { sequence: 2, packageId: '0'.repeat(26), manifestHash: 'f'.repeat(64) }
  await expect(chain.intend(link)).rejects.toThrow('grows by one')
})
