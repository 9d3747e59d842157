/**
 * The two pages of reference that are written by the code: every option, every fault.
 */
import { CATALOGUE } from '../gateway/kit/catalogue.ts'
import { allowedText, type SchemaNode } from './issues.ts'

const BY = '<!-- Written by `npm run docs` from the code; edit the code. -->'

/** docs/config.md: a table for every mapping, in the order of the schema. */
export function configPage(root: SchemaNode): string {
  const head = `# Configuration: every option

${BY}

One YAML file; the commented [example](../config/gateway.example.yaml) has every default, the
[JSON Schema](../config/gateway.schema.json) lets editors complete it. \`lushao check -c FILE\` names every fault of
a file at once. Secrets: \`\${ENV}\` inside any text, or \`{file: path}\` in its place; they are never shown. Relative
paths start at the file's folder.

Allowed values: \`1 … 60\` is a range with its ends, \`a | b\` a choice, **required** has no default.
`
  return `${head}\n${tables('gateway.yaml', root).join('\n')}`
}

function tables(title: string, node: SchemaNode): string[] {
  const options = Object.entries(node.properties ?? {})
  const rows = options.map(([key, option]) => {
    const needed = node.required?.includes(key) && option.default === undefined
    const usual = needed
      ? '**required**'
      : option.default === undefined
        ? ''
        : code(JSON.stringify(option.default))
    const short = usual === '`{}`' || usual.length > 60 ? 'see below' : usual
    return `| \`${key}\` | ${code(allowedHere(option))} | ${short} | ${cell(option.description ?? '')} |`
  })
  const own = [
    `## ${title}`,
    '',
    '| option | allowed | default | what it does |',
    '|---|---|---|---|',
    ...rows,
    '',
  ]
  const inside = options.flatMap(([key, option]) => {
    const name = title === 'gateway.yaml' ? key : `${title}.${key}`
    if (option.properties !== undefined) return tables(name, option)
    return option.items?.properties === undefined ? [] : tables(`${name}[]`, option.items)
  })
  return [...own, ...inside]
}

/** What has a table of its own is not spelt out. */
function allowedHere(option: SchemaNode): string {
  if (option.properties !== undefined) return 'mapping'
  if (option.items?.properties === undefined) return allowedText(option)
  return allowedText({ ...option, items: { type: 'mapping' } })
}

/** docs/errors.md: every code with what happened, what the gateway does, what is left to do. */
export function errorsPage(): string {
  const head = `# Faults

${BY}

Every fault of the world has a code, the same in a log line, on the command line, in the API and in messages.
\`{name}\` stands for a value. Our own bugs have no code: they stop the process, which starts clean.
`
  const entries = Object.entries(CATALOGUE)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { en, zh }]) => {
      const line = (language: typeof en | typeof zh) =>
        [language.what, language.next, language.todo].filter(Boolean).join(' ')
      return `## ${name}\n\n${plain(line(en))}\n\n${plain(line(zh))}\n`
    })
  return `${head}\n${entries.join('\n')}`
}

const code = (text: string): string => (text === '' ? '' : `\`${text.replaceAll('|', '\\|')}\``)
const cell = (text: string): string => plain(text.replaceAll('|', '\\|'))
/** Angle brackets outside of code would be taken for HTML. */
const plain = (text: string): string => text.replace(/`[^`]*`|</g, (part) => (part === '<' ? '&lt;' : part))
