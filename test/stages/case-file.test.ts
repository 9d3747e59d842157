/**
 * The case file after crashes: the desk remembers what was raised, the camera's memory may be older.
 *
 *     raised     START ✗ (killed before the camera's memory was written)
 *     restored   the act is a suspicion again  ─▶ confirmed again │ dropped
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CaseFile, type FootageSource, outOfSight } from '../../gateway/case-file.ts'
import { EventFile } from '../../gateway/cli/event-file.ts'
import { EvidenceKeeper, EvidenceOptions } from '../../gateway/evidence/keeper.ts'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { StorageOptions } from '../../gateway/evidence/vault.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import type { Standing } from '../../gateway/standing.ts'
import type { WatchedRule } from '../../gateway/violations/catalogue.ts'
import type { Act, ActChange, ViolationEvent } from '../../gateway/violations/event.ts'
import { STREET, wrap } from './evidence-footage.ts'
import { sampleEvent } from './sample-event.ts'

let folder: string
let evidence: EvidenceKeeper
let sink: EventFile
let told: ViolationEvent[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-case-'))
  evidence = new EvidenceKeeper({
    options: EvidenceOptions.parse({}),
    storage: StorageOptions.parse({ folder, freeMinMiB: 0 }),
    producer: { site: 'street', gateway: 'gw' },
    signer: await openSigner(join(folder, 'keys')),
    log: silentLog,
  })
  await evidence.recover()
  told = []
  sink = new EventFile(folder, (event) => told.push(event))
})

afterEach(async () => {
  sink.close()
  await evidence.close()
  rmSync(folder, { recursive: true, force: true })
})

test('dropped after its START was raised: the event ends all the same', async () => {
  const { older } = await raisedAndKilled()
  await older.take(change('dropped', { state: 'IDLE', endMs: 20_000 }), at(20))
  expect(told.map(({ phase, revision }) => [phase, revision])).toEqual([
    ['START', 1],
    ['END', 2],
  ])
  expect(told[1]).toMatchObject({ detectionState: 'CLEARED', durationSec: 20 })
  expect(older.eventIds).toEqual([])
  expect(readdirSync(join(folder, 'pending'))).toEqual([])
})

test('confirmed again after its START was raised: told once, and its first package is still named at the end', async () => {
  const { older } = await raisedAndKilled()
  await older.take(change('confirmed', { state: 'ACTIVE', confirmedMs: 11_000 }), at(11))
  expect(told).toHaveLength(1)
  await older.take(change('cleared', { state: 'CLEARED', confirmedMs: 11_000, endMs: 30_000 }), at(31))
  const [start, end] = told
  expect(end!.evidence!.packages).toEqual([start!.evidence!.packageId, end!.evidence!.packageId])
  expect(end!.evidenceCaps).not.toContain('EVIDENCE_INCOMPLETE')
})

test('a suspicion that was never raised leaves nothing behind', async () => {
  const file = caseFile()
  await file.take(change('candidate', {}), at(1))
  await file.take(change('dropped', { state: 'IDLE', endMs: 5_000 }), at(5))
  expect([told, file.eventIds]).toEqual([[], []])
})

test('what is over is not ended twice', async () => {
  const { older, newer } = await raisedAndKilled()
  const cleared = change('cleared', { state: 'CLEARED', confirmedMs: 10_000, endMs: 30_000 })
  await newer.take(cleared, at(31))
  await older.take(cleared, at(31))
  expect(told.map(({ phase }) => phase)).toEqual(['START', 'END'])
  expect([older.eventIds, readdirSync(join(folder, 'pending'))]).toEqual([[], []])
})

test('[R15] a re-check: its picture is sealed at once, the event names the package, and goes on', async () => {
  const file = caseFile({ still: () => wrap(STREET, 12), footage: () => null })
  const act = { state: 'ACTIVE', confirmedMs: 10_000 } as const
  await file.take(change('candidate', {}), at(1))
  await file.take(change('confirmed', act), at(10))
  const eventId = told[0]!.eventId
  expect(file.actKeyOf(eventId)).toBe('piling:kerb:0:1')
  const item = await file.recheck(change('updated', act).act, at(60))
  const [start, update] = told
  expect(update).toMatchObject({ phase: 'UPDATE', revision: 2 })
  expect(update!.evidence!.packages).toEqual([start!.evidence!.packageId, update!.evidence!.packageId])
  const sealed = await evidence.vault.read(update!.evidence!.packageId)
  expect(sealed.purpose).toBe('recheck')
  expect(`${sealed.packageId}/${sealed.items.find(({ kind }) => kind === 'RECHECK')!.itemId}`).toBe(item)
  // Without a picture nothing is sealed, and nothing is told.
  const blind = caseFile()
  blind.restore(file.snapshot())
  expect(await blind.recheck(change('updated', act).act, at(70))).toBeNull()
  expect(told).toHaveLength(2)
  // A memory from before the re-check still names its package at the end.
  const { packages } = file.snapshot()[0]![1]
  const older = caseFile()
  older.restore([['piling:kerb:0:1', { ...file.snapshot()[0]![1], packages: packages.slice(0, 1) }]])
  await older.take(change('cleared', { ...act, state: 'CLEARED', endMs: 90_000 }), at(91))
  expect(told.at(-1)!.evidence!.packages).toEqual([...packages, told.at(-1)!.evidence!.packageId])
})

test('[R15] a rule whose plan keeps no picture of a re-check seals none', async () => {
  const entry = { ...RULE.entry, evidencePlan: ['START' as const, 'CONFIRM' as const] }
  const file = caseFile({ still: () => wrap(STREET, 12), footage: () => null }, { ...RULE, entry })
  const act = { state: 'ACTIVE', confirmedMs: 10_000 } as const
  await file.take(change('candidate', {}), at(1))
  await file.take(change('confirmed', act), at(10))
  expect(await file.recheck(change('updated', act).act, at(60))).toBeNull()
  expect(told).toHaveLength(1)
})

const START = '2026-01-01T10:00:00.000+08:00'
const SIGHTS: [what: string, seenUntil: string | undefined, endedAt: string, durationSec: number][] = [
  ['when it was last told of', undefined, '2026-01-01T10:03:20.500+08:00', 200.5],
  ['when it was last seen', '2026-01-01T02:10:00.000Z', '2026-01-01T10:10:00.000+08:00', 600],
  ['never before it began', '2026-01-01T09:00:00.000+08:00', START, 0],
]
for (const [what, seenUntil, endedAt, durationSec] of SIGHTS) {
  test(`out of sight: over ${what}`, () => {
    const last = { ...sampleEvent('a'), startedAt: START, durationSec: 200.5, revision: 4 }
    const until = seenUntil === undefined ? undefined : Date.parse(seenUntil)
    const lost = { phase: 'END', revision: 5, detectionState: 'LOST', endedAt, durationSec }
    expect(outOfSight(last, until)).toMatchObject(lost)
  })
}

/** Two case files of one camera: the one that raised, and the one that remembers the moment before. */
async function raisedAndKilled(): Promise<{ older: CaseFile; newer: CaseFile }> {
  const newer = caseFile()
  await newer.take(change('candidate', {}), at(1))
  const remembered = newer.snapshot()
  await newer.take(change('confirmed', { state: 'ACTIVE', confirmedMs: 10_000 }), at(10))
  const older = caseFile()
  older.restore(remembered)
  return { older, newer }
}

