/**
 * Finds the packages in what was dropped, and gives each to the checks as a bag.
 *
 *     case/<packageId>/bagit.txt … ─▶ bag <packageId> in folder `case`
 *     case/chain.json              ─▶ `case` is the whole of a box, unless somebody says otherwise
 *
 * A folder is a package by one of its marks or by its name, so that a package that lost nearly everything is still
 * told as one. What lies beside packages is nobody's.
 */
import { BAG_MARKS, isPackageId } from '../../evidence/bag.ts'
import { type BagSource, textOf } from '../../evidence/bag-source.ts'
import { type ChainRecord, readChainRecord } from '../../evidence/chain-record.ts'
import type { Place } from '../../evidence/check-all.ts'
import { PURGED_FILE } from '../../evidence/tombstones.ts'
import type { Dropped, DroppedFile } from './dropped.ts'
import type { BrowserTools } from './tools.ts'

const CHAIN_BYTES_MAX = 65_536
const PURGED_BYTES_MAX = 256 * 2 ** 20

export interface Found {
  readonly places: readonly Place[]
  /** A `chain.json` lies beside packages: likely all that a box has. */
  readonly hasChain: boolean
  readonly bytes: number
}

export async function findPlaces(dropped: Dropped, tools: BrowserTools): Promise<Found> {
  const roots = rootsOf(dropped.files.map(({ path }) => path))
  const folders = new Map<string, BagSource[]>()
  for (const root of roots) {
    const folder = root.split('/').slice(0, -1).join('/')
    folders.set(folder, [...(folders.get(folder) ?? []), bagOf(root, dropped, tools)])
  }
  const places: Place[] = []
  for (const [folder, bags] of folders) {
    const file = dropped.files.find(({ path }) => path === inside(folder, 'chain.json'))
    const stones = dropped.files.find(({ path }) => path === inside(folder, PURGED_FILE))
    const purged = stones ? await purgedOf(stones) : null
    places.push({ folder, bags, chain: file ? await chainOf(file) : 'absent', purged })
  }
  const bytes = places.flatMap(({ bags }) => bags.flatMap(({ files }) => [...files.values()]))
  return {
    places,
    hasChain: places.some(({ chain }) => chain !== 'absent'),
    bytes: bytes.reduce((sum, size) => sum + size, 0),
  }
}

/** Sorted; none lies in another. Files of a package without its folder have the root ''. */
function rootsOf(paths: readonly string[]): string[] {
  const roots = new Set<string>()
  for (const path of paths) {
    const parts = path.split('/')
    const named = parts.slice(0, -1).findIndex(isPackageId)
    if (named >= 0) roots.add(parts.slice(0, named + 1).join('/'))
    const mark = BAG_MARKS.find((name) => path === name || path.endsWith(`/${name}`))
    if (mark !== undefined) roots.add(path.slice(0, -mark.length).replace(/\/$/, ''))
  }
  const isHidden = (root: string) => root.split('/').some((part) => part.startsWith('.'))
  const holds = (outer: string, root: string) =>
    outer !== root && (outer === '' || root.startsWith(`${outer}/`))
  return [...roots]
    .filter((root) => !isHidden(root) && ![...roots].some((outer) => holds(outer, root)))
    .sort()
}

function bagOf(root: string, dropped: Dropped, tools: BrowserTools): BagSource {
  const name = root.split('/').at(-1) ?? ''
  const within = (path: string) => (root === '' ? path : path.slice(root.length + 1))
  const isIn = (path: string) => root === '' || path.startsWith(`${root}/`)
  const files = new Map(
    dropped.files.filter(({ path }) => isIn(path)).map((file) => [within(file.path), file]),
  )
  return {
    // The files alone, or a ZIP of them: the folder's name is not known, and so cannot be wrong.
    name: name === '' || /\.zip$/i.test(name) ? null : name,
    path: root === '' ? '.' : root,
    files: new Map([...files].map(([path, { bytes }]) => [path, bytes])),
    findings: dropped.findings
      .filter(({ item }) => isIn(item))
      .map((finding) => ({ ...finding, item: within(finding.item) })),
    read: async (path, bytesMax) => {
      const file = files.get(path)
      return file === undefined || file.bytes > bytesMax ? null : wholeOf(file)
    },
    digest: async (path, bytes, onBytes) => {
      const file = files.get(path)
      return file === undefined ? null : tools.digest(file.stream(), bytes, onBytes)
    },
  }
}

async function chainOf(file: DroppedFile): Promise<ChainRecord | null> {
  const bytes = file.bytes > CHAIN_BYTES_MAX ? null : await wholeOf(file)
  return bytes === null ? null : readChainRecord(textOf(bytes))
}

async function purgedOf(file: DroppedFile): Promise<string | null> {
  const bytes = file.bytes > PURGED_BYTES_MAX ? null : await wholeOf(file)
  return bytes === null ? null : textOf(bytes)
}

/** A packed file says how long it is and may be lying: it is read no further than that. */
async function wholeOf({ bytes, stream }: DroppedFile): Promise<Uint8Array | null> {
  const whole = new Uint8Array(bytes)
  const reader = stream().getReader()
  let at = 0
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (at + part.value.length > bytes) return null
      whole.set(part.value, at)
      at += part.value.length
    }
  } catch {
    return null // Taken away while it was read, or a broken ZIP: the check says UNREADABLE.
  } finally {
    await reader.cancel().catch(() => {})
  }
  return at === bytes ? whole : null
}

const inside = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)
