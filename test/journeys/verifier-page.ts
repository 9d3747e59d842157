/** The page that checks evidence, built as it is shipped, and ZIPs as people make them. */
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BlobReader, BlobWriter, ZipWriter } from '@zip.js/zip.js'
import { build } from 'vite'
import { packagePath } from '../../gateway/kit/paths.ts'

/** @returns the folder it was built into */
export async function buildVerifier(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'lushao-verifier-'))
  const root = packagePath('gateway', 'console', 'verifier')
  const configFile = join(root, 'vite.config.ts')
  await build({ root, configFile, logLevel: 'error', build: { outDir, emptyOutDir: true } })
  return outDir
}

/** @param level 0 stores, 6 deflates */
export async function zipOf(folder: string, to: string, level: 0 | 6, prefix = ''): Promise<string> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, level })
  for (const name of (readdirSync(folder, { recursive: true }) as string[]).sort()) {
    const file = join(folder, name)
    if (statSync(file).isFile())
      await writer.add(prefix + name, new BlobReader(new Blob([readFileSync(file)])))
  }
  writeFileSync(to, Buffer.from(await (await writer.close()).arrayBuffer()))
  return to
}
