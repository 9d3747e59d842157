/**
 * The source tree as data: which files there are, what they import, what they export, how long their functions are.
 *
 * Read with regular expressions over code that the formatter has made regular; `tree.test.ts` shows that they read it
 * rightly, and that each rule fails when it is broken.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { packageRoot } from '../../gateway/kit/paths.ts'

const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'var', 'demo-run', 'coverage'])

export interface SourceFile {
  /** From the root, `gateway/kit/clock.ts`. */
  readonly path: string
  readonly text: string
}

export interface Import {
  /** From the root. */
  readonly target: string
  /** Names taken; `*` for all. */
  readonly names: readonly string[]
}

/** Every file of ours, sorted, whatever its kind. */
export function filesUnder(...folders: string[]): string[] {
  const walk = (folder: string): string[] =>
    readdirSync(join(packageRoot, folder), { withFileTypes: true }).flatMap((entry) => {
      if (NOT_OURS.has(entry.name) || entry.name.endsWith('.log')) return []
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? walk(path) : [path]
    })
  return folders.flatMap((folder) => (existsSync(join(packageRoot, folder)) ? walk(folder) : [])).sort()
}

export function topLevel(): string[] {
  return readdirSync(packageRoot).filter((name) => !NOT_OURS.has(name))
}

export function sources(...folders: string[]): SourceFile[] {
  return filesUnder(...folders)
    .filter((path) => /\.(ts|tsx|mjs)$/.test(path) && !path.endsWith('.d.ts'))
    .map((path) => ({ path, text: readFileSync(join(packageRoot, path), 'utf8') }))
}

/** Code without comments, so that a sentence about an import is none. Strings stay. */
export function withoutComments(text: string): string {
  return text.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, kept) => (kept === undefined ? '' : String(kept)),
  )
}

/** What a file takes from other files of ours: imports, re-exports, `import()`, workers. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const code = withoutComments(text).replace(/`[^`]*`/g, '``')
  // AssemblyScript names what it imports without `.ts`.
  const from = (name: string): string =>
    posix.normalize(posix.join(dirname(path), name.endsWith('.as') ? `${name}.ts` : name))
  const statements = code.matchAll(/^(?:import|export)\s+(?:type\s+)?([^'"]*?)\s*from\s*['"](\.[^'"]+)['"]/gm)
  const named = [...statements].map(([, what, name]) => ({ target: from(name!), names: namesIn(what!) }))
  const bare = [...code.matchAll(/^import\s+['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]\s*\)/gm)]
  const workers = [...code.matchAll(/workerEntry\(import\.meta\.url, '([\w-]+)'\)/g)]
  return [
    ...named,
    ...bare.map(([, one, other]) => ({ target: from((one ?? other)!), names: ['*'] })),
    ...workers.map(([, name]) => ({ target: from(`./${name}.ts`), names: ['*'] })),
  ]
}

function namesIn(what: string): string[] {
  const braces = /\{([^}]*)\}/.exec(what)
  const inside = (braces?.[1] ?? '').split(',').map(
    (one) =>
      one
        .trim()
        .replace(/^type\s+/, '')
        .split(/\s+as\s+/)[0]!,
  )
  const outside = what
    .replace(/\{[^}]*\}/, '')
    .replaceAll(',', ' ')
    .trim()
  return [...inside.filter(Boolean), ...(outside === '' ? [] : ['*'])]
}

/** Values a file exports by declaring them; a type may be exported because a signature speaks of it. */
export function exportsOf({ text }: SourceFile): string[] {
  const found = withoutComments(text).matchAll(
    /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class) (\w+)/gm,
  )
  return [...new Set([...found].map(([, name]) => name!))]
}

export interface FunctionSpan {
  readonly line: number
  readonly lines: number
}

const CONTROL =
  /^(?:\}\s*)?(?:if|for|while|switch|else|do|try|catch|finally|with|class|interface|return|export (?:abstract )?class|export interface)\b/

/** Functions of formatted code: a head that ends in `{`, and the `}` at the same indentation that closes it. */
export function functionsOf(text: string): FunctionSpan[] {
  const lines = text.split('\n')
  return lines.flatMap((line, at) => {
    if (!line.endsWith('{') || !isHead(lines, at)) return []
    const indent = indentOf(line)
    const end = lines.findIndex((other, index) => index > at && other.startsWith(`${indent}}`))
    const start = headStart(lines, at)
    return end < 0 ? [] : [{ line: start + 1, lines: end - start + 1 }]
  })
}

function isHead(lines: readonly string[], at: number): boolean {
  const line = lines[at]!.trim()
  if (line.endsWith('=> {')) return true
  const first = lines[headStart(lines, at)]!.trim()
  if (CONTROL.test(first)) return false
  // A method or a function: something in parentheses, then perhaps a return type, then the body.
  return /^(?:export )?(?:default )?(?:async )?function\b/.test(first) ||
    /^[\w#*\s[\]'"-]+(?:<.*>)?\(/.test(first)
    ? /\)(?::.*)? \{$/.test(line)
    : false
}

/** A head over several lines closes at the indentation at which it began: `): number {`, `}: Parts): void {`. */
function headStart(lines: readonly string[], at: number): number {
  const indent = indentOf(lines[at]!)
  if (!/^[)}\]]/.test(lines[at]!.trim())) return at
  for (let above = at - 1; above >= 0; above--) {
    const line = lines[above]!
    if (line.trim() !== '' && indentOf(line) === indent && !/^[)}\]]/.test(line.trim())) return above
  }
  return at
}

const indentOf = (line: string): string => /^\s*/.exec(line)![0]
