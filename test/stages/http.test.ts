import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { FIRST_ACCOUNT } from '../../gateway/http/accounts.ts'
import {
  codeOf,
  PACKAGE_ID,
  PASSWORD,
  type Running,
  startServer,
  Visitor,
  writePackage,
} from './http-fixture.ts'
import { sampleEvent } from './sample-event.ts'

interface Operation {
  readonly security?: readonly unknown[]
}
type Paths = Record<string, Record<string, Operation>>

/** Routes of the OpenAPI document as method and a path with every name filled in. */
async function routesOf(
  running: Running,
): Promise<{ method: string; path: string; template: string; isPublic: boolean }[]> {
  const reader = await Visitor.as(running, 'AUDITOR', 'route-reader')
  const { paths } = (await (await reader.get('/api/v1/openapi.json')).json()) as { paths: Paths }
  return Object.entries(paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      template,
      path: template
        .replace('{packageId}', PACKAGE_ID)
        .replace('{path}', 'bagit.txt')
        .replace(/\{\w+\}/g, 'x1'),
      isPublic: security?.length === 0,
    })),
  )
}

test('without a credential every route but health and login answers 401', async () => {
  const running = await startServer()
  writePackage(running.folder)
  const routes = await routesOf(running)
  expect(routes.length).toBeGreaterThan(25)
  expect(routes.filter((route) => route.isPublic).map((route) => `${route.method} ${route.path}`)).toEqual([
    'GET /healthz',
    'GET /readyz',
    'POST /api/v1/session',
  ])
  const stranger = new Visitor(running.url)
  for (const { method, path } of routes.filter((route) => !route.isPublic)) {
    for (const headers of [
      {},
      { authorization: 'Bearer lushao_wrong' },
      { cookie: 'lushao_session=wrong' },
    ]) {
      const response = await stranger.send(method, path, undefined, headers)
      expect([method, path, response.status]).toEqual([method, path, 401])
    }
  }
  for (const path of ['/api/v1/nothing', '/.env', '/assets/../gateway.db', '/api/v1/%2e%2e/metrics']) {
    expect([path, (await stranger.get(path)).status]).toEqual([path, 401])
  }
})

test('health answers anybody, with nothing but yes or no', async () => {
  const { url } = await startServer()
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ ok: true })
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ ready: true })
})

test('a token opens what its scope says and changes no alert', async () => {
  const running = await startServer()
  const statuses = async (scope: 'metrics' | 'platform' | 'bodycam') => {
    const headers = { authorization: `Bearer ${running.accounts.issueToken(scope, scope)}` }
    const visitor = new Visitor(running.url)
    const asked = [
      visitor.get('/metrics', headers),
      visitor.get('/api/v1/alerts', headers),
      visitor.send('POST', '/api/v1/alerts/a/review', { verdict: 'VERIFIED' }, headers),
    ]
    return (await Promise.all(asked)).map((response) => response.status)
  }
  expect(await statuses('metrics')).toEqual([200, 403, 403])
  expect(await statuses('platform')).toEqual([403, 200, 403])
  expect(await statuses('bodycam')).toEqual([403, 403, 403])
})

test('with a one-time password nothing answers but who I am and its change', async () => {
  const running = await startServer()
  const first = await running.accounts.ensureAdministrator()
  const visitor = new Visitor(running.url)
  const login = await visitor.login(FIRST_ACCOUNT, first!.oneTimePassword)
  expect(login.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict/)
  expect(await login.json()).toMatchObject({ name: 'admin', changeDue: true, permissions: [] })
  for (const path of ['/api/v1/alerts', '/api/v1/accounts', '/metrics', '/api/v1/openapi.json']) {
    expect(await codeOf(await visitor.get(path))).toBe('PASSWORD_CHANGE_DUE')
  }
  expect((await visitor.get('/api/v1/session')).status).toBe(200)
  const next = { password: first!.oneTimePassword, next: PASSWORD }
  expect((await visitor.send('PUT', '/api/v1/session/password', next)).status).toBe(200)
  expect((await visitor.get('/api/v1/alerts')).status).toBe(200)
})

