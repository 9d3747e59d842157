/** Who is looked at next. `a1` is camera a's first frame; capitals are files, whose frames all count. */
import { expect, test } from 'vitest'
import { Schedule } from '../../gateway/detections/schedule.ts'

const put = (schedule: Schedule<string>, frames: string) =>
  frames.split(' ').map((frame) => {
    const camera = frame[0]!
    if (camera === camera.toLowerCase()) return schedule.offer(camera, frame)
    schedule.append(camera, frame)
    return undefined
  })

/** Takes the next and says at once that it is done. */
const serve = (schedule: Schedule<string>, count: number) =>
  Array.from({ length: count }, () => {
    const frame = schedule.next()
    if (frame !== undefined) schedule.done(frame[0]!)
    return frame ?? '-'
  }).join(' ')

const ORDERS: [what: string, offered: string, served: string][] = [
  ['one camera', 'a1', 'a1 -'],
  ['the newest frame of a camera', 'a1 a2 a3', 'a3 -'],
  ['every frame of a file, in order', 'F1 F2 F3', 'F1 F2 F3 -'],
  ['cameras in turn, however much one offers', 'a1 a2 b1 a3 c1', 'a3 b1 c1 -'],
  ['a file does not starve a camera', 'F1 F2 F3 a1', 'F1 a1 F2 F3'],
]
for (const [what, offered, served] of ORDERS) {
  test(`served: ${what}`, () => {
    const schedule = new Schedule<string>()
    put(schedule, offered)
    expect(serve(schedule, served.split(' ').length)).toBe(served)
  })
}

test('who was served longest ago is next', () => {
  const schedule = new Schedule<string>()
  put(schedule, 'a1 b1')
  expect(serve(schedule, 2)).toBe('a1 b1')
  put(schedule, 'b2 a2')
  expect(serve(schedule, 2)).toBe('a2 b2')
})

test('what gave way is returned', () => {
  expect(put(new Schedule<string>(), 'a1 b1 a2')).toEqual([undefined, undefined, 'a1'])
})

test('a live camera has one frame under way, a file as many as there are workers', () => {
  const schedule = new Schedule<string>()
  put(schedule, 'a1 F1 F2')
  expect([schedule.next(), schedule.next()]).toEqual(['a1', 'F1'])
  put(schedule, 'a2')
  expect([schedule.next(), schedule.next()]).toEqual(['F2', undefined])
  schedule.done('a')
  expect(schedule.next()).toBe('a2')
})

test('a reader that does not wait for answers is stopped', () => {
  const schedule = new Schedule<string>()
  expect(() => put(schedule, Array.from({ length: 65 }, (_, i) => `F${i}`).join(' '))).toThrow(/waits/)
})

test('a thousand recordings later the first are forgotten, those under way are not', () => {
  const schedule = new Schedule<string>()
  schedule.append('under way', 'one')
  expect(schedule.next()).toBe('one')
  for (let i = 0; i < 5_000; i++) {
    schedule.append(`file-${i}`, 'x')
    expect(schedule.next()).toBe('x')
    schedule.done(`file-${i}`)
  }
  schedule.done('under way')
  expect(() => schedule.done('file-0')).toThrow(/under way/)
})
