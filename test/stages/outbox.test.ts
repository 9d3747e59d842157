import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Clock } from '../../gateway/kit/clock.ts'
import { Database, storeFile } from '../../gateway/kit/database.ts'
import { isFault } from '../../gateway/kit/errors.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'

function setUp(options: Partial<OutboxOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'outbox-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const time = { nowMs: 1_000_000 }
  const clock: Clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const open = () => {
    const database = new Database(storeFile(folder))
    onTestFinished(() => database.close())
    return { database, outbox: new Outbox(database, OutboxOptions.parse(options), clock, silentLog) }
  }
  return { ...open(), open, time }
}

const message = (id: string, data: unknown = { id }) => ({
  id,
  topic: 'alert/street-vending/cam-1',
  type: 'cn.lushao.alert.v1',
  subject: id,
  time: '2026-01-01T10:00:00.000+08:00',
  data,
})
const ids = (outbox: Outbox) => outbox.due(100).map((entry) => entry.id)

test('[R103] the sequence has no gap: not after a failed transaction, a repetition, a restart or a purge', () => {
  const { database, outbox, open, time } = setUp({ keepSettledHours: 1 })
  expect(outbox.put(message('a'))).toBe(1)
  expect(() =>
    database.transaction(() => {
      expect(outbox.put(message('lost'))).toBe(2)
      throw new Error('power cut')
    }),
  ).toThrow('power cut')
  expect(outbox.put(message('b'))).toBe(2)
  expect(outbox.put(message('a')), 'putting the same id again').toBe(1)

  expect(outbox.settle(['a', 'b'])).toBe(2)
  time.nowMs += 2 * 3_600_000
  expect(outbox.purge()).toBe(2)
  database.close()
  expect(open().outbox.put(message('c'))).toBe(3)
})

test('an inner transaction that fails takes only its own entry and announcement back', () => {
  const { database, outbox } = setUp()
  let told = 0
  outbox.onPut(() => told++)
  database.transaction(() => {
    outbox.put(message('outer'))
    expect(told, 'nothing is told before the commit').toBe(0)
    expect(() =>
      database.transaction(() => {
        outbox.put(message('inner'))
        throw new Error('no')
      }),
    ).toThrow('no')
  })
  expect(told).toBe(1)
  expect(ids(outbox)).toEqual(['outer'])
  expect(outbox.state()).toMatchObject({ depth: 1, lastSequence: 1 })
})

test('[R2] PUBACK does not settle: without the ack of the back end an entry comes again with growing waits', () => {
  const { outbox, time } = setUp({ resendFirstSec: 10, resendMaxSec: 30 })
  const sequence = outbox.put(message('a'))
  for (const waitSec of [10, 20, 30, 30]) {
    expect(ids(outbox)).toEqual(['a'])
    outbox.markPublished([sequence])
    time.nowMs += waitSec * 1_000 - 1
    expect(ids(outbox), `just before ${waitSec} s`).toEqual([])
    time.nowMs += 1
  }
  expect(outbox.state().depth).toBe(1)
  expect(outbox.settle(['a'])).toBe(1)
  expect(ids(outbox)).toEqual([])
  expect(outbox.state()).toMatchObject({ depth: 0, oldestAgeSec: 0 })
})

test('new entries go before repetitions, both in order; resendAll brings everything back in order', () => {
  const { outbox, time } = setUp({ resendFirstSec: 10 })
  for (const id of ['a', 'b']) outbox.markPublished([outbox.put(message(id))])
  time.nowMs += 10_000
  outbox.put(message('c'))
  expect(ids(outbox)).toEqual(['c', 'a', 'b'])
  outbox.markPublished([3])
  outbox.resendAll()
  expect(ids(outbox)).toEqual(['a', 'b', 'c'])
})

test('an ack counts once, and up-to leaves alone what no broker ever had', () => {
  const { outbox } = setUp()
  const settled: string[] = []
  outbox.onSettled((some) => settled.push(...some))
  for (const id of ['a', 'b', 'c', 'd']) outbox.put(message(id))
  outbox.markPublished([1, 2])
  expect(outbox.settle(['b', 'b', 'made-up'])).toBe(1)
  expect(outbox.settleUpTo(99)).toBe(1)
  expect(settled).toEqual(['b', 'a'])
  expect(ids(outbox)).toEqual(['c', 'd'])
  expect(outbox.state().depth).toBe(2)
})

test('the alarm rises by depth or age and falls when half is gone', () => {
  const { outbox, time } = setUp({ alarmDepth: 4, alarmAgeSec: 60 })
  const alarm = () => outbox.state().alarm
  for (const id of ['a', 'b', 'c']) outbox.put(message(id))
  expect(alarm()).toBe(false)
  outbox.put(message('d'))
  expect(alarm()).toBe(true)
  outbox.settle(['d', 'c'])
  expect(alarm(), 'not yet: half is left').toBe(true)
  outbox.settle(['b'])
  expect(alarm()).toBe(false)
  time.nowMs += 60_000
  expect(alarm(), 'one old message is enough').toBe(true)
})

test('what the back end has not acknowledged is never purged', () => {
  const { outbox, time } = setUp({ keepSettledHours: 0 })
  outbox.markPublished([outbox.put(message('a'))])
  time.nowMs += 1_000 * 3_600_000
  expect(outbox.purge()).toBe(0)
  expect(ids(outbox)).toEqual(['a'])
})

test('a topic that could not be published is our own bug, found where it is made', () => {
  const { outbox } = setUp()
  for (const topic of ['', '/alert', 'alert/', 'alert/+', 'alert/#', 'alert/a b', 'alert//x']) {
    expect(() => outbox.put({ ...message('a'), topic }), topic).toThrow(/invariant/)
  }
  expect(outbox.state()).toMatchObject({ depth: 0, lastSequence: 0 })
})

test('a message that no broker would take is refused at the door and uses no number', () => {
  const { outbox } = setUp()
  const refused = (() => {
    try {
      outbox.put(message('big', '路'.repeat(21_000)))
    } catch (error) {
      return error
    }
    return null
  })()
  expect(isFault(refused, 'MESSAGE_TOO_LARGE')).toBe(true)
  expect(outbox.put(message('a'))).toBe(1)
})
