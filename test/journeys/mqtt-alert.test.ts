import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { Envelope } from '../../gateway/mqtt/envelope.ts'
import { MESSAGES } from '../../gateway/mqtt/messages.ts'
import { sampleEvent } from '../stages/sample-event.ts'
import { GATEWAY, ROOT } from './mqtt-names.ts'
import { scratchFolder, startBroker, startLink, startPlatform, until } from './mqtt-street.ts'

const END = { phase: 'END', endedAt: '2026-01-01T10:05:00.000+08:00', durationSec: 300 } as const

test('[R2] an alert goes the whole way: raised, published, acknowledged, reviewed, ended, closed', async () => {
  const folder = scratchFolder()
  const broker = await startBroker(folder)
  const platform = await startPlatform(broker.address.url, { folder: join(folder, 'platform') })
  const { desk, outbox, link } = startLink(folder, broker.address)
  link.publishCameraStatus('cam-1', {
    state: 'online',
    since: '2026-01-01T10:00:00.000+08:00',
    mode: 'patrol',
    code: null,
    analysedSec: 10,
    owedSec: 0,
  })
  const event = desk.raise(sampleEvent('a'))
  await until(() => desk.get(event.eventId)!.state === 'VERIFIED')
  desk.raise({ ...event, ...END, revision: 3 })
  await until(() => desk.get(event.eventId)!.state === 'CLOSED' && outbox.state().depth === 0)

  expect(desk.get(event.eventId)).toMatchObject({ acked: true, state: 'CLOSED' })
  expect(desk.history(event.eventId).transitions.map(({ to, actor }) => `${to} ${actor.id}`)).toEqual([
    'DETECTED box',
    'PENDING_REVIEW box',
    'VERIFIED p-1',
    'DISPATCHED p-1',
    'ON_SITE p-1',
    'CORRECTED p-1',
    'CLOSED p-1',
  ])
  expect(platform.received().map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(platform.ledger).toMatchObject({ contradictions: 0 })
  expect(platform.ledger.missing(GATEWAY)).toEqual([])

  link.publishTelemetry('health', { load: 1 })
  await until(() => recorded(folder).some(({ topic }) => topic === `${ROOT}/telemetry/health`))
  const kinds = new Set(recorded(folder).flatMap(checkAgainstTable))
  expect([...kinds].sort()).toEqual([
    'ack',
    'alert',
    'birth',
    'camera',
    'command',
    'result',
    'status',
    'telemetry',
  ])
})

interface Line {
  topic: string
  retained: boolean
  body: unknown
}

function recorded(folder: string): Line[] {
  const text = readFileSync(join(folder, 'platform/messages.ndjson'), 'utf8')
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
}

/** Every message that crossed the broker is in the table, under its topic, with its payload. */
function checkAgainstTable({ topic, body }: Line): string[] {
  if (!topic.startsWith(`${ROOT}/`)) return []
  const below = topic.slice(ROOT.length + 1)
  const found = Object.entries(MESSAGES).filter(([, message]) =>
    new RegExp(`^${message.topic.replace(/\{\w+\}/g, '[A-Za-z0-9-]+')}$`).test(below),
  )
  expect(found, below).toHaveLength(1)
  const [kind, message] = found[0]!
  const schema: z.ZodType = message.data
  if (message.direction === 'in') schema.parse(body)
  else {
    const envelope = Envelope.parse(body)
    expect(envelope.type).toBe(message.type)
    expect(envelope.source).toBe('/ume/nanjing-road/gw-01')
    schema.parse(envelope.data)
  }
  return [kind]
}