function caseFile(source: FootageSource = NO_PICTURES, rule = RULE): CaseFile {
  return new CaseFile({
    context: {
      ...{ site: 'street', gateway: 'gw', cameraId: 'cam', offsetMinutes: 480, governanceMode: 'test' },
      ...{ configVersion: 'sha256:0', catalogVersion: 'sha256:0', modelDigest: null, evidenceCaps: [] },
    },
    rule: () => rule,
    grade: () => ({ grade: 'G1', reasons: [], handlingTier: 'SERVICE' }),
    source,
    evidence,
    sink,
    plan: EvidenceOptions.parse({}),
    standing: () => STANDING,
    covered: () => null,
    soundsPlayed: () => 0,
    clock: () => ({ source: 'FILE', offsetMs: null, checkedAtWallMs: null }),
    privacyMasks: [],
    mediaZeroMs: () => 0,
    log: silentLog,
  })
}

/** A ring that is empty, as after a restart. */
const NO_PICTURES: FootageSource = { still: () => null, footage: () => null }

const STANDING: Standing = {
  caps: [],
  assessed: {
    place: { name: null, address: null, lon: null, lat: null },
    ...{
      authorisationRef: null,
      configVersion: 'sha256:0',
      clockOffsetMsMax: 1000,
      outlook: null,
      analysedSame: true,
    },
    device: {
      ...{ legalReviewNo: null, technicalReviewNo: null, reviewValidUntil: null },
      ...{ locationPublishedAt: null, locationPublishedRef: null, signagePhotoRef: null },
    },
  },
}

const RULE = {
  ...{ ruleId: 'piling', minDwellSec: 10, clearSec: 5 },
  entry: {
    ...{ nameZh: '乱堆物堆料', gbMajor: '05', gbMinor: '07' },
    ...{ evidencePlan: ['START', 'CONFIRM', 'RECHECK', 'AFTER'], minPixels: 64 },
  },
  basis: { title: '条例', article: '第一条' },
} as unknown as WatchedRule

function change(kind: ActChange['kind'], act: Partial<Act>): ActChange {
  return {
    kind,
    act: {
      ...{ actKey: 'piling:kerb:0:1', ruleId: 'piling', zoneId: 'kerb', startMs: 0 },
      ...{ confirmedMs: null, endMs: null, box: [0.1, 0.1, 0.2, 0.2], confidence: 0.5 },
      ...{ state: 'CANDIDATE', objects: [], ...act },
    } as Act,
  }
}

const at = (sec: number) => ({ timeMs: sec * 1000, wallMs: Date.parse(START) + sec * 1000 })
