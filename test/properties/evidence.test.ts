/**
 * Any one change to a sealed package is found. Seeded: the failing case prints its seed and what it did; set
 * EVIDENCE_SEED to repeat it.
 */
import { createPublicKey } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { openKeeper, sealOne, temporaryFolder } from '../stages/evidence-footage.ts'

const ROUNDS = 150
const SEED = Number(process.env['EVIDENCE_SEED'] ?? 20_260_101)

const source = temporaryFolder()
const work = temporaryFolder()
afterAll(() => {
  for (const folder of [source, work]) rmSync(folder, { recursive: true })
})
const keeper = await openKeeper(source)
await sealOne(keeper, 'act-1')
await sealOne(keeper, 'act-2')
const keys = [createPublicKey((await openSigner(join(source, 'keys'))).publicKeyPem)]

/** mulberry32 */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

type Random = (below: number) => number
type Change = (root: string, random: Random) => string

const filesOf = (root: string) =>
  (readdirSync(root, { recursive: true }) as string[])
    .filter((name) => statSync(join(root, name)).isFile())
    .sort()
const pick = (root: string, random: Random) => filesOf(root)[random(filesOf(root).length)]!

const CHANGES: Record<string, Change> = {
  flip(root, random) {
    const name = pick(root, random)
    const bytes = readFileSync(join(root, name))
    const at = random(bytes.length)
    bytes[at]! ^= 1 << random(8)
    writeFileSync(join(root, name), bytes)
    return `${name} at ${at}`
  },
  truncate(root, random) {
    const name = pick(root, random)
    const { size } = statSync(join(root, name))
    truncateSync(join(root, name), random(size))
    return name
  },
  append(root, random) {
    const name = pick(root, random)
    writeFileSync(join(root, name), Buffer.from([random(256)]), { flag: 'a' })
    return name
  },
  add(root, random) {
    const name = join(dirname(pick(root, random)), `extra-${random(1000)}`)
    writeFileSync(join(root, name), Buffer.alloc(random(50), random(256)))
    return name
  },
  remove(root, random) {
    const name = pick(root, random)
    rmSync(join(root, name))
    return name
  },
  rename(root, random) {
    const name = pick(root, random)
    const to = random(2) === 0 ? `${name}x` : join('data', `moved-${random(1000)}`)
    renameSync(join(root, name), join(root, to))
    return `${name} to ${to}`
  },
  swap(root, random) {
    const [one, other] = [pick(root, random), pick(root, random)]
    if (one === other || readFileSync(join(root, one)).equals(readFileSync(join(root, other)))) return ''
    renameSync(join(root, one), join(root, 'held'))
    renameSync(join(root, other), join(root, one))
    renameSync(join(root, 'held'), join(root, other))
    return `${one} with ${other}`
  },
  editManifest(root, random) {
    const manifests = filesOf(root).filter((name) => name.includes('manifest-') && name.endsWith('.txt'))
    const name = manifests[random(manifests.length)]!
    const lines = readFileSync(join(root, name), 'utf8').trimEnd().split('\n')
    const [from, to] = [random(lines.length), random(lines.length)]
    if (random(2) === 0) lines.splice(from, 1)
    else if (from === to) lines.push(lines[from]!)
    else [lines[from], lines[to]] = [lines[to]!, lines[from]!]
    writeFileSync(join(root, name), `${lines.join('\n')}\n`)
    return `${name} lines ${from}, ${to}`
  },
  emptyFolder(root, random) {
    mkdirSync(join(root, 'data', `folder-${random(1000)}`))
    return 'data'
  },
  takeFromOther(root, random) {
    const other = join(
      work,
      'evidence',
      readdirSync(join(work, 'evidence')).find((name) => !root.endsWith(name) && name !== 'chain.json')!,
    )
    const name = pick(root, random)
    if (readFileSync(join(root, name)).equals(readFileSync(join(other, name)))) return ''
    cpSync(join(other, name), join(root, name))
    return name
  },
  renamePackage(root, random) {
    renameSync(root, `${root.slice(0, -1)}${'0123456789'[random(10)]}`)
    return root
  },
}

test(`[R44, R70] ${ROUNDS} random single changes are all found (seed ${SEED})`, async () => {
  const names = Object.keys(CHANGES)
  const clean = await verifyPackages([source], { keys })
  expect(clean.ok).toBe(true)
  const missed: string[] = []
  let made = 0
  for (let round = 0; round < ROUNDS; round++) {
    const random = randomFrom(SEED + round)
    rmSync(join(work, 'evidence'), { recursive: true, force: true })
    cpSync(join(source, 'evidence'), join(work, 'evidence'), { recursive: true })
    const packages = clean.packages.map(({ packageId }) => packageId!)
    const root = join(work, 'evidence', packages[random(packages.length)]!)
    const name = names[round % names.length]!
    const what = CHANGES[name]!(root, random)
    if (
      what === '' ||
      (name === 'renamePackage' && readdirSync(join(work, 'evidence')).includes(root.split('/').at(-1)!))
    )
      continue
    made++
    const report = await verifyPackages([work], { keys })
    if (report.ok) missed.push(`round ${round}: ${name} ${what}`)
  }
  expect(missed).toEqual([])
  expect(made).toBeGreaterThan(ROUNDS * 0.9)
})
