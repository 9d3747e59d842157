/**
 * What the code writes about itself: example, JSON Schema, reference. Each is a path and a text; `generate.ts` puts
 * them there, a test compares them.
 */
import { asyncApi } from './asyncapi.ts'
import { exampleYaml } from './example.ts'
import { jsonSchema, type SchemaNode } from './issues.ts'
import { configPage, errorsPage } from './reference.ts'
import { requirementsPage } from './requirements.ts'
import { GatewayOptions } from './schema.ts'

export interface Generated {
  readonly path: string
  readonly text: string
}

export function generated(): Generated[] {
  const root = jsonSchema(GatewayOptions)
  return [
    { path: 'config/gateway.schema.json', text: json(withSecrets(root)) },
    { path: 'config/gateway.example.yaml', text: exampleYaml(root) },
    { path: 'docs/asyncapi.json', text: json(asyncApi()) },
    { path: 'docs/config.md', text: configPage(root) },
    { path: 'docs/errors.md', text: errorsPage() },
    { path: 'docs/requirements.md', text: requirementsPage('en') },
    { path: 'docs/requirements.zh-CN.md', text: requirementsPage('zh') },
  ]
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`

/** Wherever a text may stand, its secret may stand in a file: the loader reads it before the schema looks. */
function withSecrets(node: SchemaNode): unknown {
  const root = inSecrets(node) as Record<string, unknown>
  return { ...root, title: 'Lushao gateway.yaml', $defs: { secretFile: SECRET_FILE } }
}

const SECRET_FILE = {
  type: 'object',
  description: 'A secret in a file of its own, readable by the gateway only.',
  properties: { file: { type: 'string' } },
  required: ['file'],
  additionalProperties: false,
}

function inSecrets(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => inSecrets(one))
  if (value === null || typeof value !== 'object') return value
  const node = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inSecrets(one, name)]))
  if (!/password|passphrase|secret|token/i.test(key) || node['type'] !== 'string') return node
  const { description, ...plain } = node
  return { description, anyOf: [plain, { $ref: '#/$defs/secretFile' }] }
}
