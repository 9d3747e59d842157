/**
 * [R60] Killed with -9 at any statement to the database: what was told as done is there, nothing is there by half, and
 * the next start goes on. Each run goes on from what the last one left.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { AlertDesk } from '../../gateway/alerts/desk.ts'
import { Database } from '../../gateway/kit/database.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { wrongIn } from '../properties/judgement-oracle.ts'

const folder = mkdtempSync(join(tmpdir(), 'lushao-desk-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'lushao.db')
const child = fileURLToPath(new URL('desk-kill-child.ts', import.meta.url))
/** A raised act takes some twenty statements, a deed some ten: most of these lie inside one. */
const KILL_AT = [7, 19, 23, 32, 41, 64, 97, 130]

test.each(KILL_AT)('[R60, R74] killed at statement %i', (killAt) => {
  const env = { ...process.env, DESK_FILE: file, DESK_KILL_AT: String(killAt) }
  const run = spawnSync(process.execPath, ['--import', 'tsx', child], { env })
  expect(run.signal, run.stderr.toString()).toBe('SIGKILL')
  const told = run.stdout
    .toString()
    .split('\n')
    .flatMap((line) => (line.startsWith('did ') ? [line.split(' ') as [string, string, string]] : []))

  const database = new Database(file)
  const clock = { wallMs: () => 0, monotonicMs: () => 0 }
  const outbox = new Outbox(database, OutboxOptions.parse({}), clock, silentLog)
  const desk = new AlertDesk(database, outbox, clock)
  try {
    for (const [, commandId, eventId] of told) {
      const { transitions, entries } = desk.history(eventId)
      expect([...transitions, ...entries].filter((deed) => deed.commandId === commandId)).toHaveLength(1)
    }
    expect(told.length, 'the run got somewhere').toBeGreaterThanOrEqual(killAt > 40 ? 2 : 0)
    const sent = outbox.due(10_000).map(({ data }) => data as ViolationEvent)
    for (const { eventId, event } of desk.list({ limit: 100 })) {
      const its = sent.filter((message) => message.eventId === eventId)
      expect(wrongIn(desk.history(eventId), event, its)).toEqual([])
    }
  } finally {
    database.close()
  }
})
