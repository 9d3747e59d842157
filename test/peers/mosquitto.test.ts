/** Against Debian's mosquitto: MQTT 5, persistent sessions, a broker of somebody else's. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { connectAsync } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { ulid } from '../../gateway/kit/ids.ts'
import { makeLog } from '../../gateway/kit/log.ts'
import { Cutter, seeded } from '../journeys/mqtt-cutter.ts'
import { GATEWAY, ROOT } from '../journeys/mqtt-names.ts'
import { scratchFolder, startLink, startPlatform, until } from '../journeys/mqtt-street.ts'
import { sampleEvent } from '../stages/sample-event.ts'

/**
 * Below the range from which outgoing connections take theirs: whoever dials a broker that is down on such a port
 * may be given the very port and reach itself, and the broker never gets it back.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    const server = createServer()
    const isFree = once(server, 'listening').then(
      () => true,
      () => false,
    )
    server.listen(port, '127.0.0.1')
    if (!(await isFree)) continue
    server.close()
    await once(server, 'close')
    return port
  }
}

async function startMosquitto(extra: readonly string[] = []) {
  const folder = scratchFolder()
  const port = await freePort()
  const file = join(folder, 'mosquitto.conf')
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    `persistence_location ${folder}/`,
    ...extra,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const url = `mqtt://127.0.0.1:${port}`
  let child: ChildProcess
  const start = async () => {
    child = spawn('mosquitto', ['-c', file], { stdio: 'ignore' })
    for (let isUp = false; !isUp; ) {
      const socket = connect(port, '127.0.0.1')
      isUp = await once(socket, 'connect').then(
        () => true,
        () => new Promise<false>((done) => setTimeout(() => done(false), 20)),
      )
      socket.destroy()
    }
  }
  const kill = async () => {
    child.kill('SIGKILL')
    await once(child, 'close')
  }
  await start()
  onTestFinished(() => void child.kill('SIGKILL'))
  return { url, port, start, kill }
}
const outside = (url: string, mqtt: object = {}) => ({ mqtt: { url, ...mqtt } })

test('an alert goes the whole way by MQTT 5', async () => {
  const { url } = await startMosquitto()
  await startPlatform(url)
  const { desk, outbox, link } = startLink(scratchFolder(), { url }, outside(url))
  const { eventId } = desk.raise(sampleEvent('a'))
  await until(() => desk.get(eventId)!.state === 'VERIFIED' && outbox.state().depth === 0)
  expect(link.state.protocol).toBe('5')
})

test('a retained command is refused when it comes live (5, retain as published) and when it was waiting', async () => {
  const { url } = await startMosquitto()
  const client = await connectAsync(url)
  onTestFinished(() => client.endAsync(true))
  const codes: unknown[] = []
  client.on('message', (_, payload) => codes.push(JSON.parse(payload.toString()).data.code))
  await client.subscribeAsync(`${ROOT}/res/+`, { qos: 1 })
  const folder = scratchFolder()
  const first = startLink(folder, { url }, outside(url))
  await until(() => first.link.state.connected)
  const expiresAt = new Date(Date.now() + 60_000).toISOString()
  const command = { id: ulid(), by: 'p-1', expiresAt, args: { eventId: 'none', verdict: 'VERIFIED' } }
  await client.publishAsync(`${ROOT}/cmd/review`, JSON.stringify(command), { qos: 1, retain: true })
  await until(() => codes.length === 1)
  await first.close()
  startLink(folder, { url }, outside(url, { protocol: '3.1.1' }))
  await until(() => codes.length === 2)
  expect(codes).toEqual(['COMMAND_RETAINED', 'COMMAND_RETAINED'])
})

test('mosquitto killed with -9 again and again, lines cut: every number once', async () => {
  const broker = await startMosquitto(['persistence false'])
  const random = seeded(7)
  const cutter = await Cutter.start(() => ({ host: '127.0.0.1', port: broker.port }))
  const platform = await startPlatform(cutter.url, {
    reviewAfterMs: null,
    faults: { ackLoss: 0.2, commandTwice: false, offline: null },
    random,
  })
  const { desk, outbox } = startLink(
    scratchFolder(),
    { url: cutter.url },
    { ...outside(cutter.url, { pubackSec: 0.5 }), outbox: { resendFirstSec: 0.2, resendMaxSec: 1 } },
  )
  for (let round = 0; round < 10; round++) {
    cutter.cuts.push({ afterBytes: Math.floor(random() * 20_000), direction: 'both' })
    for (let i = 0; i < 30; i++) desk.raise(sampleEvent(`${round} ${i}`))
    const seen = platform.received().length
    await until(() => platform.received().length > seen)
    await broker.kill()
    await broker.start()
  }
  cutter.cuts.length = 0
  await until(() => outbox.state().depth === 0)
  expect(platform.received()).toHaveLength(300)
  expect(platform.ledger.missing(GATEWAY)).toEqual([])
  expect(platform.ledger.contradictions).toBe(0)
})

test('a wrong password: the alert is kept; with the right one it goes', async () => {
  const folder = scratchFolder()
  const passwords = join(folder, 'passwords')
  await once(spawn('mosquitto_passwd', ['-b', '-c', passwords, 'gw', 'right-password']), 'close')
  // mosquitto gives up being root before it reads them.
  chmodSync(folder, 0o755)
  chmodSync(passwords, 0o644)
  const { url } = await startMosquitto(['allow_anonymous false', `password_file ${passwords}`])
  const lines: string[] = []
  const wrong = { url, username: 'gw', password: 'wrong-password' }
  const refused = startLink(folder, wrong, { ...outside(url), log: logInto(lines) })
  refused.desk.raise(sampleEvent('a'))
  await until(() => lines.some((line) => line.includes('BROKER_REFUSED')))
  expect(refused.link.state.connected).toBe(false)
  expect(lines.join('\n')).not.toContain('wrong-password')
  await refused.close()
  const { link } = startLink(folder, { url, username: 'gw', password: 'right-password' }, outside(url))
  await until(() => link.published === 1)
})

function logInto(lines: string[]) {
  const write = (chunk: Buffer, _: unknown, done: () => void) => {
    lines.push(chunk.toString())
    done()
  }
  return makeLog('info', new Writable({ write }))
}
