/**
 * What the case file keeps of an act while it goes on, and what the record is then worth: on a strip of looks, one a second.
 *
 *     candidate ── several PERSIST ── confirmed ─ CLIP ─▶ package ── 20 s later CLIP ──▶ next package
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CaseFile, type FootageSource } from '../../gateway/case-file.ts'
import { EventFile } from '../../gateway/cli/event-file.ts'
import { type EvidenceKeeper, EvidenceOptions } from '../../gateway/evidence/keeper.ts'
import { lastPicture } from '../../gateway/evidence/picture.ts'
import { outlookOf } from '../../gateway/frames/moved.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import type { OpenCase } from '../../gateway/open-case.ts'
import type { Standing } from '../../gateway/standing.ts'
import type { WatchedRule } from '../../gateway/violations/catalogue.ts'
import type { Act, ActChange, ViolationEvent } from '../../gateway/violations/event.ts'
import { openKeeper, START_WALL_MS, STREET, temporaryFolder, wrap } from './evidence-footage.ts'

/** Small pictures of a test pattern: everything but size and place is as good as it gets. */
const OPTIONS = EvidenceOptions.parse({ quality: { widthPxMin: 160, heightPxMin: 90 } })
let folder: string
let evidence: EvidenceKeeper
let sink: EventFile
let told: ViolationEvent[]
let clips: [fromSec: number, toSec: number][]