test('logging out ends the session on the server', async () => {
  const running = await startServer()
  const visitor = await Visitor.as(running, 'OFFICER')
  const { cookie } = visitor
  expect((await visitor.send('DELETE', '/api/v1/session')).status).toBe(204)
  expect((await visitor.get('/api/v1/alerts', { cookie })).status).toBe(401)
})

test('a locked name is told when to come back', async () => {
  const running = await startServer({ options: { lockAfterFailures: 3 } })
  const visitor = new Visitor(running.url)
  for (let i = 0; i < 3; i++) expect((await visitor.login('li', 'wrong')).status).toBe(401)
  const locked = await visitor.login('li', 'wrong')
  expect([locked.status, await codeOf(locked)]).toEqual([429, 'LOGIN_LOCKED'])
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(800)
  expect(running.accessLog.list(10).map((entry) => [entry.action, entry.object, entry.outcome])).toEqual(
    Array(3).fill(['login', 'li', 'refused']),
  )
})

test('a cookie alone changes nothing: the token must come along, and the page from here', async () => {
  const running = await startServer()
  const { eventId } = running.desk.raise(sampleEvent('a'))
  const visitor = await Visitor.as(running, 'OFFICER')
  const review = (headers: Record<string, string>) =>
    visitor.send('POST', `/api/v1/alerts/${eventId}/review`, { verdict: 'VERIFIED' }, headers)
  for (const headers of [
    { 'x-csrf-token': '' },
    { 'x-csrf-token': 'guess' },
    { origin: 'https://elsewhere.example' },
  ]) {
    const refused = await review(headers)
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'CSRF_REFUSED'])
  }
  expect(running.desk.get(eventId)?.state).toBe('PENDING_REVIEW')
  expect((await review({ origin: running.url })).status).toBe(200)
})

test('[R67, R69, R92] alerts: filters, pages, one with its history', async () => {
  const running = await startServer()
  for (let i = 0; i < 5; i++) {
    const startedAt = `2026-01-01T1${i}:00:00.000+08:00`
    running.desk.raise(sampleEvent(`e${i}`, { startedAt, cameraId: i === 4 ? 'cam-2' : 'cam-1' }))
  }
  const visitor = await Visitor.as(running, 'AUXILIARY')
  const list = async (query: string) => {
    const body = await (await visitor.get(`/api/v1/alerts?${query}`)).json()
    const { alerts, next } = body as {
      alerts: { eventId: string; event: { startedAt: string } }[]
      next: string | null
    }
    return {
      hours: alerts.map((alert) => alert.event.startedAt.slice(11, 13)),
      ids: alerts.map((a) => a.eventId),
      next,
    }
  }
  const first = await list('limit=2')
  expect(first.hours).toEqual(['14', '13'])
  const second = await list(`limit=2&before=${first.next}`)
  expect(second.hours).toEqual(['12', '11'])
  expect(await list(`limit=2&before=${second.next}`)).toMatchObject({ hours: ['10'], next: null })
  expect((await list('camera=cam-2')).hours).toEqual(['14'])
  expect((await list('state=VERIFIED')).hours).toEqual([])
  const at = (hour: number) => `2026-01-01T${hour}:00:00+08:00`
  const span = String(new URLSearchParams({ from: at(11), to: at(13) }))
  expect((await list(span)).hours).toEqual(['12', '11'])
  const one = await (await visitor.get(`/api/v1/alerts/${first.ids[0]}`)).json()
  expect(one).toMatchObject({
    alert: { state: 'PENDING_REVIEW' },
    history: { transitions: [{ to: 'DETECTED' }, {}] },
  })
  expect((await visitor.get('/api/v1/alerts/unknown')).status).toBe(404)
  for (const query of ['limit=0', 'limit=201', 'rule=loitering', 'state=x', 'from=yesterday', 'colour=red']) {
    expect([query, (await visitor.get(`/api/v1/alerts?${query}`)).status]).toEqual([query, 400])
  }
  const statistics = await (
    await visitor.get('/api/v1/statistics?fromDay=2026-01-01&toDay=2026-01-01')
  ).json()
  expect(
    (statistics as { counts: { count: number }[] }).counts.reduce((sum, { count }) => sum + count, 0),
  ).toBe(5)
})

