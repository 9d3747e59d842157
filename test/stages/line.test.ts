/** Once a day a camera's line is asked whether it was put together under another law, another approval, another review. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { loadConfig } from '../../config/loader.ts'
import { EventFile } from '../../gateway/cli/event-file.ts'
import { Eyes, NamingOptions } from '../../gateway/detections/eyes.ts'
import { EvidenceKeeper } from '../../gateway/evidence/keeper.ts'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { Line } from '../../gateway/line.ts'

const DAY = Date.parse('2026-03-02T12:00:00+08:00')
const NEXT = Date.parse('2026-03-03T00:00:00+08:00')
let folder: string
let eyes: Eyes
let evidence: EvidenceKeeper
let sink: EventFile

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-line-'))
  eyes = await Eyes.open(undefined, NamingOptions.parse({ enabled: false }), silentLog)
  const { config } = load({}, {}, () => {})
  evidence = new EvidenceKeeper({
    ...{ options: config!.evidence, storage: { ...config!.storage, folder }, log: silentLog },
    ...{ producer: { site: 's', gateway: 'g' }, signer: await openSigner(join(folder, 'keys')) },
  })
  sink = new EventFile(folder, () => {})
})
afterAll(async () => {
  sink.close()
  await evidence.close()
  await eyes.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Basis {
  districts?: string[]
  effectiveTo?: string
}
type Change = (bases: Basis[]) => void

function load(options: object, rule: object, change: Change) {
  const sample = parse(readFileSync(packagePath('config', 'catalogue', 'sample.yaml'), 'utf8')) as {
    rules: { ruleId: string; legalBases: Basis[] }[]
  }
  change(sample.rules.find(({ ruleId }) => ruleId === 'street-vending')!.legalBases)
  writeFileSync(join(folder, 'rules.yaml'), stringify(sample))
  const polygon = [
    [0, 0],
    [1, 0],
    [1, 1],
  ]
  const zones = [{ id: 'z', type: 'NO_VENDING', polygon, rules: [{ rule: 'street-vending', ...rule }] }]
  const file = join(folder, 'gateway.yaml')
  writeFileSync(
    file,
    stringify({
      ...{ site: 's', gateway: 'g', region: '310101', rules: 'rules.yaml' },
      cameras: [{ id: 'cam', url: 'rtsp://h/a', zones }],
      ...options,
    }),
  )
  return loadConfig(file, { env: {}, clock: { wallMs: () => DAY } })
}

const LOCAL: Change = (bases) => {
  for (const basis of bases) if (basis.districts?.includes('31')) basis.effectiveTo = '2026-03-02'
}
const ALL: Change = (bases) => {
  for (const basis of bases) basis.effectiveTo = '2026-03-02'
}
const approval = {
  governance: { approvals: [{ id: 'a1', by: ['Li', 'Wang'], reason: 'pilot', until: '2026-03-02' }] },
}
const CASES: [what: string, options: object, rule: object, change: Change, outdated: boolean][] = [
  ['nothing changes', {}, {}, () => {}, false],
  ['the local basis ends and the national one goes on', {}, {}, LOCAL, true],
  ['every basis ends', {}, {}, ALL, true],
  ['an approval ends', approval, { minDwellSec: 5, approval: 'a1' }, () => {}, true],
]
for (const [what, options, rule, change, outdated] of CASES) {
  test(`[R18, R29] ${what}: the line is ${outdated ? 'outdated at midnight' : 'kept'}`, () => {
    const { config, faults } = load(options, rule, change)
    expect(faults).toEqual([])
    const line = new Line({
      ...{ config: config!, camera: config!.cameras[0]!, evidence, sink, eyes, nothingDropped: true },
      source: { still: () => null, footage: () => null },
      aspect: () => 16 / 9,
      clockFacts: () => ({ source: 'FILE', offsetMs: null, checkedAtWallMs: null }),
      mediaZeroMs: () => 0,
      startWallMs: DAY,
      log: silentLog,
    })
    expect([line.outdated(NEXT - 1), line.outdated(NEXT)]).toEqual([false, outdated])
  })
}
