/**
 * `lushao eval --truth TRUTH --events EVENTS`: two files, or a folder of truth files and a folder that holds
 * `<truth's name>/events.ndjson` for each of them.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { fault, reasonOf } from '../kit/errors.ts'
import { type Evaluation, evaluate, type FoundEvent, type Score, score, type Truth } from './evaluation.ts'
import { print } from './program.ts'

const TruthFile = z.object({
  video: z.string(),
  durationSec: z.number().positive(),
  events: z.array(
    z.object({ rule: z.string(), zoneId: z.string(), startSec: z.number(), endSec: z.number().nullable() }),
  ),
  nonEvents: z.array(z.object({ why: z.string(), startSec: z.number(), endSec: z.number() })).default([]),
  scene: z.object({ story: z.string(), condition: z.string(), supported: z.boolean() }).optional(),
})

const EventLine = z.object({
  eventId: z.string(),
  ruleId: z.string(),
  zoneId: z.string(),
  media: z.object({ startSec: z.number(), endSec: z.number().nullable() }),
})

export function addEval(program: Command): void {
  program
    .command('eval')
    .description('precision, recall, F1, start and end error of events against truth, per rule')
    .requiredOption('--truth <path>', 'a truth file, or a folder of them')
    .requiredOption('--events <path>', 'an events.ndjson, or a folder with <truth name>/events.ndjson')
    .option('--json', 'print figures as JSON')
    .action((options: { truth: string; events: string; json?: boolean }) => {
      const evaluations = evaluatePaths(options.truth, options.events)
      if (options.json) print(JSON.stringify(figures(evaluations), null, 1))
      else for (const line of table(evaluations)) print(line)
    })
}

export function evaluatePaths(truthPath: string, eventsPath: string): Evaluation[] {
  if (!statSync(truthPath, { throwIfNoEntry: false })?.isDirectory()) {
    return [evaluate(readTruth(truthPath), readEvents(eventsPath))]
  }
  const names = readdirSync(truthPath)
    .filter((name) => name.endsWith('.json'))
    .sort()
  return names.flatMap((name) => {
    const events = join(eventsPath, basename(name, '.json'), 'events.ndjson')
    return existsSync(events) ? [evaluate(readTruth(join(truthPath, name)), readEvents(events))] : []
  })
}

/** What `--json` prints. Scenes that the shipped network cannot support are listed, not counted. */
export interface Figures {
  readonly clips: readonly Evaluation[]
  readonly rules: Readonly<Record<string, Score>>
  readonly stories: Readonly<Record<string, Score>>
  readonly conditions: Readonly<Record<string, Score>>
  /** How many false events were told during what, most first. */
  readonly falseDuring: Readonly<Record<string, number>>
  readonly all: Score
}

export function figures(evaluations: readonly Evaluation[]): Figures {
  const counted = evaluations.filter(({ scene }) => scene?.supported !== false)
  return {
    clips: evaluations,
    rules: Object.fromEntries(rulesOf(counted).map((rule) => [rule, score(counted, rule)])),
    stories: grouped(counted, ({ scene }) => scene?.story),
    conditions: grouped(counted, ({ scene }) => scene?.condition),
    falseDuring: tally(counted.flatMap(({ falseEvents }) => falseEvents.map(({ during }) => during))),
    all: score(counted),
  }
}

function grouped(
  evaluations: readonly Evaluation[],
  keyOf: (one: Evaluation) => string | undefined,
): Record<string, Score> {
  const keys = [...new Set(evaluations.flatMap((one) => keyOf(one) ?? []))]
  return Object.fromEntries(keys.map((key) => [key, score(evaluations.filter((one) => keyOf(one) === key))]))
}

function tally(words: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || a.localeCompare(b)))
}

export function table(evaluations: readonly Evaluation[]): string[] {
  const { rules, stories, conditions, falseDuring, all } = figures(evaluations)
  const rows = (scores: Readonly<Record<string, Score>>) =>
    Object.entries(scores).map(([name, one]) => row(name, one))
  const scenes = Object.keys(stories).length > 0
  const during = Object.entries(falseDuring).map(([what, count]) => `| ${what} | ${count} |`)
  return [
    ...heading('clip or rule'),
    ...evaluations.map((one) =>
      row(one.scene?.supported === false ? `${one.video} (not counted)` : one.video, score([one])),
    ),
    ...rows(rules),
    row('**all**', all),
    ...(scenes
      ? ['', ...heading('story'), ...rows(stories), '', ...heading('condition'), ...rows(conditions)]
      : []),
    ...(during.length > 0 ? ['', '| false events during | |', '|---|---|', ...during] : []),
  ]
}

function heading(what: string): string[] {
  const columns = [
    ...[what, 'right', 'false', 'missed', 'precision', 'recall', 'F1'],
    ...['start error s (p95)', 'end error s (p95)', 'splits', 'merges'],
  ]
  return [`| ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length)}`]
}

function row(name: string, s: Score): string {
  const ratio = (value: number | null) => (value === null ? '–' : value.toFixed(2))
  const seconds = (value: number | null) => (value === null ? '–' : value.toFixed(1))
  return `| ${[
    name,
    s.right,
    s.false,
    s.missed,
    ratio(s.precision),
    ratio(s.recall),
    ratio(s.f1),
    `${seconds(s.startErrorSecMedian)} (${seconds(s.startErrorSecP95)})`,
    `${seconds(s.endErrorSecMedian)} (${seconds(s.endErrorSecP95)})`,
    s.splits,
    s.merges,
  ].join(' | ')} |`
}

function rulesOf(evaluations: readonly Evaluation[]): string[] {
  const rules = evaluations.flatMap((one) => [
    ...one.matches.map((match) => match.truth.rule),
    ...one.falseEvents.map((event) => event.rule),
    ...one.missed.map((event) => event.rule),
  ])
  return [...new Set(rules)].sort()
}

function readTruth(path: string): Truth {
  try {
    return TruthFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw fault('FILE_UNREADABLE', { path, reason: reasonOf(error) }, error)
  }
}

/** The last revision of each event is its final state. */
function readEvents(path: string): FoundEvent[] {
  const last = new Map<string, FoundEvent>()
  try {
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      if (line.trim() === '') continue
      const event = EventLine.parse(JSON.parse(line))
      last.set(event.eventId, {
        ...event.media,
        eventId: event.eventId,
        rule: event.ruleId,
        zoneId: event.zoneId,
      })
    }
  } catch (error) {
    throw fault('FILE_UNREADABLE', { path, reason: reasonOf(error) }, error)
  }
  return [...last.values()]
}