beforeEach(async () => {
  folder = temporaryFolder()
  evidence = await openKeeper(folder, { options: OPTIONS })
  told = []
  clips = []
  sink = new EventFile(folder, (event) => told.push(event))
})
afterEach(async () => {
  sink.close()
  await evidence.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What the ring gives: a still that ends at the instant asked for, a clip as long as asked for. */
const RING: FootageSource = {
  still: (timeMs) => wrap(STREET, 12, timeMs - 440),
  footage(fromMs, toMs) {
    clips.push([fromMs / 1000, toMs / 1000])
    return { ...wrap(STREET, 12, fromMs), endMs: toMs, endWallMs: START_WALL_MS + toMs }
  },
}

const GOOD: Standing = {
  caps: [],
  assessed: {
    place: { name: 'Nanjing Road', address: null, lon: 121.47, lat: 31.23 },
    ...{
      authorisationRef: 'City No. 9',
      configVersion: 'sha256:0',
      clockOffsetMsMax: 1_000,
      analysedSame: true,
    },
    outlook: null,
    device: {
      ...{ legalReviewNo: 'FZ-1', technicalReviewNo: 'JS-1', reviewValidUntil: null },
      ...{ locationPublishedAt: '2025-01-01', locationPublishedRef: null, signagePhotoRef: 'sign.jpg' },
    },
  },
}

const PLAN = ['SCENE_BEFORE', 'START', 'PERSIST', 'CONFIRM', 'CLIP', 'PERSUASION_AUDIO', 'RECHECK', 'AFTER']
const ruleOf = (minDwellSec: number) =>
  ({
    ...{ ruleId: 'piling', minDwellSec, clearSec: 5 },
    entry: { nameZh: '乱堆物堆料', gbMajor: '05', gbMinor: '07', evidencePlan: PLAN, minPixels: 64 },
    basis: { title: '条例', article: '第一条' },
  }) as unknown as WatchedRule

interface Setting {
  readonly minDwellSec?: number
  readonly source?: FootageSource
  readonly standing?: Standing
  readonly sounds?: number
}

function caseFile({ minDwellSec = 180, source = RING, standing = GOOD, sounds = 0 }: Setting = {}): CaseFile {
  const rule = ruleOf(minDwellSec)
  return new CaseFile({
    context: {
      ...{ site: 'street', gateway: 'gw', cameraId: 'cam', offsetMinutes: 480, governanceMode: 'production' },
      ...{ configVersion: 'sha256:0', catalogVersion: 'sha256:0', modelDigest: null, evidenceCaps: [] },
    },
    rule: () => rule,
    grade: () => ({ grade: 'G1', reasons: [], handlingTier: 'SERVICE' }),
    ...{ source, evidence, sink, plan: OPTIONS, privacyMasks: [], log: silentLog },
    standing: () => standing,
    covered: () => 0.1,
    soundsPlayed: () => sounds,
    clock: () => ({ source: 'SNTP', offsetMs: 12, checkedAtWallMs: START_WALL_MS }),
    mediaZeroMs: () => 0,
  })
}

const at = (sec: number) => ({ timeMs: sec * 1000, wallMs: START_WALL_MS + sec * 1000 })
const actOf = (act: Partial<Act>) =>
  ({
    ...{
      actKey: 'piling:kerb:0:1',
      ruleId: 'piling',
      zoneId: 'kerb',
      startMs: 1_000,
      confirmedMs: null,
      endMs: null,
    },
    ...{ box: [0.2, 0.2, 0.7, 0.8], confidence: 0.5, state: 'CANDIDATE', objects: [], ...act },
  }) as Act
const change = (kind: ActChange['kind'], act: Partial<Act>): ActChange => ({ kind, act: actOf(act) })

/** An act from its first second on, looked at every second, confirmed after its dwell. */
async function confirmed(
  file: CaseFile,
  dwellSec: number,
  startMs = (_: number) => 1_000,
): Promise<Partial<Act>> {
  await file.take(change('candidate', { startMs: startMs(1) }), at(1))
  for (let sec = 1; sec <= dwellSec; sec++) await file.persist([actOf({ startMs: startMs(sec) })], at(sec))
  const act = { startMs: startMs(dwellSec), confirmedMs: (dwellSec + 1) * 1000, state: 'ACTIVE' as const }
  await file.take(change('confirmed', act), at(dwellSec + 1))
  return act
}
const packageOf = (event: ViolationEvent) => evidence.vault.read(event.evidence!.packageId)
const kept = async (event: ViolationEvent) => {
  const { items } = await packageOf(event)
  return items.flatMap(({ kind, capturedAt, isOriginal }) =>
    isOriginal ? [`${kind} ${capturedAt.slice(14, 19)}`] : [],
  )
}

test('[R70] a long dwell has several stills, a beginning that is corrected has a second one', async () => {
  await confirmed(caseFile({ minDwellSec: 700 }), 700, (sec) => (sec < 100 ? 1_000 : 20_000))
  expect(await kept(told[0]!)).toEqual([
    ...['SCENE_BEFORE 59:56', 'START 00:01', 'START 00:20'],
    ...['PERSIST 04:14', 'PERSIST 08:07', 'CONFIRM 11:41', 'CLIP 11:31'],
  ])
  const { document } = await packageOf(told[0]!)
  expect(document.missing).toEqual([])
  const span = document.quality!.complete.checks.find(({ id }) => id === 'SPAN')
  expect(span).toMatchObject({ passed: true, value: 0 })
})

test('the clip goes on for 20 s after the confirmation, where the first one ended, in the next package', async () => {
  const file = caseFile()
  const act = await confirmed(file, 180)
  for (let sec = 182; sec < 230; sec++) await file.persist([actOf(act)], at(sec))
  expect(clips).toEqual([
    [171, 181],
    [181, 201],
  ])
  // What is to come is remembered over a restart.
  const [[, open]] = file.snapshot() as [[string, OpenCase]]
  expect(open).toMatchObject({ clipUntilMs: null, persistsHeld: 1 })
  await file.recheck(actOf(act), at(240))
  expect(await kept(told.at(-1)!)).toEqual(['CLIP 03:01', 'RECHECK 04:00'])
  expect((await packageOf(told.at(-1)!)).document.missing).toEqual([])
})

test('over before those 20 s: one clip from the confirmation to the end', async () => {
  const file = caseFile()
  const act = await confirmed(file, 180)
  await file.take(change('cleared', { ...act, state: 'CLEARED', endMs: 190_000 }), at(195))
  expect(clips.at(-1)).toEqual([181, 195])
})

test('[R70] what is due and cannot be had is named with its reason, in the package and in the caps', async () => {
  // The camera was switched on a moment ago, and pictures came back only when it was confirmed.
  const late: FootageSource = {
    still: (timeMs) => (timeMs > 100_000 ? RING.still(timeMs) : null),
    footage: () => null,
  }
  await confirmed(caseFile({ source: late }), 180)
  const { document } = await packageOf(told[0]!)
  expect(document.missing).toEqual([
    { item: 'SCENE_BEFORE', code: 'PLAN_ITEM_MISSING', reason: 'OUT_OF_RING' },
    { item: 'START', code: 'PLAN_ITEM_MISSING', reason: 'OUT_OF_RING' },
    { item: 'PERSIST', code: 'PLAN_ITEM_MISSING', reason: 'OUT_OF_RING' },
    { item: 'CLIP', code: 'PLAN_ITEM_MISSING', reason: 'OUT_OF_RING' },
  ])
  for (const cap of [
    'FOOTAGE_INCOMPLETE',
    'STILLS_FEW',
    'SPAN_NOT_SHOWN',
    'CLIP_SHORT',
    'SCENE_BEFORE_MISSING',
  ])
    expect(told[0]!.evidenceCaps).toContain(cap)
  expect(told[0]).toMatchObject({ evidenceStatus: 'LEAD', quality: { complete: { passed: false } } })
})

test('a notice was played and its sound is not there', async () => {
  const file = caseFile({ sounds: 1 })
  const act = await confirmed(file, 180)
  await file.recheck(actOf(act), at(400))
  expect((await packageOf(told.at(-1)!)).document.missing).toContainEqual({
    ...{ item: 'PERSUASION_AUDIO', code: 'PLAN_ITEM_MISSING', reason: 'SOUND_NOT_KEPT' },
  })
})

test('the four properties are in the package and on the event, and say why it stays a lead', async () => {
  await confirmed(caseFile(), 180)
  const { document, evidenceCaps } = await packageOf(told[0]!)
  // Everything is on record, but nobody has a commissioning picture of the camera.
  expect(evidenceCaps).toEqual(['NOT_COMMISSIONED'])
  expect(told[0]).toMatchObject({ evidenceStatus: 'LEAD', evidenceCaps: ['NOT_COMMISSIONED'] })
  expect(told[0]!.quality).toMatchObject({
    true: { score: 1, passed: true, reasons: [] },
    clear: { passed: true },
    complete: { passed: true },
    accurate: { passed: null, reasons: ['CAMERA_CLOCK_UNREAD', 'NOT_COMMISSIONED'] },
  })
  const checks = Object.values(document.quality!).flatMap((property) => property.checks)
  expect(checks.length).toBeGreaterThan(20)
  expect(document).toMatchObject({
    place: { name: 'Nanjing Road', lon: 121.47, datum: 'WGS-84' },
    ...{ device: { legalReviewNo: 'FZ-1' }, authorisationRef: 'City No. 9', configVersion: 'sha256:0' },
  })
  expect(JSON.stringify(document)).not.toMatch(/违法成立|罚款/)
})

test.each([
  ['nothing holds it back', true, 'EVIDENCE_CANDIDATE', []],
  ['the camera shows another street than when its zones were drawn', false, 'LEAD', ['VIEW_UNLIKE']],
] as const)('[R48, R53] %s: the box goes as far as the candidate at most', async (_, same, status, caps) => {
  const luma = same ? await outlookOfStreet() : new Uint8Array(160 * 90)
  const outlook = { luma, sinceWallMs: START_WALL_MS }
  const file = caseFile({ standing: { ...GOOD, assessed: { ...GOOD.assessed, outlook } } })
  await confirmed(file, 180)
  expect(told[0]).toMatchObject({ evidenceStatus: status, evidenceCaps: caps })
  expect(await packageOf(told[0]!)).toMatchObject({ evidenceStatus: status, evidenceCaps: caps })
})

test('what the authority has not on record holds every revision back, also before the first package', async () => {
  const standing = { ...GOOD, caps: ['NO_AUTHORISATION_RECORD'] }
  const file = caseFile({ standing })
  const act = await confirmed(file, 180)
  await file.take(change('updated', act), at(200))
  for (const event of told) expect(event.evidenceCaps).toContain('NO_AUTHORISATION_RECORD')
  expect((await packageOf(told[0]!)).evidenceCaps).toContain('NO_AUTHORISATION_RECORD')
})

async function outlookOfStreet(): Promise<Uint8Array> {
  const held = await evidence.hold('probe', 'START', wrap(STREET, 12))
  return outlookOf(await lastPicture(join(folder, 'pending', 'probe', held.file), 12, 'ffmpeg'))
}
