/** How much room is little, who is told, and what a quota means. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  bytesTooMany,
  limitsOf,
  type SpaceLimits,
  SpaceWatch,
  spaceState,
} from '../../gateway/evidence/space.ts'
import { StorageOptions } from '../../gateway/evidence/vault.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { openKeeper, STREET, temporaryFolder, wrap } from './evidence-footage.ts'

const LIMITS: SpaceLimits = { freeMinBytes: 100, freeWarnBytes: 400, quotaBytes: 1_000, reserveBytes: 0 }

const ROWS: [free: number, used: number | null, state: string, tooMany: number][] = [
  [9_999, null, 'ok', 0],
  [9_999, 899, 'ok', 0],
  [9_999, 900, 'low', 0],
  [9_999, 950, 'low', 50],
  [9_999, 1_000, 'full', 100],
  [401, 0, 'ok', 0],
  [400, 0, 'low', 0],
  [101, 0, 'low', 299],
  [100, 0, 'full', 300],
  [0, 1_100, 'full', 400],
]
test.each(ROWS)('free %s, used %s: %s, %s bytes too many', (freeBytes, usedBytes, state, tooMany) => {
  expect(spaceState(freeBytes, usedBytes, LIMITS)).toBe(state)
  expect(bytesTooMany({ state: 'low', sinceMs: 0, freeBytes, usedBytes }, LIMITS)).toBe(tooMany)
})

test('a warning never comes later than the refusal, whatever is configured', () => {
  expect(limitsOf(StorageOptions.parse({ freeMinMiB: 900, freeWarnMiB: 100 }))).toMatchObject({
    freeWarnBytes: 900 * 2 ** 20,
  })
})

function watch(limits: Partial<SpaceLimits>) {
  const folder = temporaryFolder()
  const time = { nowMs: 0 }
  const clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const parts = { folder, measured: [join(folder, 'evidence')], clock, log: silentLog }
  const none = { freeMinBytes: 0, freeWarnBytes: 0, quotaBytes: null, reserveBytes: 0 }
  const space = new SpaceWatch({ ...parts, limits: { ...none, ...limits } })
  const told: string[] = []
  space.onChange(({ state }) => told.push(state))
  onTestFinished(async () => {
    await space.close()
    rmSync(folder, { recursive: true })
  })
  return { folder, space, told, time }
}

test('over its quota no footage is taken; what was written before stays, and with room again it goes on', async () => {
  const { folder, space, told } = watch({ quotaBytes: 4_000 })
  mkdirSync(join(folder, 'evidence', 'sub'), { recursive: true })
  const keeper = await openKeeper(folder, { space })
  await keeper.hold('act-1', 'START', wrap(STREET, 12))
  writeFileSync(join(folder, 'evidence', 'sub', 'large'), Buffer.alloc(4_000))
  await space.changed()
  await expect(keeper.hold('act-1', 'CONFIRM', wrap(STREET, 12))).rejects.toMatchObject({
    code: 'STORAGE_FULL',
  })
  rmSync(join(folder, 'evidence', 'sub'), { recursive: true })
  await space.changed()
  expect(told).toEqual(['full'])
  await keeper.close()
})

test('a write that found no room makes the box full at once, for a while, whatever the disk says of itself', async () => {
  const { space, told, time } = watch({})
  await space.look()
  space.failed()
  expect([space.isFull, told]).toEqual([true, ['full']])
  time.nowMs = 9_999
  await space.look()
  expect(told).toEqual(['full'])
  time.nowMs = 10_001
  await space.look()
  expect(told).toEqual(['full', 'ok'])
})

test('a disk that does not answer is no disk to write to', async () => {
  const { folder, space, told } = watch({})
  rmSync(folder, { recursive: true })
  await space.look()
  expect(told).toEqual(['full'])
  mkdirSync(folder)
})
