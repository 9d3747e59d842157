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
import { evaluatePaths, type Figures, figures } from '../../gateway/cli/eval.ts'
import type { Score } from '../../gateway/cli/evaluation.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { chooseSamples, type Sample, stillOf } from './accuracy-pictures.ts'
import { conditionsPlot, startErrorPlot } from './accuracy-plots.ts'
import { conditionWords, type Language, RULES_ZH, ruleWords, storyWords } from './accuracy-words.ts'

interface Report {
  readonly set: string
  readonly scenes: number
  readonly rate: number
  readonly model: string
  readonly machine: string
  readonly cpuSec: number
  readonly figures: Figures
}

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
writeFileSync(join(pictures, 'conditions.svg'), conditionsPlot(street.figures))
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
    ...rows(conditions, (name) => `\`${name}\` ${conditionWords(name, language)}`),
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

const TEXT = {
  en: {
    title: 'Accuracy on the test street',
    made: ({ scenes, rate, model, machine, cpuSec }: Report) =>
      `${scenes} drawn scenes of 70 to 150 seconds, 640×360 at 8 pictures a second, over every rule and the harmless things that resemble them; seeds that neither training nor tuning has seen. Looked at ${rate} times a second, model: ${model}. An event is right when rule and zone agree and the time intervals overlap by half of their union; times are medians, in brackets the 95th percentile. All dwells are 20 s. ${machine}; ${cpuSec} CPU seconds in all. Drawn scenes show where rules and times go wrong; they do not say how often a network fails on a street of yours: measure there with \`lushao eval\`.`,
    startPlot: 'start error of each event by rule: dots, and the median in red',
    conditionsPlot: 'recall and false events by condition',
    perRule: 'By rule',
    perCondition: 'By condition',
    perStory: 'By story',
    falseDuring: 'False events, by what was going on',
    noFalse: 'None.',
    samples: 'Samples',
    legend: 'Blue: zones. White, dashed: the act as it was drawn. Red: what was told.',
    elsewhere: 'Photographs and real clips',
    elsewhereAbout:
      'Scenes pasted together from photographs, and clips of real streets: figures only, the pictures belong to others.',
    again: 'Measure it again',
    columns: [
      'right',
      'false',
      'missed',
      'precision',
      'recall',
      'F1',
      'start error s',
      'end error s',
      'splits',
      'merges',
    ],
    rule: 'rule',
    condition: 'condition',
    story: 'story',
    set: 'set',
    all: 'all',
    during: 'during',
    count: 'events',
    photo: 'photographs',
    clips: 'clips',
    open: 'not ended',
    quiet: 'Nothing was told, and rightly.',
    told: (rule: string, start: string, end: string) => `Told as ${rule}: start ${start}, end ${end}.`,
    missed: (rule: string, from: number, to: number | null) =>
      `Missed: ${rule} from ${from} s to ${to ?? 'the end'} s.`,
    imagined: (rule: string, from: number, during: string) =>
      `Told as ${rule} from ${from.toFixed(1)} s on, while: ${during}.`,
  },
  zh: {
    title: '测试街道上的准确度',
    made: ({ scenes, rate, model, machine, cpuSec }: Report) =>
      `${scenes} 个绘制场景，每个 70 至 150 秒，640×360，每秒 8 帧，覆盖全部规则及易混淆的无害情形；所用随机种子未用于训练和调参。每秒查看 ${rate} 次，模型：${model}。规则与区域一致、时间区间交并比不低于 0.5 计为正确；时间误差为中位数，括号内为第 95 百分位。停留时间一律 20 秒。${machine}；共用 ${cpuSec} CPU 秒。绘制场景用来查找规则与计时的错误，不代表在实际街道上的准确度：请用 \`lushao eval\` 在现场测量。`,
    startPlot: '各规则开始时间误差，红线为中位数',
    conditionsPlot: '各条件下的召回率与误报',
    perRule: '按规则',
    perCondition: '按条件',
    perStory: '按情节',
    falseDuring: '误报时正在发生什么',
    noFalse: '无。',
    samples: '示例',
    legend: '蓝线：区域。白色虚线：实际行为。红框：系统报告。',
    elsewhere: '照片合成与真实片段',
    elsewhereAbout: '用照片拼接的场景和真实街道片段：只列数字，图像属他人所有。',
    again: '重新测量',
    columns: ['正确', '误报', '漏报', '精确率', '召回率', 'F1', '开始误差 s', '结束误差 s', '拆分', '合并'],
    rule: '规则',
    condition: '条件',
    story: '情节',
    set: '集合',
    all: '合计',
    during: '当时',
    count: '事件数',
    photo: '照片',
    clips: '片段',
    open: '未结束',
    quiet: '没有报告，正确。',
    told: (rule: string, start: string, end: string) => `报告为${rule}：开始 ${start}，结束 ${end}。`,
    missed: (rule: string, from: number, to: number | null) =>
      `漏报：${rule}，${from} 秒至 ${to ?? '片尾'} 秒。`,
    imagined: (rule: string, from: number, during: string) =>
      `自 ${from.toFixed(1)} 秒起误报为${rule}，当时：${during}。`,
  },
} as const
