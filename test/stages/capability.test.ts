/** What a camera's records may be at most: by what is on record, on the days of the act. */
import { expect, test } from 'vitest'
import {
  Authorisation,
  authorisationFor,
  capabilityOf,
  deviceCaps,
  type Registered,
} from '../../gateway/evidence/capability.ts'
import { startServer, Visitor } from './http-fixture.ts'

const WHOLE: Registered = {
  ...{
    legalReviewNo: 'FZ-1',
    technicalReviewNo: 'JS-1',
    reviewValidFrom: '2026-01-01',
    reviewValidUntil: '2026-12-31',
  },
  ...{ locationPublishedAt: '2026-01-15', signagePhotoRef: 'sign.jpg' },
}
const DEVICES: [what: string, change: Registered, from: string, to: string, caps: string[]][] = [
  ['all on record', {}, '2026-03-01', '2026-03-01', []],
  [
    'no technical review',
    { technicalReviewNo: undefined },
    '2026-03-01',
    '2026-03-01',
    ['DEVICE_NOT_REVIEWED'],
  ],
  ['the last day of the review', {}, '2026-12-31', '2026-12-31', []],
  ['the day after it', {}, '2027-01-01', '2027-01-01', ['DEVICE_REVIEW_EXPIRED']],
  ['an act that goes on over the last day', {}, '2026-12-31', '2027-01-01', ['DEVICE_REVIEW_EXPIRED']],
  ['before the review', {}, '2025-12-31', '2026-03-01', ['DEVICE_NOT_REVIEWED', 'LOCATION_NOT_PUBLISHED']],
  ['published while it went on', {}, '2026-01-14', '2026-01-15', ['LOCATION_NOT_PUBLISHED']],
  ['published on that day', {}, '2026-01-15', '2026-01-15', []],
  ['no sign', { signagePhotoRef: undefined }, '2026-03-01', '2026-03-01', ['SIGN_NOT_RECORDED']],
  [
    'a review without dates',
    { reviewValidFrom: undefined, reviewValidUntil: undefined },
    '2026-03-01',
    '2026-03-01',
    [],
  ],
]
for (const [what, change, from, to, caps] of DEVICES) {
  test(`device: ${what} → ${caps.join(', ') || 'no cap'}`, () =>
    expect(deviceCaps({ ...WHOLE, ...change }, { from, to })).toEqual(caps))
}

const RECORDS = [
  Authorisation.parse({
    ...{ ref: 'Art. 7', issuedBy: 'Pudong', rules: ['street-vending', 'piling'], districts: ['310115'] },
    ...{ from: '2026-01-01', until: '2026-06-30' },
  }),
  Authorisation.parse({
    ref: 'No. 9',
    issuedBy: 'City',
    rules: ['piling'],
    districts: ['31'],
    from: '2026-02-01',
  }),
]
const ASKED: [rule: string, district: string, from: string, to: string, ref: string | null][] = [
  ['street-vending', '310115', '2026-03-01', '2026-03-01', 'Art. 7'],
  ['street-vending', '310115001', '2026-03-01', '2026-03-01', 'Art. 7'],
  ['street-vending', '310101', '2026-03-01', '2026-03-01', null],
  ['barbecue', '310115', '2026-03-01', '2026-03-01', null],
  ['street-vending', '310115', '2026-06-30', '2026-07-01', null],
  ['street-vending', '310115', '2025-12-31', '2026-01-01', null],
  ['piling', '310101', '2026-03-01', '2026-03-01', 'No. 9'],
  ['piling', '310115', '2026-07-01', '2026-07-02', 'No. 9'],
]
for (const [rule, district, from, to, ref] of ASKED) {
  test(`authorisation: ${rule} in ${district}, ${from} to ${to} → ${ref}`, () =>
    expect(authorisationFor(RECORDS, rule, district, { from, to })?.ref ?? null).toBe(ref))
}

const CAMERA = { ...WHOLE, zones: [{ rules: [{ rule: 'street-vending' }] }] }
const BEST = {
  ...{ camera: CAMERA, districtCode: '310115', authorisations: RECORDS, hasTimeServer: true, isTest: false },
  day: '2026-03-01',
}
test('a camera with everything on record is capable of evidence', () => {
  expect(capabilityOf(BEST)).toEqual({
    evidenceCapability: 'EVIDENCE_CAPABLE',
    evidenceCapabilityReasons: [],
  })
})
test.each([
  [{ day: '2027-01-01' }, ['DEVICE_REVIEW_EXPIRED', 'NO_AUTHORISATION_RECORD']],
  [{ districtCode: '310101' }, ['NO_AUTHORISATION_RECORD']],
  [{ hasTimeServer: false }, ['NO_TIME_SERVER']],
  [{ isTest: true }, ['TEST_MODE']],
  [
    { camera: { zones: [] }, authorisations: [], hasTimeServer: false },
    [
      ...['DEVICE_NOT_REVIEWED', 'LOCATION_NOT_PUBLISHED', 'SIGN_NOT_RECORDED'],
      ...['NO_AUTHORISATION_RECORD', 'NO_TIME_SERVER'],
    ],
  ],
])('with %o it makes leads only: %o', (change, reasons) => {
  expect(capabilityOf({ ...BEST, ...change })).toEqual({
    evidenceCapability: 'LEAD_ONLY',
    evidenceCapabilityReasons: reasons,
  })
})

test('the list of cameras says so, too', async () => {
  const visitor = await Visitor.as(await startServer(), 'OFFICER')
  const { cameras } = (await (await visitor.get('/api/v1/cameras')).json()) as { cameras: object[] }
  expect(cameras[0]).toMatchObject({
    ...{ evidenceCapability: 'LEAD_ONLY', evidenceCapabilityReasons: ['DEVICE_NOT_REVIEWED'] },
  })
})
