/**
 * The look at the deadline. A strip is a minute a character from the notice on, the deadline falls on the tenth:
 *
 *     v goods and vendor    h half of the goods    . gone, seen to be gone    ? no picture    x out of sight
 */
import { expect, test } from 'vitest'
import type { ActSight } from '../../gateway/alerts/recheck.ts'
import { startSpeaker } from '../fixtures/speaker.ts'
import { setUp, until } from './persuasion-fixture.ts'

const MIN_MS = 60_000
const ENDED = { phase: 'END', revision: 90, endedAt: '2026-01-01T10:20:00.000+08:00' } as const
const PACKAGE = { packageId: 'PACKAGE', manifestHash: 'h', packages: ['PACKAGE'] }

type Box = ReturnType<typeof setUp>

async function spokenTo(changes: object = {}, wishes: Parameters<typeof setUp>[1] = {}) {
  const speaker = await startSpeaker()
  const box = setUp(speaker.url, wishes)
  const eventId = box.verified('a', changes)
  if (box.store.queued().length === 0) box.persuasion.persuade({ eventId, by: 'officer' })
  await until(() => box.state(eventId) === 'PERSUADING')
  return { box, eventId, speaker }
}

/** What a letter is to the camera. */
function sightOf(letter: string, nowMs: number): ActSight {
  if (letter === '?') return { lookedAtMs: nowMs - 10 * MIN_MS, state: 'ACTIVE', remainingShare: 1 }
  if (letter === 'x') return { lookedAtMs: nowMs, state: 'LOST', remainingShare: 1 }
  return { lookedAtMs: nowMs, state: 'ACTIVE', remainingShare: letter === 'h' ? 0.4 : 0.95 }
}

/** Walks a strip, a minute a character, and gives what the alert is at its end. */
async function walk(box: Box, eventId: string, strip: string, changes: object = {}): Promise<string> {
  for (const letter of strip) {
    box.time.nowMs += MIN_MS
    if (letter === '.') {
      if (box.desk.get(eventId)!.event.phase !== 'END')
        box.raise('a', { ...ENDED, detectionState: 'CLEARED', evidence: PACKAGE, ...changes })
    } else box.sights.set(eventId, sightOf(letter, box.time.nowMs))
    box.recheck.turn()
    await settled()
  }
  return box.state(eventId)
}

