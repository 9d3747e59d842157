/**
 * A hundred thousand random sequences of commands and events over the real desk, its guards and its three tables: no
 * illegal state, no lost or doubled act, no way to a case without notice and re-check, nothing that left no trace.
 *
 * The walks run over plain memory; the same walks over SQLite give the same histories. Seeded: what is wrong names its
 * seed; set JUDGEMENT_SEED to walk it again.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type DeskStorage, DeskStore } from '../../gateway/alerts/desk-store.ts'
import { Database } from '../../gateway/kit/database.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { temporaryFolder } from '../stages/evidence-footage.ts'
import { wrongIn } from './judgement-oracle.ts'
import { type Ground, type Standing, Walk } from './judgement-walk.ts'
import { MemoryStore } from './memory-store.ts'

// Most commands are refused, as they should be: a stack for each would cost more than the walk.
Error.stackTraceLimit = 0

const SEED = Number(process.env['JUDGEMENT_SEED'] ?? 20_260_101)
const SEQUENCES = Number(process.env['JUDGEMENT_SEQUENCES'] ?? 100_000)
const SEQUENCES_A_WALK = 500
/** The paths that must have been walked, or the walk proves nothing. */
const REACHED = [
  ...[
    'CASE_SUGGESTED',
    'FILED',
    'SERVED',
    'NO_PENALTY',
    'NOT_FILED',
    'SELF_CORRECTED',
    'PERSISTING',
    'ORDERED',
  ],
  ...[
    'SUSPENDED',
    'REVOKED',
    'TRANSFERRED',
    'RETURNED',
    'EXPIRED',
    'AUTO_PERSUADING',
    'ARCHIVED',
    'REJECTED',
  ],
]

function memoryGround(): Ground {
  const kept = new MemoryStore()
  const messages: ViolationEvent[] = []
  return {
    kept,
    outlet: {
      put({ data }) {
        kept.undoable(() => messages.pop())
        return messages.push(data as ViolationEvent)
      },
      onSettled: () => () => {},
    },
    messages: () => messages,
    standing: (eventId) => standingIn(kept, eventId),
  }
}

function databaseGround(file: string): Ground & { close(): void } {
  const database = new Database(file)
  const clock = { wallMs: () => 0, monotonicMs: () => 0 }
  const outbox = new Outbox(database, OutboxOptions.parse({}), clock, silentLog)
  const store = new DeskStore(database)
  return {
    kept: database,
    outlet: outbox,
    messages: () => outbox.due(100_000).map(({ data }) => data as ViolationEvent),
    standing: (eventId) => standingIn(store, eventId),
    close: () => database.close(),
  }
}

function standingIn(store: DeskStorage, eventId: string): Standing {
  const { state = '', revision = 0 } = store.get(eventId) ?? {}
  const entries = store.entries(eventId).filter(({ actor }) => actor.id !== 'box').length
  return { state, revision, deeds: store.transitions(eventId).length + entries }
}

/** Everything that is wrong after a walk, and which states were reached. */
function looked(walk: Walk, ground: Ground): { wrong: string[]; reached: string[]; evidence: string[] } {
  const sent = new Map<string, ViolationEvent[]>()
  for (const message of ground.messages()) {
    const told = sent.get(message.eventId)
    if (told) told.push(message)
    else sent.set(message.eventId, [message])
  }
  const wrong = [...walk.wrong]
  const reached: string[] = []
  const evidence: string[] = []
  for (const [eventId, event] of walk.raised) {
    const history = walk.desk.history(eventId)
    wrong.push(...wrongIn(history, event, sent.get(eventId) ?? []))
    reached.push(...history.transitions.map(({ to }) => to))
    evidence.push(history.revisions.at(-1)!.evidenceStatus)
  }
  return { wrong, reached, evidence }
}

test(`[R6, R35, R38, R60, R74] ${SEQUENCES} sequences: nothing that must not be`, {
  timeout: 300_000,
}, () => {
  const reached = new Map<string, number>()
  const tally = { steps: 0, accepted: 0, refused: 0, deaths: 0, repeats: 0 }
  for (let at = 0; at < SEQUENCES / SEQUENCES_A_WALK; at++) {
    const ground = memoryGround()
    const walk = new Walk(ground, SEED + at)
    for (let sequence = 0; sequence < SEQUENCES_A_WALK; sequence++) walk.sequence()
    const found = looked(walk, ground)
    expect(found.wrong.slice(0, 5), `seed ${SEED + at}`).toEqual([])
    for (const state of [...found.reached, ...found.evidence])
      reached.set(state, (reached.get(state) ?? 0) + 1)
    for (const key of Object.keys(tally) as (keyof typeof tally)[]) tally[key] += walk.tally[key]
  }
  if (process.env['JUDGEMENT_TALLY']) process.stdout.write(`${JSON.stringify([tally, [...reached]])}\n`)
  for (const state of REACHED) expect([state, (reached.get(state) ?? 0) >= 100]).toEqual([state, true])
  expect(reached.get('EVIDENCE')).toBeGreaterThan(20)
  expect(tally.deaths).toBeGreaterThan(1_000)
  expect(tally.repeats).toBeGreaterThan(1_000)
})

test('[R60, R67] the same walk over SQLite leaves the same past', () => {
  for (const seed of [SEED, SEED + 1]) {
    const grounds = [memoryGround(), databaseGround(':memory:')]
    const pasts = grounds.map((ground) => {
      const walk = new Walk(ground, seed)
      for (let sequence = 0; sequence < 150; sequence++) walk.sequence()
      expect(looked(walk, ground).wrong).toEqual([])
      return [...walk.raised.keys()].map((eventId) => walk.desk.history(eventId))
    })
    expect(pasts[0]!.length).toBeGreaterThan(12)
    expect(pasts[1]).toEqual(pasts[0])
  }
})

test('[R38, R60] on disk, closed and opened again between sequences, nothing is lost or doubled', () => {
  const folder = temporaryFolder()
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'walk.db')
  const ground = databaseGround(file)
  const walk = new Walk(ground, SEED)
  for (let sequence = 0; sequence < 40; sequence++) walk.sequence()
  const past = [...walk.raised.keys()].map((eventId) => walk.desk.history(eventId))
  ground.close()
  const again = databaseGround(file)
  onTestFinished(() => again.close())
  const reopened = walk.over(again)
  expect([...walk.raised.keys()].map((eventId) => reopened.desk.history(eventId))).toEqual(past)
  for (let sequence = 0; sequence < 40; sequence++) reopened.sequence()
  expect(looked(reopened, again).wrong).toEqual([])
})
