/**
 * `npm run bench:seal-kills -- --kills 1000`: kill -9 at random moments while packages are held, sealed and stamped,
 * and after every kill all packages are verified as they lie there, before anything is repaired.
 *
 *     child: hold ─ seal ─ stamp ─ hold ─ … ✗ kill        at a random moment, or as a token is being written
 *     here:  verify everything ─ recover ─ is what was told as sealed there? ─ next child goes on in the same folder
 *
 * A half bag that is taken for a whole one, a package lost after it was told, a broken chain or custody log, a token
 * that does not fit: each is counted, and one of them is enough for exit 1.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createPublicKey, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'vite'
import { readChain } from '../../gateway/evidence/chain.ts'
import { Custody } from '../../gateway/evidence/custody.ts'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { readAuthorities } from '../../gateway/evidence/timestamp.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { Database } from '../../gateway/kit/database.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import { TimeAuthority } from '../../simulators/tsa/authority.ts'
import { LATER, openKeeper } from '../stages/evidence-footage.ts'

export interface KillCount {
  kills: number
  /** By what lay there half done at the kill. */
  during: { holding: number; building: number; placing: number; stamping: number; between: number }
  packages: number
  tokens: number
  /** Half bags taken for whole ones, lost packages, misfits: anything at all that is wrong. */
  wrong: string[]
}

/** A folder is left after so many kills: every package in it is verified after each of them. */
const KILLS_A_FOLDER = 25
const LIVES_MS_MAX = 500
const AT_TOKEN_EVERY = 4

/** One file of JavaScript, made once: a child starts in a third of the time that compiling it each time takes. */
async function bundleChild(): Promise<string> {
  const outDir = packagePath('var', 'bench', `seal-kills-${process.pid}`)
  const entry = fileURLToPath(new URL('seal-kills-child.ts', import.meta.url))
  await build({
    ...{ configFile: false, logLevel: 'silent', root: packagePath() },
    build: { ssr: entry, outDir, emptyOutDir: true, target: 'node20', minify: false },
  })
  return join(outDir, readdirSync(outDir).find((name) => /\.m?js$/.test(name))!)
}

export async function sealKills(
  kills: number,
  seed: number,
  onKill: (count: KillCount) => void = () => {},
): Promise<KillCount> {
  const home = mkdtempSync(join(tmpdir(), 'lushao-kills-'))
  const authority = await TimeAuthority.start({ folder: join(home, 'tsa') })
  const child = await bundleChild()
  const chance = seededRandom(seed)
  const random = (below: number) => Math.floor(chance() * below)
  const count: KillCount = {
    ...{ kills: 0, packages: 0, tokens: 0, wrong: [] },
    during: { holding: 0, building: 0, placing: 0, stamping: 0, between: 0 },
  }
  writeFileSync(join(home, 'footage.mp4'), LATER)
  try {
    while (count.kills < kills) {
      const folder = join(home, `box-${count.kills}`)
      const box = await Box.make(folder, { footage: join(home, 'footage.mp4'), authority, child })
      for (let round = 0; round < KILLS_A_FOLDER && count.kills < kills; round++) {
        await box.life(random(LIVES_MS_MAX), random(AT_TOKEN_EVERY) === 0)
        count.kills++
        await box.examine(count)
        onKill(count)
      }
      await box.leave(count)
      rmSync(folder, { recursive: true })
    }
  } finally {
    await authority.close()
    rmSync(home, { recursive: true, force: true })
    rmSync(dirname(child), { recursive: true, force: true })
  }
  return count
}

class Box {
  readonly #folder: string
  readonly #env: NodeJS.ProcessEnv
  readonly #keys: readonly KeyObject[]
  readonly #caFile: string
  readonly #child: string
  readonly #told = new Set<string>()

  private constructor(
    folder: string,
    env: NodeJS.ProcessEnv,
    keys: readonly KeyObject[],
    caFile: string,
    child: string,
  ) {
    this.#child = child
    this.#folder = folder
    this.#env = env
    this.#keys = keys
    this.#caFile = caFile
  }

  static async make(
    folder: string,
    {
      footage,
      child,
      authority: { url, caFile },
    }: { footage: string; child: string; authority: TimeAuthority },
  ): Promise<Box> {
    const signer = await openSigner(join(folder, 'keys'), { sm2: true })
    const keys = [signer.publicKeyPem, signer.sm2!.publicKeyPem].map((pem) => createPublicKey(pem))
    await openKeeper(folder, { signer }) // Makes the folders.
    const env = { ...process.env, EVIDENCE_FOLDER: folder, EVIDENCE_FOOTAGE: footage }
    return new Box(folder, { ...env, EVIDENCE_TSA: JSON.stringify([{ url, caFile }]) }, keys, caFile, child)
  }

