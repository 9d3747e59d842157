/** Transcripts are added and never changed: the store refuses, and its chain shows who went round it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Transcripts } from '../../gateway/evidence/transcripts.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { Database } from '../../gateway/kit/database.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { codeOf, startServer, Visitor } from './http-fixture.ts'

const WRITTEN = { holderId: 'pkg', itemId: '03-clip', sha256: 'a'.repeat(64), author: '李', role: 'OFFICER' }

test('[R70] a corrected transcript is another entry, and both stay', () => {
  const transcripts = new Transcripts({ database: new Database(':memory:'), clock: systemClock })
  transcripts.add({ ...WRITTEN, text: '请移走' })
  transcripts.add({ ...WRITTEN, text: '请移走摊车' })
  transcripts.add({ ...WRITTEN, holderId: 'other', text: '你好' })
  expect(transcripts.of('pkg').map(({ entry, text }) => [entry, text])).toEqual([
    [1, '请移走'],
    [2, '请移走摊车'],
  ])
  expect(transcripts.verify()).toBe(3)
})

test('[R75] none is changed or deleted, and the chain tells who did it from outside', () => {
  const database = new Database(':memory:')
  const transcripts = new Transcripts({ database, clock: systemClock })
  for (const text of ['一', '二', '三']) transcripts.add({ ...WRITTEN, text })
  expect(() => database.exec("UPDATE transcripts SET text = 'x'")).toThrow(/append-only/)
  expect(() => database.exec('DELETE FROM transcripts')).toThrow(/append-only/)
  database.exec('DROP TRIGGER transcripts_never_change')
  database.exec("UPDATE transcripts SET text = '四' WHERE entry = 2")
  expect(() => transcripts.verify()).toThrow(expect.objectContaining({ code: 'TRANSCRIPTS_BROKEN' }))
})

test('[R49] auxiliary staff and auditors write none; a recording that is not there has none', async () => {
  const running = await startServer()
  const path = '/api/v1/recordings/01KDZRW3FJ5V7V3T0CDVW0YJ6A/transcripts'
  for (const role of ['AUXILIARY', 'AUDITOR'] as const) {
    const visitor = await Visitor.as(running, role)
    expect((await visitor.send('POST', path, { text: '请移走' })).status).toBe(403)
  }
  const officer = await Visitor.as(running, 'OFFICER')
  const unknown = await officer.send('POST', path, { text: '请移走' })
  expect([unknown.status, await codeOf(unknown)]).toEqual([404, 'NOT_FOUND'])
  expect((await officer.get(path)).status).toBe(400)
  expect(await (await officer.get(`${path}?purpose=review`)).json()).toEqual({ transcripts: [] })
})

test('whoever is logged in gets the page that checks packages, and nobody else', async () => {
  const running = await startServer()
  expect((await new Visitor(running.url).get('/api/v1/verifier')).status).toBe(401)
  const auxiliary = await Visitor.as(running, 'AUXILIARY')
  const page = await auxiliary.get('/api/v1/verifier')
  const built = existsSync(join(packagePath('dist'), 'verifier', 'lushao-verify.html'))
  expect(page.status).toBe(built ? 200 : 404)
  if (built) expect(page.headers.get('content-disposition')).toContain('lushao-verify.html')
})
