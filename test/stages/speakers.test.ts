/** Notices made heard, each by a real other side: HTTP, broker, a program, and who sends short messages. */
import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { type Announcement, wavSeconds } from '../../devices/speaker/announcement.ts'
import { openSpeaker, SpeakerAdapter } from '../../devices/speaker/speaker.ts'
import { Voice, VoiceOptions } from '../../devices/speaker/voice.ts'
import { Webhook, WebhookOptions } from '../../devices/speaker/webhook.ts'
import { digestOf } from '../../gateway/evidence/disk.ts'
import { startSpeaker } from '../fixtures/speaker.ts'
import { GATEWAY, SITE } from '../journeys/mqtt-names.ts'
import { startBroker } from '../journeys/mqtt-street.ts'
import { hasVoice, SILENCE } from './persuasion-fixture.ts'

const ROOT = `ume/v1/${SITE}/${GATEWAY}`

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-speaker-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function announcement(changes: Partial<Announcement> = {}): Announcement {
  const file = join(scratch(), 'said.wav')
  writeFileSync(file, SILENCE)
  const { sha256, sm3 } = digestOf(SILENCE)
  return {
    ...{
      persuasionId: '01P',
      eventId: '01E',
      cameraId: 'cam-1',
      script: 'greet-and-guide@1',
      language: 'zh',
    },
    ...{ volume: 55, wav: SILENCE, sha256, sm3, file },
    ...changes,
  }
}

const open = (options: object, parts: object = {}) =>
  openSpeaker(SpeakerAdapter.parse(options), {
    ...{
      id: 'pole-1',
      fetch,
      wallMs: Date.now,
      broker: { url: 'mqtt://127.0.0.1:1' },
      topicRoot: 'ume/v1/a/b',
    },
    ...parts,
  })

test('[R5] HTTP: the WAV and who asks for it arrive as the protocol says, the answer says when it was played', async () => {
  const speaker = await startSpeaker()
  const http = open({ kind: 'http', url: speaker.url, token: 'a-token' })
  const played = await http.play(announcement())
  expect(played.durationSec).toBe(2)
  expect(Math.abs(Date.now() - played.playedAtMs)).toBeLessThan(60_000)
  const [{ headers, body }] = speaker.heard as [(typeof speaker.heard)[number]]
  expect(body.equals(SILENCE)).toBe(true)
  expect(headers).toMatchObject({
    ...{ 'content-type': 'audio/wav', 'x-persuasion-id': '01P', 'x-script': 'greet-and-guide@1' },
    ...{ 'x-event-id': '01E', 'x-camera-id': 'cam-1', 'x-volume': '55', authorization: 'Bearer a-token' },
  })
})

const ANSWERS: [why: string, answer: { status: number; body?: string }, says: RegExp][] = [
  ['it refuses', { status: 503 }, /HTTP 503/],
  ['it does not say when', { status: 200, body: '{}' }, /does not say when/],
  ['it talks of something else', { status: 200, body: '<html>' }, /does not say when/],
]
for (const [why, answer, says] of ANSWERS) {
  test(`[R5] HTTP: not played when ${why}`, async () => {
    const speaker = await startSpeaker(answer)
    const refused = open({ kind: 'http', url: speaker.url }).play(announcement())
    await expect(refused).rejects.toThrow(says)
    await expect(refused).rejects.toMatchObject({ code: 'SPEAKER_FAILED' })
  })
}

test('[R5] HTTP: nobody there is said, without the password in the address', async () => {
  const speaker = await startSpeaker()
  await speaker.close()
  await expect(open({ kind: 'http', url: speaker.url }).play(announcement())).rejects.toThrow(/ECONNREFUSED/)
})

