/**
 * Whoever hands recorders out and takes them back, in whatever order and however late it is written down: at any instant
 * a recorder is with one person or with nobody, as a plain table minute by minute has it. Seeded; the seed is in the
 * test's name.
 */
import { expect, test } from 'vitest'
import { DeviceDesk } from '../../devices/bodycam/device-desk.ts'
import { holderAt, isOnDuty } from '../../devices/bodycam/duty.ts'
import { DeviceLedger } from '../../devices/bodycam/ledger.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { Database } from '../../gateway/kit/database.ts'
import { isFault } from '../../gateway/kit/errors.ts'
import { seededRandom } from '../../gateway/kit/random.ts'

const STEPS = 120
const MINUTE_MS = 60_000
const BEGAN_MS = Date.parse('2026-03-02T00:00:00+08:00')
const DEVICES = ['A', 'B', 'C'].map((serial) => ({ id: serial, serial }))
const PEOPLE = ['p-1', 'p-2', 'p-3', 'p-4'].map((personId) => ({
  personId,
  name: personId,
  role: 'OFFICER' as const,
}))

/** Who has each device in each minute, by a table that cannot be wrong: filled from the hand-over on. */
class Table {
  readonly #rows = new Map<string, (string | null)[]>()
  readonly #lastAt = new Map<string, number>()

  readonly #minutes: number

  constructor(minutes: number) {
    this.#minutes = minutes
  }

  at(serial: string, minute: number): string | null {
    return this.#rows.get(serial)?.[minute] ?? null
  }

  /** False: it cannot have been so. */
  hand(serial: string, minute: number, to: string | null): boolean {
    const isLater = minute >= (this.#lastAt.get(serial) ?? 0)
    const isOut = this.at(serial, minute) !== null
    if (!isLater || isOut === (to !== null)) return false
    const row = this.#rows.get(serial) ?? Array.from({ length: this.#minutes }, () => null)
    this.#rows.set(serial, row.fill(to, minute))
    this.#lastAt.set(serial, minute)
    return true
  }
}

test.each([1, 2, 3, 4, 5, 6])('[R62] [R63] one holder or none at any instant, seed %i', (seed) => {
  const random = seededRandom(seed)
  const below = (count: number) => Math.floor(random() * count)
  const time = { nowMs: BEGAN_MS }
  const clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const database = new Database(':memory:')
  const offsetMinutes = () => 480
  const ledger = new DeviceLedger({ database, clock, offsetMinutes })
  const desk = new DeviceDesk({ ledger, devices: () => DEVICES, people: () => PEOPLE, offsetMinutes, clock })
  const table = new Table(STEPS * 10 + 1)
  let [done, refused, minute] = [0, 0, 0]
  for (let step = 0; step < STEPS; step++) {
    minute += below(10)
    time.nowMs = BEGAN_MS + minute * MINUTE_MS
    const { serial } = DEVICES[below(3)]!
    const to = random() < 0.55 ? PEOPLE[below(4)]!.personId : null
    const when = random() < 0.5 ? minute : Math.max(0, minute - below(12))
    const at = isoTime(BEGAN_MS + when * MINUTE_MS)
    const can = table.hand(serial, when, to)
    try {
      if (to === null) desk.checkIn(serial, 'keeper', { at })
      else desk.checkOut(serial, 'keeper', { to, at })
      done++
      expect([step, can]).toEqual([step, true])
    } catch (error) {
      if (!isFault(error)) throw error
      refused++
      expect([step, can, error.code]).toEqual([step, false, error.code])
    }
  }
  expect(ledger.verify()).toBe(done)
  expect(Math.min(done, refused), 'both happened').toBeGreaterThan(STEPS / 8)
  for (const { serial } of DEVICES) {
    const shifts = desk.shifts(serial)
    for (let at = 0; at <= minute; at++) {
      // Half a minute in: the table knows no seconds.
      const wallMs = BEGAN_MS + at * MINUTE_MS + MINUTE_MS / 2
      const holds = shifts.filter((shift) => holderAt([shift], wallMs) !== null)
      expect(holds.length, `${serial} at ${at}`).toBeLessThanOrEqual(1)
      const holder = holderAt(shifts, wallMs)?.personId ?? null
      expect([serial, at, holder]).toEqual([serial, at, table.at(serial, at)])
      const moment = { startMs: wallMs, endMs: wallMs }
      const onDuty = PEOPLE.filter(({ personId }) => isOnDuty(shifts, { personId, ...moment }, 0))
      expect(onDuty.map(({ personId }) => personId)).toEqual(holder === null ? [] : [holder])
    }
  }
  database.close()
})
