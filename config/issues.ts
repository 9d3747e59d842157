/**
 * What zod found wrong, as faults that show the value and what is allowed.
 *
 * The allowed values are read from the JSON Schema at the path, so that a message, the reference and an editor's
 * completion say the same.
 */
import { z } from 'zod'
import { CATALOGUE, type FaultCode } from '../gateway/kit/catalogue.ts'
import { fault } from '../gateway/kit/errors.ts'
import type { Finding, Path, Source } from './source.ts'

/** The few words of JSON Schema that our options use. */
export interface SchemaNode {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly items?: SchemaNode
  readonly prefixItems?: readonly SchemaNode[]
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly additionalProperties?: SchemaNode | boolean
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
  readonly format?: string
}

const made = new WeakMap<z.ZodType, SchemaNode>()

export function jsonSchema(schema: z.ZodType): SchemaNode {
  const known = made.get(schema)
  if (known !== undefined) return known
  const node = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SchemaNode
  made.set(schema, node)
  return node
}

export function findingsOf(error: z.ZodError, root: SchemaNode, source: Source): Finding[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path as Path
    const node = nodeAt(root, path)
    if (issue.code === 'unrecognized_keys') {
      const allowed = Object.keys(node?.properties ?? {}).join(' | ')
      return issue.keys.map((key) => {
        const values = { ...source.at([...path, key]), allowed }
        return { path, fault: fault('CONFIG_UNKNOWN_KEY', values) }
      })
    }
    const worded = issue.code === 'custom' || issue.code === 'invalid_format'
    const allowed = worded && !issue.message.startsWith('Invalid') ? issue.message : allowedText(node)
    return { path, fault: fault(codeOf(issue), { ...source.at(path), value: source.show(path), allowed }) }
  })
}

function codeOf(issue: z.core.$ZodIssue): FaultCode {
  const named = issue.code === 'custom' ? issue.params?.['fault'] : undefined
  if (typeof named === 'string' && named in CATALOGUE) return named as FaultCode
  const beyond = issue.code === 'too_small' || issue.code === 'too_big'
  if (beyond && issue.path.at(-3) === 'polygon') return 'ZONE_OUTSIDE_PICTURE'
  if (issue.path.at(-1) === 'level' && issue.path.at(-3) === 'legalBases') return 'BASIS_LEVEL_REFUSED'
  return 'CONFIG_INVALID'
}

/** The option at a path; undefined where there is none. */
export function nodeAt(root: SchemaNode, path: Path): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>((node, step) => {
    if (node === undefined) return undefined
    if (typeof step === 'number') return node.prefixItems?.[step] ?? node.items
    const branches = [node, ...(node.anyOf ?? []), ...(node.oneOf ?? [])]
    const found = branches.find((branch) => branch.properties?.[step] !== undefined)?.properties?.[step]
    return found ?? (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined)
  }, root)
}

/** What a value may be, in signs rather than words, so that it reads the same in every language. */
export function allowedText(node: SchemaNode | undefined): string {
  if (node === undefined) return '?'
  const branches = node.anyOf ?? node.oneOf
  if (branches !== undefined) return branches.map(allowedText).join(' | ')
  if (node.enum !== undefined) return node.enum.join(' | ')
  if (node.const !== undefined) return String(node.const)
  switch (node.type) {
    case 'integer':
    case 'number':
      return `${node.type} ${rangeText(node.minimum ?? node.exclusiveMinimum, node.maximum)}`.trim()
    case 'boolean':
      return 'true | false'
    case 'array':
      return node.prefixItems === undefined
        ? ['list', rangeText(node.minItems, node.maxItems), 'of', allowedText(node.items)]
            .filter(Boolean)
            .join(' ')
        : `[${node.prefixItems.map(allowedText).join(', ')}]`
    case 'object':
      return `{${Object.keys(node.properties ?? {}).join(', ')}}`
    case 'string':
      return node.format ?? node.pattern ?? `string ${rangeText(node.minLength, node.maxLength)}`.trim()
    default:
      return node.type ?? 'any'
  }
}

function rangeText(min: number | undefined, max: number | undefined): string {
  const top = max === undefined || max >= Number.MAX_SAFE_INTEGER ? '' : `${max}`
  const bottom = min === undefined || min <= -Number.MAX_SAFE_INTEGER ? '' : `${min}`
  if (bottom !== '' && top !== '') return `${bottom} … ${top}`
  if (bottom !== '') return `≥ ${bottom}`
  return top === '' ? '' : `≤ ${top}`
}
