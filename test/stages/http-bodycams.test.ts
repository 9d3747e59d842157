/** Recorders over HTTP and by command: roles, the log of who did what, clocks of docks, and what the strip shows. */
import { expect, test } from 'vitest'
import { Register } from '../../gateway/alerts/people.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Commands } from '../../gateway/mqtt/commands.ts'
import type { Result } from '../../gateway/mqtt/messages.ts'
import { officeHandlers } from '../../gateway/mqtt/office-commands.ts'
import { MqttOptions } from '../../gateway/mqtt/options.ts'
import { recordAlone } from './bodycam-fixture.ts'
import { codeOf, type Running, startServer, Visitor } from './http-fixture.ts'

test('[R62, R63, R64] a shift over HTTP, every step with a name and in the log', async () => {
  const running = await startServer()
  const officer = await Visitor.as(running, 'OFFICER', 'keeper')
  const post = (path: string, body: object) => officer.send('POST', `/api/v1/bodycams/DSJ-0002/${path}`, body)
  const out = await post('check-out', { to: '310002', selfTest: { batteryPercent: 88 }, note: '夜班' })
  expect([out.status, await out.json()]).toMatchObject([200, { entry: { kind: 'CHECK_OUT', by: 'keeper' } }])
  const twice = await post('check-out', { to: '310002' })
  expect([twice.status, await codeOf(twice)]).toEqual([409, 'BODYCAM_OUT_ALREADY'])
  const { bodycams } = (await (await officer.get('/api/v1/bodycams')).json()) as { bodycams: object[] }
  expect(bodycams[1]).toMatchObject({ serial: 'DSJ-0002', status: 'IN_SERVICE', holder: { personId: 'p-2' } })
  expect((await post('check-in', {})).status).toBe(200)
  expect((await post('maintenance', { kind: 'FIRMWARE', version: '3.1', date: '2026-03-01' })).status).toBe(
    200,
  )
  expect((await post('maintenance', { kind: 'PAINTED' })).status).toBe(400)
  const one = (await (await officer.get('/api/v1/bodycams/DSJ-0002?limit=2')).json()) as { entries: object[] }
  expect(one).toMatchObject({ device: { holder: null, firmware: { version: '3.1' } } })
  expect(one.entries).toMatchObject([{ kind: 'FIRMWARE' }, { kind: 'CHECK_IN' }])
  expect((await officer.get('/api/v1/bodycams/DSJ-9999')).status).toBe(404)
  expect(
    running.accessLog.list(3).map(({ actor, action, object }) => `${actor} ${action} ${object}`),
  ).toEqual([
    'keeper bodycam.maintenance DSJ-0002',
    'keeper bodycam.check-in DSJ-0002',
    'keeper bodycam.check-out DSJ-0002 310002',
  ])
})

test('[R49, R62] out of quarantine over HTTP: an officer may, auxiliary staff and a dispatcher may not', async () => {
  const running = await startServer()
  const { recordingId } = await recordAlone(running, { deviceSerial: 'DSJ-9999' })
  const path = `/api/v1/recordings/${recordingId}`
  for (const role of ['AUXILIARY', 'DISPATCHER', 'AUDITOR'] as const) {
    const answer = await (await Visitor.as(running, role)).send('POST', `${path}/release`, { reason: 'r' })
    expect([role, answer.status]).toEqual([role, 403])
  }
  const officer = await Visitor.as(running, 'OFFICER', '310001')
  expect((await officer.send('POST', `${path}/release`, {})).status, 'no reason').toBe(400)
  const gone = await officer.send('POST', '/api/v1/recordings/none/release', { reason: 'r' })
  expect(gone.status).toBe(404)
  const released = await officer.send('POST', `${path}/release`, { reason: '借用他队设备' })
  expect(await released.json()).toMatchObject({ recording: { recordingId, status: 'RECEIVED' } })
  await running.recordings.settled()
  const confirmed = await officer.send('POST', `${path}/confirm-presence`, { reason: '当时在场' })
  expect(await confirmed.json()).toEqual({
    recording: { recordingId, status: 'ACCEPTED', evidenceCap: 'LEAD', capReasons: ['BODYCAM_UNREGISTERED'] },
  })
  expect(running.recordings.get(recordingId)).toMatchObject({ quarantineHistory: [{ by: 'p-1' }] })
  expect(
    running.accessLog.list(2).map(({ actor, action, purpose }) => `${actor} ${action} ${purpose}`),
  ).toEqual(['310001 recording.confirm-presence 当时在场', '310001 recording.release 借用他队设备'])
})

