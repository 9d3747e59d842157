/** The custody log: added to, chained twice, refused by the database when anybody wants it otherwise. */
import { expect, onTestFinished, test } from 'vitest'
import { Custody, type CustodyAction, firstBrokenEntry } from '../../gateway/evidence/custody.ts'
import { Database } from '../../gateway/kit/database.ts'

const AT = '2026-01-01T10:00:00.000+08:00'
const [A, B] = ['01KDZRW3FJ5V7V3T0CDVW0YJ6A', '01KDZRW3FJ5V7V3T0CDVW0YJ6B']
const HASH = 'ab'.repeat(32)

function openCustody() {
  const database = new Database(':memory:')
  onTestFinished(() => database.close())
  const custody = new Custody(database)
  const note = (packageId: string, action: CustodyAction) =>
    custody.note({ packageId, action, actor: 'nanjing-road/gw-01', reason: 'confirm', at: AT })
  note(A, 'SEALED')
  note(B, 'SEALED')
  custody.note({
    ...{ packageId: A, action: 'VIEWED', actor: 'li', reason: '核实', at: AT },
    ...{ hashBefore: HASH, hashAfter: HASH },
  })
  note(B, 'HELD')
  return { database, custody, note }
}

test('[R70] a package has its own log, and it stands alone', () => {
  const { custody } = openCustody()
  const log = custody.of(A)
  expect(log.map(({ entry, action, actor }) => [entry, action, actor])).toEqual([
    [1, 'SEALED', 'nanjing-road/gw-01'],
    [3, 'VIEWED', 'li'],
  ])
  expect(log[1]).toMatchObject({ hashBefore: HASH, prevHashOfPackage: log[0]!.hash })
  expect(firstBrokenEntry(log)).toBeNull()
  const lines = custody.export(A).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual(log)
  expect(custody.of('nobody')).toEqual([])
  expect([custody.verify(), custody.head?.entry]).toEqual([4, 4])
})

test('an exported log that lost, gained or changed an entry does not stand', () => {
  const { custody, note } = openCustody()
  note(A, 'EXPORTED')
  const log = custody.of(A)
  expect(firstBrokenEntry(log.toSpliced(1, 1))).toBe(5)
  expect(firstBrokenEntry(log.with(1, { ...log[1]!, reason: 'another' }))).toBe(3)
  expect(firstBrokenEntry(log.toSpliced(1, 0, custody.of(B)[1]!))).toBe(4)
})

test('what a start does once more is noted once', () => {
  const { custody } = openCustody()
  custody.noteOnce({ packageId: A, action: 'SEALED', actor: 'x', reason: 'again', at: AT })
  custody.noteOnce({ packageId: A, action: 'TIMESTAMPED', actor: 'x', reason: 'tsa', at: AT })
  expect(custody.of(A).map(({ action }) => action)).toEqual(['SEALED', 'VIEWED', 'TIMESTAMPED'])
})

test.each([
  "UPDATE custody SET actor = 'wang'",
  'DELETE FROM custody',
  "INSERT OR REPLACE INTO custody SELECT entry, at, packageId, action, 'wang', reason, hashBefore, hashAfter, prevHash, prevHashOfPackage, hash FROM custody",
])('[R70] the database refuses: %s', (sql) => {
  const { database, custody } = openCustody()
  expect(() => database.exec(sql)).toThrow(/append-only/)
  expect(custody.verify()).toBe(4)
})

test.each([
  ['changed', "UPDATE custody SET actor = 'wang' WHERE entry = 2"],
  ['removed', 'DELETE FROM custody WHERE entry = 2'],
  ['exchanged', 'UPDATE custody SET entry = 9 WHERE entry = 2'],
])('[R70] an entry %s behind the back of the database is found', (_, sql) => {
  const { database, custody } = openCustody()
  for (const trigger of ['changes', 'shrinks']) database.exec(`DROP TRIGGER custody_never_${trigger}`)
  database.exec(sql)
  expect(() => custody.verify()).toThrow(
    expect.objectContaining({ code: 'CUSTODY_BROKEN', values: { entry: 2 } }),
  )
})

test('a note stands or falls with the transaction it is part of', () => {
  const { database, custody, note } = openCustody()
  expect(() =>
    database.transaction(() => {
      note(A, 'PURGED')
      throw new Error('the disk said no')
    }),
  ).toThrow('the disk said no')
  expect(custody.of(A)).toHaveLength(2)
})
