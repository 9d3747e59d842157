/**
 * Figures of a period, made from the append-only log and from nothing else [R91, R9].
 *
 *     revisions, transitions, links, each up to a mark ─▶ one fact sheet an act (its primary event) ─▶ counts, times
 *
 * The same marks give the same figures for ever: what is corrected later lies beyond them. Acts are counted, not events:
 * what was merged counts once, what was split counts twice. A verdict that was taken back counts as never given. Places are compared, people never are; who dismissed what is
 * for supervisors alone [R75]. Shares of the tiers are an indicator, not a quota [R10].
 */
import type { Database, Row, Statement } from '../kit/database.ts'
import type { Grade, HandlingTier, RuleId } from '../violations/event.ts'
import type { ActLinks } from './act-links.ts'
import type { AlertState } from './lifecycle.ts'
import { standing } from './undo.ts'

export interface Period {
  /** Acts that began at or after. */
  readonly fromMs: number
  /** And before. */
  readonly toMs: number
}

/** How far the log had been written when figures were made. */
export interface LogMark {
  readonly revision: number
  readonly transition: number
  readonly link: number
}

/** What is counted of one act. */
export interface ActFacts {
  readonly eventId: string
  /** Events of the act, this one included. */
  readonly events: number
  readonly ruleId: RuleId
  readonly cameraId: string
  readonly zoneId: string
  readonly startedMs: number
  /** Hour of the day at the place, 0 to 23. */
  readonly hour: number
  readonly grade: Grade
  /** The tier that was used, when somebody said so at the end; otherwise the one proposed. */
  readonly tier: HandlingTier
  readonly state: string
  readonly selfCorrected: boolean
  readonly dismissal: { readonly reason: string; readonly by: string } | null
  readonly discoverSec: number
  readonly verifySec: number | null
  readonly correctSec: number | null
}

export interface Spread {
  readonly count: number
  readonly medianSec: number | null
  readonly p90Sec: number | null
}

export interface Figures {
  readonly acts: number
  readonly events: number
  readonly byRule: Readonly<Record<string, number>>
  readonly byPlace: Readonly<Record<string, number>>
  readonly byHour: readonly number[]
  readonly byGrade: Readonly<Record<string, number>>
  readonly byState: Readonly<Record<string, number>>
  /** An indicator of how acts are met, never a quota. Dismissed ones do not count. */
  readonly byTier: Readonly<Record<HandlingTier, number>>
  readonly selfCorrected: number
  /** Acts that were not dismissed: what shares are shares of. */
  readonly upheld: number
  readonly dismissed: number
  readonly dismissedByReason: Readonly<Record<string, number>>
  /** From the act's beginning to its alert. */
  readonly discover: Spread
  /** From its alert to a person's word. */
  readonly verify: Spread
  /** From its alert to corrected, by themselves or otherwise. */
  readonly correct: Spread
}

const HOUR_MS = 3_600_000
const DISMISSED = ['REJECTED', 'REVOKED']
const CORRECTED = ['SELF_CORRECTED', 'CORRECTED']

export class Statistics {
  readonly #links: ActLinks
  readonly #offsetMinutes: () => number
  readonly #mark: Statement
  readonly #begun: Statement
  readonly #latest: Statement
  readonly #past: Statement

