import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Finding, findingText } from '../../gateway/evidence/findings.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { CONFIRM, edit, exchange, flip, packageFindings, SealedBox, START } from './verify-fixture.ts'

const box = await SealedBox.make()

test('what the box sealed is good, alone, together, as a folder and as a storage', async () => {
  for (const paths of [
    [box.first],
    box.ids.map((_, index) => box.packageOf(index)),
    [join(box.folder, 'evidence')],
    [box.folder],
  ]) {
    const report = await box.check(...paths)
    expect(report.findings).toEqual([])
    expect(packageFindings(report)).toEqual([])
    expect(report.ok).toBe(true)
    expect(report.packages[0]).toMatchObject({
      trust: 'pinned',
      keyId: box.signer.keyId,
      timestamp: { state: 'ABSENT' },
    })
  }
})

test('without a key the result says that nobody vouches for it', async () => {
  expect((await verifyPackages([box.first])).packages[0]).toMatchObject({ ok: true, trust: 'unpinned' })
})

/** One change, and the finding that must be among those reported. */
const CHANGES: [why: string, change: (root: string) => void, finding: string][] = [
  ['a byte in an original', (root) => flip(join(root, START), 5000), `CHANGED ${START}`],
  ['an original cut short', (root) => truncateSync(join(root, START), 5000), `CHANGED ${START}`],
  [
    'a byte in a picture',
    (root) => flip(join(root, 'data/derived/01-start-wide.jpg'), 900),
    'CHANGED data/derived/01-start-wide.jpg',
  ],
  [
    'a word in the record',
    (root) => edit(join(root, 'data/evidence.json'), (text) => text.replace('kerb', 'curb')),
    'CHANGED data/evidence.json',
  ],
  ['an original removed', (root) => rmSync(join(root, START)), `MISSING ${START}`],
  [
    'a file added to the payload',
    (root) => writeFileSync(join(root, 'data/original/09.mp4'), 'x'),
    'ADDED data/original/09.mp4',
  ],
  ['a file added beside it', (root) => writeFileSync(join(root, 'note.txt'), ''), 'ADDED note.txt'],
  ['an empty folder', (root) => mkdirSync(join(root, 'data/more')), 'EMPTY_FOLDER data/more'],
  [
    'an original renamed',
    (root) => renameSync(join(root, START), join(root, 'data/original/01-begin.mp4')),
    `RENAMED ${START}`,
  ],
  [
    'two originals exchanged',
    (root) => exchange(join(root, START), join(root, CONFIRM)),
    `CHANGED ${CONFIRM}`,
  ],
  [
    'manifest lines reordered',
    (root) =>
      edit(join(root, 'manifest-sha256.txt'), (text) =>
        text
          .split('\n')
          .slice(0, -1)
          .reverse()
          .map((line) => `${line}\n`)
          .join(''),
      ),
    'CHANGED manifest-sha256.txt',
  ],
  [
    'manifest with CRLF',
    (root) => edit(join(root, 'manifest-sm3.txt'), (text) => text.replaceAll('\n', '\r\n')),
    'CHANGED manifest-sm3.txt',
  ],
  [
    'manifest without its last newline',
    (root) => edit(join(root, 'manifest-sha256.txt'), (text) => text.trimEnd()),
    'CHANGED manifest-sha256.txt',
  ],
  ['a manifest removed', (root) => rmSync(join(root, 'manifest-sm3.txt')), 'MISSING manifest-sm3.txt'],
  [
    'tag manifest edited',
    (root) => edit(join(root, 'tagmanifest-sha256.txt'), (text) => text.replace('  bagit', '   bagit')),
    'SIGNATURE_BAD tagmanifest-sha256.txt',
  ],
  [
    'tag manifest removed',
    (root) => rmSync(join(root, 'tagmanifest-sha256.txt')),
    'MISSING tagmanifest-sha256.txt',
  ],
  [
    'signature changed',
    (root) => flip(join(root, 'tagmanifest-sha256.txt.sig'), 3),
    'SIGNATURE_BAD tagmanifest-sha256.txt',
  ],
  [
    'signature removed',
    (root) => rmSync(join(root, 'tagmanifest-sha256.txt.sig')),
    'MISSING tagmanifest-sha256.txt.sig',
  ],
  ['public key removed', (root) => rmSync(join(root, 'public-key.pem')), 'MISSING public-key.pem'],
  [
    'public key is none',
    (root) => writeFileSync(join(root, 'public-key.pem'), 'x'),
    'KEY_BAD public-key.pem',
  ],
  [
    'bag-info edited',
    (root) => edit(join(root, 'bag-info.txt'), (text) => text.replace('gw-01', 'gw-02')),
    'CHANGED bag-info.txt',
  ],
  [
    'a token that is none',
    (root) => writeFileSync(join(root, 'tagmanifest-sha256.txt.tsr'), 'x'),
    'TIMESTAMP_BROKEN tagmanifest-sha256.txt.tsr',
  ],
  [
    'an original made a link',
    (root) => {
      rmSync(join(root, START))
      symlinkSync('/etc/hostname', join(root, START))
    },
    `LINK ${START}`,
  ],
  [
    'the payload made a link',
    (root) => {
      renameSync(join(root, 'data'), join(box.folder, 'data'))
      symlinkSync(join(box.folder, 'data'), join(root, 'data'))
    },
    'LINK data',
  ],
  [
    'an original made a pipe',
    (root) => {
      rmSync(join(root, START))
      execFileSync('mkfifo', [join(root, START)])
    },
    `ODD_FILE ${START}`,
  ],
  ['an original grown to a terabyte', (root) => truncateSync(join(root, START), 2 ** 40), `CHANGED ${START}`],
  [
    'a manifest grown to a terabyte',
    (root) => truncateSync(join(root, 'manifest-sm3.txt'), 2 ** 40),
    'UNREADABLE manifest-sm3.txt',
  ],
  [
    'the record grown to a terabyte',
    (root) => truncateSync(join(root, 'data/evidence.json'), 2 ** 40),
    'TOO_LARGE data/evidence.json',
  ],
]
for (const [why, change, finding] of CHANGES) {
  test(`found: ${why}`, async () => {
    change(box.first)
    const report = await box.check(box.first)
    expect(report.ok).toBe(false)
    expect(packageFindings(report)).toContain(finding)
    expect((await box.check(box.packageOf(1))).ok).toBe(true)
  })
}

