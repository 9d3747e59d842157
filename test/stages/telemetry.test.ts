import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../gateway/kit/clock.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import type { Health } from '../../gateway/telemetry/health.ts'
import { Metrics } from '../../gateway/telemetry/metrics.ts'
import { TelemetryOptions } from '../../gateway/telemetry/options.ts'
import { Spool } from '../../gateway/telemetry/spool.ts'
import { Telemetry } from '../../gateway/telemetry/telemetry.ts'
import { HEALTH } from './telemetry-health.ts'

test('health is shown as Prometheus text', async () => {
  const text = await new Metrics({ health: () => HEALTH }).metrics()
  for (const line of [
    'lushao_camera_status{camera="cam-1",status="online"} 1',
    'lushao_camera_mode{camera="cam-1",mode="patrol"} 1',
    'lushao_camera_samples_total{camera="cam-1"} 1500',
    'lushao_camera_owed_seconds_total{camera="cam-1"} 60',
    'lushao_camera_analysed_seconds_total{camera="cam-1"} 58',
    'lushao_camera_explained_total{camera="cam-1"} 7',
    'lushao_outbox_depth 3',
    'lushao_inference_runs_total 60',
    'lushao_acts{state="CANDIDATE"} 2',
    'lushao_disk_free_bytes 1000000000',
  ]) {
    expect(text.split('\n')).toContain(line)
  }
  expect(text).toMatch(/process_resident_memory_bytes \d+/)
})

test('asking twice does not count twice, and a camera that is gone leaves no row', async () => {
  const source: { now: Health } = { now: HEALTH }
  const metrics = new Metrics({ health: () => source.now })
  await metrics.metrics()
  expect(await metrics.metrics()).toContain('lushao_camera_samples_total{camera="cam-1"} 1500\n')
  source.now = { ...HEALTH, cameras: [] }
  expect(await metrics.metrics()).not.toContain('cam-1')
})

test('a spool at its bound drops the oldest and counts it', () => {
  const spool = new Spool<number>(3)
  spool.push([1, 2])
  const { entries, upTo } = spool.batch(2)
  expect(entries).toEqual([1, 2])
  spool.push([3, 4]) // Drops 1 while it is being sent.
  expect([spool.waiting, spool.dropped]).toEqual([3, 1])
  spool.settle(upTo)
  expect(spool.batch(10).entries).toEqual([3, 4])
})

/** A server that keeps the lines it is sent, and can be told to be ill. */
async function listenForPoints(port = 0) {
  const lines: string[] = []
  const state = { ill: false, illStatus: 503 }
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      if (!state.ill) lines.push(...body.split('\n'))
      response.writeHead(state.ill ? state.illStatus : 204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { lines, state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function reportTo(url: string, spoolMax = 100) {
  const time = { nowMs: 1_767_232_800_000 }
  const telemetry = new Telemetry({
    options: TelemetryOptions.parse({ influx: { url, token: 'secret' }, spoolMax, writeWithinMs: 1000 }),
    source: { health: () => HEALTH },
    site: 'nanjing-road',
    gateway: 'gw-01',
    clock: { ...systemClock, wallMs: () => time.nowMs++ },
    log: silentLog,
  })
  onTestFinished(() => telemetry.close())
  return telemetry
}

test('points wait while the server is ill and arrive in order when it is back', async () => {
  const { lines, state, url } = await listenForPoints()
  const telemetry = reportTo(url)
  state.ill = true
  for (let i = 0; i < 3; i++) await telemetry.report()
  expect([lines.length, telemetry.state]).toEqual([0, { waiting: 6, dropped: 0, away: true }])
  state.ill = false
  await telemetry.report()
  expect(telemetry.state).toEqual({ waiting: 0, dropped: 0, away: false })
  expect(lines).toHaveLength(8)
  expect(lines[1]).toMatch(/^lushao_camera,site=nanjing-road,gateway=gw-01,camera=cam-1 analysedSec=58/)
  const times = lines.map((line) => line.split(' ').at(-1))
  expect(times).toEqual([...times].sort())
})

test('points a server will never take do not stand in the way of the next ones', async () => {
  const { lines, state, url } = await listenForPoints()
  const telemetry = reportTo(url)
  Object.assign(state, { ill: true, illStatus: 400 })
  await telemetry.report()
  expect(telemetry.state).toEqual({ waiting: 0, dropped: 2, away: false })
  state.ill = false
  await telemetry.report()
  expect(lines).toHaveLength(2)
})

test('nobody there: the spool stays at its bound, the oldest are gone and counted', async () => {
  const telemetry = reportTo('http://127.0.0.1:9', 100)
  for (let i = 0; i < 60; i++) await telemetry.report()
  expect(telemetry.state).toEqual({ waiting: 100, dropped: 20, away: true })
  expect(await telemetry.metrics.metrics()).toContain('lushao_telemetry_dropped 20')
})

test('without a server nothing is collected', async () => {
  const telemetry = new Telemetry({
    options: TelemetryOptions.parse({}),
    source: { health: () => HEALTH },
    site: 's',
    gateway: 'g',
    clock: systemClock,
    log: silentLog,
  })
  await telemetry.report()
  expect(telemetry.state.waiting).toBe(0)
})
