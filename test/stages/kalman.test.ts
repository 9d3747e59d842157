import { expect, test } from 'vitest'
import { begin, correct, drift, FILTER_SLOTS, predict } from '../../gateway/tracks/kalman.ts'

const filter = (place = 0) => {
  const state = new Float64Array(FILTER_SLOTS)
  begin(state, 0, place, 0.01, 1)
  return state
}

test('the doubt after one long step is the doubt after many short ones', () => {
  const once = filter()
  predict(once, 0, 2, 0.3)
  const often = filter()
  for (let i = 0; i < 20; i++) predict(often, 0, 0.1, 0.3)
  expect([...often]).toEqual([...once].map((value) => expect.closeTo(value, 9)))
})

test('a steady walk is learnt, whatever the pace of looks', () => {
  for (const steps of [[0.2], [2], [0.2, 1.7, 0.4, 0.05]]) {
    const state = filter()
    let timeSec = 0
    for (let i = 0; i < 60; i++) {
      const dtSec = steps[i % steps.length]!
      timeSec += dtSec
      predict(state, 0, dtSec, 0.001)
      correct(state, 0, 0.5 * timeSec, 0.0004)
    }
    expect(state[1]).toBeCloseTo(0.5, 2)
    predict(state, 0, 3, 0.001)
    expect(state[0]).toBeCloseTo(0.5 * (timeSec + 3), 1)
  }
})

test('equal doubt meets in the middle; a sure measurement wins', () => {
  const state = filter(1)
  correct(state, 0, 2, 0.01)
  expect(state[0]).toBeCloseTo(1.5)
  correct(state, 0, 3, 1e-12)
  expect(state[0]).toBeCloseTo(3)
  expect(state[2]).toBeLessThan(1e-11)
})

test('a number that only drifts stays where it is and becomes doubtful', () => {
  const state = filter(1)
  begin(state, 0, 1, 0.01, 0)
  drift(state, 0, 2, 0.5)
  expect([...state]).toEqual([1, 0, 1.01, 0, 0])
})
