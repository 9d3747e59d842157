/**
 * Truth against events: which acts were found, which were imagined, how far off the times are.
 *
 *     truth  [rule, zone, start … end]  ─┐  IoU of the time intervals ≥ 0.5, same rule and zone,
 *     events [rule, zone, start … end]  ─┘  one to one, best first  ─▶ right, false, missed
 *
 * Seconds are media seconds of the file. An end of null means that the act goes on when the input ends.
 */
export interface TruthEvent {
  readonly rule: string
  readonly zoneId: string
  readonly startSec: number
  readonly endSec: number | null
}
export interface Truth {
  readonly video: string
  readonly durationSec: number
  readonly events: readonly TruthEvent[]
}
export interface FoundEvent extends TruthEvent {
  readonly eventId: string
}

export interface Match {
  readonly truth: TruthEvent
  readonly found: FoundEvent
  readonly startErrorSec: number
  /** null when either side goes on at the end of the input. */
  readonly endErrorSec: number | null
}
export interface Evaluation {
  readonly video: string
  readonly matches: readonly Match[]
  readonly falseEvents: readonly FoundEvent[]
  readonly missed: readonly TruthEvent[]
}
export interface Score {
  readonly right: number
  readonly false: number
  readonly missed: number
  /** null where nothing was said (precision) or nothing was there (recall). */
  readonly precision: number | null
  readonly recall: number | null
  readonly f1: number | null
  readonly startErrorSecMedian: number | null
  readonly endErrorSecMedian: number | null
}

const IOU_MIN = 0.5

export function evaluate(truth: Truth, found: readonly FoundEvent[]): Evaluation {
  const pairs = truth.events.flatMap((wanted) =>
    found
      .filter((event) => event.rule === wanted.rule && event.zoneId === wanted.zoneId)
      .map((event) => ({ wanted, event, iou: timeIou(wanted, event, truth.durationSec) })),
  )
  pairs.sort((a, b) => b.iou - a.iou)

  const takenTruth = new Set<TruthEvent>()
  const takenFound = new Set<FoundEvent>()
  const matches: Match[] = []
  for (const { wanted, event, iou } of pairs) {
    if (iou < IOU_MIN || takenTruth.has(wanted) || takenFound.has(event)) continue
    takenTruth.add(wanted)
    takenFound.add(event)
    matches.push({
      truth: wanted,
      found: event,
      startErrorSec: round(event.startSec - wanted.startSec),
      endErrorSec:
        wanted.endSec === null || event.endSec === null ? null : round(event.endSec - wanted.endSec),
    })
  }
  return {
    video: truth.video,
    matches,
    falseEvents: found.filter((event) => !takenFound.has(event)),
    missed: truth.events.filter((event) => !takenTruth.has(event)),
  }
}

/** Counts over any number of clips; `rule` narrows to one rule. */
export function score(evaluations: readonly Evaluation[], rule?: string): Score {
  const ofRule = (event: TruthEvent) => rule === undefined || event.rule === rule
  const matches = evaluations.flatMap((one) => one.matches.filter((match) => ofRule(match.truth)))
  const falseCount = evaluations.flatMap((one) => one.falseEvents.filter(ofRule)).length
  const missedCount = evaluations.flatMap((one) => one.missed.filter(ofRule)).length
  const right = matches.length
  const precision = right + falseCount > 0 ? right / (right + falseCount) : null
  const recall = right + missedCount > 0 ? right / (right + missedCount) : null
  return {
    right,
    false: falseCount,
    missed: missedCount,
    precision,
    recall,
    f1:
      precision !== null && recall !== null && precision + recall > 0
        ? (2 * precision * recall) / (precision + recall)
        : null,
    startErrorSecMedian: median(matches.map((match) => Math.abs(match.startErrorSec))),
    endErrorSecMedian: median(
      matches.flatMap((match) => (match.endErrorSec === null ? [] : [Math.abs(match.endErrorSec)])),
    ),
  }
}

function timeIou(a: TruthEvent, b: TruthEvent, durationSec: number): number {
  const aEnd = a.endSec ?? durationSec
  const bEnd = b.endSec ?? durationSec
  const common = Math.min(aEnd, bEnd) - Math.max(a.startSec, b.startSec)
  const whole = Math.max(aEnd, bEnd) - Math.min(a.startSec, b.startSec)
  return whole > 0 ? Math.max(0, common) / whole : 0
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return round(sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2)
}

const round = (sec: number): number => Math.round(sec * 1000) / 1000
