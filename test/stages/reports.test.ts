/** Reports as people get them: whole months, CSV that Excel opens, a page that prints, over HTTP and from the terminal. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { reportCsv, reportPage } from '../../gateway/alerts/report-files.ts'
import { makeReport, type ReportKind } from '../../gateway/alerts/reports.ts'
import { makeProgram } from '../../gateway/cli/program.ts'
import { addReport } from '../../gateway/cli/report.ts'
import { Database, storeFile } from '../../gateway/kit/database.ts'
import { RULE_IDS } from '../../gateway/violations/event.ts'
import { startServer, Visitor } from './http-fixture.ts'
import { act, type OfficeRunning, setUpOffice } from './office-fixture.ts'

const JANUARY = { from: '2026-01-01', to: '2026-01-31' }

function someActs({ desk }: Pick<OfficeRunning, 'desk'>): void {
  for (let i = 0; i < 5; i++) desk.raise(act(`v${i}`, 1440 * i, 1440 * i + 5))
  const { eventId } = desk.raise(act('p', 480, 485, { ruleId: 'piling', cameraId: 'cam-2' }))
  const rejected = {
    eventId,
    verdict: 'REJECTED',
    reasonCode: 'PERMITTED',
    by: 'li',
    commandId: 'c',
  } as const
  desk.review(rejected)
}
const made = (kind: ReportKind, language: 'zh' | 'en' = 'zh', days = JANUARY) => {
  const running = setUpOffice()
  someActs(running)
  return makeReport(running.office, { kind, language, ...days })
}

const PERIODS: [kind: ReportKind, from: string, to: string, reason: RegExp | null][] = [
  ['monthly', '2026-01-01', '2026-01-31', null],
  ['monthly', '2026-01-01', '2026-02-28', null],
  ['monthly', '2026-01-01', '2026-01-30', /whole months/],
  ['monthly', '2026-01-02', '2026-01-31', /whole months/],
  ['quarterly', '2026-01-01', '2026-03-31', null],
  ['quarterly', '2026-02-01', '2026-04-30', /whole quarters/],
  ['hotspots', '2026-01-05', '2026-01-11', null],
  ['hotspots', '2026-01-05', '2026-01-04', /not before/],
  ['hotspots', '2000-01-01', '2026-01-04', /more than/],
]
test.each(PERIODS)('[R88] [R89] %s from %s to %s', (kind, from, to, reason) => {
  const make = () => made(kind, 'en', { from, to })
  if (reason === null) expect(make().tables.length).toBeGreaterThan(0)
  else expect(make).toThrow(reason)
})

test('[R89] the monthly report counts acts of the month, by the day of the place', () => {
  const { tables, notes } = made('monthly')
  const rows = (title: string) => tables.find((table) => table.title === title)!.rows
  expect(rows('总体情况')).toContainEqual(['疑似行为（起）', 6, ''])
  expect(rows('总体情况')).toContainEqual(['作废、撤销: PERMITTED', 1, ''])
  expect(rows('按情形')).toEqual([
    ['乱堆物堆料', 1],
    ['无照经营游商', 5],
  ])
  expect(rows('按时段')[10]).toEqual(['10:00', 5])
  expect(notes.join(' ')).toMatch(/不是考核指标/)
  expect(made('monthly', 'zh', { from: '2026-02-01', to: '2026-02-28' }).tables[0]!.rows[0]).toEqual([
    ...['疑似行为（起）', 0, ''],
  ])
})

test('[R43] [R94] hot spots name places, hours and trend, and leave out what was dismissed', () => {
  const [spots, hours] = made('hotspots', 'en').tables
  expect(spots!.rows).toEqual([['cam-1/kerb', 'Street vending', 5, 0, '10:00–11:00', 0]])
  expect(hours!.rows.filter(([, count]) => count !== 0)).toEqual([['10:00', 5]])
})

test('[R19] no report speaks of a person, a sum of money or a ranking', () => {
  for (const kind of ['monthly', 'quarterly', 'hotspots'] as const) {
    const days = kind === 'quarterly' ? { from: '2026-01-01', to: '2026-03-31' } : JANUARY
    for (const language of ['zh', 'en'] as const) {
      const text = JSON.stringify(made(kind, language, days))
      expect(text).not.toMatch(/\bli\b|罚款|金额|排名|fine|rank|yuan/i)
    }
  }
})

test('every rule has its words in a report', () => {
  const { tables } = made('monthly', 'en')
  expect(tables.length).toBe(5)
  const running = setUpOffice()
  for (const [place, ruleId] of RULE_IDS.entries())
    running.desk.raise(act(ruleId, place * 90, place * 90 + 5, { ruleId }))
  const report = makeReport(running.office, { kind: 'monthly', language: 'zh', ...JANUARY })
  const named = report.tables.find(({ title }) => title === '按情形')!.rows.map(([name]) => String(name))
  expect(named.filter((name) => !/\p{Script=Han}/u.test(name))).toEqual([])
})

test('[R88] CSV begins with a byte order mark, and no cell is a formula', () => {
  const report = made('monthly')
  const csv = reportCsv({
    ...report,
    tables: [{ title: 't', columns: ['a', 'b'], rows: [['=1+1,"x"', -1]] }],
  })
  expect([...Buffer.from(csv).subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  expect(csv.split('\r\n')[0]).toBe('\uFEFF街面秩序月报')
  expect(csv).toContain(`"'=1+1,""x""",-1\r\n`)
})

test('the page escapes what comes from outside', () => {
  const report = made('monthly')
  const tables = [{ title: '<b>', columns: ['a', 'b'], rows: [['<script>', 1]], bars: 1 }]
  const page = reportPage({ ...report, tables })
  expect(page).toContain('&lt;script&gt;')
  expect(page).not.toContain('<script>')
})

test('[R93] [R94] over HTTP: a page with its own style and no other, CSV to keep, figures for programs', async () => {
  const running = await startServer()
  someActs(running)
  const visitor = await Visitor.as(running, 'AUDITOR')
  const query = 'from=2026-01-01&to=2026-01-31'
  const page = await visitor.get(`/api/v1/reports/monthly?${query}`)
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
  expect(await page.text()).toContain('街面秩序月报')
  const csv = await visitor.get(`/api/v1/reports/hotspots?${query}&format=csv&lang=en`)
  expect(csv.headers.get('content-disposition')).toBe(
    'attachment; filename="lushao-hotspots-2026-01-01-2026-01-31.csv"',
  )
  expect(await csv.text()).toContain('Street vending')
  expect((await visitor.get('/api/v1/reports/monthly?from=2026-01-02&to=2026-01-31')).status).toBe(400)
  const figures = await (await visitor.get(`/api/v1/statistics/figures?${query}`)).json()
  expect(figures).toMatchObject({ figures: { acts: 6, dismissed: 1 }, mark: { revision: 7 } })
  const people = await (await visitor.get(`/api/v1/supervision/dismissals?${query}`)).json()
  expect(people).toEqual({ dismissals: { li: { PERMITTED: 1 } } })
  const sample = await (await visitor.get(`/api/v1/supervision/sample?${query}&seed=2026-01`)).json()
  expect(sample).toMatchObject({ sample: [{ dismissed: true, reason: 'PERMITTED' }] })
  const officer = await Visitor.as(running, 'OFFICER')
  expect((await officer.get(`/api/v1/supervision/dismissals?${query}`)).status).toBe(403)
})

test('[R38] [R58] [R92] [R100] [R95] over HTTP: merge, split, trace, tickets, open alerts and their hand-over', async () => {
  const running = await startServer()
  const [a, b] = [running.desk.raise(act('a', 0, 5)), running.desk.raise(act('b', 60, 65))]
  const li = await Visitor.as(running, 'DISPATCHER', 'li')
  const merge = { into: a.eventId, reason: 'one stall' }
  expect((await li.send('POST', `/api/v1/alerts/${b.eventId}/merge`, merge)).status).toBe(200)
  expect((await li.send('POST', `/api/v1/alerts/${b.eventId}/merge`, merge)).status).toBe(409)
  const trace = await (await li.get(`/api/v1/alerts/${b.eventId}/trace`)).json()
  expect(trace).toMatchObject({
    members: [a.eventId, b.eventId],
    links: [{ actor: 'li', reason: 'one stall' }],
  })
  const ticket = { ticketNo: 'T-1', at: a.startedAt, camera: 'cam-1' }
  expect(await (await li.send('POST', '/api/v1/tickets', ticket)).json()).toMatchObject({ seen: 'SEEN' })
  expect(await (await li.get('/api/v1/tickets/12345/T-1')).json()).toMatchObject({ events: [{}] })
  expect((await li.get('/api/v1/tickets/12345/T-2')).status).toBe(404)
  const open = await (await li.get('/api/v1/duty/open')).json()
  expect(open).toMatchObject({ open: [{ state: 'PENDING_REVIEW' }, { state: 'PENDING_REVIEW' }] })
  const handed = await (await li.send('POST', '/api/v1/duty/handovers', { to: 'wang' })).json()
  expect(handed).toMatchObject({ from: 'li', to: 'wang' })
  expect(new Set((handed as { eventIds: string[] }).eventIds)).toEqual(new Set([a.eventId, b.eventId]))
  const split = { reason: 'two after all' }
  expect((await li.send('POST', `/api/v1/alerts/${b.eventId}/split`, split)).status).toBe(200)
  const actions = running.accessLog.list(20).map(({ action }) => action)
  expect(actions).toEqual(
    expect.arrayContaining(['alert.merge', 'alert.split', 'ticket.report', 'duty.handover']),
  )
})

test('[R43] from the terminal: lushao report writes a table and a page', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-report-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const database = new Database(storeFile(folder))
  const running = setUpOffice({ database })
  someActs(running)
  running.office.close()
  database.close()
  const lushao = async (...args: string[]): Promise<string> => {
    const program = makeProgram('0')
    addReport(program)
    const printed: string[] = []
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed.push(String(text))
      return true
    })
    await program.parseAsync(['node', 'lushao', '--lang', 'zh', ...args])
    write.mockRestore()
    return printed.join('')
  }
  const days = ['--from', '2026-01-01', '--to', '2026-01-31', '--storage', folder]
  await lushao('report', 'monthly', ...days, '--out', join(folder, 'out'))
  expect(readdirSync(join(folder, 'out'))).toEqual([
    ...['monthly-2026-01-01-2026-01-31.csv', 'monthly-2026-01-01-2026-01-31.html'],
  ])
  expect(readFileSync(join(folder, 'out', 'monthly-2026-01-01-2026-01-31.csv'), 'utf8')).toContain(
    '无照经营游商,5',
  )
  expect(JSON.parse(await lushao('report', 'hotspots', ...days, '--json'))).toMatchObject({
    kind: 'hotspots',
  })
  const drawn = await lushao('report', 'sample', ...days, '--seed', 's')
  expect(drawn.trim().split('\n')).toHaveLength(1)
})
