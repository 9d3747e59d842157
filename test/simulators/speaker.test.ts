/** The simulated loudspeaker: what it plays, what it refuses, what goes wrong on demand. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Speaker, type SpeakerOptions } from '../../simulators/speaker/speaker.ts'
import { readWav } from '../../simulators/speaker/wav.ts'
import { ffmpeg } from './films.ts'

const started: Speaker[] = []
afterEach(async () => {
  for (const speaker of started.splice(0)) await speaker.close()
})

async function start(options: SpeakerOptions = {}): Promise<Speaker> {
  const speaker = await Speaker.start(options)
  started.push(speaker)
  return speaker
}

/** A WAV of silence; what is written over it makes it wrong. */
function wav(seconds: number, change: (bytes: Buffer) => void = () => {}): Buffer {
  const bytes = Buffer.alloc(44 + Math.round(seconds * 16_000) * 2)
  bytes.write('RIFF', 0, 'latin1')
  bytes.writeUInt32LE(bytes.length - 8, 4)
  bytes.write('WAVEfmt ', 8, 'latin1')
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(16_000, 24)
  bytes.writeUInt32LE(32_000, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36, 'latin1')
  bytes.writeUInt32LE(bytes.length - 44, 40)
  change(bytes)
  return bytes
}

const HEADERS = {
  ...{ 'Content-Type': 'audio/wav', 'X-Persuasion-Id': 'p-1', 'X-Event-Id': 'e-1', 'X-Camera-Id': 'cam-1' },
  ...{ 'X-Script': 'vending-first@2', 'X-Volume': '60' },
}

function post(speaker: Speaker, body: Buffer, headers: Record<string, string> = {}) {
  return fetch(speaker.url, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { ...HEADERS, ...headers },
  })
}

