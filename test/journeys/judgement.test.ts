/**
 * Three vendors at once, from the first picture to the closed case, with real cameras, loudspeakers, broker, gateway:
 *
 *     cam-1   goes when the loudspeaker speaks to him
 *     cam-2   hears it twice and stays, goes when an officer on site orders it
 *     cam-3   stands in a market: nothing while its hours last, then told that they are over, and goes
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { Closing } from '../../gateway/kit/closing.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { AdminSession } from '../../simulators/bodycam/admin-session.ts'
import type { DemoCamera } from '../../simulators/demo/stories.ts'
import { type DemoStreet, startDemoStreet, uploadFromBodyCam } from '../../simulators/demo/street.ts'
import { tellRecordings, tellStories } from '../../simulators/demo/telling.ts'
import { revisionsIn } from './gateway-process.ts'

const HOURS_LEFT_SEC = 50
/** From one look at the street to the next, at most. */
const A_LOOK_MS = 2_000
const STORIES_WITHIN_MS = 200_000
/** Films are drawn first where they are not kept from another run. */
const DRAWN_WITHIN_MS = 120_000
const WISHES = {
  ...{ reviewAfterMs: 500, stepAfterMs: 500 },
  shape: { width: 640, height: 360, fps: 8 },
  vendor: { seed: 7 },
  times: { dwellSec: 8, correctionMin: [0.5, 0.15], wordsPerMin: 300, hoursLeftSec: () => HOURS_LEFT_SEC },
  gateway: ['--import', 'tsx', packagePath('gateway', 'cli', 'lushao.ts')],
  ports: { http: 0, broker: 0 },
}

/** What a version of a notice says, as far as it is looked at here. */
interface Notice {
  readonly persuasionId: string
  readonly cameraId: string
  readonly channel: string
  readonly rung: number
  readonly text: string
  readonly trigger: string
  readonly operatorId: string | null
  readonly deliveryStatus: string
  readonly result: string | null
  readonly audioRef: { readonly sha256: string } | null
  readonly isOrderToCorrect: boolean
}

const folder = mkdtempSync(join(tmpdir(), 'lushao-judgement-'))
const closing = new Closing()
const lines: string[] = []
let street: DemoStreet
/** Of the body-cam's upload. */
let resumes: number

