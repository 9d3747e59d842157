/** Footage and facts for the evidence tests: small fragmented MP4s made by ffmpeg, wrapped the way the ring wraps them. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EvidenceKeeper, EvidenceOptions, type KeeperParts } from '../../gateway/evidence/keeper.ts'
import type { EventFacts } from '../../gateway/evidence/package.ts'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { StorageOptions } from '../../gateway/evidence/vault.ts'
import { CalendarOptions } from '../../gateway/kit/calendar.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { DeliveryOptions } from '../../gateway/outbox/delivery-options.ts'
import type { Footage } from '../../gateway/streams/gop.ts'

export const WIDTH = 320
export const HEIGHT = 180
export const START_WALL_MS = Date.UTC(2026, 0, 1, 2, 0, 0)

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'lushao-evidence-'))
}

/** @param source a lavfi source with its filters */
export function encode(source: string, pictures: number, ...codec: string[]): Buffer {
  const folder = temporaryFolder()
  const file = join(folder, 'footage.mp4')
  const fragments = [
    '-movflags',
    'frag_every_frame+empty_moov+default_base_moof',
    '-video_track_timescale',
    '90000',
  ]
  const coded = codec.length > 0 ? codec : ['-bf', '0']
  const args = ['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', source, '-frames:v', String(pictures)]
  const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '250', '-pix_fmt', 'yuv420p', ...coded]
  const run = spawnSync('ffmpeg', [...args, ...x264, ...fragments, '-f', 'mp4', file])
  if (run.status !== 0) throw new Error(run.stderr.toString())
  const bytes = readFileSync(file)
  rmSync(folder, { recursive: true })
  return bytes
}

export function wrap(
  bytes: Buffer,
  sampleCount: number,
  startMs = 0,
  width = WIDTH,
  height = HEIGHT,
): Footage {
  const endMs = startMs + (sampleCount - 1) * 40
  return {
    bytes,
    info: { codec: 'h264', width, height, init: Buffer.alloc(0), connection: 1 },
    startMs,
    endMs,
    startWallMs: START_WALL_MS + startMs,
    endWallMs: START_WALL_MS + endMs,
    baseTicks: startMs * 90,
    sampleCount,
    gapSec: 0,
  }
}

export const STREET = encode(`testsrc2=s=${WIDTH}x${HEIGHT}:r=25`, 12)
export const LATER = encode(`testsrc2=s=${WIDTH}x${HEIGHT}:r=25,hue=h=120`, 12)

export function factsOf(eventId: string, change: Partial<EventFacts> = {}): EventFacts {
  return {
    eventId,
    ruleId: 'street-vending',
    cameraId: 'cam-1',
    zoneId: 'kerb',
    box: [0.4, 0.4, 0.7, 0.9],
    startedAtWallMs: START_WALL_MS,
    confirmedAtWallMs: START_WALL_MS + 180_000,
    endedAtWallMs: null,
    proofObject: '疑似无照经营游商在严禁区内持续停留',
    evidenceStatus: 'LEAD',
    evidenceCaps: ['DEVICE_NOT_REVIEWED', 'LOCATION_NOT_PUBLISHED'],
    clock: { source: 'ntp', offsetMs: 12, checkedAtWallMs: START_WALL_MS },
    privacyMasks: [],
    producedAtWallMs: START_WALL_MS + 180_000,
    purpose: 'confirm',
    ...change,
  }
}

export async function openKeeper(folder: string, change: Partial<KeeperParts> = {}): Promise<EvidenceKeeper> {
  const storage = StorageOptions.parse({ folder, freeMinMiB: 0 })
  const keeper = new EvidenceKeeper({
    options: EvidenceOptions.parse({}),
    storage,
    producer: { site: 'nanjing-road', gateway: 'gw-01' },
    signer: await openSigner(join(folder, 'keys')),
    log: silentLog,
    ...change,
  })
  await keeper.recover()
  return keeper
}

/** The usual: an act held twice and sealed. */
export async function sealOne(keeper: EvidenceKeeper, eventId: string, change: Partial<EventFacts> = {}) {
  await keeper.hold(eventId, 'START', wrap(STREET, 12))
  await keeper.hold(eventId, 'CONFIRM', wrap(LATER, 12, 180_000))
  return keeper.seal(factsOf(eventId, change))
}

/** Of a box that delivers nothing, as much of its configuration as its evidence room needs. */
export const DELIVERS_NOTHING = {
  ...{ site: 'nanjing-road', gateway: 'gw-01', utcOffsetMinutes: 480 },
  ...{ delivery: DeliveryOptions.parse({}), calendar: CalendarOptions.parse({}) },
  holidays: { calendar: 'none', version: '1', years: [] },
}
