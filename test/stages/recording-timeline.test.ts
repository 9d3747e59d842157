/** The time line of a film as a strip, one character a second: `#` seen, `.` looked and not seen, `?` not looked at. */
import { expect, test } from 'vitest'
import type { Look } from '../../gateway/console/bodycam-api.ts'
import type { RecordingRow } from '../../gateway/console/recording-row.ts'
import { cellsOf, momentsOf } from '../../gateway/console/recording-timeline.tsx'

const drawn = (looks: readonly Look[] | null, seconds: number) =>
  cellsOf(looks, 'person', seconds)
    .map((cell) => ({ seen: '#', none: '.', unknown: '?' })[cell])
    .join('')
const looksOf = (strip: string): Look[] =>
  [...strip].flatMap((one, sec) =>
    one === '?' ? [] : [{ sec, ...(one === '#' ? { person: [1, 0.9] as const } : {}) }],
  )

test.each(['..##..', '??##..', '#?#?#?', '......', '??????'])('%s is drawn as it is', (strip) => {
  expect(drawn(looksOf(strip), strip.length)).toBe(strip)
})

test('what nobody has looked at is unknown all along, never empty', () => {
  expect(drawn(null, 5)).toBe('?????')
})

test('a long film is drawn in a thousand stretches; one look of a stretch is enough to be seen', () => {
  const looks = looksOf(`${'.'.repeat(4_999)}#${'.'.repeat(5_000)}`)
  const cells = cellsOf(looks, 'person', 10_000)
  expect([cells.length, cells.indexOf('seen'), cells.filter((cell) => cell === 'unknown').length]).toEqual([
    1_000, 499, 0,
  ])
})

test('marks stand where the recorder’s own clock had them', () => {
  const recording = {
    startAt: '2026-01-05T10:01:35.000+08:00',
    deviceStartAt: '2026-01-05T10:00:00.000+08:00',
    keyMarks: [
      { at: '2026-01-05T10:00:09.000+08:00', label: '收尾' },
      { at: '2026-01-05T10:00:04.500+08:00', label: '证件已出示', note: '当面' },
    ],
  } as unknown as RecordingRow
  expect(momentsOf(recording)).toEqual([
    { sec: 4.5, what: 'mark', label: '证件已出示', note: '当面' },
    { sec: 9, what: 'mark', label: '收尾', note: '' },
  ])
})
