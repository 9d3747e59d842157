/** The description of the messages holds together: references lead somewhere, every topic has its parameters. */
import { expect, test } from 'vitest'
import { asyncApi } from '../../config/asyncapi.ts'
import { MESSAGES } from '../../gateway/mqtt/messages.ts'

const document = JSON.parse(JSON.stringify(asyncApi())) as Record<string, unknown>

function references(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, one]) => (key === '$ref' ? [String(one)] : references(one)))
}

test('references lead somewhere', () => {
  const found = references(document)
  expect(found.length).toBeGreaterThan(0)
  for (const reference of found) {
    const value = reference
      .slice(2)
      .split('/')
      .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document)
    expect(value, reference).toBeDefined()
  }
})

test('every message of the gateway is described, with a sentence for each part of its topic', () => {
  const channels = document['channels'] as Record<
    string,
    { parameters: Record<string, { description: string }> }
  >
  expect(Object.keys(channels)).toEqual(Object.keys(MESSAGES))
  const parameters = Object.values(channels).flatMap((channel) => Object.entries(channel.parameters))
  expect(parameters.filter(([, { description }]) => description === '')).toEqual([])
})