  constructor(parts: {
    readonly database: Database
    readonly links: ActLinks
    readonly offsetMinutes: () => number
  }) {
    const prepare = (sql: string) => parts.database.prepare(sql)
    this.#links = parts.links
    this.#offsetMinutes = parts.offsetMinutes
    this.#mark = prepare(
      `SELECT (SELECT coalesce(max(rowid), 0) FROM event_revision) AS revision,
         (SELECT coalesce(max(number), 0) FROM alert_transition) AS transition,
         (SELECT coalesce(max(number), 0) FROM act_link) AS link`,
    )
    this.#begun = prepare(
      `SELECT eventId, ruleId, cameraId, startedMs, raisedMs FROM alert
       WHERE startedMs >= ? AND startedMs < ? ORDER BY startedMs, eventId`,
    )
    this.#latest = prepare(
      `SELECT json_extract(body, '$.zoneId') AS zoneId, json_extract(body, '$.grade') AS grade,
         json_extract(body, '$.handlingTier') AS tier
       FROM event_revision WHERE eventId = ? AND rowid <= ? ORDER BY revision DESC LIMIT 1`,
    )
    this.#past = prepare('SELECT * FROM alert_transition WHERE eventId = ? AND number <= ? ORDER BY number')
  }

  /** The log as it stands now. */
  mark(): LogMark {
    const row = this.#mark.get()!
    return {
      revision: Number(row['revision']),
      transition: Number(row['transition']),
      link: Number(row['link']),
    }
  }

  /** One sheet for every act that began in the period, as the log up to the mark has it. */
  facts({ fromMs, toMs }: Period, mark: LogMark = this.mark()): ActFacts[] {
    const forest = this.#links.forestAt(mark.link)
    const events = eventsByRoot(forest)
    return this.#begun.all(fromMs, toMs).flatMap((row) => {
      const eventId = String(row['eventId'])
      const latest = forest.has(eventId) ? undefined : this.#latest.get(eventId, mark.revision)
      if (latest === undefined) return []
      const past = this.#past.all(eventId, mark.transition)
      return [{ ...this.#sheet(row, latest, past), events: 1 + (events.get(eventId) ?? 0) }]
    })
  }

  figures(period: Period, mark?: LogMark): Figures {
    return figuresOf(this.facts(period, mark))
  }

  #sheet(row: Row, latest: Row, log: readonly Row[]): Omit<ActFacts, 'events'> {
    const startedMs = Number(row['startedMs'])
    const raisedMs = Number(row['raisedMs'])
    const past = standing(log.map(toldOf))
    const entered = (states: readonly string[]) => past.find(({ to }) => states.includes(to))
    const since = (one: Told | undefined) => (one ? (one.atMs - raisedMs) / 1000 : null)
    const dismissed = entered(DISMISSED)
    const tierUsed = past.findLast(({ details }) => details['tierUsed'] !== undefined)?.details['tierUsed']
    const localMs = startedMs + this.#offsetMinutes() * 60_000
    return {
      eventId: String(row['eventId']),
      ruleId: String(row['ruleId']) as RuleId,
      cameraId: String(row['cameraId']),
      zoneId: String(latest['zoneId']),
      startedMs,
      hour: Math.floor(localMs / HOUR_MS) % 24,
      grade: String(latest['grade']) as Grade,
      tier: (tierUsed ?? String(latest['tier'])) as HandlingTier,
      state: past.at(-1)?.to ?? '',
      selfCorrected: entered(['SELF_CORRECTED']) !== undefined,
      dismissal: dismissed ? { reason: String(dismissed.reasonCode), by: dismissed.by } : null,
      discoverSec: (raisedMs - startedMs) / 1000,
      verifySec: since(entered(['VERIFIED', 'REJECTED'])),
      correctSec: since(entered(CORRECTED)),
    }
  }
}

/** [R75] Dismissals of each person by reason; for supervisors, and in no order but the alphabet's. */
export function dismissalsByPerson(facts: readonly ActFacts[]): Record<string, Record<string, number>> {
  const people: Record<string, Record<string, number>> = {}
  const dismissals = facts.flatMap(({ dismissal }) => dismissal ?? [])
  for (const by of [...new Set(dismissals.map((one) => one.by))].sort()) {
    people[by] = counted(dismissals.filter((one) => one.by === by).map(({ reason }) => reason))
  }
  return people
}

function figuresOf(facts: readonly ActFacts[]): Figures {
  const upheld = facts.filter(({ dismissal }) => dismissal === null)
  const tiers = counted(upheld.map(({ tier }) => tier))
  const dismissals = facts.flatMap(({ dismissal }) => dismissal ?? [])
  const byHour = Array.from({ length: 24 }, () => 0)
  for (const { hour } of facts) byHour[hour]!++
  return {
    acts: facts.length,
    events: facts.reduce((sum, { events }) => sum + events, 0),
    byRule: counted(facts.map(({ ruleId }) => ruleId)),
    byPlace: counted(facts.map(({ cameraId, zoneId }) => `${cameraId}/${zoneId}`)),
    byHour,
    byGrade: counted(facts.map(({ grade }) => grade)),
    byState: counted(facts.map(({ state }) => state)),
    byTier: {
      SERVICE: tiers['SERVICE'] ?? 0,
      MANAGEMENT: tiers['MANAGEMENT'] ?? 0,
      ENFORCEMENT: tiers['ENFORCEMENT'] ?? 0,
    },
    selfCorrected: upheld.filter(({ selfCorrected }) => selfCorrected).length,
    upheld: upheld.length,
    dismissed: dismissals.length,
    dismissedByReason: counted(dismissals.map(({ reason }) => reason)),
    discover: spreadOf(facts.map(({ discoverSec }) => discoverSec)),
    verify: spreadOf(facts.flatMap(({ verifySec }) => verifySec ?? [])),
    correct: spreadOf(facts.flatMap(({ correctSec }) => correctSec ?? [])),
  }
}

/** Nearest rank: a value that was measured, never one between two. */
function spreadOf(seconds: readonly number[]): Spread {
  const sorted = [...seconds].sort((one, other) => one - other)
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null
  return { count: sorted.length, medianSec: rank(0.5), p90Sec: rank(0.9) }
}

/** In the order of the alphabet, so that the same facts are the same text. */
function counted(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of [...words].sort()) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

function eventsByRoot(forest: ReadonlyMap<string, string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const child of forest.keys()) {
    let root = child
    for (let above = forest.get(root); above !== undefined; above = forest.get(root)) root = above
    counts.set(root, (counts.get(root) ?? 0) + 1)
  }
  return counts
}

type Told = ReturnType<typeof toldOf>

function toldOf(row: Row) {
  const { toState, reasonCode, actor, atMs, details } = row
  return {
    to: String(toState) as AlertState,
    reasonCode: reasonCode === null ? null : String(reasonCode),
    by: String(actor),
    atMs: Number(atMs),
    details: JSON.parse(String(details)) as Record<string, string>,
  }
}
