/** An option that nothing reads is a promise nobody keeps. */
import { expect, test } from 'vitest'
import { GatewayOptions } from '../../config/schema.ts'
import { sources, withoutComments } from '../architecture/tree.ts'

const code = sources('gateway')
  .filter(({ path }) => /^gateway\/(?:[^/]+|cli\/[^/]+)$/.test(path))
  .map(({ text }) => withoutComments(text))
  .join('\n')

/** `rules` names the catalogue, which the loader reads itself. */
const keys = Object.keys(GatewayOptions.shape).filter((key) => key !== 'rules')

test.each(keys)('%s is read by the wiring', (key) => {
  const member = new RegExp(`\\b[cC]onfig(?:\\(\\))?\\.${key}\\b`)
  const taken = new RegExp(`\\{[^{}]*\\b${key}\\b[^{}]*\\}\\s*(?:=\\s*[\\w.#]*config\\b|:\\s*Config\\b)`)
  expect(member.test(code) || taken.test(code)).toBe(true)
})
