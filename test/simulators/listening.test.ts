/** The vendor who leaves when spoken to: where his film is cut, both sides show the same street. */
import { expect, test } from 'vitest'
import { listeningVendor } from '../../simulators/street/listening.ts'
import { Stage } from '../../simulators/street/stage.ts'

const SIZE = { width: 192, height: 108 } as const
const STREETS = [
  { seed: 7, weather: 'sunny', shops: 0 },
  { seed: 8, weather: 'cloudy', shops: 5 },
  { seed: 9, weather: 'sidelight', shops: 11 },
] as const

/** A picture before the next: what comes at its mark, were it not cut there. */
const LAST_SEC = 0.1

for (const street of STREETS) {
  test(`${street.weather}: nothing but the vendor's hands differs over the seams`, () => {
    const { script, parts } = listeningVendor(street)
    const stage = new Stage(script, SIZE.width, SIZE.height, street.seed)
    const at = (timeSec: number) => {
      stage.show(timeSec)
      return { picture: Buffer.from(stage.picture.rgb), people: stage.seen.length }
    }
    const [, stays, leaves, empty] = parts
    const [begins, ends] = [at(stays!.fromSec), at(stays!.toSec - LAST_SEC)]
    expect(begins.people).toBe(5)
    expect(ends.people).toBe(5)
    expect(changedShare(begins.picture, ends.picture, insideOf(stage.boxOf(0)))).toBeLessThan(0.03)
    expect(changedShare(begins.picture, ends.picture, outsideOf(stage.boxOf(0)))).toBe(0)

    const cleared = at(leaves!.toSec - LAST_SEC)
    const [first, last] = [at(empty!.fromSec), at(empty!.toSec - LAST_SEC)]
    for (const { picture, people } of [cleared, last]) {
      expect(people).toBe(0)
      expect(picture.equals(first.picture)).toBe(true)
    }
  })
}

test('who passes is in the picture at no mark; somebody buys; the act is over before the street is empty', () => {
  for (const street of STREETS) {
    const { script, parts } = listeningVendor(street)
    expect(parts.map(({ name, repeats }) => (repeats ? `${name} again` : name))).toEqual([
      ...['comes', 'stays again', 'leaves', 'empty again'],
    ])
    expect(parts.slice(1).map(({ fromSec }) => fromSec)).toEqual(parts.slice(0, -1).map(({ toSec }) => toSec))
    const inside = (fromSec: number, toSec: number) =>
      parts.some((part) => fromSec > part.fromSec && toSec < part.toSec)
    const others = script.actors.filter(({ act }) => act === undefined)
    for (const { steps } of others) expect(inside(steps[0]!.atSec, steps.at(-1)!.atSec)).toBe(true)
    expect(others.length).toBeGreaterThan(8)
    expect(script.nonEvents.map(({ why }) => why)).toContain('stops for a moment')
    expect(script.acts).toEqual([
      { rule: 'street-vending', zoneId: 'kerb', startSec: 14, endSec: expect.any(Number) },
    ])
    expect(script.acts[0]!.endSec).toBeLessThan(parts[2]!.toSec)
  }
})

type Box = readonly [number, number, number, number]
type Where = (x: number, y: number) => boolean

const insideOf =
  ([x1, y1, x2, y2]: Box): Where =>
  (x, y) =>
    x >= x1 * SIZE.width && x < x2 * SIZE.width && y >= y1 * SIZE.height && y < y2 * SIZE.height
const outsideOf =
  (box: Box): Where =>
  (x, y) =>
    !insideOf(box)(x, y)

function changedShare(a: Buffer, b: Buffer, where: Where): number {
  let count = 0
  for (let pixel = 0; pixel < a.length / 3; pixel++) {
    if (!where(pixel % SIZE.width, Math.floor(pixel / SIZE.width))) continue
    const difference = [0, 1, 2].reduce((sum, i) => sum + Math.abs(a[pixel * 3 + i]! - b[pixel * 3 + i]!), 0)
    if (difference > 40) count++
  }
  return count / (a.length / 3)
}
