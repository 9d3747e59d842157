import { expect, test } from 'vitest'
import { TicketWish } from '../../gateway/alerts/tickets.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { act, camera, setUpOffice } from './office-fixture.ts'
import { SAMPLE_WALL_MS } from './sample-event.ts'

const PLACE = { lon: 121.48, lat: 31.23 }
const CAMERAS = { cameras: [camera('cam-1', { ...PLACE, streetCode: '310101002' })] }
const minute = (minutes: number) => isoTime(SAMPLE_WALL_MS + minutes * 60_000)
const ticket = (ticketNo: string, more: object = {}) =>
  TicketWish.parse({ ticketNo, at: minute(10), camera: 'cam-1', ...more })

const PLACES: [what: string, more: object, seen: string][] = [
  ['the camera', {}, 'SEEN'],
  ['fifty metres away', { camera: undefined, lon: 121.4805, lat: 31.23 }, 'SEEN'],
  ['the street', { camera: undefined, streetCode: '310101002' }, 'SEEN'],
  ['a kilometre away', { camera: undefined, lon: 121.49, lat: 31.23 }, 'NOT_WATCHED'],
  ['another street', { camera: undefined, streetCode: '310101009' }, 'NOT_WATCHED'],
  ['an hour later', { at: minute(90) }, 'NOT_SEEN'],
  ['something else', { rule: 'piling' }, 'NOT_SEEN'],
]
test.each(PLACES)('[R95] was it seen? %s: %s', (_, more, seen) => {
  const { desk, office } = setUpOffice({ options: CAMERAS })
  const { eventId } = desk.raise(act('a', 0, 12))
  const answer = office.tickets.report(ticket('T-1', more), 'p-1')
  expect(answer).toMatchObject({ ticketNo: 'T-1', seen, events: seen === 'SEEN' ? [{ eventId }] : [] })
  const told = desk.get(eventId)!.event.externalTickets
  expect(told).toEqual(
    seen === 'SEEN' ? [{ source: '12345', ticketNo: 'T-1', at: expect.any(String) }] : undefined,
  )
})

test('[R95] a complaint that came before the box was sure finds its alert when there is one', () => {
  const { desk, office } = setUpOffice({ options: CAMERAS })
  expect(office.tickets.report(ticket('T-1'), 'p-1').seen).toBe('NOT_SEEN')
  const { eventId, externalTickets } = desk.raise(act('a', 8))
  expect(externalTickets).toHaveLength(1)
  expect(office.tickets.answer('12345', 'T-1')).toMatchObject({ seen: 'SEEN', events: [{ eventId }] })
})

test('[R95] said twice it is one ticket; asked for another it is none', () => {
  const running = setUpOffice({ options: CAMERAS })
  const { eventId } = running.desk.raise(act('a', 0, 12))
  for (let i = 0; i < 2; i++) running.office.tickets.report(ticket('T-1'), 'p-1')
  expect(running.desk.get(eventId)!.revision).toBe(2)
  expect(running.office.tickets.answer('12345', 'T-9')).toBeNull()
  expect(() => running.database.exec("UPDATE ticket SET actor = 'x'")).toThrow(/append-only/)
})

test('[R95] a ticket without a place is no question, and whoever complained is not asked for', () => {
  expect(TicketWish.safeParse({ ticketNo: 'T-1', at: minute(0) }).success).toBe(false)
  expect(TicketWish.safeParse({ ticketNo: 'T-1', at: minute(0), lon: 121.4 }).success).toBe(false)
  expect(TicketWish.safeParse({ ...ticket('T-1'), complainant: 'Wang' }).success).toBe(false)
})