test('[R5] a program of the box: it plays the file, and its complaint is the reason when it cannot', async () => {
  const play = [
    'ffmpeg',
    '-nostdin',
    '-v',
    'error',
    '-i',
    '{file}',
    '-af',
    'volume={volume}/100',
    '-f',
    'null',
    '-',
  ]
  const played = await open({ kind: 'command', command: play }).play(announcement())
  expect(played.durationSec).toBe(0.1)
  const broken = announcement()
  writeFileSync(broken.file, 'no sound at all')
  await expect(open({ kind: 'command', command: play }).play(broken)).rejects.toThrow(/ffmpeg: exit/)
  const absent = open({ kind: 'command', command: ['no-such-player', '{file}'] })
  await expect(absent.play(announcement())).rejects.toThrow(/ENOENT/)
  expect(SpeakerAdapter.safeParse({ kind: 'command', command: ['aplay'] }).success).toBe(false)
})

test('[R5] MQTT: a speaker on the gateway’s broker hears the WAV, or where to fetch it, and answers', async () => {
  const users = [{ username: 'pole-1', password: 'a-speaker-password', role: 'speaker' }]
  const broker = await startBroker(scratch(), { users })
  const { url } = broker.address
  const topicRoot = ROOT
  const device = await mqtt.connectAsync(url, { username: 'pole-1', password: 'a-speaker-password' })
  onTestFinished(() => device.endAsync(true))
  const heard: Record<string, never>[] = []
  await device.subscribeAsync(`${topicRoot}/speaker/pole-1`, { qos: 1 })
  device.on('message', (topic, payload) => {
    const said = JSON.parse(String(payload))
    heard.push(said)
    const { persuasionId } = said
    const answer =
      heard.length === 3
        ? { persuasionId, error: 'amplifier too hot' }
        : { persuasionId, playedAt: '2026-01-01T10:00:00.000+08:00', durationSec: 3 }
    device.publish(`${topic}/played`, JSON.stringify(answer), { qos: 1 })
  })
  const speaker = open({ kind: 'mqtt' }, { broker: broker.address, topicRoot })
  onTestFinished(() => speaker.close())

  expect(await speaker.play(announcement())).toEqual({
    playedAtMs: Date.parse('2026-01-01T10:00:00.000+08:00'),
    durationSec: 3,
  })
  const { sha256 } = digestOf(SILENCE)
  expect(heard[0]).toMatchObject({
    persuasionId: '01P',
    audio: { mime: 'audio/wav', sha256, base64: SILENCE.toString('base64') },
  })
  await speaker.play(announcement({ wav: Buffer.alloc(200_000), persuasionId: '02P' }))
  expect(heard[1]).toMatchObject({ audio: { bytes: 200_000, path: '/api/v1/persuasions/02P/audio' } })
  await expect(speaker.play(announcement())).rejects.toThrow(/amplifier too hot/)
})

test('[R5] MQTT: a speaker may answer for speakers and for nobody else', async () => {
  const users = [{ username: 'pole-1', password: 'a-speaker-password', role: 'speaker' }]
  const broker = await startBroker(scratch(), { users })
  const device = await mqtt.connectAsync(broker.address.url, {
    ...{ username: 'pole-1', password: 'a-speaker-password', protocolVersion: 4, reconnectPeriod: 0 },
  })
  onTestFinished(() => device.endAsync(true))
  const granted = await device.subscribeAsync(`${ROOT}/alert/#`, { qos: 1 }).catch(() => 'refused')
  expect(granted === 'refused' || (granted as { qos: number }[])[0]?.qos === 128).toBe(true)
  const closed = new Promise<void>((done) => device.once('close', () => done()))
  device.publish(`${ROOT}/cmd/review`, '{}', { qos: 0 })
  await closed // The broker hangs up on whoever publishes what it may not.
})

// ── SMS and calls ───────────────────────────────────────────────────────────────────────────────

const SECRET = 'a-secret-of-the-webhook'
const NOTICE = {
  ...{
    persuasionId: '01P',
    eventId: '01E',
    cameraId: 'cam-1',
    channel: 'SMS' as const,
    contactRef: 'shop-17',
  },
  ...{ text: '您好', language: 'zh' as const, script: 'greet-and-guide@1', correctionMin: 10 },
}

