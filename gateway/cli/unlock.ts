/**
 * `lushao unlock PACKAGE… --storage-key FILE --out FOLDER`: bags as they may leave the box, for whoever has the key.
 */
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { Locker, readLock, readStorageKey, unlockTo } from '../evidence/locker.ts'
import { print, usage } from './program.ts'

export function addUnlock(program: Command): void {
  program
    .command('unlock')
    .description(
      'write packages that lie locked (storage.encryption) as the bags they were; check them with `verify`',
    )
    .argument('<packages...>', 'folders of packages')
    .requiredOption('--storage-key <file>', 'the key they are locked with')
    .requiredOption('--out <folder>', 'where the bags go')
    .action(async (packages: string[], options: { storageKey: string; out: string }) => {
      const locker = new Locker(await readStorageKey({ keyFile: options.storageKey }), 'aes-256-gcm')
      for (const path of packages) {
        if ((await readLock(path)) === null) throw usage('unlock', `${path} is no package that lies locked`)
        const packageId = basename(resolve(path))
        const to = resolve(join(options.out, packageId))
        await unlockTo(path, to, await locker.keyOf(path, packageId))
        print(to)
      }
    })
}
