/** An RTSP client that shows everything: requests as typed, replies as text, packets as bytes. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface RtpPacket {
  readonly channel: number
  readonly sequence: number
  readonly timestamp: number
  readonly marker: boolean
  readonly payload: Buffer
}

interface Reply {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export class RtspClient {
  readonly socket: Socket
  readonly packets: RtpPacket[] = []
  readonly #replies: Reply[] = []
  #held: Buffer = Buffer.alloc(0)
  #sequence = 0
  closed = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (bytes) => {
      this.#held = Buffer.concat([this.#held, bytes])
      while (this.#take());
      socket.emit('progress')
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.closed = true
      socket.emit('progress')
    })
  }

  static async open(port: number): Promise<RtspClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RtspClient(socket)
  }

  async ask(method: string, url: string, headers: Record<string, string> = {}): Promise<Reply> {
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    return this.askRaw(`${method} ${url} RTSP/1.0\r\nCSeq: ${++this.#sequence}\r\n${fields.join('')}\r\n`)
  }

  async askRaw(text: string): Promise<Reply> {
    this.socket.write(text)
    await this.until(() => this.#replies.length > 0)
    return this.#replies.shift()!
  }

  /** Sets up the first `tracks` tracks interleaved and plays. */
  async play(url: string, tracks = 1): Promise<Reply> {
    let session = ''
    for (let track = 0; track < tracks; track++) {
      const transport = `RTP/AVP/TCP;unicast;interleaved=${track * 2}-${track * 2 + 1}`
      const ready = await this.ask('SETUP', `${url}/track${track}`, {
        Transport: transport,
        ...(session && { Session: session }),
      })
      session = ready.headers.get('session')!.split(';')[0]!
    }
    return this.ask('PLAY', url, { Session: session })
  }

  /** Waits for a condition that packets, replies or the end of the connection bring about. */
  async until(met: () => boolean): Promise<void> {
    while (!met()) {
      if (this.closed) throw new Error('the camera closed the connection')
      await once(this.socket, 'progress')
    }
  }

  close(): void {
    this.socket.destroy()
  }

  #take(): boolean {
    if (this.#held.length < 4) return false
    return this.#held[0] === 0x24 ? this.#takePacket() : this.#takeReply()
  }

  #takePacket(): boolean {
    const end = 4 + this.#held.readUInt16BE(2)
    if (this.#held.length < end) return false
    const channel = this.#held[1]!
    const packet = this.#held.subarray(4, end)
    this.#held = this.#held.subarray(end)
    if (channel % 2 === 1) return true
    this.packets.push({
      channel,
      sequence: packet.readUInt16BE(2),
      timestamp: packet.readUInt32BE(4),
      marker: (packet[1]! & 0x80) !== 0,
      payload: packet.subarray(12),
    })
    return true
  }

  #takeReply(): boolean {
    const end = this.#held.indexOf('\r\n\r\n')
    if (end < 0) return false
    const [first, ...rest] = this.#held.toString('latin1', 0, end).split('\r\n')
    const headers = new Map(
      rest.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    )
    const bodyEnd = end + 4 + Number(headers.get('content-length') ?? 0)
    if (this.#held.length < bodyEnd) return false
    const body = this.#held.toString('latin1', end + 4, bodyEnd)
    this.#held = this.#held.subarray(bodyEnd)
    this.#replies.push({ status: Number(first!.split(' ')[1]), headers, body })
    return true
  }
}

/** Puts the NAL units of H.264 together again, a list for each access unit [RFC 6184 5.8]. */
export function accessUnits(packets: readonly RtpPacket[]): { timestamp: number; nals: Buffer[] }[] {
  const units: { timestamp: number; nals: Buffer[] }[] = []
  let nals: Buffer[] = []
  let parts: Buffer[] = []
  for (const { payload, marker, timestamp } of packets) {
    const [first, second] = [payload[0]!, payload[1]!]
    if ((first & 31) !== 28) nals.push(payload)
    else {
      if (second & 0x80) parts = [Buffer.from([(first & 0xe0) | (second & 31)])]
      parts.push(payload.subarray(2))
      if (second & 0x40) nals.push(Buffer.concat(parts))
    }
    if (!marker) continue
    units.push({ timestamp, nals })
    nals = []
  }
  return units
}
