/** How a simulated device takes its port: at once, or with a fault that names who could not have it. */
import { once } from 'node:events'
import type { Server } from 'node:net'
import { assert } from '../gateway/kit/assert.ts'
import { fault, reasonOf } from '../gateway/kit/errors.ts'

/** Gives the port that was taken; 0 asks for any. Throws SIMULATOR_PORT_TAKEN. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw fault('SIMULATOR_PORT_TAKEN', { host, port, reason: reasonOf(error) }, error)
  }
  const bound = server.address()
  assert(bound !== null && typeof bound === 'object', 'a listening server has an address')
  return bound.port
}
