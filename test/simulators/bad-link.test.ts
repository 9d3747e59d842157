/** The bad line: where it is told to break it breaks, to the byte, and otherwise it changes nothing. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { Closing } from '../../gateway/kit/closing.ts'
import { BadLink, type BadLinkOptions, evenCuts, seededTroubles } from '../../simulators/bad-link.ts'

let closing = new Closing()
afterEach(async () => {
  await closing.close()
  closing = new Closing()
})

test('a good line gives both sides every byte, and passes on who hangs up', async () => {
  const { link, heard } = await start({})
  const answer = await send(link, Buffer.alloc(3_000_000, 7))
  expect(answer).toBe('3000000 bytes')
  expect(heard()).toBe(3_000_000)
  expect(link.made).toEqual({ cut: 0, stall: 0, 'answer-lost': 0 })
})

test('it is cut after so many bytes, counted over all connections, and good when all cuts are made', async () => {
  const { link, heard } = await start({ troubles: evenCuts(2, 300_000) })
  await expect(send(link, Buffer.alloc(150_000))).rejects.toThrow(BROKEN)
  expect(link.made.cut).toBe(1)
  await expect(send(link, Buffer.alloc(150_000))).rejects.toThrow(BROKEN)
  expect(heard()).toBeLessThanOrEqual(200_000)
  expect(await send(link, Buffer.alloc(150_000))).toBe('150000 bytes')
  expect([link.made.cut, link.connections]).toEqual([2, 3])
})

test('an answer that is lost: the server has all of it, and who sent it is not told', async () => {
  const { link, heard } = await start({ troubles: [{ afterBytes: 1_000, what: 'answer-lost' }] })
  await expect(send(link, Buffer.alloc(1_000))).rejects.toThrow(BROKEN)
  expect(heard()).toBe(1_000)
  link.loseAnswer()
  await expect(send(link, Buffer.alloc(500))).rejects.toThrow(BROKEN)
  expect(await send(link, Buffer.alloc(500))).toBe('500 bytes')
})

test('it stands still and goes on; nothing is lost by that', async () => {
  const { link } = await start({
    troubles: [{ afterBytes: 10, what: 'stall', stallMs: 20 }],
    bytesPerSec: 1e6,
  })
  expect(await send(link, Buffer.alloc(5_000))).toBe('5000 bytes')
  expect(link.made.stall).toBe(1)
})

test('the same seed is the same line', () => {
  const line = (seed: number) => [...seededTroubles(seed, 40, 1_000)]
  expect(line(3)).toEqual(line(3))
  expect(line(3)).not.toEqual(line(4))
  expect(new Set(line(3).map(({ what }) => what))).toEqual(new Set(['cut', 'stall', 'answer-lost']))
})

const BROKEN = /closed early|ECONNRESET|EPIPE/

/** A server that counts until the caller has ended, and says how many bytes it was. */
async function start(options: Omit<BadLinkOptions, 'port'>) {
  let heard = 0
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let bytes = 0
    socket.on('data', (data) => {
      bytes += data.length
      heard += data.length
    })
    socket.on('end', () => socket.end(`${bytes} bytes`))
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.own({ close: () => void server.close() })
  const link = closing.own(await BadLink.start({ ...options, port: (server.address() as AddressInfo).port }))
  return { link, heard: () => heard }
}

async function send({ port }: BadLink, bytes: Buffer): Promise<string> {
  const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const failed = once(socket, 'close').then(() => {
    throw new Error('closed early')
  })
  failed.catch(() => {})
  const answered = (async () => {
    socket.end(bytes)
    let answer = ''
    for await (const data of socket) answer += String(data)
    if (answer === '') throw new Error('closed early')
    return answer
  })()
  return Promise.race([answered, failed])
}
