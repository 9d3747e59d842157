import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { EmbeddedBroker } from '../../gateway/mqtt/broker.ts'
import type { Platform } from '../../simulators/platform/platform.ts'
import { Cutter, seeded } from './mqtt-cutter.ts'
import { GATEWAY } from './mqtt-names.ts'
import { scratchFolder, startBroker, startLink, startPlatform, until } from './mqtt-street.ts'

const KILLS = Number(process.env['LUSHAO_KILLS'] ?? 15)
const SEED = Number(process.env['LUSHAO_SEED'] ?? 20_260_101)

test(`[R103] ${KILLS} kills, cut lines, lost acks, brokers that forget: nothing lost, nothing twice (seed ${SEED})`, async () => {
  const random = seeded(SEED)
  const folder = scratchFolder()
  let broker = await startBroker(folder)
  const cutter = await Cutter.start(() => portOf(broker))
  const platform = await startPlatform(cutter.url, {
    reviewAfterMs: null,
    faults: { ackLoss: 0.2, commandTwice: false, offline: null },
    random,
  })
  const kept = new Set<string>()
  for (let kill = 0; kill < KILLS; kill++) {
    if (kill % 5 === 4) {
      // Retained messages, sessions, and whatever it had acknowledged and not yet delivered: gone.
      await broker.close()
      broker = await startBroker(folder)
    }
    for (let i = 0; i < 4; i++) {
      const direction = (['to broker', 'from broker', 'both'] as const)[Math.floor(random() * 3)]!
      cutter.cuts.push({ afterBytes: Math.floor(random() * 20_000), direction })
    }
    await runUntilKilled(folder, cutter.url, broker, 1 + Math.floor(random() * 150), kept)
  }
  cutter.cuts.length = 0
  const { outbox } = startLink(
    folder,
    { ...broker.address, url: cutter.url },
    { outbox: { resendFirstSec: 0.2 } },
  )
  await until(() => outbox.state().depth === 0)

  const { lastSequence } = outbox.state()
  expect(sequences(platform), 'every number once, none missing').toEqual(upTo(lastSequence))
  expect(platform.ledger.contradictions, 'one id, one number').toBe(0)
  expect(platform.ledger.missing(GATEWAY)).toEqual([])
  const told = new Set(
    platform.received().map(({ data }) => keyOf(data as { eventId: string; revision: number })),
  )
  expect(
    [...kept].filter((key) => !told.has(key)),
    'kept by the desk and never told',
  ).toEqual([])
  expect(kept.size).toBeGreaterThan(KILLS)
  expect(platform.ledger.repetitions, 'the faults were real: repetitions came').toBeGreaterThan(0)
}, 300_000)

/** Ends the child with SIGKILL when it has said so many lines. */
async function runUntilKilled(
  folder: string,
  url: string,
  broker: EmbeddedBroker,
  lines: number,
  kept: Set<string>,
): Promise<void> {
  const entry = fileURLToPath(new URL('./mqtt-kill-child.ts', import.meta.url))
  const argv = ['--import', 'tsx', entry, folder, url, broker.address.password!]
  const child: ChildProcess = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise((done) => child.once('close', done))
  let left = lines
  createInterface({ input: child.stdout! }).on('line', (line) => {
    kept.add(line)
    if (--left === 0) child.kill('SIGKILL')
  })
  await ended
}

const sequences = (platform: Platform) =>
  platform
    .received()
    .map(({ sequence }) => sequence)
    .sort((a, b) => a - b)
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)
const keyOf = ({ eventId, revision }: { eventId: string; revision: number }) => `${eventId} ${revision}`
const portOf = (broker: EmbeddedBroker) => ({
  host: '127.0.0.1',
  port: Number(new URL(broker.address.url).port),
})
