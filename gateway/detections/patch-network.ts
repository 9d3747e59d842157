/**
 * A loaded network that names what is proposed: boxes in, the same boxes out with a class each.
 *
 *     yuv, boxes ─▶ cut four times ─▶ run on all at once ─▶ means ─▶ best class of each ─▶ scores in one measure
 *
 * It finds nothing by itself. Whoever proposes (the background model) says where something stands; this says what it
 * is like, or keeps silent: a box whose best class is `other` to every rule, or unlikely, has no name.
 */
import { type InferenceSession, Tensor } from 'onnxruntime-node'
import { Candidates, type Manifest, rolesOf, suppress, thresholdsOf } from '../../models/manifest.ts'
import { FRAME_BYTES } from '../frames/frame.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import type { Box } from '../kit/geometry.ts'
import { type Found, inOneMeasure } from './network.ts'
import { PatchCutter } from './patches.ts'
import { openSession } from './session.ts'

/** More than stand apart on any street; the rest waits for the next look. */
const PROPOSALS_MAX = 32
/** Each box is looked at as it is and a little closer, both also mirrored: the mean of four is wrong less often. */
const CLOSER = [0, 0.08]
const GLANCES = 2 * CLOSER.length
const REHEARSED: readonly Box[] = [
  [0.1, 0.1, 0.3, 0.4],
  [0.9, 0.9, 1, 1],
]

export class PatchNetwork {
  readonly #session: InferenceSession
  readonly #manifest: Manifest
  readonly #thresholds: Float32Array
  /** Classes that are a name for somebody or something. */
  readonly #names: readonly boolean[]
  readonly #groups: Int32Array
  readonly #cutter: PatchCutter
  readonly #candidates = new Candidates()

  private constructor(session: InferenceSession, manifest: Manifest) {
    this.#session = session
    this.#manifest = manifest
    this.#thresholds = thresholdsOf(manifest)
    this.#names = rolesOf(manifest).map((role) => role !== 'other')
    this.#groups = Int32Array.from(manifest.classes, (_, index) => index)
    this.#cutter = new PatchCutter(manifest.input.width)
  }

  /** Loads, compares with the manifest and looks once at grey, so that the first frame meets no surprise. */
  static async open(bytes: Uint8Array, file: string, manifest: Manifest): Promise<PatchNetwork> {
    const network = new PatchNetwork(await openSession(bytes, file), manifest)
    const reason = await network.#rehearse()
    if (reason === null) return network
    await network.close()
    throw fault('MODEL_SHAPE_WRONG', { model: manifest.name, reason })
  }

  async look(yuv: Uint8Array, aspect: number, views: readonly Box[]): Promise<Found> {
    const startMs = performance.now()
    const boxes = views.slice(0, PROPOSALS_MAX)
    if (boxes.length === 0) return { ...this.#name([], new Float32Array(0)), layMs: 0, runMs: 0, decodeMs: 0 }
    const feed = this.#lay(yuv, aspect, boxes)
    const laidMs = performance.now()
    const scores = await this.#run(feed)
    const ranMs = performance.now()
    const means = meanOfGlances(scores.data as Float32Array, this.#manifest.classes.length)
    const found = this.#name(boxes, means)
    const decodedMs = performance.now()
    return { ...found, layMs: laidMs - startMs, runMs: ranMs - laidMs, decodeMs: decodedMs - ranMs }
  }

  async close(): Promise<void> {
    await this.#session.release()
  }

  #lay(yuv: Uint8Array, aspect: number, boxes: readonly Box[]): Tensor {
    const { size } = this.#cutter
    const pixels = 3 * size * size
    const patches = new Float32Array(boxes.length * GLANCES * pixels)
    let at = 0
    for (const box of boxes) {
      for (const closer of CLOSER) {
        this.#cutter.cut(yuv, aspect, shrunk(box, closer), patches, at)
        mirror(patches.subarray(at, at + pixels), patches.subarray(at + pixels, at + 2 * pixels), size)
        at += 2 * pixels
      }
    }
    return new Tensor('float32', patches, [boxes.length * GLANCES, 3, size, size])
  }

  async #run(patches: Tensor): Promise<Tensor> {
    const { input, outputs } = this.#manifest
    const answer = await this.#session.run({ [input.name]: patches })
    return answer[outputs['scores']!] as Tensor
  }

  async #rehearse(): Promise<string | null> {
    const { input, outputs, classes } = this.#manifest
    if (!this.#session.inputNames.includes(input.name)) return `it has no input ${input.name}`
    if (!this.#session.outputNames.includes(outputs['scores']!))
      return `it has no output ${outputs['scores']}`
    try {
      const { dims, data } = await this.#run(
        this.#lay(new Uint8Array(FRAME_BYTES).fill(128), 16 / 9, REHEARSED),
      )
      const wanted = [REHEARSED.length * GLANCES, classes.length].join('×')
      if (dims.join('×') !== wanted) return `scores are ${dims.join('×')}, expected ${wanted}`
      return data instanceof Float32Array ? null : 'scores must be float32'
    } catch (error) {
      // The network itself refused its input; what it says names the tensor.
      return reasonOf(error)
    }
  }

  /** A region and its part may get the same name: the likelier stays. */
  #name(boxes: readonly Box[], scores: Float32Array): Pick<Found, 'boxes' | 'scores' | 'classIds'> {
    const { classes, nms, detectionsMax } = this.#manifest
    const named = this.#candidates
    named.count = 0
    for (const [index, box] of boxes.entries()) {
      const own = scores.subarray(index * classes.length, (index + 1) * classes.length)
      const best = own.indexOf(Math.max(...own))
      if (best < 0 || !this.#names[best]!) continue
      named.add(...box, inOneMeasure(own[best]!, this.#thresholds[best]!), best)
    }
    const kept = suppress(named, this.#groups, nms.iouMax, detectionsMax)
    return {
      boxes: Float32Array.from(kept.flatMap((at) => [...named.boxes.subarray(4 * at, 4 * at + 4)])),
      scores: Float32Array.from(kept, (at) => named.scores[at]!),
      classIds: Int32Array.from(kept, (at) => named.classIds[at]!),
    }
  }
}

function shrunk([x1, y1, x2, y2]: Box, share: number): Box {
  const dx = share * (x2 - x1)
  const dy = share * (y2 - y1)
  return [x1 + dx, y1 + dy, x2 - dx, y2 - dy]
}

/** Left and right exchanged, row by row of each plane. */
function mirror(from: Float32Array, into: Float32Array, size: number): void {
  for (let row = 0; row < from.length; row += size) {
    for (let column = 0; column < size; column++) into[row + column] = from[row + size - 1 - column]!
  }
}

function meanOfGlances(scores: Float32Array, classes: number): Float32Array {
  const means = new Float32Array(scores.length / GLANCES)
  for (let at = 0; at < scores.length; at++) {
    const box = Math.floor(at / (GLANCES * classes))
    means[box * classes + (at % classes)]! += scores[at]! / GLANCES
  }
  return means
}
