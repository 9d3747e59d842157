/**
 * `npm run bench:redaction [-- --model FILE] [--seconds 10] [--only PATTERN] [--keep FOLDER]`: is every head and plate of
 * the simulated street hidden in every picture of a redacted clip, and what does that cost?
 *
 *     scene, 10 s ─▶ film and truth ─▶ redactor, each profile, with a detector and without ─▶ decoded again ─▶ table
 *
 * Exit 1 when one pixel of a head, or under PUBLIC of a plate, is bare. `--keep` leaves the films to be looked at.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DetectorPool, ModelOptions } from '../../gateway/detections/detector.ts'
import { writeClip } from '../../gateway/evidence/redacted/clip.ts'
import { openRedaction } from '../../gateway/evidence/redacted/footage.ts'
import { type Profile, RedactionOptions } from '../../gateway/evidence/redacted/profiles.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import type { ConditionName } from '../../simulators/street/conditions.ts'
import { type StoryName, streetScene, tellScene } from '../../simulators/street/test-street.ts'
import { type Coverage, coverageOf, filmPrivate, type PrivateFilm } from '../fixtures/private-street.ts'
import { childrenCpuSec, loadAverage, machine } from './process-tree.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    only: { type: 'string', default: '' },
    keep: { type: 'string' },
  },
})
const SCENES: readonly [StoryName, ConditionName, fromSec: number][] = [
  ['passers', 'day', 20],
  ['passers', 'crowd', 30],
  ['handcart', 'day', 40],
  ['handcart', 'night', 40],
  ['cloth', 'rain', 40],
  ['bus-queue', 'low', 30],
  ['red-light', 'day', 30],
  ['car-lane', 'high', 25],
]
const SHAPE = { width: 1280, height: 720, fps: 10 }
const seconds = Number(values.seconds)
const say = (line: string) => void process.stdout.write(`${line}\n`)

const folder =
  values.keep === undefined ? mkdtempSync(join(tmpdir(), 'lushao-redaction-')) : resolve(values.keep)
mkdirSync(folder, { recursive: true })
const detector =
  values.model === undefined
    ? null
    : await DetectorPool.open(ModelOptions.parse({ file: values.model }), silentLog)
let bare = 0
try {
  say(`${machine()}, load ${loadAverage()}, ${SHAPE.width}×${SHAPE.height}, ${SHAPE.fps} pictures a second`)
  say('| scene | profile | detector | pictures | heads hidden | plates hidden | share hidden | CPU s per s |')
  say('|---|---|---|---|---|---|---|---|')
  for (const [story, condition, fromSec] of SCENES) {
    const name = `${story}-${condition}`
    if (!new RegExp(values.only).test(name)) continue
    const { script } = tellScene(streetScene(story, condition, 7000 + fromSec))
    const film = await filmPrivate(
      script,
      { ...SHAPE, fromSec, seconds, seed: 7000 },
      join(folder, `${name}.mp4`),
    )
    for (const profile of ['INTERNAL', 'PUBLIC'] as const) {
      for (const witness of detector === null ? [null] : [detector, null])
        await judge(name, film, profile, witness)
    }
  }
} finally {
  await detector?.close()
  if (values.keep === undefined) rmSync(folder, { recursive: true })
}
say(bare === 0 ? 'every head and every plate that had to be is hidden' : `${bare} clips show something`)
process.exitCode = bare === 0 ? 0 : 1

async function judge(name: string, film: PrivateFilm, profile: Profile, witness: DetectorPool | null) {
  const to = join(folder, `${name}-${profile}-${witness === null ? 'none' : 'model'}.mp4`)
  rmSync(to, { force: true })
  const beforeSec = cpuSec()
  const redacted = await openRedaction({
    ...{ file: film.file, profile, masks: [], still: false },
    ...{
      seconds: film.seconds,
      samples: film.truth.length,
      detector: witness,
      wholePersons: false,
      onProgress: () => undefined,
    },
    looksPerSec: RedactionOptions.parse({}).looksPerSec,
  })
  await writeClip(redacted, to)
  const cost = (cpuSec() - beforeSec) / film.seconds
  const found = coverageOf(film, to, redacted.coarse)
  const isBare = shows(found, profile)
  if (isBare) bare++
  const cells = [
    ...[name, profile, witness?.manifest.name ?? '–', found.pictures, told(found.heads)],
    profile === 'PUBLIC' ? told(found.plates) : '(shown)',
    ...[`${(100 * redacted.hiddenShare()).toFixed(0)} %${redacted.coarse ? ', rest coarse' : ''}`],
    cost.toFixed(2),
  ]
  say(`| ${cells.join(' | ')} |${isBare ? ' BARE' : ''}`)
}

function shows({ heads, plates }: Coverage, profile: Profile): boolean {
  return heads.firstBare !== null || (profile === 'PUBLIC' && plates.firstBare !== null)
}

function told({ pixels, pixelsCovered, pictures, picturesCovered, firstBare }: Coverage['heads']): string {
  if (pixels === 0) return 'none'
  const share = ((100 * pixelsCovered) / pixels).toFixed(2)
  const where = firstBare === null ? '' : `, first bare ${firstBare}`
  return `${picturesCovered}/${pictures} pictures, ${share} % of pixels${where}`
}

function cpuSec(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6 + childrenCpuSec()
}
