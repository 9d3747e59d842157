import { expect, test } from 'vitest'
import { viewsOf } from '../../gateway/detections/views.ts'
import { type Box, contains, type Polygon } from '../../gateway/kit/geometry.ts'

const rect = (x1: number, y1: number, x2: number, y2: number): Polygon => [
  [x1, y1],
  [x2, y1],
  [x2, y2],
  [x1, y2],
]
const covers = ([x1, y1, x2, y2]: Box, polygon: Polygon) =>
  polygon.every(([x, y]) => x >= x1 && x <= x2 && y >= y1 && y <= y2)

test('no zones, or zones all over the picture: one look at the whole', () => {
  expect(viewsOf([])).toEqual([[0, 0, 1, 1]])
  expect(viewsOf([rect(0.05, 0.3, 0.95, 0.95)])).toEqual([[0, 0, 1, 1]])
})

test('a small zone far away: its neighbourhood, with room for whoever stands there', () => {
  const zone = rect(0.7, 0.4, 0.8, 0.45)
  const [view, ...others] = viewsOf([zone])
  expect(others).toEqual([])
  expect(covers(view!, zone)).toBe(true)
  expect(view![1]).toBeLessThanOrEqual(0.2)
  expect((view![2] - view![0]) * (view![3] - view![1])).toBeLessThan(0.3)
})

test('zones beside each other share a view, zones far apart have their own', () => {
  expect(viewsOf([rect(0.1, 0.5, 0.2, 0.6), rect(0.2, 0.5, 0.3, 0.6)])).toHaveLength(1)
  expect(viewsOf([rect(0, 0.3, 0.1, 0.35), rect(0.9, 0.9, 1, 1)])).toHaveLength(2)
})

test('never more than three, whatever is drawn; every zone is in one, every view in the picture', () => {
  let seed = 7
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  for (let round = 0; round < 200; round++) {
    const zones = Array.from({ length: 1 + Math.floor(6 * random()) }, () => {
      const x = 0.95 * random()
      const y = 0.95 * random()
      return rect(x, y, x + (1 - x) * random(), y + (1 - y) * random())
    })
    const views = viewsOf(zones)
    expect(views.length).toBeLessThanOrEqual(3)
    for (const zone of zones) expect(views.some((view) => covers(view, zone))).toBe(true)
    for (const [x1, y1, x2, y2] of views) {
      expect(Math.min(x1, y1)).toBeGreaterThanOrEqual(0)
      expect(Math.max(x2, y2)).toBeLessThanOrEqual(1)
      expect(contains(rect(0, 0, 1, 1), [(x1 + x2) / 2, (y1 + y2) / 2])).toBe(true)
    }
  }
})
