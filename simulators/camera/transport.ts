/**
 * The two ways packets reach a receiver: inside the RTSP connection, or as datagrams beside it.
 *
 * Datagrams go only to the address that holds the RTSP connection, so nobody can be flooded through a camera.
 */
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Transport } from './player.ts'
import { FRAMING_BYTES, framed } from './rtp.ts'

/** A receiver that is this far behind loses pictures, until it has caught up to the lower mark. */
const BACKLOG_BYTES_MAX = 4 << 20
const BACKLOG_BYTES_DRAINED = 1 << 20

export class InterleavedTransport implements Transport {
  readonly channel: number
  readonly #socket: Socket

  constructor(socket: Socket, channel: number) {
    this.#socket = socket
    this.channel = channel
  }

  get congested(): boolean {
    return this.#socket.writableLength > BACKLOG_BYTES_MAX
  }

  get drained(): boolean {
    return this.#socket.writableLength < BACKLOG_BYTES_DRAINED
  }

  sendUnit(packets: Buffer): void {
    if (this.#socket.writable) this.#socket.write(packets)
  }

  sendReport(packet: Buffer): void {
    if (this.#socket.writable) this.#socket.write(framed(this.channel + 1, packet))
  }
}

export class DatagramTransport implements Transport {
  readonly channel = 0
  readonly congested = false
  readonly drained = true
  readonly #pair: DatagramPair
  readonly #address: string
  readonly #port: number

  constructor(pair: DatagramPair, address: string, port: number) {
    this.#pair = pair
    this.#address = address
    this.#port = port
  }

  sendUnit(packets: Buffer, ends: readonly number[]): void {
    let at = 0
    for (const end of ends) {
      this.#pair.media.send(packets.subarray(at + FRAMING_BYTES, end), this.#port, this.#address)
      at = end
    }
  }

  sendReport(packet: Buffer): void {
    this.#pair.control.send(packet, this.#port + 1, this.#address)
  }
}

/** An even port for RTP and the odd one above it for RTCP [RFC 3550 11]; one pair serves all receivers. */
export class DatagramPair {
  readonly media: Datagrams
  readonly control: Datagrams
  readonly port: number

  private constructor(media: Datagrams, control: Datagrams) {
    this.media = media
    this.control = control
    this.port = media.address().port
  }

  /** @param onReport a receiver's RTCP arrived: it is still there */
  static async open(host: string, onReport: (address: string, port: number) => void): Promise<DatagramPair> {
    for (let attempt = 0; ; attempt++) {
      const media = createSocket('udp4')
      const control = createSocket('udp4')
      try {
        await bind(media, 0, host)
        if (media.address().port % 2 === 1) throw new Error('an odd port')
        await bind(control, media.address().port + 1, host)
        // A receiver that is gone answers with ICMP errors; its RTSP connection says so too, and ends the session.
        media.on('error', () => {})
        control.on('error', () => {})
        control.on('message', (_, from) => onReport(from.address, from.port))
        return new DatagramPair(media, control)
      } catch (error) {
        // Ports are taken by chance: the next pair is as good.
        media.close()
        control.close()
        if (attempt >= 50) throw error
      }
    }
  }

  close(): void {
    this.media.close()
    this.control.close()
  }
}

async function bind(socket: Datagrams, port: number, host: string): Promise<void> {
  socket.bind(port, host)
  await once(socket, 'listening')
}
