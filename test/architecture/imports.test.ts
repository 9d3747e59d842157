/**
 * Imports run one way, down the list; nothing runs in circles; nothing lies around unused.
 *
 *     cli ▸ main, pipeline … ▸ telemetry ▸ console ▸ http ▸ mqtt ▸ outbox ▸ alerts ▸ evidence ▸ violations ▸ tracks ▸ … ▸ kit
 */
import { expect, test } from 'vitest'
import { exportsOf, filesUnder, importsOf, sources } from './tree.ts'

/** The order in which a picture travels; a room may use itself and what stands before it. */
const ROOMS = [
  'kit',
  'streams',
  'frames',
  'detections',
  'occupancy',
  'tracks',
  'violations',
  'evidence',
  'alerts',
  'outbox',
  'mqtt',
  'http',
  'console',
  'telemetry',
]
/** Small declarations that every room may use. */
const SHARED = ['devices/device.ts', 'models/manifest.ts', 'models/families/family.ts']
const PRODUCT = ['gateway', 'devices', 'models', 'config', 'simulators']
/** Where a process begins. */
const ENTRIES = [
  'gateway/cli/lushao.ts',
  'simulators/demo.ts',
  'simulators/pictures.ts',
  'config/generate.ts',
]

const product = sources(...PRODUCT)
const tests = sources('test')

/** `gateway/kit/clock.ts` → kit; wiring of the gateway → gateway; otherwise the top folder. */
function roomOf(path: string): string {
  const [top, second = '', third] = path.split('/')
  return top === 'gateway' && third !== undefined ? second : (top ?? '')
}

function mayImport(path: string, target: string): boolean {
  const [from, to] = [roomOf(path), roomOf(target)]
  if (from === to || SHARED.includes(target)) return true
  const wired = ['config', 'devices', 'models', ...ROOMS]
  if (from === 'cli') return true
  if (from === 'gateway') return wired.includes(to)
  if (from === 'config') return ['devices', 'models', ...ROOMS].includes(to)
  if (from === 'devices') return ['kit', 'streams'].includes(to)
  // What makes training pictures films the street and looks at it as the gateway does.
  if (path.startsWith('models/training/')) return ['simulators', ...ROOMS].includes(to)
  if (from === 'models') return to === 'kit' || to === 'detections'
  if (from === 'simulators')
    return path === 'simulators/demo.ts' || ['config', 'devices', ...ROOMS].includes(to)
  return ROOMS.includes(to) && ROOMS.indexOf(to) < ROOMS.indexOf(from)
}

test('the rule itself: up is refused, down is not', () => {
  expect(mayImport('gateway/tracks/tracker.ts', 'gateway/kit/assert.ts')).toBe(true)
  expect(mayImport('gateway/tracks/tracker.ts', 'gateway/evidence/bag.ts')).toBe(false)
  expect(mayImport('gateway/tracks/tracker.ts', 'config/loader.ts')).toBe(false)
  expect(mayImport('gateway/http/server.ts', 'devices/device.ts')).toBe(true)
  expect(mayImport('gateway/http/server.ts', 'devices/camera/probe.ts')).toBe(false)
  expect(mayImport('gateway/main.ts', 'gateway/cli/run.ts')).toBe(false)
  expect(mayImport('config/schema.ts', 'gateway/main.ts')).toBe(false)
})

test('imports run one way', () => {
  const wrong = product.flatMap((file) =>
    importsOf(file)
      .filter(({ target }) => !mayImport(file.path, target))
      .map(({ target }) => `${file.path} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('every gateway folder is a room of the plan', () => {
  const folders = new Set(
    filesUnder('gateway').flatMap((path) => (path.split('/').length > 2 ? [roomOf(path)] : [])),
  )
  expect([...folders].filter((room) => room !== 'cli' && !ROOMS.includes(room))).toEqual([])
})

test('every import leads to a file', () => {
  const known = new Set(filesUnder(...PRODUCT, 'test'))
  const dangling = [...product, ...tests].flatMap((file) =>
    importsOf(file)
      .filter(({ target }) => !known.has(target))
      .map(({ target }) => `${file.path} imports ${target}`),
  )
  expect(dangling).toEqual([])
})

test('no imports in circles', () => {
  const targets = new Map(product.map((file) => [file.path, importsOf(file).map(({ target }) => target)]))
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' ▸ '))
    if (done.has(path) || way.includes(path)) return
    for (const target of targets.get(path) ?? []) visit(target, [...way, path])
    done.add(path)
  }
  for (const path of targets.keys()) visit(path, [])
  expect(circles).toEqual([])
})

test('no dead files: each is reached from where a process begins', () => {
  const page = sources('gateway/console').filter(({ path }) =>
    /console\/(verifier\/)?(main\.tsx?|vite\.config\.ts)$/.test(path),
  )
  const reached = new Set<string>()
  const byPath = new Map(product.map((file) => [file.path, file]))
  const reach = (path: string): void => {
    const file = byPath.get(path)
    if (file === undefined || reached.has(path)) return
    reached.add(path)
    for (const { target } of importsOf(file)) reach(target)
  }
  for (const path of [...ENTRIES, ...page.map((file) => file.path)]) reach(path)
  const byOthers = (path: string): boolean =>
    path.endsWith('.as.ts') || path.endsWith('.mjs') || path.startsWith('models/training/')
  expect(product.map((file) => file.path).filter((path) => !reached.has(path) && !byOthers(path))).toEqual([])
})

test('no unused exports', () => {
  const taken = new Set<string>()
  for (const file of [...product, ...tests]) {
    for (const { target, names } of importsOf(file)) for (const name of names) taken.add(`${target} ${name}`)
  }
  const ours = product.filter((file) => !file.path.endsWith('.as.ts')) // Those export to WebAssembly.
  const unused = ours.flatMap((file) =>
    exportsOf(file)
      .filter((name) => !taken.has(`${file.path} ${name}`) && !taken.has(`${file.path} *`))
      .map((name) => `${file.path} exports ${name}`),
  )
  expect(unused).toEqual([])
})
