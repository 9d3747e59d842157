/**
 * A worker thread with one network. It answers messages one after the other and goes when told to: a thread
 * that is terminated inside `session.run` takes the whole process with it (SIGABRT), so nobody ever
 * terminates it.
 *
 *     (begins)                   ─▶ ready │ refused {code, values}
 *     ◀─ run {id, yuv, views …}   ─▶ found {id, yuv, found} │ failed {id, yuv, reason}
 *     ◀─ close                   ─▶ (the thread ends)
 *
 * The frame's buffer travels with the message and comes home with the answer; nothing is copied.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Model } from '../../models/manifest.ts'
import { assert } from '../kit/assert.ts'
import type { FaultCode } from '../kit/catalogue.ts'
import { type FaultValues, isFault, reasonOf } from '../kit/errors.ts'
import type { Box } from '../kit/geometry.ts'
import { type Found, Network } from './network.ts'
import { PatchNetwork } from './patch-network.ts'

export type ToWorker =
  | {
      readonly kind: 'run'
      readonly id: number
      readonly yuv: Uint8Array<ArrayBuffer>
      readonly aspect: number
      readonly views: readonly Box[]
    }
  | { readonly kind: 'close' }

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly code: FaultCode; readonly values: FaultValues }
  | {
      readonly kind: 'found'
      readonly id: number
      readonly yuv: Uint8Array<ArrayBuffer>
      readonly found: Found
    }
  | {
      readonly kind: 'failed'
      readonly id: number
      readonly yuv: Uint8Array<ArrayBuffer>
      readonly reason: string
    }

const port = parentPort
assert(port !== null, 'the worker runs in a thread')

let network: Network | PatchNetwork | null = null
let last: Promise<void> = open(workerData as Model)
port.on('message', (message: ToWorker) => {
  last = last.then(() => (message.kind === 'run' ? run(message) : close()))
})

async function open({ bytes, file, manifest }: Model): Promise<void> {
  try {
    const kind = manifest.family === 'patches' ? PatchNetwork : Network
    network = await kind.open(bytes, file, manifest)
    send({ kind: 'ready' })
  } catch (error) {
    // A fault of the model goes to the pool, which throws it again; anything else ends the thread.
    if (!isFault(error)) throw error
    send({ kind: 'refused', code: error.code, values: error.values })
  }
}

async function run({ id, yuv, aspect, views }: ToWorker & { kind: 'run' }): Promise<void> {
  try {
    assert(network !== null, 'frames come after ready')
    const found = await network.look(yuv, aspect, views)
    send({ kind: 'found', id, yuv, found }, [yuv.buffer])
  } catch (error) {
    // The pool reports it as MODEL_FAILED; the frame counts as not analysed.
    send({ kind: 'failed', id, yuv, reason: reasonOf(error) }, [yuv.buffer])
  }
}

async function close(): Promise<void> {
  await network?.close()
  port?.close()
}

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer)
}
