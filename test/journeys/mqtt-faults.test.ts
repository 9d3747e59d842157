import { spawn } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { connectAsync, type MqttClient } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../gateway/kit/clock.ts'
import { isFault } from '../../gateway/kit/errors.ts'
import { ulid } from '../../gateway/kit/ids.ts'
import { makeLog } from '../../gateway/kit/log.ts'
import type { EmbeddedBroker } from '../../gateway/mqtt/broker.ts'
import { sampleEvent } from '../stages/sample-event.ts'
import { Cutter } from './mqtt-cutter.ts'
import { GATEWAY, ROOT } from './mqtt-names.ts'
import {
  PLATFORM_PASSWORD,
  scratchFolder,
  startBroker,
  startLink,
  startPlatform,
  until,
} from './mqtt-street.ts'

interface Heard {
  topic: string
  retained: boolean
  body: { id: string; sequence?: number; late?: boolean; data: Record<string, unknown> }
}

/** A plain client with the platform's password: sees everything, does what the test says. */
async function listen(url: string, username = 'platform', password = PLATFORM_PASSWORD) {
  const client: MqttClient = await connectAsync(url, { username, password, reconnectPeriod: 0 })
  onTestFinished(() => client.endAsync(true))
  const heard: Heard[] = []
  client.on('message', (topic, payload, packet) => {
    if (!topic.startsWith(`${ROOT}/`) || /\/(ack|cmd)\b/.test(topic)) return
    heard.push({ topic, retained: packet.retain, body: JSON.parse(payload.toString()) as Heard['body'] })
  })
  await client.subscribeAsync('ume/#', { qos: 1 })
  const of = (below: string) => heard.filter(({ topic }) => topic === `${ROOT}/${below}`)
  const states = () => of('status').map(({ body }) => body.data['state'])
  return { client, heard, of, states }
}
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)
const portOf = (broker: EmbeddedBroker) => ({
  host: '127.0.0.1',
  port: Number(new URL(broker.address.url).port),
})

test('without the right password nobody connects, and the gateway keeps its alerts', async () => {
  const folder = scratchFolder()
  const broker = await startBroker(folder)
  for (const credentials of [
    {},
    { username: 'platform', password: 'platform' },
    { username: 'gateway', password: '' },
  ]) {
    await expect(connectAsync(broker.address.url, { ...credentials, reconnectPeriod: 0 })).rejects.toThrow(
      /Bad username or password/,
    )
  }
  const refused = await startPlatform(broker.address.url, { password: 'wrong' }).catch(
    (error: unknown) => error,
  )
  expect(isFault(refused, 'SIMULATED_PLATFORM_REFUSED')).toBe(true)
  const { desk, outbox, link } = startLink(folder, { ...broker.address, password: 'wrong' })
  desk.raise(sampleEvent('a'))
  expect(link.state).toMatchObject({ connected: false })
  expect(outbox.state().depth).toBe(1)
})

test('the first start makes a password of its own, for the owner only, and keeps it', async () => {
  const folders = [scratchFolder(), scratchFolder()] as const
  const first = await startBroker(folders[0], { users: [] })
  const { file, username, password } = first.made!
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(password.length).toBeGreaterThanOrEqual(20)
  await listen(first.address.url, username, password)
  const again = await startBroker(folders[0], { users: [] })
  expect(again.made!.password).toBe(password)
  expect(again.address.password, 'of this run only').not.toBe(first.address.password)
  expect((await startBroker(folders[1], { users: [] })).made!.password).not.toBe(password)
  expect(readFileSync(file, 'utf8')).not.toContain(first.address.password)
})

test.each([
  ['viewer', 'viewer-password', `${ROOT}/ack`],
  ['viewer', 'viewer-password', `${ROOT}/cmd/review`],
  ['platform', PLATFORM_PASSWORD, `${ROOT}/alert/street-vending/cam-1`],
  ['platform', PLATFORM_PASSWORD, `${ROOT}/status`],
  ['platform', PLATFORM_PASSWORD, `${ROOT}/refused/review`],
  ['platform', PLATFORM_PASSWORD, 'ume/v1/nanjing-road/gw-02/cmd/review'],
  ['platform', PLATFORM_PASSWORD, '$SYS/broker/new'],
])('%s may not publish to %s %s', async (username, password, topic) => {
  const broker = await startBroker(scratchFolder())
  const { client } = await listen(broker.address.url, username, password)
  const closed = new Promise<void>((done) => client.once('close', done))
  client.publish(topic, '{}', { qos: 1 })
  await closed
})

