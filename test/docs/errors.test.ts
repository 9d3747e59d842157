/** Every code is raised somewhere, and both languages say the same with the same values. */
import { expect, test } from 'vitest'
import { CATALOGUE } from '../../gateway/kit/catalogue.ts'
import { sources, withoutComments } from '../architecture/tree.ts'

const ROOMS = 'gateway/kit/faults/'
const entries = Object.entries(CATALOGUE)
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
const whole = ({ what, next, todo }: { what: string; next: string; todo: string }): string =>
  `${what} ${next} ${todo}`

test('every code is raised somewhere', () => {
  const code = sources('gateway', 'devices', 'models', 'config', 'simulators')
    .filter(({ path }) => !path.startsWith(ROOMS))
    .map(({ text }) => withoutComments(text))
    .join('\n')
  expect(entries.map(([name]) => name).filter((name) => !new RegExp(`['"]${name}['"]`).test(code))).toEqual(
    [],
  )
})

test('no code stands in two rooms: the second would hide the first', () => {
  const rooms = sources('gateway').filter(({ path }) => path.startsWith(ROOMS))
  const codes = rooms.flatMap(({ text }) =>
    [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]+): entry\(/gm)].map(([, code]) => code),
  )
  expect(codes.length).toBe(entries.length)
  expect(new Set(codes).size).toBe(codes.length)
})

test('every code says what happened, what is done and what is left to do, in both languages', () => {
  const mute = entries.filter(([, { en, zh }]) =>
    [en.what, en.next, en.todo, zh.what, zh.next, zh.todo].some((sentence) => sentence.trim() === ''),
  )
  expect(mute.map(([name]) => name)).toEqual([])
})

test('English is English, Chinese is Chinese', () => {
  const han = /\p{Script=Han}/u
  const mixed = entries.filter(([, { en, zh }]) => han.test(whole(en)) || !han.test(whole(zh)))
  expect(mixed.map(([name]) => name)).toEqual([])
})

test('both languages show the same values', () => {
  const unequal = entries.filter(([, { en, zh }]) => {
    const [one, other] = [new Set(placeholders(whole(en))), new Set(placeholders(whole(zh)))]
    return one.size !== other.size || [...one].some((name) => !other.has(name))
  })
  expect(unequal.map(([name]) => name)).toEqual([])
})