  /** Starts a child and kills it: so long after it is ready, or when next a token is being written. */
  async life(livesMs: number, atToken: boolean): Promise<void> {
    const process_ = spawn(process.execPath, [this.#child], {
      ...{ env: this.#env, stdio: ['ignore', 'pipe', 'inherit'] as const },
    })
    const exited = once(process_, 'exit')
    let output = ''
    const ready = new Promise<void>((done) => {
      process_.stdout.on('data', (data: Buffer) => {
        output += data.toString()
        if (output.includes('ready\n')) done()
      })
    })
    await Promise.race([ready, exited])
    await this.#killLater(process_, livesMs, atToken)
    const [, signal] = (await exited) as [number | null, string | null]
    if (signal !== 'SIGKILL') throw new Error('a child ended before it was killed')
    for (const [, packageId] of output.matchAll(/^sealed (\w+)$/gm)) this.#told.add(packageId!)
  }

  async #killLater(process_: ChildProcess, livesMs: number, atToken: boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const watcher = watch(join(this.#folder, 'evidence'))
    await new Promise<void>((done) => {
      if (atToken) watcher.on('change', (_, name) => String(name).startsWith('.stamping-') && done())
      // Should no token come, it is killed all the same.
      timer = setTimeout(done, atToken ? 10 * LIVES_MS_MAX : livesMs)
    })
    process_.kill('SIGKILL')
    watcher.close()
    clearTimeout(timer)
  }

  /** As it lies there, then repaired as a start repairs it. */
  async examine(count: KillCount): Promise<void> {
    const names = readdirSync(join(this.#folder, 'evidence'))
    count.during[await this.#halfDone(names)]++
    const packages = names.filter((name) => /^\w{26}$/.test(name))
    await this.#verify(count, packages.length, 'as it lay')
    const keeper = await openKeeper(this.#folder, {
      signer: await openSigner(join(this.#folder, 'keys'), { sm2: true }),
    })
    if ((keeper.head?.sequence ?? 0) !== packages.length) {
      count.wrong.push(`kill ${count.kills}: the head is no. ${keeper.head?.sequence} of ${packages.length}`)
    }
    for (const packageId of this.#told) {
      if (!packages.includes(packageId))
        count.wrong.push(`kill ${count.kills}: ${packageId} was told and is lost`)
    }
    await this.#custody(count)
  }

  async leave(count: KillCount): Promise<void> {
    const names = readdirSync(join(this.#folder, 'evidence')).filter((name) => /^\w{26}$/.test(name))
    await this.#verify(count, names.length, 'after the last start')
    count.packages += names.length
    const tokens = names.filter((name) =>
      readdirSync(join(this.#folder, 'evidence', name)).some((file) => file.endsWith('.tsr')),
    )
    count.tokens += tokens.length
  }

  async #halfDone(names: readonly string[]): Promise<keyof KillCount['during']> {
    const chain = await readChain(join(this.#folder, 'evidence', 'chain.json'))
    if (chain?.sealing !== null && chain?.sealing !== undefined) return 'placing'
    if (names.some((name) => name.startsWith('.stamping-'))) return 'stamping'
    if (names.some((name) => name.startsWith('.building-'))) return 'building'
    return readdirSync(join(this.#folder, 'pending')).length > 0 ? 'holding' : 'between'
  }

  async #verify(count: KillCount, packages: number, when: string): Promise<void> {
    if (packages === 0) return
    const authorities = readAuthorities(readFileSync(this.#caFile, 'utf8'))
    const report = await verifyPackages([this.#folder], { keys: this.#keys, authorities })
    const found = [...report.findings, ...report.packages.flatMap((one) => one.findings)]
    for (const { code, item } of found) count.wrong.push(`kill ${count.kills}, ${when}: ${code} ${item}`)
    if (report.packages.length !== packages)
      count.wrong.push(`kill ${count.kills}: ${report.packages.length} packages`)
  }

  async #custody(count: KillCount): Promise<void> {
    const database = new Database(join(this.#folder, 'lushao.db'))
    try {
      new Custody(database).verify()
    } catch (error) {
      count.wrong.push(`kill ${count.kills}: ${String(error)}`)
    } finally {
      database.close()
    }
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: { kills: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
  })
  const startedMs = performance.now()
  const count = await sealKills(Number(values.kills), Number(values.seed), ({ kills, wrong, during }) => {
    if (kills % 25 === 0)
      process.stderr.write(`${kills} kills, ${wrong.length} wrong, ${JSON.stringify(during)}\n`)
  })
  const sec = ((performance.now() - startedMs) / 1000).toFixed(0)
  process.stdout.write(`${JSON.stringify({ ...count, sec: Number(sec) }, null, 1)}\n`)
  process.exitCode = count.wrong.length === 0 ? 0 : 1
}
