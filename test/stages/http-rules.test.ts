/** The law as anybody may read it, and what exemptions did as auditors may. */
import { expect, test } from 'vitest'
import type { SuppressedAct } from '../../gateway/violations/exemption.ts'
import { startServer, Visitor } from './http-fixture.ts'

const act = (suppressedId: string, exemptionId = 'fair'): SuppressedAct => ({
  ...{ suppressedId, exemptionId, cameraId: 'cam-1', zoneId: 'kerb', ruleId: 'street-vending' },
  ...{ startedAt: '2026-03-02T10:00:00.000+08:00', at: '2026-03-02T10:03:00.000+08:00', box: [0, 0, 1, 1] },
  ...{ reason: 'a fair', approvedBy: ['Li'], validTo: '2026-03-31', configVersion: 'sha256:0' },
})

test('[R28, R30] the public view: rule, basis, procedure, complaint channel, in both languages, nothing of the inside', async () => {
  const running = await startServer()
  const visitor = await Visitor.as(running, 'AUXILIARY')
  const view = (await (await visitor.get('/api/v1/rules/public')).json()) as Record<string, unknown>
  expect(view).toMatchObject({
    ...{
      day: '2026-03-02',
      division: '310101',
      sample: true,
      complaintChannel: expect.stringContaining('12345'),
    },
  })
  const rules = view['rules'] as Record<string, unknown>[]
  expect(rules.map(({ ruleId }) => ruleId)).toContain('street-vending')
  // Without a basis in Shanghai they do not run, and nothing is claimed about them.
  expect(rules.map(({ ruleId }) => ruleId)).not.toContain('permit-overtime')
  expect(rules[0]).toMatchObject({
    ...{ ruleId: 'street-vending', name: { zh: '无照经营游商', en: 'Street vending' }, gbCode: '05-01' },
    basis: { title: '上海市市容环境卫生管理条例', level: '地方性法规' },
  })
  const inside = /minDwell|clearSec|floor|camera|scriptId|greet|approvedBy|mergeWindow/i
  expect(JSON.stringify(view)).not.toMatch(inside)

  const page = await visitor.get('/api/v1/rules/public?format=md')
  expect(page.headers.get('content-type')).toContain('text/markdown')
  const text = await page.text()
  expect(text).toContain('## 无照经营游商 / Street vending')
  expect(text).toContain('不构成法律意见')
  expect(text).toMatch(/1\. 设备发现疑似情形，由执法人员核实。 \/ The box finds a suspicion/)
  expect(text).not.toMatch(inside)
})

test('[R16, R98] what exemptions silenced: auditors read it, counted by exemption; others do not', async () => {
  const running = await startServer()
  for (const id of ['01A', '01B', '01C']) running.suppressed.keep(act(id, id === '01C' ? 'works' : 'fair'))
  running.suppressed.keep(act('01A'))
  const auditor = await Visitor.as(running, 'AUDITOR')
  const page = async (query: string) =>
    (await (await auditor.get(`/api/v1/suppressed${query}`)).json()) as {
      suppressed: SuppressedAct[]
      counts: unknown
    }
  const first = await page('?limit=2')
  expect(first.suppressed.map(({ suppressedId }) => suppressedId)).toEqual(['01C', '01B'])
  expect(first.suppressed[1]).toEqual(act('01B'))
  expect(first.counts).toEqual([
    { exemptionId: 'fair', count: 2 },
    { exemptionId: 'works', count: 1 },
  ])
  expect((await page('?limit=2&before=01B')).suppressed.map(({ suppressedId }) => suppressedId)).toEqual([
    '01A',
  ])
  const officer = await Visitor.as(running, 'OFFICER')
  expect((await officer.get('/api/v1/suppressed')).status).toBe(403)
})

test('[R16] what was suppressed can be neither changed nor removed', async () => {
  const { suppressed, database } = await startServer()
  suppressed.keep(act('01A'))
  expect(() => database.exec("UPDATE suppressed_act SET exemptionId = 'x'")).toThrow(/append-only/)
  expect(() => database.exec('DELETE FROM suppressed_act')).toThrow(/append-only/)
})
