import { expect, test } from 'vitest'
import { type Mode, ModeOptions, ModePolicy } from '../../gateway/frames/mode.ts'

const LETTERS: Record<string, Mode> = { p: 'patrol', w: 'watch', P: 'pursue' }
const letterOf = (mode: Mode) => (mode === 'pursue' ? 'P' : mode[0]!)

/**
 * Each column is five seconds. Asked: what the judge wants from then on (p patrol, w watch, P pursue), `m` is
 * motion. Told: the mode of that instant. Options as shipped: 25 s of watch at the start, 10 s of calm.
 */
const STORIES: [why: string, asked: string, told: string][] = [
  ['the empty scene is learnt first', '..........', 'wwwwwppppp'],
  ['a candidate', '......w...p......', 'wwwwwpwwwwwpppppp'],
  ['a decision nears', '......w.P..p......', 'wwwwwpwwPPPPpppppp'],
  ['pursue falls back to watch while watch is wanted', '......P..w......p..', 'wwwwwpPPPPwwwwwwwpp'],
  ['no flutter', '......wpwpwp.....', 'wwwwwpwwwwwwppppp'],
  ['motion brings a short watch, then rests', '......mmmmmmmmmmm', 'wwwwwpwwppppwwppp'],
]

test.each(STORIES)('%s', (_, asked, told) => {
  const policy = new ModePolicy(ModeOptions.parse({}))
  let shown = ''
  for (let i = 0; i < asked.length; i++) {
    const letter = asked[i]!
    if (letter === 'm') policy.move(i * 5_000)
    else if (letter !== '.') policy.attend(LETTERS[letter]!)
    shown += letterOf(policy.decide(i * 5_000))
  }
  expect(shown).toBe(told)
})

test('motion brings nothing when it is told not to', () => {
  const policy = new ModePolicy(ModeOptions.parse({ motionWatchMs: 0 }))
  policy.decide(0)
  policy.decide(60_000)
  policy.move(60_000)
  expect(policy.decide(60_000)).toBe('patrol')
})

test('no camera starts with less than 20 s of watch at 2 frames/s', () => {
  expect(ModeOptions.safeParse({ startWatchMs: 10_000 }).success).toBe(false)
  const policy = new ModePolicy(ModeOptions.parse({ startWatchMs: 20_000 }))
  expect(policy.decide(1_000)).toBe('watch')
  expect(policy.decide(20_999)).toBe('watch')
  expect(policy.decide(21_001)).toBe('patrol')
  expect(policy.stepMs('watch')).toBe(500)
})
