/** `lushao sheet PACKAGE -o FILE.pdf`: the evidence sheet (照片证据单) of a package, for a file. */
import { writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { Transcripts } from '../evidence/transcripts.ts'
import { systemClock } from '../kit/clock.ts'
import { Database, storeFile } from '../kit/database.ts'
import { print } from './program.ts'
import { lockerOf } from './verify.ts'

interface Options {
  readonly output: string
  readonly storage?: string
  readonly font?: string
  readonly fontName?: string
  readonly storageKey?: string
  readonly json?: boolean
}

export function addSheet(program: Command): void {
  program
    .command('sheet')
    .description('the evidence sheet (照片证据单) of a package, as PDF')
    .argument('<package>', 'folder of the package')
    .requiredOption('-o, --output <file>', 'PDF to write')
    .option('--storage <folder>', 'storage folder of the box: transcripts written since are put on the sheet')
    .option('--font <file>', 'typeface with Chinese, TTF, OTF or TTC')
    .option('--font-name <name>', 'PostScript name of the face in a TTC')
    .option('--storage-key <file>', 'key of a package that lies locked (storage.encryption)')
    .option('--json', 'print the result as JSON')
    .action(async (folder: string, { output, storage, font, fontName, storageKey, json }: Options) => {
      // What writes PDF is loaded by this command alone.
      const { evidenceSheet } = await import('../evidence/sheet/sheet.ts')
      const pdf = await evidenceSheet({
        folder,
        locker: await lockerOf(storageKey),
        transcripts: storage === undefined ? [] : transcriptsOf(storage, basename(resolve(folder))),
        options: {
          ...(font === undefined ? {} : { fontFile: font }),
          ...(fontName === undefined ? {} : { fontName }),
        },
      })
      await writeFile(output, pdf)
      print(json === true ? JSON.stringify({ file: output, bytes: pdf.length }) : output)
    })
}

function transcriptsOf(storage: string, packageId: string) {
  const database = new Database(storeFile(resolve(storage)))
  try {
    return new Transcripts({ database, clock: systemClock }).of(packageId)
  } finally {
    database.close()
  }
}
