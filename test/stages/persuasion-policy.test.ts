/**
 * What goes out by itself, and what becomes of it: by grade, before and after a person has looked, over failures and a
 * crash; and notices that go by webhook.
 */
import { expect, test } from 'vitest'
import { startSpeaker } from '../fixtures/speaker.ts'
import { codeOf, setUp, until } from './persuasion-fixture.ts'

const MIN_MS = 60_000

const POLICIES: [grade: 'G0' | 'G1' | 'G2' | 'G3', automatic: object, verified: boolean, spoken: boolean][] =
  [
    ['G1', {}, false, false],
    ['G1', {}, true, true],
    ['G2', {}, true, true],
    ['G0', {}, true, false],
    ['G3', {}, true, false],
    ['G2', { grades: ['G1'] }, true, false],
    ['G1', { beforeReview: true }, false, true],
    ['G2', { beforeReview: true }, false, false],
  ]
for (const [grade, automatic, verified, spoken] of POLICIES) {
  const words = `${JSON.stringify(automatic)} ${verified ? 'verified' : 'not verified'}`
  test(`[R11] policy: ${grade} ${words}: ${spoken ? 'spoken to' : 'silence'}`, async () => {
    const speaker = await startSpeaker()
    const box = setUp(speaker.url, { persuasion: { automatic } })
    const eventId = box.raise('a', { grade })
    if (verified) box.verify(eventId)
    expect(box.store.ofEvent(eventId).length > 0).toBe(spoken)
    if (spoken) await speaker.times(1)
  })
}

test('[R6] spoken to before a person has looked: AUTO_PERSUADING, with the time to correct', async () => {
  const speaker = await startSpeaker()
  const box = setUp(speaker.url, { persuasion: { automatic: { beforeReview: true } } })
  const eventId = box.raise('a')
  expect(box.state(eventId)).toBe('DETECTED')
  await until(() => box.state(eventId) === 'AUTO_PERSUADING')
  expect(box.desk.history(eventId).transitions.at(-1)).toMatchObject({
    actor: { id: 'box' },
    details: {
      deadlineAt: box.latest(eventId).correctionDeadline,
      persuasionId: box.latest(eventId).persuasionId,
    },
  })
  expect(speaker.heard).toHaveLength(1)
})

for (const [why, status, nowMs] of [
  ['the speaker fails', 500, undefined],
  ['it is night', 200, Date.parse('2026-01-01T22:30:00+08:00')],
] as const) {
  test(`[R6] not spoken to after all because ${why}: it waits for a person, as everything does`, async () => {
    const speaker = await startSpeaker({ status })
    const when = nowMs === undefined ? {} : { nowMs }
    const box = setUp(speaker.url, { persuasion: { automatic: { beforeReview: true } }, ...when })
    const eventId = box.raise('a')
    await until(() => box.state(eventId) === 'PENDING_REVIEW')
    expect(box.store.ofEvent(eventId)).toHaveLength(1)
  })
}

test('[R5] what fails is recorded with its reason, and the policy tries again, not for ever', async () => {
  const speaker = await startSpeaker({ status: 500 })
  const box = setUp(speaker.url, { persuasion: { automatic: { attemptsMax: 2, retryMin: 5 } } })
  const eventId = box.verified('a')
  await until(() => box.latest(eventId).deliveryStatus === 'FAILED')
  expect(box.latest(eventId).reason).toMatch(/HTTP 500/)
  expect(box.state(eventId)).toBe('VERIFIED')
  box.persuasion.turn()
  expect(box.store.ofEvent(eventId)).toHaveLength(1)
  for (let minute = 0; minute < 30; minute += 6) {
    box.time.nowMs += 6 * MIN_MS
    box.persuasion.turn()
    await until(() => box.latest(eventId).deliveryStatus === 'FAILED')
  }
  expect(box.store.ofEvent(eventId)).toHaveLength(2)
})

test('[R5] where one speaker fails the next one speaks', async () => {
  const [broken, sound] = [await startSpeaker({ status: 500 }), await startSpeaker()]
  const speakers = [broken, sound].map(({ url }, at) => ({
    ...{ id: `pole-${at + 1}`, cameras: ['cam-1'], adapter: { kind: 'http', url } },
  }))
  const box = setUp(null, {
    persuasion: { automatic: { grades: ['G1'], retryMin: 1 } },
    devices: { speakers },
  })
  const eventId = box.verified('a')
  await until(() => box.latest(eventId).deliveryStatus === 'FAILED')
  box.time.nowMs += 2 * MIN_MS
  box.persuasion.turn()
  await until(() => box.state(eventId) === 'PERSUADING')
  expect(box.store.ofEvent(eventId).map(({ deviceId }) => deviceId)).toEqual(['pole-1', 'pole-2'])
})

test('[R5] after a crash a notice that was on its way is sent again under its own id', async () => {
  const never = startSpeaker({ status: 200, delayed: new Promise(() => {}) })
  const silent = await never
  const box = setUp(silent.url)
  const eventId = box.verified('a')
  const { persuasionId } = box.persuasion.persuade({ eventId, by: 'officer' })
  await silent.times(1)
  const speaker = await startSpeaker()
  const again = setUp(speaker.url, { folder: box.folder, nowMs: box.time.nowMs })
  await box.close()
  again.persuasion.start()
  await until(() => again.state(eventId) === 'PERSUADING')
  expect(again.latest(eventId)).toMatchObject({ persuasionId, deliveryStatus: 'DELIVERED', version: 2 })
  expect(speaker.heard.map(({ headers }) => headers['x-persuasion-id'])).toEqual([persuasionId])
})

test('[Art. 15] SMS: to the contact of the shop, never with a number; without a contact it is refused', async () => {
  const hook = await startSpeaker()
  const devices = {
    notices: {
      sms: { url: hook.url, secret: 'a-secret-of-the-webhook' },
      contacts: [{ shopId: 'shop-1', contactRef: 'shop-1-owner' }],
    },
  }
  const box = setUp(null, { config: { devices } })
  const eventId = box.verified('a')
  box.persuasion.persuade({ eventId, by: 'officer', channel: 'SMS' })
  await until(() => box.state(eventId) === 'PERSUADING')
  expect(JSON.parse(String(hook.heard[0]!.body))).toMatchObject({
    contactRef: 'shop-1-owner',
    channel: 'SMS',
  })
  expect(box.latest(eventId)).toMatchObject({ receipt: 'm-1', deviceId: 'sms', audioRef: null })
  const poor = setUp(null, { config: { devices: { notices: { ...devices.notices, contacts: [] } } } })
  const other = poor.verified('a')
  expect(codeOf(() => poor.persuasion.persuade({ eventId: other, by: 'officer', channel: 'SMS' }))).toBe(
    'PERSUASION_REFUSED',
  )
})
