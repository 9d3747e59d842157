/** [R5, R70] kill -9 at random moments of holding, sealing and stamping: `npm run bench:seal-kills`, a few of its thousand. */
import { expect, test } from 'vitest'
import { sealKills } from '../bench/seal-kills.ts'

const KILLS = 10

test(`[R5, R70] ${KILLS} kills at random moments: no half bag is taken for a whole one, nothing told is lost`, async () => {
  const { kills, wrong, during, packages, tokens } = await sealKills(KILLS, 7)
  expect(wrong).toEqual([])
  expect([kills, Object.values(during).reduce((sum, one) => sum + one, 0)]).toEqual([KILLS, KILLS])
  // On a busy machine a life may be too short for much, but not all of them are.
  expect(packages).toBeGreaterThan(0)
  expect(tokens).toBeGreaterThan(0)
}, 400_000)
