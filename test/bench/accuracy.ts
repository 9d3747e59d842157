/**
 * The accuracy table: `lushao analyse` over every clip that a config names, then `lushao eval` against its truth.
 *
 *     npm run bench:accuracy -- --data FOLDER [--model FILE] [--rate 2] [--spoil light|cloud|step|noise|shake|dark]
 *
 * `--spoil` judges a damaged copy of each clip: events must not appear because of weather or a bad camera. Copies are
 * made with ffmpeg at 640×360 in a cache folder. Prints the machine, the load, CPU seconds and the table.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { evaluatePaths, table } from '../../gateway/cli/eval.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { childrenCpuSec, loadAverage, machine } from './process-tree.ts'

const START = '2026-01-05T10:00:00+08:00'

/** One filter a second of the sine: switching tables costs a tenth of an expression a pixel. */
const lightDrift = Array.from(
  { length: 60 },
  (_, sec) =>
    `lutyuv=y=val*${(1 + 0.3 * Math.sin((2 * Math.PI * sec) / 60)).toFixed(3)}:enable='eq(mod(floor(t),60),${sec})'`,
).join(',')

/** Luma changes over time; chroma is left alone, as light does. */
const SPOILS: Readonly<Record<string, string>> = {
  light: lightDrift,
  cloud: "geq=lum='clip(lum(X,Y)*(1-0.35*clip((T*25-X+80)/160,0,1)),0,255)':cb='cb(X,Y)':cr='cr(X,Y)'",
  step: "lutyuv=y=val*0.75:enable='gte(t,40)'",
  noise: 'noise=alls=24:allf=t',
  shake: "crop=w=iw-16:h=ih-16:x='8+4*(random(1)*2-1)':y='8+4*(random(2)*2-1)',scale=640:360",
  dark: "lutyuv=y='16+(val-16)*0.25':u='128+(val-128)*0.25':v='128+(val-128)*0.25'",
}

interface TruthConfig {
  readonly cameras: readonly { readonly id: string; readonly url: string }[]
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    model: { type: 'string' },
    rate: { type: 'string', default: '2' },
    spoil: { type: 'string' },
    out: { type: 'string', default: 'var/accuracy' },
  },
})

const dataFolder = resolve(values.data)
const config = join(dataFolder, 'truth', 'gateway.yaml')
const label = [values.model === undefined ? 'no-model' : 'model', values.rate, values.spoil ?? 'clean'].join(
  '-',
)
const outFolder = resolve(values.out, label)
const { cameras } = parse(readFileSync(config, 'utf8')) as TruthConfig

process.stdout.write(`${machine()}, load ${loadAverage()}\n${label}, model ${values.model ?? 'none'}\n`)
const before = childrenCpuSec()
for (const camera of cameras) analyse(camera.id, camera.url.replace(/^file:/, ''))
const cpuSec = childrenCpuSec() - before
for (const line of table(evaluatePaths(join(dataFolder, 'truth'), outFolder)))
  process.stdout.write(`${line}\n`)
process.stdout.write(`CPU ${cpuSec.toFixed(1)} s in all, events in ${outFolder}\n`)

/** The folder of a clip's events is named as its truth file. */
function analyse(cameraId: string, clip: string): void {
  const truth = readdirSync(join(dataFolder, 'truth')).find(
    (name) => name.replaceAll('_', '-') === `${cameraId}.json`,
  )
  if (truth === undefined) return
  const out = join(outFolder, truth.replace(/\.json$/, ''))
  const video =
    values.spoil === undefined ? join(dataFolder, clip) : spoilt(join(dataFolder, clip), values.spoil)
  const run = spawnSync(
    process.execPath,
    [
      packagePath('dist', 'gateway', 'cli', 'lushao.js'),
      'analyse',
      video,
      ...['-c', config, '--camera', cameraId, '--start', START, '--rate', values.rate, '--out', out],
      ...(values.model === undefined ? [] : ['--model', resolve(values.model)]),
    ],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  )
  if (run.status !== 0) throw new Error(`analyse ${clip} ended with ${run.status}: ${run.stderr}`)
}

function spoilt(clip: string, spoil: string): string {
  const filter = SPOILS[spoil]
  if (filter === undefined)
    throw new Error(`--spoil is one of ${Object.keys(SPOILS).join(', ')}, got ${spoil}`)
  const folder = resolve(values.out, 'spoilt', spoil)
  mkdirSync(folder, { recursive: true })
  const file = join(
    folder,
    `${clip
      .split('/')
      .at(-1)!
      .replace(/\.\w+$/, '')}.mp4`,
  )
  if (!existsSync(file)) {
    const head = ['-nostdin', '-loglevel', 'error', '-y', '-i', clip, '-an', '-fps_mode', 'passthrough']
    const filters = ['-vf', `fps=8,scale=640:360:flags=area,${filter},format=yuv420p`]
    execFileSync('ffmpeg', [...head, ...filters, '-c:v', 'libx264', '-crf', '16', '-g', '16', file])
  }
  return file
}
