/**
 * One loaded network: a frame's bytes in, what it found out. Lives in a worker, because `session.run` holds
 * the event loop for the whole inference although it returns a promise.
 *
 *     yuv ─▶ lay ─▶ run (one thread, no spinning) ─▶ decode ─▶ suppress ─▶ fractions, scores in one measure
 *
 * A view is a part of the picture that fills the input by itself; what several views found competes as one.
 */
import { type InferenceSession, Tensor } from 'onnxruntime-node'
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
import { assert } from '../kit/assert.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import type { Box } from '../kit/geometry.ts'
import { kindOf } from './detections.ts'
import { Preprocessor, WHOLE } from './preprocess.ts'
import { openSession } from './session.ts'
import { asOutput, type NetworkInput, openInput } from './tensors.ts'

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
  readonly #input: NetworkInput | null
  readonly #feeds: Record<string, Tensor>

  private constructor(session: InferenceSession, manifest: Manifest) {
    const { family, input, classes, thresholds, nms } = manifest
    assert(family !== 'patches', 'a network that names is no network that finds')
    const kinds = rolesOf(manifest).map(kindOf)
    this.#session = session
    this.#manifest = manifest
    this.#family = FAMILIES[family]
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
    this.#input = openInput(session, input, this.#preprocessor.tensor)
    this.#feeds = this.#input === null ? {} : { [input.name]: this.#input.tensor }
    if (input.sizeName !== undefined) {
      const size = BigInt64Array.of(BigInt(input.width), BigInt(input.height))
      this.#feeds[input.sizeName] = new Tensor('int64', size, [1, 2])
    }
  }

  /** Loads, compares with the manifest and looks once at grey, so that the first frame meets no surprise. */
  static async open(bytes: Uint8Array, file: string, manifest: Manifest): Promise<Network> {
    const network = new Network(await openSession(bytes, file), manifest)
    const reason = network.#misnamed() ?? (await network.#rehearse())
    if (reason === null) return network
    await network.close()
    throw fault('MODEL_SHAPE_WRONG', { model: manifest.name, reason })
  }

  async look(yuv: Uint8Array, aspect: number, views: readonly Box[]): Promise<Found> {
    const times = { layMs: 0, runMs: 0, decodeMs: 0 }
    this.#candidates.count = 0
    for (const view of views) await this.#lookAt(yuv, aspect, view, times)
    const startMs = performance.now()
    const found = this.#gather()
    times.decodeMs += performance.now() - startMs
    return { ...found, ...times }
  }

  async close(): Promise<void> {
    await this.#session.release()
  }

  /** Adds a view's candidates, in fractions of the whole picture. */
  async #lookAt(
    yuv: Uint8Array,
    aspect: number,
    view: Box,
    times: { layMs: number; runMs: number; decodeMs: number },
  ): Promise<void> {
    const startMs = performance.now()
    const scene = this.#preprocessor.lay(yuv, aspect, view)
    this.#input?.fill()
    const laidMs = performance.now()
    const outputs = await this.#run()
    const ranMs = performance.now()
    const first = this.#candidates.count
    this.#family.decode(outputs, this.#settings, this.#candidates)
    toFractions(this.#candidates, first, scene, view)
    times.layMs += laidMs - startMs
    times.runMs += ranMs - laidMs
    times.decodeMs += performance.now() - ranMs
  }

  async #run(): Promise<Record<string, Output>> {
    const tensors = await this.#session.run(this.#feeds)
    const outputs: Record<string, Output> = {}
    for (const [name, tensor] of Object.entries(this.#manifest.outputs)) {
      outputs[name] = asOutput(tensors[tensor]!)
    }
    return outputs
  }

  #misnamed(): string | null {
    const inputs = new Set(this.#session.inputNames)
    const { name: picture } = this.#manifest.input
    if (inputs.has(picture) && this.#input === null)
      return `its input ${picture} takes no kind of number known`
    for (const name of [picture, ...Object.keys(this.#feeds)]) {
      if (!inputs.has(name)) return `it has no input ${name}`
    }
    for (const name of inputs) if (!(name in this.#feeds)) return `its input ${name} is not in the manifest`
    const outputs = new Set(this.#session.outputNames)
    for (const name of Object.values(this.#manifest.outputs)) {
      if (!outputs.has(name)) return `it has no output ${name}`
    }
    return null
  }

  async #rehearse(): Promise<string | null> {
    try {
      this.#preprocessor.lay(new Uint8Array(FRAME_BYTES).fill(128), 16 / 9, WHOLE)
      this.#input?.fill()
      return this.#family.refuse(await this.#run(), this.#settings)
    } catch (error) {
      // The network itself refused its input; what it says names the tensor.
      return reasonOf(error)
    }
  }

  #gather(): Pick<Found, 'boxes' | 'scores' | 'classIds'> {
    const { nms, detectionsMax } = this.#manifest
    const from = this.#candidates
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

/** Clips to the view, where some boxes lie in the letterbox's padding and vanish. */
function toFractions(
  { boxes, count }: Candidates,
  first: number,
  { width, height }: { readonly width: number; readonly height: number },
  [x1, y1, x2, y2]: Box,
): void {
  for (let at = 4 * first; at < 4 * count; at += 2) {
    boxes[at] = x1 + (x2 - x1) * Math.min(1, Math.max(0, boxes[at]! / width))
    boxes[at + 1] = y1 + (y2 - y1) * Math.min(1, Math.max(0, boxes[at + 1]! / height))
  }
}

/** Bends a network's score so that its threshold becomes 0.5; 0 and 1 stay. Order is kept. */
export function inOneMeasure(score: number, threshold: number): number {
  if (score < threshold) return (0.5 * score) / threshold
  return 0.5 + (0.5 * (score - threshold)) / (1 - threshold)
}
