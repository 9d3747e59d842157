/**
 * Where the package's own files lie, seen from `dist/` and from the sources alike.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert } from './assert.ts'

export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)))

export const packagePath = (...parts: string[]): string => join(packageRoot, ...parts)

/** Worker threads run the compiled file; under tests, which run the sources, they need tsx to read TypeScript. */
export function workerEntry(url: string, name: string): { file: URL; execArgv: string[] } {
  const fromSource = url.endsWith('.ts')
  return {
    file: new URL(`./${name}.${fromSource ? 'ts' : 'js'}`, url),
    execArgv: fromSource ? ['--import', 'tsx'] : [],
  }
}

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'models'))) {
      if (!folder.endsWith('/dist')) return folder
    }
    assert(folder !== dirname(folder), 'the package has a package.json above its code')
  }
}
