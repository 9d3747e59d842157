/**
 * A random street and its people over a real desk: acts that begin, change and end, commands by anybody about anything,
 * repeated, mistaken and forged, clocks that run on, and a death in the middle of a transaction now and then.
 *
 * What is sensible comes from stories written by hand, not from the gateway's tables: most steps follow a story, the
 * others do whatever comes to mind.
 */
import { AlertDesk } from '../../gateway/alerts/desk.ts'
import type { DeskStorage } from '../../gateway/alerts/desk-store.ts'
import { Register } from '../../gateway/alerts/people.ts'
import type { Database } from '../../gateway/kit/database.ts'
import { isFault } from '../../gateway/kit/errors.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import type { EvidenceStatus, Grade, ViolationEvent } from '../../gateway/violations/event.ts'
import { PEOPLE } from '../stages/desk-fixture.ts'
import { SAMPLE_WALL_MS, sampleEvent } from '../stages/sample-event.ts'

type Outlet = ConstructorParameters<typeof AlertDesk>[1]

/** What a walk runs on: where the desk keeps its word, and where its messages go. */
export interface Ground {
  readonly kept: Database | DeskStorage
  readonly outlet: Outlet
  /** Every message that is durable, in order. */
  messages(): readonly ViolationEvent[]
  /** How an alert stands, without the desk: read by every step. */
  standing(eventId: string): Standing
}

export interface Standing {
  readonly state: string
  readonly revision: number
  /** Transitions and entries; what the box adds by itself when a cap turns up is none. */
  readonly deeds: number
}

export interface Tally {
  steps: number
  accepted: number
  refused: number
  deaths: number
  repeats: number
}

/** The people of the unit, strangers, the platform, the box, and whoever pretends. */
const ACTORS = [
  ...PEOPLE.map(({ personId }) => personId),
  'stranger',
  'seat',
  'officer-1',
  'officer-2',
  'seat',
]
const ROLES = [['person'], ['person', 'platform'], ['person', 'platform'], ['platform'], ['box']] as const
const STORIES = [
  'VERIFIED PERSUADING RECHECKING PERSISTING DISPATCHED ON_SITE ORDERED CASE_SUGGESTED FILED SERVED ENFORCING CLOSED ARCHIVED',
  'VERIFIED PERSUADING RECHECKING PERSISTING PERSUADING RECHECKING SELF_CORRECTED CLOSED ARCHIVED',
  'VERIFIED DISPATCHED RETURNED DISPATCHED ON_SITE ORDERED CASE_SUGGESTED NO_PENALTY CLOSED',
  'VERIFIED DISPATCHED ON_SITE ORDERED CASE_SUGGESTED NOT_FILED CLOSED',
  'AUTO_PERSUADING RECHECKING PERSISTING PENDING_REVIEW VERIFIED DISPATCHED ON_SITE CORRECTED CLOSED',
  'AUTO_PERSUADING RECHECKING SELF_CORRECTED CLOSED',
  'REJECTED CLOSED ARCHIVED',
  'VERIFIED SUSPENDED VERIFIED TRANSFERRED CLOSED',
  'EXPIRED VERIFIED PERSUADING SUSPENDED REVOKED CLOSED',
].map((story) => story.split(' '))
const ANYTHING = [...new Set(STORIES.flat()), 'NONSENSE']
const GRADES: readonly Grade[] = ['G0', 'G1', 'G1', 'G1', 'G2', 'G3', 'G4']
const STATUSES: readonly EvidenceStatus[] = [
  ...(['EVIDENCE_CANDIDATE', 'REVIEWED_PASS', 'EVIDENCE', 'REVIEWED_FAIL', 'LEAD'] as const),
]
const CERTIFICATES = ['cert-1', 'cert-2', 'cert-1', 'cert-3', 'cert-9']
const REASONS = ['NOT_A_VIOLATION', 'OTHER', 'DUPLICATE', 'BORED', '']
const SECOND_MS = 1_000

