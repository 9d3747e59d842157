/** Which part a stream shows in which second; goOn is said at the mark. */
import { expect, test } from 'vitest'
import type { Media } from '../../simulators/camera/media.ts'
import { type Part, TimeLine } from '../../simulators/camera/time-line.ts'

const part = (name: string, seconds: number, repeats: boolean): Part => ({
  ...{ name, repeats },
  media: { tracks: [], loopSec: seconds } satisfies Media,
})
const VENDOR = [
  part('comes', 2, false),
  part('stays', 3, true),
  part('leaves', 2, false),
  part('empty', 1, true),
]

test.each([
  // c comes, s stays, l leaves, e empty; the seconds in which somebody says goOn
  ['ccssssssssssssss', []],
  ['ccsssllee', [1]],
  ['ccsssllee', [2]],
  ['ccsssllee', [4]],
  ['ccssssssllee', [5]],
  ['ccsssllee', [3, 4, 7]],
] as const)('%s when told in the seconds %j', (shown, told: readonly number[]) => {
  let nowSec = 100
  const line = new TimeLine(VENDOR, () => nowSec * 1000)
  line.start()
  const seen = [...shown].map((_, second) => {
    nowSec = 100 + second
    if (told.includes(second)) line.goOn()
    return line.round(line.roundAt(second))!.part.name[0]
  })
  expect(seen.join('')).toBe(shown)
})

test('rounds follow without a gap, each where the one before ends', () => {
  let nowSec = 0
  const line = new TimeLine(VENDOR, () => nowSec * 1000)
  line.start()
  nowSec = 9
  expect(line.goOn()).toBe(true)
  const rounds = Array.from({ length: 8 }, (_, i) => line.round(i)!)
  expect(rounds.map(({ startSec }) => startSec)).toEqual([0, 2, 5, 8, 11, 13, 14, 15])
  expect(rounds.slice(1).map(({ startSec }, i) => startSec - rounds[i]!.startSec)).toEqual(
    rounds.slice(0, -1).map(({ part }) => part.media.loopSec),
  )
})

test('what a receiver was promised already is shown first', () => {
  const line = new TimeLine(VENDOR, () => 0)
  line.start()
  expect(line.round(2)?.part.name).toBe('stays')
  line.goOn()
  expect([1, 2, 3].map((round) => line.round(round)?.part.name)).toEqual(['stays', 'stays', 'leaves'])
})

test('nothing follows the last part, and what is shown once cannot be left early', () => {
  const line = new TimeLine(VENDOR, () => 0)
  expect([line.goOn(), line.goOn()]).toEqual([true, false])
  const film = new TimeLine([part('film', 4, false)], () => 0)
  expect(film.goOn()).toBe(false)
  expect(film.round(film.roundAt(3.9))).toBeDefined()
  expect(film.round(film.roundAt(4))).toBeUndefined()
})

test('begun anew, all of it is shown again', () => {
  const line = new TimeLine(VENDOR, () => 0)
  line.start()
  line.goOn()
  line.reset()
  expect(line.startedAtMs).toBeUndefined()
  expect(line.round(9)?.part.name).toBe('stays')
})
