/** Commands of the back office, given as a platform gives them: roles asked, two people where two are needed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Register } from '../../gateway/alerts/people.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Commands } from '../../gateway/mqtt/commands.ts'
import { MESSAGES, type Result } from '../../gateway/mqtt/messages.ts'
import { officeHandlers } from '../../gateway/mqtt/office-commands.ts'
import { MqttOptions } from '../../gateway/mqtt/options.ts'
import { act, camera, setUpOffice, writeConfig } from './office-fixture.ts'

const PEOPLE = [
  { personId: 'admin-1', name: '甲', role: 'ADMIN' },
  { personId: 'admin-2', name: '乙', role: 'ADMIN' },
  { personId: 'legal-1', name: '丙', badgeNo: '310001', role: 'LEGAL' },
  { personId: 'legal-2', name: '丁', role: 'LEGAL' },
  { personId: 'aux-1', name: '戊', role: 'AUXILIARY' },
]

function setUp() {
  const running = setUpOffice({ options: { people: PEOPLE } })
  const { database, desk, office, clock } = running
  office.book.open()
  const register = new Register(
    () => office.people.all(),
    () => 480,
  )
  const handlers = officeHandlers({
    ...{ ...office, desk, config: office.book },
    standing: (by) => register.standing(by, clock.wallMs()),
    purge: (wish) => wish,
    more: { recheck: () => 'looked again' },
  })
  const options = MqttOptions.parse({}).commands
  const commands = new Commands({ database, desk, options, handlers, clock, log: silentLog })
  let count = 0
  const ask = (name: string, by: string, args: object, id = `c-${++count}`): Result => {
    const command = { id, by, expiresAt: isoTime(clock.wallMs() + 60_000), args }
    return commands.obey(name, `cmd/${name}`, Buffer.from(JSON.stringify(command)), false)!
  }
  return { ...running, ask }
}

test('[R70] a hold is placed by one and lifted by two; every step is a record', () => {
  const { desk, office, ask, database } = setUp()
  const { eventId } = desk.raise(act('a', 0))
  const hold = (by: string, action: 'place' | 'lift') =>
    ask('hold', by, { eventId, action, reason: 'lawsuit' })
  expect(hold('legal-1', 'lift')).toMatchObject({ ok: false, code: 'HOLD_REFUSED' })
  expect(hold('aux-1', 'place')).toMatchObject({ ok: false, code: 'ROLE_NOT_ALLOWED' })
  expect(hold('nobody', 'place')).toMatchObject({ ok: false, code: 'ROLE_NOT_ALLOWED' })
  expect(hold('legal-1', 'place')).toMatchObject({ ok: true })
  expect(desk.get(eventId)!.event.legalHold).toBe(true)
  expect(hold('legal-1', 'lift')).toMatchObject({ ok: true, result: { action: 'LIFT_ASKED' } })
  expect(hold('legal-1', 'lift'), 'the same person again').toMatchObject({ ok: false, code: 'HOLD_REFUSED' })
  expect(hold('310001', 'lift'), 'and by his badge').toMatchObject({ ok: false, code: 'HOLD_REFUSED' })
  expect([office.holds.isHeld(eventId), desk.get(eventId)!.event.legalHold]).toEqual([true, true])
  expect(hold('legal-2', 'lift')).toMatchObject({ ok: true, result: { action: 'LIFTED' } })
  expect([office.holds.isHeld(eventId), desk.get(eventId)!.event.legalHold]).toEqual([false, undefined])
  expect(office.holds.recordsOf(eventId).map(({ action, by }) => `${by} ${action}`)).toEqual([
    ...['legal-1 PLACED', 'legal-1 LIFT_ASKED', 'legal-2 LIFTED'],
  ])
  expect(() => database.exec('DELETE FROM legal_hold')).toThrow(/append-only/)
})

test('[R49] [R61] a recording is linked and unlinked by who may, under one name, once a command', () => {
  const { desk, office, ask, accept } = setUp()
  const { eventId } = desk.raise(act('a', 0, 20))
  const at = desk.get(eventId)!.event.startedAt
  accept({
    ...{ recordingId: 'r-1', status: 'ACCEPTED', deviceSerial: 'DSJ-1', personId: null, capReasons: [] },
    ...{ startAt: at, endAt: at, deviceClockOffsetMs: 0, coPresentOfficerIds: [], evidenceCap: 'LEAD' },
  } as never)
  const wish = { recordingId: 'r-1', eventId, reason: 'seen in it' }
  expect(ask('link', 'aux-1', wish)).toMatchObject({ ok: false, code: 'ROLE_NOT_ALLOWED' })
  expect(ask('unlink', 'legal-1', wish)).toMatchObject({ ok: false, code: 'FILM_NOT_LINKED' })
  expect(ask('link', '310001', wish, 'c-link')).toMatchObject({ ok: true, result: { state: 'LINKED' } })
  expect(ask('link', '310001', wish, 'c-link')).toMatchObject({ ok: false, first: { ok: true } })
  expect(desk.get(eventId)!.event.filmed).toMatchObject([{ recordingId: 'r-1', by: 'legal-1' }])
  expect(ask('unlink', 'legal-2', wish)).toMatchObject({ ok: true, result: { state: 'UNLINKED' } })
  expect(office.films.links.recordsOfEvent(eventId).map(({ actor, state }) => `${actor} ${state}`)).toEqual([
    ...['legal-1 LINKED', 'legal-2 UNLINKED'],
  ])
})

test('[R49] [R53] roles are asked of the list of people, by the certificate of the day', () => {
  const { desk, ask } = setUp()
  const { eventId } = desk.raise(act('a', 0))
  expect(ask('recheck', 'aux-1', { eventId })).toMatchObject({ ok: true, result: 'looked again' })
  for (const by of ['legal-1', 'nobody']) {
    expect(ask('recheck', by, { eventId })).toMatchObject({ ok: false, code: 'ROLE_NOT_ALLOWED' })
  }
  const officer = { personId: 'p-7', name: '王', role: 'OFFICER', certNo: 'C7' }
  const holds = (certValidTo: string) => {
    ask('people', 'platform', { people: [{ ...officer, certValidTo }] })
    return ask('hold', 'p-7', { eventId, action: 'place', reason: 'lawsuit' })
  }
  expect(holds('2025-12-31'), 'expired').toMatchObject({ ok: false, code: 'ROLE_NOT_ALLOWED' })
  expect(holds('2027-12-31')).toMatchObject({ ok: true })
})

test('[R55] [R56] [R101] of people the box keeps what it may; the rest is dropped unread, and the sender is told', () => {
  const { ask, office, database } = setUp()
  const officer = { personId: 'p-7', name: '王', role: 'OFFICER', certNo: 'C7', certValidTo: '2027-12-31' }
  const wide = {
    ...officer,
    sex: 'F',
    age: 41,
    education: '本科',
    politicalStatus: '党员',
    trainingHours: 80,
  }
  const answer = ask('people', 'platform', {
    people: [wide, { personId: 'p-8' }, { personId: 'p-9', name: '偷', role: 'ADMIN' }],
  })
  expect(answer).toMatchObject({
    ok: true,
    result: {
      kept: 1,
      droppedFields: { sex: 1, age: 1, education: 1, politicalStatus: 1, trainingHours: 1 },
      refused: [
        { place: 1, reason: expect.stringMatching(/^name/) },
        { place: 2, reason: expect.stringMatching(/administrators/) },
      ],
    },
  })
  expect(office.people.get('p-7')).toEqual({ ...officer, syncedAt: '2026-01-01T10:00:00.000+08:00' })
  expect(office.people.get('p-9')).toBeNull()
  const tables = ['person', 'person_sync', 'command']
  const everything = JSON.stringify(tables.map((table) => database.prepare(`SELECT * FROM ${table}`).all()))
  for (const secret of ['本科', '党员', '"sex":"F"']) expect(everything).not.toContain(secret)
})

test('[R55] people of the file stay until the platform speaks of them; a list that grows old is said to be stale', () => {
  const { ask, office, time } = setUp()
  expect(office.people.get('legal-1')).toMatchObject({ name: '丙', syncedAt: null })
  ask('people', 'platform', { people: [{ personId: 'legal-1', name: '丙', role: 'AUDITOR' }] })
  expect(office.people.get('legal-1')).toMatchObject({ role: 'AUDITOR' })
  const change = { people: [{ personId: 'admin-1', name: '甲', role: 'OFFICER' }] }
  expect(ask('people', 'platform', change)).toMatchObject({ result: { kept: 0 } })
  expect(office.people.get('admin-1')).toMatchObject({ role: 'ADMIN' })
  expect(office.people.staleForHours()).toBeNull()
  time.nowMs += 49 * 3_600_000
  expect(office.people.staleForHours()).toBe(49)
})

test('[R7] [R102] stages of the platform are mirrored; the number of the event and of the case stay apart', () => {
  const { desk, ask } = setUp()
  const { eventId } = desk.raise(act('a', 0))
  expect(ask('stage', 'platform', { eventId, eventNo: 'E-2026-7' })).toMatchObject({ ok: true })
  ask('stage', 'platform', { eventId, stage: 'ORDER_TO_CORRECT' })
  const filed = { caseNo: 'C-2026-3', firstFiledAt: '2026-01-01T11:00:00+08:00' }
  ask('stage', 'platform', { eventId, stage: 'INVESTIGATION', ...filed })
  expect(desk.get(eventId)!.event.mirror).toEqual({ stage: 'INVESTIGATION', eventNo: 'E-2026-7', ...filed })
  expect(desk.get(eventId)!.state, 'a mirror moves nothing').toBe('PENDING_REVIEW')
  const disposition = { eventId, to: 'VERIFIED', stage: 'SERVICE' }
  expect(ask('disposition', 'platform', disposition)).toMatchObject({
    ok: true,
    result: { state: 'VERIFIED' },
  })
  expect(desk.get(eventId)!.event.mirror).toMatchObject({ stage: 'SERVICE' })
  expect(ask('disposition', 'platform', { eventId, stage: 'CLOSED' })).toMatchObject({ ok: true })
  expect(desk.get(eventId)).toMatchObject({ state: 'VERIFIED', event: { mirror: { stage: 'CLOSED' } } })
  expect(ask('stage', 'platform', { eventId })).toMatchObject({ code: 'COMMAND_ARGS_WRONG' })
  expect(ask('stage', 'platform', { eventId, stage: 'FINE' })).toMatchObject({ code: 'COMMAND_ARGS_WRONG' })
  expect(MESSAGES.alert.data.safeParse(desk.get(eventId)!.event).error).toBeUndefined()
})

test('[R38] [R95] merge, split and ticket are commands too', () => {
  const { desk, ask } = setUp()
  const [a, b] = [desk.raise(act('a', 0, 5)), desk.raise(act('b', 60, 65))]
  const merge = { eventId: b.eventId, into: a.eventId, reason: 'one tricycle' }
  expect(ask('merge', 'aux-1', merge)).toMatchObject({ code: 'ROLE_NOT_ALLOWED' })
  expect(ask('merge', 'legal-1', merge)).toMatchObject({ ok: true, result: { eventId: a.eventId } })
  expect(desk.get(b.eventId)!.event.sameActAs).toEqual([a.eventId])
  expect(ask('split', 'legal-1', { eventId: b.eventId, reason: 'two after all' })).toMatchObject({ ok: true })
  expect(desk.get(b.eventId)!.event.sameActAs).toBeUndefined()
  const ticket = { ticketNo: 'T-1', at: a.startedAt, camera: 'cam-1' }
  expect(ask('ticket', 'platform', ticket)).toMatchObject({ ok: true, result: { seen: 'SEEN' } })
})

test('[R18] the configuration changes by two people, is checked whole, and every version is kept', async () => {
  const { ask, file, folder, office, applied } = setUp()
  const before = readFileSync(file, 'utf8')
  const wanted = before.replace('310101', '310104')
  const propose = (by: string, what: string) =>
    ask('config', by, { action: 'propose', text: what, reason: 'new district' })
  expect(propose('legal-1', wanted)).toMatchObject({ code: 'ROLE_NOT_ALLOWED' })
  const bad = propose('admin-1', wanted.replace('gw-01', 'GW 01'))
  expect(bad).toMatchObject({
    ok: false,
    code: 'CONFIG_CHANGE_REFUSED',
    reason: expect.stringMatching(/gateway/),
  })
  expect(existsSync(`${file}.proposed`), 'no trial is left behind').toBe(false)
  const proposed = propose('admin-1', wanted)
  expect(proposed).toMatchObject({ ok: true, result: { proposal: 1, base: 1 } })
  expect((proposed.result as { diff: string[] }).diff.join('\n')).toMatch(
    /^- region: .*310101.*\n\+ region: .*310104/,
  )
  const approve = (by: string, proposal = 1) => ask('config', by, { action: 'approve', proposal })
  expect(approve('admin-1'), 'not by the same').toMatchObject({ code: 'CONFIG_CHANGE_REFUSED' })
  expect(readFileSync(file, 'utf8')).toBe(before)
  expect(approve('admin-2')).toMatchObject({ ok: true, result: { version: 2 } })
  expect(readFileSync(file, 'utf8')).toBe(wanted)
  expect(applied.map(({ region }) => region)).toEqual(['310104'])
  expect(approve('admin-2'), 'the base has moved').toMatchObject({ code: 'CONFIG_CHANGE_REFUSED' })

  const back = ask('config', 'admin-2', { action: 'rollback', version: 1, reason: 'too early' })
  expect(back).toMatchObject({ ok: true, result: { proposal: 2 } })
  expect(approve('admin-1', 2)).toMatchObject({ ok: true, result: { version: 3 } })
  expect(readFileSync(file, 'utf8')).toBe(before)
  expect(office.book.versions(5)).toMatchObject([
    { version: 3, source: 'ROLLBACK', by: 'admin-2', approvedBy: 'admin-1', reason: 'too early' },
    { version: 2, source: 'CHANGE', by: 'admin-1', approvedBy: 'admin-2' },
    { version: 1, source: 'FILE' },
  ])
  writeConfig(folder, { people: PEOPLE, cameras: [camera('cam-9')] })
  office.book.open()
  expect(office.book.versions(1)).toMatchObject([{ version: 4, source: 'FILE', by: 'file' }])
})

test('[R18] an approved version that a crash kept from the disk is written at the next start', () => {
  const { ask, file, open, database, applied } = setUp()
  const before = readFileSync(file, 'utf8')
  const wanted = before.replace('310101', '310104')
  ask('config', 'admin-1', { action: 'propose', text: wanted, reason: 'r' })
  ask('config', 'admin-2', { action: 'approve', proposal: 1 })
  // As if the power had gone before the file was written.
  writeFileSync(file, before)
  database.exec('DELETE FROM config_enacted')
  open().office.book.open()
  expect(readFileSync(file, 'utf8')).toBe(wanted)
  expect(applied.map(({ region }) => region)).toEqual(['310104', '310104'])
  // But what somebody puts back by hand afterwards is his word, and a version of its own.
  writeFileSync(file, before)
  const { book } = open().office
  book.open()
  expect(readFileSync(file, 'utf8')).toBe(before)
  expect(book.versions(1)).toMatchObject([{ version: 3, source: 'FILE' }])
})

test('[R18] what is shown of a change hides secrets', () => {
  const { ask, file } = setUp()
  const text = `${readFileSync(file, 'utf8')}mqtt:\n  url: mqtts://user:hunter22@broker.example\n  password: correct horse battery\n`
  const answer = ask('config', 'admin-1', { action: 'propose', text, reason: 'r' })
  expect(answer).toMatchObject({ ok: true })
  const shown = JSON.stringify(answer)
  expect(shown).toContain('password: ***')
  for (const secret of ['hunter22', 'correct horse']) expect(shown).not.toContain(secret)
})
