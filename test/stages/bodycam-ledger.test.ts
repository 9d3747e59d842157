/** The ledger of the recorders: who has which, what was done to it, and that nobody can change what was written. */
import { expect, onTestFinished, test } from 'vitest'
import { DeviceDesk } from '../../devices/bodycam/device-desk.ts'
import { DeviceLedger } from '../../devices/bodycam/ledger.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { Database } from '../../gateway/kit/database.ts'
import type { Fault } from '../../gateway/kit/errors.ts'

const NOON_MS = Date.parse('2026-03-02T12:00:00+08:00')
const MINUTE_MS = 60_000
const DEVICES = [
  {
    id: 'bc-1',
    serial: 'A',
    type: 'BODYCAM',
    model: 'M1',
    unitNo: '310101',
    custodian: '管装备',
    personId: 'p-1',
  },
  { id: 'bc-2', serial: 'B', type: 'HANDHELD' },
]
const PEOPLE = [
  { personId: 'p-1', name: '王', badgeNo: '310001', role: 'OFFICER' },
  { personId: 'p-2', name: '李', badgeNo: '310002', role: 'AUXILIARY' },
] as const

function setUp() {
  const time = { nowMs: NOON_MS }
  const clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const database = new Database(':memory:')
  onTestFinished(() => database.close())
  const offsetMinutes = () => 480
  const ledger = new DeviceLedger({ database, clock, offsetMinutes })
  const devices = () => DEVICES
  const desk = new DeviceDesk({ ledger, devices, people: () => PEOPLE, offsetMinutes, clock })
  const at = (minutes: number) => isoTime(NOON_MS + minutes * MINUTE_MS)
  const refused = (work: () => unknown) => {
    try {
      work()
      return null
    } catch (error) {
      return (error as Fault).code
    }
  }
  return { time, database, ledger, desk, at, refused }
}

test('[R62, R63, R64] a shift: handed out with a self-test, held by one person, brought back', () => {
  const { desk, time, at } = setUp()
  const selfTest = { batteryPercent: 91, freeBytes: 32_000_000_000, clockOffsetMs: -340 }
  desk.checkOut('A', 'keeper', { to: '310001', until: at(480), selfTest, note: '早班' })
  time.nowMs += 5 * MINUTE_MS
  const [device] = desk.list()
  expect(device).toMatchObject({
    ...{ serial: 'A', model: 'M1', unitNo: '310101', custodian: '管装备', status: 'IN_SERVICE' },
    holder: { personId: 'p-1', since: at(0), until: at(480) },
    handedOut: { by: 'keeper', personId: 'p-1', selfTest, note: '早班' },
    clock: { offsetMs: -340, at: at(0) },
  })
  desk.checkIn('A', 'keeper', { selfTest: { batteryPercent: 12 } })
  const { device: back, entries } = desk.get('A', 10)
  expect(back.holder).toBeNull()
  expect(entries.map(({ kind, by, at }) => `${kind} ${by} ${at}`)).toEqual([
    `CHECK_IN keeper ${at(5)}`,
    `CHECK_OUT keeper ${at(0)}`,
    `CLOCK keeper ${at(0)}`,
  ])
})

test('[R65] what kind of device it is stands in the register', () => {
  expect(
    setUp()
      .desk.list()
      .map(({ serial, type }) => `${serial} ${type}`),
  ).toEqual(['A BODYCAM', 'B HANDHELD'])
})

test('[R62] maintenance, firmware and status are entries of their own; the newest of each is how it stands', () => {
  const { desk, at } = setUp()
  desk.maintain('B', 'keeper', { kind: 'WORK', work: '更换电池' })
  desk.maintain('B', 'keeper', { kind: 'FIRMWARE', version: '2.0', date: '2026-01-05' })
  desk.maintain('B', 'keeper', { kind: 'FIRMWARE', version: '2.1', date: '2026-03-02' })
  desk.maintain('B', 'keeper', { kind: 'STATUS', status: 'MAINTENANCE', reason: '镜头损坏' })
  expect(desk.list()[1]).toMatchObject({
    status: 'MAINTENANCE',
    maintained: { work: '更换电池', by: 'keeper', at: at(0) },
    firmware: { version: '2.1', date: '2026-03-02' },
  })
  desk.maintain('B', 'keeper', { kind: 'STATUS', status: 'IN_SERVICE', reason: '已修复' })
  expect(desk.statusOf('B')).toBe('IN_SERVICE')
  expect(desk.get('B', 10).entries).toHaveLength(5)
})

