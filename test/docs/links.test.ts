/** What the pages point at is there: links, headings, commands. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { packagePath } from '../../gateway/kit/paths.ts'
import { filesUnder, sources } from '../architecture/tree.ts'

const pages = [
  'README.md',
  'README.zh-CN.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  ...filesUnder('docs', 'models', 'gateway', 'config'),
]
  .filter((path) => path.endsWith('.md') && existsSync(packagePath(path)))
  .map((path) => ({ path, text: readFileSync(packagePath(path), 'utf8') }))

const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '')
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

test('links lead to files and headings that are there', () => {
  const broken = pages.flatMap(({ path, text }) =>
    [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^(?:https?|mailto):/.test(target))
      .filter((target) => !leads(path, target))
      .map((target) => `${path} → ${target}`),
  )
  expect(broken).toEqual([])
})

function leads(page: string, target: string): boolean {
  const [file = '', heading] = decodeURI(target).split('#')
  const path = packagePath(file === '' ? page : join(dirname(page), file))
  if (!existsSync(path)) return false
  if (heading === undefined || !path.endsWith('.md')) return true
  const headings = [...withoutFences(readFileSync(path, 'utf8')).matchAll(/^#+ (.+)$/gm)]
  return headings.some(([, text]) => anchorOf(text!) === heading)
}

const withoutFences = (text: string): string => text.replace(/```[\s\S]*?```/g, '')

/** Lines of fenced blocks that a reader would type. */
function typed(text: string): string[] {
  return [...text.matchAll(/```(?:sh|bash|console)?\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block!.split('\n'))
    .map((line) => line.replace(/^\$ /, '').trim())
}

test('every npm script and lushao command on a page exists', () => {
  const { scripts } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { scripts: object }
  const cli = sources('gateway/cli')
    .map(({ text }) => text)
    .join('\n')
  const commands = new Set(
    [...cli.matchAll(/(?:\.command|new Command)\('(\w[\w-]*)/g)].map(([, name]) => name!),
  )
  const unknown = pages.flatMap(({ path, text }) =>
    typed(text).flatMap((line) => {
      const script = /^npm run ([\w:-]+)/.exec(line)?.[1] ?? (/^npm test\b/.test(line) ? 'test' : undefined)
      const command = /^npx lushao (\w[\w-]*)/.exec(line)?.[1]
      const wrong =
        (script !== undefined && !(script in scripts)) || (command !== undefined && !commands.has(command))
      return wrong ? [`${path}: ${line}`] : []
    }),
  )
  expect(unknown).toEqual([])
})