beforeAll(async () => {
  street = await startDemoStreet(closing, { ...WISHES, folder }, (line) => lines.push(line))
  const told = tellStories(street, (line) => lines.push(line))
  tellRecordings(street, (line) => lines.push(line))
  const admin = await AdminSession.begin(street.consoleUrl, street.oneTimePassword)
  const uploaded = new Promise<number>((resolve, reject) => {
    street.platform.on('acknowledged', ({ alertState }) => {
      if (alertState === 'DISPATCHED') uploadFromBodyCam(street, admin).then(resolve, reject)
    })
  })
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not told to the end:\n${lines.join('\n')}`)),
      STORIES_WITHIN_MS,
    )
    closing.own({ close: () => clearTimeout(timer) })
  })
  ;[, resumes] = await Promise.race([Promise.all([told, uploaded]), late])
}, DRAWN_WITHIN_MS + STORIES_WITHIN_MS)

afterAll(async () => {
  await closing.close()
  rmSync(folder, { recursive: true, force: true })
}, 30_000)

test('[R38] one act is one event, at every camera, from the suspicion to the end', () => {
  const events = new Map<string, Set<string>>()
  for (const { cameraId, eventId } of revisionsIn(street.platform)) {
    events.set(cameraId, (events.get(cameraId) ?? new Set()).add(eventId))
  }
  expect([...events].map(([camera, ids]) => [camera, ids.size]).sort()).toEqual([
    ...[['cam-1', 1]],
    ...[['cam-2', 1]],
    ...[['cam-3', 1]],
  ])
  expect(street.platform.ledger.missing('gw-demo')).toEqual([])
})

test('[R5] [R15] spoken to, the vendor goes: self-corrected, and nobody had to come', () => {
  expect(statesAt('cam-1')).toEqual([
    ...['PENDING_REVIEW', 'VERIFIED', 'PERSUADING', 'RECHECKING', 'SELF_CORRECTED', 'CLOSED'],
  ])
  const [notice, ...more] = noticesAt('cam-1')
  expect(more).toEqual([])
  expect(notice).toMatchObject({
    ...{ channel: 'SPEAKER', rung: 0, trigger: 'AUTO_POLICY', operatorId: null },
    ...{ deliveryStatus: 'DELIVERED', result: 'LEFT', isOrderToCorrect: false },
  })
})

test('[R6] another stays: notice, re-check, second notice, re-check, and only then somebody is sent', () => {
  expect(statesAt('cam-2')).toEqual([
    ...['PENDING_REVIEW', 'VERIFIED', 'PERSUADING', 'RECHECKING', 'PERSISTING'],
    ...['PERSUADING', 'RECHECKING', 'PERSISTING'],
    ...['DISPATCHED', 'ON_SITE', 'ORDERED', 'CORRECTED', 'CLOSED'],
  ])
  const notices = noticesAt('cam-2')
  expect(notices.map(({ trigger, operatorId, rung }) => [trigger, operatorId, rung])).toEqual([
    ['AUTO_POLICY', null, 0],
    ['OPERATOR', 'p-1', 1],
  ])
  // Whoever walks by at the re-check may hide a part of the goods; that all of it is gone nobody may say.
  for (const { result } of notices) expect(['IGNORED', 'PARTIAL']).toContain(result)
  expect(new Set(notices.map(({ text }) => text)).size).toBe(2)
  expect(notices.some(({ isOrderToCorrect }) => isOrderToCorrect)).toBe(false)
})

test('[R61] the recording of who was sent comes by a line that breaks, whole, and is told', () => {
  expect(resumes).toBeGreaterThan(0)
  expect(lines.filter((line) => line.startsWith('Body-cam'))).toContainEqual(
    expect.stringContaining('DEMO001: received'),
  )
})

test('[R81] a market stall: silence for its hours and the time to clear away, then overtime', () => {
  const [first] = revisionsAt('cam-3')
  expect(first).toMatchObject({ ruleId: 'permit-overtime', phase: 'START' })
  expect(Date.parse(first!.startedAt)).toBeGreaterThan(street.marketOverMs - A_LOOK_MS)
  expect(Date.parse(first!.startedAt) - Date.parse(revisionsAt('cam-1')[0]!.startedAt)).toBeGreaterThan(
    10_000,
  )
  expect(statesAt('cam-3')).toEqual(statesAt('cam-1'))
  expect(noticesAt('cam-3')).toMatchObject([{ result: 'LEFT', deliveryStatus: 'DELIVERED' }])
})

test('[R5] what the street heard is what the records say, sound for sound', () => {
  for (const [camera, speaker] of street.speakers) {
    const heard = speaker.played().map(({ persuasionId, sha256 }) => [persuasionId, sha256])
    const kept = noticesAt(camera).map(({ persuasionId, audioRef }) => [persuasionId, audioRef?.sha256])
    expect(heard).toEqual(kept)
  }
})

test('every package of the three acts verifies, and no case was suggested', async () => {
  const packages = new Set(
    revisionsIn(street.platform).flatMap(({ evidence }) => (evidence ? [...evidence.packages] : [])),
  )
  expect(packages.size).toBeGreaterThanOrEqual(6)
  const { ok } = await verifyPackages([...packages].map((name) => join(folder, 'box', 'evidence', name)))
  expect(ok).toBe(true)
  const states = revisionsIn(street.platform).map(({ alertState }) => alertState)
  expect(states).not.toContain('CASE_SUGGESTED')
})

function revisionsAt(camera: DemoCamera): ViolationEvent[] {
  return revisionsIn(street.platform).filter(({ cameraId }) => cameraId === camera)
}

/** Each state once in a row, in the order in which the platform heard of it. */
function statesAt(camera: DemoCamera): readonly string[] {
  return street.platform.statesOf(revisionsAt(camera)[0]!.eventId)
}

/** How each notice stands in the end, oldest first. */
function noticesAt(camera: DemoCamera): Notice[] {
  const latest = new Map<string, Notice>()
  for (const { topic, data } of street.platform.received()) {
    if (topic.split('/')[4] !== 'persuasion') continue
    const notice = data as Notice
    if (notice.cameraId === camera) latest.set(notice.persuasionId, notice)
  }
  return [...latest.values()]
}
