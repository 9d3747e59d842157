/**
 * True, complete, accurate: strips of what was kept and tables of what is known, and what is said of them.
 *
 *     b before   S start   P persist   C confirm   one character every 10 s; lower case: its picture would not decode
 */
import { expect, test } from 'vitest'
import type { HeldKind } from '../../gateway/evidence/package.ts'
import { accurateChecks } from '../../gateway/evidence/quality/accurate.ts'
import { allOf, atLeast, atMost, type Check, notMeasured } from '../../gateway/evidence/quality/check.ts'
import type { SeenStill } from '../../gateway/evidence/quality/clear.ts'
import { type CompleteFacts, completeChecks } from '../../gateway/evidence/quality/complete.ts'
import { QualityOptions } from '../../gateway/evidence/quality/options.ts'
import type { Quality } from '../../gateway/evidence/quality/still.ts'
import { type TrueFacts, trueChecks } from '../../gateway/evidence/quality/true.ts'
import { capsBy, merged, reportOf, summaryOf } from '../../gateway/evidence/quality.ts'
import { initKey } from '../../gateway/evidence/seal.ts'
import { temporaryFolder } from './evidence-footage.ts'

const OPTIONS = QualityOptions.parse({})
const said = (checks: readonly Check[]) =>
  checks.flatMap(({ id, reason }) => (reason === null ? [] : [`${id} ${reason}`]))

const KINDS: Record<string, HeldKind> = { B: 'SCENE_BEFORE', S: 'START', P: 'PERSIST', C: 'CONFIRM' }
const SHOWN = {} as Quality
const START_MS = 100_000

/** The act begins at the first S that counts and is confirmed at C; each character is ten seconds. */
function complete(strip: string, change: Partial<CompleteFacts> = {}): string[] {
  const stills = [...strip].flatMap((mark, at): SeenStill[] => {
    const kind = KINDS[mark.toUpperCase()]
    const quality = mark === mark.toUpperCase() ? SHOWN : null
    return kind === undefined
      ? []
      : [{ itemId: `${at}`, kind, atWallMs: START_MS + at * 10_000, quality, covered: null }]
  })
  const due = [...new Set(stills.map(({ kind }) => kind)), 'CLIP' as const].map((kind) => ({
    kind,
    count: 1,
  }))
  const facts: CompleteFacts = {
    ...{ purpose: 'confirm', due, missing: [], stills, clipBeforeSec: 10 },
    clips: [{ itemId: 'clip', gapSec: 0, lengthSec: 11 }],
    startedAtWallMs: START_MS + strip.lastIndexOf('S') * 10_000,
    confirmedAtWallMs: START_MS + strip.lastIndexOf('C') * 10_000,
    place: { name: 'Nanjing Road', address: null, lon: 121.4, lat: 31.2 },
  }
  return said(completeChecks({ ...facts, ...change }, OPTIONS))
}

const STRIPS: [strip: string, expected: string[]][] = [
  ['BS...P...C', []],
  ['BS...p...C', ['STILLS STILLS_FEW']],
  // Thirty seconds apart, but for a look.
  ['BS..P..C', []],
  ['BSP......C', ['SPACING STILLS_CLOSE']],
  ['BS...P...PC', ['SPACING STILLS_CLOSE']],
  // A dwell of forty seconds cannot hold three stills half a minute apart.
  ['BS.P.C', ['SPACING DWELL_SHORT']],
  ['BSP...C', ['SPACING STILLS_CLOSE']],
  // The beginning was corrected: the still of the first one is no still of the act's beginning.
  ['BS.S...P...C', []],
  ['bS...P...C', ['SCENE_BEFORE SCENE_BEFORE_MISSING']],
]
for (const [strip, expected] of STRIPS) {
  test(`complete: ${strip} is said ${expected.join(', ') || 'nothing of'}`, () =>
    expect(complete(strip)).toEqual(expected))
}

