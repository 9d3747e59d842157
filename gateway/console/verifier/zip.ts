/**
 * A ZIP as a list of files, stored or deflated, read where it lies: only what is asked for is unpacked.
 *
 * A ZIP can hold what a folder cannot: two files of one name, a name that leads out, a link. Each is a finding, never
 * followed; sizes are those of its table, and a file that unpacks to more or less than that cannot be read.
 */
import { BlobReader, type Entry, type FileEntry, ZipReader } from '@zip.js/zip.js/lib/zip-core-native.js'
import { isSafePath } from '../../evidence/bag.ts'
import type { Finding } from '../../evidence/findings.ts'
import type { Dropped, DroppedFile } from './dropped.ts'

const FILE_TYPE = 0o170_000
const LINK = 0o120_000
const PLAIN = 0o100_000

/** @param name of the ZIP: the folder that its files are told as lying in */
export async function ofZip(blob: Blob, name: string): Promise<Dropped> {
  const files = new Map<string, DroppedFile>()
  const folders: string[] = []
  const findings: Finding[] = []
  for (const entry of await new ZipReader(new BlobReader(blob), { useWebWorkers: false }).getEntries()) {
    const path = `${name}/${entry.filename.replace(/\/$/, '')}`
    const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE
    const odd = (detail: string) => findings.push({ code: 'ODD_FILE', item: path, detail })
    if (!isSafePath(path)) odd('name')
    else if (type === LINK) findings.push({ code: 'LINK', item: path, detail: '' })
    else if (entry.directory) folders.push(path)
    else if (files.has(path)) odd('twice')
    else if (type !== 0 && type !== PLAIN) odd('type')
    else files.set(path, unpacked(entry, path))
  }
  const paths = [...files.keys(), ...folders]
  for (const folder of folders) {
    if (!paths.some((path) => path.startsWith(`${folder}/`)))
      findings.push({ code: 'EMPTY_FOLDER', item: folder, detail: '' })
  }
  return { files: [...files.values()], findings }
}

function unpacked(entry: Exclude<Entry, { directory: true }>, path: string): DroppedFile {
  return {
    path,
    bytes: entry.uncompressedSize,
    stream: () => {
      const pipe = new TransformStream<Uint8Array, Uint8Array>()
      const broken = (error: unknown) => pipe.writable.abort(error).catch(() => {})
      const reading: Promise<unknown> = (entry as FileEntry).getData(pipe.writable, { useWebWorkers: false })
      void reading.catch(broken) // The reader of the stream sees it.
      return pipe.readable
    },
  }
}
