/**
 * One question to a time server (RFC 4330, SNTP over UDP): how far is this machine's clock off?
 *
 *     t1 ─ request ─▶ t2 ┐                 offset = ((t2 − t1) + (t3 − t4)) / 2      theirs minus ours
 *     t4 ◀─ answer ── t3 ┘ server          delay  =  (t4 − t1) − (t3 − t2)           half of it is the error at most
 *
 * The server sends our transmit time back; it holds random bits below the millisecond, so that an answer made up by
 * somebody who has not seen the question is thrown away.
 */
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { fault, reasonOf } from '../../gateway/kit/errors.ts'

const PACKET_BYTES = 48
const NTP_PORT = 123
/** Seconds from 1900 to 1970. */
const EPOCH_GAP_SEC = 2_208_988_800
/** Times with the top bit clear are of the era that begins in 2036. */
const ERA_SEC = 2 ** 32
const CLIENT_V4 = 0x23
const MODE_SERVER = 4
const UNSYNCHRONISED = 3

export interface ClockOffset {
  /** What has to be added to our clock to have theirs, ms. */
  readonly offsetMs: number
  /** Way there and back, ms. */
  readonly delayMs: number
  readonly stratum: number
}

/** @throws Fault CLOCK_UNREACHABLE */
export async function measureOffset(
  server: string,
  timeoutMs = 3_000,
  wallMs: () => number = () => performance.timeOrigin + performance.now(),
): Promise<ClockOffset> {
  try {
    return await ask(server, timeoutMs, wallMs)
  } catch (error) {
    throw fault('CLOCK_UNREACHABLE', { server, reason: reasonOf(error) }, error)
  }
}

function ask(server: string, timeoutMs: number, wallMs: () => number): Promise<ClockOffset> {
  const [, host = server, port] = /^(.*?)(?::(\d+))?$/.exec(server) ?? []
  const socket = createSocket('udp4')
  const request = Buffer.alloc(PACKET_BYTES)
  request[0] = CLIENT_V4
  let sentMs = 0

  return new Promise<ClockOffset>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    socket.once('error', reject)
    socket.on('message', (answer) => {
      const receivedMs = wallMs()
      if (!belongsTo(request, answer)) return
      clearTimeout(timer)
      const wrong = refusal(answer)
      if (wrong === null) resolve(offsetOf(answer, sentMs, receivedMs))
      else reject(new Error(wrong))
    })
    socket.connect(port === undefined ? NTP_PORT : Number(port), host, (error?: Error) => {
      if (error) return reject(error)
      sentMs = wallMs()
      writeTime(request, 40, sentMs)
      randomBytes(2).copy(request, 46)
      socket.send(request)
    })
    socket.once('close', () => clearTimeout(timer))
  }).finally(() => socket.close())
}

/** An answer to another question, or to none, is not looked at. */
function belongsTo(request: Buffer, answer: Buffer): boolean {
  return answer.length >= PACKET_BYTES && answer.subarray(24, 32).equals(request.subarray(40, 48))
}

function refusal(answer: Buffer): string | null {
  const stratum = answer[1]!
  if ((answer[0]! & 7) !== MODE_SERVER) return 'not an answer of a server'
  if (stratum === 0) return `refused: ${answer.toString('latin1', 12, 16).replace(/[^A-Z]/g, '')}`
  if (answer[0]! >> 6 === UNSYNCHRONISED || stratum > 15) return 'the server itself has no time'
  return null
}

function offsetOf(answer: Buffer, sentMs: number, receivedMs: number): ClockOffset {
  const theirsInMs = readTime(answer, 32)
  const theirsOutMs = readTime(answer, 40)
  return {
    offsetMs: (theirsInMs - sentMs + (theirsOutMs - receivedMs)) / 2,
    delayMs: Math.max(0, receivedMs - sentMs - (theirsOutMs - theirsInMs)),
    stratum: answer[1]!,
  }
}

function writeTime(packet: Buffer, at: number, wallMs: number): void {
  const sec = Math.floor(wallMs / 1000)
  packet.writeUInt32BE((sec + EPOCH_GAP_SEC) % ERA_SEC, at)
  packet.writeUInt32BE(Math.floor(((wallMs - sec * 1000) / 1000) * ERA_SEC), at + 4)
}

function readTime(packet: Buffer, at: number): number {
  const sec = packet.readUInt32BE(at)
  const era = sec < ERA_SEC / 2 ? ERA_SEC : 0
  return (sec + era - EPOCH_GAP_SEC) * 1000 + (packet.readUInt32BE(at + 4) / ERA_SEC) * 1000
}
