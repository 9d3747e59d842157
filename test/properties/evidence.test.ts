/**
 * Any one change to sealed packages or to their chain is found, and what was changed is named: the kinds of
 * `npm run bench:evidence-changes`, in turn. Seeded: a miss prints its kind and round; set EVIDENCE_SEED to repeat it.
 */
import { expect, test } from 'vitest'
import { DiskBox, sealFiles } from '../bench/evidence-box.ts'
import { checkAsPage, checkFolder, tryChanges } from '../bench/evidence-changes.ts'

const CHANGES = 200
const SEED = Number(process.env['EVIDENCE_SEED'] ?? 20_260_101)

const sealed = await sealFiles(3)

test('[R44] unchanged packages are whole, on disk and by the way of the page', async () => {
  const disk = new DiskBox(sealed.files)
  expect(await checkFolder(disk.folder, sealed)).toMatchObject({ ok: true, findings: [] })
  disk.close()
  expect(await checkAsPage(sealed.files, sealed)).toMatchObject({ ok: true, findings: [] })
})

test(`[R44, R70] ${CHANGES} single changes are all found and named (seed ${SEED})`, async () => {
  const { kinds, page } = await tryChanges(sealed, {
    changes: CHANGES,
    seed: SEED,
    page: 30,
  })
  expect([...kinds.values(), page].flatMap(({ missed }) => missed)).toEqual([])
  expect([...kinds.values()].reduce((sum, { found }) => sum + found, 0)).toBe(CHANGES)
  expect([...kinds].filter(([, { made }]) => made === 0).map(([kind]) => kind)).toEqual([])
}, 300_000)
