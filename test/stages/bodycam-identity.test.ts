/** Whose a recording is, from the words of many makers, and from the names of files. */
import { expect, test } from 'vitest'
import { identified } from '../../devices/bodycam/identity.ts'
import { NamePattern, readName } from '../../devices/bodycam/name-pattern.ts'

const PEOPLE = [
  { personId: 'p-1', name: '王', badgeNo: '310001', role: 'OFFICER' },
  { personId: 'p-2', name: '李', badgeNo: '310002', role: 'AUXILIARY' },
] as const
const NAME = '{deviceSerial}_{userNo}_{startAt:yyyyMMddHHmmss}_{*}'
const of = (details: Record<string, string | null>, names: string[] = [NAME]) =>
  identified(details, { names, people: PEOPLE, offsetMinutes: 480 })

test.each([
  [
    NAME,
    'DSJ0001_310001_20260105100000_0001.MP4',
    { deviceSerial: 'DSJ0001', userNo: '310001', startAt: '2026-01-05T10:00:00.000+08:00' },
  ],
  [
    '{unitNo:12}{userNo:6}{deviceSerial:7}{startAt:yyyyMMddHHmm}',
    '310101000000310001DSJ0001202601051000.ts',
    {
      ...{ unitNo: '310101000000', userNo: '310001', deviceSerial: 'DSJ0001' },
      startAt: '2026-01-05T10:00:00.000+08:00',
    },
  ],
  [
    '{deviceSerial}@{userName}[{userNo}]{startAt:yyyy-MM-dd HH.mm.ss}.mp4',
    'H6-77@王小明[310001]2026-01-05 10.00.01.avi',
    {
      ...{ deviceSerial: 'H6-77', userName: '王小明', userNo: '310001' },
      startAt: '2026-01-05T10:00:01.000+08:00',
    },
  ],
] as const)('[R61] a name of the pattern %s is read', (pattern, name, said) => {
  expect(NamePattern.parse(pattern)).toBe(pattern)
  expect(readName(pattern, `folder/${name}`, 480)).toEqual(said)
})

test.each([
  'DSJ0001_310001_20261305100000_0001.MP4', // No thirteenth month.
  'DSJ0001_310001_2026010510000_0001.MP4',
  'DSJ0001-310001-20260105100000.MP4',
  '_310001_20260105100000_1.mp4',
  'VID_0001.MP4',
])('a name of another kind says nothing: %s', (name) => {
  expect(readName(NAME, name, 480)).toBeNull()
})

test.each([
  ['{deviceSerial}{userNo}', 'a letter between them'],
  ['{policeman}_{userNo}', 'none of'],
  ['{userNo}_{userNo}', 'twice'],
  ['{startAt}_{userNo}', 'yyyy MM dd'],
  ['{userNo:0}_x', 'a length'],
  ['{userNo_x', 'a brace'],
  ['plain', 'no field'],
  ['{*}_x', 'no field'],
])('a pattern that cannot be read for sure is refused: %s', (pattern, why) => {
  const { success, error } = NamePattern.safeParse(pattern)
  expect([success, error?.issues[0]?.message]).toEqual([false, expect.stringContaining(why)])
})

test('letters with a meaning in expressions are letters, and hostile names are read in one go', () => {
  expect(readName('(a+)+{userNo}$', '(a+)+77$.mp4', 480)).toEqual({ userNo: '77' })
  const [pattern, name] = ['{deviceSerial}a{userNo}a{userName}a{unitNo}ab', 'a'.repeat(200)]
  expect(readName(pattern, name, 480)).toBeNull()
})

test('[R61] the words of makers become ours, times of the place get its offset, and the role comes from the list', () => {
  const said = of({
    ...{ filename: 'x.mp4', Device_No: 'DSJ-1', 警号: '310002', 'start-time': '2026/01/05 10:00:00' },
    ...{
      unitCode: '310101000000',
      collect_time: '2026-01-05T12:00:00Z',
      IntegrityCheckId: 'abc',
      more: 'kept',
    },
  })
  expect(said).toEqual({
    ...{ filename: 'x.mp4', deviceSerial: 'DSJ-1', userNo: '310002', startAt: '2026-01-05T10:00:00+08:00' },
    ...{ unitNo: '310101000000', collectTime: '2026-01-05T12:00:00Z', integrityId: 'abc', more: 'kept' },
    roleAtRecording: 'AUXILIARY',
  })
  expect(of({ userNo: '310001', roleAtRecording: 'AUXILIARY' })['roleAtRecording']).toBe('AUXILIARY')
})

test('the name fills what is missing, and what contradicts is said instead of guessed', () => {
  const filename = 'DSJ0001_310001_20260105100000_1.mp4'
  expect(of({ filename })).toMatchObject({
    ...{ deviceSerial: 'DSJ0001', userNo: '310001', roleAtRecording: 'OFFICER' },
  })
  const near = of({ filename, startAt: '2026-01-05T10:00:20+08:00', identityConflict: 'typed by a stranger' })
  expect([near['startAt'], near['identityConflict']]).toEqual(['2026-01-05T10:00:20+08:00', undefined])
  const apart = of({ filename, startAt: '2026-01-05T11:00:00+08:00' })
  expect(apart['identityConflict']).toContain('startAt')
  expect(of({ filename, userNo: '310002' })).toMatchObject({
    ...{ userNo: '310002', identityConflict: expect.stringContaining('310001') },
  })
  expect(of({ filename: 'x.mp4', deviceSerial: 'A', serial: 'B' })['identityConflict']).toContain('twice')
})
