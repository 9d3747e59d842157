/**
 * Writes the accuracy page from what `npm run bench:street` measured: tables, plots and sample pictures, in two languages.
 *
 *     npm run accuracy:page -- [--street var/street] [--accuracy var/accuracy --data ../shared/data]
 *
 * Nothing is written by hand below the headings, and nothing depends on the clock: the same figures, the same page.
 * Of real clips, where their figures lie, only figures are shown.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { evaluatePaths, figures } from '../../gateway/cli/eval.ts'
import type { Score } from '../../gateway/cli/evaluation.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { CONDITION_NAMES } from '../../simulators/street/conditions.ts'
import { chooseSamples, type Sample, stillOf } from './accuracy-pictures.ts'
import { conditionsPlot, startErrorPlot } from './accuracy-plots.ts'
import {
  conditionWords,
  type Language,
  type Report,
  RULES_ZH,
  ruleWords,
  storyWords,
  TEXT,
} from './accuracy-words.ts'

const { values } = parseArgs({
  options: {
    street: { type: 'string', default: 'var/street' },
    set: { type: 'string', default: 'test' },
    accuracy: { type: 'string', default: 'var/accuracy' },
    data: { type: 'string', default: '../shared/data' },
  },
})

const street = readReport(values.set)
if (street === null)
  throw new Error(`${values.street}/${values.set}.json is not there; npm run bench:street makes it`)
const photo = readReport('photo')
const real = realClips()
const samples = chooseSamples(street.figures.clips)
const pictures = packagePath('docs', 'accuracy')
rmSync(pictures, { recursive: true, force: true })
mkdirSync(pictures, { recursive: true })
for (const [i, sample] of samples.entries()) {
  const jpeg = await stillOf(
    sample,
    resolve(values.street, values.set),
    resolve(values.street, `${values.set}-events`),
  )
  writeFileSync(join(pictures, pictureName(sample, i)), jpeg)
}
writeFileSync(join(pictures, 'start-error.svg'), startErrorPlot(street.figures))
writeFileSync(
  join(pictures, 'conditions.svg'),
  conditionsPlot({ ...street.figures, conditions: ordered(street.figures.conditions) }),
)
writeFileSync(packagePath('docs', 'accuracy.md'), page('en', street))
writeFileSync(packagePath('docs', 'accuracy.zh-CN.md'), page('zh', street))
process.stdout.write(`docs/accuracy.md, docs/accuracy.zh-CN.md, ${samples.length} pictures\n`)

function readReport(set: string): Report | null {
  const file = resolve(values.street, `${set}.json`)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : null
}

/** A line for every folder that `npm run bench:accuracy` left. */
function realClips(): { label: string; score: Score }[] {
  const truth = resolve(values.data, 'truth')
  const root = resolve(values.accuracy)
  if (!existsSync(truth) || !existsSync(root)) return []
  return readdirSync(root)
    .filter((label) => label !== 'spoilt')
    .sort()
    .map((label) => ({ label, score: figures(evaluatePaths(truth, join(root, label))).all }))
    .filter(({ score }) => score.right + score.missed > 0)
}

function pictureName(sample: Sample, index: number): string {
  return `${String(index + 1).padStart(2, '0')}-${sample.good ? 'good' : 'bad'}-${sample.name}.jpg`
}

function page(language: Language, report: Report): string {
  const { rules, stories, conditions, falseDuring, all } = report.figures
  const t = TEXT[language]
  const rows = (scores: Readonly<Record<string, Score>>, words: (name: string) => string) =>
    Object.entries(scores).map(([name, score]) => row(words(name), score))
  const lines = [
    `# ${t.title}`,
    '',
    t.made(report),
    '',
    `![${t.startPlot}](accuracy/start-error.svg)`,
    '',
    `## ${t.aims}`,
    '',
    ...aims(report, language),
    '',
    `## ${t.perRule}`,
    '',
    ...heading(t.columns, t.rule),
    ...rows(rules, (rule) => ruleWords(rule, language)),
    row(`**${t.all}**`, all),
    '',
    `## ${t.perCondition}`,
    '',
    `![${t.conditionsPlot}](accuracy/conditions.svg)`,
    '',
    ...heading(t.columns, t.condition),
    ...rows(ordered(conditions), (name) => `\`${name}\` ${conditionWords(name, language)}`),
    '',
    `## ${t.perStory}`,
    '',
    ...heading(t.columns, t.story),
    ...rows(stories, (name) => `\`${name}\` ${storyWords(name, language)}`),
    '',
    `## ${t.falseDuring}`,
    '',
    ...falseTable(falseDuring, language),
    '',
    `## ${t.samples}`,
    '',
    t.legend,
    '',
    ...samples.flatMap((sample, i) => [
      `![${sample.name}](accuracy/${pictureName(sample, i)})`,
      '',
      sentence(sample, language),
      '',
    ]),
    ...elsewhere(language),
    `## ${t.again}`,
    '',
    '```sh',
    'npm run build',
    'npm run bench:street -- --set test',
    'npm run accuracy:page',
    '```',
    '',
  ]
  return lines.join('\n')
}

