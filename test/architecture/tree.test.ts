/** The reader of the tree reads rightly: what the rules stand on. */
import { expect, test } from 'vitest'
import { exportsOf, functionsOf, importsOf, withoutComments } from './tree.ts'

const file = (text: string) => ({ path: 'gateway/tracks/tracker.ts', text })

test('imports of every shape are seen, those in comments and of packages are not', () => {
  const text = `
import { z } from 'zod'
// import { no } from './no.ts'
/** import { never } from './never.ts' */
import { assert, type Log as Diary } from '../kit/assert.ts'
import type { Box } from '../kit/geometry.ts'
import * as all from './kalman.ts'
import './bare.ts'
import {
  first,
  second,
} from './many.ts'
export { twice } from './again.ts'
const later = await import('./later.ts')
const seat = workerEntry(import.meta.url, 'worker')
const text = "import { quoted } from './quoted.ts'"
`
  expect(importsOf(file(text))).toEqual([
    { target: 'gateway/kit/assert.ts', names: ['assert', 'Log'] },
    { target: 'gateway/kit/geometry.ts', names: ['Box'] },
    { target: 'gateway/tracks/kalman.ts', names: ['*'] },
    { target: 'gateway/tracks/many.ts', names: ['first', 'second'] },
    { target: 'gateway/tracks/again.ts', names: ['twice'] },
    { target: 'gateway/tracks/bare.ts', names: ['*'] },
    { target: 'gateway/tracks/later.ts', names: ['*'] },
    { target: 'gateway/tracks/worker.ts', names: ['*'] },
  ])
})

test('a slash in a string begins no comment', () => {
  expect(withoutComments("const url = 'rtsp://host' // why\nconst re = `/*`")).toBe(
    "const url = 'rtsp://host' \nconst re = `/*`",
  )
})

test('exports', () => {
  const text =
    'export const a = 1\nexport type A = 1\nexport async function b() {}\nconst c = 1\nexport class D {}\n'
  expect(exportsOf(file(text))).toEqual(['a', 'b', 'D'])
})

test('functions are measured from their head to their closing brace', () => {
  const text = `export function one(a: number): number {
  if (a) {
    return 1
  }
  return 2
}

class Two {
  #three(
    a: number,
    { b }: { b: number },
  ): void {
    for (const c of a) {
      go(c)
    }
  }

  get four(): number {
    return 4
  }
}

const five = (list: number[]) => {
  return list
}

const six = { seven: 7 }
switch (six) {
  case 1:
    break
}
`
  expect(functionsOf(text).map(({ line, lines }) => [line, lines])).toEqual([
    [1, 6],
    [9, 8],
    [18, 3],
    [23, 3],
  ])
})
