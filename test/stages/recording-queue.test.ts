import { expect, test } from 'vitest'
import { type Pace, RecordingQueue } from '../../devices/bodycam/recording-queue.ts'
import { Idle } from '../../gateway/idle.ts'

test('conflicts first, then the oldest; one at a time', async () => {
  const order: string[] = []
  let running = 0
  let open: () => void = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const queue = new RecordingQueue({
    work: async (recordingId) => {
      expect(++running).toBe(1)
      order.push(recordingId)
      await gate
      running--
    },
  })
  queue.offer('02', false)
  await Promise.resolve()
  await Promise.resolve()
  for (const [id, isUrgent] of [
    ['05', false],
    ['04', true],
    ['03', false],
    ['01', true],
    ['03', false],
  ] as const)
    queue.offer(id, isUrgent)
  open()
  await queue.settled()
  expect(order).toEqual(['02', '01', '04', '03', '05'])
})

test('nothing is begun and no look is taken while cameras owe; a stop ends the waiting', async () => {
  let idle = false
  const looks: number[] = []
  const queue = new RecordingQueue({
    isIdle: () => idle,
    work: async (_, pace: Pace) => {
      for (let look = 0; look < 3; look++) {
        await pace.turn()
        if (pace.signal.aborted) return
        looks.push(look)
        idle = look === 0
      }
    },
  })
  queue.offer('01', false)
  expect(looks).toEqual([])
  expect(queue.view.waiting).toEqual(['01'])
  idle = true
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (looks.length < 2) return
      clearInterval(timer)
      resolve()
    }, 20)
  })
  expect(looks).toEqual([0, 1])
  await queue.close()
  expect(looks).toEqual([0, 1])
  queue.offer('02', false)
  expect(queue.view.waiting).toEqual([])
})

test('the box is busy from when cameras owe more until they have not for ten seconds', () => {
  let [owedSec, nowMs] = [5, 0]
  const { isIdle } = new Idle(() => owedSec, { monotonicMs: () => nowMs })
  expect(isIdle()).toBe(true)
  owedSec = 5.5
  expect(isIdle()).toBe(true)
  owedSec = 7
  expect(isIdle()).toBe(false)
  nowMs = 9_999
  expect(isIdle()).toBe(false)
  nowMs = 10_000
  expect(isIdle()).toBe(true)
  owedSec = 2
  expect(isIdle()).toBe(true)
  owedSec = 3.5
  expect(isIdle()).toBe(false)
})