test('[R5] what it played is told, kept byte for byte and hashed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-speaker-'))
  try {
    const nowMs = Date.parse('2026-01-05T10:00:00Z')
    const speaker = await start({ folder, nowMs: () => nowMs })
    const heard: string[] = []
    speaker.on('played', ({ persuasionId }) => heard.push(persuasionId))
    const sound = wav(1.5)
    const response = await post(speaker, sound)
    expect([response.status, await response.json()]).toEqual([
      200,
      { playedAt: '2026-01-05T10:00:00.000Z', durationSec: 1.5 },
    ])
    expect(heard).toEqual(['p-1'])
    const sha256 = createHash('sha256').update(sound).digest('hex')
    expect(speaker.played()).toEqual([
      {
        ...{ persuasionId: 'p-1', eventId: 'e-1', cameraId: 'cam-1', script: 'vending-first@2', volume: 60 },
        ...{ playedAt: '2026-01-05T10:00:00.000Z', durationSec: 1.5, sha256 },
      },
    ])
    expect(readFileSync(join(folder, 'p-1.wav')).equals(sound)).toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a WAV as ffmpeg writes it into a file is understood, one from a pipe has no length and is not', async () => {
  const sound = ['-f', 'lavfi', '-i', 'sine=440:r=22050:d=2', '-f', 'wav']
  const folder = mkdtempSync(join(tmpdir(), 'lushao-speaker-'))
  try {
    const file = join(folder, 'a.wav')
    await ffmpeg(...sound, file)
    expect(readWav(readFileSync(file))).toEqual({
      ...{ sampleRate: 22_050, channels: 1, bitsPerSample: 16, durationSec: 2 },
    })
    const { stdout } = await ffmpeg(...sound, '-')
    expect(readWav(stdout)).toMatch(/its header promises 4294967303 bytes/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each<[string, Buffer, RegExp]>([
  ['nothing', Buffer.alloc(0), /0 bytes are no WAV/],
  ['something else', Buffer.from('ID3 and so on'), /RIFF/],
  ['an end that is missing', wav(1).subarray(0, 20_000), /promises 32044 bytes, 20000 came/],
  ['more than it promises', Buffer.concat([wav(1), Buffer.alloc(8)]), /promises 32044 bytes, 32052 came/],
  ['samples cut off', wav(1, (bytes) => bytes.writeUInt32LE(99_999, 40)), /chunk data is cut/],
  ['no samples', wav(1, (bytes) => bytes.write('note', 36, 'latin1')), /has no samples/],
  ['another way of writing samples', wav(1, (bytes) => bytes.writeUInt16LE(6, 20)), /format 6, not PCM/],
  ['blocks that do not fit', wav(1, (bytes) => bytes.writeUInt16LE(4, 32)), /blocks have 4 bytes/],
  ['a click', wav(0.01), /lasts 0.01 s/],
  ['a speech', wav(121), /lasts 121 s/],
])('nobody hears %s', async (_, body, reason) => {
  const speaker = await start()
  const response = await post(speaker, body)
  expect(response.status).toBe(422)
  expect((await response.json()).reason).toMatch(reason)
  expect(speaker.played()).toEqual([])
})

test.each<[number, Record<string, string>]>([
  [401, { Authorization: 'Bearer other' }],
  [401, { Authorization: '' }],
  [415, { 'Content-Type': 'audio/mpeg' }],
  [400, { 'X-Persuasion-Id': '' }],
  [400, { 'X-Persuasion-Id': '../../etc/passwd' }],
  [400, { 'X-Volume': '101' }],
  [400, { 'X-Volume': '' }],
])('%i to %j', async (status, headers) => {
  const speaker = await start({ token: 'secret' })
  const authorised = { Authorization: 'Bearer secret' }
  expect((await post(speaker, wav(1), { ...authorised, ...headers })).status).toBe(status)
  expect((await post(speaker, wav(1), authorised)).status).toBe(200)
  expect(speaker.played()).toHaveLength(1)
})

test('another place, another method, too much', async () => {
  const speaker = await start()
  expect((await fetch(speaker.url)).status).toBe(405)
  expect((await fetch(speaker.url.replace('/play', '/'), { method: 'POST' })).status).toBe(404)
  const status = await new Promise((resolve) => {
    const asked = request(speaker.url, {
      method: 'POST',
      headers: { ...HEADERS, 'Content-Length': 20_000_000 },
    })
    asked.on('response', (response) => {
      resolve(response.statusCode)
      asked.destroy()
    })
    asked.on('error', () => {})
    asked.write(wav(1))
  })
  expect(status).toBe(413)
})

test('it speaks one announcement at a time, and each but once', async () => {
  let nowMs = 0
  const speaker = await start({ nowMs: () => nowMs })
  const first = await (await post(speaker, wav(3))).json()
  nowMs = 2_000
  expect((await post(speaker, wav(1), { 'X-Persuasion-Id': 'p-2' })).status).toBe(409)
  const again = await post(speaker, wav(3))
  expect([again.status, await again.json()]).toEqual([200, first])
  nowMs = 3_000
  expect((await post(speaker, wav(1), { 'X-Persuasion-Id': 'p-2' })).status).toBe(200)
  expect(speaker.played().map(({ persuasionId }) => persuasionId)).toEqual(['p-1', 'p-2'])
})

test('faults on demand: another status, half an answer, a late one, no power', async () => {
  const speaker = await start()
  speaker.faults.status = 503
  expect((await post(speaker, wav(1))).status).toBe(503)
  expect(speaker.played()).toEqual([])

  speaker.faults.status = 0
  speaker.faults.halfAnswer = true
  await expect(post(speaker, wav(1)).then((response) => response.json())).rejects.toThrow()
  expect(speaker.played()).toHaveLength(1)
  speaker.faults.halfAnswer = false
  expect((await (await post(speaker, wav(1))).json()).playedAt).toBe(speaker.played()[0]!.playedAt)
  expect(speaker.played()).toHaveLength(1)

  speaker.faults.slowMs = 60_000
  const impatient = AbortSignal.timeout(100)
  const late = fetch(speaker.url, {
    ...{ method: 'POST', body: new Uint8Array(wav(1)), headers: HEADERS, signal: impatient },
  })
  await expect(late).rejects.toThrow()
  speaker.faults.slowMs = 0

  await speaker.refuse(true)
  await expect(post(speaker, wav(1))).rejects.toThrow()
  await speaker.refuse(false)
  expect((await post(speaker, wav(1))).status).toBe(200)
})