test('[R64] a dock compares clocks with its token; people and other tokens do not', async () => {
  const running = await startServer()
  const asked = (body: object, scope: 'bodycam' | 'platform' = 'bodycam') => {
    const name = `${scope}-${running.accounts.tokens.list().length}`
    const authorization = `Bearer ${running.accounts.issueToken(name, scope)}`
    return new Visitor(running.url).send('POST', '/bodycam/clock', body, { authorization })
  }
  const first = await asked({ deviceSerial: 'DSJ-0001', t1: Date.now() + 3_000 })
  const { exchange, t3 } = (await first.json()) as { exchange: string; t3: number }
  const second = await asked({ exchange, t4: t3 + 3_000 })
  expect(await second.json()).toMatchObject({ serial: 'DSJ-0001', noted: true })
  expect(await codeOf(await asked({ exchange, t4: t3 }))).toBe('BODYCAM_CLOCK_REFUSED')
  expect((await asked({ deviceSerial: 'DSJ-9999', t1: 1 })).status).toBe(404)
  expect((await asked({ t4: 1 })).status).toBe(400)
  expect((await asked({ deviceSerial: 'DSJ-0001', t1: 1 }, 'platform')).status).toBe(403)
  const admin = await Visitor.as(running, 'ADMIN')
  expect((await admin.send('POST', '/bodycam/clock', { deviceSerial: 'DSJ-0001', t1: 1 })).status).toBe(403)
})

test('[R55] a list of people that was not synced in time is told to whoever sees the cameras', async () => {
  const time = { nowMs: Date.now() }
  const running = await startServer({
    officeClock: { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs },
  })
  const visitor = await Visitor.as(running, 'AUXILIARY')
  const degraded = async () => (await (await visitor.get('/api/v1/degraded')).json()) as object
  running.office.people.sync([], 'platform')
  expect(await degraded()).toEqual({ degraded: [] })
  const dueMs = time.nowMs + 48 * 3_600_000
  time.nowMs = dueMs + 1
  expect(await degraded()).toEqual({ degraded: [{ code: 'PEOPLE_STALE', since: isoTime(dueMs) }] })
  let told = 0
  running.office.onStale(() => told++)
  running.office.start()
  expect(told).toBe(1)
  running.office.close()
})

function commandsOf({ database, desk, office, bodycams }: Running) {
  const clock = { wallMs: () => Date.now(), monotonicMs: () => Date.now() }
  const register = new Register(
    () => office.people.all(),
    () => 480,
  )
  const handlers = officeHandlers({
    ...{ ...office, desk, config: office.book, purge: (wish) => wish, more: bodycams.handlers },
    standing: (by) => register.standing(by, clock.wallMs()),
  })
  const commands = new Commands({
    ...{ database, desk, options: MqttOptions.parse({}).commands, handlers, clock, log: silentLog },
  })
  let count = 0
  return (name: string, by: string, args: object): Result => {
    const command = { id: `c-${++count}`, by, expiresAt: isoTime(Date.now() + 60_000), args }
    return commands.obey(name, `cmd/${name}`, Buffer.from(JSON.stringify(command)), false)!
  }
}

test('[R62, R63] the platform hands recorders out by command, for people who may', async () => {
  const running = await startServer()
  const ask = commandsOf(running)
  const serial = 'DSJ-0002'
  const out = { action: 'check-out', serial, to: 'p-2' }
  for (const by of ['p-2', 'p-3', 'nobody'])
    expect(ask('bodycam', by, out)).toMatchObject({ ok: false, code: 'ROLE_NOT_ALLOWED' })
  expect(ask('bodycam', '310001', out)).toMatchObject({ ok: true, result: { kind: 'CHECK_OUT', by: 'p-1' } })
  expect(ask('bodycam', 'p-1', out)).toMatchObject({ ok: false, code: 'BODYCAM_OUT_ALREADY' })
  expect(ask('bodycam', 'p-1', { ...out, colour: 'red' })).toMatchObject({ code: 'COMMAND_ARGS_WRONG' })
  expect(ask('bodycam', 'p-1', { action: 'check-in', serial })).toMatchObject({ ok: true })
  const done = [
    { action: 'maintenance', serial, work: '更换电池' },
    { action: 'firmware', serial, version: '4.0', date: '2026-03-01' },
    { action: 'status', serial, status: 'LOST', reason: '巡查途中遗失' },
  ]
  for (const args of done) expect(ask('bodycam', 'p-1', args)).toMatchObject({ ok: true })
  expect(running.bodycams.desk.get(serial, 1).device).toMatchObject({
    ...{ status: 'LOST', firmware: { version: '4.0' }, maintained: { work: '更换电池' } },
  })
})

test('[R48, R62] the platform decides about recordings by command; what is undone leaves nothing', async () => {
  const running = await startServer()
  const ask = commandsOf(running)
  const { recordingId } = await recordAlone(running, { deviceSerial: 'DSJ-9999' })
  const wish = (action: string) => ({ action, recordingId, reason: 'r' })
  expect(ask('recording', 'p-2', wish('release'))).toMatchObject({ ok: false, code: 'ROLE_NOT_ALLOWED' })
  expect(ask('recording', 'p-1', wish('confirm-presence'))).toMatchObject({ code: 'PRESENCE_NOT_NEEDED' })
  expect(running.recordings.get(recordingId)?.status).toBe('QUARANTINED')
  expect(ask('recording', 'p-1', wish('release'))).toMatchObject({ ok: true, result: { status: 'RECEIVED' } })
  await running.recordings.settled()
  expect(running.recordings.get(recordingId)?.capReasons).toEqual(['AUXILIARY_ALONE', 'BODYCAM_UNREGISTERED'])
  expect(ask('recording', 'p-1', wish('confirm-presence'))).toMatchObject({
    ...{ ok: true, result: { capReasons: ['BODYCAM_UNREGISTERED'] } },
  })
})
