/** Who stands by a cart at the middle of the picture. Boxes in hundredths. */
import { expect, test } from 'vitest'
import type { Box } from '../../gateway/kit/geometry.ts'
import { attendants } from '../../gateway/tracks/attendance.ts'
import type { Track } from '../../gateway/tracks/track.ts'

const CART: Box = [0.4, 0.6, 0.6, 0.8]
const NOW_MS = 60_000

const track = (trackId: number, box: number[], changes: Partial<Track> = {}): Track => ({
  trackId,
  class: 'person',
  role: 'person',
  classShare: 1,
  confidence: 0.9,
  box: box.map((edge) => edge / 100) as unknown as Box,
  firstSeenMs: 0,
  lastSeenMs: NOW_MS,
  stationarySinceMs: 10_000,
  hits: 9,
  looks: 9,
  ...changes,
})

const PLACES: [what: string, box: number[], beside: boolean][] = [
  ['right of it, half a body away', [65, 45, 75, 80], true],
  ['left of it, touching', [30, 45, 40, 80], true],
  ['behind it, seen above the cart', [45, 40, 55, 75], true],
  ['more than a body away', [72, 45, 80, 80], false],
  ['far behind, only overlapping in the picture', [45, 30, 50, 50], false],
  ['far in front', [45, 70, 55, 100], false],
]
for (const [what, box, beside] of PLACES) {
  test(`${what}: ${beside ? 'by it' : 'not by it'}`, () => {
    expect(attendants([track(1, box)], CART, NOW_MS).length).toBe(beside ? 1 : 0)
  })
}

test('longest first; who moves has stayed no time; only people attend', () => {
  const beside = [65, 45, 75, 80]
  const found = attendants(
    [
      track(1, beside, { stationarySinceMs: null }),
      track(2, beside, { stationarySinceMs: 50_000 }),
      track(3, beside, { stationarySinceMs: 20_000 }),
      track(4, beside, { role: 'goods' }),
    ],
    CART,
    NOW_MS,
  )
  expect(found.map(({ track: { trackId }, stayedMs }) => [trackId, stayedMs])).toEqual([
    [3, 40_000],
    [2, 10_000],
    [1, 0],
  ])
})
