/** A real file system of 64 MiB, filled to the last byte in the middle of the work. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { SpaceWatch } from '../../gateway/evidence/space.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { Database } from '../../gateway/kit/database.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Balloon, FullDisk, smallDisk } from '../bench/full-disk.ts'

const disk = smallDisk(64)
afterAll(() => disk?.unmount())
/** Without the right to mount there is no small disk; `npm run bench:disk-full` says the same. */
const onDisk = test.skipIf(disk === null)
const MIB = 2 ** 20

/** Of some three hundred calls: in a hold, in a seal, in the store, in a purge. The bench takes all of them. */
onDisk(
  '[R70] nothing acknowledged is lost, nothing held is touched, and the box says that it is degraded',
  async () => {
    const box = await FullDisk.make(disk!.folder)
    try {
      for (const call of [12, 60, 118, 171, 228]) {
        const { filled, lost, heldTouched, degradedMs } = await box.trial(call)
        expect([call, filled, lost, heldTouched]).toEqual([call, true, [], false])
        expect(degradedMs).not.toBeNull()
      }
    } finally {
      box.close()
    }
  },
  120_000,
)

onDisk('to the last byte full, the store goes on in the reserve, and footage does not get it', async () => {
  const { folder } = disk!
  const balloon = new Balloon(folder)
  const limits = { freeMinBytes: 0, freeWarnBytes: MIB, quotaBytes: null, reserveBytes: 4 * MIB }
  const space = new SpaceWatch({ folder, measured: [], limits, clock: systemClock, log: silentLog })
  await space.start()
  expect([space.space.state, existsSync(join(folder, '.reserve'))]).toEqual(['ok', true])
  const database = new Database(join(folder, 'store.db'))
  database.exec('CREATE TABLE said (n INTEGER PRIMARY KEY, text TEXT)')
  const add = database.prepare('INSERT INTO said (text) VALUES (?)')
  const say = () => database.transaction(() => add.run('x'.repeat(100_000)))
  balloon.fill()
  expect(say).toThrow(/disk is full/)
  database.makeRoom = () => space.makeRoom()
  for (let n = 0; n < 10; n++) say()
  expect(database.prepare('SELECT count(*) AS n FROM said').get()).toMatchObject({ n: 10 })
  expect([space.isFull, existsSync(join(folder, '.reserve'))]).toEqual([true, false])
  balloon.burst()
  database.close()
  await space.close()
})