interface Walked {
  event: ViolationEvent
  story: readonly string[]
  /** Commands in a row that were refused. */
  stuck: number
  /** Ids of commands that were given for it. */
  readonly commands: string[]
}

class Death extends Error {}

export class Walk {
  #ground: Ground
  readonly #random: () => number
  readonly #pool: Walked[] = []
  readonly tally: Tally = { steps: 0, accepted: 0, refused: 0, deaths: 0, repeats: 0 }
  /** Every act that was ever raised, by its id. */
  readonly raised = new Map<string, ViolationEvent>()
  /** What was found wrong on the way. */
  readonly wrong: string[] = []
  #desk: AlertDesk
  #nowMs = SAMPLE_WALL_MS
  #serial = 0
  #puts = 0
  #deathAt = Number.POSITIVE_INFINITY

  constructor(ground: Ground, seed: number) {
    this.#ground = ground
    this.#random = seededRandom(seed)
    this.#desk = this.#open()
    for (let i = 0; i < 12; i++) this.#begin()
  }

  /** The walk goes on over ground that was closed and opened again. */
  over(ground: Ground): this {
    this.#ground = ground
    this.#desk = this.#open()
    return this
  }

  get desk(): AlertDesk {
    return this.#desk
  }

  /** One sequence: some steps over an act or two that are going on. */
  sequence(): void {
    const first = this.#one(this.#pool)
    const other = this.#one(this.#pool)
    const steps = 2 + this.#below(3)
    for (let i = 0; i < steps; i++) {
      this.#nowMs += this.#below(40) * SECOND_MS
      this.#step(this.#chance(0.8) ? first : other)
    }
    for (const done of new Set([first, other])) {
      // What nobody moves any more makes room for another act.
      const { state } = this.#ground.standing(done.event.eventId)
      const idle = ['CLOSED', 'ARCHIVED'].includes(state) ? this.#chance(0.7) : done.stuck >= 6
      if (!idle) continue
      this.#pool.splice(this.#pool.indexOf(done), 1)
      this.#begin()
    }
  }

