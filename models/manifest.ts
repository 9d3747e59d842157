/**
 * A model is a file of weights and a manifest that says everything else: how a picture must be laid before
 * it, how its answer reads, what its classes are to a rule, where it comes from and under which licence.
 *
 *     model.onnx ─ sha256 ─┬─ the manifest named in the config
 *                          ├─ model.onnx.manifest.json beside it
 *                          └─ models/manifests/*.json, models/default/*.json whose sha256 is the file's
 *
 * The hash is checked before any parser sees a byte, so a swapped, cut or hostile file is refused unread;
 * only what a manifest vouches for reaches the network library.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ROLES, type Role } from '../gateway/detections/detections.ts'
import { type Fault, fault, isFault, reasonOf } from '../gateway/kit/errors.ts'
import { packagePath } from '../gateway/kit/paths.ts'
import { detr } from './families/detr.ts'
import { detrLogits } from './families/detr-logits.ts'
import type { Family } from './families/family.ts'
import { gfl } from './families/gfl.ts'
import { nmsIncluded } from './families/nms-included.ts'
import { yolov8 } from './families/yolov8.ts'
import { yolox } from './families/yolox.ts'

export { Candidates, type Family, type Output, type Settings, suppress } from './families/family.ts'
export { licenceAsks } from './licence.ts'
export { readOnnx } from './onnx.ts'

export const FAMILIES = {
  yolox,
  yolov8,
  gfl,
  detr,
  'detr-logits': detrLogits,
  'nms-included': nmsIncluded,
} as const satisfies Record<string, Family>
/** A family that finds nothing by itself: it names boxes that are proposed (`gateway/detections/patch-network.ts`). */
const PATCHES: Pick<Family, 'outputs' | 'otherForms' | 'wantsSize'> = {
  outputs: ['scores'],
  wantsSize: false,
}

/** Ten times the largest network that a box without an accelerator can run in time. */
export const MODEL_BYTES_MAX = 256 * 1024 * 1024
const MANIFEST_BYTES_MAX = 1024 * 1024

const score = z.number().min(0.01).max(0.99)
const triple = z.tuple([z.number(), z.number(), z.number()])

export const ModelInput = z.strictObject({
  name: z
    .string()
    .min(1)
    .describe('Name of the input tensor; float32, float16, uint8 or int8, as the file says.'),
  layout: z
    .enum(['nchw', 'nhwc'])
    .default('nchw')
    .describe('nchw: three planes, 1×3×height×width; nhwc: pixel by pixel, 1×height×width×3.'),
  width: z.int().min(32).max(1_280).multipleOf(16).describe('Pixels.'),
  height: z.int().min(32).max(1_280).multipleOf(16).describe('Pixels.'),
  fit: z
    .enum(['letterbox', 'stretch'])
    .describe('letterbox keeps the shape of the scene, lays it top left and pads; stretch fills the input.'),
  pad: z.int().min(0).max(255).default(114).describe('Grey of the letterbox, before normalisation.'),
  channels: z.enum(['rgb', 'bgr']).describe('Order of the three planes.'),
  scale: z
    .number()
    .positive()
    .default(1)
    .describe('value = (pixel × scale − mean) / std; pixels are 0..255.'),
  mean: triple.default([0, 0, 0]).describe('Per plane, in the order of `channels`.'),
  std: triple.default([1, 1, 1]).describe('Per plane, in the order of `channels`.'),
  sizeName: z
    .string()
    .min(1)
    .optional()
    .describe('Second input int64 1×2 [width, height], families that ask for it.'),
})
export type ModelInput = z.infer<typeof ModelInput>

export const Manifest = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]*$/)
      .describe('What people call the model.'),
    family: z
      .enum([...(Object.keys(FAMILIES) as (keyof typeof FAMILIES)[]), 'patches'])
      .describe('How its output reads; `patches` names boxes that are proposed to it.'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('Of the model file.'),
    licence: z.string().min(1).describe('SPDX expression of the weights.'),
    origin: z.string().min(1).describe('Who made the weights, from what.'),
    input: ModelInput,
    outputs: z
      .record(z.string(), z.string())
      .describe("The family's name of an output → name of the tensor."),
    classes: z.array(z.string().min(1)).min(1).max(1_000).describe('In the order of the network.'),
    roles: z
      .partialRecord(z.enum(ROLES), z.array(z.string()))
      .describe('What classes are to a rule; a class that is not named is `other`.'),
    thresholds: z
      .strictObject({
        score: score.describe('From this score on a detection is sure of itself.'),
        byRole: z.partialRecord(z.enum(ROLES), score).default({}).describe('Instead, for a role.'),
        byClass: z
          .record(z.string(), score)
          .default({})
          .describe('Instead, for a class; goes before its role.'),
        faint: z
          .number()
          .min(0.1)
          .max(1)
          .default(0.5)
          .describe(
            'Down to this part of the threshold detections are reported; they keep a track, never open one.',
          ),
      })
      .describe('Scores are the network’s own here.'),
    nms: z
      .strictObject({
        iouMax: z
          .number()
          .min(0.1)
          .max(1)
          .describe('Of competitors that overlap more than this the better stays.'),
        within: z
          .enum(['class', 'kind'])
          .default('kind')
          .describe(
            'Who competes. Kinds are person, vehicle, two-wheeler, thing: car and lorry are one vehicle.',
          ),
      })
      .describe('Non-maximum suppression.'),
    detectionsMax: z.int().min(1).max(1_000).default(200).describe('Most detections a frame, best first.'),
  })
  .superRefine((manifest, context) => {
    const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    const family = manifest.family === 'patches' ? PATCHES : FAMILIES[manifest.family]
    const wanted = [family.outputs, ...(family.otherForms ?? [])].map((form) => [...form].sort().join())
    if (!wanted.includes(Object.keys(manifest.outputs).sort().join())) {
      complain(['outputs'], `must name ${wanted.join(' or ')}`)
    }
    if (family.wantsSize !== (manifest.input.sizeName !== undefined)) {
      complain(
        ['input', 'sizeName'],
        family.wantsSize ? 'is needed by this family' : 'is unknown to this family',
      )
    }
    if (manifest.input.std.includes(0)) complain(['input', 'std'], 'must not be zero')
    const known = new Set(manifest.classes)
    if (known.size !== manifest.classes.length) complain(['classes'], 'must differ from each other')
    const named = Object.values(manifest.roles).flat()
    if (new Set(named).size !== named.length) complain(['roles'], 'must name a class once')
    for (const name of [...named, ...Object.keys(manifest.thresholds.byClass)]) {
      if (!known.has(name)) complain(['classes'], `lacks ${name}, which roles or thresholds name`)
    }
  })
