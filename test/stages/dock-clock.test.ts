/** How wrong a recorder's clock is: asked and told at the dock, kept, and found again for a recording. */
import { expect, onTestFinished, test } from 'vitest'
import { DockClock } from '../../devices/bodycam/dock-clock.ts'
import { DeviceLedger } from '../../devices/bodycam/ledger.ts'
import { Database } from '../../gateway/kit/database.ts'

const NOON_MS = Date.parse('2026-03-02T12:00:00+08:00')
const HOUR_MS = 3_600_000

function setUp({ boxErrorMs = 0, clockCheckHours = 72 } = {}) {
  const time = { nowMs: NOON_MS }
  const clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const database = new Database(':memory:')
  onTestFinished(() => database.close())
  const ledger = new DeviceLedger({ database, clock, offsetMinutes: () => 480 })
  const dock = new DockClock({
    ...{ ledger, clock, isRegistered: (serial) => serial === 'A' },
    ...{ clockCheckHours: () => clockCheckHours, boxErrorMs: () => boxErrorMs },
  })
  /** A device whose clock is so far ahead, over a line that takes so long there and so long back. */
  const compare = (aheadMs: number, thereMs: number, backMs: number, set = false) => {
    const t1 = time.nowMs + aheadMs
    time.nowMs += thereMs
    const { exchange, t2, t3 } = dock.ask('A', t1)
    expect([t2, t3]).toEqual([time.nowMs, time.nowMs])
    time.nowMs += backMs
    return dock.tell({ exchange, t4: time.nowMs + aheadMs, set, by: 'dock' })
  }
  return { time, ledger, dock, compare }
}

test.each([
  ['ahead, the same way there and back', 5_000, 40, 40, 5_000],
  ['behind', -2_500, 10, 10, -2_500],
  ['slow there, quick back', 1_000, 180, 20, 920],
])('[R64] the offset lies within half of the way: %s', (_, aheadMs, thereMs, backMs, offsetMs) => {
  const { compare } = setUp()
  const told = compare(aheadMs, thereMs, backMs)
  expect(told).toMatchObject({ serial: 'A', offsetMs, uncertaintyMs: (thereMs + backMs) / 2, noted: true })
  expect(Math.abs(told.offsetMs - aheadMs)).toBeLessThanOrEqual(told.uncertaintyMs)
})

test('the error of the box itself makes it less certain', () => {
  expect(setUp({ boxErrorMs: 300 }).compare(0, 10, 10).uncertaintyMs).toBe(310)
})

test('refused: strangers, an exchange that is used up or too old, and times that cannot be', () => {
  const { dock, time } = setUp()
  expect(() => dock.ask('Z', 1)).toThrow(/BODYCAM|not registered/)
  const tell = (exchange: string, t4: number) => () => dock.tell({ exchange, t4, set: false, by: 'dock' })
  const first = dock.ask('A', NOON_MS).exchange
  tell(first, NOON_MS + 20)()
  expect(tell(first, NOON_MS + 20)).toThrow(/unknown or too old/)
  expect(tell(dock.ask('A', NOON_MS).exchange, NOON_MS - 5), 'before it was asked').toThrow(/-5 ms/)
  expect(tell(dock.ask('A', NOON_MS).exchange, NOON_MS + 20_000), 'says too little').toThrow(/20000 ms/)
  const late = dock.ask('A', NOON_MS).exchange
  time.nowMs += 61_000
  expect(tell(late, NOON_MS + 61_000)).toThrow(/unknown or too old/)
})

test('[R62] each comparison is in the ledger, one a minute', () => {
  const { compare, ledger, time } = setUp()
  expect([compare(5, 1, 1).noted, compare(6, 1, 1).noted]).toEqual([true, false])
  time.nowMs += 60_000
  expect(compare(7, 1, 1).noted).toBe(true)
  expect(ledger.page('A', 9).map(({ kind, facts }) => [kind, facts['offsetMs']])).toEqual([
    ...[
      ['CLOCK', 7],
      ['CLOCK', 5],
    ],
  ])
})

test('[R64] a recording takes the nearest one, before or after it, and the further away, the less certain', () => {
  const { compare, dock, time } = setUp()
  compare(1_000, 0, 0)
  time.nowMs = NOON_MS + 10 * HOUR_MS
  compare(1_400, 0, 0)
  const at = (hours: number) => dock.offsetFor('A', NOON_MS + hours * HOUR_MS)
  expect(at(2)).toMatchObject({ offsetMs: 1_000, side: 'BEFORE', source: 'DOCK' })
  expect(at(8)).toMatchObject({ offsetMs: 1_400, side: 'AFTER' })
  expect(at(-1)).toMatchObject({ offsetMs: 1_000, side: 'AFTER', uncertaintyMs: 72 })
  expect(at(20)).toMatchObject({ offsetMs: 1_400, side: 'BEFORE', uncertaintyMs: 720 })
  // Between two that differ nobody knows when it changed.
  expect(at(2)?.uncertaintyMs).toBe(400)
  expect([at(-73), at(83), dock.offsetFor('B', NOON_MS)]).toEqual([null, null, null])
})

test('[R64] when the dock set the clock, the offset holds for what was recorded before', () => {
  const { compare, dock } = setUp()
  compare(90_000, 10, 10, true)
  expect(dock.offsetFor('A', NOON_MS - HOUR_MS)).toMatchObject({ offsetMs: 90_000, side: 'AFTER' })
  expect(dock.offsetFor('A', NOON_MS + HOUR_MS)).toMatchObject({ offsetMs: 0, side: 'BEFORE' })
})
