import { expect, onTestFinished, test } from 'vitest'
import { AlertDesk } from '../../gateway/alerts/desk.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { Database } from '../../gateway/kit/database.ts'
import { fault } from '../../gateway/kit/errors.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { type CommandHandler, Commands } from '../../gateway/mqtt/commands.ts'
import { MqttOptions } from '../../gateway/mqtt/options.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import { SAMPLE_WALL_MS } from './sample-event.ts'

const HOUR_MS = 3_600_000

function setUp(handler: CommandHandler) {
  const database = new Database(':memory:')
  onTestFinished(() => database.close())
  const time = { nowMs: SAMPLE_WALL_MS }
  const clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const outbox = new Outbox(database, OutboxOptions.parse({}), clock, silentLog)
  const desk = new AlertDesk(database, outbox, clock)
  const { commands: options } = MqttOptions.parse({})
  const make = () =>
    new Commands({ database, desk, options, handlers: { snapshot: handler }, clock, log: silentLog })
  let commands = make()
  const ask = (id: string, expiresMs = time.nowMs + HOUR_MS) => {
    const command = { id, by: 'p-1', expiresAt: isoTime(expiresMs), args: { camera: 'cam-1' } }
    return commands.obey('snapshot', 'cmd/snapshot', Buffer.from(JSON.stringify(command)), false)
  }
  const restart = () => {
    commands = make()
  }
  return { database, outbox, time, ask, restart, commands: () => commands }
}

const entry = { topic: 'bodycam/x', type: 't', subject: 's', time: isoTime(SAMPLE_WALL_MS), data: {} }

test('a command is remembered with what it did, also over a restart', () => {
  let done = 0
  const { ask, restart } = setUp(({ args }) => ({ done: ++done, of: args['camera'] }))
  expect(ask('c-1')).toEqual({ id: 'c-1', name: 'snapshot', ok: true, result: { done: 1, of: 'cam-1' } })
  restart()
  expect(ask('c-1')).toMatchObject({
    ok: false,
    code: 'COMMAND_REPEATED',
    first: { ok: true, result: { done: 1 } },
  })
  expect(done).toBe(1)
})

test('a refused command leaves nothing half done, and is refused as repeated when it comes again', () => {
  const { ask, outbox } = setUp(({ id }) => {
    outbox.put({ ...entry, id })
    throw fault('ALERT_UNKNOWN', { event: 'none' })
  })
  expect(ask('c-1')).toMatchObject({ ok: false, code: 'ALERT_UNKNOWN' })
  expect(outbox.state()).toMatchObject({ depth: 0, lastSequence: 0 })
  expect(ask('c-1')).toMatchObject({ code: 'COMMAND_REPEATED', first: { ok: false, code: 'ALERT_UNKNOWN' } })
})

test('a handler that breaks takes its work and the memory of the command back', () => {
  let breaks = true
  const { ask, outbox } = setUp(({ id }) => {
    outbox.put({ ...entry, id })
    if (breaks) throw new Error('disk full')
  })
  expect(() => ask('c-1')).toThrow('disk full')
  expect(outbox.state().depth).toBe(0)
  breaks = false
  expect(ask('c-1')).toMatchObject({ ok: true })
  expect(outbox.state().depth).toBe(1)
})

test('ids are forgotten only when their commands have long expired', () => {
  const { ask, time, database } = setUp(() => null)
  const known = () =>
    database
      .prepare('SELECT id FROM command')
      .all()
      .map((row) => row['id'])
  const expiresMs = time.nowMs + HOUR_MS
  ask('c-1', expiresMs)
  time.nowMs = expiresMs + 23 * HOUR_MS
  ask('c-2')
  expect(known()).toEqual(['c-1', 'c-2'])
  time.nowMs = expiresMs + 25 * HOUR_MS
  expect(ask('c-1', expiresMs)).toMatchObject({ code: 'COMMAND_EXPIRED' })
  ask('c-3')
  expect(known()).toEqual(['c-2', 'c-3'])
})

test('whoever gives no id is not answered; whoever gives one is told what is wrong', () => {
  const { commands } = setUp(() => null)
  const obey = (payload: string) => commands().obey('snapshot', 'cmd/snapshot', Buffer.from(payload), false)
  for (const payload of ['', '{}', '{"id":7}', '{"id":"a/b"}', '{"id":"+"}']) expect(obey(payload)).toBeNull()
  expect(obey('{"id":"c-1"}')).toMatchObject({ id: 'c-1', ok: false, code: 'MESSAGE_MALFORMED' })
})
