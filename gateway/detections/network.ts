/**
 * One loaded network: a frame's bytes in, what it found out. Lives in a worker, because `session.run` holds
 * the event loop for the whole inference although it returns a promise.
 *
 *     yuv ─▶ lay ─▶ run (one thread, no spinning) ─▶ decode ─▶ suppress ─▶ fractions, scores in one measure
 *
 * Two threads on a busy box are slower than one (1.4–1.8×, static split), and spinning doubles the CPU beside
 * ffmpeg: a session has one thread, and the gateway has as many sessions as cores.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import {
  Candidates,
  FAMILIES,
  type Family,
  type Manifest,
  type Output,
  rolesOf,
  type Settings,
  suppress,
  thresholdsOf,
} from '../../models/manifest.ts'
import { FRAME_BYTES } from '../frames/frame.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import { kindOf } from './detections.ts'
import { Preprocessor } from './preprocess.ts'

/** Plain arrays, so that they cross from the worker; `Detections` adds the classes. */
export interface Found {
  readonly boxes: Float32Array
  readonly scores: Float32Array
  readonly classIds: Int32Array
  readonly layMs: number
  readonly runMs: number
  readonly decodeMs: number
}

export class Network {
  readonly #session: InferenceSession
  readonly #family: Family
  readonly #manifest: Manifest
  readonly #settings: Settings
  readonly #thresholds: Float32Array
  readonly #groups: Int32Array
  readonly #preprocessor: Preprocessor
  readonly #candidates = new Candidates()
  readonly #feeds: Record<string, Tensor>

  private constructor(session: InferenceSession, manifest: Manifest) {
    const { input, classes, thresholds, nms } = manifest
    const kinds = rolesOf(manifest).map(kindOf)
    this.#session = session
    this.#manifest = manifest
    this.#family = FAMILIES[manifest.family]
    this.#thresholds = thresholdsOf(manifest)
    this.#settings = {
      inputWidth: input.width,
      inputHeight: input.height,
      classCount: classes.length,
      scoreMin: this.#thresholds.map((score) => score * thresholds.faint),
    }
    this.#groups = Int32Array.from(classes, (_, index) =>
      nms.within === 'class' ? index : kinds.indexOf(kinds[index]!),
    )
    this.#preprocessor = new Preprocessor(input)
    this.#feeds = {
      [input.name]: new Tensor('float32', this.#preprocessor.tensor, [1, 3, input.height, input.width]),
    }
    if (input.sizeName !== undefined) {
      const size = BigInt64Array.of(BigInt(input.width), BigInt(input.height))
      this.#feeds[input.sizeName] = new Tensor('int64', size, [1, 2])
    }
  }

  /** Loads, compares with the manifest and looks once at grey, so that the first frame meets no surprise. */
  static async open(bytes: Uint8Array, file: string, manifest: Manifest): Promise<Network> {
    let session: InferenceSession
    try {
      session = await InferenceSession.create(bytes, {
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
    const network = new Network(session, manifest)
    const reason = network.#misnamed() ?? (await network.#rehearse())
    if (reason === null) return network
    await network.close()
    throw fault('MODEL_SHAPE_WRONG', { model: manifest.name, reason })
  }

  async look(yuv: Uint8Array, aspect: number): Promise<Found> {
    const startMs = performance.now()
    const scene = this.#preprocessor.lay(yuv, aspect)
    const laidMs = performance.now()
    const outputs = await this.#run()
    const ranMs = performance.now()
    this.#candidates.count = 0
    this.#family.decode(outputs, this.#settings, this.#candidates)
    const found = this.#gather(scene.width, scene.height)
    const decodedMs = performance.now()
    return { ...found, layMs: laidMs - startMs, runMs: ranMs - laidMs, decodeMs: decodedMs - ranMs }
  }

  async close(): Promise<void> {
    await this.#session.release()
  }

  async #run(): Promise<Record<string, Output>> {
    const tensors = await this.#session.run(this.#feeds)
    const outputs: Record<string, Output> = {}
    for (const [name, tensor] of Object.entries(this.#manifest.outputs)) {
      outputs[name] = tensors[tensor] as unknown as Output
    }
    return outputs
  }

  #misnamed(): string | null {
    const inputs = new Set(this.#session.inputNames)
    for (const name of Object.keys(this.#feeds)) if (!inputs.has(name)) return `it has no input ${name}`
    for (const name of inputs) if (!(name in this.#feeds)) return `its input ${name} is not in the manifest`
    const outputs = new Set(this.#session.outputNames)
    for (const name of Object.values(this.#manifest.outputs)) {
      if (!outputs.has(name)) return `it has no output ${name}`
    }
    return null
  }

  async #rehearse(): Promise<string | null> {
    try {
      this.#preprocessor.lay(new Uint8Array(FRAME_BYTES).fill(128), 16 / 9)
      return this.#family.refuse(await this.#run(), this.#settings)
    } catch (error) {
      // The network itself refused its input; what it says names the tensor.
      return reasonOf(error)
    }
  }

  /** Clips to the picture, where some boxes lie in the letterbox's padding and vanish. */
  #gather(width: number, height: number): Pick<Found, 'boxes' | 'scores' | 'classIds'> {
    const { nms, detectionsMax } = this.#manifest
    const from = this.#candidates
    toFractions(from.boxes, from.count, width, height)
    const kept = suppress(from, this.#groups, nms.iouMax, detectionsMax)
    const boxes = new Float32Array(4 * kept.length)
    const scores = new Float32Array(kept.length)
    const classIds = new Int32Array(kept.length)
    for (let i = 0; i < kept.length; i++) {
      const index = kept[i]!
      boxes.set(from.boxes.subarray(4 * index, 4 * index + 4), 4 * i)
      classIds[i] = from.classIds[index]!
      scores[i] = inOneMeasure(from.scores[index]!, this.#thresholds[classIds[i]!]!)
    }
    return { boxes, scores, classIds }
  }
}

function toFractions(boxes: Float32Array, count: number, width: number, height: number): void {
  for (let at = 0; at < 4 * count; at += 2) {
    boxes[at] = Math.min(1, Math.max(0, boxes[at]! / width))
    boxes[at + 1] = Math.min(1, Math.max(0, boxes[at + 1]! / height))
  }
}

/** Bends a network's score so that its threshold becomes 0.5; 0 and 1 stay. Order is kept. */
function inOneMeasure(score: number, threshold: number): number {
  if (score < threshold) return (0.5 * score) / threshold
  return 0.5 + (0.5 * (score - threshold)) / (1 - threshold)
}
