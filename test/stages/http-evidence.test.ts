/** Evidence over HTTP: for a purpose, logged, in ranges, and nothing but the package. */
import { symlinkSync, writeFileSync } from 'node:fs'
import { request as rawRequest } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type CustodyEntry, firstBrokenEntry } from '../../gateway/evidence/custody.ts'
import { codeOf, PACKAGE_ID, type Running, startServer, Visitor, writePackage } from './http-fixture.ts'

test('evidence is shown for a purpose, and every look is logged, also the refused ones', async () => {
  const running = await startServer()
  writePackage(running.folder)
  const visitor = await Visitor.as(running, 'LEGAL')
  const path = `/api/v1/evidence/${PACKAGE_ID}/data/original/clip.mp4`
  for (const query of ['', '?purpose=', '?purpose=%20%20x']) {
    const refused = await visitor.get(path + query)
    expect([refused.status, await codeOf(refused)]).toEqual([400, 'PURPOSE_MISSING'])
  }
  const whole = await visitor.get(`${path}?purpose=${encodeURIComponent('核实')}`)
  expect(whole.headers.get('content-type')).toBe('video/mp4')
  expect(whole.headers.get('cache-control')).toBe('no-store')
  expect((await whole.arrayBuffer()).byteLength).toBe(1000)
  expect(
    await (await visitor.get(`/api/v1/evidence/${PACKAGE_ID}`, { 'x-purpose': 'audit' })).json(),
  ).toMatchObject({ packageId: PACKAGE_ID })
  const looks = running.accessLog.list(10).filter((entry) => entry.action === 'evidence.read')
  expect(
    looks.map(({ actor, role, object, purpose, outcome }) => [
      actor,
      role,
      object.split('/').at(-1),
      purpose,
      outcome,
    ]),
  ).toEqual([
    ['legal', 'LEGAL', 'evidence.json', 'audit', 'granted'],
    ['legal', 'LEGAL', 'clip.mp4', '核实', 'granted'],
    ...Array(3).fill(['legal', 'LEGAL', 'clip.mp4', '', 'refused']),
  ])
  expect(running.accessLog.verify()).toBeGreaterThan(5)
})

test('a clip is served in ranges', async () => {
  const running = await startServer()
  writePackage(running.folder)
  const visitor = await Visitor.as(running, 'OFFICER')
  const path = `/api/v1/evidence/${PACKAGE_ID}/data/original/clip.mp4?purpose=review`
  const part = await visitor.get(path, { range: 'bytes=300-303' })
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 300-303/1000'])
  expect([...new Uint8Array(await part.arrayBuffer())]).toEqual([44, 45, 46, 47])
})

/** fetch tidies paths before sending them; an attacker does not. */
function rawGet(running: Running, path: string, cookie: string): Promise<number> {
  const { hostname, port } = new URL(running.url)
  return new Promise((resolve, reject) => {
    const asked = rawRequest({ hostname, port, path, headers: { cookie } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject).end()
  })
}

test('nothing outside the package can be reached, by dots, by codes, by links', async () => {
  const running = await startServer()
  const bag = writePackage(running.folder)
  const visitor = await Visitor.as(running, 'ADMIN')
  writeFileSync(join(running.folder, 'secret.txt'), 'secret')
  symlinkSync(join(running.folder, 'secret.txt'), join(bag, 'data', 'link.txt'))
  symlinkSync(running.folder, join(bag, 'data', 'up'))
  const base = `/api/v1/evidence/${PACKAGE_ID}`
  expect(await rawGet(running, `${base}/bagit.txt?purpose=review`, visitor.cookie)).toBe(200)
  const tries = [
    '/../../secret.txt',
    '/data/../../../secret.txt',
    '/%2e%2e/%2e%2e/secret.txt',
    '/..%2f..%2fsecret.txt',
    '/data/..%5c..%5csecret.txt',
    '/data/link.txt',
    '/data/up/secret.txt',
    '/data/up/gateway.db',
    '//etc/passwd',
    '/%2fetc%2fpasswd',
    '/data',
    '/.',
    '/bagit.txt%00.mp4',
    '/%00',
    '/data/',
    '/..;/secret.txt',
  ]
  for (const path of tries) {
    const status = await rawGet(running, `${base}${path}?purpose=review`, visitor.cookie)
    expect([path, status === 404 || status === 400]).toEqual([path, true])
  }
  for (const path of [
    '/assets/..%2f..%2f..%2fpackage.json',
    '/assets/../../../package.json',
    '/assets/%00',
  ]) {
    expect([path, (await rawGet(running, path, visitor.cookie)) >= 400]).toEqual([path, true])
  }
  for (const id of ['..', '%2e%2e', '.', `${PACKAGE_ID}%2f..`, 'chain.json']) {
    expect(
      await rawGet(running, `/api/v1/evidence/${id}/secret.txt?purpose=review`, visitor.cookie),
    ).toBeGreaterThanOrEqual(400)
  }
})

test('[R70] the custody log of a package: looks are in it once in a while, and it is handed out for a purpose', async () => {
  const running = await startServer()
  writePackage(running.folder)
  running.custody.note({
    ...{ packageId: PACKAGE_ID, action: 'SEALED', actor: 'nanjing-road/gw-01', reason: 'confirm' },
    at: '2026-01-01T10:00:00.000+08:00',
  })
  const visitor = await Visitor.as(running, 'LEGAL')
  const path = `/api/v1/evidence/${PACKAGE_ID}`
  for (const range of ['bytes=0-9', 'bytes=10-19'])
    await visitor.get(`${path}/data/original/clip.mp4?purpose=review`, { range })
  await visitor.get(`${path}/bagit.txt?purpose=appeal`)
  await visitor.get(`${path}/nothing?purpose=review`)

  const refused = await visitor.get(`${path}/custody`)
  expect([refused.status, await codeOf(refused)]).toEqual([400, 'PURPOSE_MISSING'])
  const answer = await visitor.get(`${path}/custody?purpose=review`)
  const { entries } = (await answer.json()) as { entries: CustodyEntry[] }
  expect(entries.map(({ action, actor, reason }) => [action, actor, reason])).toEqual([
    ['SEALED', 'nanjing-road/gw-01', 'confirm'],
    ['VIEWED', 'legal', 'review'],
    ['VIEWED', 'legal', 'appeal'],
  ])
  expect(firstBrokenEntry(entries)).toBeNull()
  const lines = await (await visitor.get(`${path}/custody?purpose=export&format=ndjson`)).text()
  expect(lines).toBe(running.custody.export(PACKAGE_ID))

  const unknown = await visitor.get(
    `/api/v1/evidence/${PACKAGE_ID.replace(/.$/, 'Z')}/custody?purpose=review`,
  )
  expect([unknown.status, await codeOf(unknown)]).toEqual([404, 'NOT_FOUND'])
  const auxiliary = await Visitor.as(running, 'AUXILIARY')
  expect((await auxiliary.get(`${path}/custody?purpose=review`)).status).toBe(403)
  const asked = running.accessLog.list(20).filter(({ action }) => action === 'evidence.custody')
  expect(asked.map(({ outcome }) => outcome)).toEqual(['refused', 'granted', 'granted', 'refused'])
})
