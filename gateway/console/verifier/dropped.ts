/**
 * What somebody let go over the page, as one list of files with paths.
 *
 *     folder  dragged, or chosen ─┐
 *     .zip    opened here        ─┴─▶ Dropped: files, odd names, empty folders
 *
 * A browser follows links without saying so and shows an empty folder only when it is dragged: what stands in a ZIP
 * or on a disk of its own is seen better by `lushao verify`.
 */
import type { Finding } from '../../evidence/findings.ts'

export interface DroppedFile {
  readonly path: string
  readonly bytes: number
  /** Of a file that was dropped as it is; one in a ZIP has none. */
  readonly blob?: Blob
  stream(): ReadableStream<Uint8Array>
}

export interface Dropped {
  readonly files: readonly DroppedFile[]
  /** Items are whole paths. */
  readonly findings: readonly Finding[]
}

const FILES_MAX = 100_000

export class TooMuch extends Error {}

export const isZip = (name: string): boolean => /\.zip$/i.test(name)

/** From `<input type=file>`, of a folder or of single files. */
export function ofFiles(files: readonly File[]): Dropped {
  if (files.length > FILES_MAX) throw new TooMuch()
  return { files: files.map((file) => droppedFile(file, file.webkitRelativePath || file.name)), findings: [] }
}

/** What a page sees of a folder, the newer way; declared as small as it is used. */
interface Handle {
  readonly kind: 'file' | 'directory'
  readonly name: string
  getFile(): Promise<File>
  values(): AsyncIterable<Handle>
}
type Item = DataTransferItem & { getAsFileSystemHandle?: () => Promise<Handle | null> }

/** From a drop: items are good only while the event lasts, so all are asked for before anything is awaited. */
export function ofItems(items: DataTransferItemList): Promise<Dropped> {
  // Chromium refuses the older way to a page that is itself a file; the others know only that one.
  const asked = [...items].map((item: Item) => item.getAsFileSystemHandle?.() ?? item.webkitGetAsEntry())
  return walk(Promise.all(asked))
}

async function walk(asked: Promise<(Handle | FileSystemEntry | null)[]>): Promise<Dropped> {
  const files: DroppedFile[] = []
  const findings: Finding[] = []
  const visit = async (one: Handle | FileSystemEntry, path: string): Promise<void> => {
    if (isFile(one)) {
      const file = await fileOf(one).catch(() => null)
      if (file === null) findings.push({ code: 'UNREADABLE', item: path, detail: '' })
      else files.push(droppedFile(file, path))
      if (files.length > FILES_MAX) throw new TooMuch()
      return
    }
    const children = await childrenOf(one).catch(() => null)
    if (children === null) findings.push({ code: 'UNREADABLE', item: path, detail: '' })
    if (children?.length === 0) findings.push({ code: 'EMPTY_FOLDER', item: path, detail: '' })
    for (const child of children ?? []) await visit(child, `${path}/${child.name}`)
  }
  for (const one of await asked) if (one !== null) await visit(one, one.name)
  return { files, findings }
}

export function together(parts: readonly Dropped[]): Dropped {
  return {
    files: parts.flatMap(({ files }) => files),
    findings: parts.flatMap(({ findings }) => findings),
  }
}

function droppedFile(file: File, path: string): DroppedFile {
  return { path, bytes: file.size, blob: file, stream: () => file.stream() }
}

const isEntry = (one: Handle | FileSystemEntry): one is FileSystemEntry => 'isFile' in one
const isFile = (one: Handle | FileSystemEntry): boolean => (isEntry(one) ? one.isFile : one.kind === 'file')

function fileOf(one: Handle | FileSystemEntry): Promise<File> {
  if (!isEntry(one)) return one.getFile()
  return new Promise((resolve, reject) => (one as FileSystemFileEntry).file(resolve, reject))
}

async function childrenOf(one: Handle | FileSystemEntry): Promise<(Handle | FileSystemEntry)[]> {
  const all: (Handle | FileSystemEntry)[] = []
  if (!isEntry(one)) {
    for await (const child of one.values()) all.push(child)
    return all
  }
  // A reader hands out some at a time, and none at the end.
  const reader = (one as FileSystemDirectoryEntry).createReader()
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return all
    all.push(...some)
  }
}
