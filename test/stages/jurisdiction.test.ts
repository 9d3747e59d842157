/**
 * Exactly one agency handles an act. Two districts side by side, x is kilometres east of their boundary:
 *
 *     west (3 streets)  │  east          city all around
 *        −1      −0.01  0  0.01     1
 */
import { expect, test } from 'vitest'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { act, camera, raiseAll, setUpOffice } from './office-fixture.ts'

const KM = 0.01 // Degrees of longitude, about a kilometre at this latitude.
const at = (x: number) => ({ lon: 121.4 + x * KM, lat: 31.2 })
const block = (fromX: number, toX: number) => {
  const [west, east] = [121.4 + fromX * KM, 121.4 + toX * KM]
  return [
    [west, 31],
    [east, 31],
    [east, 31.4],
    [west, 31.4],
  ]
}
const area = (code: string, level: string, fromX: number, toX: number, agency = `${code}-agency`) => ({
  ...{ code, level, name: code, polygon: block(fromX, toX), ...(level === 'GRID' ? {} : { agency }) },
})
const AREAS = [
  area('310000', 'CITY', -9, 9, 'city'),
  area('310101', 'DISTRICT', -5, 0, 'west'),
  area('310102', 'DISTRICT', 0, 5, 'east'),
  area('310101001', 'STREET', -5, -2, 'street-1'),
  area('310101002', 'STREET', -2, 0, 'street-2'),
  area('g-17', 'GRID', -1.1, -0.9),
]

function handledAt(
  x: number,
  {
    primaryLevel = 'DISTRICT',
    more = {},
    event = {},
    place = {},
  }: Record<string, unknown> & {
    event?: Partial<ViolationEvent>
    place?: Record<string, unknown>
    more?: Record<string, unknown>
  } = {},
) {
  const running = setUpOffice({
    options: {
      cameras: [camera('cam-1', { ...at(x), ...place })],
      jurisdictions: { cityAgency: 'city', areas: AREAS, ...more },
    },
    rule: { primaryLevel },
  })
  const { jurisdiction, place: told } = running.desk.raise(act('a', 0, undefined, event))
  return { ...jurisdiction!, told: told! }
}

const PLACES: [what: string, x: number, more: Parameters<typeof handledAt>[1], expected: object][] = [
  ['a district’s act', -1, {}, { primaryAgency: 'west', level: 'DISTRICT', crossRegion: false, copies: [] }],
  ['over the boundary', 1, {}, { primaryAgency: 'east', level: 'DISTRICT' }],
  ['a street may enforce', -1, { primaryLevel: 'STREET' }, { primaryAgency: 'street-2', level: 'STREET' }],
  [
    'no street there: the district',
    1,
    { primaryLevel: 'STREET' },
    { primaryAgency: 'east', level: 'DISTRICT' },
  ],
  ['a matter of the city', -1, { primaryLevel: 'CITY' }, { primaryAgency: 'city', level: 'CITY' }],
  [
    'ten metres from the boundary',
    -0.01,
    {},
    { primaryAgency: 'city', level: 'CITY', crossRegion: true, copies: ['west', 'east'] },
  ],
  [
    'between two streets of one district',
    -2.01,
    { primaryLevel: 'STREET' },
    { primaryAgency: 'west', level: 'DISTRICT', crossRegion: true, copies: ['street-1', 'street-2'] },
  ],
  [
    'shared ground, the first finder handles',
    -0.01,
    { more: { shared: 'FIRST_FINDER' }, place: { operatorOrg: 'east' } },
    { primaryAgency: 'east', level: 'DISTRICT', crossRegion: true, copies: ['west'] },
  ],
  [
    'shared ground, nobody known to have found it',
    -0.01,
    { more: { shared: 'FIRST_FINDER' } },
    { level: 'CITY' },
  ],
  ['outside every area', 20, {}, { primaryAgency: 'city', level: 'CITY', crossRegion: false }],
  [
    'so grave that the city takes it',
    -1,
    { more: { cityFromGrade: 'G4' }, event: { grade: 'G4' } },
    { level: 'CITY' },
  ],
]
test.each(PLACES)('[R37] [R39] [R46] one agency: %s', (_, x, more, expected) => {
  expect(handledAt(x, more)).toMatchObject(expected)
})