/** Bags whose hashes and signature fit: only their content is wrong. */
const RESIGNED: [why: string, change: (root: string) => void, finding: string][] = [
  [
    'an item nobody listed',
    (root) => writeFileSync(join(root, 'data/original/09.mp4'), 'x'),
    'ITEM_UNLISTED data/original/09.mp4',
  ],
  ['a listed hash of another file', (root) => flip(join(root, START), 5000), 'ITEM_MISMATCH 01-start'],
  [
    'a picture derived from nothing',
    (root) =>
      edit(join(root, 'data/evidence.json'), (text) =>
        text.replace('"derivedFrom": "01-start"', '"derivedFrom": "07-start"'),
      ),
    'ORIGIN_BROKEN 01-start-wide',
  ],
  [
    'a picture that calls itself original',
    (root) =>
      edit(join(root, 'data/evidence.json'), (text) =>
        text.replace('"isOriginal": false', '"isOriginal": true'),
      ),
    'ORIGIN_BROKEN 01-start-wide',
  ],
  [
    'another package id',
    (root) => edit(join(root, 'data/evidence.json'), (text) => text.replace(box.ids[0]!, box.ids[1]!)),
    `FOLDER_NAME ${box.ids[0]}`,
  ],
  [
    'a record that is none',
    (root) => writeFileSync(join(root, 'data/evidence.json'), '[]'),
    'EVIDENCE_INVALID data/evidence.json',
  ],
  [
    'another size of the payload',
    (root) => edit(join(root, 'bag-info.txt'), (text) => text.replace(/Payload-Oxum: \d/, 'Payload-Oxum: 9')),
    'BAG_INFO Payload-Oxum',
  ],
]
for (const [why, change, finding] of RESIGNED) {
  test(`found though signed again: ${why}`, async () => {
    change(box.first)
    box.resign(box.first)
    const report = await box.check(box.first)
    expect(packageFindings(report)).toContain(finding)
    expect(packageFindings(report)).not.toContain('SIGNATURE_BAD tagmanifest-sha256.txt')
  })
}

test('found though signed again: an SM3 that is not the file’s', async () => {
  edit(join(box.first, 'manifest-sm3.txt'), (text) =>
    text.replace(/\w{64} {2}data\/evidence/, `${'0'.repeat(64)}  data/evidence`),
  )
  box.signTags(box.first)
  expect(packageFindings(await box.check(box.first))).toEqual(['CHANGED data/evidence.json'])
})

test('found though signed again: a file that one manifest leaves out', async () => {
  edit(join(box.first, 'manifest-sm3.txt'), (text) => text.replace(/.*data\/evidence.*\n/, ''))
  box.signTags(box.first)
  expect(packageFindings(await box.check(box.first))).toEqual(['MANIFESTS_DIFFER data/evidence.json'])
})

test('a manifest that leads out of the bag is named and not followed', async () => {
  const line = `${'0'.repeat(64)}  data/../../${box.ids[1]}/bagit.txt\n${'0'.repeat(64)}  /etc/passwd\n`
  edit(join(box.first, 'manifest-sha256.txt'), (text) => text + line)
  edit(join(box.first, 'tagmanifest-sha256.txt'), (text) => `${text}${'0'.repeat(64)}  data/evidence.json\n`)
  const found = packageFindings(await box.check(box.first))
  expect(found.filter((finding) => finding === 'MANIFEST_PATH manifest-sha256.txt')).toHaveLength(2)
  expect(found).toContain('MANIFEST_PATH tagmanifest-sha256.txt')
})

test('two entries for one file are named', async () => {
  edit(join(box.first, 'manifest-sha256.txt'), (text) => `${text}${text.split('\n')[0]}\n`)
  expect(packageFindings(await box.check(box.first))).toContain('MANIFEST_TWICE manifest-sha256.txt')
})

test('names from a bag never reach a terminal as commands', () => {
  const finding: Finding = { code: 'ADDED', item: 'data/\u001b[2Jx\nok', detail: '' }
  expect(findingText(finding, 'en')).toBe('data/?[2Jx?ok was added')
})
