/** Evidence fetched by a grant: for minutes, of one package, in ranges, and logged with requester and purpose. */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Clock } from '../../gateway/kit/clock.ts'
import { openKeeper, sealOne } from './evidence-footage.ts'
import { codeOf, startServer } from './http-fixture.ts'

const CLIP = 'data/original/01-start.mp4'

async function sealedServer() {
  const clock = { nowMs: Date.parse('2026-03-02T12:00:00Z') }
  const ofGrants: Clock = { wallMs: () => clock.nowMs, monotonicMs: () => clock.nowMs }
  const running = await startServer({ clock: ofGrants })
  const keeper = await openKeeper(running.folder)
  const [one, other] = [await sealOne(keeper, 'act-1'), await sealOne(keeper, 'act-2')]
  await keeper.close()
  const fetchIt = (
    path: string,
    token: string | undefined,
    headers: Record<string, string> = {},
    method = 'GET',
  ) =>
    fetch(`${running.url}${path}`, {
      method,
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    })
  return { running, clock, one, other, fetchIt }
}

const wish = (packageId: string, more: object = {}) =>
  ({ packageId, profile: 'EVIDENCE', purpose: '案件复核', ttlSec: 300, by: 'p-1', ...more }) as const

test('[R70] whole, by head and in ranges, each with the hash that the manifest names', async () => {
  const { running, one, fetchIt } = await sealedServer()
  const { token, grant } = running.grants.give(wish(one.packageId))
  const path = `${grant['path']}${CLIP}`
  const item = one.items.find((each) => each.path === CLIP)!
  const whole = await fetchIt(path, token!)
  const bytes = Buffer.from(await whole.arrayBuffer())
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(item.sha256)
  expect([whole.status, whole.headers.get('etag'), whole.headers.get('repr-digest')]).toEqual([
    200,
    `"${item.sha256}"`,
    `sha-256=:${Buffer.from(item.sha256, 'hex').toString('base64')}:`,
  ])
  const head = await fetchIt(path, token!, {}, 'HEAD')
  expect([head.status, head.headers.get('content-length'), (await head.text()).length]).toEqual([
    200,
    `${item.bytes}`,
    0,
  ])

  const rest = await fetchIt(path, token!, {
    range: `bytes=${item.bytes - 9}-`,
    'if-range': `"${item.sha256}"`,
  })
  expect([rest.status, rest.headers.get('content-range')]).toEqual([
    206,
    `bytes ${item.bytes - 9}-${item.bytes - 1}/${item.bytes}`,
  ])
  expect(Buffer.from(await rest.arrayBuffer())).toEqual(bytes.subarray(-9))
  const [first, last] = [
    await fetchIt(path, token!, { range: 'bytes=0-3' }),
    await fetchIt(path, token!, { range: 'bytes=-4' }),
  ]
  expect(Buffer.from(await first.arrayBuffer())).toEqual(bytes.subarray(0, 4))
  expect(Buffer.from(await last.arrayBuffer())).toEqual(bytes.subarray(-4))
  expect((await fetchIt(path, token!, { range: 'bytes=99999999-' })).status).toBe(416)
  expect((await fetchIt(path, token!, { range: 'bytes=0-3', 'if-range': '"another"' })).status).toBe(200)
  expect((await fetchIt(path, token!, { 'if-none-match': `"${item.sha256}"` })).status).toBe(304)

  const looks = running.accessLog.list(50).filter(({ action }) => action === 'evidence.fetch')
  expect(new Set(looks.map(({ actor, purpose, outcome }) => `${actor} ${purpose} ${outcome}`))).toEqual(
    new Set(['p-1 案件复核 granted']),
  )
  expect(running.accessLog.verify()).toBeGreaterThan(5)
})

test('expired, revoked, of another package, of another file, made up: the same outside, told apart in the log', async () => {
  const { running, clock, one, other, fetchIt } = await sealedServer()
  const path = `/api/v1/granted/${one.packageId}/${CLIP}`
  const give = (more: object = {}, packageId = one.packageId) => running.grants.give(wish(packageId, more))
  const refused = async (token: string | undefined, at = path) => {
    const response = await fetchIt(at, token)
    expect([response.status, await codeOf(response)]).toEqual([401, 'GRANT_REFUSED'])
  }
  const expiring = give({ ttlSec: 60 })
  expect((await fetchIt(path, expiring.token!)).status).toBe(200)
  clock.nowMs += 60_000
  await refused(expiring.token!)
  const revoked = give()
  expect(running.grants.revoke(String(revoked.grant['grantId']), 'p-1')).toEqual({ revoked: true })
  await refused(revoked.token!)
  await refused(give({}, other.packageId).token!)
  const itemsAlone = give({ items: [one.items.find((each) => each.path !== CLIP)!.itemId] })
  await refused(itemsAlone.token!)
  await refused(give().token!, `/api/v1/granted/${one.packageId}/data/none.mp4`)
  await refused('made-up-made-up-made-up-made-up')
  await refused(undefined)
  const reasons = running.accessLog
    .list(50)
    .flatMap(({ object, outcome }) => (outcome === 'refused' ? object.match(/\((.*)\)/)![1]! : []))
  expect(reasons.toReversed()).toEqual(['expired', 'revoked', 'other package', 'other file', 'no such file'])
  expect(running.grants.counters).toMatchObject({ fetched: 1, refused: 6 })
})

test('a grant never outlives its limit, asks for what is there, and its token lies nowhere', async () => {
  const { running, clock, one } = await sealedServer()
  const { token, grant } = running.grants.give(wish(one.packageId, { ttlSec: 5_000 }))
  expect(Date.parse(String(grant['expiresAt'])) - clock.nowMs).toBe(900_000)
  expect(JSON.stringify(running.database.prepare('SELECT * FROM evidence_grant').all())).not.toContain(token)
  expect(() => running.grants.give(wish(one.packageId, { items: ['../../../keys'] }))).toThrow(
    /does not have/,
  )
  expect(() => running.grants.give(wish(one.packageId, { profile: 'PUBLIC' }))).toThrow(
    /does not have: PUBLIC/,
  )
  expect(() => running.grants.give(wish('01KDZRW3FJ5V7V3T0CDVW0YJ6A'))).toThrow(/no evidence package/)
})

test('a token of the platform’s own making opens too, and no token is told', async () => {
  const { running, one, fetchIt } = await sealedServer()
  const own = 'the-platform-made-this-one-itself'
  const tokenSha256 = createHash('sha256').update(own).digest('hex')
  const { token } = running.grants.give(wish(one.packageId, { tokenSha256 }))
  expect(token).toBeNull()
  expect((await fetchIt(`/api/v1/granted/${one.packageId}/bagit.txt`, own)).status).toBe(200)
})

test('nothing outside the package can be reached by a grant', async () => {
  const { running, one, fetchIt } = await sealedServer()
  const { token } = running.grants.give(wish(one.packageId))
  const base = `/api/v1/granted/${one.packageId}`
  for (const path of [
    '/..%2f..%2fkeys',
    '/data/..%2f..%2f..%2fgateway.db',
    '/%2fetc%2fpasswd',
    '/data',
    '/.',
    '/%00',
  ]) {
    const { status } = await fetchIt(base + path, token!)
    expect([path, status >= 400]).toEqual([path, true])
  }
})
