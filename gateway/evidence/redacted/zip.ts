/** A folder of an export as one ZIP: names under one top folder, dates of the export, no owner. */
import { createWriteStream } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yazl from 'yazl'

/** Pictures and clips do not shrink any more. */
const PACKED = /\.(mp4|jpg|wav)$/

export async function zipFolder(folder: string, to: string, wallMs: number): Promise<void> {
  const zip = new yazl.ZipFile()
  const half = `${to}.half`
  const top = basename(to, '.zip')
  for (const name of (await readdir(folder)).sort()) {
    const compress = !PACKED.test(name)
    zip.addFile(join(folder, name), `${top}/${name}`, { mtime: new Date(wallMs), mode: 0o100644, compress })
  }
  zip.end()
  try {
    await pipeline(zip.outputStream, createWriteStream(half, { flags: 'w', mode: 0o600 }))
    await rename(half, to)
  } catch (error) {
    await rm(half, { force: true })
    throw error
  }
}
