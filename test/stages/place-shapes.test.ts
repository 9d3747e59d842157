/** What is drawn changes step by step, stays inside the picture and its bounds, and every step can be undone. */
import { expect, test } from 'vitest'
import {
  ownerIn,
  redone,
  type Shape,
  shapesOf,
  stepped,
  undone,
  untouched,
  withCornerAfter,
  withCornerAt,
  withEntry,
  withNew,
  withoutCorner,
  withoutEntry,
  withShapeMoved,
} from '../../gateway/console/place-shapes.ts'
import type { Drawing } from '../../gateway/http/place-views.ts'
import { seededRandom } from '../../gateway/kit/random.ts'

const SQUARE = [
  [0.2, 0.2],
  [0.4, 0.2],
  [0.4, 0.4],
  [0.2, 0.4],
] as const
const DRAWING: Drawing = {
  zones: [
    {
      ...{ id: 'kerb', type: 'SHOPFRONT', polygon: SQUARE, rules: [{ rule: 'piling' }] },
      shopfrontLine: SQUARE.slice(0, 2),
      groundScale: { from: SQUARE[0], to: SQUARE[1], metres: 2, errorShare: 0.2 },
    },
  ],
  privacyMasks: [{ polygon: SQUARE }],
  permits: [{ id: 'market', camera: 'cam-1', polygon: SQUARE }],
}
const shape = (drawing: Drawing, key: string): Shape => shapesOf(drawing).find((one) => one.key === key)!

test('shapes are outlines, shopfront lines and known lengths; what was measured by points is left alone', () => {
  expect(shapesOf(DRAWING).map(({ key, isClosed }) => [key, isClosed])).toEqual([
    ['zones.0.polygon', true],
    ['zones.0.shopfrontLine', false],
    ['zones.0.groundScale', false],
    ['privacyMasks.0.polygon', true],
    ['permits.0.polygon', true],
  ])
  const measured = withEntry(DRAWING, { list: 'zones', index: 0 }, { groundScale: { points: [] } })
  expect(shapesOf(measured).map(({ key }) => key)).not.toContain('zones.0.groundScale')
})

test('a corner moves to four digits and not out of the picture; nothing else changes', () => {
  const moved = withCornerAt(DRAWING, shape(DRAWING, 'zones.0.polygon'), 2, [1.2, 1 / 3])
  expect(moved.zones[0]).toEqual({
    ...DRAWING.zones[0],
    polygon: [SQUARE[0], SQUARE[1], [1, 0.3333], SQUARE[3]],
  })
  expect(moved.permits).toBe(DRAWING.permits)
  const length = withCornerAt(DRAWING, shape(DRAWING, 'zones.0.groundScale'), 1, [0.5, 0.5])
  expect(length.zones[0]!['groundScale']).toEqual({
    from: SQUARE[0],
    to: [0.5, 0.5],
    metres: 2,
    errorShare: 0.2,
  })
})

test('a whole shape moves as far as the edge and keeps its form', () => {
  const moved = withShapeMoved(DRAWING, shape(DRAWING, 'privacyMasks.0.polygon'), [-0.5, 0.1])
  expect(moved.privacyMasks[0]!['polygon']).toEqual([
    [0, 0.3],
    [0.2, 0.3],
    [0.2, 0.5],
    [0, 0.5],
  ])
})

test('corners are put in after one and taken out, no more than a shape may have and no fewer', () => {
  const outline = shape(DRAWING, 'zones.0.polygon')
  expect(withCornerAfter(DRAWING, outline, 3)!.zones[0]!['polygon']).toEqual([...SQUARE, [0.2, 0.3]])
  const line = shape(DRAWING, 'zones.0.shopfrontLine')
  expect(withCornerAfter(DRAWING, line, 1)!.zones[0]!['shopfrontLine']).toEqual([
    SQUARE[0],
    [0.3, 0.2],
    SQUARE[1],
  ])
  expect(withoutCorner(DRAWING, line, 0)).toBe(null)
  expect(withCornerAfter(DRAWING, shape(DRAWING, 'zones.0.groundScale'), 0)).toBe(null)
  const triangle = withoutCorner(DRAWING, outline, 0)!
  expect(triangle.zones[0]!['polygon']).toEqual(SQUARE.slice(1))
  expect(withoutCorner(triangle, shape(triangle, 'zones.0.polygon'), 0)).toBe(null)
})

test('a new entry has a name that nobody has; an undefined value is taken out', () => {
  const twice = withNew(withNew(DRAWING, 'zones', 'cam-1'), 'zones', 'cam-1')
  expect(twice.zones.map(({ id }) => id)).toEqual(['kerb', 'zone-1', 'zone-2'])
  const permit = withNew(DRAWING, 'permits', 'cam-1').permits[1]
  expect(permit).toMatchObject({ id: 'permit-1', camera: 'cam-1' })
  expect(
    withEntry(DRAWING, { list: 'zones', index: 0 }, { shopfrontLine: undefined }).zones[0],
  ).not.toHaveProperty('shopfrontLine')
  expect(withoutEntry(DRAWING, { list: 'zones', index: 0 }).zones).toEqual([])
})

test('[seeded] whatever was done, as many steps back is the beginning, and forward again the end', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed)
    let state = untouched(DRAWING)
    for (let step = 0; step < 30; step++) {
      const all = shapesOf(state.now)
      const chosen = all[Math.floor(random() * all.length)]!
      const at = Math.floor(random() * chosen.points.length)
      const what = random()
      const next =
        what < 0.5
          ? withCornerAt(state.now, chosen, at, [random() * 1.2 - 0.1, random() * 1.2 - 0.1])
          : what < 0.7
            ? withCornerAfter(state.now, chosen, at)
            : what < 0.9
              ? withoutCorner(state.now, chosen, at)
              : withNew(state.now, 'zones', 'cam-1')
      if (next !== null) state = stepped(state, next, `${chosen.key} ${at} ${what < 0.5}`)
      for (const { points, pointsMin, pointsMax } of shapesOf(state.now)) {
        expect(points.length >= pointsMin && points.length <= pointsMax).toBe(true)
        expect(points.flat().every((share) => share >= 0 && share <= 1)).toBe(true)
      }
    }
    const end = state.now
    const steps = state.past.length
    for (let back = 0; back < steps; back++) state = undone(state)
    expect([seed, state.now, undone(state)]).toEqual([seed, DRAWING, state])
    for (let on = 0; on < steps; on++) state = redone(state)
    expect([seed, state.now]).toEqual([seed, end])
  }
})

test('steps at one corner are undone together, those at another are not', () => {
  const outline = shape(DRAWING, 'zones.0.polygon')
  let state = untouched(DRAWING)
  for (const x of [0.21, 0.22, 0.23])
    state = stepped(state, withCornerAt(state.now, outline, 0, [x, 0.2]), 'corner 0')
  const one = state.now
  state = stepped(state, withCornerAt(state.now, shape(state.now, outline.key), 1, [0.5, 0.2]), 'corner 1')
  expect(undone(state).now).toBe(one)
  expect(undone(undone(state)).now).toBe(DRAWING)
})

test.each([
  ['cameras[0].zones[0].polygon', { list: 'zones', index: 0 }],
  ['cameras[7].privacyMasks[0].polygon[2]', { list: 'privacyMasks', index: 0 }],
  ['cameras[0].zones[9].id', null],
  ['permits[0].windows', null],
  [null, null],
] as const)('a fault at %s is about %s', (path, owner) => {
  expect(ownerIn(path, DRAWING)).toEqual(owner)
})