const WHOLE = 'BS...P...C'
const LACKING: [what: string, change: Partial<CompleteFacts>, expected: string[]][] = [
  ['an item of the plan', { missing: ['PERSIST'] }, ['PLAN FOOTAGE_INCOMPLETE']],
  [
    'a second of the clip',
    { clips: [{ itemId: 'clip', gapSec: 1.2, lengthSec: 11 }] },
    ['CLIP_GAPS PACKETS_MISSING'],
  ],
  ['most of the clip', { clips: [{ itemId: 'clip', gapSec: 0, lengthSec: 3 }] }, ['CLIP_LENGTH CLIP_SHORT']],
  ['the clip', { clips: [], missing: ['CLIP'] }, ['PLAN FOOTAGE_INCOMPLETE', 'CLIP_LENGTH CLIP_SHORT']],
  ['the beginning, which was sooner', { startedAtWallMs: START_MS + 3_500 }, ['SPAN SPAN_NOT_SHOWN']],
  [
    'coordinates',
    { place: { name: 'Nanjing Road', address: null, lon: null, lat: null } },
    ['PLACE PLACE_UNKNOWN'],
  ],
  ['nothing, at a re-check', { purpose: 'recheck', stills: [], clips: [], due: [] }, []],
]
for (const [what, change, expected] of LACKING) {
  test(`complete: lacking ${what}`, () => expect(complete(WHOLE, change)).toEqual(expected))
}

const signer = await initKey(temporaryFolder())
const other = await initKey(temporaryFolder())
const TRUE: TrueFacts = {
  originals: [
    { itemId: '01-start', gapSec: 0 },
    { itemId: '02-confirm', gapSec: 0 },
  ],
  ...{ torn: [], previous: null, chainLost: false, transcoded: false, analysedSame: true, signer },
}
const BROKEN: [what: string, change: Partial<TrueFacts>, expected: string[]][] = [
  ['nothing', {}, []],
  ['one original is not as it was written', { torn: ['03-clip.mp4'] }, ['HASHES INTEGRITY_FAILED']],
  ['nothing was kept', { originals: [] }, ['HASHES NO_FOOTAGE']],
  ['the record of the chain was lost', { chainLost: true }, ['CHAIN CHAIN_HEAD_LOST']],
  [
    'the key signs for another one',
    { signer: { publicKeyPem: other.publicKeyPem, sign: (data) => signer.sign(data) } },
    ['SIGNATURE SIGNATURE_FAILED'],
  ],
  [
    'packets are missing before a still',
    { originals: [{ itemId: '01-start', gapSec: 0.7 }] },
    ['UNBROKEN PACKETS_MISSING'],
  ],
  ['it was transcoded', { transcoded: true }, ['UNTOUCHED ORIGINAL_TRANSCODED']],
  ['the cheaper stream was judged', { analysedSame: false }, ['ANALYSED OTHER_STREAM']],
]
for (const [what, change, expected] of BROKEN) {
  test(`true: ${what}`, () => {
    const checks = trueChecks({ ...TRUE, ...change })
    expect(said(checks)).toEqual(expected)
    // Another stream of the camera is said, and holds nothing back.
    const failed = checks.filter(({ passed }) => passed === false)
    expect(failed.length).toBe(expected.some((each) => !each.endsWith('OTHER_STREAM')) ? 1 : 0)
  })
}

test('a rotated key changes nothing that is said', () => {
  expect(trueChecks({ ...TRUE, signer: other })).toEqual(trueChecks(TRUE))
})

const NOW_MS = 1_000_000_000
const CLOCKS: [what: string, clock: [offsetMs: number | null, ageMin: number], expected: string[]][] = [
  ['right, checked a moment ago', [12, 0], []],
  ['a second off', [-1_000, 5], []],
  ['a little more', [1_001, 5], ['CLOCK_OFFSET CLOCK_OFF']],
  ['right two hours ago', [3, 120], ['CLOCK_AGE CLOCK_CHECK_OLD']],
  ['never checked', [null, 0], ['CLOCK_OFFSET CLOCK_UNCHECKED', 'CLOCK_AGE CLOCK_UNCHECKED']],
]
const UNREAD = 'CAMERA_CLOCK CAMERA_CLOCK_UNREAD'
const accurate = (
  [offsetMs, ageMin]: (typeof CLOCKS)[number][1],
  move: Parameters<typeof accurateChecks>[0]['move'],
  configVersion = 'sha256:0',
) =>
  accurateChecks(
    {
      clock: {
        ...{ source: 'SNTP', offsetMs },
        checkedAtWallMs: offsetMs === null ? null : NOW_MS - ageMin * 60_000,
      },
      ...{ clockOffsetMsMax: 1_000, producedAtWallMs: NOW_MS, move, configVersion },
    },
    OPTIONS,
  )
