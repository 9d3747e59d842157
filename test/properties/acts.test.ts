/**
 * Whatever people merge and split, no act is lost and none counts twice: every event stands in exactly one act, acts
 * and events add up, and a split leaves what was there before the merge. Seeded; the seed is in the test's name.
 */
import { expect, test } from 'vitest'
import { isFault } from '../../gateway/kit/errors.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { act, type OfficeRunning, setUpOffice } from '../stages/office-fixture.ts'
import { SAMPLE_WALL_MS } from '../stages/sample-event.ts'

const EVENTS = 24
const STEPS = 160
const PERIOD = { fromMs: SAMPLE_WALL_MS - 1, toMs: SAMPLE_WALL_MS + 365 * 86_400_000 }

/** The tree of every event by a model that cannot be wrong: parents in a map, walked up. */
class Model {
  readonly parents = new Map<string, string>()

  rootOf(id: string): string {
    const above = this.parents.get(id)
    return above === undefined ? id : this.rootOf(above)
  }

  /** Root to its members, sorted. */
  acts(ids: readonly string[]): Map<string, string[]> {
    const acts = new Map<string, string[]>()
    for (const id of [...ids].sort()) {
      const root = this.rootOf(id)
      acts.set(root, [...(acts.get(root) ?? []), id])
    }
    return acts
  }
}

function told({ desk }: OfficeRunning, ids: readonly string[]): Map<string, string[]> {
  const acts = new Map<string, string[]>()
  for (const id of ids) {
    const { sameActAs, mergedFrom } = desk.get(id)!.event
    if (sameActAs === undefined) acts.set(id, [id, ...(mergedFrom ?? [])].sort())
  }
  return acts
}

test.each([1, 2, 3, 4, 5, 6])('[R38] [R91] merges and splits, seed %i: no act lost, none doubled', (seed) => {
  const random = seededRandom(seed)
  const below = (count: number) => Math.floor(random() * count)
  const running = setUpOffice()
  const { desk, office, time } = running
  const ids: string[] = []
  for (let i = 0; i < EVENTS; i++) {
    // Far apart, so that only people link them.
    const event: ViolationEvent = act(`e${i}`, 60 * i, 60 * i + 5)
    ids.push(desk.raise(event).eventId)
  }
  const model = new Model()
  let [done, refused] = [0, 0]
  for (let step = 0; step < STEPS; step++) {
    time.nowMs += 1 + below(60_000)
    const [eventId, into] = [ids[below(EVENTS)]!, ids[below(EVENTS)]!]
    const wish = { by: `p-${below(3)}`, reason: 'seen again', commandId: `c-${step}` }
    const [child, parent] = [model.rootOf(eventId), model.rootOf(into)]
    const isMerge = random() < 0.55
    try {
      if (isMerge) office.sameAct.merge({ eventId, into, ...wish })
      else office.sameAct.split({ eventId, ...wish })
      done++
      if (isMerge) model.parents.set(child, parent)
      else model.parents.delete(eventId)
    } catch (error) {
      if (!isFault(error, 'ACTS_NOT_LINKED')) throw error
      refused++
      const isRight = isMerge ? child === parent : !model.parents.has(eventId)
      expect([step, isRight]).toEqual([step, true])
    }
    if (step % 8 !== 0) continue
    const acts = model.acts(ids)
    expect(told(running, ids)).toEqual(acts)
    const figures = office.statistics.figures(PERIOD)
    expect([figures.acts, figures.events]).toEqual([acts.size, EVENTS])
    expect(figures.byHour.reduce((sum, count) => sum + count, 0)).toBe(acts.size)
  }
  expect(done).toBeGreaterThan(60)
  expect(refused).toBeGreaterThan(10)
})
