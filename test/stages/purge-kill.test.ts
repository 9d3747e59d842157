/** The process dies at every single step of a purge: a package is whole, or gone with proof, and a hold still counts. */
import { createPublicKey } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { openKeeper, START_WALL_MS, sealOne, temporaryFolder } from './evidence-footage.ts'
import { dieAt } from './frozen-disk.ts'
import { CLOSED, livesOf, openPurger } from './purge-fixture.ts'

const ACTS = ['act-1', 'act-2']
const source = temporaryFolder()
const work = temporaryFolder()
afterAll(() => {
  for (const folder of [source, work]) rmSync(folder, { recursive: true })
})
const keeper = await openKeeper(source)
const ids: string[] = []
for (const [at, act] of ACTS.entries())
  ids.push((await sealOne(keeper, act, { producedAtWallMs: START_WALL_MS + (at + 1) * 300_000 })).packageId)
const keys = [createPublicKey((await openSigner(join(source, 'keys'))).publicKeyPem)]

const here = (folder: string) => readdirSync(join(folder, 'evidence')).filter((name) => name.length === 26)

/** One package goes, one stays; between the death and the next start somebody places a hold on the first act. */
async function deaths(holdAfterwards: boolean, every = 1): Promise<number> {
  for (let call = 1; ; call += every) {
    const folder = join(work, `${holdAfterwards}-${call}`)
    mkdirSync(folder)
    cpSync(source, folder, { recursive: true })
    const lives = livesOf(...ACTS)
    const first = await openKeeper(folder)
    const ended = await dieAt(call, async () => (await openPurger(first, lives)).round())
    const wasHere = here(folder)
    if (holdAfterwards) lives.lives.set('act-1', { ...CLOSED, held: true })
    await openPurger(await openKeeper(folder), lives)

    const report = await verifyPackages([folder], { keys })
    expect([call, report.ok, report.findings]).toEqual([call, true, []])
    expect([call, report.packages.length + report.purged]).toEqual([call, 2])
    expect(readdirSync(join(folder, 'evidence')).filter((name) => name.startsWith('.'))).toEqual([])
    // What stood there under its name when the hold was placed stands there still.
    if (holdAfterwards && wasHere.includes(ids[0]!))
      expect([call, here(folder)]).toEqual([call, expect.arrayContaining([ids[0]])])
    rmSync(folder, { recursive: true })
    if (ended !== 'died') return call
  }
}

test('[R70] killed at every step of a purge: whole, or gone with a tombstone', async () => {
  expect(await deaths(false)).toBeGreaterThan(15)
}, 120_000)

test('[R70] killed at every other step of a purge, and held before the next start: the hold counts', async () => {
  expect(await deaths(true, 2)).toBeGreaterThan(15)
}, 120_000)
