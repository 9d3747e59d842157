/**
 * Truth against events: which acts were found, which were imagined, how far off the times are.
 *
 *     truth  [rule, zone, start … end]  ─┐  IoU of the time intervals ≥ 0.5, same rule and zone,
 *     events [rule, zone, start … end]  ─┘  one to one, best first  ─▶ right, false, missed
 *
 * Seconds are media seconds of the file. An end of null means that the act goes on when the input ends. A split is an
 * act told as two, a merge two acts told as one; both cost a false event or a missed act as well.
 */
export interface TruthEvent {
  readonly rule: string
  readonly zoneId: string
  readonly startSec: number
  readonly endSec: number | null
}
export interface NonEvent {
  readonly why: string
  readonly startSec: number
  readonly endSec: number
}
/** Which scene of the test street a clip shows. */
export interface SceneOfClip {
  readonly story: string
  readonly condition: string
  /** False: the shipped network lacks the classes; the clip is shown, not counted. */
  readonly supported: boolean
}
export interface Truth {
  readonly video: string
  readonly durationSec: number
  readonly events: readonly TruthEvent[]
  readonly nonEvents?: readonly NonEvent[]
  readonly scene?: SceneOfClip | undefined
}
export interface FoundEvent extends TruthEvent {
  readonly eventId: string
}
export interface FalseEvent extends FoundEvent {
  /** What was going on: an act that was told as another, something harmless, or nothing. */
  readonly during: string
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
  readonly scene: SceneOfClip | null
  readonly matches: readonly Match[]
  readonly falseEvents: readonly FalseEvent[]
  readonly missed: readonly TruthEvent[]
  /** Events that lie within an act beside the first of them. */
  readonly splits: readonly TruthEvent[]
  /** Acts that lie within an event beside the first of them. */
  readonly merges: readonly TruthEvent[]
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
  readonly startErrorSecP95: number | null
  readonly endErrorSecMedian: number | null
  readonly endErrorSecP95: number | null
  readonly splits: number
  readonly merges: number
}

const IOU_MIN = 0.5
/** An event belongs to an act, or an act to an event, when so much of the shorter lies within the other. */
const WITHIN_SHARE = 0.5

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
  const falseEvents = found.filter((event) => !takenFound.has(event))
  return {
    video: truth.video,
    scene: truth.scene ?? null,
    matches,
    falseEvents: falseEvents.map((event) => ({ ...event, during: goingOn(event, truth) })),
    missed: truth.events.filter((event) => !takenTruth.has(event)),
    splits: extraWithin(truth.events, found, truth.durationSec),
    merges: extraWithin(found, truth.events, truth.durationSec),
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
  const starts = matches.map((match) => Math.abs(match.startErrorSec))
  const ends = matches.flatMap(({ endErrorSec }) => (endErrorSec === null ? [] : [Math.abs(endErrorSec)]))
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
    startErrorSecMedian: median(starts),
    startErrorSecP95: quantile(starts, 0.95),
    endErrorSecMedian: median(ends),
    endErrorSecP95: quantile(ends, 0.95),
    splits: evaluations.flatMap((one) => one.splits.filter(ofRule)).length,
    merges: evaluations.flatMap((one) => one.merges.filter(ofRule)).length,
  }
}

/** Which of `parts` lie within some one of `wholes`, beside the first of each. */
function extraWithin(
  wholes: readonly TruthEvent[],
  parts: readonly TruthEvent[],
  durationSec: number,
): TruthEvent[] {
  return wholes.flatMap((whole) => {
    const inside = parts.filter((part) => {
      const sharedSec = commonSec(whole, part, durationSec)
      const same = part.rule === whole.rule && part.zoneId === whole.zoneId
      return same && sharedSec > 0 && sharedSec >= WITHIN_SHARE * lengthSec(part, durationSec)
    })
    return inside.slice(1)
  })
}

/** Passers are everywhere: whatever else goes on explains an event sooner. */
const PASSING: readonly string[] = ['walks through', 'stops for a moment']
/** An event may be dated so far beside what caused it. */
const BESIDE_SEC = 3

function goingOn(event: TruthEvent, { events, nonEvents = [], durationSec }: Truth): string {
  const { startSec, endSec } = event
  const wide = { ...event, startSec: startSec - BESIDE_SEC, endSec: (endSec ?? durationSec) + BESIDE_SEC }
  const acts = events.map((act) => ({ ...act, why: act.rule === event.rule ? 'the act itself' : act.rule }))
  const harmless = nonEvents.map((one) => ({ ...one, rule: '', zoneId: '' }))
  const notable = harmless.filter(({ why }) => !PASSING.includes(why))
  const first = [...acts, ...notable, ...harmless].find((one) => commonSec(one, wide, durationSec) > 0)
  return first?.why ?? 'an empty street'
}

const lengthSec = ({ startSec, endSec }: TruthEvent, durationSec: number): number =>
  (endSec ?? durationSec) - startSec

function commonSec(a: TruthEvent, b: TruthEvent, durationSec: number): number {
  return Math.min(a.endSec ?? durationSec, b.endSec ?? durationSec) - Math.max(a.startSec, b.startSec)
}

function timeIou(a: TruthEvent, b: TruthEvent, durationSec: number): number {
  const whole = Math.max(a.endSec ?? durationSec, b.endSec ?? durationSec) - Math.min(a.startSec, b.startSec)
  return whole > 0 ? Math.max(0, commonSec(a, b, durationSec)) / whole : 0
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return round(sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2)
}

/** The value that this share of all does not exceed. */
function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  return round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!)
}

const round = (sec: number): number => Math.round(sec * 1000) / 1000
