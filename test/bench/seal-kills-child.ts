/**
 * Holds, seals and stamps act after act until it is killed. `EVIDENCE_FOLDER`, `EVIDENCE_FOOTAGE`, `EVIDENCE_TSA` (JSON).
 * A line is written after what it says is done: `ready`, `sealed <packageId>`, `stamped <packageId>`.
 */

import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { EvidenceOptions } from '../../gateway/evidence/keeper.ts'
import { StorageOptions } from '../../gateway/evidence/vault.ts'
import { EvidenceRoom } from '../../gateway/evidence-room.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { Closing } from '../../gateway/kit/closing.ts'
import { Database } from '../../gateway/kit/database.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import type { Footage } from '../../gateway/streams/gop.ts'
import { DELIVERS_NOTHING } from '../stages/evidence-footage.ts'

/** One act of so many has stills, which start ffmpeg; the others are all disk. */
const STILLS_EVERY = 8
const START_WALL_MS = Date.UTC(2026, 0, 1, 2, 0, 0)

const folder = process.env['EVIDENCE_FOLDER']!
const bytes = readFileSync(process.env['EVIDENCE_FOOTAGE']!)
const authorities = JSON.parse(process.env['EVIDENCE_TSA']!) as object[]
const say = (line: string) => writeSync(1, `${line}\n`)

const closing = new Closing()
const database = new Database(join(folder, 'lushao.db'))
const room = await EvidenceRoom.open(
  {
    config: () => ({
      ...DELIVERS_NOTHING,
      storage: StorageOptions.parse({ folder, freeMinMiB: 0 }),
      evidence: EvidenceOptions.parse({ sm2: true, timestamp: { authorities, retryFirstSec: 0.05 } }),
    }),
    ...{ folder, database, clock: systemClock, log: silentLog },
    outbox: new Outbox(database, OutboxOptions.parse({}), systemClock, silentLog),
  },
  closing,
)
await room.start()
// An act that was held and not sealed goes on; there is at most one.
for (const eventId of room.pendingEventIds) await seal(eventId)
say('ready')
for (let act = (room.keeper.head?.sequence ?? 0) + 1; ; act++) {
  const eventId = `act-${act}`
  if (act % STILLS_EVERY === 0) await room.keeper.hold(eventId, 'START', footage(act))
  await room.keeper.hold(eventId, 'CLIP', footage(act))
  await seal(eventId)
}

async function seal(eventId: string): Promise<void> {
  const act = Number(eventId.slice('act-'.length))
  const sealed = await room.keeper.seal({
    ...{ eventId, ruleId: 'street-vending', cameraId: 'cam-1', zoneId: 'kerb', box: [0.4, 0.4, 0.7, 0.9] },
    ...{ startedAtWallMs: START_WALL_MS, confirmedAtWallMs: START_WALL_MS, endedAtWallMs: null },
    ...{ proofObject: '疑似无照经营游商', evidenceStatus: 'LEAD', evidenceCaps: [], privacyMasks: [] },
    clock: { source: 'ntp', offsetMs: 1, checkedAtWallMs: START_WALL_MS },
    producedAtWallMs: START_WALL_MS + act * 1000,
    purpose: 'confirm',
  })
  room.sealed(sealed)
  say(`sealed ${sealed.packageId}`)
}

function footage(act: number): Footage {
  const startWallMs = START_WALL_MS + act * 1000
  return {
    ...{ bytes, startMs: 0, endMs: 440, startWallMs, endWallMs: startWallMs + 440 },
    info: { codec: 'h264', width: 320, height: 180, init: Buffer.alloc(0), connection: 1 },
    ...{ baseTicks: 0, sampleCount: 12, gapSec: 0 },
  }
}
