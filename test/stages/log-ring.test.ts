/** The log in memory: what leaves the process, no secret, a bounded number of lines. */
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { makeLog } from '../../gateway/kit/log.ts'
import { LogRing } from '../../gateway/kit/log-ring.ts'

function logging(level = 'debug') {
  let passed = ''
  const destination = new Writable({
    write(chunk, _encoding, done) {
      passed += String(chunk)
      done()
    },
  })
  const ring = new LogRing()
  return { ring, log: makeLog(level, ring.before(destination)), passed: () => passed }
}
const ALL = { levelMin: 0, contains: '', limit: 5_000 }

test('every line goes on as it was, and is remembered, newest first', () => {
  const { ring, log, passed } = logging()
  log.info({ camera: 'cam-1' }, 'camera online')
  log.warn({ code: 'CLOCK_OFF' }, 'the clock is off')
  expect(passed().trim().split('\n')).toHaveLength(2)
  expect(ring.lines(ALL)).toMatchObject([
    { line: 2, level: 40, message: 'the clock is off', more: '{"code":"CLOCK_OFF"}' },
    { line: 1, level: 30, message: 'camera online', more: '{"camera":"cam-1"}' },
  ])
})

test('by level, by words in any part of the line, and no more than asked for', () => {
  const { ring, log } = logging()
  for (let at = 0; at < 20; at++) log.debug({ at }, 'looked')
  log.error({ camera: 'North' }, 'gone')
  expect(ring.lines({ ...ALL, levelMin: 50 })).toMatchObject([{ message: 'gone' }])
  expect(ring.lines({ ...ALL, contains: 'north' })).toMatchObject([{ message: 'gone' }])
  expect(ring.lines({ ...ALL, contains: 'looked', limit: 3 }).map(({ line }) => line)).toEqual([20, 19, 18])
})

test('secrets are not in it: passwords by key, credentials in addresses', () => {
  const { ring, log } = logging()
  log.info({ password: 'hunter2', mqtt: { token: 'abc-secret' } }, 'read rtsp://user:hunter2@10.0.0.9/live')
  const said = JSON.stringify(ring.lines(ALL))
  expect(said).not.toContain('hunter2')
  expect(said).not.toContain('abc-secret')
  expect(said).toContain('10.0.0.9')
})

test('its memory has a limit', () => {
  const { ring, log } = logging()
  for (let at = 0; at < 2_500; at++) log.info('x'.repeat(at === 2_499 ? 100_000 : 1))
  const lines = ring.lines(ALL)
  expect(lines).toHaveLength(2_000)
  expect(lines[0]!.message.length).toBeLessThanOrEqual(4_000)
})
