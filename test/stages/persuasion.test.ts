/**
 * Persuasion before anything else: who may have a notice given, what is said, when it keeps silent, what is recorded.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MESSAGES } from '../../gateway/mqtt/messages.ts'
import { startSpeaker } from '../fixtures/speaker.ts'
import { codeOf, hasVoice, SILENCE, setUp, until } from './persuasion-fixture.ts'

const MIN_MS = 60_000
const HOUR_MS = 3_600_000
test('[R5] an operator’s notice: played, kept and hashed, recorded in versions, published, deadline set', async () => {
  const speaker = await startSpeaker()
  const box = setUp(speaker.url)
  const eventId = box.verified('a')
  const asked = box.persuasion.persuade({ eventId, by: 'officer', commandId: 'c-1' })
  expect(asked).toMatchObject({
    version: 1,
    deliveryStatus: 'QUEUED',
    trigger: 'OPERATOR',
    operatorId: 'officer',
  })
  await until(() => box.state(eventId) === 'PERSUADING')

  const record = box.latest(eventId)
  expect(record).toMatchObject({
    ...{ version: 2, channel: 'SPEAKER', rung: 0, scriptId: 'greet-and-guide', scriptVersion: '1' },
    ...{ deliveryStatus: 'DELIVERED', deviceId: 'pole-1', volume: 60, result: null, isOrderToCorrect: false },
    text: '录音 greet-and-guide@1',
  })
  expect(Date.parse(record.correctionDeadline!)).toBe(Date.parse(record.endedAt!) + 10 * MIN_MS)
  expect(speaker.heard[0]!.headers).toMatchObject({
    ...{ 'x-persuasion-id': record.persuasionId, 'x-script': 'greet-and-guide@1', 'x-event-id': eventId },
    ...{ 'x-camera-id': 'cam-1', 'x-volume': '60' },
  })
  // What was heard is what is kept, byte for byte.
  const { sha256, bytes } = record.audioRef!
  expect(readFileSync(box.notices.archive.file(sha256)).equals(speaker.heard[0]!.body)).toBe(true)
  expect(bytes).toBe(SILENCE.length)
  expect((await box.notices.archive.read(sha256))?.equals(SILENCE)).toBe(true)

  const history = box.desk.history(eventId).transitions.at(-1)!
  expect(history).toMatchObject({ to: 'PERSUADING', actor: { id: 'officer', roles: ['person'] } })
  expect(history.details).toMatchObject({
    ...{ deadlineAt: record.correctionDeadline, persuasionId: record.persuasionId, channel: 'SPEAKER' },
  })
  const told = box.outbox.due(100).filter(({ topic }) => topic === `persuasion/${eventId}`)
  expect(told.map(({ data }) => (data as { version: number }).version)).toEqual([1, 2])
  expect(told.every(({ type }) => type === MESSAGES.persuasion.type)).toBe(true)
  for (const { data } of told) expect(MESSAGES.persuasion.data.parse(data)).toEqual(data)
  expect(box.store.versions(eventId)).toHaveLength(2)
})

test.each([
  `UPDATE persuasion_record SET body = '{}'`,
  'DELETE FROM persuasion_record',
  `INSERT OR REPLACE INTO persuasion_record SELECT persuasionId, version, eventId, '{}', messageId, addedMs
   FROM persuasion_record`,
])('[R60] refused: %s', (sql) => {
  const box = setUp(null)
  const eventId = box.verified('a')
  box.persuasion.persuade({ eventId, channel: 'ONSITE', by: 'helper' })
  const before = JSON.stringify(box.store.versions(eventId))
  expect(() => box.database.exec(sql)).toThrow(/append-only/)
  expect(JSON.stringify(box.store.versions(eventId))).toBe(before)
})

test('[R5] the same command twice is one notice', async () => {
  const speaker = await startSpeaker()
  const box = setUp(speaker.url)
  const eventId = box.verified('a')
  const wish = { eventId, by: 'officer', commandId: 'c-1' }
  const first = box.persuasion.persuade(wish)
  await until(() => box.state(eventId) === 'PERSUADING')
  expect(box.persuasion.persuade(wish).persuasionId).toBe(first.persuasionId)
  expect(speaker.heard).toHaveLength(1)
})

test('[R6] no notice before a person has verified, none while one is out, none that nobody hears', async () => {
  const speaker = await startSpeaker()
  const box = setUp(speaker.url)
  const eventId = box.raise('a')
  expect(codeOf(() => box.persuasion.persuade({ eventId, by: 'officer' }))).toBe('PERSUASION_REFUSED')
  box.verify(eventId)
  box.persuasion.persuade({ eventId, by: 'officer' })
  expect(codeOf(() => box.persuasion.persuade({ eventId, by: 'officer' }))).toBe('PERSUASION_REFUSED')
  await until(() => box.state(eventId) === 'PERSUADING')
  expect(codeOf(() => box.persuasion.persuade({ eventId, by: 'officer' }))).toBe('PERSUASION_REFUSED')
  expect(codeOf(() => box.persuasion.persuade({ eventId: 'none', by: 'officer' }))).toBe('ALERT_UNKNOWN')
  const mute = setUp(null)
  const other = mute.verified('a')
  expect(codeOf(() => mute.persuasion.persuade({ eventId: other, by: 'officer' }))).toBe('PERSUASION_REFUSED')
  expect(mute.store.versions(other)).toEqual([])
})

test.runIf(hasVoice)(
  '[R24] [R82] espeak-ng says the very words: greeting, where to go, until when (skipped without it)',
  async () => {
    const speaker = await startSpeaker()
    const permits = [
      {
        id: 'river',
        name: '河边早市',
        zoneIds: ['kerb'],
        lon: 121.473,
        lat: 31.23,
        windows: [{ from: '06:00', to: '12:00' }],
      },
      {
        id: 'night',
        name: '夜市',
        zoneIds: ['kerb'],
        lon: 121.4701,
        lat: 31.23,
        windows: [{ from: '18:00', to: '23:00' }],
      },
    ]
    const org = { zh: '南京路街道', en: 'Nanjing Road' }
    const box = setUp(speaker.url, { config: { permits }, persuasion: { org }, devices: { voice: {} } })
    const eventId = box.verified('a')
    box.persuasion.persuade({ eventId, by: 'officer' })
    await until(() => box.state(eventId) === 'PERSUADING')
    const { text, audioRef } = box.latest(eventId)
    expect(text).toBe(
      '您好，我是南京路街道城管。这里是南京路 1 号，目前不在允许摆放经营的范围内。您可以到河边早市经营，距离约285米，今天开放时间06:00至12:00。请您在10分钟内收拾好物品，注意来往行人和车辆。感谢您的理解和配合。',
    )
    expect(audioRef!.source).toBe('speech')
    expect(audioRef!.durationSec).toBeGreaterThan(8)
    expect(audioRef!.durationSec).toBeLessThan(60)
    expect(speaker.heard[0]!.body.length).toBe(audioRef!.bytes)
  },
)

// ── who, and what ───────────────────────────────────────────────────────────────────────────────

const PEOPLE: [by: string, order: boolean, code: string][] = [
  ['officer', true, 'nothing thrown'],
  ['lapsed', true, 'PERSUASION_REFUSED'],
  ['helper', true, 'PERSUASION_REFUSED'],
  ['nobody-we-know', true, 'PERSUASION_REFUSED'],
  ['helper', false, 'nothing thrown'],
  ['nobody-we-know', false, 'nothing thrown'],
  ['auditor', false, 'PERSUASION_REFUSED'],
]
for (const [by, order, code] of PEOPLE) {
  test(`[R49] [R21] ${by} ${order ? 'orders to correct' : 'persuades'}: ${code}`, () => {
    const box = setUp('http://127.0.0.1:1/')
    const eventId = box.verified('a')
    expect(codeOf(() => box.persuasion.persuade({ eventId, by, order, channel: 'ONSITE' }))).toBe(code)
    if (code === 'nothing thrown') expect(box.latest(eventId).isOrderToCorrect).toBe(order)
  })
}

test('[R21] never an order by itself, whatever rung', async () => {
  const speaker = await startSpeaker()
  const box = setUp(speaker.url, { persuasion: { automatic: { grades: ['G1'] } } })
  const eventId = box.verified('a')
  await until(() => box.state(eventId) === 'PERSUADING')
  expect(
    box.store.versions(eventId).map(({ trigger, isOrderToCorrect }) => [trigger, isOrderToCorrect]),
  ).toEqual([
    ['AUTO_POLICY', false],
    ['AUTO_POLICY', false],
  ])
})

test('[R23] free text passes the forbidden-phrase check, and is greeted [R24]', () => {
  const box = setUp('http://127.0.0.1:1/', { persuasion: { org: { zh: '南京路街道', en: 'Nanjing Road' } } })
  const eventId = box.verified('a')
  const say = (text: string, more: object = {}) =>
    box.persuasion.persuade({ eventId, text, by: 'officer', channel: 'ONSITE', ...more })
  for (const text of [
    '赶紧滚 开！',
    '再不走就没收',
    '穿红衣服的那个人，说你呢',
    'Get lost, please',
    '限期改正',
  ])
    expect([text, codeOf(() => say(text))]).toEqual([text, 'TEXT_FORBIDDEN'])
  expect(box.store.versions(eventId)).toEqual([])
  const said = say('请把三轮车移到车位里，谢谢。')
  expect(said).toMatchObject({
    scriptId: null,
    text: '您好，我是南京路街道城管。请把三轮车移到车位里，谢谢。',
  })
})

test('[R21] the words of an order are a certified officer’s', () => {
  const box = setUp('http://127.0.0.1:1/')
  const eventId = box.verified('a')
  const text = '现责令改正，请在十分钟内收拾好物品。'
  const onSite = { eventId, text, by: 'officer', channel: 'ONSITE' as const }
  expect(codeOf(() => box.persuasion.persuade(onSite))).toBe('TEXT_FORBIDDEN')
  expect(box.persuasion.persuade({ ...onSite, order: true }).isOrderToCorrect).toBe(true)
})

test('[R5] on site a person’s word is the delivery', () => {
  const box = setUp(null)
  const eventId = box.verified('a')
  const said = box.persuasion.persuade({ eventId, channel: 'ONSITE', by: 'helper' })
  expect(said).toMatchObject({
    deliveryStatus: 'DELIVERED',
    trigger: 'OPERATOR',
    deviceId: null,
    audioRef: null,
  })
  expect(box.state(eventId)).toBe('PERSUADING')
})

// ── when it keeps silent ────────────────────────────────────────────────────────────────────────

test('[R21] quiet hours: nothing is played at night, and it is recorded why', async () => {
  const speaker = await startSpeaker()
  const night = Date.parse('2026-01-01T22:30:00+08:00')
  const box = setUp(speaker.url, { nowMs: night })
  const eventId = box.verified('a')
  const record = box.persuasion.persuade({ eventId, by: 'officer' })
  expect(record).toMatchObject({
    deliveryStatus: 'WITHHELD',
    reason: 'QUIET_HOURS',
    correctionDeadline: null,
  })
  expect(box.state(eventId)).toBe('VERIFIED')
  expect(box.outbox.due(100).some(({ topic }) => topic === `persuasion/${eventId}`)).toBe(true)
  expect(speaker.heard).toEqual([])
})

test('[R21] a speaker’s own hours and volume go before the common ones', async () => {
  const speaker = await startSpeaker()
  const own = {
    quietHours: [{ from: '23:00', to: '06:00' }],
    volume: [{ from: '20:00', to: '23:00', volume: 25 }],
  }
  const box = setUp(speaker.url, { nowMs: Date.parse('2026-01-01T22:30:00+08:00'), speaker: own })
  const eventId = box.verified('a')
  box.persuasion.persuade({ eventId, by: 'officer' })
  await speaker.times(1)
  expect(speaker.heard[0]!.headers['x-volume']).toBe('25')
})

test('[R21] not too often: so many an hour, so long a silence between, and a second speaker where there is one', async () => {
  const speaker = await startSpeaker()
  const box = setUp(speaker.url, { speaker: { maxPerHour: 2, minGapSec: 60 } })
  const ask = (name: string) => {
    const { deliveryStatus, reason } = box.persuasion.persuade({ eventId: box.verified(name), by: 'officer' })
    return reason ?? deliveryStatus
  }
  expect(ask('a')).toBe('QUEUED')
  expect(ask('b')).toBe('SPEAKER_GAP')
  await until(() => box.heard.length === 1)
  box.time.nowMs += 2 * MIN_MS
  expect(ask('c')).toBe('QUEUED')
  await until(() => box.heard.length === 2)
  box.time.nowMs += 2 * MIN_MS
  expect(ask('d')).toBe('SPEAKER_RATE')
  box.time.nowMs += HOUR_MS
  expect(ask('e')).toBe('QUEUED')
})

test('[R21] nobody is spoken to without end about one act, nor twice in a breath', async () => {
  const speaker = await startSpeaker()
  const box = setUp(speaker.url, { persuasion: { perEventMax: 2, eventGapSec: 900 } })
  const eventId = box.verified('a')
  const again = async () => {
    const { deliveryStatus, reason } = box.persuasion.persuade({ eventId, by: 'officer' })
    if (deliveryStatus === 'QUEUED') await until(() => box.state(eventId) === 'PERSUADING')
    return reason ?? deliveryStatus
  }
  const persists = () => {
    box.time.nowMs += 11 * MIN_MS
    for (const to of ['RECHECKING', 'PERSISTING'])
      if (box.state(eventId) !== 'PERSISTING')
        box.desk.transition({ eventId, to, actor: { id: 'box', roles: ['box'] } })
  }
  expect(await again()).toBe('QUEUED')
  persists()
  expect(await again()).toBe('EVENT_GAP')
  box.time.nowMs += 11 * MIN_MS
  expect(await again()).toBe('QUEUED')
  persists()
  box.time.nowMs += HOUR_MS
  expect(await again()).toBe('EVENT_RATE')
})

test('[R25] a script that nobody has reviewed is heard in test mode only', async () => {
  const speaker = await startSpeaker()
  const config = { governance: { mode: 'production' } }
  const box = setUp(speaker.url, { config })
  const eventId = box.verified('a')
  expect(box.persuasion.persuade({ eventId, by: 'officer' })).toMatchObject({ reason: 'SCRIPT_NOT_REVIEWED' })
  expect(speaker.heard).toEqual([])
})

test('nobody speaks to a place where the act is over', () => {
  const box = setUp('http://127.0.0.1:1/')
  const eventId = box.verified('a')
  box.raise('a', {
    phase: 'END',
    revision: 9,
    endedAt: '2026-01-01T10:09:00.000+08:00',
    detectionState: 'CLEARED',
  })
  expect(box.persuasion.persuade({ eventId, by: 'officer' })).toMatchObject({ reason: 'ACT_OVER' })
})
