/** The assignment is exact: compared with trying everything, on seeded random streets. */
import { expect, test } from 'vitest'
import { Assignment } from '../../gateway/tracks/assignment.ts'

type Gains = (number | null)[][]

/** A digit is a gain in tenths, `.` a pair that may not be. */
const CASES: [street: string[], columns: number[]][] = [
  [['5'], [0]],
  [['.'], [-1]],
  [
    ['9.', '.9'],
    [0, 1],
  ],
  [
    ['98', '9.'],
    [1, 0],
  ], // The greedy pair would leave the second alone.
  [
    ['91', '1.'],
    [0, -1],
  ], // Two weak pairs are worth less than a strong one.
  [
    ['5', '7', '6'],
    [-1, 0, -1],
  ], // More tracks than detections.
  [['576'], [1]],
  [
    ['12.', '21.', '..3'],
    [1, 0, 2],
  ], // Two islands.
]
for (const [street, columns] of CASES) {
  test(`${street.join(' | ')} pairs ${columns.join()}`, () => {
    expect(solve(street.map((row) => [...row].map((c) => (c === '.' ? null : Number(c) / 10))))).toEqual(
      columns,
    )
  })
}

test('nobody and nothing', () => {
  expect(solve([])).toEqual([])
  expect(solve([[], []])).toEqual([-1, -1])
})

test('as good as trying everything, on 2 000 random streets', () => {
  const random = seeded(7)
  const assignment = new Assignment()
  for (let round = 0; round < 2_000; round++) {
    const rows = Math.floor(random() * 7)
    const columns = Math.floor(random() * 7)
    const filled = random()
    const gains: Gains = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => (random() < filled ? 0.01 + random() : null)),
    )
    const pairs = solve(gains, assignment, columns)
    const taken = pairs.filter((column) => column >= 0)
    expect(new Set(taken).size).toBe(taken.length)
    const total = pairs.reduce((sum, column, row) => sum + (column < 0 ? 0 : gains[row]![column]!), 0)
    expect(total).toBeCloseTo(best(gains, 0, 0), 9)
  }
})

function solve(gains: Gains, assignment = new Assignment(), columns = gains[0]?.length ?? 0): number[] {
  assignment.begin(gains.length, columns)
  gains.forEach((row, i) => {
    row.forEach((gain, j) => {
      if (gain !== null) assignment.edge(i, j, gain)
    })
  })
  return [...assignment.solve()]
}

/** Everything there is to try: row by row, over the set of columns already taken. */
function best(gains: Gains, row: number, taken: number): number {
  if (row === gains.length) return 0
  let most = best(gains, row + 1, taken)
  gains[row]!.forEach((gain, column) => {
    if (gain === null || taken & (1 << column)) return
    most = Math.max(most, gain + best(gains, row + 1, taken | (1 << column)))
  })
  return most
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
