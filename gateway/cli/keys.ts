/**
 * `lushao keys init|rotate|revoke|export`: the box's signing key. There is no default key; the gateway makes one at its
 * first start, `init` does the same ahead of it.
 */
import { join } from 'node:path'
import type { Command } from 'commander'
import { readChain } from '../evidence/chain.ts'
import { Locker, makeStorageKey, readStorageKey } from '../evidence/locker.ts'
import type { Link } from '../evidence/package.ts'
import { revokeKey } from '../evidence/revocations.ts'
import { exportKeys, initKey, rotateKey } from '../evidence/seal.ts'
import { StorageOptions, Vault } from '../evidence/vault.ts'
import { systemClock } from '../kit/clock.ts'
import { languageOf, print, say, usage } from './program.ts'

interface Options {
  readonly storage: string
  readonly json?: boolean
}

const REASON_LENGTH_MAX = 200
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
        print(
          JSON.stringify({
            ...{ oldKeyId: old.keyId, keyId: next.keyId, fingerprint: next.fingerprint },
            ...(next.sm2 === null ? {} : { oldSm2KeyId: old.sm2?.keyId, sm2KeyId: next.sm2.keyId }),
          }),
        )
      else
        print(
          zh ? `密钥 ${old.keyId} 更换为 ${next.keyId}` : `key ${old.keyId} was followed by ${next.keyId}`,
        )
      say(
        zh ? '正在运行的网关重启后使用新密钥。' : 'A running gateway uses the new key after its next start.',
      )
    },
  )

  addRevoke(add('revoke', 'say that a key of the box that is no longer in use is to be trusted no more'))

  addStorageKeys(keys)
  add('export', 'print every public key the box ever had, the one in use first').action(
    async (options: Options) => {
      const exported = await exportKeys(folderOf(options))
      if (options.json) print(JSON.stringify(exported, null, 1))
      else for (const { keyId, pem } of exported) print(`lushao key ${keyId}\n${pem.trim()}`)
    },
  )
}

function addRevoke(command: Command): void {
  command
    .argument('<keyId>', 'as `lushao keys export` prints it')
    .requiredOption('--reason <text>', 'why: it stands in every package from now on')
    .action(async (keyId: string, options: Options & { reason: string }) => {
      const reason = options.reason.trim()
      if (reason === '' || reason.length > REASON_LENGTH_MAX) {
        throw usage('keys revoke', `--reason takes 1 to ${REASON_LENGTH_MAX} characters`)
      }
      const vault = new Vault(StorageOptions.parse({ folder: options.storage }))
      const head = await headOf(vault)
      const revocation = await revokeKey(vault.keys, { keyId, reason, wallMs: systemClock.wallMs(), head })
      const zh = languageOf(command) === 'zh'
      if (options.json) print(JSON.stringify(revocation))
      else
        print(
          zh
            ? `密钥 ${keyId} 自 ${revocation.revokedAt} 起吊销：${revocation.reason}`
            : `key ${keyId} is revoked since ${revocation.revokedAt}: ${revocation.reason}`,
        )
      say(
        zh
          ? '正在运行的网关重启后，证据包与上线消息携带该声明。'
          : 'A running gateway tells it in its packages and its birth message after its next start.',
      )
    })
}

/** The key that packages at rest are locked with; see `storage.encryption`. */
function addStorageKeys(keys: Command): void {
  keys
    .command('init-storage')
    .description('make a storage key, for storage.encryption.keyFile; there is no default')
    .requiredOption('--out <file>', 'where it goes, mode 0600; on another disk than the evidence is best')
    .action(async ({ out }: { out: string }, command: Command) => {
      const keyId = await makeStorageKey(out)
      const zh = languageOf(command) === 'zh'
      print(zh ? `存储密钥 ${keyId}，存于 ${out}` : `storage key ${keyId} in ${out}`)
      say(
        zh
          ? '请另存一份于保险柜：密钥丢失则证据无法恢复。'
          : 'Keep a copy in a safe: a lost key is lost evidence.',
      )
    })
  keys
    .command('rotate-storage')
    .description(
      'take every locked package from one storage key to the next; only their lock.json is written anew',
    )
    .requiredOption('--old <file>', 'the key they are locked with')
    .requiredOption('--new <file>', 'the key to lock them with')
    .option('--storage <folder>', 'storage.folder of gateway.yaml', DEFAULT_STORAGE)
    .action(async (options: { old: string; new: string; storage: string }, command: Command) => {
      const old = new Locker(await readStorageKey({ keyFile: options.old }), 'aes-256-gcm')
      const next = new Locker(await readStorageKey({ keyFile: options.new }), 'aes-256-gcm')
      const vault = new Vault(StorageOptions.parse({ folder: options.storage }))
      let count = 0
      for (const packageId of await vault.packageIds())
        if (await old.rewrap(join(vault.evidence, packageId), packageId, next)) count++
      const zh = languageOf(command) === 'zh'
      print(
        zh
          ? `${count} 个证据包改由存储密钥 ${next.keyId} 加密`
          : `${count} packages are now locked with ${next.keyId}`,
      )
    })
}

/** A crash may have left the newest package out of the record; if it stands, it is the head. */
async function headOf(vault: Vault): Promise<Link | null> {
  const record = await readChain(vault.chainFile)
  const sealing = record?.sealing ?? null
  return sealing !== null && (await vault.has(sealing.packageId)) ? sealing : (record?.head ?? null)
}

function folderOf({ storage }: Options): string {
  return new Vault(StorageOptions.parse({ folder: storage })).keys
}
