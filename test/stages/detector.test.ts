/**
 * The pool with real threads and tiny networks: what it answers, whom it serves, and what it does when a
 * thread dies.
 */
import type { Worker } from 'node:worker_threads'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { DetectorPool, ModelOptions } from '../../gateway/detections/detector.ts'
import { startWorker } from '../../gateway/detections/seat.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import {
  detrGraph,
  detrManifest,
  makeFolder,
  plainFrame,
  writeModel,
  yoloxGraph,
  yoloxManifest,
} from '../fixtures/models.ts'

const folder = makeFolder()
afterAll(folder.remove)
const yolox = writeModel(folder, yoloxGraph())
const fragile = writeModel(folder, yoloxGraph({ fragile: true }))
const detr = writeModel(folder, detrGraph(), detrManifest)
const SQUARE = 1
const WHITE = 235
const GREY = 126

async function open(file: string, options: Partial<ModelOptions> = {}, start = startWorker) {
  const pool = await DetectorPool.open(
    ModelOptions.parse({ file, workersMax: 1, everyMs: 0, ...options }),
    silentLog,
    start,
  )
  onTestFinished(() => pool.close())
  return pool
}

/** Asks until the pool answers again, at most ten seconds. */
async function askUntilAnswered(pool: DetectorPool): Promise<void> {
  for (let i = 1; i < 200; i++) {
    if ((await Promise.race([pool.detect(plainFrame(GREY, i), SQUARE), later(50)])) !== null) return
  }
  expect.unreachable('no new worker came')
}
const later = (ms: number) => new Promise<null>((resolve) => setTimeout(resolve, ms, null))

test('yolox: the person stands where the network put it, in fractions of the picture', async () => {
  const pool = await open(yolox)
  const found = await pool.detect(plainFrame(WHITE), SQUARE)
  expect(found).toMatchObject({ count: 1, classes: ['person', 'cart'], roles: ['person', 'carrier'] })
  expect(found!.classIds[0]).toBe(0)
  expect(found!.box(0).map((edge) => edge * 64)).toEqual(
    [12, 12, 28, 44].map((edge) => expect.closeTo(edge, 4)),
  )
})

test('letterbox: a wide scene fills the upper part, fractions are of the scene', async () => {
  const pool = await open(yolox)
  const found = await pool.detect(plainFrame(WHITE), 2)
  expect(found!.box(0).map((edge, i) => edge * (i % 2 === 0 ? 64 : 32))).toEqual(
    [12, 12, 28, 32].map((edge) => expect.closeTo(edge, 4)),
  )
})

test('a score of 0.5 is the threshold of the manifest, whatever the network calls it', async () => {
  const pool = await open(yolox)
  const scoreAt = async (brightness: number, timeMs: number) => {
    const found = await pool.detect(plainFrame(16 + 219 * brightness, timeMs), SQUARE)
    return found!.count === 0 ? 'nothing' : found!.scores[0]
  }
  expect(await scoreAt(1, 1)).toBeCloseTo(1, 2)
  expect(await scoreAt(0.7, 2)).toBeCloseTo(0.75, 1) // half way from the threshold 0.4 to 1
  expect(await scoreAt(0.4, 3)).toBeCloseTo(0.5, 1)
  expect(await scoreAt(0.25, 4)).toBeCloseTo(0.31, 1) // faint: reported
  expect(await scoreAt(0.1, 5)).toBe('nothing')
})

test('detr: boxes in the given size, one name a thing, faint queries left out', async () => {
  const pool = await open(detr)
  const found = await pool.detect(plainFrame(GREY), 16 / 9)
  expect(found!.count).toBe(1)
  expect(found!.classes[found!.classIds[0]!]).toBe('cart')
  expect(found!.box(0)).toEqual([0.25, 0.5, 0.5, 1])
})

test('every frame gets the answer to itself, and the same frame the same answer', async () => {
  const pool = await open(yolox, { workersMax: 2 })
  const lumas = [235, 120, 200, 160, 235, 120]
  const found = await Promise.all(lumas.map((luma, i) => pool.detectAll(plainFrame(luma, i), SQUARE)))
  const scores = found.map((one) => one!.scores[0]!)
  expect(scores[0]).toBe(scores[4])
  expect(scores[1]).toBe(scores[5])
  expect([scores[0]! > scores[2]!, scores[2]! > scores[3]!, scores[3]! > scores[1]!]).toEqual([
    true,
    true,
    true,
  ])
  expect(pool.stats()).toMatchObject({ runs: 6, dropped: 0, failed: 0 })
})

test('live: the newest frame takes the waiting place, the older is told null and counted', async () => {
  const pool = await open(yolox)
  const [first, second, third] = await Promise.all([
    pool.detect(plainFrame(100, 0), SQUARE),
    pool.detect(plainFrame(150, 1), SQUARE),
    pool.detect(plainFrame(235, 2), SQUARE),
  ])
  expect(first).not.toBeNull()
  expect(second).toBeNull()
  expect(third!.scores[0]).toBeCloseTo(1, 2)
  expect(pool.stats()).toMatchObject({ runs: 2, dropped: 1 })
})

