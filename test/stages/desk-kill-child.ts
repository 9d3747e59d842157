/**
 * Leads act after act through its life, until the N-th statement to the database, at which the process is killed.
 * `DESK_FILE`, `DESK_KILL_AT`. Prints what was done when it is done: `raised id`, `did command id`.
 */
import { spawnSync } from 'node:child_process'
import { AlertDesk } from '../../gateway/alerts/desk.ts'
import { Register } from '../../gateway/alerts/people.ts'
import { Database } from '../../gateway/kit/database.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import { SAMPLE_WALL_MS, sampleEvent } from './sample-event.ts'

let statementsLeft = Number(process.env['DESK_KILL_AT'])
const counted =
  <Values extends unknown[]>(work: (...values: Values) => void) =>
  (...values: Values) => {
    if (--statementsLeft <= 0) spawnSync('kill', ['-9', String(process.pid)])
    work(...values)
  }

const database = new Database(process.env['DESK_FILE']!)
let nowMs = SAMPLE_WALL_MS + 200_000
const clock = { wallMs: () => nowMs, monotonicMs: () => nowMs }
const outbox = new Outbox(database, OutboxOptions.parse({}), clock, silentLog)
const register = new Register(
  () => [{ personId: 'officer-1', role: 'OFFICER', certNo: 'cert-1', certValidTo: '2026-12-31' }],
  () => 480,
)
const prepare = database.prepare.bind(database)
database.prepare = (sql) => {
  const statement = prepare(sql)
  return { ...statement, run: counted(statement.run) }
}
const desk = new AlertDesk(database, outbox, clock, { register })
database.exec = counted(database.exec.bind(database))

const say = (line: string) => process.stdout.write(`${line}\n`)
const BOX = { id: 'box', roles: ['box'] } as const
const OFFICER = { id: 'officer-1', roles: ['person', 'platform'] } as const
const LIFE = [
  'VERIFIED',
  'PERSUADING',
  'RECHECKING',
  'PERSISTING',
  'DISPATCHED',
  'ON_SITE',
  'ORDERED',
  'CORRECTED',
]
const details = (deadlineMs: number) => ({
  ...{ persuasionId: 'n-1', deadlineAt: new Date(deadlineMs).toISOString(), certNo: 'cert-1' },
  ...{ unitId: 'u-1', recordingId: 'r-1', afterItemId: 'a-1' },
})

const known = desk.list({ limit: 1_000 })
nowMs = Math.max(nowMs, ...known.map(({ updatedAtMs }) => updatedAtMs))
// The act that was going on is taken up: what was done already is asked for once more, under the same ids.
for (let act = Math.max(0, known.length - 1); ; act++) {
  const event = sampleEvent(`act-${act}`)
  desk.raise(event)
  const { eventId } = event
  say(`raised ${eventId}`)
  const regrade = `${act}-grade`
  desk.regrade({ eventId, grade: 'G3', note: 'why', actor: OFFICER, commandId: regrade })
  say(`did ${regrade} ${eventId}`)
  for (const to of LIFE) {
    nowMs += 60_000
    const actor = to === 'RECHECKING' || to === 'PERSISTING' ? BOX : OFFICER
    const commandId = `${act}-${to}`
    desk.transition({ eventId, to, actor, commandId, details: details(nowMs + 30_000) })
    say(`did ${commandId} ${eventId}`)
  }
}
