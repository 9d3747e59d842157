import { expect, test } from 'vitest'
import { Topics } from '../../gateway/mqtt/topics.ts'

const topics = new Topics('nanjing-road', 'gw-01')

test('the root and what stands below it', () => {
  expect(topics.root).toBe('ume/v1/nanjing-road/gw-01')
  expect(topics.source).toBe('/ume/nanjing-road/gw-01')
  expect(topics.backendState).toBe('ume/v1/nanjing-road/_backend/state')
  expect(topics.of('alert/street-vending/cam-1')).toBe('ume/v1/nanjing-road/gw-01/alert/street-vending/cam-1')
  expect(topics.below('ume/v1/nanjing-road/gw-01/cmd/review')).toBe('cmd/review')
})

test.each([
  'ume/v1/nanjing-road/gw-01',
  'ume/v1/nanjing-road/gw-011/cmd/review',
  'ume/v1/nanjing-road/gw-02/cmd/review',
  'ume/v1/elsewhere/gw-01/cmd/review',
  'x/ume/v1/nanjing-road/gw-01/cmd/review',
])('%s is not ours', (topic) => expect(topics.below(topic)).toBeNull())

test.each(['', '+', '#', 'cam/+', 'cam/#', 'cam//status', '/cam', 'cam/', 'cam/a b', 'cam/路'])(
  '%j cannot be a topic',
  (below) => expect(() => topics.of(below)).toThrow(/topic below the root/),
)

test.each(['Nanjing', 'a/b', '+', '', 'a b'])('%j cannot be a site or gateway', (level) => {
  expect(() => new Topics(level, 'gw-01')).toThrow(/levels/)
  expect(() => new Topics('nanjing-road', level)).toThrow(/levels/)
})
