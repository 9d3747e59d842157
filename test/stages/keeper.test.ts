import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EvidenceKeeper, EvidenceOptions } from '../../gateway/evidence/keeper.ts'
import type { AssessedFacts } from '../../gateway/evidence/quality/facts.ts'
import { StorageOptions } from '../../gateway/evidence/vault.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import {
  factsOf,
  LATER,
  openKeeper,
  START_WALL_MS,
  STREET,
  sealOne,
  temporaryFolder,
  wrap,
} from './evidence-footage.ts'
import { SILENCE } from './persuasion-fixture.ts'

const ASSESSED: AssessedFacts = {
  due: [
    { kind: 'START', count: 1 },
    { kind: 'CONFIRM', count: 1 },
  ],
  ...{ minPixels: 64, clipBeforeSec: 10, authorisationRef: null, configVersion: 'sha256:0' },
  ...{ clockOffsetMsMax: 1_000, outlook: null, analysedSame: true },
  place: { name: 'Nanjing Road', address: null, lon: 121.4, lat: 31.2 },
  device: {
    ...{ legalReviewNo: null, technicalReviewNo: null, reviewValidUntil: null },
    ...{ locationPublishedAt: null, locationPublishedRef: null, signagePhotoRef: null },
  },
}
let folder = ''
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => rmSync(folder, { recursive: true }))
const pending = (eventId: string) => {
  const path = join(folder, 'pending', eventId)
  return existsSync(path) ? readdirSync(path).sort() : []
}

test('held bytes lie on disk at once, as they came', async () => {
  const keeper = await openKeeper(folder)
  const held = await keeper.hold('act-1', 'SCENE_BEFORE', wrap(STREET, 12))
  expect(pending('act-1')).toEqual(['01-scene-before.json', '01-scene-before.mp4'])
  expect(readFileSync(join(folder, 'pending/act-1/01-scene-before.mp4'))).toEqual(STREET)
  expect(held).toMatchObject({ itemId: '01-scene-before', bytes: STREET.length, kind: 'SCENE_BEFORE' })
})

test('[R70] a package: originals as they came, two pictures of each still, everything says what it is', async () => {
  const keeper = await openKeeper(folder)
  await keeper.hold('act-1', 'START', wrap(STREET, 12), [0.1, 0.1, 0.4, 0.6])
  await keeper.hold('act-1', 'CLIP', wrap(LATER, 12, 10_000))
  const sealed = await keeper.seal(factsOf('act-1'))
  expect(sealed.items.map(({ itemId, kind, path }) => [itemId, kind, path])).toEqual([
    ['01-start', 'START', 'data/original/01-start.mp4'],
    ['02-clip', 'CLIP', 'data/original/02-clip.mp4'],
    ['01-start-wide', 'WIDE', 'data/derived/01-start-wide.jpg'],
    ['01-start-closeup', 'CLOSEUP', 'data/derived/01-start-closeup.jpg'],
  ])
  expect(readFileSync(join(sealed.path, 'data/original/02-clip.mp4'))).toEqual(LATER)
  expect(sealed.items[0]).toMatchObject({
    capturedAt: '2026-01-01T10:00:00.440+08:00',
    quality: { width: 320 },
  })
  expect(sealed.items[1]).toMatchObject({ capturedAt: '2026-01-01T10:00:10.000+08:00' })
  expect(sealed.items[3]).toMatchObject({ derivedFrom: '01-start', width: 120 })
  expect(pending('act-1')).toEqual([])
})

