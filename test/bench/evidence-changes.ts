/**
 * Single changes to sealed packages and to their chain: how many are found, and is what was changed named?
 *
 *     npm run bench:evidence-changes -- [--changes 10000] [--seed 20260101] [--page 1000] [--packages 6] [--kind 'token']
 *
 * Every change is made on disk and checked as `lushao verify` does, with the first key pinned and the manifest hashes
 * that the platform keeps. The first `--page` of them are checked by the browser page's way as well, where links are
 * not seen. Ends with 1 when one is missed.
 */
import { availableParallelism, cpus } from 'node:os'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Dropped } from '../../gateway/console/verifier/dropped.ts'
import { findPlaces } from '../../gateway/console/verifier/places.ts'
import { loadTools } from '../../gateway/console/verifier/tools.ts'
import { checkAll, type VerifyReport } from '../../gateway/evidence/check-all.ts'
import { readPublicKeys } from '../../gateway/evidence/public-key.ts'
import { readAuthorities } from '../../gateway/evidence/timestamp.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { DiskBox, type Files, type SealedFiles, sealFiles } from './evidence-box.ts'
import { type Change, MUTATIONS, randomFrom, type Told } from './evidence-mutations.ts'

export interface Tally {
  made: number
  found: number
  named: number
  readonly missed: string[]
}

interface Outcome {
  readonly kinds: Map<string, Tally>
  readonly page: Tally
}

/** In turn through all kinds, until so many changes were made. */
export async function tryChanges(
  sealed: SealedFiles,
  { changes, seed, page, kind: only = '' }: { changes: number; seed: number; page: number; kind?: string },
  onDone: (count: number) => void = () => {},
): Promise<Outcome> {
  const all = Object.values(MUTATIONS).flatMap((group) => Object.entries(group))
  const kinds = all.filter(([kind]) => kind.startsWith(only))
  const tallies = new Map<string, Tally>(
    kinds.map(([kind]) => [kind, { made: 0, found: 0, named: 0, missed: [] }]),
  )
  const onPage: Tally = { made: 0, found: 0, named: 0, missed: [] }
  const disk = new DiskBox(sealed.files)
  try {
    for (let made = 0, round = 0; made < changes; round++) {
      const [kind, mutate] = kinds[round % kinds.length]!
      const files: Files = new Map(sealed.files)
      const change = mutate({ ...sealed, files, random: randomFrom(seed + round * 7919) })
      if (change === null) continue
      onDone(++made)
      const label = `${kind}, round ${round}: ${change.what}`
      count(
        tallies.get(kind)!,
        label,
        change,
        await disk.with(files, (folder) => checkFolder(folder, sealed)),
      )
      if (made <= page && kind !== 'file made a link')
        count(onPage, label, change, await checkAsPage(files, sealed))
    }
    return { kinds: tallies, page: onPage }
  } finally {
    disk.close()
  }
}

function count(tally: Tally, label: string, { names }: Change, report: VerifyReport): void {
  tally.made++
  const told: Told[] = [
    ...report.findings.map((finding) => ({ ...finding, folder: '' })),
    ...report.packages.flatMap(({ path, findings }) =>
      findings.map((finding) => ({ ...finding, folder: basename(path) })),
    ),
  ]
  if (!report.ok) tally.found++
  if (told.some(names)) tally.named++
  else
    tally.missed.push(
      `${label}: ${told.map(({ code, item }) => `${code} ${item}`).join(', ') || 'nothing found'}`,
    )
}

export const checkFolder = (
  folder: string,
  { pinned, manifestHashes, authorityPem }: SealedFiles,
): Promise<VerifyReport> =>
  verifyPackages([folder], {
    keys: [pinned],
    anchors: manifestHashes,
    timestamped: true,
    authorities: readAuthorities(authorityPem),
  })

/** As the page does, in Node: its own files, hashes and signatures. */
export async function checkAsPage(
  files: Files,
  { pinnedPem, manifestHashes, authorityPem }: SealedFiles,
): Promise<VerifyReport> {
  const tools = await loadTools()
  const dropped: Dropped = {
    files: [...files].flatMap(([path, thing]) => {
      if (!Buffer.isBuffer(thing)) return []
      const blob = new Blob([new Uint8Array(thing)])
      return [{ path: `box/${path}`, bytes: blob.size, blob, stream: () => blob.stream() }]
    }),
    findings: [...files].flatMap(([path, thing]) =>
      thing === 'folder' ? [{ code: 'EMPTY_FOLDER' as const, item: `box/${path}`, detail: '' }] : [],
    ),
  }
  const pinned = readPublicKeys(pinnedPem, tools).filter((key) => key !== null)
  return checkAll((await findPlaces(dropped, tools)).places, {
    trust: {
      pinned,
      fingerprints: new Set(),
      revoked: new Set(),
      authorities: readAuthorities(authorityPem),
    },
    ...{ tools, partial: false, anchors: manifestHashes, timestamped: true, heads: '', revocations: [] },
    onProgress: () => {},
  })
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      changes: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '20260101' },
      page: { type: 'string', default: '1000' },
      packages: { type: 'string', default: '6' },
      kind: { type: 'string', default: '' },
    },
  })
  const print = (line: string) => process.stdout.write(`${line}\n`)
  const sealed = await sealFiles(Number(values.packages))
  const clean = new DiskBox(sealed.files)
  const good = await checkFolder(clean.folder, sealed)
  clean.close()
  if (!good.ok || !(await checkAsPage(sealed.files, sealed)).ok)
    throw new Error('unchanged packages are not whole')
  const options = {
    changes: Number(values.changes),
    seed: Number(values.seed),
    page: Number(values.page),
    kind: values.kind,
  }
  const startedMs = performance.now()
  const { kinds, page } = await tryChanges(sealed, options, (made) => {
    if (process.stderr.isTTY && made % 100 === 0) process.stderr.write(`\r${made}`)
  })
  for (const [kind, { made, found, named, missed }] of kinds) {
    print(`${kind.padEnd(48)} ${String(found).padStart(5)} / ${String(made).padEnd(5)} named ${named}`)
    for (const line of missed.slice(0, 3)) print(`    ${line}`)
  }
  const sum = (key: 'made' | 'found' | 'named') =>
    [...kinds.values()].reduce((total, one) => total + one[key], 0)
  print(`\nfound ${sum('found')} / ${sum('made')}, named ${sum('named')}, seed ${options.seed}`)
  print(`by the page's way: found ${page.found} / ${page.made}, named ${page.named}`)
  for (const line of page.missed.slice(0, 10)) print(`    ${line}`)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
  print(
    `${sealed.ids.length} packages, ${seconds} s on ${availableParallelism()} × ${cpus()[0]?.model ?? '?'}, Node ${process.version}`,
  )
  process.exitCode =
    sum('found') === sum('made') && sum('named') === sum('made') && page.named === page.made ? 0 : 1
}

if (process.argv[1]?.endsWith('evidence-changes.ts')) await main()
