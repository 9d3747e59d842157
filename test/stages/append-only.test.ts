/** [R60, R70, R75] Nothing that was said is edited or deleted; the database itself refuses. */
import { expect, test } from 'vitest'
import { AlertDesk } from '../../gateway/alerts/desk.ts'
import { Database } from '../../gateway/kit/database.ts'
import { OFFICER, openDesk } from './desk-fixture.ts'
import { sampleEvent } from './sample-event.ts'

const ATTEMPTS = [
  `UPDATE event_revision SET body = '{}'`,
  `UPDATE event_revision SET revision = revision + 10`,
  'DELETE FROM event_revision',
  `INSERT OR REPLACE INTO event_revision SELECT eventId, revision, '{}', messageId, facts, addedMs, NULL
   FROM event_revision`,
  `UPDATE alert_transition SET actor = 'nobody'`,
  `UPDATE alert_transition SET toState = 'REJECTED'`,
  'DELETE FROM alert_transition',
  `INSERT OR REPLACE INTO alert_transition SELECT number, eventId, fromState, toState, 'nobody', roles, reasonCode,
   note, details, commandId, atMs, rank FROM alert_transition`,
  `UPDATE alert_entry SET reasonCode = 'NONE'`,
  'DELETE FROM alert_entry',
]

test.each(ATTEMPTS)('[R60, R75] refused: %s', (sql) => {
  const { desk, database } = openDesk()
  const { eventId } = desk.raise(sampleEvent('a'))
  desk.regrade({ eventId, grade: 'G2', note: 'x', actor: OFFICER })
  const before = JSON.stringify(desk.history(eventId))
  expect(() => database.exec(sql)).toThrow(/append-only/)
  expect(JSON.stringify(desk.history(eventId))).toBe(before)
})

test('that the back end has a revision is added to it, once', () => {
  const { desk, database, outbox } = openDesk()
  desk.raise(sampleEvent('a'))
  outbox.settle(outbox.due(10).map(({ id }) => id))
  expect(() => database.exec('UPDATE event_revision SET ackedMs = 1')).toThrow(/append-only/)
})

test('a store of the first version is taken over, its transitions as they are', () => {
  const database = new Database(':memory:')
  database.exec(`CREATE TABLE alert_transition (
    number INTEGER PRIMARY KEY, eventId TEXT NOT NULL, fromState TEXT, toState TEXT NOT NULL, actor TEXT NOT NULL,
    roles TEXT NOT NULL, reasonCode TEXT, note TEXT, details TEXT NOT NULL, commandId TEXT, atMs INTEGER NOT NULL);
    INSERT INTO alert_transition VALUES (1, 'e', NULL, 'DETECTED', 'box', 'box', NULL, NULL, '{}', NULL, 5)`)
  const clock = { wallMs: () => 7, monotonicMs: () => 7 }
  const desk = new AlertDesk(database, { put: () => 1, onSettled: () => () => {} }, clock)
  expect(desk.history('e').transitions).toEqual([
    {
      ...{ from: null, to: 'DETECTED', actor: { id: 'box', roles: ['box'] }, reasonCode: null, note: null },
      ...{ details: {}, commandId: null, atMs: 5 },
    },
  ])
  expect(() => database.exec('DELETE FROM alert_transition')).toThrow(/append-only/)
  database.close()
})
