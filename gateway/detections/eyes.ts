/**
 * The two witnesses with names, shared by all cameras.
 *
 *     detector   a model from the configuration: finds and names by itself, in the zones' neighbourhood
 *     namer      the network that comes with the gateway: names what the background model proposes
 *
 * They are asked apart and followed apart; a rule hears both. Either may be missing.
 */
import { existsSync } from 'node:fs'
import { z } from 'zod'
import { type Manifest, rolesOf } from '../../models/manifest.ts'
import { fault } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import { packagePath } from '../kit/paths.ts'
import type { Role } from './detections.ts'
import { DetectorPool, type ModelOptions } from './detector.ts'

export const NamingOptions = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      'Whether the network that comes with the gateway names what stands: person, bicycle, car, thing.',
    ),
  everyMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(900)
    .describe('Least media time between two looks at one camera, ms.'),
})
export type NamingOptions = z.infer<typeof NamingOptions>

export const DEFAULT_MODEL_FILE = packagePath('models', 'default', 'lushao-patches.onnx')
const PATIENCE_MS = 10_000

export class Eyes {
  readonly detector: DetectorPool | null
  readonly namer: DetectorPool | null

  private constructor(detector: DetectorPool | null, namer: DetectorPool | null) {
    this.detector = detector
    this.namer = namer
  }

  /** Throws a fault when a model is missing, is not what its manifest says, or will not run. */
  static async open(model: ModelOptions | undefined, naming: NamingOptions, log: Log): Promise<Eyes> {
    const detector = model === undefined ? null : await openDetector(model, log)
    if (!naming.enabled || !existsSync(DEFAULT_MODEL_FILE)) return new Eyes(detector, null)
    try {
      const file = DEFAULT_MODEL_FILE
      const options = { file, workersMax: 1, everyMs: naming.everyMs, patienceMs: PATIENCE_MS }
      return new Eyes(detector, await DetectorPool.open(options, log))
    } catch (error) {
      await detector?.close()
      throw error
    }
  }

  /** What evidence names: the hash of the weights that had a word, the configured model's first. */
  get modelDigest(): string | null {
    return this.detector?.modelDigest ?? this.namer?.modelDigest ?? null
  }

  /** Runs and seconds of both, and what was given up for something newer. */
  stats(): { readonly runs: number; readonly runSec: number; readonly dropped: number } {
    const each = this.#pools.map((pool) => pool.stats())
    return {
      runs: each.reduce((sum, { runs }) => sum + runs, 0),
      runSec: each.reduce((sum, { runs, runP50Ms }) => sum + (runs * runP50Ms) / 1000, 0),
      dropped: each.reduce((sum, { dropped }) => sum + dropped, 0),
    }
  }

  /** Of each network that looks. */
  get manifests(): readonly Manifest[] {
    return this.#pools.map(({ manifest }) => manifest)
  }

  /** Every role that one of them can name. */
  get roles(): ReadonlySet<Role> {
    return new Set(this.#pools.flatMap(({ manifest }) => rolesOf(manifest)))
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.close()))
  }

  get #pools(): DetectorPool[] {
    return [this.detector, this.namer].filter((pool) => pool !== null)
  }
}

/** A network that only names would be heard as one that searched and found nobody. */
async function openDetector(options: ModelOptions, log: Log): Promise<DetectorPool> {
  const detector = await DetectorPool.open(options, log)
  if (detector.manifest.family !== 'patches') return detector
  await detector.close()
  const reason =
    'it names what is proposed and finds nothing by itself; the network that comes along is set by `naming`'
  throw fault('MODEL_SHAPE_WRONG', { model: detector.manifest.name, reason })
}
