import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  type BodyCamRecording,
  presenceFile,
  type RecordingAnalysis,
} from '../../devices/bodycam/recording.ts'
import { Detections } from '../../gateway/detections/detections.ts'
import type { DetectorPool } from '../../gateway/detections/detector.ts'
import { filmFacts } from '../../gateway/film-facts.ts'
import type { Frame } from '../../gateway/frames/frame.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { lookAt, readPresence } from '../../gateway/presence.ts'
import { watchWorn } from '../../gateway/worn.ts'
import { makeClip } from '../fixtures/clip.ts'

const START = '2026-01-05T10:00:00.000+08:00'
const SECONDS = 30
const CLASSES = ['person', 'bicycle', 'crate'] as const
const ROLES = ['person', 'two-wheeler', 'goods'] as const

const told = (...found: readonly [classId: number, score: number][]) =>
  new Detections({
    boxes: Float32Array.from(found.flatMap(() => [0.1, 0.1, 0.2, 0.2])),
    scores: Float32Array.from(found.map(([, score]) => score)),
    classIds: Int32Array.from(found.map(([classId]) => classId)),
    ...{ classes: CLASSES, roles: ROLES },
  })

/** A detector that is asked as the real one is, and says what the second is about. */
function detector(says: (second: number) => Detections | null, asked: number[] = []): DetectorPool {
  const detectAll = async (frame: Frame) => {
    asked.push(Math.round(frame.timeMs / 1000))
    return says(Math.round(frame.timeMs / 1000))
  }
  return { detectAll, manifest: { name: 'street' }, modelDigest: 'sha256:00' } as unknown as DetectorPool
}

async function film(): Promise<BodyCamRecording> {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-worn-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'accepted'))
  const file = await makeClip(join(folder, 'accepted', '01R.mp4'), { seconds: SECONDS, fps: 5, things: [] })
  return { recordingId: '01R', deviceSerial: 'DSJ-1', startAt: START, file } as BodyCamRecording
}

function watching(pool: DetectorPool | null, signal = new AbortController().signal) {
  const notes: [RecordingAnalysis, string][] = []
  const note = (analysis: RecordingAnalysis, change: string) => void notes.push([analysis, change])
  return { notes, parts: { detector: pool, signal, turn: async () => {}, note, log: silentLog } }
}

const street = (second: number) =>
  second < 10
    ? told()
    : second < 20
      ? told([0, 0.9], [0, 0.6], [1, 0.4])
      : told([0, 0.8], [1, 0.7], [2, 0.55])

test('[R61] who was in view, second by second; nothing of it is an event, and why is said', async () => {
  const recording = await film()
  const { notes, parts } = watching(detector(street))
  await watchWorn(parts, recording)
  const [last, change] = notes.at(-1)!
  expect(change).toBe('analysed')
  expect(last).toMatchObject({
    path: 'WORN',
    state: 'DONE',
    percent: 100,
    occupancy: 'NOT_USED_CAMERA_MOVES',
  })
  expect(last.presence).toMatchObject({
    analysedSec: 30,
    personSec: 20,
    carrierSec: 10,
    goodsSec: 10,
    looksPerSec: 1,
  })
  const looks = readPresence(presenceFile(recording))!
  expect(looks).toHaveLength(30)
  expect(looks[12]).toMatchObject({ person: [2, 0.9] })
  expect(looks[12]!.carrier).toBeUndefined()
  expect(looks[25]).toMatchObject({ person: [1, 0.8], carrier: [1, 0.7], goods: [1, 0.55] })
  const percents = notes.filter(([, one]) => one === 'analysing').map(([{ percent }]) => percent)
  expect(percents.length).toBeLessThanOrEqual(10)
  expect(percents).toEqual(percents.toSorted((a, b) => a - b))
})

test('stills are suggested where most is to be seen, some seconds apart, with reasons', async () => {
  const recording = await film()
  const { notes, parts } = watching(detector(street))
  await watchWorn(parts, recording)
  const { stills } = notes.at(-1)![0].presence!
  expect(stills.length).toBeGreaterThanOrEqual(2)
  const best = stills.toSorted((a, b) => b.score - a.score)[0]!
  expect(best.sec).toBeGreaterThanOrEqual(20)
  expect(best.reasons).toEqual(expect.arrayContaining(['PERSON', 'CARRIER', 'GOODS']))
  for (const [at, { sec }] of stills.entries())
    expect(sec - (stills[at - 1]?.sec ?? -100)).toBeGreaterThanOrEqual(10)
})

test('without a detector nothing was looked at, which is not the same as nobody there', async () => {
  const recording = await film()
  const { notes, parts } = watching(null)
  await watchWorn(parts, recording)
  expect(notes).toEqual([
    [expect.objectContaining({ state: 'NOT_ANALYSED', reason: 'NO_DETECTOR' }), 'analysed'],
  ])
  expect(readPresence(presenceFile(recording))).toBeNull()
})

test('a look that the detector gave up is no empty second', async () => {
  const recording = await film()
  const { notes, parts } = watching(detector((second) => (second < 10 ? null : told())))
  await watchWorn(parts, recording)
  expect(notes.at(-1)![0].presence).toMatchObject({ analysedSec: 20, personSec: 0 })
})

test('stopped in the middle, it goes on where it was; half a line is looked at once more', async () => {
  const recording = await film()
  const stop = new AbortController()
  const before: number[] = []
  const first = watching(
    detector((second) => {
      if (second === 24) stop.abort()
      return street(second)
    }, before),
    stop.signal,
  )
  await expect(watchWorn(first.parts, recording)).rejects.toThrow()
  expect(first.notes.map(([, change]) => change)).not.toContain('analysed')
  const file = presenceFile(recording)
  truncateSync(file, readFileSync(file).length - 5)
  const after: number[] = []
  const second = watching(detector(street, after))
  await watchWorn(second.parts, recording)
  expect(after[0]).toBe(24)
  expect(second.notes.at(-1)![0].presence).toMatchObject({ analysedSec: 30, personSec: 20 })
})

test('what cannot be decoded is said not to be analysed, and stops nothing', async () => {
  const recording = await film()
  writeFileSync(recording.file, 'no film')
  const { notes, parts } = watching(detector(street))
  await watchWorn(parts, recording)
  expect(notes.at(-1)![0]).toMatchObject({ state: 'NOT_ANALYSED', reason: 'FILE_UNREADABLE' })
})

test('links ask whether somebody was in view: yes, no, or nobody looked', async () => {
  const recording = await film()
  await watchWorn(watching(detector(street)).parts, recording)
  const facts = filmFacts()
  const at = (sec: number) => Date.parse(START) + 1000 * sec
  const seen = { ...recording, analysis: { state: 'DONE' } } as BodyCamRecording
  expect(facts.saw(seen, at(0), at(5))).toBe(false)
  expect(facts.saw(seen, at(8), at(12))).toBe(true)
  expect(facts.saw(seen, at(40), at(50))).toBeNull()
  expect(filmFacts().saw(recording, at(8), at(12))).toBeNull()
})

test('only what is as sure as the model itself asks for is counted', () => {
  expect(lookAt(1, told([0, 0.49], [0, 0.5]), 12.4)).toEqual({ sec: 1, sharp: 12, person: [1, 0.5] })
})