test('a review needs a verdict, a rejection its reason; what was really seen is kept beside it', async () => {
  const running = await startServer()
  const { eventId } = running.desk.raise(sampleEvent('a'))
  const visitor = await Visitor.as(running, 'DISPATCHER')
  const path = `/api/v1/alerts/${eventId}/review`
  for (const body of [
    {},
    { verdict: 'GUILTY' },
    { verdict: 'REJECTED' },
    { verdict: 'REJECTED', reasonCode: 'MOOD' },
  ]) {
    expect((await visitor.send('POST', path, body)).status).toBe(400)
  }
  const verdict = { verdict: 'REJECTED', reasonCode: 'PARKED_CARGO_TRICYCLE', note: '停放', commandId: 'c-1' }
  for (let i = 0; i < 2; i++) {
    expect(await (await visitor.send('POST', path, verdict)).json()).toMatchObject({
      alert: { state: 'REJECTED' },
    })
  }
  expect(running.desk.history(eventId).transitions.slice(2)).toMatchObject([
    {
      to: 'REJECTED',
      actor: { id: 'dispatcher' },
      reasonCode: 'OBJECT_MISTAKEN',
      details: { observed: 'PARKED_CARGO_TRICYCLE' },
      note: '停放',
    },
  ])
  const late = await visitor.send('POST', path, { verdict: 'VERIFIED' })
  expect([late.status, await codeOf(late)]).toEqual([422, 'ALERT_TRANSITION_REFUSED'])
  expect(running.accessLog.list(10).find((entry) => entry.action === 'alert.review')).toMatchObject({
    actor: 'dispatcher',
    object: eventId,
    purpose: 'REJECTED PARKED_CARGO_TRICYCLE',
  })
})

test('[R10, R49] a grade is changed with a reason, by whoever may review', async () => {
  const running = await startServer()
  const { eventId } = running.desk.raise(sampleEvent('a'))
  const path = `/api/v1/alerts/${eventId}/grade`
  const officer = await Visitor.as(running, 'OFFICER')
  for (const body of [{}, { grade: 'G3' }, { grade: 'G9', reason: 'x' }, { grade: 'G3', reason: ' ' }]) {
    expect((await officer.send('POST', path, body)).status).toBe(400)
  }
  const change = { grade: 'G3', reason: 'blocks the ramp', commandId: 'c-1' }
  for (let i = 0; i < 2; i++) {
    expect(await (await officer.send('POST', path, change)).json()).toMatchObject({
      alert: { revision: 2, event: { grade: 'G3', gradeChange: { from: 'G1', reason: 'blocks the ramp' } } },
    })
  }
  expect(running.desk.history(eventId).entries).toMatchObject([
    { kind: 'REGRADED', actor: { id: 'officer', rank: 'OFFICER' }, note: 'blocks the ramp' },
  ])
  expect((await (await Visitor.as(running, 'AUXILIARY')).send('POST', path, change)).status).toBe(403)
  expect(running.accessLog.list(20).find(({ action }) => action === 'alert.grade')).toMatchObject({
    ...{ actor: 'officer', object: eventId, purpose: 'G3 blocks the ramp' },
  })
})

const openFeed = (url: string, headers: Record<string, string>) =>
  new WebSocket(`${url.replace('http', 'ws')}/api/v1/feed`, { headers })
const refusal = (socket: WebSocket) =>
  new Promise<number>((resolve) => {
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => undefined) // The refusal above is the answer.
  })

