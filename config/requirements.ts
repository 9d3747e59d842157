/**
 * docs/requirements.md, in two languages: each requirement, where it is done, and which test shows it.
 *
 *     docs/requirements.yaml ─ what is asked for ─┐
 *     tags in brackets beside code and tests ─────┴─▶ done │ partly, with what is missing │ the platform's │ not begun
 *
 * A requirement that must be is done only when code and a test carry its tag; a test holds the page to that.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { packagePath, packageRoot } from '../gateway/kit/paths.ts'

const Said = z.tuple([z.string().min(1), z.string().min(1)])
const RequirementsFile = z.strictObject({
  requirements: z.array(
    z.strictObject({
      id: z.string().regex(/^R\d+$/),
      p: z.enum(['M', 'S', 'C', 'X']),
      says: Said,
      missing: Said.optional(),
      platform: Said.optional(),
    }),
  ),
  mustNot: z.array(z.strictObject({ says: Said, by: z.array(z.string()).min(1) })),
})

export type Standing = 'done' | 'partly' | 'platform' | 'open'

export interface Requirement {
  readonly id: string
  readonly priority: 'M' | 'S' | 'C' | 'X'
  /** English, Chinese. */
  readonly says: readonly [string, string]
  readonly lacks: readonly [string, string] | null
  readonly standing: Standing
  /** Files that carry its tag. */
  readonly code: readonly string[]
  readonly tests: readonly string[]
}

interface Prohibition {
  readonly says: readonly [string, string]
  readonly by: readonly string[]
  readonly tests: readonly string[]
}

const CODE = ['gateway', 'devices', 'models', 'config', 'simulators']
const TAG = /\[(R\d+(?:, R\d+)*)\]/g

/** Every tag in the tree: requirement → files. */
export function taggedFiles(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const path of [...CODE, 'test'].flatMap(filesUnder)) {
    const text = readFileSync(packagePath(path), 'utf8')
    const ids = new Set([...text.matchAll(TAG)].flatMap(([, list]) => list!.split(', ')))
    for (const id of ids) found.set(id, [...(found.get(id) ?? []), path])
  }
  return found
}

export function requirements(): { requirements: Requirement[]; mustNot: Prohibition[] } {
  const file = RequirementsFile.parse(parse(readFileSync(packagePath('docs', 'requirements.yaml'), 'utf8')))
  const tagged = taggedFiles()
  const isTest = (path: string) => path.startsWith('test/')
  const testsOf = (id: string) => (tagged.get(id) ?? []).filter(isTest)
  return {
    requirements: file.requirements.map(({ id, p, says, missing, platform }) => {
      const code = (tagged.get(id) ?? []).filter((path) => !isTest(path))
      const tests = testsOf(id)
      const isDone = code.length > 0 && tests.length > 0
      const isBegun = code.length + tests.length > 0
      const standing = platform ? 'platform' : isDone && !missing ? 'done' : isBegun ? 'partly' : 'open'
      return { id, priority: p, says, lacks: missing ?? platform ?? null, standing, code, tests }
    }),
    mustNot: file.mustNot.map(({ says, by }) => ({
      says,
      by,
      tests: [...new Set(by.flatMap(testsOf))].sort(),
    })),
  }
}

interface Words {
  readonly title: string
  readonly other: string
  readonly about: string
  readonly heads: readonly string[]
  readonly mustNot: string
  readonly mustNotHeads: readonly string[]
  readonly standing: Readonly<Record<Standing, string>>
}

const BY = '<!-- Written by `npm run docs` from docs/requirements.yaml and the tags; edit those. -->'
const WORDS: Readonly<Record<'en' | 'zh', Words>> = {
  en: {
    title: 'Requirements: where each is done, and what shows it',
    other: '[中文](requirements.zh-CN.md)',
    about: `What the domain's documents ask of the gateway, by their numbers. M must, S should, C could, X is left alone.
**done**: code and a test carry its tag. **partly**: something is there, and this is missing. **platform**: not the box's.
**not begun**: nothing carries its tag.`,
    heads: ['', 'P', 'what', 'how far', 'code', 'tests'],
    mustNot: 'What the software must not do',
    mustNotHeads: ['', 'it must not', 'see', 'tests'],
    standing: { done: 'done', partly: 'partly', platform: 'platform', open: 'not begun' },
  },
  zh: {
    title: '需求对照：在何处实现，由何测试证明',
    other: '[English](requirements.md)',
    about: `领域文件对网关的要求，按编号列出。M 必须，S 应当，C 可以，X 不做。**完成**：代码与测试均有标注。
**部分**：已有一部分，尚缺所列内容。**平台**：不属于端侧。**未开始**：尚无标注。`,
    heads: ['', '级', '内容', '程度', '代码', '测试'],
    mustNot: '软件不得做的事',
    mustNotHeads: ['', '不得', '参见', '测试'],
    standing: { done: '完成', partly: '部分', platform: '平台', open: '未开始' },
  },
}

export function requirementsPage(language: 'en' | 'zh'): string {
  const words = WORDS[language]
  const own = language === 'en' ? 0 : 1
  const found = requirements()
  const rows = found.requirements.map((one) => {
    const standing = one.standing === 'done' ? `**${words.standing.done}**` : words.standing[one.standing]
    const lacks = one.lacks ? `: ${one.lacks[own]}` : ''
    return [one.id, one.priority, one.says[own], standing + lacks, links(one.code), links(one.tests)]
  })
  const never = found.mustNot.map(({ says, by, tests }, at) => [
    ...[String(at + 1), says[own], by.join(' '), links(tests)],
  ])
  return [
    ...[`# ${words.title}`, '', BY, '', words.other, '', words.about, ''],
    ...table(words.heads, rows),
    ...['', `## ${words.mustNot}`, ''],
    ...[...table(words.mustNotHeads, never), ''],
  ].join('\n')
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)]
}

/** `gateway/kit/clock.ts` → [kit/clock](../gateway/kit/clock.ts). */
function links(paths: readonly string[]): string {
  return paths.map((path) => `[${nameOf(path)}](../${path})`).join(' ')
}

const nameOf = (path: string): string =>
  path.replace(/^gateway\/|^test\//, '').replace(/(?:\.test)?\.[a-z]+$/, '')

function filesUnder(folder: string): string[] {
  const root = join(packageRoot, folder)
  if (!existsSync(root)) return []
  return readdirSync(root, { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) return filesUnder(path)
      return /\.(?:tsx?|yaml)$/.test(entry.name) ? [path] : []
    })
    .sort()
}
