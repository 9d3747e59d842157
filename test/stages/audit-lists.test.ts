/** Lists that authorities ask for: who looked at what by which order, which cameras hang where; and the signed heads. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DeviceLedger } from '../../devices/bodycam/ledger.ts'
import { AccessAnchor, checkHeads, headsFile } from '../../gateway/access-anchor.ts'
import { Custody } from '../../gateway/evidence/custody.ts'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { Transcripts } from '../../gateway/evidence/transcripts.ts'
import { filingCsv, filingList } from '../../gateway/filing.ts'
import { AccessLog, brokenEntry } from '../../gateway/http/access-log.ts'
import { Database, storeFile } from '../../gateway/kit/database.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { PACKAGE_ID, startServer, Visitor, writePackage } from './http-fixture.ts'
import { camera, readConfig, writeConfig } from './office-fixture.ts'

const DAY_MS = 86_400_000
const NOON_MS = Date.parse('2026-03-02T12:00:00+08:00')

function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-audit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function openLog(folder: string) {
  const time = { nowMs: NOON_MS }
  const clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const database = new Database(storeFile(folder))
  const accessLog = new AccessLog({ database, clock, unitOf: (actor) => (actor === 'li' ? '三中队' : '') })
  const look = (object: string, more: object = {}) =>
    accessLog.add({
      ...{ actor: 'li', role: 'OFFICER', action: 'evidence.read', object, purpose: '核实' },
      ...{ outcome: 'granted', address: '127.0.0.1', ...more },
    })
  return { time, clock, database, accessLog, look }
}
const lushao = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', packagePath('gateway/cli/lushao.ts'), ...args], {
    encoding: 'utf8',
    cwd: packagePath(),
  })

test('an order, a unit and a requester are hashed with the entry; entries of an older store stay valid', () => {
  const folder = folderOfTest()
  const old = new Database(storeFile(folder))
  old.exec(`CREATE TABLE access_log (entry INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL,
    action TEXT NOT NULL, object TEXT NOT NULL, purpose TEXT NOT NULL, outcome TEXT NOT NULL, address TEXT NOT NULL,
    hash TEXT NOT NULL)`)
  const facts = ['2026-03-01T10:00:00.000+08:00', 'wang', 'ADMIN', 'login', 'x', '', 'granted', '::1']
  const sha = (text: string) => execFileSync('sha256sum', { input: text }).toString().slice(0, 64)
  const hash = sha(JSON.stringify(['', 1, ...facts]))
  old.prepare('INSERT INTO access_log VALUES (1,?,?,?,?,?,?,?,?,?)').run(...facts, hash)
  old.close()
  const { database, accessLog, look } = openLog(folder)
  onTestFinished(() => database.close())
  look('p/clip.mp4', { orderRef: '沪公调〔2026〕7号', requester: '赵', unit: '黄浦分局' })
  look('p/clip.mp4')
  expect(accessLog.verify()).toBe(3)
  const [newest, ordered, first] = accessLog.list(9)
  expect([newest!.unit, newest!.prev, ordered!.orderRef, first!.unit]).toEqual([
    '三中队',
    ordered!.hash,
    '沪公调〔2026〕7号',
    undefined,
  ])
  const entries = [first!, ordered!, newest!]
  expect(brokenEntry(entries)).toBeNull()
  expect(brokenEntry([first!, { ...ordered!, orderRef: '另一号' }, newest!])).toBe(2)
  expect(brokenEntry([first!, newest!])).toBe(3)
  database.exec('DROP TRIGGER access_log_never_changes')
  database.exec("UPDATE access_log SET orderRef = 'x' WHERE entry = 2")
  expect(() => accessLog.verify()).toThrow(expect.objectContaining({ code: 'ACCESS_LOG_BROKEN' }))
})

test('[R60] a head a day is signed; a log that was written anew fits its own chain, and not the heads', async () => {
  const folder = folderOfTest()
  const { time, clock, database, accessLog, look } = openLog(folder)
  onTestFinished(() => database.close())
  const signer = await openSigner(join(folder, 'keys'))
  const anchor = await AccessAnchor.open({
    ...{ folder, accessLog, signer, clock, log: silentLog },
    offsetMinutes: () => 480,
  })
  for (const object of ['a', 'b', 'c', 'd']) {
    look(object)
    await anchor.look()
    await anchor.look()
    time.nowMs += DAY_MS / 2
  }
  await anchor.close()
  const hashOf = (entry: number) =>
    String(database.prepare('SELECT hash FROM access_log WHERE entry = ?').get(entry)?.['hash'])
  expect(await checkHeads(folder, hashOf)).toEqual({ heads: 3, badAt: null })
  const good = lushao('audit', 'verify', '--storage', folder, '--json')
  expect([good.status, good.stdout && JSON.parse(good.stdout)]).toEqual([
    0,
    { entries: 4, heads: 3, custody: 0, transcripts: 0, devices: 0 },
  ])

  database.exec('DROP TRIGGER access_log_never_shrinks')
  database.exec('DELETE FROM access_log')
  for (const object of ['a', 'x', 'c', 'd']) look(object)
  expect(accessLog.verify()).toBe(4)
  expect(await checkHeads(folder, hashOf)).toMatchObject({ badAt: 1 })
  const bad = lushao('--lang', 'en', 'audit', 'verify', '--storage', folder)
  expect([bad.status, bad.stderr]).toEqual([1, expect.stringContaining('ACCESS_HEAD_MISFIT')])
  writeFileSync(headsFile(folder), readFileSync(headsFile(folder), 'utf8').replace('"entry":1', '"entry":2'))
  expect(await checkHeads(folder, hashOf)).toMatchObject({ badAt: 1 })
})

test('[R62, R70] custody, transcripts and devices are audited with it, and the custody of a package by itself', () => {
  const folder = folderOfTest()
  const { database, clock, look } = openLog(folder)
  onTestFinished(() => database.close())
  look('a')
  const custody = new Custody(database)
  const note = (action: 'SEALED' | 'EXPORTED') =>
    custody.note({
      packageId: PACKAGE_ID,
      action,
      actor: 'li',
      reason: '核实',
      at: '2026-03-02T12:00:00+08:00',
    })
  note('SEALED')
  note('EXPORTED')
  const transcripts = new Transcripts({ database, clock })
  const heard = { holderId: PACKAGE_ID, itemId: '07-PERSUASION_AUDIO', sha256: 'ab' }
  transcripts.add({ ...heard, author: 'li', role: 'OFFICER', text: '您好' })
  const ledger = new DeviceLedger({ database, clock, offsetMinutes: () => 480 })
  ledger.note({ serial: 'A', kind: 'MAINTENANCE', by: 'li', facts: { work: '更换电池' } })
  const audit = (...args: string[]) => lushao('--lang', 'en', 'audit', 'verify', ...args)
  expect(audit('--storage', folder).stdout).toContain(
    '1 entries, 0 signed heads, 2 of custody, 1 transcripts, 1 of devices',
  )

  const handedOut = join(folder, 'custody.ndjson')
  writeFileSync(handedOut, custody.export(PACKAGE_ID))
  expect(audit('--custody', handedOut).stdout).toContain('2 of custody')
  writeFileSync(handedOut, custody.export(PACKAGE_ID).replace('EXPORTED', 'VIEWED'))
  expect(audit('--custody', handedOut)).toMatchObject({
    ...{ status: 1, stderr: expect.stringContaining('CUSTODY_BROKEN') },
  })

  const rename = (actor: string) => {
    database.exec('DROP TRIGGER bodycam_ledger_never_changes') // Each audit puts it back.
    database.exec(`UPDATE bodycam_ledger SET actor = '${actor}'`)
  }
  rename('wang')
  expect(audit('--storage', folder)).toMatchObject({
    ...{ status: 1, stderr: expect.stringContaining('BODYCAM_LEDGER_BROKEN') },
  })
  rename('li')
  database.exec('DROP TRIGGER transcripts_never_change')
  database.exec("UPDATE transcripts SET text = '再见'")
  expect(audit('--storage', folder)).toMatchObject({
    ...{ status: 1, stderr: expect.stringContaining('TRANSCRIPTS_BROKEN') },
  })
  database.exec('DROP TRIGGER custody_never_changes')
  database.exec("UPDATE custody SET actor = 'wang' WHERE entry = 1")
  expect(audit('--storage', folder)).toMatchObject({
    ...{ status: 1, stderr: expect.stringContaining('CUSTODY_BROKEN') },
  })
})

test('the log of retrievals over HTTP and by command: reason, content, unit, name, order; only to those who audit', async () => {
  const running = await startServer()
  writePackage(running.folder)
  const legal = await Visitor.as(running, 'LEGAL')
  const order = encodeURIComponent('沪公调〔2026〕7号')
  await legal.get(`/api/v1/evidence/${PACKAGE_ID}?purpose=case&orderRef=${order}`, {
    'x-unit': encodeURIComponent('黄浦分局'),
  })
  const auditor = await Visitor.as(running, 'AUDITOR')
  const today = new Date(Date.now() + 480 * 60_000).toISOString().slice(0, 10)
  const csv = await auditor.get(`/api/v1/audit/retrievals?from=${today}&to=${today}&format=csv`)
  const [head, line, ...rest] = (await csv.text()).trim().split('\r\n')
  expect(head).toContain('查阅（调取）人')
  expect(line).toContain(
    `,LEGAL,黄浦分局,evidence.read,${PACKAGE_ID}/data/evidence.json,case,沪公调〔2026〕7号,granted,`,
  )
  expect(rest).toEqual([])
  expect((await legal.get(`/api/v1/audit/retrievals?from=${today}&to=${today}`)).status).toBe(403)
})

test('what is kept how long, the purge log and the filing list are for those who answer for it', async () => {
  const running = await startServer({
    retention: {
      view: () => ({ classes: [] }),
      viewOf: (eventId) => (eventId === 'known' ? { eventId } : null),
      purger: { tombstones: async (limit) => [{ limit }] },
      filing: async (lang) => ({ list: { count: 1 }, csv: `\uFEFF${lang}\r\n` }),
    },
  })
  const auditor = await Visitor.as(running, 'AUDITOR')
  const json = async (path: string) => (await auditor.get(`/api/v1/${path}`)).json()
  expect(await json('retention')).toEqual({ classes: [] })
  expect(await json('retention/known')).toEqual({ eventId: 'known' })
  expect((await auditor.get('/api/v1/retention/unknown')).status).toBe(404)
  expect(await json('retention/purges?limit=7')).toEqual({ purges: [{ limit: 7 }] })
  expect(await json('filing')).toEqual({ count: 1 })
  expect(await (await auditor.get('/api/v1/filing?format=csv&lang=en')).text()).toContain('en')
  expect(running.accessLog.list(9).map(({ action }) => action)).toEqual(
    expect.arrayContaining(['purges.read', 'filing.read']),
  )
})

test('the filing list: cameras with unit, place, kind, retention; and what changed since it was filed', () => {
  const folder = folderOfTest()
  const at = {
    lon: 121.47,
    lat: 31.23,
    address: '南京东路 1 号',
    operatorOrg: '城管执法局',
    policeFilingNo: '沪公备 1',
  }
  const before = readConfig(writeConfig(folder, { cameras: [camera('cam-1', at), camera('cam-2')] }))
  const first = filingList(before, NOON_MS, null)
  expect(first).toMatchObject({ count: 2, byKind: { FIXED: 2 }, changes: null })
  const after = readConfig(
    writeConfig(folder, {
      cameras: [
        camera('cam-1', { ...at, deviceKind: 'PTZ' }),
        camera('cam-3', { recorderRetentionDays: 60 }),
      ],
    }),
  )
  const second = filingList(after, NOON_MS + DAY_MS, first)
  expect(second.changes).toEqual([
    { cameraId: 'cam-1', change: 'CHANGED', fields: ['deviceKind'] },
    { cameraId: 'cam-3', change: 'ADDED', fields: [] },
    { cameraId: 'cam-2', change: 'REMOVED', fields: [] },
  ])
  expect(filingCsv(second, 'zh')).toMatch(
    /cam-1,cam-1,城管执法局,南京东路 1 号,121.47,31.23,310101,PTZ,,30,90,,沪公备 1,/,
  )
  expect(filingCsv(second, 'en')).toContain('\r\ncam-2,removed,')
})