/** What began has come to rest: every step waits for promises only. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((done) => setImmediate(done))
}

const STRIPS: [strip: string, state: string, result: string | null, share: number | null][] = [
  ['vvvvvvvvv', 'PERSUADING', null, null], // The time to correct is a promise.
  ['vvvvvvvvvvv', 'PERSISTING', 'IGNORED', 0.95],
  ['vvvvvvhhhhh', 'PERSISTING', 'PARTIAL', 0.4],
  ['vvv.', 'SELF_CORRECTED', 'LEFT', 0], // Early is better than late.
  ['vvvvvvvvv.', 'SELF_CORRECTED', 'LEFT', 0],
  ['vvvvvvvvv???', 'RECHECKING', 'UNKNOWN', null], // Not analysed is never gone.
  ['vvvvvvvvvxxx', 'RECHECKING', 'UNKNOWN', null],
  ['vvvvvvvvv??vv', 'PERSISTING', 'IGNORED', 0.95], // It looks again, and sees.
  ['vvvvvvvvv??..', 'SELF_CORRECTED', 'LEFT', 0],
]
for (const [strip, state, result, share] of STRIPS) {
  test(`[R15] re-check: ${strip} → ${state} ${result ?? ''}`, async () => {
    const { box, eventId } = await spokenTo()
    expect(await walk(box, eventId, strip)).toBe(state)
    expect(box.latest(eventId)).toMatchObject({ result, remainingShare: share })
  })
}

test('[R15] goods that are cleared away are corrected, a vendor who goes has left', async () => {
  const { box, eventId } = await spokenTo({ ruleId: 'piling' })
  await walk(box, eventId, 'vvv.', { ruleId: 'piling' })
  expect(box.latest(eventId).result).toBe('CORRECTED')
})

test('[R15] self-corrected comes with the picture that shows it, and the result as a further version', async () => {
  const { box, eventId } = await spokenTo()
  await walk(box, eventId, 'vvv.')
  const { transitions } = box.desk.history(eventId)
  expect(transitions.map(({ to }) => to).slice(-3)).toEqual(['PERSUADING', 'RECHECKING', 'SELF_CORRECTED'])
  expect(transitions.at(-1)!.details).toMatchObject({ afterItemId: 'PACKAGE/09-after', result: 'LEFT' })
  expect(box.store.versions(eventId).map(({ result }) => result)).toEqual([null, null, 'LEFT'])
})

for (const packageId of ['empty', 'unreadable']) {
  test(`[R15] over, but no picture shows it (${packageId}): it stays in re-check`, async () => {
    const { box, eventId } = await spokenTo()
    const evidence = { packageId, manifestHash: 'h', packages: [packageId] }
    expect(await walk(box, eventId, 'vvv.', { evidence })).toBe('RECHECKING')
  })
}

test('[R15] an act that ended out of sight was not seen to be gone', async () => {
  const { box, eventId } = await spokenTo()
  expect(await walk(box, eventId, 'vv.', { detectionState: 'LOST' })).toBe('RECHECKING')
  expect(box.latest(eventId).result).toBe('UNKNOWN')
})

test('[R15] what a permit covers now is not what somebody has corrected', async () => {
  const { box, eventId } = await spokenTo()
  expect(await walk(box, eventId, 'vv.', { detectionState: 'SUPPRESSED' })).toBe('RECHECKING')
  expect(box.latest(eventId).result).toBe('UNKNOWN')
})

test('the camera is made to look often before the deadline, and pictures are taken of what persists', async () => {
  const { box, eventId } = await spokenTo()
  await walk(box, eventId, 'vvvvvvvvv')
  expect(box.watched).toEqual([])
  box.time.nowMs += MIN_MS - 10_000
  box.recheck.turn()
  await settled()
  expect(box.watched).toEqual(['cam-1'])
  await walk(box, eventId, 'vv')
  expect(box.pictures).toEqual([eventId])
  expect(box.desk.history(eventId).transitions.at(-1)!.details).toMatchObject({
    recheckItemId: 'PACKAGE/07-recheck',
  })
})

test('[R14] what persists gets the next rung where the policy says so, and is left to people where it does not', async () => {
  const automatic = { grades: ['G1'], nextRung: true, retryMin: 1 }
  const { box, eventId, speaker } = await spokenTo({}, { persuasion: { automatic } })
  await walk(box, eventId, 'vvvvvvvvvvv')
  await until(() => box.heard.length === 2)
  expect(box.latest(eventId)).toMatchObject({ rung: 1, scriptId: 'second-notice', trigger: 'AUTO_POLICY' })
  expect(speaker.heard[1]!.headers['x-script']).toBe('second-notice@1')
  // The ladder has two rungs: now it is the people's.
  await walk(box, eventId, 'vvvvvvvvvvvvvvv')
  expect(box.state(eventId)).toBe('PERSISTING')
  expect(box.store.ofEvent(eventId)).toHaveLength(2)
  expect(box.store.ofEvent(eventId).map(({ result }) => result)).toEqual(['IGNORED', 'IGNORED'])
})

test('deadlines come back from the table after a crash', async () => {
  const { box, eventId } = await spokenTo()
  const again = setUp('http://127.0.0.1:1/', { folder: box.folder, nowMs: box.time.nowMs })
  await box.close()
  again.recheck.start()
  expect(await walk(again, eventId, 'vvvvvvvvvvv')).toBe('PERSISTING')
  expect(again.latest(eventId).result).toBe('IGNORED')
})

test('a crash in the middle of a re-check: it is taken up where it stood', async () => {
  const { box, eventId } = await spokenTo()
  await walk(box, eventId, 'vvvvvvvvv???')
  const again = setUp('http://127.0.0.1:1/', { folder: box.folder, nowMs: box.time.nowMs })
  await box.close()
  again.recheck.start()
  expect(await walk(again, eventId, '?.')).toBe('SELF_CORRECTED')
})

const FIRST: [strip: string, state: string, result: string][] = [
  ['vv.', 'SELF_CORRECTED', 'LEFT'], // Nobody needs to look at what was put right.
  ['vvvvvvvvvvv', 'PENDING_REVIEW', 'IGNORED'],
  ['vvvvvvvvv???', 'RECHECKING', 'UNKNOWN'],
]
for (const [strip, state, result] of FIRST) {
  test(`[R15] spoken to before a person has looked: ${strip} → ${state}`, async () => {
    const { box, eventId } = await spokenToFirst()
    expect(await walk(box, eventId, strip)).toBe(state)
    expect(box.latest(eventId).result).toBe(result)
  })
}

test('[R15] spoken to first, then out of sight: the box can say no more, a person looks', async () => {
  const { box, eventId } = await spokenToFirst()
  expect(await walk(box, eventId, 'vv.', { detectionState: 'LOST' })).toBe('PENDING_REVIEW')
})

test('[R6] spoken to first, persists, verified: looked at once more, and the next rung is the policy’s', async () => {
  const automatic = { beforeReview: true, nextRung: true, grades: ['G1'] }
  const { box, eventId } = await spokenToFirst(automatic)
  await walk(box, eventId, 'vvvvvvvvvvv')
  expect(box.store.ofEvent(eventId)).toHaveLength(1)
  box.verify(eventId)
  expect(box.state(eventId)).toBe('PERSUADING')
  await walk(box, eventId, 'v')
  await until(() => box.heard.length === 2)
  expect(box.latest(eventId)).toMatchObject({ rung: 1, scriptId: 'second-notice' })
})

async function spokenToFirst(automatic: object = { beforeReview: true }) {
  const speaker = await startSpeaker()
  const box = setUp(speaker.url, { persuasion: { automatic } })
  const eventId = box.raise('a')
  await until(() => box.state(eventId) === 'AUTO_PERSUADING')
  return { box, eventId }
}

test('command recheck: pictures at once, the state only when the time to correct is over', async () => {
  const { box, eventId } = await spokenTo()
  await walk(box, eventId, 'vv')
  expect(box.recheck.recheck(eventId)).toMatchObject({ state: 'PERSUADING', looks: true })
  await settled()
  expect(box.pictures).toEqual([eventId])
  expect(box.state(eventId)).toBe('PERSUADING')
  box.time.nowMs += 20 * MIN_MS
  box.sights.set(eventId, sightOf('v', box.time.nowMs))
  box.recheck.recheck(eventId)
  await until(() => box.state(eventId) === 'PERSISTING')
})