test('[R5] the sound of a notice is sealed as it was played, with its transcript, and verifies', async () => {
  const keeper = await openKeeper(folder)
  await keeper.hold('act-1', 'START', wrap(STREET, 12))
  const times = { startWallMs: START_WALL_MS + 5_000, endWallMs: START_WALL_MS + 9_000 }
  await keeper.holdSound('act-1', { wav: SILENCE, transcript: '您好，我是城管。', ...times })
  expect(pending('act-1')).toContain('02-persuasion-audio.wav')
  // What is held survives a crash before it is sealed.
  const again = await openKeeper(folder)
  const sealed = await again.seal(factsOf('act-1', { purpose: 'recheck' }))
  expect(readFileSync(join(sealed.path, 'data/original/02-persuasion-audio.wav')).equals(SILENCE)).toBe(true)
  expect(sealed.items.find(({ kind }) => kind === 'PERSUASION_AUDIO')).toMatchObject({
    ...{ mime: 'audio/wav', isOriginal: true, transcript: '您好，我是城管。', bytes: SILENCE.length },
    capturedAt: '2026-01-01T10:00:05.000+08:00',
  })
  expect(sealed.document.missing).toEqual([])
  expect(pending('act-1')).toEqual([])
  expect((await verifyPackages([join(folder, 'evidence')])).ok).toBe(true)
})

test('[R19] the document suspects, names its caps and its clock, and decides nothing', async () => {
  const keeper = await openKeeper(folder)
  const clock = { source: 'none', offsetMs: null, checkedAtWallMs: null }
  const { document } = await sealOne(keeper, 'act-1', { clock, proofObject: '占道经营' })
  expect(document.proofObject).toBe('疑似：占道经营')
  expect(document.evidenceStatus).toBe('LEAD')
  expect(document.evidenceCaps).toEqual(['CLOCK_UNCHECKED', 'DEVICE_NOT_REVIEWED', 'LOCATION_NOT_PUBLISHED'])
  expect(document.statement).toContain('不作违法认定')
  expect(JSON.stringify(document)).not.toMatch(/罚款|违法成立|keyId|[0-9a-f]{16}\.pem/)
})

test('the same footage and facts give the same manifest hash, on another box with another key', async () => {
  const other = temporaryFolder()
  try {
    const masks = {
      privacyMasks: [
        [
          [0, 0],
          [0.2, 0],
          [0.2, 0.4],
        ] as const,
      ],
    }
    const one = await sealOne(await openKeeper(folder), 'act-1', masks)
    const two = await sealOne(await openKeeper(other), 'act-1', masks)
    expect(one.manifestHash).toBe(two.manifestHash)
    expect(one.packageId).toBe(two.packageId)
    expect(one.signature.keyId).not.toBe(two.signature.keyId)
  } finally {
    rmSync(other, { recursive: true })
  }
})

test('[R70] the four properties are measured alike on another box, and say when the chain had been lost', async () => {
  const other = temporaryFolder()
  const report = async (keeper: EvidenceKeeper, eventId: string) => {
    const sealed = await sealOne(keeper, eventId, { assessed: ASSESSED })
    return { sealed, checks: sealed.document.quality!.true.checks.filter(({ passed }) => passed !== true) }
  }
  try {
    const one = await report(await openKeeper(folder), 'act-1')
    expect(one.sealed.manifestHash).toBe((await report(await openKeeper(other), 'act-1')).sealed.manifestHash)
    expect(one.checks).toEqual([])
    expect(one.sealed.evidenceCaps).toContain('RESOLUTION_LOW')
    // The head is found again among the packages: the link is right, and it was not the record that led to it.
    rmSync(join(folder, 'evidence', 'chain.json'))
    const keeper = await openKeeper(folder)
    const two = await report(keeper, 'act-2')
    expect(two.checks).toMatchObject([{ id: 'CHAIN', reason: 'CHAIN_HEAD_LOST', passed: false }])
    expect(two.sealed.prevManifestHash).toBe(one.sealed.manifestHash)
    expect((await report(keeper, 'act-3')).checks).toEqual([])
  } finally {
    rmSync(other, { recursive: true })
  }
})