export type Manifest = z.infer<typeof Manifest>

/** A model that is what it says: bytes that fit the manifest's hash. */
export interface Model {
  readonly file: string
  readonly bytes: Uint8Array
  readonly manifest: Manifest
}

/** Reads a model and its manifest; every way in which they can be wrong has its code. */
export function loadModel(file: string, manifestFile?: string): Model {
  const bytes = readModel(file)
  const actual = createHash('sha256').update(bytes).digest('hex')
  const manifest = manifestFor(file, actual, manifestFile)
  if (manifest.sha256 !== actual) {
    throw fault('MODEL_HASH_MISMATCH', { path: file, actual, expected: manifest.sha256 })
  }
  return { file, bytes, manifest }
}

function readManifest(path: string): Manifest {
  let json: unknown
  try {
    if (statSync(path).size > MANIFEST_BYTES_MAX) throw new Error('larger than 1 MiB')
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw fault('MODEL_MANIFEST_INVALID', { path, reason: reasonOf(error) }, error)
  }
  const parsed = Manifest.safeParse(json)
  if (parsed.success) return parsed.data
  const reason = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  throw fault('MODEL_MANIFEST_INVALID', { path, reason })
}

/** The manifests that come with the gateway: of the network beside its own, and of others' by name of file. */
export function shippedManifests(): Manifest[] {
  return ['default', 'manifests'].flatMap((name) => {
    const folder = packagePath('models', name)
    const files = existsSync(folder) ? readdirSync(folder) : []
    const manifests = files.filter((file) => file.endsWith('.json')).sort()
    return manifests.map((file) => readManifest(join(folder, file)))
  })
}

/** The manifests beside the models of a folder; those that are wrong are told and left out. */
export function manifestsIn(folder: string, wrong: (found: Fault) => void): Manifest[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter((name) => name.endsWith('.manifest.json'))
  return files.sort().flatMap((name) => {
    try {
      return [readManifest(join(folder, name))]
    } catch (error) {
      if (!isFault(error)) throw error
      wrong(error)
      return []
    }
  })
}

export function rolesOf(manifest: Manifest): Role[] {
  const roleOf = new Map<string, Role>()
  for (const role of ROLES) for (const name of manifest.roles[role] ?? []) roleOf.set(name, role)
  return manifest.classes.map((name) => roleOf.get(name) ?? 'other')
}

/** The score, in the network's own measure, from which a class is sure. */
export function thresholdsOf(manifest: Manifest): Float32Array {
  const { score, byRole, byClass } = manifest.thresholds
  const roles = rolesOf(manifest)
  return Float32Array.from(manifest.classes, (name, index) => {
    const own = Object.hasOwn(byClass, name) ? byClass[name] : undefined
    return own ?? byRole[roles[index]!] ?? score
  })
}

function readModel(file: string): Uint8Array {
  try {
    const found = statSync(file)
    if (!found.isFile()) throw fault('MODEL_UNREADABLE', { path: file, reason: 'not a regular file' })
    if (found.size > MODEL_BYTES_MAX)
      throw fault('MODEL_UNREADABLE', { path: file, reason: 'larger than 256 MiB' })
    return new Uint8Array(readFileSync(file))
  } catch (error) {
    if (isFault(error)) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw fault('MODEL_MISSING', { path: file }, error)
    throw fault('MODEL_UNREADABLE', { path: file, reason: reasonOf(error) }, error)
  }
}

function manifestFor(file: string, sha256: string, manifestFile: string | undefined): Manifest {
  if (manifestFile !== undefined) return readManifest(manifestFile)
  if (existsSync(`${file}.manifest.json`)) return readManifest(`${file}.manifest.json`)
  const shipped = shippedManifests().find((manifest) => manifest.sha256 === sha256)
  if (shipped === undefined) throw fault('MODEL_MANIFEST_MISSING', { path: file, actual: sha256 })
  return shipped
}
