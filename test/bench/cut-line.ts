/**
 * A line to a server that breaks: both ends are dropped when so many bytes have gone towards the server.
 *
 *     client ─▶ 127.0.0.1 ─▶ server      cut, cut, cut … by bytes, then whole
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** @param cutsAtBytes bytes of all connections together, ascending */
export async function cutLine(target: string, cutsAtBytes: readonly number[]) {
  const { port, pathname } = new URL(target)
  const [total, made, connections] = [{ bytes: 0 }, { count: 0 }, { count: 0 }]
  const door = createServer((near: Socket) => {
    connections.count++
    const far = connect(Number(port), '127.0.0.1')
    const drop = () => {
      near.destroy()
      far.destroy()
    }
    near.on('data', (bytes) => {
      total.bytes += bytes.length
      const next = cutsAtBytes[made.count]
      if (next !== undefined && total.bytes >= next) {
        made.count++
        return drop()
      }
      // A line is not faster than who reads at its end.
      if (!far.write(bytes)) near.pause()
    })
    far.on('drain', () => near.resume())
    far.on('data', (bytes) => void near.write(bytes))
    for (const socket of [near, far]) socket.on('close', drop).on('error', drop)
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const { port: own } = door.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${own}${pathname}`,
    made: () => made.count,
    bytes: () => total.bytes,
    connections: () => connections.count,
    close: () => door.close(),
  }
}