test('decoded ahead or not, the package is the same', async () => {
  const other = temporaryFolder()
  const sealPersisting = async (at: string, decodeAheadMiB: number) => {
    const keeper = await openKeeper(at, { options: EvidenceOptions.parse({ decodeAheadMiB }) })
    await keeper.hold('act-1', 'START', wrap(STREET, 12))
    await keeper.hold('act-1', 'PERSIST', wrap(LATER, 12, 90_000))
    return keeper.seal(factsOf('act-1'))
  }
  try {
    expect((await sealPersisting(folder, 64)).manifestHash).toBe(
      (await sealPersisting(other, 0)).manifestHash,
    )
  } finally {
    rmSync(other, { recursive: true })
  }
})

test('sealing again gives the package that stands', async () => {
  const keeper = await openKeeper(folder)
  const first = await sealOne(keeper, 'act-1')
  expect(await keeper.seal(factsOf('act-1'))).toEqual(first)
  expect(keeper.head?.sequence).toBe(1)
})

test('what comes after the confirmation goes into the closing package', async () => {
  const keeper = await openKeeper(folder)
  const confirm = await sealOne(keeper, 'act-1')
  await keeper.hold('act-1', 'AFTER', wrap(STREET, 12, 300_000))
  const closing = await keeper.seal(
    factsOf('act-1', {
      purpose: 'closing',
      producedAtWallMs: START_WALL_MS + 300_000,
      endedAtWallMs: START_WALL_MS + 290_000,
    }),
  )
  expect(closing.items.map(({ kind }) => kind)).toEqual(['AFTER', 'WIDE', 'CLOSEUP'])
  expect(closing.prevManifestHash).toBe(confirm.manifestHash)
  expect(closing.document.endedAt).toBe('2026-01-01T10:04:50.000+08:00')
})

test('calls that overlap are numbered and chained in their order', async () => {
  const keeper = await openKeeper(folder)
  const holds = [
    keeper.hold('act-1', 'START', wrap(STREET, 12)),
    keeper.hold('act-1', 'PERSIST', wrap(LATER, 12, 90_000)),
    keeper.hold('act-2', 'START', wrap(LATER, 12)),
  ]
  expect((await Promise.all(holds)).map(({ itemId }) => itemId)).toEqual([
    '01-start',
    '02-persist',
    '01-start',
  ])
  const late = keeper.hold('act-1', 'CONFIRM', wrap(STREET, 12, 180_000)) // A seal waits for what was being held.
  const sealed = await Promise.all(['act-2', 'act-1'].map((eventId) => keeper.seal(factsOf(eventId))))
  await late
  expect(sealed.map(({ eventId, sequence }) => [eventId, sequence])).toEqual([
    ['act-2', 1],
    ['act-1', 2],
  ])
  expect(sealed[1]!.items.filter((item) => item.isOriginal)).toHaveLength(3)
})

test('a candidate that came to nothing leaves nothing', async () => {
  const keeper = await openKeeper(folder)
  await keeper.hold('act-1', 'START', wrap(STREET, 12))
  await keeper.discard('act-1')
  expect(readdirSync(join(folder, 'pending'))).toEqual([])
})

/** What a crash or a bad disk leaves in `pending`; each is kept aside, named, and not sealed as whole. */
const TEARS: [why: string, tear: (path: string) => void, atRecovery: boolean][] = [
  ['no sidecar', (path) => rmSync(path.replace('.mp4', '.json')), true],
  ['half a sidecar', (path) => truncateSync(path.replace('.mp4', '.json'), 50), true],
  ['a shorter file', (path) => truncateSync(path, 1000), true],
  [
    'one byte changed',
    (path) =>
      writeFileSync(
        path,
        STREET.map((byte, at) => (at === 5000 ? byte ^ 1 : byte)),
      ),
    false,
  ],
]
for (const [why, tear, atRecovery] of TEARS) {
  test(`a torn original: ${why}`, async () => {
    const before = await openKeeper(folder)
    await before.hold('act-1', 'START', wrap(STREET, 12))
    await before.hold('act-1', 'CONFIRM', wrap(LATER, 12, 180_000))
    tear(join(folder, 'pending/act-1/01-start.mp4'))
    const keeper = await openKeeper(folder)
    expect(existsSync(join(folder, 'torn/act-1/01-start.mp4'))).toBe(atRecovery)
    await keeper.hold('act-1', 'PERSIST', wrap(STREET, 12))
    const { items, document } = await keeper.seal(factsOf('act-1'))
    expect(items.filter((item) => item.isOriginal).map(({ itemId }) => itemId)).toEqual([
      '02-confirm',
      '03-persist',
    ])
    expect(document.missing).toEqual([{ item: '01-start.mp4', code: 'EVIDENCE_TORN' }])
    expect(document.evidenceCaps).toContain('FOOTAGE_INCOMPLETE')
    expect(existsSync(join(folder, 'torn/act-1/01-start.mp4'))).toBe(true)
  })
}

