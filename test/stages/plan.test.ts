/** The plan resolved: what is due when a package is sealed, when stills of a dwell are taken, what is missing and why. */
import { expect, test } from 'vitest'
import { EvidenceOptions } from '../../gateway/evidence/keeper.ts'
import type { HeldKind } from '../../gateway/evidence/package.ts'
import {
  type AbsenceReason,
  dueOf,
  missingOf,
  nextPersistMs,
  persistsDue,
} from '../../gateway/evidence/plan.ts'

const ALL = ['SCENE_BEFORE', 'START', 'PERSIST', 'CONFIRM', 'CLIP', 'PERSUASION_AUDIO', 'RECHECK', 'AFTER']

/** Dwell in seconds, and the seconds of its stills. */
const DWELLS: [minDwellSec: number, atSec: number[]][] = [
  [20, [10]],
  [180, [90]],
  [300, [150]],
  [301, [150.5]],
  [601, [601 / 3, 1202 / 3]],
  [1_800, [300, 600, 900, 1_200, 1_500]],
  [86_400, [14_400, 28_800, 43_200, 57_600, 72_000]],
]
for (const [minDwellSec, atSec] of DWELLS) {
  test(`a dwell of ${minDwellSec} s has ${atSec.length} still(s) between its ends`, () => {
    expect(persistsDue(minDwellSec, 300)).toBe(atSec.length)
    const times = atSec.map((_, taken) => nextPersistMs(taken, minDwellSec, 300)! / 1_000)
    for (const [at, sec] of atSec.entries()) expect(times[at]).toBeCloseTo(sec, 6)
    expect(nextPersistMs(atSec.length, minDwellSec, 300)).toBeNull()
  })
}

interface Row {
  readonly what: string
  readonly purpose: 'confirm' | 'recheck' | 'closing'
  readonly plan?: string[]
  readonly persists?: number
  readonly sounds?: number
  readonly absent?: Partial<Record<HeldKind, AbsenceReason>>
  readonly held: HeldKind[]
  readonly torn?: string[]
  readonly missing: [item: string, reason: string][]
}
const ROWS: Row[] = [
  {
    what: 'all of it',
    purpose: 'confirm',
    held: ['SCENE_BEFORE', 'START', 'PERSIST', 'CONFIRM', 'CLIP'],
    missing: [],
  },
  {
    ...{
      what: 'the camera had just been switched on',
      purpose: 'confirm',
      absent: { SCENE_BEFORE: 'OUT_OF_RING' },
    },
    held: ['START', 'PERSIST', 'CONFIRM', 'CLIP'],
    missing: [['SCENE_BEFORE', 'OUT_OF_RING']],
  },
  {
    ...{ what: 'two of three stills of the dwell', purpose: 'confirm', persists: 3 },
    held: ['SCENE_BEFORE', 'START', 'PERSIST', 'PERSIST', 'CONFIRM', 'CLIP'],
    missing: [['PERSIST', 'NOT_HELD']],
  },
  {
    ...{ what: 'a torn file', purpose: 'confirm', torn: ['05-clip.mp4'] },
    held: ['SCENE_BEFORE', 'START', 'PERSIST', 'CONFIRM'],
    missing: [['CLIP', 'TORN']],
  },
  {
    ...{ what: 'a rule that asks for less', purpose: 'confirm', plan: ['START', 'CONFIRM'] },
    ...{ held: ['START', 'CONFIRM'], missing: [] },
  },
  { what: 'a re-check', purpose: 'recheck', held: ['RECHECK'], missing: [] },
  {
    ...{ what: 'a notice was played and its sound lost', purpose: 'recheck', sounds: 1, held: ['RECHECK'] },
    missing: [['PERSUASION_AUDIO', 'SOUND_NOT_KEPT']],
  },
  {
    ...{
      what: 'a notice and its sound',
      purpose: 'recheck',
      sounds: 1,
      held: ['PERSUASION_AUDIO', 'RECHECK'],
    },
    missing: [],
  },
  {
    ...{ what: 'the seconds after it were gone', purpose: 'recheck', absent: { CLIP: 'OUT_OF_RING' } },
    ...{ held: ['RECHECK'], missing: [['CLIP', 'OUT_OF_RING']] },
  },
  { what: 'the end', purpose: 'closing', held: ['AFTER'], missing: [['CLIP', 'NOT_HELD']] },
]
for (const {
  what,
  purpose,
  plan = ALL,
  persists = 1,
  sounds = 0,
  absent = {},
  held,
  torn = [],
  missing,
} of ROWS) {
  test(`${purpose}, ${what}: ${missing.map(String).join('; ') || 'nothing'} missing`, () => {
    const due = dueOf({ purpose, plan, persists, sounds, absent })
    const found = missingOf(due, held, torn).map(({ item, reason }) => [item, reason])
    expect(found).toEqual(missing)
  })
}

test.each([
  [{}, true],
  [{ clipBeforeSec: 5, clipAfterSec: 10 }, true],
  [{ clipBeforeSec: 5, clipAfterSec: 9 }, false],
  [{ clipBeforeSec: 30, clipAfterSec: 30 }, true],
  [{ clipBeforeSec: 30, clipAfterSec: 31 }, false],
])('a clip of %o is accepted: %s', (options, accepted) => {
  expect(EvidenceOptions.safeParse(options).success).toBe(accepted)
})
