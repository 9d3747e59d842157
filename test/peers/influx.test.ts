/** Points written to a real InfluxDB 1.x and read back, also after the server was away. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InfluxDB } from 'influx'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../gateway/kit/clock.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { TelemetryOptions } from '../../gateway/telemetry/options.ts'
import { Telemetry } from '../../gateway/telemetry/telemetry.ts'
import { HEALTH } from '../stages/telemetry-health.ts'

const isInstalled = spawnSync('influxd', ['version']).status === 0

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

async function startInflux(folder: string, ports: { http: number; admin: number }): Promise<ChildProcess> {
  const file = join(folder, 'influxdb.conf')
  writeFileSync(
    file,
    `reporting-disabled = true
bind-address = "127.0.0.1:${ports.admin}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:${ports.http}"
[ifql]
enabled = false
`,
  )
  const child = spawn('influxd', ['-config', file], { stdio: 'ignore' })
  const answers = () =>
    fetch(`http://127.0.0.1:${ports.http}/ping`).then(
      (response) => response.ok,
      () => false,
    )
  await expect.poll(answers, { timeout: 30_000 }).toBe(true)
  return child
}

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    child.on('exit', () => resolve())
    child.kill('SIGTERM')
  })

test.skipIf(!isInstalled)('points reach InfluxDB, and those that waited while it was away', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-influx-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const ports = { http: await freePort(), admin: await freePort() }
  let child = await startInflux(folder, ports)
  onTestFinished(() => ended(child))

  const time = { nowMs: Date.now() }
  const telemetry = new Telemetry({
    options: TelemetryOptions.parse({
      influx: { url: `http://127.0.0.1:${ports.http}`, database: 'street' },
    }),
    source: { health: () => HEALTH },
    site: 'nanjing-road',
    gateway: 'gw-01',
    clock: { ...systemClock, wallMs: () => time.nowMs++ },
    log: silentLog,
  })
  const reader = new InfluxDB({ host: '127.0.0.1', port: ports.http, database: 'street' })
  const count = async () => {
    const rows = await reader.query<{ count: number }>('SELECT count(analysedSec) FROM lushao_camera')
    return rows[0]?.count ?? 0
  }

  await telemetry.report()
  expect(await count()).toBe(1)
  const [row] = await reader.query<Record<string, unknown>>('SELECT * FROM lushao_camera')
  expect(row).toMatchObject({
    camera: 'cam-1',
    owedSec: 60,
    analysedSec: 58,
    status: 'online',
    mode: 'patrol',
  })

  await ended(child)
  await telemetry.report()
  await telemetry.report()
  expect(telemetry.state).toEqual({ waiting: 4, dropped: 0, away: true })

  child = await startInflux(folder, ports)
  await telemetry.report()
  expect(telemetry.state).toEqual({ waiting: 0, dropped: 0, away: false })
  expect(await count()).toBe(4)
})
