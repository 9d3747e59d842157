/** The clock is compared with a real server on loopback, which lies in known ways. */
import { createSocket, type Socket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { ClockOptions, ClockWatch } from '../../devices/clock/clock-watch.ts'
import { measureOffset } from '../../devices/clock/sntp.ts'
import { isFault } from '../../gateway/kit/errors.ts'
import { silentLog } from '../../gateway/kit/log.ts'

const EPOCH_GAP_SEC = 2_208_988_800
const servers: Socket[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise<void>((resolve) => server.close(() => resolve()))
})

function writeTime(packet: Buffer, at: number, wallMs: number): void {
  const sec = Math.floor(wallMs / 1000)
  packet.writeUInt32BE((sec + EPOCH_GAP_SEC) % 2 ** 32, at)
  packet.writeUInt32BE(Math.floor(((wallMs - sec * 1000) / 1000) * 2 ** 32), at + 4)
}

/** A time server whose clock is `aheadMs` ahead; `change` spoils its answer. */
async function serve(
  aheadMs: number,
  change: (answer: Buffer) => Buffer | null = (answer) => answer,
): Promise<string> {
  const socket = createSocket('udp4')
  servers.push(socket)
  socket.on('message', (request, from) => {
    const answer = Buffer.alloc(48)
    answer[0] = 0x24
    answer[1] = 2
    request.copy(answer, 24, 40, 48)
    writeTime(answer, 32, Date.now() + aheadMs)
    writeTime(answer, 40, Date.now() + aheadMs)
    const sent = change(answer)
    if (sent !== null) socket.send(sent, from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(socket.address() as AddressInfo).port}`
}

function spoilt(answer: Buffer, at: number, value: number, word = ''): Buffer {
  answer.writeUInt8(value, at)
  answer.write(word, 12)
  return answer
}

describe('one question', () => {
  for (const aheadMs of [0, 5_000, -3_600_000]) {
    test(`a server ${aheadMs} ms ahead`, async () => {
      const { offsetMs, delayMs, stratum } = await measureOffset(await serve(aheadMs))
      expect(Math.abs(offsetMs - aheadMs)).toBeLessThan(delayMs / 2 + 5)
      expect(stratum).toBe(2)
    })
  }

  test('times after 2036, when the count begins again', async () => {
    const aheadMs = Date.parse('2040-01-01T00:00:00Z') - Date.now()
    const { offsetMs, delayMs } = await measureOffset(await serve(aheadMs))
    expect(Math.abs(offsetMs - aheadMs)).toBeLessThan(delayMs / 2 + 5)
  })

  const REFUSED: [what: string, change: (answer: Buffer) => Buffer | null, reason: RegExp][] = [
    ['no answer', () => null, /no answer/],
    ['an answer to another question', (answer) => answer.fill(7, 24, 32), /no answer/],
    ['half an answer', (answer) => answer.subarray(0, 40), /no answer/],
    ['a kiss of death', (answer) => spoilt(answer, 1, 0, 'RATE'), /RATE/],
    ['a server without time', (answer) => spoilt(answer, 0, 0xe4), /no time/],
    ['a client’s packet', (answer) => spoilt(answer, 0, 0x23), /not an answer/],
  ]
  for (const [what, change, reason] of REFUSED) {
    test(what, async () => {
      const asked = measureOffset(await serve(0, change), 300)
      await expect(asked).rejects.toSatisfy(
        (error) => isFault(error, 'CLOCK_UNREACHABLE') && reason.test(error.message),
      )
    })
  }
})

test('the watch says since when it knows, and keeps what it knew when the server falls silent', async () => {
  let silent = false
  const server = await serve(5_000, (answer) => (silent ? null : answer))
  let wallMs = 1_000
  const watch = new ClockWatch(ClockOptions.parse({ server }), { wallMs: () => wallMs }, silentLog)
  expect(watch.facts()).toEqual({ source: `SNTP ${server}`, offsetMs: null, checkedAtWallMs: null })
  await watch.start()
  const known = watch.facts()
  expect(known.offsetMs).toBeGreaterThan(4_900)
  expect(known.checkedAtWallMs).toBe(1_000)
  silent = true
  wallMs = 2_000
  expect(await watch.compare()).toEqual(known)
  watch.close()
})

test('without a server nothing is known and nothing is asked', async () => {
  const watch = new ClockWatch(ClockOptions.parse({}), { wallMs: () => 0 }, silentLog)
  await watch.start()
  expect(watch.facts()).toEqual({ source: 'SYSTEM', offsetMs: null, checkedAtWallMs: null })
})
