/**
 * A manifest for a model that has none, guessed from what the file says of itself. Only a suggestion: nobody's
 * network is loaded on a guess, somebody reads it and saves it first.
 *
 *     inputs ─▶ size, layout          outputs ─▶ family          what the maker wrote ─▶ classes, licence
 *                            └─ what is not written is said to be uncertain ─┘
 *
 * The file is not run. Shapes tell a family, not its arithmetic: whether pixels are 0..1 or 0..255, red or blue
 * first, is custom of the family's makers, and a wrong custom costs accuracy without a word.
 */
import { ROLES, type Role } from '../gateway/detections/detections.ts'
import { guessFamily, type Reading } from './guess.ts'
import { Manifest, rolesOf, shippedManifests } from './manifest.ts'
import type { OnnxFile } from './onnx.ts'

export const UNCERTAIN = {
  family: {
    en: 'family: another family has outputs of the same shape.',
    zh: 'family：另有类型的输出形状与此相同。',
  },
  size: {
    en: 'input.width, input.height: the file leaves them open.',
    zh: 'input.width、input.height：文件未固定尺寸。',
  },
  pixels: {
    en: 'input.fit, channels, scale, mean, std: usual for the family, not written in the file.',
    zh: 'input.fit、channels、scale、mean、std：按该类型惯例填写，文件中没有记载。',
  },
  classes: {
    en: 'classes: the file does not name them; their order matters.',
    zh: 'classes：文件未写明类别名称；次序不可颠倒。',
  },
  roles: {
    en: 'roles: classes that are not known here are left out, which makes them "other".',
    zh: 'roles：未能识别的类别未列出，按 other 处理。',
  },
  licence: {
    en: 'licence: the file does not state that of the weights.',
    zh: 'licence：文件未注明权重的许可。',
  },
  thresholds: {
    en: 'thresholds.score: usual for the family; measure on pictures of your own street.',
    zh: 'thresholds.score：按该类型惯例填写；请用本地画面实测。',
  },
} as const
export type Uncertain = keyof typeof UNCERTAIN

export interface Suggestion {
  readonly manifest: Manifest
  readonly uncertain: readonly Uncertain[]
}

/** Null when the outputs are those of no family known here. */
export function suggestManifest(file: OnnxFile, name: string, sha256: string): Suggestion | null {
  const named = namesIn(file.metadata.get('names') ?? '')
  const guess = guessFamily(file, named.length, sizeIn(file.metadata.get('imgsz') ?? ''))
  if (guess === null) return null
  const classes = classesOf(named, guess)
  const known = rolesByName()
  const byRole = ROLES.filter((role) => role !== 'other').map((role): [Role, string[]] => [
    role,
    classes.filter((one) => known.get(one.toLowerCase()) === role),
  ])
  const roles = Object.fromEntries(byRole.filter(([, names]) => names.length > 0))
  const licence = licenceIn(file.metadata.get('license') ?? '')
  const manifest = Manifest.safeParse({
    name:
      name
        .toLowerCase()
        .replace(/[^a-z0-9._-]+/g, '-')
        .replace(/^[^a-z0-9]+/, '') || 'model',
    family: guess.family,
    sha256,
    licence: licence ?? 'LicenseRef-unknown',
    origin: [file.metadata.get('description'), file.metadata.get('author'), file.producer]
      .filter(Boolean)
      .join(', ')
      .concat(' (as the file says)'),
    input: guess.input,
    outputs: guess.outputs,
    classes,
    roles,
    thresholds: { score: guess.score },
    nms: { iouMax: guess.iouMax },
  })
  if (!manifest.success) return null
  const uncertain: Record<Uncertain, boolean> = {
    family: guess.ambiguous,
    size: guess.sizeOpen,
    pixels: !file.metadata.has('stride'),
    classes: named.length !== guess.classCount,
    roles: classes.some((one) => !known.has(one.toLowerCase())),
    licence: licence === null,
    thresholds: true,
  }
  return {
    manifest: manifest.data,
    uncertain: (Object.keys(uncertain) as Uncertain[]).filter((key) => uncertain[key]),
  }
}

/** Eighty classes without names are COCO's, in its order. */
function classesOf(named: readonly string[], { classCount }: Reading): string[] {
  if (named.length > 0) return [...named]
  const coco = shippedManifests().find((manifest) => manifest.classes.length === 80)
  if (classCount === 80 && coco !== undefined) return [...coco.classes]
  return Array.from({ length: classCount }, (_, index) => `class-${index}`)
}

/** What classes of that name are in the manifests that come with the gateway. */
function rolesByName(): Map<string, Role> {
  const known = new Map<string, Role>()
  for (const manifest of shippedManifests()) {
    for (const [index, role] of rolesOf(manifest).entries()) known.set(manifest.classes[index]!, role)
  }
  return known
}

/** `{0: 'person', 1: "driver's seat"}`, as Python prints it; [] when it is anything else. */
function namesIn(text: string): string[] {
  const names: string[] = []
  for (const [, index, single, double] of text.matchAll(
    /(\d+)\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g,
  )) {
    if (Number(index) !== names.length) return []
    names.push((single ?? double ?? '').replace(/\\(.)/g, '$1'))
  }
  return names
}

/** `[640, 640]`: height, then width. */
function sizeIn(text: string): { height: number; width: number } | null {
  const [, height, width] = /^\[\s*(\d+)\s*,\s*(\d+)\s*\]$/.exec(text) ?? []
  return height === undefined ? null : { height: Number(height), width: Number(width) }
}

/** Makers write sentences; the SPDX name is in them. */
function licenceIn(text: string): string | null {
  const [, found] = /\b((?:A?GPL|Apache|MIT|BSD|CC)-?[\w.-]*)/i.exec(text) ?? []
  if (found === undefined) return null
  return /^A?GPL-\d\.\d$/i.test(found) ? `${found}-only` : found
}
