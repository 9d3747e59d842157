/**
 * `lushao keys init|rotate|export`: the box's signing key. There is no default key; the gateway makes one at its
 * first start, `init` does the same ahead of it.
 */
import type { Command } from 'commander'
import { exportKeys, initKey, rotateKey } from '../evidence/seal.ts'
import { StorageOptions, Vault } from '../evidence/vault.ts'
import { systemClock } from '../kit/clock.ts'
import { languageOf, print, say } from './program.ts'

interface Options {
  readonly storage: string
  readonly json?: boolean
}

const DEFAULT_STORAGE = StorageOptions.parse({}).folder

export function addKeys(program: Command): void {
  const keys = program.command('keys').description("the box's signing key")
  const add = (name: string, description: string) =>
    keys
      .command(name)
      .description(description)
      .option('--storage <folder>', 'storage.folder of gateway.yaml', DEFAULT_STORAGE)
      .option('--json', 'print the result as JSON')

  add('init', 'make the key of a fresh box').action(async (options: Options, command: Command) => {
    const { keyId, fingerprint } = await initKey(folderOf(options))
    if (options.json) print(JSON.stringify({ keyId, fingerprint }))
    else
      print(
        languageOf(command) === 'zh'
          ? `密钥 ${keyId}，指纹 ${fingerprint}`
          : `key ${keyId}, fingerprint ${fingerprint}`,
      )
  })

  add('rotate', 'make a new key, vouched for by the old one').action(
    async (options: Options, command: Command) => {
      const { old, next } = await rotateKey(folderOf(options), systemClock.wallMs())
      const zh = languageOf(command) === 'zh'
      if (options.json)
        print(JSON.stringify({ oldKeyId: old.keyId, keyId: next.keyId, fingerprint: next.fingerprint }))
      else
        print(
          zh ? `密钥 ${old.keyId} 更换为 ${next.keyId}` : `key ${old.keyId} was followed by ${next.keyId}`,
        )
      say(
        zh ? '正在运行的网关重启后使用新密钥。' : 'A running gateway uses the new key after its next start.',
      )
    },
  )

  add('export', 'print every public key the box ever had, the one in use first').action(
    async (options: Options) => {
      const exported = await exportKeys(folderOf(options))
      if (options.json) print(JSON.stringify(exported, null, 1))
      else for (const { keyId, pem } of exported) print(`lushao key ${keyId}\n${pem.trim()}`)
    },
  )
}

function folderOf({ storage }: Options): string {
  return new Vault(StorageOptions.parse({ folder: storage })).keys
}