  #step(act: Walked): void {
    const kind = this.#below(20)
    if (kind < 3) this.#judge(act)
    else if (kind === 3) this.#again(act)
    else if (kind === 4) this.#die(act)
    else if (kind < 8) this.#say(act)
    else this.#move(act)
  }

  #begin(): void {
    const name = `act-${++this.#serial}`
    const sealed = this.#chance(0.8)
    const event = sampleEvent(name, {
      ...{ grade: this.#one(GRADES), governanceMode: this.#chance(0.9) ? 'production' : 'test' },
      evidence: sealed ? { packageId: name, manifestHash: 'sha256:1', packages: [name] } : null,
      evidenceCaps: this.#chance(0.7) ? [] : ['DEVICE_NOT_REVIEWED'],
      objects: [{ class: 'unknown', role: this.#chance(0.9) ? 'attendant' : 'goods' }],
    })
    const act = { event, story: this.#one(STORIES), stuck: 0, commands: [] }
    this.#tell(act, event)
    this.#pool.push(act)
  }

  /** The judge says something new, the same once more, or that it is over. */
  #judge(act: Walked): void {
    const { event } = act
    const ends = this.#chance(0.3)
    const next: ViolationEvent = this.#chance(0.2)
      ? event
      : {
          ...event,
          ...{ revision: event.revision + 1, grade: this.#chance(0.8) ? event.grade : this.#one(GRADES) },
          durationSec: event.durationSec + 60,
          ...(ends ? { phase: 'END', endedAt: new Date(this.#nowMs).toISOString() } : { phase: 'UPDATE' }),
          detectionState: ends ? this.#one(['CLEARED', 'CLEARED', 'LOST', 'SUPPRESSED']) : 'ACTIVE',
          evidenceCaps: this.#chance(0.95) ? event.evidenceCaps : ['INTEGRITY_FAILED'],
        }
    this.#tell(act, next)
  }

  #tell(act: Walked, event: ViolationEvent): void {
    const before = this.#weigh(event.eventId)
    const known = this.raised.has(event.eventId) && event === act.event
    act.event = event
    this.raised.set(event.eventId, event)
    this.#desk.raise(event)
    const [revisions] = this.#weigh(event.eventId)
    const expected = known ? 0 : 1
    if (revisions - before[0] !== expected)
      this.wrong.push(`${event.eventId}: a fact made ${revisions - before[0]}`)
  }

  /** The next state of the story, or any. */
  #move(act: Walked): void {
    const { eventId } = act.event
    const { state } = this.#ground.standing(eventId)
    // Stories pass through the same state twice: from there either way may be taken.
    const at = this.#chance(0.5) ? act.story.indexOf(state) : act.story.lastIndexOf(state)
    const ahead = act.story[at + 1]
    const to = ahead !== undefined && this.#chance(0.88) ? ahead : this.#one(ANYTHING)
    const boxes = ['RECHECKING', 'PERSISTING', 'EXPIRED', 'AUTO_PERSUADING', 'PENDING_REVIEW']
    const sensible = this.#chance(0.9)
    const actor = sensible
      ? boxes.includes(to)
        ? { id: 'box', roles: ['box'] as const }
        : { id: this.#one(['seat', 'officer-1', 'officer-2']), roles: ['person', 'platform'] as const }
      : this.#anybody()
    if (to === 'RECHECKING' && this.#chance(0.9)) this.#nowMs += 300 * SECOND_MS
    const reasonCode = sensible ? this.#one(['OTHER', 'DUPLICATE']) : this.#one(REASONS)
    const details = this.#details(sensible)
    this.#command(act, (commandId) =>
      this.#desk.transition({ eventId, to, actor, reasonCode, details, commandId }),
    )
  }

  /** Grade, evidence, recusal, major incident. */
  #say(act: Walked): void {
    const { eventId } = act.event
    const actor = this.#anybody()
    const note = this.#chance(0.8) ? 'why' : undefined
    const what = this.#below(9)
    const reviewers = this.#chance(0.6)
      ? ['officer-1', 'officer-2']
      : [this.#one(ACTORS), this.#one(ACTORS), 'officer-1'].slice(this.#below(2))
    const { desk } = this
    this.#command(act, (commandId) => {
      const wish = { eventId, actor, note, commandId }
      if (what === 0) return desk.regrade({ ...wish, grade: this.#one(GRADES) })
      if (what === 1 && this.#chance(0.3)) return desk.recuse({ ...wish, personId: this.#one(ACTORS) })
      if (what === 2 && this.#chance(0.3)) return desk.declareMajor(wish)
      if (what === 3) return desk.tellMajor({ ...wish, tellTo: this.#one(ACTORS) })
      if (what === 4) return desk.receiveMajor(wish)
      const status = desk.get(eventId)!.event.evidenceStatus
      const to = this.#chance(0.7) ? STATUSES[STATUSES.indexOf(status) + 1]! : this.#one(STATUSES)
      const platform = { id: 'seat', roles: ['person', 'platform'] as const }
      return desk.judgeEvidence({
        ...wish,
        actor: this.#chance(0.7) ? platform : actor,
        to,
        reviewers,
        reasonCode: note,
      })
    })
  }

  /** A command that was given before comes again, for the same act or a wrong one. */
  #again(act: Walked): void {
    if (act.commands.length === 0) return
    const commandId = this.#one(act.commands)
    const aim = this.#chance(0.7) ? act : this.#one(this.#pool)
    const { eventId } = aim.event
    const before = this.#weigh(eventId)
    this.tally.repeats++
    try {
      this.#desk.transition({ eventId, to: this.#one(ANYTHING), actor: this.#anybody(), commandId })
    } catch (error) {
      if (!isFault(error)) throw error
    }
    if (String(this.#weigh(eventId)) !== String(before))
      this.wrong.push(`${eventId}: ${commandId} was done twice`)
  }

  /** The power goes in the middle of what is done next; then the desk is opened anew over what is kept. */
  #die(act: Walked): void {
    const before = this.#weigh(act.event.eventId)
    const said = act.event
    this.#deathAt = this.#puts + 1
    try {
      if (this.#chance(0.5)) this.#judge(act)
      else this.#move(act)
    } catch (error) {
      if (!(error instanceof Death)) throw error
      this.tally.deaths++
      const after = this.#weigh(act.event.eventId)
      if (String(after) !== String(before)) this.wrong.push(`${act.event.eventId}: half of it was kept`)
      act.event = said
      this.raised.set(said.eventId, said)
    }
    this.#deathAt = Number.POSITIVE_INFINITY
    this.#desk.close()
    this.#desk = this.#open()
  }

  #command(act: Walked, give: (commandId: string) => unknown): void {
    const { eventId } = act.event
    const commandId = `c-${++this.#serial}`
    const [revisions, deeds] = this.#weigh(eventId)
    this.tally.steps++
    try {
      give(commandId)
      this.tally.accepted++
      act.stuck = 0
      act.commands.push(commandId)
      const [revisionsNow, deedsNow] = this.#weigh(eventId)
      if (deedsNow !== deeds + 1) this.wrong.push(`${eventId}: ${commandId} left ${deedsNow - deeds} deeds`)
      if (revisionsNow > revisions + 1) this.wrong.push(`${eventId}: ${commandId} was told twice`)
    } catch (error) {
      if (!isFault(error)) throw error
      this.tally.refused++
      act.stuck++
      const now = this.#weigh(eventId)
      if (now[0] !== revisions || now[1] !== deeds)
        this.wrong.push(`${eventId}: refused, and yet it left a trace`)
    }
  }

  /** How many revisions there are, and how many deeds. */
  #weigh(eventId: string): [revisions: number, deeds: number] {
    const { revision, deeds } = this.#ground.standing(eventId)
    return [revision, deeds]
  }

  #details(sensible: boolean): Record<string, string> {
    const all = {
      persuasionId: `n-${this.#serial}`,
      deadlineAt: new Date(this.#nowMs + (sensible ? 240 : this.#below(240) - 120) * SECOND_MS).toISOString(),
      ...{ afterItemId: 'a-1', unitId: 'u-1', recordingId: 'r-1', caseNo: 'c-1', educationRef: 'e-1' },
      ...{
        certNo: this.#one(CERTIFICATES),
        approvedBy: this.#one(ACTORS),
        filingNo: 'f-1',
        recheckItemId: 'i-1',
      },
      reviewAt: new Date(this.#nowMs + 86_400 * SECOND_MS).toISOString(),
    }
    if (sensible) return all
    return Object.fromEntries(Object.entries(all).filter(() => this.#chance(0.6)))
  }

  #anybody() {
    return { id: this.#one(ACTORS), roles: this.#one(ROLES) }
  }

  #open(): AlertDesk {
    const { kept, outlet } = this.#ground
    const register = new Register(
      () => PEOPLE,
      () => 480,
    )
    const mortal: Outlet = {
      put: (entry) => {
        const sequence = outlet.put(entry)
        if (++this.#puts >= this.#deathAt) throw new Death('the power is gone')
        return sequence
      },
      onSettled: (listener) => outlet.onSettled(listener),
    }
    const clock = { wallMs: () => this.#nowMs, monotonicMs: () => this.#nowMs }
    const autoPersuades = ({ eventId }: ViolationEvent) => eventId.charCodeAt(25) % 3 === 0
    return new AlertDesk(kept, mortal, clock, { register, autoPersuades })
  }

  #one<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!
  }

  #below = (limit: number): number => Math.floor(this.#random() * limit)
  #chance = (share: number): boolean => this.#random() < share
}
