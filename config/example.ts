/**
 * The commented example file, made from the schema: every option with its default, above it what it is for.
 *
 * What has a default stands there with it, so loading the example equals loading its few given values alone; what
 * has none is commented out.
 */
import { stringify } from 'yaml'
import { allowedText, type SchemaNode } from './issues.ts'

const WIDTH = 110
const HEAD = `# Every option of the gateway, with its default. Generated from the schema by \`npm run docs\`; copy it, keep what
# differs. Secrets: an environment variable, as below, or {file: path}. Unknown keys are refused.
# yaml-language-server: $schema=gateway.schema.json
`

/** The values no schema can know. */
const GIVEN = {
  site: 'nanjing-road',
  gateway: 'gw-01',
  region: '310101',
  cameras: [
    {
      id: 'cam-1',
      url: ['rtsp://viewer:$', '{CAM1_PASSWORD}@192.0.2.11/main'].join(''),
      zones: [
        {
          id: 'kerb',
          type: 'NO_VENDING',
          polygon: [
            [0.1, 0.5],
            [0.95, 0.5],
            [0.95, 0.98],
            [0.1, 0.98],
          ],
          rules: [{ rule: 'street-vending', minDwellSec: 180 }],
        },
      ],
    },
  ],
}

/** What the example gives, alone. */
export const givenYaml = (): string => stringify(GIVEN)

export function exampleYaml(root: SchemaNode): string {
  return `${HEAD}${members(root, GIVEN, '').join('\n')}\n`
}

function members(node: SchemaNode, given: Readonly<Record<string, unknown>>, indent: string): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, option]) => {
    const note = comment(option, indent)
    const gap = indent === '' ? [''] : []
    return [...gap, ...note, ...member(key, option, given[key] ?? option.default, indent)]
  })
}

function member(key: string, option: SchemaNode, value: unknown, indent: string): string[] {
  if (value === undefined) return [`${indent}# ${key}:`]
  if (option.properties !== undefined) {
    const inside = members(option, value as Record<string, unknown>, `${indent}  `)
    const empty = inside.every((line) => line.trimStart().startsWith('#'))
    return [`${indent}${key}:${empty ? ' {}' : ''}`, ...inside]
  }
  const items = option.items
  if (Array.isArray(value) && value.length > 0 && items?.properties !== undefined) {
    return [
      `${indent}${key}:`,
      ...value.flatMap((one) => item(items, one as Record<string, unknown>, indent)),
    ]
  }
  return [`${indent}${key}: ${stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd()}`]
}

/** One entry of a list: a dash on a line of its own, then its members. */
function item(node: SchemaNode, given: Readonly<Record<string, unknown>>, indent: string): string[] {
  return [`${indent}  -`, ...members(node, given, `${indent}    `)]
}

function comment(option: SchemaNode, indent: string): string[] {
  const choice = option.enum !== undefined || option.minimum !== undefined || option.maximum !== undefined
  const allowed = choice ? ` [${allowedText(option)}]` : ''
  const text = `${option.description ?? ''}${allowed}`.trim()
  return wrap(text, WIDTH - indent.length - 2).map((line) => `${indent}# ${line}`)
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return line === '' ? lines : [...lines, line]
}
