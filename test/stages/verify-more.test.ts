/** The commands that docs/verify.md gives for tokens, SM2 and heads, run as they stand there. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DailyHeads } from '../../gateway/evidence/heads.ts'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { requestStamp } from '../../gateway/evidence/tsa.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { TimeAuthority } from '../../simulators/tsa/authority.ts'
import { factsOf, LATER, openKeeper, wrap } from './evidence-footage.ts'

const TSR = 'tagmanifest-sha256.txt.tsr'

function commandsOf(name: string): string[] {
  const text = readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
  const from = text.search(/^## (Tokens, a second|时间戳令牌)/m)
  return [...text.slice(from).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, command]) => command!)
}

test('[R44] the commands of docs/verify.md on tokens, SM2 and heads work, and find what they are for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-more-'))
  const authority = await TimeAuthority.start({ folder: join(folder, 'tsa') })
  onTestFinished(async () => {
    await authority.close()
    rmSync(folder, { recursive: true })
  })
  const signer = await openSigner(join(folder, 'keys'), { sm2: true })
  const keeper = await openKeeper(folder, { signer })
  await keeper.hold('act-1', 'CLIP', wrap(LATER, 12))
  const { path: cwd, manifestHash } = await keeper.seal(factsOf('act-1'))
  const stamped = await requestStamp(authority, readFileSync(join(cwd, 'tagmanifest-sha256.txt')), {
    timeoutMs: 60_000,
  })
  writeFileSync(join(cwd, TSR), stamped.der)
  const file = join(folder, 'heads.ndjson')
  const heads = new DailyHeads({
    ...{ file, signer, clock: systemClock, log: silentLog, utcOffsetMinutes: 480 },
    ...{
      producer: { site: 'nanjing-road', gateway: 'gw-01' },
      head: () => keeper.head,
      custodyHead: () => null,
    },
    publish: () => {},
  })
  await heads.start()
  await heads.close()

  const env = {
    ...process.env,
    KEY: join(folder, 'box.pem'),
    TSA: authority.caFile,
    HEAD: join(folder, 'head'),
  }
  writeFileSync(env.KEY, signer.publicKeyPem)
  copyFileSync(file, env.HEAD)
  const commands = commandsOf('verify.md').map((command) => command.replaceAll('/tmp/', `${folder}/`))
  expect(commandsOf('verify.zh-CN.md')).toEqual(commandsOf('verify.md'))
  expect(commands).toHaveLength(4)
  const [who, attime, sm2, head] = commands as [string, string, string, string]
  const run = (command: string) => {
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd, env })
    return `${stdout}${stderr}`.trim()
  }
  expect(run(who)).toMatch(/^Status: Granted\.[\s\S]*Policy OID: [\s\S]*Time stamp: .* GMT/)
  expect(run(attime)).toContain('Verification: OK')
  expect(run(sm2)).toBe('Verified OK')
  expect(run(head)).toBe('Signature Verified Successfully')
  expect(JSON.parse(readFileSync(join(folder, 'head.json'), 'utf8'))).toMatchObject({
    sequence: 1,
    manifestHash,
  })

  writeFileSync(env.HEAD, readFileSync(env.HEAD, 'utf8').replace('\\"sequence\\":1', '\\"sequence\\":2'))
  expect(run(head)).toContain('Verification Failure')
  env.TSA = authority.otherCaFile
  expect(run(attime)).toContain('Verification: FAILED')
})
