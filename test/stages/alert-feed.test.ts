/** The list by filters and pages, the counts beside it, undo by HTTP, and who looks at what. */
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { AlertRecord } from '../../gateway/alerts/desk.ts'
import { DeskStore } from '../../gateway/alerts/desk-store.ts'
import { codeOf, type Running, startServer, Visitor } from './http-fixture.ts'
import { sampleEvent } from './sample-event.ts'

const ZONES = ['kerb', 'gate'] as const
const GRADES = ['G1', 'G2', 'G3'] as const

function fill(running: Running, count: number): AlertRecord[] {
  for (let n = 0; n < count; n++) {
    const startedAt = new Date(Date.parse('2026-01-01T02:00:00Z') + Math.floor(n / 2) * 60_000).toISOString()
    const place = { zoneId: ZONES[n % 2]!, grade: GRADES[n % 3]!, cameraId: `cam-${n % 4}` }
    running.desk.raise(sampleEvent(`n-${n}`, { ...place, startedAt }))
  }
  return running.desk.list({ limit: count })
}

async function pagesOf(visitor: Visitor, query: string): Promise<string[]> {
  const ids: string[] = []
  let next: string | null = ''
  while (next !== null) {
    const path: string = `/api/v1/alerts?limit=7&${query}${next && `&before=${next}`}`
    const page = (await (await visitor.get(path)).json()) as { alerts: AlertRecord[]; next: string | null }
    ids.push(...page.alerts.map(({ eventId }) => eventId))
    next = page.next
  }
  return ids
}

test('every filter pages through exactly what fits, newest first, ties included', async () => {
  const running = await startServer()
  const all = fill(running, 40)
  const visitor = await Visitor.as(running, 'DISPATCHER')
  const part = all[5]!.eventId.slice(-5)
  const cases: [query: string, fits: (alert: AlertRecord) => boolean][] = [
    ['', () => true],
    ['grade=G2', ({ event }) => event.grade === 'G2'],
    ['zone=gate', ({ event }) => event.zoneId === 'gate'],
    ['camera=cam-1&grade=G1', ({ event }) => event.cameraId === 'cam-1' && event.grade === 'G1'],
    ['state=PENDING_REVIEW,EXPIRED&zone=kerb', ({ event }) => event.zoneId === 'kerb'],
    [`idPart=${part.toLowerCase()}`, ({ eventId }) => eventId.includes(part)],
    ['state=VERIFIED', () => false],
  ]
  for (const [query, fits] of cases) {
    const wanted = all.filter(fits).map(({ eventId }) => eventId)
    expect([query, await pagesOf(visitor, query)]).toEqual([query, wanted])
  }
})

test('counts by state follow the filter', async () => {
  const running = await startServer()
  const [first] = fill(running, 12)
  running.desk.review({ eventId: first!.eventId, verdict: 'VERIFIED', by: 'p-1', commandId: 'c-1' })
  const visitor = await Visitor.as(running, 'DISPATCHER')
  const states = async (query: string) => (await visitor.get(`/api/v1/alerts/states${query}`)).json()
  expect(await states('')).toEqual({ states: { PENDING_REVIEW: 11, VERIFIED: 1 } })
  expect(await states(`?camera=${first!.event.cameraId}`)).toEqual({
    states: { PENDING_REVIEW: 2, VERIFIED: 1 },
  })
  expect(await states('?fromDay=2027-01-01')).toEqual({ states: {} })
})

test('a store of before zones were kept learns them from what the events say', async () => {
  const running = await startServer()
  fill(running, 4)
  running.database.exec('DROP INDEX alert_by_time; DROP INDEX alert_by_rule; DROP INDEX alert_by_camera')
  running.database.exec('DROP INDEX alert_by_zone; DROP INDEX alert_by_grade; DROP INDEX alert_by_state')
  running.database.exec('ALTER TABLE alert DROP COLUMN zoneId')
  const store = new DeskStore(running.database)
  expect(store.list({ limit: 9, zone: 'gate' })).toHaveLength(2)
})

test('[R49] undo by HTTP: one’s own, logged; auxiliary staff may not', async () => {
  const running = await startServer()
  const [alert] = fill(running, 1)
  const path = `/api/v1/alerts/${alert!.eventId}`
  const officer = await Visitor.as(running, 'OFFICER')
  await officer.send('POST', `${path}/review`, { verdict: 'VERIFIED' })
  const helper = await Visitor.as(running, 'AUXILIARY')
  expect(await codeOf(await helper.send('POST', `${path}/undo`, {}))).toBe('NOT_PERMITTED')
  const legal = await Visitor.as(running, 'LEGAL')
  expect(await codeOf(await legal.send('POST', `${path}/undo`, {}))).toBe('ALERT_UNDO_REFUSED')
  const undone = await officer.send('POST', `${path}/undo`, {})
  expect(await undone.json()).toMatchObject({ alert: { state: 'PENDING_REVIEW' } })
  expect(running.accessLog.list(9)).toContainEqual(
    expect.objectContaining({ action: 'alert.undo', object: alert!.eventId, actor: 'officer' }),
  )
})

test('who looks at what is told to everybody, and ends with the connection', async () => {
  const running = await startServer()
  const open = async (visitor: Visitor) => {
    const socket = new WebSocket(`${running.url.replace('http', 'ws')}/api/v1/feed`, {
      headers: { cookie: visitor.cookie },
    })
    const people: { name: string; eventId: string }[][] = []
    socket.on('message', (data) => {
      const message = JSON.parse(String(data))
      if (message.type === 'presence') people.push(message.people)
    })
    await new Promise((resolve) => socket.once('open', resolve))
    const look = (text: unknown) => socket.send(typeof text === 'string' ? text : JSON.stringify(text))
    return { socket, people, look }
  }
  const one = await open(await Visitor.as(running, 'OFFICER', 'wang'))
  const other = await open(await Visitor.as(running, 'OFFICER', 'li'))
  one.look('no JSON')
  one.look({ type: 'looking', eventId: '<script>' })
  one.look({ type: 'looking', eventId: 'e-1' })
  await expect.poll(() => other.people.at(-1)).toMatchObject([{ name: 'wang', eventId: 'e-1' }])
  other.look({ type: 'looking', eventId: 'e-1' })
  await expect
    .poll(() =>
      one.people
        .at(-1)
        ?.map(({ name }) => name)
        .sort(),
    )
    .toEqual(['li', 'wang'])
  one.look({ type: 'looking', eventId: null })
  await expect.poll(() => other.people.at(-1)?.map(({ name }) => name)).toEqual(['li'])
  one.look({ type: 'looking', eventId: 'e-2' })
  await expect.poll(() => other.people.at(-1)).toHaveLength(2)
  one.socket.close()
  await expect.poll(() => other.people.at(-1)?.map(({ name }) => name)).toEqual(['li'])
  other.socket.close()
})
