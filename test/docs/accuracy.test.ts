/** What the accuracy page is made of: words for every story, plots and samples that the figures alone decide. */
import { expect, test } from 'vitest'
import { figures } from '../../gateway/cli/eval.ts'
import { evaluate } from '../../gateway/cli/evaluation.ts'
import { CONDITION_NAMES } from '../../simulators/street/conditions.ts'
import { STORY_NAMES, scenesOf } from '../../simulators/street/test-street.ts'
import { chooseSamples } from '../bench/accuracy-pictures.ts'
import { conditionsPlot, startErrorPlot } from '../bench/accuracy-plots.ts'
import { conditionWords, storyWords } from '../bench/accuracy-words.ts'

const span = (startSec: number, endSec: number) => ({ rule: 'piling', zoneId: 'kerb', startSec, endSec })

/** One clip right, the next missed, the third told for nothing. */
const clips = scenesOf('tune').map((scene, i) => {
  const truth = {
    ...{ video: `${scene.name}.mp4`, durationSec: 90, events: i % 3 < 2 ? [span(20, 70)] : [] },
    scene: { story: scene.story, condition: scene.condition, supported: true },
  }
  return evaluate(truth, i % 3 === 1 ? [] : [{ ...span(20 + i / 10, 71), eventId: 'e' }])
})

test('every story and condition has words in both languages', () => {
  for (const language of ['en', 'zh'] as const) {
    for (const name of STORY_NAMES) expect(storyWords(name, language)).not.toBe(name)
    for (const name of CONDITION_NAMES) expect(conditionWords(name, language)).not.toBe(name)
  }
})

test('the same figures give the same plots, a dot an event and a bar a condition', () => {
  const once = figures(clips)
  const again = figures(structuredClone(clips))
  expect(startErrorPlot(again)).toBe(startErrorPlot(once))
  expect(conditionsPlot(again)).toBe(conditionsPlot(once))
  expect(startErrorPlot(once).match(/<circle/g)).toHaveLength(once.all.right)
  expect(conditionsPlot(once).match(/fill="#2f855a"/g)).toHaveLength(Object.keys(once.conditions).length)
})

test('samples: good and bad ones, never the same scene twice', () => {
  const samples = chooseSamples(clips)
  expect(samples.some(({ good }) => good)).toBe(true)
  expect(samples.filter(({ good }) => !good).some(({ missed }) => missed !== null)).toBe(true)
  expect(samples.filter(({ good }) => !good).some(({ falseEvent }) => falseEvent !== null)).toBe(true)
  expect(samples.length).toBeLessThanOrEqual(12)
  const names = samples.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(chooseSamples(structuredClone(clips))).toEqual(samples)
})
