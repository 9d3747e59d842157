/** Evidence on its way while lines are cut and processes killed: it arrives whole, once, and little is sent twice. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import {
  filesUnder,
  makeBox,
  receiptsTo,
  scratch,
  sizeOf,
  startFarEnd,
  startUploader,
  TOKEN,
  until,
} from '../stages/delivery-fixture.ts'
import { Cutter, seeded } from './mqtt-cutter.ts'

const SEED = Number(process.env['LUSHAO_SEED'] ?? 20_260_101)
const MIB = 1 << 20

test(`[R103] a line that is cut 40 times: every byte arrives, and hardly one twice (seed ${SEED})`, async () => {
  const random = seeded(SEED)
  const folder = scratch()
  const box = await makeBox(folder, [9 * MIB, 2 * MIB])
  const { inbox, server } = await startFarEnd(folder)
  receiptsTo(box.deliveries, inbox)
  const { hostname: host, port, pathname } = new URL(server.url)
  const cutter = await Cutter.start(() => ({ host, port: Number(port) }))
  // Answers that are lost at first, then bytes.
  for (let cut = 0; cut < 4; cut++) cutter.cuts.push({ afterBytes: 1 + cut * 40, direction: 'from broker' })
  for (let cut = 0; cut < 36; cut++) {
    const direction = random() < 0.5 ? 'to broker' : 'both'
    cutter.cuts.push({ afterBytes: Math.floor(30_000 + random() * 300_000), direction })
  }
  const uploader = startUploader(box, `${cutter.url.replace('mqtt:', 'http:')}${pathname}`, {
    options: { kibPerSecMax: 8_192 }, // Slow enough to be cut in the middle.
  })
  await until(() => box.deliveries.state().delivered === 2)

  expect(cutter.cuts, 'every cut was made').toEqual([])
  expect(uploader.counters.breaks).toBeGreaterThan(10) // The others hit a connection that nobody used.
  for (const { packageId, path } of box.sealed) {
    expect(filesUnder(inbox.packageFolder(packageId))).toEqual(filesUnder(path))
  }
  const folders = box.sealed.map(({ packageId }) => inbox.packageFolder(packageId))
  expect((await verifyPackages(folders, { partial: true })).ok).toBe(true)
  // What lay in buffers of the line when it was cut has to be sent again; whole files have not.
  const { sentBytes, arrivedBytes, breaks } = uploader.counters
  expect(sentBytes).toBeLessThan(arrivedBytes + breaks * MIB)
  expect(arrivedBytes).toBe(box.sealed.reduce((sum, { path }) => sum + sizeOf(path), 0))
})

test('[R103] box and platform killed with -9 in the middle of a file: it goes on from where it was', async () => {
  const folder = scratch()
  const box = await makeBox(folder, [6 * MIB])
  box.database.close()
  const [boxFolder, platformFolder] = [join(folder, 'box'), join(folder, 'platform')]
  let platform = await startChild('delivery-platform-child.ts', [platformFolder, TOKEN, '0'])
  const { url } = platform.lines.find((line) => 'url' in line) as { url: string }
  const arriving = () => largest(join(platformFolder, '.incoming'))
  const uploadUntil = async (bytes: number) => {
    const child = await startChild('delivery-box-child.ts', [boxFolder, url, TOKEN, '2048'])
    await until(() => arriving() >= bytes)
    return child
  }

  await kill(await uploadUntil(1 * MIB)) // The box.
  const boxAgain = await uploadUntil(2 * MIB)
  await kill(platform) // The platform, under the box's feet.
  const kept = arriving()
  expect(kept).toBeGreaterThanOrEqual(2 * MIB)
  expect(kept).toBeLessThan(6 * MIB)
  platform = await startChild('delivery-platform-child.ts', [platformFolder, TOKEN, new URL(url).port])
  await until(() => arriving() >= 4 * MIB)
  await kill(boxAgain)

  const last = await startChild('delivery-box-child.ts', [boxFolder, url, TOKEN, '0'])
  await until(() => last.lines.some(({ done }) => done === true))
  const { packageId, path } = box.sealed[0]!
  expect(platform.lines.map(({ receipt }) => receipt).filter(Boolean)).toEqual([
    expect.objectContaining({ packageId, verified: 'all' }),
  ])
  expect(filesUnder(join(platformFolder, packageId))).toEqual(filesUnder(path))
  const sent = last.lines.find(({ done }) => done === true)!['sentBytes'] as number
  expect(sent, 'the last run sent the rest alone').toBeLessThan(2.5 * MIB)
})

interface Child {
  readonly process: ChildProcess
  readonly lines: Record<string, unknown>[]
}

/** Resolves at its first line. */
async function startChild(name: string, argv: readonly string[]): Promise<Child> {
  const entry = fileURLToPath(new URL(`./${name}`, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: Record<string, unknown>[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)))
  await until(() => lines.length > 0)
  return { process: child, lines }
}

async function kill({ process: child }: Child): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

function largest(folder: string): number {
  return Math.max(0, ...readdirSync(folder).map((name) => statSync(join(folder, name)).size))
}
