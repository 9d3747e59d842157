/** How the tree looks: what stands at the top, how long things are, what is never written. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { packagePath } from '../../gateway/kit/paths.ts'
import { filesUnder, functionsOf, sources, topLevel } from './tree.ts'

const FUNCTION_LINES_MAX = 70
const FILE_LINES_MAX = 400

const FOLDERS = ['.ci', 'config', 'devices', 'docs', 'gateway', 'models', 'simulators', 'test']
const FILES = [
  ...[
    '.dockerignore',
    '.gitignore',
    '.npmrc',
    'biome.json',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
  ],
  ...[
    'tsconfig.build.json',
    'vitest.config.ts',
    'Dockerfile',
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
  ],
]
const MAYBE = ['NOTICE', 'README.zh-CN.md', '.editorconfig', '.gitattributes']

const everything = sources(...FOLDERS)

test('the top level is the plan', () => {
  expect(topLevel().filter((name) => ![...FOLDERS, ...FILES, ...MAYBE].includes(name))).toEqual([])
  expect([...FOLDERS, ...FILES].filter((name) => !topLevel().includes(name))).toEqual([])
})

test(`no function is longer than ${FUNCTION_LINES_MAX} lines`, () => {
  const long = everything
    .filter(({ path }) => !path.startsWith('test/'))
    .flatMap(({ path, text }) =>
      functionsOf(text)
        .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
        .map(({ line, lines }) => `${path}:${line} has ${lines} lines`),
    )
  expect(long).toEqual([])
})

test(`no file is longer than ${FILE_LINES_MAX} lines`, () => {
  const long = everything
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > FILE_LINES_MAX)
  expect(long).toEqual([])
})

/** Spelt in pieces where this very file would be found. */
const NEVER: [what: string, pattern: RegExp][] = [
  ['a check switched off', new RegExp(['biome', 'ignore'].join('-'))],
  ['a type check switched off', /@ts-(?:ignore|nocheck|expect-error)/],
  ['a type thrown away', new RegExp(['\\bas', 'any\\b'].join(' '))],
  ['work put off', new RegExp(['\\bTO', 'DO\\b|\\bFIX', 'ME\\b|\\bHA', 'CK\\b'].join(''))],
  ['a test switched off or alone', /\b(?:it|test|describe)\.(?:skip|only|todo)\(/],
  ['a path of somebody’s machine', /(?:^|[\s'"`(=])\/(?:work|farm|home|root|Users)\//m],
  ['a host that packages come from', new RegExp(['registry\\.npm', 'js|deb\\.deb', 'ian\\.org'].join(''))],
  ['a path that breaks where a folder has a space in its name', /import\.meta\.url\)\.pathname/],
  ['a number of a ticket', /\b(?:issue|ticket|PR) #\d+/i],
]

test.each(NEVER)('nowhere %s', (_, pattern) => {
  const texts = filesUnder(...FOLDERS)
    .filter((path) => /\.(ts|tsx|mjs|js|md|sh|yaml|html|css)$/.test(path) || path.startsWith('.ci/'))
    .concat(FILES.filter((name) => name !== 'package-lock.json'))
    .filter((path) => path !== 'LICENSE')
  const found = texts.filter((path) => {
    const text = read(path)
    return text !== undefined && pattern.test(text)
  })
  expect(found).toEqual([])
})

test('a class of the console is styled in one file: pages share the screen', () => {
  const owners = new Map<string, Set<string>>()
  for (const path of filesUnder('gateway').filter((one) => /console\/[\w-]+\.css$/.test(one))) {
    // What is written for a narrow screen or a printer belongs to whoever it is about.
    const text = read(path)!
      .replace(/\/\*.*?\*\//gs, '')
      .replace(/@media[^{]*\{(?:[^{}]*\{[^}]*\})*[^}]*\}/g, '')
    for (const [, selectors = ''] of text.matchAll(/([^{}]+)\{[^}]*\}/g)) {
      for (const selector of selectors.split(',')) {
        const [, name] = /^\.([\w-]+)$/.exec(selector.trim()) ?? []
        if (name !== undefined) owners.set(name, (owners.get(name) ?? new Set()).add(path))
      }
    }
  }
  expect(owners.size).toBeGreaterThan(50)
  // Base is what every page is made of; a page may go on from there.
  const styledTwice = [...owners].filter(
    ([, paths]) => [...paths].filter((one) => !/base/.test(one)).length > 1,
  )
  expect(styledTwice.map(([name, paths]) => [name, ...paths])).toEqual([])
})

test('the lock file names packages and hashes, not the host they came from', () => {
  expect(readFileSync(packagePath('package-lock.json'), 'utf8')).not.toMatch(/"resolved": "https?:/)
})

function read(path: string): string | undefined {
  try {
    return readFileSync(packagePath(path), 'utf8')
  } catch {
    return undefined // That it is there at all is the first test's business.
  }
}
