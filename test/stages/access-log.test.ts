import { expect, onTestFinished, test } from 'vitest'
import { type Access, AccessLog } from '../../gateway/http/access-log.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { Database } from '../../gateway/kit/database.ts'

function setUp() {
  const database = new Database(':memory:')
  onTestFinished(() => database.close())
  return { database, log: new AccessLog({ database, clock: systemClock }) }
}
const access = (object: string): Access => ({
  actor: 'li',
  role: 'OFFICER',
  action: 'evidence.read',
  object,
  purpose: '核实',
  outcome: 'granted',
  address: '127.0.0.1',
})

test('[R60] entries are listed newest first and page by page', () => {
  const { log } = setUp()
  for (const object of ['a', 'b', 'c']) log.add(access(object))
  expect(log.list(2).map((entry) => entry.object)).toEqual(['c', 'b'])
  expect(log.list(2, 2).map((entry) => entry.object)).toEqual(['a'])
  expect(log.verify()).toBe(3)
})

test.each(["UPDATE access_log SET actor = 'wang'", 'DELETE FROM access_log'])(
  'the database refuses: %s',
  (sql) => {
    const { database, log } = setUp()
    log.add(access('a'))
    expect(() => database.exec(sql)).toThrow(/append-only/)
    expect(log.verify()).toBe(1)
  },
)

test.each([
  ['changed', "UPDATE access_log SET actor = 'wang' WHERE entry = 2"],
  ['removed', 'DELETE FROM access_log WHERE entry = 2'],
  ['swapped', "UPDATE access_log SET purpose = 'x', entry = 4 WHERE entry = 2"],
])('[R60] an entry %s behind the back of the database is found', (_, sql) => {
  const { database, log } = setUp()
  for (const object of ['a', 'b', 'c']) log.add(access(object))
  database.exec('DROP TRIGGER access_log_never_changes')
  database.exec('DROP TRIGGER access_log_never_shrinks')
  database.exec(sql)
  expect(() => log.verify()).toThrow(
    expect.objectContaining({ code: 'ACCESS_LOG_BROKEN', values: { entry: 2 } }),
  )
})
