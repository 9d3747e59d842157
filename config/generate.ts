/**
 * `npm run docs` writes the generated files, `npm run docs:check` says which of them are outdated.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { packagePath } from '../gateway/kit/paths.ts'
import { generated } from './generated.ts'

const check = process.argv.includes('--check')
for (const { path, text } of generated()) {
  const file = packagePath(path)
  if (read(file) === text) continue
  if (check) {
    process.stderr.write(`${path} is outdated, run npm run docs\n`)
    process.exitCode = 1
  } else {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    process.stdout.write(`${path} written\n`)
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // Not there yet: outdated like any other.
  }
}
