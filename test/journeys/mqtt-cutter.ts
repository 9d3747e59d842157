/** A line to a broker that fails on purpose: cut after so many bytes, or deaf in one direction, for good or then cut. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** Small, seeded, good enough to choose where a line breaks. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Cut {
  readonly afterBytes: number
  readonly direction: 'to broker' | 'from broker' | 'both'
  /** The line stays up, but nothing comes through any more. */
  readonly isDeaf?: boolean
}

export class Cutter {
  readonly url: string
  /** What happens to the next connections, one entry each; none left: they live. */
  readonly cuts: Cut[] = []
  connections = 0
  readonly #sockets = new Set<Socket>()

  private constructor(url: string) {
    this.url = url
  }

  static async start(target: () => { host: string; port: number }): Promise<Cutter> {
    const server = createServer((socket) => cutter.#join(socket, connect(target())))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const cutter = new Cutter(`mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(() => {
      server.close()
      cutter.cutAll()
    })
    return cutter
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(near: Socket, far: Socket): void {
    this.connections++
    const cut = this.cuts.shift()
    let left = cut?.afterBytes ?? Number.POSITIVE_INFINITY
    const drop = () => {
      near.destroy()
      far.destroy()
    }
    const carry = (from: Socket, to: Socket, direction: 'to broker' | 'from broker') => {
      const counted = cut === undefined || cut.direction === 'both' || cut.direction === direction
      from.on('data', (bytes) => {
        if (!counted) return void to.write(bytes)
        to.write(bytes.subarray(0, Math.max(0, left)))
        left -= bytes.length
        // Deaf in one direction: the other goes on a little, so that a PUBLISH arrives whose PUBACK does not.
        if (left <= 0 && !cut?.isDeaf) setTimeout(drop, cut?.direction === 'both' ? 0 : 30)
      })
      from.on('close', drop)
      from.on('error', drop)
      this.#sockets.add(from)
      from.once('close', () => this.#sockets.delete(from))
    }
    carry(near, far, 'to broker')
    carry(far, near, 'from broker')
  }
}