test('a camera is looked at no more often than everyMs of its own media time', async () => {
  const pool = await open(yolox, { everyMs: 400 })
  const looked: number[] = []
  for (const timeMs of [0, 200, 390, 600, 800, 1_000]) {
    if ((await pool.detect(plainFrame(WHITE, timeMs), SQUARE)) !== null) looked.push(timeMs)
  }
  expect(looked).toEqual([0, 390, 800])
  expect(await pool.detect(plainFrame(WHITE, 900, 'cam-2'), SQUARE)).not.toBeNull()
  expect(pool.stats()).toMatchObject({ runs: 4, notDue: 3 })
})

test('the caller may give its frame back at once: the pool has its own copy', async () => {
  const pool = await open(yolox)
  const frame = plainFrame(WHITE)
  const answer = pool.detect(frame, SQUARE)
  frame.yuv.fill(0)
  expect((await answer)!.count).toBe(1)
})

test('a run that fails is "not analysed", and the next frame is looked at as ever', async () => {
  const pool = await open(fragile)
  expect(await pool.detect(plainFrame(WHITE, 0), SQUARE)).toBeNull()
  expect(await pool.detect(plainFrame(200, 1), SQUARE)).not.toBeNull()
  expect(pool.stats()).toMatchObject({ runs: 1, failed: 1 })
})

test('a frame that takes too long is "not analysed"; its thread is waited for, not ended', async () => {
  const slow = writeModel(folder, yoloxGraph({ slow: true }))
  const threads: Worker[] = []
  const pool = await open(slow, { patienceMs: 100 }, (model) => {
    threads.push(startWorker(model))
    return threads.at(-1)!
  })
  expect(await pool.detect(plainFrame(WHITE, 0), SQUARE)).toBeNull()
  expect(await pool.detect(plainFrame(WHITE, 1), SQUARE)).toBeNull()
  expect(pool.stats()).toMatchObject({ runs: 0, failed: 2 })
  await pool.close()
  expect(threads.length).toBe(1)
})

test('a thread that dies: its frame is null and counted, a new thread goes on', async () => {
  const threads: Worker[] = []
  const pool = await open(yolox, {}, (model) => {
    threads.push(startWorker(model))
    return threads.at(-1)!
  })
  threads[0]!.postMessage(undefined) // No such message: the thread throws and is gone.
  const answer = pool.detect(plainFrame(WHITE), SQUARE)
  const gone = new Promise((resolve) => threads[0]!.once('exit', resolve))
  await gone
  expect([null, 1]).toContain((await answer)?.count ?? null)
  await askUntilAnswered(pool)
  expect(threads.length).toBe(2)
})

test('a new thread that cannot load the model is let go, and the next one is tried', async () => {
  const threads: Worker[] = []
  const pool = await open(yolox, {}, (model) => {
    const bytes = threads.length === 1 ? Buffer.from('torn') : model.bytes
    threads.push(startWorker({ ...model, bytes }))
    return threads.at(-1)!
  })
  threads[0]!.postMessage(undefined)
  await askUntilAnswered(pool)
  expect(threads.length).toBe(3)
  if (threads[1]!.threadId !== -1) await new Promise((resolve) => threads[1]!.once('exit', resolve))
  expect(threads[1]!.threadId).toBe(-1)
})

test('a second recording under the same name begins anew', async () => {
  const pool = await open(yolox, { everyMs: 400 })
  for (const timeMs of [50_000, 0, 400]) {
    expect(await pool.detectAll(plainFrame(WHITE, timeMs), SQUARE)).not.toBeNull()
  }
})

test('closing in the middle of a run waits for it, and tells the waiting null', async () => {
  const pool = await DetectorPool.open(
    ModelOptions.parse({ file: yolox, workersMax: 1, everyMs: 0 }),
    silentLog,
  )
  const running = pool.detectAll(plainFrame(WHITE, 0), SQUARE)
  const waiting = pool.detectAll(plainFrame(WHITE, 1), SQUARE)
  await pool.close()
  expect((await running)!.count).toBe(1)
  expect(await waiting).toBeNull()
  expect(await pool.detect(plainFrame(WHITE, 2), SQUARE)).toBeNull()
})

const MISFITS: [string, () => string, string][] = [
  [
    'bytes that the manifest vouches for and that are no network',
    () => writeModel(folder, Buffer.from('not a network')),
    'MODEL_UNREADABLE',
  ],
  ['a network of another family', () => writeModel(folder, detrGraph()), 'MODEL_SHAPE_WRONG'],
  [
    'more classes than the network has',
    () =>
      writeModel(folder, yoloxGraph(), (bytes) => ({
        ...yoloxManifest(bytes),
        classes: ['person', 'cart', 'dog'],
      })),
    'MODEL_SHAPE_WRONG',
  ],
  [
    'another input size',
    () => writeModel(folder, { ...yoloxGraph(), inputs: [{ name: 'images', dims: [1, 3, 96, 96] }] }),
    'MODEL_SHAPE_WRONG',
  ],
]
for (const [what, write, code] of MISFITS) {
  test(`refused at opening: ${what}`, async () => {
    await expect(open(write())).rejects.toMatchObject({ code })
  })
}