/** What we want of it, and what it reached; in harmless scenes every event is false. */
function aims({ figures: { all, clips, rules } }: Report, language: Language): string[] {
  const t = TEXT[language]
  const lowest = (of: (score: Score) => number | null) =>
    Math.min(...Object.values(rules).flatMap((score) => of(score) ?? []))
  const harmless = clips.filter(({ matches, missed }) => matches.length + missed.length === 0)
  const alarms = harmless.reduce((sum, { falseEvents }) => sum + falseEvents.length, 0)
  const seconds = (value: number | null) => (value === null ? '–' : `${value.toFixed(1)} s`)
  const rows: [string, string, string][] = [
    [t.lowestPrecision, '≥ 0.95', lowest(({ precision }) => precision).toFixed(2)],
    [t.lowestRecall, '≥ 0.95', lowest(({ recall }) => recall).toFixed(2)],
    [t.harmlessAlarms(harmless.length), '0', String(alarms)],
    [t.startMedian, '≤ 2 s', seconds(all.startErrorSecMedian)],
    [t.endMedian, '≤ 5 s', seconds(all.endErrorSecMedian)],
    [t.splitsMerges, '0', String(all.splits + all.merges)],
  ]
  return [
    `| ${t.aim} | ${t.wanted} | ${t.reached} |`,
    '|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ]
}

/** As the conditions are listed, not as they happened to come. */
function ordered<T>(conditions: Readonly<Record<string, T>>): Record<string, T> {
  const order = (name: string) => (CONDITION_NAMES as readonly string[]).indexOf(name)
  return Object.fromEntries(Object.entries(conditions).sort(([a], [b]) => order(a) - order(b)))
}

function elsewhere(language: Language): string[] {
  const t = TEXT[language]
  if (photo === null && real.length === 0) return []
  return [
    `## ${t.elsewhere}`,
    '',
    t.elsewhereAbout,
    '',
    ...heading(t.columns, t.set),
    ...(photo === null
      ? []
      : Object.entries(photo.figures.stories).map(([story, score]) =>
          row(`${t.photo}: ${story.replace('photo-', '')}`, score),
        )),
    ...real.map(({ label, score }) => row(`${t.clips}: ${label}`, score)),
    '',
  ]
}

function falseTable(falseDuring: Readonly<Record<string, number>>, language: Language): string[] {
  const t = TEXT[language]
  const entries = Object.entries(falseDuring)
  if (entries.length === 0) return [t.noFalse]
  return [
    `| ${t.during} | ${t.count} |`,
    '|---|---|',
    ...entries.map(([what, count]) => `| ${what} | ${count} |`),
  ]
}

function heading(columns: readonly string[], first: string): string[] {
  return [`| ${[first, ...columns].join(' | ')} |`, `|${'---|'.repeat(columns.length + 1)}`]
}

function row(name: string, s: Score): string {
  const ratio = (value: number | null) => (value === null ? '–' : value.toFixed(2))
  const seconds = (value: number | null) => (value === null ? '–' : value.toFixed(1))
  const error = (middle: number | null, p95: number | null) =>
    middle === null ? '–' : `${seconds(middle)} (${seconds(p95)})`
  const cells = [
    ...[name, s.right, s.false, s.missed, ratio(s.precision), ratio(s.recall), ratio(s.f1)],
    ...[
      error(s.startErrorSecMedian, s.startErrorSecP95),
      error(s.endErrorSecMedian, s.endErrorSecP95),
      s.splits,
      s.merges,
    ],
  ]
  return `| ${cells.join(' | ')} |`
}

function sentence({ evaluation, match, missed, falseEvent, good }: Sample, language: Language): string {
  const { story = '', condition = '' } = evaluation.scene ?? {}
  const scene = `${storyWords(story, language)}${language === 'zh' ? '；' : '; '}${conditionWords(condition, language)}`
  const off = (sec: number) => `${sec >= 0 ? '+' : '−'}${Math.abs(sec).toFixed(1)} s`
  const rule = (id: string) => (language === 'zh' ? (RULES_ZH[id] ?? id) : `\`${id}\``)
  const mark = good ? '✓' : '✗'
  if (match !== null) {
    const end = match.endErrorSec === null ? TEXT[language].open : off(match.endErrorSec)
    return `${mark} ${scene}. ${TEXT[language].told(rule(match.truth.rule), off(match.startErrorSec), end)}`
  }
  if (missed !== null)
    return `${mark} ${scene}. ${TEXT[language].missed(rule(missed.rule), missed.startSec, missed.endSec)}`
  if (falseEvent !== null)
    return `${mark} ${scene}. ${TEXT[language].imagined(rule(falseEvent.rule), falseEvent.startSec, falseEvent.during)}`
  return `${mark} ${scene}. ${TEXT[language].quiet}`
}
