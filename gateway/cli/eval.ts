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

function figures(evaluations: readonly Evaluation[]): unknown {
  const rules = Object.fromEntries(rulesOf(evaluations).map((rule) => [rule, score(evaluations, rule)]))
  return { clips: evaluations, rules, all: score(evaluations) }
}

export function table(evaluations: readonly Evaluation[]): string[] {
  const rows = evaluations.map((one) => row(one.video, score([one])))
  const perRule = rulesOf(evaluations).map((rule) => row(rule, score(evaluations, rule)))
  return [
    '| clip or rule | right | false | missed | precision | recall | F1 | start error s | end error s |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows,
    ...perRule,
    row('**all**', score(evaluations)),
  ]
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
    seconds(s.startErrorSecMedian),
    seconds(s.endErrorSecMedian),
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
