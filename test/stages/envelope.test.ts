import { expect, test } from 'vitest'
import { isFault } from '../../gateway/kit/errors.ts'
import { Envelope, openMessage, PAYLOAD_BYTES_MAX, sealEnvelope } from '../../gateway/mqtt/envelope.ts'
import { MESSAGES } from '../../gateway/mqtt/messages.ts'
import { DATA_BYTES_MAX } from '../../gateway/outbox/outbox.ts'
import { sampleEvent } from './sample-event.ts'

const PARTS = {
  id: '01JGF6Q8000000000000000000',
  source: '/ume/nanjing-road/gw-01',
  type: MESSAGES.alert.type,
  subject: 'e',
  time: '2026-01-01T10:00:00.000+08:00',
  sequence: 7,
  session: '01JGF6Q8000000000000000001',
  late: false,
}

test('an envelope is CloudEvents 1.0 in structured JSON', () => {
  const data = { ...sampleEvent('a'), alertState: 'PENDING_REVIEW' }
  const body: unknown = JSON.parse(sealEnvelope({ ...PARTS, data }).toString())
  expect(body).toEqual({ specversion: '1.0', datacontenttype: 'application/json', ...PARTS, data })
  expect(Envelope.parse(body).data).toEqual(data)
  expect(MESSAGES.alert.data.parse(data)).toEqual(data)
})

test('what the outbox takes fits into an envelope under 64 KiB, and more does not go out', () => {
  const data = 'x'.repeat(DATA_BYTES_MAX - 2)
  expect(sealEnvelope({ ...PARTS, subject: 's'.repeat(1_000), data }).length).toBeLessThan(64 * 1024)
  expect(() => sealEnvelope({ ...PARTS, data: 'x'.repeat(64 * 1024) })).toThrow(/under 64 KiB/)
})

const ack = MESSAGES.ack.data
test('a message may come bare or in an envelope', () => {
  const bare = Buffer.from('{"ids":["a"]}')
  expect(openMessage('ack', bare, ack)).toEqual({ ids: ['a'] })
  expect(openMessage('ack', sealEnvelope({ ...PARTS, data: { upTo: 3 } }), ack)).toEqual({ upTo: 3 })
})

test.each([
  ['', 'it is not JSON'],
  ['{', 'it is not JSON'],
  ['secret-token', 'it is not JSON'],
  ['null', 'payload'],
  ['[]', 'payload'],
  ['{"ids":[]}', ''],
  ['{"ids":[1]}', ''],
  ['{"ids":["a"],"upTo":1}', ''],
  ['{"upTo":-1}', ''],
  ['{"upTo":1.5}', ''],
  ['{"upTo":1e99}', ''],
  [`"${'x'.repeat(PAYLOAD_BYTES_MAX)}"`, 'bytes'],
])('refused: %s', (payload, reason) => {
  try {
    openMessage('ack', Buffer.from(payload), ack)
    expect.unreachable()
  } catch (error) {
    expect(isFault(error, 'MESSAGE_MALFORMED'), String(error)).toBe(true)
    expect(String(error)).toContain(reason)
    expect(String(error), 'the payload is not repeated').not.toContain('secret')
  }
})

/** Seeded bytes and mangled good messages: a broker may deliver anything. */
test('10,000 mangled messages throw nothing but the one fault', () => {
  let state = 1
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  const good = [
    '{"id":"a","by":"p","expiresAt":"2026-01-01T00:00:00Z","args":{}}',
    '{"ids":["a"]}',
    '{"upTo":3}',
  ]
  let refused = 0
  for (let i = 0; i < 10_000; i++) {
    const bytes = Buffer.from(good[i % good.length]!)
    for (let change = 0; change < 1 + next(4); change++) bytes[next(bytes.length)] = next(256)
    try {
      if (i % 3 === 0) openMessage('x', bytes, MESSAGES.command.data)
      else openMessage('x', bytes, ack)
    } catch (error) {
      expect(isFault(error, 'MESSAGE_MALFORMED')).toBe(true)
      refused++
    }
  }
  expect(refused).toBeGreaterThan(5_000)
})
