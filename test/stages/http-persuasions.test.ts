/** Notices by people at the console: who may, as whom, and what is logged. */
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { PersuasionWish } from '../../gateway/alerts/notice.ts'
import type { ShownAlert } from '../../gateway/http/shown-alerts.ts'
import type { NoticeDesk } from '../../gateway/http/views.ts'
import { startServer, Visitor } from './http-fixture.ts'
import { SILENCE, setUp } from './persuasion-fixture.ts'

/** The real engine behind the server's view of it; its desk is its own. */
function noticesOf(box: ReturnType<typeof setUp>, wishes: PersuasionWish[]): NoticeDesk {
  return {
    versions: (eventId) => box.store.versions(eventId),
    given: (eventId) => box.store.given(eventId),
    persuade(wish) {
      wishes.push(wish)
      return box.persuasion.persuade(wish)
    },
    recheck: (eventId) => box.recheck.recheck(eventId),
    audio: async (persuasionId) => (persuasionId === 'played' ? SILENCE : null),
  }
}

test('[R49] auxiliary staff persuade under their own name; whoever only looks does not', async () => {
  const box = setUp(null)
  const eventId = box.verified('a')
  const wishes: PersuasionWish[] = []
  const running = await startServer({ notices: () => noticesOf(box, wishes) })
  const path = `/api/v1/alerts/${eventId}/persuasions`
  const auditor = await Visitor.as(running, 'AUDITOR')
  expect((await auditor.send('POST', path, { channel: 'ONSITE' })).status).toBe(403)

  const helper = await Visitor.as(running, 'AUXILIARY', 'helper')
  const refused = await helper.send('POST', path, { channel: 'ONSITE', order: true })
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
    422,
    'PERSUASION_REFUSED',
  ])
  const rude = await helper.send('POST', path, { channel: 'ONSITE', text: '滚' })
  expect([rude.status, ((await rude.json()) as { code: string }).code]).toEqual([422, 'TEXT_FORBIDDEN'])
  const both = await helper.send('POST', path, { scriptId: 'second-notice', text: '请移步' })
  expect(both.status).toBe(400)

  const given = await helper.send('POST', path, { channel: 'ONSITE', commandId: 'c-1' })
  expect(given.status).toBe(200)
  expect(await given.json()).toMatchObject({
    persuasion: { operatorId: 'helper', deliveryStatus: 'DELIVERED' },
  })
  expect(box.state(eventId)).toBe('PERSUADING')
  expect(wishes.every(({ by }) => by === 'helper')).toBe(true)
  const logged = running.accessLog.list(50).filter(({ action }) => action === 'alert.persuade')
  expect(logged.map(({ actor, outcome, purpose }) => [actor, outcome, purpose])).toContainEqual([
    ...['helper', 'granted', 'ONSITE DELIVERED'],
  ])
  // Looked at again: the camera is no camera of this box in the test's eyes.
  expect((await helper.send('POST', `/api/v1/alerts/${eventId}/recheck`)).status).toBe(200)
})

test('the list, the feed and the alert itself tell which were spoken to; what was withheld was heard by nobody', async () => {
  let box: ReturnType<typeof setUp> | undefined
  const running = await startServer({
    notices: (house) => {
      const night = [{ from: '00:00', to: '24:00' }]
      box = setUp('http://127.0.0.1:1/', { house, nowMs: Date.now(), persuasion: { quietHours: night } })
      return noticesOf(box, [])
    },
  })
  const [spoken, withheld, silent] = ['a', 'b', 'c'].map((name) => box!.verified(name))
  const helper = await Visitor.as(running, 'AUXILIARY', 'helper')
  const headers = { cookie: helper.cookie, origin: running.url }
  const socket = new WebSocket(`${running.url.replace('http', 'ws')}/api/v1/feed`, { headers })
  const told: ShownAlert[] = []
  socket.on('message', (data) => {
    const message = JSON.parse(String(data))
    if (message.type === 'alert') told.push(message.alert)
  })
  await once(socket, 'open')

  const give = (eventId: string, channel: string) =>
    helper.send('POST', `/api/v1/alerts/${eventId}/persuasions`, { channel })
  expect(await (await give(withheld!, 'SPEAKER')).json()).toMatchObject({
    persuasion: { deliveryStatus: 'WITHHELD', reason: 'QUIET_HOURS' },
  })
  expect((await give(spoken!, 'ONSITE')).status).toBe(200)
  const notices = { count: 1, lastAt: box!.latest(spoken!).endedAt }
  await expect.poll(() => told.find(({ eventId }) => eventId === spoken)?.notices).toEqual(notices)
  socket.close()

  const { alerts } = (await (await helper.get('/api/v1/alerts')).json()) as { alerts: ShownAlert[] }
  expect(Object.fromEntries(alerts.map((alert) => [alert.eventId, alert.notices]))).toEqual({
    ...{ [spoken!]: notices, [withheld!]: null, [silent!]: null },
  })
  const one = await (await helper.get(`/api/v1/alerts/${spoken}`)).json()
  expect(one).toMatchObject({ alert: { notices } })
  const officer = await Visitor.as(running, 'OFFICER')
  const regraded = { grade: 'G2', reason: 'two stalls' }
  const changed = await officer.send('POST', `/api/v1/alerts/${spoken}/grade`, regraded)
  expect(await changed.json()).toMatchObject({ alert: { notices } })
})

test('[R5] what was played is heard again by people, and fetched by a speaker with its token', async () => {
  const box = setUp(null)
  const running = await startServer({ notices: () => noticesOf(box, []) })
  const officer = await Visitor.as(running, 'OFFICER')
  const sound = await officer.get('/api/v1/persuasions/played/audio')
  expect(sound.headers.get('content-type')).toBe('audio/wav')
  expect(Buffer.from(await sound.arrayBuffer()).equals(SILENCE)).toBe(true)
  expect((await officer.get('/api/v1/persuasions/other/audio')).status).toBe(404)
  const headers = { authorization: `Bearer ${running.accounts.issueToken('pole-1', 'speaker')}` }
  const speaker = new Visitor(running.url)
  expect((await speaker.get('/api/v1/persuasions/played/audio', headers)).status).toBe(200)
  expect((await speaker.get('/api/v1/alerts', headers)).status).toBe(403)
  expect((await officer.get('/api/v1/alerts/unknown/persuasions')).status).toBe(404)
})