test('[R62] a recorder is lent to nobody, and never handed out twice', () => {
  const { desk, at, refused } = setUp()
  const out = (serial: string, to: string, more: object = {}) =>
    refused(() => desk.checkOut(serial, 'keeper', { to, ...more }))
  expect(out('Z', 'p-1'), 'not registered').toBe('BODYCAM_DEVICE_UNKNOWN')
  expect(out('B', 'stranger'), 'not in the list').toBe('BODYCAM_PERSON_WRONG')
  expect(out('A', 'p-2'), 'assigned to p-1').toBe('BODYCAM_PERSON_WRONG')
  expect(out('B', 'p-2', { at: at(1) }), 'in the future').toBe('BODYCAM_TIME_WRONG')
  expect(out('B', 'p-2', { at: at(-1441) }), 'two days later').toBe('BODYCAM_TIME_WRONG')
  expect(out('B', 'p-2', { until: at(-1) }), 'ends before it begins').toBe('BODYCAM_TIME_WRONG')
  expect(
    refused(() => desk.checkIn('B', 'keeper', {})),
    'nobody has it',
  ).toBe('BODYCAM_NOT_OUT')
  expect(out('B', 'p-2', { at: at(-30) })).toBeNull()
  expect(out('B', 'p-1'), 'p-2 has it').toBe('BODYCAM_OUT_ALREADY')
  expect(
    refused(() => desk.checkIn('B', 'keeper', { at: at(-31) })),
    'before it went',
  ).toBe('BODYCAM_TIME_WRONG')
  expect(refused(() => desk.checkIn('B', 'keeper', { at: at(-10) }))).toBeNull()
  expect(out('B', 'p-1', { at: at(-20) }), 'while p-2 had it').toBe('BODYCAM_TIME_WRONG')
  for (const status of ['MAINTENANCE', 'RETIRED', 'LOST'] as const) {
    desk.maintain('B', 'keeper', { kind: 'STATUS', status, reason: 'x' })
    expect(out('B', 'p-1'), status).toBe('BODYCAM_NOT_IN_SERVICE')
  }
})

test.each([
  `UPDATE bodycam_ledger SET actor = 'nobody'`,
  'DELETE FROM bodycam_ledger',
  `INSERT OR REPLACE INTO bodycam_ledger SELECT entry, notedAt, at, atMs, serial, kind, 'nobody', facts, hash
   FROM bodycam_ledger`,
])('[R60, R62] refused: %s', (sql) => {
  const { desk, database, ledger } = setUp()
  desk.checkOut('B', 'keeper', { to: 'p-2' })
  expect(() => database.exec(sql)).toThrow(/append-only/)
  expect(ledger.verify()).toBe(1)
})

test.each([
  ['a name', `UPDATE bodycam_ledger SET actor = 'nobody' WHERE entry = 2`, 2],
  ['a time', 'UPDATE bodycam_ledger SET atMs = atMs - 60000 WHERE entry = 1', 1],
  ['an entry taken out', 'DELETE FROM bodycam_ledger WHERE entry = 2', 2],
])('[R60, R62] whoever goes round the database is found by the chain: %s', (_, sql, entry) => {
  const { desk, database, ledger } = setUp()
  desk.checkOut('B', 'keeper', { to: 'p-2' })
  desk.checkIn('B', 'keeper', {})
  desk.checkOut('B', 'keeper', { to: 'p-1' })
  expect(ledger.verify()).toBe(3)
  for (const name of ['changes', 'shrinks']) database.exec(`DROP TRIGGER bodycam_ledger_never_${name}`)
  database.exec(sql)
  expect(() => ledger.verify()).toThrow(
    expect.objectContaining({ code: 'BODYCAM_LEDGER_BROKEN', values: { entry } }),
  )
})
