import { expect, test } from 'vitest'
import { seededRandom } from '../../gateway/kit/random.ts'
import { Timeline } from '../../gateway/streams/timeline.ts'

const FRAME_TICKS = 3_600

function clockAt(monotonic: number, wall: number) {
  return {
    monotonic,
    wall,
    monotonicMs(): number {
      return this.monotonic
    },
    wallMs(): number {
      return this.wall
    },
  }
}

/** Packets of a camera whose crystal is off by `ppm`, each late by 20 ms and jitter up to 60 ms. */
function* arrivals(seconds: number, ppm: number, seed: number) {
  const random = seededRandom(seed)
  for (let i = 0; i < seconds * 25; i++) {
    const mediaMs = i * 40
    const trueMs = mediaMs / (1 + ppm / 1e6)
    yield { ticks: i * FRAME_TICKS, trueMs, arrivedMs: trueMs + 20 + 60 * random() }
  }
}

test.each([-150, 0, 150])(
  'a crystal off by %i ppm: an hour later times are still those of the box',
  (ppm) => {
    const clock = clockAt(0, 1e12)
    const timeline = new Timeline(clock)
    let last = Number.NEGATIVE_INFINITY
    let worst = 0
    let worstInterval = 0
    let worstWall = 0
    let backwards = 0
    for (const { ticks, trueMs, arrivedMs } of arrivals(3600, ppm, 3)) {
      clock.monotonic = 1000 + arrivedMs
      clock.wall = 1e12 + arrivedMs
      const { timeMs, wallMs } = timeline.place(1, ticks, ticks)
      if (timeMs <= last) backwards++
      // Once the connection has settled.
      if (trueMs > 4_000) worstInterval = Math.max(worstInterval, Math.abs(timeMs - last - 40))
      last = timeMs
      worst = Math.max(worst, Math.abs(timeMs - (1000 + trueMs + 20)))
      worstWall = Math.max(worstWall, Math.abs(wallMs - timeMs - (1e12 - 1000)))
    }
    expect(backwards).toBe(0)
    // An interval is never wrong by more than a thousandth.
    expect(worstInterval).toBeLessThan(0.04)
    expect(worst).toBeLessThan(65)
    expect(worstWall).toBeLessThan(0.5)
  },
)

test('the wall clock may step: the timeline does not know, and wall times follow slowly unless far off', () => {
  const clock = clockAt(0, 1e12)
  const timeline = new Timeline(clock)
  const place = (i: number, wallStepMs: number) => {
    clock.monotonic = i * 40
    clock.wall = 1e12 + i * 40 + wallStepMs
    return timeline.place(1, i * FRAME_TICKS, i * FRAME_TICKS)
  }
  place(0, 0)
  expect(place(25, 2_000).timeMs).toBeCloseTo(1_000, 6)
  expect(place(26, 2_000).wallMs - 1e12).toBeLessThan(1_040 + 50)
  // From 1970 to today: nobody wants to lead that slowly.
  expect(place(27, 1e9).wallMs - 1e12).toBeCloseTo(1_080 + 1e9, 3)
  expect(place(28, 1e9).timeMs).toBeCloseTo(1_120, 6)
})

test('over a reconnect time goes on, later than before, though ticks begin at zero again', () => {
  const clock = clockAt(0, 1e12)
  const timeline = new Timeline(clock)
  for (let i = 0; i < 100; i++) {
    clock.monotonic = i * 40
    timeline.place(1, i * FRAME_TICKS, i * FRAME_TICKS)
  }
  clock.monotonic = 9_000
  expect(timeline.place(2, 0, 0).timeMs).toBeCloseTo(9_000, 6)
  // Even when the box's own clock gave the same instant twice.
  clock.monotonic = 9_000
  expect(timeline.place(3, 0, 0).timeMs).toBeGreaterThan(9_000)
})

test('a camera that sends its buffer first: soon the times are right, and the order never breaks', () => {
  const clock = clockAt(0, 1e12)
  const timeline = new Timeline(clock)
  let last = Number.NEGATIVE_INFINITY
  for (let i = 0; i < 100; i++) {
    // 50 pictures of the past within 25 ms, then one every 40 ms.
    clock.monotonic = 10_000 + (i < 50 ? i / 2 : 25 + (i - 49) * 40)
    const { timeMs } = timeline.place(1, i * FRAME_TICKS, i * FRAME_TICKS)
    expect(timeMs).toBeGreaterThan(last)
    last = timeMs
    if (i >= 55) expect(Math.abs(timeMs - clock.monotonic)).toBeLessThan(100)
  }
})

test('a camera clock that jumps by an hour does not take the timeline along', () => {
  const clock = clockAt(0, 1e12)
  const timeline = new Timeline(clock)
  for (let i = 0; i < 50; i++) {
    clock.monotonic = i * 40
    timeline.place(1, i * FRAME_TICKS, i * FRAME_TICKS)
  }
  clock.monotonic = 2_000
  const far = 50 * FRAME_TICKS + 3600 * 90_000
  expect(timeline.place(1, far, far).timeMs).toBeCloseTo(2_000, 6)
  expect(timeline.jumps).toBe(1)
  clock.monotonic = 2_040
  expect(timeline.place(1, 51 * FRAME_TICKS, 51 * FRAME_TICKS).timeMs).toBeGreaterThan(2_000)
})