test('a still that cannot be decoded is sealed as an original, and the package says so', async () => {
  const keeper = await openKeeper(folder)
  await keeper.hold('act-1', 'START', wrap(Buffer.alloc(5000, 3), 12))
  const { items, document, path } = await keeper.seal(factsOf('act-1'))
  expect(items.map(({ itemId }) => itemId)).toEqual(['01-start'])
  expect(document.missing).toEqual([{ item: '01-start', code: 'STILL_UNDECODABLE' }])
  expect((await verifyPackages([path])).packages[0]?.findings).toEqual([])
})

test('an event without footage is sealed with the cap that says so', async () => {
  const keeper = await openKeeper(folder)
  const { document, path } = await keeper.seal(factsOf('act-1'))
  expect(document.evidenceCaps).toContain('NO_FOOTAGE')
  expect((await verifyPackages([path])).packages[0]?.findings).toEqual([])
})

test('half-built packages are removed at the start, their originals are sealed then', async () => {
  const before = await openKeeper(folder)
  await before.hold('act-1', 'START', wrap(STREET, 12))
  mkdirSync(join(folder, 'evidence/.building-01KDVDV3HGWAW7HTKPF9ZGREYV/data'), { recursive: true })
  const keeper = await openKeeper(folder)
  expect(readdirSync(join(folder, 'evidence'))).toEqual(['chain.json'])
  expect((await keeper.seal(factsOf('act-1'))).items).toHaveLength(3)
})

test('no room: the fault names the place, what was held and sealed stays, and room makes it go on', async () => {
  const keeper = await openKeeper(folder)
  await sealOne(keeper, 'act-1')
  await keeper.hold('act-2', 'START', wrap(STREET, 12))
  const full = await openKeeper(folder, {
    storage: StorageOptions.parse({ folder, freeMinMiB: 1_000_000_000 }),
  })
  await expect(full.hold('act-2', 'CONFIRM', wrap(LATER, 12))).rejects.toMatchObject({ code: 'STORAGE_FULL' })
  await expect(full.seal(factsOf('act-2'))).rejects.toMatchObject({ code: 'STORAGE_FULL' })
  expect(pending('act-2')).toEqual(['01-start.json', '01-start.mp4'])
  expect((await verifyPackages([folder])).ok).toBe(true)
  const again = await openKeeper(folder)
  expect((await again.seal(factsOf('act-2'))).sequence).toBe(2)
})

test('a write that the system cuts short is STORAGE_FULL and leaves no half file', () => {
  const script = `
    import { openKeeper, STREET, wrap } from './test/stages/evidence-footage.ts'
    const keeper = await openKeeper(${JSON.stringify(folder)})
    const fault = await keeper.hold('act-1', 'START', wrap(Buffer.concat([STREET, Buffer.alloc(4 << 20)]), 12)).catch((e) => e)
    process.stdout.write(String(fault.code))`
  const node = `exec '${process.execPath}' --import tsx --input-type=module`
  const run = spawnSync('bash', ['-c', `ulimit -f 2048; ${node}`], { input: script })
  expect(run.stdout.toString()).toBe('STORAGE_FULL')
  expect(pending('act-1')).toEqual([])
})