for (const [what, clock, expected] of CLOCKS) {
  test(`accurate: a clock ${what}`, () => {
    const [offset, age, ...rest] = said(accurate(clock, { x: 0, y: 0, likeness: 0.9 })).filter(
      (line) => line !== UNREAD,
    )
    expect([offset, age, ...rest].filter((line) => line !== undefined)).toEqual(expected)
  })
}

const MOVES: [
  what: string,
  move: Parameters<typeof accurate>[1],
  expected: string[],
  passed: boolean | null,
][] = [
  ['stands still', { x: 0.001, y: -0.002, likeness: 0.9 }, [], true],
  ['has moved', { x: 0.02, y: 0.02, likeness: 0.8 }, ['CAMERA_MOVED CAMERA_MOVED'], false],
  ['shows something else', { x: 0, y: 0, likeness: 0.1 }, ['CAMERA_MOVED VIEW_UNLIKE'], null],
  ['was never commissioned', null, ['CAMERA_MOVED NOT_COMMISSIONED'], null],
]
for (const [what, move, expected, passed] of MOVES) {
  test(`accurate: a camera that ${what}`, () => {
    const checks = accurate([0, 0], move)
    expect(said(checks).filter((line) => line !== UNREAD)).toEqual(expected)
    expect(checks.find(({ id }) => id === 'CAMERA_MOVED')?.passed).toBe(passed)
  })
}

test('accurate: zones of no known version', () => {
  expect(said(accurate([0, 0], { x: 0, y: 0, likeness: 1 }, ''))).toContain('ZONES CONFIG_UNKNOWN')
})

const WORDS = { reason: 'BLURRED' } as const
const SCORES: [check: Check, passed: boolean, score: number][] = [
  [atLeast('SHARPNESS', 12, 12, WORDS), true, 0.5],
  [atLeast('SHARPNESS', 24, 12, WORDS), true, 1],
  [atLeast('SHARPNESS', 11.99, 12, WORDS), false, 0.4996],
  [atMost('DARKNESS', 0.6, 0.6, WORDS), true, 0.5],
  [atMost('DARKNESS', 0, 0.6, WORDS), true, 1],
  [atMost('DARKNESS', 1.2, 0.6, WORDS), false, 0],
  [atMost('UNBROKEN', 0, 0, WORDS), true, 1],
  [atMost('UNBROKEN', 0.1, 0, WORDS), false, 0],
  [allOf('PLAN', 5, 5, WORDS), true, 1],
  [allOf('PLAN', 4, 5, WORDS), false, 0.8],
]
for (const [check, passed, score] of SCORES) {
  test(`${check.id}: ${check.value} of ${check.threshold} scores ${score}`, () =>
    expect([check.passed, check.score, check.reason]).toEqual([passed, score, passed ? null : 'BLURRED']))
}

test('a property is as good as its weakest check; what was not measured and matters has not passed, and caps', () => {
  const good = atLeast('SHARPNESS', 100, 12, WORDS)
  const matters = notMeasured('CLOCK_OFFSET', 'CLOCK_UNCHECKED', true)
  const seen = notMeasured('OCCLUSION', 'NO_TRACKS', false)
  const report = reportOf({
    true: [good],
    clear: [good, seen],
    complete: [good, atLeast('SPACING', 3, 27, { reason: 'STILLS_CLOSE' })],
    accurate: [matters],
  })
  expect([report.true.passed, report.clear.passed, report.complete.passed, report.accurate.passed]).toEqual([
    ...[true, true, false, null],
  ])
  expect([report.complete.score, report.accurate.score]).toEqual([0.0556, null])
  expect(capsBy(report)).toEqual(['STILLS_CLOSE', 'CLOCK_UNCHECKED'])
  const summary = summaryOf(report)
  expect(summary.clear).toEqual({ score: 1, passed: true, reasons: ['NO_TRACKS'] })
  // With a later package that is better, the event is as good as the earlier one.
  const better = summaryOf(reportOf({ true: [good], clear: [good], complete: [good], accurate: [good] }))
  expect(merged(null, better)).toBe(better)
  expect(merged(summary, better)).toEqual({ ...summary, accurate: { ...summary.accurate, score: 1 } })
})
