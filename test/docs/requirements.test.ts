/** The traceability page says nothing that the tags do not bear out. */
import { expect, test } from 'vitest'
import { requirements, taggedFiles } from '../../config/requirements.ts'

const { requirements: all, mustNot } = requirements()
const ids = all.map(({ id }) => id)

test('every requirement has its line, once', () => {
  expect(ids).toEqual(Array.from({ length: 105 }, (_, at) => `R${at + 1}`))
  expect(mustNot).toHaveLength(12)
})

test('what must be is done with code and a test, or says what it lacks', () => {
  const musts = all.filter(({ priority }) => priority === 'M')
  expect(musts.length).toBeGreaterThan(60)
  const bare = musts.filter(({ standing, lacks }) => standing !== 'done' && lacks === null)
  expect(bare.map(({ id, code, tests }) => `${id}: ${code.length} code, ${tests.length} tests`)).toEqual([])
})

test('what is begun is finished, with code and a test, or says what it lacks', () => {
  const half = all.filter(({ standing, lacks }) => standing === 'partly' && lacks === null)
  expect(half.map(({ id, code, tests }) => `${id}: ${[...code, ...tests]}`)).toEqual([])
})

test('every tag names a requirement', () => {
  expect([...taggedFiles().keys()].filter((id) => !ids.includes(id))).toEqual([])
})

test('each prohibition whose requirements are done has a test', () => {
  const done = mustNot.filter(({ by }) =>
    by.every((id) => all.find((one) => one.id === id)?.standing === 'done'),
  )
  expect(done.length).toBeGreaterThanOrEqual(5)
  expect(done.filter(({ tests }) => tests.length === 0)).toEqual([])
})
