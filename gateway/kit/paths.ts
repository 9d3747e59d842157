/**
 * Where the package's own files lie, seen from `dist/` and from the sources alike.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { assert } from './assert.ts'

export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)))

export const packagePath = (...parts: string[]): string => join(packageRoot, ...parts)

/**
 * What a worker thread runs: the compiled file, or, when the sources run, a line that lets the thread read TypeScript
 * first. (`--import tsx` does not reach a worker thread on Node 20.)
 */
export function workerEntry(url: string, name: string): { file: URL; execArgv: string[] } {
  const fromSource = url.endsWith('.ts')
  const file = new URL(`./${name}.${fromSource ? 'ts' : 'js'}`, url)
  if (!fromSource) return { file, execArgv: [] }
  const tsx = new URL('./index.mjs', pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api')))
  const boot = `import { register } from '${tsx.href}'; register(); await import('${file.href}')`
  return { file: new URL(`data:text/javascript,${encodeURIComponent(boot)}`), execArgv: [] }
}

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'models'))) {
      if (!folder.endsWith('/dist')) return folder
    }
    assert(folder !== dirname(folder), 'the package has a package.json above its code')
  }
}
