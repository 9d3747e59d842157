/**
 * One session of the network library: one thread, no spinning.
 *
 * Two threads on a busy box are slower than one (1.4–1.8×, static split), and spinning doubles the CPU beside
 * ffmpeg: a session has one thread, and the gateway has as many sessions as cores.
 */
import { InferenceSession } from 'onnxruntime-node'
import { readOnnx } from '../../models/manifest.ts'
import { fault, reasonOf } from '../kit/errors.ts'

/** @throws MODEL_UNREADABLE when the bytes are no network that the library can load, or should not. */
export async function openSession(bytes: Uint8Array, file: string): Promise<InferenceSession> {
  try {
    readOnnx(bytes)
    return await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    })
  } catch (error) {
    throw fault('MODEL_UNREADABLE', { path: file, reason: reasonOf(error) }, error)
  }
}
