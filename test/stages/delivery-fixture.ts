/** A box with sealed packages on one side, the platform's door for evidence on the other, an uploader between them. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { EvidenceKeeper, KeeperParts } from '../../gateway/evidence/keeper.ts'
import { type Clock, systemClock } from '../../gateway/kit/clock.ts'
import { Database, storeFile } from '../../gateway/kit/database.ts'
import { type Log, makeLog } from '../../gateway/kit/log.ts'
import { Deliveries, type Receipt } from '../../gateway/outbox/deliveries.ts'
import { DeliveryOptions } from '../../gateway/outbox/delivery-options.ts'
import { Uploader } from '../../gateway/outbox/uploader.ts'
import { EvidenceInbox } from '../../simulators/platform/evidence-inbox.ts'
import { EvidenceServer } from '../../simulators/platform/evidence-server.ts'
import { factsOf, openKeeper, START_WALL_MS, STREET, wrap } from './evidence-footage.ts'

export const TOKEN = 'a token of this very test'

export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-delivery-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An act with a still and a clip of so many random bytes. */
export async function sealWithClip(keeper: EvidenceKeeper, act: string, clipBytes: number, afterMs = 0) {
  await keeper.hold(act, 'START', wrap(STREET, 12))
  await keeper.hold(act, 'CLIP', wrap(randomBytes(clipBytes), 12, 180_000))
  return keeper.seal(factsOf(act, { producedAtWallMs: START_WALL_MS + 180_000 + afterMs }))
}

/** A log whose lines are kept. */
export function keptLog(): { log: Log; codes: () => string[]; text: () => string } {
  const lines: string[] = []
  const log = makeLog('debug', { write: (line: string) => lines.push(line) } as never)
  const codes = () => lines.flatMap((line) => (JSON.parse(line) as { code?: string }).code ?? [])
  return { log, codes, text: () => lines.join('') }
}

export async function startFarEnd(folder: string, port = 0) {
  const inbox = new EvidenceInbox(join(folder, 'platform'))
  const server = await EvidenceServer.start({ inbox, token: TOKEN, port })
  onTestFinished(() => server.close())
  return { inbox, server }
}

export async function makeBox(
  folder: string,
  clips: readonly number[] = [200_000],
  change: Partial<KeeperParts> = {},
) {
  const keeper = await openKeeper(join(folder, 'box'), change)
  const database = new Database(storeFile(join(folder, 'box')))
  const deliveries = new Deliveries(database, systemClock)
  const sealed = []
  for (const [at, bytes] of clips.entries()) {
    sealed.push(await sealWithClip(keeper, `act-${at}`, bytes, at * 60_000))
  }
  for (const one of sealed) deliveries.note(one)
  onTestFinished(() => keeper.close())
  return { keeper, database, deliveries, sealed, evidenceFolder: keeper.vault.evidence }
}

interface UploadWishes {
  readonly options?: object
  readonly clock?: Clock
  readonly log?: Log
  readonly isHour?: () => boolean
}

export function startUploader(
  { deliveries, keeper }: { deliveries: Deliveries; keeper: EvidenceKeeper },
  url: string,
  { options = {}, clock = systemClock, log = keptLog().log, isHour = () => true }: UploadWishes = {},
): Uploader {
  const usual = { token: TOKEN, retryFirstSec: 0.02, retryMaxSec: 0.1, receiptFirstSec: 3_600 }
  const uploader = new Uploader({
    ...{ deliveries, vault: keeper.vault, clock, log, isHour },
    options: { ...DeliveryOptions.parse({ ...usual, ...options }), url },
    source: '/ume/nanjing-road/gw-01',
  })
  uploader.start()
  onTestFinished(() => uploader.close())
  return uploader
}

/** The platform answers at once, as by MQTT. */
export function receiptsTo(deliveries: Deliveries, inbox: EvidenceInbox): void {
  inbox.on('receipt', (_gateway, receipt) => void deliveries.receive(receipt as Receipt))
}

interface FileSeen {
  readonly bytes: number
  readonly sha256: string
}

/** Every file below, by path. */
export function filesUnder(folder: string, inside = ''): Map<string, FileSeen> {
  const files = new Map<string, FileSeen>()
  for (const name of readdirSync(join(folder, inside)).sort()) {
    const path = inside === '' ? name : `${inside}/${name}`
    if (statSync(join(folder, path)).isDirectory()) {
      for (const [below, seen] of filesUnder(folder, path)) files.set(below, seen)
    } else {
      const bytes = readFileSync(join(folder, path))
      files.set(path, { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
    }
  }
  return files
}

export function sizeOf(folder: string): number {
  return [...filesUnder(folder).values()].reduce((sum, { bytes }) => sum + bytes, 0)
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, 10))
}