test('the feed tells changes as they happen; strangers and other sites are not let in', async () => {
  const running = await startServer({ options: { feedsMax: 1 } })
  const visitor = await Visitor.as(running, 'OFFICER')
  const { cookie } = visitor
  expect(await refusal(openFeed(running.url, {}))).toBe(401)
  expect(await refusal(openFeed(running.url, { cookie, origin: 'https://elsewhere.example' }))).toBe(403)

  const socket = openFeed(running.url, { cookie, origin: running.url })
  const messages: { type: string; alert?: { state: string } }[] = []
  const waits: (() => void)[] = []
  socket.on('message', (data) => {
    messages.push(JSON.parse(String(data)))
    for (const wake of waits.splice(0)) wake()
  })
  const heard = async (found: () => boolean) => {
    while (!found()) await new Promise<void>((resolve) => waits.push(resolve))
  }
  await heard(() => messages.some((message) => message.type === 'cameras'))
  expect(await refusal(openFeed(running.url, { cookie }))).toBe(503)

  const { eventId } = running.desk.raise(sampleEvent('a'))
  await heard(() => messages.some((message) => message.alert?.state === 'PENDING_REVIEW'))
  await visitor.send('POST', `/api/v1/alerts/${eventId}/review`, { verdict: 'VERIFIED' })
  await heard(() => messages.some((message) => message.alert?.state === 'VERIFIED'))

  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await visitor.send('DELETE', '/api/v1/session')
  expect(await closed).toBe(4401)
  await expect.poll(() => running.server.feeds.open).toBe(0)
})

test('an administrator makes accounts and tokens; an auditor reads who did', async () => {
  const running = await startServer()
  const admin = await Visitor.as(running, 'ADMIN')
  const made = await admin.send('POST', '/api/v1/accounts', { name: '王伟', role: 'OFFICER' })
  const { oneTimePassword } = (await made.json()) as { oneTimePassword: string }
  const officer = new Visitor(running.url)
  expect(await (await officer.login('王伟', oneTimePassword)).json()).toMatchObject({
    role: 'OFFICER',
    changeDue: true,
  })
  expect((await admin.send('POST', '/api/v1/accounts', { name: '王伟', role: 'ADMIN' })).status).toBe(409)
  expect((await admin.send('PUT', '/api/v1/accounts/admin/disabled', { disabled: true })).status).toBe(409)
  const token = await admin.send('POST', '/api/v1/tokens', { name: 'dock-1', scope: 'bodycam' })
  expect(((await token.json()) as { token: string }).token).toMatch(/^lushao_[\w-]{43}$/)
  expect((await admin.send('DELETE', '/api/v1/tokens/dock-1')).status).toBe(204)

  const auditor = await Visitor.as(running, 'AUDITOR')
  const { entries } = (await (await auditor.get('/api/v1/audit')).json()) as {
    entries: { action: string; object: string }[]
  }
  const seen = entries.map((entry) => `${entry.action} ${entry.object}`)
  expect(seen).toEqual(
    expect.arrayContaining(['account.create 王伟', 'token.issue dock-1', 'token.revoke dock-1']),
  )
  expect(JSON.stringify(entries)).not.toContain(oneTimePassword)
})

test('behind a TLS proxy the cookie is for HTTPS only and the log has the visitor', async () => {
  const forwarded = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' }
  for (const [behindProxy, address, isSecure] of [
    [true, '203.0.113.9', true],
    [false, '127.0.0.1', false],
  ] as const) {
    const running = await startServer({ options: { behindProxy } })
    const body = { name: 'li', password: await running.accounts.create('li', 'OFFICER') }
    const login = await new Visitor(running.url).send('POST', '/api/v1/session', body, forwarded)
    expect([login.status, login.headers.get('set-cookie')?.includes('; Secure')]).toEqual([200, isSecure])
    expect(running.accessLog.list(1)).toMatchObject([{ action: 'login', address }])
  }
})

test('answers carry headers that keep other sites out and nothing in caches', async () => {
  const running = await startServer()
  const { headers } = await fetch(`${running.url}/api/v1/alerts`)
  expect(headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('access-control-allow-origin')).toBeNull()
})

test('a port that is taken is a fault with a name', async () => {
  const { url } = await startServer()
  const port = Number(new URL(url).port)
  await expect(startServer({ options: { port } })).rejects.toThrow(
    expect.objectContaining({ code: 'HTTP_PORT_REFUSED' }),
  )
})