test('[R103] a viewer reads everything but the results of commands, which may hold the token of a grant', async () => {
  const folder = scratchFolder()
  const broker = await startBroker(folder)
  const viewer = await listen(broker.address.url, 'viewer', 'viewer-password')
  const { desk, link } = startLink(folder, broker.address)
  const platform = await startPlatform(broker.address.url)
  await until(() => link.state.connected)
  // The answer has gone out before the alert that the viewer sees.
  const { id } = await platform.command(GATEWAY, 'no-such-command', {})
  desk.raise(sampleEvent('after the answer'))
  await until(() => viewer.of('alert/street-vending/cam-1').length > 0)
  expect(viewer.of(`res/${id}`)).toEqual([])
})

test('killed with -9, the broker says that the gateway is offline, of the session that was online', async () => {
  const folder = scratchFolder()
  const broker = await startBroker(folder)
  const { states, of } = await listen(broker.address.url)
  const entry = fileURLToPath(new URL('./mqtt-kill-child.ts', import.meta.url))
  const argv = ['--import', 'tsx', entry, folder, broker.address.url, broker.address.password!]
  const child = spawn(process.execPath, argv, { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await until(() => states().includes('online'))
  child.kill('SIGKILL')
  await until(() => states().includes('offline'))
  const [online, offline] = of('status')
  expect(offline!.body.data['session']).toBe(online!.body.data['session'])
  const late = await listen(broker.address.url)
  await until(() => late.of('status').length > 0)
  expect(late.of('status')[0]).toMatchObject({ retained: true, body: { data: { state: 'offline' } } })
})

test('a gateway that stops says so, sends what is left, and leaves no will behind', async () => {
  const folder = scratchFolder()
  const broker = await startBroker(folder)
  const { states, of } = await listen(broker.address.url)
  const { desk, link, close } = startLink(folder, broker.address)
  await until(() => link.state.connected)
  for (let i = 0; i < 40; i++) desk.raise(sampleEvent(`${i}`))
  await close()
  await until(() => states().includes('offline'))
  expect(states()).toEqual(['online', 'draining', 'offline'])
  expect(of('alert/street-vending/cam-1')).toHaveLength(40)
})

test('a line that swallows PUBACKs is given up, and what it swallowed goes again under the same id', async () => {
  const folder = scratchFolder()
  const broker = await startBroker(folder)
  const platform = await startPlatform(broker.address.url)
  const cutter = await Cutter.start(() => portOf(broker))
  // First nothing after CONNACK and SUBACK, then nothing after the first PUBACKs.
  cutter.cuts.push({ afterBytes: 20, direction: 'from broker', isDeaf: true })
  cutter.cuts.push({ afterBytes: 150, direction: 'from broker', isDeaf: true })
  const { desk, outbox, link } = startLink(
    folder,
    { ...broker.address, url: cutter.url },
    { mqtt: { pubackSec: 1 } },
  )
  for (let i = 0; i < 50; i++) desk.raise(sampleEvent(`${i}`))
  await until(() => outbox.state().depth === 0 && desk.list({ limit: 99, state: 'VERIFIED' }).length === 50)
  // Two deaf lines and a good one; a slow machine may find the good one deaf too, and that is allowed.
  expect(cutter.connections).toBeGreaterThanOrEqual(3)
  expect(platform.ledger.contradictions).toBe(0)
  expect(
    platform
      .received()
      .map(({ sequence }) => sequence)
      .sort((a, b) => a - b),
  ).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  expect(link.published).toBeGreaterThanOrEqual(100)
})

test('while acks are lost nothing settles; when they come, everything does', async () => {
  const folder = scratchFolder()
  const broker = await startBroker(folder)
  let isLosing = true
  const platform = await startPlatform(broker.address.url, {
    reviewAfterMs: null,
    faults: { ackLoss: 0.5, commandTwice: false, offline: null },
    random: () => (isLosing ? 0 : 1),
  })
  const { desk, outbox } = startLink(folder, broker.address, {
    outbox: { resendFirstSec: 0.1, resendMaxSec: 0.2 },
  })
  for (let i = 0; i < 20; i++) desk.raise(sampleEvent(`${i}`))
  await until(() => platform.ledger.repetitions >= 20)
  expect(outbox.state().depth).toBe(20)
  expect(desk.list({ limit: 99 }).some((record) => record.acked)).toBe(false)
  isLosing = false
  await until(() => outbox.state().depth === 0)
  expect(platform.received()).toHaveLength(20)
  expect(desk.list({ limit: 99 }).every((record) => record.acked)).toBe(true)
})

test('while the back end is away nothing is sent twice; when it returns, all that waits goes again', async () => {
  const folder = scratchFolder()
  const broker = await startBroker(folder)
  const platform = await startPlatform(broker.address.url, { reviewAfterMs: null })
  const { desk, outbox, link } = startLink(folder, broker.address, { outbox: { resendFirstSec: 0.05 } })
  await until(() => link.state.backendOnline === true)
  await platform.goOffline()
  await until(() => link.state.backendOnline === false)
  const { of } = await listen(broker.address.url)
  for (let i = 0; i < 10; i++) desk.raise(sampleEvent(`${i}`))
  await until(() => of('alert/street-vending/cam-1').length === 10)
  // All ten are due for a repetition; what is sent next is nevertheless only what is new.
  await until(() => outbox.due(99).length === 10)
  desk.raise(sampleEvent('the eleventh'))
  await until(() => of('alert/street-vending/cam-1').length === 11)
  expect(of('alert/street-vending/cam-1').map(({ body }) => body.sequence)).toEqual(upTo(11))
  expect(outbox.state().depth).toBe(11)
  await platform.goOnline()
  await until(() => outbox.state().depth === 0)
  expect(platform.received()).toHaveLength(11)
})

test('a broker that is gone and back, without memory: everything arrives, marked late where it waited', async () => {
  const folder = scratchFolder()
  const first = await startBroker(folder)
  const { port } = portOf(first)
  const { desk, link, close } = startLink(folder, first.address)
  await until(() => link.state.connected)
  desk.raise(sampleEvent('taken by the broker and forgotten'))
  await until(() => link.published === 1)
  await first.close()
  await until(() => !link.state.connected)
  desk.raise(sampleEvent('raised in the dark'))
  await close()

  const second = await startBroker(folder, { port })
  const platform = await startPlatform(second.address.url, { reviewAfterMs: null })
  const hourLater = { ...systemClock, wallMs: () => Date.now() + 3_600_000 }
  const later = startLink(folder, second.address, { clock: hourLater })
  await until(() => later.outbox.state().depth === 0)
  expect(platform.received().map(({ sequence, late }) => ({ sequence, late }))).toEqual([
    { sequence: 1, late: true },
    { sequence: 2, late: true },
  ])
})

interface Attempt {
  name?: string
  wish?: Record<string, unknown>
  retain?: boolean
}
const REFUSALS: [why: string, attempt: Attempt, code: string][] = [
  ['expired', { wish: { expiresAt: new Date(Date.now() - 1).toISOString() } }, 'COMMAND_EXPIRED'],
  ['living too long', { wish: { expiresAt: '2099-01-01T00:00:00Z' } }, 'COMMAND_LIVES_TOO_LONG'],
  ['without an end', { wish: { expiresAt: undefined } }, 'MESSAGE_MALFORMED'],
  ['from nobody', { wish: { by: '' } }, 'MESSAGE_MALFORMED'],
  ['retained', { retain: true }, 'COMMAND_RETAINED'],
  ['unknown', { name: 'reboot' }, 'COMMAND_UNKNOWN'],
  ['not allowed here', { name: 'hold' }, 'COMMAND_UNAUTHORISED'],
  ['from somebody else', { wish: { by: 'p-9' } }, 'COMMAND_UNAUTHORISED'],
  ['not supported yet', { name: 'snapshot' }, 'COMMAND_UNSUPPORTED'],
  ['with wrong arguments', { wish: { args: { verdict: 'GUILTY' } } }, 'COMMAND_ARGS_WRONG'],
  ['about no alert', { wish: { args: { eventId: 'none', verdict: 'VERIFIED' } } }, 'ALERT_UNKNOWN'],
]
test('commands are refused with the reason, and only a good one is done', async () => {
  const folder = scratchFolder()
  const broker = await startBroker(folder)
  const { client, of } = await listen(broker.address.url)
  const names = ['review', 'disposition', 'persuade', 'recheck', 'config', 'people', 'snapshot']
  const mqtt = { commands: { names, people: ['p-1', 'p-2'] } }
  const { desk, link } = startLink(folder, broker.address, { mqtt })
  const { eventId } = desk.raise(sampleEvent('a'))
  await until(() => link.state.connected)
  const ask = async ({ name = 'review', wish = {}, retain = false }: Attempt) => {
    const id = ulid()
    const expiresAt = new Date(Date.now() + 60_000).toISOString()
    const command = { id, by: 'p-1', expiresAt, args: { eventId, verdict: 'VERIFIED' }, ...wish }
    const times = of(`res/${command.id}`).length
    await client.publishAsync(`${ROOT}/cmd/${name}`, JSON.stringify(command), { qos: 1, retain })
    await until(() => of(`res/${command.id}`).length > times)
    return of(`res/${command.id}`).at(-1)!.body.data
  }
  for (const [why, attempt, code] of REFUSALS) {
    expect(await ask(attempt), why).toMatchObject({ ok: false, code, reason: expect.stringMatching(/\w/) })
  }
  expect(desk.get(eventId)!.state).toBe('PENDING_REVIEW')
  const rest = { verdict: 'REJECTED', eventId }
  expect(await ask({ wish: { args: rest } })).toMatchObject({ code: 'ALERT_TRANSITION_REFUSED' })
  const id = ulid()
  expect(await ask({ wish: { id } })).toMatchObject({
    ok: true,
    result: { eventId, state: 'VERIFIED', revision: 2 },
  })
  expect(await ask({ wish: { id } })).toMatchObject({
    ok: false,
    code: 'COMMAND_REPEATED',
    first: { ok: true },
  })
  expect(desk.history(eventId).transitions).toHaveLength(3)

  // Whatever else is thrown at it, the link lives.
  for (const garbage of ['', 'null', '[]', '{"ids":[]}', '{"id":{}}', 'x'.repeat(9_999), '\u0000']) {
    for (const below of ['ack', 'cmd/review', 'cmd/x'])
      await client.publishAsync(`${ROOT}/${below}`, garbage, { qos: 1 })
  }
  await client.publishAsync('ume/v1/nanjing-road/_backend/state', 'maybe', { qos: 1 })
  expect(await ask({ wish: { id } })).toMatchObject({ code: 'COMMAND_REPEATED' })
  expect(link.state.connected).toBe(true)
})

test('a command that comes twice, as after a lost PUBACK, is done once', async () => {
  const folder = scratchFolder()
  const broker = await startBroker(folder)
  const platform = await startPlatform(broker.address.url, {
    verdict: 'REJECTED',
    faults: { ackLoss: 0, commandTwice: true, offline: null },
  })
  const verdicts: unknown[] = []
  platform.on('reviewed', (...values) => verdicts.push(values))
  const { desk, link } = startLink(folder, broker.address)
  const { eventId } = desk.raise(sampleEvent('a'))
  await until(() => link.counters.commands === 2)
  await until(() => verdicts.length === 1)
  expect(verdicts).toEqual([[eventId, true, '']])
  expect(desk.history(eventId).transitions.map(({ to }) => to)).toEqual([
    'DETECTED',
    'PENDING_REVIEW',
    'REJECTED',
  ])
})

test('a message of 64 KiB closes the door on its sender', async () => {
  const broker = await startBroker(scratchFolder())
  const { client } = await listen(broker.address.url)
  await client.publishAsync(`${ROOT}/cmd/review`, 'x'.repeat(64 * 1024 - 1), { qos: 1 })
  const closed = new Promise<void>((done) => client.once('close', done))
  client.publish(`${ROOT}/cmd/review`, 'x'.repeat(64 * 1024), { qos: 1 })
  await closed
})

test('a port that is taken is said at once', async () => {
  const first = await startBroker(scratchFolder())
  const { port } = portOf(first)
  const second = await startBroker(scratchFolder(), { port }).catch((error: unknown) => error)
  expect(isFault(second, 'BROKER_PORT_TAKEN')).toBe(true)
})

test('a store that fails under the link is said, and stops neither link nor process', async () => {
  const folder = scratchFolder()
  const broker = await startBroker(folder)
  const lines: string[] = []
  const write = (chunk: Buffer, _: unknown, done: () => void) => {
    lines.push(chunk.toString())
    done()
  }
  const log = makeLog('info', new Writable({ write }))
  const { link, database } = startLink(folder, broker.address, { log })
  await until(() => link.state.connected)
  database.exec('ALTER TABLE outbox RENAME TO outbox_gone')
  await until(() => lines.some((line) => line.includes('STORE_FAILED')))
  expect(link.state.connected).toBe(true)
  database.exec('ALTER TABLE outbox_gone RENAME TO outbox')
})

test('a dashboard reads over WebSocket', async () => {
  const broker = await startBroker(scratchFolder(), { websocketPort: 0 })
  const { client } = await listen(broker.websocketUrl!, 'viewer', 'viewer-password')
  expect(client.connected).toBe(true)
})