test('[R46] street and grid stand on every event, by the camera or by the map', () => {
  expect(handledAt(-1).told).toMatchObject({
    ...{ districtCode: '310101', streetCode: '310101002', gridCode: 'g-17' },
    ...{ ...at(-1), shopId: null },
  })
  const place = { streetCode: '310101009', gridCode: 'g-99' }
  expect(handledAt(-1, { place }).told).toMatchObject(place)
})

test('[R37] without coordinates the codes of the camera decide', () => {
  const place = { lon: undefined, lat: undefined, jurisdictionCode: '310102' }
  expect(handledAt(0, { place })).toMatchObject({ primaryAgency: 'east' })
})

test('[R37] an act seen from both districts goes to the city, all its events to one agency', () => {
  const { desk } = setUpOffice({
    options: {
      cameras: [camera('cam-1', at(-0.5)), camera('cam-2', at(0.5))],
      adjacency: [{ cameras: ['cam-1', 'cam-2'] }],
      jurisdictions: { cityAgency: 'city', areas: AREAS },
    },
  })
  const first = desk.raise(act('a', 0))
  expect(first.jurisdiction).toMatchObject({ primaryAgency: 'west' })
  const second = desk.raise(act('b', 1, undefined, { cameraId: 'cam-2' }))
  const agencies = [first, second].map(({ eventId }) => desk.get(eventId)!.event.jurisdiction)
  expect(agencies).toMatchObject([
    { primaryAgency: 'city', level: 'CITY', crossRegion: true },
    { primaryAgency: 'city', level: 'CITY', crossRegion: true },
  ])
})

test('[R40] without areas nothing is said about agencies, and areas without a city are refused', () => {
  const running = setUpOffice()
  expect(running.desk.raise(act('a', 0)).jurisdiction).toBeUndefined()
  expect(() => setUpOffice({ options: { jurisdictions: { areas: AREAS } } })).toThrow(/cityAgency/)
  const noAgency = { ...AREAS[1], agency: undefined }
  expect(() => setUpOffice({ options: { jurisdictions: { cityAgency: 'c', areas: [noAgency] } } })).toThrow(
    /an agency for every area/,
  )
})

test('[R41] what is passed on names the agency, the reason and the evidence that goes with it', () => {
  const running = setUpOffice({
    options: {
      cameras: [camera('cam-1', at(-1))],
      jurisdictions: { cityAgency: 'city', areas: AREAS },
    },
  })
  const { desk } = running
  const evidence = { packageId: '01KDZRW3FJ5V7V3T0CDVW0YJ6A', manifestHash: 'sha256:aa', packages: [] }
  const [bare, sealed] = raiseAll(running, act('a', 0), act('b', 40, undefined, { evidence }))
  const transfer = (eventId: string, unitId: string, reasonCode?: string) =>
    desk.transition({
      ...{ eventId, to: 'TRANSFERRED', actor: { id: 'p-1', roles: ['person', 'platform'] } },
      ...{ reasonCode, details: { unitId } },
    })
  for (const { eventId } of [bare!, sealed!]) {
    desk.review({ eventId, verdict: 'VERIFIED', by: 'p-1', commandId: `c-${eventId}` })
  }
  expect(() => transfer(bare!.eventId, 'police', 'NOT_OURS')).toThrow(/evidence is missing/)
  expect(() => transfer(sealed!.eventId, 'police')).toThrow(/reasonCode is missing/)
  expect(() => transfer(sealed!.eventId, 'west', 'NOT_OURS')).toThrow(/other than the one that has it/)
  expect(transfer(sealed!.eventId, 'police', 'NOT_OURS').event).toMatchObject({
    alertState: 'TRANSFERRED',
    transfer: {
      to: 'police',
      reasonCode: 'NOT_OURS',
      packageId: evidence.packageId,
      manifestHash: 'sha256:aa',
    },
  })
})