async function startHook(statuses: number[]) {
  const heard: { headers: Record<string, unknown>; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += String(part)
    })
    request.on('end', () => {
      heard.push({ headers: request.headers, body })
      response.writeHead(statuses.shift() ?? 200).end('{"messageId":"m-7"}')
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`, heard }
}

const webhookTo = (url: string, options: object = {}) =>
  new Webhook(
    WebhookOptions.parse({ url, secret: SECRET, retryFirstSec: 0.05, retryMaxSec: 0.05, ...options }),
    { channel: 'SMS', fetch, wallMs: () => 1_767_232_800_000 },
  )

test('[Art. 15] SMS: signed, idempotent, tried again with the same key until it is taken', async () => {
  const hook = await startHook([503, 429])
  expect(await webhookTo(hook.url).send(NOTICE)).toBe('m-7')
  expect(hook.heard).toHaveLength(3)
  for (const { headers, body } of hook.heard) {
    const mac = createHmac('sha256', SECRET).update(`1767232800.${body}`).digest('hex')
    expect(headers['x-lushao-signature']).toBe(`t=1767232800,v1=${mac}`)
    expect(headers['idempotency-key']).toBe('01P')
    expect(JSON.parse(body)).toEqual(NOTICE)
  }
})

test('[Art. 15] SMS: a refusal is no reason to try again, silence has an end', async () => {
  const refusing = await startHook([400])
  await expect(webhookTo(refusing.url).send(NOTICE)).rejects.toThrow(/HTTP 400/)
  expect(refusing.heard).toHaveLength(1)
  const down = await startHook([500, 500, 500, 500])
  await expect(webhookTo(down.url, { attemptsMax: 3 }).send(NOTICE)).rejects.toMatchObject({
    code: 'NOTICE_FAILED',
    values: { attempts: 3 },
  })
  expect(down.heard).toHaveLength(3)
})

// ── the voice ───────────────────────────────────────────────────────────────────────────────────

const GREETING = { text: '您好，我是南京路街道城管。', script: 'greet-and-guide@1' }

test.runIf(hasVoice)('[R23] espeak-ng speaks Mandarin and English; the WAV says how long it is', async () => {
  const voice = new Voice(VoiceOptions.parse({}))
  const zh = await voice.speak({ ...GREETING, language: 'zh' })
  const en = await voice.speak({ text: 'Hello, this is the street service.', script: 'x@1', language: 'en' })
  for (const { wav, source } of [zh, en]) {
    expect(source).toBe('speech')
    expect(wavSeconds(wav)).toBeGreaterThan(0.8)
    expect(wavSeconds(wav)).toBeLessThan(10)
    expect(wav.some((byte, at) => at > 100 && byte !== 0)).toBe(true)
  }
  expect(zh.wav.equals(en.wav)).toBe(false)
})

test('[R25] without a program a recording speaks, with its own words; without both the fault says so', async () => {
  const recordings = scratch()
  const voice = new Voice(VoiceOptions.parse({ program: 'no-such-voice', recordings }))
  const mute = voice.speak({ ...GREETING, language: 'zh' })
  await expect(mute).rejects.toMatchObject({ code: 'VOICE_MISSING' })
  writeFileSync(join(recordings, 'greet-and-guide@1.zh.wav'), SILENCE)
  await expect(voice.speak({ ...GREETING, language: 'zh' })).rejects.toMatchObject({ code: 'VOICE_MISSING' })
  writeFileSync(join(recordings, 'greet-and-guide@1.zh.txt'), '您好，我是城管，请移步。\n')
  const said = await voice.speak({ ...GREETING, language: 'zh' })
  expect(said).toMatchObject({ source: 'recording', text: '您好，我是城管，请移步。' })
  expect(said.wav.equals(readFileSync(join(recordings, 'greet-and-guide@1.zh.wav')))).toBe(true)
})
